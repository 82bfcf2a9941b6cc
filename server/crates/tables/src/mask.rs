//! Masking as a function over columns, so that filters, orders and groups meet masked values only.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringViewBuilder};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result as PlanResult, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use hmac::{Hmac, KeyInit, Mac};
use kaishu_types::table::Mask;
use sha2::Sha256;

use crate::value;

/// Wraps a column of text into its mask.
pub(crate) fn masked(mask: &Mask, key: &[u8; 32], text: Expr) -> Expr {
    ScalarUDF::new_from_impl(Masking::new(mask.clone(), *key)).call(vec![text])
}

/// Masks one value. Every mask is a function of the value alone.
pub(crate) fn mask_value(mask: &Mask, key: &[u8; 32], text: &str) -> Option<String> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Some(text.to_owned());
    }
    match mask {
        Mask::Drop => None,
        Mask::Redact => Some("***".to_owned()),
        Mask::Partial { start, end } => Some(partial(trimmed, (*start).into(), (*end).into())),
        Mask::Hash => Some(keyed_hash(key, trimmed)),
        // What is no date or number cannot be made a wider one, and must not pass as it is.
        Mask::Year => Some(day_of(trimmed).map_or_else(redacted, |date| cut(&date, 4))),
        Mask::Month => Some(day_of(trimmed).map_or_else(redacted, |date| cut(&date, 7))),
        Mask::Range { width } => {
            Some(value::number(trimmed).map_or_else(redacted, |number| range(number.value, *width)))
        }
        Mask::Region { digits } => Some(region(trimmed, (*digits).into())),
    }
}

fn redacted() -> String {
    "***".to_owned()
}

fn cut(text: &str, n: usize) -> String {
    text.chars().take(n).collect()
}

fn day_of(text: &str) -> Option<String> {
    let from_moment = || value::datetime(text).map(value::show_datetime);
    value::date(text).map(value::show_date).or_else(from_moment)
}

/// A value that is too short to hide anything of is hidden whole.
fn partial(text: &str, start: usize, end: usize) -> String {
    let signs: Vec<char> = text.chars().collect();
    let n = signs.len();
    if n <= start + end {
        return "*".repeat(n.min(20));
    }
    let (head, tail) = (signs.iter().take(start), signs.iter().skip(n - end));
    let stars = (n - start - end).min(20);
    head.copied().chain(std::iter::repeat_n('*', stars)).chain(tail.copied()).collect()
}

fn keyed_hash(key: &[u8; 32], text: &str) -> String {
    // A key of any length will do; were it refused, nothing may pass.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return redacted() };
    mac.update(text.as_bytes());
    let code = mac.finalize().into_bytes();
    code.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn range(number: f64, width: u32) -> String {
    let width = f64::from(width);
    let from = (number / width).floor() * width;
    format!("{from}–{}", from + width)
}

fn region(code: &str, digits: usize) -> String {
    let is_code = code.bytes().all(|byte| byte.is_ascii_digit());
    if !is_code || code.len() < digits {
        return redacted();
    }
    format!("{}{}", cut(code, digits), "0".repeat(code.len() - digits))
}

/// A mask with the key of the portal.
struct Masking {
    mask: Mask,
    key: [u8; 32],
    signature: Signature,
}

impl std::fmt::Debug for Masking {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key stays out of plans and logs.
        formatter.debug_struct("Masking").field("mask", &self.mask).finish_non_exhaustive()
    }
}

impl Masking {
    fn new(mask: Mask, key: [u8; 32]) -> Self {
        Self { mask, key, signature: Signature::any(1, Volatility::Immutable) }
    }
}

impl PartialEq for Masking {
    fn eq(&self, other: &Self) -> bool {
        self.mask == other.mask && self.key == other.key
    }
}

impl Eq for Masking {}

impl Hash for Masking {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.mask.hash(state);
        self.key.hash(state);
    }
}

impl ScalarUDFImpl for Masking {
    fn name(&self) -> &'static str {
        "mask"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> PlanResult<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> PlanResult<ColumnarValue> {
        let [argument] = <[ColumnarValue; 1]>::try_from(arguments.args)
            .map_err(|_| datafusion::common::DataFusionError::Internal("mask of one".to_owned()))?;
        let is_scalar = matches!(argument, ColumnarValue::Scalar(_));
        let array = cast(&argument.into_array(arguments.number_rows)?, &DataType::Utf8View)?;
        let masked = self.mask_array(&array);
        if is_scalar {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&masked, 0)?));
        }
        Ok(ColumnarValue::Array(masked))
    }
}

impl Masking {
    fn mask_array(&self, array: &ArrayRef) -> ArrayRef {
        let mut builder = StringViewBuilder::with_capacity(array.len());
        for text in array.as_string_view() {
            builder.append_option(text.and_then(|text| mask_value(&self.mask, &self.key, text)));
        }
        Arc::new(builder.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(mask: &str, value: &str, expected: &str) {
        let mask: Mask = mask.parse().unwrap_or(Mask::Drop);
        assert_eq!(mask_value(&mask, &[7; 32], value).as_deref(), Some(expected), "{mask}");
    }

    #[test]
    fn masks() {
        check("partial:3:4", "13812345678", "138****5678");
        check("partial:1:0", "王小明", "王**");
        check("partial:3:4", "1234567", "*******");
        check("redact", "x", "***");
        check("year", "1990年3月7日", "1990");
        check("month", "1990-03-07 12:00", "1990-03");
        check("year", "about 1990", "***");
        check("range:10", "37", "30–40");
        check("range:10", "-1", "-10–0");
        check("region:4", "513221104", "513200000");
        check("region:4", "茂县", "***");
        check("redact", "", "");
    }

    #[test]
    fn equal_values_have_equal_hashes_under_one_key() {
        let hash = |key: u8, text| mask_value(&Mask::Hash, &[key; 32], text);
        assert_eq!(hash(1, "a"), hash(1, " a"));
        assert_ne!(hash(1, "a"), hash(2, "a"));
        assert_ne!(hash(1, "a"), hash(1, "b"));
    }
}
