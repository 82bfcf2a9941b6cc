//! Templates of agreements (AGR-02): plain text with blanks out of a closed list. Each clause that an agreement must
//! have is a blank (AGR-04), so that a template that names them all has them all, in the words of the portal.

mod compared;
mod texts;

use kaishu_types::Lang;
use kaishu_types::agreement::Blank;

use crate::policy::{AgreementDocument, Module, PolicyProfile};
use crate::terms;

pub use compared::{LineChange, compared};

/// Most lines of a template.
pub const MAX_LINES: usize = 400;
/// Most characters of a template.
pub const MAX_CHARS: usize = 20_000;
/// Longest unknown blank that a fault repeats, in characters.
const SHOWN: usize = 30;

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateFault {
    /// A blank that is not in the list, and where it stands.
    Unknown {
        /// What stands between the braces.
        name: String,
        /// Its place.
        at: Place,
    },
    /// A brace that begins or ends no blank.
    Brace {
        /// Its place.
        at: Place,
    },
    /// A clause that must be in it and is not (AGR-04, AGR-07).
    Missing(Blank),
    /// It is empty, or longer than [`MAX_CHARS`] or [`MAX_LINES`].
    Length,
}

/// A place in a text, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The character of the line.
    pub column: usize,
}

impl TemplateFault {
    /// Says what is wrong, where, and what would be right.
    pub fn shown(&self, lang: Lang) -> String {
        match self {
            Self::Unknown { name, at: Place { line, column } } => lang.pick(
                format!("第 {line} 行第 {column} 个字：没有“{name}”这个占位符，请从列表中选用"),
                format!("line {line}, character {column}: there is no blank `{name}`; use one of the list"),
            ),
            Self::Brace { at: Place { line, column } } => lang.pick(
                format!("第 {line} 行第 {column} 个字：花括号只用于占位符，写成 {{dataset}} 这样的半角形式"),
                format!("line {line}, character {column}: braces are for blanks only, as in {{dataset}}"),
            ),
            Self::Missing(blank) => lang.pick(
                format!("缺少必备条款“{}”：请写入 {{{blank}}}", blank.label(Lang::Zh)),
                format!("the clause \"{}\" is missing: put {{{blank}}} into it", blank.label(Lang::En)),
            ),
            Self::Length => lang.pick(
                format!("请填写协议文本，最多 {MAX_LINES} 行、{MAX_CHARS} 字"),
                format!("write the text: {MAX_LINES} lines and {MAX_CHARS} characters at most"),
            ),
        }
    }
}

/// A piece of a template.
enum Piece<'a> {
    Text(&'a str),
    Blank(Blank),
    Fault(TemplateFault),
}

/// Lists the documents that have templates under a profile: those that are signed for each grant, and the licence of
/// open data where the profile asks for one.
pub fn of_profile(profile: &PolicyProfile) -> Vec<AgreementDocument> {
    if !profile.has_module(Module::Open) {
        return Vec::new();
    }
    let mut found = terms::documents(profile);
    let licence = AgreementDocument::OpenLicence;
    found.extend(profile.rules.agreement.docs.value.contains(&licence).then_some(licence));
    found
}

/// Whether the profile asks everybody to accept the terms of the platform (AGR-03, yulin 29).
pub fn asks_for_platform_terms(profile: &PolicyProfile) -> bool {
    profile.rules.agreement.docs.value.contains(&AgreementDocument::PlatformAgreement)
}

/// Lists the clauses that a document must have: of an agreement those of AGR-04, of a commitment those of AGR-07.
pub fn clauses(document: AgreementDocument) -> &'static [Blank] {
    match document {
        AgreementDocument::UsageAgreement => &[
            Blank::Parties,
            Blank::Dataset,
            Blank::Items,
            Blank::Purpose,
            Blank::Mode,
            Blank::Period,
            Blank::Security,
            Blank::NoTransfer,
            Blank::Attribution,
            Blank::ReportInterval,
            Blank::Consequences,
            Blank::Closing,
        ],
        AgreementDocument::CommitmentLetter => {
            &[Blank::Applicant, Blank::Provider, Blank::Dataset, Blank::Level, Blank::Measures]
        }
        AgreementDocument::OpenLicence => &[Blank::Provider, Blank::Attribution],
        AgreementDocument::PlatformAgreement | AgreementDocument::OperationAgreement => &[],
    }
}

