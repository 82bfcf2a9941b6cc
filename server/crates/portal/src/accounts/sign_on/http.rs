//! Requests to the provider of identities, with bounds: it is another machine, and may be slow or wrong.

use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse, http};
use thiserror::Error;

/// How long a connection may take, and an answer.
const CONNECT: Duration = Duration::from_secs(4);
const ANSWER: Duration = Duration::from_secs(10);

/// Longest answer that is read, in bytes: keys and claims are far shorter.
const MAX_ANSWER: usize = 1 << 20;

/// Why there is no answer.
#[derive(Debug, Error)]
pub(super) enum HttpFault {
    #[error("the request failed")]
    Failed(#[from] reqwest::Error),
    #[error("it answered {0}")]
    Status(u16),
    #[error("its answer is longer than {MAX_ANSWER} bytes")]
    TooLong,
    #[error("its answer cannot be read")]
    Unreadable(#[from] http::Error),
}

/// What asks the provider.
#[derive(Clone)]
pub(super) struct Http(reqwest::Client);

impl Http {
    pub(super) fn new() -> Result<Self, HttpFault> {
        let client = reqwest::Client::builder()
            // An answer that leads elsewhere could lead to a machine behind the wall.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .build()?;
        Ok(Self(client))
    }

    /// Sends a request, as `openidconnect` wants it sent.
    ///
    /// # Errors
    ///
    /// Where no answer comes, a longer one than is read, or the provider says that it failed.
    pub(super) fn send(
        &self,
        request: HttpRequest,
    ) -> impl Future<Output = Result<HttpResponse, HttpFault>> + Send + 'static {
        let client = self.0.clone();
        async move {
            let mut answer = client.execute(request.try_into()?).await?;
            if answer.status().is_server_error() {
                return Err(HttpFault::Status(answer.status().as_u16()));
            }
            let mut response = http::Response::builder().status(answer.status());
            for (name, value) in answer.headers() {
                response = response.header(name, value);
            }
            let mut body = Vec::new();
            while let Some(chunk) = answer.chunk().await? {
                if body.len() + chunk.len() > MAX_ANSWER {
                    return Err(HttpFault::TooLong);
                }
                body.extend_from_slice(&chunk);
            }
            Ok(response.body(body)?)
        }
    }
}
