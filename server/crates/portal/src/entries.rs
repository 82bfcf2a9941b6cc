//! Reading: the public entry of a dataset and what its pages show.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use kaishu_domain::policy::Fees;
use kaishu_domain::visibility;
use kaishu_store::grants::Grant;
use kaishu_store::tables::is_tabular;
use kaishu_types::DatasetCode;
use kaishu_types::access::DeliveryMode;
use kaishu_types::dataset::{BasisOfChange, DatasetView, ResourceView, VersionView};
use kaishu_types::vocabulary::{Format, OpenClass, ResourceKind};
use serde_json::Value;

use crate::accounts::Caller;
use crate::directory::Directory;
use crate::downloads::attribution;
use crate::in_place::Fetched;
use crate::look::Look;
use crate::rules::{ArticleQuote, FileAccess, PublicView};
use crate::tables::FileRelease;
use crate::{Error, Portal, Result, Text};

/// What the page of a dataset shows.
pub struct DatasetPage {
    /// The entry, without what the public may not know.
    pub dataset: DatasetView,
    /// The words for its codes.
    pub terms: Arc<Directory>,
    /// Whether its files can be taken without a grant.
    pub may_download: bool,
    /// Files that may not be taken as they are, though the rules would open them (SEC-21).
    pub kept_back: HashMap<i64, FileRelease>,
    /// When files that stand at their provider were last fetched (PUB-11).
    pub fetched: BTreeMap<i64, Fetched>,
    /// Whether open data is for those who are logged in (`login.unconditional`).
    pub opens_after_login: bool,
    /// Whether the reader has to log in before it is taken.
    pub needs_login: bool,
    /// The article that demands it, where one does.
    pub login_rule: Option<Arc<ArticleQuote>>,
    /// The article behind its class.
    pub class_rule: Option<Arc<ArticleQuote>>,
    /// The article that demands attribution (`attribution.rule`).
    pub attribution_rule: Option<Arc<ArticleQuote>>,
    /// What opening costs (`fees`).
    pub fees: Fees,
    /// The article on what opening costs, where one speaks of it.
    pub fees_rule: Option<Arc<ArticleQuote>>,
    /// Formats of its data, whether or not the files are listed.
    pub formats: Vec<Format>,
    /// The line that attributes it, for today.
    pub citation: Text,
    /// schema.org description.
    pub json_ld: serde_json::Value,
    /// Working days until an application is answered.
    pub reply_working_days: u32,
    /// The number under which it was filed, where the rules demand a filing (REV-08).
    pub filing: Option<String>,
    /// What the reader may have besides, by grants that are in force.
    pub grants: Vec<Grant>,
    /// Whether its provider wrote the licence of its open data, or takes one over (yulin 30).
    pub has_licence_text: bool,
    /// Whether the terms of the platform are to be accepted before these open anything (AGR-03).
    pub must_accept: bool,
    /// What can be seen of conditional data before an application.
    pub look: Option<Look>,
    /// Whether holders of grants show results of their use of it.
    pub has_results: bool,
}

/// What the page of one version shows (CAT-10).
pub struct VersionPage {
    /// The entry as the version said it.
    pub said: DatasetPage,
    /// The version.
    pub version: VersionView,
    /// The number of the version that serves now.
    pub current: u32,
    /// What differs from the version that was shown before.
    pub changes: Vec<FieldChange>,
    /// On what the change rests (CAT-10).
    pub basis: Option<BasisOfChange>,
}

/// A field that two versions say differently.
pub struct FieldChange {
    /// Its name in the catalogue.
    pub field: String,
    /// What the version before said.
    pub before: Value,
    /// What this version says.
    pub after: Value,
}

impl DatasetPage {
    /// Whether the reader can take files at once: without a grant and without a login that is missing.
    pub fn is_free(&self) -> bool {
        self.may_download && !self.needs_login
    }

    /// Whether the reader can take the bytes of a file at once.
    pub fn can_take(&self, resource: &ResourceView) -> bool {
        !self.needs_login && self.leaves(resource)
    }

    /// Whether the reader can take the bytes of a file once logged in.
    pub fn waits_for_login(&self, resource: &ResourceView) -> bool {
        self.needs_login && self.leaves(resource)
    }

    fn leaves(&self, resource: &ResourceView) -> bool {
        self.may_download
            && resource.kind == ResourceKind::File
            && !self.kept_back.contains_key(&resource.id)
    }

    /// Whether a file is of a kind that tables are made of, and anyone may see some column of it. What
    /// came of the file, its page says.
    pub fn has_table(&self, resource: &ResourceView) -> bool {
        let is_open = |class: OpenClass| class == OpenClass::Unconditional;
        let is_some_open = self.may_download
            || self.dataset.items.iter().any(|item| is_open(item.open_class))
            || self.grants.iter().any(|grant| grant.mode == DeliveryMode::Download);
        is_some_open && !self.needs_login && is_tabular(resource)
    }
}

impl Portal {
    /// Finds the public entry of a dataset: what the public may not know is not in it (SRCH-04).
    ///
    /// # Errors
    ///
    /// `NotFound` for an unknown code and for an entry that is not public: the two look alike.
    pub async fn dataset(&self, code: &DatasetCode) -> Result<DatasetView> {
        Ok(self.public_entry(code).await?.dataset)
    }

    async fn public_entry(&self, code: &DatasetCode) -> Result<PublicView> {
        let found = self.find_public(code).await?;
        found.ok_or_else(|| Error::not_found("dataset", code.as_str()))
    }

