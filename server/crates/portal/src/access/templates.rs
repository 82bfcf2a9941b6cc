//! Templates of agreements: written by each provider, or by the authority for those that have none (AGR-02, yulin 30).

use std::collections::BTreeMap;

use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Action;
use kaishu_domain::policy::AgreementDocument;
use kaishu_domain::templates::{self as rules, LineChange, TemplateFault};
use kaishu_domain::terms;
use kaishu_store::Reads;
use kaishu_store::templates::{self, Owner, TemplateVersion};
use kaishu_types::draft::DraftDocument;
use kaishu_types::vocabulary::OpenClass;
use kaishu_types::{ErrorCode, FieldError, Lang};
use sha2::{Digest, Sha256};

use super::terms::hex;
use crate::accounts::Caller;
use crate::cases::LogAct;
use crate::{Error, Portal, Result};

/// Longest note on what is new, in characters.
const MAX_NOTE: usize = 500;
/// What the log calls it.
const KIND: &str = "agreement_template";

/// A template as somebody wrote it down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TemplateForm<'a> {
    /// The text, with its blanks.
    pub text: &'a str,
    /// What is new.
    pub note: &'a str,
    /// The number of the own version that was read, 0 before the first.
    pub read: u32,
}

/// A document of an owner in the list of templates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateCard {
    /// Whose it is.
    pub owner: Owner,
    /// The name of the organization or the region.
    pub name: String,
    /// The document.
    pub document: AgreementDocument,
    /// The own version in force.
    pub own: Option<TemplateVersion>,
    /// What stands in its place where there is none.
    pub inherited: Option<TemplateVersion>,
}

/// All that the page of a template shows.
pub struct TemplateDesk {
    /// Whose it is, and what is in force.
    pub card: TemplateCard,
    /// The own versions, the newest first.
    pub versions: Vec<TemplateVersion>,
    /// What stands in the form before anything is typed: what is in force, or what the portal proposes.
    pub proposed: String,
}

/// A template filled in with an example.
pub struct TemplatePreview {
    /// The document, as it would be offered.
    pub text: String,
    /// What differs from what is in force; empty where nothing is.
    pub changes: Vec<LineChange>,
}

impl Portal {
    /// Lists the templates of the agencies for which somebody writes them.
    ///
    /// # Errors
    ///
    /// Refused for who writes none.
    pub async fn own_templates(&self, caller: &Caller, lang: Lang) -> Result<Vec<TemplateCard>> {
        let action = Action::KeepTemplates;
        let held = caller.held_for(action).filter_map(|held| held.organization.as_ref());
        let codes = held.map(|code| Owner::Organization(code.to_string()));
        self.template_cards(caller, (action, codes.collect()), lang).await
    }

    /// Lists the templates that somebody writes for an authority.
    ///
    /// # Errors
    ///
    /// Refused for who writes none.
    pub async fn default_templates(
        &self,
        caller: &Caller,
        lang: Lang,
    ) -> Result<Vec<TemplateCard>> {
        let action = Action::KeepDefaultTemplates;
        let held = caller.held_for(action).filter_map(|held| held.region.as_ref());
        let codes = held.map(|code| Owner::Region(code.to_string()));
        self.template_cards(caller, (action, codes.collect()), lang).await
    }

    async fn template_cards(
        &self,
        caller: &Caller,
        (action, mut owners): (Action, Vec<Owner>),
        lang: Lang,
    ) -> Result<Vec<TemplateCard>> {
        if !caller.may_ever(action) {
            return Err(crate::cases::not_covered(caller, action, lang));
        }
        owners.sort_by(|one, other| one.code().cmp(other.code()));
        owners.dedup();
        let mut cards = Vec::new();
        for owner in owners {
            for document in self.template_documents(&owner) {
                cards.push(self.template_card(&owner, document, lang).await?);
            }
        }
        Ok(cards)
    }

    /// The documents that an owner has templates of; the terms of the platform are of its own authority.
    fn template_documents(&self, owner: &Owner) -> Vec<AgreementDocument> {
        let mut documents = rules::of_profile(self.policy());
        let is_platform = *owner == self.platform_owner();
        if is_platform && rules::asks_for_platform_terms(self.policy()) {
            documents.push(AgreementDocument::PlatformAgreement);
        }
        documents
    }

    /// Whose terms of the platform are accepted: those of the authority of this portal.
    pub(super) fn platform_owner(&self) -> Owner {
        Owner::Region(self.site().region.clone())
    }

    async fn template_card(
        &self,
        owner: &Owner,
        document: AgreementDocument,
        lang: Lang,
    ) -> Result<TemplateCard> {
        let store = &self.inner.store;
        let own = templates::current(store, owner, document.as_str()).await?;
        let inherited = match &own {
            Some(_) => None,
            None => self.inherited(store, owner, document).await?,
        };
        let name = self.owner_name(owner, lang);
        Ok(TemplateCard { owner: owner.clone(), name, document, own, inherited })
    }

