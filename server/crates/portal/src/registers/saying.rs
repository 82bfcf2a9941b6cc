//! What an agency says of the delivery of an entry: since when it holds data, that a law forbids it (PUB-08), that the
//! system of an upper unit delivers it (PUB-10).

use chrono::NaiveDate;
use kaishu_domain::aggregation::may_refuse_by;
use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Action;
use kaishu_domain::policy::RuleValue;
use kaishu_store::deliveries::{self, DeliveredEntry, Delivery};
use kaishu_types::register::DeliveryStanding;
use kaishu_types::{DatasetCode, Lang};

use super::by_rule;
use crate::accounts::Caller;
use crate::administration::Faults;
use crate::cases::{LogAct, moved_on};
use crate::{Error, Portal, Result};

/// Longest text of several lines, in characters.
const MAX_TEXT: usize = 2_000;
/// Longest title or article of a norm, in characters.
const MAX_NORM: usize = 200;

/// What an agency says of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryForm<'a> {
    /// `hold`, `refuse`, `exempt` or `restore`.
    pub act: &'a str,
    /// The revision that was read.
    pub revision: i32,
    /// The first day of which data is held.
    pub held_since: &'a str,
    /// Title of the law.
    pub basis_title: &'a str,
    /// Its article.
    pub basis_article: &'a str,
    /// Its level.
    pub basis_level: &'a str,
    /// Number of the system of the own agency that stands for one of an upper unit.
    pub system: &'a str,
    /// Why.
    pub reason: &'a str,
}

impl Portal {
    /// Says something of the delivery of an entry: since when data is held, that a law forbids it, that the system of an
    /// upper unit delivers it, or that it is to be delivered after all.
    ///
    /// # Errors
    ///
    /// `NotFound` for an entry whose records the caller does not see; refused for who does not keep them; with the
    /// article, where no law is cited or the rules know no exemption; `InvalidInput` naming each field; `Conflict`
    /// where somebody said something since.
    pub async fn say_of_delivery(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        form: &DeliveryForm<'_>,
        lang: Lang,
    ) -> Result<()> {
        let entry = self.seen_entry(caller, code).await?;
        let subject = self.subject(Some(&entry.organization), Some(&entry.region), false);
        let by = self.permitted(caller, Action::KeepSystems, &subject, lang)?;
        if entry.said.revision != form.revision {
            return Err(moved_on(lang));
        }
        let (event, said) = match form.act {
            "hold" => ("delivery_held", self.read_held(form, &entry, lang)?),
            "refuse" => ("delivery_refused", self.read_refusal(form, &entry, lang)?),
            "exempt" => ("delivery_exempted", self.read_exemption(form, &entry, lang).await?),
            "restore" => ("delivery_due", restored(&entry.said)),
            _ => {
                return Err(Error::not_found(
                    "event",
                    form.act.chars().take(40).collect::<String>(),
                ));
            }
        };
        self.keep_delivery(code, (event, by), &said).await
    }

    async fn keep_delivery(
        &self,
        code: &DatasetCode,
        (event, by): (&str, Actor),
        said: &Delivery,
    ) -> Result<()> {
        let [title, article, level] = &said.basis;
        let text = |text: &String| (!text.is_empty()).then(|| text.clone());
        let facts = [
            ("standing", Some(said.standing.to_string())),
            ("held_since", said.held_since.map(|day| day.to_string())),
            ("system", said.system.map(|id| id.to_string())),
            ("basis", text(title)),
            ("article", text(article)),
            ("level", text(level)),
        ];
        let facts = facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let (subject, reason) = (code.as_str(), said.reason.as_str());
        let act = LogAct { kind: "dataset", subject, event, by, reason, facts: facts.collect() };
        let transaction = self.inner.store.begin().await?;
        deliveries::save(&transaction, code, said, self.instant()).await?;
        self.log(&transaction, act).await?;
        Ok(transaction.commit().await?)
    }