    /// Gathers what the page of a dataset shows (SRCH-03).
    pub async fn dataset_page(&self, caller: &Caller, code: &DatasetCode) -> Result<DatasetPage> {
        let found = self.find_for(caller, code).await?;
        let view = found.ok_or_else(|| Error::not_found("dataset", code.as_str()))?;
        let filing = self.filing_of(code).await?.map(|filed| filed.shown());
        let has_licence_text = match view.dataset.fields.open.class {
            OpenClass::Unconditional => {
                self.open_licence(&view.dataset.organization.code).await?.is_some()
            }
            _ => false,
        };
        let mut grants = self.grants_in_force(caller, code).await?;
        let must_accept = match caller.account().filter(|_| !grants.is_empty()) {
            Some(account) => self.must_accept(account).await?,
            None => false,
        };
        grants.extend(self.share_in_force(caller, code).await?);
        let fetched = match view.dataset.resources.iter().any(|it| it.in_place.is_some()) {
            true => self.fetched(code).await?,
            false => BTreeMap::new(),
        };
        let look = Box::pin(self.look(&view.dataset)).await?;
        let has_results = self.has_results(code).await?;
        let page = self.page_of(caller, view);
        Ok(DatasetPage {
            filing,
            grants,
            has_licence_text,
            must_accept,
            fetched,
            look,
            has_results,
            ..page
        })
    }

    pub(crate) fn page_of(&self, caller: &Caller, view: PublicView) -> DatasetPage {
        let PublicView { dataset, files, formats, kept_back, .. } = view;
        let may_download = files == FileAccess::Free;
        let site = self.site();
        let citation = attribution(&site, &dataset, dataset.version, self.today());
        let terms = self.directory();
        let json_ld = kaishu_interop::schema_org::dataset(
            &dataset,
            &site.base_url,
            terms.uri("licence", &dataset.fields.licence),
        );
        DatasetPage {
            may_download,
            kept_back,
            fetched: BTreeMap::new(),
            opens_after_login: self.opens_after_login(),
            needs_login: self.needs_login(caller),
            login_rule: self.login_rule(),
            class_rule: self.class_rule(dataset.fields.open.class),
            attribution_rule: self.attribution_rule(),
            fees: self.fees(),
            fees_rule: self.fees_rule(),
            formats,
            citation,
            json_ld,
            reply_working_days: self.reply_working_days(),
            filing: None,
            grants: Vec::new(),
            has_licence_text: false,
            must_accept: false,
            look: None,
            has_results: false,
            terms,
            dataset,
        }
    }

    /// Gathers what the page of a version shows (DL-10).
    ///
    /// # Errors
    ///
    /// `NotFound` of a `dataset`, or of a `version` where only that is missing.
    pub async fn version_page(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        number: u32,
    ) -> Result<VersionPage> {
        let mut view = self.public_entry(code).await?;
        let current = view.dataset.version;
        let mut versions = view.dataset.versions.iter();
        let version = versions.find(|version| version.number == number).cloned();
        let version =
            version.ok_or_else(|| Error::not_found("version", format!("{number} of {code}")))?;
        let before = versions.next().map(|before| before.number);
        let said = self.as_of(&view, number).await?;
        let changes = match before {
            Some(before) => changes(&self.as_of(&view, before).await?, &said, &version)?,
            None => Vec::new(),
        };
        view.dataset = said;
        let basis = self.basis_of(code, number).await?;
        Ok(VersionPage { said: self.page_of(caller, view), version, current, changes, basis })
    }

    /// Returns an entry as one of its public versions said it. What is closed today stays closed.
    pub(crate) async fn as_of(&self, view: &PublicView, number: u32) -> Result<DatasetView> {
        let now = &view.dataset;
        if number == now.version {
            return Ok(now.clone());
        }
        let unknown = || Error::not_found("version", format!("{number} of {}", now.code));
        if !now.versions.iter().any(|version| version.number == number) {
            return Err(unknown());
        }
        let found = kaishu_store::datasets::version(&self.inner.store, &now.code, number).await?;
        let said = found.ok_or_else(unknown)?;
        // What was closed since stays closed, unless it is open again today.
        let is_hidden = |text: &String| {
            let is_told = now.items.iter().any(|item| item.name == *text || item.label == *text);
            said.hidden_since.contains(text) && !is_told
        };
        let items: Vec<_> = visibility::public_items(&said.items)
            .filter(|item| !is_hidden(&item.name) && !is_hidden(&item.label))
            .cloned()
            .collect();
        let mut fields = said.fields;
        self.keep_public_sources(&mut fields.provenance).await?;
        fields.record_key.clear();
        let class = visibility::shown_class(fields.open.class, visibility::classes(&items));
        fields.open.class = class;
        Ok(DatasetView {
            items,
            fields,
            organization: said.organization.unwrap_or_else(|| now.organization.clone()),
            version: number,
            ..now.clone()
        })
    }
}

/// Lists what a version says differently from the one before, of the fields it names as changed.
fn changes(
    before: &DatasetView,
    after: &DatasetView,
    version: &VersionView,
) -> Result<Vec<FieldChange>> {
    let [old, new] = [before, after].map(|it| serde_json::to_value(&it.fields));
    let written = |error| Error::Internal(format!("fields cannot be written: {error}"));
    let (old, new) = (old.map_err(written)?, new.map_err(written)?);
    let mut changes = Vec::new();
    for field in &version.changed_fields {
        let (before, after) = match field.as_str() {
            "organization" => {
                (before.organization.name.clone().into(), after.organization.name.clone().into())
            }
            name => (old[name].clone(), new[name].clone()),
        };
        if before != after {
            changes.push(FieldChange { field: field.clone(), before, after });
        }
    }
    Ok(changes)
}
