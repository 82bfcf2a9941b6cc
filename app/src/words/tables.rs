//! Sentences on the rows of a table.

use kaishu_types::Lang;

use super::Words;

impl Words {
    /// Says which rows of an answer are shown.
    pub(crate) fn rows_status(&self, total: &str, from: &str, to: &str, n: u64) -> String {
        match (self.lang, n) {
            (Lang::Zh, 0) => format!("符合条件 {total} 行。"),
            (Lang::Zh, _) => {
                format!("符合条件 {total} 行，显示第 {from}—{to} 行。空值写作“空值”，与 0 不同。")
            }
            (Lang::En, 0) => format!("{total} rows."),
            (Lang::En, _) => format!("Rows {from} to {to} of {total}."),
        }
    }

    /// Says how many rows follow, and where rows come while one scrolls, that they do.
    pub(crate) fn rows_left(&self, n: &str, go_on: bool) -> String {
        match (self.lang, go_on) {
            (Lang::Zh, false) => format!("还有 {n} 行"),
            (Lang::Zh, true) => format!("还有 {n} 行，向下滚动继续显示"),
            (Lang::En, false) => format!("Rows left: {n}"),
            (Lang::En, true) => format!("Rows left: {n}; scroll down to see them"),
        }
    }

    /// Says what a condition of the form still needs, by how it compares.
    pub(crate) fn value_needed(&self, operator: &str) -> &'static str {
        match operator {
            "between" => self.lang.pick("至少填写一端。", "Give at least one end of the range."),
            "in" => self.lang.pick("至少选一个值。", "Choose at least one value."),
            _ => self.lang.pick(
                "请填写要比较的值；要找空值，请选“没有值”。",
                "Give a value to compare with; for rows without one, choose “has no value”.",
            ),
        }
    }

    /// Says how many rows a download has: those that are filtered, or all.
    pub(crate) fn rows_to_take(&self, n: &str, is_part: bool) -> String {
        match (self.lang, is_part) {
            (Lang::Zh, true) => format!("按现在的筛选，{n} 行"),
            (Lang::Zh, false) => format!("全部 {n} 行"),
            (Lang::En, true) => format!("As filtered now, rows: {n}"),
            (Lang::En, false) => format!("All rows: {n}"),
        }
    }

    /// Says a number of rows between brackets.
    pub(crate) fn n_rows_in_brackets(&self, n: &str) -> String {
        match self.lang {
            Lang::Zh => format!("（{n} 行）"),
            Lang::En => format!(" ({n} rows)"),
        }
    }
}
