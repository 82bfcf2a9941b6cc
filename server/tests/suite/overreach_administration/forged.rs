//! Forms that a page of another site lets a browser send, in which somebody is logged in who may send them.

use std::slice;

use kaishu_domain::permission::{Action, Subject, role_for};
use kaishu_types::account::{Role, RoleGrant};

use super::{forms, site};
use crate::overreach::{self, browser, placed};

/// The first role that may send a form, held for the place of the things.
fn able(may: impl Fn(&RoleGrant) -> bool) -> RoleGrant {
    let own = Role::ALL.iter().filter_map(|role| placed(*role).into_iter().next());
    let mut held = own.map(|(_, held)| held);
    held.find(|held| held.role != Role::CountyAuthority && may(held)).unwrap()
}

/// Every form of the workbench and of the administration, sent for a page of another site: it is refused for where it
/// comes from, although whoever is logged in may send it, and nothing happens.
#[tokio::test]
async fn forms_of_other_sites_change_nothing() {
    let (site, others, things) = site().await;
    let portal = site.test_portal.portal();
    let about = Subject {
        organization: Some("YX-T".parse().unwrap()),
        regions: vec!["YX".parse().unwrap()],
        ..Subject::default()
    };
    let mut sent = Vec::new();
    for (path, fields, action) in overreach::forms(&others) {
        // Nobody is assigned here to give one.
        if action != Action::GiveOpinion {
            let held = able(|held| role_for(slice::from_ref(held), action, &about).is_some());
            sent.push((held, path, fields));
        }
    }
    for (path, fields, need) in forms(&things) {
        sent.push((able(|held| need.is_met(held)), path, fields));
    }
    let mut n_refused = 0;
    for (n, role) in Role::ALL.iter().enumerate() {
        let own: Vec<_> = sent.iter().filter(|(held, ..)| held.role == *role).collect();
        let Some((held, ..)) = own.first() else { continue };
        let mut browser = browser(&site, &format!("x{n}"), held.clone()).await;
        let before = portal.verify_log().await.unwrap().n_entries;
        for (_, path, fields) in own {
            let answer = browser.post_from("cross-site", path, fields).await;
            assert_eq!(answer.status, 403, "{role}: {path}");
            assert!(answer.text().contains("来自别的网站"), "{role}: {path} {}", answer.text());
            n_refused += 1;
        }
        let after = portal.verify_log().await.unwrap();
        assert_eq!(after.faults, []);
        assert_eq!(after.n_entries, before, "{role} left something in the log");
        assert_eq!(browser.get("/me").await.status, 200, "{role} is still logged in");
    }
    assert_eq!(n_refused, sent.len());
    assert!(n_refused > 60, "{n_refused} forms");
}
