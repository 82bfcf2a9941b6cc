//! Quality of tables with faults that were put there, and of real ones.

#![expect(clippy::unwrap_used, reason = "a table that does not read must fail the test")]
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use std::path::PathBuf;

use kaishu_domain::policy::QualityDimension;
use kaishu_domain::quality::{Measure, Rule, assess};
use kaishu_tables::{Expected, Ingested, Progress, ingest_expected, inspect};
use kaishu_types::dataset::DataItemView;
use kaishu_types::vocabulary::{Format, ItemType, OpenClass, ShareClass};

fn take_in(text: &str, expected: &Expected) -> Ingested {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    std::fs::write(&path, text).unwrap();
    let source = inspect(&path, Format::Csv, "table.csv", folder.path()).unwrap().remove(0);
    let target = folder.path().join("stored");
    ingest_expected(&source, expected, &target, &Progress::default()).unwrap()
}

fn item(name: &str, item_type: ItemType) -> DataItemView {
    DataItemView {
        name: name.to_owned(),
        label: name.to_owned(),
        item_type,
        unit: None,
        length: None,
        description: None,
        open_class: OpenClass::Unconditional,
        share_class: ShareClass::Unconditional,
        sensitive: false,
        mask: None,
        release_reason: None,
    }
}

/// Writes what does not hold: rule, columns, how many, and each row with its fault and value.
fn faults(ingested: &Ingested) -> Vec<String> {
    let failed = ingested.quality.iter().filter(|measure| measure.n_failed > 0);
    let row = |measure: &Measure| -> Vec<String> {
        let rows = measure.rows.iter();
        rows.map(|row| {
            let value = row.value.as_deref().unwrap_or("∅");
            format!("{}:{}:{value}", row.row, row.fault.as_str())
        })
        .collect()
    };
    let mut lines: Vec<String> = failed
        .map(|measure| {
            let columns = measure.columns.join("+");
            let (rule, rows) = (measure.rule.as_str(), row(measure).join(" "));
            format!("{rule} {columns} {}/{} {rows}", measure.n_failed, measure.n_checked)
        })
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.sort();
    lines
}

const PLANTED: &str = "编号,企业名称,统一社会信用代码,行政区划代码,联系电话,开始日期,结束日期,经度,纬度,员工数,等级\n\
    A001,甲公司,91350100M000100Y43,513201,0837-2822233,2020-01-01,2021-01-01,102.2,31.9,12,一\n\
    A002,乙公司,91350100M000100Y44,513201,13812345678,2020-01-01,2019-12-31,102.3,31.8,30,一\n\
    A003, 丙公司,91350100M000100Y43,993201,2822,2020/2/1,2021-01-01,31.9,102.2,7,一级甲等\n\
    A003,丁公司,,513222,12345,0001-01-01,,102.4,,不详,二\n\
    A005,戊公司,91350100M000100Y43,513221,2822234,2020-03-01,2021-01-01,102.1,31.7,5,二\n\
    A005,戊公司,91350100M000100Y43,513221,2822234,2020-03-01,2021-01-01,102.1,31.7,5,二\n\
    A007,己公司,91350100M000100Y43,51322,2822235,2020-03-02,2021-01-01,0,0,4,二\n\
    A008,庚公司,91350100M000100Y43,513225,2822236,2020-03-03,2021-01-01,102.0,31.5,9,二,多\n";

/// Proves PUB-05 (rules and errors by row).
#[test]
fn faults_are_named_by_rule_column_and_row() {
    let mut level = item("等级", ItemType::Text);
    level.length = Some(2);
    let expected = Expected {
        items: vec![level, item("员工数", ItemType::Integer), item("注册资本", ItemType::Decimal)],
        is_only_table: true,
        is_in_china: true,
        years: None,
    };

    let found = faults(&take_in(PLANTED, &expected));

    let described = |line: &String| line.starts_with("column.described");
    assert_eq!(found.iter().filter(|line| described(line)).count(), 10);
    let rest: Vec<&str> = found.iter().filter(|it| !described(it)).map(String::as_str).collect();
    assert_eq!(
        rest,
        [
            "code.credit 统一社会信用代码 1/7 2:check_character:91350100M000100Y44",
            "code.division 行政区划代码 2/8 3:province:993201 7:length:51322",
            "coordinate.datum 经度+纬度 1/1",
            "coordinate.range 经度+纬度 3/8 3:swapped:31.9, 102.2 4:pair:102.4,  7:range:0, 0",
            "date.form 开始日期 1/8 3:form:2020/2/1",
            "date.order 开始日期+结束日期 1/7 2:order:∅",
            "date.range 开始日期 1/8 4:range:0001-01-01",
            "item.present 注册资本 1/1",
            "length.declared 等级 1/8 3:length:一级甲等",
            "phone.form 联系电话 1/8 3:form:∅",
            "row.repeated  1/8 6:repeated:∅",
            "row.shape  1/8 8:more:∅",
            "text.clean 企业名称 1/8 3:spaces: 丙公司",
            "type.declared 员工数 1/8 4:type:不详",
            "value.present column_12 7/8 1:blank:∅ 2:blank:∅ 3:blank:∅ 4:blank:∅ 5:blank:∅ 6:blank:∅ 7:blank:∅",
            "value.present 纬度 1/8 4:blank:∅",
            "value.present 结束日期 1/8 4:blank:∅",
            "value.present 统一社会信用代码 1/8 4:blank:∅",
        ]
    );
}

