//! Whom a contact is for, by words of its own and beside it. A lexicon; knows no page.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::Serialize;

use crate::base::text::{holds, words};
use crate::model::CompanyName;

/// Whom a contact is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Who sells.
    Sales,
    /// Who buys.
    Purchasing,
    /// Press and communication.
    Press,
    /// Applications for work.
    Jobs,
    /// Data protection and law.
    Privacy,
    /// Customers' questions, accounts.
    Support,
    /// The house as a whole.
    Generic,
    /// One person, by the form of the address.
    Person,
    /// Who made, keeps or serves the site: not whom the page is about.
    Maker,
    /// Nothing tells.
    Unknown,
}

static ROLES: LazyLock<Vec<(Role, Vec<&'static str>)>> = LazyLock::new(|| {
    let lines = include_str!("roles.txt").lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| {
            let mut cells = line.split('|');
            let role = match cells.next()? {
                "sales" => Role::Sales,
                "purchasing" => Role::Purchasing,
                "press" => Role::Press,
                "jobs" => Role::Jobs,
                "privacy" => Role::Privacy,
                "support" => Role::Support,
                _ => Role::Generic,
            };
            Some((role, cells.collect()))
        })
        .collect()
});

/// The first word of each name: most texts have none of them.
static FIRST: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| ROLES.iter().flat_map(|(_, names)| names).filter_map(|name| name.split(' ').next()).collect());

/// The role that a text names, if it does.
fn named(text: &str) -> Option<Role> {
    let text = words(text);
    if !text.split(' ').any(|word| FIRST.contains(word)) {
        return None;
    }
    ROLES.iter().find(|(_, names)| names.iter().any(|name| holds(&text, name))).map(|(role, _)| *role)
}

/// The role that words beside a contact name. A company's own name names none: "Neue Medien" is no press office.
pub(super) fn beside(text: &str) -> Option<Role> {
    let mut parts = text.split([',', ';', '|', '\n', '·']);
    parts.find_map(|part| named(part).filter(|_| CompanyName::parse(part.trim()).form.is_none()))
}

/// The role of an e-mail address: by the words before the @, else by its form, else by what stands beside it.
pub(super) fn of_address(address: &str, words: &str) -> Role {
    let local = address.split('@').next().unwrap_or("");
    if let Some(role) = named(local) {
        return role;
    }
    let parts: Vec<&str> = local.split(['.', '_']).collect();
    let is_name = |part: &&str| part.chars().all(char::is_alphabetic);
    if matches!(parts.len(), 2 | 3) && parts.iter().all(is_name) && parts.iter().any(|part| part.len() > 2) {
        return Role::Person;
    }
    beside(words).filter(|role| *role != Role::Generic).unwrap_or(Role::Unknown)
}
