//! Data shared between agencies, from the catalogue that only agencies see to the table, and who sees nothing of it.

#![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]

mod both_sides;
mod doubting;
mod free;
mod offline;
mod pushing;
mod trail;
mod verifying;

use std::collections::BTreeSet;

use kaishu_domain::PolicyProfile;
use kaishu_domain::policy::{Module, RefusalContent};
use kaishu_portal::Portal;
use kaishu_portal::accounts::Caller;
use kaishu_portal::cases::DeskFilter;
use kaishu_portal::catalogue::Window;
use kaishu_portal::publishing::LifeAct;
use kaishu_portal::retrieval::Client;
use kaishu_portal::sharing::ShareAct;
use kaishu_portal::tables::{Page, TableState};
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::people::{LANG, at_browser, complete, person, whole_draft};
use kaishu_testkit::{Setup, TestPortal, now};
use kaishu_types::access::DeliveryMode;
use kaishu_types::account::{Role, TokenScope};
use kaishu_types::case::CaseKind;
use kaishu_types::search::SearchRequest;
use kaishu_types::sharing::ShareDocument;
use kaishu_types::table::TableQuery;
use kaishu_types::vocabulary::DatasetState;
use kaishu_types::{DatasetCode, ErrorCode};

/// Not open at all, shared in part at once and in part on conditions.
const CODE: &str = "YX-T-0001";
/// Neither open nor shared.
const KEPT: &str = "YX-T-0002";
const CONDITION: &str = "用于履行法定职责";
const WORD: &str = "户籍核对";

/// A portal with a table that is not open, of which a column is shared at once, two on conditions and one not.
async fn site(policy: &'static str) -> TestPortal {
    let site = TestPortal::open(Setup { policy, with_demo: false }).await;
    site.import(catalogue("name,kind,number,secret\n甲,一,007,x\n乙,二,008,y\n").folder()).await;
    site
}

/// The catalogue with that table.
fn catalogue(table: &str) -> Catalogue {
    Catalogue::default()
        .organization("YX-V", "旁观局")
        .dataset(CODE, WORD, "none")
        .shared("conditional", CONDITION)
        .shared_item(CODE, "name", ("none", "unconditional"))
        .shared_item(CODE, "kind", ("none", "conditional"))
        .shared_item(CODE, "number", ("none", "conditional"))
        .shared_item(CODE, "secret", ("none", "none"))
        .file(CODE, "people.csv", table.as_bytes())
        .dataset(KEPT, "内部台账", "none")
        .shared("none", "")
        .shared_item(KEPT, "name", ("none", "none"))
        .file(KEPT, "kept.csv", "name\n丙\n".as_bytes())
        .dataset("YX-T-0003", "公开数据", "unconditional")
        .item("YX-T-0003", "name", "unconditional")
        .file("YX-T-0003", "open.csv", "name\n丁\n".as_bytes())
}

/// Everybody whom a request meets: YX-T provides, YX-U asks, YX-V and the others have nothing to do with it.
struct Everybody {
    asks: Caller,
    uses: Caller,
    idle: Caller,
    reviewer: Caller,
    head: Caller,
    authority: Caller,
    third: Caller,
    user: Caller,
}

async fn everybody(portal: &Portal) -> Everybody {
    Everybody {
        asks: at_browser(portal, Role::Officer, ("asks", "YX-U")).await,
        uses: at_browser(portal, Role::Reviewer, ("uses", "YX-U")).await,
        idle: at_browser(portal, Role::Officer, ("idle", "YX-U")).await,
        reviewer: at_browser(portal, Role::Reviewer, ("reviews", "YX-T")).await,
        head: at_browser(portal, Role::Head, ("heads", "YX-T")).await,
        authority: at_browser(portal, Role::Authority, ("governs", "YX")).await,
        third: at_browser(portal, Role::Officer, ("third", "YX-V")).await,
        user: at_browser(portal, Role::DataUser, ("public", "")).await,
    }
}

