//! Texts that no one should type: nothing panics, and every call answers.

use std::sync::LazyLock;

use crate::common::{dataset, index_of, search, today, words};
use kaishu_search::Index;
use kaishu_types::search::{ItemName, SearchRequest};
use proptest::prelude::*;

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut air = dataset("YX-1", "環境空氣質量 PM2.5 (AQI) 日報 \"測試\" <b>ß</b>");
    air.card.summary = "ﬁne ２０２６年 𠀀𠀁 é e\u{301} 🙂 ".repeat(40);
    air.items =
        vec![ItemName { name: "pm2_5".to_owned(), label: "浓度（㎍/㎥）".to_owned() }];
    index_of(vec![air, dataset("YX-2", "停车场"), dataset("YX-3", "")])
});

fn ask_everything(text: &str) {
    let mut request = words(text);
    for exact in [false, true] {
        request.exact = exact;
        let result = search(&INDEX, &request);
        assert_eq!(result.total, result.hits.len() as u64);
    }
    let by_item = SearchRequest { item: Some(text.to_owned()), ..SearchRequest::default() };
    search(&INDEX, &by_item);
    assert!(INDEX.suggest(text, 8).unwrap().len() <= 8);
    if let Some(corrected) = INDEX.spelling(text).unwrap() {
        assert!(search(&INDEX, &words(&corrected)).total > 0, "{corrected}");
    }
    INDEX.relax(&request, today()).unwrap();
}

#[test]
fn known_tricks_are_texts_like_others() {
    let long = "停车场空气质量pm2.5 ".repeat(700);
    let one_word = "a".repeat(10_000);
    let one_run = "数".repeat(10_000);
    for text in [
        "title:停车场 AND (",
        "*",
        "a* OR b~2^9",
        "[a TO z]",
        "\"停车场",
        "\"\"\"\"",
        "“停车场",
        "\\",
        "-停车场 +空气",
        "\u{0}\u{1}\u{7f}\u{202e}停车场\u{200b}",
        "🙂👨‍👩‍👧‍👦",
        "\u{fffe}\u{10ffff}",
        "e\u{301}\u{301}\u{301}",
        "a.b.c...d-_-'e",
        "İstanbul ŉ ǅ ﷺ",
        "ㄅㄆㄇ ひらがな カタカナ 한국어",
        &long,
        &one_word,
        &one_run,
    ] {
        ask_everything(text);
    }
}

#[test]
fn control_characters_do_not_hide_a_word() {
    assert_eq!(search(&INDEX, &words("\u{0}停车场\u{1f}")).total, 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        ask_everything(&text);
    }

    #[test]
    fn any_mixture_of_words_and_signs_is_answered(
        text in "[停车场空气質量數pm0-9.\"“”()*:^~ _'+-]{0,40}",
    ) {
        ask_everything(&text);
    }
}
