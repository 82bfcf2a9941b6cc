//! Nobody reads farther than the table of permissions: every address that is read and is not public, asked for by
//! nobody, by a citizen and an agency that have nothing to do with it, and with tokens of other scopes (SEC-05).

mod lists;
mod records;

use std::collections::{BTreeMap, BTreeSet};

use kaishu_types::account::TokenScope;

use crate::browser::Browser;
use crate::overreach_administration::is_of;
use crate::overreach_api::{Carried, send, token_of};
use crate::support::Answer;

use lists::{Kind, OF_KEYS, OPERATIONS, PAGES, PUBLIC, PUBLIC_OPERATIONS};
use records::SECRET;

const PAGES_OF_ALL: &str = include_str!("../../../app/src/pages/mod.rs");
const SERVER: &str = include_str!("../../src/lib.rs");

/// What stands before the paths of a router, its source, and the names of the paths that it does not write out.
type Router = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const ROUTERS: &[Router] = &[
    (
        "",
        PAGES_OF_ALL,
        &[
            ("&home", "\"/\""),
            ("stats::applications::PATH", "\"/stats/applications\""),
            ("stats::grants::PATH", "\"/stats/grants\""),
        ],
    ),
    (
        "",
        include_str!("../../../app/src/pages/access/mod.rs"),
        &[("at(MINE)", "\"/me/applications\"")],
    ),
    ("", include_str!("../../../app/src/pages/account/mod.rs"), &[]),
    ("/authority", include_str!("../../../app/src/pages/authority/mod.rs"), &[]),
    ("", include_str!("../../../app/src/pages/results/mod.rs"), &[]),
    (
        "",
        include_str!("../../../app/src/pages/sharing/mod.rs"),
        &[("at(ALL)", "\"/share\""), ("at(REQUESTS)", "\"/share/requests\"")],
    ),
    ("", include_str!("../../../app/src/pages/webhooks.rs"), &[]),
    ("", include_str!("../../../app/src/pages/workbench/mod.rs"), &[]),
    ("", SERVER, &[]),
    ("", include_str!("../../src/api/mod.rs"), &[]),
    ("/workbench/uploads", include_str!("../../src/api/uploads.rs"), &[]),
];

/// The paths that are read, of every router that is not described by OpenAPI.
pub(crate) fn read_paths() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (prefix, text, names) in ROUTERS {
        let mut text = (*text).to_owned();
        for (name, path) in *names {
            assert!(text.contains(name), "{name} is no name of a path any more");
            text = text.replace(name, path);
        }
        for part in text.split(".route(").skip(1) {
            let part = part.split("\n}").next().unwrap();
            let (_, part) = part.split_once('"').expect("a path that is not written out");
            let (path, rest) = part.split_once('"').unwrap();
            assert!(path.is_empty() || path.starts_with('/'), "{path} is no path");
            if rest.contains("get(") || rest.contains("any(") {
                found.insert(format!("{prefix}{path}"));
            }
        }
    }
    found
}

/// The routers that a text merges.
fn merged(text: &str) -> BTreeSet<&str> {
    text.split(".merge(").skip(1).map(|part| part.split('(').next().unwrap()).collect()
}

/// An address that somebody can read is driven below, or named as public with the reason.
#[test]
fn every_address_that_is_read_is_driven_or_public() {
    let all = read_paths();
    assert!(all.len() > 130, "{all:?}");
    let mut public = BTreeSet::new();
    for path in PUBLIC.iter().flat_map(|(_, paths)| *paths) {
        assert!(public.insert((*path).to_owned()), "{path} is named twice");
    }
    let mut left: BTreeSet<&str> = PAGES.iter().map(|it| it.0).collect();
    for pattern in &all {
        let is_driven_by = |template: &str| {
            let path = template.split('?').next().unwrap();
            path == pattern || (is_of(path, pattern) && !all.contains(path))
        };
        let before = left.len();
        left.retain(|&template| !is_driven_by(template));
        let (is_driven, is_public) = (left.len() < before, public.remove(pattern));
        assert!(
            is_driven != is_public,
            "GET {pattern}: name it in `PAGES`, or in `PUBLIC` with the reason"
        );
    }
    assert!(public.is_empty() && left.is_empty(), "no such paths: {public:?} {left:?}");
}