fn code() -> DatasetCode {
    CODE.parse().unwrap()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn whole() -> ShareDocument {
    ShareDocument {
        organization: "YX-U".to_owned(),
        matter: "低保资格复核".to_owned(),
        basis: "社会救助暂行办法第十三条".to_owned(),
        purpose: "核对家庭成员".to_owned(),
        scope: "救助科两名工作人员".to_owned(),
        items: names(&["kind", "number"]),
        mode: Some(DeliveryMode::Download),
        related_needs: "无".to_owned(),
        first_day: None,
        last_day: Some("2027-06-30".parse().unwrap()),
        accounts: names(&["asks", "uses"]),
        push: None,
    }
}

fn event(event: &str) -> ShareAct {
    ShareAct {
        event: event.to_owned(),
        reason: "理由".to_owned(),
        contact: "数据科 0837-0000000".to_owned(),
        participants: "司法局、保密局".to_owned(),
        document: "云府函〔2026〕9号".to_owned(),
        ..ShareAct::default()
    }
}

async fn act(portal: &Portal, by: &Caller, case: i64, done: ShareAct) -> Result<(), ErrorCode> {
    let found = portal.share_request(by, case, LANG).await.map_err(|it| it.code())?;
    let done = ShareAct { version: found.case.version, ..done };
    portal.act_on_share(by, case, done, LANG).await.map_err(|error| error.code())
}

async fn state(portal: &Portal, by: &Caller, case: i64) -> String {
    portal.share_request(by, case, LANG).await.unwrap().case.state.code
}

/// Lets everybody approve on whose desk it is; returns how many did.
async fn decide(portal: &Portal, people: &Everybody, case: i64) -> usize {
    let mut n = 0;
    for person in [&people.authority, &people.reviewer] {
        let desk = portal.desk(person, DeskFilter::Mine, &[], LANG).await.unwrap();
        if desk.iter().any(|card| card.id == case) {
            act(portal, person, case, event("approve")).await.unwrap();
            n += 1;
        }
    }
    n
}

async fn resource(site: &TestPortal, code: &DatasetCode) -> i64 {
    kaishu_store::datasets::find(site.store(), code).await.unwrap().unwrap().resources[0].id
}

/// The columns that somebody sees of a table; none where there is no table for them.
async fn columns(site: &TestPortal, portal: &Portal, caller: &Caller) -> BTreeSet<String> {
    let id = resource(site, &code()).await;
    match portal.table_state(caller, &code(), id, 1, None, LANG).await {
        Ok(TableState::Open(table)) => {
            table.governed.columns().into_iter().map(|column| column.name).collect()
        }
        _ => BTreeSet::new(),
    }
}

/// Whoever has nothing to do with what is shared finds it by no door: as little as an entry that never was.
async fn sees_nothing(site: &TestPortal, portal: &Portal, caller: &Caller, who: &str) {
    let id = resource(site, &code()).await;
    let never: DatasetCode = "YX-T-0999".parse().unwrap();
    for code in [&code(), &never] {
        let not_found = ErrorCode::NotFound;
        let table = portal.table_state(caller, code, id, 1, None, LANG).await;
        assert_eq!(table.err().map(|it| it.code()), Some(not_found), "{who}: rows of {code}");
        let bundle = portal.open_bundle(caller, code, LANG).await;
        assert_eq!(bundle.err().map(|it| it.code()), Some(not_found), "{who}: bundle of {code}");
        let file = portal.open_download(caller, code, id, LANG).await;
        assert_eq!(file.err().map(|it| it.code()), Some(not_found), "{who}: file of {code}");
        let page = portal.dataset_page(caller, code).await;
        assert_eq!(page.err().map(|it| it.code()), Some(not_found), "{who}: page of {code}");
        let version = portal.version_page(caller, code, 1).await;
        assert_eq!(version.err().map(|it| it.code()), Some(not_found), "{who}: version of {code}");
        let applies = portal.begin_application(caller, code, LANG).await;
        assert!(applies.is_err(), "{who}: application for {code}");
    }
    for (words, n) in [(WORD, 0), ("公开数据", 1)] {
        let query = SearchRequest { q: words.to_owned(), ..SearchRequest::default() };
        let window = Window::After { cursor: None, limit: 10 };
        let found = portal.search(&query, window, LANG).await.unwrap();
        assert_eq!(found.total, n, "{who}: search for {words}");
    }
    assert!(portal.suggest(WORD).await.unwrap().is_empty(), "{who}: suggestions");
}

// Proves SRCH-05: the share catalogue and its entries are for agencies; whoever else asks learns the same of what is
// there and of what never was; what is not shared is in no catalogue.
#[tokio::test]
async fn only_agencies_reach_the_share_catalogue() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let never: DatasetCode = "YX-T-0999".parse().unwrap();
    for (caller, refusal) in
        [(&Caller::visitor(), ErrorCode::Unauthenticated), (&people.user, ErrorCode::Forbidden)]
    {
        let all = portal.share_catalogue(caller, ("", None), LANG).await;
        assert_eq!(all.err().map(|it| it.code()), Some(refusal));
        for code in [&code(), &never] {
            let entry = portal.shared_entry(caller, code, LANG).await;
            assert_eq!(entry.err().map(|it| it.code()), Some(refusal));
        }
        sees_nothing(&site, portal, caller, "not an agency").await;
    }
    for caller in [&people.asks, &people.third, &people.uses] {
        let found = portal.share_catalogue(caller, (WORD, None), LANG).await.unwrap();
        let codes: Vec<_> = found.cards.iter().map(|card| card.code.as_str()).collect();
        assert_eq!(codes, [CODE]);
        // What is stored beside title, summary and keywords is not found out by searching for it.
        for stored in ["security_level", "\"class\":\"conditional\""] {
            let found = portal.share_catalogue(caller, (stored, None), LANG).await.unwrap();
            assert!(found.cards.is_empty() && found.next.is_none(), "{stored}");
        }
        let all = portal.share_catalogue(caller, ("", None), LANG).await.unwrap();
        assert!(all.cards.iter().all(|card| card.code.as_str() != KEPT));
        let entry = portal.shared_entry(caller, &code(), LANG).await.unwrap();
        let items: Vec<_> = entry.items.iter().map(|item| item.name.as_str()).collect();
        assert_eq!(items, ["name", "kind", "number"], "what is not shared is not told");
        assert_eq!((entry.to_take, entry.to_ask_for.len()), (vec!["name".to_owned()], 2));
        let kept = portal.shared_entry(caller, &KEPT.parse().unwrap(), LANG).await;
        assert_eq!(kept.err().map(|it| it.code()), Some(ErrorCode::NotFound));
        // To see it in the catalogue is not to have it.
        sees_nothing(&site, portal, caller, "an agency that took nothing").await;
    }
    site.set_state(CODE, DatasetState::Suspended, "核实").await;
    let gone = portal.shared_entry(&people.asks, &code(), LANG).await;
    assert_eq!(gone.err().map(|it| it.code()), Some(ErrorCode::NotFound));
}

