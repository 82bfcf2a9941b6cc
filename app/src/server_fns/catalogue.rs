//! Suggestions while typing.

use kaishu_types::search::Suggestion;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

/// Completes what was typed so far: at most eight suggestions, none where nothing was typed.
#[server(input = GetUrl, endpoint = "catalogue/suggest")]
pub async fn suggest(#[server(default)] text: String) -> Result<Vec<Suggestion>, ServerFnError> {
    let portal = use_context::<kaishu_portal::Portal>()
        .ok_or_else(|| ServerFnError::new("the portal is not in reach"))?;
    portal.suggest(&text).await.map_err(|error| ServerFnError::new(error.to_string()))
}
