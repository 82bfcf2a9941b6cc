//! Shared data that is handed over where online delivery is truly hard: recorded by its provider, confirmed by the
//! agency that received it, and a retrieval from then on (SHR-10, aba 25).

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use kaishu_domain::cases::Guard;
use kaishu_domain::offline::{self, Delivery};
use kaishu_domain::sharing::items_opened;
use kaishu_store::Transaction;
use kaishu_store::cases::Case;
use kaishu_store::receipts::{self, Under};
use kaishu_types::Lang;
use kaishu_types::case::CaseView;
use kaishu_types::dataset::{DataItemView, DatasetView, EntryFields};
use kaishu_types::receipt::{ReceiptView, Retrieved};
use kaishu_types::vocabulary::ShareClass;

use super::acting::{Desk, ShareAct};
use super::guarding::{Holds, rule};
use super::requesting::written;
use crate::access::Grant;
use crate::accounts::Caller;
use crate::downloads::attribution;
use crate::{Portal, Result};

/// The last offline delivery under a request, as both sides read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareDelivery {
    /// On what.
    pub medium: String,
    /// Names of the data items; none of a dataset without any.
    pub items: BTreeSet<String>,
    /// Whether the agency has not said anything to it.
    pub is_waiting: bool,
    /// The number of the receipt; none where nothing was received, or not yet.
    pub receipt: Option<String>,
}

impl Portal {
    /// Writes the receipt of what an agency confirmed: what it was, and who confirmed it.
    pub(super) async fn receipt_of_delivery(
        &self,
        transaction: &Transaction,
        (caller, case): (&Caller, &Case),
        dataset: &DatasetView,
    ) -> Result<ReceiptView> {
        let said = |name: &str| case.file.facts.get(name).cloned().unwrap_or_default();
        let version = said(offline::VERSION).parse().unwrap_or(dataset.version);
        let (now, today) = (self.instant(), self.today());
        let attribution = attribution(&self.site(), dataset, version, today).zh;
        let receipt = |code| ReceiptView {
            code,
            dataset: dataset.code.clone(),
            dataset_title: dataset.fields.title.clone(),
            version,
            kind: Retrieved::Offline,
            // Nobody asked a question: which items were on the medium stands in its place.
            question: Some(said(offline::ITEMS)),
            resource_id: None,
            resource_title: said(offline::MEDIUM),
            file_name: String::new(),
            size_bytes: None,
            sha256: None,
            sm3: None,
            provider: dataset.organization.clone(),
            licence: dataset.fields.licence.clone(),
            licence_accepted: false,
            retrieved_at: now,
            attribution,
        };
        let under = Under {
            grant: Some(case.id),
            account: caller.account(),
            organization: case.file.facts.get("party").cloned(),
        };
        Ok(receipts::create_in(transaction, today, &under, receipt).await?)
    }

    pub(super) fn holds_for_delivery(
        &self,
        desk: &Desk,
        (guard, done): (Guard, &ShareAct),
        lang: Lang,
    ) -> Holds {
        let is_waiting = offline::waits(&desk.case.file.facts);
        match guard {
            Guard::OfflineAllowed => rule(
                self.policy_of(&desk.case).rules.share_app.offline.value,
                lang,
                (
                    "按现行规则，共享数据只通过平台获取，不能线下交付",
                    "by the rules in force shared data is had on the platform only",
                ),
            ),
            Guard::DeliveryWhole => {
                let entry = desk.dataset.as_ref().map(|it| (&it.fields, it.items.as_slice()));
                let opened = opened(desk.grant.as_ref(), entry, self.today());
                let items = done.items.clone().unwrap_or_default();
                let delivery = Delivery { medium: &done.medium, items: &items };
                offline::check(opened.as_ref(), delivery)
                    .map_err(|(zh, en)| lang.pick(zh, en).to_owned())
            }
            Guard::DeliveryWaits => rule(
                is_waiting,
                lang,
                ("没有等待确认的线下交付", "no offline delivery waits to be confirmed"),
            ),
            _ => rule(
                !is_waiting,
                lang,
                (
                    "有一次线下交付等待使用单位确认，请使用单位先确认收到或者没有收到",
                    "an offline delivery waits: the agency first says whether it received it",
                ),
            ),
        }
    }
}

/// What stays with a case of a delivery, and of what the agency says to it.
pub(super) fn facts_of(desk: &Desk, done: &ShareAct) -> Result<Vec<(&'static str, String)>> {
    let standing = |standing: &str| (offline::STANDING, standing.to_owned());
    Ok(match done.event.as_str() {
        "deliver" => {
            let version = desk.dataset.as_ref().map(|it| it.version).unwrap_or_default();
            vec![
                standing(offline::WAITING),
                (offline::MEDIUM, done.medium.clone()),
                (offline::ITEMS, written(&done.items.clone().unwrap_or_default())?),
                (offline::VERSION, version.to_string()),
            ]
        }
        "receive" => vec![standing(offline::RECEIVED)],
        "not_received" => vec![standing(offline::NOT_RECEIVED)],
        _ => Vec::new(),
    })
}

/// The items that a grant opens on a day; none where it opens nothing, empty where it opens a whole without items.
pub(super) fn opened(
    grant: Option<&Grant>,
    entry: Option<(&EntryFields, &[DataItemView])>,
    day: NaiveDate,
) -> Option<BTreeSet<String>> {
    let (grant, (fields, items)) = (grant?, entry?);
    if !grant.is_in_force(day) {
        return None;
    }
    let opened = items_opened(fields, items, &grant.items);
    let is_whole = items.is_empty() && fields.share.class == ShareClass::Unconditional;
    (is_whole || !opened.is_empty()).then_some(opened)
}

/// The last delivery of a case.
pub(super) fn last_of(facts: &BTreeMap<String, String>) -> Option<ShareDelivery> {
    let standing = facts.get(offline::STANDING)?;
    let items = facts.get(offline::ITEMS).and_then(|items| serde_json::from_str(items).ok());
    // A receipt may be of the delivery before.
    let receipt = facts.get(offline::RECEIPT).filter(|_| standing == offline::RECEIVED);
    Some(ShareDelivery {
        medium: facts.get(offline::MEDIUM).cloned().unwrap_or_default(),
        items: items.unwrap_or_default(),
        is_waiting: offline::waits(facts),
        receipt: receipt.cloned(),
    })
}

/// Takes away what there is a button for and no reason to push it.
pub(super) fn offer(view: &mut CaseView, is_allowed: bool) {
    let is_waiting = offline::waits(&view.facts);
    view.actions.retain(|action| match action.event.code.as_str() {
        "deliver" => is_allowed && !is_waiting,
        "receive" | "not_received" => is_waiting,
        _ => true,
    });
}