// Proves SHR-01, SHR-08: what is shared without conditions is taken at once, by the accounts that are named, each
// retrieval with account, agency and matter before the provider; nobody else sees anything by any door.
#[tokio::test]
async fn what_is_shared_without_conditions_is_taken_at_once() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let taken = ShareDocument { accounts: names(&["asks", "uses"]), ..whole() };
    for (document, by, refusal) in [
        (taken.clone(), &people.third, ErrorCode::Forbidden),
        (taken.clone(), &people.user, ErrorCode::Forbidden),
        (
            ShareDocument { matter: " ".to_owned(), ..taken.clone() },
            &people.asks,
            ErrorCode::InvalidInput,
        ),
        (
            ShareDocument { accounts: names(&["third"]), ..taken.clone() },
            &people.asks,
            ErrorCode::InvalidInput,
        ),
    ] {
        let refused = portal.take_shared(by, &code(), &document, LANG).await.unwrap_err();
        assert_eq!(refused.code(), refusal);
    }
    let own = ShareDocument { organization: "YX-T".to_owned(), ..taken.clone() };
    let own = portal.take_shared(&people.head, &code(), &own, LANG).await.unwrap_err();
    assert_eq!(own.code(), ErrorCode::InvalidInput, "not one's own data");
    let case = portal.take_shared(&people.asks, &code(), &taken, LANG).await.unwrap();
    assert_eq!(state(portal, &people.asks, case).await, "active");
    for caller in [&people.asks, &people.uses] {
        assert_eq!(columns(&site, portal, caller).await, names(&["name"]));
    }
    for (caller, who) in [
        (&people.third, "a third agency"),
        (&people.idle, "an account that is not named"),
        (&people.user, "a data user"),
        (&Caller::visitor(), "a visitor"),
        (&people.authority, "the authority"),
    ] {
        sees_nothing(&site, portal, caller, who).await;
    }
    // Rows are a retrieval, a file another one.
    let id = resource(&site, &code()).await;
    let table = portal.table_state(&people.uses, &code(), id, 1, None, LANG).await.unwrap();
    let TableState::Open(table) = table else { panic!("there is a table") };
    portal.ask(&table, &TableQuery::default(), &Page { limit: 10, cursor: None }).await.unwrap();
    let client = Some(Client::from(std::net::IpAddr::from([192, 0, 2, 1])));
    let name = Some("people.csv".to_owned());
    let receipt = portal.issue_answer_receipt(&table, name, "", client).await.unwrap();
    let uses = portal.share_uses(&people.reviewer, &code(), LANG).await.unwrap();
    assert_eq!(uses.len(), 2);
    for told in &uses {
        assert_eq!(told.account.as_deref(), Some("uses 的名字"));
        assert_eq!((told.user.code.as_str(), told.matter.as_str()), ("YX-U", "低保资格复核"));
        assert_eq!((told.case, told.version), (case, 1));
    }
    for caller in [&people.third, &people.asks] {
        let refused = portal.share_uses(caller, &code(), LANG).await.unwrap_err();
        assert_eq!(refused.code(), ErrorCode::NotFound, "only who answers for the data");
    }
    // The number of a receipt tells nobody of what is shared.
    let told = portal.receipt(&receipt.code).await;
    assert_eq!(told.err().map(|it| it.code()), Some(ErrorCode::NotFound));
    // Who sees the request is led there from a file that bears the number (SEC-02).
    for (caller, expected) in
        [(&people.reviewer, Some((CaseKind::ShareRequest, case))), (&people.third, None)]
    {
        let behind = portal.request_behind(caller, &receipt.code).await.unwrap();
        assert_eq!(behind, expected);
    }
    // What stops being shared so stops at once.
    site.set_state(CODE, DatasetState::Suspended, "核实").await;
    assert!(columns(&site, portal, &people.uses).await.is_empty());
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Part of SHR-07 and section 5.1: the agency that data is shared with is told when the dataset is suspended and restored;
// with its withdrawal the grant ends.
#[tokio::test]
async fn what_is_withdrawn_is_shared_no_more() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let case = portal.take_shared(&people.asks, &code(), &whole(), LANG).await.unwrap();
    assert_eq!(columns(&site, portal, &people.uses).await, names(&["name"]));
    for (event, after, told) in [
        ("suspend", "active", "数据集中止提供"),
        ("restore", "active", "数据集恢复提供"),
        ("withdraw", "ended", "权限终止"),
    ] {
        let version = portal.own_dataset(&people.head, &code(), LANG).await.unwrap().version;
        let done = LifeAct { event: event.to_owned(), version, reason: "核实".to_owned() };
        portal.act_on_life(&people.head, &code(), done, LANG).await.unwrap();
        assert_eq!(state(portal, &people.asks, case).await, after, "{event}");
        let inbox = portal.inbox(&people.idle, None, LANG).await.unwrap();
        assert!(inbox.notices[0].text.contains(told), "{}", inbox.notices[0].text);
    }
    assert!(columns(&site, portal, &people.uses).await.is_empty());
    assert_eq!(portal.verify_log().await.unwrap().faults, []);
}

