//! Taking files, and the receipt of each retrieval (DL-01, DL-04, DL-10).

use std::path::PathBuf;
use std::time::Instant;

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use futures::{Stream, StreamExt, stream};
use kaishu_store::blobs::BlobRead;
use kaishu_store::receipts::Under;
use kaishu_types::china::day_in_china;
use kaishu_types::dataset::{DatasetView, ResourceView};
use kaishu_types::receipt::{ReceiptView, Retrieved};
use kaishu_types::vocabulary::{OpenClass, ResourceKind};
use kaishu_types::{DatasetCode, ErrorCode, Lang, ReceiptCode, Remedy, RuleRef, text};

use crate::accounts::Caller;
use crate::retrieval::{Client, Taken};
use crate::rules::{FileAccess, PublicView};
use crate::tables::{LOOKED_AT, kept_back};
use crate::{Error, Portal, Result, Site, Text};

/// A file that may be taken.
#[derive(Debug, Clone)]
pub struct Download {
    /// Its facts.
    pub resource: ResourceView,
    /// The key of its bytes.
    pub blob_key: String,
    /// Its bytes on the local disk, where they are kept there.
    pub local_path: Option<PathBuf>,
    /// Size in bytes.
    pub size_bytes: u64,
    pub(crate) dataset: DatasetView,
    /// Who takes it.
    pub(crate) caller: Caller,
}

/// What a receipt says of what was taken.
pub(crate) struct Facts<'a> {
    pub(crate) kind: Retrieved,
    pub(crate) question: Option<String>,
    pub(crate) resource: Option<&'a ResourceView>,
    pub(crate) version: u32,
    pub(crate) file_name: String,
    pub(crate) size_bytes: Option<u64>,
    pub(crate) sha256: Option<String>,
    pub(crate) sm3: Option<String>,
    /// What it is open under.
    pub(crate) under: Under,
}

impl Portal {
    /// Decides whether a file may be taken, and finds it. One that stands at its provider is fetched first
    /// where what was fetched last is too old (PUB-11).
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such public file; `Forbidden` or `Unauthenticated` with the rule
    /// and the way where a grant or a login is needed; `Gone` where the dataset serves no data now;
    /// `SourceFailed` and `SourceSlow` where its provider gives nothing.
    pub async fn open_download(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        id: i64,
        lang: Lang,
    ) -> Result<Download> {
        let hidden = || Error::not_found("resource", format!("{id} of {code}"));
        let (view, number, resource) = self.takeable(caller, code, id, lang).await?;
        if resource.in_place.is_some() {
            return Box::pin(self.open_in_place(caller, &view.dataset, id, lang)).await;
        }
        check_released(&view, id, lang)?;
        let blob_key = kaishu_store::datasets::blob_key(&self.inner.store, code, id).await?;
        let blob_key = blob_key.ok_or_else(hidden)?;
        let size_bytes = resource
            .size_bytes
            .ok_or_else(|| Error::Internal(format!("resource {id} of {code} has no size")))?;
        let local_path = self.inner.blobs.local_file(&blob_key).await?;
        // Licence, provider and title are those of the last version that has the file.
        let dataset = self.as_of(&view, number).await?;
        let caller = caller.clone();
        Ok(Download { resource, blob_key, local_path, size_bytes, dataset, caller })
    }

    /// Decides whether the bytes of a file may be taken, as far as classes, state and login go. Returns the
    /// last version that lists it, with the file.
    pub(crate) async fn takeable(
        &self,
        caller: &Caller,
        code: &DatasetCode,
        id: i64,
        lang: Lang,
    ) -> Result<(PublicView, u32, ResourceView)> {
        let hidden = || Error::not_found("resource", format!("{id} of {code}"));
        let view = self.find_public(code).await?.ok_or_else(hidden)?;
        let dataset = &view.dataset;
        if !kaishu_domain::visibility::serves_data(dataset.state) {
            return Err(gone(dataset, lang));
        }
        match view.files {
            FileAccess::Free => {}
            FileAccess::ModuleOff => return Err(self.opening_is_off(lang)),
            // Listed by name only: no grant leads to it, either.
            FileAccess::NeedsGrant if dataset.fields.open.class == OpenClass::None => {
                return Err(hidden());
            }
            FileAccess::NeedsGrant if view.closes_silently => return Err(hidden()),
            // Before the number is looked up: it must not tell which files there are.
            FileAccess::NeedsGrant => return Err(self.needs_grant(dataset, lang)),
        }
        // A file leaves only if all versions it belongs to were wholly open, or the current one is.
        // Whether it leaves is decided by what is listed: the versions that show it were open.
        let mut versions = dataset.versions.iter().filter(|version| version.is_wholly_open);
        let listed = versions.find_map(|version| {
            let resource = version.resources.iter().find(|it| it.id == id)?;
            Some((version.number, resource.clone()))
        });
        let is_closed = view.closed_resources.contains(&id);
        let listed = listed.filter(|(_, it)| it.kind == ResourceKind::File && !is_closed);
        let Some((number, resource)) = listed else { return Err(hidden()) };
        if self.needs_login(caller) {
            return Err(self.login_needed(lang));
        }
        Ok((view, number, resource))
    }

