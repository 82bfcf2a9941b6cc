//! Records that nobody but their people may read, each with a secret in it, and what those people come with.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::stream;
use kaishu_portal::Portal;
use kaishu_portal::access::NewViolation;
use kaishu_portal::accounts::{Caller, RequestForm};
use kaishu_portal::administration::{ApprovalForm, CompilerForm};
use kaishu_portal::publishing::{NewUpload, UploadTarget};
use kaishu_portal::registers::{ExchangeForm, ProjectForm, SystemForm};
use kaishu_portal::sharing::SourceForm;
use kaishu_portal::supervision::OrderForm;
use kaishu_portal::webhooks::WebhookForm;
use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::granting::{application, granted};
use kaishu_testkit::people::{LANG, ORGANIZATION, act, complete, with_session};
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::Role;
use kaishu_types::exchange::ExchangeRegister;
use kaishu_types::sharing::ShareDocument;

use crate::support::TestSite;

/// What stands in every record, in no address, and nowhere that is public.
pub(super) const SECRET: &str = "chixiao";

const CONDITIONAL: &str = "YX-T-0003";
const SHARED: &str = "YX-T-0005";
/// Of YX-V; it differs from what YX-T shares.
const COMPARED: &str = "YX-V-0001";
const HIDDEN: &str = "YX-T-0009";

/// A portal with the records, all of them of YX-T, of `holder`, or between YX-T and YX-V.
pub(super) struct Records {
    pub(super) site: TestSite,
    /// The numbers of the records, by the names that paths call them.
    numbers: BTreeMap<&'static str, String>,
    /// What the browsers hold, by login.
    sessions: BTreeMap<&'static str, String>,
    /// A key of the grant of `holder`.
    pub(super) key: String,
}

impl Records {
    /// The path to a record of which a name stands in the place of the number.
    pub(super) fn path(&self, template: &str) -> String {
        let mut path = template.to_owned();
        for (name, number) in &self.numbers {
            path = path.replace(&format!("{{{name}}}"), number);
        }
        assert!(!path.contains('{'), "{template} names what there is not");
        path
    }

    /// What the browser of somebody holds.
    pub(super) fn session(&self, login: &str) -> &str {
        &self.sessions[login]
    }

    fn keep(&mut self, name: &'static str, number: impl ToString) {
        self.numbers.insert(name, number.to_string());
    }

