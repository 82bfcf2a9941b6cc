//! Imports of real catalogues, with the counts that they must give. A change of a count is a
//! change of what a portal takes over.

#![expect(clippy::unwrap_used, reason = "a catalogue that does not read must fail the test")]
#![expect(clippy::print_stdout, reason = "counts are printed so that a regression shows")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use kaishu_interop::jsonl::Mapping;
use kaishu_interop::{Import, ImportError, ckan, dcat, dcat_us, jsonl, vocabulary};

/// Finds a file of the shared data, or says that the test is skipped.
fn data(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data").join(name);
    if !path.exists() {
        println!("skipped: {} is not here", path.display());
        return None;
    }
    Some(path)
}

fn unpacked(name: &str) -> Option<Vec<u8>> {
    let packed = std::fs::read(data(name)?).unwrap();
    Some(zstd::decode_all(packed.as_slice()).unwrap())
}

fn mapping(name: &str) -> Mapping {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("mappings").join(name);
    Mapping::parse(&std::fs::read_to_string(path).unwrap(), name).unwrap()
}

/// Counts what was read and what no vocabulary knows.
fn count(what: &str, import: &Import) -> String {
    let resources: usize = import.records.iter().map(|record| record.resources.len()).sum();
    for rejection in import.rejected.iter().take(8) {
        println!("{what}: {}: {}", rejection.record, rejection.reason);
    }
    let has = |is: fn(&kaishu_types::import::ImportRecord) -> bool| {
        import.records.iter().filter(|record| is(record)).count()
    };
    let line = format!(
        "{} records, {} rejected, {resources} resources, {} with organization, {} with date",
        import.records.len(),
        import.rejected.len(),
        has(|record| record.organization.is_some()),
        has(|record| record.updated_at.is_some()),
    );
    println!("{what}: {line}");
    for record in &import.records {
        assert!(!record.source_id.is_empty() && !record.title.is_empty(), "{what}: {record:?}");
    }
    line
}

/// Says how many values of a kind the vocabulary knows, and the most frequent it does not.
fn coverage(what: &str, values: impl Iterator<Item = (String, bool)>) -> (u64, u64) {
    let mut unknown: BTreeMap<String, u64> = BTreeMap::new();
    let (mut n_known, mut n_all) = (0, 0);
    for (value, is_known) in values {
        n_all += 1;
        n_known += u64::from(is_known);
        if !is_known {
            *unknown.entry(value).or_default() += 1;
        }
    }
    let mut ranked: Vec<_> = unknown.into_iter().collect();
    ranked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    ranked.truncate(12);
    println!("{what}: {n_known} of {n_all} known; not: {ranked:?}");
    (n_known, n_all)
}

fn vocabularies(what: &str, import: &Import) -> [(u64, u64); 4] {
    let records = &import.records;
    let licence = records.iter().filter_map(|record| record.licence.clone());
    let frequency = records.iter().filter_map(|record| record.frequency.clone());
    let themes = records.iter().flat_map(|record| record.themes.clone());
    let formats = records.iter().flat_map(|record| &record.resources).map(|resource| {
        let (word, media) = (resource.format.as_deref(), resource.media_type.as_deref());
        let format = vocabulary::format(word, media, resource.url.as_deref());
        (word.unwrap_or_default().to_owned(), format.is_some())
    });
    [
        coverage(
            &format!("{what} licences"),
            licence.map(|raw| {
                let is_known = vocabulary::licence(&raw).is_some();
                (raw.chars().take(60).collect(), is_known)
            }),
        ),
        coverage(
            &format!("{what} frequencies"),
            frequency.map(|raw| {
                let is_known = vocabulary::frequency(&raw).is_some();
                (raw.chars().take(60).collect(), is_known)
            }),
        ),
        coverage(
            &format!("{what} themes"),
            themes.map(|raw| {
                let is_known = vocabulary::theme(&raw).is_some();
                (raw, is_known)
            }),
        ),
        coverage(&format!("{what} formats"), formats),
    ]
}

