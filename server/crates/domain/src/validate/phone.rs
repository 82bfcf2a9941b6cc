//! 电话号码, as they are dialled in China.

use thiserror::Error;

/// Why a text is no telephone number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a telephone number has an area code and 7 or 8 digits, or is a mobile or service number")]
pub struct PhoneError;

/// Checks a telephone number, or several with `、`, `；`, `，` or `/` between: mobile, with and without an
/// area code, 400 and 800, short numbers of services; an extension may follow.
pub fn check_phone(text: &str) -> Result<(), PhoneError> {
    let numbers = text.split(['、', ';', '；', ',', '，', '/']).map(str::trim);
    let mut numbers = numbers.filter(|number| !number.is_empty()).peekable();
    if numbers.peek().is_none() || !numbers.all(is_phone) {
        return Err(PhoneError);
    }
    Ok(())
}

fn is_phone(number: &str) -> bool {
    let number = number.split_once('转').map_or(number, |(before, _)| before.trim_end());
    let is_sign = |sign: char| matches!(sign, '-' | '–' | '—' | ' ' | '(' | ')' | '（' | '）');
    let groups: Vec<&str> = number.split(is_sign).filter(|group| !group.is_empty()).collect();
    if is_dialled(&groups.concat()) {
        return true;
    }
    // What is left without the last group, where that is short enough for an extension.
    match groups.split_last() {
        Some((last, rest)) if !rest.is_empty() && last.len() <= 5 && all_digits(last) => {
            is_dialled(&rest.concat())
        }
        _ => false,
    }
}

fn is_dialled(number: &str) -> bool {
    let abroad = number.strip_prefix("+86").or_else(|| number.strip_prefix("0086"));
    let digits = match abroad {
        Some(rest) => rest,
        None if number.len() > 11 => number.strip_prefix("86").unwrap_or(number),
        None => number,
    };
    if !all_digits(digits) {
        return false;
    }
    let second = digits.as_bytes().get(1).copied().unwrap_or(b'0');
    match (digits.len(), digits.as_bytes().first()) {
        (11, Some(b'1')) => second >= b'3',
        (10..=12, Some(b'0')) => second != b'0',
        (9 | 10, Some(b'1'..=b'9')) if abroad.is_some() => true,
        (10, _) => digits.starts_with("400") || digits.starts_with("800"),
        (7 | 8, Some(b'2'..=b'8')) => true,
        (3 | 5 | 6, Some(b'1' | b'9')) => true,
        _ => false,
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones() {
        for right in [
            "13812345678",
            "+86 138-1234-5678",
            "0837-2822233",
            "(0837)2822233",
            "010-12345678-801",
            "028 8666 1234 转 12",
            "2822233",
            "12345",
            "110",
            "400-820-8820",
            "95588",
            "2822233、2822234",
            "+86 28 8666 1234",
        ] {
            assert_eq!(check_phone(right), Ok(()), "{right}");
        }
        for wrong in [
            "",
            "、",
            "1381234567",
            "12812345678",
            "0037-2822233",
            "无",
            "28222",
            "a@b.cn",
            "138123456789",
        ] {
            assert_eq!(check_phone(wrong), Err(PhoneError), "{wrong}");
        }
    }
}
