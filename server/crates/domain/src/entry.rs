//! Whether an entry may be submitted: what is missing, all at once, each with its rule (CAT-02, CLS-01
//! to CLS-10).

mod classes;
mod licence;
mod resources;

pub use resources::{Lack, is_bare, lack};

use kaishu_types::dataset::Acquisition;
use kaishu_types::draft::{Choice, DraftDocument, Processing, Sensitivity};
use kaishu_types::vocabulary::{CatalogueKind, OpenClass, ShareClass};
use kaishu_types::{DatasetCode, FieldError, Lang, RuleRef};

use crate::policy::{AcquisitionStatement, CatalogueField, ClassGround, PolicyProfile, Ruled};
use crate::share_ties;

/// Something that stands against submitting an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryFault {
    /// The field, as the form names it.
    pub field: &'static str,
    /// What is wrong and what would be right, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// The rule that demands it, in both languages.
    pub rule: (RuleRef, RuleRef),
    /// Where to go on: the path of a page.
    pub link: Option<String>,
}

impl EntryFault {
    /// Makes a fault of a field with the words for it and the rule that demands it.
    pub(crate) fn new<T>(
        field: &'static str,
        (zh, en): (String, String),
        (key, rule): (&str, &Ruled<T>),
    ) -> Self {
        let rule = (rule.reference(key, Lang::Zh), rule.reference(key, Lang::En));
        Self { field, zh, en, rule, link: None }
    }

    /// Returns the fault as a form shows it.
    pub fn shown(&self, lang: Lang) -> FieldError {
        let rule = lang.pick(&self.rule.0, &self.rule.1);
        let text = lang.pick(&self.zh, &self.en);
        let message =
            lang.pick(format!("{text}（{}）", rule.article), format!("{text} ({})", rule.article));
        FieldError { field: self.field.to_owned(), message }
    }
}

/// Lists everything that stands against submitting an entry under a profile.
pub fn check(profile: &PolicyProfile, entry: &DraftDocument) -> Vec<EntryFault> {
    let mut check = Check { profile, entry, faults: Vec::new() };
    check.mandatory();
    check.resources();
    check.acquisition();
    check.sources();
    check.base_register();
    check.faults.extend(crate::base_register::check(profile, entry));
    check.faults.extend(crate::base_register::check_key(profile, entry));
    check.faults.extend(crate::in_place::check(profile, entry));
    check.open_class();
    check.licence();
    check.share_class();
    check.share_ties();
    check.faults.extend(crate::free_sharing::check(profile, entry));
    check.sensitivity();
    check.processing();
    check.items();
    check.faults
}

/// Whether an entry says of itself that it must not be here at all (CLS-09).
pub fn is_state_secret(entry: &DraftDocument) -> bool {
    let has_ground = |grounds: &[String]| {
        grounds.iter().any(|ground| ground == ClassGround::StateSecret.as_str())
    };
    entry.sensitivity.contains(&Sensitivity::StateSecret) || has_ground(&entry.fields.open.grounds)
}

/// Most entries that one is assembled from.
const MAX_SOURCES: usize = 200;

struct Check<'a> {
    profile: &'a PolicyProfile,
    entry: &'a DraftDocument,
    faults: Vec<EntryFault>,
}

/// A sentence in both languages.
type Words = (String, String);

fn words(zh: &str, en: &str) -> Words {
    (zh.to_owned(), en.to_owned())
}

