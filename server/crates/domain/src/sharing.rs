//! Sharing between agencies: what is shared how, what a request says, who answers, on what a refusal rests (SHR-01
//! to SHR-07).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use kaishu_types::Lang;
use kaishu_types::access::DeliveryMode;
use kaishu_types::dataset::{DataItemView, EntryFields};
use kaishu_types::sharing::ShareDocument;
use kaishu_types::vocabulary::{DatasetState, ShareClass};

use crate::cases::Step;
use crate::entry::EntryFault;
use crate::policy::{
    ApplicationField, NormLevel, PolicyProfile, RefusalContent, ReviewStepKind, Ruled,
};

/// Longest text of a field, in characters.
const MAX_CHARS: usize = 2_000;
/// Longest name of a business matter, in characters.
const MAX_NAME: usize = 200;
/// Most accounts that use data for one matter.
const MAX_ACCOUNTS: usize = 50;
/// Longest time that data is shared for, in years (*proposed*): then it is asked for anew.
pub const MAX_YEARS: u32 = 3;

/// Norms on which a refusal may rest where the profile names none: never an internal rule (SHR-05).
const NORMS: [NormLevel; 4] = [
    NormLevel::Law,
    NormLevel::AdministrativeRegulation,
    NormLevel::LocalRegulation,
    NormLevel::Rule,
];

/// Whether an entry is in the share catalogue at all (SRCH-05).
pub fn is_listed(state: DatasetState, class: ShareClass) -> bool {
    state == DatasetState::Published && class != ShareClass::None
}

/// The data items that another agency may know of, in order.
pub fn known_items<'a>(
    fields: &EntryFields,
    items: &'a [DataItemView],
) -> impl Iterator<Item = &'a DataItemView> + use<'a> {
    let is_shared = fields.share.class != ShareClass::None;
    items.iter().filter(move |item| is_shared && item.share_class != ShareClass::None)
}

/// Names of the data items that an agency takes without approval (SHR-01).
///
/// Those of class unconditional, unless a condition is on the whole and on no single item.
pub fn items_to_take(fields: &EntryFields, items: &[DataItemView]) -> BTreeSet<String> {
    let is_conditional = |item: &DataItemView| item.share_class == ShareClass::Conditional;
    let is_on_the_whole =
        fields.share.class == ShareClass::Conditional && !items.iter().any(is_conditional);
    let free = known_items(fields, items).filter(|item| !is_conditional(item));
    free.filter(|_| !is_on_the_whole).map(|item| item.name.clone()).collect()
}

/// Names of the data items that are asked for: what is conditional, or all where the condition is on the whole.
pub fn items_to_ask_for(fields: &EntryFields, items: &[DataItemView]) -> BTreeSet<String> {
    let free = items_to_take(fields, items);
    let known = known_items(fields, items).map(|item| item.name.clone());
    known.filter(|name| !free.contains(name)).collect()
}

/// Names of the data items that a grant opens of an entry as it is shared today: never those of class none; where the
/// grant names none, what needs no approval.
pub fn items_opened(
    fields: &EntryFields,
    items: &[DataItemView],
    granted: &BTreeSet<String>,
) -> BTreeSet<String> {
    if granted.is_empty() {
        return items_to_take(fields, items);
    }
    let known = known_items(fields, items).map(|item| item.name.clone());
    known.filter(|name| granted.contains(name)).collect()
}

/// Whether something of an entry is taken without approval: without data items it is all or nothing.
pub fn is_taken_directly(fields: &EntryFields, items: &[DataItemView]) -> bool {
    let is_all = items.is_empty() && fields.share.class == ShareClass::Unconditional;
    is_all || !items_to_take(fields, items).is_empty()
}

/// The steps by which a request is answered: those whom the profile names, one after the other (SHR-03).
///
/// The order is that of the profile (*proposed*): jiamusi 15 sends a request through the authority to the provider,
/// guangdong 19 lets both decide together and gives no order.
pub fn steps(profile: &PolicyProfile) -> Vec<Step> {
    let parties = profile.rules.share_app.approvers.value.iter();
    parties.map(|party| Step::new(ReviewStepKind::Application, *party)).collect()
}

/// What a request is about: the entry as it is.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The fields of the entry.
    pub fields: &'a EntryFields,
    /// All its data items.
    pub items: &'a [DataItemView],
    /// The day on which it is submitted.
    pub today: NaiveDate,
}

