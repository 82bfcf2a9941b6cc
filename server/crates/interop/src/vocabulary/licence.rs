//! Licences.

use super::{LICENCES, words};
use crate::text::fold_width;

/// Finds the licence that an id, a title or a URI means.
///
/// A Creative Commons title without a version is taken as version 4.0, as portals use it today.
pub fn licence(raw: &str) -> Option<&'static str> {
    let lowered = fold_width(raw).to_lowercase();
    if let Some(term) = LICENCES.iter().find(|term| term.code == lowered) {
        return Some(term.code);
    }
    let spaced = words(raw);
    if OPEN_STATEMENTS.iter().any(|statement| spaced.starts_with(statement)) {
        return Some("other-open");
    }
    // Long texts that speak of several licences say nothing certain.
    if lowered.chars().count() > 600 {
        return None;
    }
    creative_commons(&lowered, &spaced)
        .or_else(|| by_id(&spaced.replace(' ', "-")))
        .or_else(|| by_address(&lowered))
        .or_else(|| by_title(&spaced))
}

/// How texts begin that open data without naming a licence.
const OPEN_STATEMENTS: &[&str] = &[
    "there are no restrictions on the use of this data",
    "open data there are no restrictions on the use of this data",
    "all data are free and provided without license restrictions",
    "noaa data disseminated through nodd are open to the public and can be used as desired",
];

fn creative_commons(lowered: &str, spaced: &str) -> Option<&'static str> {
    let squeezed = spaced.replace(' ', "").replace("creativecommons", "cc");
    if lowered.contains("publicdomain/zero")
        || squeezed.contains("cc10universalpublicdomain")
        || squeezed.contains("cc0")
        || squeezed.contains("cczero")
    {
        return Some("cc0-1.0");
    }
    if let Some((_, rest)) = lowered.split_once("creativecommons.org/licenses/") {
        let mut parts = rest.split(['/', ')', ' ', '"']);
        let kind = parts.next()?;
        return cc(kind, parts.next().unwrap_or_default());
    }
    let is_named = ["cc by", "ccby", "creative commons", "creativecommons"]
        .iter()
        .any(|name| spaced.contains(name))
        || lowered.contains("クリエイティブ")
        || lowered.contains("知识共享")
        || lowered.contains("opendefinition.org/licenses/cc-by");
    if !is_named {
        return None;
    }
    let has = |names: &[&str]| names.iter().any(|name| squeezed.contains(name));
    let is_attribution = has(&["ccby", "attribution", "表示", "署名"]);
    if !is_attribution {
        return None;
    }
    let mut kind = "by".to_owned();
    let after_by = squeezed.split_once("ccby").map_or("", |(_, rest)| rest);
    if after_by.starts_with("nc") || has(&["noncommercial", "非営利", "非商业"]) {
        kind.push_str("-nc");
    }
    if after_by.starts_with("nd")
        || after_by.starts_with("ncnd")
        || has(&["noderiv", "改変禁止", "禁止演绎"])
    {
        kind.push_str("-nd");
    }
    if after_by.starts_with("sa")
        || after_by.starts_with("ncsa")
        || has(&["sharealike", "継承", "相同方式"])
    {
        kind.push_str("-sa");
    }
    let version = ["4 0", "3 0", "2 5", "2 1", "2 0", "1 0"]
        .into_iter()
        .find(|version| spaced.contains(version))
        .map_or_else(String::new, |version| version.replace(' ', "."));
    cc(&kind, &version)
}

fn cc(kind: &str, version: &str) -> Option<&'static str> {
    let is_current = version.is_empty() || version.starts_with('4');
    match kind {
        "by" if is_current => Some("cc-by-4.0"),
        "by" if version.starts_with('3') => Some("cc-by-3.0"),
        "by-sa" if is_current => Some("cc-by-sa-4.0"),
        "by-nc" if is_current => Some("cc-by-nc-4.0"),
        "by" | "by-sa" => Some("other-open"),
        _ if kind.starts_with("by") => Some("other-restricted"),
        _ => None,
    }
}

