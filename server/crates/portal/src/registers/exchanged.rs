//! What each register of exchange must say (SHR-16 to SHR-18, SHR-20).

use chrono::NaiveDate;
use kaishu_domain::exchange::was_there_before;
use kaishu_domain::permission::Action;
use kaishu_store::deliveries;
use kaishu_store::exchange::Exchange;
use kaishu_types::exchange::{ExchangeAnswer, ExchangeFields, ExchangeRegister};
use kaishu_types::organization::OrganizationView;
use kaishu_types::vocabulary::{OpenClass, RegionLevel, ShareClass};
use kaishu_types::{DatasetCode, Lang};

use super::by_rule;
use super::exchange::{ExchangeForm, MAX_TEXT};
use crate::accounts::Caller;
use crate::administration::Faults;
use crate::{Portal, Result};

impl Portal {
    /// Reads a record of a register, over the one that is there.
    pub(super) async fn read_exchange(
        &self,
        caller: &Caller,
        (register, organization): (ExchangeRegister, &OrganizationView),
        known: Option<&Exchange>,
        form: &ExchangeForm<'_>,
        lang: Lang,
    ) -> Result<Exchange> {
        let mut faults = Faults::new(lang);
        let mut read = Exchange {
            id: known.map_or(0, |known| known.id),
            register,
            place: (organization.named.code.clone(), organization.region.code.clone()),
            addressee: None,
            title: faults.name("title", form.title),
            fields: ExchangeFields {
                scope: needed(&mut faults, "scope", form.scope),
                ..Default::default()
            },
            dataset: None,
            revision: known.map_or(0, |known| known.revision),
        };
        match register {
            ExchangeRegister::Channels => self.read_channel(&mut read.fields, form, &mut faults),
            ExchangeRegister::ReturnDemands => {
                self.read_demand(&mut read, (organization, known), form, &mut faults);
            }
            ExchangeRegister::UpwardRequests => {
                self.read_upward(&mut read.fields, form, &mut faults)
            }
            ExchangeRegister::Backflows => self.read_backflow(&mut read.fields, form, &mut faults),
        }
        read.dataset = self.read_entry(caller, &read, form.dataset, &mut faults).await?;
        faults.into_result()?;
        if register == ExchangeRegister::Channels {
            self.refuse_new_channel(&read.fields, lang)?;
        }
        Ok(read)
    }

    /// All exchange runs through the platform: what began under the rules is no legacy (guangdong 20, anshan 9, aba 10).
    fn refuse_new_channel(&self, fields: &ExchangeFields, lang: Lang) -> Result<()> {
        let rule = &self.policy().rules.aggregation.new_channels;
        let effective = self.policy().header.effective;
        let is_old = |day: NaiveDate| was_there_before(day, effective, self.today());
        if rule.value || fields.began_on.is_some_and(is_old) {
            return Ok(());
        }
        let message = lang.pick(
            "规则施行以后不得新建共享交换通道，只登记施行以前已有的；需要共享的数据，通过平台的共享目录提供或者申请",
            "no channel is added once the rules are in force: only those that were there before are recorded; share and request data through the share catalogue",
        );
        let rule = rule.reference("aggregation.new_channels", lang);
        Err(by_rule(message.to_owned(), rule))
    }

    fn read_channel(
        &self,
        fields: &mut ExchangeFields,
        form: &ExchangeForm<'_>,
        faults: &mut Faults,
    ) {
        fields.counterpart = needed(faults, "counterpart", form.counterpart);
        fields.plan = needed(faults, "plan", form.plan);
        fields.began_on = needed_day(faults, "began_on", form.began_on);
        fields.closes_on = needed_day(faults, "closes_on", form.closes_on);
        fields.closed_on = self.past_day(faults, "closed_on", form.closed_on);
        if before(fields.closed_on, fields.began_on) {
            faults.add("closed_on", "不能早于开通日期", "Is before the channel began");
        }
    }

    /// What was answered stays as it was asked; then only the entry is added.
    fn read_demand(
        &self,
        read: &mut Exchange,
        (organization, known): (&OrganizationView, Option<&Exchange>),
        form: &ExchangeForm<'_>,
        faults: &mut Faults,
    ) {
        if let Some(known) = known.filter(|known| known.fields.answer.is_some()) {
            read.title.clone_from(&known.title);
            read.fields = known.fields.clone();
            read.addressee.clone_from(&known.addressee);
            return;
        }
        read.fields.level = faults.choice::<RegionLevel>("level", form.level);
        let code = form.addressee.trim();
        if code.is_empty() {
            return;
        }
        let directory = self.directory();
        let upper = directory.organization(code);
        let upper = upper.map(|it| (it.named.code.clone(), it.region.code.clone()));
        read.addressee = upper.filter(|(code, region)| self.is_above((code, region), organization));
        if read.addressee.is_none() {
            faults.add(
                "addressee",
                "选择上级单位；不选的由上级主管部门答复",
                "Choose an agency above; the authority above answers where none is named",
            );
        }
    }

