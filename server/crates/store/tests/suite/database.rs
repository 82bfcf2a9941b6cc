//! A database for one test.

use kaishu_store::{Store, regions, vocabulary};
use kaishu_types::vocabulary::Term;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};

use crate::build;

pub(crate) struct TestDb {
    pub(crate) store: Store,
    pub(crate) url: String,
    place: Place,
}

enum Place {
    File(tempfile::TempDir),
    Server { url: String, name: String },
}

impl TestDb {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/kaishu.sqlite", folder.path().display());
        Self::open(url, Place::File(folder)).await
    }

    pub(crate) async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var("KAISHU_TEST_POSTGRES") else {
            eprintln!("KAISHU_TEST_POSTGRES is not set: nothing was tested on PostgreSQL");
            return None;
        };
        let name = format!("kaishu_test_{:032x}", rand::random::<u128>());
        let admin = Database::connect(&server).await.unwrap();
        admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
        admin.close().await.unwrap();
        let url = with_database(&server, &name);
        Some(Self::open(url, Place::Server { url: server, name }).await)
    }

    async fn open(url: String, place: Place) -> Self {
        let store = Store::connect(&url, 4).await.unwrap();
        store.migrate().await.unwrap();
        Self { store, url, place }
    }

    /// Opens a way around the store, to do what it never would.
    pub(crate) async fn back_door(&self) -> DatabaseConnection {
        Database::connect(&self.url).await.unwrap()
    }

    /// Takes all tables away, so that every test tries the way down over its data.
    pub(crate) async fn close(self) {
        self.store.rollback_all().await.unwrap();
        self.store.close().await.unwrap();
        match self.place {
            Place::File(folder) => folder.close().unwrap(),
            Place::Server { url, name } => {
                let admin = Database::connect(&url).await.unwrap();
                admin.execute_unprepared(&format!("DROP DATABASE {name} (FORCE)")).await.unwrap();
                admin.close().await.unwrap();
            }
        }
    }
}

/// Puts the name of a database into the address of a server.
fn with_database(server: &str, name: &str) -> String {
    let (address, query) = server.split_once('?').unwrap_or((server, ""));
    let start = address.find("://").unwrap() + 3;
    let base = match address[start..].find('/') {
        Some(slash) => &address[..start + slash],
        None => address,
    };
    format!("{base}/{name}?{query}")
}

pub(crate) async fn migrations_go_up_down_and_up(database: &TestDb) {
    let store = &database.store;
    build::places(store).await;

    store.rollback_all().await.unwrap();
    assert!(regions::list(store, build::listed).await.is_err());
    store.migrate().await.unwrap();
    store.migrate().await.unwrap();

    assert!(regions::list(store, build::listed).await.unwrap().is_empty());
    let term = Term {
        vocabulary: "theme".to_owned(),
        code: "traffic".to_owned(),
        label_zh: "交通运输".to_owned(),
        label_en: "Transport".to_owned(),
        uri: None,
        position: 0,
    };
    vocabulary::upsert(store, &[term]).await.unwrap();
}
