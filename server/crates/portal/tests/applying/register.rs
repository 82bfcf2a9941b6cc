//! The public register of grants.

use kaishu_portal::accounts::Caller;
use kaishu_store::grants::{self, Becomes, Grant};
use kaishu_testkit::TestPortal;
use kaishu_testkit::granted::{CODE, everybody, site};
use kaishu_types::access::{ApplicationDocument, DeliveryMode, UsePurpose};
use kaishu_types::stats::GrantCount;

use super::{code, submitted, whole};

/// Begins a grant for a purpose; of an agency, where one is named.
async fn begun(
    site: &TestPortal,
    applicant: &Caller,
    (purpose, holder): (UsePurpose, Option<&str>),
) -> i64 {
    let document = ApplicationDocument { purpose: Some(purpose), ..whole() };
    let case = submitted(site.portal(), applicant, &document).await;
    let new = Grant {
        case,
        account: applicant.account().unwrap(),
        holder: holder.map(str::to_owned),
        dataset: code(),
        items: document.items,
        rows: Vec::new(),
        mode: DeliveryMode::Download,
        first_day: "2026-11-01".parse().unwrap(),
        last_day: "2027-06-30".parse().unwrap(),
        is_active: true,
        filing: case.to_string(),
        updated_at: site.portal().now(),
    };
    let transaction = site.store().begin().await.unwrap();
    grants::begin(&transaction, &new).await.unwrap();
    transaction.commit().await.unwrap();
    case
}

/// Counts them anew: a portal keeps what it counted for a minute.
async fn counted(site: &TestPortal) -> Vec<GrantCount> {
    let portal = site.open_at(site.portal().now()).await;
    portal.grant_counts().await.unwrap().items.clone()
}

fn figures(row: &GrantCount) -> [Option<u64>; 3] {
    [row.n_going_on, row.n_ended, row.n_revoked]
}

// Part of APP-07: the register counts grants without names, and no single one can be made out: neither by a row of its
// own, nor by what is left of others, nor by what became of it. What agencies share is not counted.
#[tokio::test]
async fn no_single_grant_can_be_made_out() {
    let site = site("aba").await;
    let people = everybody(site.portal()).await;
    let holder = &people.holder.0;
    let research = (UsePurpose::Research, None);
    assert_eq!(counted(&site).await, []);
    let first = begun(&site, holder, research).await;
    begun(&site, holder, research).await;
    begun(&site, holder, (UsePurpose::Research, Some("YX-U"))).await;
    assert_eq!(counted(&site).await, [], "two, and one of an agency");

    begun(&site, holder, (UsePurpose::Journalism, None)).await;
    let rows = counted(&site).await;
    assert_eq!(rows.len(), 1, "{rows:?}");
    let named = rows[0].dataset.as_ref().map(|it| it.code.as_str());
    assert_eq!((named, rows[0].purpose, rows[0].year), (Some(CODE), None, None));
    assert_eq!(figures(&rows[0]), [Some(3), Some(0), Some(0)]);

    let transaction = site.store().begin().await.unwrap();
    let now = site.portal().now();
    assert!(grants::set(&transaction, first, Becomes::Over, now).await.unwrap());
    transaction.commit().await.unwrap();
    let rows = counted(&site).await;
    assert_eq!(figures(&rows[0]), [None, None, Some(0)], "that one ended is not told");

    begun(&site, holder, research).await;
    let rows = counted(&site).await;
    assert_eq!(rows.len(), 1, "the one for journalism is not told with others: {rows:?}");
    assert_eq!((rows[0].purpose, rows[0].year), (Some(UsePurpose::Research), Some(2026)));
    assert_eq!(figures(&rows[0]), [None, None, Some(0)]);
    let text = format!("{rows:?}");
    assert!(!text.contains("王敏") && !text.contains("holds"), "{text}");

    // On the day after the last one all of them are over.
    let later = site.open_at("2027-07-01T04:00:00Z".parse().unwrap()).await;
    let rows = later.grant_counts().await.unwrap().items.clone();
    assert_eq!(figures(&rows[0]), [Some(0), Some(3), Some(0)]);
}
