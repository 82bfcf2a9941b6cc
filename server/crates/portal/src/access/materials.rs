//! Materials of an application: given once, kept encrypted, named by each application that needs them while they hold;
//! read by the applicant and by those who decide, and every reading stands in the log (APP-03).

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::NaiveDate;
use futures::{Stream, TryStreamExt};
use kaishu_domain::material::{demanded, kept_name};
use kaishu_domain::permission::Action;
use kaishu_store::applications::{self, Application};
use kaishu_store::cases::Case;
use kaishu_store::materials::{self, Given};
use kaishu_store::{StoreError, Transaction};
use kaishu_types::access::ApplicationDocument;
use kaishu_types::material::{Material, MaterialKind};
use kaishu_types::{ErrorCode, Lang};
use sha2::{Digest, Sha256};

use super::applying::written;
use super::material_file::{check, taken};
use super::terms::hex;
use crate::accounts::Caller;
use crate::cases::{LogAct, not_covered};
use crate::{Error, Portal, Result};

/// Most files that are given with an application, replaced ones too (*proposed*).
const MAX_GIVEN: u64 = 50;
/// Most materials of an account that are offered again.
const OFFERED: u64 = 200;

/// A material that an entry demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaterialNeed {
    /// What it has to show.
    pub kind: MaterialKind,
    /// What the application names.
    pub given: Option<Material>,
    /// Whether that holds today.
    pub holds: bool,
    /// What was given before and holds today, the newest first.
    pub earlier: Vec<Material>,
}

/// A material that is to be given.
#[derive(Debug, Clone, Copy)]
pub struct NewMaterial<'a> {
    /// What it shows.
    pub kind: MaterialKind,
    /// What the file is called.
    pub file_name: &'a str,
    /// The last day on which it holds; none where it says no end.
    pub valid_until: Option<NaiveDate>,
}

impl Portal {
    /// Lists the materials that an application needs, with what was given, for its applicant.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller does not write it; `Conflict` where it is not written now.
    pub async fn material_needs(
        &self,
        caller: &Caller,
        case: i64,
        lang: Lang,
    ) -> Result<Vec<MaterialNeed>> {
        let (stored, document) = self.written_now(caller, case, lang).await?;
        let today = self.today();
        let earlier = materials::holding(&self.inner.store, stored.account, today, OFFERED).await?;
        let need = |kind: MaterialKind| {
            let given = document.materials.iter().find(|it| it.kind == kind).cloned();
            let is_other = |it: &&Given| {
                let it = &it.material;
                it.kind == kind && given.as_ref().is_none_or(|given| given.id != it.id)
            };
            let earlier = earlier.iter().filter(is_other).map(|it| it.material.clone()).collect();
            let holds = given.as_ref().is_some_and(|it| it.holds_on(today));
            MaterialNeed { kind, given, holds, earlier }
        };
        Ok(self.demanded_by(&stored).await?.into_iter().map(need).collect())
    }

    /// Gives a material with an application, in place of another one of its kind.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller does not write it; `Conflict` where it is not written now, or was saved since;
    /// `InvalidInput` where the entry does not demand it, it holds no more, or the file may not be a material.
    pub async fn give_material<S>(
        &self,
        caller: &Caller,
        case: i64,
        new: NewMaterial<'_>,
        bytes: S,
        lang: Lang,
    ) -> Result<()>
    where
        S: Stream<Item = std::io::Result<Bytes>> + Send,
    {
        let (stored, _) = self.written_now(caller, case, lang).await?;
        self.check_demanded(&stored, new.kind, lang).await?;
        self.check_holds(new.valid_until, lang)?;
        if materials::n_given(&self.inner.store, case).await? >= MAX_GIVEN {
            let message = lang.pick(
                "这份申请上传的文件太多，请放弃后重新填写申请",
                "too many files were given with this application; begin another one",
            );
            return Err(Error::refused(ErrorCode::TooManyRequests, message));
        }
        let file_name = kept_name(new.file_name).ok_or_else(|| {
            let message = lang.pick(
                "请选择一个文件，文件名不超过 200 字",
                "choose a file whose name has 200 characters at most",
            );
            Error::field("file", message)
        })?;
        let bytes = taken(bytes, lang).await?;
        let (material, blob_key) =
            self.sealed(stored.account, (new, file_name), bytes, lang).await?;
        // Whoever lost the account meanwhile gives nothing (ORG-06).
        let caller = &self.renewed(caller, lang).await?;
        let (stored, document) = self.written_now(caller, case, lang).await?;
        let transaction = self.inner.store.begin().await?;
        let (account, given_at) = (stored.account, self.instant());
        let given = Given { material, account, case, blob_key, given_at };
        let id = materials::add(&transaction, &given).await?;
        let material = Material { id, ..given.material };
        self.log(&transaction, self.about_material(caller, &stored, "material_given", &material))
            .await?;
        self.name_material(transaction, (&stored, document), Ok(material)).await
    }

