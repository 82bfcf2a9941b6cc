//! Mails to accounts that wait to be sent: what each is for, and until when it is of use.
//!
//! No row holds an address, a link or a word of a mail. The address is that of the account, and the link is made when
//! the mail goes out, so that nothing here lets anybody in. What was sent leaves no row.

use chrono::{DateTime, TimeDelta, Utc};
use kaishu_types::Lang;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};

use crate::convert::{number, to_stored};
use crate::entity::{account_letter, notification};
use crate::{Result, Store, StoreError, Transaction};

/// How long a node has for a mail that it took.
const LEASE: TimeDelta = TimeDelta::seconds(120);

const WAITING: &str = "waiting";

/// What a mail to an account is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterKind {
    /// To confirm the address, or to tell its owner that it has an account.
    Confirm,
    /// To choose another password.
    Reset,
    /// To choose the first password.
    Invite,
}

impl LetterKind {
    /// Returns the code of the kind.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Reset => "reset",
            Self::Invite => "invite",
        }
    }

    fn of(text: &str) -> Result<Self> {
        let all = [Self::Confirm, Self::Reset, Self::Invite];
        let found = all.into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| StoreError::corrupt(format!("`{text}` is no kind of mail")))
    }
}

/// A mail that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Its number.
    pub id: i64,
    /// To whom; 0 stands for nobody, so that asking for an account that does not exist takes as long.
    pub account: i64,
    /// What it is for.
    pub kind: LetterKind,
    /// The language it is written in.
    pub lang: Lang,
    /// How often it was tried.
    pub n_attempts: u32,
    /// From when on it is of no use.
    pub expires_at: DateTime<Utc>,
}

/// Lets a mail wait to be sent until `expires_at`. An earlier one to the same account for the same goes.
pub async fn add_letter(
    transaction: &Transaction,
    account: i64,
    (kind, lang): (LetterKind, Lang),
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> Result<()> {
    account_letter::Entity::delete_many()
        .filter(account_letter::COLUMN.account_id.eq(account))
        .filter(account_letter::COLUMN.kind.eq(kind.as_str()))
        .exec(&transaction.inner)
        .await?;
    let row = account_letter::ActiveModel {
        id: NotSet,
        account_id: Set(account),
        kind: Set(kind.as_str().to_owned()),
        lang: Set(lang.tag().to_owned()),
        state: Set(WAITING.to_owned()),
        n_attempts: Set(0),
        after: Set(to_stored(now)),
        created_at: Set(to_stored(now)),
        expires_at: Set(to_stored(expires_at)),
    };
    account_letter::Entity::insert(row).exec_without_returning(&transaction.inner).await?;
    Ok(())
}

/// Takes the first mail that is due after the one with a number; nobody else takes it for two minutes.
pub async fn take_letter(store: &Store, above: i64, now: DateTime<Utc>) -> Result<Option<Letter>> {
    loop {
        let found = account_letter::Entity::find()
            .filter(account_letter::COLUMN.state.eq(WAITING))
            .filter(account_letter::COLUMN.id.gt(above))
            .filter(account_letter::COLUMN.after.lte(now))
            .order_by_asc(account_letter::COLUMN.id)
            .one(&store.connection)
            .await?;
        let Some(row) = found else { return Ok(None) };
        let taken = account_letter::Entity::update_many()
            .col_expr(account_letter::Column::After, Expr::value(to_stored(now + LEASE)))
            .col_expr(account_letter::Column::NAttempts, Expr::value(row.n_attempts + 1))
            .filter(account_letter::COLUMN.id.eq(row.id))
            .filter(account_letter::COLUMN.state.eq(WAITING))
            .filter(account_letter::COLUMN.n_attempts.eq(row.n_attempts))
            .exec(&store.connection)
            .await?;
        if taken.rows_affected > 0 {
            return letter(row).map(Some);
        }
    }
}

fn letter(row: account_letter::Model) -> Result<Letter> {
    let what = format!("mail {}", row.id);
    Ok(Letter {
        id: row.id,
        account: row.account_id,
        kind: LetterKind::of(&row.kind)?,
        lang: if row.lang == Lang::En.tag() { Lang::En } else { Lang::Zh },
        n_attempts: number(row.n_attempts + 1, &what, "n_attempts")?,
        expires_at: row.expires_at,
    })
}

/// What becomes of a mail that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// It was sent, or nobody needs it any more: nothing is kept.
    Done,
    /// It is tried again from then on.
    Later(DateTime<Utc>),
    /// It is given up; that it was stays, for those who run the system.
    Failed,
}

