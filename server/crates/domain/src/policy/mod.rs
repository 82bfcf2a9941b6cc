//! Policy profiles: what differs between regulations, each value with its article (ORG-12).

mod error;
mod extension;
mod header;
mod read;
mod ruled;
mod rules;
mod structure;
mod value;
mod view;
mod vocabulary;

use kaishu_types::rules::PolicyView;
use toml::Spanned;
use toml::de::DeTable;

pub(crate) use error::line_of;
use read::Reader;

pub use error::{PolicyError, PolicyProblem};
pub use extension::{AnyNumber, LongerClock};
pub use header::{EXPIRY_WARNING_DAYS, Expiry, Header};
pub use ruled::{Ground, Ruled};
pub use rules::*;
pub use structure::*;
pub use value::{Days, Months, RuleValue, WorkingDays, Years};
pub use vocabulary::*;

/// Code, file and text of the profiles that come with the program.
const PROFILES: [(&str, &str, &str); 6] = [
    ("default", "policies/default.toml", include_str!("../../policies/default.toml")),
    ("anshan", "policies/anshan.toml", include_str!("../../policies/anshan.toml")),
    ("guangdong", "policies/guangdong.toml", include_str!("../../policies/guangdong.toml")),
    ("aba", "policies/aba.toml", include_str!("../../policies/aba.toml")),
    ("yulin", "policies/yulin.toml", include_str!("../../policies/yulin.toml")),
    ("jiamusi", "policies/jiamusi.toml", include_str!("../../policies/jiamusi.toml")),
];

/// Fields that every entry needs, whatever its regulation says.
const ALWAYS_MANDATORY: [CatalogueField; 5] = [
    CatalogueField::Title,
    CatalogueField::Code,
    CatalogueField::Items,
    CatalogueField::OpenClass,
    CatalogueField::ShareClass,
];

/// The rules of one portal or region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyProfile {
    /// Which regulation it carries out.
    pub header: Header,
    /// Its rules.
    pub rules: Rules,
}

impl PolicyProfile {
    /// Lists the codes of the profiles that come with the program.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        PROFILES.iter().map(|(code, _, _)| *code)
    }

    /// Loads a profile that comes with the program.
    pub fn load(code: &str) -> Result<Self, PolicyError> {
        match PROFILES.iter().find(|(known, _, _)| *known == code) {
            Some((_, file, text)) => Self::parse(file, text),
            None => {
                let known: Vec<&str> = Self::codes().collect();
                let shown: String = code.chars().take(60).collect();
                Err(PolicyError::new(vec![PolicyProblem {
                    file: format!("policies/{shown}.toml"),
                    line: 1,
                    key: String::new(),
                    message: format!("there is no such profile; known are {}", known.join(", ")),
                }]))
            }
        }
    }

    /// Returns the text of a profile that comes with the program.
    pub fn text_of(code: &str) -> Option<&'static str> {
        let found = PROFILES.iter().find(|(known, _, _)| *known == code);
        found.map(|(_, _, text)| *text)
    }

    /// Reads rules as they were kept with an earlier release: a rule that release did not know is the present one, and
    /// what is not known any more is left out. `prevailing` is the file whose rules were above those of the profile.
    ///
    /// # Errors
    ///
    /// Says what cannot be read.
    pub fn parse_kept(
        present: &Self,
        (file, text): (&str, &str),
        prevailing: Option<&str>,
    ) -> Result<Self, PolicyError> {
        let profile = read_kept(file, text, &present.rules)?;
        match prevailing {
            Some(text) => read_kept(file, text, &profile.rules),
            None => Ok(profile),
        }
    }

    /// Reads a whole profile and reports everything that is wrong with it.
    pub fn parse(file_name: &str, text: &str) -> Result<Self, PolicyError> {
        read_profile(file_name, text, None)
    }

    /// Reads a file that changes some rules of a parent and takes the others from it.
    ///
    /// Its `[profile]` is complete and names the parent, as in `parent = "aba"`.
    pub fn parse_override(parent: &Self, file_name: &str, text: &str) -> Result<Self, PolicyError> {
        read_profile(file_name, text, Some(parent))
    }

    /// Returns the profile as people read it.
    pub fn view(&self) -> PolicyView {
        view::policy_view(self)
    }

    /// Whether a module is switched on.
    pub fn has_module(&self, module: Module) -> bool {
        self.rules.general.modules.value.contains(&module)
    }

    /// Lists the mandatory fields of the catalogue: those of the regulation and those that every
    /// entry needs.
    pub fn mandatory_fields(&self) -> Vec<CatalogueField> {
        let mut fields = ALWAYS_MANDATORY.to_vec();
        for field in &self.rules.catalogue.mandatory.value {
            if !fields.contains(field) {
                fields.push(*field);
            }
        }
        fields
    }
}