/// A router that is merged into these is read above.
#[test]
fn every_router_is_read() {
    let pages = ["access", "account", "authority", "results", "sharing", "webhooks", "workbench"];
    let mut known: BTreeSet<String> = pages.iter().map(|it| format!("{it}::router")).collect();
    known.insert("localized".to_owned());
    let found: BTreeSet<String> = merged(PAGES_OF_ALL).into_iter().map(str::to_owned).collect();
    assert_eq!(found, known, "add it to `ROUTERS`");
    let known =
        BTreeSet::from(["app::router::<State>", "api::uploads::of_browsers", "api::router"]);
    assert_eq!(merged(SERVER), known, "add it to `ROUTERS`");
}

/// The operations that read, as the description of the API has them: their paths, and the scopes that are good for each;
/// none where nobody needs a token.
fn described() -> BTreeMap<String, (String, Option<Vec<TokenScope>>)> {
    let document = serde_json::to_value(kaishu_server::api::document()).unwrap();
    let mut found = BTreeMap::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let Some(operation) = operations.get("get") else { continue };
        let named = operation["security"].as_array().cloned().unwrap_or_default();
        let is_open = named.is_empty() || named.iter().any(|it| it.get("token").is_none());
        let scopes = named.iter().filter_map(|it| it["token"].as_array()).flatten();
        let scopes = scopes.map(|it| it.as_str().unwrap().parse().unwrap()).collect();
        let id = operation["operationId"].as_str().unwrap().to_owned();
        found.insert(id, (path.clone(), (!is_open).then_some(scopes)));
    }
    found
}

/// An operation that reads is driven below where it needs a token, or named as public with the reason.
#[test]
fn every_operation_that_reads_is_driven_or_public() {
    let described = described();
    let is_open = |id: &&String| described[*id].1.is_none();
    let (open, private): (BTreeSet<&String>, BTreeSet<&String>) =
        described.keys().partition(is_open);
    let driven: BTreeMap<String, &str> =
        OPERATIONS.iter().map(|it| (it.0.to_owned(), it.1)).collect();
    let named: BTreeSet<&String> = driven.keys().collect();
    assert_eq!(private, named, "name it in `OPERATIONS`");
    let public = PUBLIC_OPERATIONS.iter().flat_map(|(_, ids)| *ids);
    let public: BTreeSet<String> = public.map(|id| (*id).to_owned()).collect();
    let named: BTreeSet<&String> = public.iter().collect();
    assert_eq!(open, named, "name it in `PUBLIC_OPERATIONS` with the reason");
    for (id, template) in &driven {
        let path = template.split('?').next().unwrap();
        assert!(is_of(path, &described[id].0), "{id} is not at {template}");
    }
}

#[track_caller]
fn assert_silent(answer: &Answer, what: &str) {
    let told = String::from_utf8_lossy(&answer.bytes).contains(SECRET);
    assert!(!told, "{what} {} tells the secret", answer.status);
}

/// Somebody who has nothing to do with the records is refused, or shown a page without them.
#[track_caller]
fn assert_kept_from(answer: &Answer, kind: Kind, is_agency: bool, what: &str) {
    let allowed: &[u16] = match kind {
        Kind::Agency if is_agency => &[200],
        Kind::Record | Kind::Agency => &[403, 404],
        Kind::Own => &[200, 303, 403, 404],
    };
    let status = answer.status.as_u16();
    assert!(allowed.contains(&status), "{what}: {status}");
    assert_silent(answer, what);
}

// Part of SEC-05: who is not logged in is led to the login and told nothing, nor is a program without a token.
#[tokio::test]
async fn nobody_reads_without_an_account() {
    let records = Box::pin(records::open()).await;
    for (template, ..) in PAGES {
        let path = records.path(template);
        let answer = records.site.get(&path).await;
        // How far an upload is, is told to scripts.
        match path.starts_with("/workbench/uploads/") {
            true => assert_eq!(answer.status, 401, "{path}"),
            false => {
                assert_eq!(answer.status, 303, "{path}");
                assert!(answer.header("location").contains("/login"), "{path}");
            }
        }
        assert_silent(&answer, &path);
    }
    for (_, template, ..) in OPERATIONS {
        let path = records.path(template);
        let forged = send(&records.site, "kst_nothing", ("get", &path), &Carried::Nothing).await;
        for answer in [records.site.get(&path).await, forged] {
            assert_eq!(answer.status, 401, "{path}");
            assert_silent(&answer, &path);
        }
    }
}

