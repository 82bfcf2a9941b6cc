//! Sentences on quality and differences of tables.

use kaishu_types::Lang;

use super::Words;

impl Words {
    /// Says how many of what was checked do not hold.
    pub(crate) fn n_of_checked(&self, n_failed: &str, n_checked: &str) -> String {
        match self.lang {
            Lang::Zh => format!("{n_checked} 处中 {n_failed} 处不符"),
            Lang::En => format!("{n_failed} of {n_checked} do not hold"),
        }
    }

    /// Says what mending gives to the score of a dimension.
    pub(crate) fn points_gained(&self, dimension: &str, points: &str) -> String {
        match self.lang {
            Lang::Zh => format!("改好后{dimension}提高 {points} 分"),
            Lang::En => format!("Gives {points} points of {dimension}"),
        }
    }

    /// Says how many columns are not shown.
    pub(crate) fn more_columns(&self, n: &str) -> String {
        match self.lang {
            Lang::Zh => format!("还有 {n} 列"),
            Lang::En => format!("and {n} more columns"),
        }
    }

    /// Says how many issues are not shown.
    pub(crate) fn more_issues(&self, n: &str) -> String {
        match self.lang {
            Lang::Zh => format!("另有 {n} 个问题，请通过接口查看。"),
            Lang::En => format!("and {n} more, which the API tells."),
        }
    }

    /// Opens the first rows of a fault.
    pub(crate) fn rows_to_open(&self, n: &str, one: bool) -> String {
        match self.lang {
            Lang::Zh => format!("查看前 {n} 行"),
            Lang::En if one => "The first row".to_owned(),
            Lang::En => format!("The first {n} rows"),
        }
    }

    /// Says how many rows differ in which way.
    pub(crate) fn counts_of_changes(
        &self,
        changed: &str,
        added: &str,
        removed: &str,
        same: &str,
    ) -> String {
        match self.lang {
            Lang::Zh => {
                format!(
                    "修改 {changed} 行，新增 {added} 行，删除 {removed} 行；{same} 行没有变化。"
                )
            }
            Lang::En => {
                format!("{changed} changed, {added} added, {removed} removed; {same} are the same.")
            }
        }
    }

    /// Names the versions that are compared.
    pub(crate) fn between_versions(&self, old: &str, new: &str) -> String {
        match self.lang {
            Lang::Zh => format!("{new}与{old}比较"),
            Lang::En => format!("{new} compared with {}", old.to_lowercase()),
        }
    }
}