fn read_profile(
    file: &str,
    text: &str,
    parent: Option<&PolicyProfile>,
) -> Result<PolicyProfile, PolicyError> {
    let document = document_of(file, text)?;
    let mut reader = Reader::new(file, text, document.get_ref());
    if parent.is_some() {
        reader = reader.overriding();
    }
    reader.refuse_unknown(Rules::KEYS, Header::KEYS);
    let header = Header::read(&mut reader);
    let rules = Rules::read(&mut reader, parent.map(|parent| &parent.rules));
    if let Some(header) = &header {
        check_parent(&mut reader, header, parent);
    }
    if let Some(rules) = &rules {
        check_together(&mut reader, rules);
    }
    if let (Some(header), Some(rules)) = (&header, &rules) {
        check_term(&mut reader, header, rules);
    }
    whole(reader, header, rules)
}

/// Reads rules that were whole when they were kept; what they do not say is said by others.
fn read_kept(file: &str, text: &str, others: &Rules) -> Result<PolicyProfile, PolicyError> {
    let document = document_of(file, text)?;
    let mut reader = Reader::new(file, text, document.get_ref()).overriding();
    let header = Header::read(&mut reader);
    let rules = Rules::read(&mut reader, Some(others));
    whole(reader, header, rules)
}

fn document_of<'text>(
    file: &str,
    text: &'text str,
) -> Result<Spanned<DeTable<'text>>, PolicyError> {
    let (document, syntax_errors) = DeTable::parse_recoverable(text);
    if syntax_errors.is_empty() {
        return Ok(document);
    }
    let problems = syntax_errors.iter().map(|error| PolicyProblem {
        file: file.to_owned(),
        line: line_of(text, &error.span().unwrap_or(0..0)),
        key: String::new(),
        message: error.message().to_owned(),
    });
    Err(PolicyError::new(problems.collect()))
}

fn whole(
    reader: Reader<'_, '_>,
    header: Option<Header>,
    rules: Option<Rules>,
) -> Result<PolicyProfile, PolicyError> {
    let problems = reader.into_problems();
    match (header, rules) {
        (Some(header), Some(rules)) if problems.is_empty() => Ok(PolicyProfile { header, rules }),
        _ => Err(PolicyError::new(problems)),
    }
}

fn check_parent(reader: &mut Reader<'_, '_>, header: &Header, parent: Option<&PolicyProfile>) {
    let expected = parent.map(|parent| parent.header.code.as_str());
    if header.parent.as_deref() != expected {
        let message = match expected {
            Some(code) => format!("this file overrides `{code}`, so write parent = \"{code}\""),
            None => "a whole profile has no parent: load the parent and override it".to_owned(),
        };
        reader.fault_at("profile", "parent", message);
    }
}

/// Checks values that only make sense together.
fn check_together(reader: &mut Reader<'_, '_>, rules: &Rules) {
    let correction = &rules.correction;
    let (reply, extended) = (correction.reply_wd.value, correction.extended_total_wd.value);
    if extended < reply {
        let message = format!(
            "{} in all is less than correction.reply_wd, which is {}",
            extended.get(),
            reply.get()
        );
        reader.fault_at("correction", "extended_total_wd", message);
    }
    check_extensions(reader, rules);
    let n_approvers = rules.open_app.approvers.value.len();
    if rules.open_app.order.value == ApprovalOrder::Single && n_approvers > 1 {
        let message = format!("`single` fits one approver, but there are {n_approvers}");
        reader.fault_at("open_app", "order", message);
    }
    let project = &rules.project;
    let (before, acceptance) = (&project.before.value, &project.acceptance.value);
    let alone = "`voluntary` says that nothing is demanded, so it stands alone";
    if before.len() > 1 && before.contains(&ProjectDemand::Voluntary) {
        reader.fault_at("project", "before", alone.to_owned());
    }
    if acceptance.len() > 1 && acceptance.contains(&AcceptanceDemand::Voluntary) {
        reader.fault_at("project", "acceptance", alone.to_owned());
    }
}

/// Checks that what may be longer is named once, and does get longer. Of a list that a parent gave, what another rule
/// made no longer is no fault: nobody gets more time by it.
fn check_extensions(reader: &mut Reader<'_, '_>, rules: &Rules) {
    if !reader.gives("extension", "clocks") {
        return;
    }
    let longer = &rules.extension.clocks.value.0;
    for (place, it) in longer.iter().enumerate() {
        let (name, plain) = (it.clock.as_str(), rules.plain(it.clock));
        if it.total_wd <= plain {
            let (total, plain) = (it.total_wd.get(), plain.get());
            let message = format!("{total} in all is no more than {name}, which is {plain}");
            reader.fault_at("extension", "clocks", message);
        }
        if longer.iter().take(place).any(|other| other.clock == it.clock) {
            reader.fault_at("extension", "clocks", format!("`{name}` is in the list twice"));
        }
    }
}

/// Checks the dates of the head against the term that the regulation gives.
fn check_term(reader: &mut Reader<'_, '_>, header: &Header, rules: &Rules) {
    let Some(years) = rules.general.validity.value.years else {
        return;
    };
    let end = header.end_of_term(years.get());
    if header.expires.is_some() && end.is_some() && header.expires != end {
        let message = format!("a term of {} years does not end on this day", years.get());
        reader.fault_at("profile", "expires", message);
    }
}