    fn read_upward(
        &self,
        fields: &mut ExchangeFields,
        form: &ExchangeForm<'_>,
        faults: &mut Faults,
    ) {
        fields.counterpart = needed(faults, "counterpart", form.counterpart);
        fields.asked_on = needed_day(faults, "asked_on", form.asked_on);
        self.not_later(faults, "asked_on", fields.asked_on);
        fields.reason = faults.text("reason", form.reason, MAX_TEXT).unwrap_or_default();
        if !form.answer.trim().is_empty() {
            fields.answer = faults.choice::<ExchangeAnswer>("answer", form.answer);
        }
        if fields.answer == Some(ExchangeAnswer::Declined) && fields.reason.is_empty() {
            faults.add("reason", "写明上级不同意的理由", "Say why it was declined above");
        }
        fields.arrived_on = self.past_day(faults, "arrived_on", form.arrived_on);
        if fields.arrived_on.is_some() && fields.answer != Some(ExchangeAnswer::Granted) {
            faults.add(
                "arrived_on",
                "上级同意以后才有分发",
                "Data is distributed once it was granted above",
            );
        }
        if before(fields.arrived_on, fields.asked_on) {
            faults.add("arrived_on", "不能早于申请日期", "Is before it was asked for");
        }
    }

    fn read_backflow(
        &self,
        fields: &mut ExchangeFields,
        form: &ExchangeForm<'_>,
        faults: &mut Faults,
    ) {
        fields.counterpart = needed(faults, "counterpart", form.counterpart);
        fields.began_on = needed_day(faults, "began_on", form.began_on);
        self.not_later(faults, "began_on", fields.began_on);
        fields.asked_on = self.past_day(faults, "asked_on", form.asked_on);
        fields.arrived_on = self.past_day(faults, "arrived_on", form.arrived_on);
        for (name, day) in [("asked_on", fields.asked_on), ("arrived_on", fields.arrived_on)] {
            if before(day, fields.began_on) {
                faults.add(name, "不能早于上报日期", "Is before it was delivered up");
            }
        }
        if fields.arrived_on.is_some() {
            fields.share = faults.choice::<ShareClass>("share", form.share);
            fields.open = faults.choice::<OpenClass>("open", form.open);
        }
    }

    /// Reads the entry that data became: one in the catalogue, of the own agency; of an upward request one of any
    /// agency that the keeper sees.
    async fn read_entry(
        &self,
        caller: &Caller,
        read: &Exchange,
        text: &str,
        faults: &mut Faults,
    ) -> Result<Option<DatasetCode>> {
        let text = text.trim();
        if text.is_empty() || read.register == ExchangeRegister::Channels {
            return Ok(None);
        }
        let fields = &read.fields;
        let (has_come, zh, en) = match read.register {
            ExchangeRegister::ReturnDemands => (
                fields.answer == Some(ExchangeAnswer::Granted),
                "上级同意返还以后再关联目录",
                "Link an entry once the return was granted",
            ),
            _ => (
                fields.arrived_on.is_some(),
                "数据到达以后再关联目录，先写明到达日期",
                "Link an entry once data arrived; give the day first",
            ),
        };
        if !has_come {
            faults.add("dataset", zh, en);
            return Ok(None);
        }
        let found = match text.parse::<DatasetCode>() {
            Ok(code) => deliveries::entry(&self.inner.store, &code).await?,
            Err(_) => None,
        };
        let found = found.filter(|entry| {
            let place = (entry.organization.as_str(), entry.region.as_str());
            entry.organization == read.place.0
                || (read.register == ExchangeRegister::UpwardRequests
                    && self.may_on_records(caller, Action::SeeRegisters, place))
        });
        let Some(entry) = found else {
            faults.add(
                "dataset",
                "目录里没有本单位的这一项；先按流程编目、发布，再填写它的代码",
                "Your agency has no such entry in the catalogue: compile and publish it first, then give its code",
            );
            return Ok(None);
        };
        let kept = kaishu_store::datasets::find(&self.inner.store, &entry.code).await?;
        let class = kept.map(|kept| kept.fields.share.class);
        if let (Some(said), Some(class)) = (fields.share, class)
            && said != class
        {
            faults.add(
                "share",
                format!("目录的共享类型是“{}”，与登记的不一致", class.label(Lang::Zh)),
                format!("The entry says: {}", class.label(Lang::En)),
            );
        }
        Ok(Some(entry.code))
    }

    fn past_day(&self, faults: &mut Faults, name: &str, text: &str) -> Option<NaiveDate> {
        let day = faults.day(name, text);
        self.not_later(faults, name, day);
        day
    }

    fn not_later(&self, faults: &mut Faults, name: &str, day: Option<NaiveDate>) {
        if day.is_some_and(|day| day > self.today()) {
            faults.add(name, "不能晚于今天", "Is after today");
        }
    }
}

fn before(day: Option<NaiveDate>, other: Option<NaiveDate>) -> bool {
    day.zip(other).is_some_and(|(day, other)| day < other)
}

fn needed(faults: &mut Faults, name: &str, text: &str) -> String {
    let text = faults.text(name, text, MAX_TEXT).unwrap_or_default();
    if text.is_empty() && !faults.has(name) {
        faults.add(name, "请填写", "Fill this in");
    }
    text
}

fn needed_day(faults: &mut Faults, name: &str, text: &str) -> Option<NaiveDate> {
    let day = faults.day(name, text);
    if day.is_none() && !faults.has(name) {
        faults.add(name, "请写明日期", "Give the day");
    }
    day
}
