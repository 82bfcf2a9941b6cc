//! Who may put which entry into the catalogue: what the rules of `kaishu_domain::catalogued` depend on is looked
//! up here (CAT-04, CAT-11, PUB-15, PUB-16).

use std::collections::BTreeSet;

use kaishu_domain::basis_of_change;
use kaishu_domain::catalogued::{
    Body, Compilers, County, Names, Provided, check_authorisation, check_creator, check_individual,
    check_sources, is_looked_up,
};
use kaishu_domain::entry::EntryFault;
use kaishu_domain::permission::{Action, Subject};
use kaishu_domain::relaxing::{self, Published};
use kaishu_store::cases::Case;
use kaishu_store::datasets::Wanted;
use kaishu_store::{compilers, datasets};
use kaishu_types::draft::DraftDocument;
use kaishu_types::organization::{Named, RegionView};
use kaishu_types::vocabulary::CatalogueKind;
use kaishu_types::{DatasetCode, Lang};

use crate::accounts::Caller;
use crate::cases::not_covered;
use crate::rules::PublicView;
use crate::{Portal, Result};

impl Portal {
    /// Lists everything that stands against submitting an entry: what is missing in it, and what does not let
    /// its provider have it.
    pub(super) async fn entry_faults(
        &self,
        (case, code): (&Case, &DatasetCode),
        document: &DraftDocument,
    ) -> Result<Vec<EntryFault>> {
        let profile = self.policy_of(case);
        let mut faults = self.faults_of(profile, document);
        {
            let published = datasets::find(&self.inner.store, code).await?;
            if published.is_some() {
                faults.extend(basis_of_change::check(profile, document));
            }
            let files = published.iter().flat_map(|it| &it.resources);
            let served: BTreeSet<&str> = files.filter_map(|it| it.sha256.as_deref()).collect();
            faults.extend(kaishu_domain::processing::check(profile, &served, document));
        }
        let (number, guide) = self.published_guide().await?;
        faults.extend(kaishu_domain::guide::check(profile, (number, &guide), document));
        faults.extend(check_creator(profile, document, &self.compilers_of(document).await?));
        if document.fields.kind == CatalogueKind::Individual {
            let county = self.county(code, document).await?;
            faults.extend(check_individual(profile, document, &county));
        }
        if is_looked_up(profile, document) {
            let provided = self.provided(code, document).await?;
            faults.extend(check_sources(profile, document, &provided));
        }
        faults.extend(self.reshared(document).await?);
        let is_attached = self.authorisation(code, document).await?.is_some();
        let provider = self.directory().organization(&document.organization).map(|it| it.kind);
        faults.extend(check_authorisation(profile, provider, is_attached));
        let relaxing = self.relaxing_faults((case, code), document).await?;
        let is_new = |fault: &EntryFault| faults.iter().all(|it| it.field != fault.field);
        let relaxing: Vec<EntryFault> = relaxing.into_iter().filter(is_new).collect();
        faults.extend(relaxing);
        Ok(faults)
    }

    /// What is missing where an entry is opened further than what is published (CLS-10).
    async fn relaxing_faults(
        &self,
        (case, code): (&Case, &DatasetCode),
        document: &DraftDocument,
    ) -> Result<Vec<EntryFault>> {
        let published = datasets::find(&self.inner.store, code).await?;
        let published = published
            .as_ref()
            .map(|it| Published { class: it.fields.open.class, items: &it.items });
        let (records, _) = self.relaxing_records(case.id, code).await?;
        Ok(relaxing::check(self.policy_of(case), published, document, records))
    }

    /// Who compiles the register or topic of an entry.
    pub(super) async fn compilers_of(&self, document: &DraftDocument) -> Result<Compilers> {
        let fields = &document.fields;
        let subject = match fields.kind {
            CatalogueKind::Base => fields.base_db.as_deref(),
            CatalogueKind::Topic => Some(fields.theme.as_str()),
            _ => return Ok(Compilers::default()),
        };
        let Some((subject, words)) = subject
            .and_then(|subject| Some((subject, self.compiled_subject(fields.kind, subject)?)))
        else {
            return Ok(Compilers::default());
        };
        let directory = self.directory();
        let above = directory.region_and_above(&document.region);
        let regions: Vec<String> = above.iter().map(|it| it.named.code.clone()).collect();
        let upper = above.iter().rev().find_map(|region| region.authority.as_ref()).map(body);
        let kept = compilers::naming(&self.inner.store, (fields.kind, subject), &regions).await?;
        let named = kept.iter().map(|kept| {
            let known = directory.organization(kept.organization.as_str());
            known.map_or_else(
                || Body { code: kept.organization.to_string(), name: Names::default() },
                |known| body(&known.named),
            )
        });
        Ok(Compilers { subject: Some(words), named: named.collect(), upper })
    }

