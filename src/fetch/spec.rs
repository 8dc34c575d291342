//! The written settings of fetching: the keys of a source, and the table `[fetch]`. Knows no file; secrets are read through `Reveal`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;
use reqwest::header::{COOKIE, HeaderName, HeaderValue};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};

use super::{Body, Settings, SourceSettings};
use crate::base::secret::{Given, Reveal, Secret, SecretRef};
use crate::door::Proxy;
use crate::model::Fault;

/// The keys of a source that are read here.
pub const KEYS: &[&str] = &["headers", "cookies", "query", "body", "proxy", "timeout", "max_body", "delay"];
/// The keys of the table `[fetch]`.
pub const PROCESS_KEYS: &[&str] = &["delay", "concurrency", "per_host", "timeout", "max_body"];

/// Headers that are ours to set, and what to do instead.
const RESERVED: [(&str, &str); 14] = [
    ("user-agent", "another header: the daemon names itself, and `[daemon] contact` says whom to write to"),
    ("cookie", "`cookies` beside `headers`"),
    ("host", "another `url`"),
    ("accept-encoding", "another header: gzip, br and zstd are asked for and understood"),
    ("if-none-match", "another header: conditions are kept by the daemon"),
    ("if-modified-since", "another header: conditions are kept by the daemon"),
    ("content-length", "another header: this one belongs to the connection"),
    ("transfer-encoding", "another header: this one belongs to the connection"),
    ("connection", "another header: this one belongs to the connection"),
    ("upgrade", "another header: this one belongs to the connection"),
    ("te", "another header: this one belongs to the connection"),
    ("trailer", "another header: this one belongs to the connection"),
    ("range", "another header: pages are read whole"),
    ("proxy-authorization", "`proxy = { url = …, user = …, password = … }`"),
];

const DURATION: &str = "a time such as `2s` or `1m`";
const SIZE: &str = "a size such as `10 MiB` or `500 KiB`";
const LONGEST_TIMEOUT: Duration = Duration::from_mins(10);
const LONGEST_DELAY: Duration = Duration::from_hours(1);
const LARGEST_BODY: u64 = 64 * 1024 * 1024;

/// A proxy as written: `"http://proxy.example:3128"`, or a table when it wants a log-in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProxySpec {
    /// `http`, `https`, `socks5` or `socks5h`.
    pub url: String,
    /// User name.
    pub user: Option<String>,
    /// Password.
    pub password: Option<SecretRef>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ProxyTable {
    /// `http`, `https`, `socks5` (names resolved here) or `socks5h` (names resolved there).
    url: String,
    /// User name, if it wants one.
    user: Option<String>,
    /// Password, if it wants one.
    password: Option<SecretRef>,
}

impl<'de> Deserialize<'de> for ProxySpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = ProxySpec;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("the proxy's address, or a table with `url`, `user` and `password`")
            }
            fn visit_str<E>(self, text: &str) -> Result<ProxySpec, E> {
                Ok(ProxySpec { url: text.to_owned(), user: None, password: None })
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<ProxySpec, A::Error> {
                let table = ProxyTable::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(ProxySpec { url: table.url, user: table.user, password: table.password })
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for ProxySpec {
    fn schema_name() -> Cow<'static, str> {
        "Proxy".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let table = generator.subschema_for::<ProxyTable>();
        schemars::json_schema!({ "anyOf": [{ "type": "string" }, table] })
    }
}

/// The keys of a source that say how it is asked.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Spec {
    /// Headers sent to the source's own host, such as `Accept-Language = "es"`; secret ones as `Authorization = { file = "portal.token" }`.
    pub headers: BTreeMap<String, Given>,
    /// Cookies sent to the source's own host, by name.
    pub cookies: BTreeMap<String, Given>,
    /// Query parameters sent to the source's own host beside those of its address, by name; secret ones as `api_key = { file = "portal.key" }`.
    pub query: BTreeMap<String, Given>,
    /// Fields of a JSON body: pages are then asked for by POST, and the query of their address stands among these fields:
    /// `{ limit = 250, scope = "ALL" }`. Never secrets: those belong into `headers` or `query`.
    pub body: Option<BTreeMap<String, serde_json::Value>>,
    /// The way through a proxy: `"http://proxy.example:3128"`, or a table with `url`, `user` and `password`.
    pub proxy: Option<ProxySpec>,
    /// Time for one fetch, redirects included, such as `30s`; at most `10m`.
    pub timeout: Option<String>,
    /// Bytes of one page after decompression, such as `10 MiB`; at most `64 MiB`.
    pub max_body: Option<String>,
    /// Least time between two requests to the host, such as `2s`; a longer Crawl-delay of the host wins.
    pub delay: Option<String>,
}

