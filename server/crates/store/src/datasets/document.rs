//! What search is told of datasets, in bulk.

use std::collections::HashMap;

use kaishu_domain::visibility;
use kaishu_types::dataset::{DatasetCard, EntryFields};
use kaishu_types::search::{ItemName, SearchDocument};
use kaishu_types::vocabulary::{Format, OpenClass};
use sea_orm::{DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{find, row};
use crate::convert::{CHUNK_ROWS, named, number, word};
use crate::entity::{data_item, dataset, organization, resource};
use crate::listing::{self, Listed};
use crate::regions::Tree;
use crate::{Result, Store, StoreError};

/// Codes of datasets, for a walk over all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodePage {
    /// The codes.
    pub codes: Vec<String>,
    /// Where the next page begins; none after the last one.
    pub next_after_id: Option<i64>,
}

/// Lists codes of datasets of any state in a fixed order; begin with `after_id` 0.
pub async fn page_of_codes(store: &Store, after_id: i64, limit: u64) -> Result<CodePage> {
    let rows = find::codes_after(&store.connection, after_id, limit.max(1)).await?;
    let full = rows.len() as u64 >= limit.max(1);
    let next_after_id = if full { rows.last().map(|(id, _)| *id) } else { None };
    Ok(CodePage { codes: rows.into_iter().map(|(_, code)| code).collect(), next_after_id })
}

/// Returns what the public may know of datasets: those that are listed, without their data items of
/// class none. A code without an answer has nothing to be found by: take it out of the index.
pub async fn search_documents(
    store: &Store,
    codes: &[String],
    listed: Listed,
) -> Result<Vec<SearchDocument>> {
    let transaction = store.begin_read().await?;
    let tree = Tree::load(&transaction).await?;
    let mut documents = Vec::with_capacity(codes.len());
    for chunk in codes.chunks(CHUNK_ROWS) {
        let entries = dataset::Entity::find()
            .filter(dataset::COLUMN.code.is_in(chunk))
            .filter(listing::condition(listed))
            .order_by_asc(dataset::COLUMN.id)
            .all(&transaction)
            .await?;
        documents_of(&transaction, &tree, &entries, &mut documents).await?;
    }
    transaction.commit().await?;
    Ok(documents)
}

async fn documents_of(
    transaction: &DatabaseTransaction,
    tree: &Tree,
    entries: &[dataset::Model],
    documents: &mut Vec<SearchDocument>,
) -> Result<()> {
    let ids: Vec<i64> = entries.iter().map(|entry| entry.id).collect();
    let mut items = items_of(transaction, &ids).await?;
    let mut formats = formats(transaction, &ids).await?;
    let mut organization_ids: Vec<i64> =
        entries.iter().map(|entry| entry.organization_id).collect();
    organization_ids.sort_unstable();
    organization_ids.dedup();
    let organizations: HashMap<i64, organization::Model> = organization::Entity::find()
        .filter(organization::COLUMN.id.is_in(organization_ids))
        .all(transaction)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    for entry in entries {
        let organization = organizations.get(&entry.organization_id).ok_or_else(|| {
            StoreError::corrupt(format!("dataset `{}` has no provider", entry.code))
        })?;
        let items = items.remove(&entry.id).unwrap_or_default();
        let formats = formats.remove(&entry.id).unwrap_or_default();
        documents.push(document(entry, organization, tree, items, formats)?);
    }
    Ok(())
}

/// The data items of an entry.
#[derive(Default)]
struct Items {
    public: Vec<(ItemName, OpenClass)>,
    /// Of all, those of class none too.
    classes: Vec<OpenClass>,
}

