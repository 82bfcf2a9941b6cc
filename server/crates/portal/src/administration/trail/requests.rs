//! What copies were taken under: applications, and requests of agencies for what others share.

use std::collections::BTreeSet;

use kaishu_domain::holders;
use kaishu_domain::permission::Action;
use kaishu_store::cases::Case;
use kaishu_store::log::{self, Logged};
use kaishu_store::receipts::Copies;
use kaishu_store::{datasets, receipts};
use kaishu_types::case::CaseKind;
use kaishu_types::receipt::ReceiptView;
use kaishu_types::trail::{TrailDocument, TrailRequest};
use kaishu_types::{DatasetCode, ErrorCode, Lang, ReceiptCode};

use super::{Traced, TrailAsked, Wanted};
use crate::accounts::{Caller, Came};
use crate::sharing::is_verification;
use crate::{Portal, Result};

/// What is told of an application: what was decided, signed and ended.
const APPLICATION_ACTS: &[&str] = &[
    "submit",
    "approve",
    "refuse",
    "sign",
    "countersign",
    "file",
    "activate",
    "suspend",
    "restore",
    "revoke",
];
/// What is told of a share request: what was decided by whom, handed over and ended.
const SHARE_ACTS: &[&str] = &[
    "take",
    "submit",
    "approve",
    "refuse",
    "escalate",
    "settle_grant",
    "settle_refuse",
    "pass_up",
    "decide_grant",
    "decide_refuse",
    "deliver",
    "receive",
    "not_received",
    "doubt",
    "doubt_corrected",
    "doubt_sound",
    "consent",
    "suspend",
    "restore",
    "revoke",
    "give_back",
    "expire",
    holders::ENDED,
];

impl Portal {
    /// The copies that were taken under the grant of a request; its dataset where there is none yet.
    pub(super) async fn of_request(&self, case: &Case, before: Option<i64>) -> Result<Traced> {
        if !is_told(case) {
            return Ok(Traced::default());
        }
        let Ok(code) = case.about.subject.parse::<DatasetCode>() else {
            return Ok(Traced::default());
        };
        let Some(dataset) = datasets::find(&self.inner.store, &code).await? else {
            return Ok(Traced::default());
        };
        let copies = Copies { grant: Some(case.id), before, ..Copies::default() };
        let about = Wanted { dataset: code, version: dataset.version, files: BTreeSet::new() };
        Ok(Traced { versions: vec![about], ..self.copies(copies).await? })
    }

    /// The requests that copies lead back to, as far as the reader may know of them; the one that was asked for, too.
    pub(super) async fn requests_behind(
        &self,
        caller: &Caller,
        asked: &TrailAsked,
        copies: &[ReceiptView],
        lang: Lang,
    ) -> Result<Vec<TrailRequest>> {
        let store = &self.inner.store;
        let codes: Vec<ReceiptCode> = copies.iter().map(|receipt| receipt.code.clone()).collect();
        let mut cases: BTreeSet<i64> = receipts::grants(store, &codes).await?.into_iter().collect();
        cases.extend(match asked {
            TrailAsked::Case(case) => Some(*case),
            _ => None,
        });
        let mut requests = Vec::new();
        for id in cases {
            let Some(case) = kaishu_store::cases::find(store, id).await? else { continue };
            if is_told(&case) && self.may_trace_case(caller, &case) {
                requests.push(Box::pin(self.request(&case, lang)).await?);
            }
        }
        Ok(requests)
    }

    /// The request under whose grant a copy was taken, where the reader may see it: its provider, who has no trail of
    /// copies, gets from what leaked to the grant, too.
    ///
    /// # Errors
    ///
    /// Fails where the database does. What the reader may not see, and what was taken without a grant, is nothing.
    pub async fn request_behind(
        &self,
        caller: &Caller,
        receipt: &ReceiptCode,
    ) -> Result<Option<(CaseKind, i64)>> {
        let store = &self.inner.store;
        let cases = receipts::grants(store, std::slice::from_ref(receipt)).await?;
        let Some(id) = cases.first().copied() else { return Ok(None) };
        let Some(case) = kaishu_store::cases::find(store, id).await? else { return Ok(None) };
        let kind = case.file.kind;
        let seen = match kind {
            CaseKind::Application => self.application_case(caller, id).await,
            CaseKind::ShareRequest => self.share_case(caller, id).await,
            _ => return Ok(None),
        };
        match seen {
            Ok(_) => Ok(Some((kind, id))),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn may_trace_case(&self, caller: &Caller, case: &Case) -> bool {
        let subject = self.subject_of(&case.about, false);
        caller.came() == Some(Came::Command)
            || caller.role_for(Action::TraceCopies, &subject).is_some()
    }

    async fn request(&self, case: &Case, lang: Lang) -> Result<TrailRequest> {
        let store = &self.inner.store;
        let (number, applicant, purpose) = self.party_behind(case, lang).await?;
        let grant = kaishu_store::grants::find(store, case.id).await?;
        let signed = kaishu_store::agreements::of_case(store, case.id).await?;
        let events = log::of_case(store, case.id).await?;
        let is_shared = case.file.kind == CaseKind::ShareRequest;
        let told = if is_shared { SHARE_ACTS } else { APPLICATION_ACTS };
        let is_shown = |it: &&Logged| told.contains(&it.event.name.as_str());
        Ok(TrailRequest {
            case: case.id,
            kind: case.file.kind,
            number,
            applicant,
            purpose,
            state: self.card(case, lang).state.label,
            until: grant.as_ref().map(|grant| grant.last_day),
            filing: grant.filter(|_| !is_shared).map(|grant| grant.filing),
            acts: events.iter().filter(is_shown).map(|it| self.trail_act(it, lang)).collect(),
            documents: signed
                .into_iter()
                .map(|it| TrailDocument { id: it.id, kind: it.kind, sha256: it.sha256 })
                .collect(),
        })
    }

    /// The number of a request, who asks, and what for.
    async fn party_behind(&self, case: &Case, lang: Lang) -> Result<(String, String, String)> {
        if case.file.kind == CaseKind::ShareRequest {
            let (stored, document) = self.stored_request(case.id).await?;
            let agency = self.organization_named(&stored.organization).label(lang).to_owned();
            let said = [document.matter.trim(), document.purpose.trim()];
            let said: Vec<&str> = said.into_iter().filter(|it| !it.is_empty()).collect();
            let purpose = said.join(lang.pick("；", "; "));
            return Ok((crate::sharing::number_of(case), agency, purpose));
        }
        let (_, document) = self.stored_application(case.id, false).await?;
        let number = crate::access::number_of(case);
        Ok((number, document.applicant.name, document.purpose_text))
    }
}

/// Whether copies can have been taken under a case, and it is told of.
fn is_told(case: &Case) -> bool {
    match case.file.kind {
        // What is only written is nobody's to follow.
        CaseKind::Application => !case.file.steps.is_empty(),
        // No copy leaves where values are verified.
        CaseKind::ShareRequest => !is_verification(case),
        _ => false,
    }
}