    /// Refuses where nothing of a dataset is served, to anyone (SRCH-08, DL-08).
    pub(crate) fn check_serves(&self, view: &PublicView, lang: Lang) -> Result<()> {
        if !kaishu_domain::visibility::serves_data(view.dataset.state) {
            return Err(gone(&view.dataset, lang));
        }
        if view.files == FileAccess::ModuleOff { Err(self.opening_is_off(lang)) } else { Ok(()) }
    }

    /// Passes the bytes of a file on for as long as it may be taken: a suspension, a change of class and
    /// a finding end them with an error (DL-08).
    pub fn while_open<S>(
        &self,
        download: &Download,
        bytes: S,
    ) -> impl Stream<Item = std::io::Result<Bytes>> + Send + 'static
    where
        S: Stream<Item = std::io::Result<Bytes>> + Send + Unpin + 'static,
    {
        let state = (self.clone(), download.clone(), bytes, Instant::now(), false);
        stream::unfold(
            state,
            move |(portal, download, mut bytes, mut looked_at, is_ended)| async move {
                if is_ended {
                    return None;
                }
                let mut chunk = bytes.next().await?;
                if looked_at.elapsed() >= LOOKED_AT {
                    looked_at = Instant::now();
                    if portal.is_still_open(&download).await.is_err() {
                        chunk = Err(std::io::Error::other("the file is no longer open"));
                    }
                }
                let is_ended = chunk.is_err();
                Some((chunk, (portal, download, bytes, looked_at, is_ended)))
            },
        )
    }

    async fn is_still_open(&self, download: &Download) -> Result<()> {
        let caller = self.still_taking(&download.caller).await?;
        let (code, id) = (&download.dataset.code, download.resource.id);
        let (view, ..) = self.takeable(&caller, code, id, Lang::Zh).await?;
        check_released(&view, id, Lang::Zh)
    }

    /// Reads the bytes of a file, or a part of them.
    pub async fn read_download(
        &self,
        download: &Download,
        range: Option<std::ops::Range<u64>>,
    ) -> Result<BlobRead> {
        Ok(self.inner.blobs.get(&download.blob_key, range).await?)
    }

    /// Writes the receipt of a retrieval and counts the download. A request that goes on with a
    /// retrieval of the same client gets the receipt of that one.
    pub async fn issue_receipt(
        &self,
        download: &Download,
        client: Option<Client>,
    ) -> Result<ReceiptView> {
        let Download { resource, dataset, .. } = download;
        let facts = Facts {
            kind: Retrieved::Original,
            question: None,
            resource: Some(resource),
            version: resource.version,
            file_name: file_name(download),
            size_bytes: Some(download.size_bytes),
            sha256: resource.sha256.clone(),
            sm3: resource.sm3.clone(),
            under: Under::default(),
        };
        self.receipt_of(dataset, facts, client).await
    }

    /// Writes the receipt of a retrieval, or finds that of the one that this request goes on with.
    pub(crate) async fn receipt_of(
        &self,
        dataset: &DatasetView,
        facts: Facts<'_>,
        client: Option<Client>,
    ) -> Result<ReceiptView> {
        let now = self.now();
        let taken = Taken {
            resource: facts.resource.map(|resource| resource.id),
            version: (dataset.code.clone(), facts.version),
            kind: facts.kind,
            under: facts.under.clone(),
            what: match facts.kind {
                Retrieved::Export => {
                    format!("{} {}", facts.file_name, facts.question.as_deref().unwrap_or_default())
                }
                // What stands at its provider changes without a version.
                Retrieved::Original => facts
                    .resource
                    .filter(|it| it.in_place.is_some())
                    .and(facts.sha256.clone())
                    .unwrap_or_default(),
                Retrieved::Rows | Retrieved::Bundle | Retrieved::Verified | Retrieved::Offline => {
                    String::new()
                }
            },
        };
        // A grant says who takes it, from wherever.
        let client = if facts.under.grant.is_some() { Some(Client::NOBODY) } else { client };
        let issue = async || self.issue_new_receipt(dataset, facts, now).await;
        let Some(client) = client else { return issue().await };
        self.inner.retrievals.receipt(taken, client, now, issue).await
    }

