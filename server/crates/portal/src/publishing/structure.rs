//! Whether new data has the structure of the data whose place it takes (REV-11).

use std::collections::BTreeSet;

use kaishu_store::tables::{is_tabular, of_resources};
use kaishu_types::Lang;
use kaishu_types::dataset::{DatasetView, ResourceView};
use kaishu_types::draft::DraftResource;

use crate::{Error, Portal, Result};

type Names = BTreeSet<String>;

impl Portal {
    /// Names the columns by which a new file differs from what was reviewed; none where it is a refresh of the same
    /// structure. A file is compared with the one whose place it takes, and with nothing of the files beside it.
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub(super) async fn changed_columns(
        &self,
        dataset: &DatasetView,
        before: &ResourceView,
        columns: &Names,
        lang: Lang,
    ) -> Result<Names> {
        let said: Names = dataset.items.iter().map(|item| item.name.clone()).collect();
        let tables = || dataset.resources.iter().filter(|it| is_tabular(it));
        // What describes one table describes all of it.
        let is_only = is_tabular(before) && tables().count() == 1;
        if is_only && *columns == said {
            return Ok(Names::new());
        }
        let expected = match self.columns_of_file(dataset, before, lang).await? {
            Some(known) => known,
            None if is_only => said.clone(),
            None => {
                let mut others = Names::new();
                for other in tables().filter(|it| it.id != before.id) {
                    others.extend(
                        self.columns_of_file(dataset, other, lang).await?.unwrap_or_default(),
                    );
                }
                // Of what another table has, too, nobody knows whether this one had it.
                let shared = columns.iter().filter(|name| others.contains(*name));
                let own = said.difference(&others);
                own.chain(shared).cloned().collect()
            }
        };
        let mut changed: Names = columns.symmetric_difference(&expected).cloned().collect();
        changed.extend(columns.difference(&said).cloned());
        Ok(changed)
    }

    /// The columns of a published file: as it was taken in, else as it is read now. `None` where it is a table
    /// that cannot be read.
    async fn columns_of_file(
        &self,
        dataset: &DatasetView,
        resource: &ResourceView,
        lang: Lang,
    ) -> Result<Option<Names>> {
        if !is_tabular(resource) {
            return Ok(Some(Names::new()));
        }
        let store = &self.inner.store;
        let mut names = Names::new();
        let stored = of_resources(store, &[resource.id]).await?;
        for table in &stored {
            let loaded = self.load_table(table).await?;
            names.extend(loaded.ingested.columns.iter().map(|column| column.stored.name.clone()));
        }
        if !stored.is_empty() {
            return Ok(Some(names));
        }
        let blob_key = kaishu_store::datasets::blob_key(store, &dataset.code, resource.id).await?;
        if blob_key.is_none() {
            return Ok(None);
        }
        match self.tables_of(&as_draft(resource, blob_key), lang).await {
            Ok((_folder, tables)) => {
                let columns = tables.iter().flat_map(|(table, _)| &table.columns);
                Ok(Some(columns.map(|column| column.stored.name.clone()).collect()))
            }
            Err(Error::InvalidInput(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// A published file, as a draft would have it.
fn as_draft(resource: &ResourceView, blob_key: Option<String>) -> DraftResource {
    DraftResource {
        title: resource.title.clone(),
        description: resource.description.clone(),
        kind: resource.kind,
        format: resource.format,
        media_type: resource.media_type.clone(),
        url: resource.url.clone(),
        in_place: None,
        file_name: resource.file_name.clone(),
        size_bytes: resource.size_bytes,
        sha256: resource.sha256.clone(),
        sm3: resource.sm3.clone(),
        blob_key,
    }
}
