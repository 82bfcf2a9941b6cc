//! What is opened comes with its data, in a form that programs read (PUB-01, PUB-03).

use kaishu_types::dataset::DatasetView;
use kaishu_types::draft::{Choice, DraftDocument};
use kaishu_types::vocabulary::{DatasetState, OpenClass};
use kaishu_types::{Lang, RuleRef};

use super::{Check, EntryFault, words};
use crate::visibility;

/// What an open entry lacks of its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// There is no file and no interface (PUB-01).
    Resource,
    /// There is nothing that programs read (PUB-03).
    MachineReadable,
}

/// Looks at what an entry has of its data. Entries that are not open need none here.
pub fn lack(entry: &DraftDocument) -> Option<Lack> {
    let is_open =
        entry.chosen.contains(&Choice::OpenClass) && entry.fields.open.class != OpenClass::None;
    if !is_open {
        return None;
    }
    let reads = entry.resources.iter().any(|it| it.format.is_machine_readable());
    match entry.resources.is_empty() {
        true => Some(Lack::Resource),
        false => (!reads).then_some(Lack::MachineReadable),
    }
}

/// Whether an entry that is published and open, on conditions or not, has no file and no interface: the last one was
/// taken away, or none ever came (PUB-01).
pub fn is_bare(dataset: &DatasetView) -> bool {
    let items = visibility::classes(&dataset.items);
    let class = visibility::shown_class(dataset.fields.open.class, items);
    let is_open = dataset.state == DatasetState::Published && class != OpenClass::None;
    is_open && dataset.resources.is_empty()
}

impl Lack {
    /// What is missing and what would be right, in both languages.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Resource => (
                "还没有挂接数据：上传文件，或者登记接口",
                "there is no file or interface yet: upload a file, or name an interface",
            ),
            Self::MachineReadable => (
                "没有可机器读取的数据：请补充 CSV、XLSX、JSON、XML 或者 GeoJSON 格式的同一数据",
                "there is nothing that programs can read: add a CSV, XLSX, JSON, XML or GeoJSON of the same data",
            ),
        }
    }

    /// The rule of the platform, with the article that it follows.
    pub fn rule(self, lang: Lang) -> RuleRef {
        let (id, article) = match self {
            Self::Resource => (
                "PUB-01",
                lang.pick(
                    "平台规则：目录与数据同时挂接（参照《玉林市公共数据开放管理办法》第二十二条）",
                    "rule of the platform: an entry is opened together with its data (as Yulin, article 22)",
                ),
            ),
            Self::MachineReadable => (
                "PUB-03",
                lang.pick(
                    "平台规则：开放的数据可机器读取（参照《玉林市公共数据开放管理办法》第二条第二款）",
                    "rule of the platform: opened data is machine-readable (as Yulin, article 2 paragraph 2)",
                ),
            ),
        };
        RuleRef { id: id.to_owned(), article: article.to_owned() }
    }
}

impl Check<'_> {
    /// Data comes with the entry; a profile that demands it by itself has said so already.
    pub(super) fn resources(&mut self) {
        let Some(lack) = lack(self.entry) else { return };
        if self.faults.iter().any(|fault| fault.field == "resources") {
            return;
        }
        let (zh, en) = lack.words();
        let (zh, en) = words(zh, en);
        let rule = (lack.rule(Lang::Zh), lack.rule(Lang::En));
        self.faults.push(EntryFault { field: "resources", zh, en, rule, link: None });
    }
}
