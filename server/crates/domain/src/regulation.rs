//! The texts of the five regulations, and citations that point into them.

use std::sync::LazyLock;

use kaishu_types::rules::{ArticleView, RegulationView};

/// Code and text, in the order the portal lists them.
const TEXTS: [(&str, &str); 5] = [
    ("anshan", include_str!("../regulations/anshan.md")),
    ("guangdong", include_str!("../regulations/guangdong.md")),
    ("aba", include_str!("../regulations/aba.md")),
    ("yulin", include_str!("../regulations/yulin.md")),
    ("jiamusi", include_str!("../regulations/jiamusi.md")),
];

/// What a citation leaves out of a title.
const DRAFT_MARK: &str = "（征求意见稿）";

static REGULATIONS: LazyLock<Vec<RegulationView>> =
    LazyLock::new(|| TEXTS.iter().map(|(code, text)| parse(code, text)).collect());

/// Lists all regulations with their texts.
pub fn regulations() -> Vec<RegulationView> {
    REGULATIONS.clone()
}

/// Finds a regulation by the code of its profile, as in `aba`.
pub fn regulation(code: &str) -> Option<RegulationView> {
    find(code).cloned()
}

/// Finds one article of a regulation.
pub fn article_text(code: &str, number: u32) -> Option<ArticleView> {
    if number == 0 {
        return None;
    }
    find(code)?.articles.iter().find(|article| article.number == number).cloned()
}

fn find(code: &str) -> Option<&'static RegulationView> {
    REGULATIONS.iter().find(|regulation| regulation.code == code)
}

/// Reads the few marks the texts use: `#` title, `>` number and English title, `##` chapter,
/// `**第一条**` article; every other line is a paragraph of the article above it.
fn parse(code: &str, text: &str) -> RegulationView {
    let mut view = RegulationView {
        code: code.to_owned(),
        title: String::new(),
        title_en: String::new(),
        number: String::new(),
        articles: Vec::new(),
    };
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(chapter) = line.strip_prefix("## ") {
            let heading = chapter.to_owned();
            view.articles.push(ArticleView { number: 0, heading, paragraphs: Vec::new() });
        } else if let Some(title) = line.strip_prefix("# ") {
            view.title = title.to_owned();
        } else if let Some(note) = line.strip_prefix("> ") {
            let place = if view.number.is_empty() { &mut view.number } else { &mut view.title_en };
            *place = note.to_owned();
        } else if let Some((heading, paragraph)) = article_heading(line) {
            view.articles.push(ArticleView {
                number: article_numbers(heading).first().copied().unwrap_or(0),
                heading: heading.to_owned(),
                paragraphs: vec![paragraph.to_owned()],
            });
        } else if let Some(article) = view.articles.last_mut() {
            article.paragraphs.push(line.to_owned());
        }
    }
    view
}

fn article_heading(line: &str) -> Option<(&str, &str)> {
    let (heading, paragraph) = line.strip_prefix("**")?.split_once("**")?;
    Some((heading, paragraph.trim()))
}

/// A reference to articles, as in `佳木斯市公共数据管理办法（试行）第十三条、第十七条`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    text: String,
}

impl Citation {
    /// Takes over a citation as written.
    pub fn new(text: &str) -> Self {
        Self { text: text.trim().to_owned() }
    }

    /// Returns the citation as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the code of the regulation it names, where the portal has its text.
    pub fn regulation_code(&self) -> Option<&'static str> {
        let cited = fold(&self.text);
        REGULATIONS
            .iter()
            .find(|regulation| {
                let title = regulation.title.trim_end_matches(DRAFT_MARK);
                cited.starts_with(&fold(title))
            })
            .map(|regulation| regulation.code.as_str())
    }

    /// Returns the numbers of the articles it names, in order.
    pub fn articles(&self) -> Vec<u32> {
        article_numbers(&self.text)
    }

    /// Returns the numbers that the regulation does not have.
    pub fn missing_articles(&self) -> Vec<u32> {
        let Some(code) = self.regulation_code() else {
            return Vec::new();
        };
        self.articles().into_iter().filter(|n| article_text(code, *n).is_none()).collect()
    }

    /// Returns the path of the first article on this site, as in `/rules/jiamusi#a17`.
    pub fn link(&self) -> Option<String> {
        let code = self.regulation_code()?;
        let number = *self.articles().first()?;
        Some(format!("/rules/{code}#a{number}"))
    }
}

/// Makes titles comparable: people write brackets in either width and titles with marks.
fn fold(title: &str) -> String {
    title
        .chars()
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, '《' | '》'))
        .map(|letter| match letter {
            '(' => '（',
            ')' => '）',
            other => other,
        })
        .collect()
}