// Proves SHR-03, SHR-06, SHR-07, SHR-24: under each profile that knows sharing a request passes everybody who decides,
// and then opens exactly what was asked, at once, to the accounts that are named, with a contact and a timeline for
// both sides, until it is taken back. Part of SHR-14: a grant has no price.
#[tokio::test]
async fn every_profile_takes_a_request_to_data_and_back() {
    for policy in PolicyProfile::codes() {
        let site = site(policy).await;
        let portal = site.portal();
        let people = everybody(portal).await;
        let profile = PolicyProfile::load(policy).unwrap();
        if !profile.has_module(Module::Share) {
            let refused = portal.request_share(&people.asks, &code(), &whole(), LANG).await;
            assert!(refused.unwrap_err().into_detail().rule.is_some(), "{policy}");
            continue;
        }
        let case = portal.request_share(&people.asks, &code(), &whole(), LANG).await.unwrap();
        sees_nothing(&site, portal, &people.asks, policy).await;
        // Nobody of the agency that asks decides, and nobody of a third one sees it.
        for caller in [&people.asks, &people.uses] {
            assert!(act(portal, caller, case, event("approve")).await.is_err(), "{policy}");
        }
        let third = act(portal, &people.third, case, event("approve")).await;
        assert_eq!(third, Err(ErrorCode::NotFound), "{policy}");
        let n = decide(portal, &people, case).await;
        assert_eq!(n, profile.rules.share_app.approvers.value.len(), "{policy}");
        let found = portal.share_request(&people.uses, case, LANG).await.unwrap();
        assert_eq!(found.case.state.code, "active", "{policy}");
        assert_eq!(found.contact, "数据科 0837-0000000", "{policy}");
        for caller in [&people.asks, &people.reviewer] {
            let events = portal.share_request(caller, case, LANG).await.unwrap().case.events;
            let codes: Vec<_> = events.iter().map(|event| event.event.code.as_str()).collect();
            assert_eq!((codes[0], codes.len()), ("submit", n + 1), "{policy}: both sides see it");
        }
        for caller in [&people.asks, &people.uses] {
            assert_eq!(
                columns(&site, portal, caller).await,
                names(&["kind", "number"]),
                "{policy}"
            );
        }
        for (caller, who) in [
            (&people.third, "a third agency"),
            (&people.idle, "an account that is not named"),
            (&people.user, "a data user"),
            (&Caller::visitor(), "a visitor"),
        ] {
            sees_nothing(&site, portal, caller, who).await;
        }
        act(portal, &people.head, case, event("suspend")).await.unwrap();
        assert!(columns(&site, portal, &people.uses).await.is_empty(), "{policy}");
        act(portal, &people.head, case, event("restore")).await.unwrap();
        assert!(!columns(&site, portal, &people.uses).await.is_empty(), "{policy}");
        act(portal, &people.asks, case, event("give_back")).await.unwrap();
        sees_nothing(&site, portal, &people.uses, policy).await;
        assert_eq!(portal.verify_log().await.unwrap().faults, [], "{policy}");
    }
}

