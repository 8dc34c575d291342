//! Whom to write to and call: e-mail addresses, telephone numbers, messengers and networks, postal addresses of one page, each with its evidence. Reads
//! the tree, the address and the structured data; nothing is guessed and nobody is asked.

mod country;
mod email;
mod legal;
mod maker;
mod place;
mod role;
pub(in crate::extract) mod social;

use phonenumber::country::Id;
use scraper::{ElementRef, Node};
use serde::Serialize;
use url::Url;

use super::html::{Attributes as _, skipped, visible_text};
use super::icons;
use super::rung;
use super::structured::{PostalAddress, Structured};
use super::value::contact;
use crate::base::caps::QUOTE_CHARS;
use crate::base::text::{clip, squeeze, words};

pub(super) use country::of_page as country_of_page;
pub use legal::Number;
pub use place::Place;
pub(super) use place::{has_postcode, of_language};
pub use role::Role;
pub(super) use social::is_nobodys;

/// Contacts of each kind in one page.
const MOST: usize = 500;
/// Telephone numbers tried in one page: each is checked against its country's plan.
const NUMBERS: usize = 5_000;
/// Elements in a link among which its icon is.
const ICONS: usize = 3;
/// Bytes of one text node that are searched.
const NODE_BYTES: usize = 64 * 1024;

/// How a contact was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// A link made for it: `mailto:`, `tel:`, a messenger's.
    Link,
    /// Hidden from robots and decoded.
    Hidden,
    /// Structured data.
    Structured,
    /// Plain words.
    Text,
    /// Words that spell it out.
    Spelled,
}

/// Where a contact was found, and the words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// The element (`a.mail`) or the place among the structured data.
    pub place: String,
    /// What stands there.
    pub text: String,
}

/// A contact with its value: an address, a number in E.164, a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Contact {
    /// The value.
    pub value: String,
    /// Whom it is for; of links, the network is in `network`.
    pub role: Role,
    /// Whether a number is a fax.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub fax: bool,
    /// Messenger or network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<&'static str>,
    /// How it is written.
    pub via: Via,
    /// The proof.
    pub proof: Proof,
}

/// A postal address and its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Address {
    /// What it says.
    #[serde(flatten)]
    pub place: Place,
    /// The proof.
    pub proof: Proof,
}

/// All contacts of a page, each value once, in the order of the page; structured data last.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Contacts {
    /// The country that numbers without a code were read as from.
    pub country: Option<String>,
    /// E-mail addresses.
    pub emails: Vec<Contact>,
    /// Telephone and fax numbers, in E.164.
    pub phones: Vec<Contact>,
    /// Numbers that are called so and cannot be brought to E.164, as they are written: nothing says their country.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Contact>,
    /// Messengers and networks.
    pub links: Vec<Contact>,
    /// Postal addresses.
    pub addresses: Vec<Address>,
    /// Tax and register numbers, where they are asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub numbers: Vec<Number>,
}

/// Reads the contacts of a page with this root, address and structured data. Total and bounded.
pub fn read(root: ElementRef<'_>, url: &Url, structured: &Structured) -> Contacts {
    let country = country::of_page(root, root, url, structured);
    let contacts = read_part(root, country.and_then(|code| code.parse().ok()), url, structured);
    Contacts { country: country.map(str::to_owned), ..contacts }
}

/// The tax and register numbers of a page that speaks from this country.
pub fn numbers(root: ElementRef<'_>, country: Option<&str>) -> Vec<Number> {
    let mut text = String::new();
    visible_text(root, &mut text, 2 * 1024 * 1024);
    legal::numbers(&text, country)
}

