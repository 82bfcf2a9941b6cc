//! JSON-LD contexts that are built in, because nothing is fetched while a file is read.

/// The terms of DCAT as Project Open Data and the European profiles abbreviate them.
const DCAT: &str = r##"{"@context": {
  "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/",
  "dcterms": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
  "vcard": "http://www.w3.org/2006/vcard/ns#", "adms": "http://www.w3.org/ns/adms#",
  "skos": "http://www.w3.org/2004/02/skos/core#", "schema": "http://schema.org/",
  "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
  "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "xsd": "http://www.w3.org/2001/XMLSchema#",
  "org": "http://www.w3.org/ns/org#", "pod": "https://project-open-data.cio.gov/v1.1/schema#",
  "Catalog": "dcat:Catalog", "Dataset": "dcat:Dataset", "Distribution": "dcat:Distribution",
  "dataset": "dcat:dataset", "distribution": "dcat:distribution", "keyword": "dcat:keyword",
  "theme": "dcat:theme", "landingPage": {"@id": "dcat:landingPage", "@type": "@id"},
  "contactPoint": "dcat:contactPoint", "mediaType": "dcat:mediaType",
  "accessURL": {"@id": "dcat:accessURL", "@type": "@id"},
  "downloadURL": {"@id": "dcat:downloadURL", "@type": "@id"}, "byteSize": "dcat:byteSize",
  "title": "dct:title", "description": "dct:description", "identifier": "dct:identifier",
  "issued": "dct:issued", "modified": "dct:modified", "publisher": "dct:publisher",
  "license": "dct:license", "rights": "dct:rights", "spatial": "dct:spatial",
  "temporal": "dct:temporal", "accrualPeriodicity": "dct:accrualPeriodicity",
  "language": "dct:language", "format": "dct:format", "conformsTo": "dct:conformsTo",
  "accessLevel": "pod:accessLevel", "fn": "vcard:fn",
  "hasEmail": {"@id": "vcard:hasEmail", "@type": "@id"}, "name": "foaf:name"
}}"##;

/// schema.org: every bare name is one of its terms.
const SCHEMA: &str =
    r#"{"@context": {"@vocab": "http://schema.org/", "schema": "http://schema.org/"}}"#;

/// Returns the context that an address stands for.
pub(super) fn built_in(address: &str) -> Option<&'static str> {
    let (_, place) = address.split_once("://")?;
    match place.trim_end_matches(['/', '#']) {
        "schema.org"
        | "schema.org/docs/jsonldcontext.json"
        | "schema.org/docs/jsonldcontext.jsonld"
        | "www.schema.org" => Some(SCHEMA),
        "project-open-data.cio.gov/v1.1/schema/catalog.jsonld"
        | "project-open-data.cio.gov/v1.1/schema/data.jsonld"
        | "www.w3.org/ns/dcat"
        | "www.w3.org/ns/dcat.jsonld"
        | "www.w3.org/ns/dcat2.jsonld"
        | "www.w3.org/ns/dcat3.jsonld" => Some(DCAT),
        _ => None,
    }
}
