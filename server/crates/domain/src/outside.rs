//! Data of another agency that is in no catalogue: what a request for it says, on what its refusal rests (SHR-13).

use std::collections::BTreeMap;

use crate::entry::EntryFault;
use crate::policy::{ApplicationField, PolicyProfile};
use crate::sharing::{self, Refusing};

/// Longest text of a field, in characters.
const MAX_CHARS: usize = 2_000;
/// Longest name of the data and of the business matter, in characters.
const MAX_NAME: usize = 200;

/// What is said whatever the profile: which data, for which matter, on what basis.
const ALWAYS: [ApplicationField; 4] = [
    ApplicationField::Title,
    ApplicationField::DataItems,
    ApplicationField::BusinessMatter,
    ApplicationField::Basis,
];

/// A request for data that is in no catalogue, as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutsideDocument {
    /// Code of the agency that asks.
    pub organization: String,
    /// Code of the agency that is thought to have the data.
    pub provider: String,
    /// What the data is called.
    pub title: String,
    /// 数据项: in words, for there is no entry that names them.
    pub items: String,
    /// 业务事项: what the data is needed for.
    pub matter: String,
    /// 使用依据: what the duty rests on.
    pub basis: String,
    /// 用途.
    pub purpose: String,
    /// 使用范围.
    pub scope: String,
    /// 相关需求: how often, how fresh.
    pub related_needs: String,
}

impl OutsideDocument {
    /// Its texts by the names of their fields, with the characters that they may have.
    fn texts(&self) -> [(&'static str, &str, usize); 7] {
        [
            ("title", self.title.as_str(), MAX_NAME),
            ("items", self.items.as_str(), MAX_CHARS),
            ("matter", self.matter.as_str(), MAX_NAME),
            ("basis", self.basis.as_str(), MAX_CHARS),
            ("purpose", self.purpose.as_str(), MAX_CHARS),
            ("scope", self.scope.as_str(), MAX_CHARS),
            ("related_needs", self.related_needs.as_str(), MAX_CHARS),
        ]
    }

    /// What stays with its case: everything that was written, and who asks.
    pub fn facts(&self) -> BTreeMap<String, String> {
        let texts = self.texts().into_iter().filter(|(name, ..)| *name != "title");
        let said = texts.map(|(name, text, _)| (name, text.trim()));
        let party = ("party", self.organization.as_str());
        let said = said.chain([party]).filter(|(_, text)| !text.is_empty());
        said.map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
    }
}

/// The field of the form in which something is said; none for what is said once there is data to use.
fn field_of(field: ApplicationField) -> Option<&'static str> {
    match field {
        ApplicationField::Title => Some("title"),
        ApplicationField::DataItems => Some("items"),
        ApplicationField::BusinessMatter => Some("matter"),
        ApplicationField::Basis => Some("basis"),
        ApplicationField::Purpose | ApplicationField::Reason => Some("purpose"),
        ApplicationField::Scope => Some("scope"),
        ApplicationField::RelatedNeeds => Some("related_needs"),
        ApplicationField::Mode
        | ApplicationField::Period
        | ApplicationField::ApplicationType
        | ApplicationField::ResultForm => None,
    }
}

/// The fields of the form that a profile demands.
pub fn demanded(profile: &PolicyProfile) -> Vec<&'static str> {
    let by_profile = profile.rules.share_app.fields.value.iter();
    let mut found = Vec::new();
    for name in ALWAYS.iter().chain(by_profile).filter_map(|field| field_of(*field)) {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// Lists everything that stands against a request, each with its rule.
pub fn check(profile: &PolicyProfile, document: &OutsideDocument) -> Vec<EntryFault> {
    let rule = ("share_app.fields", &profile.rules.share_app.fields);
    let demanded = demanded(profile);
    let mut faults = Vec::new();
    for (name, text, most) in document.texts() {
        let is_line = most == MAX_NAME;
        let words = if text.trim().is_empty() {
            if !demanded.contains(&name) {
                continue;
            }
            ("请填写".to_owned(), "fill this in".to_owned())
        } else if text.chars().count() > most {
            (format!("不能超过 {most} 字"), format!("{most} characters at most"))
        } else if is_line && text.chars().any(char::is_control) {
            let en = "no line breaks or control characters";
            ("不能换行或者含有控制字符".to_owned(), en.to_owned())
        } else {
            continue;
        };
        faults.push(EntryFault::new(name, words, rule));
    }
    faults
}

/// Whether a request may be refused on these grounds (SHR-05): what is in no catalogue publishes no conditions, so that
/// only a norm is left; whoever does not have the data says so instead.
///
/// # Errors
///
/// Says in both languages what is missing.
pub fn check_refusal(
    profile: &PolicyProfile,
    refusing: Refusing<'_>,
) -> Result<(), (String, String)> {
    sharing::check_refusal(profile, &[], refusing).map_err(|(zh, en)| {
        (
            format!("{zh}。目录外的数据没有公布共享条件；没有这项数据的，请答复“没有这项数据”"),
            format!(
                "{en}; data outside the catalogue publishes no condition: where there is no such data, answer so"
            ),
        )
    })
}