/// As [`read`], of a part of a page that is of this country.
pub(super) fn read_part(root: ElementRef<'_>, country: Option<Id>, url: &Url, structured: &Structured) -> Contacts {
    let mut reader = Reader { url, country, numbers: 0, icon: None, credited: false, out: Contacts::default() };
    reader.out.country = country.map(|country| country.as_ref().to_owned());
    let mut before = String::new();
    let mut next = root.first_child();
    // Where the part ends whose words nobody sees; its links are read all the same, as menus and dialogs are hidden until they are opened.
    let mut unseen = None;
    let legal = maker::is_legal(url.path(), &maker::title_of(root));
    let mut credited: Option<maker::Scope<'_>> = None;
    while let Some(node) = next {
        if unseen == Some(Some(node)) {
            unseen = None;
        }
        credited = credited.filter(|scope| !scope.ends_at(node));
        reader.credited = credited.is_some();
        let after = || node.next_sibling().or_else(|| node.ancestors().take_while(|up| *up != *root).find_map(|up| up.next_sibling()));
        match node.value() {
            Node::Element(_) => {
                if let Some(element) = ElementRef::wrap(node) {
                    reader.element(element, &before);
                    if unseen.is_none() && skipped(&element) && element.value().name() != "noscript" {
                        unseen = Some(after());
                    }
                }
            }
            Node::Text(text) if unseen.is_none() => {
                let text = &text[..text.floor_char_boundary(NODE_BYTES)];
                let parent = node.parent().and_then(ElementRef::wrap);
                let credit = if credited.is_none() { maker::credit(text, legal) } else { None };
                let (own, rest) = if let Some(maker::Credit::From(at)) = credit { text.split_at(at) } else { (text, "") };
                reader.text(own, parent, &before);
                if let (Some(credit), Some(parent)) = (credit, parent) {
                    credited = Some(maker::Scope::of(credit, text, parent));
                    reader.credited = true;
                    reader.text(rest, Some(parent), "");
                }
                if !text.trim().is_empty() {
                    before.clear();
                    before.push_str(&text[text.ceil_char_boundary(text.len().saturating_sub(120))..]);
                }
            }
            _ => {}
        }
        next = node.first_child().or_else(after);
    }
    reader.credited = false;
    reader.spelled(root);
    reader.structured(structured);
    reader.out
}

/// The country that an address's ending, or else a language tag, speaks of.
pub(super) fn country_hint(url: &Url, language: &str) -> Option<&'static str> {
    let (region, home) = of_language(language);
    place::of_ending(url).or(region).or(home)
}

struct Reader<'r> {
    url: &'r Url,
    country: Option<Id>,
    /// Numbers tried so far.
    numbers: usize,
    /// What an icon behind the last words shows: a fax (`true`), a telephone.
    icon: Option<bool>,
    /// Whether what is read stands with who made the site.
    credited: bool,
    out: Contacts,
}

/// `a.mail`, `div#contact`.
fn name_of(element: ElementRef<'_>) -> String {
    let value = element.value();
    let id = value.attribute("id").map(|id| format!("#{id}"));
    let class = value.classes().next().map(|class| format!(".{class}"));
    clip(&format!("{}{}", value.name(), id.or(class).unwrap_or_default()), 80)
}

