//! The public HTTP API, `/api/v1`: thin handlers over the use cases, described by OpenAPI.

mod applications;
mod asked;
mod attached;
mod bundles;
mod cases;
mod changes;
mod copies;
mod datasets;
mod disputes;
mod draft_context;
mod draft_parts;
mod draft_quality;
mod drafting;
mod exports;
mod findings;
mod grants;
mod guide;
mod inspections;
mod issues;
mod keeping;
mod listing;
mod look;
mod open_list;
mod original;
mod oversight;
mod own_datasets;
mod places;
mod previews;
pub mod problem;
mod projects;
mod publishing;
mod quality;
mod range;
mod receipts;
mod reconciling;
mod records;
mod records_of_agencies;
mod reference;
mod registers;
mod reply;
mod review;
mod rows;
mod rules;
mod search;
mod several;
mod suggestions;
mod table_description;
mod trail;
pub(crate) mod uploads;
mod verification;
mod vocabularies;
mod webhooks;

use std::sync::LazyLock;

use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use axum::{Json, Router};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use crate::state::State;

/// How programs say who they are.
struct Tokens;

impl Modify for Tokens {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("kst_…")
            .description(Some(
                "A token of an account, made at `/me/tokens`. Operations name the scope they need; a token of any \
                scope reads. A token never reaches farther than its owner does at that moment. Where an operation may be asked without a token, one is needed only under rules that \
                give open data to those who are logged in.",
            ))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

#[derive(OpenApi)]
#[openapi(
    modifiers(&Tokens),
    info(
        title = "Kaishu",
        description = "Find, read and download the public data of this portal. Times are RFC 3339 in UTC. \
            The list of datasets goes on at `next`: pass it as `cursor` until it is null; all other lists are complete. Errors are \
            `application/problem+json` (RFC 9457) and name the rule behind a refusal and its remedy. \
            A request that writes may bear an `Idempotency-Key` (1 to 100 visible ASCII characters): sent again with the \
            same key within two days it is not done again, but answered as it was (`Idempotent-Replayed: true`). \
            Words of vocabularies come in the language of `Accept-Language` (zh or en).",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(kaishu_types::search::Sort, kaishu_types::vocabulary::UpdatedWithin)),
    tags(
        (name = "datasets", description = "The catalogue: search, entries, files"),
        (name = "publishing", description = "What departments automate, with a token of the scope `publish`"),
        (name = "cases", description = "What waits for whom, what happened, and what is decided"),
        (name = "access", description = "Data that is open on conditions: applications, grants, verification"),
        (name = "directory", description = "Organizations, regions and vocabularies"),
        (name = "rules", description = "The policy profile in force and the texts of the regulations"),
        (name = "receipts", description = "Proof of retrieval"),
        (name = "supervision", description = "What authorities and auditors follow, with a token of the scope `read`"),
        (name = "statistics", description = "The figures of the portal")
    )
)]
struct Description;

/// Returns the routes of the API.
pub(crate) fn router() -> Router<State> {
    let (routes, _) = described().split_for_parts();
    routes
        .route("/api/openapi.json", get(openapi))
        .route("/api/reference", get(reference::show))
        .route("/en/api/reference", get(reference::show))
}

/// Returns the OpenAPI document.
pub fn document() -> Document {
    let (_, document) = described().split_for_parts();
    document
}

