//! What some bytes are: a document of a tender portal, feed, sitemap, JSON or page. The content decides; the header only where the content
//! says nothing.

use std::io::Read;

use url::Url;

use super::Kind;
use super::archive;
use super::decode::decode;
use crate::tender::Format;

/// How far the first element of an XML file is looked for: comments and DTDs come before it.
const HEAD_BYTES: usize = 16 * 1024;

/// The kind that reads these bytes; never one that needs selectors. What is nothing else is a page.
pub fn sniff(bytes: &[u8], content_type: Option<&str>, url: &Url) -> Kind {
    if archive::is_one(bytes) {
        return Kind::Tenders;
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut head = Vec::new();
        // A packed file that is cut off or damaged still shows its beginning.
        let _ = flate2::read::GzDecoder::new(bytes).take(HEAD_BYTES as u64).read_to_end(&mut head);
        return by_head(&head, None, url).unwrap_or(Kind::Page);
    }
    by_head(bytes, content_type, url).or_else(|| by_header(content_type?)).unwrap_or(Kind::Page)
}

fn by_head(bytes: &[u8], content_type: Option<&str>, url: &Url) -> Option<Kind> {
    let head = decode(&bytes[..bytes.len().min(HEAD_BYTES)], content_type, url);
    let head = head.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    // Any feed may tell of tenders, and most do not.
    if Format::detect(head).is_some_and(|format| format != Format::Feed) {
        return Some(Kind::Tenders);
    }
    if head.starts_with('{') || head.starts_with('[') {
        return looks_like_json(head).then(|| if is_json_feed(head) { Kind::Feed } else { Kind::Json });
    }
    if head.starts_with("http://") || head.starts_with("https://") {
        let addresses = head.lines().take(3).all(|line| Url::parse(line.trim()).is_ok() && !line.trim().contains(' '));
        return addresses.then_some(Kind::Sitemap);
    }
    let root = root_name(head)?;
    let local = root.rsplit(':').next().unwrap_or(root);
    match local {
        "rss" | "RDF" | "feed" | "entry" => Some(Kind::Feed),
        "urlset" | "sitemapindex" => Some(Kind::Sitemap),
        _ => Some(Kind::Page),
    }
}

/// The first element's name, past prolog, comments and DTD; `None` for text that begins with none.
fn root_name(mut head: &str) -> Option<&str> {
    loop {
        head = head.trim_start();
        head = if let Some(comment) = head.strip_prefix("<!--") {
            &comment[comment.find("-->")? + 3..]
        } else if head.starts_with("<?") {
            &head[head.find('>')? + 1..]
        } else if head.starts_with("<!") {
            let close = head.find('>')?;
            match head[..close].find('[') {
                Some(subset) => &head[subset + head[subset..].find("]>")? + 2..],
                None => &head[close + 1..],
            }
        } else {
            let name = head.strip_prefix('<')?;
            let end = name.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).unwrap_or(name.len());
            return (name.starts_with(|c: char| c.is_alphabetic() || c == '_')).then_some(&name[..end]);
        }
    }
}

fn looks_like_json(head: &str) -> bool {
    let next = head[1..].trim_start().chars().next();
    match (head.as_bytes().first(), next) {
        (Some(b'{'), Some('"' | '}')) => true,
        (Some(b'['), Some(c)) => matches!(c, '{' | '[' | ']' | '"' | '-' | 't' | 'f' | 'n') || c.is_ascii_digit(),
        _ => false,
    }
}

fn is_json_feed(head: &str) -> bool {
    head.match_indices("\"version\"").any(|(at, key)| {
        let value = head[at + key.len()..].trim_start().strip_prefix(':').map(str::trim_start);
        value.is_some_and(|value| {
            ["\"https://jsonfeed.org/version/", "\"http://jsonfeed.org/version/", "\"https:\\/\\/jsonfeed.org\\/version"]
                .iter()
                .any(|start| value.starts_with(start))
        })
    })
}

fn by_header(content_type: &str) -> Option<Kind> {
    let essence = content_type.split(';').next()?.trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/rss+xml" | "application/atom+xml" | "application/rdf+xml" | "application/feed+json" => Some(Kind::Feed),
        "application/json" | "application/x-ndjson" | "application/jsonl" => Some(Kind::Json),
        other => other.ends_with("+json").then_some(Kind::Json),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn check(bytes: &[u8], content_type: Option<&str>, want: Kind) {
        let got = sniff(bytes, content_type, &"https://example.org/x".parse().unwrap());
        assert_eq!(got, want, "{:?}", String::from_utf8_lossy(&bytes[..bytes.len().min(80)]));
    }

    #[test]
    fn content_beats_the_header() {
        let utf16: Vec<u8> = "<?xml version='1.0' encoding='UTF-16'?><rss/>".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let urls = (0..9_999).map(|n| format!("<url><loc>https://example.org/{}</loc></url>", n * n)).collect::<Vec<_>>().concat();
        gzip.write_all(format!("<?xml version='1.0'?><urlset>{urls}</urlset>").as_bytes()).unwrap();
        let gzip = gzip.finish().unwrap();
        for (bytes, content_type, want) in [
            (b"<?xml version='1.0'?><!-- c --><rss version='2.0'>".as_slice(), Some("text/html"), Kind::Feed),
            (b"\xef\xbb\xbf \n<feed xmlns='http://www.w3.org/2005/Atom'/>", None, Kind::Feed),
            (b"<!DOCTYPE rdf [<!ENTITY x \"y\">]><rdf:RDF>", None, Kind::Feed),
            (&utf16, None, Kind::Feed),
            (b"{\"title\":\"x\", \"version\" : \"https://jsonfeed.org/version/1.1\"}", Some("application/json"), Kind::Feed),
            (b"<urlset/>", Some("text/xml"), Kind::Sitemap),
            (b"<sm:sitemapindex xmlns:sm='x'>", None, Kind::Sitemap),
            (&gzip, Some("application/octet-stream"), Kind::Sitemap),
            (&gzip[..gzip.len() / 2], None, Kind::Sitemap),
            (b"https://example.org/a\nhttps://example.org/b\n", Some("text/plain"), Kind::Sitemap),
            (b"https://example.org/ is a site", Some("text/plain"), Kind::Page),
            (b" [ {\"a\":1} ]", Some("text/html"), Kind::Json),
            (b"{ \"a\": 1 }", None, Kind::Json),
            (b"{\"uri\": \"x\", \"releases\": [{\"ocid\": \"ocds-1\"}]}", Some("application/json"), Kind::Tenders),
            (b"<feed xmlns='http://www.w3.org/2005/Atom' xmlns:cbc='urn:dgpe:names:draft:codice:x'>", None, Kind::Tenders),
            (b"referenceNumber-numeroReference,title\n1,x\n", Some("text/csv"), Kind::Tenders),
            (b"PK\x03\x04...", None, Kind::Tenders),
            (b"{{ template }}", None, Kind::Page),
            (b"<!doctype html><html><body><rss>", Some("application/rss+xml"), Kind::Page),
            (b"<html>", Some("application/json"), Kind::Page),
            (b"", Some("application/json"), Kind::Json),
            (b"", Some("application/rss+xml; charset=utf-8"), Kind::Feed),
            (b"", None, Kind::Page),
            (b"just words", None, Kind::Page),
            (b"<!--", None, Kind::Page),
        ] {
            check(bytes, content_type, want);
        }
    }

    proptest! {
        #[test]
        fn anything_is_something(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
            let _ = sniff(&bytes, None, &"https://example.org/".parse().unwrap());
        }
    }
}
