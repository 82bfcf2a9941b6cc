//! What a step of a review asks of whoever takes it, and what is under review, by program (REV-03, REV-05, REV-07,
//! REV-09, REV-10).

use axum::extract::{Path, State as Shared};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::NaiveDate;
use kaishu_portal::Error;
use kaishu_portal::accounts::Caller;
use kaishu_portal::publishing::{
    Asking, Assignable, Measuring, Opinions, ReviewDesk, SharingEntry,
};
use kaishu_types::case::{CaseKind, Worded};
use kaishu_types::{Lang, RuleRef};
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Plain;
use super::attached::AttachedFile;
use super::cases::number;
use super::draft_context::{AlikeItem, SinceSubmission};
use super::drafting::{known, private};
use super::problem::Problem;
use crate::state::State;

/// An entry under review, as whoever decides on it sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReviewReply {
    /// What the step that is on asks; null where it is not the token's to take.
    asks: Option<StepQuestions>,
    /// Fields that are not as they are published now; null where nothing is published, or the review has ended.
    published: Option<Vec<String>>,
    /// What changed since the entry was submitted before; null where it was submitted once at most.
    submitted: Option<SinceSubmission>,
    /// Files of the owner of the token that wait for the step; null where no step is the token's to take.
    waiting: Option<Vec<AttachedFile>>,
    /// Whom the token may assign as experts; null where it is not the token's to do.
    experts: Option<Vec<ExpertItem>>,
}

/// What a step asks.
#[derive(Debug, Serialize, ToSchema)]
struct StepQuestions {
    /// The step, from 0.
    step: usize,
    /// The checklist of security and secrecy; each is answered as `check.` and its code, with `yes` or `no`.
    checklist: Vec<Worded>,
    /// Entries of other agencies that are alike, to be answered as `duplicate`; null where the step does not ask.
    alike: Option<Vec<AlikeItem>>,
    /// Opened datasets that share identifying items, to be answered as `mosaic`; null where the step does not ask.
    sharing: Option<Vec<SharingItem>>,
    /// How far identifying items tell the rows apart; null where the step does not ask.
    risk: Option<RiskReply>,
    /// Which opinions of experts there are; null where the step hears none.
    opinions: Option<OpinionCount>,
    /// How the public is asked; null where the step does not ask it.
    consultation: Option<ConsultationStanding>,
    /// Questions that can be answered with yes now and add a step: codes for `add`.
    addable: Vec<Worded>,
    /// The rule of the steps.
    rule: RuleRef,
    /// The rule of the check of the catalogue.
    catalogue_rule: RuleRef,
}

/// An opened dataset that shares items which tell who or what a row is about.
#[derive(Debug, Serialize, ToSchema)]
struct SharingItem {
    /// Its code.
    code: String,
    /// Its title.
    title: String,
    /// Its provider.
    organization: String,
    /// Labels of the identifying items both have.
    items: Vec<String>,
}

/// How far identifying items tell the rows apart.
#[derive(Debug, Serialize, ToSchema)]
struct RiskReply {
    /// `done`, `running` while large files are measured, `failed`.
    state: &'static str,
    /// Why it failed.
    why: Option<String>,
    /// What was found in each table that has such items.
    found: Vec<RiskItem>,
}

/// What was found in a table.
#[derive(Debug, Serialize, ToSchema)]
struct RiskItem {
    /// The file.
    file: String,
    /// The columns that together may tell whom a row is about.
    columns: Vec<String>,
    /// Rows of the table.
    n_rows: u64,
    /// Rows that these columns tell apart from all others.
    n_unique: u64,
    /// The same in words.
    text: String,
}

/// Which opinions there are.
#[derive(Debug, Serialize, ToSchema)]
struct OpinionCount {
    /// Experts that were assigned.
    n_assigned: usize,
    /// Those of them who gave an opinion.
    n_given: usize,
}

/// How the consultation of the public stands.
#[derive(Debug, Serialize, ToSchema)]
struct ConsultationStanding {
    /// Number of the consultation; null before the notice.
    id: Option<i64>,
    /// The last day to answer; null before the notice.
    last_day: Option<NaiveDate>,
    /// The earliest last day of a notice of today.
    earliest: NaiveDate,
    /// Fewest days between a notice and the last day to answer.
    shortest_days: u32,
    /// How many comments there are.
    n_comments: u64,
    /// Whether a notice can be published.
    can_ask: bool,
    /// Whether a summary can be published.
    can_summarise: bool,
    /// The rule of that time.
    rule: RuleRef,
}

/// An expert of the committee.
#[derive(Debug, Serialize, ToSchema)]
struct ExpertItem {
    /// The account, as `experts` names it.
    login: String,
    /// The name.
    name: String,
    /// Where the expert comes from.
    affiliation: String,
    /// What the expert knows.
    field: String,
    /// Whether the case is assigned to the expert now.
    is_assigned: bool,
    /// Why the expert cannot be; null where nothing stands against it.
    barred: Option<String>,
}

