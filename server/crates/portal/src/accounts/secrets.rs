//! What is kept encrypted, and what only its hash is kept of.

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kaishu_domain::validate::DocumentNumber;
use kaishu_store::accounts::Email;
use sha2::{Digest, Sha256};

use crate::tables::derived;
use crate::{Error, Result};

/// Keys of accounts, all derived from the secret of the portal.
pub(crate) struct Secrets {
    cipher: Aes256GcmSiv,
    /// For files that people gave: with a key of its own (SEC-04).
    files: Aes256GcmSiv,
    mail_key: [u8; 32],
    enrolment_key: [u8; 32],
    identity_key: [u8; 32],
    comment_key: [u8; 32],
    document_key: [u8; 32],
}

/// What is encrypted: one kind cannot be passed off as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Mail,
    Totp,
    Address,
    /// A login that goes on at the provider of identities.
    SignOn,
    /// An identity that waits for the password of the account it belongs to.
    Claim,
    /// How somebody who comments can be reached.
    Contact,
    /// What the calls of a webhook are signed with.
    Webhook,
    /// Shown once to the session of this number.
    Once(i64),
}

impl Kind {
    fn label(self) -> String {
        match self {
            Self::Mail => "mail".to_owned(),
            Self::Totp => "totp".to_owned(),
            Self::Address => "address".to_owned(),
            Self::SignOn => "sign-on".to_owned(),
            Self::Claim => "claim".to_owned(),
            Self::Contact => "contact".to_owned(),
            Self::Webhook => "webhook".to_owned(),
            Self::Once(session) => format!("once {session}"),
        }
    }
}

impl Secrets {
    /// Derives the keys.
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self {
            cipher: Aes256GcmSiv::new(&derived(secret, b"accounts").into()),
            files: Aes256GcmSiv::new(&derived(secret, b"files").into()),
            mail_key: derived(secret, b"mail look-up"),
            enrolment_key: derived(secret, b"enrolment"),
            identity_key: derived(secret, b"identity"),
            comment_key: derived(secret, b"comment"),
            document_key: derived(secret, b"identity document"),
        }
    }

    /// Encrypts a text under a nonce of its own, which stands before it.
    pub(super) fn seal(&self, kind: Kind, plain: &[u8]) -> Result<String> {
        Ok(URL_SAFE_NO_PAD.encode(sealed(&self.cipher, &kind.label(), plain)?))
    }

    /// Decrypts what [`seal`](Self::seal) made; `None` where it is none of this portal or kind.
    pub(super) fn open(&self, kind: Kind, sealed: &str) -> Option<Vec<u8>> {
        opened(&self.cipher, &kind.label(), &URL_SAFE_NO_PAD.decode(sealed).ok()?)
    }

    /// Encrypts a file that an account gave; whose it is and what it holds are bound to it.
    pub(crate) fn seal_file(
        &self,
        (account, sha256): (i64, &str),
        plain: &[u8],
    ) -> Result<Vec<u8>> {
        sealed(&self.files, &format!("file {account} {sha256}"), plain)
    }

    /// Decrypts what [`seal_file`](Self::seal_file) made; `None` where it is another file, or was changed.
    pub(crate) fn open_file(
        &self,
        (account, sha256): (i64, &str),
        sealed: &[u8],
    ) -> Option<Vec<u8>> {
        opened(&self.files, &format!("file {account} {sha256}"), sealed)
    }

    /// Decrypts a text.
    pub(super) fn open_text(&self, kind: Kind, sealed: &str) -> Option<String> {
        String::from_utf8(self.open(kind, sealed)?).ok()
    }

    /// Encrypts how somebody who comments can be reached.
    pub(crate) fn contact(&self, text: &str) -> Result<String> {
        self.seal(Kind::Contact, text.as_bytes())
    }

    /// Decrypts what [`contact`](Self::contact) made.
    pub(crate) fn open_contact(&self, sealed: &str) -> Option<String> {
        self.open_text(Kind::Contact, sealed)
    }

    /// Encrypts what the calls of a webhook are signed with.
    pub(crate) fn webhook(&self, text: &str) -> Result<String> {
        self.seal(Kind::Webhook, text.as_bytes())
    }

    /// Decrypts what [`webhook`](Self::webhook) made.
    pub(crate) fn open_webhook(&self, sealed: &str) -> Option<String> {
        self.open_text(Kind::Webhook, sealed)
    }

    /// Returns what the log keeps of a comment. Without the key nobody can try texts, and the same text under
    /// another number is another.
    pub(crate) fn comment_hash(&self, comment: i64, body: &str) -> String {
        hex(&keyed(&self.comment_key, format!("{comment} {body}").as_bytes()))
    }

    /// Encrypts an address for mail, with what it is found by. Case makes no other address.
    pub(super) fn email(&self, address: &str) -> Result<Email> {
        let sealed = self.seal(Kind::Mail, address.as_bytes())?;
        Ok(Email { sealed, hash: self.email_hash(address) })
    }

    /// Returns what an address is found by. Without the key nobody can try addresses.
    pub(super) fn email_hash(&self, address: &str) -> String {
        hex(&keyed(&self.mail_key, address.to_lowercase().as_bytes()))
    }

    /// Returns what an identity is found by: its issuer, and its subject there.
    pub(super) fn identity_hash(&self, issuer: &str, subject: &str) -> String {
        // The length keeps the two apart, whatever is in them.
        let text = format!("{} {issuer} {subject}", issuer.len());
        hex(&keyed(&self.identity_key, text.as_bytes()))
    }

    /// Returns what an identity document is found by. Without the key nobody can try numbers, of which there are few.
    pub(super) fn document_hash(&self, number: &DocumentNumber) -> String {
        hex(&keyed(&self.document_key, number.identifying().as_bytes()))
    }

    /// Returns the secret of one-time codes that a session offers to set up beside the one in use: nothing is kept
    /// before a code has proved it.
    pub(super) fn enrolment(&self, (account, session): (i64, i64), in_use: &str) -> [u8; 20] {
        let mut secret = [0; 20];
        let text = format!("{account} {session} {in_use}");
        let drawn = keyed(&self.enrolment_key, text.as_bytes());
        for (byte, drawn) in secret.iter_mut().zip(drawn) {
            *byte = drawn;
        }
        secret
    }
}