    /// Lets an application name a material that was given with an earlier one.
    ///
    /// # Errors
    ///
    /// As [`give_material`](Self::give_material); `NotFound` where the caller gave no such material.
    pub async fn reuse_material(
        &self,
        caller: &Caller,
        (case, id): (i64, i64),
        lang: Lang,
    ) -> Result<()> {
        let (stored, document) = self.written_now(caller, case, lang).await?;
        let found = materials::find(&self.inner.store, id).await?;
        let own = found.filter(|it| it.account == stored.account);
        let given = own.ok_or_else(|| Error::not_found("resource", id.to_string()))?;
        self.check_demanded(&stored, given.material.kind, lang).await?;
        self.check_holds(given.material.valid_until, lang)?;
        let transaction = self.inner.store.begin().await?;
        let act = self.about_material(caller, &stored, "material_given", &given.material);
        self.log(&transaction, act).await?;
        self.name_material(transaction, (&stored, document), Ok(given.material)).await
    }

    /// Takes a material out of an application that is written.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller does not write it; `Conflict` where it is not written now, or was saved since.
    pub async fn drop_material(
        &self,
        caller: &Caller,
        (case, id): (i64, i64),
        lang: Lang,
    ) -> Result<()> {
        let (stored, document) = self.written_now(caller, case, lang).await?;
        let transaction = self.inner.store.begin().await?;
        self.name_material(transaction, (&stored, document), Err(id)).await
    }

    /// Opens a material of an application for its applicant, or for somebody who decides on it. That it was read
    /// stands in the log before it is handed out.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the caller may open.
    pub async fn read_material(
        &self,
        caller: &Caller,
        (case, id): (i64, i64),
    ) -> Result<(Material, Vec<u8>)> {
        let hidden = || Error::not_found("resource", id.to_string());
        let found = self.application_case(caller, case).await?;
        if !self.may_open_materials(caller, &found).await? {
            return Err(hidden());
        }
        // Others read what was submitted.
        let is_own = found.file.submitter == caller.account();
        let (stored, document) = self.stored_application(case, is_own).await?;
        let named = document.materials.into_iter().find(|it| it.id == id).ok_or_else(hidden)?;
        let given = materials::find(&self.inner.store, id).await?.ok_or_else(hidden)?;
        if given.account != stored.account {
            return Err(hidden());
        }
        let sealed = self.inner.blobs.get(&given.blob_key, None).await?.bytes;
        let sealed: Vec<Bytes> = sealed.try_collect().await.map_err(StoreError::Read)?;
        let (portal, whose) = (self.clone(), (given.account, given.material.sha256.clone()));
        let opened = crate::blocking(move || {
            let secrets = portal.account_secrets();
            let plain = secrets.open_file((whose.0, &whose.1), &sealed.concat());
            plain.ok_or_else(|| {
                Error::Internal(format!(
                    "material {id} does not open with the secret of the portal"
                ))
            })
        });
        let bytes = opened.await?;
        self.record(self.about_material(caller, &stored, "material_read", &named)).await?;
        Ok((named, bytes))
    }

    /// Whether somebody may open the materials of an application: whose they are, and who decides on it, but for those
    /// of the applicant's own organization.
    pub(super) async fn may_open_materials(&self, caller: &Caller, case: &Case) -> Result<bool> {
        if caller.account().is_some() && caller.account() == case.file.submitter {
            return Ok(true);
        }
        let subject = self.subject_of_case(caller, case);
        let decides = caller.role_for(Action::DecideApplications, &subject).is_some();
        Ok(decides && !self.is_of_applicant(case, caller).await?)
    }

