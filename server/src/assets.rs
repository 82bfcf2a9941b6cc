//! Style, scripts and icons: a folder on disk, or what is inside the program.

use std::path::{Component, Path, PathBuf};

use anyhow::bail;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

/// Where a program built without the site looks for it.
#[cfg(not(feature = "embed"))]
const BUILT_SITE: &str = "target/site";

/// Where the files are.
#[derive(Debug, Clone)]
pub struct Assets {
    place: Place,
    version: String,
}

#[derive(Debug, Clone)]
enum Place {
    Folder(PathBuf),
    #[cfg(feature = "embed")]
    Program,
    Nowhere,
}

/// A file on its way out.
struct Found {
    bytes: Bytes,
    is_brotli: bool,
}

#[cfg(feature = "embed")]
#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site"]
struct Embedded;

impl Assets {
    /// No files at all, for commands that serve nothing.
    pub fn none() -> Self {
        Self { place: Place::Nowhere, version: "0".to_owned() }
    }

    /// Uses a folder, or else what is inside the program.
    ///
    /// # Errors
    ///
    /// A folder that was named and is none.
    pub fn find(folder: Option<&Path>) -> anyhow::Result<Self> {
        let place = match folder {
            Some(folder) if !folder.is_dir() => bail!(
                "the site folder {} does not exist; `make run` builds it, or correct the setting `site_dir`",
                folder.display()
            ),
            Some(folder) => Place::Folder(folder.to_owned()),
            None => built_in(),
        };
        let version = version_of(&place);
        Ok(Self { place, version })
    }

    /// Changes whenever style or scripts do.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Answers a request for a file; `None` where there is no such file.
    pub(crate) async fn answer(
        &self,
        path: &str,
        query: Option<&str>,
        request: &HeaderMap,
    ) -> Option<axum::response::Response> {
        let accepts_brotli =
            crate::negotiation::Encoding::wanted(request) == crate::negotiation::Encoding::Brotli;
        let found = self.find_file(path, accepts_brotli).await?;
        let mut response =
            axum::response::Response::new(axum::body::Body::from(found.bytes.clone()));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if found.is_brotli {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        let own = Some(self.version.as_str());
        let is_versioned =
            query.is_some_and(|query| query.split('&').any(|pair| pair.strip_prefix("v=") == own));
        // The address of another version must not be filled with the bytes of this one.
        let keep =
            if is_versioned { "public, max-age=31536000, immutable" } else { "public, no-cache" };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
        if let Ok(etag) = HeaderValue::from_str(&format!("\"{}\"", short_hash(&found.bytes))) {
            let is_known = crate::negotiation::matches_etag(request, &etag);
            headers.insert(header::ETAG, etag);
            if is_known {
                *response.status_mut() = StatusCode::NOT_MODIFIED;
                *response.body_mut() = axum::body::Body::empty();
            }
        }
        Some(response)
    }

    async fn find_file(&self, path: &str, accepts_brotli: bool) -> Option<Found> {
        let path = path.strip_prefix('/')?;
        let is_plain = !path.is_empty()
            && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        if !is_plain {
            return None;
        }
        if accepts_brotli && let Some(bytes) = self.read(&format!("{path}.br")).await {
            return Some(Found { bytes, is_brotli: true });
        }
        let bytes = self.read(path).await?;
        Some(Found { bytes, is_brotli: false })
    }

    async fn read(&self, path: &str) -> Option<Bytes> {
        match &self.place {
            Place::Nowhere => None,
            #[cfg(feature = "embed")]
            Place::Program => embedded(path),
            Place::Folder(folder) => {
                let full = folder.join(path);
                match tokio::fs::read(&full).await {
                    Ok(bytes) => Some(Bytes::from(bytes)),
                    Err(error) => {
                        let is_expected = matches!(
                            error.kind(),
                            std::io::ErrorKind::NotFound
                                | std::io::ErrorKind::IsADirectory
                                | std::io::ErrorKind::NotADirectory
                                | std::io::ErrorKind::InvalidFilename
                        );
                        if !is_expected {
                            tracing::error!(path = %full.display(), %error, "a file of the site cannot be read");
                        }
                        None
                    }
                }
            }
        }
    }
}

#[cfg(feature = "embed")]
fn built_in() -> Place {
    Place::Program
}

#[cfg(not(feature = "embed"))]
fn built_in() -> Place {
    let folder = Path::new(BUILT_SITE);
    if folder.is_dir() {
        return Place::Folder(folder.to_owned());
    }
    tracing::warn!(
        "there is no {BUILT_SITE}: pages have no style; `make run` builds it, or set `site_dir`"
    );
    Place::Nowhere
}

#[cfg(feature = "embed")]
fn embedded(path: &str) -> Option<Bytes> {
    let file = Embedded::get(path)?;
    Some(match file.data {
        std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
    })
}

/// Hashes everything under `pkg`, so that browsers fetch again what changed.
fn version_of(place: &Place) -> String {
    let mut hash = Sha256::new();
    match place {
        Place::Nowhere => return "0".to_owned(),
        #[cfg(feature = "embed")]
        Place::Program => {
            for path in Embedded::iter().filter(|path| path.starts_with("pkg/")) {
                if let Some(bytes) = embedded(&path) {
                    hash.update(path.as_bytes());
                    hash.update(&bytes);
                }
            }
        }
        Place::Folder(folder) => hash_folder(&folder.join("pkg"), &mut hash),
    }
    hex_start(&hash.finalize())
}

fn hash_folder(folder: &Path, hash: &mut Sha256) {
    let Ok(entries) = folder.read_dir() else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            hash_folder(&path, hash);
        } else if let Ok(bytes) = std::fs::read(&path) {
            hash.update(path.to_string_lossy().as_bytes());
            hash.update(&bytes);
        }
    }
}

/// Returns the beginning of the SHA-256 of bytes, for entity tags and versions.
pub(crate) fn short_hash(bytes: &[u8]) -> String {
    hex_start(&Sha256::digest(bytes))
}

fn hex_start(hash: &[u8]) -> String {
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
