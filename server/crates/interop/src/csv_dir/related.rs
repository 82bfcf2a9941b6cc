//! The tables beside the catalogue.

use std::collections::{BTreeMap, HashSet};

use kaishu_types::dataset::DataItemView;
use kaishu_types::import::{ImportResource, Rejection};
use kaishu_types::vocabulary::{Format, ItemType, OpenClass, ResourceKind, ShareClass, Term};

use super::cell::Cells;
use super::{Directory, OrganizationRow, RegionRow, Row, Tables};

pub(super) const ITEM_COLUMNS: &[&str] = &[
    "dataset",
    "name",
    "label",
    "type",
    "unit",
    "length",
    "description",
    "open_class",
    "share_class",
    "sensitive",
    "mask",
    "release_reason",
];
pub(super) const RESOURCE_COLUMNS: &[&str] = &[
    "dataset",
    "title",
    "description",
    "path",
    "url",
    "format",
    "kind",
    "media_type",
    "items_checked",
];
pub(super) const ORGANIZATION_COLUMNS: &[&str] = &[
    "code",
    "name",
    "name_en",
    "kind",
    "level",
    "region",
    "parent",
    "description",
    "responsible_head",
    "contact",
    "homepage",
];
pub(super) const REGION_COLUMNS: &[&str] =
    &["code", "name", "name_en", "level", "parent", "authority", "description"];
pub(super) const TERM_COLUMNS: &[&str] =
    &["vocabulary", "code", "label_zh", "label_en", "uri", "position"];

/// Reads a table line by line; a second line with the same key is refused.
fn each<T>(
    file: &'static str,
    rows: &[Row],
    rejected: &mut Vec<Rejection>,
    read: fn(Cells<'_>) -> Result<(String, T), String>,
) -> Vec<T> {
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    let mut found = Vec::new();
    for row in rows {
        let reject =
            |reason: String| Rejection { record: format!("{file} line {}", row.line), reason };
        match read(Cells { file, row }) {
            Err(reason) => rejected.push(reject(reason)),
            Ok((key, _)) if seen.contains_key(&key) => {
                let first = seen.get(&key).copied().unwrap_or_default();
                rejected.push(reject(format!("`{key}` is already on line {first}")));
            }
            Ok((key, value)) => {
                seen.insert(key, row.line);
                found.push(value);
            }
        }
    }
    found
}

pub(super) fn read_terms(rows: &[Row], directory: &mut Directory) {
    directory.terms = each("terms.csv", rows, &mut directory.rejected, |cells| {
        let label_zh = cells.required("label_zh")?;
        let term = Term {
            vocabulary: cells.required("vocabulary")?,
            code: cells.required("code")?,
            label_en: cells.text("label_en").unwrap_or_else(|| label_zh.clone()),
            label_zh,
            uri: cells.address("uri")?,
            position: cells.number("position", "a whole number")?.unwrap_or_default(),
        };
        Ok((format!("{}/{}", term.vocabulary, term.code), term))
    });
}

pub(super) fn read_regions(rows: &[Row], directory: &mut Directory) {
    directory.regions = each("regions.csv", rows, &mut directory.rejected, |cells| {
        cells.required("code")?;
        cells.required("level")?;
        let missing = || "the line has no code and level".to_owned();
        let region = RegionRow {
            code: cells.code("code")?.ok_or_else(missing)?,
            name: cells.required("name")?,
            name_en: cells.text("name_en"),
            level: cells.word("level")?.ok_or_else(missing)?,
            parent: cells.code("parent")?,
            authority: cells.code("authority")?,
            description: cells.text("description"),
        };
        Ok((region.code.to_string(), region))
    });
}

pub(super) fn read_organizations(rows: &[Row], directory: &mut Directory) {
    directory.organizations = each("organizations.csv", rows, &mut directory.rejected, |cells| {
        cells.required("code")?;
        let organization = OrganizationRow {
            code: cells.code("code")?.ok_or_else(|| "the line has no code".to_owned())?,
            name: cells.required("name")?,
            name_en: cells.text("name_en"),
            kind: cells.word("kind")?,
            level: cells.word("level")?,
            region: cells.code("region")?,
            parent: cells.code("parent")?,
            description: cells.text("description"),
            responsible_head: cells.text("responsible_head"),
            contact: cells.text("contact"),
            homepage: cells.address("homepage")?,
        };
        Ok((organization.code.to_string(), organization))
    });
}

/// Data items and resources, waiting for the dataset that they belong to.
pub(super) struct Parts<'a> {
    items: BTreeMap<String, Vec<Cells<'a>>>,
    resources: BTreeMap<String, Vec<Cells<'a>>>,
}

