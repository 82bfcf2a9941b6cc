//! Which chart an address asks for.

use kaishu_types::table::parse;
use kaishu_types::table::write::column_name;
use kaishu_types::table::{Aggregate, GroupKey};
use kaishu_types::{FieldError, Lang};

/// A kind of chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages::explorer) enum Kind {
    Bar,
    Line,
    Pie,
    Histogram,
    Scatter,
    /// Places of rows, by their coordinates.
    Points,
    /// Administrative divisions, by their codes.
    Divisions,
}

impl Kind {
    pub(super) const ALL: [Self; 7] = [
        Self::Bar,
        Self::Line,
        Self::Pie,
        Self::Histogram,
        Self::Scatter,
        Self::Points,
        Self::Divisions,
    ];

    /// Its name in addresses.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Bar => "bar",
            Self::Line => "line",
            Self::Pie => "pie",
            Self::Histogram => "histogram",
            Self::Scatter => "scatter",
            Self::Points => "points",
            Self::Divisions => "divisions",
        }
    }

    /// Its name for people.
    pub(super) fn label(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Bar => ("柱形图", "Bars"),
            Self::Line => ("折线图", "Line"),
            Self::Pie => ("饼图", "Pie"),
            Self::Histogram => ("直方图", "Histogram"),
            Self::Scatter => ("散点图", "Scatter"),
            Self::Points => ("点位图", "Map of points"),
            Self::Divisions => ("按行政区划", "By division"),
        };
        lang.pick(zh, en)
    }

    /// Whether it counts or computes something of groups.
    pub(super) fn is_of_groups(self) -> bool {
        matches!(self, Self::Bar | Self::Line | Self::Pie | Self::Divisions)
    }

    /// What a table needs for it.
    pub(super) fn need(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Bar | Self::Pie => ("要有一列可以分组", "needs a column to group by"),
            Self::Line => ("要有一列日期或者数值", "needs a column of dates or numbers"),
            Self::Histogram => ("要有一列数值", "needs a column of numbers"),
            Self::Scatter => ("要有两列数值", "needs two columns of numbers"),
            Self::Points => ("要有经度和纬度两列", "needs columns of longitude and latitude"),
            Self::Divisions => ("要有一列行政区划代码", "needs a column of division codes"),
        };
        lang.pick(zh, en)
    }
}

/// What is computed of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages::explorer) enum Measure {
    Count,
    Sum,
    Average,
    Median,
    Least,
    Greatest,
    Distinct,
}

impl Measure {
    pub(super) const ALL: [Self; 7] = [
        Self::Count,
        Self::Sum,
        Self::Average,
        Self::Median,
        Self::Least,
        Self::Greatest,
        Self::Distinct,
    ];

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Average => "avg",
            Self::Median => "median",
            Self::Least => "min",
            Self::Greatest => "max",
            Self::Distinct => "distinct",
        }
    }

    pub(super) fn label(self, lang: Lang) -> &'static str {
        let (zh, en) = match self {
            Self::Count => ("行数", "number of rows"),
            Self::Sum => ("合计", "sum"),
            Self::Average => ("平均", "mean"),
            Self::Median => ("中位数（近似）", "median (near)"),
            Self::Least => ("最小值", "least"),
            Self::Greatest => ("最大值", "greatest"),
            Self::Distinct => ("不同值的个数", "different values"),
        };
        lang.pick(zh, en)
    }

    /// Whether the measures of parts add up to that of the whole.
    pub(super) fn adds_up(self) -> bool {
        matches!(self, Self::Count | Self::Sum)
    }

    pub(super) fn of(self, column: &str) -> Aggregate {
        let column = column.to_owned();
        match self {
            Self::Count => Aggregate::Count,
            Self::Sum => Aggregate::Sum(column),
            Self::Average => Aggregate::Average(column),
            Self::Median => Aggregate::Quantile(column, 0.5),
            Self::Least => Aggregate::Min(column),
            Self::Greatest => Aggregate::Max(column),
            Self::Distinct => Aggregate::CountDistinct(column),
        }
    }
}

/// The chart that an address asks for; what is not said is chosen by what the table has.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::pages::explorer) struct Choice {
    pub(super) kind: Kind,
    pub(super) x: Option<GroupKey>,
    pub(super) y: Option<String>,
    pub(super) measure: Option<Measure>,
}

