//! The WebAssembly entry: wakes the islands that the server has rendered, nothing else.

// The re-export keeps every island's entry point in the module.
pub use app::*;

/// Called once by the page, after the module is loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