impl<'a> Parts<'a> {
    /// Sorts the lines by dataset; a line that names none is refused.
    pub(super) fn gather(tables: &'a Tables, directory: &mut Directory) -> Self {
        let mut sort = |file: &'static str, rows: &'a [Row]| {
            let mut by_dataset: BTreeMap<String, Vec<Cells<'a>>> = BTreeMap::new();
            for row in rows {
                let cells = Cells { file, row };
                match cells.required("dataset") {
                    Ok(code) => {
                        by_dataset.entry(code.to_ascii_uppercase()).or_default().push(cells)
                    }
                    Err(reason) => directory
                        .rejected
                        .push(Rejection { record: format!("{file} line {}", row.line), reason }),
                }
            }
            by_dataset
        };
        Self {
            items: sort("items.csv", &tables.items),
            resources: sort("resources.csv", &tables.resources),
        }
    }

    /// Takes the data items of a dataset; what an item does not say, its dataset says.
    pub(super) fn items(
        &mut self,
        code: &str,
        open_class: Option<OpenClass>,
        share_class: Option<ShareClass>,
    ) -> Result<Vec<DataItemView>, String> {
        let mut names = HashSet::new();
        let rows = self.items.remove(code).unwrap_or_default();
        rows.into_iter()
            .map(|cells| {
                let name = cells.required("name")?;
                if !names.insert(name.clone()) {
                    return Err(cells.wrong("name", &name, "used once in the dataset"));
                }
                Ok(DataItemView {
                    label: cells.text("label").unwrap_or_else(|| name.clone()),
                    name,
                    item_type: cells.word("type")?.unwrap_or(ItemType::Text),
                    unit: cells.text("unit"),
                    length: cells.number("length", "a whole number of characters")?,
                    description: cells.text("description"),
                    // Where nobody says how open it is, it must not be served to everyone.
                    open_class: cells
                        .word("open_class")?
                        .or(open_class)
                        .unwrap_or(OpenClass::Conditional),
                    share_class: cells
                        .word("share_class")?
                        .or(share_class)
                        .unwrap_or(ShareClass::Conditional),
                    sensitive: cells.flag("sensitive")?.unwrap_or(false),
                    mask: cells.mask("mask")?,
                    release_reason: cells.text("release_reason"),
                })
            })
            .collect()
    }

    /// Takes the resources of a dataset.
    pub(super) fn resources(&mut self, code: &str) -> Result<Vec<ImportResource>, String> {
        let rows = self.resources.remove(code).unwrap_or_default();
        rows.into_iter().map(resource).collect()
    }

    /// Refuses the lines whose dataset is not in the catalogue.
    pub(super) fn unclaimed(self) -> Vec<Rejection> {
        let groups = self.items.into_iter().chain(self.resources);
        groups
            .flat_map(|(code, rows)| {
                rows.into_iter().map(move |cells| Rejection {
                    record: format!("{} line {}", cells.file, cells.row.line),
                    reason: format!(
                        "dataset `{code}` is not in catalogue.csv; add it there or correct the code"
                    ),
                })
            })
            .collect()
    }
}

fn resource(cells: Cells<'_>) -> Result<ImportResource, String> {
    let (path, url) = (cells.text("path"), cells.address("url")?);
    if path.is_none() && url.is_none() {
        return Err(format!(
            "{} line {} has neither `path` nor `url`; one of them must say where the data is",
            cells.file, cells.row.line
        ));
    }
    if let Some(path) = &path
        && !is_inside(path)
    {
        return Err(cells.wrong("path", path, "a path inside the folder, such as data/air.csv"));
    }
    let kind: Option<ResourceKind> = cells.word("kind")?;
    let format: Option<Format> = cells.word("format")?;
    let format = match kind {
        Some(ResourceKind::Api) => format.or(Some(Format::Api)),
        _ => format,
    };
    let place = path.as_deref().or(url.as_deref()).unwrap_or_default();
    let name = place.rsplit('/').next().unwrap_or(place);
    Ok(ImportResource {
        source_id: path.clone().or_else(|| url.clone()),
        title: cells.text("title").unwrap_or_else(|| name.to_owned()),
        description: cells.text("description"),
        format: format.map(|format| format.as_str().to_owned()),
        media_type: cells.text("media_type"),
        url,
        path,
        items_checked: cells.flag("items_checked")?.unwrap_or(false),
        ..ImportResource::default()
    })
}

/// Whether a path stays inside its folder on every operating system.
fn is_inside(path: &str) -> bool {
    !path.starts_with('/')
        && !path.contains(['\\', ':', '\0'])
        && path.split('/').all(|part| !part.is_empty() && part != ".." && part != ".")
}
