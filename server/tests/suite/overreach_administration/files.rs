//! The same for the files of drafts: they are read by who writes the entry and by who decides on it, and each time is
//! on record.

use kaishu_domain::permission::Action;
use kaishu_types::account::Role;

use super::Need;
use crate::overreach::{self, browser, placed};

/// The files of a draft that is written and of one that is in review: where they are, and who reads them.
pub(super) fn files(things: &overreach::Things) -> [(String, Need); 2] {
    let file = |case: i64| format!("/workbench/drafts/{case}/files/0");
    [
        (file(things.draft), Need::Here(&[Action::EditDatasets])),
        (file(things.review), Need::Here(&[Action::EditDatasets, Action::ReviewForProvider])),
    ]
}

// Part of SEC-05: with every role, held for the place and for another: who neither writes an entry nor takes the step
// that is on reads nothing of its files, and leaves nothing in the log; who reads is in it.
#[tokio::test]
async fn no_role_reads_files_of_drafts_farther_than_the_table() {
    let (site, things) = overreach::site().await;
    let portal = site.test_portal.portal();
    let (mut n_read, mut n_refused) = (0, 0);
    for (n, role) in Role::ALL.iter().enumerate() {
        for (place, held) in placed(*role) {
            let mut browser = browser(&site, &format!("f{n}-{place}"), held.clone()).await;
            for (path, need) in files(&things) {
                let what = format!("{role} ({place}): {path}");
                let before = portal.verify_log().await.unwrap().n_entries;
                let answer = browser.get(&path).await;
                let after = portal.verify_log().await.unwrap().n_entries;
                if need.is_met(&held) {
                    assert_eq!(answer.status, 200, "{what}");
                    assert_eq!(answer.text(), "name\n汽车站\n", "{what}");
                    assert_eq!(after, before + 1, "{what} is not on record");
                    n_read += 1;
                } else {
                    let status = answer.status.as_u16();
                    assert!([403, 404].contains(&status), "{what} {status}");
                    assert!(!answer.text().contains("汽车站"), "{what}");
                    assert_eq!(after, before, "{what} left something in the log");
                    n_refused += 1;
                }
            }
        }
    }
    assert!(n_read >= 5 && n_refused > 30, "{n_read} files read, {n_refused} refused");
}

/// Who is not logged in is led to the login.
#[tokio::test]
async fn visitors_read_no_files_of_drafts() {
    let (site, things) = overreach::site().await;
    for (path, _) in files(&things) {
        let answer = site.get(&path).await;
        assert_eq!(answer.status, 303, "{path}");
        assert!(answer.header("location").contains("/login"), "{path}");
    }
}
