//! What somebody does to a case, whatever its kind.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use kaishu_types::Lang;
use kaishu_types::case::CaseKind;

use super::{DisputeAct, LifeAct, MissingAct, OpeningAct};
use crate::access::{ApplicationAct, Transfer, UsageReportAct, ViolationAct};
use crate::accounts::Caller;
use crate::cases::is_about_time;
use crate::registers::ProjectAct;
use crate::sharing::{OutsideAct, ShareAct, VerifyAct, is_verification};
use crate::{Error, Portal, Result};

impl Portal {
    /// Takes a step in a case of any kind. Returns the draft that was begun by it, where one was.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no case that the caller may see; `Conflict` where something else happened since;
    /// refused with the rule where a guard does not hold.
    pub async fn act_on_case(
        &self,
        caller: &Caller,
        id: i64,
        done: OpeningAct,
        lang: Lang,
    ) -> Result<Option<i64>> {
        let case = self.visible_case(caller, id).await?;
        if is_about_time(&done.event) {
            Box::pin(self.act_on_time(caller, &case, done, lang)).await?;
            return Ok(None);
        }
        let plain = |done: OpeningAct| (done.event, done.version, done.reason);
        match case.file.kind {
            CaseKind::Opening => Box::pin(self.act_on_opening(caller, id, done, lang)).await,
            CaseKind::AccountRequest => {
                Box::pin(self.act_on_account_request(caller, id, done, lang)).await
            }
            CaseKind::Change => self.act_on_change(caller, id, plain(done), lang).await,
            CaseKind::Transfer => {
                Box::pin(self.act_on_transfer(caller, id, plain(done), lang)).await
            }
            CaseKind::Reassessment => self.act_on_reassessment(caller, id, plain(done), lang).await,
            CaseKind::Dispute => {
                let said = |name: &str| done.answers.get(name).map_or("", String::as_str);
                let done = DisputeAct {
                    event: &done.event,
                    version: done.version,
                    reason: &done.reason,
                    class: said("class"),
                    document: said("document"),
                    decided_on: said("decided_on"),
                };
                Box::pin(self.act_on_dispute(caller, id, &done, lang)).await
            }
            CaseKind::Project => {
                let OpeningAct { event, version, reason, answers: fields, .. } = done;
                let done = ProjectAct { event, version, reason, fields };
                Box::pin(self.act_on_project(caller, id, done, lang)).await
            }
            CaseKind::Application => {
                let done = application_act(done, lang)?;
                Box::pin(self.act_on_application(caller, id, done, lang)).await
            }
            CaseKind::UsageReport => {
                let OpeningAct { event, version, reason, idempotency_key, .. } = done;
                let done = UsageReportAct {
                    event,
                    version,
                    reason,
                    idempotency_key,
                    ..UsageReportAct::default()
                };
                Box::pin(self.act_on_usage_report(caller, id, done, lang)).await
            }
            CaseKind::Violation => {
                let body = done.answers.get("body").cloned().unwrap_or_default();
                let OpeningAct { event, version, reason, idempotency_key, .. } = done;
                let done = ViolationAct { event, version, reason, body, idempotency_key };
                Box::pin(self.act_on_violation(caller, id, done, lang)).await
            }
            CaseKind::ShareRequest if is_verification(&case) => {
                let answers = done.answers.get("answers").map(String::as_str).unwrap_or_default();
                let answers = answers.split(',').map(|it| it.trim().parse().ok()).collect();
                let OpeningAct { event, version, reason, .. } = done;
                let done = VerifyAct { event, version, reason, answers };
                Box::pin(self.act_on_verification(caller, id, done, lang)).await
            }
            CaseKind::ShareRequest => {
                let done = share_act(done, lang)?;
                Box::pin(self.act_on_share(caller, id, done, lang)).await
            }
            CaseKind::OutsideRequest => {
                return Box::pin(self.act_on_outside(caller, id, outside_act(done), lang)).await;
            }
            CaseKind::MissingEntry => {
                let entry = done.answers.get("entry").cloned().unwrap_or_default();
                let OpeningAct { event, version, reason, .. } = done;
                let done = MissingAct { event, version, reason, entry };
                return Box::pin(self.act_on_missing(caller, id, done, lang)).await;
            }
            CaseKind::Life => {
                let unknown = |_| Error::not_found("dataset", case.about.subject.clone());
                let code = case.about.subject.parse().map_err(unknown)?;
                let OpeningAct { event, version, reason, .. } = done;
                let done = LifeAct { event, version, reason };
                Box::pin(self.act_on_life(caller, &code, done, lang)).await
            }
        }?;
        Ok(None)
    }
}

