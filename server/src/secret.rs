//! The secret of a portal: masked values and cursors depend on it.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, anyhow};

/// The name of the file in the data folder.
const FILE: &str = "secret";

/// Reads the secret of a portal: from a file that is named, or from its data folder, where it is made
/// the first time.
///
/// # Errors
///
/// Says which file cannot be read or does not hold 32 bytes in hex.
pub(crate) fn read(named: Option<&Path>, data_dir: &Path) -> anyhow::Result<[u8; 32]> {
    let path = named.map_or_else(|| data_dir.join(FILE), Path::to_path_buf);
    if named.is_none() {
        make(&path).with_context(|| format!("{} cannot be made", path.display()))?;
    }
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("the secret in {} cannot be read", path.display()))?;
    parse(text.trim()).ok_or_else(|| {
        anyhow!("{} must hold 64 hexadecimal digits and nothing else", path.display())
    })
}

/// Makes a secret where there is none. Of several processes that start at once, one makes it.
fn make(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let mut bytes = [0; 32];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    // Written whole before it has its name, so that nobody reads half of it.
    let staged = path.with_extension(std::process::id().to_string());
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&staged)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    match std::fs::hard_link(&staged, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            std::fs::remove_file(&staged)?;
            Err(error)
        }
        _ => std::fs::remove_file(&staged),
    }
}

fn parse(text: &str) -> Option<[u8; 32]> {
    let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut secret = [0; 32];
    for (place, byte) in secret.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(place * 2..place * 2 + 2)?, 16).ok()?;
    }
    is_hex.then_some(secret)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a secret that cannot be made must fail the test")]
    use super::*;

    #[test]
    fn a_secret_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let first = read(None, folder.path()).unwrap();
        assert_eq!(read(None, folder.path()).unwrap(), first);
        assert_ne!(first, [0; 32]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let other = folder.path().join("other");
        assert!(read(Some(&other), folder.path()).is_err());
        std::fs::write(&other, "zz").unwrap();
        assert!(read(Some(&other), folder.path()).is_err());
    }
}
