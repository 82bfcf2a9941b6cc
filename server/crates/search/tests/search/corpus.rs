//! A readable corpus with queries and the results people expect first.
//! Proves SRCH-02: full text over titles, summaries and data items works for Chinese.

use crate::common::{codes, dataset, index_of, named, search, words};
use kaishu_search::Index;
use kaishu_types::search::{ItemName, MatchField, SearchDocument, SearchHit, SuggestionKind};

const CORPUS: &str = include_str!("corpus.txt");

fn lines() -> impl Iterator<Item = &'static str> {
    CORPUS.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn read(line: &str) -> SearchDocument {
    let columns: Vec<&str> = line.split('|').map(str::trim).collect();
    let [code, title, title_en, summary, keywords, items, provider, region] = columns[..] else {
        panic!("not a dataset: {line}");
    };
    let mut document = dataset(code, title);
    document.card.title_en = Some(title_en.to_owned()).filter(|title| !title.is_empty());
    document.card.summary = summary.to_owned();
    document.card.organization = named("YX-X", provider);
    document.card.region = named("YX", region);
    document.keywords = keywords.split(';').map(str::to_owned).collect();
    document.items = items
        .split(';')
        .filter_map(|item| item.split_once('='))
        .map(|(name, label)| ItemName { name: name.to_owned(), label: label.to_owned() })
        .collect();
    document
}

fn corpus() -> Index {
    index_of(lines().filter(|line| !line.starts_with('?')).map(read).collect())
}

#[test]
fn queries_find_what_people_expect() {
    let index = corpus();
    let mut failures = Vec::new();
    for line in lines().filter_map(|line| line.strip_prefix('?')) {
        let (text, expected) = line.split_once("=>").unwrap();
        let result = search(&index, &words(text.trim()));
        let found = codes(&result);
        let expected = expected.trim();
        let (expected, is_only) = match expected.strip_prefix("only ") {
            Some(rest) => (rest, true),
            None => (expected, false),
        };
        let mut wanted: Vec<&str> = expected.split_whitespace().filter(|c| *c != "-").collect();
        let allowed = if is_only || wanted.is_empty() { found.len() } else { wanted.len() };
        let mut first: Vec<&str> = found.iter().take(allowed).map(String::as_str).collect();
        wanted.sort_unstable();
        first.sort_unstable();
        if first != wanted {
            failures.push(format!("{}: expected {expected}, found {found:?}", text.trim()));
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn marked(hit: &SearchHit, field: MatchField) -> Vec<String> {
    hit.highlights
        .iter()
        .filter(|highlight| highlight.field == field)
        .map(|highlight| {
            let parts = highlight.spans.iter();
            parts
                .map(|s| if s.hit { format!("[{}]", s.text) } else { s.text.clone() })
                .collect::<String>()
        })
        .collect()
}

#[test]
fn a_result_says_which_field_matched() {
    let index = corpus();

    let parking = &search(&index, &words("停车场")).hits[0];
    let air = &search(&index, &words("PM2.5")).hits[0];
    let traditional = &search(&index, &words("空气监测站")).hits[0];
    let by_pinyin = &search(&index, &words("tcc")).hits[0];

    assert_eq!(marked(parking, MatchField::Title), ["公共[停车场]信息"]);
    assert_eq!(marked(parking, MatchField::Item), ["[停车场]名称"]);
    assert_eq!(marked(air, MatchField::Title), ["环境[空气质量]日报"]);
    assert!(marked(air, MatchField::Summary)[0].contains("[PM2.5]"));
    assert!(marked(traditional, MatchField::Title)[0].contains("監測"));
    assert_eq!(marked(by_pinyin, MatchField::Title), ["公共[停车场]信息"]);
}

#[test]
fn synonyms_are_named_and_exact_does_without() {
    let index = corpus();
    let mut request = words("泊车");

    let with_synonyms = search(&index, &request);
    request.exact = true;
    let as_typed = search(&index, &request);
    request.q = "停车场".to_owned();
    let literal = search(&index, &request);

    assert!(with_synonyms.expanded.iter().any(|term| term == "停车场"));
    assert_eq!((as_typed.total, as_typed.expanded.len()), (0, 0));
    assert_eq!(codes(&literal), ["YX-JT-01"]);
}

#[test]
fn a_data_item_restricts() {
    let index = corpus();
    let mut request = words("");

    // Proves SRCH-01: filter by the name of a data item, by label or by column.
    for (item, expected) in
        [("站点名称", vec!["YX-JT-02", "YX-ST-02"]), ("pm25", vec!["YX-ST-01"]), ("没有", vec![])]
    {
        request.item = Some(item.to_owned());
        let mut found = codes(&search(&index, &request));
        found.sort_unstable();
        assert_eq!(found, expected, "{item}");
    }
}

#[test]
fn typing_is_completed_in_characters_and_pinyin() {
    let index = corpus();
    for typed in ["停车", "停", "tcc", "tingche", "ting che", "parki", "公共停"] {
        let found = index.suggest(typed, 8).unwrap();
        let first = found.first().unwrap_or_else(|| panic!("nothing for {typed}"));
        assert_eq!(first.kind, SuggestionKind::Dataset, "{typed}");
        assert_eq!(first.path, "/datasets/YX-JT-01", "{typed}");
        assert!(first.spans.iter().any(|span| span.hit), "{typed}");
        assert!(found.len() <= 8);
    }
    let provider = index.suggest("生态环境", 8).unwrap();
    assert!(provider.iter().any(|found| found.kind == SuggestionKind::Organization));
    assert!(index.suggest("", 8).unwrap().is_empty());
    assert!(index.suggest("🙂", 8).unwrap().is_empty());
}

#[test]
fn misspelt_words_are_corrected_when_that_finds_something() {
    let index = corpus();
    for (typed, expected) in [
        ("停车厂", Some("停车场")),
        ("公机金", Some("公积金")),
        ("hospitels", Some("hospitals")),
        ("停车场", None),
        ("bus", None),
        ("zzzzzzzz", None),
        ("", None),
    ] {
        assert_eq!(index.spelling(typed).unwrap().as_deref(), expected, "{typed}");
    }
}