// Proves SHR-02, SHR-05, SHR-15: what is missing is named; a refusal rests on what the profile demands; the agency
// that was refused has the authority mediate, which opens the data or puts it before the government.
#[tokio::test]
async fn a_refusal_is_grounded_and_can_be_escalated() {
    for policy in ["anshan", "guangdong", "jiamusi"] {
        let site = site(policy).await;
        let portal = site.portal();
        let people = everybody(portal).await;
        let nothing = ShareDocument { organization: "YX-U".to_owned(), ..ShareDocument::default() };
        let missing = portal.request_share(&people.asks, &code(), &nothing, LANG).await;
        assert_eq!(missing.err().map(|it| it.code()), Some(ErrorCode::InvalidInput));
        let more = ShareDocument { items: names(&["kind", "secret"]), ..whole() };
        let more = portal.request_share(&people.asks, &code(), &more, LANG).await;
        assert_eq!(more.err().map(|it| it.code()), Some(ErrorCode::InvalidInput));
        let case = portal.request_share(&people.asks, &code(), &whole(), LANG).await.unwrap();
        let profile = PolicyProfile::load(policy).unwrap();
        let rules = &profile.rules.share_app;
        let decider = match rules.approvers.value.len() {
            1 => &people.reviewer,
            _ => &people.authority,
        };
        let refuse = |condition: &str, level: &str| ShareAct {
            condition: condition.to_owned(),
            level: level.to_owned(),
            norm: if level.is_empty() { String::new() } else { "某法".to_owned() },
            article: if level.is_empty() { String::new() } else { "第三条".to_owned() },
            ..event("refuse")
        };
        for ungrounded in [refuse("", ""), refuse("内部规定", ""), refuse("", "other")] {
            let refused = act(portal, decider, case, ungrounded).await;
            assert_eq!(refused, Err(ErrorCode::InvalidInput), "{policy}");
        }
        let is_reason_enough = rules.refusal.value.as_slice() == [RefusalContent::Reason];
        let unmet = act(portal, decider, case, refuse(CONDITION, "")).await;
        assert_eq!(unmet.is_ok(), is_reason_enough, "{policy}");
        if !is_reason_enough {
            act(portal, decider, case, refuse("", "law")).await.unwrap();
        }
        assert_eq!(state(portal, &people.asks, case).await, "refused", "{policy}");
        sees_nothing(&site, portal, &people.asks, policy).await;
        assert!(act(portal, &people.head, case, event("escalate")).await.is_err(), "{policy}");
        act(portal, &people.asks, case, event("escalate")).await.unwrap();
        let alone = ShareAct { participants: String::new(), ..event("settle_grant") };
        let alone = act(portal, &people.authority, case, alone).await;
        assert_eq!(alone, Err(ErrorCode::InvalidInput), "{policy}");
        act(portal, &people.authority, case, event("pass_up")).await.unwrap();
        act(portal, &people.authority, case, event("decide_grant")).await.unwrap();
        let found = portal.share_request(&people.head, case, LANG).await.unwrap();
        assert_eq!(found.case.facts["document"], "云府函〔2026〕9号", "{policy}");
        assert_eq!(columns(&site, portal, &people.uses).await, names(&["kind", "number"]));
    }
}

