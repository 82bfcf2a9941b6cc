//! What headings say of their columns.

/// Whether an identifier is under this heading.
pub fn is_key(heading: &str) -> bool {
    let heading = heading.trim().to_lowercase();
    ["id", "uid", "uuid", "guid", "key", "code", "主键", "序号", "编号", "编码", "代码"]
        .contains(&heading.as_str())
        || ["_id", "统一社会信用代码", "编号", "编码", "主键", "标识码", "登记号", "证号"]
            .iter()
            .any(|ending| heading.ends_with(ending))
}

/// Words for longitude, each with that for latitude.
const PLACES: &[(&str, &str)] = &[
    ("经度", "纬度"),
    ("东经", "北纬"),
    ("longitude", "latitude"),
    ("lng", "lat"),
    ("lon", "lat"),
];

/// Words for a start, each with those for the end.
const SPANS: &[(&str, &[&str])] = &[
    ("开始", &["结束", "截止", "终止"]),
    ("起始", &["结束", "截止", "终止"]),
    ("生效", &["失效"]),
    ("开工", &["竣工", "完工"]),
    ("起", &["止"]),
    ("自", &["至"]),
    ("start", &["end"]),
    ("begin", &["end"]),
    ("from", &["to"]),
];

/// The place of the latitude that belongs to the longitude at a place.
pub fn paired_latitude(headings: &[&str], longitude: usize) -> Option<usize> {
    PLACES.iter().find_map(|(word, other)| replaced(headings, longitude, word, other))
}

/// The place of the end that belongs to the start at a place, as of `结束日期` to `开始日期`.
pub fn ordered_pair(headings: &[&str], start: usize) -> Option<usize> {
    SPANS
        .iter()
        .find_map(|(word, ends)| ends.iter().find_map(|end| replaced(headings, start, word, end)))
}

fn replaced(headings: &[&str], place: usize, word: &str, other: &str) -> Option<usize> {
    let heading = headings.get(place)?.trim().to_lowercase();
    let wanted = heading.replacen(word, other, 1);
    if wanted == heading {
        return None;
    }
    headings.iter().position(|heading| heading.trim().to_lowercase() == wanted)
}

/// Whether a text names the datum of coordinates.
pub fn names_datum(text: &str) -> bool {
    const NAMES: &[&str] = &[
        "wgs84",
        "epsg:",
        "gcj02",
        "bd09",
        "cgcs2000",
        "国家2000",
        "2000国家",
        "大地2000",
        "北京54",
        "西安80",
        "火星坐标",
        "百度坐标",
    ];
    let text: String =
        text.to_lowercase().chars().filter(|sign| !matches!(sign, ' ' | '-' | '_')).collect();
    NAMES.iter().any(|name| text.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs() {
        let headings =
            ["开始日期", "名称", "结束日期", "有效期起", "有效期止", "start_time", "END_TIME"];
        let found: Vec<_> = (0..headings.len()).map(|at| ordered_pair(&headings, at)).collect();
        assert_eq!(found, [Some(2), None, None, Some(4), None, Some(6), None]);

        let headings = ["起点经度", "起点纬度", "Lon", "lat", "long", "latitude"];
        let found: Vec<_> = (0..headings.len()).map(|at| paired_latitude(&headings, at)).collect();
        assert_eq!(found, [Some(1), None, Some(3), None, None, None]);
    }

    #[test]
    fn keys_and_datums() {
        for key in ["ID", "企业编号", "统一社会信用代码", "code"] {
            assert!(is_key(key), "{key}");
        }
        for other in ["名称", "行政区划代码", "cityCode", "identity"] {
            assert!(!is_key(other), "{other}");
        }
        for named in ["经度（WGS-84）", "EPSG:4326", "国家 2000 坐标系", "gcj_02"] {
            assert!(names_datum(named), "{named}");
        }
        assert!(!names_datum("经度"));
    }
}
