//! Signed documents that were changed where they are kept.

use kaishu_store::agreements::{self, Document, Side, Signature};
use kaishu_store::papers::{self, Paper};
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::granting::{application, granted};
use kaishu_testkit::people::LANG;
use kaishu_testkit::{Setup, TestPortal, now};
use kaishu_types::ErrorCode;
use kaishu_types::access::DeliveryMode;

const CODE: &str = "YX-T-0001";

// Part of AGR-05: what is kept of a document is looked at each time before it is said to be unchanged; an offer of the
// same text does not stand before the signed one.
#[tokio::test]
async fn what_was_changed_is_not_proven() {
    let site = TestPortal::open(Setup { policy: "aba", with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "企业用电", "conditional")
        .on_conditions("有安全保障能力", "download")
        .item(CODE, "power", "conditional")
        .file(CODE, "power.csv", b"power\n31337\n");
    site.import(catalogue.folder()).await;
    let (portal, store) = (site.portal(), site.store());
    let holder = granted(portal, CODE, &application(&["power"], DeliveryMode::Download)).await;
    let documents = agreements::of_case(store, holder.case).await.unwrap();
    let (signed, other) = (&documents[0], &documents[1]);
    let proven = async |sha256: &str| {
        let found = portal.proven_document(sha256).await;
        found.map(|it| it.document.id).map_err(|error| error.code())
    };
    let offer = async |text: &str, sha256: &str| {
        let new = Document {
            text: text.to_owned(),
            sha256: sha256.to_owned(),
            signed: None,
            countersigned: None,
            ..signed.clone()
        };
        let transaction = store.begin().await.unwrap();
        agreements::offer(&transaction, &new).await.unwrap();
        transaction.commit().await.unwrap();
        agreements::of_case(store, holder.case).await.unwrap().pop().unwrap().id
    };
    assert_ne!(offer(&signed.text, &signed.sha256).await, signed.id);
    assert_eq!(proven(&signed.sha256).await, Ok(signed.id), "the signed one of two");

    let hash = "ab".repeat(32);
    let changed = offer("改过的文本", &hash).await;
    let by = Signature { account: 1, name: "王敏".to_owned(), at: now() };
    let transaction = store.begin().await.unwrap();
    for side in [Side::Applicant, Side::Provider] {
        assert!(agreements::sign(&transaction, changed, side, &by).await.unwrap());
    }
    transaction.commit().await.unwrap();
    assert_eq!(proven(&hash).await, Err(ErrorCode::Internal));
    let taken = portal.signed_paper(&holder.caller, holder.case, changed, LANG).await;
    assert_eq!(taken.err().map(|error| error.code()), Some(ErrorCode::Internal));

    assert_eq!(proven(&other.sha256).await, Ok(other.id));
    let forged = Paper { sha256: "cd".repeat(32), pdf: b"%PDF-1.7 forged".to_vec() };
    papers::keep(store, other.id, &forged, now()).await.unwrap();
    for hash in [&forged.sha256, &other.sha256] {
        assert_eq!(proven(hash).await, Err(ErrorCode::Internal));
    }
    let taken = portal.signed_paper(&holder.caller, holder.case, other.id, LANG).await;
    assert_eq!(taken.err().map(|error| error.code()), Some(ErrorCode::Internal));
}
