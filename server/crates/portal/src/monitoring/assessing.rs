//! Assessments of quality that somebody signs for (PUB-07, jiamusi 12, anshan 17).

use bytes::Bytes;
use chrono::NaiveDate;
use futures::Stream;
use kaishu_domain::cases::Actor;
use kaishu_domain::permission::Action;
use kaishu_domain::policy::Party;
use kaishu_domain::validate::check_credit_code;
use kaishu_store::blobs::BlobRead;
use kaishu_store::monitoring::{self, QualityAssessment};
use kaishu_types::{ErrorCode, Lang, text};

use crate::accounts::Caller;
use crate::administration::Faults;
use crate::cases::LogAct;
use crate::{Error, Portal, Result};

/// Longest conclusion, in characters.
const MAX_CONCLUSION: usize = 2_000;
/// Longest name of a file, in characters.
const MAX_FILE_NAME: usize = 200;
/// Most bytes of a signed file (*proposed*).
const MAX_FILE_BYTES: u64 = 50 << 20;

/// A periodic assessment as somebody files it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AssessmentForm {
    /// Code of the region that it is of.
    pub region: String,
    /// Who assessed and signed: the organization.
    pub assessor: String,
    /// Its unified social credit code.
    pub credit_code: String,
    /// The person who signed.
    pub signed_by: String,
    /// When it was signed.
    pub signed_on: String,
    /// The first day of the period.
    pub first_day: String,
    /// The last day of the period.
    pub last_day: String,
    /// What it comes to.
    pub conclusion: String,
    /// The key of the form, by which one that is sent twice is filed once; empty where there is none.
    pub once: String,
}

impl Portal {
    /// Files a signed assessment and returns its number; that of the one that is there where the same form with the
    /// same file came before. The bytes of its file are kept as they came.
    ///
    /// # Errors
    ///
    /// Refused with the rule where the profile has nobody assess periodically, and for who may not file in the
    /// region; `InvalidInput` naming each field.
    pub async fn file_assessment<S>(
        &self,
        caller: &Caller,
        form: &AssessmentForm,
        (file_name, bytes): (&str, S),
        lang: Lang,
    ) -> Result<i64>
    where
        S: Stream<Item = std::io::Result<Bytes>> + Send,
    {
        self.may_file(caller, form, lang)?;
        let mut new = self.read_assessment(form, file_name, lang)?;
        let Some(blob) = self.put_bounded(bytes, MAX_FILE_BYTES).await? else {
            let message = lang.pick(
                "请选择签章的评估报告，不超过 50 MB",
                "choose the signed report, 50 MB at most",
            );
            return Err(Error::field("file", message));
        };
        // Whoever lost the role or the account meanwhile files nothing (ORG-06).
        let caller = &self.renewed(caller, lang).await?;
        let by = self.may_file(caller, form, lang)?;
        new.size_bytes = blob.size_bytes;
        new.sha256 = blob.sha256;
        new.blob_key = blob.key;
        new.filed_by.clone_from(&by.name);
        new.filed_at = self.instant();
        self.inner.blobs.ensure(&new.blob_key).await?;
        let transaction = self.inner.store.begin().await?;
        let told = format!("{form:?}");
        let (key, sent) =
            (("assessment", form.once.as_str()), [told.as_str(), file_name, new.sha256.as_str()]);
        if !self.note_form(&transaction, caller, key, &sent).await? {
            drop(transaction);
            let (store, region) = (&self.inner.store, &new.region);
            let filed = monitoring::filed_with(store, region, &new.sha256).await?;
            return filed.ok_or_else(|| Error::not_found("assessment", file_name));
        }
        let id = monitoring::file(&transaction, &new).await?;
        let facts = [
            ("assessor", new.assessor),
            ("signed_by", new.signed_by),
            ("region", new.region),
            ("period", format!("{} {}", new.first_day, new.last_day)),
            ("sha256", new.sha256),
        ];
        let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let subject = id.to_string();
        let act = LogAct {
            kind: "quality",
            subject: &subject,
            event: "filed",
            by,
            facts,
            ..LogAct::default()
        };
        self.log(&transaction, act).await?;
        transaction.commit().await?;
        Ok(id)
    }

