//! How well personal data is found: on made-up tables with known columns, and on real ones without any.

#![expect(clippy::unwrap_used, reason = "a table that does not read must fail the test")]
#![expect(clippy::print_stdout, reason = "the measure is to be read, and a skipped part says so")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use kaishu_domain::personal::Sensitive;
use kaishu_tables::{Progress, Scan, inspect, scan};
use kaishu_types::vocabulary::Format;

const N_ROWS: usize = 400;

/// Numbers without any meaning, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        usize::try_from((self.0 >> 33) % u64::try_from(n).unwrap()).unwrap()
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    fn digits(&mut self, n: usize) -> String {
        (0..n).map(|_| char::from(b'0' + u8::try_from(self.below(10)).unwrap())).collect()
    }
}

const REGIONS: &[&str] = &["513201", "510104", "110105", "440524", "210302"];
const FAMILIES: &[&str] = &["王", "李", "张", "刘", "陈", "杨", "赵", "欧阳", "泽仁", "纳"];
const GIVEN: &[&str] = &["伟", "芳", "小明", "秀英", "志强", "扎西", "建国", "雨涵"];
const STREETS: &[&str] = &["人民路", "滨江大道", "解放街", "德吉路"];
const PLACES: &[&str] = &["马尔康市", "金川县", "王家村", "高新区", "黄龙镇", "白河乡", "江油市"];
const BODIES: &[&str] = &["云溪州财政局", "王府井百货有限公司", "石油化工厂", "第一中学"];

fn resident_id(dice: &mut Dice) -> String {
    let mut id = format!(
        "{}{}{:02}{:02}{}",
        dice.of(REGIONS),
        1950 + dice.below(60),
        1 + dice.below(12),
        1 + dice.below(28),
        dice.digits(3)
    );
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = id.bytes().zip(WEIGHTS).map(|(digit, it)| u32::from(digit - b'0') * it).sum();
    id.push(b"10X98765432"[usize::try_from(sum % 11).unwrap()].into());
    id
}

fn bank_card(dice: &mut Dice) -> String {
    let mut card = format!("62220{}", dice.digits(13));
    let sum: u32 = card.bytes().rev().enumerate().fold(0, |sum, (place, byte)| {
        let digit = u32::from(byte - b'0') * if place % 2 == 0 { 2 } else { 1 };
        sum + digit / 10 + digit % 10
    });
    card.push(char::from_digit((10 - sum % 10) % 10, 10).unwrap());
    card
}

fn mobile(dice: &mut Dice) -> String {
    format!("1{}{}", dice.of(&["38", "59", "77", "91", "35"]), dice.digits(8))
}

fn name(dice: &mut Dice) -> String {
    format!("{}{}", dice.of(FAMILIES), dice.of(GIVEN))
}

fn date(dice: &mut Dice) -> String {
    format!("{}-{:02}-{:02}", 1950 + dice.below(70), 1 + dice.below(12), 1 + dice.below(28))
}

type Make = fn(&mut Dice) -> String;

/// Columns with what is to be found in them; nothing where there is nothing personal.
const COLUMNS: &[(&str, Option<Sensitive>, Make)] = &[
    ("A1", Some(Sensitive::ResidentId), resident_id),
    ("身份证号", Some(Sensitive::ResidentId), |dice| {
        let id = resident_id(dice);
        format!("{}********{}", &id[..6], &id[14..])
    }),
    ("备注", Some(Sensitive::ResidentId), |dice| match dice.below(40) {
        0 => format!("经办人{}，证件{}。", name(dice), resident_id(dice)),
        _ => "无".to_owned(),
    }),
    ("A2", Some(Sensitive::Mobile), mobile),
    ("A3", Some(Sensitive::Mobile), |dice| {
        let number = mobile(dice);
        format!("+86 {} {} {}", &number[..3], &number[3..7], &number[7..])
    }),
    ("说明", Some(Sensitive::Mobile), |dice| match dice.below(20) {
        0 => format!("请拨打{}", mobile(dice)),
        _ => "工作日九点到五点".to_owned(),
    }),
    ("A4", Some(Sensitive::BankCard), bank_card),
    ("A5", Some(Sensitive::Plate), |dice| {
        format!(
            "{}{}{}",
            dice.of(&["川A", "川U", "京N", "粤B"]),
            dice.digits(4),
            dice.of(&["D", "7"])
        )
    }),
    ("A6", Some(Sensitive::Email), |dice| format!("user{}@example.com", dice.digits(3))),
    ("A7", Some(Sensitive::TravelDocument), |dice| {
        format!("{}{}", dice.of(&["E", "G"]), dice.digits(8))
    }),
    ("A8", Some(Sensitive::Name), name),
    ("法定代表人", Some(Sensitive::Name), name),
    ("户主", Some(Sensitive::Name), |dice| format!("{}某", dice.of(FAMILIES))),
    ("A9", Some(Sensitive::Address), |dice| {
        format!(
            "{}{}{}号{}单元{}室",
            dice.of(PLACES),
            dice.of(STREETS),
            1 + dice.below(200),
            1 + dice.below(4),
            101 + dice.below(900)
        )
    }),
    ("家庭住址", Some(Sensitive::Address), |dice| {
        format!("{}{}{}号", dice.of(PLACES), dice.of(STREETS), 1 + dice.below(200))
    }),
    ("出生日期", Some(Sensitive::BirthDate), date),
    ("文件标题", Some(Sensitive::SecretMark), |dice| match dice.below(100) {
        0 => "机密★十年 关于会议的通知".to_owned(),
        _ => "关于会议的通知".to_owned(),
    }),
    // What looks like it and is not.
    ("办公电话", None, |dice| format!("0837-282{}", dice.digits(4))),
    ("统一社会信用代码", None, |dice| format!("91510104MA6{}X", dice.digits(6))),
    ("区划代码", None, |dice| format!("{}{}", dice.of(REGIONS), dice.digits(6))),
    ("订单号", None, |dice| format!("2026{}", dice.digits(16))),
    ("流水号", None, |dice| format!("8{}", dice.digits(17))),
    ("条形码", None, |dice| format!("690{}", dice.digits(10))),
    ("项目代码", None, |dice| format!("2020-510000-{}-03-{}", dice.digits(2), dice.digits(6))),
    ("入库时间", None, |dice| format!("{} 12:{:02}:00", date(dice), dice.below(60))),
    ("时间戳", None, |dice| format!("16{}", dice.digits(11))),
    ("经度", None, |dice| format!("10{}.{}", dice.below(4), dice.digits(15))),
    ("金额", None, |dice| format!("{}.{}", dice.digits(6), dice.digits(2))),
    ("乡镇", None, |dice| dice.of(PLACES).to_owned()),
    ("单位名称", None, |dice| dice.of(BODIES).to_owned()),
    ("计量单位", None, |dice| dice.of(&["万元", "万人", "吨", "公里"]).to_owned()),
    ("颜色", None, |dice| dice.of(&["白色", "黄色", "红色"]).to_owned()),
    ("地址", None, |dice| format!("{}{}号", dice.of(STREETS), 1 + dice.below(99))),
    ("民族", None, |dice| dice.of(&["汉族", "藏族", "羌族", "回族"]).to_owned()),
    ("路线", None, |dice| format!("{}路", 1 + dice.below(99))),
    ("网址", None, |dice| format!("https://example.gov.cn/a/{}.html", dice.digits(8))),
];

