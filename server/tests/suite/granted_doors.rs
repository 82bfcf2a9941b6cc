//! Random grants at every door: whoever holds one gets its columns, in the way and at the time that it is for, and no
//! value and no name of any other column.

mod addresses;
mod packed;
mod rows;
mod verifying;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use kaishu_portal::access::{ApplicationAct, Grant};
use kaishu_portal::accounts::Caller;
use kaishu_server::assets::Assets;
use kaishu_server::{Limits, State, router};
use kaishu_store::grants;
use kaishu_testkit::catalogue::Catalogue;
use kaishu_testkit::granting::{Holder, application, granted};
use kaishu_testkit::people::{LANG, with_session};
use kaishu_testkit::{Setup, TestPortal, now};
use kaishu_types::DatasetCode;
use kaishu_types::access::{ApplicationDocument, DeliveryMode};
use kaishu_types::account::{Role, TokenScope};

use crate::doors::contents;
use crate::governed::{difference, unsealed};
use crate::support::{Answer, TestSite};

use addresses::{Placed, all_doors, doors_of_the_dataset, is_of_table, questions, serves_columns};
use packed::{bundled, frames};
use verifying::verify_all;

const CODE: &str = "YX-T-0001";
const OPEN: &str = "kolopen";
const CONDITIONAL: [&str; 4] = ["kolaspen", "kolbirch", "kolcedar", "kolmaple"];
const HIDDEN: [&str; 2] = ["kolhazel", "kolrowan"];
/// No column of anything.
const ABSENT: &str = "kolzilch";
const N_ROWS: u64 = 5;

/// Numbers that are drawn, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }

    /// Some columns that are open on conditions, one at least.
    fn items(&mut self) -> BTreeSet<&'static str> {
        let mut items = BTreeSet::new();
        for column in CONDITIONAL {
            if self.below(2) == 1 {
                items.insert(column);
            }
        }
        if items.is_empty() {
            items.insert(self.one_of(&CONDITIONAL));
        }
        items
    }
}

/// What a grant is for.
struct Held {
    items: BTreeSet<&'static str>,
    mode: DeliveryMode,
    first_day: NaiveDate,
    last_day: NaiveDate,
    is_suspended: bool,
}

impl Held {
    fn opens(&self, today: NaiveDate, is_by_program: bool) -> bool {
        let is_way = match self.mode {
            DeliveryMode::Download => true,
            DeliveryMode::Api => is_by_program,
            DeliveryMode::QueryVerify => false,
        };
        is_way && !self.is_suspended && (self.first_day..=self.last_day).contains(&today)
    }
}

/// Somebody who asks.
struct Asker {
    name: &'static str,
    /// How they say who they are.
    header: Option<(&'static str, String)>,
    /// The place of their grant.
    grant: Option<usize>,
    is_program: bool,
}

impl Asker {
    async fn get(&self, site: &TestSite, address: &str) -> Answer {
        let headers = self.header.as_ref().map(|(name, value)| (*name, value.as_str()));
        site.get_with(address, headers.as_slice()).await
    }

    /// The columns that they may have.
    fn sees(&self, held: &[Held; 2], today: NaiveDate) -> BTreeSet<&'static str> {
        let mut columns = BTreeSet::from([OPEN]);
        let grant = self.grant.map(|place| &held[place]);
        if let Some(grant) = grant.filter(|grant| grant.opens(today, self.is_program)) {
            columns.extend(&grant.items);
        }
        columns
    }

    /// Whether a door is theirs: a program asks for no pages.
    fn asks(&self, address: &str) -> bool {
        !self.is_program || address.starts_with("/api/")
    }
}

/// A portal with two grants, and all who ask it.
struct Granting {
    site: TestSite,
    holder: Holder,
    held: [Held; 2],
    askers: Vec<Asker>,
    placed: Placed,
}

fn columns() -> impl Iterator<Item = &'static str> {
    [OPEN].into_iter().chain(CONDITIONAL).chain(HIDDEN)
}

/// The cell of a row: no other column has its value.
fn value(column: &str, row: u64) -> String {
    match column {
        "kolcedar" => (7_310_044_000 + row * 17).to_string(),
        _ => format!("wa{}{row}", &column[3..]),
    }
}

/// Whether a value of a column is told, as it stands in the file or as people read numbers.
fn tells(text: &str, column: &str) -> bool {
    (0..=N_ROWS).any(|row| tells_row(text, column, row))
}

