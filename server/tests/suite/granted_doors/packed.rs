//! What is packed in files.

use std::io::{Cursor, Read};

/// What a frame of Zstandard begins with.
const FRAME: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

/// The data of an archive, without what is said of them.
pub(super) fn bundled(bytes: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut all = Vec::new();
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).unwrap();
        let is_data = file.name().unwrap().starts_with("data/");
        if is_data {
            file.read_to_end(&mut all).unwrap();
        }
    }
    String::from_utf8(all).unwrap()
}

/// What is packed within a file, as columns of Parquet are.
pub(super) fn frames(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (place, begin) in bytes.windows(4).enumerate() {
        if begin == FRAME {
            let frame = zstd::stream::read::Decoder::new(&bytes[place..]).unwrap();
            let mut unpacked = Vec::new();
            // What only begins like a frame ends with a fault.
            if frame.single_frame().read_to_end(&mut unpacked).is_ok() {
                text.push_str(&String::from_utf8_lossy(&unpacked));
            }
        }
    }
    text
}
