//! Passwords: what a new one must be, and how they are kept.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use kaishu_types::Lang;
use kaishu_types::account::Login;

use crate::{Error, Result, blocking};

/// Fewest and most characters of a password.
const LENGTH: std::ops::RangeInclusive<usize> = 10..=200;

/// Memory in KiB and rounds of argon2id: what OWASP names as the least.
const MEMORY_KIB: u32 = 19 * 1024;
const ROUNDS: u32 = 2;

/// Stands for the password of a login that nobody has, so that it takes as long to refuse.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Passwords of ten characters and more that stand at the top of every list of stolen ones.
const COMMON: &[&str] = &[
    "0123456789",
    "0987654321",
    "1111111111",
    "1122334455",
    "12345678910",
    "1234567890",
    "1234567891",
    "123456789a",
    "123456789q",
    "1234567899",
    "1234qwerty",
    "147258369a",
    "1q2w3e4r5t",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "1234512345",
    "5201314520",
    "a123456789",
    "aa123456789",
    "abc123456789",
    "abcd123456",
    "abcdefghij",
    "abcdefghijk",
    "administrator",
    "asdfghjkl;",
    "asdfghjkl1",
    "iloveyou123",
    "letmein123",
    "password01",
    "password11",
    "password12",
    "password123",
    "password1234",
    "passw0rd123",
    "p@ssw0rd123",
    "q1w2e3r4t5",
    "qazwsxedcrfv",
    "qazwsxedc1",
    "qq123456789",
    "qwer123456",
    "qwert12345",
    "qwerty1234",
    "qwerty12345",
    "qwerty123456",
    "qwertyuiop",
    "qwertyuiop1",
    "welcome123",
    "woaini1314",
    "woaini520520",
    "zaq12wsxcde3",
    "zxcvbnm123",
    "kaishu12345",
    "admin12345",
    "admin123456",
];

/// Says what is wrong with a new password.
///
/// # Errors
///
/// Names the field `password` and what would be right.
pub(super) fn check(password: &str, login: Option<&Login>, lang: Lang) -> Result<()> {
    let refuse = |zh: &str, en: &str| Err(Error::field("password", lang.pick(zh, en)));
    let n_chars = password.chars().count();
    if n_chars < *LENGTH.start() {
        return Err(Error::field(
            "password",
            match lang {
                Lang::Zh => format!("至少 10 个字符，现在 {n_chars} 个。几个词连在一起就很好记。"),
                Lang::En => format!(
                    "At least 10 characters are needed; these are {n_chars}. A few words in a row are easy to remember."
                ),
            },
        ));
    }
    if n_chars > *LENGTH.end() {
        return refuse("最多 200 个字符。", "At most 200 characters are taken.");
    }
    let folded = password.to_lowercase();
    let holds = |login: &str| folded.contains(login) && folded.len() < login.len() + 8;
    if login.is_some_and(|login| holds(login.as_str())) {
        return refuse("不要用登录名作密码。", "Do not use the login name as the password.");
    }
    let first = folded.chars().next();
    if COMMON.contains(&folded.as_str()) || folded.chars().all(|char| Some(char) == first) {
        return refuse(
            "这个密码太常见，别人会先试它。换一个只有自己想得到的。",
            "This password is among the first that others try. Choose one that only you would think of.",
        );
    }
    Ok(())
}

/// Makes the hash that is kept of a password.
pub(super) async fn hash(password: String) -> Result<String> {
    blocking(move || {
        let failed = |error: &dyn std::fmt::Display| {
            Error::Internal(format!("a password cannot be hashed: {error}"))
        };
        let params = Params::new(MEMORY_KIB, ROUNDS, 1, None).map_err(|error| failed(&error))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = argon2.hash_password(password.as_bytes()).map_err(|error| failed(&error))?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether a password is the one of a hash. Without a hash it takes as long, and is never right.
pub(super) async fn is_right(password: String, hash: Option<String>) -> Result<bool> {
    blocking(move || {
        let is_known = hash.is_some();
        let hash = hash.as_deref().unwrap_or(NOBODYS);
        let is_right = Argon2::default().verify_password(password.as_bytes(), hash).is_ok();
        Ok(is_right && is_known)
    })
    .await
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]
    use argon2::password_hash::phc::PasswordHash;

    use super::*;

    #[track_caller]
    fn refused(password: &str) -> bool {
        check(password, "wang.wu".parse().ok().as_ref(), Lang::Zh).is_err()
    }

    #[test]
    fn length_counts_and_kinds_of_characters_do_not() {
        for good in
            ["correct horse", "一二三四五六七八九十", "aaaaaaaaab", "wang.wu rides a bicycle"]
        {
            assert!(!refused(good), "{good}");
        }
        let long = "ab".repeat(101);
        let bad = ["", "kurz", "九个字的密码还不够", "wang.wu123", "WANG.WU-2026", "Password123"];
        for bad in bad.into_iter().chain(["aaaaaaaaaaaa", "1234567890", long.as_str()]) {
            assert!(refused(bad), "{bad}");
        }
        assert!(COMMON.iter().all(|password| refused(password)));
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_alone() {
        let kept = hash("correct horse".to_owned()).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(is_right("correct horse".to_owned(), Some(kept.clone())).await.unwrap());
        assert!(!is_right("correct house".to_owned(), Some(kept.clone())).await.unwrap());
        assert_ne!(hash("correct horse".to_owned()).await.unwrap(), kept);
        assert!(!is_right("correct horse".to_owned(), None).await.unwrap());
        assert!(!is_right(String::new(), Some("no hash".to_owned())).await.unwrap());
    }

    #[test]
    fn a_login_that_nobody_has_takes_as_long_to_refuse() {
        let nobodys = PasswordHash::new(NOBODYS).unwrap();
        let params = Params::try_from(&nobodys).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (MEMORY_KIB, ROUNDS, 1));
        assert_eq!(nobodys.hash.unwrap().len(), 32);
    }
}