fn tells_row(text: &str, column: &str, row: u64) -> bool {
    let value = value(column, row);
    let is_number = value.starts_with('7');
    let grouped =
        is_number.then(|| [&value[..1], &value[1..4], &value[4..7], &value[7..]].join(","));
    text.contains(&value) || grouped.is_some_and(|grouped| text.contains(&grouped))
}

fn file(first: u64) -> String {
    let mut lines = vec![columns().collect::<Vec<_>>().join(",")];
    for row in first..first + N_ROWS {
        lines.push(columns().map(|column| value(column, row)).collect::<Vec<_>>().join(","));
    }
    lines.join("\n") + "\n"
}

fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::default()
        .dataset(CODE, "林木", "conditional")
        .on_conditions("有安全保障能力", "download;api")
        .item(CODE, OPEN, "unconditional");
    for column in CONDITIONAL {
        let kind = if column == "kolcedar" { "integer" } else { "text" };
        catalogue = catalogue.typed_item(CODE, column, kind, "conditional");
    }
    for column in HIDDEN {
        catalogue = catalogue.item(CODE, column, "none");
    }
    catalogue.file(CODE, "one.csv", file(0).as_bytes()).file(CODE, "two.csv", file(1).as_bytes())
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// What is granted: to one by the whole chain, from today on, and to another for a time that is drawn.
fn drawn(seed: u64) -> [Held; 2] {
    let mut dice = Dice(seed);
    // The first numbers of seeds that are near each other are alike.
    for _ in 0..4 {
        dice.below(2);
    }
    let one = Held {
        items: dice.items(),
        mode: dice.one_of(&[DeliveryMode::Download, DeliveryMode::Api]),
        first_day: day("2026-11-21"),
        last_day: day("2027-06-30"),
        is_suspended: false,
    };
    let items = dice.items();
    let modes = [DeliveryMode::Download, DeliveryMode::Api, DeliveryMode::QueryVerify];
    let mode = dice.one_of(&modes);
    let (first_day, last_day) = dice.one_of(&[
        ("2026-11-01", "2026-11-21"),
        ("2026-11-01", "2027-06-30"),
        ("2026-11-22", "2027-06-30"),
    ]);
    let (first_day, last_day) = (day(first_day), day(last_day));
    [one, Held { items, mode, first_day, last_day, is_suspended: false }]
}

/// Writes a grant of somebody called `other`; returns what their browser holds.
async fn grant_another(test_portal: &TestPortal, held: &Held) -> String {
    let portal = test_portal.portal();
    let session = with_session(portal, Role::DataUser, ("other", "")).await;
    let caller = portal.caller_of_session(&session).await.unwrap();
    let dataset: DatasetCode = CODE.parse().unwrap();
    let case = portal.begin_application(&caller, &dataset, LANG).await.unwrap();
    let grant = Grant {
        case,
        account: caller.account().unwrap(),
        holder: None,
        dataset,
        items: held.items.iter().map(|item| (*item).to_owned()).collect(),
        rows: Vec::new(),
        mode: held.mode,
        first_day: held.first_day,
        last_day: held.last_day,
        is_active: true,
        filing: "1".to_owned(),
        updated_at: now(),
    };
    let transaction = test_portal.store().begin().await.unwrap();
    grants::begin(&transaction, &grant).await.unwrap();
    transaction.commit().await.unwrap();
    session
}

/// Everybody who asks: a visitor, and both holders by browser and by program.
async fn askers(test_portal: &TestPortal, holder: &Holder, other: &str) -> Vec<Asker> {
    let portal = test_portal.portal();
    let cookie =
        |session: &str| Some(("cookie", format!("{}={session}", app::cookie_name(&portal.site()))));
    let bearer = |token: &str| Some(("authorization", format!("Bearer {token}")));
    let token = async |login: &str| {
        let (command, login) = (Caller::command(), login.parse().unwrap());
        let wanted = ("all", TokenScope::Read, 30);
        portal.make_token_for(&command, &login, wanted, LANG).await.unwrap()
    };
    let scope = format!("key.{}", holder.case);
    let key =
        portal.make_token(&holder.caller, ("同步", scope.as_str(), "30"), LANG).await.unwrap();
    let asker = |name, header, grant, is_program| Asker { name, header, grant, is_program };
    vec![
        asker("a visitor", None, None, false),
        asker("the holder", cookie(&holder.session), Some(0), false),
        asker("the token of the holder", bearer(&token("holder").await), Some(0), true),
        asker("the key of the grant", bearer(&key), Some(0), true),
        asker("the other", cookie(other), Some(1), false),
        asker("the token of the other", bearer(&token("other").await), Some(1), true),
    ]
}

