//! The columns of a table and the data items that describe them.

use std::collections::{HashMap, HashSet};

use kaishu_domain::personal;
use kaishu_tables::{Column, MAX_COLUMNS, TableSummary};
use kaishu_types::dataset::DataItemView;
use kaishu_types::vocabulary::{OpenClass, ShareClass};

use super::contents::{Contents, Records};

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

    /// Compares a file with the data items. The error says why the file could hold something that
    /// no item describes and nobody gave a class; the entry is refused then, since a file leaves
    /// only where all that is in it is open. Where the catalogue describes no item, the columns
    /// become items in the classes of the entry, and a file without columns is worth a remark.
    pub(super) fn meet(
        &mut self,
        path: &str,
        contents: &Contents,
        is_checked: bool,
    ) -> Result<Option<String>, String> {
        if let Contents::Table(summary) = contents
            && summary.columns.len() > MAX_COLUMNS
        {
            return Err(format!(
                "the file `{path}` has {} columns; a table has {MAX_COLUMNS} at most",
                summary.columns.len()
            ));
        }
        if self.are_described {
            return self.check(path, contents, is_checked).map(|()| None);
        }
        match contents {
            Contents::Table(summary) => {
                let is_person = |column: &&Column| personal::is_in(&column.name);
                let n_persons = summary.columns.iter().filter(is_person).count();
                for column in summary.columns.iter().filter(|column| !is_person(column)) {
                    if !self.list.iter().any(|item| item.name == column.name) {
                        self.list.push(self.item_of(column));
                    }
                }
                Ok((n_persons > 0).then(|| {
                    format!(
                        "the header of the file `{path}` holds personal data in {n_persons} columns; \
                         no data items were made of them"
                    )
                }))
            }
            Contents::Broken(reason) => Ok(Some(format!(
                "the file `{path}` was taken as it is: {reason}; items not checked"
            ))),
            Contents::Records(_) | Contents::Opaque(_) => Ok(None),
        }
    }

    fn check(&self, path: &str, contents: &Contents, is_checked: bool) -> Result<(), String> {
        match contents {
            Contents::Table(summary) => {
                self.check_names(path, summary.columns.iter().map(|column| column.name.as_str()))?;
                check_shape(path, summary, is_checked)
            }
            Contents::Records(records) => {
                self.check_names(path, records.names.iter().map(String::as_str))?;
                check_records(path, records, is_checked)
            }
            Contents::Broken(_) | Contents::Opaque(_) if is_checked => Ok(()),
            Contents::Broken(reason) | Contents::Opaque(reason) => Err(unseen(path, reason)),
        }
    }

    /// Nobody said who may see a column that no item describes; of two columns that are the same
    /// item, one is something else.
    fn check_names<'a>(
        &self,
        path: &str,
        given: impl Iterator<Item = &'a str>,
    ) -> Result<(), String> {
        let known = self.by_name();
        let mut seen = HashSet::new();
        let mut met: HashMap<usize, &str> = HashMap::new();
        let mut unknown = Vec::new();
        for name in given.map(str::trim) {
            if !seen.insert(name) {
                return Err(format!(
                    "the file `{path}` has two columns that are called `{name}`; give each its \
                     own name and describe it in items.csv"
                ));
            }
            let Some(item) = known.get(name) else {
                unknown.push(name);
                continue;
            };
            if let Some(first) = met.insert(*item, name) {
                return Err(format!(
                    "the columns `{first}` and `{name}` of the file `{path}` are both the item \
                     that items.csv calls by these names; describe each in a line of its own"
                ));
            }
        }
        if unknown.is_empty() {
            return Ok(());
        }
        Err(format!(
            "the file `{path}` has columns that items.csv does not describe: {}; describe each \
             with its class",
            unknown.join(", ")
        ))
    }

    /// The place of each item by its name and by its label; the name of one goes before the label
    /// of another.
    fn by_name(&self) -> HashMap<&str, usize> {
        let all = || self.list.iter().enumerate();
        let labels = all().rev().map(|(place, item)| (item.label.trim(), place));
        let names = all().map(|(place, item)| (item.name.trim(), place));
        labels.chain(names).collect()
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
            mask: None,
            release_reason: None,
        }
    }
}

/// Values outside of the columns are described by no item.
fn check_shape(path: &str, summary: &TableSummary, is_checked: bool) -> Result<(), String> {
    if let Some(title) = summary.preamble.first().filter(|_| !is_checked) {
        return Err(format!(
            "the file `{path}` has a line above its header: {title}; take it out, or write `true` into \
             the column `items_checked` of resources.csv when it may be read by everyone"
        ));
    }
    if let Some(row) = summary.overlong_row {
        return Err(format!(
            "row {row} of the file `{path}` has more values than the header names columns; name \
             and describe the column, or put a value with a delimiter into double quotes"
        ));
    }
    match summary.row_after_gap {
        Some(row) if !is_checked => Err(format!(
            "an empty line comes before row {row} of the file `{path}`, where another table may \
             begin; take the line out, put the other table into a file of its own, or write `true` \
             into the column `items_checked` of resources.csv when the rows are of this table"
        )),
        _ => Ok(()),
    }
}

/// Values outside of the fields are described by no item, and those inside of one only where they
/// are single values.
fn check_records(path: &str, records: &Records, is_checked: bool) -> Result<(), String> {
    if !records.foreign.is_empty() {
        let members: Vec<_> = records.foreign.iter().map(String::as_str).collect();
        return Err(format!(
            "the file `{path}` has members outside of the properties: {}; take them out, or put \
             them into the properties of each feature and describe each with its class",
            members.join(", ")
        ));
    }
    match &records.unseen {
        Some(reason) if !is_checked => Err(unseen(path, reason)),
        _ => Ok(()),
    }
}