impl Spec {
    /// Checks the keys; all faults at once.
    pub fn compile(&self, reveal: &Reveal<'_>) -> Result<SourceSettings, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut out = SourceSettings::default();
        for (name, given) in &self.headers {
            if let Some((name, value)) = header(name, given, reveal, &mut faults) {
                let text = Secret::new(value.to_str().unwrap_or_default());
                hide(name.as_str(), given, &text, &mut out.secrets);
                out.headers.insert(name, value);
            }
        }
        for (name, given) in self.cookies.iter().filter(|(_, given)| matches!(given, Given::Secret(_))) {
            // What is wrong with it is said below.
            if let Some(value) = revealed(name, given, reveal, &mut Vec::new()) {
                hide(name, given, &value, &mut out.secrets);
            }
        }
        if let Some(value) = self.cookie_header(reveal, &mut faults) {
            out.headers.insert(COOKIE, value);
        }
        for (name, given) in &self.query {
            if let Some(value) = revealed(&format!("query.{name}"), given, reveal, &mut faults) {
                hide(name, given, &value, &mut out.secrets);
                out.query.push((name.clone(), value));
            }
        }
        out.body = self.body.clone().map(Body::new);
        out.proxy = self.proxy.as_ref().and_then(|proxy| compile_proxy(proxy, reveal, &mut faults));
        out.timeout = duration("timeout", self.timeout.as_deref(), Duration::from_millis(1), LONGEST_TIMEOUT, &mut faults);
        out.delay = duration("delay", self.delay.as_deref(), Duration::ZERO, LONGEST_DELAY, &mut faults);
        out.max_body = size("max_body", self.max_body.as_deref(), &mut faults);
        if faults.is_empty() { Ok(out) } else { Err(faults) }
    }

    fn cookie_header(&self, reveal: &Reveal<'_>, faults: &mut Vec<Fault>) -> Option<HeaderValue> {
        let mut line = String::new();
        for (name, given) in &self.cookies {
            let key = format!("cookies.{name}");
            let Some(value) = revealed(&key, given, reveal, faults) else { continue };
            // RFC 6265 section 4.1.1, as browsers bend it: no separators, no control characters.
            let bad = |text: &str| text.chars().any(|c| c.is_control() || !c.is_ascii() || c == ';');
            if name.is_empty() || bad(name) || name.contains(['=', ' ', ',']) || bad(value.expose()) {
                faults.push(Fault::new(key, shown(given), "a cookie: ASCII without `;`, its name also without `=`, `,` and spaces"));
                continue;
            }
            if !line.is_empty() {
                line.push_str("; ");
            }
            line.push_str(name);
            line.push('=');
            line.push_str(value.expose());
        }
        let mut value = HeaderValue::from_str(&line).ok().filter(|_| !line.is_empty())?;
        value.set_sensitive(true);
        Some(value)
    }
}

/// Notes what answers must not repeat: what was given as a secret or has the name of one. Of `Bearer …` the second word is one too.
fn hide(name: &str, given: &Given, value: &Secret, secrets: &mut Vec<Secret>) {
    if matches!(given, Given::Secret(_)) || super::answer::is_secret(name) {
        secrets.extend(value.expose().split_once(' ').map(|(_, token)| Secret::new(token)));
        secrets.push(value.clone());
    }
}

fn shown(given: &Given) -> String {
    match given {
        Given::Text(text) => text.clone(),
        Given::Secret(_) => "***".to_owned(),
    }
}

fn revealed(key: &str, given: &Given, reveal: &Reveal<'_>, faults: &mut Vec<Fault>) -> Option<Secret> {
    match given {
        Given::Text(text) => Some(Secret::new(text.as_str())),
        Given::Secret(place) => reveal(place).map_err(|reason| faults.push(Fault::new(key, "a secret that cannot be read", reason))).ok(),
    }
}

fn header(name: &str, given: &Given, reveal: &Reveal<'_>, faults: &mut Vec<Fault>) -> Option<(HeaderName, HeaderValue)> {
    let key = format!("headers.{name}");
    let Ok(parsed) = HeaderName::from_bytes(name.as_bytes()) else {
        faults.push(Fault::new(key, name, "a header name such as `Accept-Language`"));
        return None;
    };
    if let Some((_, instead)) = RESERVED.iter().find(|(reserved, _)| *reserved == parsed.as_str()) {
        faults.push(Fault::new(key, name, *instead));
        return None;
    }
    let value = revealed(&key, given, reveal, faults)?;
    let Ok(mut value) = HeaderValue::from_str(value.expose()) else {
        faults.push(Fault::new(key, shown(given), "one line of ASCII text"));
        return None;
    };
    value.set_sensitive(matches!(given, Given::Secret(_)) || parsed == reqwest::header::AUTHORIZATION);
    Some((parsed, value))
}

