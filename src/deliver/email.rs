//! E-mail over SMTP, one connection a message, each command's answer judged by where it came in the conversation.
//!
//! What forced this form (lettre 0.11.23): its pool sends into connections that an idle server has closed, its own time limit does not
//! end a silent server, and its transport does not say at which command a server said no. So: connections of our own to addresses that
//! the door has checked, the whole attempt under one deadline, commands one by one.

mod wire;

use std::time::Duration;

use lettre::Address as Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use tokio::net::TcpStream;

use super::hidden::Hidden;
use super::spec::Compiling;
use super::{DeliverError, Peer};
use crate::base::ids::ChannelId;
use crate::base::secret::Secret;
use crate::door::Door;
use crate::model::Message;
use crate::outbox::Outcome;
use crate::render::Address;
use wire::Wire;

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tls {
    /// Asked for after connecting (RFC 3207); without it nothing is sent.
    Starttls,
    /// From the first byte (RFC 8314).
    Implicit,
    /// Not at all.
    None,
}

/// Settings of an e-mail channel.
#[derive(Clone, Debug)]
pub struct EmailSettings {
    /// The sender of mails.
    pub from: Address,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<Address>,
    host: String,
    port: u16,
    tls: Tls,
    login: Option<(String, Secret)>,
    ca: Option<String>,
    hello: Option<String>,
    insecure: bool,
    timeout: Duration,
}

impl EmailSettings {
    /// The server.
    pub(super) fn peer(&self) -> Peer {
        Peer::Mail(self.host.clone(), self.port)
    }
}

pub(super) fn compile(compiling: &mut Compiling<'_>) -> Option<EmailSettings> {
    let spec = compiling.spec;
    let host = compiling.need("host", spec.host.as_deref(), "the mail server's name, such as `mail.example.com`");
    let from = compiling.need("from", spec.from.as_deref(), "the sender, such as `Atalaya <leads@example.com>`");
    let from = compiling.address("from", from);
    let reply_to = compiling.address("reply_to", spec.reply_to.as_deref());
    let tls = match spec.tls.as_deref() {
        None | Some("starttls") => Some(Tls::Starttls),
        Some("tls") => Some(Tls::Implicit),
        Some("none") => Some(Tls::None),
        Some(other) => {
            compiling.fault("tls", other, "`starttls`, `tls` or `none`");
            None
        }
    };
    if let (Some(Tls::None), Some(host), false) = (tls, host, spec.insecure)
        && !is_this_machine(host)
    {
        compiling.fault("tls", "none", format!("`starttls` or `tls`: leads do not travel in clear to {host} (or write `insecure = true`)"));
    }
    let login = match (&spec.username, &spec.password) {
        (Some(user), Some(reference)) => compiling.secret("password", Some(reference)).map(|password| (user.clone(), password)),
        (None, None) => None,
        (Some(_), None) => {
            compiling.fault("password", "nothing", "where the password of `username` is kept, such as `{ file = \"mail.secret\" }`");
            None
        }
        (None, Some(_)) => {
            compiling.fault("username", "nothing", "the user name that `password` belongs to");
            None
        }
    };
    let usual = match tls {
        Some(Tls::Implicit) => 465,
        Some(Tls::None) => 25,
        Some(Tls::Starttls) | None => 587,
    };
    let ca = compiling.certificate().filter(|pem| !pem.is_empty());
    let timeout = compiling.timeout();
    Some(EmailSettings {
        from: from?,
        reply_to,
        host: host?.to_owned(),
        port: spec.port.unwrap_or(usual),
        tls: tls?,
        login,
        ca,
        hello: spec.hello.clone(),
        insecure: spec.insecure,
        timeout,
    })
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// An e-mail channel.
#[derive(Debug)]
pub struct Email {
    settings: EmailSettings,
    tls: Option<TlsBox>,
    hidden: Hidden,
    door: Door,
}

/// lettre's parameters have no `Debug`.
struct TlsBox(TlsParameters);

impl std::fmt::Debug for TlsBox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tls({})", self.0.domain())
    }
}

/// Where in the conversation something went wrong: what a refusal there means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Reaching the server.
    Connect,
    /// Greeting, EHLO, STARTTLS.
    Greet,
    /// Logging in.
    Login,
    /// MAIL FROM.
    Sender,
    /// RCPT TO.
    Recipient,
    /// DATA, up to its "go ahead".
    Data,
    /// The mail itself, up to the server's word for it.
    Body,
}