fn by_id(id: &str) -> Option<&'static str> {
    let found = match id {
        "odc-pddl" | "odc-pddl-1-0" | "pddl" | "pddl-1-0" => "odc-pddl-1.0",
        "odc-by" | "odc-by-1-0" => "odc-by-1.0",
        "odc-odbl" | "odbl" | "odbl-1-0" | "odc-odbl-1-0" => "odbl-1.0",
        "uk-ogl" | "ogl" | "ogl-3-0" | "ogl-uk" | "ogl-uk-3-0" | "oglv3" => "ogl-uk-3.0",
        "us-pd" | "pd-us" | "us-public-domain" | "usgovernmentwork" | "us-government-work" => {
            "us-pd"
        }
        "mit" | "mit-license" | "mit-licence" | "mit-licencse" => "mit",
        "apache" | "apache-2-0" | "apache-license-2-0" | "apache2" | "apache-licence-2-0" => {
            "apache-2.0"
        }
        "other-open"
        | "other-at"
        | "other-pd"
        | "public-domain"
        | "publicdomain"
        | "cc-pdm"
        | "pd"
        | "gfdl"
        | "bsd"
        | "bsd-2-clause"
        | "bsd-3-clause"
        | "bsd-3-clause-license"
        | "isc"
        | "korea-ogl"
        | "colombia-ogdl"
        | "odc-uy"
        | "ogd-india"
        | "etalab"
        | "lo-2-0"
        | "cdla-permissive-1-0" => "other-open",
        "other-closed"
        | "other-nc"
        | "closed"
        | "all-rights-reserved"
        | "proprietary"
        | "esri-mla"
        | "azure-tos" => "other-restricted",
        "notspecified" | "not-specified" | "unknown" | "unknown-license" | "none"
        | "no-license" | "not-provided" | "unspecified" | "未说明" | "未指定" => {
            "not-specified"
        }
        "开放授权协议" | "open-licence" => "open-licence",
        "有条件开放协议" | "conditional-licence" => "conditional-licence",
        _ if id.starts_with("dl-de-by") || id.starts_with("dl-de-zero") => "other-open",
        _ if id.starts_with("etalab-") || id.starts_with("ogl-") => "other-open",
        _ => return None,
    };
    Some(found)
}

fn by_address(lowered: &str) -> Option<&'static str> {
    const ADDRESSES: &[(&str, &str)] = &[
        ("opendatacommons.org/licenses/pddl", "odc-pddl-1.0"),
        ("opendatacommons.org/licenses/by", "odc-by-1.0"),
        ("opendatacommons.org/licenses/odbl", "odbl-1.0"),
        ("open-government-licence/version/3", "ogl-uk-3.0"),
        ("open-government-licence/version/", "other-open"),
        ("usa.gov/publicdomain", "us-pd"),
        ("usa.gov/government-works", "us-pd"),
        ("opensource.org/licenses/mit", "mit"),
        ("opensource.org/license/mit", "mit"),
        ("apache.org/licenses/license-2.0", "apache-2.0"),
        ("unknown-license", "not-specified"),
        ("creativecommons.org/publicdomain/mark", "other-open"),
        ("govdata.de/dl-de/", "other-open"),
        ("dcat-ap.de/def/licenses/dl-", "other-open"),
        ("etalab.gouv.fr/licence", "other-open"),
        ("cdla.dev/permissive", "other-open"),
        ("authority/licence/cc0", "cc0-1.0"),
        ("authority/licence/cc_by_4_0", "cc-by-4.0"),
        ("authority/licence/cc_by_3_0", "cc-by-3.0"),
        ("authority/licence/cc_bysa_4_0", "cc-by-sa-4.0"),
        ("authority/licence/cc_bync_4_0", "cc-by-nc-4.0"),
        ("authority/licence/odc_by", "odc-by-1.0"),
        ("authority/licence/odc_bl", "odbl-1.0"),
        ("authority/licence/odc_pddl", "odc-pddl-1.0"),
    ];
    ADDRESSES.iter().find(|(part, _)| lowered.contains(part)).map(|(_, code)| *code)
}