// Proves ZON-05: identifiers, dates and sources of an existing portal are kept.
#[test]
fn tokyo_is_taken_over() {
    let Some(bytes) = unpacked("catalogues/tokyo_ckan_package_show_half0.jsonl.zst") else {
        return;
    };
    let import = ckan::parse(&bytes).unwrap();

    let found = (count("tokyo", &import), vocabularies("tokyo", &import));
    assert_eq!(
        found,
        (
            "2548 records, 0 rejected, 29189 resources, 2548 with organization, 2548 with date"
                .to_owned(),
            [(2548, 2548), (2512, 2513), (1999, 1999), (29187, 29189)]
        )
    );
    let first = &import.records[0];
    assert_eq!(first.source_id, "001efa15-2597-4cce-8319-1ee3a1c4c395");
    assert_eq!(first.organization.as_ref().unwrap().name, "東京都環境局");
    assert_eq!(first.licence.as_deref(), Some("CC-BY-4.0"));
    assert_eq!(first.extras.get("name").map(String::as_str), Some("t000009d0000000011"));
}

// Proves ZON-05.
#[test]
fn the_registry_of_portals_is_taken_over() {
    let Some(bytes) = unpacked("catalogues/dataportals_registry_full.jsonl.zst") else {
        return;
    };
    let import = jsonl::parse(&bytes, &mapping("dataportals.toml")).unwrap();

    let found = (count("dataportals", &import), vocabularies("dataportals", &import));
    assert_eq!(
        found,
        (
            "19157 records, 0 rejected, 70702 resources, 19157 with organization, 0 with date"
                .to_owned(),
            [(228, 290), (0, 0), (65967, 65978), (70702, 70702)]
        )
    );
}

// Proves ZON-05: both languages are kept.
#[test]
fn firstdata_is_taken_over_in_two_languages() {
    let Some(bytes) = unpacked("catalogues/firstdata_all-sources.json.zst") else {
        return;
    };
    let import = jsonl::parse(&bytes, &mapping("firstdata.toml")).unwrap();

    let found = (count("firstdata", &import), vocabularies("firstdata", &import));
    assert_eq!(
        found,
        (
            "768 records, 0 rejected, 925 resources, 0 with organization, 0 with date".to_owned(),
            [(0, 0), (768, 768), (3133, 3451), (925, 925)]
        )
    );
    assert_eq!(import.records[0].title, "千人基因组计划");
    assert_eq!(import.records[0].title_en.as_deref(), Some("1000 Genomes Project"));
    assert!(import.records[0].summary_en.is_some());
}

#[test]
fn the_registry_of_aws_is_taken_over_from_yaml() {
    let Some(bytes) = unpacked("catalogues/aws_registry_half0.tar.zst") else {
        return;
    };
    let rules = mapping("aws.toml");
    let mut import = Import::default();
    for (name, text) in tar_files(&bytes) {
        import.push(jsonl::parse_yaml_record(text, &name, &rules));
    }

    let found = (count("aws", &import), vocabularies("aws", &import));
    assert_eq!(
        found,
        (
            "576 records, 0 rejected, 1400 resources, 576 with organization, 0 with date"
                .to_owned(),
            [(453, 576), (436, 576), (78, 78), (1400, 1400)]
        )
    );
}

#[test]
fn the_list_of_chinese_portals_is_taken_over() {
    let Some(path) = data("catalogues/cnpds_portals.json") else {
        return;
    };
    let import = jsonl::parse(&std::fs::read(path).unwrap(), &mapping("cnpds.toml")).unwrap();

    assert_eq!(
        count("cnpds", &import),
        "149 records, 0 rejected, 149 resources, 149 with organization, 0 with date"
    );
    let found = |id: &str| import.records.iter().find(|it| it.source_id == id).unwrap();
    assert_eq!(found("河北省/承德市").title, "承德市政府数据开放平台");
    assert_eq!(found("山西省/运城市").title, "运城市", "the source does not name it");
}

