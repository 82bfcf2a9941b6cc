//! The columns of a table and the data items that describe them.

use std::collections::HashSet;

use kaishu_tables::Column;
use kaishu_types::dataset::DataItemView;
use kaishu_types::vocabulary::{OpenClass, ShareClass};

/// The data items of an entry, as its catalogue describes them or as its files show them.
#[derive(Debug)]
pub(super) struct Items {
    pub(super) list: Vec<DataItemView>,
    are_described: bool,
    open_class: OpenClass,
    share_class: ShareClass,
}

impl Items {
    /// Takes what the catalogue describes; the classes are those of the entry.
    pub(super) fn new(
        list: Vec<DataItemView>,
        open_class: OpenClass,
        share_class: ShareClass,
    ) -> Self {
        Self { are_described: !list.is_empty(), list, open_class, share_class }
    }

    /// Compares with the columns of a file; the error names those that are not described. Where the
    /// catalogue describes none, the columns become items in the classes of the entry.
    pub(super) fn meet(&mut self, path: &str, columns: &[Column]) -> Result<(), String> {
        if self.are_described {
            return self.check(path, columns);
        }
        for column in columns {
            if !self.list.iter().any(|item| item.name == column.name) {
                self.list.push(self.item_of(column));
            }
        }
        Ok(())
    }

    /// Nobody said who may see a column that no item describes.
    fn check(&self, path: &str, columns: &[Column]) -> Result<(), String> {
        let names = self.list.iter().flat_map(|item| [item.name.trim(), item.label.trim()]);
        let known: HashSet<&str> = names.collect();
        let given = columns.iter().map(|column| column.name.trim());
        let unknown: Vec<&str> = given.filter(|name| !known.contains(name)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        Err(format!(
            "the file `{path}` has columns that items.csv does not describe: {}; describe each \
             with its class",
            unknown.join(", ")
        ))
    }

    fn item_of(&self, column: &Column) -> DataItemView {
        DataItemView {
            name: column.name.clone(),
            label: column.name.clone(),
            item_type: column.item_type,
            unit: None,
            length: Some(column.max_length),
            description: None,
            open_class: self.open_class,
            share_class: self.share_class,
            sensitive: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use kaishu_types::vocabulary::ItemType;

    use super::*;

    fn columns(names: &[&str]) -> Vec<Column> {
        let column = |name: &&str| Column {
            name: (*name).to_owned(),
            item_type: ItemType::Text,
            max_length: 8,
        };
        names.iter().map(column).collect()
    }

    fn items(list: Vec<DataItemView>) -> Items {
        Items::new(list, OpenClass::None, ShareClass::Conditional)
    }

    // Proves DL-02: a column without a class of its own never leaves with those that have one.
    #[test]
    fn columns_that_no_item_describes_are_refused() {
        let mut described = items(Vec::new());
        assert_eq!(described.meet("a.csv", &columns(&["code", " name "])), Ok(()));
        let mut list = described.list;
        list[1].label = "名称".to_owned();
        let mut described = items(list);

        let mut meet = |names: &[&str]| described.meet("tables/x.csv", &columns(names));
        assert_eq!(meet(&["code", "name"]), Ok(()));
        assert_eq!(meet(&[" code ", "名称 "]), Ok(()));
        assert_eq!(
            meet(&["id_card", "code", "phone"]).err().as_deref(),
            Some(
                "the file `tables/x.csv` has columns that items.csv does not describe: id_card, \
                 phone; describe each with its class"
            )
        );
        assert!(meet(&["CODE"]).is_err(), "another case may be another column");
        assert_eq!(described.list.len(), 2);
    }

    #[test]
    fn columns_of_every_file_become_items_of_the_class_of_the_entry() {
        let mut found = items(Vec::new());
        assert_eq!(found.meet("a.csv", &columns(&["a", "b"])), Ok(()));
        assert_eq!(found.meet("b.csv", &columns(&["b", "c"])), Ok(()));

        let names: Vec<_> = found.list.iter().map(|item| item.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert!(found.list.iter().all(|item| item.open_class == OpenClass::None));
        assert!(found.list.iter().all(|item| item.share_class == ShareClass::Conditional));
    }
}
