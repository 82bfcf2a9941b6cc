//! Codes for the publishers of other catalogues.

use kaishu_types::import::ImportOrganization;
use sha2::{Digest, Sha256};

use kaishu_store::blobs::hex;

/// Makes the code of a publisher: the catalogue, then its own identifier where that can stand in an
/// address, else a short digest of it. The same publisher always gets the same code.
pub(super) fn code_of(prefix: &str, organization: &ImportOrganization) -> String {
    let key = if organization.source_id.is_empty() {
        &organization.name
    } else {
        &organization.source_id
    };
    let slug = slug(key);
    let is_faithful =
        slug.len() <= 40 && slug.eq_ignore_ascii_case(&key.replace(['_', ' ', '.'], "-"));
    if is_faithful && !slug.is_empty() {
        return format!("{prefix}-{slug}");
    }
    let digest = hex(&Sha256::digest(key.as_bytes()));
    let head: String = slug.chars().take(16).collect();
    let head = head.trim_end_matches('-');
    let short = digest.get(..8).unwrap_or_default().to_ascii_uppercase();
    if head.is_empty() { format!("{prefix}-{short}") } else { format!("{prefix}-{head}-{short}") }
}

/// Keeps ASCII letters and digits, upper case; everything between becomes one hyphen.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for char in text.chars() {
        if char.is_ascii_alphanumeric() {
            slug.push(char.to_ascii_uppercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source_id: &str, name: &str, expected: &str) {
        let organization = ImportOrganization {
            source_id: source_id.to_owned(),
            name: name.to_owned(),
            ..Default::default()
        };
        assert_eq!(code_of("TOKYO", &organization), expected);
    }

    #[test]
    fn publishers_get_codes_that_stay() {
        check("t000009", "東京都環境局", "TOKYO-T000009");
        check("Department_of_Energy", "", "TOKYO-DEPARTMENT-OF-ENERGY");
        check("", "東京都環境局", "TOKYO-B80D388B");
        check("https://example.org/a?b", "", "TOKYO-HTTPS-EXAMPLE-OR-E4DBEF0E");
    }
}
