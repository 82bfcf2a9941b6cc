//! Templates of agreements in versions, and who accepted the terms of the platform.

use kaishu_store::templates::{self, Acceptance, Owner, TemplateVersion};
use kaishu_store::{Store, StoreError};

use crate::accounts::{create, new};
use crate::build::time;
use crate::database::TestDb;

const KIND: &str = "usage_agreement";

fn version(owner: &Owner, number: u32) -> TemplateVersion {
    TemplateVersion {
        owner: owner.clone(),
        kind: KIND.to_owned(),
        number,
        text: format!("第 {number} 版\n{{parties}}\n"),
        note: "变化".to_owned(),
        sha256: "ab".repeat(32),
        account: None,
        published_by: "王敏".to_owned(),
        published_at: time("2026-11-21T04:00:00Z"),
    }
}

async fn publish(store: &Store, new: &TemplateVersion) -> Result<(), StoreError> {
    let transaction = store.begin().await?;
    templates::publish(&transaction, new).await?;
    transaction.commit().await
}

// Part of AGR-02: versions are kept apart by whose they are, the newest is in force, and no number is used twice.
pub(crate) async fn versions_of_a_template_are_kept(database: &TestDb) {
    let store = &database.store;
    let provider = Owner::Organization("YX".to_owned());
    let region = Owner::Region("YX".to_owned());
    for (owner, number) in [(&provider, 1), (&provider, 2), (&region, 1)] {
        publish(store, &version(owner, number)).await.unwrap();
    }
    let twice = publish(store, &version(&provider, 2)).await;
    assert!(matches!(twice, Err(StoreError::Conflict { .. })), "{twice:?}");
    let nul = TemplateVersion { text: "\0".to_owned(), ..version(&provider, 3) };
    assert!(matches!(publish(store, &nul).await, Err(StoreError::Invalid { .. })));
    let found = templates::current(store, &provider, KIND).await.unwrap();
    assert_eq!(found, Some(version(&provider, 2)));
    assert_eq!(templates::number(store, &region, KIND).await.unwrap(), Some(1));
    assert_eq!(templates::number(store, &region, "platform_agreement").await.unwrap(), None);
    let all = templates::list(store, &provider, KIND).await.unwrap();
    assert_eq!(all, [version(&provider, 2), version(&provider, 1)]);
    assert_eq!(all[0].reference(), "organization:YX/usage_agreement/2");
}

// Part of AGR-03: what an account accepted is kept once for each version; the newest counts.
pub(crate) async fn acceptances_are_kept_once(database: &TestDb) {
    let store = &database.store;
    let account = create(database, &new("wang.min")).await.unwrap();
    assert_eq!(templates::accepted(store, account).await.unwrap(), None);
    let accepted = |number| Acceptance {
        account,
        number,
        sha256: "cd".repeat(32),
        at: time("2026-11-21T04:00:00Z"),
    };
    for (number, is_new) in [(1, true), (2, true), (2, false)] {
        let transaction = store.begin().await.unwrap();
        let kept = templates::accept(&transaction, &accepted(number)).await.unwrap();
        assert_eq!(kept, is_new, "{number}");
        transaction.commit().await.unwrap();
    }
    assert_eq!(templates::accepted(store, account).await.unwrap(), Some(accepted(2)));
}
