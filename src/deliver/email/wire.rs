//! The stream under a mail conversation: counts what the server says. lettre reads a line to its end before it looks at its length, so a
//! server that never ends one would fill the memory.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_io::{AsyncRead as _, AsyncWrite as _};
use lettre::transport::smtp::Error;
#[expect(deprecated, reason = "the only way lettre offers to speak TLS from the first byte over a stream of our own")]
use lettre::transport::smtp::client::AsyncNetworkStream;
use lettre::transport::smtp::client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::base::caps;

/// A TCP connection that ends after [`caps::ANSWER_BYTES`] from the other side.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    left: u64,
}

impl Wire {
    pub(super) const fn new(stream: TcpStream) -> Self {
        Self { stream, left: caps::ANSWER_BYTES }
    }
}

impl AsyncTokioStream for Wire {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, into);
        let read = (into.filled().len() - before) as u64;
        if read > self.left {
            return Poll::Ready(Err(io::Error::other("the server said more than 64 KiB")));
        }
        self.left -= read;
        polled
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// TLS first, then the greeting.
pub(super) async fn connect_tls(stream: TcpStream, parameters: TlsParameters, hello: &ClientId) -> Result<AsyncSmtpConnection, Error> {
    let peer = stream.peer_addr();
    #[expect(deprecated, reason = "see the import")]
    let mut inner = AsyncNetworkStream::use_existing_tokio1(Box::new(Wire::new(stream)));
    inner.upgrade_tls(parameters).await?;
    AsyncSmtpConnection::connect_with_transport(Box::new(Wrapped { inner, peer: peer.ok() }), hello).await
}

/// lettre's encrypted stream as one it takes for a connection.
#[derive(Debug)]
struct Wrapped {
    #[expect(deprecated, reason = "see the import")]
    inner: AsyncNetworkStream,
    peer: Option<SocketAddr>,
}

impl AsyncTokioStream for Wrapped {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.peer.ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected))
    }
}

impl AsyncRead for Wrapped {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let space = into.initialize_unfilled();
        Pin::new(&mut self.inner).poll_read(context, space).map_ok(|read| into.advance(read))
    }
}

impl AsyncWrite for Wrapped {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_close(context)
    }
}