impl Check<'_> {
    fn fault<T>(&mut self, field: &'static str, (zh, en): Words, key: &str, rule: &Ruled<T>) {
        self.faults.push(EntryFault::new(field, (zh, en), (key, rule)));
    }

    fn mandatory(&mut self) {
        let profile = self.profile;
        let rule = &profile.rules.catalogue.mandatory;
        for field in profile.mandatory_fields() {
            let Some(name) = missing_field(self.entry, field) else { continue };
            let text = (
                format!("请填写{}", field.label(Lang::Zh)),
                format!("fill in: {}", field.label(Lang::En)),
            );
            self.fault(name, text, "catalogue.mandatory", rule);
        }
    }

    /// How the data was acquired; what is collected from others has a duty behind it (CAT-14).
    fn acquisition(&mut self) {
        let profile = self.profile;
        let rule = &profile.rules.catalogue.acquisition;
        let told = &self.entry.fields.provenance;
        let is_empty =
            |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
        let is_collected = told.acquisition.is_some_and(Acquisition::is_collection);
        for statement in &rule.value {
            let (field, is_missing, text) = match statement {
                AcquisitionStatement::Mode => (
                    "acquisition",
                    told.acquisition.is_none(),
                    words("选择数据获取方式", "choose how the data was acquired"),
                ),
                AcquisitionStatement::Duty => (
                    "duty",
                    is_collected && is_empty(&told.duty),
                    words(
                        "向他人收集的数据，须写明法定职责和条款；没有法定职责的不得收集",
                        "data that is collected from others: name the duty and its article; without one \
                         nothing is collected",
                    ),
                ),
                AcquisitionStatement::Necessity => (
                    "necessity",
                    is_collected && is_empty(&told.necessity),
                    words(
                        "写明收集的必要性：为何需要，种类和范围是否与职责相适应",
                        "say why it is needed, and that kind and scope fit the duty",
                    ),
                ),
            };
            if is_missing {
                self.fault(field, text, "catalogue.acquisition", rule);
            }
        }
    }

    /// What a dataset is assembled from is named by codes of entries (CAT-20).
    fn sources(&mut self) {
        let profile = self.profile;
        let rule = &profile.rules.catalogue.mandatory;
        let sources = &self.entry.fields.provenance.sources;
        let distinct: std::collections::BTreeSet<_> = sources.iter().collect();
        if sources.len() > MAX_SOURCES || distinct.len() < sources.len() {
            let text =
                words("来源目录最多 200 个，不能重复", "at most 200 entries, none of them twice");
            self.fault("sources", text, "catalogue.mandatory", rule);
        }
        let is_wrong = |code: &&String| code.parse::<DatasetCode>().is_err();
        if let Some(code) = sources.iter().find(is_wrong) {
            let text = (
                format!("来源目录“{code}”不是目录编码，例如 YX-JT-0001"),
                format!("`{code}` is no code of an entry, as YX-JT-0001 is"),
            );
            self.fault("sources", text, "catalogue.mandatory", rule);
        }
    }

    /// A base register is one of the list (CAT-05).
    fn base_register(&mut self) {
        if self.entry.fields.kind != CatalogueKind::Base {
            return;
        }
        let rule = &self.profile.rules.general.base_dbs;
        let named = self.entry.fields.base_db.as_deref().unwrap_or_default();
        if rule.value.iter().any(|known| known.as_str() == named) {
            return;
        }
        let names = |lang| {
            let names: Vec<_> = rule.value.iter().map(|known| known.label(lang)).collect();
            names.join(lang.pick("、", ", "))
        };
        let text = (
            format!("基础目录须写明所属基础数据库：{}", names(Lang::Zh)),
            format!("a base register is one of: {}", names(Lang::En)),
        );
        self.fault("base_db", text, "base_dbs", rule);
    }

    /// The share class of what is tied to licences and the like is given (CLS-17).
    fn share_ties(&mut self) {
        let profile = self.profile;
        let rule = &profile.rules.class.share_ties;
        for (field, zh, en) in share_ties::faults(profile, self.entry) {
            self.fault(field, words(zh, en), "class.share_ties", rule);
        }
    }

    /// Sensitive data is not opened, unless it was processed or the rights holder agrees (CLS-09, CLS-10, PUB-02).
    fn sensitivity(&mut self) {
        let profile = self.profile;
        let rule = &profile.rules.class.open_basis;
        let entry = self.entry;
        if is_state_secret(entry) {
            let text = words(
                "国家秘密不得在本平台编目、共享或者开放，请按保密规定处理",
                "state secrets must not be on this platform; follow the rules of secrecy",
            );
            self.fault("sensitivity", text, "class.open_basis", rule);
        }
        let is_opened =
            entry.chosen.contains(&Choice::OpenClass) && entry.fields.open.class != OpenClass::None;
        let flags = &entry.sensitivity;
        if is_opened && !flags.is_empty() && entry.relaxed_by.trim().is_empty() {
            let names = |lang: Lang| {
                let names: Vec<_> = flags.iter().map(|it| it.label(lang)).collect();
                names.join(lang.pick("、", ", "))
            };
            let text = (
                format!(
                    "含有{}的数据不予开放；经脱密脱敏处理或者权利人同意的，请写明处理记录或者同意书",
                    names(Lang::Zh)
                ),
                format!(
                    "data with {} is not opened, unless the record of its processing or the rights \
                     holder's consent is named",
                    names(Lang::En)
                ),
            );
            self.fault("relaxed_by", text, "class.open_basis", rule);
        }
    }

    /// Nothing was done to the data, or something was (PUB-02).
    fn processing(&mut self) {
        let (profile, done) = (self.profile, &self.entry.processing);
        if done.contains(&Processing::None) && done.len() > 1 {
            let text = words(
                "“未作处理”不能与其他处理同时选",
                "nothing was done to the data, or something was: not both",
            );
            self.fault("processing", text, "class.open_basis", &profile.rules.class.open_basis);
        }
    }

    /// Items have distinct names, and those of a base register are shared without conditions (CLS-14).
    fn items(&mut self) {
        let profile = self.profile;
        let rule = &profile.rules.catalogue.mandatory;
        let mut names = std::collections::BTreeSet::new();
        let items = &self.entry.items;
        if items.iter().any(|item| item.name.trim().is_empty() || item.label.trim().is_empty()) {
            let text =
                words("每个数据项都要有名称和中文名", "every data item has a name and a label");
            self.fault("items", text, "catalogue.mandatory", rule);
        }
        if let Some(twice) = items.iter().find(|item| !names.insert(item.name.as_str())) {
            let text = (
                format!("数据项“{}”出现了两次", twice.name),
                format!("the data item `{}` is there twice", twice.name),
            );
            self.fault("items", text, "catalogue.mandatory", rule);
        }
        let is_base = self.entry.fields.kind == CatalogueKind::Base;
        let has_closed = items.iter().any(|item| item.share_class != ShareClass::Unconditional);
        if is_base && has_closed {
            let rule = &profile.rules.class.share_default;
            let text = words(
                "基础数据库的数据项应当无条件共享",
                "data items of a base register are shared without conditions",
            );
            self.fault("items", text, "class.share_default", rule);
        }
    }
}