fn compile_proxy(spec: &ProxySpec, reveal: &Reveal<'_>, faults: &mut Vec<Fault>) -> Option<Proxy> {
    let proxy = Proxy::parse(&spec.url)
        .map_err(|expected| faults.push(Fault::new("proxy", crate::fetch::answer::without_login(&spec.url), expected)));
    let password = spec.password.as_ref().map(|place| revealed("proxy.password", &Given::Secret(place.clone()), reveal, faults));
    let login = match (&spec.user, password) {
        (Some(user), password) => Some((user.clone(), password.flatten().unwrap_or_default())),
        (None, Some(_)) => {
            faults.push(Fault::new("proxy.user", "nothing", "the user name the password belongs to"));
            None
        }
        (None, None) => None,
    };
    Some(Proxy { login, ..proxy.ok()? })
}

/// The table `[fetch]`: what holds for every source that does not say otherwise.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProcessSpec {
    /// Least time between two requests to one host; default `1s`.
    pub delay: Option<String>,
    /// Requests under way at once, over all hosts; default 64.
    pub concurrency: Option<u16>,
    /// Requests under way at once on one host; default 1.
    pub per_host: Option<u16>,
    /// Time for one fetch, redirects included; default `30s`.
    pub timeout: Option<String>,
    /// Bytes of one page after decompression; default `10 MiB`.
    pub max_body: Option<String>,
}

impl ProcessSpec {
    /// Checks the table; all faults at once. `contact` is the mail address (or web address) of whoever runs the daemon.
    pub fn compile(&self, contact: Option<&str>) -> Result<Settings, Vec<Fault>> {
        let mut faults = Vec::new();
        let usual = Settings::default();
        let user_agent = Settings::agent(contact);
        if HeaderValue::from_str(&user_agent).is_err() {
            faults.push(Fault::new("contact", contact.unwrap_or_default(), "one line of ASCII text"));
        }
        let count = |key: &str, given: Option<u16>, most: u16, default: usize, faults: &mut Vec<Fault>| match given {
            Some(n) if n == 0 || n > most => {
                faults.push(Fault::new(key, n.to_string(), format!("a number from 1 to {most}")));
                default
            }
            Some(n) => usize::from(n),
            None => default,
        };
        let settings = Settings {
            user_agent,
            delay: duration("delay", self.delay.as_deref(), Duration::ZERO, LONGEST_DELAY, &mut faults).unwrap_or(usual.delay),
            concurrency: count("concurrency", self.concurrency, 1_000, usual.concurrency, &mut faults),
            per_host: count("per_host", self.per_host, 16, usual.per_host, &mut faults),
            timeout: duration("timeout", self.timeout.as_deref(), Duration::from_millis(1), LONGEST_TIMEOUT, &mut faults)
                .unwrap_or(usual.timeout),
            max_body: size("max_body", self.max_body.as_deref(), &mut faults).unwrap_or(usual.max_body),
            extra_roots: Vec::new(),
        };
        if faults.is_empty() { Ok(settings) } else { Err(faults) }
    }
}

fn duration(key: &str, text: Option<&str>, least: Duration, most: Duration, faults: &mut Vec<Fault>) -> Option<Duration> {
    let text = text?;
    let read = text.trim().parse::<SignedDuration>().ok().and_then(|d| Duration::try_from(d).ok());
    if read.is_none_or(|d| d < least || d > most) {
        let expected = format!("{DURATION}, at most {} minutes", most.as_secs() / 60);
        faults.push(Fault::new(key, text, expected));
        return None;
    }
    read
}

fn size(key: &str, text: Option<&str>, faults: &mut Vec<Fault>) -> Option<u64> {
    let text = text?;
    let read = read_size(text).filter(|n| (1..=LARGEST_BODY).contains(n));
    if read.is_none() {
        faults.push(Fault::new(key, text, format!("{SIZE}, at most {} MiB", LARGEST_BODY / 1024 / 1024)));
    }
    read
}

