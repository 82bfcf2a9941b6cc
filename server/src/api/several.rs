//! Several datasets revised alike, each in a revision of its own.

use std::collections::BTreeSet;

use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use kaishu_portal::Error;
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::{BulkEdit, BulkOutcome};
use kaishu_types::vocabulary::Frequency;
use kaishu_types::{DatasetCode, ErrorCode, Lang};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::asked::Plain;
use super::drafting::{body, known, private};
use super::problem::Problem;
use crate::state::State;

/// What changes in several datasets; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRevisions {
    /// Codes of the datasets: 1 to 100.
    datasets: Vec<String>,
    /// How often the data changes.
    frequency: Option<Frequency>,
    /// A code of the vocabulary `licence`.
    licence: Option<String>,
    /// A code of the vocabulary `theme`.
    theme: Option<String>,
    /// Whom to ask.
    contact: Option<String>,
    /// What is demanded of users.
    usage_requirements: Option<String>,
    /// Keywords that are added.
    #[serde(default)]
    keywords: Vec<String>,
    /// What is new; public.
    note: String,
    /// Whether each revision is submitted to its review at once.
    #[serde(default)]
    submits: bool,
}

/// What became of them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RevisionsReply {
    /// Each dataset, in the order in which it was named.
    items: Vec<RevisionOutcome>,
}

/// What became of one of them.
#[derive(Debug, Serialize, ToSchema)]
struct RevisionOutcome {
    /// Its code.
    code: String,
    /// Number of the draft of its revision; null where there is none, or it was not submitted.
    draft: Option<i64>,
    /// What stands against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<Problem>,
}

/// Revise several datasets alike
///
/// Each gets a revision with its own review, and what stands against one does not stop the others. A dataset whose
/// revision is under way is refused, so a request that is sent again changes only what was not changed before.
#[utoipa::path(
    post, path = "/api/v1/revisions", tag = "publishing", operation_id = "revise_several",
    security(("token" = ["publish"])),
    request_body = NewRevisions,
    responses(
        (status = 200, description = "What became of each", body = RevisionsReply),
        (status = 400, description = "Nothing is to change, or something that is no value", body = Problem, content_type = "application/problem+json"),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The token edits none of them", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is none of them that the token reaches", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn revise(
    Shared(state): Shared<State>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let new: NewRevisions = body(request, &state).await?;
    let codes = read_codes(&new.datasets, asked.lang)?;
    let some = |text: Option<String>| {
        text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let keywords = new.keywords.iter().map(|word| word.trim()).filter(|word| !word.is_empty());
    let edit = BulkEdit {
        frequency: new.frequency,
        licence: some(new.licence),
        theme: some(new.theme),
        contact: some(new.contact),
        usage_requirements: some(new.usage_requirements),
        keywords: keywords.map(str::to_owned).collect(),
        note: new.note.trim().to_owned(),
        submits: new.submits,
    };
    let edited = Box::pin(state.portal().edit_many(&caller, &codes, &edit, asked.lang)).await;
    let outcomes = edited.map_err(named)?;
    let is_theirs = |it: &BulkOutcome| match &it.done {
        Ok(_) => true,
        Err(error) => !matches!(error.code(), ErrorCode::Forbidden | ErrorCode::NotFound),
    };
    // Whoever may change none of them hears so, as of a single one.
    if !outcomes.iter().any(is_theirs) {
        let refusal = outcomes.into_iter().find_map(|it| it.done.err());
        return Err(refusal.unwrap_or_else(|| Error::not_found("dataset", "")).into());
    }
    let items = outcomes.into_iter().map(|it| outcome(it, asked.lang)).collect();
    Ok((private(), Json(RevisionsReply { items })).into_response())
}

/// Reads the codes, each once.
fn read_codes(texts: &[String], lang: Lang) -> Result<Vec<DatasetCode>, Error> {
    let mut seen = BTreeSet::new();
    let mut codes = Vec::new();
    for text in texts {
        let code: DatasetCode = text.parse().map_err(|_| {
            let shown: String = text.chars().take(80).collect();
            let message =
                lang.pick(format!("没有这个数据集：{shown}"), format!("`{shown}` is no code"));
            Error::field("datasets", message)
        })?;
        if seen.insert(code.to_string()) {
            codes.push(code);
        }
    }
    Ok(codes)
}

/// Names the fields as the request does.
fn named(error: Error) -> Error {
    match error {
        Error::InvalidInput(mut faults) => {
            for fault in faults.iter_mut().filter(|fault| fault.field == "code") {
                "datasets".clone_into(&mut fault.field);
            }
            Error::InvalidInput(faults)
        }
        other => other,
    }
}

fn outcome(it: BulkOutcome, lang: Lang) -> RevisionOutcome {
    let code = it.code.to_string();
    match it.done {
        Ok(draft) => RevisionOutcome { code, draft: Some(draft), problem: None },
        Err(error) => {
            let problem = Problem::from(error).said(lang);
            RevisionOutcome { code, draft: None, problem: Some(problem) }
        }
    }
}
