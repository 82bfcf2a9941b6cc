//! Somebody who holds a grant, from the application to both signatures.

use kaishu_portal::Portal;
use kaishu_portal::access::ApplicationAct;
use kaishu_portal::accounts::Caller;
use kaishu_types::DatasetCode;
use kaishu_types::access::{
    ApplicantKind, ApplicationDocument, ApplicationType, DeliveryMode, ResultForm, UsePurpose,
};
use kaishu_types::account::Role;

use crate::people::{LANG, ORGANIZATION, at_browser, signer, signing_session};

/// Somebody who holds a grant.
pub struct Holder {
    /// Who it is, with a browser; the account is called `holder`.
    pub caller: Caller,
    /// What that browser holds.
    pub session: String,
    /// The head of the provider, called `signs`.
    pub head: Caller,
    /// The case of the grant.
    pub case: i64,
}

/// An application that says everything, for these data items.
pub fn application(items: &[&str], mode: DeliveryMode) -> ApplicationDocument {
    let mut document = ApplicationDocument {
        title: "研究".to_owned(),
        reason: "课题需要".to_owned(),
        purpose: Some(UsePurpose::Research),
        purpose_text: "分析".to_owned(),
        application_type: Some(ApplicationType::New),
        items: items.iter().map(|item| (*item).to_owned()).collect(),
        mode: Some(mode),
        last_day: Some("2027-06-30".parse().unwrap()),
        result_form: Some(ResultForm::Internal),
        safeguards: "内网保存，专人管理".to_owned(),
        leaves_mainland: Some(false),
        ..ApplicationDocument::default()
    };
    document.applicant.kind = Some(ApplicantKind::Person);
    document.applicant.name = "王敏".to_owned();
    document.applicant.contact = "王敏".to_owned();
    document.applicant.phone = "0837-0000000".to_owned();
    document
}

/// Takes an application through its whole chain under the profile of Aba: written, submitted, approved by the
/// provider, signed by both sides.
pub async fn granted(portal: &Portal, code: &str, document: &ApplicationDocument) -> Holder {
    let steps = ["submit", "approve", "sign", "countersign"];
    let holder =
        Box::pin(taken(portal, ("holder", "signs", "reviews"), code, (document, &steps))).await;
    let found = portal.application(&holder.caller, holder.case, LANG).await.unwrap();
    assert_eq!(found.case.state.code, "active");
    holder
}

/// The same up to the approval, for somebody called `waits`: nobody has signed.
pub async fn approved(portal: &Portal, code: &str, document: &ApplicationDocument) -> Holder {
    let (logins, steps) = (("waits", "signs-too", "reviews-too"), ["submit", "approve"]);
    Box::pin(taken(portal, logins, code, (document, &steps))).await
}

async fn taken(
    portal: &Portal,
    (holder, signs, reviews): (&str, &str, &str),
    code: &str,
    (document, steps): (&ApplicationDocument, &[&str]),
) -> Holder {
    let code: DatasetCode = code.parse().unwrap();
    let (session, own_code) = signing_session(portal, Role::DataUser, (holder, "")).await;
    let caller = portal.caller_of_session(&session).await.unwrap();
    let (head, head_code) = signer(portal, Role::Head, (signs, ORGANIZATION)).await;
    let reviewer = at_browser(portal, Role::Reviewer, (reviews, ORGANIZATION)).await;
    let case = portal.begin_application(&caller, &code, LANG).await.unwrap();
    let revision = portal.application(&caller, case, LANG).await.unwrap().revision;
    portal.save_application(&caller, (case, revision), document, LANG).await.unwrap();
    for event in steps {
        let (who, code) = match *event {
            "approve" => (&reviewer, ""),
            "sign" => (&caller, own_code.as_str()),
            "countersign" => (&head, head_code.as_str()),
            _ => (&caller, ""),
        };
        let found = portal.application(who, case, LANG).await.unwrap();
        let done = ApplicationAct {
            event: (*event).to_owned(),
            version: found.case.version,
            terms: found.case.facts.get("terms").cloned().unwrap_or_default(),
            code: code.to_owned(),
            ..ApplicationAct::default()
        };
        Box::pin(portal.act_on_application(who, case, done, LANG)).await.unwrap();
    }
    Holder { caller, session, head, case }
}