    async fn log_in(&mut self, role: Role, place: (&'static str, &str)) -> Caller {
        let portal = self.site.test_portal.portal();
        let session = with_session(portal, role, place).await;
        let caller = portal.caller_of_session(&session).await.unwrap();
        self.sessions.insert(place.0, session);
        caller
    }
}

/// Makes everything, and `citizen` and `stranger`, who have nothing to do with any of it.
pub(super) async fn open() -> Records {
    let site = TestSite::open(Setup { policy: "aba", with_demo: false }).await;
    let report = site.test_portal.import(catalogue().folder()).await;
    assert_eq!(report.rejected, []);
    let (numbers, sessions) = (BTreeMap::new(), BTreeMap::new());
    let mut records = Records { site, numbers, sessions, key: String::new() };
    records.keep("hidden", HIDDEN);
    records.keep("conditional", CONDITIONAL);
    records.keep("shared", SHARED);
    records.log_in(Role::DataUser, ("citizen", "")).await;
    records.log_in(Role::Officer, ("stranger", "YX-U")).await;
    let officer = records.log_in(Role::Officer, ("writes", ORGANIZATION)).await;
    Box::pin(drafts(&mut records, &officer)).await;
    Box::pin(registers(&mut records, &officer)).await;
    Box::pin(applied(&mut records, &officer)).await;
    Box::pin(shared(&mut records)).await;
    records
}

fn catalogue() -> Catalogue {
    let hidden = format!("内部数据 {SECRET}");
    Catalogue::default()
        .organization("YX-V", "第三局")
        .dataset(CONDITIONAL, "用电", "conditional")
        .on_conditions("有安全保障能力", "api")
        .item(CONDITIONAL, "name", "unconditional")
        .item(CONDITIONAL, "power", "conditional")
        .file(CONDITIONAL, "power.csv", "name,power\n一厂,10\n".as_bytes())
        .dataset(SHARED, "户籍核对", "none")
        .shared("conditional", "用于履行法定职责")
        .shared_item(SHARED, "name", ("none", "unconditional"))
        .shared_item(SHARED, "number", ("none", "conditional"))
        .file(SHARED, "people.csv", "name,number\n甲某,007\n".as_bytes())
        .dataset(COMPARED, "户籍对照", "none")
        .under("open-licence", "YX-V")
        .shared("conditional", "用于履行法定职责")
        .shared_item(COMPARED, "number", ("none", "conditional"))
        .dataset(HIDDEN, &hidden, "none")
        .shared("none", "")
        .shared_item(HIDDEN, "name", ("none", "none"))
}

/// What is written in the workbench: a draft with a file on its way, and one in review with a file of its reviewer.
async fn drafts(records: &mut Records, officer: &Caller) {
    let reviewer = records.log_in(Role::Reviewer, ("checks", ORGANIZATION)).await;
    records.log_in(Role::Head, ("heads", ORGANIZATION)).await;
    let portal = records.site.test_portal.portal().clone();
    let draft = draft(&portal, officer, &format!("在编的目录 {SECRET}")).await;
    portal.make_preview(officer, draft, "7", LANG).await.unwrap();
    let upload = NewUpload {
        target: UploadTarget::Draft(draft),
        file_name: format!("{SECRET}.csv"),
        size_bytes: 4,
        sha256: None,
    };
    let upload = portal.begin_upload(officer, upload, 1_000, LANG).await.unwrap();
    let review = self::draft(&portal, officer, &format!("在审的目录 {SECRET}")).await;
    act(&portal, officer, review, "submit").await.unwrap();
    let note = stream::iter([Ok(Bytes::from_static(SECRET.as_bytes()))]);
    portal.attach_to_step(&reviewer, review, "note.txt", note, LANG).await.unwrap();
    let attached = portal.waiting_attachments(&reviewer, review).await.unwrap().unwrap();
    records.keep("draft", draft);
    records.keep("review", review);
    records.keep("attachment", attached[0].id);
    records.keep("upload", upload.id);
}

async fn draft(portal: &Portal, officer: &Caller, title: &str) -> i64 {
    let case = portal.begin_draft(officer, ORGANIZATION, title, LANG).await.unwrap();
    let bytes = stream::iter([Ok(Bytes::from(format!("name\n{SECRET}\n")))]);
    let revision = portal.add_draft_file(officer, case, 1, "stops.csv", bytes, LANG).await.unwrap();
    portal.take_items_from_files(officer, case, revision, LANG).await.unwrap();
    complete(portal, officer, case, |_| {}).await;
    case
}

/// What the agency and its authority keep: a system, a channel, a project, a request for an account, a webhook, an
/// approval and who compiles what.
async fn registers(records: &mut Records, officer: &Caller) {
    let authority = records.log_in(Role::Authority, ("keeps", "YX")).await;
    let portal = records.site.test_portal.portal().clone();
    let named = format!("调度系统 {SECRET}");
    let system = SystemForm {
        organization: ORGANIZATION,
        name: &named,
        purpose: "调度",
        connection: "connected",
        ..SystemForm::default()
    };
    let system = portal.save_system(officer, None, &system, LANG).await.unwrap();
    let exchange = ExchangeForm {
        organization: ORGANIZATION,
        title: &named,
        scope: "姓名",
        counterpart: "公安局",
        plan: "改由平台提供",
        began_on: "2018-01-01",
        closes_on: "2027-06-30",
        ..ExchangeForm::default()
    };
    let channels = (ExchangeRegister::Channels, None);
    let exchange = portal.save_exchange(officer, channels, &exchange, LANG).await.unwrap();
    let order = OrderForm {
        organization: ORGANIZATION,
        issuer: portal.policy().rules.rectify.issuer.value[0].as_str(),
        facts: &named,
        due: "2026-12-31",
        ..OrderForm::default()
    };
    let order = portal.issue_order(&authority, &order, LANG).await.unwrap();
    let difference = format!("两处的值不同 {SECRET}");
    let differs =
        SourceForm { one: SHARED, other: COMPARED, item: "编号", difference: &difference };
    let source = Box::pin(portal.open_source_dispute(officer, &differs, LANG)).await.unwrap();
    let project = ProjectForm {
        organization: ORGANIZATION,
        code: "p1",
        name: &named,
        ..ProjectForm::default()
    };
    let project = portal.register_project(officer, &project, LANG).await.unwrap();
    let request = RequestForm {
        wish: "make".to_owned(),
        organization: ORGANIZATION.to_owned(),
        login: "newcomer".to_owned(),
        name: format!("新人 {SECRET}"),
        email: "newcomer@example.cn".to_owned(),
        roles: vec!["officer".to_owned()],
        reason: "新到岗".to_owned(),
    };
    let request = portal.request_account(officer, &request, LANG).await.unwrap();
    let webhook = WebhookForm {
        url: format!("https://example.cn/{SECRET}"),
        events: vec!["grant".to_owned()],
        organization: ORGANIZATION.to_owned(),
    };
    let (webhook, _) = portal.register_webhook(officer, &webhook, LANG).await.unwrap();
    let document = format!("云网信〔2026〕12号 {SECRET}");
    let approval = ApprovalForm {
        region: "YX",
        theme: "transport",
        approved_by: "州网信办 王敏",
        evidence: &document,
        first_day: "2026-11-01",
        last_day: "2027-10-31",
    };
    portal.record_approval(&authority, &approval, LANG).await.unwrap();
    let compiler = CompilerForm {
        subject: "topic:transport",
        region: "YX",
        organization: "YX-V",
        basis: &document,
    };
    portal.name_compiler(&authority, &compiler, LANG).await.unwrap();
    records.keep("system", system);
    records.keep("exchange", exchange);
    records.keep("order", order);
    records.keep("source", source);
    records.keep("project", project);
    records.keep("request", request);
    records.keep("webhook", webhook);
}

/// What somebody applied for and was granted, what they were asked about it, and what they are accused of.
async fn applied(records: &mut Records, officer: &Caller) {
    let portal = records.site.test_portal.portal().clone();
    let mut document = application(&["power"], DeliveryMode::Api);
    document.title = format!("研究 {SECRET}");
    document.purpose_text = format!("分析 {SECRET}");
    let holder = Box::pin(granted(&portal, CONDITIONAL, &document)).await;
    let scope = format!("key.{}", holder.case);
    records.key = portal.make_token(&holder.caller, ("k", &scope, "30"), LANG).await.unwrap();
    let question = format!("{SECRET} 用在哪里？");
    let report = portal.ask_about_use(officer, holder.case, (&question, None), LANG).await.unwrap();
    let found = NewViolation {
        event: "confirm".to_owned(),
        kind: "harm".to_owned(),
        evidence: format!("数据出现在第三方网站 {SECRET}"),
        ..NewViolation::default()
    };
    let violation = portal.open_violation(officer, holder.case, found, LANG).await.unwrap();
    records.sessions.insert("holder", holder.session);
    records.keep("application", holder.case);
    records.keep("report", report);
    records.keep("violation", violation);
}

/// What an agency asks YX-T to share.
async fn shared(records: &mut Records) {
    let asks = records.log_in(Role::Officer, ("asks", "YX-V")).await;
    let portal = records.site.test_portal.portal().clone();
    let document = ShareDocument {
        organization: "YX-V".to_owned(),
        matter: format!("低保资格复核 {SECRET}"),
        basis: "社会救助暂行办法第十三条".to_owned(),
        purpose: format!("核对家庭成员 {SECRET}"),
        scope: "救助科".to_owned(),
        items: ["number".to_owned()].into(),
        mode: Some(DeliveryMode::Download),
        related_needs: "无".to_owned(),
        first_day: None,
        last_day: Some("2027-06-30".parse().unwrap()),
        accounts: ["asks".to_owned()].into(),
        push: None,
    };
    let code = SHARED.parse().unwrap();
    let case = Box::pin(portal.request_share(&asks, &code, &document, LANG)).await.unwrap();
    records.keep("share", case);
}