    /// The words for a base register or a topic; `None` for one that is not of the list.
    pub(crate) fn compiled_subject(&self, kind: CatalogueKind, subject: &str) -> Option<Names> {
        match kind {
            CatalogueKind::Base => {
                let known = &self.policy().rules.general.base_dbs.value;
                let known = known.iter().find(|it| it.as_str() == subject)?;
                Some((known.label(Lang::Zh).to_owned(), known.label(Lang::En).to_owned()))
            }
            CatalogueKind::Topic => {
                let directory = self.directory();
                let term = directory.term("theme", subject)?;
                Some((term.label_zh.clone(), term.label_en.clone()))
            }
            _ => None,
        }
    }

    /// The items that an entry adds and others provide already: published by another agency of the same place
    /// or above it, in the same domain, under the same name.
    async fn provided(
        &self,
        code: &DatasetCode,
        document: &DraftDocument,
    ) -> Result<Vec<Provided>> {
        let store = &self.inner.store;
        // What is published already was looked at when it was added.
        let before = datasets::find(store, code).await?;
        let before: BTreeSet<&str> = before
            .iter()
            .flat_map(|dataset| dataset.items.iter().map(|item| item.label.trim()))
            .collect();
        let added = document.items.iter().map(|item| item.label.trim());
        let added = added.filter(|label| !label.is_empty() && !before.contains(label));
        let labels: Vec<String> = added.map(str::to_owned).collect();
        if labels.is_empty() {
            return Ok(Vec::new());
        }
        let directory = self.directory();
        let above = directory.region_and_above(&document.region);
        let regions: Vec<String> = above.iter().map(|it| it.named.code.clone()).collect();
        let wanted = Wanted {
            labels: &labels,
            theme: &document.fields.theme,
            regions: &regions,
            except: &document.organization,
        };
        let found = datasets::providing(store, wanted).await?;
        let mut told = BTreeSet::new();
        // One entry that provides an item is enough to go to.
        let first = found.into_iter().filter(|it| told.insert(it.label.clone()));
        let mut provided = Vec::new();
        for it in first {
            // What the public does not see of it is not told by its name either.
            let public = match it.code.parse() {
                Ok(code) => self.find_public(&code).await?,
                Err(_) => None,
            };
            let shows = |view: &PublicView| {
                view.dataset.items.iter().any(|item| item.label.trim() == it.label.trim())
            };
            provided.push(Provided {
                organization: directory.organization(&it.organization).map_or_else(
                    || (it.organization.clone(), it.organization.clone()),
                    |known| names(&known.named),
                ),
                is_public: public.as_ref().is_some_and(shows),
                label: it.label,
                code: it.code,
                title: it.title,
            });
        }
        Ok(provided)
    }

    /// What an individual entry of a county depends on.
    async fn county(&self, code: &DatasetCode, document: &DraftDocument) -> Result<County> {
        let directory = self.directory();
        let chain = directory.region_and_above(&document.region);
        let (own, above) = (chain.first(), chain.get(1));
        let is_authority = |region: &&&RegionView| {
            region.authority.as_ref().is_some_and(|it| it.code == document.organization)
        };
        let upper: BTreeSet<&str> =
            chain.iter().skip(1).map(|region| region.named.code.as_str()).collect();
        let mut alike = Vec::new();
        for entry in self.alike(code, document, Lang::Zh).await? {
            let known = self.find_public(&entry.code).await?;
            let is_above =
                known.is_some_and(|known| upper.contains(known.dataset.region.code.as_str()));
            if is_above {
                alike.push((entry.code.to_string(), entry.title));
            }
        }
        Ok(County {
            level: own.map(|region| region.level),
            is_authority: own.filter(is_authority).is_some(),
            above: above.map(|region| names(&region.named)),
            alike,
        })
    }

    /// Refuses the consent of whoever is no authority of a region above: a county does not agree with itself.
    pub(super) fn check_consent(
        &self,
        caller: &Caller,
        document: &DraftDocument,
        lang: Lang,
    ) -> Result<()> {
        let mut subject: Subject = self.subject(None, Some(&document.region), false);
        subject.regions.retain(|region| region.as_str() != document.region);
        match caller.role_for(Action::ConsentToCounty, &subject) {
            Some(_) => Ok(()),
            None => Err(not_covered(caller, Action::ConsentToCounty, lang)),
        }
    }
}

fn names(named: &Named) -> Names {
    (named.label(Lang::Zh).to_owned(), named.label(Lang::En).to_owned())
}

fn body(named: &Named) -> Body {
    Body { code: named.code.clone(), name: names(named) }
}
