//! `kaishu api`: an operation of the HTTP API without a server, for what a department does at the workbench.

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use axum::body::Body;
use bytes::Bytes;
use clap::Args;
use futures::{StreamExt, stream};
use http::{Method, Request, header};
use kaishu_portal::Portal;
use kaishu_server::assets::Assets;
use kaishu_server::{Limits, State, router};
use tower::ServiceExt;

use super::Common;

/// Bytes of a file that are read at once.
const PART_BYTES: usize = 64 << 10;
/// Where the operations are.
const BASE: &str = "/api/v1";

/// What is asked.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// get, post, put, patch or delete
    #[arg(value_parser = method)]
    method: Method,
    /// The address behind /api/v1, as in /drafts/12/previews; `kaishu openapi` lists all of them
    path: String,
    /// The file with the token, whose owner and scope say what may be done; `-` for stdin
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The body, JSON; `@FILE` for what is in a file
    #[arg(long, value_name = "JSON", conflicts_with = "form")]
    json: Option<String>,
    /// A field of a form; `NAME=@FILE` for a file. They are sent in this order
    #[arg(long, value_name = "NAME=VALUE")]
    form: Vec<String>,
    /// What makes a repeated request one, where the operation takes it
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
}

fn method(text: &str) -> Result<Method, String> {
    let known = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];
    let found = known.into_iter().find(|it| it.as_str().eq_ignore_ascii_case(text));
    found.ok_or_else(|| "is none of get, post, put, patch, delete".to_owned())
}

/// Asks the operation: its answer goes to stdout, a refusal with its rule and remedy to stderr.
pub(super) async fn run(common: &Common, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let changes = arguments.method != Method::GET;
    let config = common.load(false, None)?;
    let request = request(arguments)?;
    let portal = super::open(&config, &Assets::none()).await?;
    let limits = Limits {
        body_bytes: config.max_body_bytes,
        upload_bytes: config.max_upload_bytes,
        ..Limits::default()
    };
    let app = router(State::new(portal.clone(), Assets::none(), limits));
    let Ok(response) = app.oneshot(request).await;
    let (parts, body) = response.into_parts();
    let is_done = parts.status.is_success();
    eprintln!("{}", parts.status);
    if let Some(place) = parts.headers.get(header::LOCATION).and_then(|it| it.to_str().ok()) {
        eprintln!("location: {place}");
    }
    write_out(body, is_done).await?;
    settle(&portal, changes && is_done).await?;
    Ok(if is_done { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Does what a server does behind its answers: tables of new files, the index, counts and receipts.
async fn settle(portal: &Portal, has_changed: bool) -> anyhow::Result<()> {
    if has_changed {
        super::take_in_files(portal).await?;
        super::catch_up(portal).await?;
    }
    portal.flush_usage().await.context("the download could not be counted")?;
    portal.seal_receipts().await.context("the receipt could not be sealed")?;
    Ok(())
}

/// Writes an answer as it comes.
async fn write_out(body: Body, is_done: bool) -> anyhow::Result<()> {
    let mut data = body.into_data_stream();
    let mut last = None;
    while let Some(chunk) = data.next().await {
        let chunk = chunk.context("the answer broke off")?;
        let written = match is_done {
            true => std::io::stdout().lock().write_all(&chunk),
            false => std::io::stderr().lock().write_all(&chunk),
        };
        written.context("the answer could not be written")?;
        last = chunk.last().copied().or(last);
    }
    if !is_done && last.is_some_and(|byte| byte != b'\n') {
        eprintln!();
    }
    Ok(())
}

fn request(arguments: Arguments) -> anyhow::Result<Request<Body>> {
    let Arguments { method, path, token_file, json, form, idempotency_key } = arguments;
    if !path.starts_with('/') {
        bail!("the address begins with `/`, as in /drafts/12; it was `{path}`");
    }
    let address = if path.starts_with("/api/") { path } else { format!("{BASE}{path}") };
    let mut request = Request::builder()
        .method(method)
        .uri(&address)
        .header(header::HOST, "localhost")
        .header(header::ACCEPT_LANGUAGE, "en");
    if let Some(file) = token_file {
        let token = read_text(&file).context("the token cannot be read")?;
        request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.trim()));
    }
    if let Some(key) = idempotency_key {
        request = request.header("idempotency-key", key);
    }
    let body = match json {
        Some(json) => {
            request = request.header(header::CONTENT_TYPE, "application/json");
            Body::from(read_json(json)?)
        }
        None if form.is_empty() => Body::empty(),
        None => {
            let boundary = boundary();
            let kind = format!("multipart/form-data; boundary={boundary}");
            request = request.header(header::CONTENT_TYPE, kind);
            form_body(&form, &boundary)?
        }
    };
    request.body(body).with_context(|| format!("`{address}` cannot be asked as it is written"))
}

fn read_json(text: String) -> anyhow::Result<String> {
    match text.strip_prefix('@') {
        Some(file) => {
            read_text(Path::new(file)).with_context(|| format!("the body in {file} cannot be read"))
        }
        None => Ok(text),
    }
}

/// Reads a file, or stdin where it is called `-`.
fn read_text(file: &Path) -> std::io::Result<String> {
    match file.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin()),
        false => std::fs::read_to_string(file),
    }
}

/// What stands between the fields of a form: nobody who wrote a file could know it.
fn boundary() -> String {
    let number = || RandomState::new().hash_one("kaishu");
    format!("kaishu-{:016x}{:016x}", number(), number())
}

type Chunks = Box<dyn Iterator<Item = std::io::Result<Bytes>> + Send>;

/// A form whose files are read as they are sent.
fn form_body(fields: &[String], boundary: &str) -> anyhow::Result<Body> {
    let mut parts: Vec<Chunks> = Vec::new();
    for field in fields {
        let Some((name, value)) = field.split_once('=') else {
            bail!("a field is written NAME=VALUE; it was `{field}`");
        };
        let (disposition, content): (String, Chunks) = match value.strip_prefix('@') {
            Some(path) => {
                let file = File::open(path).with_context(|| format!("{path} cannot be read"))?;
                let file_name = Path::new(path).file_name().unwrap_or_default().to_string_lossy();
                let file_name = quoted(&file_name);
                (format!("name=\"{}\"; filename=\"{file_name}\"", quoted(name)), chunks(file))
            }
            None => {
                let value = Bytes::copy_from_slice(value.as_bytes());
                (format!("name=\"{}\"", quoted(name)), Box::new(std::iter::once(Ok(value))))
            }
        };
        let head = format!("--{boundary}\r\ncontent-disposition: form-data; {disposition}\r\n\r\n");
        let end = Bytes::from_static(b"\r\n");
        parts.push(Box::new(std::iter::once(Ok(Bytes::from(head)))));
        parts.push(content);
        parts.push(Box::new(std::iter::once(Ok(end))));
    }
    let close = Bytes::from(format!("--{boundary}--\r\n"));
    parts.push(Box::new(std::iter::once(Ok(close))));
    Ok(Body::from_stream(stream::iter(parts.into_iter().flatten())))
}

/// A file, part by part.
fn chunks(mut file: File) -> Chunks {
    Box::new(std::iter::from_fn(move || {
        let mut part = vec![0; PART_BYTES];
        match file.read(&mut part) {
            Ok(0) => None,
            Ok(n) => {
                part.truncate(n);
                Some(Ok(Bytes::from(part)))
            }
            Err(error) => Some(Err(error)),
        }
    }))
}

/// A name between quotation marks, written as browsers do.
fn quoted(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
