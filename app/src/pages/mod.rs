//! The pages, one file each, and their addresses.

mod appearance;
pub(crate) mod catalogue;
mod dataset;
mod facet_values;
mod home;
mod organization;
mod organizations;
mod region;
mod regions;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::{get, post};
use kaishu_portal::Portal;

/// Returns the routes of all pages in both languages.
pub fn router<S>() -> Router<S>
where
    Portal: FromRef<S>,
    S: Clone + Send + Sync + 'static,
{
    Router::new().merge(localized("")).merge(localized("/en"))
}

fn localized<S>(prefix: &str) -> Router<S>
where
    Portal: FromRef<S>,
    S: Clone + Send + Sync + 'static,
{
    let at = |path: &str| format!("{prefix}{path}");
    let home = if prefix.is_empty() { "/".to_owned() } else { prefix.to_owned() };
    Router::new()
        .route(&home, get(home::show))
        .route(&at("/datasets"), get(catalogue::show))
        .route(&at("/datasets/{code}"), get(dataset::show))
        .route(&at("/organizations"), get(organizations::show))
        .route(&at("/organizations/{code}"), get(organization::show))
        .route(&at("/regions"), get(regions::show))
        .route(&at("/regions/{code}"), get(region::show))
        .route(&at("/appearance"), post(appearance::choose))
}
