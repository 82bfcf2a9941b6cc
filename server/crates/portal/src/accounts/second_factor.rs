//! One-time codes (RFC 6238): setting them up, giving one at the login, giving them up.

use fast_qr::convert::Builder as _;
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::qr::QRBuilder;
use kaishu_store::accounts::{self, Account, Attempt};
use kaishu_types::Lang;
use totp_rs::{Builder, Totp};

use super::logged::{Act, owner};
use super::login::is_staff;
use super::secrets::{Kind, random_token, token_hash};
use super::{Caller, Waits, log_in_first, password, portal_name, wrong};
use crate::retrieval::Client;
use crate::{Error, Portal, Result};

/// What an authenticator needs to make codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The secret, in groups of four, to be typed in.
    pub secret: String,
    /// The same with name and issuer, as `otpauth://…`.
    pub uri: String,
    /// The same as a picture to be scanned: an SVG element.
    pub picture: String,
    /// What is asked for besides a code of it.
    pub proof: EnrolmentProof,
}

/// What is asked of whoever sets one-time codes up, besides a code of the new authenticator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrolmentProof {
    /// Nothing: they have just given the password.
    Nothing,
    /// The present password.
    Password,
    /// The present password, or a code of the authenticator that is in use.
    PasswordOrCode,
}

impl EnrolmentProof {
    /// What proves that it is the owner, and not whoever found their browser open.
    fn of(caller: &Caller, account: &Account) -> Self {
        match (&account.totp_secret, &account.password_hash) {
            // The password was given a moment ago.
            _ if caller.waits().is_some() => Self::Nothing,
            (Some(_), _) => Self::PasswordOrCode,
            (None, Some(_)) => Self::Password,
            // Whoever logs in elsewhere has no password here.
            (None, None) => Self::Nothing,
        }
    }
}

impl Portal {
    /// Offers the caller a secret for one-time codes, never the one that is in use. It stays the same for the
    /// session until it is, and nothing is kept before [`set_up_second_factor`](Self::set_up_second_factor).
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where nobody is logged in.
    pub async fn offer_second_factor(&self, caller: &Caller, lang: Lang) -> Result<Enrolment> {
        let (account, session) = self.enrolling(caller, lang).await?;
        let secret = self.offered(&account, session);
        let totp = totp(&secret, &account, &portal_name(self, lang))?;
        let failed = |error: &dyn std::fmt::Display| {
            Error::Internal(format!("the secret cannot be shown: {error}"))
        };
        let uri = totp.to_url().map_err(|error| failed(&error))?;
        let picture =
            QRBuilder::new(uri.as_str()).build().map_err(|error| failed(&format!("{error:?}")))?;
        Ok(Enrolment {
            secret: in_groups(&totp.secret().to_base32()),
            picture: SvgBuilder::default().margin(3).to_str(&picture),
            uri,
            proof: EnrolmentProof::of(caller, &account),
        })
    }

    /// Whoever may set codes up: somebody who is logged in, and staff who must before anything else.
    async fn enrolling(&self, caller: &Caller, lang: Lang) -> Result<(Account, i64)> {
        if caller.waits() == Some(Waits::Code) {
            return Err(log_in_first(lang));
        }
        let (id, session) = caller.begun().ok_or_else(|| log_in_first(lang))?;
        let account = accounts::find_by_id(&self.inner.store, id).await?;
        Ok((account.ok_or_else(|| log_in_first(lang))?, session))
    }

    fn offered(&self, account: &Account, session: i64) -> [u8; 20] {
        let in_use = account.totp_secret.as_deref().unwrap_or_default();
        self.account_secrets().enrolment((account.id, session), in_use)
    }

    /// Sets one-time codes up with the secret that was offered, once a code proves that the authenticator
    /// has it, and the present password - or a code of the authenticator before - that it is the owner. All other
    /// sessions end, and this one goes on under the text that is returned.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a code that is not of the offered secret (`code`), and for a wrong proof (`current`).
    pub async fn set_up_second_factor(
        &self,
        caller: &Caller,
        (code, proof): (&str, &str),
        lang: Lang,
    ) -> Result<String> {
        let (account, session) = self.enrolling(caller, lang).await?;
        let secret = self.offered(&account, session);
        let step = self.step_of(&totp(&secret, &account, "")?, code);
        let step = step.ok_or_else(|| wrong_code(lang))?;
        self.check_owner(caller, &account, proof, lang).await?;
        let sealed = self.account_secrets().seal(Kind::Totp, &secret)?;
        let token = random_token();
        let transaction = self.inner.store.begin().await?;
        accounts::set_second_factor(&transaction, account.id, Some(&sealed), step).await?;
        accounts::end_other_sessions(&transaction, account.id, Some(session)).await?;
        let goes_on =
            accounts::pass_second_factor(&transaction, session, &token_hash(&token), self.now())
                .await?;
        if !goes_on {
            return Err(log_in_first(lang));
        }
        self.log_account(&transaction, owner(&account), &account.login, Act::CodesSetUp, [])
            .await?;
        transaction.commit().await?;
        Ok(token)
    }

