//! Generations: the folder of the index holds one folder a generation and a pointer to the one in
//! use, so that a rebuilt index takes over in one step.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tantivy::directory::error::LockError;
use tantivy::directory::{Directory, MmapDirectory};
use tantivy::{IndexSettings, TantivyError};

use crate::schema::{SCHEMA_VERSION, schema};
use crate::{Error, Result, analysers};

const POINTER: &str = "current";

/// Which generation is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pointer {
    schema: u32,
    pub(crate) generation: u64,
}

/// How an index was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// It was there and goes on from its position.
    Existing,
    /// There was none.
    Created,
    /// There was one that cannot be used; the new one is empty and stands at position 0.
    Reset {
        /// Why.
        reason: String,
    },
}

fn folder_error(path: &Path) -> impl FnOnce(std::io::Error) -> Error + '_ {
    |source| Error::Folder { path: path.display().to_string(), source }
}

/// Returns the folder of a generation.
pub(crate) fn folder(root: &Path, generation: u64) -> PathBuf {
    root.join(format!("gen-{generation}"))
}

/// Reads the pointer; `None` where there is none, an inner error where it cannot be used.
pub(crate) fn read_pointer(root: &Path) -> Result<Option<std::result::Result<Pointer, String>>> {
    let path = root.join(POINTER);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == ErrorKind::InvalidData => {
            return Ok(Some(Err("the pointer is no text".to_owned())));
        }
        Err(error) => return Err(folder_error(&path)(error)),
    };
    let pointer = match serde_json::from_str::<Pointer>(&text) {
        Ok(pointer) if pointer.schema == SCHEMA_VERSION => Ok(pointer),
        Ok(pointer) => Err(format!(
            "the index has version {}, this program writes version {SCHEMA_VERSION}",
            pointer.schema
        )),
        Err(error) => Err(format!("the pointer is damaged: {error}")),
    };
    Ok(Some(pointer))
}

/// Makes a generation the one in use; the step is atomic.
pub(crate) fn write_pointer(root: &Path, generation: u64) -> Result<()> {
    let path = root.join(POINTER);
    let draft = root.join(format!("{POINTER}.{generation}.draft"));
    let pointer = Pointer { schema: SCHEMA_VERSION, generation };
    let text = serde_json::to_string(&pointer).map_err(Error::Entry)?;
    let mut file = fs::File::create(&draft).map_err(folder_error(&draft))?;
    file.write_all(text.as_bytes()).map_err(folder_error(&draft))?;
    file.sync_all().map_err(folder_error(&draft))?;
    fs::rename(&draft, &path).map_err(folder_error(&path))?;
    // The rename itself is durable once the folder is.
    let opened = fs::File::open(root).map_err(folder_error(root))?;
    opened.sync_all().map_err(folder_error(root))
}

/// Makes an empty index for a generation; remains of an unfinished one are removed.
pub(crate) fn create(root: &Path, generation: u64) -> Result<tantivy::Index> {
    let folder = folder(root, generation);
    if folder.is_dir() {
        refuse_if_locked(&folder)?;
        fs::remove_dir_all(&folder).map_err(folder_error(&folder))?;
    }
    fs::create_dir_all(&folder).map_err(folder_error(&folder))?;
    let directory = MmapDirectory::open(&folder).map_err(TantivyError::from)?;
    let index = tantivy::Index::create(directory, schema().0, IndexSettings::default())?;
    Ok(with_analysers(index))
}

/// Opens the index of a generation.
pub(crate) fn open(root: &Path, generation: u64) -> Result<tantivy::Index> {
    let index = tantivy::Index::open_in_dir(folder(root, generation))?;
    if index.schema() != schema().0 {
        return Err(Error::Incomplete("its fields"));
    }
    Ok(with_analysers(index))
}

/// Makes an empty index in memory.
pub(crate) fn create_in_ram() -> tantivy::Index {
    with_analysers(tantivy::Index::create_in_ram(schema().0))
}

fn with_analysers(mut index: tantivy::Index) -> tantivy::Index {
    index.set_tokenizers(analysers::manager());
    index
}

fn refuse_if_locked(folder: &Path) -> Result<()> {
    let Ok(index) = tantivy::Index::open_in_dir(folder) else {
        return Ok(());
    };
    let lock = index.directory().acquire_lock(&tantivy::directory::INDEX_WRITER_LOCK);
    match lock {
        Err(LockError::LockBusy) => Err(Error::Locked { folder: folder.display().to_string() }),
        _ => Ok(()),
    }
}

/// Removes every generation but one. What is still open elsewhere stays readable there.
pub(crate) fn remove_others(root: &Path, kept: u64) -> Result<()> {
    for entry in fs::read_dir(root).map_err(folder_error(root))? {
        let path = entry.map_err(folder_error(root))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let generation = name.strip_prefix("gen-").and_then(|number| number.parse::<u64>().ok());
        if generation.is_some_and(|generation| generation < kept) {
            fs::remove_dir_all(&path).map_err(folder_error(&path))?;
        }
    }
    Ok(())
}
