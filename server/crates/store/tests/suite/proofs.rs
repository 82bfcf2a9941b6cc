//! How it was proven who the people behind accounts are.

use chrono::{DateTime, NaiveDate, Utc};
use kaishu_store::StoreError;
use kaishu_store::accounts::{self, NewProof, ProofDocument};
use kaishu_types::proofing::{IdDocumentKind, ProofMethod};

use crate::accounts::{create, new};
use crate::database::TestDb;

fn now() -> DateTime<Utc> {
    "2026-11-21T04:00:00Z".parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn proof(account_id: i64, hash: &str) -> NewProof {
    NewProof {
        account_id,
        method: ProofMethod::IdDocument,
        document: Some(ProofDocument {
            kind: IdDocumentKind::ResidentCard,
            last_four: "002X".to_owned(),
        }),
        hash: hash.to_owned(),
        valid_until: Some(day("2026-12-31")),
        by: (7, "王敏".to_owned()),
    }
}

async fn add(database: &TestDb, new: &NewProof) -> Result<i64, StoreError> {
    let transaction = database.store.begin().await.unwrap();
    let id = accounts::add_proof(&transaction, new, now()).await?;
    transaction.commit().await.unwrap();
    Ok(id)
}

/// Proves ORG-09 in the store: an account is proven once, by one method; a second proof is refused while one stands,
/// a proof comes back as it was kept, and it holds to the last day of its document.
pub(crate) async fn an_account_is_proven_once(database: &TestDb) {
    let store = &database.store;
    let account = create(database, &new("li.na")).await.unwrap();
    assert_eq!(accounts::proof_of(store, account).await.unwrap(), None);
    let kept = proof(account, "one");
    let id = add(database, &kept).await.unwrap();

    let found = accounts::proof_of(store, account).await.unwrap().unwrap();
    assert_eq!((found.id, found.method, &found.document), (id, kept.method, &kept.document));
    assert_eq!((found.proven_at, found.proven_by.as_str()), (now(), "王敏"));
    assert!(found.holds_on(day("2026-12-31")) && !found.holds_on(day("2027-01-01")));
    let second = NewProof { method: ProofMethod::SignOn, document: None, ..proof(account, "two") };
    assert!(matches!(add(database, &second).await, Err(StoreError::Conflict { .. })));
    assert_eq!(accounts::proofs_of(store, account).await.unwrap(), [found]);
}

/// Part of ORG-09: a document proves one account; once that proof is withdrawn, with its reason, nothing is left by
/// which the document is found.
pub(crate) async fn a_document_proves_one_account(database: &TestDb) {
    let store = &database.store;
    let one = create(database, &new("li.na")).await.unwrap();
    let other = create(database, &new("li.na.2")).await.unwrap();
    add(database, &proof(one, "card")).await.unwrap();
    assert_eq!(accounts::proven_by(store, "card").await.unwrap(), Some(one));
    assert!(matches!(add(database, &proof(other, "card")).await, Err(StoreError::Conflict { .. })));
    assert_eq!(accounts::proof_of(store, other).await.unwrap(), None);

    let transaction = store.begin().await.unwrap();
    let reason = Some("登记错了账号");
    assert!(accounts::end_proof(&transaction, one, reason, now()).await.unwrap());
    assert!(!accounts::end_proof(&transaction, one, reason, now()).await.unwrap(), "once");
    transaction.commit().await.unwrap();
    assert_eq!(accounts::proven_by(store, "card").await.unwrap(), None);
    add(database, &proof(other, "card")).await.unwrap();
    let ended = accounts::proofs_of(store, one).await.unwrap();
    assert_eq!(ended[0].end_reason.as_deref(), reason);
    assert!(!ended[0].holds_on(day("2026-11-21")));
    let nul = accounts::end_proof(&store.begin().await.unwrap(), other, Some("\0"), now()).await;
    assert!(matches!(nul, Err(StoreError::Invalid { .. })), "{nul:?}");
}