/// Keeps what becomes of a mail.
pub async fn post_letter(store: &Store, id: i64, delivered: Delivered) -> Result<()> {
    if delivered == Delivered::Done {
        account_letter::Entity::delete_by_id(id).exec(&store.connection).await?;
        return Ok(());
    }
    let update = account_letter::Entity::update_many().filter(account_letter::COLUMN.id.eq(id));
    let update = match delivered {
        Delivered::Later(after) => {
            update.col_expr(account_letter::Column::After, Expr::value(to_stored(after)))
        }
        _ => update.col_expr(account_letter::Column::State, Expr::value("failed")),
    };
    update.exec(&store.connection).await?;
    Ok(())
}

/// Forgets mails that were given up before a time, and those to accounts that are gone are the sender's to drop.
pub async fn forget_letters(transaction: &Transaction, before: DateTime<Utc>) -> Result<()> {
    account_letter::Entity::delete_many()
        .filter(account_letter::COLUMN.state.ne(WAITING))
        .filter(account_letter::COLUMN.created_at.lt(before))
        .exec(&transaction.inner)
        .await?;
    Ok(())
}

/// How mail stands: what waits, since when, and what was given up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MailStanding {
    /// Mails that wait.
    pub n_waiting: u64,
    /// When the oldest of them was written.
    pub oldest: Option<DateTime<Utc>>,
    /// Mails that were given up.
    pub n_failed: u64,
}

/// Says how the mails to accounts stand (confirmations, links, invitations), and then those of notices, given up
/// since a time.
pub async fn mail_standing(
    store: &Store,
    since: DateTime<Utc>,
) -> Result<(MailStanding, MailStanding)> {
    let connection = &store.connection;
    let letters = |state: &'static str| {
        account_letter::Entity::find().filter(account_letter::COLUMN.state.eq(state))
    };
    let oldest = letters(WAITING).order_by_asc(account_letter::COLUMN.created_at).one(connection);
    let own = MailStanding {
        n_waiting: letters(WAITING).count(connection).await?,
        oldest: oldest.await?.map(|row| row.created_at),
        n_failed: letters("failed")
            .filter(account_letter::COLUMN.created_at.gte(since))
            .count(connection)
            .await?,
    };
    let notices = |state: &'static str| {
        notification::Entity::find().filter(notification::COLUMN.mail_state.eq(state))
    };
    let oldest = notices(WAITING).order_by_asc(notification::COLUMN.id).one(connection);
    let of_notices = MailStanding {
        n_waiting: notices(WAITING).count(connection).await?,
        oldest: oldest.await?.map(|row| row.at),
        n_failed: notices("failed")
            .filter(notification::COLUMN.at.gte(since))
            .count(connection)
            .await?,
    };
    Ok((own, of_notices))
}

/// Lists mails to accounts that were given up, the newest first: what each was for, to whom, and when it was written.
pub async fn failed_letters(
    store: &Store,
    limit: u64,
) -> Result<Vec<(LetterKind, i64, DateTime<Utc>)>> {
    let rows = account_letter::Entity::find()
        .filter(account_letter::COLUMN.state.eq("failed"))
        .order_by_desc(account_letter::COLUMN.id)
        .paginate(&store.connection, limit)
        .fetch_page(0)
        .await?;
    rows.into_iter()
        .map(|row| Ok((LetterKind::of(&row.kind)?, row.account_id, row.created_at)))
        .collect()
}