fn read(path: &Path, format: Format) -> Vec<Scan> {
    let folder = tempfile::tempdir().unwrap();
    let name = path.file_name().unwrap().to_string_lossy();
    let sources = inspect(path, format, &name, folder.path()).unwrap();
    sources.iter().map(|source| scan(source, &Progress::default()).unwrap()).collect()
}

// Proves SEC-21: precision and recall on a planted table.
#[test]
fn planted_personal_data_is_found_and_little_else() {
    let mut dice = Dice(20261122);
    let mut text = COLUMNS.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(",");
    text.push('\n');
    for _ in 0..N_ROWS {
        for (place, (_, _, make)) in COLUMNS.iter().enumerate() {
            let separator = if place == 0 { "" } else { "," };
            // A tenth of the cells is empty, as in real tables.
            let value = if dice.below(10) == 0 { String::new() } else { make(&mut dice) };
            write!(text, "{separator}{value}").unwrap();
        }
        text.push('\n');
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("planted.csv");
    std::fs::write(&path, text).unwrap();
    let scans = read(&path, Format::Csv);
    let [scan] = scans.as_slice() else { panic!("one table") };

    let (mut n_found, mut wrong, mut missed) = (0, Vec::new(), Vec::new());
    for (column, (name, planted, _)) in scan.columns.iter().zip(COLUMNS) {
        let kinds: Vec<Sensitive> = column.findings.iter().map(|finding| finding.kind).collect();
        match planted {
            Some(kind) if kinds.contains(kind) => n_found += 1,
            Some(kind) => missed.push((*name, *kind)),
            None if kinds.is_empty() => {}
            None => wrong.push((*name, kinds)),
        }
    }
    let n_planted = COLUMNS.iter().filter(|(_, planted, _)| planted.is_some()).count();
    println!(
        "{n_found} of {n_planted} planted columns found, {} of {} others taken for personal",
        wrong.len(),
        COLUMNS.len() - n_planted
    );
    assert_eq!((missed, wrong), (vec![], vec![]));
}

/// Real tables about places, weather, employment and the like: nothing in them is about a person.
const REAL: &[(&str, Format)] = &[
    ("country-codes.csv", Format::Csv),
    ("nyc_flights13.csv.zip", Format::Zip),
    ("vega/airports.csv", Format::Csv),
    ("vega/birdstrikes.csv", Format::Csv),
    ("vega/earthquakes.json", Format::Geojson),
    ("vega/movies.json", Format::Json),
    ("vega/seattle-weather.csv", Format::Csv),
    ("vega/species.csv", Format::Csv),
    ("vega/us-employment.csv", Format::Csv),
    ("vega/zipcodes.csv", Format::Csv),
    ("zh/UNSD-cn.csv", Format::Csv),
    ("zh/areacity_level3_gbk.csv", Format::Csv),
    ("zh/areacity_ok_data_level3.csv", Format::Csv),
    ("zh/china-division_streets.csv", Format::Csv),
    ("zh/gb2260/199912.tsv", Format::Tsv),
    ("zh/nCov_china_0216.csv", Format::Csv),
    ("zh/nCov_china_0229.csv", Format::Csv),
    ("zh/shenzhen_taxi_gps_sparsify.csv", Format::Csv),
    ("zh/sz.json", Format::Geojson),
    ("zh/全国疫情数据分析.xlsx", Format::Xlsx),
];

// Proves SEC-21: real tables without personal data are not stopped.
#[test]
fn real_tables_without_personal_data_pass() {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data/tables");
    let (mut n_columns, mut wrong) = (0, Vec::new());
    for (name, format) in REAL {
        let path = shared.join(name);
        if !path.is_file() {
            println!("skipped: {} is not here", path.display());
            continue;
        }
        for column in read(&path, *format).into_iter().flat_map(|scan| scan.columns) {
            n_columns += 1;
            for finding in column.findings {
                wrong.push(format!("{name} {}: {}", column.name, finding.kind));
            }
        }
    }
    println!("{} of {n_columns} columns of real tables taken for personal", wrong.len());
    assert_eq!(wrong, Vec::<String>::new());
}
