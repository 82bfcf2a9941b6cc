//! Datasets that go to another organization: offered by the one, taken over by the other.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_domain::cases::{Act, Actor};
use kaishu_domain::catalogued::check_creator;
use kaishu_domain::permission::Action;
use kaishu_store::cases::{Case, CaseSubject};
use kaishu_types::case::CaseKind;
use kaishu_types::dataset::DatasetView;
use kaishu_types::vocabulary::DatasetState;
use kaishu_types::{DatasetCode, ErrorCode, Lang};

use crate::accounts::Caller;
use crate::cases::{Decided, Wanted, moved_on};
use crate::{Error, Portal, Result};

/// How long an offer stands: whoever made it may have left meanwhile (proposed).
const MAX_WAIT: TimeDelta = TimeDelta::days(60);

/// A transfer that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenTransfer {
    /// The case.
    pub case: i64,
    /// Whom it was offered to.
    pub to: String,
    /// When.
    pub offered_at: DateTime<Utc>,
}

impl Portal {
    /// Offers a dataset to another organization, and returns the case. Until the other one takes it over
    /// nothing changes.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller may not know of the dataset; refused for who may not give it away;
    /// `InvalidInput` for an organization that is none, or is the provider; `Conflict` where something else
    /// is under way.
    pub async fn offer_transfer(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        (to, reason): (&str, &str),
        lang: Lang,
    ) -> Result<i64> {
        let store = &self.inner.store;
        let hidden = || Error::not_found("dataset", code.to_string());
        let dataset = kaishu_store::datasets::find(store, code).await?.ok_or_else(hidden)?;
        self.actor_on(caller, Action::TransferDatasets, &dataset, lang).await?;
        self.can_move(&dataset, lang).await?;
        if self.open_transfer(code).await?.is_some() {
            return Err(in_the_way(
                lang.pick("已经有一份移交等待接收", "another transfer waits for its answer"),
            ));
        }
        let directory = self.directory();
        let taker =
            directory.organization(to).filter(|it| it.named.code != dataset.organization.code);
        let taker = taker.ok_or_else(|| {
            let message = lang.pick("请选择另一个单位", "choose another organization");
            Error::field("to", message)
        })?;
        let about = self.life_subject(&dataset);
        let given = BTreeMap::from([
            ("from".to_owned(), dataset.organization.code.clone()),
            ("to".to_owned(), taker.named.code.clone()),
            ("authors".to_owned(), caller.account().map(|it| it.to_string()).unwrap_or_default()),
        ]);
        let offered = self.decide(
            CaseKind::Transfer,
            &about,
            None,
            Wanted {
                caller,
                lang,
                act: Act {
                    event: "offer".to_owned(),
                    reason: reason.to_owned(),
                    facts: given,
                    ..Act::default()
                },
                holds: &|_| Ok(()),
                idempotency_key: None,
            },
        )?;
        let transaction = store.begin().await?;
        let key = &self.inner.log_key;
        let (id, _) =
            kaishu_store::cases::open(&transaction, key, &about, &offered.happening()).await?;
        let case = Case {
            id,
            about,
            updated_at: offered.event.at,
            file: offered.file,
            due: None,
            waits_for: None,
        };
        let place = (taker.named.code.as_str(), taker.region.code.as_str());
        let delivered = self.moved(&case, "deliver", place)?;
        kaishu_store::cases::add(&transaction, key, &case, &delivered.happening()).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Takes an offer back that nobody answered yet.
    ///
    /// # Errors
    ///
    /// As for an offer; `Conflict` where none waits.
    pub async fn withdraw_transfer(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        reason: &str,
        lang: Lang,
    ) -> Result<()> {
        let store = &self.inner.store;
        let hidden = || Error::not_found("dataset", code.to_string());
        let dataset = kaishu_store::datasets::find(store, code).await?.ok_or_else(hidden)?;
        self.actor_on(caller, Action::TransferDatasets, &dataset, lang).await?;
        let cases =
            kaishu_store::cases::of_subject(store, code.as_str(), CaseKind::Transfer).await?;
        let open = cases.into_iter().find(|case| case.file.state == "offered");
        let case = open.ok_or_else(|| moved_on(lang))?;
        let place = (dataset.organization.code.as_str(), dataset.region.code.as_str());
        let recalled = self.moved(&case, "recall", place)?;
        let back = Case {
            about: self.life_subject(&dataset),
            file: recalled.file.clone(),
            ..case.clone()
        };
        let wanted = Wanted {
            caller,
            lang,
            act: Act { event: "withdraw".to_owned(), reason: reason.to_owned(), ..Act::default() },
            holds: &|_| Ok(()),
            idempotency_key: None,
        };
        let withdrawn = self.decide(CaseKind::Transfer, &back.about, Some(&back), wanted)?;
        let transaction = store.begin().await?;
        let key = &self.inner.log_key;
        kaishu_store::cases::add(&transaction, key, &case, &recalled.happening()).await?;
        kaishu_store::cases::add(&transaction, key, &back, &withdrawn.happening()).await?;
        Ok(transaction.commit().await?)
    }

    /// Takes a dataset over, or declines it. What is taken over belongs to the new provider with the next
    /// request, and what is open about it moves with it.
    ///
    /// # Errors
    ///
    /// As any act on a case; `Conflict` where the dataset has changed so that it cannot move.
    pub async fn act_on_transfer(
        &self,
        caller: &Caller,
        id: i64,
        (event, version, reason): (String, u32, String),
        lang: Lang,
    ) -> Result<()> {
        let case = self.visible_case(caller, id).await?;
        if case.file.kind != CaseKind::Transfer {
            return Err(Error::not_found("case", id.to_string()));
        }
        if case.file.n_events != version {
            return Err(moved_on(lang));
        }
        let wanted = Wanted {
            caller,
            lang,
            act: Act { event, reason, ..Act::default() },
            holds: &|_| Ok(()),
            idempotency_key: None,
        };
        let decided = self.decide(CaseKind::Transfer, &case.about, Some(&case), wanted)?;
        let is_late = case.file.opened_at + MAX_WAIT < self.instant();
        if decided.file.state == "taken" && is_late {
            return Err(in_the_way(lang.pick(
                "这份移交提出已超过 60 天，请对方撤回后重新提出",
                "it was offered more than 60 days ago; it has to be offered anew",
            )));
        }
        if decided.file.state == "taken" {
            return self.take_dataset(&case, &decided, lang).await;
        }
        let transaction = self.inner.store.begin().await?;
        let key = &self.inner.log_key;
        kaishu_store::cases::add(&transaction, key, &case, &decided.happening()).await?;
        Ok(transaction.commit().await?)
    }

    async fn take_dataset(&self, case: &Case, decided: &Decided, lang: Lang) -> Result<()> {
        let store = &self.inner.store;
        let unknown = || Error::not_found("dataset", case.about.subject.clone());
        let code: DatasetCode = case.about.subject.parse().map_err(|_| unknown())?;
        let dataset = kaishu_store::datasets::find(store, &code).await?.ok_or_else(unknown)?;
        if case.file.facts.get("from") != Some(&dataset.organization.code) {
            return Err(in_the_way(
                lang.pick("这个数据集已经换了提供单位", "it has another provider by now"),
            ));
        }
        self.can_move(&dataset, lang).await?;
        let (Some(organization), Some(region)) = (&case.about.organization, &case.about.region)
        else {
            return Err(Error::Internal(format!("transfer {} names no place", case.id)));
        };
        let mut document = self.document_of(&dataset).await?;
        document.version_note = format!("由{}移交", dataset.organization.label(Lang::Zh));
        document.organization.clone_from(organization);
        document.region.clone_from(region);
        // Who could not have entered it does not come to it this way either (CAT-04).
        let compilers = self.compilers_of(&document).await?;
        if let Some(fault) = check_creator(self.policy_of(case), &document, &compilers) {
            return Err(in_the_way(&fault.shown(lang).message));
        }
        let mut entry = self.entry_of(&code, &document);
        entry.published_at = dataset.published_at;
        entry.updated_at = dataset.updated_at;
        entry.author = Some(decided.event.by.name.clone());
        entry.resources.clear();
        for resource in &dataset.resources {
            entry.resources.push(self.kept(&code, resource).await?);
        }
        let mut moving = Vec::new();
        for kind in [
            CaseKind::Life,
            CaseKind::Change,
            CaseKind::Reassessment,
            CaseKind::Dispute,
            CaseKind::Application,
            CaseKind::UsageReport,
            CaseKind::Violation,
            CaseKind::ShareRequest,
        ] {
            let open = kaishu_store::cases::of_subject(store, code.as_str(), kind).await?;
            // An application that is only written is nobody's but the applicant's.
            let is_moved = |it: &Case| {
                it.file.closed_at.is_none()
                    && (it.file.kind != CaseKind::Application || !it.file.steps.is_empty())
            };
            for other in open.into_iter().filter(is_moved) {
                let moved = self.moved(&other, "move", (organization, region))?;
                moving.push((other, moved));
            }
        }
        let key = &self.inner.log_key;
        let transaction = store.begin_catalogue().await?;
        // What was read still holds, or nothing moves.
        let now = kaishu_store::datasets::standing(&transaction, &code).await?;
        let is_same =
            now.is_some_and(|it| it.version == dataset.version && it.state == dataset.state);
        let is_revised =
            kaishu_store::cases::has_open(&transaction, code.as_str(), CaseKind::Opening).await?;
        if !is_same || is_revised {
            return Err(moved_on(lang));
        }
        kaishu_store::datasets::publish(&transaction, &entry).await?;
        // Nobody of the new provider has seen the figures that were shown.
        kaishu_store::looks::end(&transaction, &code).await?;
        kaishu_store::cases::add(&transaction, key, case, &decided.happening()).await?;
        for (other, moved) in &moving {
            kaishu_store::cases::add(&transaction, key, other, &moved.happening()).await?;
        }
        transaction.commit().await?;
        self.reload_directory().await?;
        self.wake_index();
        Ok(())
    }

    /// An event by which a case comes to belong to another organization; who is there is told.
    fn moved(
        &self,
        case: &Case,
        event: &str,
        (organization, region): (&str, &str),
    ) -> Result<Decided> {
        let about = CaseSubject {
            organization: Some(organization.to_owned()),
            region: Some(region.to_owned()),
            ..case.about.clone()
        };
        let place = [("organization", organization), ("region", region)];
        let place = place.map(|(name, code)| (name.to_owned(), code.to_owned()));
        let wanted = Wanted {
            caller: &Caller::visitor(),
            lang: Lang::Zh,
            act: Act {
                event: event.to_owned(),
                by: Actor::system(),
                facts: BTreeMap::from(place),
                ..Act::default()
            },
            holds: &|_| Ok(()),
            idempotency_key: None,
        };
        self.decide(case.file.kind, &about, Some(case), wanted)
    }

    /// The transfer of a dataset that waits for its answer.
    pub(super) async fn open_transfer(&self, code: &DatasetCode) -> Result<Option<OpenTransfer>> {
        let store = &self.inner.store;
        let cases =
            kaishu_store::cases::of_subject(store, code.as_str(), CaseKind::Transfer).await?;
        let open = cases.into_iter().find(|case| case.file.closed_at.is_none());
        Ok(open.map(|case| OpenTransfer {
            case: case.id,
            to: case.file.facts.get("to").cloned().unwrap_or_default(),
            offered_at: case.file.opened_at,
        }))
    }

    /// Whether a dataset can move now: it is published, and nobody writes it anew.
    async fn can_move(&self, dataset: &DatasetView, lang: Lang) -> Result<()> {
        if dataset.state != DatasetState::Published {
            return Err(in_the_way(lang.pick(
                "只有正在开放的数据集可以移交，请先恢复开放",
                "only what is published moves; restore it first",
            )));
        }
        if dataset.origin.is_some() {
            return Err(in_the_way(lang.pick(
                "这个数据集由外部目录导入，提供单位以来源为准，请在来源处变更",
                "it is imported, and its provider is what the source says; change it there",
            )));
        }
        if self.open_revision(&dataset.code).await?.is_some() {
            return Err(in_the_way(lang.pick(
                "还有一份没有办结的修订，请先发布或者放弃",
                "a revision is under way; publish it or give it up first",
            )));
        }
        Ok(())
    }
}

pub(super) fn in_the_way(message: &str) -> Error {
    Error::Refused {
        code: ErrorCode::Conflict,
        message: message.to_owned(),
        rule: None,
        remedy: None,
    }
}