impl Stage {
    const fn word(self) -> &'static str {
        match self {
            Self::Connect => "while connecting",
            Self::Greet => "at the greeting",
            Self::Login => "at the log-in",
            Self::Sender => "at the sender's address",
            Self::Recipient => "at the recipient's address",
            Self::Data => "before the mail was sent",
            Self::Body => "after the mail was sent",
        }
    }

    /// Whether a "no" here is about this message (or its recipient) and not about us altogether.
    const fn about_message(self) -> bool {
        match self {
            Self::Connect | Self::Greet | Self::Login | Self::Sender => false,
            Self::Recipient | Self::Data | Self::Body => true,
        }
    }
}

/// What stopped an attempt.
enum Stop {
    /// The server or the network.
    Server(Stage, Error),
    /// Something that later attempts may get past.
    Later(String),
    /// Something that they will not.
    Never(String),
}

impl Email {
    pub(super) fn open(id: ChannelId, settings: EmailSettings, door: &Door) -> Result<Self, DeliverError> {
        let tls = match settings.tls {
            Tls::None => None,
            Tls::Starttls | Tls::Implicit => {
                let made = parameters(&settings).map_err(|error| DeliverError::Tls { channel: id, reason: error.to_string() })?;
                Some(TlsBox(made))
            }
        };
        // The log-in as AUTH PLAIN sends it, too: servers like to quote the line they did not like.
        let plain = settings.login.as_ref().map(|(user, password)| format!("\0{user}\0{}", password.expose()));
        let hidden = Hidden::new(settings.login.iter().map(|(_, password)| password.expose()).chain(plain.as_deref()));
        Ok(Self { settings, tls, hidden, door: door.clone() })
    }

    pub(super) async fn send(&self, message: &Message) -> Outcome {
        // Where the attempt stands is kept outside, for when the deadline cuts it off.
        let stage = std::sync::Mutex::new(Stage::Connect);
        let at = |next: Stage| *stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = next;
        let ended = tokio::time::timeout(self.settings.timeout, self.attempt(message, &at)).await;
        let reached = *stage.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match ended {
            Ok(Ok(answer)) => Outcome::Accepted { text: self.hidden.clean(&reply(&answer)) },
            Ok(Err(stop)) => self.judge(stop),
            Err(_) => Outcome::Later {
                text: format!("{} did not answer within {:?}, {}", self.settings.host, self.settings.timeout, reached.word()),
                retry_after: None,
                whole: true,
            },
        }
    }