fn described() -> OpenApiRouter<State> {
    OpenApiRouter::with_openapi(Description::openapi())
        .merge(of_publishers())
        .merge(of_agencies())
        .routes(routes!(search::list))
        .routes(routes!(open_list::take))
        .routes(routes!(datasets::show))
        .routes(routes!(datasets::items))
        .routes(routes!(datasets::resources))
        .routes(routes!(look::show, look::decide))
        .routes(
            // The guard around all routes knows how long an upload may be.
            routes!(datasets::versions, publishing::publish_version)
                .layer(DefaultBodyLimit::disable()),
        )
        .routes(routes!(drafting::begin))
        .routes(routes!(drafting::read, drafting::save))
        .routes(routes!(drafting::add_file).layer(DefaultBodyLimit::disable()))
        .routes(routes!(drafting::add_source))
        .routes(routes!(drafting::submit))
        .routes(routes!(keeping::standing, keeping::act))
        .routes(routes!(keeping::revise))
        .routes(routes!(keeping::note_change))
        .routes(routes!(keeping::transfer))
        .routes(routes!(cases::list))
        .routes(routes!(cases::show))
        .routes(routes!(cases::act))
        .routes(routes!(review::show))
        .routes(routes!(uploads::describe, uploads::begin))
        .routes(routes!(uploads::show, uploads::offset, uploads::add, uploads::give_up))
        .routes(routes!(uploads::finish))
        .routes(routes!(original::take))
        .routes(routes!(rows::list))
        .routes(routes!(table_description::show))
        .routes(routes!(exports::take))
        .routes(routes!(bundles::take))
        .routes(routes!(quality::show))
        .routes(routes!(issues::list))
        .routes(routes!(records::change))
        .routes(routes!(changes::list))
        .routes(routes!(applications::list, applications::begin))
        .routes(routes!(applications::show, applications::save))
        .routes(routes!(applications::act))
        .routes(routes!(applications::documents))
        .routes(routes!(grants::list))
        .routes(routes!(grants::show))
        .routes(routes!(verification::verify))
        .routes(routes!(webhooks::list, webhooks::register))
        .routes(routes!(webhooks::show, webhooks::end))
        .routes(routes!(webhooks::enable))
        .routes(routes!(places::organizations))
        .routes(routes!(places::organization))
        .routes(routes!(places::regions))
        .routes(routes!(places::region))
        .routes(routes!(vocabularies::list))
        .routes(routes!(vocabularies::show))
        .routes(routes!(suggestions::list))
        .routes(routes!(receipts::show))
        .routes(routes!(trail::show))
        .routes(routes!(oversight::topics))
        .routes(routes!(registers::deliveries))
        .routes(routes!(rules::policy))
        .routes(routes!(rules::regulation))
        .routes(routes!(receipts::statistics))
        .routes(routes!(receipts::grants))
}

/// What publishers do with drafts and datasets in the workbench.
fn of_publishers() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(own_datasets::list))
        .routes(routes!(guide::show))
        .routes(routes!(several::revise))
        .routes(routes!(draft_parts::save_items))
        .routes(routes!(draft_parts::take_items))
        .routes(routes!(draft_parts::add_interface))
        .routes(routes!(draft_parts::take_file, draft_parts::remove_file))
        .routes(routes!(draft_quality::show))
        .routes(routes!(draft_context::alike))
        .routes(routes!(draft_context::changes))
        .routes(routes!(copies::list))
        .routes(routes!(copies::show))
        .routes(routes!(copies::restore))
        .routes(routes!(copies::compare))
        .routes(routes!(previews::list, previews::make))
        .routes(routes!(previews::revoke))
        .routes(
            routes!(attached::take_authorisation, attached::authorise)
                .layer(DefaultBodyLimit::disable()),
        )
        .routes(routes!(attached::relax).layer(DefaultBodyLimit::disable()))
        .routes(routes!(attached::attach).layer(DefaultBodyLimit::disable()))
        .routes(routes!(attached::take))
        .routes(routes!(findings::list))
        .routes(routes!(findings::decide))
        .routes(routes!(findings::measure))
        .routes(routes!(look::desk))
        .routes(routes!(keeping::withdraw_transfer))
        .routes(routes!(disputes::show, disputes::open))
        .routes(routes!(inspections::list, inspections::add))
        .routes(routes!(inspections::close))
        .routes(routes!(inspections::monitoring))
        .routes(routes!(reconciling::inconsistent))
        .routes(routes!(reconciling::list, reconciling::compare))
}

/// What agencies keep in the registers.
fn of_agencies() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(registers::systems, records_of_agencies::add_system))
        .routes(routes!(records_of_agencies::system, records_of_agencies::save_system))
        .routes(routes!(records_of_agencies::delivery, records_of_agencies::say))
        .routes(routes!(projects::register))
        .routes(routes!(projects::show))
        .routes(routes!(records_of_agencies::register_missing))
}

async fn openapi(_: asked::Plain) -> Json<&'static Document> {
    static DOCUMENT: LazyLock<Document> = LazyLock::new(document);
    Json(&DOCUMENT)
}
