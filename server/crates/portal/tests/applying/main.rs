//! What goes on around the decision on an application: materials, messages, opinions of experts, transfers abroad, earlier
//! decisions, renewals.

#![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]

mod advising;
mod experience;
mod limiting;
mod materials;
mod precedents;
mod register;
mod renewing;
mod talking;

use kaishu_portal::access::ApplicationAct;
use kaishu_portal::accounts::Caller;
use kaishu_portal::{Error, Portal};
use kaishu_testkit::granted::CODE;
use kaishu_testkit::people::LANG;
use kaishu_types::DatasetCode;
use kaishu_types::access::{
    ApplicantKind, ApplicationDocument, ApplicationType, DeliveryMode, ResultForm, UsePurpose,
};

fn code() -> DatasetCode {
    CODE.parse().unwrap()
}

fn whole() -> ApplicationDocument {
    let mut document = ApplicationDocument {
        title: "研究用电".to_owned(),
        reason: "课题需要".to_owned(),
        purpose: Some(UsePurpose::Research),
        purpose_text: "分析行业用电".to_owned(),
        application_type: Some(ApplicationType::New),
        items: ["power".to_owned()].into(),
        mode: Some(DeliveryMode::Download),
        last_day: Some("2027-06-30".parse().unwrap()),
        result_form: Some(ResultForm::Publication),
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

async fn written(portal: &Portal, applicant: &Caller, document: &ApplicationDocument) -> i64 {
    let case = portal.begin_application(applicant, &code(), LANG).await.unwrap();
    let revision = portal.application(applicant, case, LANG).await.unwrap().revision;
    portal.save_application(applicant, (case, revision), document, LANG).await.unwrap();
    case
}

async fn submitted(portal: &Portal, applicant: &Caller, document: &ApplicationDocument) -> i64 {
    let case = written(portal, applicant, document).await;
    act(portal, applicant, case, event("submit")).await.unwrap();
    case
}

async fn act(
    portal: &Portal,
    caller: &Caller,
    case: i64,
    done: ApplicationAct,
) -> Result<(), Error> {
    let version = portal.application(caller, case, LANG).await?.case.version;
    portal.act_on_application(caller, case, ApplicationAct { version, ..done }, LANG).await
}

fn event(event: &str) -> ApplicationAct {
    ApplicationAct {
        event: event.to_owned(),
        reason: "理由".to_owned(),
        condition: "有安全保障能力".to_owned(),
        ..ApplicationAct::default()
    }
}
