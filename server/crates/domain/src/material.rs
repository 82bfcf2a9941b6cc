//! Materials of an application: which ones an entry demands, which are missing, what a file may be called (APP-03).

use chrono::NaiveDate;
use kaishu_types::Lang;
use kaishu_types::dataset::OpenTerms;
use kaishu_types::material::{Material, MaterialKind};

/// Longest name of a file, in characters.
const MAX_NAME: usize = 200;
/// Endings of Office files that are made to carry macros.
const WITH_MACROS: &[&str] =
    &["docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppam", "ppsm"];

/// Lists what an entry demands, each kind once, in the order of the vocabulary.
pub fn demanded(open: &OpenTerms) -> Vec<MaterialKind> {
    let is_named = |kind: &&MaterialKind| open.materials.iter().any(|it| it == kind.as_str());
    MaterialKind::ALL.iter().filter(is_named).copied().collect()
}

/// Lists the demanded kinds for which nothing was given, or nothing that holds on a day, in words.
pub fn lacking(open: &OpenTerms, given: &[Material], today: NaiveDate, lang: Lang) -> Vec<String> {
    let lacks = |kind: MaterialKind| match given.iter().find(|it| it.kind == kind) {
        None => Some(kind.label(lang).to_owned()),
        Some(material) if !material.holds_on(today) => {
            let name = kind.label(lang);
            Some(lang.pick(format!("{name}（已过有效期）"), format!("{name} (no longer valid)")))
        }
        Some(_) => None,
    };
    demanded(open).into_iter().filter_map(lacks).collect()
}

/// Returns the name under which a file is kept: without folders, and without signs that hide what it is. `None` where
/// nothing is left of it, or it is too long.
pub fn kept_name(file_name: &str) -> Option<String> {
    let last = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
    let is_hidden = |sign: &char| {
        sign.is_control()
            || matches!(*sign, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let plain = |sign: char| if "<>:\"|?*".contains(sign) { '_' } else { sign };
    let name: String = last.chars().filter(|sign| !is_hidden(sign)).map(plain).collect();
    let name = name.trim_matches(|sign: char| sign.is_whitespace() || sign == '.');
    (1..=MAX_NAME).contains(&name.chars().count()).then(|| name.to_owned())
}

/// Whether the ending of a name says that the file carries macros.
pub fn is_named_with_macros(file_name: &str) -> bool {
    let ending = file_name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| WITH_MACROS.contains(&ending.as_str()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "days of tests are well formed")]
    use kaishu_types::vocabulary::OpenClass;

    use super::*;

    fn given(kind: MaterialKind, valid_until: Option<&str>) -> Material {
        Material {
            kind,
            id: 1,
            file_name: "制度.pdf".to_owned(),
            size_bytes: 8,
            sha256: String::new(),
            valid_until: valid_until.map(|day| day.parse().unwrap()),
        }
    }

    // Part of APP-03: what is demanded and not given is named, and what holds no more; nothing else is.
    #[test]
    fn what_is_missing_or_over_is_named() {
        let open = OpenTerms {
            class: OpenClass::Conditional,
            grounds: Vec::new(),
            reason: None,
            basis: Vec::new(),
            conditions: Vec::new(),
            modes: Vec::new(),
            security_measures: None,
            agreement: None,
            materials: ["project", "standing", "standing", "unknown"].map(str::to_owned).into(),
        };
        let (standing, project) = (MaterialKind::Standing, MaterialKind::Project);
        assert_eq!(demanded(&open), [standing, project]);
        let today = "2026-12-31".parse().unwrap();
        let lacks = |given: &[Material]| lacking(&open, given, today, Lang::Zh);
        assert_eq!(lacks(&[]), ["主体资格证明", "项目或者课题证明"]);
        assert_eq!(
            lacks(&[given(standing, Some("2026-12-30")), given(project, None)]),
            ["主体资格证明（已过有效期）"]
        );
        let last_day = [given(standing, Some("2026-12-31")), given(project, None)];
        assert!(lacks(&last_day).is_empty());
    }

    #[test]
    fn names_lead_nowhere_and_hide_nothing() {
        for (given, kept) in [
            ("../../x.pdf", Some("x.pdf")),
            ("C:\\Users\\li\\证明.pdf", Some("证明.pdf")),
            ("/etc/passwd", Some("passwd")),
            ("证明\u{202e}fdp.exe", Some("证明fdp.exe")),
            ("a\r\nb\0.pdf", Some("ab.pdf")),
            ("a<b>:\"c.pdf", Some("a_b___c.pdf")),
            (" .hidden.pdf ", Some("hidden.pdf")),
            ("..", None),
            ("../", None),
            ("", None),
        ] {
            assert_eq!(kept_name(given).as_deref(), kept, "{given:?}");
        }
        assert_eq!(kept_name(&"长".repeat(201)), None);
        assert!(is_named_with_macros("表.XLSM") && !is_named_with_macros("xlsm"));
    }
}
