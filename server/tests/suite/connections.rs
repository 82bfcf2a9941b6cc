//! Connections end: those that ask nothing, and all of them when the server stops.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use kaishu_server::connections::{Bounds, own_machine, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const LONG: Duration = Duration::from_secs(3_600);

/// A server, the way to stop it, and its end.
async fn start(bounds: Bounds) -> (SocketAddr, oneshot::Sender<()>, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().route("/", get(|| async { "answer" }));
    let (stop, stopped) = oneshot::channel();
    let stopped = async move { stopped.await.unwrap() };
    (address, stop, tokio::spawn(serve(listener, app, bounds, stopped)))
}

async fn ask(stream: &mut TcpStream) {
    stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
}

async fn read_answer(stream: &mut TcpStream) {
    let mut text = Vec::new();
    while !text.ends_with(b"answer") {
        assert_ne!(stream.read_buf(&mut text).await.unwrap(), 0, "the connection ended");
    }
}

#[tokio::test]
async fn a_client_that_does_not_finish_its_question_is_cut() {
    let bounds = Bounds { head_time: Duration::from_millis(50), ..Bounds::default() };
    let (address, _stop, _) = start(bounds).await;
    for begun in [&b""[..], b"GET / HTT", b"GET / HTTP/1.1\r\nhost: a\r\nx: "] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(begun).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        assert!(!text.contains("answer"));
    }
}

#[tokio::test]
async fn a_client_that_takes_nothing_of_its_answer_is_cut() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // More than the system keeps for a reader that does not read.
    let app = Router::new().route("/", get(|| async { vec![0_u8; 64 << 20] }));
    let bounds = Bounds {
        max_open: 1,
        head_time: LONG,
        write_pause: Duration::from_millis(100),
        ..Bounds::default()
    };
    let (_stop, stopped) = oneshot::channel::<()>();
    tokio::spawn(serve(listener, app, bounds, async move { stopped.await.unwrap() }));
    let mut lazy = TcpStream::connect(address).await.unwrap();
    ask(&mut lazy).await;

    // There is no room for anybody else until the first is cut.
    let mut other = TcpStream::connect(address).await.unwrap();
    ask(&mut other).await;
    assert_eq!(other.read_u8().await.unwrap(), b'H');
}

#[tokio::test]
async fn further_clients_wait_for_room() {
    let (address, _stop, _) =
        start(Bounds { max_open: 1, head_time: LONG, ..Bounds::default() }).await;
    let mut first = TcpStream::connect(address).await.unwrap();
    ask(&mut first).await;
    read_answer(&mut first).await;
    let mut second = TcpStream::connect(address).await.unwrap();
    ask(&mut second).await;
    let waits = tokio::time::timeout(Duration::from_millis(50), second.read_u8()).await;
    assert!(waits.is_err(), "there was no room for it");
    ask(&mut first).await;
    read_answer(&mut first).await;
    drop(first);
    read_answer(&mut second).await;
}

#[tokio::test]
async fn a_client_has_a_share_of_the_connections_and_a_proxy_all() {
    let bounds =
        Bounds { max_per_client: 2, proxies: Vec::new(), head_time: LONG, ..Bounds::default() };
    let (address, _stop, _) = start(bounds.clone()).await;
    let mut first = TcpStream::connect(address).await.unwrap();
    let mut second = TcpStream::connect(address).await.unwrap();
    for stream in [&mut first, &mut second] {
        ask(stream).await;
        read_answer(stream).await;
    }

    let mut third = TcpStream::connect(address).await.unwrap();
    let is_closed = match third.read(&mut [0; 8]).await {
        Ok(n_read) => n_read == 0,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    };
    assert!(is_closed, "it was one too many");
    ask(&mut first).await;
    read_answer(&mut first).await;

    let (address, _stop, _) = start(Bounds { proxies: own_machine(), ..bounds }).await;
    let mut streams = Vec::new();
    for _ in 0..3 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        ask(&mut stream).await;
        read_answer(&mut stream).await;
        streams.push(stream);
    }
}

#[tokio::test]
async fn a_server_that_stops_ends_idle_connections_and_returns() {
    let bounds = Bounds { head_time: LONG, grace: LONG, ..Bounds::default() };
    let (address, stop, server) = start(bounds).await;
    let mut idle = TcpStream::connect(address).await.unwrap();
    ask(&mut idle).await;
    read_answer(&mut idle).await;
    stop.send(()).unwrap();
    server.await.unwrap();
    assert_eq!(idle.read(&mut [0; 8]).await.unwrap(), 0, "its connection was ended");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}