/// Reads the plain files of a tar.
fn tar_files(bytes: &[u8]) -> Vec<(String, &[u8])> {
    let text = |field: &[u8]| {
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
        String::from_utf8_lossy(&field[..end]).trim().to_owned()
    };
    let (mut files, mut rest) = (Vec::new(), bytes);
    while rest.len() > 512 && rest[0] != 0 {
        let size = usize::from_str_radix(&text(&rest[124..136]), 8).unwrap();
        if rest[156] == b'0' {
            files.push((text(&rest[..100]), &rest[512..512 + size]));
        }
        rest = &rest[512 + size.div_ceil(512) * 512..];
    }
    files
}

// Proves ZON-05: the replies of a CKAN of today.
#[test]
fn replies_of_ckan_are_read() {
    let Some(folder) = data("ckan_2.12_replies") else {
        return;
    };
    let read = |name: &str| {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        ckan::parse(&bytes)
    };
    let brief = |name: &str| match read(name) {
        Ok(import) => {
            format!("{} records, {} rejected", import.records.len(), import.rejected.len())
        }
        Err(error) => error.to_string(),
    };

    assert_eq!(brief("06_package_show.body"), "1 records, 0 rejected");
    assert_eq!(brief("11_package_search.body"), "2 records, 0 rejected");
    assert_eq!(brief("24_current_package_list_with_resources.body"), "1 records, 0 rejected");
    assert_eq!(brief("15_package_search_rows_over.body"), "0 records, 1000 rejected");
    assert_eq!(
        brief("07_package_show_404.body"),
        "is a CKAN reply that reports a failure: Not found"
    );
    assert!(brief("05_package_list.body").starts_with("holds names only; ask CKAN for"));
    let shown = read("06_package_show.body").unwrap();
    assert_eq!(
        shown.records[0].source_url.as_deref(),
        Some("http://127.0.0.1:5000/dataset/ds-510403-0000000")
    );
}