// Proves SHR-22: an entry whose source was had by sharing cannot be submitted, open or shared, before its provider
// consented; nobody consents in the provider's place.
#[tokio::test]
async fn what_is_shared_is_not_published_by_who_uses_it() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let draft = whole_draft(portal, &people.asks, "YX-U").await;
    complete(portal, &people.asks, draft, |draft| {
        draft.fields.provenance.sources = vec![CODE.to_owned(), KEPT.to_owned()];
    })
    .await;
    let stands = async || {
        let missing = portal.draft(&people.asks, draft, LANG).await.unwrap().faults;
        missing.iter().any(|fault| fault.field == "sources")
    };
    assert!(!stands().await, "nothing is had by sharing yet");
    let taken = ShareDocument { accounts: names(&["asks"]), ..whole() };
    let case = portal.take_shared(&people.asks, &code(), &taken, LANG).await.unwrap();
    assert!(stands().await);
    for caller in [&people.asks, &people.idle, &people.uses] {
        assert!(act(portal, caller, case, event("consent")).await.is_err());
    }
    act(portal, &people.reviewer, case, event("consent")).await.unwrap();
    assert!(!stands().await);
    let other = portal.request_share(&people.asks, &code(), &whole(), LANG).await.unwrap();
    assert!(!stands().await, "what is only asked for is not had");
    decide(portal, &people, other).await;
    assert!(stands().await, "one consent frees nothing that was had for another matter");
    act(portal, &people.reviewer, other, event("consent")).await.unwrap();
    assert!(!stands().await);
}

// Proves SHR-07: a grant opens data for its matter alone: of two matters the account works on the one it chose, never
// on both at once; whoever leaves the agency uses nothing, and programs of a named account are no other door.
#[tokio::test]
async fn a_grant_is_bound_to_its_matter_and_its_accounts() {
    let site = site("aba").await;
    let portal = site.portal();
    let people = everybody(portal).await;
    let one = ShareDocument { items: names(&["kind"]), ..whole() };
    let other = ShareDocument {
        items: names(&["number"]),
        matter: "临时救助".to_owned(),
        accounts: names(&["uses"]),
        ..whole()
    };
    let mut cases = Vec::new();
    for document in [&one, &other] {
        let case = portal.request_share(&people.asks, &code(), document, LANG).await.unwrap();
        decide(portal, &people, case).await;
        cases.push(case);
    }
    assert_eq!(columns(&site, portal, &people.asks).await, names(&["kind"]));
    assert_eq!(columns(&site, portal, &people.uses).await, names(&["number"]), "the newest");
    // The clock of the site stands still: what is chosen at another time is chosen later.
    let later = site.open_at(now() + chrono::TimeDelta::minutes(1)).await;
    later.work_on_matter(&people.uses, cases[0], LANG).await.unwrap();
    assert_eq!(columns(&site, portal, &people.uses).await, names(&["kind"]), "and not both");
    let refused = portal.work_on_matter(&people.asks, cases[1], LANG).await.unwrap_err();
    assert_eq!(refused.code(), ErrorCode::Forbidden);
    let over = site.open_at("2027-07-01T04:00:00Z".parse().unwrap()).await;
    assert!(columns(&site, &over, &people.uses).await.is_empty());
    let grants: Vec<_> = vec![kaishu_types::account::RoleGrant {
        role: Role::Officer,
        organization: Some("YX-V".parse().unwrap()),
        region: None,
    }];
    let was = vec![Role::Reviewer];
    let login = "uses".parse().unwrap();
    portal.change_roles(&Caller::command(), &login, (grants, was), LANG).await.unwrap();
    let (command, scope) = (Caller::command(), TokenScope::Read);
    let token = portal.make_token_for(&command, &login, ("x", scope, 1), LANG).await.unwrap();
    let gone = portal.caller_of_token(&token, LANG).await.unwrap();
    sees_nothing(&site, portal, &gone, "whoever left the agency").await;
    let program = person(portal, Role::Officer, ("robot", "YX-U"), TokenScope::Read).await;
    sees_nothing(&site, portal, &program, "a program that is not named").await;
}