impl Reader<'_> {
    fn knows(&self, address: &str) -> bool {
        self.out.emails.len() >= MOST || self.out.emails.iter().any(|known| known.value.eq_ignore_ascii_case(address))
    }

    fn email(&mut self, address: String, via: Via, proof: Proof, beside: &str) {
        let role = if self.credited { Role::Maker } else { role::of_address(&address, beside) };
        if !self.credited
            && let Some(known) =
                self.out.emails.iter_mut().find(|known| known.role == Role::Maker && known.value.eq_ignore_ascii_case(&address))
        {
            // Who made a site for others shows it on their own, too.
            known.role = role;
        }
        if !self.knows(&address) {
            self.out.emails.push(Contact { value: address, role, fax: false, network: None, via, proof });
        }
    }

    fn phone(&mut self, words: &str, fax: bool, via: Via, proof: Proof, beside: &str) {
        self.numbers += 1;
        if self.numbers > NUMBERS {
            return;
        }
        let Some(number) = contact::phone(words, self.country) else { return self.unread(words, fax, via, proof) };
        let role = if self.credited { Role::Maker } else { role::beside(beside).unwrap_or(Role::Unknown) };
        if let Some(known) = self.out.phones.iter_mut().find(|known| known.value == number) {
            // One number for both is a telephone.
            known.fax &= fax;
            if known.role == Role::Maker {
                known.role = role;
            }
        } else if self.out.phones.len() < MOST {
            self.out.phones.push(Contact { value: number, role, fax, network: None, via, proof });
        }
    }

    /// Keeps a number whose country nobody knows as it is written; where the country is known, what is none of its numbers is none.
    fn unread(&mut self, words: &str, fax: bool, via: Via, proof: Proof) {
        let Some(value) = contact::as_written(words).filter(|_| self.country.is_none() && !self.credited) else { return };
        if self.out.unread.len() < MOST && !self.out.unread.iter().any(|known| known.value == value) {
            let role = role::beside(&proof.text).unwrap_or(Role::Unknown);
            self.out.unread.push(Contact { value, role, fax, network: None, via, proof });
        }
    }

    fn element(&mut self, element: ElementRef<'_>, before: &str) {
        let value = element.value();
        self.icon = icons::of(element).or(self.icon);
        let shown = || {
            let mut text = String::new();
            visible_text(element, &mut text, 2 * QUOTE_CHARS);
            clip(&squeeze(&text), QUOTE_CHARS)
        };
        let mut pair = (None, None);
        let mut hidden = Vec::new();
        for (name, written) in value.attrs() {
            match name {
                "href" => self.link(element, written.trim(), before, &shown),
                "data-cfemail" => hidden.extend(email::of_cloudflare(written)),
                "data-user" | "data-name" | "data-local" | "data-mailbox" | "data-account" | "data-u" => pair.0 = Some(written),
                "data-domain" | "data-host" | "data-site" | "data-d" => pair.1 = Some(written),
                "data-email" | "data-mail" | "data-mailto" | "data-address" => {
                    hidden.extend(email::checked(written).or_else(|| email::in_attribute(written)).or_else(|| email::reversed(written)));
                }
                name if name.starts_with("data-") || name.starts_with("on") => hidden.extend(email::in_attribute(written)),
                _ => {}
            }
        }
        if let (Some(user), Some(domain)) = pair {
            let turned = |text: &str| text.chars().rev().collect::<String>();
            hidden.extend(
                email::checked(&format!("{user}@{domain}")).or_else(|| email::checked(&format!("{}@{}", turned(user), turned(domain)))),
            );
        }
        if value.attribute("style").is_some_and(|style| style.contains("bidi-override") && style.contains("rtl")) {
            hidden.extend(email::reversed(&element.text().take(8).collect::<String>()));
        }
        for address in hidden {
            self.email(address, Via::Hidden, Proof { place: name_of(element), text: shown() }, before);
        }
        if matches!(value.name(), "address" | "p" | "div" | "td" | "dd" | "li") && !self.credited && !skipped(&element) {
            self.address_element(element);
        }
    }

    fn link(&mut self, element: ElementRef<'_>, href: &str, before: &str, shown: &dyn Fn() -> String) {
        let scheme = href.split(':').next().unwrap_or("").to_ascii_lowercase();
        let proof = |text: String| Proof { place: name_of(element), text };
        match scheme.as_str() {
            "mailto" => {
                for address in email::of_mailto(href).into_iter().filter(|address| !self.knows(address)).collect::<Vec<_>>() {
                    self.email(address, Via::Link, proof(shown()), &format!("{before} {}", shown()));
                }
                return;
            }
            "tel" | "callto" | "sms" | "fax" => {
                let number = href.split_once(':').map_or("", |(_, number)| number);
                let text = shown();
                let own = || rung::label(text.split(|c: char| c.is_ascii_digit()).next().unwrap_or(""));
                let icon = || element.descendent_elements().skip(1).take(ICONS).find_map(icons::of).or(self.icon);
                let fax = scheme == "fax" || own().or_else(icon).or_else(|| rung::label(before)) == Some(true);
                let said = clip(&squeeze(&format!("{} {text}", phone_label(before))), QUOTE_CHARS);
                self.phone(number, fax, Via::Link, proof(said.clone()), &said);
                return;
            }
            "javascript" => {
                if let Some(address) = email::in_attribute(href) {
                    self.email(address, Via::Hidden, proof(shown()), before);
                }
                return;
            }
            _ => {}
        }
        if href.contains("email-protection#") {
            if let Some(address) = email::of_cloudflare(href) {
                self.email(address, Via::Hidden, proof(shown()), before);
            }
            return;
        }
        let Ok(url) = self.url.join(href) else { return };
        if let Some(network) = social::network(&url).filter(|_| url.host_str() != self.url.host_str()) {
            let value = url.to_string();
            if self.out.links.len() < MOST && !self.out.links.iter().any(|known| known.value == value) {
                let proof = proof(shown());
                self.out.links.push(Contact { value, role: Role::Unknown, fax: false, network: Some(network), via: Via::Link, proof });
            }
        }
    }

    fn text(&mut self, text: &str, parent: Option<ElementRef<'_>>, before: &str) {
        let place = || parent.map_or_else(String::new, name_of);
        for address in email::in_text(text) {
            self.email(address, Via::Text, Proof { place: place(), text: clip(&squeeze(text), QUOTE_CHARS) }, before);
        }
        let western = contact::western_digits(text);
        let icon = if text.trim().is_empty() { None } else { self.icon.take() };
        let of_fax = || parent.and_then(|parent| icons::said(parent.value().attribute("class")?)).filter(|fax| *fax);
        let mut end = 0;
        for (at, run) in rung::runs(&western) {
            let (near, begins) = (&western[end..at], end == 0);
            end = at + run.len();
            let behind = rung::behind(near, &western[end..]);
            end += behind.map_or(0, |(_, length)| length);
            let alone = || icon.or_else(of_fax).or_else(|| rung::label(before));
            let label = behind.map(|(fax, _)| fax).or_else(|| rung::label(near));
            let label = label.or_else(|| (begins && near.trim().is_empty()).then(alone).flatten());
            if label.is_some() || run.starts_with('+') {
                let beside = if begins && near.trim().is_empty() { before } else { near };
                self.phone(run, label == Some(true), Via::Text, Proof { place: place(), text: clip(&squeeze(text), QUOTE_CHARS) }, beside);
            }
        }
    }

    /// Addresses spelled out may stand over several elements.
    fn spelled(&mut self, root: ElementRef<'_>) {
        let mut text = String::new();
        visible_text(root, &mut text, 2 * 1024 * 1024);
        for (address, written) in email::spelled(&text) {
            self.email(address, Via::Spelled, Proof { place: "text".to_owned(), text: clip(&squeeze(&written), QUOTE_CHARS) }, "");
        }
    }

    /// An address by its element, or in lines that a street and a town make one.
    fn address_element(&mut self, element: ElementRef<'_>) {
        let named = element.value().name() == "address";
        if !named && !element.children().any(|child| matches!(child.value(), Node::Element(inner) if inner.name() == "br")) {
            return;
        }
        let mut text = String::new();
        let mut lines = Vec::new();
        for node in element.descendants() {
            match node.value() {
                Node::Text(words) => text.push_str(words),
                Node::Element(inner) if matches!(inner.name(), "br" | "p" | "div" | "li") => lines.push(std::mem::take(&mut text)),
                _ => {}
            }
            if text.len() > 4_000 || lines.len() > 20 {
                return;
            }
        }
        lines.push(text);
        let lines: Vec<String> = lines.iter().map(|line| squeeze(line)).filter(|line| !line.is_empty() && !line.contains('@')).collect();
        let whole = if named { lines.join(", ") } else { legal::address(&lines).unwrap_or_default() };
        // Bylines stand in `address` too: where people live has a number.
        if (8..300).contains(&whole.len()) && whole.contains(|c: char| c.is_ascii_digit()) {
            let parts = PostalAddress { text: Some(whole.clone()), ..PostalAddress::default() };
            self.address(parts, Proof { place: name_of(element), text: clip(&whole, QUOTE_CHARS) });
        }
    }

    fn address(&mut self, parts: PostalAddress, proof: Proof) {
        let place = place::read(parts, self.out.country.as_deref());
        if self.out.addresses.len() < MOST && !self.out.addresses.iter().any(|known| known.place == place) {
            self.out.addresses.push(Address { place, proof });
        }
    }

    fn structured(&mut self, structured: &Structured) {
        for thing in &structured.things {
            let place = || {
                format!(
                    "{}:{}",
                    serde_json::to_value(thing.syntax).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default(),
                    thing.path
                )
            };
            let values = |field: &str| thing.fields.get(field).cloned().unwrap_or_default();
            let about = thing.first("contact_type").or(thing.first("name")).unwrap_or("").to_owned();
            for written in values("email") {
                let found = if written.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("mailto:")) {
                    email::of_mailto(&written)
                } else {
                    email::in_text(&written)
                };
                for address in found {
                    self.email(
                        address,
                        Via::Structured,
                        Proof { place: place(), text: clip(&written, QUOTE_CHARS) },
                        thing.first("contact_type").unwrap_or(""),
                    );
                }
            }
            for (field, fax) in [("phone", false), ("fax", true)] {
                for written in values(field) {
                    let proof = Proof { place: place(), text: clip(&format!("{about} {written}"), QUOTE_CHARS) };
                    self.phone(&written, fax, Via::Structured, proof, &about);
                }
            }
            for parts in &thing.addresses {
                let text = [&parts.street, &parts.locality, &parts.region, &parts.postcode, &parts.country, &parts.text];
                let text: Vec<&str> = text.into_iter().flatten().map(String::as_str).collect();
                self.address(parts.clone(), Proof { place: place(), text: clip(&text.join(", "), QUOTE_CHARS) });
            }
            for link in values("same_as") {
                if let Some(network) = Url::parse(&link).ok().as_ref().and_then(social::network)
                    && self.out.links.len() < MOST
                    && !self.out.links.iter().any(|known| known.value == link)
                {
                    let proof = Proof { place: place(), text: link.clone() };
                    self.out.links.push(Contact {
                        value: link,
                        role: Role::Unknown,
                        fax: false,
                        network: Some(network),
                        via: Via::Structured,
                        proof,
                    });
                }
            }
        }
    }
}

/// The end of the words before a link, where they are a label.
fn phone_label(before: &str) -> &str {
    let short = before.trim();
    if words(short).split(' ').count() <= 4 { short } else { "" }
}

#[cfg(test)]
mod tests;
