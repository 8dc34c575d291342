//! Reading an answer's head. Pure.
/// An address or proxy without user name and password, for messages.
pub(super) fn without_login(text: &str) -> String {
    match text.rsplit_once('@') {
        Some((front, host)) => format!("{}***@{host}", front.find("://").map_or("", |at| &front[..at + 3])),
        None => text.to_owned(),
    }
}
