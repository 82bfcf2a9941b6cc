//! Disputes on the class of an entry, opened by program; what is done about one is an act on its case (CLS-16).

use axum::extract::{Path, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::{DisputeForm, NewDispute};
use kaishu_types::case::CaseView;
use kaishu_types::organization::Named;
use kaishu_types::vocabulary::{OpenClass, ShareClass};
use kaishu_types::{DatasetCode, RuleRef};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::{self, Plain};
use super::cases::opened;
use super::drafting::{body, known, private};
use super::problem::Problem;
use crate::state::State;

/// What can be disputed of an entry, and for whom.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DisputableReply {
    /// Code of the entry.
    code: String,
    /// Its title.
    title: String,
    /// Its provider.
    provider: Named,
    /// Its share class.
    share_class: ShareClass,
    /// Its open class.
    open_class: OpenClass,
    /// Whether the owner of the token may dispute it as the authority.
    is_authority: bool,
    /// The organizations for which the owner of the token may.
    claimants: Vec<Named>,
    /// The rule of the chain by which it goes.
    rule: RuleRef,
}

/// A dispute.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DisputeBody {
    /// Which class: `share` or `open`.
    class: String,
    /// What it should be, as in `conditional`.
    wanted: String,
    /// Why.
    grounds: String,
    /// Code of the organization for which; left out for the authority, or where there is only one.
    #[serde(default)]
    claimant: String,
}

/// Read what can be disputed of an entry
#[utoipa::path(
    get, path = "/api/v1/datasets/{code}/disputes", tag = "publishing", operation_id = "read_disputable",
    security(("token" = ["decide"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    responses(
        (status = 200, description = "Its classes, and for whom they can be disputed", body = DisputableReply),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token disputes no classes, or it is an entry of its own organization", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No dataset that the token knows", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let code = asked::code("dataset", code)?;
    let caller = known(caller, asked.lang)?;
    let found = state.portal().dispute_form(&caller, &code, asked.lang).await?;
    let DisputeForm { code, title, provider, share, open, is_authority, claimants, rule } = found;
    let reply = DisputableReply {
        code: code.to_string(),
        title,
        provider,
        share_class: share,
        open_class: open,
        is_authority,
        claimants,
        rule,
    };
    Ok((private(), Json(reply)).into_response())
}

/// Dispute the class of an entry
///
/// Until it is decided the class stays. There is one open dispute on an entry at most, so a request that is sent twice
/// opens one.
#[utoipa::path(
    post, path = "/api/v1/datasets/{code}/disputes", tag = "publishing", operation_id = "open_dispute",
    security(("token" = ["decide"])),
    params(("code" = String, Path, description = "Code of the dataset", example = "YX-FGW-0217")),
    request_body = DisputeBody,
    responses(
        (status = 201, description = "The case of the dispute", body = CaseView),
        (status = 400, description = "A class that is none, or no grounds", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token disputes no classes, or it is an entry of its own organization", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No dataset that the token knows", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It is not published, or disputed already", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn open(
    Shared(state): Shared<State>,
    code: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let code: DatasetCode = asked::code("dataset", code)?;
    let caller = known(caller, asked.lang)?;
    let DisputeBody { class, wanted, grounds, claimant } = body(request, &state).await?;
    let new = NewDispute { class: &class, wanted: &wanted, grounds: &grounds, claimant: &claimant };
    let case = Box::pin(state.portal().open_dispute(&caller, &code, &new, asked.lang)).await?;
    opened(&state, &caller, case, asked.lang).await
}
