//! The page of a table: charts, the fields of conditions, and the description for programs.

use kaishu_testkit::Setup;
use kaishu_testkit::catalogue::Catalogue;
use serde_json::json;

use crate::support::{Answer, TestSite};

const OPEN: &str = "YX-T-0001";
const MIXED: &str = "YX-T-0002";
const EMPTY: &str = "YX-T-0003";
const LABELLED: &str = "YX-T-0004";
const GROUPED: &str = "YX-T-0005";
const SECRET: &str = "chixiao4711";

/// Forty places in two provinces, a table with columns of every class, one without rows, one whose
/// columns have labels, and one with forty groups of two rows.
async fn site() -> TestSite {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let mut open = "区划代码,名称,类型,人口,面积,建成日期,经度,纬度\n".to_owned();
    for n in 0..40 {
        let (province, kind) = if n % 4 == 0 { ("53", "县") } else { ("51", "市") };
        let month = n % 12 + 1;
        open += &format!(
            "{province}01{n:02},地方{n},{kind},{},{}.5,2019-{month:02}-15,10{}.25,2{}.75\n",
            n * 100,
            n % 7,
            n % 5,
            n % 9
        );
    }
    let mixed =
        format!("district,phone,secret\n甲,{SECRET}p1,{SECRET}s2\n乙,{SECRET}p3,{SECRET}s4\n");
    let days = "day,n,weekday\n2020-01-01,1,星期三\n2020-01-02,2,星期四\n2020-01-03,3,星期五\n2020-01-10,4,星期五\n";
    let mut grouped = "名称,组别\n".to_owned();
    for n in 0..80 {
        grouped += &format!("地方{n},组{}\n", n % 40);
    }
    let folder = Catalogue::default()
        .dataset(OPEN, "地方", "unconditional")
        .file(OPEN, "places.csv", open.as_bytes())
        .dataset(MIXED, "名册", "conditional")
        .item(MIXED, "district", "unconditional")
        .item(MIXED, "phone", "conditional")
        .item(MIXED, "secret", "none")
        .file(MIXED, "people.csv", mixed.as_bytes())
        .dataset(EMPTY, "空表", "unconditional")
        .file(EMPTY, "empty.csv", b"name,area\n")
        .dataset(LABELLED, "日期", "unconditional")
        .typed_item(LABELLED, "day", "date", "unconditional")
        .typed_item(LABELLED, "n", "integer", "unconditional")
        .item(LABELLED, "weekday", "unconditional")
        .file(LABELLED, "days.csv", days.as_bytes())
        .dataset(GROUPED, "分组", "unconditional")
        .file(GROUPED, "groups.csv", grouped.as_bytes())
        .folder();
    site.test_portal.import(folder).await;
    site
}

