//! The one door out: every outbound connection resolves here once, is checked here, and goes to the checked address. Knows no page and no message.
//!
//! What is refused: everything the IANA special-purpose registries do not call globally reachable, multicast, IPv6 addresses that carry an
//! IPv4 one, other schemes than http and https, other ports than 80 and 443, and user names in addresses; except what the configuration allows.
//! Redirects are never followed by the client, and no proxy is taken from the environment.

mod address;
mod client;
mod resolver;
mod spec;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use url::{Host, Url};

pub use address::special_range;
pub use client::{Client, ClientSettings, Proxy, SendError};
pub use spec::{KEYS, Spec};

/// Time for one name look-up.
const LOOKUP_TIME: Duration = Duration::from_secs(5);
/// Look-ups under way at once; the system's resolver holds a thread for each, also after we stopped waiting.
const LOOKUPS: usize = 64;
/// Ports of web servers.
const WEB_PORTS: [u16; 2] = [80, 443];
/// Ports of mail servers: relay, submission over TLS, submission, and the usual substitute where 25 is blocked.
const MAIL_PORTS: [u16; 4] = [25, 465, 587, 2525];

/// What the door lets through beyond the public internet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Networks that may be reached although they are not public; on them any port may be used.
    pub allow: Vec<IpNet>,
    /// Ports that may be used everywhere, beside 80 and 443.
    pub ports: Vec<u16>,
}

/// Why the door stays shut, or what went wrong on the way to an address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DoorError {
    /// Not http or https.
    #[error("`{scheme}:` addresses are not fetched: use http or https")]
    Scheme {
        /// What was asked.
        scheme: String,
    },
    /// No host in the address.
    #[error("the address names no host")]
    NoHost,
    /// A user name or password in the address.
    #[error("the address of {host} holds a user name or password: give them as a header or secret instead")]
    UserInfo {
        /// Whose address.
        host: String,
    },
    /// A port that is not open.
    #[error("port {port} of {host} is not open: name it in `[net] ports`, or the host's network in `[net] allow`")]
    Port {
        /// Whose.
        host: String,
        /// Which.
        port: u16,
    },
    /// Not a public address.
    #[error("{host} is at {address} ({range}), which is not public: name it in `[net] allow` if it is yours")]
    Address {
        /// As asked.
        host: String,
        /// The address it stands for.
        address: IpAddr,
        /// The name of its range in the registry.
        range: &'static str,
    },
    /// The name service gave no address.
    #[error("the name {host} did not resolve: {reason}")]
    Unresolved {
        /// The name.
        host: String,
        /// What the name service said.
        reason: String,
    },
    /// The name service gave no answer.
    #[error("the name {host} did not resolve within {} s", .after.as_secs())]
    LookupTimeout {
        /// The name.
        host: String,
        /// The limit.
        after: Duration,
    },
    /// A client could not be made of its settings.
    #[error("no HTTP client can be made: {reason}")]
    Client {
        /// Why.
        reason: String,
    },
}

impl DoorError {
    /// Whether the door refused (asking again is pointless), as opposed to a name that was not found (asking later may help).
    pub const fn is_refusal(&self) -> bool {
        match self {
            Self::Scheme { .. } | Self::NoHost | Self::UserInfo { .. } | Self::Port { .. } | Self::Address { .. } | Self::Client { .. } => {
                true
            }
            Self::Unresolved { .. } | Self::LookupTimeout { .. } => false,
        }
    }

    /// The door's own word inside an error that a library wrapped, if there is one.
    pub fn within<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref::<Self>() {
                return Some(found);
            }
            // An `io::Error` keeps what it wraps to itself.
            let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
            next = match wrapped {
                Some(wrapped) => Some(wrapped),
                None => error.source(),
            };
        }
        None
    }
}

/// The guard. Cheap to clone; all clones are one door.
#[derive(Clone, Debug)]
pub struct Door {
    rules: Arc<Rules>,
    lookups: Arc<tokio::sync::Semaphore>,
}

#[derive(Debug)]
struct Rules {
    allow: Vec<IpNet>,
    ports: Vec<u16>,
}

impl Rules {
    fn allowed(&self, address: IpAddr) -> bool {
        self.allow.iter().any(|net| net.contains(&address))
    }

