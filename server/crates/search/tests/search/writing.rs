//! The index follows the feed: commits, crashes, rebuilds, locks, damage.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::{MEMORY_BYTES, codes, dataset, puts, search, words};
use kaishu_search::{Change, Error, Index, Opened};

/// Names the folder that the child process of the crash test writes into.
const CHILD_FOLDER: &str = "KAISHU_SEARCH_TEST_FOLDER";

fn school(number: u64) -> Vec<Change> {
    puts(vec![dataset(&format!("YX-{number}"), "学校名录")])
}

/// Proves SRCH-02 and SRCH-04 as far as the index goes: what was taken back is found nowhere.
#[test]
fn a_deleted_dataset_is_gone_from_search() {
    let index = Index::in_ram().unwrap();
    let mut writer = index.writer(MEMORY_BYTES).unwrap();
    writer.apply(&[school(1), school(2)].concat(), 2).unwrap();

    writer.apply(&[Change::Delete("YX-1".parse().unwrap())], 3).unwrap();

    let result = search(&index, &words("学校"));
    assert_eq!((codes(&result), result.total), (vec!["YX-2".to_owned()], 1));
    assert_eq!(search(&index, &words("")).total, 1);
    assert!(index.suggest("学校", 8).unwrap().iter().all(|found| !found.path.ends_with("YX-1")));
    assert_eq!((index.n_datasets(), index.position()), (1, 3));
}

#[test]
fn a_dataset_put_twice_is_there_once_with_the_later_text() {
    let index = Index::in_ram().unwrap();
    let mut writer = index.writer(MEMORY_BYTES).unwrap();
    let later = puts(vec![dataset("YX-1", "医院名录")]);

    writer.apply(&[school(1), later.clone()].concat(), 1).unwrap();
    writer.apply(&later, 1).unwrap();

    assert_eq!(search(&index, &words("学校")).total, 0);
    assert_eq!(codes(&search(&index, &words("医院"))), ["YX-1"]);
}

#[test]
fn a_closed_index_goes_on_from_its_position() {
    let folder = tempfile::tempdir().unwrap();
    {
        let index = Index::open(folder.path()).unwrap();
        assert_eq!(index.opened(), &Opened::Created);
        let mut writer = index.writer(MEMORY_BYTES).unwrap();
        writer.apply(&school(1), 41).unwrap();
        writer.close().unwrap();
    }

    let index = Index::open(folder.path()).unwrap();

    assert_eq!((index.opened(), index.position()), (&Opened::Existing, 41));
    assert_eq!(search(&index, &words("学校")).total, 1);
}

#[test]
fn a_damaged_or_older_index_starts_empty_and_says_so() {
    let damage: [fn(&Path); 3] = [
        |root| fs::write(root.join("current"), "{").unwrap(),
        |root| fs::write(root.join("current"), r#"{"schema":0,"generation":1}"#).unwrap(),
        |root| fs::write(root.join("gen-1/meta.json"), "nonsense").unwrap(),
    ];
    for damage in damage {
        let folder = tempfile::tempdir().unwrap();
        let index = Index::open(folder.path()).unwrap();
        index.writer(MEMORY_BYTES).unwrap().apply(&school(1), 9).unwrap();
        drop(index);
        damage(folder.path());

        let index = Index::open(folder.path()).unwrap();

        assert!(matches!(index.opened(), Opened::Reset { .. }), "{:?}", index.opened());
        assert_eq!((index.position(), index.n_datasets()), (0, 0));
        index.writer(MEMORY_BYTES).unwrap().apply(&school(1), 9).unwrap();
        assert_eq!(Index::open(folder.path()).unwrap().position(), 9);
    }
}

#[test]
fn a_second_writer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    let _writer = index.writer(MEMORY_BYTES).unwrap();

    let other = Index::open(folder.path()).unwrap();

    assert!(matches!(other.writer(MEMORY_BYTES), Err(Error::Locked { .. })));
}

#[test]
fn a_rebuilt_index_takes_over_and_the_writer_hears_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    let mut writer = index.writer(MEMORY_BYTES).unwrap();
    writer.apply(&school(1), 5).unwrap();

    let mut rebuild = index.rebuild(MEMORY_BYTES).unwrap();
    rebuild.add(&[dataset("YX-7", "医院名录")]).unwrap();
    assert_eq!(search(&index, &words("学校")).total, 1, "searches go on meanwhile");
    rebuild.finish(4).unwrap();

    assert_eq!((index.position(), search(&index, &words("学校")).total), (4, 0));
    assert_eq!(codes(&search(&index, &words("医院"))), ["YX-7"]);
    let refused = writer.apply(&school(2), 6);
    assert!(matches!(refused, Err(Error::Replaced { position: 4 })), "{refused:?}");
    writer.apply(&school(2), 6).unwrap();
    assert_eq!((index.position(), index.n_datasets()), (6, 2));
    assert_eq!(Index::open(folder.path()).unwrap().position(), 6);
}

#[test]
fn a_rebuild_by_another_process_is_taken_up() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    let other = Index::open(folder.path()).unwrap();

    other.rebuild(MEMORY_BYTES).unwrap().finish(3).unwrap();

    assert_eq!(index.position(), 0);
    assert!(index.refresh().unwrap());
    assert_eq!(index.position(), 3);
}

#[test]
fn a_dropped_rebuild_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(folder.path()).unwrap();
    index.writer(MEMORY_BYTES).unwrap().apply(&school(1), 5).unwrap();

    let mut rebuild = index.rebuild(MEMORY_BYTES).unwrap();
    rebuild.add(&[dataset("YX-7", "医院名录")]).unwrap();
    drop(rebuild);

    assert_eq!(Index::open(folder.path()).unwrap().position(), 5);
    index.rebuild(MEMORY_BYTES).unwrap().finish(6).unwrap();
    assert_eq!((index.position(), index.n_datasets()), (6, 0));
}

/// Not a test of its own: what the child process of the crash test does until it is killed.
#[test]
fn child_that_writes_without_end() {
    let Some(folder) = std::env::var_os(CHILD_FOLDER).map(PathBuf::from) else {
        return;
    };
    let index = Index::open(&folder).unwrap();
    let mut writer = index.writer(MEMORY_BYTES).unwrap();
    for position in index.position() + 1..u64::MAX {
        writer.apply(&school(position), position).unwrap();
        fs::write(folder.join("reached"), position.to_string()).unwrap();
    }
}

#[test]
fn a_killed_process_leaves_position_and_datasets_in_agreement() {
    let folder = tempfile::tempdir().unwrap();
    let reached = || {
        let text = fs::read_to_string(folder.path().join("reached")).unwrap_or_default();
        text.parse::<u64>().unwrap_or(0)
    };
    for round in 1..=3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["writing::child_that_writes_without_end", "--exact", "--nocapture"])
            .env(CHILD_FOLDER, folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while reached() < round * 5 && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();

        let index = Index::open(folder.path()).unwrap();

        assert_eq!(index.opened(), &Opened::Existing);
        assert!(index.position() >= round * 5, "{} in round {round}", index.position());
        assert_eq!(index.n_datasets(), index.position(), "one dataset a position");
        assert_eq!(search(&index, &words("学校")).total, index.position());
    }
}
