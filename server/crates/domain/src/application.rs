//! Applications for data that is open on conditions: what they must say, who decides, what is signed (APP-01 to
//! APP-13, AGR-01 to AGR-07).

use std::collections::BTreeSet;

use chrono::NaiveDate;
use kaishu_types::Lang;
use kaishu_types::access::{ApplicantKind, ApplicationDocument};
use kaishu_types::dataset::{DataItemView, EntryFields};
use kaishu_types::vocabulary::OpenClass;

use crate::cases::Step;
use crate::entry::EntryFault;
use crate::material;
use crate::policy::{ApplicationField, ApprovalOrder, PolicyProfile, ReviewStepKind};
use crate::row_scope;
use crate::validate::check_credit_code;

/// Longest text of a field, in characters.
const MAX_CHARS: usize = 2_000;
/// Longest name, in characters.
const MAX_NAME: usize = 200;
/// Longest time that data is granted for, in years (*proposed*): then it is applied for anew.
const MAX_YEARS: i32 = 3;

/// What an application is about: the entry as the public reads it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The fields of the entry.
    pub fields: &'a EntryFields,
    /// The data items that the public may know of.
    pub items: &'a [DataItemView],
    /// The day on which it is submitted.
    pub today: NaiveDate,
}

/// The steps by which an application is decided: who decides and in which order comes from the profile (APP-04).
pub fn steps(profile: &PolicyProfile) -> Vec<Step> {
    let rules = &profile.rules.open_app;
    let is_parallel = rules.order.value == ApprovalOrder::Parallel;
    let parties = rules.approvers.value.iter().enumerate();
    let step = |(place, party)| Step {
        is_beside: is_parallel && place > 0,
        ..Step::new(ReviewStepKind::Application, party)
    };
    parties.map(|(place, party)| step((place, *party))).collect()
}

/// The data items that can be applied for: what is conditional, or all where nothing is said of single ones.
pub fn items_to_apply_for(fields: &EntryFields, items: &[DataItemView]) -> BTreeSet<String> {
    let is_conditional = |item: &&DataItemView| item.open_class == OpenClass::Conditional;
    let mut names: BTreeSet<_> =
        items.iter().filter(is_conditional).map(|item| item.name.clone()).collect();
    if names.is_empty() && fields.open.class == OpenClass::Conditional {
        let public = items.iter().filter(|item| item.open_class != OpenClass::None);
        names.extend(public.map(|item| item.name.clone()));
    }
    names
}

/// Lists everything that stands against submitting an application, each with its rule (APP-02).
pub fn check(
    profile: &PolicyProfile,
    asked: Asked<'_>,
    document: &ApplicationDocument,
) -> Vec<EntryFault> {
    let mut check = Check { profile, asked, document, faults: Vec::new() };
    check.demanded();
    check.applicant();
    check.texts();
    check.items();
    check.rows();
    check.mode();
    check.period();
    check.materials();
    check.faults
}

struct Check<'a> {
    profile: &'a PolicyProfile,
    asked: Asked<'a>,
    document: &'a ApplicationDocument,
    faults: Vec<EntryFault>,
}

