//! Which rows of a table are asked for and granted: conditions of a small vocabulary, all of which hold.

use serde::{Deserialize, Serialize};

use crate::Lang;
use crate::table::{Filter, Literal, Operator};
use crate::vocabulary::vocabulary;

vocabulary! {
    /// How the values of a column are limited (APP-09).
    RowOperator("row_operator") {
        /// 等于.
        Equals = "equals", "等于", "is";
        /// 是其中之一.
        OneOf = "one_of", "是其中之一", "is one of";
        /// 在两者之间, both included.
        Between = "between", "在两者之间（含两端）", "is between, both included";
        /// 不早于.
        OnOrAfter = "on_or_after", "不早于", "is on or after";
    }
}

/// A condition that rows meet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RowCondition {
    /// Name of the data item.
    pub column: String,
    /// How its values are limited.
    pub operator: RowOperator,
    /// By what: one value, two for a range, several for a choice; dates as in 2026-01-31.
    pub values: Vec<String>,
}

impl RowCondition {
    /// Asks it of a column that is called like this. What has not the values that it takes lets nothing through.
    pub fn filter(&self, column: &str) -> Filter {
        let column = column.to_owned();
        let mut values = self.values.iter().cloned().map(Literal::Text);
        match (self.operator, self.values.len()) {
            (RowOperator::OneOf, 1..) => Filter::In { column, values: values.collect() },
            (RowOperator::Between, 2) => match (values.next(), values.next()) {
                (Some(from), Some(to)) => Filter::Between { column, from, to },
                _ => no_rows(),
            },
            (RowOperator::Equals | RowOperator::OnOrAfter, 1) => match values.next() {
                Some(value) => {
                    let operator = match self.operator {
                        RowOperator::OnOrAfter => Operator::GreaterOrEqual,
                        _ => Operator::Equal,
                    };
                    Filter::Compare { column, operator, value }
                }
                None => no_rows(),
            },
            _ => no_rows(),
        }
    }

    /// Says it in words of a data item that people call like this.
    pub fn words(&self, label: &str, lang: Lang) -> String {
        let quoted = |value: &String| lang.pick(format!("“{value}”"), format!("\"{value}\""));
        let values: Vec<String> = self.values.iter().map(quoted).collect();
        let all = values.join(lang.pick("、", ", "));
        match (lang, self.operator) {
            (Lang::Zh, RowOperator::Equals) => format!("{label}等于{all}"),
            (Lang::Zh, RowOperator::OneOf) => format!("{label}是{all}之一"),
            (Lang::Zh, RowOperator::Between) => {
                format!("{label}在{}之间（含两端）", values.join("至"))
            }
            (Lang::Zh, RowOperator::OnOrAfter) => format!("{label}不早于{all}"),
            (Lang::En, RowOperator::Between) => {
                format!("{label} is between {}", values.join(" and "))
            }
            (Lang::En, operator) => format!("{label} {} {all}", operator.label(lang)),
        }
    }
}

/// What lets no row through.
pub fn no_rows() -> Filter {
    Filter::Or(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(operator: RowOperator, values: &[&str]) -> RowCondition {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        RowCondition { column: "area".to_owned(), operator, values }
    }

    // Part of APP-09: each condition is asked as it is said, and one that is written wrong opens nothing.
    #[test]
    fn conditions_are_asked_as_they_are_said() {
        let said: [(RowOperator, &[&str], &str, &str); 4] = [
            (RowOperator::Equals, &["甲"], "区域 = '甲'", "区域等于“甲”"),
            (RowOperator::OneOf, &["甲", "乙"], "区域 IN ('甲', '乙')", "区域是“甲”、“乙”之一"),
            (
                RowOperator::Between,
                &["1", "9"],
                "区域 BETWEEN '1' AND '9'",
                "区域在“1”至“9”之间（含两端）",
            ),
            (
                RowOperator::OnOrAfter,
                &["2026-01-31"],
                "区域 >= '2026-01-31'",
                "区域不早于“2026-01-31”",
            ),
        ];
        for (operator, values, filter, words) in said {
            let condition = condition(operator, values);
            assert_eq!(condition.filter("区域").to_string(), filter);
            assert_eq!(condition.words("区域", Lang::Zh), words);
        }
        let wrong: [(RowOperator, &[&str]); 5] = [
            (RowOperator::Equals, &[]),
            (RowOperator::Equals, &["甲", "乙"]),
            (RowOperator::OneOf, &[]),
            (RowOperator::Between, &["1"]),
            (RowOperator::OnOrAfter, &["1", "2"]),
        ];
        for (operator, values) in wrong {
            assert_eq!(condition(operator, values).filter("区域"), no_rows(), "{operator}");
        }
    }
}
