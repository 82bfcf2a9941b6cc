//! Catalogues to fill a portal with.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use kaishu_portal::importing::Folder;

const REGIONS: &str = "code,name,name_en,level,parent,authority,description\n\
    YX,云溪州,Yunxi,prefecture,,,演示\n\
    YX-QH,清河县,Qinghe,county,YX,,演示\n";

const ORGANIZATIONS: &str = "code,name,name_en,kind,level,region,parent,description,responsible_head,contact,homepage\n\
    YX-T,测试局,Test Bureau,state_organ,prefecture,YX,,测试,,,\n\
    YX-U,试验局,Trial Bureau,state_organ,prefecture,YX,,试验,,,\n";

const CATALOGUE_HEAD: &str = "code,title,summary,keywords,theme,organization,region,kind,frequency,licence,open_class,share_class,share_conditions,security_level,published_at,updated_at,open_materials,open_conditions,open_modes";

const ITEMS_HEAD: &str = "dataset,name,label,type,unit,length,description,open_class,share_class,sensitive,mask,release_reason";

const RESOURCES_HEAD: &str =
    "dataset,title,description,path,url,format,kind,media_type,items_checked";

/// Returns the demonstration catalogue of this project.
pub fn demonstration() -> Folder {
    Folder::Disk(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo"))
}

/// A small catalogue, dataset by dataset.
#[derive(Debug, Default, Clone)]
pub struct Catalogue {
    organizations: Vec<String>,
    datasets: Vec<String>,
    items: Vec<String>,
    resources: Vec<String>,
    files: BTreeMap<String, Bytes>,
}

/// Writes a cell of a CSV table.
fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

impl Catalogue {
    /// Adds a dataset of a class.
    #[must_use]
    pub fn dataset(mut self, code: &str, title: &str, open_class: &str) -> Self {
        let title = cell(title);
        self.datasets.push(format!(
            "{code},{title},{title},关键词{code},other,YX-T,YX,business,yearly,open-licence,{open_class},unconditional,,1,2026-01-01T00:00:00Z,2026-10-01T00:00:00Z,,,"
        ));
        self
    }

    /// Adds an organization of the prefecture, besides `YX-T` and `YX-U`.
    #[must_use]
    pub fn organization(mut self, code: &str, name: &str) -> Self {
        self.organizations.push(format!("{code},{name},,state_organ,prefecture,YX,,{name},,,"));
        self
    }

    /// Opens the last dataset on conditions, which are separated by semicolons, in these ways.
    #[must_use]
    pub fn on_conditions(mut self, conditions: &str, modes: &str) -> Self {
        if let Some(line) = self.datasets.last_mut() {
            let kept = line.trim_end_matches(",,").len();
            line.truncate(kept);
            line.push_str(&format!(",{},{}", cell(conditions), cell(modes)));
        }
        self
    }

    /// Promises that the last dataset is updated every day, which it was not for weeks.
    #[must_use]
    pub fn overdue(mut self) -> Self {
        if let Some(line) = self.datasets.last_mut() {
            *line = line.replace(",yearly,", ",daily,");
        }
        self
    }

    /// Shares the last dataset in another class, on conditions that are separated by semicolons.
    #[must_use]
    pub fn shared(mut self, class: &str, conditions: &str) -> Self {
        if let Some(line) = self.datasets.last_mut() {
            *line =
                line.replace(",unconditional,,1,", &format!(",{class},{},1,", cell(conditions)));
        }
        self
    }

    /// Lets the last dataset, which is open on conditions, demand materials of applicants, separated by semicolons.
    #[must_use]
    pub fn demanding(mut self, materials: &str) -> Self {
        if let Some(line) = self.datasets.last_mut() {
            *line = line.replace("00:00Z,,\"", &format!("00:00Z,{},\"", cell(materials)));
        }
        self
    }

    /// Adds a data item that is opened in one class and shared in another, a text.
    #[must_use]
    pub fn shared_item(mut self, dataset: &str, name: &str, classes: (&str, &str)) -> Self {
        let (open, share) = classes;
        self.items.push(format!("{dataset},{name},{name}标签,text,,,,{open},{share},false,,"));
        self
    }

    /// Puts the last dataset under another licence and another provider.
    #[must_use]
    pub fn under(mut self, licence: &str, organization: &str) -> Self {
        if let Some(line) = self.datasets.last_mut() {
            *line = line
                .replace(",open-licence,", &format!(",{licence},"))
                .replace(",YX-T,YX,", &format!(",{organization},YX,"));
        }
        self
    }

    /// Adds a data item of a class, a text.
    #[must_use]
    pub fn item(self, dataset: &str, name: &str, open_class: &str) -> Self {
        self.typed_item(dataset, name, "text", open_class)
    }

    /// Adds a data item of a type and a class.
    #[must_use]
    pub fn typed_item(mut self, dataset: &str, name: &str, kind: &str, open_class: &str) -> Self {
        self.items.push(format!(
            "{dataset},{name},{name}标签,{kind},,,,{open_class},unconditional,false,,"
        ));
        self
    }

    /// Adds an open data item, a text of so many characters at most.
    #[must_use]
    pub fn short_item(mut self, dataset: &str, name: &str, length: u32) -> Self {
        self.items.push(format!(
            "{dataset},{name},{name}标签,text,,{length},,unconditional,unconditional,false,,"
        ));
        self
    }

    /// Adds a sensitive data item of a class.
    #[must_use]
    pub fn sensitive_item(mut self, dataset: &str, name: &str, open_class: &str) -> Self {
        self.items
            .push(format!("{dataset},{name},{name}标签,text,,,,{open_class},conditional,true,,"));
        self
    }

    /// Adds an open data item that is released through a mask.
    #[must_use]
    pub fn masked_item(mut self, dataset: &str, name: &str, mask: &str) -> Self {
        self.items.push(format!(
            "{dataset},{name},{name}标签,text,,,,unconditional,unconditional,true,{mask},"
        ));
        self
    }

    /// Adds a file of the format that its name says, else a table.
    #[must_use]
    pub fn file(mut self, dataset: &str, name: &str, bytes: &[u8]) -> Self {
        let path = cell(&format!("tables/{name}"));
        let kind = match name.rsplit('.').next() {
            Some("json") => "json,file,application/json",
            Some("pdf") => "pdf,file,application/pdf",
            Some("geojson") => "geojson,file,application/geo+json",
            Some("zip") => "zip,file,application/zip",
            _ => "csv,file,text/csv",
        };
        self.resources.push(format!("{dataset},{},,{path},,{kind},", cell(name)));
        self.files.insert(format!("tables/{name}"), Bytes::copy_from_slice(bytes));
        self
    }

    /// Adds a file that its catalogue calls so, which may be wrong or nothing at all; somebody says that
    /// nothing is in it but what the data items describe.
    #[must_use]
    pub fn file_called(mut self, dataset: &str, name: &str, format: &str, bytes: &[u8]) -> Self {
        let path = format!("tables/{name}");
        let (title, place) = (cell(name), cell(&path));
        self.resources.push(format!("{dataset},{title},,{place},,{format},file,,true"));
        self.files.insert(path, Bytes::copy_from_slice(bytes));
        self
    }

    /// Returns the tables.
    pub fn folder(self) -> Folder {
        let table =
            |head: &str, lines: &[String]| Bytes::from(format!("{head}\n{}\n", lines.join("\n")));
        let mut files = self.files;
        files.insert("regions.csv".to_owned(), Bytes::from_static(REGIONS.as_bytes()));
        let organizations = table(ORGANIZATIONS.trim_end(), &self.organizations);
        files.insert("organizations.csv".to_owned(), organizations);
        files.insert("catalogue.csv".to_owned(), table(CATALOGUE_HEAD, &self.datasets));
        if !self.items.is_empty() {
            files.insert("items.csv".to_owned(), table(ITEMS_HEAD, &self.items));
        }
        if !self.resources.is_empty() {
            files.insert("resources.csv".to_owned(), table(RESOURCES_HEAD, &self.resources));
        }
        Folder::Memory(Arc::new(files))
    }
}
