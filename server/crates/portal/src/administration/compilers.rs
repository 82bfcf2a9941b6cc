//! Who compiles which base register or topic, as the authority keeps it (CAT-04: anshan 11, guangdong 10,
//! aba 19).

use std::collections::BTreeMap;

use kaishu_domain::permission::Action;
use kaishu_store::compilers::{self, Compiler};
use kaishu_types::vocabulary::CatalogueKind;
use kaishu_types::{Lang, OrganizationCode, RegionCode, RuleRef};

use super::{Faults, MAX_TEXT};
use crate::accounts::Caller;
use crate::cases::{LogAct, not_covered};
use crate::{Error, Portal, Result};

/// Who compiles a register or topic, as somebody wrote it down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompilerForm<'a> {
    /// Kind and register or topic, as in `base:population` and `topic:transport`.
    pub subject: &'a str,
    /// Code of the region for which, with those below it.
    pub region: &'a str,
    /// Code of the organization that compiles.
    pub organization: &'a str,
    /// The document it rests on.
    pub basis: &'a str,
}

/// Who compiles a register or topic, as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompilerView {
    /// What is kept.
    pub kept: Compiler,
    /// The words for the register or topic.
    pub subject: String,
    /// Name of the organization.
    pub organization: String,
    /// Name of the region.
    pub region: String,
}

impl Portal {
    /// Returns the rule of who compiles which entries, and whether bodies are named by it at all.
    pub fn creators_rule(&self, lang: Lang) -> (RuleRef, bool) {
        let rule = &self.policy().rules.catalogue.creators;
        (rule.reference("catalogue.creators", lang), rule.value.names_bodies())
    }

    /// Lists who compiles what in the regions where the caller may say so, the newest first.
    ///
    /// # Errors
    ///
    /// Refused for who may name none.
    pub async fn compilers(&self, caller: &Caller, lang: Lang) -> Result<Vec<CompilerView>> {
        if !caller.may_ever(Action::NameCompilers) {
            return Err(not_covered(caller, Action::NameCompilers, lang));
        }
        let all = compilers::list(&self.inner.store).await?;
        let directory = self.directory();
        let visible = all.into_iter().filter(|kept| self.may_name(caller, &kept.region));
        Ok(visible
            .map(|kept| CompilerView {
                subject: self
                    .compiled_subject(kept.kind, &kept.subject)
                    .map_or_else(|| kept.subject.clone(), |words| lang.pick(words.0, words.1)),
                organization: directory
                    .organization(kept.organization.as_str())
                    .map_or(kept.organization.as_str(), |it| it.named.label(lang))
                    .to_owned(),
                region: directory
                    .region(kept.region.as_str())
                    .map_or(kept.region.as_str(), |it| it.named.label(lang))
                    .to_owned(),
                kept,
            })
            .collect())
    }

    fn may_name(&self, caller: &Caller, region: &RegionCode) -> bool {
        let subject = self.subject(None, Some(region.as_str()), false);
        caller.role_for(Action::NameCompilers, &subject).is_some()
    }

    /// Names who compiles a register or topic: its entries are theirs to submit from now on.
    ///
    /// # Errors
    ///
    /// `InvalidInput` naming each field; refused for who may not in the region.
    pub async fn name_compiler(
        &self,
        caller: &Caller,
        form: &CompilerForm<'_>,
        lang: Lang,
    ) -> Result<()> {
        let subject = self.subject(None, Some(form.region), false);
        let by = self.permitted(caller, Action::NameCompilers, &subject, lang)?;
        let new = self.read_compiler(form, lang)?;
        let regions = [new.region.to_string()];
        let transaction = self.inner.store.begin_catalogue().await?;
        let known = compilers::naming(&transaction, (new.kind, &new.subject), &regions).await?;
        if known.iter().any(|it| it.organization == new.organization) {
            let message = lang.pick("已经登记了这个单位", "this organization is named already");
            return Err(Error::field("organization", message));
        }
        let id = compilers::add(&transaction, &new, self.instant()).await?;
        let (subject, facts, reason) = (id.to_string(), facts_of(&new), new.basis.as_str());
        let (kind, event, subject) = ("compiler", "named", subject.as_str());
        self.log(&transaction, LogAct { kind, subject, event, by, reason, facts }).await?;
        Ok(transaction.commit().await?)
    }

    fn read_compiler(&self, form: &CompilerForm<'_>, lang: Lang) -> Result<Compiler> {
        let mut faults = Faults::new(lang);
        let chosen = form.subject.trim().split_once(':').and_then(|(kind, subject)| {
            let kind: CatalogueKind = kind.parse().ok()?;
            self.compiled_subject(kind, subject)?;
            Some((kind, subject.to_owned()))
        });
        if chosen.is_none() {
            faults.add("subject", "请选择基础数据库或者主题", "Choose a base register or a topic");
        }
        let region = faults.choice::<RegionCode>("region", form.region);
        let organization = form.organization.trim().parse::<OrganizationCode>().ok();
        let directory = self.directory();
        let organization =
            organization.filter(|code| directory.organization(code.as_str()).is_some());
        if organization.is_none() {
            faults.add("organization", "请选择编制部门", "Choose the organization that compiles");
        }
        let basis = faults.text("basis", form.basis, MAX_TEXT);
        if basis.is_none() && !faults.has("basis") {
            faults.add("basis", "请写明文件名称和文号", "Name the document and its number");
        }
        faults.into_result()?;
        match (chosen, region, organization) {
            (Some((kind, subject)), Some(region), Some(organization)) => {
                let basis = basis.unwrap_or_default();
                Ok(Compiler { id: 0, kind, subject, region, organization, basis, ended_at: None })
            }
            _ => Err(Error::Internal("a compiler without a fault is not whole".to_owned())),
        }
    }

    /// Ends it: what is submitted from now on is not theirs by it.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none that goes on, or none that the caller may end.
    pub async fn end_compiler(&self, caller: &Caller, id: i64, lang: Lang) -> Result<()> {
        let hidden = || Error::not_found("compiler", id.to_string());
        let kept = compilers::find(&self.inner.store, id).await?.ok_or_else(hidden)?;
        if !self.may_name(caller, &kept.region) {
            return Err(hidden());
        }
        let subject = self.subject(None, Some(kept.region.as_str()), false);
        let by = self.permitted(caller, Action::NameCompilers, &subject, lang)?;
        let transaction = self.inner.store.begin().await?;
        if !compilers::end(&transaction, id, self.instant()).await? {
            return Err(hidden());
        }
        let (subject, facts) = (id.to_string(), facts_of(&kept));
        let (kind, subject) = ("compiler", subject.as_str());
        let act = LogAct { kind, subject, event: "ended", by, facts, ..LogAct::default() };
        self.log(&transaction, act).await?;
        Ok(transaction.commit().await?)
    }
}

fn facts_of(kept: &Compiler) -> BTreeMap<String, String> {
    let Compiler { kind, subject, region, organization, .. } = kept;
    [
        ("kind", kind.to_string()),
        ("subject", subject.clone()),
        ("region", region.to_string()),
        ("organization", organization.to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}