#[test]
fn ckan_examples_with_schemas_are_read() {
    let Some(folder) = data("dcat/ckanext-dcat_ckan_json") else {
        return;
    };
    let mut found = String::new();
    for name in file_names(&folder) {
        let bytes = std::fs::read(folder.join(&name)).unwrap();
        found.push_str(&describe(&name, ckan::parse(&bytes)));
    }

    println!("{found}");
    let expected = [
        "catalog.json: 0 records, 0 resources",
        "  the file: has neither `id` nor `name`; one of them must say which package it is",
        "catalog_datasets_list.json: 2 records, 0 resources",
        "ckan_dataset.json: 1 records, 1 resources",
        "ckan_dataset_multilingual.json: 1 records, 1 resources",
        "ckan_dcat_ap_dataset_series.json: 1 records, 0 resources",
        "ckan_full_dataset_croissant.json: 1 records, 1 resources",
        "ckan_full_dataset_dcat_ap.json: 1 records, 1 resources",
        "ckan_full_dataset_dcat_ap_legacy.json: 1 records, 1 resources",
        "ckan_full_dataset_dcat_ap_vocabularies.json: 1 records, 1 resources",
        "ckan_full_dataset_dcat_us_vocabularies.json: 1 records, 1 resources",
        "dataset.json: 1 records, 0 resources",
        "full_ckan_dataset_legacy.json: 1 records, 1 resources",
        "full_croissant_dataset.jsonld: line 78, column 13: not valid JSON: trailing comma",
        "health_dcat_ap.json: 1 records, 1 resources",
    ];
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn dcat_examples_are_read() {
    let Some(folder) = data("dcat/ckanext-dcat_examples") else {
        return;
    };
    let mut found = String::new();
    for name in file_names(&folder) {
        let bytes = std::fs::read(folder.join(&name)).unwrap();
        let syntax = dcat::Syntax::guess(&name, &bytes).unwrap();
        let outcome = dcat::parse(&bytes, syntax);
        if let Ok(import) = &outcome {
            for record in &import.records {
                println!("{name}: {record:#?}");
            }
        }
        found.push_str(&describe(&name, outcome));
    }

    println!("{found}");
    let expected = [
        "catalog.rdf: 2 records, 5 resources",
        "catalog_datasets_list.rdf: 2 records, 5 resources",
        "catalog_pod.jsonld: 1 records, 4 resources",
        "catalog_with_at_graph.jsonld: 1 records, 1 resources",
        "dataset.rdf: 1 records, 1 resources",
        "dataset.ttl: line 149, column 17: not valid Turtle: The prefix healthdcatap: has not been declared; declare it at the head of the file, `@prefix healthdcatap: <…> .`",
        "dataset_afs.ttl: 1 records, 2 resources",
        "dataset_deri.ttl: 1 records, 1 resources",
        "dataset_gob_es.ttl: 1 records, 1 resources",
        "dataset_gov_de.rdf: 1 records, 9 resources",
        "dataset_health.ttl: 1 records, 1 resources",
        "dataset_health_multilingual.ttl: 1 records, 1 resources",
        "dataset_health_no_blank.ttl: 1 records, 0 resources",
        "dataset_multilingual.ttl: 1 records, 1 resources",
        "dataset_sweden.rdf: 1 records, 1 resources",
    ];
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn a_croissant_is_read_as_schema_org() {
    let Some(path) = data("dcat/ckanext-dcat_ckan_json/full_croissant_dataset.jsonld") else {
        return;
    };
    let found =
        describe("croissant", dcat::parse(&std::fs::read(path).unwrap(), dcat::Syntax::JsonLd));

    assert_eq!(
        found,
        "croissant: line 78, column 13: not valid JSON-LD: Parser error at line 78 column 13: Trailing commas are not allowed\n"
    );
}

#[test]
fn data_json_samples_are_read() {
    let Some(folder) = data("dcat/datajson_us_samples") else {
        return;
    };
    let mut found = String::new();
    for name in file_names(&folder).into_iter().filter(|name| name.ends_with(".json")) {
        let bytes = std::fs::read(folder.join(&name)).unwrap();
        found.push_str(&describe(&name, dcat_us::parse(&bytes)));
    }

    println!("{found}");
    let expected = [
        "arm.data.json: 3 records, 3 resources",
        "collection-1-parent-2-children.data.json: 3 records, 4 resources",
        "collection-2-parent-4-children.data.json: 6 records, 8 resources",
        "geospatial.data.json: 2 records, 4 resources",
        "large-spatial.data.json: 1 records, 1 resources",
        "many-resources.data.json: 1 records, 11 resources",
        "missing-catalog.data.json: 1 records, 0 resources",
        "  item 1: has no `identifier`; every dataset must have one",
        "missing-dataset-fields.data.json: 1 records, 0 resources",
        "  item 1: has no `identifier`; every dataset must have one",
        "missing-identifier-title.data.json: 1 records, 1 resources",
        "  simple test title (item 1): has no `identifier`; every dataset must have one",
        "  Test-0002 (item 3): has no `title`; every dataset must have one",
        "null-spatial.data.json: 1 records, 1 resources",
        "numerical-title.data.json: 1 records, 1 resources",
        "ny.data.json: 1 records, 4 resources",
        "reserved-title.data.json: 1 records, 1 resources",
        "usda.gov.data.json: 3 records, 6 resources",
    ];
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
}

fn file_names(folder: &std::path::Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn describe(name: &str, outcome: Result<Import, ImportError>) -> String {
    let import = match outcome {
        Ok(import) => import,
        Err(error) => return format!("{name}: {error}\n"),
    };
    let resources: usize = import.records.iter().map(|record| record.resources.len()).sum();
    let mut line = format!("{name}: {} records, {resources} resources\n", import.records.len());
    for rejection in &import.rejected {
        line.push_str(&format!("  {}: {}\n", rejection.record, rejection.reason));
    }
    line
}
