//! Small cases of every format: what is kept, what is refused and how it is said.

#![expect(clippy::unwrap_used, reason = "a case that does not read must fail the test")]

use std::collections::BTreeMap;

use kaishu_interop::csv_dir::{self, Row, Tables};
use kaishu_interop::jsonl::Mapping;
use kaishu_interop::{Import, ImportError, Limits, ckan, dcat, dcat_us, jsonl};
use proptest::prelude::*;

fn brief(outcome: Result<Import, ImportError>) -> String {
    match outcome {
        Err(error) => error.to_string(),
        Ok(import) => {
            let titles = import.records.iter().map(|record| record.title.clone());
            let reasons = import
                .rejected
                .iter()
                .map(|rejection| format!("!{}: {}", rejection.record, rejection.reason));
            titles.chain(reasons).collect::<Vec<_>>().join("\n")
        }
    }
}

#[track_caller]
fn check_ckan(text: &str, expected: &str) {
    assert_eq!(brief(ckan::parse(text.as_bytes())), expected);
}

// Proves ZON-05: a bad record is named and does not take the others with it.
#[test]
fn a_bad_line_is_refused_alone() {
    check_ckan(
        "{\"id\":\"a\",\"title\":\"A\"}\n\n{\"id\":\n{\"id\":\"b\",\"title\":\"B\"}\n",
        "A\nB\n!line 3: column 6: not valid JSON: it ends too early (EOF while parsing a \
         value); complete it or fetch it again",
    );
    check_ckan(
        "{\"id\":\"a\n{\"id\":\"b\",\"title\":\"B\"}\n{\"id\":\"c\",\"title\":\"C\"}\n",
        "B\nC\n!line 1: column 8: not valid JSON: it ends too early (EOF while parsing a \
         string); complete it or fetch it again",
    );
    check_ckan(
        "{\"id\":\"a\",\"title\":\"A\"}\n{\"id\":\"a\",\"title\":\"B\"}\n",
        "A\n!a (line 2): identifier `a` is already used by line 1; give each record its own",
    );
    check_ckan(
        "[{},{\"id\":7},{\"id\":\"a\",\"name\":\"a\"}]",
        "!item 1: holds nothing: `id`, `name` and `title` are missing; ask CKAN for whole \
         packages, without `fl`\n\
         !7 (item 2): holds only `id`: `title` and all other fields are missing; ask CKAN for \
         whole packages, without `fl`\n\
         !a (item 3): holds only `id`, `name`: `title` and all other fields are missing; ask CKAN \
         for whole packages, without `fl`",
    );
    check_ckan(
        "[{\"id\":\"a\",\"title\":[]},7,{\"id\":\"c\",\"title\":\"C\",\"resources\":[3]}]",
        "!a (item 1): `title` is a list, expected a text\n\
         !item 2: is a number, expected a CKAN package\n\
         !c (item 3): resources[0] is a number, expected an object",
    );
}

#[test]
fn a_broken_document_names_its_place() {
    check_ckan("", "the file is empty");
    check_ckan(
        "[\n {\"id\": 1},\n {\"id\" 2}\n]",
        "line 3, column 8: not valid JSON: expected `:`",
    );
    check_ckan(
        "\"x\"",
        "holds the text `x`, expected a CKAN package, a list of packages or a \
         reply of the action API",
    );
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    check_ckan(&deep, "line 1, column 128: is nested more than 128 levels deep");
}

#[test]
fn encodings_are_read_or_named() {
    let text = "{\"id\":\"a\",\"title\":\"空气\"}";
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16 = [b"\xFF\xFE".to_vec(), units].concat();
    let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    let wrong = b"{\"id\":\"a\",\"title\":\"A\"}\n{\"id\":\"b\",\"title\":\"\xFF\"}\n";

    assert_eq!(brief(ckan::parse(&utf16)), "空气");
    assert_eq!(brief(ckan::parse(&marked)), "空气");
    assert_eq!(
        brief(ckan::parse(wrong)),
        "A\n!line 2: column 20 is not UTF-8 text (byte 0xFF); save the file as UTF-8"
    );
}

