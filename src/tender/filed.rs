//! Notices on their way to the file and back: what is kept of one is enough to read it the same way again. Knows no store.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use super::{Clock, Format, Input, read};
use crate::model::{Filed, Notice};

/// What is filed of a notice that was read from the document at this address, its times understood by this clock.
pub fn file(notice: &Notice, format: Format, (url, clock): (&Url, &Clock), now: Timestamp) -> Filed {
    Filed {
        hash: notice.hash,
        numbers: [&notice.publication, &notice.id].into_iter().filter(|number| !number.is_empty()).cloned().collect(),
        published: notice.published,
        seen: now,
        url: url.clone(),
        format: format.word().to_owned(),
        zone: clock.zone.iana_name().unwrap_or("UTC").to_owned(),
        zone_from: clock.from,
        raw: notice.raw.clone(),
    }
}

/// The notice that was filed, read anew from its bytes: a reader that was mended reads it better.
///
/// # Errors
///
/// Why it cannot be read, in words.
pub fn read_again(filed: &Filed, expired: &dyn Fn() -> bool) -> Result<Notice, String> {
    let format = Format::from_word(&filed.format).ok_or_else(|| format!("its format `{}` is not known any more", filed.format))?;
    let zone = TimeZone::get(&filed.zone).map_err(|why| format!("its zone `{}` is not known: {why}", filed.zone))?;
    let text = filed.raw.text();
    let input = Input { text: &text, url: Some(&filed.url), clock: Clock { zone, from: filed.zone_from }, expired };
    let mut notices = read(format, &input).map_err(|failure| failure.text)?.notices;
    // Some carry later versions of themselves.
    let place = notices.iter().position(|notice| notice.hash == filed.hash).unwrap_or_default();
    if place < notices.len() { Ok(notices.swap_remove(place)) } else { Err("its bytes hold no notice that can be read".to_owned()) }
}
