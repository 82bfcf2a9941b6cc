//! What staff write down of a document, and why a proof is withdrawn.

use chrono::NaiveDate;
use kaishu_domain::validate::{
    DocumentNumber, DocumentNumberError, ResidentIdError, check_resident_id,
};
use kaishu_store::accounts::{self, Account, ProofDocument};
use kaishu_types::Lang;
use kaishu_types::proofing::IdDocumentKind;

use crate::accounts::wrong;
use crate::administration::Faults;
use crate::{Error, Portal, Result};

/// Longest reason of a withdrawal, in characters: one line.
const MAX_REASON: usize = 200;

/// What staff wrote down of a document that was shown to them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProofForm<'a> {
    /// Its kind.
    pub document: &'a str,
    /// Its number.
    pub number: &'a str,
    /// The last day on which it is valid, where it says so.
    pub valid_until: &'a str,
    /// Whether its name is that of the account, and it is of who stands there.
    pub is_theirs: bool,
}

impl Portal {
    /// Reads all that was typed at once.
    pub(super) fn read_proof(
        &self,
        form: &ProofForm<'_>,
        lang: Lang,
    ) -> Result<(DocumentNumber, ProofDocument, Option<NaiveDate>)> {
        let mut faults = Faults::new(lang);
        let kind = faults.choice::<IdDocumentKind>("document", form.document);
        let read = kind.map(|kind| (kind, DocumentNumber::parse(kind, form.number)));
        let number = match read {
            Some((kind, Ok(number))) => Some((kind, number)),
            Some((_, Err(error))) => {
                let (zh, en) = number_fault(error);
                faults.add("number", zh, en);
                None
            }
            None => None,
        };
        let valid_until = faults.day("valid_until", form.valid_until);
        if valid_until.is_some_and(|until| until < self.today()) {
            faults.add(
                "valid_until",
                "证件已经过期，请本人带有效的证件",
                "The document is not valid any more; a valid one is needed",
            );
        }
        if !form.is_theirs {
            faults.add(
                "is_theirs",
                "确认证件是本人的，姓名和账号名称一致",
                "Confirm that it is of this person, and in the name of the account",
            );
        }
        faults.into_result()?;
        let (kind, number) =
            number.ok_or_else(|| Error::Internal("a proof without a fault is not whole".into()))?;
        let document = ProofDocument { kind, last_four: number.last_four() };
        Ok((number, document, valid_until))
    }

    /// Reads why a proof is withdrawn. It goes into the log, where the number of a document must not be.
    pub(super) async fn read_reason(
        &self,
        account: &Account,
        reason: &str,
        lang: Lang,
    ) -> Result<String> {
        let mut faults = Faults::new(lang);
        let text = faults.text("reason", reason, MAX_REASON).unwrap_or_default();
        if text.is_empty() && !faults.has("reason") {
            faults.add("reason", "请写明撤销的理由", "Say why it is withdrawn");
        }
        faults.into_result()?;
        let stands = accounts::proof_of(&self.inner.store, account.id).await?;
        let kind = stands.and_then(|proof| proof.document).map(|document| document.kind);
        let runs = text.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|it| it.len() > 5);
        for run in runs {
            let number = kind.and_then(|kind| DocumentNumber::parse(kind, run).ok());
            let holder = match number {
                Some(number) => {
                    let hash = self.account_secrets().document_hash(&number);
                    accounts::proven_by(&self.inner.store, &hash).await?
                }
                None => None,
            };
            if holder.is_some() || check_resident_id(run).is_ok() {
                return Err(wrong(
                    "reason",
                    lang,
                    "理由里不要写证件号码，它不能留在日志里",
                    "Leave the number of the document out: it must not stay in the log",
                ));
            }
        }
        Ok(text)
    }
}

/// Says what is wrong with a number, without the number.
fn number_fault(error: DocumentNumberError) -> (&'static str, &'static str) {
    match error {
        DocumentNumberError::Citizen(ResidentIdError::Shape) => (
            "这种证件的号码是 18 位：17 位数字，最后一位是数字或者 X",
            "The number of such a document is 17 digits, then a digit or X",
        ),
        DocumentNumberError::Citizen(ResidentIdError::BirthDate) => (
            "第 7 至 14 位不是出生日期，请核对号码",
            "Digits 7 to 14 are no date of birth: check the number",
        ),
        DocumentNumberError::Citizen(ResidentIdError::CheckDigit) => (
            "最后一位和前面的对不上，有一位录错了，请核对号码",
            "The last character does not fit the others: one of the 18 is mistyped",
        ),
        DocumentNumberError::Shape => (
            "证件号码是 6 至 20 位字母和数字，请核对号码",
            "The number of a document is 6 to 20 letters and digits: check it",
        ),
    }
}