/// Finds every `第…条` and reads its numeral.
fn article_numbers(text: &str) -> Vec<u32> {
    text.split('第')
        .skip(1)
        .filter_map(|part| part.split_once('条'))
        .filter_map(|(numeral, _)| chinese_number(numeral))
        .collect()
}

/// Reads a numeral below 1,000, written in Chinese or in digits.
fn chinese_number(numeral: &str) -> Option<u32> {
    if !numeral.is_empty() && numeral.bytes().all(|byte| byte.is_ascii_digit()) {
        return numeral.parse().ok();
    }
    let mut total = 0;
    let mut digit = None;
    for letter in numeral.chars() {
        let unit = match letter {
            '十' => 10,
            '百' => 100,
            '零' => continue,
            other => {
                let place = "一二三四五六七八九".chars().position(|known| known == other)?;
                digit = Some(u32::try_from(place).ok()? + 1);
                continue;
            }
        };
        total += digit.take().unwrap_or(1) * unit;
    }
    let number = total + digit.unwrap_or(0);
    (number > 0).then_some(number)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a missing fixture is a failed test")]

    use super::*;

    #[test]
    fn every_regulation_has_all_its_articles_in_order() {
        for (code, n_articles) in
            [("anshan", 53), ("guangdong", 32), ("aba", 44), ("yulin", 39), ("jiamusi", 26)]
        {
            let regulation = regulation(code).unwrap();

            let numbers: Vec<u32> = regulation
                .articles
                .iter()
                .map(|article| article.number)
                .filter(|n| *n > 0)
                .collect();

            assert_eq!(numbers, (1..=n_articles).collect::<Vec<u32>>(), "{code}");
            assert!(regulation.articles.iter().any(|article| article.number == 0), "{code}");
            assert!(!regulation.title_en.is_empty() && !regulation.number.is_empty(), "{code}");
            for article in regulation.articles.iter().filter(|article| article.number > 0) {
                assert!(
                    article.paragraphs.iter().all(|text| !text.is_empty()),
                    "{code} {article:?}"
                );
            }
        }
    }

    #[test]
    fn an_article_keeps_its_paragraphs_and_items() {
        let article = article_text("yulin", 35).unwrap();

        assert_eq!(article.heading, "第三十五条");
        assert_eq!(article.paragraphs.len(), 5);
        assert!(article.paragraphs[1].starts_with("（一）未按照规定开放"));
        assert_eq!(article_text("yulin", 40), None);
        assert_eq!(article_text("yulin", 0), None);
        assert_eq!(regulation("beijing"), None);
    }

    #[test]
    fn the_text_is_the_one_that_was_published() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../../../shared/spec/regulations");
        if !folder.is_dir() {
            eprintln!("skipped: the cleaned texts are not here");
            return;
        }
        for (code, text) in TEXTS {
            let source = std::fs::read_to_string(folder.join(format!("{code}.md"))).unwrap();
            let source = source.split("\n## 附录").next().unwrap();

            assert_eq!(letters(text), letters(source), "{code}");
        }
    }

    /// Drops notes and marks and folds the width of punctuation.
    fn letters(text: &str) -> String {
        text.lines()
            .filter(|line| !line.starts_with('>'))
            .flat_map(str::chars)
            .filter(|letter| !letter.is_whitespace() && !matches!(letter, '\\' | '*' | '#'))
            .map(|letter| match letter {
                '，' => ',',
                '；' => ';',
                '：' => ':',
                '（' => '(',
                '）' => ')',
                other => other,
            })
            .collect()
    }

    #[track_caller]
    fn check(citation: &str, articles: &[u32], link: Option<&str>) {
        let citation = Citation::new(citation);
        assert_eq!(citation.articles(), articles);
        assert_eq!(citation.link().as_deref(), link);
    }

    #[test]
    fn citations() {
        check("佳木斯市公共数据管理办法（试行）第十七条", &[17], Some("/rules/jiamusi#a17"));
        check(
            "佳木斯市公共数据管理办法(试行) 第十三条、第十七条",
            &[13, 17],
            Some("/rules/jiamusi#a13"),
        );
        check("《玉林市公共数据开放管理办法》第三十条第一款", &[30], Some("/rules/yulin#a30"));
        check("阿坝州公共数据管理办法（试行）第20条", &[20], Some("/rules/aba#a20"));
        check("中华人民共和国数据安全法第四十一条", &[41], None);
        check("中华人民共和国民法典第一百八十八条", &[188], None);
        check("广东省政务数据资源共享管理办法（试行）", &[], None);
        check("第某条", &[], None);
    }
}
