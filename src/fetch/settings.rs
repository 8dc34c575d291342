//! Checked settings of fetching: of the process, and of one source. Made by `spec`; knows no file.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;
use reqwest::header::HeaderMap;
use url::Url;

use super::Body;
use crate::base::caps;
use crate::base::secret::Secret;
use crate::door::Proxy;

/// What stands in the place of a secret.
const HIDDEN: &str = "***";
/// Characters of a secret that is looked for by itself: shorter ones are in any text.
const SHORT: usize = 8;

/// The process's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The honest name, `Atalaya/0.1.0 (+mailto:leads@example.com)`.
    pub user_agent: String,
    /// Least time between two requests to one host, unless the source says otherwise.
    pub delay: Duration,
    /// Requests under way at once, over all hosts.
    pub concurrency: usize,
    /// Requests under way at once on one host.
    pub per_host: usize,
    /// Time for one fetch, unless the source says otherwise.
    pub timeout: Duration,
    /// Bytes of one body after decompression, unless the source says otherwise.
    pub max_body: u64,
    /// Further root certificates, PEM.
    pub extra_roots: Vec<Vec<u8>>,
}

impl Settings {
    /// The name the daemon gives itself: product, version, and whom to write to.
    pub fn agent(contact: Option<&str>) -> String {
        let version = env!("CARGO_PKG_VERSION");
        match contact.map(str::trim).filter(|contact| !contact.is_empty()) {
            Some(contact) if contact.contains("://") => format!("Atalaya/{version} (+{contact})"),
            Some(contact) => format!("Atalaya/{version} (+mailto:{contact})"),
            None => format!("Atalaya/{version}"),
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            user_agent: Self::agent(None),
            delay: Duration::from_secs(1),
            concurrency: 64,
            per_host: 1,
            timeout: caps::FETCH_TIME,
            max_body: caps::BODY_BYTES,
            extra_roots: Vec::new(),
        }
    }
}

/// How one source wants to be asked. `None` stands for the process's setting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceSettings {
    /// Where the source's own secrets may go: its roots' sites. Empty: to whatever is asked.
    pub own: Vec<Site>,
    /// Sent to the source's own origin only, never past a redirect to another.
    pub headers: HeaderMap,
    /// Put into the query of requests to the source's own origin; shown and kept nowhere.
    pub query: Vec<(String, Secret)>,
    /// What no answer may hold once it is here, although it repeats what it was asked with: the secrets among headers, cookies and query.
    pub secrets: Vec<Secret>,
    /// What is posted, where its pages are asked for by POST.
    pub body: Option<Body>,
    /// The way through a proxy.
    pub proxy: Option<Proxy>,
    /// Time for one fetch, redirects included, waiting for the host's pace not.
    pub timeout: Option<Duration>,
    /// Bytes of one body after decompression.
    pub max_body: Option<u64>,
    /// Least time between two requests to a host.
    pub delay: Option<Duration>,
}

/// A site to which a source's secrets may go: scheme, host but for `www.`, and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site(String, String, Option<u16>);

impl Site {
    /// That of an address.
    pub fn of(url: &Url) -> Self {
        let host = url.host_str().unwrap_or_default();
        Self(url.scheme().to_owned(), host.strip_prefix("www.").unwrap_or(host).to_owned(), url.port_or_known_default())
    }
}