/// Names the field of the form where a mandatory field is empty.
pub(crate) fn missing_field(entry: &DraftDocument, field: CatalogueField) -> Option<&'static str> {
    let fields = &entry.fields;
    let is_blank = |text: &str| text.trim().is_empty();
    let is_empty = |text: &Option<String>| text.as_deref().is_none_or(is_blank);
    let is_unchosen = |choice: Choice| !entry.chosen.contains(&choice);
    let is_conditional = fields.share.class == ShareClass::Conditional;
    let (name, is_missing) = match field {
        // The platform gives the code, the provider is who writes, and the attributes are the classes.
        CatalogueField::Code
        | CatalogueField::Provider
        | CatalogueField::ResponsibleParty
        | CatalogueField::Attributes => return None,
        CatalogueField::Title => ("title", is_blank(&fields.title)),
        CatalogueField::Summary => ("summary", is_blank(&fields.summary)),
        CatalogueField::Domain => ("theme", is_blank(&fields.theme)),
        CatalogueField::Classification => ("classification", is_empty(&fields.classification)),
        CatalogueField::Source => ("source", is_empty(&fields.source)),
        CatalogueField::MgmtResponsibility => {
            ("mgmt_responsibility", is_empty(&fields.mgmt_responsibility))
        }
        CatalogueField::Collector => ("collector", is_empty(&fields.collector)),
        CatalogueField::Certifier => ("certifier", is_empty(&fields.certifier)),
        CatalogueField::DataForm => ("data_form", fields.data_form.is_empty()),
        CatalogueField::Format => ("resources", entry.resources.is_empty()),
        CatalogueField::Items => ("items", entry.items.is_empty()),
        CatalogueField::Metadata => ("source_system", is_empty(&fields.source_system)),
        CatalogueField::UpdateFrequency => ("frequency", is_unchosen(Choice::Frequency)),
        CatalogueField::ShareClass => ("share_class", is_unchosen(Choice::ShareClass)),
        CatalogueField::ShareContent => ("items", entry.items.is_empty()),
        CatalogueField::ShareConditions => {
            ("share_conditions", is_conditional && fields.share.conditions.is_empty())
        }
        CatalogueField::ShareScope => {
            let is_shared = fields.share.class != ShareClass::None;
            ("share_scope", is_shared && is_empty(&fields.share.scope))
        }
        CatalogueField::ShareMode => {
            let is_shared = fields.share.class != ShareClass::None;
            ("share_modes", is_shared && fields.share.modes.is_empty())
        }
        CatalogueField::OpenClass => ("open_class", is_unchosen(Choice::OpenClass)),
        CatalogueField::OpenConditions => {
            let is_conditional = fields.open.class == OpenClass::Conditional;
            ("open_conditions", is_conditional && fields.open.conditions.is_empty())
        }
        CatalogueField::UsageRequirements => {
            ("usage_requirements", is_empty(&fields.usage_requirements))
        }
        CatalogueField::SecurityLevel => {
            let is_known = (1..=4).contains(&fields.security_level);
            ("security_level", is_unchosen(Choice::SecurityLevel) || !is_known)
        }
    };
    is_missing.then_some(name)
}
