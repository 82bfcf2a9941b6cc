//! The parts of an entry and their values as people read them.

use std::str::FromStr;

use kaishu_types::Lang;
use kaishu_types::dataset::{Acquisition, DataItemView};
use kaishu_types::draft::{ChangeBasis, Processing, Sensitivity, TriggerQuestion};
use kaishu_types::oversight::Tie;
use kaishu_types::vocabulary::{CatalogueKind, Frequency, OpenClass, ShareClass};
use serde_json::Value;

/// The parts of an entry as its form calls them.
const LABELS: &[(&str, &str, &str)] = &[
    ("title", "名称", "Title"),
    ("title_en", "英文名称", "English title"),
    ("summary", "数据摘要", "Summary"),
    ("summary_en", "英文摘要", "English summary"),
    ("keywords", "关键词", "Keywords"),
    ("theme", "数据领域", "Domain"),
    ("industry", "行业", "Industry"),
    ("kind", "目录类型", "Kind of entry"),
    ("base_db", "所属基础数据库", "Base register"),
    ("record_key", "记录主键", "Record key"),
    ("frequency", "更新频率", "Update frequency"),
    ("licence", "开放授权协议", "Licence"),
    ("open.class", "开放类型", "Open class"),
    ("open.grounds", "不开放或者有条件开放的情形", "Grounds of the open class"),
    ("open.reason", "开放类型的理由", "Reason of the open class"),
    ("open.basis", "开放依据", "Legal basis of opening"),
    ("open.conditions", "开放条件", "Conditions of opening"),
    ("open.modes", "开放方式", "Modes of opening"),
    ("open.security_measures", "安全保障措施", "Security measures"),
    ("open.agreement", "使用协议", "Agreement"),
    ("open.materials", "申请时须提交的材料", "Materials that applicants give"),
    ("share.class", "共享类型", "Share class"),
    ("share.conditions", "共享条件", "Conditions of sharing"),
    ("share.modes", "共享方式", "Modes of sharing"),
    ("share.scope", "共享范围", "Scope of sharing"),
    ("share.basis", "共享依据", "Legal basis of sharing"),
    ("extras.share_reason", "共享类型的理由", "Reason of the share class"),
    ("extras.tied_to", "数据涉及", "What the data is tied to"),
    ("usage_requirements", "使用要求", "Usage requirements"),
    ("security_level", "安全级别", "Security level"),
    ("priority", "重点、优先开放", "Priority"),
    ("spatial", "覆盖地区", "Place covered"),
    ("temporal_start", "覆盖时间：从", "Time covered: from"),
    ("temporal_end", "覆盖时间：到", "Time covered: until"),
    ("source", "数据来源", "Source"),
    ("source_system", "来源系统", "Source system"),
    ("business_matter", "业务事项", "Business matter"),
    ("mgmt_responsibility", "管理职责", "Responsibility"),
    ("collector", "采集部门", "Collector"),
    ("certifier", "核准部门", "Certifier"),
    ("classification", "分类", "Classification"),
    ("data_form", "数据形式", "Form of the data"),
    ("provenance.acquisition", "数据获取方式", "How the data was acquired"),
    ("provenance.duty", "法定职责和条款", "Duty and its article"),
    ("provenance.necessity", "收集的必要性", "Why it is needed"),
    ("provenance.upper_system", "上级系统", "System of a higher level"),
    ("provenance.flows_back", "上级系统回流", "Flows back"),
    ("provenance.sources", "来源目录", "Entries it is assembled from"),
    ("contact", "联系人", "Contact"),
    ("homepage", "网页", "Page"),
    ("sensitivity", "数据中含有", "What the data holds"),
    ("relaxed_by", "脱密脱敏处理记录，或者权利人同意书", "Record of processing, or consent"),
    ("processing", "上传前做过的处理", "Done to the data before"),
    ("triggers", "评估", "Assessment"),
    ("collection_law", "收集的法律依据", "Law of the collection"),
    ("change_basis", "变更情形", "What the change follows"),
    ("change_reference", "变更依据", "Basis of the change"),
    ("version_note", "更新说明", "What is new"),
    ("resources", "文件和接口", "Files and interfaces"),
];

