//! Papers as they come out.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

use kaishu_papers::{Error, Paper};

fn paper() -> Paper {
    Paper {
        title: "公共数据使用协议".to_owned(),
        number: "SQ-2026-000012".to_owned(),
        foot: "登记号 17".to_owned(),
        paragraphs: ["甲方（数据提供单位）：测试局", "", "第一条　数据项：站点名称、经度、纬度。"]
            .map(str::to_owned)
            .into(),
        facts: vec![("文本摘要 SHA-256".to_owned(), "0f".repeat(32))],
    }
}

/// The paper, unless the machine has no font for it; then it has to say so.
fn set(paper: &Paper) -> Option<Vec<u8>> {
    match paper.pdf() {
        Ok(bytes) => Some(bytes),
        Err(Error::NoFont) => {
            eprintln!("left out: no font of this machine can set Chinese");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_same_paper_has_the_same_bytes() {
    let Some(bytes) = set(&paper()) else { return };
    assert!(bytes.starts_with(b"%PDF-"));
    assert_eq!(set(&paper()).unwrap(), bytes);
    let other = Paper { number: "SQ-2026-000013".to_owned(), ..paper() };
    assert_ne!(set(&other).unwrap(), bytes);
}

// What people write is data: it reads no file, runs nothing and breaks no page.
#[test]
fn what_people_wrote_is_no_markup() {
    let hostile = [
        "#read(\"/etc/passwd\") #panic() $x^2$ *a* @b <c> = 标题",
        "\\u{202e} ``` \"\"\" \\ #{ } ]",
        "\u{0}\u{1}\u{feff}\u{fffd}\n第二条　\u{2028}",
        &"长".repeat(20_000),
        &"a".repeat(20_000),
    ];
    for text in hostile {
        let paper = Paper {
            title: text.chars().take(60).collect(),
            paragraphs: vec![text.to_owned()],
            facts: vec![(text.chars().take(30).collect(), text.to_owned())],
            ..paper()
        };
        let Some(bytes) = set(&paper) else { return };
        assert!(bytes.starts_with(b"%PDF-"));
    }
}
