//! The web server of Kaishu: pages, HTTP API and files behind one [`router`].

pub mod api;
pub mod assets;
pub mod config;
pub mod connections;

mod fallback;
mod middleware;
mod negotiation;
mod page_cache;
mod plain_page;
mod probes;
mod secret;
mod server_fns;
mod sitemap;
mod state;

use axum::Router;
use axum::routing::get;
use tower_http::csrf::CsrfLayer;

pub use state::{Limits, State};

/// Returns everything that is served.
pub fn router(state: State) -> Router {
    let routes = Router::new()
        .merge(app::router::<State>())
        .route("/_fn/{*name}", get(server_fns::call))
        .merge(api::uploads::of_browsers())
        // The API knows no cookies, so nothing can be forged there.
        .layer(CsrfLayer::new())
        .merge(api::router())
        .route("/healthz", get(probes::healthz))
        .route("/readyz", get(probes::readyz))
        .route("/sitemap.xml", get(sitemap::index))
        .route("/sitemap/{part}", get(sitemap::part))
        .fallback(fallback::unknown)
        .method_not_allowed_fallback(fallback::wrong_method);
    middleware::around(routes, &state).with_state(state)
}
