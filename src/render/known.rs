//! What is known of an organisation, for a letter: what it does, where it is, and whom to speak to by what. Knows no lead and no signal.

use super::Language;
use super::clean::{address_words, line, link, mail_link, phone_link};
use super::view::LinkView;
use crate::model::{FactName, NextStep, Organisation, Value};

fn values(organisation: &Organisation, name: FactName) -> impl Iterator<Item = &Value> {
    organisation.facts(name).flat_map(|fact| fact.value.each())
}

/// The first few different values under a name, as words.
fn words(organisation: &Organisation, name: FactName, most: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for value in values(organisation, name) {
        let text = line(&value.text(), 80);
        if out.len() < most && !text.is_empty() && !out.contains(&text) {
            out.push(text);
        }
    }
    out
}

/// What it was called, what it does, how big it is and where it is, a line each.
pub(super) fn about(organisation: &Organisation, language: Language) -> Vec<String> {
    let mut place: Vec<String> = Vec::new();
    for name in [FactName::Address, FactName::Place, FactName::Region, FactName::Country] {
        place.extend(words(organisation, name, 1).into_iter().filter(|word| !place.iter().any(|known| known == word)).collect::<Vec<_>>());
    }
    let what = words(organisation, FactName::Industry, 2).join(", ");
    let size = words(organisation, FactName::Size, 1).join("");
    // A bare number says nothing; bands such as "51-200 employees" speak for themselves.
    let size = if size.chars().all(|c| c.is_ascii_digit()) && !size.is_empty() { format!("{size} {}", language.people()) } else { size };
    let formerly = organisation.formerly().map(|name| format!("{} {}", language.fact(FactName::FormerName), line(&name, 80)));
    [formerly.unwrap_or_default(), what, size, place.join(", ")].into_iter().filter(|part| !part.is_empty()).collect()
}

/// Who to speak to and by what; what the next step names comes first.
pub(super) fn contacts(organisation: &Organisation, step: &NextStep, language: Language) -> Vec<LinkView> {
    let [person, phone, email] = match step {
        NextStep::By { person, phone, email, .. } => [person.as_deref(), phone.as_deref(), email.as_deref()],
        NextStep::Words(_) => [None; 3],
    };
    let shown = |named: Option<&str>, name, most| {
        let mut all: Vec<String> = named.map(|named| line(named, 80)).into_iter().collect();
        all.extend(words(organisation, name, most).into_iter().filter(|words| named.is_none_or(|named| line(named, 80) != *words)));
        all.truncate(most);
        all.into_iter()
    };
    let mut out: Vec<LinkView> = Vec::new();
    out.extend(shown(person, FactName::Person, 1).map(|words| LinkView { words, href: None }));
    let unread = |words: &str| organisation.facts.iter().any(|fact| fact.is_unread_phone() && line(&fact.value.text(), 80) == words);
    out.extend(shown(phone, FactName::Phone, 2).map(|words| {
        if unread(&words) {
            LinkView { words: format!("{words} ({})", language.as_written()), href: None }
        } else {
            LinkView { href: phone_link(&words), words }
        }
    }));
    out.extend(shown(email, FactName::Email, 2).map(|words| LinkView { href: mail_link(&words), words }));
    let site = values(organisation, FactName::Website).find_map(|value| match value {
        Value::Url(url) => link(url),
        Value::Text(text) => url::Url::parse(text).ok().as_ref().and_then(link),
        Value::Money(_) | Value::Number(_) | Value::Date(_) | Value::Time(_) | Value::Phone(_) | Value::Email(_) | Value::List(_) => None,
    });
    out.extend(site.map(|href| LinkView { words: line(&address_words(&href), 60), href: Some(href) }));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::organisation;

    #[test]
    fn a_number_as_written_says_so_and_is_no_link() {
        let by = NextStep::Words("call".to_owned());
        for (phone, words, links) in
            [("+34911234567", "+34911234567", true), ("01482 555 123", "01482 555 123 (as written, its country is not known)", false)]
        {
            let told = contacts(&organisation("Acme", &[(FactName::Phone, phone)]), &by, Language::En);
            assert_eq!((told[0].words.as_str(), told[0].href.is_some()), (words, links));
        }
    }

    #[test]
    fn the_address_of_the_next_step_is_among_the_contacts() {
        let mails = ["a@acme.es", "b@acme.es", "c@acme.es"].map(|mail| (FactName::Email, mail));
        let acme = organisation("Acme", &[&mails[..], &[(FactName::Phone, "+34911234567")]].concat());
        let by = |email: &str| NextStep::By {
            wanted: String::new(),
            unnamed: false,
            person: None,
            phone: None,
            email: Some(email.to_owned()),
            website: None,
        };
        for (step, want) in [
            (by("c@acme.es"), ["+34911234567", "c@acme.es", "a@acme.es"]),
            (by("b@acme.es"), ["+34911234567", "b@acme.es", "a@acme.es"]),
            (NextStep::Words("call".to_owned()), ["+34911234567", "a@acme.es", "b@acme.es"]),
        ] {
            let told: Vec<String> = contacts(&acme, &step, Language::En).into_iter().map(|link| link.words).collect();
            assert_eq!(told, want);
        }
    }
}