#[test]
fn a_line_beyond_the_limit_is_refused_alone() {
    let limits = Limits { record_bytes: 100, document_bytes: 1000 };
    let long = format!("{{\"id\":\"b\",\"title\":\"{}\"}}", "x".repeat(900));
    let short = "{\"id\":\"a\",\"title\":\"A\"}";
    let text = format!("{short}\n{}\n{long}\n", short.replace('a', "c"));
    let mut import = Import::default();

    ckan::read(&mut text.as_bytes(), &limits, &mut |outcome| import.push(outcome)).unwrap();

    assert_eq!(
        brief(Ok(import)),
        "A\nA\n!line 3: is longer than 100 bytes, the most a record may have"
    );
}

#[test]
fn ckan_fields_find_their_place() {
    let import = ckan::parse(
        r#"{"id":"1","name":"air","title":"Air","title_translated":{"zh":"空气","en":"Air"},
        "notes":"n","tags":[{"name":"t"}],"groups":[{"title":"環境"}],"private":true,
        "extras":[{"key":"更新頻度","value":"1年ごと"},{"key":"theme","value":"[\"x\"]"},
        {"key":"own","value":"kept"}],"metadata_modified":"2024-05-01T00:00:00.5",
        "resources":[{"url":"https://example.org/a.csv","size":"12.0"},{"state":"deleted"}]}"#
            .as_bytes(),
    )
    .unwrap();
    let record = &import.records[0];

    assert_eq!((record.title.as_str(), record.title_en.as_deref()), ("空气", Some("Air")));
    assert_eq!(record.frequency.as_deref(), Some("1年ごと"));
    assert_eq!(record.themes, ["環境", "x"]);
    assert_eq!(record.open_class, Some(kaishu_types::vocabulary::OpenClass::None));
    assert_eq!(record.resources.len(), 1);
    assert_eq!(record.resources[0].title, "a.csv");
    assert_eq!(record.resources[0].size_bytes, Some(12));
    assert_eq!(record.extras.get("own").map(String::as_str), Some("kept"));
}

#[test]
fn an_unknown_json_ld_context_is_named() {
    let own = r#"{"@context":"https://example.org/c.jsonld","@type":"Dataset","@id":"x:1"}"#;
    let schema = r#"{"@context":"https://schema.org/","@type":"Dataset","@id":"x:1","name":"N",
        "license":"https://creativecommons.org/licenses/by/4.0/","temporalCoverage":"2019/2020",
        "distribution":[{"@type":"DataDownload","contentUrl":"https://example.org/a.csv"}]}"#;

    let error = dcat::parse(own.as_bytes(), dcat::Syntax::JsonLd).unwrap_err();
    let import = dcat::parse(schema.as_bytes(), dcat::Syntax::JsonLd).unwrap();

    assert!(
        error.to_string().contains("`https://example.org/c.jsonld` is not built in"),
        "{error}"
    );
    assert_eq!(import.records[0].title, "N");
    assert_eq!(import.records[0].temporal_end, chrono::NaiveDate::from_ymd_opt(2020, 12, 31));
    assert_eq!(import.records[0].resources[0].title, "a.csv");
}

#[test]
fn rdf_errors_name_the_line() {
    let turtle = b"@prefix a: <x:> .\na:b a:c 1 .\nz:q a:c 1 .\n";
    assert!(brief(dcat::parse(turtle, dcat::Syntax::Turtle)).starts_with("line 3, column "));
    let xml = b"<?xml version=\"1.0\"?>\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n<a>\n</b>\n</rdf:RDF>";
    assert!(brief(dcat::parse(xml, dcat::Syntax::RdfXml)).starts_with("line "));
    assert!(
        brief(dcat::parse(b"@prefix a: <b:c> .", dcat::Syntax::Turtle))
            .contains("describes no dataset")
    );
}