impl SourceSettings {
    /// For a source with these roots.
    #[must_use]
    pub fn of<'u>(self, roots: impl Iterator<Item = &'u Url>) -> Self {
        Self { own: roots.map(Site::of).collect(), ..self }
    }

    /// Whether the source's own headers and query may go to this address: a page elsewhere that one of its pages leads to gets none of them.
    pub fn is_own(&self, url: &Url) -> bool {
        self.own.is_empty() || self.own.contains(&Site::of(url))
    }

    /// An address without the source's own query: redirects repeat it, and so do the links of answers.
    pub fn without_query(&self, url: Url) -> Url {
        let own = |name: &str| self.query.iter().any(|(own, _)| own == name);
        if !url.query_pairs().any(|(name, _)| own(&name)) {
            return url;
        }
        let kept: Vec<(String, String)> =
            url.query_pairs().filter(|(name, _)| !own(name)).map(|(a, b)| (a.into_owned(), b.into_owned())).collect();
        let mut without = url;
        without.set_query(None);
        if !kept.is_empty() {
            without.query_pairs_mut().extend_pairs(kept);
        }
        without
    }

    /// A body without the source's secrets, in whatever way of writing: what is kept and filed of it must not hold them.
    pub fn without_secrets(&self, bytes: Bytes) -> Bytes {
        let mut written: Vec<String> = self.secrets.iter().map(Secret::expose).filter(|text| text.len() >= SHORT).flat_map(ways).collect();
        // A short value is one only where it stands by its name.
        let named = self.query.iter().filter(|(_, value)| self.secrets.contains(value));
        written.extend(named.flat_map(|(name, value)| ways(value.expose()).map(move |value| format!("{name}={value}"))));
        written.retain(|text| !text.is_empty());
        written.sort_unstable_by_key(|text| std::cmp::Reverse(text.len()));
        if written.is_empty() {
            return bytes;
        }
        let any = written.iter().map(|text| regex::escape(text)).collect::<Vec<_>>().join("|");
        // Literals alone make no pattern too large.
        let Ok(any) = regex::bytes::Regex::new(&any) else { return bytes };
        match any.replace_all(&bytes, HIDDEN.as_bytes()) {
            Cow::Borrowed(_) => bytes,
            Cow::Owned(without) => without.into(),
        }
    }
}

/// A text as addresses, JSON and markup write it.
fn ways(text: &str) -> impl Iterator<Item = String> + use<> {
    let encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let spaced = encoded.replace('+', "%20");
    let json = serde_json::Value::from(text).to_string();
    let json = json.trim_matches('"').to_owned();
    let slashed = json.replace('/', "\\/");
    let markup = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    [text.to_owned(), encoded.to_lowercase(), encoded, spaced, json, slashed, markup].into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_keeps_no_secret_however_it_is_written() {
        let secret = |text: &str| Secret::new(text.to_owned());
        let settings = SourceSettings {
            query: vec![
                ("api_key".to_owned(), secret("k/e+y &1234")),
                ("pin".to_owned(), secret("42")),
                ("limit".to_owned(), secret("42")),
            ],
            secrets: vec![secret("k/e+y &1234"), secret("42"), secret("Bearer abcdefgh")],
            ..SourceSettings::default()
        };
        for (body, want) in [
            ("nothing, 42 of them", "nothing, 42 of them"),
            ("k/e+y &1234", "***"),
            (r#"{"uri": "https://a.example/?api_key=k%2Fe%2By+%261234&page=2"}"#, r#"{"uri": "https://a.example/?***&page=2"}"#),
            (r#"{"uri": "https:\/\/a.example\/?q=k%2fe%2by+%261234"}"#, r#"{"uri": "https:\/\/a.example\/?q=***"}"#),
            (r#"{"key": "k\/e+y &1234"}"#, r#"{"key": "***"}"#),
            ("<a href='?pin=42&amp;n=42'>k/e+y &amp;1234</a>", "<a href='?***&amp;n=42'>***</a>"),
            ("you sent Bearer abcdefgh", "you sent ***"),
        ] {
            assert_eq!(settings.without_secrets(Bytes::from(body)), Bytes::from(want), "{body}");
        }
        let plain = Bytes::from_static(b"x");
        assert_eq!(SourceSettings::default().without_secrets(plain.clone()), plain);
    }

    #[test]
    fn the_own_query_is_taken_out_and_nothing_else() {
        let settings =
            SourceSettings { query: vec![("api_key".to_owned(), Secret::new("s3cret".to_owned()))], ..SourceSettings::default() };
        for (url, want) in [
            ("https://a.example/x?api_key=s3cret", "https://a.example/x"),
            ("https://a.example/x?page=2&api_key=s3cret&q=a%20b", "https://a.example/x?page=2&q=a+b"),
            ("https://a.example/x?q=a%20b", "https://a.example/x?q=a%20b"),
            ("https://a.example/x", "https://a.example/x"),
        ] {
            assert_eq!(settings.without_query(Url::parse(url).unwrap()).as_str(), want);
        }
    }
}
