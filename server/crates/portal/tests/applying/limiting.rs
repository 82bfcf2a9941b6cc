//! A part of the rows: asked for, limited further with the decision, named by what is signed, and granted so.

use kaishu_portal::Error;
use kaishu_portal::access::ApplicationAct;
use kaishu_testkit::granted::{everybody, site, step};
use kaishu_testkit::people::LANG;
use kaishu_types::access::ApplicationDocument;
use kaishu_types::row_scope::{RowCondition, RowOperator};

use super::{act, event, submitted, whole, written};

fn condition(column: &str, operator: RowOperator, values: &[&str]) -> RowCondition {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    RowCondition { column: column.to_owned(), operator, values }
}

fn approval(rows: &[RowCondition]) -> ApplicationAct {
    ApplicationAct { rows: rows.to_vec(), ..event("approve") }
}

// Proves APP-09, AGR-04 for rows: a column that the applicant does not see limits nothing, and the refusal names its rule;
// what is decided leaves fewer rows, never others; the agreement says which, and so does the grant.
#[tokio::test]
async fn a_part_of_the_rows_is_asked_for_decided_and_granted() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let (holder, holder_code) = &people.holder;
    let unseen = condition("price", RowOperator::Equals, &["3"]);
    let asked = condition("name", RowOperator::OneOf, &["一厂", "二厂"]);
    let document = ApplicationDocument { rows: vec![unseen.clone()], ..whole() };
    let case = written(portal, holder, &document).await;
    let found = portal.application(holder, case, LANG).await.unwrap();
    let [fault] = found.missing.as_slice() else { panic!("{:?}", found.missing) };
    assert_eq!(fault.field, "rows");
    assert!(fault.message.contains("不能按“price”限定数据行"), "{}", fault.message);
    let refused = act(portal, holder, case, event("submit")).await.unwrap_err();
    let Error::Refused { rule: Some(rule), message, .. } = &refused else { panic!("{refused:?}") };
    assert_eq!(rule.id, "open_app.fields");
    assert!(message.contains("price"), "{message}");

    let document = ApplicationDocument { rows: vec![asked.clone()], ..whole() };
    assert_eq!(submitted(portal, holder, &document).await, case);
    let reviewer = &people.reviewer;
    act(portal, reviewer, case, approval(&[unseen])).await.unwrap_err();
    let narrower = condition("name", RowOperator::Equals, &["一厂"]);
    act(portal, reviewer, case, approval(std::slice::from_ref(&narrower))).await.unwrap();
    let found = portal.application(holder, case, LANG).await.unwrap();
    assert_eq!(found.scope.rows, [asked.clone(), narrower.clone()]);
    assert_eq!(found.document.rows, std::slice::from_ref(&asked));
    let signed = found.documents.iter().find(|it| it.kind == "usage_agreement").unwrap();
    let words = "只限符合以下条件的数据行：name标签是“一厂”、“二厂”之一，并且name标签等于“一厂”";
    assert!(signed.text.contains(words), "{}", signed.text);

    step(portal, (holder, holder_code.as_str()), case, "sign").await;
    step(portal, (&people.head.0, people.head.1.as_str()), case, "countersign").await;
    let found = portal.application(holder, case, LANG).await.unwrap();
    assert_eq!(found.grant.unwrap().rows, [asked.clone(), narrower.clone()]);
    let renewal = portal.renew(holder, case, LANG).await.unwrap();
    let renewed = portal.application(holder, renewal, LANG).await.unwrap();
    assert_eq!(renewed.document.rows, [asked, narrower]);
}