/// Proves PUB-05 (what blocks).
#[test]
fn what_breaks_the_structure_blocks_a_version() {
    let blocked = |text: &str, items: Vec<DataItemView>| {
        let expected = Expected { items, is_only_table: true, ..Expected::default() };
        let ingested = take_in(text, &expected);
        let quality = assess(&ingested.quality, QualityDimension::ALL);
        let rules: Vec<Rule> = quality.blocks().map(|fix| fix.rule).collect();
        rules
    };
    assert_eq!(blocked("a,b\n1,x\n2,y\n", vec![item("a", ItemType::Integer)]), []);
    assert_eq!(
        blocked("a,b\n1,x\nz,y\n", vec![item("a", ItemType::Integer)]),
        [Rule::TypeDeclared]
    );
    assert_eq!(blocked("a,b\n1,x\n", vec![item("c", ItemType::Text)]), [Rule::ItemPresent]);
    assert_eq!(blocked("a,b\n1,x\n2\n", vec![]), [Rule::RowShape]);
    assert_eq!(blocked("a,b\n", vec![]), [Rule::TableRows]);
}

#[test]
fn identifiers_repeat_where_nearly_all_differ() {
    let mut text = "id,kind_id,n\n".to_owned();
    for n in 0..100 {
        let id = if n == 57 { 3 } else { n };
        text.push_str(&format!("K{id},T{},{n}\n", n % 7));
    }

    let found = faults(&take_in(&text, &Expected::default()));

    let keys: Vec<&String> = found.iter().filter(|line| line.starts_with("key")).collect();
    assert_eq!(keys, ["key.repeated id 1/100 58:repeated:K3"]);
}

#[test]
fn what_is_personal_is_not_repeated() {
    let text = "证号,手机,出生日期\n11010519491231002X,13812345678,1949-12-31\n\
        440524188001010014,13812345679,1880/01/01\n110105194912310021,1381,0049-12-31\n\
        11010519491231002X,13812345670,1949-12-31\n";

    let ingested = take_in(text, &Expected::default());

    let told = ingested.quality.iter().flat_map(|measure| &measure.rows);
    assert_eq!(told.filter(|row| row.value.is_some()).count(), 0, "{:?}", faults(&ingested));
    assert!(faults(&ingested).iter().any(|line| line.starts_with("phone.form 手机 1/4 3:form")));
}

#[test]
fn a_table_without_faults_has_the_full_score() {
    let text = "编号,名称,日期\n1,甲,2020-01-01\n2,乙,2020-01-02\n";
    let items = vec![
        item("编号", ItemType::Code),
        item("名称", ItemType::Text),
        item("日期", ItemType::Date),
    ];
    let expected = Expected { items, is_only_table: true, is_in_china: true, years: None };

    let quality = assess(&take_in(text, &expected).quality, QualityDimension::ALL);

    assert_eq!(quality.fixes, []);
    let scores: Vec<_> = quality.dimensions.iter().filter_map(|it| it.score).collect();
    assert_eq!(
        scores, [100.0; 5],
        "standardisation, completeness, accuracy, consistency, usability"
    );
}

fn real(name: &str, format: Format) -> Option<Ingested> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data/tables").join(name);
    if !path.is_file() {
        println!("skipped: {} is not here", path.display());
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    let source = inspect(&path, format, name, folder.path()).unwrap().remove(0);
    let target = folder.path().join("stored");
    let expected = Expected { is_in_china: true, ..Expected::default() };
    Some(ingest_expected(&source, &expected, &target, &Progress::default()).unwrap())
}

fn holds(ingested: &Ingested, rule: Rule, column: &str) -> Option<(u64, u64)> {
    let named = |measure: &&Measure| measure.columns.iter().any(|name| name == column);
    let found = ingested.quality.iter().filter(|it| it.rule == rule).find(named)?;
    Some((found.n_checked - found.n_failed, found.n_checked))
}

#[test]
fn division_codes_of_a_real_table_hold() {
    let Some(streets) = real("zh/china-division_streets.csv", Format::Csv) else { return };
    for column in ["code", "areaCode"] {
        assert_eq!(holds(&streets, Rule::DivisionCode, column), Some((41_352, 41_352)), "{column}");
    }
    assert_eq!(holds(&streets, Rule::DivisionCode, "name"), None);
    assert_eq!(holds(&streets, Rule::KeyRepeated, "code"), Some((41_352, 41_352)));
}

#[test]
fn coordinates_elsewhere_are_not_judged_as_chinese() {
    let Some(codes) = real("vega/zipcodes.csv", Format::Csv) else { return };
    assert_eq!(holds(&codes, Rule::CoordinateCountry, "latitude"), None);
    let (n_held, n) = holds(&codes, Rule::CoordinateRange, "latitude").unwrap();
    println!("zipcodes: {:?}", faults(&codes));
    assert!(n_held * 100 > n * 95, "{n_held} of {n}");
}
