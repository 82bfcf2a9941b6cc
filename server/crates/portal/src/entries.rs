//! Reading: the public entry of a dataset and what its pages show.

use std::sync::Arc;

use kaishu_domain::policy::Fees;
use kaishu_types::DatasetCode;
use kaishu_types::dataset::{DatasetView, VersionView};
use kaishu_types::vocabulary::Format;

use crate::directory::Directory;
use crate::downloads::attribution;
use crate::rules::{ArticleQuote, FileAccess, PublicView};
use crate::{Error, Portal, Result, Text};

/// What the page of a dataset shows.
pub struct DatasetPage {
    /// The entry, without what the public may not know.
    pub dataset: DatasetView,
    /// The words for its codes.
    pub terms: Arc<Directory>,
    /// Whether its files can be taken without a grant.
    pub may_download: bool,
    /// Why a login is needed for open data, where it is (`login.unconditional`).
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
}

/// What the page of one version shows.
pub struct VersionPage {
    /// The entry as it is now.
    pub dataset: DatasetView,
    /// The version.
    pub version: VersionView,
    /// Whether its files can be taken without a grant.
    pub may_download: bool,
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
    pub async fn dataset_page(&self, code: &DatasetCode) -> Result<DatasetPage> {
        let PublicView { dataset, files, formats, .. } = self.public_entry(code).await?;
        let may_download = files == FileAccess::Free;
        let site = self.site();
        let citation = attribution(&site, &dataset, dataset.version, self.today());
        let terms = self.directory();
        let json_ld = kaishu_interop::schema_org::dataset(
            &dataset,
            &site.base_url,
            terms.uri("licence", &dataset.fields.licence),
        );
        Ok(DatasetPage {
            may_download,
            login_rule: self.login_rule(),
            class_rule: self.class_rule(dataset.fields.open.class),
            attribution_rule: self.attribution_rule(),
            fees: self.fees(),
            fees_rule: self.fees_rule(),
            formats,
            citation,
            json_ld,
            reply_working_days: self.reply_working_days(),
            terms,
            dataset,
        })
    }

    /// Gathers what the page of a version shows (DL-10).
    ///
    /// # Errors
    ///
    /// `NotFound` of a `dataset`, or of a `version` where only that is missing.
    pub async fn version_page(&self, code: &DatasetCode, number: u32) -> Result<VersionPage> {
        let found = self.public_entry(code).await?;
        let may_download = found.files == FileAccess::Free;
        let dataset = found.dataset;
        let version = dataset.versions.iter().find(|version| version.number == number).cloned();
        let version =
            version.ok_or_else(|| Error::not_found("version", format!("{number} of {code}")))?;
        Ok(VersionPage { dataset, version, may_download })
    }
}