impl Choice {
    /// Reads the parameters of a chart; empty ones are as good as none.
    ///
    /// # Errors
    ///
    /// Every fault, by parameter.
    pub(in crate::pages::explorer) fn read(
        value: impl Fn(&str) -> Option<String>,
        lang: Lang,
    ) -> Result<Option<Self>, Vec<FieldError>> {
        let value = |name: &str| value(name).filter(|text| !text.trim().is_empty());
        let fault = |field: &str, message: String| FieldError { field: field.to_owned(), message };
        let mut faults = Vec::new();
        let kind = value("chart").and_then(|text| {
            let kind = Kind::ALL.into_iter().find(|kind| kind.code() == text);
            if kind.is_none() {
                faults.push(fault("chart", one_of(lang, Kind::ALL.iter().map(|it| it.code()))));
            }
            kind
        });
        let x = value("x").and_then(|text| only(parse::group_by(&text), "x", lang, &mut faults));
        let y = value("y").and_then(|text| only(parse::columns(&text), "y", lang, &mut faults));
        let measure = value("agg").and_then(|text| {
            let measure = Measure::ALL.into_iter().find(|measure| measure.code() == text);
            if measure.is_none() {
                faults.push(fault("agg", one_of(lang, Measure::ALL.iter().map(|it| it.code()))));
            }
            measure
        });
        if kind.is_none() && faults.is_empty() {
            for name in ["x", "y", "agg"].into_iter().filter(|name| value(name).is_some()) {
                let text = lang.pick("要和 chart 一起用", "goes together with chart");
                faults.push(fault(name, text.to_owned()));
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(kind.map(|kind| Self { kind, x, y, measure }))
    }

    /// Writes the parameters.
    pub(in crate::pages::explorer) fn pairs(&self) -> Vec<(&'static str, String)> {
        let Self { kind, x, y, measure } = self;
        let mut pairs = vec![("chart", kind.code().to_owned())];
        pairs.extend(x.as_ref().map(|key| ("x", key.to_string())));
        pairs.extend(y.as_ref().map(|column| ("y", column_name(column))));
        pairs.extend(measure.map(|measure| ("agg", measure.code().to_owned())));
        pairs
    }

    /// A chart of a kind, of what the table offers.
    pub(super) fn of(kind: Kind) -> Self {
        Self { kind, x: None, y: None, measure: None }
    }
}

/// Takes the one part of a list.
fn only<T>(
    read: Result<Vec<T>, parse::ParseError>,
    field: &str,
    lang: Lang,
    faults: &mut Vec<FieldError>,
) -> Option<T> {
    let message = match read {
        Ok(mut parts) if parts.len() == 1 => return parts.pop(),
        Ok(_) => lang.pick("只能是一列", "is one column").to_owned(),
        Err(error) => error.message(lang),
    };
    faults.push(FieldError { field: field.to_owned(), message });
    None
}

fn one_of(lang: Lang, known: impl Iterator<Item = &'static str>) -> String {
    let known = known.collect::<Vec<_>>().join(", ");
    match lang {
        Lang::Zh => format!("只能是：{known}"),
        Lang::En => format!("is one of {known}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Option<Choice>, Vec<String>> {
        let value = |name: &str| {
            let found = pairs.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let fields = |faults: Vec<FieldError>| faults.into_iter().map(|it| it.field).collect();
        Choice::read(value, Lang::En).map_err(fields)
    }

    #[test]
    fn charts_are_read_as_they_are_written() {
        let pairs =
            [("chart", "line"), ("x", "month(\"建成 日期\")"), ("y", "people"), ("agg", "avg")];
        let read_back = read(&pairs).map(|choice| choice.map(|choice| choice.pairs()));
        let expected = pairs.map(|(name, value)| (name, value.to_owned())).to_vec();
        assert_eq!(read_back, Ok(Some(expected)));
        assert_eq!(read(&[("chart", "")]), Ok(None));
    }

    #[test]
    fn every_fault_of_a_chart_is_named() {
        let pairs = [("chart", "cake"), ("x", "a,b"), ("y", "'"), ("agg", "mode")];
        assert_eq!(read(&pairs), Err(["chart", "x", "y", "agg"].map(str::to_owned).to_vec()));
        assert_eq!(read(&[("x", "a")]), Err(vec!["x".to_owned()]));
    }
}
