//! Mails to accounts that wait to be sent.

use chrono::TimeDelta;
use kaishu_store::accounts::{self, Delivered, LetterKind};
use kaishu_store::{Store, cases};
use kaishu_types::Lang;
use kaishu_types::account::Role;

use crate::build::time;
use crate::cases::account;
use crate::database::TestDb;

async fn write(store: &Store, account: i64, kind: LetterKind) {
    let now = time("2026-11-21T04:00:00Z");
    let transaction = store.begin().await.unwrap();
    let times = (now, now + TimeDelta::hours(1));
    accounts::add_letter(&transaction, account, (kind, Lang::En), times).await.unwrap();
    transaction.commit().await.unwrap();
}

/// A mail is taken by one node at a time, is there again when it was put off or its node is gone, and leaves nothing
/// once it was sent.
pub(crate) async fn a_mail_waits_until_it_is_sent(database: &TestDb) {
    let store = &database.store;
    let li = account(store, "li.na", Role::DataUser).await;
    let wei = account(store, "zhang.wei", Role::DataUser).await;
    let now = time("2026-11-21T04:00:00Z");
    for _ in 0..2 {
        write(store, li, LetterKind::Reset).await;
    }
    write(store, wei, LetterKind::Confirm).await;
    let standing = async || accounts::mail_standing(store, now).await.unwrap();
    let (letters, notices) = standing().await;
    assert_eq!((letters.n_waiting, letters.oldest, letters.n_failed), (2, Some(now), 0));
    assert_eq!(notices, accounts::MailStanding::default());

    let first = accounts::take_letter(store, 0, now).await.unwrap().unwrap();
    assert_eq!((first.account, first.kind, first.n_attempts), (li, LetterKind::Reset, 1));
    assert_eq!((first.lang, first.expires_at), (Lang::En, now + TimeDelta::hours(1)));
    let second = accounts::take_letter(store, 0, now).await.unwrap().unwrap();
    assert_eq!(second.account, wei);
    assert_eq!(accounts::take_letter(store, 0, now).await.unwrap(), None);
    // A node that is gone loses what it took.
    let later = now + TimeDelta::minutes(3);
    let again = accounts::take_letter(store, 0, later).await.unwrap().unwrap();
    assert_eq!((again.id, again.n_attempts), (first.id, 2));

    let after = later + TimeDelta::hours(1);
    accounts::post_letter(store, first.id, Delivered::Later(after)).await.unwrap();
    accounts::post_letter(store, second.id, Delivered::Failed).await.unwrap();
    assert_eq!(accounts::take_letter(store, 0, later).await.unwrap(), None);
    assert_eq!(accounts::take_letter(store, first.id, after).await.unwrap(), None);
    assert!(accounts::take_letter(store, 0, after).await.unwrap().is_some());
    accounts::post_letter(store, first.id, Delivered::Done).await.unwrap();
    let (letters, _) = standing().await;
    assert_eq!((letters.n_waiting, letters.oldest, letters.n_failed), (0, None, 1));
    let failed = accounts::failed_letters(store, 10).await.unwrap();
    assert_eq!(failed, [(LetterKind::Confirm, wei, now)]);
    let transaction = store.begin().await.unwrap();
    accounts::forget_letters(&transaction, later).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(accounts::failed_letters(store, 10).await.unwrap(), []);
    assert_eq!(cases::n_unread(store, wei).await.unwrap(), 0, "a mail is no notice");
}