/// Lists everything that stands against a request, each with its rule (SHR-02, SHR-07).
pub fn check(
    profile: &PolicyProfile,
    asked: Asked<'_>,
    document: &ShareDocument,
) -> Vec<EntryFault> {
    let mut check = Check::new(profile, document);
    // What a grant is bound to is said whatever the profile (SHR-07).
    check.demanded(&[
        ApplicationField::BusinessMatter,
        ApplicationField::Basis,
        ApplicationField::DataItems,
        ApplicationField::Mode,
    ]);
    check.demanded(&profile.rules.share_app.fields.value);
    check.texts();
    check.accounts();
    check.items(&items_to_ask_for(asked.fields, asked.items));
    check.period(asked.today);
    check.faults
}

/// Lists everything that stands against taking data without approval: only for which matter, and by whom, is asked
/// (SHR-01, SHR-07, SHR-08).
pub fn check_taking(profile: &PolicyProfile, document: &ShareDocument) -> Vec<EntryFault> {
    let mut check = Check::new(profile, document);
    check.demanded(&[ApplicationField::BusinessMatter, ApplicationField::Mode]);
    check.texts();
    check.accounts();
    check.faults
}

struct Check<'a> {
    rule: &'a Ruled<Vec<ApplicationField>>,
    document: &'a ShareDocument,
    faults: Vec<EntryFault>,
}

impl<'a> Check<'a> {
    fn new(profile: &'a PolicyProfile, document: &'a ShareDocument) -> Self {
        Self { rule: &profile.rules.share_app.fields, document, faults: Vec::new() }
    }

    fn fault(&mut self, field: &'static str, zh: impl Into<String>, en: impl Into<String>) {
        if !self.faults.iter().any(|fault| fault.field == field) {
            let words = (zh.into(), en.into());
            self.faults.push(EntryFault::new(field, words, ("share_app.fields", self.rule)));
        }
    }

    fn demanded(&mut self, fields: &[ApplicationField]) {
        for field in fields {
            let Some(name) = self.missing(*field) else { continue };
            let (zh, en) = (field.label(Lang::Zh), field.label(Lang::En));
            self.fault(name, format!("请填写{zh}"), format!("fill in: {en}"));
        }
    }

    /// Names the field of the form where a demanded one is empty.
    fn missing(&self, field: ApplicationField) -> Option<&'static str> {
        let document = self.document;
        let is_blank = |text: &str| text.trim().is_empty();
        let (name, is_missing) = match field {
            ApplicationField::BusinessMatter | ApplicationField::Title => {
                ("matter", is_blank(&document.matter))
            }
            ApplicationField::Basis => ("basis", is_blank(&document.basis)),
            ApplicationField::Purpose | ApplicationField::Reason => {
                ("purpose", is_blank(&document.purpose))
            }
            ApplicationField::Scope => ("scope", is_blank(&document.scope)),
            ApplicationField::RelatedNeeds => ("related_needs", is_blank(&document.related_needs)),
            ApplicationField::DataItems => ("items", document.items.is_empty()),
            ApplicationField::Period => ("last_day", document.last_day.is_none()),
            ApplicationField::Mode => ("mode", document.mode.is_none()),
            // What the public says when it applies for open data (APP-02).
            ApplicationField::ApplicationType | ApplicationField::ResultForm => return None,
        };
        is_missing.then_some(name)
    }

    fn texts(&mut self) {
        let document = self.document;
        for (field, text, most) in [
            ("matter", &document.matter, MAX_NAME),
            ("basis", &document.basis, MAX_CHARS),
            ("purpose", &document.purpose, MAX_CHARS),
            ("scope", &document.scope, MAX_CHARS),
            ("related_needs", &document.related_needs, MAX_CHARS),
        ] {
            if text.chars().count() > most {
                let (zh, en) =
                    (format!("不能超过 {most} 字"), format!("{most} characters at most"));
                self.fault(field, zh, en);
            }
        }
        // The matter stands in one line of every list.
        if document.matter.chars().any(char::is_control) {
            self.fault(
                "matter",
                "不能换行或者含有控制字符",
                "no line breaks or control characters",
            );
        }
        if document.mode == Some(DeliveryMode::QueryVerify) {
            self.fault(
                "mode",
                "单位之间共享的数据还不能核验，请选择别的方式",
                "what agencies share cannot be verified yet; choose another way",
            );
        }
    }

    fn accounts(&mut self) {
        let n = self.document.accounts.len();
        if n == 0 {
            self.fault("accounts", "请选择由哪些账号使用", "choose the accounts that use the data");
        }
        if n > MAX_ACCOUNTS {
            let (zh, en) = (
                format!("一个事项最多 {MAX_ACCOUNTS} 个账号"),
                format!("{MAX_ACCOUNTS} accounts for a matter at most"),
            );
            self.fault("accounts", zh, en);
        }
    }

    fn items(&mut self, offered: &BTreeSet<String>) {
        let unknown: Vec<&str> =
            self.document.items.difference(offered).map(String::as_str).collect();
        if !unknown.is_empty() {
            let names = unknown.join("、");
            let (zh, en) = (
                format!("这些数据项不用申请或者不能申请：{names}"),
                format!("these data items need no request, or take none: {names}"),
            );
            self.fault("items", zh, en);
        }
    }

    fn period(&mut self, today: NaiveDate) {
        let (first, last) = (self.document.first_day, self.document.last_day);
        let far = |day: NaiveDate| day.checked_add_months(chrono::Months::new(12 * MAX_YEARS));
        if first.is_some_and(|first| first < today || far(today).is_some_and(|far| first > far)) {
            let (zh, en) = (
                format!("开始日期不早于今天，在 {MAX_YEARS} 年以内"),
                format!("the first day is today at the earliest, and within {MAX_YEARS} years"),
            );
            return self.fault("first_day", zh, en);
        }
        let (Some(last), begins) = (last, first.unwrap_or(today)) else { return };
        if last < begins || far(begins).is_some_and(|far| last > far) {
            let (zh, en) = (
                format!("结束日期不早于开始日期，一次最多 {MAX_YEARS} 年"),
                format!("the last day is not before the first, {MAX_YEARS} years at most"),
            );
            self.fault("last_day", zh, en);
        }
    }
}