// Proves SEC-05 for what is read: at every address that is not public a citizen and an officer of another agency are
// refused what is not theirs, by page and by program, and their own pages tell nothing of it.
#[tokio::test]
async fn nobody_reads_what_is_not_theirs() {
    let records = Box::pin(records::open()).await;
    let readers = [("citizen", false, TokenScope::Read), ("stranger", true, TokenScope::Publish)];
    for (login, is_agency, scope) in readers {
        let mut browser = Browser::with_session(&records.site, records.session(login));
        assert!(browser.is_in().await, "{login}");
        for (template, kind, _) in PAGES {
            let path = records.path(template);
            let answer = browser.get(&path).await;
            assert_kept_from(&answer, *kind, is_agency, &format!("{login}: {path}"));
        }
        let token = token_of(&records.site, login, scope).await;
        for (_, template, kind, _) in OPERATIONS {
            let path = records.path(template);
            let answer = send(&records.site, &token, ("get", &path), &Carried::Nothing).await;
            assert_kept_from(&answer, *kind, is_agency, &format!("{login}: {path}"));
        }
    }
}

// Part of SEC-05: a key opens the data of its grant and no record, not even one of its owner; and what needs another
// scope than reading is not read with one that falls short, whoever's it is.
#[tokio::test]
async fn no_token_reads_farther_than_its_scope() {
    let records = Box::pin(records::open()).await;
    let described = described();
    let mut own = Vec::new();
    for scope in [TokenScope::Read, TokenScope::Publish, TokenScope::Decide] {
        own.push((scope, token_of(&records.site, "writes", scope).await));
    }
    let mut n_short = 0;
    for (id, template, kind, _) in OPERATIONS {
        let path = records.path(template);
        let scopes = described[*id].1.as_deref().unwrap();
        let mut tokens = Vec::new();
        if !OF_KEYS.contains(id) {
            tokens.push(("key".to_owned(), records.key.as_str()));
        }
        // A token of any scope reads.
        if !scopes.contains(&TokenScope::Read) {
            let short = own.iter().filter(|(scope, _)| !scopes.contains(scope));
            tokens.extend(short.map(|(scope, token)| (scope.to_string(), token.as_str())));
            n_short += 1;
        }
        for (scope, token) in tokens {
            let answer = send(&records.site, token, ("get", &path), &Carried::Nothing).await;
            assert_kept_from(&answer, *kind, false, &format!("{scope}: {path}"));
        }
    }
    assert!(n_short > 2, "{n_short} operations need more than to read");
}

/// The secret is told to those whom it is for, so that its absence is no accident of the address.
#[tokio::test]
async fn the_records_are_read_by_those_whom_they_are_for() {
    let records = Box::pin(records::open()).await;
    let described = described();
    let mut n_read = 0;
    for (template, _, login) in PAGES.iter().filter(|it| !it.2.is_empty()) {
        let path = records.path(template);
        let mut browser = Browser::with_session(&records.site, records.session(login));
        let answer = browser.get(&path).await;
        let text = String::from_utf8_lossy(&answer.bytes);
        assert_eq!(answer.status, 200, "{login}: {path}");
        assert!(text.contains(SECRET), "{login}: {path} says nothing: {text}");
        n_read += 1;
    }
    for (id, template, _, login) in OPERATIONS.iter().filter(|it| !it.3.is_empty()) {
        let path = records.path(template);
        let scope = described[*id].1.as_deref().unwrap()[0];
        let token = token_of(&records.site, login, scope).await;
        let answer = send(&records.site, &token, ("get", &path), &Carried::Nothing).await;
        let text = String::from_utf8_lossy(&answer.bytes);
        assert_eq!(answer.status, 200, "{login}: {path}");
        assert!(text.contains(SECRET), "{login}: {path} says nothing: {text}");
        n_read += 1;
    }
    assert!(n_read > 30, "{n_read} were read");
}
