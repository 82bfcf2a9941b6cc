//! Signatures of calls, as Standard Webhooks has them: HMAC-SHA256 over number, time and body, so that a receiver can
//! tell who called, that nothing was changed, and that it is not an old call sent again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// What every secret begins with, so that one that leaked is recognised.
const PREFIX: &str = "whsec_";
/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;

/// Draws a secret.
pub(crate) fn new_secret() -> String {
    format!("{PREFIX}{}", STANDARD.encode(rand::random::<[u8; 32]>()))
}

/// Signs a call; none where the secret is none.
pub(super) fn sign(secret: &str, id: &str, timestamp: i64, body: &str) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix(PREFIX)?).ok()?;
    let signed = format!("{id}.{timestamp}.{body}");
    Some(format!("v1,{}", STANDARD.encode(hmac(&key, signed.as_bytes()))))
}

/// HMAC-SHA256 (RFC 2104).
fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut padded = [0; BLOCK];
    if key.len() > BLOCK {
        let short: [u8; 32] = Sha256::digest(key).into();
        padded.iter_mut().zip(short).for_each(|(place, byte)| *place = byte);
    } else {
        padded.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
    }
    let inner =
        Sha256::new().chain_update(padded.map(|byte| byte ^ 0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(padded.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a secret that cannot be read must fail the test")]
    use super::*;

    #[track_caller]
    fn check(key: &[u8], text: &[u8], expected: &str) {
        let hex: String = hmac(key, text).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, expected);
    }

    /// The examples of RFC 4231.
    #[test]
    fn the_code_is_that_of_the_standard() {
        check(
            &[0x0b; 20],
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        );
        check(
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        );
        check(
            &[0xaa; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        );
    }

    /// The example that libraries of Standard Webhooks are tested with.
    #[test]
    fn a_signature_is_one_that_receivers_know() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "{\"test\": 2432232314}");
        let signed = sign(secret, id, 1_614_265_330, body).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_ne!(sign(secret, id, 1_614_265_331, body).unwrap(), signed);
        assert_eq!(sign("secret", id, 1, body), None);
        let (one, other) = (new_secret(), new_secret());
        assert!(one != other && sign(&one, id, 1, body).is_some());
    }
}
