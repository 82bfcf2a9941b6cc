//! Describes a dataset for search engines: schema.org `Dataset` as JSON-LD.

use kaishu_types::dataset::DatasetView;
use kaishu_types::vocabulary::OpenClass;
use serde_json::{Map, Value, json};

/// Describes an entry as the public knows it. `base_url` has no slash at its end.
pub fn dataset(dataset: &DatasetView, base_url: &str, licence_uri: Option<&str>) -> Value {
    let fields = &dataset.fields;
    let url = format!("{base_url}/datasets/{}", dataset.code);
    let mut object = Map::new();
    object.insert("@context".to_owned(), json!("https://schema.org"));
    object.insert("@type".to_owned(), json!("Dataset"));
    object.insert("@id".to_owned(), json!(url));
    object.insert("url".to_owned(), json!(url));
    object.insert("identifier".to_owned(), json!(dataset.code.as_str()));
    object.insert("name".to_owned(), json!(fields.title));
    object.insert("description".to_owned(), json!(fields.summary));
    object.insert("dateModified".to_owned(), json!(dataset.updated_at.to_rfc3339()));
    object.insert("datePublished".to_owned(), json!(dataset.published_at.to_rfc3339()));
    object.insert("version".to_owned(), json!(dataset.version.to_string()));
    object.insert(
        "isAccessibleForFree".to_owned(),
        json!(fields.open.class == OpenClass::Unconditional),
    );
    object.insert(
        "publisher".to_owned(),
        json!({
            "@type": "Organization",
            "name": dataset.organization.name,
            "url": format!("{base_url}/organizations/{}", dataset.organization.code),
        }),
    );
    if !fields.keywords.is_empty() {
        object.insert("keywords".to_owned(), json!(fields.keywords));
    }
    if let Some(uri) = licence_uri {
        object.insert("license".to_owned(), json!(uri));
    }
    if let Some(title) = &fields.title_en {
        object.insert("alternateName".to_owned(), json!(title));
    }
    if let Some(place) = &fields.spatial {
        object.insert("spatialCoverage".to_owned(), json!(place));
    }
    if let (Some(start), Some(end)) = (fields.temporal_start, fields.temporal_end) {
        object.insert("temporalCoverage".to_owned(), json!(format!("{start}/{end}")));
    }
    let variables: Vec<Value> = dataset.items.iter().map(|item| json!(item.label)).collect();
    if !variables.is_empty() {
        object.insert("variableMeasured".to_owned(), Value::Array(variables));
    }
    let files: Vec<Value> =
        dataset.resources.iter().map(|it| download(it, &url, base_url, dataset)).collect();
    if !files.is_empty() {
        object.insert("distribution".to_owned(), Value::Array(files));
    }
    Value::Object(object)
}

fn download(
    resource: &kaishu_types::dataset::ResourceView,
    page: &str,
    base_url: &str,
    dataset: &DatasetView,
) -> Value {
    let address = resource.url.clone().unwrap_or_else(|| {
        if resource.sha256.is_some() {
            format!(
                "{base_url}/api/v1/datasets/{}/resources/{}/original",
                dataset.code, resource.id
            )
        } else {
            page.to_owned()
        }
    });
    json!({
        "@type": "DataDownload",
        "name": resource.title,
        "contentUrl": address,
        "encodingFormat": resource.media_type.clone().unwrap_or_else(|| resource.format.as_str().to_owned()),
    })
}