async fn open(seed: u64) -> Granting {
    let held = drawn(seed);
    let items: Vec<&str> = held[0].items.iter().copied().collect();
    let document = application(&items, held[0].mode);
    Box::pin(open_with(held, &document)).await
}

/// The same with what is applied for to get the first grant.
async fn open_with(held: [Held; 2], document: &ApplicationDocument) -> Granting {
    let test_portal = TestPortal::open(Setup { policy: "aba", with_demo: false }).await;
    assert_eq!(test_portal.import(catalogue().folder()).await.created, 1);
    let holder = Box::pin(granted(test_portal.portal(), CODE, document)).await;
    let other = grant_another(&test_portal, &held[1]).await;
    let askers = askers(&test_portal, &holder, &other).await;
    let code: DatasetCode = CODE.parse().unwrap();
    let dataset = kaishu_store::datasets::find(test_portal.store(), &code).await.unwrap().unwrap();
    let files = [dataset.resources[0].id, dataset.resources[1].id];
    let site = TestSite::of(test_portal, Assets::none(), Limits::default());
    let rows = format!("/api/v1/datasets/{CODE}/resources/{}/rows", files[0]);
    let receipt = askers[2].get(&site, &rows).await.header("x-receipt").to_owned();
    let placed = Placed { files, case: holder.case, receipt };
    Granting { site, holder, held, askers, placed }
}

/// Asks at one door, and looks for all that must not be told there. Returns what is told of what may be.
async fn ask(
    site: &TestSite,
    asker: &Asker,
    address: &str,
    sees: &BTreeSet<&'static str>,
    what: &str,
) -> BTreeSet<&'static str> {
    let answer = asker.get(site, address).await;
    let what = format!("{what}: {} at {address}: {}", asker.name, answer.status);
    assert!(!answer.status.is_server_error(), "{what}");
    let mut text = contents(&answer.bytes);
    if address.ends_with(".parquet") {
        text.push_str(&frames(&answer.bytes));
    }
    for column in columns().filter(|column| !sees.contains(column)) {
        assert!(!tells(&text, column), "{what} tells of {column}");
    }
    for column in HIDDEN {
        assert!(!text.contains(column), "{what} names {column}");
    }
    // The catalogue names what may be applied for; a table does not.
    let of_table = match address.ends_with("/export.zip") {
        true => bundled(&answer.bytes),
        false if is_of_table(address) => text.clone(),
        false if serves_columns(address) => answer.texts("thead th").join(" "),
        false => String::new(),
    };
    for column in CONDITIONAL.iter().filter(|column| !sees.contains(**column)) {
        assert!(!of_table.contains(column), "{what} names {column}");
    }
    if !serves_columns(address) {
        return BTreeSet::new();
    }
    assert_eq!(answer.status, 200, "{what}");
    // Parquet packs numbers as bytes.
    let is_packed = |column: &str| address.ends_with(".parquet") && column == "kolcedar";
    let is_told = |column: &str| tells(&text, column) || is_packed(column) && text.contains(column);
    sees.iter().copied().filter(|column| is_told(column)).collect()
}

/// An answer without the words that differ.
fn struck(answer: &Answer, denied: &str) -> String {
    let told = String::from_utf8(unsealed(&answer.bytes)).unwrap();
    told.replace(denied, "struck").replace(ABSENT, "struck")
}

/// A column that somebody may not have is answered as one that is nowhere, whatever is asked of it.
async fn is_as_if_absent(granting: &Granting, asker: &Asker, denied: &str, what: &str) {
    for question in questions(granting.placed.files) {
        if !asker.asks(&question) {
            continue;
        }
        let asked = asker.get(&granting.site, &question.replace("NAME", denied)).await;
        let absent = asker.get(&granting.site, &question.replace("NAME", ABSENT)).await;
        let what = format!("{what}: {} asks {question} of {denied}", asker.name);
        assert_eq!(asked.status, absent.status, "{what}");
        let (told, expected) = (struck(&asked, denied), struck(&absent, denied));
        let differ = || difference(told.as_bytes(), expected.as_bytes());
        assert!(told == expected, "{what}: {}", differ());
        let text = String::from_utf8_lossy(&asked.bytes).into_owned();
        assert!(!tells(&text, denied), "{what} tells of it");
    }
}