fn unseen(path: &str, reason: &str) -> String {
    format!(
        "the file `{path}` cannot be compared with items.csv: {reason}; when somebody has looked \
         through it and it holds the described items only, write `true` into the column \
         `items_checked` of resources.csv"
    )
}

#[cfg(test)]
mod tests {
    use kaishu_types::vocabulary::ItemType;

    use super::*;

    fn table(names: &[&str]) -> TableSummary {
        let column = |name: &&str| Column {
            name: (*name).to_owned(),
            item_type: ItemType::Text,
            max_length: 8,
        };
        TableSummary {
            encoding: "UTF-8".to_owned(),
            has_bom: false,
            delimiter: ',',
            n_rows: 9,
            n_ragged_rows: 0,
            preamble: Vec::new(),
            overlong_row: None,
            row_after_gap: None,
            columns: names.iter().map(column).collect(),
        }
    }

    fn items(list: Vec<DataItemView>) -> Items {
        Items::new(list, OpenClass::None, ShareClass::Conditional)
    }

    fn meet(items: &mut Items, contents: Contents) -> Result<Option<String>, String> {
        items.meet("x.csv", &contents, false)
    }

    /// The items `code` and `name`, which is also called 名称.
    fn described() -> Items {
        let mut found = items(Vec::new());
        assert_eq!(meet(&mut found, Contents::Table(table(&["code", " name "]))), Ok(None));
        let mut list = found.list;
        list[1].label = "名称".to_owned();
        items(list)
    }

    #[track_caller]
    fn check(contents: Contents, is_checked: bool, refused: Option<&str>) {
        let mut described = described();
        let found = described.meet("x.csv", &contents, is_checked);
        match refused {
            None => assert_eq!(found, Ok(None), "{contents:?}"),
            Some(part) => {
                let reason = found.err().unwrap_or_default();
                assert!(reason.contains(part), "{contents:?}: {reason}");
            }
        }
        assert_eq!(described.list.len(), 2);
    }

    // Proves DL-02: a column without a class of its own never leaves with those that have one.
    #[test]
    fn columns_that_no_item_describes_are_refused() {
        for is_checked in [false, true] {
            let columns = |names: &[&str], refused| {
                check(Contents::Table(table(names)), is_checked, refused);
            };
            columns(&["code", "name"], None);
            columns(&[" code ", "名称 "], None);
            columns(
                &["id_card", "code", "phone"],
                Some("columns that items.csv does not describe: id_card, phone; describe each"),
            );
            columns(&["CODE"], Some("CODE"));
            columns(&["code", "name", "code "], Some("two columns that are called `code`"));
            columns(
                &["name", "code", "名称"],
                Some("the columns `name` and `名称` of the file `x.csv` are both the item"),
            );
            let overlong = TableSummary { overlong_row: Some(3), ..table(&["code"]) };
            check(Contents::Table(overlong), is_checked, Some("row 3"));
            let fields = |names: &[&str]| Records {
                names: names.iter().map(ToString::to_string).collect(),
                ..Records::default()
            };
            let records = |names: &[&str], refused| {
                check(Contents::Records(fields(names)), is_checked, refused);
            };
            records(&["name"], None);
            records(&["phone"], Some("describe: phone"));
            records(&["name", "名称"], Some("`name` and `名称`"));
            let foreign = Records { foreign: ["name".to_owned()].into(), ..fields(&["name"]) };
            check(Contents::Records(foreign), is_checked, Some("outside of the properties: name"));
            let unseen = Records { unseen: Some("x".to_owned()), ..fields(&["phone"]) };
            check(Contents::Records(unseen), is_checked, Some("describe: phone"));
        }
    }

    // Proves DL-02: where a program cannot compare, somebody must say to have looked.
    #[test]
    fn files_that_cannot_be_compared_need_somebody_who_looked_through_them() {
        let gap =
            || Contents::Table(TableSummary { row_after_gap: Some(4), ..table(&["code", "name"]) });
        check(gap(), false, Some("an empty line comes before row 4"));
        check(gap(), true, None);
        let nested = |reason: String| {
            Contents::Records(Records { unseen: Some(reason), ..Records::default() })
        };
        for contents in [Contents::Broken, Contents::Opaque, nested] {
            check(contents("XLSX is not looked into".to_owned()), false, Some("`items_checked`"));
            check(contents("XLSX is not looked into".to_owned()), true, None);
        }
    }

    #[test]
    fn the_name_of_an_item_goes_before_the_label_of_another() {
        let mut list = described().list;
        list[0].label = "name".to_owned();
        let mut crossed = items(list);
        assert_eq!(meet(&mut crossed, Contents::Table(table(&["code", "name"]))), Ok(None));
    }

    #[test]
    fn columns_of_every_file_become_items_of_the_class_of_the_entry() {
        let mut found = items(Vec::new());
        assert_eq!(meet(&mut found, Contents::Table(table(&["a", "b"]))), Ok(None));
        assert_eq!(meet(&mut found, Contents::Table(table(&["b", "c"]))), Ok(None));
        assert_eq!(meet(&mut found, Contents::Opaque("PDF".to_owned())), Ok(None));
        let remark = meet(&mut found, Contents::Broken("it is empty".to_owned()));

        assert_eq!(
            remark,
            Ok(Some(
                "the file `x.csv` was taken as it is: it is empty; items not checked".to_owned()
            ))
        );
        let names: Vec<_> = found.list.iter().map(|item| item.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        assert!(found.list.iter().all(|item| item.open_class == OpenClass::None));
        assert!(found.list.iter().all(|item| item.share_class == ShareClass::Conditional));
    }
}
