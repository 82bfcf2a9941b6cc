//! Signed documents set in pages, and proof that one is genuine (AGR-05).

use kaishu_papers::Paper as Layout;
use kaishu_store::agreements::{self, Document, Signature};
use kaishu_store::grants::{self, Grant};
use kaishu_store::papers::{self, Paper};
use kaishu_types::china::time_in_china;
use kaishu_types::organization::Named;
use kaishu_types::text::without_direction;
use kaishu_types::{DatasetCode, ErrorCode, Lang};
use sha2::{Digest, Sha256};

use super::number_of;
use super::terms::hex;
use crate::accounts::Caller;
use crate::{Error, Portal, Result, blocking};

/// A signed document as its sides take it away.
pub struct SignedPaper {
    /// A name for it, as in `SQ-2026-000012-usage_agreement.pdf`.
    pub file_name: String,
    /// The PDF, and its hash.
    pub paper: Paper,
}

/// What anybody learns who holds a signed document, or its hash: that it is genuine, and what came of it. Who applied
/// stands in the document alone.
pub struct ProvenDocument {
    /// What it is.
    pub document: Document,
    /// The number of the application.
    pub number: String,
    /// Code of the dataset.
    pub code: DatasetCode,
    /// Title of the dataset when it was applied for.
    pub title: String,
    /// The provider.
    pub provider: Named,
    /// SHA-256 of the paper, where one was made.
    pub paper_sha256: Option<String>,
    /// What came of it.
    pub grant: Option<Grant>,
}

impl Portal {
    /// Sets a signed document in pages, or finds it as it was set when it was first taken.
    ///
    /// # Errors
    ///
    /// `NotFound` where there is no such document, or none that the caller may see; `Conflict` before every side has
    /// signed; `Unavailable` where the machine has no font for it; `Internal` where what is kept was changed.
    pub async fn signed_paper(
        &self,
        caller: &Caller,
        case: i64,
        document: i64,
        lang: Lang,
    ) -> Result<SignedPaper> {
        let case = self.application_case(caller, case).await?;
        let store = &self.inner.store;
        let of_case = agreements::of_case(store, case.id).await?;
        let document = of_case
            .into_iter()
            .find(|it| it.id == document)
            .ok_or_else(|| Error::not_found("document", document.to_string()))?;
        if !document.is_signed() {
            let text = lang.pick(
                "双方签署以后才有 PDF；现在可以在申请页面上阅读全文",
                "there is a PDF once every side has signed; its text is on the page of the application",
            );
            return Err(Error::refused(ErrorCode::Conflict, text));
        }
        let number = number_of(&case);
        let file_name = format!("{number}-{}.pdf", document.kind);
        unchanged_text(&document)?;
        if let Some(paper) = papers::find(store, document.id).await? {
            unchanged_paper(document.id, &paper)?;
            return Ok(SignedPaper { file_name, paper });
        }
        let layout = layout(&document, &number, &self.site().base_url);
        let pdf = blocking(move || Ok(layout.pdf())).await?.map_err(|error| match error {
            kaishu_papers::Error::NoFont => {
                tracing::error!(%error, "a signed document was not set");
                let text = lang.pick(
                    "服务器上没有中文字体，暂时不能生成 PDF；全文在申请页面上",
                    "the server has no Chinese font, so there is no PDF now; the text is on the page of the application",
                );
                Error::refused(ErrorCode::Unavailable, text)
            }
            kaishu_papers::Error::Setting(_) => Error::Internal(error.to_string()),
        })?;
        let made = Paper { sha256: hex(&Sha256::digest(&pdf)), pdf };
        papers::keep(store, document.id, &made, self.instant()).await?;
        // Somebody else may have taken it at the same time: what is kept is what counts.
        let paper = papers::find(store, document.id).await?.unwrap_or(made);
        Ok(SignedPaper { file_name, paper })
    }

    /// Finds a signed document by the hash of its text or of its PDF, 64 hexadecimal digits, and makes sure that what
    /// is kept still has these hashes.
    ///
    /// # Errors
    ///
    /// `NotFound` where no document has that hash, or not every side has signed it; `Internal` where what is kept was
    /// changed.
    pub async fn proven_document(&self, sha256: &str) -> Result<ProvenDocument> {
        let hidden = || Error::not_found("document", sha256.to_owned());
        let store = &self.inner.store;
        let found = papers::by_hash(store, &sha256.to_lowercase()).await?;
        let document = found.filter(Document::is_signed).ok_or_else(hidden)?;
        unchanged_text(&document)?;
        let paper = papers::find(store, document.id).await?;
        if let Some(paper) = &paper {
            unchanged_paper(document.id, paper)?;
        }
        let case = kaishu_store::cases::find(store, document.case).await?.ok_or_else(hidden)?;
        let stored = kaishu_store::applications::find(store, document.case).await?;
        let organization = case.about.organization.as_deref().unwrap_or_default();
        Ok(ProvenDocument {
            number: number_of(&case),
            code: stored.ok_or_else(hidden)?.dataset,
            title: case.about.title.clone(),
            provider: self.organization_named(organization),
            paper_sha256: paper.map(|it| it.sha256),
            grant: grants::find(store, document.case).await?,
            document,
        })
    }
}

/// Refuses a document whose text is no more what its hash says: nobody is told that it is genuine.
fn unchanged_text(document: &Document) -> Result<()> {
    match hex(&Sha256::digest(&document.text)) == document.sha256 {
        true => Ok(()),
        false => Err(Error::Internal(format!("the text of document {} was changed", document.id))),
    }
}

/// Refuses the paper of a document that is no more what was kept.
fn unchanged_paper(document: i64, paper: &Paper) -> Result<()> {
    match hex(&Sha256::digest(&paper.pdf)) == paper.sha256 {
        true => Ok(()),
        false => Err(Error::Internal(format!("the paper of document {document} was changed"))),
    }
}

/// Lays a document out: the text that was signed, and what proves it.
fn layout(document: &Document, number: &str, base_url: &str) -> Layout {
    let mut lines = document.text.lines().map(str::to_owned);
    let title = lines.next().unwrap_or_default();
    let mut facts = vec![
        ("登记号".to_owned(), document.id.to_string()),
        ("文本摘要（SHA-256）".to_owned(), document.sha256.clone()),
    ];
    let sides = [("申请人签署", &document.signed), ("提供单位签署", &document.countersigned)];
    for (side, signature) in sides {
        facts.extend(signature.as_ref().map(|it| (side.to_owned(), signed(it))));
    }
    let address = format!("{}/verify/{}", base_url.trim_end_matches('/'), document.sha256);
    facts.push(("核验地址".to_owned(), address));
    let paragraphs = lines.skip_while(String::is_empty).collect();
    let foot = format!("登记号 {}", document.id);
    Layout { title, number: number.to_owned(), foot, paragraphs, facts }
}

fn signed(signature: &Signature) -> String {
    let at = time_in_china(signature.at).format("%Y年%-m月%-d日 %H:%M:%S");
    // A name that turns the text around would show another account.
    let name = without_direction(&signature.name);
    format!("{name}　{at}（北京时间）　平台账号 {} 和一次性验证码", signature.account)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]
    use super::*;

    #[test]
    fn a_name_turns_no_line_of_a_signature_around() {
        let at = "2026-11-21T04:00:00Z".parse().unwrap();
        let line = signed(&Signature { account: 7, name: "王\u{202E}敏\u{2066}".to_owned(), at });
        assert_eq!(line, "王敏　2026年11月21日 12:00:00（北京时间）　平台账号 7 和一次性验证码");
    }
}
