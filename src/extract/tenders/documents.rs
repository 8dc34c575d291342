//! What a page of a portal holds: one document, or an archive of them. Knows no record.

use super::TenderReader;
use crate::extract::{Input, archive, text_of};
use crate::model::{BadEntry, Failure, FailureClass};
use crate::tender::{self, Batch, Format};

impl TenderReader {
    /// What one document says.
    pub(super) fn document(&self, input: &Input<'_>) -> Result<(Format, Batch), Failure> {
        let text = text_of(input);
        let format = self.format.or_else(|| Format::detect(&text)).ok_or_else(|| {
            // What it is says more than what it is not.
            if let Some(cut) = tender::cut_off(&text) {
                return Failure::new(FailureClass::Broken, cut);
            }
            if let Some(is) = tender::other(&text) {
                return Failure::new(FailureClass::OtherAnswer, format!("{is}, and no document of a tender portal"));
            }
            let words: Vec<_> = Format::ALL.iter().map(|format| format.word()).collect();
            let why = format!("{} is no document of a tender portal that is known here ({})", input.url, words.join(", "));
            Failure::new(FailureClass::Unreadable, why)
        })?;
        let given = tender::Input { text: &text, url: Some(input.url), clock: self.clock.clone(), expired: input.expired };
        // Of a portal that is known the answer may be its page of maintenance, or an error, with status 200.
        let instead = |failure: Failure| match tender::other(&text).filter(|_| Format::detect(&text).is_none()) {
            Some(is) if failure.class == FailureClass::Unreadable => {
                Failure::new(FailureClass::OtherAnswer, format!("{is}, and no document of the format {}", format.word()))
            }
            Some(_) | None => failure,
        };
        Ok((format, tender::read(format, &given).map_err(instead)?))
    }

    /// What the documents of an archive say together. All are of the first one's format; one that is not, or cannot be read, is set aside.
    pub(super) fn archive(&self, input: &Input<'_>) -> Result<(Format, Batch), Failure> {
        let (mut all, mut format) = (Batch::default(), self.format);
        let bad = archive::members(input.bytes, &mut |name, bytes| {
            input.check_time()?;
            let member = Input { bytes: &bytes, content_type: None, ..*input };
            let read = self.document(&member).and_then(|(is, batch)| match *format.get_or_insert(is) {
                first if first == is => Ok(batch),
                first => Err(Failure::new(FailureClass::Unreadable, format!("it is {}, the others are {}", is.word(), first.word()))),
            });
            match read {
                Ok(batch) => all.take(name, batch),
                Err(failure) if input.expired() => Err(failure),
                Err(failure) => {
                    all.bad.push(BadEntry { path: name.to_owned(), reason: failure.text });
                    Ok(())
                }
            }
        })?;
        all.bad.extend(bad);
        match (format, all.bad.first()) {
            (Some(format), _) => Ok((format, all)),
            // Nobody published anything.
            (None, None) => Ok((Format::EForms, all)),
            (None, Some(first)) => {
                Err(Failure::new(FailureClass::Unreadable, format!("nothing in the ZIP can be read; {}: {}", first.path, first.reason)))
            }
        }
    }
}