    /// Writes the receipt of a retrieval that is one of its own.
    pub(crate) async fn issue_new_receipt(
        &self,
        dataset: &DatasetView,
        facts: Facts<'_>,
        now: DateTime<Utc>,
    ) -> Result<ReceiptView> {
        let today = day_in_china(now);
        let attribution = attribution(&self.site(), dataset, facts.version, today).zh;
        // What agencies share is not counted where the public reads it.
        let is_download = !matches!(facts.kind, Retrieved::Rows | Retrieved::Verified)
            && facts.under.organization.is_none();
        let title = facts.resource.map(|resource| resource.title.clone());
        let under = facts.under;
        let is_accepted = under.grant.is_none() && !dataset.fields.licence.is_empty();
        // Each copy under a grant is its own, and says so by its name.
        let is_marked =
            under.grant.is_some() && matches!(facts.kind, Retrieved::Export | Retrieved::Bundle);
        let receipt = |code: ReceiptCode| ReceiptView {
            file_name: match is_marked {
                true => text::marked_name(&facts.file_name, code.as_str()),
                false => facts.file_name,
            },
            code,
            dataset: dataset.code.clone(),
            dataset_title: dataset.fields.title.clone(),
            version: facts.version,
            kind: facts.kind,
            question: facts.question,
            resource_id: facts.resource.map(|resource| resource.id),
            resource_title: title.unwrap_or_default(),
            size_bytes: facts.size_bytes,
            sha256: facts.sha256,
            sm3: facts.sm3,
            provider: dataset.organization.clone(),
            licence: dataset.fields.licence.clone(),
            licence_accepted: is_accepted,
            retrieved_at: now,
            attribution,
        };
        let receipt =
            kaishu_store::receipts::create(&self.inner.store, today, &under, receipt).await?;
        if is_download {
            self.count_download(&dataset.code);
        }
        Ok(receipt)
    }

    /// Finds a receipt by its number; what agencies share is not told.
    pub async fn receipt(&self, code: &ReceiptCode) -> Result<ReceiptView> {
        kaishu_store::receipts::find_public(&self.inner.store, code)
            .await?
            .ok_or_else(|| Error::not_found("receipt", code.as_str()))
    }

    /// Returns a receipt as it is told in a language. The Chinese one is what was recorded; the
    /// English one says the same, with the English title where the title is still what it was.
    pub async fn receipt_in(&self, receipt: ReceiptView, lang: Lang) -> Result<ReceiptView> {
        if lang == Lang::Zh {
            return Ok(receipt);
        }
        let current = match self.dataset(&receipt.dataset).await {
            Ok(dataset) => Some(dataset),
            Err(error) if error.code() == ErrorCode::NotFound => None,
            Err(error) => return Err(error),
        };
        let current = current.filter(|it| it.fields.title == receipt.dataset_title);
        let title_en = current.and_then(|it| it.fields.title_en);
        let dataset_title = title_en.unwrap_or_else(|| receipt.dataset_title.clone());
        let [provider, title] =
            [receipt.provider.label(lang), &dataset_title].map(text::without_direction);
        let named = Attributed {
            code: &receipt.dataset,
            version: receipt.version,
            provider: &provider,
            title: &title,
        };
        let attribution = english_line(&self.site(), &named, day_in_china(receipt.retrieved_at));
        Ok(ReceiptView { dataset_title, attribution, ..receipt })
    }

    pub(crate) fn needs_grant(&self, dataset: &DatasetView, lang: Lang) -> Error {
        let rule = &self.policy().rules.open_app.approvers;
        Error::Refused {
            code: ErrorCode::Forbidden,
            message: lang
                .pick(
                    "这个文件里有需要授权的数据项，不能直接下载。",
                    "This file holds data items that need a grant; it cannot be taken directly.",
                )
                .to_owned(),
            rule: Some(rule.reference("open_app.approvers", lang)),
            remedy: Some(Remedy {
                text: lang.pick("申请使用", "Apply to use").to_owned(),
                link: format!("/datasets/{}/apply", dataset.code),
            }),
        }
    }

    pub(crate) fn opening_is_off(&self, lang: Lang) -> Error {
        let rule = &self.policy().rules.general.modules;
        Error::Refused {
            code: ErrorCode::Forbidden,
            message: lang
                .pick(
                    "现行规则只规定部门之间的共享，没有向社会开放数据的规定，不提供下载。",
                    "The rules in force cover sharing between agencies only, not opening to the public; nothing is offered for download.",
                )
                .to_owned(),
            rule: Some(rule.reference("modules", lang)),
            remedy: Some(Remedy {
                text: lang.pick("查看现行规则", "See the rules in force").to_owned(),
                link: "/rules".to_owned(),
            }),
        }
    }