    async fn check_owner(
        &self,
        caller: &Caller,
        account: &Account,
        proof: &str,
        lang: Lang,
    ) -> Result<()> {
        let proves = EnrolmentProof::of(caller, account);
        if proves == EnrolmentProof::Nothing {
            return Ok(());
        }
        let is_code = digits(proof).len() == 6 && proof.chars().count() <= 10;
        if is_code && proves == EnrolmentProof::PasswordOrCode {
            let attempt = self.count_attempt(&account.login).await?;
            let used = match attempt {
                Attempt::Open(_) => self.use_own_code(account, proof, lang).await,
                _ => Err(wrong_code(lang)),
            };
            if used.is_ok() {
                let transaction = self.inner.store.begin().await?;
                accounts::logged_in(&transaction, account.id, self.now()).await?;
                return Ok(transaction.commit().await?);
            }
            self.record_lock(&attempt).await?;
            return Err(wrong(
                "current",
                lang,
                "旧验证器的验证码不对，或者已经用过。也可以输入现在的密码。",
                "The code of the authenticator before is wrong or was used. The present password will do, too.",
            ));
        }
        self.check_own_password(account, proof, "current", lang).await
    }

    /// Takes the one-time code of somebody who gave the right password. The session goes on under the text
    /// that is returned.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a wrong or used code, and once too many were tried; `TooManyRequests` where the
    /// client failed too often.
    pub async fn give_code(
        &self,
        caller: &Caller,
        code: &str,
        client: Option<Client>,
        lang: Lang,
    ) -> Result<String> {
        self.begin_try(client, lang)?;
        let result = self.try_code(caller, code, lang).await;
        self.end_try(client, &result);
        result
    }

    async fn try_code(&self, caller: &Caller, code: &str, lang: Lang) -> Result<String> {
        let begun = caller.begun().filter(|_| caller.waits() == Some(Waits::Code));
        let (id, session) = begun.ok_or_else(|| log_in_first(lang))?;
        let account = accounts::find_by_id(&self.inner.store, id).await?;
        let account = account.ok_or_else(|| log_in_first(lang))?;
        let Attempt::Open(account) = self.count_attempt(&account.login).await? else {
            return Err(wrong(
                "code",
                lang,
                "连续输错太多次，已暂停登录。最少 15 分钟后再试。",
                "Too many codes were wrong in a row; logging in is suspended. Try again after 15 minutes at the earliest.",
            ));
        };
        let (token, now) = (random_token(), self.now());
        let step = self.step_of_own(&account, code)?;
        let transaction = self.inner.store.begin().await?;
        let is_right = match step {
            Some(step) => accounts::use_code(&transaction, id, step).await?,
            None => false,
        };
        if !is_right {
            self.log_lock(&transaction, &account).await?;
            transaction.commit().await?;
            return Err(wrong_code(lang));
        }
        if !accounts::pass_second_factor(&transaction, session, &token_hash(&token), now).await? {
            return Err(log_in_first(lang));
        }
        accounts::logged_in(&transaction, id, now).await?;
        self.log_account(&transaction, owner(&account), &account.login, Act::LoggedIn, []).await?;
        transaction.commit().await?;
        Ok(token)
    }

