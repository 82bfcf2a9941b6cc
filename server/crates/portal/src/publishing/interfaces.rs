//! Interfaces of drafts: the address of an API in the place of a file (PUB-01).

use kaishu_domain::policy::Module;
use kaishu_store::StoreError;
use kaishu_types::draft::DraftResource;
use kaishu_types::vocabulary::{Format, ResourceKind};
use kaishu_types::{ErrorCode, Lang};
use reqwest::Url;

use super::files::MAX_FILES;
use crate::accounts::Caller;
use crate::{Error, Portal, Result};

/// Longest title, address and description, in characters.
const MAX_TITLE_CHARS: usize = 200;
const MAX_URL_CHARS: usize = 1_000;
const MAX_DESCRIPTION_CHARS: usize = 2_000;

/// An interface that a provider serves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NewInterface<'a> {
    /// What people call it.
    pub title: &'a str,
    /// Where it is called: an address of the web.
    pub url: &'a str,
    /// How it is called, and where its manual is; may be empty.
    pub description: &'a str,
}

impl Portal {
    /// Whether entries are opened at all under the profile, so that an interface may be named.
    pub fn takes_interfaces(&self) -> bool {
        self.policy().has_module(Module::Open)
    }

    /// Adds an interface to a draft. Nothing is fetched from it. Returns the new revision.
    ///
    /// # Errors
    ///
    /// As [`save_draft`](Self::save_draft); `Forbidden` with the rule where the profile opens nothing,
    /// `InvalidInput` naming each field that is wrong.
    pub async fn add_draft_interface(
        &self,
        caller: &Caller,
        (case, revision): (i64, u32),
        new: NewInterface<'_>,
        lang: Lang,
    ) -> Result<u32> {
        self.check_interfaces(lang)?;
        self.check_takes_files(caller, case, lang).await?;
        let draft = self.draft(caller, case, lang).await?;
        if draft.revision != revision {
            let what = "somebody else saved this entry since".to_owned();
            return Err(StoreError::Conflict { what }.into());
        }
        if draft.document.resources.len() >= MAX_FILES {
            let message = lang.pick("一个数据集最多 200 个文件", "an entry has 200 files at most");
            return Err(Error::field("url", message));
        }
        let resource = read(new, lang)?;
        let mut document = draft.document;
        if document.resources.iter().any(|it| it.url == resource.url) {
            let message = lang.pick("这个地址已经登记", "this address is there already");
            return Err(Error::field("url", message));
        }
        document.resources.push(resource);
        self.save_draft(caller, case, revision, document, lang).await
    }

    fn check_interfaces(&self, lang: Lang) -> Result<()> {
        if self.takes_interfaces() {
            return Ok(());
        }
        let modules = &self.policy().rules.general.modules;
        let message = lang.pick(
            "现行规则没有数据开放，不能登记接口",
            "the rules in force open no data, so no interface is named",
        );
        Err(Error::Refused {
            code: ErrorCode::Forbidden,
            message: message.to_owned(),
            rule: Some(modules.reference("modules", lang)),
            remedy: None,
        })
    }
}

/// Reads an interface; names everything that is wrong at once.
fn read(new: NewInterface<'_>, lang: Lang) -> Result<DraftResource> {
    let mut faults = Vec::new();
    let mut wrong = |field: &str, message: String| {
        faults.push(kaishu_types::FieldError { field: field.to_owned(), message });
    };
    let (title, address) = (new.title.trim(), new.url.trim());
    if !(1..=MAX_TITLE_CHARS).contains(&title.chars().count()) {
        wrong("title", lang.pick("名称为 1 至 200 个字", "has 1 to 200 characters").to_owned());
    }
    let description = new.description.trim();
    if description.chars().count() > MAX_DESCRIPTION_CHARS {
        wrong(
            "description",
            lang.pick("最多 2000 个字", "has 2,000 characters at most").to_owned(),
        );
    }
    let url = Url::parse(address).ok().filter(|url| {
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        is_web && url.username().is_empty() && url.password().is_none()
    });
    let url = url.filter(|_| address.chars().count() <= MAX_URL_CHARS);
    if url.is_none() {
        let text = lang.pick(
            "请填写 http 或者 https 开头的地址，不带用户名和密码",
            "is an address with http or https, without a name or a password",
        );
        wrong("url", text.to_owned());
    }
    let Some(url) = url.filter(|_| faults.is_empty()) else {
        return Err(Error::InvalidInput(faults));
    };
    Ok(DraftResource {
        title: title.to_owned(),
        description: (!description.is_empty()).then(|| description.to_owned()),
        kind: ResourceKind::Api,
        format: Format::Api,
        media_type: None,
        url: Some(url.to_string()),
        in_place: None,
        file_name: None,
        size_bytes: None,
        sha256: None,
        sm3: None,
        blob_key: None,
    })
}