/// `10 MiB`, `500KiB`, `2 MB`, `4096`.
fn read_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().ok()?;
    let unit = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "kib" => 1_024,
        "mb" => 1_000_000,
        "mib" => 1_024 * 1_024,
        _ => return None,
    };
    number.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no_secret(_: &SecretRef) -> Result<Secret, String> {
        Err("the file is not there".to_owned())
    }

    #[track_caller]
    fn check(toml: &str, keys: &[&str]) {
        let spec: Spec = toml::from_str(toml).unwrap();
        let faults = spec.compile(&no_secret).map_or_else(|faults| faults, |_| Vec::new());
        assert_eq!(faults.iter().map(|fault| fault.key.as_str()).collect::<Vec<_>>(), keys, "{toml}: {faults:?}");
        assert!(faults.iter().all(|fault| !fault.expected.is_empty()));
    }

    #[test]
    fn all_faults_of_a_source_at_once() {
        check("", &[]);
        check("timeout = '30s'\ndelay = '2s'\nmax_body = '10 MiB'", &[]);
        check("timeout = '0s'\ndelay = '2h'\nmax_body = '1 GB'", &["timeout", "delay", "max_body"]);
        check("timeout = 'soon'\nmax_body = '-1'", &["timeout", "max_body"]);
        check("headers = { User-Agent = 'x', 'a b' = 'x', X-A = 'x', Host = 'y' }", &["headers.Host", "headers.User-Agent", "headers.a b"]);
        check("headers = { Authorization = { file = 'token' } }", &["headers.Authorization"]);
        check("headers = { X-A = \"a\\nb\" }", &["headers.X-A"]);
        check("cookies = { a = 'b; c', d = 'e' }", &["cookies.a"]);
        check("proxy = 'http://proxy.example:3128'", &[]);
        check("proxy = 'http://u:p@proxy.example:3128'", &["proxy"]);
        check("proxy = { url = 'socks5h://p.example', password = { env = 'P' } }", &["proxy.password", "proxy.user"]);
    }

    #[test]
    fn secrets_are_revealed_and_do_not_print() {
        let spec: Spec = toml::from_str("headers = { Authorization = { file = 't' } }\ncookies = { a = 'b', c = { env = 'x' } }").unwrap();
        let settings = spec.compile(&|_| Ok(Secret::new("hidden"))).unwrap();
        assert_eq!(settings.headers["authorization"], "hidden");
        assert_eq!(settings.headers["cookie"], "a=b; c=hidden");
        assert!(!format!("{settings:?}").contains("hidden"));
        let with_login: Spec = toml::from_str("proxy = { url = 'http://p.example:1', user = 'me', password = { env = 'P' } }").unwrap();
        let settings = with_login.compile(&|_| Ok(Secret::new("hidden"))).unwrap();
        assert!(settings.proxy.as_ref().is_some_and(|proxy| proxy.login.is_some()));
        assert!(!format!("{settings:?}").contains("hidden"));
    }

    #[test]
    fn unknown_keys_and_wrong_shapes_are_refused() {
        for bad in ["agent = 'x'", "headers = { A = 1 }", "proxy = { address = 'x' }", "headers = { A = { path = 'x' } }"] {
            assert!(toml::from_str::<Spec>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_process_table() {
        let settings = ProcessSpec::default().compile(Some("leads@example.com")).unwrap();
        assert_eq!(settings.delay, Duration::from_secs(1));
        assert!(settings.user_agent.ends_with("(+mailto:leads@example.com)"));
        let spec: ProcessSpec = toml::from_str("delay = '500ms'\nconcurrency = 8\nper_host = 2\ntimeout = '5s'\nmax_body = '1MB'").unwrap();
        let settings = spec.compile(Some("https://example.com/bot")).unwrap();
        assert_eq!((settings.concurrency, settings.per_host, settings.max_body), (8, 2, 1_000_000));
        assert!(settings.user_agent.ends_with("(+https://example.com/bot)"));
        let spec: ProcessSpec = toml::from_str("delay = '-1s'\nconcurrency = 0\nper_host = 99\ntimeout = '1d'\nmax_body = '0'").unwrap();
        let faults = spec.compile(Some("a\nb")).unwrap_err();
        let keys: Vec<_> = faults.iter().map(|fault| fault.key.as_str()).collect();
        assert_eq!(keys, ["contact", "delay", "concurrency", "per_host", "timeout", "max_body"]);
    }

    #[test]
    fn the_keys_are_those_of_the_tables() {
        let keys = |schema: Schema| -> Vec<String> {
            let properties = schema.get("properties").and_then(|p| p.as_object()).unwrap();
            let mut keys: Vec<_> = properties.keys().cloned().collect();
            keys.sort();
            keys
        };
        let sorted = |keys: &[&str]| {
            let mut keys: Vec<_> = keys.iter().map(ToString::to_string).collect();
            keys.sort();
            keys
        };
        assert_eq!(keys(schemars::schema_for!(Spec)), sorted(KEYS));
        assert_eq!(keys(schemars::schema_for!(ProcessSpec)), sorted(PROCESS_KEYS));
    }
}
