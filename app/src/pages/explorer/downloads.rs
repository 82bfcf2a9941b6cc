//! The ways to take away what is filtered.

use kaishu_portal::tables::has_place;
use kaishu_types::table::TableQuery;
use leptos::prelude::*;

use super::Shown;
use crate::ui::icon::icon;
use crate::ui::numbers::thousands;

/// The kinds of files, with the encoding of CSV.
const FORMATS: &[(&str, Option<&str>, &str, &str)] = &[
    ("csv", Some("utf-8-bom"), "CSV，用表格软件（Excel）打开", "CSV for spreadsheets (Excel)"),
    ("csv", None, "CSV，UTF-8，供程序读取", "CSV, UTF-8, for programs"),
    ("csv", Some("gb18030"), "CSV，用旧版软件打开（GB18030）", "CSV for older software (GB18030)"),
    ("xlsx", None, "Excel 工作簿 XLSX", "Excel workbook XLSX"),
    ("json", None, "JSON", "JSON"),
    ("ndjson", None, "NDJSON，每行一条记录", "NDJSON, a record a line"),
    ("xml", None, "XML", "XML"),
    ("parquet", None, "Parquet", "Parquet"),
    ("geojson", None, "GeoJSON", "GeoJSON"),
];

/// Draws the menu of the formats. Where a question is refused, the whole table is offered.
pub(super) fn section(shown: &Shown<'_>) -> AnyView {
    let Shown { ctx, found, resource, table, view, answer, .. } = shown;
    let words = ctx.words;
    let base = format!("/api/v1/datasets/{}/resources/{}/export", found.dataset.code, resource.id);
    let whole = view.whole();
    let view = if answer.is_ok() { *view } else { &whole };
    let question = view.question();
    let columns = table.governed.columns();
    let has_place = has_place(&columns);
    let entries: Vec<_> = FORMATS
        .iter()
        .filter(|(ending, ..)| *ending != "geojson" || has_place)
        .map(|(ending, encoding, zh, en)| {
            let separator = if question.is_empty() { "?" } else { "&" };
            let encoding = match encoding {
                Some(encoding) => format!("{separator}encoding={encoding}"),
                None => String::new(),
            };
            let target = format!("{base}.{ending}{question}{encoding}");
            view! { <li><a class="ks-plain block py-1.5" rel="nofollow" href=target>{ctx.lang.pick(*zh, *en)}</a></li> }
        })
        .collect();
    let is_part = view.request.query != TableQuery::default();
    let title = if is_part { words.download_filtered } else { words.download_table };
    let extent = answer.as_ref().ok().map(|answer| {
        let text = words.rows_to_take(&thousands(answer.total), is_part);
        view! { <li class="text-sm ks-mute num py-1">{text}</li> }
    });
    let marked = table.is_marked().then(|| {
        let text = ctx.lang.pick(
            "凭授权取得的文件带有这次获取的回执编号：每种格式都写在文件名里，XLSX、XML、Parquet、GeoJSON 还写在文件的元数据里，不改变任何数值；CSV、JSON、NDJSON 的内容里没有。",
            "A file taken under a grant bears the number of its receipt: in its name, and of XLSX, XML, Parquet and GeoJSON in the metadata, too. It changes no value; in CSV, JSON and NDJSON nothing is added.",
        );
        view! { <li class="text-sm ks-mute py-1">{text}</li> }
    });
    view! {
        <details class="ks-drop">
            <summary class="btn btn-sm btn-primary">{icon("download")}{title}{icon("down")}</summary>
            <ul>{extent}{entries}{marked}</ul>
        </details>
    }
    .into_any()
}
