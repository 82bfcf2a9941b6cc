//! Who may have a dataset, in the words of other portals.

use kaishu_types::vocabulary::OpenClass;

use crate::vocabulary;

/// Reads an access right, by its name or by its address in the European list; `None` where it is not
/// understood.
pub(crate) fn class(text: &str) -> Option<OpenClass> {
    match vocabulary::words(vocabulary::last_segment(text)).as_str() {
        "public" | "open" | "open access" | "openaccess" | "公开" | "开放" | "无条件开放" => {
            Some(OpenClass::Unconditional)
        }
        "restricted" | "restricted public" | "restricted access" | "conditional" | "limited"
        | "有条件开放" => Some(OpenClass::Conditional),
        "non public" | "nonpublic" | "not public" | "confidential" | "sensitive" | "private"
        | "secret" | "closed" | "closed access" | "not open" | "不公开" | "不开放" | "不予开放" => {
            Some(OpenClass::None)
        }
        _ => None,
    }
}
