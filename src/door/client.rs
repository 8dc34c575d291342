//! HTTP clients that cannot go round the door: the only way to send is [`Client::execute`], which checks the address first. Knows no retry.

use std::time::Duration;

use reqwest::{Certificate, Request, Response, redirect};
use url::Url;

use super::{Door, DoorError};
use crate::base::secret::Secret;

/// A proxy named in the configuration; never one from the environment.
///
/// Its own address is checked like any other, but its port is free. What the proxy resolves is beyond our sight: only addresses written
/// as numbers are checked then (with `socks5`, which resolves here, all are).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proxy {
    /// `http`, `https`, `socks5` (names resolved here) or `socks5h` (names resolved there).
    pub url: Url,
    /// User name and password for it.
    pub login: Option<(String, Secret)>,
}

impl Proxy {
    /// Reads `http://proxy.example:3128`. The error says what is expected.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const EXPECTED: &str = "a proxy such as `http://proxy.example:3128` or `socks5h://proxy.example:1080`";
        let url = Url::parse(text).map_err(|_| EXPECTED)?;
        if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") || url.host_str().is_none_or(str::is_empty) {
            return Err(EXPECTED);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("a proxy address without user name and password: they go into `user` and `password` beside it");
        }
        Ok(Self { url, login: None })
    }
}

/// How a client behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSettings {
    /// The honest name, `Atalaya/0.1.0 (+mailto:leads@example.com)`.
    pub user_agent: String,
    /// The way through a proxy.
    pub proxy: Option<Proxy>,
    /// Time for connecting, TLS included.
    pub connect_timeout: Duration,
    /// Time for the whole exchange, body included; `None` when the caller holds a deadline of its own.
    pub timeout: Option<Duration>,
    /// Further root certificates in PEM, beside those of the platform (a private authority, tests).
    pub extra_roots: Vec<Vec<u8>>,
    /// Idle connections kept for each host.
    pub idle_per_host: usize,
}

impl ClientSettings {
    /// The usual: 10 s to connect, no total limit of its own, one idle connection per host, the platform's certificates.
    pub fn new(user_agent: impl Into<String>) -> Self {
        Self {
            user_agent: user_agent.into(),
            proxy: None,
            connect_timeout: Duration::from_secs(10),
            timeout: None,
            extra_roots: Vec::new(),
            idle_per_host: 1,
        }
    }
}

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The door refused it, or its name did not resolve.
    #[error(transparent)]
    Door(#[from] DoorError),
    /// It failed on the way. The text holds no address: addresses may hold tokens.
    #[error("{0}")]
    Http(#[source] reqwest::Error),
}

impl From<reqwest::Error> for SendError {
    fn from(error: reqwest::Error) -> Self {
        match DoorError::within(&error) {
            Some(door) => Self::Door(door.clone()),
            None => Self::Http(error.without_url()),
        }
    }
}

/// An HTTP client behind the door. Cheap to clone; clones share connections and TLS sessions. Follows no redirect.
#[derive(Clone, Debug)]
pub struct Client {
    door: Door,
    inner: reqwest::Client,
}

impl Client {
    /// Checks the request's address, then sends it.
    pub async fn execute(&self, request: Request) -> Result<Response, SendError> {
        self.door.check(request.url())?;
        Ok(self.inner.execute(request).await?)
    }
}

pub(super) fn build(door: &Door, settings: &ClientSettings) -> Result<Client, DoorError> {
    super::install_crypto();
    let inner = match assemble(door, settings, true)?.build() {
        Ok(inner) => inner,
        Err(error) => {
            // A machine without root certificates: plain http still works, and each https address fails by name.
            tracing::warn!(reason = %reason(&error), "no root certificates were found, so https will fail: install ca-certificates");
            assemble(door, settings, false)?.build().map_err(|error| DoorError::Client { reason: reason(&error) })?
        }
    };
    Ok(Client { door: door.clone(), inner })
}

fn assemble(door: &Door, settings: &ClientSettings, platform_roots: bool) -> Result<reqwest::ClientBuilder, DoorError> {
    #[expect(clippy::disallowed_methods, reason = "this is the place the ban points to")]
    let mut builder = reqwest::Client::builder()
        .user_agent(&settings.user_agent)
        .redirect(redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .no_proxy()
        .dns_resolver(door.resolver())
        .connect_timeout(settings.connect_timeout)
        .pool_max_idle_per_host(settings.idle_per_host)
        .pool_idle_timeout(Duration::from_secs(90));
    if let Some(timeout) = settings.timeout {
        builder = builder.timeout(timeout);
    }
    let mut roots = Vec::new();
    for pem in &settings.extra_roots {
        let read = Certificate::from_pem_bundle(pem);
        roots.extend(read.map_err(|error| DoorError::Client { reason: format!("a root certificate is no PEM: {}", reason(&error)) })?);
    }
    builder = match (platform_roots, roots.is_empty()) {
        (true, true) => builder,
        (true, false) => builder.tls_certs_merge(roots),
        (false, _) => builder.tls_certs_only(roots),
    };
    if let Some(proxy) = &settings.proxy {
        builder = builder.proxy(checked_proxy(door, proxy)?);
    }
    Ok(builder)
}

fn checked_proxy(door: &Door, proxy: &Proxy) -> Result<reqwest::Proxy, DoorError> {
    match proxy.url.host_str().and_then(|host| url::Host::parse(host).ok()) {
        Some(url::Host::Ipv4(address)) => door.rules.check_address(&address.to_string(), address.into())?,
        Some(url::Host::Ipv6(address)) => door.rules.check_address(&address.to_string(), address.into())?,
        // A name is checked by the resolver, which the connection to the proxy uses too.
        Some(url::Host::Domain(_)) => {}
        None => return Err(DoorError::NoHost),
    }
    let made = reqwest::Proxy::all(proxy.url.as_str()).map_err(|error| DoorError::Client { reason: reason(&error) })?;
    Ok(match &proxy.login {
        Some((user, password)) => made.basic_auth(user, password.expose()),
        None => made,
    })
}

/// The innermost cause, which says most; without addresses.
fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
