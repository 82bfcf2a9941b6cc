//! Reading a page as a browser would.

use scraper::{Html, Selector};

/// Something wrong with the shape of a page.
pub type PageFault = String;

/// Lists what is wrong with the shape of a page: errors of the HTML parser, not exactly one `h1`,
/// no title, no language, an id given twice, a script with code in it.
pub fn page_faults(text: &str) -> Vec<PageFault> {
    // Leptos marks the places between texts by empty comments, which every browser reads alike but
    // the grammar calls an error.
    let page = Html::parse_document(&text.replace("<!>", ""));
    let mut faults: Vec<PageFault> = page.errors.iter().map(ToString::to_string).collect();
    let count = |selector: &str| page.select(&Selector::parse(selector).unwrap()).count();
    if count("h1") != 1 {
        faults.push(format!("{} headings of the first level", count("h1")));
    }
    let title: String = page
        .select(&Selector::parse("head > title").unwrap())
        .flat_map(|title| title.text())
        .collect();
    if title.trim().is_empty() {
        faults.push("no title".to_owned());
    }
    if count("html[lang]") != 1 {
        faults.push("no language".to_owned());
    }
    if count("main#main") != 1 {
        faults.push("no main part".to_owned());
    }
    let mut ids = std::collections::BTreeSet::new();
    for element in page.select(&Selector::parse("[id]").unwrap()) {
        let id = element.attr("id").unwrap_or_default();
        if !ids.insert(id.to_owned()) {
            faults.push(format!("the id `{id}` is given twice"));
        }
    }
    for script in page.select(&Selector::parse("script:not([src])").unwrap()) {
        if script.attr("type") != Some("application/ld+json") {
            faults.push("a script inside the page".to_owned());
        }
    }
    if count("[style]") > 0 {
        faults.push(format!(
            "{} style attributes, which the content policy forbids",
            count("[style]")
        ));
    }
    faults
}
