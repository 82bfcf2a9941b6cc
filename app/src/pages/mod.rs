//! The pages, one file each, and their addresses.

pub(crate) mod access;
mod accessibility;
pub(crate) mod account;
mod appearance;
mod authority;
pub(crate) mod catalogue;
mod consultations;
mod dataset;
mod dataset_changes;
mod dataset_download;
mod dataset_issues;
mod dataset_quality;
mod dataset_resource;
mod dataset_version;
mod developers;
mod explorer;
pub(crate) mod facet_values;
mod help;
mod home;
mod licence;
mod organization;
mod organizations;
mod prose;
mod receipt_facts;
mod region;
mod regions;
mod regulation;
mod results;
mod rules;
mod sharing;
mod soon;
mod stats;
mod topics;
mod verify;
mod webhooks;
mod whom;
pub(crate) mod workbench;

pub(crate) use authority::administers;

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
        .route(&at("/preview/{token}"), get(dataset::preview::show))
        .route(&at("/organizations"), get(organizations::show))
        .route(&at("/organizations/{code}"), get(organization::show))
        .route(&at("/organizations/{code}/licence"), get(licence::show))
        .route(&at("/regions"), get(regions::show))
        .route(&at("/regions/{code}"), get(region::show))
        .route(&at("/datasets/{code}/versions/{number}"), get(dataset_version::show))
        .route(&at("/datasets/{code}/resources/{id}"), get(dataset_resource::show))
        .route(&at("/datasets/{code}/resources/{id}/download"), get(dataset_download::show))
        .route(&at("/datasets/{code}/quality"), get(dataset_issues::show))
        .route(&at("/datasets/{code}/resources/{id}/quality"), get(dataset_quality::show))
        .route(&at("/datasets/{code}/resources/{id}/changes"), get(dataset_changes::show))
        .route(&at("/verify"), get(verify::ask))
        .route(&at("/verify/{receipt}"), get(verify::show))
        .route(&at("/stats"), get(stats::show))
        .route(&at(stats::applications::PATH), get(stats::applications::show))
        .route(&at(stats::grants::PATH), get(stats::grants::show))
        .route(&at("/topics"), get(topics::list))
        .route(&at("/topics/{code}"), get(topics::show))
        .route(&at("/consultations"), get(consultations::list))
        .route(&at("/consultations/{id}"), get(consultations::show).post(consultations::comment))
        .route(&at("/rules"), get(rules::show))
        .route(&at("/rules/{regulation}"), get(regulation::show))
        .route(&at("/datasets/{code}/correction"), get(soon::correction))
        .route(&at("/datasets/{code}/objection"), get(soon::objection))
        .route(&at("/datasets/{code}/report"), get(soon::report))
        .route(&at("/demands"), get(soon::demands))
        .route(&at("/showcases"), get(soon::showcases))
        .route(&at("/help"), get(help::show))
        .route(&at("/accessibility"), get(accessibility::show))
        .route(&at("/developers"), get(developers::show))
        .route(&at("/appearance"), post(appearance::choose))
        .merge(access::router(prefix))
        .merge(account::router(prefix))
        .merge(authority::router(prefix))
        .merge(results::router(prefix))
        .merge(sharing::router(prefix))
        .merge(webhooks::router(prefix))
        .merge(workbench::router(prefix))
}