/// The data items and the last day that a decision names, where it does; items are separated by commas.
fn narrowed(
    done: &OpeningAct,
    lang: Lang,
) -> Result<(Option<BTreeSet<String>>, Option<NaiveDate>)> {
    let items = done.answers.get("items").map(|items| {
        let items = items.split(',').map(str::trim).filter(|item| !item.is_empty());
        items.map(str::to_owned).collect()
    });
    let last_day = match done.answers.get("last_day").map_or("", String::as_str) {
        "" => None,
        day => Some(day.parse().map_err(|_| {
            Error::field("last_day", lang.pick("写成 2027-06-30", "written as 2027-06-30"))
        })?),
    };
    Ok((items, last_day))
}

/// What was answered about a share request in the form that is the same for cases of every kind.
fn share_act(done: OpeningAct, lang: Lang) -> Result<ShareAct> {
    let said = |name: &str| done.answers.get(name).cloned().unwrap_or_default();
    let (items, last_day) = narrowed(&done, lang)?;
    Ok(ShareAct {
        condition: said("condition"),
        level: said("level"),
        norm: said("norm"),
        article: said("article"),
        contact: said("contact"),
        participants: said("participants"),
        document: said("document"),
        medium: said("medium"),
        items,
        last_day,
        event: done.event,
        version: done.version,
        reason: done.reason,
        idempotency_key: done.idempotency_key,
    })
}

/// The same about a request for data outside the catalogue.
fn outside_act(done: OpeningAct) -> OutsideAct {
    let said = |name: &str| done.answers.get(name).cloned().unwrap_or_default();
    OutsideAct {
        level: said("level"),
        norm: said("norm"),
        article: said("article"),
        entry: said("entry"),
        participants: said("participants"),
        document: said("document"),
        event: done.event,
        version: done.version,
        reason: done.reason,
        idempotency_key: done.idempotency_key,
    }
}

/// The same for an application.
fn application_act(done: OpeningAct, lang: Lang) -> Result<ApplicationAct> {
    let said = |name: &str| done.answers.get(name).cloned().unwrap_or_default();
    let (items, last_day) = narrowed(&done, lang)?;
    let rows = match said("rows").as_str() {
        "" => Vec::new(),
        told => serde_json::from_str(told).map_err(|_| {
            Error::field(
                "rows",
                lang.pick(
                    r#"写成 JSON 列表：[{"column": "…", "operator": "equals", "values": ["…"]}]"#,
                    r#"written as a JSON list: [{"column": "…", "operator": "equals", "values": ["…"]}]"#,
                ),
            )
        })?,
    };
    Ok(ApplicationAct {
        condition: said("condition"),
        items,
        rows,
        last_day,
        filing: said("filing"),
        terms: said("terms"),
        code: said("code"),
        experts: {
            let logins = said("experts");
            let logins = logins.split(',').map(str::trim).filter(|login| !login.is_empty());
            logins.map(str::to_owned).collect()
        },
        transfer: Transfer {
            assessment: said("assessment"),
            review: said("review"),
            report: said("report"),
        },
        event: done.event,
        version: done.version,
        reason: done.reason,
        idempotency_key: done.idempotency_key,
    })
}