    /// Gives one-time codes up, with the password. Staff cannot.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a wrong password; `Forbidden` for staff.
    pub async fn give_up_second_factor(
        &self,
        caller: &Caller,
        password: &str,
        lang: Lang,
    ) -> Result<()> {
        let (account, _) = self.own(caller, lang).await?;
        if is_staff(&account) {
            return Err(Error::Refused {
                code: kaishu_types::ErrorCode::Forbidden,
                message: lang
                    .pick(
                        "工作人员的账号必须使用验证码登录，不能停用；可以换到另一台设备。",
                        "Staff log in with one-time codes and cannot give them up; they can be moved to another device.",
                    )
                    .to_owned(),
                rule: None,
                remedy: None,
            });
        }
        self.check_own_password(&account, password, "code_password", lang).await?;
        let transaction = self.inner.store.begin().await?;
        accounts::set_second_factor(&transaction, account.id, None, 0).await?;
        self.log_account(&transaction, owner(&account), &account.login, Act::CodesGivenUp, [])
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Uses a one-time code of whoever is logged in, to sign with (AGR-05); wrong ones count as attempts to log in.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a wrong or used code; refused, with the way to it, where no codes are set up.
    pub(crate) async fn use_code_of(&self, caller: &Caller, code: &str, lang: Lang) -> Result<()> {
        let (account, _) = self.own(caller, lang).await?;
        if account.totp_secret.is_none() {
            let link = "/me/security/code".to_owned();
            let text = lang.pick("设置验证码", "Set up codes").to_owned();
            return Err(Error::Refused {
                code: kaishu_types::ErrorCode::Forbidden,
                message: lang
                    .pick(
                        "签署要用一次性验证码确认是您本人，请先设置",
                        "signing asks for a one-time code; set codes up first",
                    )
                    .to_owned(),
                rule: None,
                remedy: Some(kaishu_types::Remedy { text, link }),
            });
        }
        let attempt = self.count_attempt(&account.login).await?;
        if !matches!(attempt, Attempt::Open(_)) {
            self.record_lock(&attempt).await?;
            return Err(wrong_code(lang));
        }
        if let Err(error) = self.use_own_code(&account, code, lang).await {
            self.record_lock(&attempt).await?;
            return Err(error);
        }
        let transaction = self.inner.store.begin().await?;
        accounts::logged_in(&transaction, account.id, self.now()).await?;
        Ok(transaction.commit().await?)
    }

    /// Uses a one-time code of an account whose password was given.
    ///
    /// # Errors
    ///
    /// `InvalidInput` for a wrong or used code.
    pub(super) async fn use_own_code(
        &self,
        account: &Account,
        code: &str,
        lang: Lang,
    ) -> Result<()> {
        let step = self.step_of_own(account, code)?.ok_or_else(|| wrong_code(lang))?;
        let transaction = self.inner.store.begin().await?;
        if !accounts::use_code(&transaction, account.id, step).await? {
            return Err(wrong_code(lang));
        }
        Ok(transaction.commit().await?)
    }

    /// Asks for the password once more; wrong ones count as attempts to log in.
    pub(super) async fn check_own_password(
        &self,
        account: &Account,
        typed: &str,
        field: &str,
        lang: Lang,
    ) -> Result<()> {
        let attempt = self.count_attempt(&account.login).await?;
        let hash = account.password_hash.clone();
        let is_right = password::is_right(typed.to_owned(), hash).await?;
        if !is_right || !matches!(attempt, Attempt::Open(_)) {
            self.record_lock(&attempt).await?;
            return Err(wrong(
                field,
                lang,
                "现在的密码不对。连续输错 5 次会暂停 15 分钟。",
                "The present password is wrong. After 5 wrong attempts in a row there is a pause of 15 minutes.",
            ));
        }
        let transaction = self.inner.store.begin().await?;
        accounts::logged_in(&transaction, account.id, self.now()).await?;
        Ok(transaction.commit().await?)
    }

    fn step_of_own(&self, account: &Account, code: &str) -> Result<Option<u64>> {
        let sealed = account.totp_secret.as_deref().unwrap_or_default();
        let secret = self.account_secrets().open(Kind::Totp, sealed).ok_or_else(|| {
            Error::Configuration(format!(
                "the secret of one-time codes of account {} was sealed under another secret of the portal",
                account.id
            ))
        })?;
        Ok(self.step_of(&totp(&secret, account, "")?, code))
    }

    /// Finds the step whose code was typed: now, the one before, or the one after.
    fn step_of(&self, totp: &Totp, typed: &str) -> Option<u64> {
        let now = u64::try_from(self.now().timestamp()).ok()?;
        totp.check(&digits(typed), now)
    }
}

fn totp(secret: &[u8], account: &Account, issuer: &str) -> Result<Totp> {
    let issuer = issuer.replace(':', " ");
    let issuer = Some(issuer).filter(|issuer| !issuer.is_empty());
    Builder::new()
        .with_secret(secret.to_vec())
        .with_skew(1)
        .with_account_name(account.login.as_str())
        .with_issuer(issuer)
        .build()
        .map_err(|error| Error::Internal(format!("one-time codes cannot be made: {error}")))
}

fn wrong_code(lang: Lang) -> Error {
    wrong(
        "code",
        lang,
        "验证码不对，或者已经用过。等验证器显示下一个再输入；总是不对的，检查手机的时间。",
        "The code is wrong or was used before. Wait for the next one; if none is right, check the clock of your phone.",
    )
}

/// Takes the digits out of what was typed: people copy blanks along, and some keyboards write wide digits.
fn digits(typed: &str) -> String {
    typed
        .chars()
        .filter(|char| !char.is_whitespace())
        .map(|char| match char {
            '０'..='９' => char::from_u32(u32::from(char) - 0xFEE0).unwrap_or(char),
            other => other,
        })
        .take(10)
        .collect()
}

fn in_groups(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join(" ")
}