impl Check<'_> {
    fn fault(&mut self, field: &'static str, zh: impl Into<String>, en: impl Into<String>) {
        let rule = &self.profile.rules.open_app.fields;
        let is_told = self.faults.iter().any(|fault| fault.field == field);
        if !is_told {
            let words = (zh.into(), en.into());
            self.faults.push(EntryFault::new(field, words, ("open_app.fields", rule)));
        }
    }

    /// What the profile demands; and what an agreement always says (AGR-04), whatever the profile.
    fn demanded(&mut self) {
        let always =
            [ApplicationField::Purpose, ApplicationField::DataItems, ApplicationField::Mode];
        let demanded = &self.profile.rules.open_app.fields.value;
        for field in always.iter().chain(demanded) {
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
            ApplicationField::Title => ("title", is_blank(&document.title)),
            ApplicationField::Reason => ("reason", is_blank(&document.reason)),
            ApplicationField::Purpose => {
                ("purpose", document.purpose.is_none() || is_blank(&document.purpose_text))
            }
            ApplicationField::ApplicationType => {
                ("application_type", document.application_type.is_none())
            }
            ApplicationField::DataItems => ("items", document.items.is_empty()),
            ApplicationField::Period => ("last_day", document.last_day.is_none()),
            ApplicationField::ResultForm => ("result_form", document.result_form.is_none()),
            ApplicationField::Mode => ("mode", document.mode.is_none()),
            // What agencies say when they ask for shared data (SHR-02).
            ApplicationField::Basis
            | ApplicationField::Scope
            | ApplicationField::RelatedNeeds
            | ApplicationField::BusinessMatter => return None,
        };
        is_missing.then_some(name)
    }

    fn applicant(&mut self) {
        let applicant = &self.document.applicant;
        let Some(kind) = applicant.kind else {
            return self.fault("kind", "请选择申请人类型", "choose what the applicant is");
        };
        if applicant.name.trim().is_empty() {
            self.fault("name", "请填写申请人姓名或者名称", "name the applicant");
        }
        if applicant.contact.trim().is_empty() || applicant.phone.trim().is_empty() {
            self.fault("contact", "请填写联系人和联系电话", "name whom to call, with the number");
        }
        let code = applicant.credit_code.trim().to_uppercase();
        if kind != ApplicantKind::Person && check_credit_code(&code).is_err() {
            self.fault(
                "credit_code",
                "请填写统一社会信用代码，18 位",
                "write the unified social credit code, 18 characters",
            );
        }
        if kind == ApplicantKind::Person && !code.is_empty() {
            self.fault(
                "credit_code",
                "自然人不填统一社会信用代码",
                "a natural person has no credit code",
            );
        }
    }

    fn texts(&mut self) {
        let document = self.document;
        let long = [
            ("reason", &document.reason, MAX_CHARS),
            ("purpose", &document.purpose_text, MAX_CHARS),
            ("safeguards", &document.safeguards, MAX_CHARS),
            ("title", &document.title, MAX_NAME),
            ("name", &document.applicant.name, MAX_NAME),
            ("contact", &document.applicant.contact, MAX_NAME),
            ("contact", &document.applicant.phone, MAX_NAME),
            ("credit_code", &document.applicant.credit_code, MAX_NAME),
        ];
        for (field, text, most) in long {
            if text.chars().count() > most {
                self.fault(
                    field,
                    format!("不能超过 {most} 字"),
                    format!("{most} characters at most"),
                );
            }
        }
        // What stands in one line of an agreement brings no line of its own.
        let one_line = [
            ("title", &document.title),
            ("name", &document.applicant.name),
            ("contact", &document.applicant.contact),
            ("contact", &document.applicant.phone),
        ];
        for (field, text) in one_line {
            if text.chars().any(char::is_control) {
                self.fault(
                    field,
                    "不能换行或者含有控制字符",
                    "no line breaks or control characters",
                );
            }
        }
        if document.leaves_mainland.is_none() {
            self.fault(
                "leaves_mainland",
                "请说明数据会不会提供到境外",
                "say whether data leaves the mainland",
            );
        }
        if self.asked.fields.open.security_measures.is_some()
            && document.safeguards.trim().is_empty()
        {
            self.fault(
                "safeguards",
                "目录要求采取安全保障措施，请写明您怎样做到",
                "the entry demands safeguards; say how you take them",
            );
        }
    }

    fn items(&mut self) {
        let offered = items_to_apply_for(self.asked.fields, self.asked.items);
        let unknown: Vec<&str> =
            self.document.items.difference(&offered).map(String::as_str).collect();
        if !unknown.is_empty() {
            let names = unknown.join("、");
            self.fault(
                "items",
                format!("这些数据项不能申请：{names}"),
                format!("these data items cannot be applied for: {names}"),
            );
        }
    }

    /// Only rows that can be told by what the applicant sees (APP-09).
    fn rows(&mut self) {
        let (document, asked) = (self.document, self.asked);
        let offered = items_to_apply_for(asked.fields, asked.items);
        let entry = (&offered, asked.items);
        if let Some((zh, en)) = row_scope::fault(&document.rows, &document.items, entry) {
            self.fault("rows", zh, en);
        }
    }

    /// What the entry demands as evidence of security and capacity (APP-03).
    fn materials(&mut self) {
        let (open, given) = (&self.asked.fields.open, &self.document.materials);
        let lacks = |lang| material::lacking(open, given, self.asked.today, lang);
        let (zh, en) = (lacks(Lang::Zh), lacks(Lang::En));
        if !zh.is_empty() {
            let (zh, en) = (zh.join("、"), en.join(", "));
            self.fault(
                "materials",
                format!("目录要求提交的材料还缺：{zh}"),
                format!("the entry demands materials that are missing: {en}"),
            );
        }
    }

    /// Only ways in which the entry is open (CLS-08, CLS-15).
    fn mode(&mut self) {
        let Some(mode) = self.document.mode else { return };
        let offered = &self.asked.fields.open.modes;
        if !offered.is_empty() && !offered.iter().any(|code| code == mode.as_str()) {
            let (zh, en) = (mode.label(Lang::Zh), mode.label(Lang::En));
            self.fault(
                "mode",
                format!("这项数据不提供“{zh}”"),
                format!("this data is not offered this way: {en}"),
            );
        }
    }

    fn period(&mut self) {
        let (first, last) = (self.document.first_day, self.document.last_day);
        let today = self.asked.today;
        let far = today.checked_add_months(chrono::Months::new(12 * MAX_YEARS.unsigned_abs()));
        if first.zip(far).is_some_and(|(first, far)| first < today || first > far) {
            self.fault(
                "first_day",
                format!("开始日期不早于今天，在 {MAX_YEARS} 年以内"),
                format!("the first day is today at the earliest, and within {MAX_YEARS} years"),
            );
        }
        let Some(last) = last else { return };
        if last < first.unwrap_or(today).max(today) {
            return self.fault(
                "last_day",
                "使用期限的最后一天不能早于今天和开始日期",
                "the last day is neither before today nor before the first",
            );
        }
        let begins = first.unwrap_or(today).max(today);
        let most = begins.checked_add_months(chrono::Months::new(12 * MAX_YEARS.unsigned_abs()));
        if most.is_some_and(|most| last > most) {
            self.fault(
                "last_day",
                format!("一次最多申请 {MAX_YEARS} 年，到期前可以续期"),
                format!("{MAX_YEARS} years at most; it can be renewed before its end"),
            );
        }
    }
}
