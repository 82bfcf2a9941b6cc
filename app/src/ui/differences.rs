//! What differs between what the portal holds and what the provider says that it holds (PUB-13).

use kaishu_portal::publishing::Reconciliation;
use kaishu_types::Lang;
use leptos::prelude::*;

use super::numbers::thousands;

/// Says in a sentence for each what differs; nothing where all is the same.
pub(crate) fn differences(lang: Lang, it: &Reconciliation) -> Vec<String> {
    let mut said = Vec::new();
    if let Some((stated, found)) = it.rows.filter(|(stated, found)| stated != found) {
        let (stated, found) = (thousands(stated), thousands(found));
        said.push(lang.pick(
            format!("行数：提供单位 {stated}，平台 {found}"),
            format!("rows: {stated} at the provider, {found} on the portal"),
        ));
    }
    if it.sha256.as_ref().is_some_and(|(stated, found)| stated != found) {
        let text = lang.pick("文件的 SHA-256 不同", "the SHA-256 of the file differs");
        said.push(text.to_owned());
    }
    if !it.missing.is_empty() {
        let places: Vec<String> = it.missing.iter().map(ToString::to_string).collect();
        let (n, places) = (it.n_sample, places.join(lang.pick("、", ", ")));
        said.push(lang.pick(
            format!("样例 {n} 行中，平台没有第 {places} 行"),
            format!("of {n} rows of the sample the portal does not hold: {places}"),
        ));
    }
    said
}

/// Draws the same as a list.
pub(crate) fn differences_list(lang: Lang, it: &Reconciliation) -> AnyView {
    let rows: Vec<_> =
        differences(lang, it).into_iter().map(|text| view! { <li>{text}</li> }).collect();
    match rows.is_empty() {
        true => lang.pick("一致", "The same").into_any(),
        false => view! { <ul class="list-disc pl-5">{rows}</ul> }.into_any(),
    }
}