// A billion laughs: a few lines that would be gigabytes.
#[test]
fn entities_of_rdf_xml_are_refused() {
    let xml = b"<?xml version=\"1.0\"?>\n<!DOCTYPE rdf:RDF [\n<!ENTITY a \"ha\">\n\
        <!ENTITY b \"&a;&a;&a;&a;\">\n]>\n<rdf:RDF/>";

    assert_eq!(
        brief(dcat::parse(xml, dcat::Syntax::RdfXml)),
        "line 3, column 1: `<!ENTITY` is not accepted; declare no entities and write their values out"
    );
    let without = b"<?xml version=\"1.0\"?>\n<!DOCTYPE rdf:RDF>\n<rdf:RDF \
        xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"/>";
    assert!(brief(dcat::parse(without, dcat::Syntax::RdfXml)).contains("describes no dataset"));
}

#[test]
fn every_format_keeps_the_limits_and_the_addresses() {
    let mapping =
        Mapping::parse(&format!("{MAPPING}keywords = \"tags\"\nhomepage = \"url\"\n"), "m.toml")
            .unwrap();
    let long = "x".repeat(1_001);
    let reason = "the title has 1001 characters, at most 1000 are taken; shorten it, the summary \
        has room";
    let json = format!("[{{\"id\":\"a\",\"identifier\":\"a\",\"title\":\"{long}\"}}]");
    let turtle = format!(
        "<x:a> a <http://www.w3.org/ns/dcat#Dataset> ; <http://purl.org/dc/terms/title> \"{long}\" ."
    );
    let tables = Tables {
        catalogue: rows(&format!("code,title,open_class\nA,{long},none")),
        ..Tables::default()
    };

    for outcome in [
        ckan::parse(json.as_bytes()),
        dcat_us::parse(json.as_bytes()),
        jsonl::parse(json.as_bytes(), &mapping),
        dcat::parse(turtle.as_bytes(), dcat::Syntax::Turtle),
    ] {
        let said = brief(outcome);
        assert!(said.starts_with('!') && said.ends_with(reason), "{said}");
    }
    check_folder(&tables, &[&format!("A (catalogue.csv line 2): {reason}")]);

    let import = ckan::parse(br#"{"id":"a","title":"A","url":"javascript:alert(1)"}"#).unwrap();
    assert_eq!(import.records[0].homepage, None);
    assert_eq!(import.records[0].extras["homepage"], "javascript:alert(1)");
    let yaml = jsonl::parse_yaml_record(b"id: a\ntitle: A\nurl: data:x\n", "a.yaml", &mapping);
    assert_eq!(yaml.unwrap().extras["homepage"], "data:x");
}

#[track_caller]
fn check_mapping(text: &str, expected: &str) {
    assert_eq!(Mapping::parse(text, "m.toml").unwrap_err().to_string(), expected);
}

#[test]
fn a_mapping_error_names_file_and_line() {
    let fields = "[fields]\nsource_id = \"id\"\ntitle = \"t\"\n";
    check_mapping("", "m.toml, line 1: has no [fields]; it says what is what");
    check_mapping(
        "[fields]\ntitle = \"t\"\n",
        "m.toml, line 1: [fields] does not say what `source_id` is",
    );
    check_mapping(
        &format!("{fields}[organization]\nnom = \"n\"\n"),
        "m.toml, line 5: `nom` is not a key of [organization]; known are source_id, name, \
         name_en, description",
    );
    check_mapping(
        &format!("{fields}contact = {{ default = \"x\" }}\n"),
        "m.toml, line 4: the rule for `contact` needs one of path, join, template, constant",
    );
}

fn rows(table: &str) -> Vec<Row> {
    let mut lines = table.lines().map(str::trim).zip(1_u64..);
    let columns: Vec<&str> = lines.next().unwrap().0.split(',').collect();
    lines
        .map(|(line, number)| Row {
            line: number,
            values: columns
                .iter()
                .map(|column| (*column).to_owned())
                .zip(line.split(',').map(str::to_owned))
                .collect::<BTreeMap<_, _>>(),
        })
        .collect()
}

// Proves ZON-05: codes and catalogue fields are kept as written.
#[test]
fn a_folder_of_tables_becomes_entries() {
    let tables = Tables {
        catalogue: rows(
            "code,title,theme,organization,open_class,open_basis,keywords,security_level,mood\n\
             yx-1,空气,environment,YX-HB,conditional,某法|第三条|law;某规章,a;b；c,2,good",
        ),
        items: rows("dataset,name,type,sensitive\nYX-1,pm25,decimal,否"),
        resources: rows("dataset,path\nYX-1,data/air.csv"),
        organizations: rows("code,name\nYX-HB,环保局"),
        ..Tables::default()
    };
    let directory = csv_dir::build(&tables).unwrap();
    let record = &directory.records[0];

    assert_eq!(directory.rejected, []);
    assert!(directory.warnings[0].starts_with("catalogue.csv: column `mood` is not known"));
    assert_eq!(record.code.as_deref(), Some("YX-1"));
    assert_eq!(record.organization.as_ref().unwrap().name, "环保局");
    assert_eq!(record.items[0].open_class.as_str(), "conditional");
    assert_eq!(record.resources[0].path.as_deref(), Some("data/air.csv"));
    assert_eq!(
        serde_json::Value::Object(record.entry.clone()),
        serde_json::json!({
            "title": "空气", "theme": "environment", "keywords": ["a", "b", "c"],
            "security_level": 2,
            "open": {"class": "conditional", "basis": [
                {"title": "某法", "article": "第三条", "level": "law"},
                {"title": "某规章", "article": null, "level": "other"}]}
        })
    );
}

#[track_caller]
fn check_folder(tables: &Tables, expected: &[&str]) {
    let directory = csv_dir::build(tables).unwrap();
    let found: Vec<String> = directory
        .rejected
        .iter()
        .map(|rejection| format!("{}: {}", rejection.record, rejection.reason))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_bad_cell_names_file_line_column_and_value() {
    let catalogue = |table: &str| Tables { catalogue: rows(table), ..Tables::default() };
    check_folder(
        &catalogue("code,title,open_class\nA,a,open\nB,b,none\nC,c,"),
        &[
            "A (catalogue.csv line 2): catalogue.csv line 2, column `open_class`: `open` is not one \
           of unconditional, conditional, none",
            "C (catalogue.csv line 4): catalogue.csv line 4, column `open_class` is empty; write \
             one of unconditional, conditional, none",
        ],
    );
    check_folder(
        &catalogue("code,title,open_class\n目,a,none\nB,,none\nC,c,none\nc,d,none"),
        &[
            "目 (catalogue.csv line 2): catalogue.csv line 2, column `code`: `目` is not a code: 1 \
             to 80 letters, digits and single hyphens",
            "B (catalogue.csv line 3): catalogue.csv line 3, column `title` is empty; fill it in",
            "C (catalogue.csv line 5): identifier `C` is already used by catalogue.csv line 4; \
             give each record its own",
        ],
    );
    check_folder(
        &Tables {
            catalogue: rows("code,title,open_class\nA,a,none"),
            items: rows("dataset,name\nZ,x"),
            resources: rows("dataset,path\nA,../secret"),
            ..Tables::default()
        },
        &[
            "A (catalogue.csv line 2): resources.csv line 2, column `path`: `../secret` is not a \
             path inside the folder, such as data/air.csv",
            "items.csv line 2: dataset `Z` is not in catalogue.csv; add it there or correct the code",
        ],
    );
}

// A page, the API and JSON-LD give addresses out as they are.
#[test]
fn an_own_catalogue_has_web_addresses_only() {
    let address = "is not an address that begins with http://, https://, ftp:// or mailto:";
    let tables = Tables {
        catalogue: rows(
            "code,title,open_class,homepage\n\
             A,a,none,javascript:alert(1)\n\
             B,b,none,\n\
             C,c,none,HTTPS://example.org/c",
        ),
        resources: rows(
            "dataset,path,url\n\
             B,,JavaScript:alert(2)\n\
             C,c.csv,ftp://example.org/c.csv",
        ),
        organizations: rows(
            "code,name,homepage\nYX-A,a,data:text/html;x\nYX-B,b,https://example.org",
        ),
        ..Tables::default()
    };
    check_folder(
        &tables,
        &[
            &format!(
                "organizations.csv line 2: organizations.csv line 2, column `homepage`: \
                 `data:text/html;x` {address}"
            ),
            &format!(
                "A (catalogue.csv line 2): catalogue.csv line 2, column `homepage`: \
                 `javascript:alert(1)` {address}"
            ),
            &format!(
                "B (catalogue.csv line 3): resources.csv line 2, column `url`: \
                 `JavaScript:alert(2)` {address}"
            ),
        ],
    );
    let directory = csv_dir::build(&tables).unwrap();
    assert_eq!(directory.records.len(), 1);
    assert_eq!(directory.records[0].homepage.as_deref(), Some("HTTPS://example.org/c"));
    assert_eq!(directory.organizations.len(), 1);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mapping = Mapping::parse(MAPPING, "m.toml").unwrap();
        let _: [Result<Import, ImportError>; 6] = [
            ckan::parse(&bytes),
            dcat_us::parse(&bytes),
            jsonl::parse(&bytes, &mapping),
            dcat::parse(&bytes, dcat::Syntax::Turtle),
            dcat::parse(&bytes, dcat::Syntax::RdfXml),
            dcat::parse(&bytes, dcat::Syntax::JsonLd),
        ];
        prop_assert!(jsonl::parse_yaml_record(&bytes, "a.yaml", &mapping).is_err()
            || !bytes.is_empty());
    }

    #[test]
    fn arbitrary_text_never_panics(text in "\\PC{0,80}") {
        let _ = Mapping::parse(&text, "m.toml").is_ok();
        let known = kaishu_interop::vocabulary::licence(&text).is_some()
            || kaishu_interop::vocabulary::frequency(&text).is_some()
            || kaishu_interop::vocabulary::theme(&text).is_some()
            || kaishu_interop::vocabulary::format_of_word(&text).is_some();
        prop_assert!(!known || !text.trim().is_empty());
    }
}

const MAPPING: &str = "[fields]\nsource_id = \"id\"\ntitle = \"title\"\n";

#[test]
fn records_may_stand_under_names() {
    let rules = "records = \"*.*\"\n[fields]\nsource_id = { join = [\"$names\"], with = \"/\" }\n\
        title = [\"name\", \"$name\"]\n";
    let mapping = Mapping::parse(rules, "m.toml").unwrap();
    let text = r#"{"河北省": {"石家庄市": {}, "承德市": {"name": "承德数据"}, "唐山市": {"url": "x"}},
        "山西省": {"山西省": null, "大同市": 7}}"#;

    let import = jsonl::parse(text.as_bytes(), &mapping).unwrap();

    let mut found: Vec<_> =
        import.records.iter().map(|it| (it.source_id.as_str(), it.title.as_str())).collect();
    found.sort_unstable();
    assert_eq!(found, [("河北省/唐山市", "唐山市"), ("河北省/承德市", "承德数据")]);
    assert_eq!(import.rejected.len(), 1, "{:?}", import.rejected);
    assert!(import.rejected[0].reason.contains("expected an object"));
    let error = jsonl::parse(b"[7]", &mapping).unwrap_err();
    assert!(error.to_string().contains("has no `*`"), "{error}");
}