    fn check_address(&self, host: &str, address: IpAddr) -> Result<(), DoorError> {
        match special_range(address) {
            Some(range) if !self.allowed(address) => Err(DoorError::Address { host: host.to_owned(), address, range }),
            Some(_) | None => Ok(()),
        }
    }

    fn port_open(&self, port: u16, usual: &[u16]) -> bool {
        usual.contains(&port) || self.ports.contains(&port)
    }
}

impl Door {
    /// A door with these rules.
    pub fn new(settings: Settings) -> Self {
        Self {
            rules: Arc::new(Rules { allow: settings.allow, ports: settings.ports }),
            lookups: Arc::new(tokio::sync::Semaphore::new(LOOKUPS)),
        }
    }

    /// Checks all that can be known of an address without resolving its name: scheme, user name, port, and the address itself when it is
    /// written as one. Names are checked when they are resolved, on the way to the connection.
    ///
    /// A name on another port needs that port in `ports`; an address inside `allow` may be asked on any.
    pub fn check(&self, url: &Url) -> Result<(), DoorError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(DoorError::Scheme { scheme: url.scheme().to_owned() });
        }
        let host = url.host().ok_or(DoorError::NoHost)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(DoorError::UserInfo { host: host.to_string() });
        }
        let literal = match host {
            Host::Ipv4(address) => Some(IpAddr::V4(address)),
            Host::Ipv6(address) => Some(IpAddr::V6(address)),
            Host::Domain(_) => None,
        };
        if let Some(address) = literal {
            if self.rules.allowed(address) {
                return Ok(());
            }
            self.rules.check_address(&host.to_string(), address)?;
        }
        let port = url.port_or_known_default().unwrap_or(0);
        if self.rules.port_open(port, &WEB_PORTS) { Ok(()) } else { Err(DoorError::Port { host: host.to_string(), port }) }
    }

    /// The checked addresses of a mail server; connect to these and to nothing else. Mail ports (25, 465, 587, 2525), listed ports, and
    /// any port of an allow-listed address may be used.
    pub async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, DoorError> {
        self.checked(host, port, &MAIL_PORTS).await
    }

    /// The checked addresses of a web server, by the same rules with the ports of such (80, 443). For whoever only wants to know: requests
    /// go through a [`Client`].
    pub async fn resolve_web(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, DoorError> {
        self.checked(host, port, &WEB_PORTS).await
    }

    async fn checked(&self, host: &str, port: u16, usual: &[u16]) -> Result<Vec<SocketAddr>, DoorError> {
        let addresses = match Host::parse(host.trim_start_matches('[').trim_end_matches(']')).or_else(|_| Host::parse(host)) {
            Ok(Host::Ipv4(address)) => vec![IpAddr::V4(address)],
            Ok(Host::Ipv6(address)) => vec![IpAddr::V6(address)],
            Ok(Host::Domain(name)) => resolver::look_up(&self.lookups, &name).await?,
            // `Host::parse` wants brackets around IPv6; settings have it without.
            Err(_) => match host.parse::<IpAddr>() {
                Ok(address) => vec![address],
                Err(_) => return Err(DoorError::Unresolved { host: host.to_owned(), reason: "this is no host name".to_owned() }),
            },
        };
        let open = self.rules.port_open(port, usual);
        let checked = resolver::keep_checked(&self.rules, host, addresses)?;
        let usable: Vec<_> =
            checked.into_iter().filter(|a| open || self.rules.allowed(*a)).map(|address| SocketAddr::new(address, port)).collect();
        if usable.is_empty() { Err(DoorError::Port { host: host.to_owned(), port }) } else { Ok(usable) }
    }

    /// A client that connects through this door only. Make one and keep it: connections and TLS sessions are reused within a client.
    pub fn client(&self, settings: &ClientSettings) -> Result<Client, DoorError> {
        client::build(self, settings)
    }

    fn resolver(&self) -> resolver::Guarded {
        resolver::Guarded { rules: Arc::clone(&self.rules), lookups: Arc::clone(&self.lookups) }
    }
}

/// Makes ring the cryptography of the whole process; call first thing in `main`. A second call changes nothing.
///
/// Two providers in one process make rustls panic at run time, so the choice is made once, here.
pub fn install_crypto() {
    // Err means that one is installed already: ours, from an earlier call in the same process (tests).
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[cfg(test)]
mod tests;
