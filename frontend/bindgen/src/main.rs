//! Makes the JavaScript entry of a WebAssembly module: `bindgen INPUT.wasm OUT_DIR OUT_NAME`.

use std::env;

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [input, out_dir, out_name] = arguments.as_slice() else {
        bail!("expected three arguments: INPUT.wasm OUT_DIR OUT_NAME");
    };

    Bindgen::new()
        .input_path(input)
        .out_name(out_name)
        .web(true)?
        .typescript(false)
        .generate(out_dir)
        .with_context(|| format!("cannot bind `{input}`"))
}
