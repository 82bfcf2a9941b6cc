//! What is opened further than it is now comes with the record that allows it (CLS-09, CLS-10).

use kaishu_types::Lang;
use kaishu_types::dataset::DataItemView;
use kaishu_types::draft::{Choice, DraftDocument};
use kaishu_types::vocabulary::OpenClass;

use crate::entry::EntryFault;
use crate::policy::PolicyProfile;

/// What is published of an entry, as far as its opening goes.
#[derive(Debug, Clone, Copy)]
pub struct Published<'a> {
    /// Its open class.
    pub class: OpenClass,
    /// Its data items.
    pub items: &'a [DataItemView],
}

/// The records of desensitising or declassifying, or consents, that are attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Records {
    /// Whether one was attached while this draft was written.
    pub to_this: bool,
    /// Whether one was attached to this draft or to one before it.
    pub to_any: bool,
}

/// Says what is missing where an entry, or an item of it, is opened further than what is published; and where
/// sensitive data is opened at all. A record counts once: what was relaxed before is no ground for more.
pub fn check(
    profile: &PolicyProfile,
    published: Option<Published<'_>>,
    entry: &DraftDocument,
    records: Records,
) -> Vec<EntryFault> {
    let rule = ("class.open_basis", &profile.rules.class.open_basis);
    let widened = published.map(|it| widened(it, entry)).unwrap_or_default();
    let is_opened =
        entry.chosen.contains(&Choice::OpenClass) && entry.fields.open.class != OpenClass::None;
    let is_sensitive = is_opened && entry.sensitivity.iter().any(|it| it.forbids_opening());
    let mut faults = Vec::new();
    if !widened.is_empty() && entry.relaxed_by.trim().is_empty() {
        let names = |lang: Lang| {
            let names: Vec<&str> = widened.iter().map(|it| it.label(lang)).collect();
            names.join(lang.pick("、", ", "))
        };
        let text = (
            format!("{}比现在更加开放，请写明脱密脱敏处理记录或者权利人同意书", names(Lang::Zh)),
            format!(
                "{} would be more open than now: name the record of processing or the rights holder's \
                 consent",
                names(Lang::En)
            ),
        );
        faults.push(EntryFault::new("relaxed_by", text, rule));
    }
    let text = match (widened.is_empty(), is_sensitive) {
        (false, _) if !records.to_this => (
            "降低开放限制的，请附上这一次的处理记录或者权利人同意书".to_owned(),
            "attach the record of processing or the consent by which it is opened further"
                .to_owned(),
        ),
        (true, true) if !records.to_any => (
            "开放敏感数据的，请附上处理记录或者权利人同意书".to_owned(),
            "attach the record of processing or the consent by which sensitive data is opened"
                .to_owned(),
        ),
        _ => return faults,
    };
    faults.push(EntryFault::new("relaxation", text, rule));
    faults
}

/// Something that an entry opens further than what is published.
enum Widened<'a> {
    Entry,
    Item(&'a str),
}

impl Widened<'_> {
    fn label(&self, lang: Lang) -> &str {
        match self {
            Self::Entry => lang.pick("目录", "the entry"),
            Self::Item(label) => label,
        }
    }
}

fn widened<'a>(published: Published<'_>, entry: &'a DraftDocument) -> Vec<Widened<'a>> {
    let is_wider = |before, after| openness(after) > openness(before);
    let class = is_wider(published.class, entry.fields.open.class).then_some(Widened::Entry);
    let items = entry.items.iter().filter(|item| {
        // An item that got another name is known by its label.
        let by_name = published.items.iter().find(|it| it.name == item.name);
        let before = by_name.or_else(|| published.items.iter().find(|it| it.label == item.label));
        before.is_some_and(|before| is_wider(before.open_class, item.open_class))
    });
    class.into_iter().chain(items.map(|item| Widened::Item(&item.label))).collect()
}

fn openness(class: OpenClass) -> u8 {
    match class {
        OpenClass::None => 0,
        OpenClass::Conditional => 1,
        OpenClass::Unconditional => 2,
    }
}