fn by_title(spaced: &str) -> Option<&'static str> {
    const TITLES: &[(&str, &str)] = &[
        ("open data commons public domain dedication", "odc-pddl-1.0"),
        ("open data commons attribution", "odc-by-1.0"),
        ("open database license", "odbl-1.0"),
        ("open database licence", "odbl-1.0"),
        ("odbl", "odbl-1.0"),
        ("open government licence v3", "ogl-uk-3.0"),
        ("open government licence 3", "ogl-uk-3.0"),
        ("uk open government licence", "ogl-uk-3.0"),
        ("open government licen", "other-open"),
        ("licence ouverte", "other-open"),
        ("italian open data license v2", "other-open"),
        ("iodl v2", "other-open"),
        ("singapore open data licence", "other-open"),
        ("open government data license", "other-open"),
        ("etalab", "other-open"),
        ("data licence germany", "other-open"),
        ("datenlizenz deutschland", "other-open"),
        ("u s government work", "us-pd"),
        ("us government work", "us-pd"),
        ("u s public domain", "us-pd"),
        ("mit license", "mit"),
        ("mit licence", "mit"),
        ("apache license 2 0", "apache-2.0"),
        ("apache license version 2 0", "apache-2.0"),
        ("licence not specified", "not-specified"),
        ("license not specified", "not-specified"),
        ("public domain", "other-open"),
        ("パブリックドメイン", "other-open"),
    ];
    TITLES.iter().find(|(part, _)| spaced.contains(part)).map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: Option<&str>) {
        assert_eq!(licence(raw), expected, "{raw}");
    }

    #[test]
    fn creative_commons_in_all_its_names() {
        check("CC-BY-4.0", Some("cc-by-4.0"));
        check("cc-by", Some("cc-by-4.0"));
        check("Creative Commons Attribution", Some("cc-by-4.0"));
        check("クリエイティブ・コモンズ 表示（CC BY）", Some("cc-by-4.0"));
        check("知识共享 署名 4.0 国际", Some("cc-by-4.0"));
        check("https://creativecommons.org/licenses/by/4.0/deed.ja", Some("cc-by-4.0"));
        check(
            "[Creative Commons BY 4.0](https://creativecommons.org/licenses/by/4.0/)",
            Some("cc-by-4.0"),
        );
        check("http://creativecommons.org/licenses/by/3.0/", Some("cc-by-3.0"));
        check("Creative Commons Attribution-ShareAlike 4.0", Some("cc-by-sa-4.0"));
        check("CC BY-NC-SA 4.0", Some("other-restricted"));
        check("CC-BY-NC-ND-4.0", Some("other-restricted"));
        check("Creative Commons Attribution Non Commercial 4.0", Some("cc-by-nc-4.0"));
        check("https://creativecommons.org/licenses/by-nd/4.0/", Some("other-restricted"));
        check("CC BY 2.1 JP", Some("other-open"));
        check("Creative Commons BY-SA", Some("cc-by-sa-4.0"));
        check("Creative Commons 1.0 Universal Public Domain Dedication", Some("cc0-1.0"));
        check("Creative Commons open license", None);
        check("CC0", Some("cc0-1.0"));
        check("http://creativecommons.org/publicdomain/zero/1.0/", Some("cc0-1.0"));
    }

    #[test]
    fn other_licences() {
        check("odc-pddl", Some("odc-pddl-1.0"));
        check("http://opendatacommons.org/licenses/by/1.0/", Some("odc-by-1.0"));
        check("Open Data Commons Open Database License (ODbL)", Some("odbl-1.0"));
        check("Open Government Licence v3.0", Some("ogl-uk-3.0"));
        check("OGL-CAN-2.0", Some("other-open"));
        check("us-pd", Some("us-pd"));
        check("http://www.usa.gov/publicdomain/label/1.0/", Some("us-pd"));
        check("https://project-open-data.cio.gov/unknown-license", Some("not-specified"));
        check("notspecified", Some("not-specified"));
        check("MIT License", Some("mit"));
        check("dl-de/by-2-0", Some("other-open"));
        check("other-closed", Some("other-restricted"));
        check("https://data.some.org/link/to/license", None);
        check("Varies by dataset", None);
        check("There are no restrictions on the use of this data.", Some("other-open"));
        check("Use is restricted; there are no restrictions on the use of this data by us", None);
        check("BSD 3-Clause License", Some("other-open"));
        check("", None);
    }
}