fn document(
    entry: &dataset::Model,
    organization: &organization::Model,
    tree: &Tree,
    items: Items,
    formats: Vec<Format>,
) -> Result<SearchDocument> {
    let what = format!("dataset `{}`", entry.code);
    let region = tree
        .rows
        .get(&entry.region_id)
        .ok_or_else(|| StoreError::corrupt(format!("{what} has no region")))?;
    let open_class = word(&entry.open_class, &what, "open_class")?;
    let fields = row::fields(entry)?;
    let Told { fields, items, formats, source_id } =
        told(entry, open_class, fields, items, formats);
    let EntryFields { title, title_en, summary, summary_en, keywords, theme, priority, .. } =
        fields;
    let n_open_items = items.iter().filter(|(_, class)| *class == OpenClass::Unconditional).count();
    // By name only: no date may tell that something changed.
    let (updated_at, next_due) = match open_class {
        OpenClass::None => (entry.published_at, None),
        _ => (entry.updated_at, entry.next_due),
    };
    let card = DatasetCard {
        code: word(&entry.code, &what, "code")?,
        title,
        title_en,
        summary,
        summary_en,
        organization: named(
            &organization.code,
            &organization.name,
            organization.name_en.as_deref(),
        ),
        region: named(&region.code, &region.name, region.name_en.as_deref()),
        theme,
        open_class,
        formats,
        frequency: word(&entry.frequency, &what, "frequency")?,
        updated_at,
        next_due,
        n_items: u32::try_from(items.len()).unwrap_or(u32::MAX),
        n_open_items: u32::try_from(n_open_items).unwrap_or(u32::MAX),
        state: word(&entry.state, &what, "state")?,
        source_id,
    };
    Ok(SearchDocument {
        card,
        keywords,
        items: items.into_iter().map(|(name, _)| name).collect(),
        regions: tree.ancestry(entry.region_id)?,
        level: word(&region.level, &what, "level")?,
        priority,
        n_downloads: match open_class {
            OpenClass::None => 0,
            _ => number(entry.n_downloads, &what, "n_downloads")?,
        },
    })
}

/// What search is told of the parts of an entry.
struct Told {
    fields: EntryFields,
    items: Vec<(ItemName, OpenClass)>,
    formats: Vec<Format>,
    source_id: Option<String>,
}

/// Leaves out what the public may not know. An entry of class none is found by name only, where the
/// rules list it at all.
fn told(
    entry: &dataset::Model,
    class: OpenClass,
    fields: EntryFields,
    items: Items,
    formats: Vec<Format>,
) -> Told {
    if class == OpenClass::None {
        let fields = visibility::name_only(fields);
        return Told { fields, items: Vec::new(), formats: Vec::new(), source_id: None };
    }
    let closes_silently = visibility::closes_silently(class, items.classes);
    let formats = if closes_silently { Vec::new() } else { formats };
    Told { fields, items: items.public, formats, source_id: entry.source_id.clone() }
}

async fn items_of(transaction: &DatabaseTransaction, ids: &[i64]) -> Result<HashMap<i64, Items>> {
    let rows: Vec<(i64, String, String, String)> = data_item::Entity::find()
        .select_only()
        .columns([
            data_item::Column::DatasetId,
            data_item::Column::Name,
            data_item::Column::Label,
            data_item::Column::OpenClass,
        ])
        .filter(data_item::COLUMN.dataset_id.is_in(ids.iter().copied()))
        .order_by_asc(data_item::COLUMN.dataset_id)
        .order_by_asc(data_item::COLUMN.position)
        .into_tuple()
        .all(transaction)
        .await?;
    let mut items: HashMap<i64, Items> = HashMap::with_capacity(ids.len());
    for (id, name, label, class) in rows {
        let class: OpenClass = word(&class, &format!("an item of dataset {id}"), "open_class")?;
        let known = items.entry(id).or_default();
        known.classes.push(class);
        if class != OpenClass::None {
            known.public.push((ItemName { name, label }, class));
        }
    }
    Ok(items)
}

/// Returns the formats of the current resources, each once, in the order of the resources.
async fn formats(
    transaction: &DatabaseTransaction,
    ids: &[i64],
) -> Result<HashMap<i64, Vec<Format>>> {
    let rows: Vec<(i64, String)> = resource::Entity::find()
        .select_only()
        .columns([resource::Column::DatasetId, resource::Column::Format])
        .filter(resource::COLUMN.dataset_id.is_in(ids.iter().copied()))
        .filter(resource::COLUMN.last_version.is_null())
        .order_by_asc(resource::COLUMN.dataset_id)
        .order_by_asc(resource::COLUMN.position)
        .into_tuple()
        .all(transaction)
        .await?;
    let mut formats: HashMap<i64, Vec<Format>> = HashMap::with_capacity(ids.len());
    for (id, format) in rows {
        let format = word(&format, &format!("a resource of dataset {id}"), "format")?;
        let known = formats.entry(id).or_default();
        if !known.contains(&format) {
            known.push(format);
        }
    }
    Ok(formats)
}
