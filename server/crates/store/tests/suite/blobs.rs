//! The bytes of files.

use std::io;

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use kaishu_store::StoreError;
use kaishu_store::blobs::{BlobRead, Blobs};

fn blobs() -> (tempfile::TempDir, Blobs) {
    let folder = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(&folder.path().join("blobs")).unwrap();
    (folder, blobs)
}

async fn collect(read: BlobRead) -> Vec<u8> {
    read.bytes.map_ok(|chunk| chunk.to_vec()).try_concat().await.unwrap()
}

fn n_staged(folder: &tempfile::TempDir) -> usize {
    std::fs::read_dir(folder.path().join("blobs/staging")).unwrap().count()
}

/// The vectors are those of FIPS 180 and GB/T 32905.
#[tokio::test]
async fn both_hashes_are_right() {
    let (_folder, blobs) = blobs();

    let info = blobs.put_bytes(Bytes::from_static(b"abc")).await.unwrap();

    assert_eq!(info.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_eq!(info.sm3, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
    assert_eq!(info.size_bytes, 3);
    assert_eq!(info.key, format!("sha256/ba/{}", info.sha256));
}

/// Proves that bytes come back as they were given, whole and in part.
#[tokio::test]
async fn bytes_come_back_whole_and_in_part() {
    let (folder, blobs) = blobs();
    let bytes: Vec<u8> =
        (0..12_345_678u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let path = folder.path().join("input");
    std::fs::write(&path, &bytes).unwrap();

    let info = blobs.put_file(&path).await.unwrap();

    let read = blobs.get(&info.key, None).await.unwrap();
    assert_eq!((read.size_bytes, read.range.clone()), (12_345_678, 0..12_345_678));
    assert!(collect(read).await == bytes);
    let part = blobs.get(&info.key, Some(5_000_000..9_000_001)).await.unwrap();
    assert_eq!((part.size_bytes, part.range.clone()), (12_345_678, 5_000_000..9_000_001));
    assert!(collect(part).await == bytes[5_000_000..9_000_001]);
    let tail = blobs.get(&info.key, Some(12_345_670..99_999_999)).await.unwrap();
    assert_eq!(tail.range, 12_345_670..12_345_678);
    assert!(collect(tail).await == bytes[12_345_670..]);
    let local = blobs.local_path(&info.key).unwrap();
    assert!(std::fs::read(local).unwrap() == bytes);
    assert_eq!(n_staged(&folder), 0);
}

#[tokio::test]
async fn the_same_bytes_are_stored_once_and_none_are_a_blob_too() {
    let (folder, blobs) = blobs();

    let first = blobs.put_bytes(Bytes::from_static(b"x")).await.unwrap();
    let second = blobs.put_bytes(Bytes::from_static(b"x")).await.unwrap();
    let empty = blobs.put_bytes(Bytes::new()).await.unwrap();

    assert_eq!(first, second);
    assert_eq!(n_staged(&folder), 0);
    assert_eq!(empty.size_bytes, 0);
    assert!(collect(blobs.get(&empty.key, None).await.unwrap()).await.is_empty());
}

#[tokio::test]
async fn a_stream_that_breaks_leaves_nothing() {
    let (folder, blobs) = blobs();
    let broken = stream::iter(0..20).map(|n| match n {
        15 => Err(io::Error::other("the line is cut")),
        _ => Ok(Bytes::from(vec![7; 1 << 20])),
    });

    let error = blobs.put_stream(broken).await.unwrap_err();

    assert!(matches!(error, StoreError::Read(_)), "{error}");
    assert_eq!(n_staged(&folder), 0);
}

#[tokio::test]
async fn a_key_is_never_a_way_out_of_the_folder() {
    let (_folder, blobs) = blobs();
    let keys = ["../../etc/passwd", "/etc/passwd", "staging/x", "", "sha256/ba/../../x"];
    for key in keys {
        let Err(error) = blobs.get(key, None).await else {
            panic!("`{key}` was read");
        };
        assert!(matches!(error, StoreError::Invalid { .. }), "{error}");
        assert_eq!(blobs.local_path(key), None);
    }
    let missing = format!("sha256/00/{}", "00".repeat(32));
    assert!(matches!(blobs.get(&missing, None).await, Err(StoreError::NotFound { .. })));
}

#[tokio::test]
async fn addresses_of_storage_are_checked() {
    let folder = tempfile::tempdir().unwrap();
    let local = format!("file://{}", folder.path().join("blobs").display());
    assert!(Blobs::from_url(&local, &[]).is_ok());
    let s3 = [
        ("endpoint".to_owned(), "http://127.0.0.1:9".to_owned()),
        ("allow_http".to_owned(), "true".to_owned()),
        ("access_key_id".to_owned(), "a".to_owned()),
        ("secret_access_key".to_owned(), "b".to_owned()),
        ("region".to_owned(), "us-east-1".to_owned()),
    ];
    assert_eq!(Blobs::from_url("s3://bucket/prefix", &s3).unwrap().local_path("x"), None);
    assert!(Blobs::from_url("ftp://bucket", &[]).is_err());
    let odd = [("colour".to_owned(), "red".to_owned())];
    let error = Blobs::from_url("s3://bucket", &odd).unwrap_err();
    assert!(error.to_string().contains("colour"), "{error}");
}

#[tokio::test]
async fn what_killed_uploads_left_is_swept_and_nothing_else() {
    let (folder, blobs) = blobs();
    let kept = blobs.put_bytes(Bytes::from_static(b"kept")).await.unwrap();
    let day = std::time::Duration::from_secs(24 * 3600);
    let old = std::time::SystemTime::now() - 2 * day;
    // `#1` is how the storage names a file while its parts come in.
    for (name, is_old) in [("a", true), ("b#1", true), ("c", false), ("d#1", false)] {
        let file = std::fs::File::create(folder.path().join("blobs/staging").join(name)).unwrap();
        if is_old {
            file.set_modified(old).unwrap();
        }
    }
    let blob = std::fs::File::open(blobs.local_path(&kept.key).unwrap()).unwrap();
    blob.set_modified(old).unwrap();

    assert_eq!(blobs.sweep_staged(day).await.unwrap(), 2);

    let mut left: Vec<_> = std::fs::read_dir(folder.path().join("blobs/staging"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["c", "d#1"]);
    assert_eq!(collect(blobs.get(&kept.key, None).await.unwrap()).await, b"kept");
    assert_eq!(blobs.sweep_staged(day).await.unwrap(), 0);
}

/// What is condemned is read by nobody as long as nobody asks for it, and comes back where somebody does.
#[tokio::test]
async fn condemned_bytes_come_back_to_those_who_need_them() {
    let (folder, blobs) = blobs();
    let at = |name: &str| folder.path().join("blobs").join(name);
    let bytes = || Bytes::from_static(b"stops");
    let key = blobs.put_bytes(bytes()).await.unwrap().key;
    let hash = key.rsplit('/').next().unwrap().to_owned();
    let hidden = at(&format!("condemned/{hash}"));

    assert!(blobs.condemn(&key).await.unwrap());
    assert!(!blobs.condemn(&key).await.unwrap(), "it is not there any more");
    assert!(!at(&key).exists() && hidden.exists());
    assert_eq!(collect(blobs.get(&key, None).await.unwrap()).await, b"stops");
    assert!(at(&key).exists() && !hidden.exists());

    blobs.condemn(&key).await.unwrap();
    assert_eq!(blobs.local_file(&key).await.unwrap(), Some(at(&key).canonicalize().unwrap()));

    // Written anew while it is condemned: the end of the old takes nothing from the new.
    blobs.condemn(&key).await.unwrap();
    blobs.put_bytes(bytes()).await.unwrap();
    assert!(at(&key).exists() && hidden.exists());
    assert!(blobs.end(&key).await.unwrap());
    assert_eq!(collect(blobs.get(&key, None).await.unwrap()).await, b"stops");

    blobs.condemn(&key).await.unwrap();
    assert!(blobs.end(&key).await.unwrap());
    assert!(!blobs.end(&key).await.unwrap());
    assert!(matches!(blobs.get(&key, None).await, Err(StoreError::NotFound { .. })));
    assert!(matches!(blobs.ensure(&key).await, Err(StoreError::NotFound { .. })));
    assert!(blobs.condemn("condemned/x").await.is_err());
    assert!(blobs.end("../x").await.is_err());
}

/// Bytes that are written again are young again, so that the sweep leaves them alone.
#[tokio::test]
async fn bytes_that_are_written_again_are_young() {
    let (_folder, blobs) = blobs();
    let key = blobs.put_bytes(Bytes::from_static(b"kept")).await.unwrap().key;
    let hour = std::time::Duration::from_secs(3600);
    let path = blobs.local_path(&key).unwrap();
    let file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
    file.set_modified(std::time::SystemTime::now() - 2 * hour).unwrap();
    let old = async || blobs.older_than(hour).try_collect::<Vec<_>>().await.unwrap();

    assert_eq!(old().await, std::slice::from_ref(&key));
    blobs.put_bytes(Bytes::from_static(b"kept")).await.unwrap();
    assert_eq!(old().await, Vec::<String>::new());
}

#[tokio::test]
async fn parts_lie_beside_the_blobs() {
    let (folder, blobs) = blobs();
    let first = blobs.put_part("ab", 0, Bytes::from_static(b"one")).await.unwrap();
    let again = blobs.put_part("ab", 0, Bytes::from_static(b"two")).await.unwrap();
    assert_ne!(first, again, "senders at the same time do not overwrite each other");
    assert_eq!(blobs.get_part(&first).await.unwrap(), "one");

    let hour = std::time::Duration::from_secs(3600);
    let file = std::fs::File::open(folder.path().join("blobs").join(&first)).unwrap();
    file.set_modified(std::time::SystemTime::now() - 2 * hour).unwrap();
    let old = blobs.parts_older_than(hour).await.unwrap();
    assert_eq!(old, [(first.clone(), "ab".to_owned())]);

    blobs.delete_part(&first).await.unwrap();
    blobs.delete_part(&first).await.unwrap();
    assert!(blobs.get_part(&first).await.is_err());
    for bad in ["uploads/../x", "uploads/", "sha256/ab/x", "uploads/a/b"] {
        assert!(matches!(blobs.delete_part(bad).await, Err(StoreError::Invalid { .. })), "{bad}");
    }
}
