//! Open connections: so many at once, none that keeps the server waiting, and an end in order.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use http::{HeaderMap, Request};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use kaishu_portal::retrieval::Client;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt;

/// How long to wait where the system has no room for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// What a client may take of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// Most connections at once; further ones wait to be accepted.
    pub max_open: usize,
    /// Most connections of one client at once, proxies apart; further ones are closed.
    pub max_per_client: usize,
    /// Networks of proxies, which say for whom they ask.
    pub proxies: Vec<IpNet>,
    /// How long the head of a request may take, counted from when the server is ready to read it:
    /// a connection on which nothing is asked ends as well.
    pub head_time: Duration,
    /// How long a client may take nothing of an answer that waits for it.
    pub write_pause: Duration,
    /// How long open connections may take to end once the server stops.
    pub grace: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            max_open: 4_096,
            max_per_client: 256,
            proxies: own_machine(),
            head_time: Duration::from_secs(15),
            write_pause: Duration::from_secs(30),
            grace: Duration::from_secs(10),
        }
    }
}

/// Returns the networks in which there is nobody but this machine.
pub fn own_machine() -> Vec<IpNet> {
    let v4 = Ipv4Net::new_assert(Ipv4Addr::LOCALHOST, 8);
    let v6 = Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128);
    vec![v4.trunc().into(), v6.into()]
}

/// Counts the connections of each client.
#[derive(Default)]
struct Shares(Mutex<HashMap<Client, usize>>);

/// A connection of a client, counted while it is open.
struct Share {
    shares: Arc<Shares>,
    client: Client,
}

impl Shares {
    /// Counts one more connection, where the client may have it.
    fn take(self: &Arc<Self>, client: Client, most: usize) -> Option<Share> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(client).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Share { shares: Arc::clone(self), client })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut counts = self.shares.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.client);
            }
        }
    }
}

/// Serves until `stop` is done, and then lets the answers under way end.
pub async fn serve(
    listener: TcpListener,
    app: Router,
    bounds: Bounds,
    stop: impl Future<Output = ()>,
) {
    let mut http = Builder::new(TokioExecutor::new()).http1_only();
    http.http1().timer(TokioTimer::new()).header_read_timeout(bounds.head_time);
    let room = Arc::new(Semaphore::new(bounds.max_open.min(Semaphore::MAX_PERMITS)));
    let (stopping, _) = watch::channel(());
    let proxies: Arc<[IpNet]> = bounds.proxies.into();
    let shares = Arc::new(Shares::default());
    let mut stop = pin!(stop);
    loop {
        let (stream, peer, permit) = tokio::select! {
            accepted = accept(&listener, &room) => accepted,
            () = &mut stop => break,
        };
        let peer = peer.to_canonical();
        let is_proxy = proxies.iter().any(|network| network.contains(&peer));
        let share = if is_proxy {
            None
        } else {
            let Some(share) = shares.take(Client::from(peer), bounds.max_per_client) else {
                tracing::debug!("a client has too many connections");
                continue;
            };
            Some(share)
        };
        let named = app.clone().map_request(move |mut request: Request<Incoming>| {
            if let Some(client) = client(peer, is_proxy, request.headers()) {
                request.extensions_mut().insert(client);
            }
            request
        });
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(bounds.write_pause));
        let stream = TokioIo::new(Box::pin(stream));
        let connection =
            http.serve_connection(stream, TowerToHyperService::new(named)).into_owned();
        let mut told = stopping.subscribe();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                _ = told.changed() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(error = &*error, "a connection broke off");
            }
            drop((permit, share, told));
        });
    }
    drop(listener);
    // Nobody may be connected.
    stopping.send_replace(());
    if tokio::time::timeout(bounds.grace, stopping.closed()).await.is_err() {
        tracing::warn!("some connections did not end within {:?} and are cut", bounds.grace);
    }
}

/// Waits for room and then for a client.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> (TcpStream, IpAddr, Option<OwnedSemaphorePermit>) {
    // It is never closed, so there is always a permit in the end.
    let permit = Arc::clone(room).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer.ip(), permit),
            Err(error) if is_of_the_client(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Tells who asks: the other end of the connection or, where that is a proxy, whom the proxy names
/// last; what stands before, the client could have written. `None` where a proxy names nobody: taking
/// all its readers for one would make one retrieval of many.
fn client(peer: IpAddr, is_proxy: bool, headers: &HeaderMap) -> Option<Client> {
    if !is_proxy {
        return Some(Client::from(peer));
    }
    let named = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
    named.rsplit(',').next()?.trim().parse::<IpAddr>().ok().map(Client::from)
}

fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[track_caller]
    fn check(peer: &str, forwarded: Option<&'static str>, expected: Option<&str>) {
        let mut proxies = own_machine();
        proxies.push("fd00::/64".parse().unwrap());
        let mut headers = HeaderMap::new();
        if let Some(forwarded) = forwarded {
            headers.insert("x-forwarded-for", http::HeaderValue::from_static(forwarded));
        }
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let expected = expected.map(|it| Client::from(address(it)));
        let is_proxy = proxies.iter().any(|network| network.contains(&address(peer)));
        assert_eq!(client(address(peer), is_proxy, &headers), expected);
    }

    #[test]
    fn only_a_proxy_of_our_own_says_who_asks() {
        check("192.0.2.9", None, Some("192.0.2.9"));
        check("192.0.2.9", Some("198.51.100.1"), Some("192.0.2.9"));
        check("127.0.0.1", Some("198.51.100.1"), Some("198.51.100.1"));
        check("10.0.0.5", Some("203.0.113.7"), Some("10.0.0.5"));
        check("127.0.0.1", Some("made up, 203.0.113.7"), Some("203.0.113.7"));
        check("fd00::1", Some("2001:db8::1"), Some("2001:db8::1"));
        check("127.0.0.1", None, None);
        check("::1", Some("203.0.113.7, nonsense"), None);
    }
}