async fn resource(site: &TestSite, code: &str) -> String {
    let entry = site.get(&format!("/api/v1/datasets/{code}")).await.json();
    let id = entry["resources"][0]["id"].as_i64().unwrap();
    format!("/datasets/{code}/resources/{id}")
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The rows of the table beside a chart.
fn beside(page: &Answer) -> Vec<Vec<String>> {
    let cells = page.texts("figure table tbody tr > *");
    let n_columns = page.texts("figure table thead th").len();
    cells.chunks(n_columns).map(<[String]>::to_vec).collect()
}

#[tokio::test]
async fn every_chart_is_a_drawing_with_its_data_beside_it() {
    let site = site().await;
    let path = resource(&site, OPEN).await;
    let offered = site.get(&path).await.texts("#chart nav a");
    let all = ["柱形图", "折线图", "饼图", "直方图", "散点图", "点位图", "按行政区划"];
    assert_eq!(offered, all);
    for kind in ["bar", "line", "pie", "histogram", "scatter", "points", "divisions"] {
        for prefix in ["", "/en"] {
            let address = format!("{prefix}{path}?chart={kind}");
            let page = site.get(&address).await;
            assert_eq!(page.status, 200, "{address}");
            page.assert_well_formed_page(&address);
            let drawings = page.attributes("figure svg[role=img]", "aria-labelledby");
            assert_eq!(drawings, ["chart-title chart-text"], "{address}");
            for said in page.texts("#chart-title, #chart-text") {
                assert!(!said.is_empty(), "{address}");
            }
            assert!(beside(&page).len() > 1, "{address}");
        }
    }
}

#[tokio::test]
async fn a_chart_shows_the_rows_that_are_left() {
    let site = site().await;
    let path = resource(&site, OPEN).await;
    let ask = async |query: &str| {
        let page = site.get(&format!("{path}?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        beside(&page)
    };
    assert_eq!(ask("chart=bar&x=类型&agg=count").await, [["市", "30"], ["县", "10"]]);
    assert_eq!(ask("chart=bar&x=类型&y=人口&agg=sum").await, [["市", "60,000"], ["县", "18,000"]]);
    let filter = encoded("人口 < 1000");
    let few = ask(&format!("chart=bar&x=类型&agg=count&filter={filter}")).await;
    assert_eq!(few, [["市", "7"], ["县", "3"]]);
    let share = ask("chart=pie&x=类型&agg=count").await;
    assert_eq!(share, [["1 市", "30", "75.0%"], ["2 县", "10", "25.0%"]]);
    // The bins are those of the rows that are left, not of a profile of all.
    let bins = ask(&format!("chart=histogram&x=人口&filter={filter}")).await;
    assert_eq!(bins.first().unwrap(), &["0 至不足 50", "1"]);
    assert_eq!(bins.last().unwrap(), &["900 至不足 950", "1"]);
    let months = ask("chart=line&x=month(建成日期)&agg=count").await;
    assert_eq!(months.len(), 12);
    assert_eq!(months[0], ["2019-01", "4"]);
    assert_eq!(ask("chart=divisions&agg=count").await, [["四川", "30"], ["云南", "10"]]);
    // What the chart shows can be taken away.
    let page = site.get(&format!("{path}?chart=bar&x=类型&agg=count&filter={filter}")).await;
    let whole = page.attributes("figure a[href*='export.csv']", "href");
    let file = site.get(&whole[0]).await;
    assert_eq!(file.text(), "类型,count()\r\n市,7\r\n县,3\r\n");
    // Other links of the page keep the chart.
    let sorted = page.attributes("thead a[href*='sort=']", "href");
    assert!(sorted.iter().all(|link| link.contains("chart=bar")), "{sorted:?}");
}

#[tokio::test]
async fn groups_are_few_and_stand_in_the_order_of_their_words() {
    let site = site().await;
    // Names that are of one row each are not what a chart begins with.
    let grouped = site.get(&format!("{}?chart=bar", resource(&site, GROUPED).await)).await;
    assert_eq!(grouped.texts("#h-figure"), ["按“组别”分组的行数"]);
    let path = resource(&site, LABELLED).await;
    let week = site.get(&format!("{path}?chart=bar&x=weekday&agg=count")).await;
    assert_eq!(beside(&week), [["星期三", "1"], ["星期四", "1"], ["星期五", "2"]]);
}

#[tokio::test]
async fn what_no_chart_can_be_made_of_is_refused() {
    let site = site().await;
    let path = resource(&site, OPEN).await;
    for (query, field) in [
        ("chart=cake", "chart"),
        ("chart=bar&agg=mode", "agg"),
        ("chart=bar&x=a,b", "x"),
        ("chart=bar&y=%27", "y"),
        ("x=名称", "x"),
        ("agg=count", "agg"),
    ] {
        site.get(&format!("{path}?{query}")).await.assert_names(400, field);
    }
    for (query, said) in [
        ("chart=histogram&x=名称", "列“名称”不是数值"),
        ("chart=bar&x=year(名称)", "列“名称”不是日期"),
        ("chart=bar&x=无此列", "没有名为 `无此列` 的列"),
        ("chart=pie&y=人口&agg=avg", "饼图只能画行数或者合计"),
        ("chart=line&x=名称", "折线图的横轴"),
    ] {
        let page = site.get(&format!("{path}?{query}")).await;
        assert_eq!(page.status, 400, "{query}");
        page.assert_well_formed_page(query);
        let alerts = page.texts("#chart [role=alert]");
        assert!(alerts.iter().any(|alert| alert.contains(said)), "{query}: {alerts:?}");
    }
    // Where nothing is left, the page says so and is none the less whole.
    let none = site.get(&format!("{path}?chart=bar&filter={}", encoded("人口 < 0"))).await;
    assert_eq!(none.status, 200);
    assert!(none.text().contains("这些行里没有可以画的值"));
}

// Proves SEC-05: a chart of a column that is not open is refused like one of a column that is not there.
#[tokio::test]
async fn a_closed_column_is_in_no_chart() {
    let site = site().await;
    let path = resource(&site, MIXED).await;
    for question in [
        "chart=bar&x=NAME",
        "chart=bar&x=district&y=NAME&agg=distinct",
        "chart=line&x=NAME",
        "chart=histogram&x=NAME",
        "chart=scatter&x=district&y=NAME",
        "chart=points&x=NAME",
        "chart=divisions&x=NAME",
        "chart=pie&add=NAME",
        "add=NAME",
    ] {
        let ask = async |name: &str| {
            let page = site.get(&format!("{path}?{}", question.replace("NAME", name))).await;
            assert!(!page.text().contains(SECRET), "{question}");
            (page.status, page.text().replace(name, "NAME"))
        };
        let unknown = ask("nothing").await;
        assert_eq!(ask("phone").await, unknown, "{question}");
        assert_eq!(ask("secret").await, unknown, "{question}");
    }
    let page = site.get(&format!("{path}?chart=bar")).await;
    assert_eq!(beside(&page), [["乙", "1"], ["甲", "1"]]);
}

#[tokio::test]
async fn a_condition_has_the_fields_of_its_column() {
    let site = site().await;
    let path = resource(&site, OPEN).await;
    let fields = async |column: &str| {
        let page = site.get(&format!("{path}?add={column}")).await;
        page.assert_well_formed_page(column);
        page.attributes("#f-value [name]", "type")
    };
    assert_eq!(fields("人口").await, ["hidden", "number", "number"]);
    assert_eq!(fields("建成日期").await, ["hidden", "date", "date"]);
    assert_eq!(fields("类型").await, ["hidden", "checkbox", "checkbox"]);
    let sent = async |query: &str| {
        let answer = site.get(&format!("{path}?{query}")).await;
        assert_eq!(answer.status, 303, "{query}");
        site.get(answer.header("location")).await
    };
    let status = |page: &Answer| page.texts("main [role=status]").concat();
    let range = sent("c=人口&o=between&v=100&w=300").await;
    assert!(status(&range).contains("符合条件 3 行"), "{}", status(&range));
    assert!(range.text().contains("人口 100—300"));
    let open_ended = sent("c=人口&o=between&v=&w=300").await;
    assert!(status(&open_ended).contains("符合条件 4 行"));
    let several = sent("c=类型&o=in&v=县&v=市").await;
    assert!(status(&several).contains("符合条件 40 行"));
    assert!(several.text().contains("类型 是 县、市"));
    let days = sent("c=建成日期&o=between&v=2019-01-01&w=2019-02-28").await;
    assert!(status(&days).contains("符合条件 8 行"), "{}", status(&days));
}

#[tokio::test]
async fn the_page_of_a_dataset_leads_to_its_tables() {
    let site = site().await;
    // Beside the file, and in the list of files; where there is no file to take, in the list only.
    for (code, n) in [(OPEN, 2), (MIXED, 1)] {
        let table = resource(&site, code).await;
        let page = site.get(&format!("/datasets/{code}")).await;
        let links = page.texts(&format!("main a[href='{table}']"));
        assert_eq!(links.iter().filter(|text| *text == "查看表格").count(), n, "{links:?}");
    }
}

#[tokio::test]
async fn a_table_without_rows_blames_no_condition() {
    let site = site().await;
    let path = resource(&site, EMPTY).await;
    let page = site.get(&path).await;
    assert_eq!(page.status, 200);
    page.assert_well_formed_page(&path);
    assert!(page.text().contains("这个文件现在没有数据行。"));
    assert_eq!(page.texts("#chart, #f-c, details.ks-drop"), Vec::<String>::new());
    let files = page.attributes("main a[href*='/download']", "href");
    assert!(!files.is_empty(), "the file can be taken");
    // What nothing fits is another matter: there a condition can be dropped.
    let asked = site.get(&format!("{path}?q=a")).await;
    assert!(asked.text().contains("没有符合条件的行。"));
    assert_eq!(asked.attributes("#f-c", "name"), ["c"]);
}

#[tokio::test]
async fn a_condition_that_is_refused_goes_back_into_the_form() {
    let site = site().await;
    let path = resource(&site, LABELLED).await;
    let filter = encoded("n > 1 AND day >= '昨天'");
    let page = site.get(&format!("{path}?filter={filter}")).await;
    assert_eq!(page.status, 400);
    page.assert_well_formed_page(&path);
    let said = page.texts("main [role=alert]").concat();
    assert!(said.contains("列“day标签”的类型是日期"), "{said}");
    assert_eq!(page.attributes("#f-c option[selected]", "value"), ["day"]);
    assert_eq!(page.attributes("#f-o option[selected]", "value"), ["ge"]);
    assert_eq!(page.attributes("#f-v", "value"), ["昨天"]);
    // What is sent next takes its place, and the other condition stays.
    let kept = page.attributes("form[aria-label='筛选行'] input[name=filter]", "value");
    assert_eq!(kept, ["n > 1"]);
    // All of the table is offered, by its own name.
    assert!(page.texts("details.ks-drop summary").concat().contains("下载表格"));
    let ways = page.attributes("details.ks-drop a", "href");
    assert!(ways.iter().all(|way| !way.contains("filter")), "{ways:?}");
}

#[tokio::test]
async fn a_condition_without_a_value_says_what_it_needs() {
    let site = site().await;
    let path = resource(&site, LABELLED).await;
    for (sent, said) in [
        ("c=day&o=eq&v=+", "请填写要比较的值"),
        ("c=day&o=between&v=&w=", "至少填写一端"),
        ("c=day&o=in", "至少选一个值"),
    ] {
        let page = site.get(&format!("{path}?{sent}&q=2")).await;
        assert_eq!(page.status, 400, "{sent}");
        page.assert_well_formed_page(sent);
        let alerts = page.texts("#f-value [role=alert]").concat();
        assert!(alerts.contains(said), "{sent}: {alerts}");
        assert_eq!(page.attributes("#f-c option[selected]", "value"), ["day"], "{sent}");
        // The rows stay as they were filtered.
        let status = page.texts("main [role=status]").concat();
        assert!(status.contains("符合条件"), "{sent}: {status}");
    }
}

#[tokio::test]
async fn the_facts_of_a_column_fit_its_type() {
    let site = site().await;
    let path = resource(&site, LABELLED).await;
    let facts = async |column: &str| {
        let page = site.get(&format!("{path}?col={column}&filter={}", encoded("n > 3"))).await;
        assert!(page.texts("#col-facts p").concat().contains("全表"), "{column}");
        page.texts("#col-facts dt")
    };
    assert_eq!(facts("day").await, ["空值", "不同的值", "最小 / 最大"]);
    for (column, is_number) in [("weekday", false), ("n", true)] {
        let facts = facts(column).await;
        assert_eq!(facts.contains(&"最小 / 最大".to_owned()), is_number, "{facts:?}");
        assert_eq!(facts.contains(&"字数".to_owned()), !is_number, "{facts:?}");
    }
}

// Proves DL-10, SEC-05: the description names the columns that the asker may have, and no value.
#[tokio::test]
async fn a_table_is_described_without_what_is_kept_back() {
    let site = site().await;
    let open = format!("/api/v1{}", resource(&site, OPEN).await);
    let described = site.get(&format!("{open}/openapi.json")).await;
    assert_eq!(described.status, 200);
    let document = described.json();
    assert_eq!(document["openapi"], "3.1.0");
    let row = &document["components"]["schemas"]["Row"];
    assert_eq!(row["required"].as_array().unwrap().len(), 8);
    assert_eq!(row["properties"]["人口"]["type"], json!(["number", "string", "null"]));
    assert_eq!(row["properties"]["名称"]["type"], json!(["string", "null"]));
    assert!(!described.text().contains("地方3"), "no value");
    // The addresses that are described answer, and a row has the columns that are described.
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 2);
    for path in paths.keys() {
        let answer = site.get(&path.replace("{format}", "json")).await;
        assert_eq!(answer.status, 200, "{path}");
    }
    let rows = site.get(&format!("{open}/export.json")).await.json();
    let names: Vec<&String> = rows[0].as_object().unwrap().keys().collect();
    let named: Vec<&String> = row["properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, named);
    site.get(&format!("{open}/openapi.json?limit=1")).await.assert_problem_of(400, "limit");

    let mixed = format!("/api/v1{}", resource(&site, MIXED).await);
    let described = site.get(&format!("{mixed}/openapi.json")).await;
    let text = described.text();
    for hidden in ["phone", "secret", SECRET, "甲"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
    let row = &described.json()["components"]["schemas"]["Row"];
    assert_eq!(row["required"], json!(["district"]));
    // The page leads there.
    let page = site.get(&resource(&site, MIXED).await).await;
    let links = page.attributes("main a[href$='/openapi.json']", "href");
    assert_eq!(links, [format!("{mixed}/openapi.json")]);
}

// Proves PUB-14: a file that cannot be read leaves the version before it serving, one link away.
#[tokio::test]
async fn a_broken_version_leads_to_the_one_before() {
    let site = TestSite::open(Setup { policy: "default", with_demo: false }).await;
    let with = |bytes: &[u8]| {
        Catalogue::default().dataset(OPEN, "名册", "unconditional").file(OPEN, "a.json", bytes)
    };
    site.test_portal.import(with(br#"[{"name":"a"}]"#).folder()).await;
    let first = resource(&site, OPEN).await;
    site.test_portal.import(with(br#"[{"name":"a"},"#).folder()).await;
    let second = resource(&site, OPEN).await;
    assert_ne!(first, second);
    let page = site.get(&second).await;
    assert!(page.text().contains("这个文件没有做成表格"), "{}", page.text());
    assert!(page.attributes("main a", "href").contains(&first));
    assert_eq!(site.get(&first).await.status, 200);
    assert_eq!(site.get(&format!("/api/v1{first}/rows")).await.json()["rows"][0][0], "a");
}