    /// The name of an organization or a region.
    pub fn owner_name(&self, owner: &Owner, lang: Lang) -> String {
        let directory = self.directory();
        let named = match owner {
            Owner::Organization(code) => directory.organization(code).map(|it| &it.named),
            Owner::Region(code) => directory.region(code).map(|it| &it.named),
        };
        named.map_or_else(|| owner.code().to_owned(), |named| named.label(lang).to_owned())
    }

    /// What an owner takes over that has no template of its own: that of the authority of its region, or of the next
    /// one above that has one. The terms of the platform are taken over from nobody.
    async fn inherited(
        &self,
        store: &impl Reads,
        owner: &Owner,
        document: AgreementDocument,
    ) -> Result<Option<TemplateVersion>> {
        if document == AgreementDocument::PlatformAgreement {
            return Ok(None);
        }
        let directory = self.directory();
        let region = match owner {
            Owner::Organization(code) => {
                directory.organization(code).map(|it| it.region.code.clone())
            }
            Owner::Region(code) => Some(code.clone()),
        };
        let region = region.unwrap_or_else(|| self.site().region.clone());
        let mut regions: Vec<String> = directory
            .region_and_above(&region)
            .into_iter()
            .map(|region| region.named.code.clone())
            .collect();
        // An agency of no known place is of the authority that runs the portal.
        if !regions.contains(&self.site().region) {
            regions.push(self.site().region.clone());
        }
        for code in regions {
            let above = Owner::Region(code);
            if above == *owner {
                continue;
            }
            if let Some(found) = templates::current(store, &above, document.as_str()).await? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Finds the template that a document of a provider is written from: its own, or the one it takes over.
    pub(crate) async fn template_for(
        &self,
        organization: &str,
        document: AgreementDocument,
    ) -> Result<Option<TemplateVersion>> {
        let store = &self.inner.store;
        let owner = Owner::Organization(organization.to_owned());
        match templates::current(store, &owner, document.as_str()).await? {
            Some(own) => Ok(Some(own)),
            None => self.inherited(store, &owner, document).await,
        }
    }

    /// Returns the licence of a provider's open data, filled in; none where the profile asks for none, or nobody has
    /// written one (yulin 30).
    ///
    /// # Errors
    ///
    /// Fails where the store does.
    pub async fn open_licence(&self, organization: &str) -> Result<Option<TemplateVersion>> {
        let document = AgreementDocument::OpenLicence;
        if !rules::of_profile(self.policy()).contains(&document) {
            return Ok(None);
        }
        let found = self.template_for(organization, document).await?;
        let provider = self.owner_name(&Owner::Organization(organization.to_owned()), Lang::Zh);
        Ok(found.map(|version| {
            let text = terms::licence(&version.text, self.policy(), &provider);
            let sha256 = hex(&Sha256::digest(text.as_bytes()));
            TemplateVersion { text, sha256, ..version }
        }))
    }

    /// Lists what would be signed for an entry and has no template; nothing of an entry that is not conditional.
    pub(crate) async fn without_template(
        &self,
        document: &DraftDocument,
    ) -> Result<Vec<AgreementDocument>> {
        let mut missing = Vec::new();
        if document.fields.open.class != OpenClass::Conditional {
            return Ok(missing);
        }
        for kind in terms::documents(self.policy()) {
            if self.template_for(&document.organization, kind).await?.is_none() {
                missing.push(kind);
            }
        }
        Ok(missing)
    }

    /// Shows a template to whoever writes it.
    ///
    /// # Errors
    ///
    /// Refused for who does not; `NotFound` for a document that has no template here.
    pub async fn template_desk(
        &self,
        caller: &Caller,
        (owner, kind): (&Owner, &str),
        lang: Lang,
    ) -> Result<TemplateDesk> {
        let (document, _) = self.template_keeper(caller, (owner, kind), lang)?;
        let card = self.template_card(owner, document, lang).await?;
        let in_force = card.own.as_ref().or(card.inherited.as_ref());
        let proposed =
            in_force.map_or_else(|| rules::built_in(document).to_owned(), |it| it.text.clone());
        let versions = templates::list(&self.inner.store, owner, kind).await?;
        Ok(TemplateDesk { card, versions, proposed })
    }

    /// Who writes a template, and of which document.
    fn template_keeper(
        &self,
        caller: &Caller,
        (owner, kind): (&Owner, &str),
        lang: Lang,
    ) -> Result<(AgreementDocument, Actor)> {
        let (action, subject) = match owner {
            Owner::Organization(code) => {
                (Action::KeepTemplates, self.subject(Some(code), None, false))
            }
            Owner::Region(code) => {
                (Action::KeepDefaultTemplates, self.subject(None, Some(code), false))
            }
        };
        let by = self.permitted(caller, action, &subject, lang)?;
        let documents = self.template_documents(owner);
        let document = documents.into_iter().find(|it| it.as_str() == kind);
        Ok((document.ok_or_else(|| Error::not_found("template", kind.to_owned()))?, by))
    }

    /// Shows what a text would look like, filled in with an example, and what differs from what is in force.
    ///
    /// # Errors
    ///
    /// Refused for who does not write it; `InvalidInput` with each place that is wrong and each clause that lacks.
    pub async fn preview_template(
        &self,
        caller: &Caller,
        (owner, kind): (&Owner, &str),
        text: &str,
        lang: Lang,
    ) -> Result<TemplatePreview> {
        let (document, _) = self.template_keeper(caller, (owner, kind), lang)?;
        let text = checked(document, text, lang)?;
        let card = self.template_card(owner, document, lang).await?;
        let before = card.own.or(card.inherited);
        Ok(TemplatePreview {
            changes: before.map(|it| rules::compared(&it.text, &text)).unwrap_or_default(),
            text: self.template_example(owner, document, &text),
        })
    }

    fn template_example(&self, owner: &Owner, document: AgreementDocument, text: &str) -> String {
        let provider = match owner {
            Owner::Organization(_) => self.owner_name(owner, Lang::Zh),
            Owner::Region(_) => "示例数据提供单位".to_owned(),
        };
        terms::example(document, text, self.policy(), (&provider, self.today()))
    }

    /// Publishes the next version of a template. What was offered before stays as it was offered.
    ///
    /// # Errors
    ///
    /// Refused for who does not write it; `InvalidInput` with each place that is wrong and each clause that lacks;
    /// `Conflict` where another version came since it was read.
    pub async fn publish_template(
        &self,
        caller: &Caller,
        (owner, kind): (&Owner, &str),
        form: TemplateForm<'_>,
        lang: Lang,
    ) -> Result<u32> {
        let (document, by) = self.template_keeper(caller, (owner, kind), lang)?;
        let text = checked(document, form.text, lang)?;
        let note = form.note.trim();
        if note.is_empty() || note.chars().count() > MAX_NOTE || note.contains('\0') {
            let message = lang.pick(
                format!("请写明这一版有什么变化，不超过 {MAX_NOTE} 字"),
                format!("say what is new in this version, in {MAX_NOTE} characters at most"),
            );
            return Err(Error::field("note", message));
        }
        let transaction = self.inner.store.begin().await?;
        let last = templates::current(&transaction, owner, kind).await?;
        let number = last.as_ref().map_or(0, |it| it.number);
        if number != form.read {
            return Err(Error::refused(
                ErrorCode::Conflict,
                lang.pick(
                    "刚才有人发布了新的版本，您的文本没有发布；请对照以后再提交",
                    "somebody has just published a version, yours was not; compare the two and send it again",
                ),
            ));
        }
        if last.is_some_and(|it| it.text == text) {
            let message = lang.pick("文本与现行版本相同", "the text is the one in force");
            return Err(Error::field("text", message));
        }
        let new = TemplateVersion {
            owner: owner.clone(),
            kind: kind.to_owned(),
            number: number + 1,
            sha256: hex(&Sha256::digest(text.as_bytes())),
            text,
            note: note.to_owned(),
            account: by.account,
            published_by: by.name.clone(),
            published_at: self.instant(),
        };
        templates::publish(&transaction, &new).await?;
        let facts = BTreeMap::from([
            ("version".to_owned(), new.number.to_string()),
            ("document".to_owned(), kind.to_owned()),
            ("sha256".to_owned(), new.sha256.clone()),
        ]);
        let subject = owner.to_string();
        let act =
            LogAct { kind: KIND, subject: &subject, event: "published", by, reason: note, facts };
        self.log(&transaction, act).await?;
        transaction.commit().await?;
        Ok(new.number)
    }
}

/// The text as it is kept, where nothing is wrong with it.
fn checked(document: AgreementDocument, text: &str, lang: Lang) -> Result<String> {
    let text = rules::normalised(text);
    let mut faults: Vec<FieldError> = rules::check(document, &text)
        .iter()
        .map(|fault: &TemplateFault| FieldError {
            field: "text".to_owned(),
            message: fault.shown(lang),
        })
        .collect();
    let is_kept = |sign: char| !sign.is_control() || sign == '\n' || sign == '\t';
    if !text.chars().all(is_kept) {
        let message = lang.pick("有不能保存的符号，请删去", "it holds a sign that cannot be kept");
        faults.push(FieldError { field: "text".to_owned(), message: message.to_owned() });
    }
    if faults.is_empty() { Ok(text) } else { Err(Error::InvalidInput(faults)) }
}

/// Refuses to publish what is open on conditions and could not be agreed on (AGR-02).
pub(crate) fn templates_there(
    missing: &[AgreementDocument],
    lang: Lang,
) -> std::result::Result<(), String> {
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|document| document.label(lang)).collect();
    Err(lang.pick(
        format!(
            "有条件开放的目录须先有{}的文本：由提供单位在“工作台 › 协议文本”制定，或者由数据主管部门制定通用文本",
            names.join("、")
        ),
        format!(
            "what is open on conditions needs a template first: {}; the provider writes it at Workbench › Agreements, or the authority writes a default",
            names.join(", ")
        ),
    ))
}