/// Suspends the grant of the holder.
async fn suspend(granting: &mut Granting) {
    let portal = granting.site.test_portal.portal();
    let Holder { caller, head, case, .. } = &granting.holder;
    let version = portal.application(caller, *case, LANG).await.unwrap().case.version;
    let done = ApplicationAct {
        event: "suspend".to_owned(),
        version,
        reason: "核实".to_owned(),
        ..ApplicationAct::default()
    };
    Box::pin(portal.act_on_application(head, *case, done, LANG)).await.unwrap();
    granting.held[0].is_suspended = true;
}

/// Who asked when, and whether anything granted was open to them.
type Met = BTreeSet<(&'static str, &'static str, bool)>;

/// Has those whose grants are at these places ask at these doors.
async fn drive(
    granting: &Granting,
    (when, today): (&'static str, NaiveDate),
    who: &[Option<usize>],
    (doors, seed): (&[String], u64),
) -> Met {
    let mut met = Met::new();
    for asker in granting.askers.iter().filter(|asker| who.contains(&asker.grant)) {
        let sees = asker.sees(&granting.held, today);
        met.insert((when, asker.name, sees.len() > 1));
        let mut told = BTreeSet::new();
        for address in doors.iter().filter(|address| asker.asks(address)) {
            let what = format!("seed {seed}, {when}");
            told.extend(ask(&granting.site, asker, address, &sees, &what).await);
        }
        assert_eq!(told, sees, "seed {seed}, {when}: {} is told what is granted", asker.name);
    }
    met
}

/// Asks at every door under grants that are drawn: today, when one of them is suspended, and tomorrow.
async fn drive_seed(seed: u64) -> Met {
    let mut granting = Box::pin(open(seed)).await;
    let (today, tomorrow) = (day("2026-11-21"), day("2026-11-22"));
    let doors = all_doors(&granting.placed);
    let everybody = [None, Some(0), Some(1)];
    let mut met =
        Box::pin(drive(&granting, ("today", today), &everybody, (doors.as_slice(), seed))).await;

    let what = format!("seed {seed}");
    // The key of a grant is asked like the token of its holder.
    for asker in granting.askers.iter().filter(|asker| !asker.name.starts_with("the key")) {
        let sees = asker.sees(&granting.held, today);
        let denied = CONDITIONAL.into_iter().find(|column| !sees.contains(column));
        for denied in denied.into_iter().chain([HIDDEN[0]]) {
            Box::pin(is_as_if_absent(&granting, asker, denied, &what)).await;
        }
    }

    suspend(&mut granting).await;
    let doors = doors_of_the_dataset(&granting.placed);
    met.extend(
        Box::pin(drive(&granting, ("suspended", today), &[Some(0)], (doors.as_slice(), seed)))
            .await,
    );
    let later = granting.site.test_portal.open_at("2026-11-22T00:00:00Z".parse().unwrap()).await;
    let state = State::new(later, Assets::none(), Limits::default());
    state.set_warm();
    granting.site = granting.site.behind(router(state));
    met.extend(
        Box::pin(drive(&granting, ("tomorrow", tomorrow), &[Some(1)], (doors.as_slice(), seed)))
            .await,
    );
    let n_verified = Box::pin(verify_all(&granting, tomorrow, seed)).await;
    met.insert(("tomorrow", "whoever verifies", n_verified > 0));
    met
}

// Part of DL-02, SEC-05: under random grants every door opens the columns of the grant to who holds it, in its way and
// its time, and to nobody else; all others leave no value and no name, and are asked for like columns that are nowhere.
#[tokio::test]
async fn every_door_opens_what_is_granted_and_nothing_else() {
    let mut met = Met::new();
    for seed in [9, 19, 23] {
        met.extend(Box::pin(drive_seed(seed)).await);
    }
    for case in [
        ("today", "a visitor", false),
        ("today", "the holder", true),
        ("today", "the holder", false),
        ("today", "the token of the holder", true),
        ("today", "the key of the grant", true),
        ("suspended", "the holder", false),
        ("suspended", "the key of the grant", false),
        ("today", "the other", true),
        ("today", "the token of the other", false),
        ("tomorrow", "the token of the other", true),
        ("tomorrow", "the token of the other", false),
        ("tomorrow", "whoever verifies", true),
    ] {
        assert!(met.contains(&case), "no seed has {case:?}");
    }
}