/// Lists the blanks that a document may have: what is known when it is written.
pub fn blanks(document: AgreementDocument) -> &'static [Blank] {
    match document {
        AgreementDocument::UsageAgreement | AgreementDocument::CommitmentLetter => Blank::ALL,
        AgreementDocument::OpenLicence => &[Blank::Provider, Blank::Regulation, Blank::Attribution],
        AgreementDocument::PlatformAgreement | AgreementDocument::OperationAgreement => {
            &[Blank::Regulation]
        }
    }
}

/// The text that is proposed to whoever has none yet; usage agreements and commitments of entries that were published
/// before there was a template are written from it.
pub fn built_in(document: AgreementDocument) -> &'static str {
    match document {
        AgreementDocument::CommitmentLetter => texts::COMMITMENT,
        AgreementDocument::OpenLicence => texts::LICENCE,
        AgreementDocument::PlatformAgreement => texts::PLATFORM,
        AgreementDocument::UsageAgreement | AgreementDocument::OperationAgreement => {
            texts::AGREEMENT
        }
    }
}

/// Brings the line ends of a form into one shape, so that the same text has the same hash.
pub fn normalised(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    format!("{}\n", text.trim())
}

/// Finds everything that is wrong with a template: the places in order, then the clauses that lack.
pub fn check(document: AgreementDocument, text: &str) -> Vec<TemplateFault> {
    let is_short = text.lines().count() <= MAX_LINES && text.chars().count() <= MAX_CHARS;
    if text.trim().is_empty() || !is_short {
        return vec![TemplateFault::Length];
    }
    let (mut faults, mut found) = (Vec::new(), Vec::new());
    pieces(text, blanks(document), &mut |piece| match piece {
        Piece::Fault(fault) => faults.push(fault),
        Piece::Blank(blank) => found.push(blank),
        Piece::Text(_) => {}
    });
    let missing = clauses(document).iter().filter(|blank| !found.contains(blank));
    faults.extend(missing.map(|blank| TemplateFault::Missing(*blank)));
    faults
}

/// Fills a template in. What a value says is not looked at again: an applicant's words bring no blank of their own.
pub fn filled(document: AgreementDocument, text: &str, value: impl Fn(Blank) -> String) -> String {
    let mut written = String::with_capacity(text.len() * 2);
    pieces(text, blanks(document), &mut |piece| match piece {
        Piece::Text(text) => written.push_str(text),
        Piece::Blank(blank) => written.push_str(&value(blank)),
        // A template was checked before it was published; nothing of it is dropped all the same.
        Piece::Fault(TemplateFault::Unknown { name, .. }) => {
            written.push('{');
            written.push_str(&name);
            written.push('}');
        }
        Piece::Fault(_) => {}
    });
    written
}

/// Cuts a template into text, blanks and faults, in their order.
fn pieces<'a>(text: &'a str, known: &[Blank], each: &mut impl FnMut(Piece<'a>)) {
    let mut from = 0;
    let is_brace = |sign: char| matches!(sign, '{' | '}' | '｛' | '｝');
    while let Some(begins) = text[from..].find(is_brace).map(|at| from + at) {
        each(Piece::Text(&text[from..begins]));
        let rest = &text[begins..];
        let at = place(text, begins);
        let named = rest.strip_prefix('{').and_then(|rest| {
            let (name, _) = rest.split_once('}')?;
            (!name.contains(is_brace) && !name.contains('\n')).then_some(name)
        });
        let Some(name) = named else {
            each(Piece::Fault(TemplateFault::Brace { at }));
            from = begins + rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        let blank = name.trim().parse::<Blank>().ok().filter(|blank| known.contains(blank));
        each(match blank {
            Some(blank) => Piece::Blank(blank),
            None => {
                let name = name.chars().take(SHOWN).collect();
                Piece::Fault(TemplateFault::Unknown { name, at })
            }
        });
        from = begins + name.len() + 2;
    }
    each(Piece::Text(&text[from..]));
}

fn place(text: &str, at: usize) -> Place {
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Place { line, column }
}