/// What stands against publishing an entry that is made of what another agency shares (SHR-22).
pub fn reshared(profile: &PolicyProfile, title: &str) -> EntryFault {
    let words = (
        format!(
            "“{title}”是经共享取得的数据，不能再公开或者转共享；提供单位在共享申请的页面同意以后才能发布"
        ),
        format!(
            "`{title}` was had by sharing; it is not opened or shared again unless its provider consents on the page of the request"
        ),
    );
    EntryFault::new("sources", words, ("share_app.approvers", &profile.rules.share_app.approvers))
}

/// On what a refusal rests, as somebody wrote it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Refusing<'a> {
    /// The published condition that is not met.
    pub condition: &'a str,
    /// Level of the norm, as in `law`.
    pub level: &'a str,
    /// Title of the norm.
    pub title: &'a str,
    /// Its article.
    pub article: &'a str,
}

/// Whether a request may be refused on these grounds (SHR-05).
///
/// Where the profile demands a norm, of the level it demands; where it demands a reason only, an unmet condition that
/// the entry publishes, or else such a norm: whoever meets the conditions is not refused without. An internal rule
/// never counts.
///
/// # Errors
///
/// Says in both languages what is missing.
pub fn check_refusal(
    profile: &PolicyProfile,
    conditions: &[String],
    refusing: Refusing<'_>,
) -> Result<(), (String, String)> {
    let demanded = &profile.rules.share_app.refusal.value;
    let is_rule_enough = !demanded.contains(&RefusalContent::BasisLawRegulation);
    let norms = if is_rule_enough { &NORMS[..] } else { &NORMS[..3] };
    let needs_norm = !is_rule_enough || demanded.contains(&RefusalContent::BasisLawRegulationRule);
    let Refusing { condition, level, title, article } = refusing;
    let is_named = [level, title, article].iter().any(|text| !text.trim().is_empty());
    let names = |lang: Lang| {
        let names: Vec<_> = norms.iter().map(|norm| norm.label(lang)).collect();
        names.join(lang.pick("、", ", "))
    };
    if is_named {
        let is_norm = norms.iter().any(|norm| norm.as_str() == level);
        let is_whole = !title.trim().is_empty() && !article.trim().is_empty();
        return match is_norm && is_whole {
            true => Ok(()),
            false => Err((
                format!(
                    "不同意的依据须是{}，写明名称和条款；内部规定不能作为依据",
                    names(Lang::Zh)
                ),
                format!(
                    "a refusal rests on one of: {}, with its title and article; an internal rule does not count",
                    names(Lang::En)
                ),
            )),
        };
    }
    if needs_norm {
        return Err((
            format!("不同意须写明依据的{}及其条款", names(Lang::Zh)),
            format!("a refusal names one of: {}, with its article", names(Lang::En)),
        ));
    }
    match conditions.iter().any(|it| !it.trim().is_empty() && it.trim() == condition.trim()) {
        true => Ok(()),
        false => Err((
            "符合共享条件的应当同意；不同意须选择没有满足的共享条件，或者写明法律、法规、规章依据".to_owned(),
            "whoever meets the conditions is granted; a refusal names an unmet condition, or a law, regulation or rule"
                .to_owned(),
        )),
    }
}