    fn read_held(
        &self,
        form: &DeliveryForm<'_>,
        entry: &DeliveredEntry,
        lang: Lang,
    ) -> Result<Delivery> {
        let mut faults = Faults::new(lang);
        let held_since: Option<NaiveDate> = faults.day("held_since", form.held_since);
        if held_since.is_none() && !faults.has("held_since") {
            faults.add("held_since", "写明从哪一天起持有数据", "Say since which day data is held");
        }
        if held_since.is_some_and(|day| day > self.today()) {
            faults.add("held_since", "不能晚于今天", "Is after today");
        }
        faults.into_result()?;
        Ok(Delivery { held_since, ..entry.said.clone() })
    }

    /// An agency refuses nothing but by a law that it cites (aba 18).
    fn read_refusal(
        &self,
        form: &DeliveryForm<'_>,
        entry: &DeliveredEntry,
        lang: Lang,
    ) -> Result<Delivery> {
        let rule = &self.policy().rules.aggregation.refusal;
        let title = form.basis_title.trim();
        if title.is_empty() || !may_refuse_by(self.policy(), form.basis_level) {
            let known = rule.value.words(lang);
            let message = lang.pick(
                format!("除法律、法规另有规定外，不得拒绝归集。写明依据的名称和条款，层级为{known}；没有依据的应当归集"),
                format!(
                    "a delivery is not refused but by law: name the norm and its article ({known}), or deliver"
                ),
            );
            return Err(by_rule(message, rule.reference("aggregation.refusal", lang)));
        }
        let mut faults = Faults::new(lang);
        let mut text = |field: &str, value: &str, most: usize, (zh, en): (&str, &str)| {
            let text = faults.text(field, value, most).unwrap_or_default();
            if text.is_empty() && !faults.has(field) {
                faults.add(field, zh, en);
            }
            text
        };
        let title = text("basis_title", title, MAX_NORM, ("请填写", "Fill this in"));
        let article =
            text("basis_article", form.basis_article, MAX_NORM, ("写明条款", "Name the article"));
        let reason = text("reason", form.reason, MAX_TEXT, ("请写明理由", "Say why"));
        faults.into_result()?;
        Ok(Delivery {
            standing: DeliveryStanding::Refused,
            system: None,
            basis: [title, article, form.basis_level.to_owned()],
            reason,
            ..entry.said.clone()
        })
    }

    /// Whoever uses the system of an upper unit need not deliver its data again (guangdong 15).
    async fn read_exemption(
        &self,
        form: &DeliveryForm<'_>,
        entry: &DeliveredEntry,
        lang: Lang,
    ) -> Result<Delivery> {
        let rule = &self.policy().rules.aggregation.upper_system;
        if !rule.value {
            let message = lang.pick(
                "现行规则没有免予报送的规定，使用上级系统的也应当归集",
                "the rules in force exempt nobody; whoever uses the system of an upper unit delivers, too",
            );
            let rule = rule.reference("aggregation.upper_system", lang);
            return Err(by_rule(message.to_owned(), rule));
        }
        let systems = self.exempting_systems(&entry.organization).await?;
        let system = systems.into_iter().find(|(id, _)| id.to_string() == form.system.trim());
        let Some((id, _)) = system else {
            return Err(Error::field(
                "system",
                lang.pick(
                    "选择本单位登记的、使用上级统建系统的一项；还没有的，先在信息系统登记簿登记",
                    "choose a record of your agency that names the system of an upper unit; record it first where there is none",
                ),
            ));
        };
        let mut faults = Faults::new(lang);
        let reason = faults.text("reason", form.reason, MAX_TEXT).unwrap_or_default();
        faults.into_result()?;
        Ok(Delivery {
            standing: DeliveryStanding::Exempt,
            system: Some(id),
            basis: Default::default(),
            reason,
            ..entry.said.clone()
        })
    }
}

/// What is to be delivered after all; since when data is held stays.
fn restored(said: &Delivery) -> Delivery {
    Delivery { held_since: said.held_since, revision: said.revision, ..Delivery::default() }
}