    fn may_file(&self, caller: &Caller, form: &AssessmentForm, lang: Lang) -> Result<Actor> {
        let subject = self.subject(None, Some(form.region.trim()), false);
        let by = self.permitted(caller, Action::FileAssessments, &subject, lang)?;
        if self.assessor().is_some() {
            return Ok(by);
        }
        let monitor = &self.policy().rules.quality.monitor;
        Err(Error::Refused {
            code: ErrorCode::Forbidden,
            message: lang
                .pick(
                    "现行规则由提供单位自行检查质量，没有由主管部门或者第三方评估的规定。",
                    "Under the rules in force providers inspect their own quality; neither the authority nor a third party assesses it.",
                )
                .to_owned(),
            rule: Some(monitor.reference("quality.monitor", lang)),
            remedy: None,
        })
    }

    fn read_assessment(
        &self,
        form: &AssessmentForm,
        file_name: &str,
        lang: Lang,
    ) -> Result<QualityAssessment> {
        let mut faults = Faults::new(lang);
        let assessor = faults.name("assessor", &form.assessor);
        let credit_code = form.credit_code.trim().to_uppercase();
        let is_third_party = self.assessor() == Some(Party::ThirdParty);
        if (is_third_party || !credit_code.is_empty()) && check_credit_code(&credit_code).is_err() {
            faults.add(
                "credit_code",
                "请填写评估机构的统一社会信用代码，18 位",
                "Write the unified social credit code of the assessor, 18 characters",
            );
        }
        let signed_by = faults.name("signed_by", &form.signed_by);
        let signed_on = faults.day("signed_on", &form.signed_on);
        let first_day = faults.day("first_day", &form.first_day);
        let last_day = faults.day("last_day", &form.last_day);
        for (field, day) in
            [("signed_on", signed_on), ("first_day", first_day), ("last_day", last_day)]
        {
            if day.is_none() && !faults.has(field) {
                faults.add(field, "请填写日期", "Write the day");
            }
        }
        if first_day.zip(last_day).is_some_and(|(first, last)| last < first) {
            faults.add(
                "last_day",
                "结束日期不能早于开始日期",
                "The last day is not before the first",
            );
        }
        if signed_on.is_some_and(|day| day > self.today()) {
            faults.add("signed_on", "签章日期不能晚于今天", "It was signed today at the latest");
        }
        let conclusion = faults.text("conclusion", &form.conclusion, MAX_CONCLUSION);
        if conclusion.is_none() && !faults.has("conclusion") {
            faults.add("conclusion", "请填写结论", "Write what it comes to");
        }
        let name = text::file_name(file_name);
        let name = name.trim();
        if name.is_empty() || name.chars().count() > MAX_FILE_NAME {
            faults.add("file", "请选择签章的评估报告", "Choose the signed report");
        }
        faults.into_result()?;
        let day = |day: Option<NaiveDate>| day.unwrap_or_default();
        Ok(QualityAssessment {
            id: 0,
            region: form.region.trim().to_owned(),
            assessor,
            credit_code,
            signed_by,
            signed_on: day(signed_on),
            first_day: day(first_day),
            last_day: day(last_day),
            conclusion: conclusion.unwrap_or_default(),
            file_name: name.to_owned(),
            size_bytes: 0,
            sha256: String::new(),
            blob_key: String::new(),
            filed_by: String::new(),
            filed_at: self.instant(),
        })
    }

    /// Opens the file of an assessment for somebody who may read it.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is none, or none that the reader may know of.
    pub async fn assessment_file(
        &self,
        caller: &Caller,
        id: i64,
    ) -> Result<(QualityAssessment, BlobRead)> {
        let hidden = || Error::not_found("assessment", id.to_string());
        let found = monitoring::find_filed(&self.inner.store, id).await?.ok_or_else(hidden)?;
        if !self.told_regions(caller).contains(&found.region) {
            return Err(hidden());
        }
        let bytes = self.inner.blobs.get(&found.blob_key, None).await?;
        Ok((found, bytes))
    }
}
