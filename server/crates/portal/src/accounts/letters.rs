//! Mails to accounts: confirmations, links for a password, invitations.
//!
//! What is to be sent waits in the store, written in the transaction that causes it, and is tried until the server for
//! mail takes it or it is of no use any more; nothing is lost with a process. A link is made when its mail goes out, so
//! that none waits anywhere.

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_domain::permission::Action;
use kaishu_store::Transaction;
use kaishu_store::accounts::{self, Account, Delivered, LetterKind, MailStanding, Purpose};
use kaishu_types::Lang;
use kaishu_types::account::{AccountState, Login};

use super::Caller;
use super::granting::INVITED_FOR;
use super::mail::{Letter, Sent};
use super::manage::permit;
use super::register::{CONFIRM_WITHIN, RESET_WITHIN};
use super::secrets::{Kind, random_token, token_hash};
use crate::{Portal, Result};

/// How long is waited before the second try, the third, and so on; then the last one again and again.
const RETRIES: [TimeDelta; 4] =
    [TimeDelta::seconds(10), TimeDelta::minutes(1), TimeDelta::minutes(5), TimeDelta::minutes(15)];
const LAST_RETRY: TimeDelta = TimeDelta::minutes(30);
/// For so long it is told that a mail was given up.
const TOLD_FOR: TimeDelta = TimeDelta::days(30);
/// Mails that were given up, on a page.
const SHOWN: u64 = 50;
/// Stands for nobody.
const NOBODY: i64 = 0;

/// How mail stands, for those who run the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailHealth {
    /// Whether a server for mail is set.
    pub is_set: bool,
    /// Mails to accounts: confirmations, links, invitations.
    pub letters: MailStanding,
    /// Mails of notices.
    pub notices: MailStanding,
    /// Mails to accounts that were given up, the newest first.
    pub failed: Vec<FailedLetter>,
}

/// A mail to an account that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedLetter {
    /// To whom; none where the account is gone.
    pub login: Option<Login>,
    /// What it was for, in words.
    pub what: &'static str,
    /// When it was written.
    pub at: DateTime<Utc>,
}

/// For how long a mail is of use, and the link in it from when it was sent.
fn span(kind: LetterKind) -> TimeDelta {
    match kind {
        LetterKind::Confirm => CONFIRM_WITHIN,
        LetterKind::Reset => RESET_WITHIN,
        LetterKind::Invite => INVITED_FOR,
    }
}

impl Portal {
    /// Lets a mail to an account wait to be sent, with what else the transaction holds.
    pub(super) async fn write_to(
        &self,
        transaction: &Transaction,
        account: i64,
        kind: LetterKind,
        lang: Lang,
    ) -> Result<()> {
        let now = self.now();
        let times = (now, now + span(kind));
        Ok(accounts::add_letter(transaction, account, (kind, lang), times).await?)
    }

    /// Writes to nobody: as much work as writing to somebody.
    pub(super) async fn write_to_nobody(&self, lang: Lang) -> Result<()> {
        let transaction = self.inner.store.begin().await?;
        self.write_to(&transaction, NOBODY, LetterKind::Reset, lang).await?;
        Ok(transaction.commit().await?)
    }