    /// Checks a file and stores it encrypted.
    async fn sealed(
        &self,
        account: i64,
        (new, file_name): (NewMaterial<'_>, String),
        bytes: Vec<u8>,
        lang: Lang,
    ) -> Result<(Material, String)> {
        let portal = self.clone();
        let (name, size_bytes) = (file_name.clone(), bytes.len() as u64);
        let sealing = crate::blocking(move || {
            check(&name, &bytes, lang)?;
            let sha256 = hex(&Sha256::digest(&bytes));
            let sealed = portal.account_secrets().seal_file((account, &sha256), &bytes)?;
            Ok((sha256, sealed))
        });
        let (sha256, sealed) = sealing.await?;
        let blob = self.inner.blobs.put_bytes(Bytes::from(sealed)).await?;
        self.inner.blobs.ensure(&blob.key).await?;
        let NewMaterial { kind, valid_until, .. } = new;
        Ok((Material { kind, id: 0, file_name, size_bytes, sha256, valid_until }, blob.key))
    }

    /// Puts a material into the text of an application, or takes the one of a number out, and saves it.
    async fn name_material(
        &self,
        transaction: Transaction,
        (stored, mut document): (&Application, ApplicationDocument),
        change: std::result::Result<Material, i64>,
    ) -> Result<()> {
        match change {
            Ok(material) => {
                document.materials.retain(|it| it.kind != material.kind);
                document.materials.push(material);
                document.materials.sort_by_key(|it| it.kind);
            }
            Err(id) => document.materials.retain(|it| it.id != id),
        }
        let (read, text) = ((stored.case, stored.revision), written(&document)?);
        applications::save(&transaction, read, &text, self.instant()).await?;
        Ok(transaction.commit().await?)
    }

    /// What an applicant writes, while it is written.
    async fn written_now(
        &self,
        caller: &Caller,
        id: i64,
        lang: Lang,
    ) -> Result<(Application, ApplicationDocument)> {
        let case = self.application_case(caller, id).await?;
        if caller.account().is_none() || case.file.submitter != caller.account() {
            return Err(Error::not_found("case", id.to_string()));
        }
        let own = self.subject_of_case(caller, &case);
        if caller.role_for(Action::ApplyForData, &own).is_none() {
            return Err(not_covered(caller, Action::ApplyForData, lang));
        }
        match matches!(case.file.state.as_str(), "draft" | "incomplete") {
            true => self.stored_application(id, true).await,
            false => {
                let message = lang.pick(
                    "申请已经提交，材料不能再改；需要补充的，由审核单位退回补正",
                    "it was submitted, and its materials stay; whoever decides can return it to be completed",
                );
                Err(Error::refused(ErrorCode::Conflict, message))
            }
        }
    }

    async fn demanded_by(&self, stored: &Application) -> Result<Vec<MaterialKind>> {
        let dataset = self.find_public(&stored.dataset).await?;
        Ok(dataset.map(|it| demanded(&it.dataset.fields.open)).unwrap_or_default())
    }

    async fn check_demanded(
        &self,
        stored: &Application,
        kind: MaterialKind,
        lang: Lang,
    ) -> Result<()> {
        match self.demanded_by(stored).await?.contains(&kind) {
            true => Ok(()),
            // Nobody gives away more than is asked for.
            false => Err(Error::field(
                "file",
                lang.pick("目录没有要求这种材料，不用提交", "the entry does not demand this"),
            )),
        }
    }

    fn check_holds(&self, valid_until: Option<NaiveDate>, lang: Lang) -> Result<()> {
        match valid_until.is_some_and(|day| day < self.today()) {
            true => Err(Error::field(
                "valid_until",
                lang.pick("材料已经过了有效期", "it is no longer valid"),
            )),
            false => Ok(()),
        }
    }

    /// What the log says of a material: never what it is called.
    fn about_material<'a>(
        &self,
        caller: &Caller,
        stored: &'a Application,
        event: &'a str,
        material: &Material,
    ) -> LogAct<'a> {
        let facts = [
            ("case", stored.case.to_string()),
            ("material", material.kind.to_string()),
            ("sha256", material.sha256.clone()),
        ];
        LogAct {
            kind: "dataset",
            subject: stored.dataset.as_str(),
            event,
            by: self.actor(caller),
            facts: BTreeMap::from(facts.map(|(name, value)| (name.to_owned(), value))),
            ..LogAct::default()
        }
    }
}