    async fn attempt(&self, message: &Message, at: &(dyn Fn(Stage) + Sync)) -> Result<Response, Stop> {
        if message.sealed.content_type != "message/rfc822" {
            return Err(Stop::Never(format!("this channel carries mail, not {}", message.sealed.content_type)));
        }
        let parse = |text: &str| text.parse::<Mailbox>().map_err(|error| Stop::Never(format!("`{text}` is no mail address: {error}")));
        let (from, to) = (parse(&self.settings.from.email())?, parse(&message.sealed.recipient)?);
        let mut server = self.connect(at).await?;
        if let Some((user, password)) = &self.settings.login {
            at(Stage::Login);
            let login = Credentials::new(user.clone(), password.expose().to_owned());
            server.auth(DEFAULT_MECHANISMS, &login).await.map_err(|error| Stop::Server(Stage::Login, error))?;
        }
        let mut options = Vec::new();
        if !from.is_ascii_whole() || !to.is_ascii_whole() {
            if !server.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(Stop::Never("the mail server does not take addresses beyond ASCII (SMTPUTF8)".to_owned()));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        at(Stage::Sender);
        server.command(Mail::new(Some(from), options)).await.map_err(|error| Stop::Server(Stage::Sender, error))?;
        at(Stage::Recipient);
        server.command(Rcpt::new(to, Vec::new())).await.map_err(|error| Stop::Server(Stage::Recipient, error))?;
        at(Stage::Data);
        server.command(Data).await.map_err(|error| Stop::Server(Stage::Data, error))?;
        at(Stage::Body);
        let answer = server.message(&message.sealed.bytes).await.map_err(|error| Stop::Server(Stage::Body, error))?;
        // The mail is theirs; how the good-bye goes changes nothing, and it gets no time of its own.
        let _goodbye = tokio::time::timeout(Duration::from_secs(1), server.quit()).await;
        Ok(answer)
    }

    async fn connect(&self, at: &(dyn Fn(Stage) + Sync)) -> Result<AsyncSmtpConnection, Stop> {
        let EmailSettings { host, port, tls, insecure, .. } = &self.settings;
        let addresses = self.door.resolve(host, *port).await.map_err(|error| Stop::Later(error.to_string()))?;
        let unsafe_way = *tls == Tls::None && !insecure;
        if unsafe_way && addresses.iter().any(|address| !address.ip().is_loopback()) {
            return Err(Stop::Later(format!("{host} is not this machine, so leads do not travel to it in clear: set `tls`")));
        }
        let stream = TcpStream::connect(addresses.as_slice())
            .await
            .map_err(|error| Stop::Later(format!("{host}:{port} cannot be reached: {error}")))?;
        at(Stage::Greet);
        let hello = self.hello(&stream);
        let greet = |error| Stop::Server(Stage::Greet, error);
        match (tls, &self.tls) {
            (Tls::Implicit, Some(TlsBox(parameters))) => wire::connect_tls(stream, parameters.clone(), &hello).await.map_err(greet),
            (Tls::Starttls, Some(TlsBox(parameters))) => {
                let mut server = AsyncSmtpConnection::connect_with_transport(Box::new(Wire::new(stream)), &hello).await.map_err(greet)?;
                if !server.can_starttls() {
                    return Err(Stop::Later(format!(
                        "{host} does not offer STARTTLS; nothing was sent. Check the port, or use `tls = \"tls\"`"
                    )));
                }
                server.starttls(parameters.clone(), &hello).await.map_err(greet)?;
                Ok(server)
            }
            (Tls::None, _) => AsyncSmtpConnection::connect_with_transport(Box::new(Wire::new(stream)), &hello).await.map_err(greet),
            (Tls::Implicit | Tls::Starttls, None) => Err(Stop::Later("TLS was not set up".to_owned())),
        }
    }

    /// The name in EHLO; RFC 5321 section 4.1.4 wants the address where there is no name.
    fn hello(&self, stream: &TcpStream) -> ClientId {
        match (&self.settings.hello, stream.local_addr().map(|address| address.ip())) {
            (Some(name), _) => ClientId::Domain(name.clone()),
            (None, Ok(std::net::IpAddr::V4(address))) => ClientId::Ipv4(address),
            (None, Ok(std::net::IpAddr::V6(address))) => ClientId::Ipv6(address),
            (None, Err(_)) => ClientId::default(),
        }
    }

    fn judge(&self, stop: Stop) -> Outcome {
        let later = |text: &str, whole| Outcome::Later { text: self.hidden.clean(text), retry_after: None, whole };
        match stop {
            Stop::Later(text) => later(&text, true),
            Stop::Never(text) => Outcome::Refused { text: self.hidden.clean(&text) },
            Stop::Server(stage, error) => {
                let text = format!("{} ({})", said(&error), stage.word());
                // 421: the server closes altogether, wherever it says so.
                let closing = error.status().is_some_and(|code| code.to_string() == "421");
                if error.is_permanent() && stage.about_message() {
                    Outcome::Refused { text: self.hidden.clean(&text) }
                } else if error.is_transient() && stage.about_message() && !closing {
                    later(&text, false)
                } else {
                    later(&text, true)
                }
            }
        }
    }
}

/// Whether both halves of an address are ASCII.
trait AsciiWhole {
    fn is_ascii_whole(&self) -> bool;
}

impl AsciiWhole for Mailbox {
    fn is_ascii_whole(&self) -> bool {
        self.user().is_ascii() && self.domain().is_ascii()
    }
}

fn parameters(settings: &EmailSettings) -> Result<TlsParameters, Error> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(ca) = &settings.ca {
        builder = builder.add_root_certificate(Certificate::from_pem(ca.as_bytes())?);
    }
    builder.build()
}

fn reply(answer: &Response) -> String {
    format!("{} {}", answer.code(), answer.message().collect::<Vec<_>>().join(" "))
}

/// The error with its causes: code and words of the server, or what broke.
fn said(error: &Error) -> String {
    super::causes(error)
}
