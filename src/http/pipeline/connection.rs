//! One connection under the requests: it ends when it has to make room, when the other side does not read, and it says who the
//! client behind a proxy is. The line of a proxy comes first, TLS begins behind it, requests are read from that.

use std::io::{self, Error, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::web::{Buf, BytesMut};
use ppp::{HeaderResult, PartialResult, v1, v2};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::connections::{Connections, Handle, Place};
use super::refusal;
use super::stream::{Socket, Stream};
use crate::limits;

/// What a client that finds no room is told, as far as its socket takes it.
const NO_ROOM: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

/// What a client is told that speaks HTTP where TLS is spoken.
const SPEAK_TLS: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: 46\r\n\r\n\
                           this address takes https:// only, not http://\n";

/// The first byte of what a TLS client sends: a handshake record.
const HANDSHAKE: u8 = 22;

/// A connection with its place.
pub(in crate::http) struct Connection {
    stream: Stream,
    place: Place,
    /// Bytes to be written before others.
    instead: BytesMut,
    /// Bytes read since others had a turn.
    read_in_turn: usize,
    stall: Stall,
    /// Runs once everything is written and the connection is to close.
    last_words: Option<Pin<Box<Sleep>>>,
}

/// Whether the other side takes what is written.
#[derive(Default)]
struct Stall {
    /// Runs while it does not.
    window: Option<Pin<Box<Sleep>>>,
    /// What it took since the window began.
    taken: usize,
}

/// Takes in a connection, encrypted where there is `tls`; with the address of its client.
///
/// # Errors
/// When there is no room for it, a proxy does not say what it has to, or there is no shaking hands with the client.
pub(in crate::http) async fn accept(
    stream: TcpStream,
    all: &Arc<Connections>,
    tls: Option<&TlsAcceptor>,
) -> io::Result<(Connection, Option<SocketAddr>)> {
    let peer = stream.peer_addr()?;
    let Some(place) = all.place(peer.ip()) else {
        let _ = stream.try_write(NO_ROOM);
        return Err(Error::new(ErrorKind::ConnectionRefused, "too many connections"));
    };
    stream.set_nodelay(true)?;
    let (mut socket, mut client) = (Socket::new(stream), peer);
    let time = Duration::from_secs(limits::HEAD_READ_S);
    if all.trusted().hold(peer.ip()) {
        let said = timeout(time, client_behind(&mut socket)).await;
        client = said.map_err(|_| Error::from(ErrorKind::TimedOut))??.unwrap_or(peer);
    }
    let stream = match tls {
        None => Stream::Plain(socket),
        Some(tls) => {
            let shaken = encrypted(socket, tls, &place, time).await;
            shaken.inspect_err(|_| metrics::counter!("entrepost_tls_handshakes_failed_total").increment(1))?
        }
    };
    let instead = BytesMut::new();
    let connection = Connection { stream, place, instead, read_in_turn: 0, stall: Stall::default(), last_words: None };
    Ok((connection, Some(client)))
}

/// Shakes hands within `time`, and while the place is not needed for others.
async fn encrypted(mut socket: Socket, tls: &TlsAcceptor, place: &Place, time: Duration) -> io::Result<Stream> {
    let _under_way = place.shakes_hands();
    let shaking = async {
        if socket.ahead.is_empty() && !socket.read_ahead().await? {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        if socket.ahead.first() != Some(&HANDSHAKE) {
            let _ = socket.stream.try_write(SPEAK_TLS);
            return Err(Error::new(ErrorKind::InvalidData, "no TLS"));
        }
        Ok(Stream::Tls(Box::new(tls.accept(socket).await?)))
    };
    tokio::select! {
        shaken = timeout(time, shaking) => shaken.unwrap_or_else(|_| Err(ErrorKind::TimedOut.into())),
        () = place.closed() => Err(Connection::closed()),
    }
}

/// The client that a proxy names in a PROXY line (version 1 or 2) before the first request; `None` when it names none. What was
/// read beyond the line stays ahead.
async fn client_behind(socket: &mut Socket) -> io::Result<Option<SocketAddr>> {
    while socket.read_ahead().await? {
        let ahead = &mut socket.ahead;
        let begins = |line: &[u8]| ahead.starts_with(&line[..line.len().min(ahead.len())]);
        if !begins(v1::PROTOCOL_PREFIX.as_bytes()) && !begins(v2::PROTOCOL_PREFIX) {
            return Ok(None);
        }
        let (len, client) = match HeaderResult::parse(ahead) {
            HeaderResult::V1(Ok(header)) => (header.header.len(), of_version_1(&header)),
            HeaderResult::V2(Ok(header)) => (header.len(), of_version_2(&header)),
            incomplete if incomplete.is_incomplete() && ahead.len() < limits::PROXY_LINE_BYTES => continue,
            _ => return Err(Error::new(ErrorKind::InvalidData, "a PROXY line that cannot be read")),
        };
        ahead.advance(len);
        return Ok(client);
    }
    Ok(None)
}

fn of_version_1(header: &v1::Header<'_>) -> Option<SocketAddr> {
    match header.addresses {
        v1::Addresses::Tcp4(ends) => Some((IpAddr::V4(ends.source_address), ends.source_port).into()),
        v1::Addresses::Tcp6(ends) => Some((IpAddr::V6(ends.source_address), ends.source_port).into()),
        v1::Addresses::Unknown => None,
    }
}

fn of_version_2(header: &v2::Header<'_>) -> Option<SocketAddr> {
    match (header.command, header.addresses) {
        (v2::Command::Proxy, v2::Addresses::IPv4(ends)) => {
            Some((IpAddr::V4(ends.source_address), ends.source_port).into())
        }
        (v2::Command::Proxy, v2::Addresses::IPv6(ends)) => {
            Some((IpAddr::V6(ends.source_address), ends.source_port).into())
        }
        _ => None,
    }
}

impl Connection {
    /// What its requests know of it.
    pub(in crate::http) fn handle(&self) -> Handle {
        self.place.handle()
    }

    fn write_instead(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.instead.is_empty() {
            let written = Pin::new(&mut self.stream).poll_write(cx, &self.instead);
            let written = ready!(self.written(cx, written))?;
            self.instead.advance(written);
        }
        Poll::Ready(Ok(()))
    }

    /// Reads on for a while after an answer that was given early: who closes with bytes unread takes the answer from a client
    /// that is still sending, which then never learns why. Other connections close at once: a server that stops has many.
    fn linger(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.place.leaves_unread() {
            return Poll::Ready(Ok(()));
        }
        let time = Duration::from_millis(limits::LINGER_MS);
        let over = self.last_words.get_or_insert_with(|| Box::pin(tokio::time::sleep(time)));
        if self.place.is_closed() || over.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Ok(()));
        }
        let mut bytes = [0; 8 * 1024];
        for _ in 0..8 {
            let mut buffer = ReadBuf::new(&mut bytes);
            match Pin::new(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                Poll::Pending => return Poll::Pending,
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn closed() -> Error {
        Error::new(ErrorKind::ConnectionAborted, "closed to make room for others")
    }

    /// Notes what a write came to.
    fn written(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => {
                self.place.note_use();
                self.stall.note_taken(bytes);
            }
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.waits_for_reader(cx)?,
        }
        written
    }

    /// Notes what it came to that everything written is on its way: TLS takes more than its socket, and waits here.
    fn sent(&mut self, cx: &mut Context<'_>, sent: Poll<io::Result<()>>) -> Poll<io::Result<()>> {
        match sent {
            Poll::Pending => self.waits_for_reader(cx)?,
            Poll::Ready(_) if self.stream.is_encrypted() => self.stall = Stall::default(),
            Poll::Ready(_) => {}
        }
        sent
    }

    /// # Errors
    /// When the other side has taken too little for too long.
    fn waits_for_reader(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        self.place.wakes(cx.waker());
        if self.stall.is_over(cx) {
            metrics::counter!("entrepost_slow_readers_total").increment(1);
            return Err(Error::new(ErrorKind::TimedOut, "the answer is not being read"));
        }
        Ok(())
    }
}

impl Stall {
    fn note_taken(&mut self, bytes: usize) {
        self.taken += bytes;
        if self.taken >= limits::READER_LEAST_BYTES {
            *self = Self::default();
        }
    }

    /// Whether too little was taken for too long. To be asked when nothing more can be written.
    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        let whole = Duration::from_secs(limits::READER_WINDOW_S);
        let window = self.window.get_or_insert_with(|| Box::pin(tokio::time::sleep(whole)));
        window.as_mut().poll(cx).is_ready()
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.place.is_closed() {
            // As if the other side had closed it.
            return Poll::Ready(Ok(()));
        }
        self.place.wakes(cx.waker());
        if self.place.is_paused() {
            return Poll::Pending;
        }
        if self.read_in_turn >= limits::READ_TURN_BYTES {
            // The HTTP library reads on until there is nothing, whether or not anybody takes what it has.
            self.read_in_turn = 0;
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if read.is_ready() {
            self.read_in_turn += buffer.filled().len() - before;
            self.place.note_use();
        } else {
            self.read_in_turn = 0;
        }
        read
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.place.is_closed() {
            return Poll::Ready(Err(Self::closed()));
        }
        ready!(self.write_instead(cx))?;
        if let Some(refusal) = refusal::in_place_of(bytes) {
            self.place.note_unread();
            self.instead.extend_from_slice(&refusal);
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.written(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.write_instead(cx))?;
        let sent = Pin::new(&mut self.stream).poll_flush(cx);
        self.sent(cx, sent)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.write_instead(cx))?;
        let sent = Pin::new(&mut self.stream).poll_shutdown(cx);
        ready!(self.sent(cx, sent))?;
        self.linger(cx)
    }
}
