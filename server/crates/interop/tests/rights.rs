//! Who may have a dataset, as other portals say it.

#![expect(clippy::unwrap_used, reason = "a case that does not read must fail the test")]

use kaishu_interop::{ckan, dcat};
use kaishu_types::vocabulary::OpenClass;

#[track_caller]
fn check_rights(rights: &str, expected: Option<OpenClass>) {
    let turtle = format!(
        "@prefix dct: <http://purl.org/dc/terms/> .\n\
         @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n\
         <https://example.org/1> a <http://www.w3.org/ns/dcat#Dataset> ; dct:title \"T\" {rights} .\n\
         <https://example.org/rights/7> rdfs:label \"Confidential\" ."
    );
    let import = dcat::parse(turtle.as_bytes(), dcat::Syntax::Turtle).unwrap();
    assert_eq!(import.records[0].open_class, expected, "{rights}");
}

// Proves ZON-05: rights that are stated but not understood never open a dataset.
#[test]
fn access_rights_fail_closed() {
    const LIST: &str = "http://publications.europa.eu/resource/authority/access-right/";
    let listed = |name: &str| format!("; dct:accessRights <{LIST}{name}>");
    check_rights("", None);
    check_rights(&listed("PUBLIC"), Some(OpenClass::Unconditional));
    check_rights(&listed("RESTRICTED"), Some(OpenClass::Conditional));
    check_rights(&listed("NON_PUBLIC"), Some(OpenClass::None));
    check_rights(&listed("CONFIDENTIAL"), Some(OpenClass::None));
    check_rights(&listed("SENSITIVE"), Some(OpenClass::None));
    check_rights(&listed("NORMAL"), Some(OpenClass::Conditional));
    check_rights("; dct:accessRights \"public\"@en", Some(OpenClass::Unconditional));
    check_rights("; dct:accessRights \"Not public\"", Some(OpenClass::None));
    check_rights("; dct:accessRights \"restricted/public\"", Some(OpenClass::Conditional));
    check_rights("; dct:accessRights \"on request\"", Some(OpenClass::Conditional));
    check_rights("; dct:accessRights []", Some(OpenClass::Conditional));
    check_rights("; dct:accessRights [ rdfs:label \"Public\" ]", Some(OpenClass::Unconditional));
    check_rights("; dct:accessRights <https://example.org/rights/7>", Some(OpenClass::None));
    check_rights("; dct:accessRights \"public\", \"private\"", Some(OpenClass::None));
    check_rights(
        "; <https://project-open-data.cio.gov/v1.1/schema#accessLevel> \"non-public\"",
        Some(OpenClass::None),
    );
}

#[track_caller]
fn check_package_rights(fields: &str, expected: Option<OpenClass>) {
    let package = format!(r#"{{"id":"1","title":"A","license_id":"cc-by"{fields}}}"#);
    let import = ckan::parse(package.as_bytes()).unwrap();
    assert_eq!(import.records[0].open_class, expected, "{fields}");
}

// Proves ZON-05: so do those that harvesters keep in packages of CKAN.
#[test]
fn rights_of_packages_fail_closed() {
    let extra =
        |key: &str, value: &str| format!(r#","extras":[{{"key":"{key}","value":"{value}"}}]"#);
    check_package_rights("", None);
    check_package_rights(r#","private":false"#, None);
    check_package_rights(r#","private":"False""#, None);
    check_package_rights(r#","private":1"#, Some(OpenClass::None));
    check_package_rights(r#","private":"t""#, Some(OpenClass::None));
    check_package_rights(&extra("accessLevel", "non-public"), Some(OpenClass::None));
    check_package_rights(&extra("access_level", "restricted public"), Some(OpenClass::Conditional));
    let listed = "http://publications.europa.eu/resource/authority/access-right/NON_PUBLIC";
    check_package_rights(&extra("access_rights", listed), Some(OpenClass::None));
    check_package_rights(&extra("access_rights", "ask us"), Some(OpenClass::Conditional));
    check_package_rights(&extra("access_rights", "public"), Some(OpenClass::Unconditional));
    let both = r#","access_rights":["PUBLIC","NON_PUBLIC"]"#;
    check_package_rights(both, Some(OpenClass::None));
    let written = r#","access_rights":"[\"http://example.org/NON_PUBLIC\",\"PUBLIC\"]""#;
    check_package_rights(written, Some(OpenClass::None));
    check_package_rights(r#","access_rights":{"uri":"NON_PUBLIC"}"#, Some(OpenClass::None));
    check_package_rights(r#","access_rights":{"x":1}"#, Some(OpenClass::Conditional));
    check_package_rights(r#","access_rights":[]"#, None);
    let twice = r#","accessLevel":"public","extras":[{"key":"accessLevel","value":"non-public"}]"#;
    check_package_rights(twice, Some(OpenClass::None));
    check_package_rights(
        &format!(r#","private":true{}"#, extra("access_rights", "public")),
        Some(OpenClass::None),
    );
}
