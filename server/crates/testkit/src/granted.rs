//! A table that is open on conditions, who has to do with it, and a grant that is in force.

use std::collections::BTreeSet;

use kaishu_portal::Portal;
use kaishu_portal::access::ApplicationAct;
use kaishu_portal::accounts::Caller;
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::tables::TableState;
use kaishu_types::DatasetCode;
use kaishu_types::access::{
    ApplicantKind, ApplicationDocument, ApplicationType, DeliveryMode, ResultForm, UsePurpose,
};
use kaishu_types::account::Role;

use crate::catalogue::Catalogue;
use crate::people::{LANG, ORGANIZATION, at_browser, signer, signing_session, with_session};
use crate::{Setup, TestPortal};

/// Code of the dataset.
pub const CODE: &str = "YX-T-0001";

/// Opens a portal with a table of which a column is open and two are open on conditions.
pub async fn site(policy: &'static str) -> TestPortal {
    let site = TestPortal::open(Setup { policy, with_demo: false }).await;
    let catalogue = Catalogue::default()
        .dataset(CODE, "用电", "conditional")
        .on_conditions("有安全保障能力", "download;api")
        .item(CODE, "name", "unconditional")
        .item(CODE, "power", "conditional")
        .item(CODE, "price", "conditional")
        .file(CODE, "power.csv", "name,power,price\n一厂,10,3\n二厂,20,4\n".as_bytes());
    site.import(catalogue.folder()).await;
    site
}

/// Everybody whom a grant concerns; signers with a one-time code.
pub struct Everybody {
    /// Who holds the grant.
    pub holder: (Caller, String),
    /// What the browser of the holder holds.
    pub holder_session: String,
    /// The head of the provider.
    pub head: (Caller, String),
    /// A data officer of the provider.
    pub officer: Caller,
    /// What the browser of the officer holds.
    pub officer_session: String,
    /// Who reviews for the provider.
    pub reviewer: Caller,
    /// Somebody of the authority.
    pub authority: Caller,
    /// Somebody else of the authority.
    pub other_authority: Caller,
    /// A data officer of another agency.
    pub stranger: Caller,
}

/// Makes the accounts of all of them.
pub async fn everybody(portal: &Portal) -> Everybody {
    let (holder_session, code) = signing_session(portal, Role::DataUser, ("holds", "")).await;
    let officer_session = with_session(portal, Role::Officer, ("follows", ORGANIZATION)).await;
    Everybody {
        holder: (portal.caller_of_session(&holder_session).await.unwrap(), code),
        holder_session,
        head: signer(portal, Role::Head, ("signs", ORGANIZATION)).await,
        officer: portal.caller_of_session(&officer_session).await.unwrap(),
        officer_session,
        reviewer: at_browser(portal, Role::Reviewer, ("reviews", ORGANIZATION)).await,
        authority: at_browser(portal, Role::Authority, ("governs", "YX")).await,
        other_authority: at_browser(portal, Role::Authority, ("governs.too", "YX")).await,
        stranger: at_browser(portal, Role::Officer, ("elsewhere", "YX-U")).await,
    }
}

fn asked(mode: DeliveryMode) -> ApplicationDocument {
    let mut document = ApplicationDocument {
        title: "研究用电".to_owned(),
        reason: "课题需要".to_owned(),
        purpose: Some(UsePurpose::Research),
        purpose_text: "分析行业用电".to_owned(),
        application_type: Some(ApplicationType::New),
        items: ["power".to_owned()].into(),
        mode: Some(mode),
        last_day: Some("2027-12-31".parse().unwrap()),
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

/// Takes the step `event` on an application, with whatever it asks for.
pub async fn step(portal: &Portal, (caller, code): (&Caller, &str), case: i64, event: &str) {
    let found = portal.application(caller, case, LANG).await.unwrap();
    let done = ApplicationAct {
        event: event.to_owned(),
        version: found.case.version,
        reason: "理由".to_owned(),
        filing: "备案1".to_owned(),
        terms: found.case.facts.get("terms").cloned().unwrap_or_default(),
        code: code.to_owned(),
        ..ApplicationAct::default()
    };
    Box::pin(portal.act_on_application(caller, case, done, LANG)).await.unwrap();
}

/// Applies for the column `power` until the end of 2027, and has it granted. Returns the case.
pub async fn granted(portal: &Portal, people: &Everybody, mode: DeliveryMode) -> i64 {
    let holder = &people.holder.0;
    let code = CODE.parse().unwrap();
    let case = portal.begin_application(holder, &code, LANG).await.unwrap();
    portal.save_application(holder, (case, 1), &asked(mode), LANG).await.unwrap();
    step(portal, (holder, ""), case, "submit").await;
    for person in [&people.authority, &people.reviewer] {
        let desk = portal.desk(person, DeskFilter::Mine, &[], LANG).await.unwrap();
        if desk.iter().any(|card| card.id == case) {
            step(portal, (person, ""), case, "approve").await;
        }
    }
    step(portal, (holder, &people.holder.1), case, "sign").await;
    step(portal, (&people.head.0, &people.head.1), case, "countersign").await;
    if portal.application(holder, case, LANG).await.unwrap().case.state.code == "to_be_filed" {
        step(portal, (&people.authority, ""), case, "file").await;
    }
    case
}

/// Names the columns of the table that somebody sees; none where there is no table for them.
pub async fn columns(site: &TestPortal, portal: &Portal, caller: &Caller) -> BTreeSet<String> {
    let code: DatasetCode = CODE.parse().unwrap();
    let dataset = kaishu_store::datasets::find(site.store(), &code).await.unwrap().unwrap();
    let id = dataset.resources[0].id;
    match portal.table_state(caller, &code, id, 1, None, LANG).await {
        Ok(TableState::Open(table)) => {
            table.governed.columns().into_iter().map(|column| column.name).collect()
        }
        _ => BTreeSet::new(),
    }
}