/// Read what a review asks
///
/// What whoever decides on an entry sees besides the case: the checklist, similar entries, the risk of putting data
/// together, opinions, and what changed. Answers go to `/api/v1/cases/{id}/acts`. A token that only reads, and one whose
/// step is not on, is asked nothing and reads what changed.
#[utoipa::path(
    get, path = "/api/v1/cases/{id}/review", tag = "cases", operation_id = "read_review",
    security(("token" = ["read"])),
    params(("id" = i64, Path, description = "Number of the case")),
    responses(
        (status = 200, description = "What is asked, and what changed", body = ReviewReply),
        (status = 401, description = "No token, or one that counts no more", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "No case that the token reaches, or no review of an entry", body = Problem, content_type = "application/problem+json")
    )
)]
pub(super) async fn show(
    Shared(state): Shared<State>,
    id: Path<String>,
    Plain(asked): Plain,
    caller: Option<Extension<Caller>>,
) -> Result<Response, Problem> {
    let caller = known(caller, asked.lang)?;
    let (case, lang) = (number(id)?, asked.lang);
    let portal = state.portal();
    let view = portal.case_view(&caller, case, lang).await?;
    if view.kind != CaseKind::Opening {
        return Err(Error::not_found("case", case.to_string()).into());
    }
    let desk = Box::pin(portal.review_desk(&caller, case, lang)).await?;
    let published = match view.is_open {
        true => portal.draft_changes(&caller, case).await?,
        false => None,
    };
    let submitted = portal.resubmitted(&caller, case, lang).await?;
    let waiting = portal.waiting_attachments(&caller, case).await?;
    let experts = portal.assignable_experts(&caller, case, lang).await?;
    let reply = ReviewReply {
        asks: desk.map(|desk| questions(desk, lang)),
        published,
        submitted: submitted.map(SinceSubmission::from),
        waiting: waiting.map(|all| all.into_iter().map(AttachedFile::from).collect()),
        experts: experts.map(|all| all.into_iter().map(expert).collect()),
    };
    Ok((private(), Json(reply)).into_response())
}

fn questions(desk: ReviewDesk, lang: Lang) -> StepQuestions {
    let checklist = desk.checklist.into_iter().map(|it| worded(it.as_str(), it.label(lang)));
    let addable = desk.addable.into_iter().map(|it| worded(it.as_str(), it.label(lang)));
    StepQuestions {
        step: desk.step,
        checklist: checklist.collect(),
        alike: desk.alike.map(|all| all.into_iter().map(AlikeItem::from).collect()),
        sharing: desk.sharing.map(|all| all.into_iter().map(sharing).collect()),
        risk: desk.risk.map(|risk| measured(risk, lang)),
        opinions: desk.opinions.map(|given| {
            let Opinions { n_assigned, n_given } = given;
            OpinionCount { n_assigned, n_given }
        }),
        consultation: desk.consultation.map(consultation),
        addable: addable.collect(),
        rule: desk.rule,
        catalogue_rule: desk.catalogue_rule,
    }
}

fn worded(code: &str, label: &str) -> Worded {
    Worded { code: code.to_owned(), label: label.to_owned() }
}

fn sharing(entry: SharingEntry) -> SharingItem {
    let SharingEntry { code, title, organization, items } = entry;
    SharingItem { code: code.to_string(), title, organization, items }
}

fn measured(risk: Measuring, lang: Lang) -> RiskReply {
    let (state, why, risks) = match risk {
        Measuring::Running => ("running", None, Vec::new()),
        Measuring::Failed(why) => ("failed", Some(why), Vec::new()),
        Measuring::Done(risks) => ("done", None, risks),
    };
    let found = risks.into_iter().map(|risk| RiskItem {
        text: risk.told(lang),
        n_unique: risk.found.n_rows_in_small_groups,
        file: risk.file,
        columns: risk.columns,
        n_rows: risk.n_rows,
    });
    RiskReply { state, why, found: found.collect() }
}

fn consultation(asking: Asking) -> ConsultationStanding {
    ConsultationStanding {
        id: asking.asked.as_ref().map(|it| it.id),
        last_day: asking.asked.as_ref().map(|it| it.last_day),
        earliest: asking.earliest,
        shortest_days: asking.shortest_days,
        n_comments: asking.n_comments,
        can_ask: asking.can_ask(),
        can_summarise: asking.can_summarise(),
        rule: asking.rule,
    }
}

fn expert(found: Assignable) -> ExpertItem {
    let Assignable { login, name, affiliation, field, is_assigned, barred, .. } = found;
    ExpertItem { login, name, affiliation, field, is_assigned, barred }
}