    /// Sends in the background what waits; what cannot be sent now is tried again by
    /// [`follow_notices`](Self::follow_notices).
    pub(super) fn send_soon(&self) {
        let portal = self.clone();
        tokio::spawn(async move {
            if let Err(error) = portal.send_letters().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "mails to accounts could not be sent yet"
                );
            }
        });
    }

    /// Tries each mail to an account that is due, once. Returns how many are done.
    ///
    /// # Errors
    ///
    /// Fails where the store does; a mail that cannot be sent is kept and tried again.
    pub async fn send_letters(&self) -> Result<usize> {
        let store = &self.inner.store;
        let (mut n_done, mut last) = (0, 0);
        while let Some(letter) = accounts::take_letter(store, last, self.now()).await? {
            last = letter.id;
            let delivered = self.deliver(&letter).await?;
            n_done += usize::from(delivered == Delivered::Done);
            accounts::post_letter(store, letter.id, delivered).await?;
        }
        Ok(n_done)
    }

    async fn deliver(&self, letter: &accounts::Letter) -> Result<Delivered> {
        let (store, now) = (&self.inner.store, self.now());
        let account = accounts::find_by_id(store, letter.account).await?;
        let Some(account) = account.filter(|it| needs(it, letter.kind, now)) else {
            return Ok(Delivered::Done);
        };
        if letter.expires_at <= now {
            tracing::error!(account.login = %account.login, kind = letter.kind.as_str(), "a mail is of no use any more and is given up");
            return Ok(Delivered::Failed);
        }
        let address = account.email.as_deref();
        let address = address.and_then(|it| self.account_secrets().open_text(Kind::Mail, it));
        let Some(to) = address else { return Ok(Delivered::Failed) };
        if !self.can_invite() {
            return Ok(Delivered::Later(now + LAST_RETRY));
        }
        let mail = self.written(letter, &account, to).await?;
        Ok(match self.send_or_show(mail).await {
            Sent::Yes => Delivered::Done,
            Sent::Never => Delivered::Failed,
            Sent::NotYet => {
                let tried = usize::try_from(letter.n_attempts).unwrap_or(usize::MAX);
                let pause = RETRIES.get(tried.saturating_sub(1)).copied();
                Delivered::Later(now + pause.unwrap_or(LAST_RETRY))
            }
        })
    }

    /// Writes a mail, with a link that works from now on; those before it stop working.
    async fn written(
        &self,
        letter: &accounts::Letter,
        account: &Account,
        to: String,
    ) -> Result<Letter> {
        let (lang, login) = (letter.lang, &account.login);
        let purpose = match letter.kind {
            LetterKind::Confirm => {
                // The owner of the address learns of it, and no link is made (see `register`).
                let hash = self.account_secrets().email_hash(&to);
                if let Some(owner) = accounts::find_by_email(&self.inner.store, &hash).await? {
                    return Ok(self.of_owner(&owner, to, lang));
                }
                Purpose::Confirm
            }
            LetterKind::Reset | LetterKind::Invite => Purpose::Reset,
        };
        let (token, now) = (random_token(), self.now());
        let transaction = self.inner.store.begin().await?;
        let times = (now, now + span(letter.kind));
        accounts::add_link(&transaction, account.id, purpose, &token_hash(&token), times).await?;
        transaction.commit().await?;
        Ok(match letter.kind {
            LetterKind::Confirm => self.confirmation(to, login, &token, lang),
            LetterKind::Invite => self.invitation(to, login, &token, lang),
            LetterKind::Reset => self.reset_letter(to, login, &token, lang),
        })
    }

    /// Forgets what was given up long ago.
    pub(super) async fn forget_letters(&self, transaction: &Transaction) -> Result<()> {
        Ok(accounts::forget_letters(transaction, self.now() - TOLD_FOR).await?)
    }

    /// Says how mail stands, to whoever runs the system.
    ///
    /// # Errors
    ///
    /// `Forbidden` for who may not.
    pub async fn mail_health(&self, caller: &Caller, lang: Lang) -> Result<MailHealth> {
        permit(caller, Action::RunSystem, lang)?;
        let store = &self.inner.store;
        let (letters, notices) = accounts::mail_standing(store, self.now() - TOLD_FOR).await?;
        let mut failed = Vec::new();
        for (kind, account, at) in accounts::failed_letters(store, SHOWN).await? {
            let account = accounts::find_by_id(store, account).await?;
            failed.push(FailedLetter {
                login: account.map(|it| it.login),
                what: in_words(kind, lang),
                at,
            });
        }
        Ok(MailHealth { is_set: self.sends_mail(), letters, notices, failed })
    }
}

/// Whether an account still needs a mail.
fn needs(account: &Account, kind: LetterKind, now: DateTime<Utc>) -> bool {
    match kind {
        LetterKind::Confirm => account.state == AccountState::Pending,
        LetterKind::Reset => account.is_usable(now),
        LetterKind::Invite => account.is_usable(now) && account.password_hash.is_none(),
    }
}

fn in_words(kind: LetterKind, lang: Lang) -> &'static str {
    match kind {
        LetterKind::Confirm => lang.pick("确认邮箱", "Confirmation of an address"),
        LetterKind::Reset => lang.pick("重新设置密码", "Link for another password"),
        LetterKind::Invite => lang.pick("开立账号的邀请", "Invitation"),
    }
}