/// Encrypts bytes under a nonce of their own, which stands before them.
fn sealed(cipher: &Aes256GcmSiv, label: &str, plain: &[u8]) -> Result<Vec<u8>> {
    let nonce: [u8; 12] = rand::random();
    let payload = Payload { msg: plain, aad: label.as_bytes() };
    let sealed = cipher
        .encrypt(&Nonce::from(nonce), payload)
        .map_err(|_| Error::Internal("a secret cannot be encrypted".to_owned()))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn opened(cipher: &Aes256GcmSiv, label: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let (nonce, sealed) = bytes.split_first_chunk::<12>()?;
    let payload = Payload { msg: sealed, aad: label.as_bytes() };
    cipher.decrypt(&Nonce::from(*nonce), payload).ok()
}

/// A keyed hash (the nested construction of NMAC).
fn keyed(key: &[u8; 32], text: &[u8]) -> [u8; 32] {
    let inner = Sha256::new().chain_update(b"in").chain_update(key).chain_update(text).finalize();
    Sha256::new().chain_update(b"out").chain_update(key).chain_update(inner).finalize().into()
}

/// Draws a text of 43 characters that nobody can guess.
pub(crate) fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// Whether a text can be one that [`random_token`] drew.
pub(crate) fn is_token(text: &str) -> bool {
    text.len() == 43
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// Returns what is kept of a drawn text.
pub(crate) fn token_hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a secret that does not open must fail the test")]
    use kaishu_types::proofing::IdDocumentKind;

    use super::*;

    #[test]
    fn what_is_sealed_opens_for_its_kind_and_portal_only() {
        let secrets = Secrets::new(&[1; 32]);
        let sealed = secrets.seal(Kind::Mail, "li@example.cn".as_bytes()).unwrap();
        assert_eq!(secrets.open_text(Kind::Mail, &sealed).as_deref(), Some("li@example.cn"));
        assert!(!sealed.contains("example"));
        assert_ne!(secrets.seal(Kind::Mail, b"li@example.cn").unwrap(), sealed);
        assert_eq!(secrets.open(Kind::Totp, &sealed), None);
        assert_eq!(Secrets::new(&[2; 32]).open(Kind::Mail, &sealed), None);
        assert_eq!(secrets.open(Kind::Mail, "short"), None);
        let once = secrets.seal(Kind::Once(7), b"x").unwrap();
        assert_eq!(secrets.open(Kind::Once(8), &once), None);
        let file = secrets.seal_file((7, "ab"), b"%PDF-1.7").unwrap();
        assert!(!file.windows(4).any(|part| part == b"%PDF"));
        assert_eq!(secrets.open_file((7, "ab"), &file).as_deref(), Some(b"%PDF-1.7".as_slice()));
        assert_eq!(secrets.open_file((8, "ab"), &file), None);
        assert_eq!(secrets.open_file((7, "cd"), &file), None);
    }

    #[test]
    fn addresses_are_found_whatever_their_case() {
        let secrets = Secrets::new(&[1; 32]);
        assert_eq!(secrets.email_hash("Li@Example.cn"), secrets.email_hash("li@example.CN"));
        assert_ne!(secrets.email_hash("li@example.cn"), secrets.email_hash("la@example.cn"));
        let other = Secrets::new(&[2; 32]);
        assert_ne!(secrets.email_hash("li@example.cn"), other.email_hash("li@example.cn"));
        assert_ne!(secrets.enrolment((1, 2), ""), secrets.enrolment((1, 3), ""));
        assert_ne!(secrets.enrolment((1, 12), ""), secrets.enrolment((11, 2), ""));
        assert_ne!(secrets.enrolment((1, 2), ""), secrets.enrolment((1, 2), "a"));
        assert_ne!(secrets.identity_hash("a b", "c"), secrets.identity_hash("a", "b c"));
        assert_ne!(secrets.identity_hash("a", "c"), other.identity_hash("a", "c"));
        let number = DocumentNumber::parse(IdDocumentKind::Passport, "E12345678").unwrap();
        assert_ne!(secrets.document_hash(&number), other.document_hash(&number));
        assert_ne!(secrets.comment_hash(1, "同意"), secrets.comment_hash(2, "同意"));
        assert_ne!(secrets.comment_hash(1, "同意"), other.comment_hash(1, "同意"));
    }

    #[test]
    fn drawn_texts_are_all_different() {
        let (one, other) = (random_token(), random_token());
        assert!(is_token(&one) && is_token(&other) && one != other);
        assert!(!is_token("") && !is_token(&one.replace(&one[..1], "=")));
        assert_eq!(token_hash(&one).len(), 64);
    }
}
