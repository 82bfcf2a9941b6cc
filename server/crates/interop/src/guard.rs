//! What every record must keep to, whatever the format it came in.

use std::collections::BTreeMap;

use kaishu_types::import::ImportRecord;

use crate::text::shorten;

const MAX_TITLE_CHARS: usize = 1_000;
const MAX_KEYWORD_CHARS: usize = 200;
const MAX_KEYWORDS: usize = 100;

/// Schemes of the addresses that pages link to; a script or a file of the reader is none of them.
const SCHEMES: &[&str] = &["http://", "https://", "ftp://", "mailto:"];

/// Checks a record of another catalogue; what is no safe address is kept as text.
pub(crate) fn foreign(mut record: ImportRecord) -> Result<ImportRecord, String> {
    keep_addresses(&mut record);
    record.summary = with_line_breaks(record.summary);
    record.summary_en = record.summary_en.map(with_line_breaks);
    own(record)
}

/// Checks a record of this portal's own, whose addresses were checked where their cell is known;
/// the error is the reason for its rejection.
pub(crate) fn own(record: ImportRecord) -> Result<ImportRecord, String> {
    let titles = [("title", Some(&record.title)), ("English title", record.title_en.as_ref())];
    for (what, title) in titles {
        let n_chars = title.map_or(0, |title| title.chars().count());
        if n_chars > MAX_TITLE_CHARS {
            return Err(format!(
                "the {what} has {n_chars} characters, at most {MAX_TITLE_CHARS} are taken; \
                 shorten it, the summary has room"
            ));
        }
    }
    if record.keywords.len() > MAX_KEYWORDS {
        return Err(format!(
            "there are {} keywords, at most {MAX_KEYWORDS} are taken; keep those that matter",
            record.keywords.len()
        ));
    }
    for keyword in &record.keywords {
        let n_chars = keyword.chars().count();
        if n_chars > MAX_KEYWORD_CHARS {
            return Err(format!(
                "the keyword `{}` has {n_chars} characters, at most {MAX_KEYWORD_CHARS} are \
                 taken; split it",
                shorten(keyword)
            ));
        }
    }
    Ok(record)
}

/// Summaries are text; the line breaks of HTML are what most of those that are not use.
fn with_line_breaks(text: String) -> String {
    const BREAKS: &[&str] = &["<br/>", "<br />", "<br>", "<BR>"];
    if !text.contains("<b") && !text.contains("<B") {
        return text;
    }
    let broken = BREAKS.iter().fold(text, |text, tag| text.replace(tag, "\n"));
    broken.trim().to_owned()
}

fn keep_addresses(record: &mut ImportRecord) {
    let extras = &mut record.extras;
    set_aside(&mut record.source_url, "source_url", extras);
    set_aside(&mut record.homepage, "homepage", extras);
    for resource in &mut record.resources {
        set_aside(&mut resource.url, "url", extras);
    }
}

/// Moves what is no address of a known scheme to the texts that no field holds.
fn set_aside(address: &mut Option<String>, name: &str, extras: &mut BTreeMap<String, String>) {
    let Some(text) = address.take_if(|text| !is_address(text)) else {
        return;
    };
    let kept = extras.entry(name.to_owned()).or_default();
    if !kept.is_empty() {
        kept.push_str("; ");
    }
    kept.push_str(text.trim());
}

/// Whether a text is an address that pages may link to.
pub(crate) fn is_address(text: &str) -> bool {
    let text = text.trim_start();
    SCHEMES.iter().any(|scheme| {
        text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

#[cfg(test)]
mod tests {
    use kaishu_types::import::ImportResource;

    use super::*;

    fn record(title: &str, keywords: &[&str]) -> ImportRecord {
        ImportRecord {
            title: title.to_owned(),
            keywords: keywords.iter().map(|keyword| (*keyword).to_owned()).collect(),
            ..ImportRecord::default()
        }
    }

    #[track_caller]
    fn check(record: ImportRecord, expected: Option<&str>) {
        assert_eq!(own(record.clone()).err().as_deref(), expected);
        assert_eq!(foreign(record).err().as_deref(), expected);
    }

    #[test]
    fn titles_and_keywords_have_limits() {
        check(record(&"题".repeat(1_000), &["词".repeat(200).as_str(); 100]), None);
        check(
            record(&"题".repeat(1_001), &[]),
            Some(
                "the title has 1001 characters, at most 1000 are taken; shorten it, the summary \
                 has room",
            ),
        );
        check(
            record("a", &["b"; 101]),
            Some("there are 101 keywords, at most 100 are taken; keep those that matter"),
        );
        let long = "c".repeat(201);
        let reason = own(record("a", &[&long])).err().unwrap_or_default();
        assert!(
            reason.ends_with("has 201 characters, at most 200 are taken; split it"),
            "{reason}"
        );
        let english = ImportRecord { title_en: Some("e".repeat(1_001)), ..record("a", &[]) };
        assert!(own(english).is_err());
    }

    #[test]
    fn only_addresses_of_known_schemes_stay_addresses() {
        let resource =
            |url: &str| ImportResource { url: Some(url.to_owned()), ..ImportResource::default() };
        let given = ImportRecord {
            source_url: Some("data:text/html,x".to_owned()),
            homepage: Some(" JavaScript:alert(1)".to_owned()),
            resources: [
                "HTTPS://example.org/a.csv",
                "ftp://example.org/b",
                "mailto:a@example.org",
                "javascript://example.org/%0aalert(1)",
                "file:///etc/passwd",
                "数据",
            ]
            .map(resource)
            .to_vec(),
            ..record("a", &[])
        };

        let kept = foreign(given.clone()).unwrap_or_default();

        let urls: Vec<_> = kept.resources.iter().map(|resource| resource.url.as_deref()).collect();
        let addresses =
            ["HTTPS://example.org/a.csv", "ftp://example.org/b", "mailto:a@example.org"];
        assert_eq!(urls[..3], addresses.map(Some));
        assert_eq!(urls[3..], [None; 3]);
        assert_eq!((kept.source_url, kept.homepage), (None, None));
        let extras: Vec<_> =
            kept.extras.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(
            extras,
            [
                ("homepage", "JavaScript:alert(1)"),
                ("source_url", "data:text/html,x"),
                ("url", "javascript://example.org/%0aalert(1); file:///etc/passwd; 数据"),
            ]
        );
        assert_eq!(own(given.clone()), Ok(given));
    }
}
