//! Where a document comes from that was had by sharing, and whether a file at hand is that document (SHR-21, anshan
//! 33¶2).

/// What a hash that somebody typed says about the file of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// The file is the one that was taken.
    Same,
    /// It is another one, or was changed.
    Different,
    /// What was typed is no SHA-256 and no SM3.
    NoHash,
    /// The certificate knows no hash: of rows, of what was handed over, of a file that was not sent to its end.
    NothingToCompare,
}

/// Compares what somebody typed with the hashes of a file: as programs print it, with or without the name of the file,
/// in groups or in one, in capitals or not.
pub fn compare(typed: &str, known: &[Option<&str>]) -> Compared {
    let Some(hash) = hash_in(typed) else { return Compared::NoHash };
    let mut hashes = known.iter().flatten().peekable();
    if hashes.peek().is_none() {
        return Compared::NothingToCompare;
    }
    match hashes.any(|it| it.eq_ignore_ascii_case(&hash)) {
        true => Compared::Same,
        false => Compared::Different,
    }
}

/// The hash in what somebody typed: its first word, or all of it where it stands in groups.
fn hash_in(typed: &str) -> Option<String> {
    let first = typed.split_whitespace().next().unwrap_or_default().to_owned();
    let joined = typed.chars().filter(|char| !char.is_whitespace() && *char != ':').collect();
    [first, joined].into_iter().find(|it| is_hash(it))
}

/// SHA-256 and SM3 have 64 hexadecimal digits, both.
fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    #[track_caller]
    fn check(typed: &str, expected: Compared) {
        let sm3 = "a".repeat(64);
        assert_eq!(compare(typed, &[Some(HASH), Some(sm3.as_str())]), expected, "{typed}");
    }

    #[test]
    fn a_hash_is_read_as_programs_print_it() {
        check(HASH, Compared::Same);
        check(&HASH.to_uppercase(), Compared::Same);
        check(&format!("{HASH}  婚姻登记.csv\n"), Compared::Same);
        let pairs: Vec<String> =
            HASH.as_bytes().chunks(2).map(String::from_utf8_lossy).map(Into::into).collect();
        check(&pairs.join(" "), Compared::Same);
        check(&pairs.join(":"), Compared::Same);
        check(&"A".repeat(64), Compared::Same);
        check(&"b".repeat(64), Compared::Different);
        check(&HASH[1..], Compared::NoHash);
        check(&"g".repeat(64), Compared::NoHash);
        check("", Compared::NoHash);
    }

    #[test]
    fn without_a_hash_nothing_is_said_to_be_the_same() {
        assert_eq!(compare(HASH, &[None, None]), Compared::NothingToCompare);
        assert_eq!(compare("x", &[None, None]), Compared::NoHash);
    }
}
