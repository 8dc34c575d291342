//! The limits that hold everywhere, in one list, so that nobody has to guess whether a read is bounded.
//!
//! Sources of the figures: RFC 9309 section 2.5 (robots), sitemaps.org (50,000 URLs, 50 MB), and the project's own measurements of hostile input.

use std::time::Duration;

/// Bytes of one response body after decompression.
pub const BODY_BYTES: u64 = 10 * 1024 * 1024;
/// Bytes of a robots.txt that are read; RFC 9309 asks for at least 500 KiB.
pub const ROBOTS_BYTES: u64 = 512 * 1024;
/// Bytes of one sitemap after decompression (sitemaps.org).
pub const SITEMAP_BYTES: u64 = 50 * 1024 * 1024;
/// Bytes of all documents of one archive, unpacked.
pub const ARCHIVE_BYTES: u64 = 128 * 1024 * 1024;
/// Redirects followed for one request.
pub const REDIRECTS: u32 = 5;
/// Time for one fetch, first byte to last, redirects included.
pub const FETCH_TIME: Duration = Duration::from_secs(30);
/// CPU time of one parse.
pub const PARSE_TIME: Duration = Duration::from_secs(2);
/// Nodes of one HTML tree.
pub const HTML_NODES: usize = 500_000;
/// Depth of one HTML tree; browsers stop at 512 too.
pub const HTML_DEPTH: usize = 512;
/// Attributes of one element.
pub const HTML_ATTRIBUTES: usize = 1_000;
/// Records read from one page.
pub const RECORDS: usize = 10_000;
/// Characters of one field's value.
pub const FIELD_CHARS: usize = 1024 * 1024;
/// Characters of one quote kept as evidence.
pub const QUOTE_CHARS: usize = 240;
/// Bytes of one value in the store; larger ones go to the segments.
pub const STORE_VALUE_BYTES: usize = 3_900;
/// Bytes of a webhook receiver's answer that are read.
pub const ANSWER_BYTES: u64 = 64 * 1024;
/// Bytes of one configuration file.
pub const CONFIG_BYTES: u64 = 4 * 1024 * 1024;
