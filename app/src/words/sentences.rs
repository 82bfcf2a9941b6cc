//! Words that take a value: counts, names, codes.

use kaishu_domain::policy::Fees;
use kaishu_portal::tables::{FileRelease, why_stopped};
use kaishu_types::receipt::Retrieved;
use kaishu_types::table::Mask;
use kaishu_types::vocabulary::OpenClass;
use kaishu_types::{ErrorCode, Lang};

use super::{EN, Words, ZH};

impl Words {
    /// Returns the words of a language.
    pub(crate) fn of(lang: Lang) -> &'static Self {
        match lang {
            Lang::Zh => &ZH,
            Lang::En => &EN,
        }
    }

    /// Names what went wrong, for the heading of the error page.
    pub(crate) fn error_title(&self, code: ErrorCode) -> &'static str {
        let (zh, en) = match code {
            ErrorCode::InvalidInput => {
                ("地址里有不认识的内容", "The address asks for something unknown")
            }
            ErrorCode::Unauthenticated => ("需要登录", "Log in first"),
            ErrorCode::Forbidden => ("不能这样做", "This is not allowed"),
            ErrorCode::NotFound => ("没有这个页面", "There is no such page"),
            ErrorCode::Gone => ("这里的内容已经撤下", "This was taken down"),
            ErrorCode::Conflict => ("与现在的状态不符", "This does not fit the present state"),
            ErrorCode::Locked => ("别人正在处理", "Somebody else is at it"),
            ErrorCode::TooLarge => ("内容太大", "Too large"),
            ErrorCode::TooManyRequests => ("请求太频繁", "Too many requests"),
            ErrorCode::Unavailable => ("暂时不能提供", "Not available at the moment"),
            ErrorCode::SourceFailed | ErrorCode::SourceSlow => {
                ("提供单位的系统没有给出数据", "The system of the provider gave no data")
            }
            ErrorCode::Internal => ("没有办成", "It did not work"),
        };
        self.lang.pick(zh, en)
    }

    /// Says what to make of an error, where it says nothing itself.
    pub(crate) fn error_text(&self, code: ErrorCode) -> &'static str {
        let (zh, en) = match code {
            ErrorCode::InvalidInput => (
                "更正下面这些参数，或者从目录页重新选择条件。",
                "Correct these parameters, or choose the filters on the catalogue page.",
            ),
            ErrorCode::NotFound => (
                "地址可能有误，或者内容已经移动。",
                "The address may be wrong, or the page has moved.",
            ),
            ErrorCode::Internal => (
                "原因在我们这边，已经记录。稍后再试；仍不行，把下面的编号告诉数据主管部门。",
                "The fault is ours and has been recorded. Try again later, or give the reference below to the data authority.",
            ),
            _ => ("稍后再试。", "Try again later."),
        };
        self.lang.pick(zh, en)
    }

    /// Says what a class means for the reader.
    pub(crate) fn class_text(&self, class: OpenClass) -> &'static str {
        let (zh, en) = match class {
            OpenClass::Unconditional => (
                "任何人可以直接下载和使用，不需要申请。",
                "Anybody may download and use it; no application is needed.",
            ),
            OpenClass::Conditional => (
                "符合公布的条件，经申请、同意并签署协议后使用。",
                "Available to those who meet the published conditions, on application and under an agreement.",
            ),
            OpenClass::None => ("依法不予开放。", "Not open, by law."),
        };
        self.lang.pick(zh, en)
    }

    /// Says what data on application costs (DL-05).
    pub(crate) fn fees_text(&self, fees: Fees) -> &'static str {
        let (zh, en) = match fees {
            Fees::Free => ("不收费。", "Free of charge."),
            Fees::PaidUseMayBeExplored => (
                "现在不收费。法律法规允许时，用于产业、行业发展的可以探索有偿使用。",
                "Free of charge today. Where law allows it, paid use for industry may be explored.",
            ),
            Fees::FreeWithOperationProceeds => (
                "申请使用不收费。授权运营的数据产品和服务另按收益分配办法。",
                "Free of charge on application. Products of licensed operation follow rules of their own on proceeds.",
            ),
        };
        self.lang.pick(zh, en)
    }

    /// Heads the catalogue: how many results, of what.
    pub(crate) fn results_title(&self, total: &str, one: bool, q: &str) -> String {
        match (self.lang, q.is_empty()) {
            (Lang::Zh, true) => format!("{total} 个数据集"),
            (Lang::Zh, false) => format!("{total} 个与“{q}”有关的数据集"),
            (Lang::En, true) => format!("{total} dataset{}", plural(one)),
            (Lang::En, false) => format!("{total} dataset{} for “{q}”", plural(one)),
        }
    }

    /// Heads the datasets of a priority topic.
    pub(crate) fn topic_title(&self, topic: &str, total: &str) -> String {
        match self.lang {
            Lang::Zh => format!("重点领域：{topic}（{total} 个数据集）"),
            Lang::En => format!("Priority topic: {topic} ({total} datasets)"),
        }
    }

    /// Says how much a priority topic holds.
    pub(crate) fn topic_lead(&self, total: &str, one: bool) -> String {
        match self.lang {
            Lang::Zh => format!("{total} 个数据集标为这一重点领域。"),
            Lang::En => format!("{total} dataset{} marked with this topic.", plural(one)),
        }
    }

    /// Says that nothing was found.
    pub(crate) fn no_result(&self, q: &str) -> String {
        match (self.lang, q.is_empty()) {
            (Lang::Zh, true) => "没有符合条件的数据集".to_owned(),
            (Lang::Zh, false) => format!("没有找到“{q}”"),
            (Lang::En, true) => "No dataset fits these filters".to_owned(),
            (Lang::En, false) => format!("Nothing was found for “{q}”"),
        }
    }

    /// Says how many values have a part in their names.
    pub(crate) fn n_values_with(&self, n: &str, one: bool, part: &str) -> String {
        match self.lang {
            Lang::Zh => format!("名称含“{part}”的有 {n} 个。"),
            Lang::En => format!("{n} name{} with “{part}”.", plural(one)),
        }
    }

    /// Says how the values of an item are masked.
    pub(crate) fn mask(&self, mask: &Mask) -> String {
        let (zh, en) = match mask {
            Mask::Drop => ("不提供".to_owned(), "left out".to_owned()),
            Mask::Redact => ("全部隐去".to_owned(), "hidden wholly".to_owned()),
            Mask::Partial { start, end } => (
                format!("只保留前 {start} 位和后 {end} 位"),
                format!("the first {start} and last {end} characters are kept"),
            ),
            Mask::Hash => ("换成散列值".to_owned(), "replaced by keyed hashes".to_owned()),
            Mask::Year => ("只保留年份".to_owned(), "only the year is kept".to_owned()),
            Mask::Month => ("只保留年月".to_owned(), "only year and month are kept".to_owned()),
            Mask::Range { width } => {
                (format!("按每 {width} 一段归并"), format!("put into ranges of {width}"))
            }
            Mask::Region { digits } => (
                format!("行政区划代码只保留前 {digits} 位"),
                format!("only the first {digits} digits of division codes are kept"),
            ),
        };
        match self.lang {
            Lang::Zh => format!("脱敏：{zh}"),
            Lang::En => format!("Masked: {en}"),
        }
    }

    /// Names what a receipt is of.
    pub(crate) fn retrieved(&self, kind: Retrieved) -> &'static str {
        match kind {
            Retrieved::Original => self.lang.pick("原始文件", "The uploaded file"),
            Retrieved::Export => self.lang.pick("表格导出的文件", "A file made of the table"),
            Retrieved::Rows => self.lang.pick("通过接口读取的数据行", "Rows read over the API"),
            Retrieved::Bundle => self.lang.pick("整个数据集", "The whole dataset"),
            Retrieved::Verified => {
                self.lang.pick("核验的次数，不含数据", "Numbers of a verification, no data")
            }
            Retrieved::Offline => self.lang.pick("线下交付的数据", "Data that was handed over"),
        }
    }

    /// Says why a file cannot be taken as it is.
    pub(crate) fn kept_back(&self, release: &FileRelease) -> String {
        let text = match release {
            FileRelease::Open => "",
            FileRelease::Waiting => self.lang.pick(
                "正在检查文件里面有没有个人信息，检查完可以下载，一般几分钟。",
                "The file is being checked for personal data; it can be downloaded after that, mostly within minutes.",
            ),
            FileRelease::Unknown => self.lang.pick(
                "文件的内容读不出来，不能检查里面有没有个人信息，发布人确认以前不提供下载。",
                "The contents cannot be read and so not be checked for personal data; the file is not offered before its publisher has confirmed it.",
            ),
            FileRelease::Stopped(columns) => return why_stopped(columns, self.lang),
        };
        text.to_owned()
    }

    /// Says that a table is on its way.
    pub(crate) fn table_preparing(&self, percent: u8) -> String {
        match self.lang {
            Lang::Zh => format!("表格正在准备，已完成 {percent}%。这个页面会自动刷新。"),
            Lang::En => format!(
                "The table is being made, {percent} % are done. This page loads again by itself."
            ),
        }
    }

    /// Leads to the table of an older version.
    pub(crate) fn table_of_version(&self, version: u32) -> String {
        match self.lang {
            Lang::Zh => format!("查看第 {version} 版的表格"),
            Lang::En => format!("View the table of version {version}"),
        }
    }

    /// Says why no table could be made.
    pub(crate) fn table_failed(&self, reason: &str) -> String {
        match self.lang {
            Lang::Zh => format!("这个文件没有做成表格。原因：{reason}"),
            Lang::En => format!("No table could be made of this file. Reason: {reason}"),
        }
    }

    /// Says which results a page shows.
    pub(crate) fn range(&self, from: &str, to: &str, total: &str) -> String {
        match self.lang {
            Lang::Zh => format!("第 {from}—{to} 个，共 {total} 个"),
            Lang::En => format!("{from}–{to} of {total}"),
        }
    }

    /// Says that a page shows all results.
    pub(crate) fn all_shown(&self, total: &str) -> String {
        match self.lang {
            Lang::Zh => format!("共 {total} 个"),
            Lang::En => format!("{total} in all"),
        }
    }

    /// Counts the chosen filters.
    pub(crate) fn n_chosen(&self, n: usize) -> String {
        match self.lang {
            _ if n == 0 => self.results.to_owned(),
            Lang::Zh => format!("已选 {n} 项条件"),
            Lang::En => format!("{n} filter{} chosen", plural(n == 1)),
        }
    }

    /// Offers to drop a filter.
    pub(crate) fn drop_filter(&self, facet: &str, n: &str) -> String {
        match self.lang {
            Lang::Zh => format!("去掉“{facet}”这一项条件，有 {n} 个结果。"),
            Lang::En => format!("Drop the filter “{facet}”: {n} results."),
        }
    }

    /// Counts data items, and those that can be had at once.
    pub(crate) fn item_count(&self, n_items: u32, n_open: u32) -> String {
        match (self.lang, n_open == n_items) {
            (Lang::Zh, true) => format!("{n_items} 个数据项"),
            (Lang::Zh, false) => format!("{n_items} 个数据项，{n_open} 项不需要申请"),
            (Lang::En, true) => format!("{n_items} item{}", plural(n_items == 1)),
            (Lang::En, false) => format!("{n_items} items, {n_open} need no application"),
        }
    }

    /// Counts data items after a heading.
    pub(crate) fn n_items(&self, n: usize) -> String {
        match self.lang {
            Lang::Zh => format!("{n} 个数据项"),
            Lang::En => format!("{n} data item{}", plural(n == 1)),
        }
    }

    /// Says which part of the data items is open: classes with their numbers of items.
    pub(crate) fn open_extent(&self, parts: &[(usize, String)]) -> String {
        match (self.lang, parts) {
            (Lang::Zh, [(_, only)]) => format!("这里的数据项全部{only}。"),
            (Lang::Zh, parts) => {
                format!("这里的数据项部分无条件开放：{}。", counted(self.lang, parts))
            }
            (Lang::En, [(_, only)]) => format!("All items here are {only}."),
            (Lang::En, parts) => {
                format!("The items here are open in part: {}.", counted(self.lang, parts))
            }
        }
    }

    /// Says which part of the data items agencies share: classes with their numbers of items.
    pub(crate) fn share_extent(&self, parts: &[(usize, String)]) -> String {
        match (self.lang, parts) {
            (Lang::Zh, [(_, only)]) => format!("机构之间全部{only}。"),
            (Lang::Zh, parts) => format!("机构之间部分共享：{}。", counted(self.lang, parts)),
            (Lang::En, [(_, only)]) => format!("Between agencies, all are {only}."),
            (Lang::En, parts) => {
                format!("Agencies share them in part: {}.", counted(self.lang, parts))
            }
        }
    }

    /// Says how long a value may be.
    pub(crate) fn at_most_characters(&self, length: u32) -> String {
        match self.lang {
            Lang::Zh => format!("最长 {length} 个字符"),
            Lang::En => format!("at most {length} character{}", plural(length == 1)),
        }
    }

    /// Says how long a dataset is overdue.
    pub(crate) fn overdue_days(&self, days: u32) -> String {
        match self.lang {
            Lang::Zh => format!("逾期 {days} 天"),
            Lang::En => format!("{days} day{} overdue", plural(days == 1)),
        }
    }

    /// Says within how many working days an answer comes.
    pub(crate) fn answer_within(&self, working_days: u32) -> String {
        match self.lang {
            Lang::Zh => format!("{working_days} 个工作日内答复；不同意的，写明理由和条文。"),
            Lang::En => format!(
                "The answer comes within {working_days} working days; a refusal names reason and article."
            ),
        }
    }

    /// Names a catalogue field that changed between two versions.
    pub(crate) fn field<'a>(&self, code: &'a str) -> &'a str
    where
        'static: 'a,
    {
        match code {
            "title" | "title_en" => self.name,
            "summary" | "summary_en" => self.note,
            "keywords" => self.keywords,
            "theme" => self.theme,
            "frequency" => self.frequency,
            "licence" => self.licence,
            "open" => self.open_class,
            "share" => self.share_class,
            "usage_requirements" => self.usage_requirements,
            "security_level" => self.security_level,
            "sensitivity" => self.sensitivity,
            "spatial" => self.coverage,
            "temporal_start" | "temporal_end" => self.period,
            "source" => self.source,
            "source_system" => self.source_system,
            "contact" => self.contact,
            "homepage" => self.homepage,
            "items" => self.items,
            "resources" => self.resources,
            "provenance" => self.provenance,
            "extras" => self.other_fields,
            "kind" => self.kind,
            "base_db" => self.base_db,
            "record_key" => self.record_key,
            "industry" => self.industry,
            "business_matter" => self.business_matter,
            "mgmt_responsibility" => self.mgmt_responsibility,
            "collector" => self.collector,
            "certifier" => self.certifier,
            "classification" => self.classification,
            "data_form" => self.data_form,
            "priority" => self.by_priority,
            "organization" => self.provider,
            "region" => self.region,
            "published_at" => self.published,
            "updated_at" => self.data_updated,
            other => other,
        }
    }

    /// Names catalogue fields, each once.
    pub(crate) fn fields(&self, codes: &[String]) -> String {
        let mut names: Vec<&str> = Vec::with_capacity(codes.len());
        for name in codes.iter().map(|code| self.field(code)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.join(self.separator)
    }

    /// Names the zone of a region.
    pub(crate) fn zone_of(&self, region: &str) -> String {
        match self.lang {
            Lang::Zh => format!("{region}开放专区"),
            Lang::En => format!("{region}: open data zone"),
        }
    }

    /// Leads to all datasets of something.
    pub(crate) fn all_n_datasets(&self, n: &str, one: bool) -> String {
        match self.lang {
            Lang::Zh => format!("全部 {n} 个数据集"),
            Lang::En if one => "The one dataset".to_owned(),
            Lang::En => format!("All {n} datasets"),
        }
    }

    /// Leads to the providers that a chart leaves out.
    pub(crate) fn n_more_providers(&self, n: usize) -> String {
        match self.lang {
            Lang::Zh => format!("另有 {n} 个提供单位"),
            Lang::En => format!("{n} more provider{}", plural(n == 1)),
        }
    }

    /// Says that a chart shows the first of many.
    pub(crate) fn first_of(&self, shown: usize, total: usize) -> String {
        match self.lang {
            Lang::Zh => format!("图中是前 {shown} 项，数据表里有全部 {total} 项。"),
            Lang::En => format!("The chart shows the first {shown}; the table has all {total}."),
        }
    }

    /// Says what a trend amounts to.
    pub(crate) fn trend_text(&self, total: &str, greatest: &str) -> String {
        match self.lang {
            Lang::Zh => format!("共 {total} 次，最多的一天 {greatest} 次。"),
            Lang::En => format!("{total} in all, {greatest} on the busiest day."),
        }
    }

    /// Names a security level.
    pub(crate) fn security_grade(&self, level: u8) -> String {
        match self.lang {
            Lang::Zh => format!("{level} 级"),
            Lang::En => level.to_string(),
        }
    }

    /// Names the number of a version.
    pub(crate) fn version_number(&self, number: u32) -> String {
        match self.lang {
            Lang::Zh => format!("第 {number} 版"),
            Lang::En => format!("Version {number}"),
        }
    }
}

/// Writes classes with their numbers of items.
fn counted(lang: Lang, parts: &[(usize, String)]) -> String {
    let texts: Vec<String> = parts
        .iter()
        .map(|(n, word)| match lang {
            Lang::Zh => format!("{n} 项{word}"),
            Lang::En => format!("{n} {word}"),
        })
        .collect();
    texts.join(lang.pick("，", ", "))
}

fn plural(one: bool) -> &'static str {
    if one { "" } else { "s" }
}