    pub(crate) fn login_needed(&self, lang: Lang) -> Error {
        let rule = &self.policy().rules.login.unconditional;
        Error::Refused {
            code: ErrorCode::Unauthenticated,
            message: lang
                .pick(
                    "按照现行规则，无条件开放的数据登录后直接取得，不需要申请。",
                    "Under the rules in force, open data is taken after logging in; no application is needed.",
                )
                .to_owned(),
            rule: Some(rule.reference("login.unconditional", lang)),
            remedy: Some(Remedy {
                text: lang.pick("登录", "Log in").to_owned(),
                link: "/login".to_owned(),
            }),
        }
    }
}

/// Refuses a retrieval that nobody asked for yet: a receipt proves that somebody took a file (DL-04).
pub fn not_in_advance(lang: Lang) -> Error {
    Error::Refused {
        code: ErrorCode::Unavailable,
        message: lang
            .pick(
                "下载会开具回执，所以不能预先读取；需要文件时再打开这个地址。",
                "A download issues a receipt, so it is not fetched in advance; open this address when the file is wanted.",
            )
            .to_owned(),
        rule: None,
        remedy: None,
    }
}

/// Refuses a file in which something was found, or into which nobody looked yet (SEC-21).
pub(crate) fn check_released(view: &PublicView, id: i64, lang: Lang) -> Result<()> {
    match view.kept_back.get(&id) {
        Some(release) => Err(kept_back(&view.dataset.code, id, release, lang)),
        None => Ok(()),
    }
}

fn gone(dataset: &DatasetView, lang: Lang) -> Error {
    let reason = dataset.state_reason.clone().unwrap_or_default();
    let message = match lang {
        Lang::Zh => format!("数据集{}，现在不提供数据。{reason}", dataset.state.label(lang)),
        Lang::En => format!("The dataset is {}; no data is offered now. {reason}", dataset.state),
    };
    Error::Refused {
        code: ErrorCode::Gone,
        message: message.trim_end().to_owned(),
        rule: Some(RuleRef { id: "SRCH-08".to_owned(), article: String::new() }),
        remedy: Some(Remedy {
            text: lang.pick("查看说明", "See what happened").to_owned(),
            link: format!("/datasets/{}", dataset.code),
        }),
    }
}

/// Returns the name under which a file is saved: the uploaded one, or the title with the format.
pub fn file_name(download: &Download) -> String {
    let Download { resource, dataset, .. } = download;
    let format = resource.format.as_str();
    let uploaded = resource.file_name.as_deref().map(text::file_name);
    let name = uploaded.unwrap_or_else(|| format!("{}.{format}", text::file_name(&resource.title)));
    if name.is_empty() { format!("{}-{}.{format}", dataset.code, resource.id) } else { name }
}

/// Writes the line that attributes a dataset: source and date of retrieval (`attribution.rule`).
pub(crate) fn attribution(
    site: &Site,
    dataset: &DatasetView,
    version: u32,
    retrieved_on: NaiveDate,
) -> Text {
    let code = &dataset.code;
    // The line is pasted into other texts, which a name must not turn around.
    let [provider, title] = [dataset.organization.label(Lang::Zh), dataset.title(Lang::Zh)]
        .map(text::without_direction);
    let [provider_en, title_en] = [dataset.organization.label(Lang::En), dataset.title(Lang::En)]
        .map(text::without_direction);
    let address = format!("{}/datasets/{code}", site.base_url);
    let zh = format!(
        "来源：{provider}，《{title}》（{code}，第 {version} 版），{}，{address}，获取日期：{retrieved_on}。",
        site.name.zh,
    );
    let named = Attributed { code, version, provider: &provider_en, title: &title_en };
    Text { zh, en: english_line(site, &named, retrieved_on) }
}

/// What an attribution names.
struct Attributed<'a> {
    code: &'a DatasetCode,
    version: u32,
    provider: &'a str,
    title: &'a str,
}

fn english_line(site: &Site, named: &Attributed<'_>, retrieved_on: NaiveDate) -> String {
    let Attributed { code, version, provider, title } = named;
    let Site { name, base_url, .. } = site;
    format!(
        "Source: {provider}, “{title}” ({code}, version {version}), {}, {base_url}/datasets/{code}, retrieved on {retrieved_on}.",
        name.en,
    )
}