/// Names a part of an entry.
pub(super) fn label(part: &str, lang: Lang) -> String {
    if let Some(name) = part.strip_prefix("items.") {
        return lang.pick(format!("数据项 {name}"), format!("Data item {name}"));
    }
    let known = LABELS.iter().find(|(name, ..)| *name == part);
    known.map_or_else(|| part.to_owned(), |(_, zh, en)| lang.pick(*zh, en).to_owned())
}

/// Says the value of a part; `None` where it has none.
pub(super) fn told(part: &str, value: &Value, lang: Lang) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::Bool(true) => lang.pick("是", "yes").to_owned(),
        Value::Bool(false) => lang.pick("否", "no").to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => word(part, text, lang),
        Value::Array(all) => {
            let all: Vec<String> = all.iter().filter_map(|it| told(part, it, lang)).collect();
            all.join(lang.pick("；", "; "))
        }
        Value::Object(_) if part.starts_with("items.") => item(value, lang),
        Value::Object(_) if part == "resources" => file(value),
        Value::Object(all) => {
            let texts: Vec<&str> = all.values().filter_map(Value::as_str).collect();
            texts.join(" ")
        }
    };
    Some(text)
}

/// The word for a code, where a part has codes.
fn word(part: &str, text: &str, lang: Lang) -> String {
    fn of<T: FromStr>(text: &str, label: impl Fn(T) -> &'static str) -> Option<&'static str> {
        text.parse().ok().map(label)
    }
    let word = match part {
        "open.class" => of(text, |it: OpenClass| it.label(lang)),
        "share.class" => of(text, |it: ShareClass| it.label(lang)),
        "frequency" => of(text, |it: Frequency| it.label(lang)),
        "kind" => of(text, |it: CatalogueKind| it.label(lang)),
        "provenance.acquisition" => of(text, |it: Acquisition| it.label(lang)),
        "sensitivity" => of(text, |it: Sensitivity| it.label(lang)),
        "processing" => of(text, |it: Processing| it.label(lang)),
        "change_basis" => of(text, |it: ChangeBasis| it.label(lang)),
        "triggers" => of(text, |it: TriggerQuestion| it.label(lang)),
        "extras.tied_to" => of(text, |it: Tie| it.label(lang)),
        _ => None,
    };
    word.unwrap_or(text).to_owned()
}

/// All that a data item says, in a line.
fn item(value: &Value, lang: Lang) -> String {
    let Ok(item) = serde_json::from_value::<DataItemView>(value.clone()) else {
        return value.to_string();
    };
    let colon = lang.pick("：", ": ");
    let said = |word: &str, text: &str| format!("{word}{colon}{text}");
    let mut parts = vec![item.label.clone(), item.item_type.label(lang).to_owned()];
    parts.extend(item.length.map(|it| said(lang.pick("长度", "length"), &it.to_string())));
    parts.extend(item.unit.as_ref().map(|it| said(lang.pick("单位", "unit"), it)));
    parts.push(item.open_class.label(lang).to_owned());
    parts.push(item.share_class.label(lang).to_owned());
    parts.extend(item.sensitive.then(|| lang.pick("敏感", "sensitive").to_owned()));
    parts.extend(item.mask.as_ref().map(|it| said(lang.pick("脱敏", "mask"), &it.to_string())));
    parts.extend(item.description.clone());
    let reason = lang.pick("开放理由", "released because");
    parts.extend(item.release_reason.as_ref().map(|it| said(reason, it)));
    parts.join(lang.pick("，", ", "))
}

/// A file by its name and the beginning of its hash; an interface by its address.
fn file(value: &Value) -> String {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let name = text("file_name").or(text("title")).unwrap_or_default();
    let mark = text("sha256").and_then(|hash| hash.get(..12)).or(text("url"));
    mark.map_or_else(|| name.to_owned(), |mark| format!("{name} ({mark})"))
}
