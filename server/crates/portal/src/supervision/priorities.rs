//! How far the priority topics are open: the tags of entries, counted by what the public may have of them (CLS-11;
//! yulin 11 and 12, aba 29).

use kaishu_domain::permission::Action;
use kaishu_domain::policy::PriorityTopic;
use kaishu_store::datasets::{self, TagTally};
use kaishu_store::{Store, vocabulary};
use kaishu_types::Lang;
use kaishu_types::oversight::{PriorityReport, PriorityTopicView};
use kaishu_types::vocabulary::Term;

use crate::accounts::Caller;
use crate::cases::not_covered;
use crate::{Portal, Result};

/// The vocabulary of the tags.
const VOCABULARY: &str = "priority";
/// Where the topics of a profile stand in it: after what somebody has put in order.
const FIRST_PLACE: i32 = 1_000;

/// The columns of the report as a file.
const COLUMNS: [&str; 9] = [
    "topic",
    "label",
    "of_profile",
    "is_open",
    "entries",
    "unconditional",
    "conditional",
    "not_open",
    "stopped",
];

/// Offers the topics of a profile as tags, unless they are there: what the authority called otherwise or took out of
/// use stays so.
pub(crate) async fn offer(store: &Store, topics: &[PriorityTopic]) -> Result<()> {
    let term = |(place, topic): (i32, &PriorityTopic)| Term {
        vocabulary: VOCABULARY.to_owned(),
        code: topic.as_str().to_owned(),
        label_zh: topic.label(Lang::Zh).to_owned(),
        label_en: topic.label(Lang::En).to_owned(),
        uri: None,
        position: place,
    };
    let terms: Vec<Term> = (FIRST_PLACE..).zip(topics).map(term).collect();
    Ok(vocabulary::offer(store, &terms).await?)
}

impl Portal {
    /// Counts the entries with each priority tag, where the caller supervises.
    ///
    /// # Errors
    ///
    /// Refused for who supervises nothing.
    pub async fn priority_report(&self, caller: &Caller, lang: Lang) -> Result<PriorityReport> {
        if !caller.may_ever(Action::Supervise) {
            return Err(not_covered(caller, Action::Supervise, lang));
        }
        let (organizations, regions) = self.reach(caller, Action::Supervise);
        let tallies = datasets::tagged(&self.inner.store, (&organizations, &regions)).await?;
        let directory = self.directory();
        let rule = &self.policy().rules.general.priority_topics;
        let of_profile: Vec<&str> = rule.value.0.iter().map(|topic| topic.as_str()).collect();
        let mut codes = of_profile.clone();
        // A tag that is no longer offered counts for as long as an entry carries it.
        let offered = directory.vocabulary(VOCABULARY);
        let offered = offered.filter(|term| !directory.is_retired(term));
        let known = offered.map(|term| term.code.as_str());
        for code in known.chain(tallies.keys().map(String::as_str)) {
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        let view = |code: &str| {
            let TagTally { n_unconditional, n_conditional, n_none, n_stopped } =
                tallies.get(code).copied().unwrap_or_default();
            PriorityTopicView {
                code: code.to_owned(),
                label: directory.label(VOCABULARY, code, lang),
                is_of_profile: of_profile.contains(&code),
                n_unconditional,
                n_conditional,
                n_none,
                n_stopped,
            }
        };
        let items: Vec<PriorityTopicView> = codes.into_iter().map(view).collect();
        let n_open = items.iter().filter(|topic| topic.is_open()).count();
        Ok(PriorityReport {
            n_open: u64::try_from(n_open).unwrap_or(u64::MAX),
            n_topics: u64::try_from(items.len()).unwrap_or(u64::MAX),
            items,
            rule: rule.reference("priority_topics", lang),
        })
    }

    /// Writes the same as CSV in UTF-8 with a byte order mark; what a spreadsheet would run as a formula is made a
    /// text.
    ///
    /// # Errors
    ///
    /// Refused for who supervises nothing.
    pub async fn priority_csv(&self, caller: &Caller, lang: Lang) -> Result<Vec<u8>> {
        let report = self.priority_report(caller, lang).await?;
        let mut out = "\u{FEFF}".as_bytes().to_vec();
        kaishu_tables::write_guarded_row(&mut out, COLUMNS);
        for topic in &report.items {
            let values = [
                topic.code.clone(),
                topic.label.clone(),
                topic.is_of_profile.to_string(),
                topic.is_open().to_string(),
                topic.n_entries().to_string(),
                topic.n_unconditional.to_string(),
                topic.n_conditional.to_string(),
                topic.n_none.to_string(),
                topic.n_stopped.to_string(),
            ];
            kaishu_tables::write_guarded_row(&mut out, values.iter().map(String::as_str));
        }
        Ok(out)
    }
}
