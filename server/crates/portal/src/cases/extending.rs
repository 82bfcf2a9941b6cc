//! More time for whoever a case waits for: asked for with a reason, decided by who is responsible, within what the
//! profile allows (SUP-01, aba 20¶2).

use std::collections::BTreeMap;

use kaishu_domain::cases::{ANSWER, ASKED, ASKED_BY, Act, CaseFile, Clock};
use kaishu_domain::permission::Action;
use kaishu_domain::policy::Rules;
use kaishu_store::cases::{self, Case};
use kaishu_store::log::{self, Logged};
use kaishu_types::case::{AskedExtension, ExtensionView};
use kaishu_types::{ErrorCode, Lang, RuleRef};

use super::{Wanted, moved_on, request_key, seen_from};
use crate::accounts::Caller;
use crate::publishing::OpeningAct;
use crate::{Error, Portal, Result};

const ASK: &str = "ask_extension";
const EXTEND: &str = "extend";
const REFUSE: &str = "refuse_extension";

/// Whether an event is about how much time there is, whatever the kind of the case.
pub(crate) fn is_about_time(event: &str) -> bool {
    [ASK, EXTEND, REFUSE].contains(&event)
}

impl Portal {
    /// What the reader of a case sees of more time for it: what they may ask for, what was asked and waits; none where
    /// there is nothing of either.
    pub(super) fn extension_view(
        &self,
        caller: &Caller,
        case: &Case,
        events: &[Logged],
        lang: Lang,
    ) -> Option<ExtensionView> {
        let (file, today) = (&case.file, self.today());
        let rules = &self.policy_of(case).rules;
        let subject = self.subject_of_case(caller, case);
        let may = |action: Action| {
            caller.role_for(action, &seen_from(file.kind, &subject, action)).is_some()
        };
        if let Some(clock) = file.asked_extension(today) {
            let is_asker = is_asker(file, caller);
            let may_decide = !is_asker && file.responsible().is_some_and(may);
            let asked = events.iter().rev().find(|it| it.event.name == ASK).map(|it| {
                let event = &it.event;
                let (by, at, reason) = (event.by.name.clone(), event.at, event.body.reason.clone());
                AskedExtension { by, acting: self.acting(&event.by, lang), at, reason }
            });
            let in_all = extended(rules, &clock.rule)?;
            return Some(self.longer(rules, (clock, in_all), (false, asked, may_decide), lang));
        }
        let (clock, in_all) = file.extendable(today, &|rule| extended(rules, rule))?;
        let may_ask = file.responsible().is_some() && file.waits_for().is_some_and(may);
        may_ask.then(|| self.longer(rules, (clock, in_all), (true, None, false), lang))
    }

    fn longer(
        &self,
        rules: &Rules,
        (clock, in_all): (&Clock, u32),
        (may_ask, asked, may_decide): (bool, Option<AskedExtension>, bool),
        lang: Lang,
    ) -> ExtensionView {
        let mut longer = clock.clone();
        // Where the calendar does not reach so far, the day is not known yet.
        let extended = longer.extend(in_all, &self.inner.calendar).ok();
        ExtensionView {
            rule: extension_rule(rules, Some(&clock.rule), lang),
            clock: clock.rule.clone(),
            working_days: clock.working_days,
            extended_working_days: in_all,
            last_day: clock.last_day,
            extended_last_day: extended.map(|()| longer.last_day),
            may_ask,
            asked,
            may_decide,
        }
    }

    /// Asks for more time in a case of any kind, or decides on what was asked.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no case that the caller may see; refused for who may not, with the rule where the
    /// profile gives no more time, or it was asked for before; `InvalidInput` without a reason; `Conflict` where
    /// something else happened since.
    pub(crate) async fn act_on_time(
        &self,
        caller: &Caller,
        case: &Case,
        done: OpeningAct,
        lang: Lang,
    ) -> Result<()> {
        let sent = done.idempotency_key.as_deref();
        let sent = sent.map(|key| request_key(caller, case.id, &done.event, key));
        if let Some(key) = &sent
            && log::find_by_key(&self.inner.store, key).await?.is_some()
        {
            // The same request, sent twice: it was done the first time.
            return Ok(());
        }
        if case.file.n_events != done.version {
            return Err(moved_on(lang));
        }
        let facts = self.facts_of_time(caller, case, &done.event);
        let wanted = Wanted {
            caller,
            lang,
            act: Act { event: done.event, reason: done.reason, facts, ..Act::default() },
            holds: &|_| Ok(()),
            idempotency_key: sent,
        };
        let decided = self.decide(case.file.kind, &case.about, Some(case), wanted)?;
        let transaction = self.inner.store.begin().await?;
        let key = &self.inner.log_key;
        cases::add(&transaction, key, case, &decided.happening()).await?;
        Ok(transaction.commit().await?)
    }

    fn facts_of_time(&self, caller: &Caller, case: &Case, event: &str) -> BTreeMap<String, String> {
        let facts = match event {
            ASK => {
                let (file, rules) = (&case.file, &self.policy_of(case).rules);
                let found = file.extendable(self.today(), &|rule| extended(rules, rule));
                let clock = found.map(|(clock, _)| file.name_of(clock)).unwrap_or_default();
                let by = caller.account().map(|account| account.to_string()).unwrap_or_default();
                vec![(ASKED, clock), (ASKED_BY, by), (ANSWER, String::new())]
            }
            EXTEND => vec![(ANSWER, "extended".to_owned())],
            _ => vec![(ANSWER, "refused".to_owned())],
        };
        facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

fn is_asker(file: &CaseFile, caller: &Caller) -> bool {
    let asked_by = file.facts.get(ASKED_BY).and_then(|account| account.parse::<i64>().ok());
    asked_by.is_some() && asked_by == caller.account()
}

/// The refusal of more time that the profile does not give, or that was asked for before or too late.
pub(super) fn no_more_time(rules: &Rules, file: Option<&CaseFile>, lang: Lang) -> Error {
    let running = file.and_then(|file| file.open_clocks().next());
    let message = match running.is_some_and(|it| extended(rules, &it.rule).is_some()) {
        true => lang.pick(
            "同一期限只能在到期以前申请延长一次",
            "more time is asked for once, before the last day is over",
        ),
        false => lang.pick("这一期限不能延长", "this deadline is not to be longer"),
    };
    Error::Refused {
        code: ErrorCode::InvalidInput,
        message: message.to_owned(),
        rule: Some(extension_rule(rules, running.map(|it| it.rule.as_str()), lang)),
        remedy: None,
    }
}

/// How many working days in all the clock of a rule may have; none where the profile gives no more time.
pub(super) fn extended(rules: &Rules, rule: &str) -> Option<u32> {
    rules.extended(rule).map(|(days, _)| days.get())
}

/// The rule that lets clocks be longer: that of one clock, or the list of the profile.
pub(super) fn extension_rule(rules: &Rules, clock: Option<&str>, lang: Lang) -> RuleRef {
    match clock.and_then(|clock| rules.extended(clock)) {
        Some((_, key @ "correction.extended_total_wd")) => {
            rules.correction.extended_total_wd.reference(key, lang)
        }
        _ => rules.extension.clocks.reference("extension.clocks", lang),
    }
}
