//! Papers that people keep: what was signed, set in pages as PDF.
//!
//! A paper comes out byte for byte the same for the same content on the same installation: it names no instant of its
//! own. What people wrote reaches the page as data and is never read as markup.

use std::sync::LazyLock;

use serde::Serialize;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Dict, Duration, Smart, Value};
use typst::syntax::{FileId, Source};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_kit::fonts::FontStore;
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

const TEMPLATE: &str = include_str!("paper.typ");

/// Families of fonts that can set Chinese, the best first.
const FAMILIES: [&str; 7] = [
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Songti SC",
    "SimSun",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
];

/// The fonts of the system, found once.
static FONTS: LazyLock<FontStore> = LazyLock::new(|| {
    let mut fonts = FontStore::new();
    fonts.extend(typst_kit::fonts::system());
    fonts
});

/// Why there is no paper.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No font of the system has Chinese characters.
    #[error("no font of this machine can set Chinese; install one, as Debian's fonts-noto-cjk")]
    NoFont,
    /// The page could not be set.
    #[error("the page could not be set: {0}")]
    Setting(String),
}

/// A paper: its text as it was signed, and what is to be known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Paper {
    /// The title, in one line.
    pub title: String,
    /// The number of the matter, as `SQ-2026-000012`.
    pub number: String,
    /// What stands at the foot of each page beside the number.
    pub foot: String,
    /// The paragraphs, in their order; an empty one is a gap.
    pub paragraphs: Vec<String>,
    /// What is to be known at its end, by name: hash, signatures, where it is proven genuine.
    pub facts: Vec<(String, String)>,
}

impl Paper {
    /// Sets the paper as PDF.
    ///
    /// # Errors
    ///
    /// `NoFont` where the machine has no font with Chinese characters; `Setting` where a page could not be set.
    pub fn pdf(&self) -> Result<Vec<u8>, Error> {
        let known =
            |family: &str| FONTS.book().select_family(&family.to_lowercase()).next().is_some();
        let family = FAMILIES.into_iter().find(|family| known(family)).ok_or(Error::NoFont)?;
        let content =
            serde_json::to_string(self).map_err(|error| Error::Setting(error.to_string()))?;
        let document = typst::compile::<PagedDocument>(&Sheet::new(&content, family)).output;
        let document = document.map_err(|errors| Error::Setting(told(&errors)))?;
        let options = PdfOptions {
            ident: Smart::Custom(content),
            creator: Smart::Custom(None),
            ..PdfOptions::default()
        };
        let bytes = typst_pdf::pdf(&document, &options);
        // What was remembered of it would stay for as long as the program runs.
        typst::comemo::evict(0);
        bytes.map_err(|errors| Error::Setting(told(&errors)))
    }
}

fn told(errors: &[SourceDiagnostic]) -> String {
    errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; ")
}

/// What setting a page can reach: the template, the content, and the fonts. No file.
struct Sheet {
    library: LazyHash<Library>,
    template: Source,
}

impl Sheet {
    fn new(content: &str, family: &str) -> Self {
        let inputs: [(&str, &str); 2] = [("paper", content), ("family", family)];
        let inputs: Dict = inputs
            .into_iter()
            .map(|(name, value)| (name.into(), Value::Str(value.into())))
            .collect();
        Self {
            library: LazyHash::new(Library::builder().with_inputs(inputs).build()),
            template: Source::detached(TEMPLATE),
        }
    }
}

impl World for Sheet {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        FONTS.book()
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        match id == self.template.id() {
            true => Ok(self.template.clone()),
            false => Err(FileError::AccessDenied),
        }
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
