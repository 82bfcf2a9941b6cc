//! Cursors that tell nothing: a place in an order may speak of rows that the asker may not have.

use aes_gcm_siv::aead::{Aead, KeyInit};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kaishu_types::table::Position;
use sha2::{Digest, Sha256};

use crate::{Error, Result};

/// Cursors are sealed with a nonce that never changes, so that the same answer has the same bytes; the
/// cipher (RFC 8452) is made for that, and tells no more than that two cursors are equal.
const NONCE: [u8; 12] = *b"kaishu-table";

/// Seals and opens cursors.
#[derive(Clone)]
pub(crate) struct Seal(Aes256GcmSiv);

impl Seal {
    /// Derives the key of cursors from the secret of the portal.
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self(Aes256GcmSiv::new(&derived(secret, b"cursor").into()))
    }

    /// Seals a position for one question, told by its digest.
    pub(crate) fn seal(&self, position: &Position, question: &[u8]) -> Result<String> {
        let plain = serde_json::to_vec(position)
            .map_err(|error| Error::Internal(format!("a position cannot be written: {error}")))?;
        let payload = aes_gcm_siv::aead::Payload { msg: &plain, aad: question };
        let sealed = self
            .0
            .encrypt(&Nonce::from(NONCE), payload)
            .map_err(|_| Error::Internal("a cursor cannot be sealed".to_owned()))?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Opens a cursor; `None` where it is none of this portal, or one of another question.
    pub(crate) fn open(&self, cursor: &str, question: &[u8]) -> Option<Position> {
        let sealed = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let payload = aes_gcm_siv::aead::Payload { msg: &sealed, aad: question };
        let plain = self.0.decrypt(&Nonce::from(NONCE), payload).ok()?;
        serde_json::from_slice(&plain).ok()
    }
}

/// Derives a key for one purpose, so that no two purposes share one.
pub(crate) fn derived(secret: &[u8; 32], purpose: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"kaishu:")
        .chain_update(purpose)
        .chain_update(secret)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a cursor that does not open must fail the test")]
    use kaishu_types::table::Key;

    use super::*;

    #[test]
    fn a_cursor_opens_for_its_own_question_only() {
        let seal = Seal::new(&[1; 32]);
        let position = Position(vec![Key::Text("secret".to_owned()), Key::Integer(7)]);

        let cursor = seal.seal(&position, b"q").unwrap();

        assert_eq!(seal.open(&cursor, b"q"), Some(position.clone()));
        assert_eq!(seal.open(&cursor, b"other"), None);
        assert_eq!(Seal::new(&[2; 32]).open(&cursor, b"q"), None);
        assert_eq!(seal.open("x", b"q"), None);
        assert_eq!(seal.seal(&position, b"q").unwrap(), cursor);
    }
}
