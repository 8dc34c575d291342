//! Lines in cells: which mark stands between those of a list, and what each cell holds. Knows no entry and no caption.

use super::entry::is_form;

/// Letters of the name of a sign in HTML: `&amp;`.
const SIGN: usize = 8;

/// What stands between cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Char(char),
    /// A comma with no space behind it: "Acme, S.L.,Burgos" has two cells.
    Tight,
    /// Any comma.
    Comma,
}

impl Mark {
    /// Every mark, the surest first.
    pub(super) const ALL: [Self; 5] = [Self::Char('\t'), Self::Char(';'), Self::Char('|'), Self::Tight, Self::Comma];

    /// How a person is told of it.
    pub(super) const fn shown(self) -> &'static str {
        match self {
            Self::Char('\t') => "tabs",
            Self::Char(';') => "`;`",
            Self::Char(_) => "`|`",
            Self::Tight | Self::Comma => "commas",
        }
    }

    const fn char(self) -> char {
        match self {
            Self::Char(mark) => mark,
            Self::Tight | Self::Comma => ',',
        }
    }

    /// Whether a mark that is followed by this parts cells.
    fn parts(self, behind: &str) -> bool {
        self != Self::Tight || !behind.starts_with(char::is_whitespace) || behind.trim_start().starts_with('"')
    }

    pub(super) const fn is_comma(self) -> bool {
        matches!(self, Self::Tight | Self::Comma)
    }
}

/// The cells of a line, and whether one of them stands in quotation marks. Every line is a row: a mark that nobody closed swallows no other.
pub(super) fn cells(line: &str, mark: Mark) -> (Vec<String>, bool) {
    let (mut cells, mut rest, mut any) = (Vec::<String>::new(), Some(line), false);
    while let Some(text) = rest {
        let found = quoted(text, mark);
        any |= found.is_some();
        let is_quoted = found.is_some();
        let (cell, after) = found.unwrap_or_else(|| plain(text, mark));
        rest = after;
        // The comma before a legal form is a part of the name.
        match cells.last_mut().filter(|last| mark.is_comma() && !is_quoted && !cell.is_empty() && !last.is_empty() && is_form(&cell)) {
            Some(name) => *name = format!("{name}, {cell}"),
            None => cells.push(cell),
        }
    }
    (cells, any)
}

/// A cell in quotation marks that are closed right before a mark or the end, and what follows.
fn quoted(text: &str, mark: Mark) -> Option<(String, Option<&str>)> {
    let inner = text.trim_start_matches(' ').strip_prefix('"')?;
    let mut from = 0;
    loop {
        let close = from + inner.get(from..)?.find('"')?;
        let behind = &inner[close + 1..];
        if behind.starts_with('"') {
            from = close + 2;
            continue;
        }
        let behind = behind.trim_start_matches(' ');
        let after = if behind.is_empty() { None } else { Some(behind.strip_prefix(mark.char()).filter(|after| mark.parts(after))?) };
        return Some((inner[..close].replace("\"\"", "\"").trim().to_owned(), after));
    }
}

fn plain(text: &str, mark: Mark) -> (String, Option<&str>) {
    let (cell, after) = split(text, mark).map_or((text, None), |(cell, after)| (cell, Some(after)));
    (cell.trim().to_owned(), after)
}

/// At the first mark; the `;` of `&amp;` is none.
fn split(text: &str, mark: Mark) -> Option<(&str, &str)> {
    let is_sign = |at: usize| {
        let name = text[..at].rsplit_once('&').map(|(_, name)| name);
        name.is_some_and(|name| (2..=SIGN).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#'))
    };
    let ends = text.match_indices(mark.char()).map(|(at, found)| (at, at + found.len()));
    let (at, end) = ends.into_iter().find(|(at, end)| mark.parts(&text[*end..]) && !(mark == Mark::Char(';') && is_sign(*at)))?;
    Some((&text[..at], &text[end..]))
}

/// What stands between marks of a line.
pub(super) fn parts(text: &str, mark: char) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some((part, after)) = split(rest, Mark::Char(mark)) {
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

/// What stands between the cells of these lines, unless each is one entry. `is_head` knows a row of captions.
pub(super) fn mark_of(lines: &[&str], head: usize, is_head: &dyn Fn(&[String]) -> bool) -> Option<Mark> {
    let named = |mark: &Mark| lines.iter().take(head).map(|line| cells(line, *mark).0).any(|cells| cells.len() > 1 && is_head(&cells));
    if let Some(mark) = Mark::ALL.into_iter().find(named) {
        return Some(mark);
    }
    let count = |mark: Mark| {
        let rows: Vec<(usize, bool)> = lines.iter().map(|line| cells(line, mark)).map(|(cells, quoted)| (cells.len(), quoted)).collect();
        let several = || rows.iter().filter(|(count, _)| *count > 1);
        let widest = several().map(|(count, _)| *count).max().unwrap_or(0);
        let (found, quoted) = (several().count(), several().any(|(_, quoted)| *quoted));
        let is_table = match mark {
            Mark::Char(_) => found > 0,
            // A comma may be a part of a name.
            Mark::Tight => quoted || widest > 2 || found > 1 && found * 2 >= lines.len(),
            Mark::Comma => widest > 2 && found > 1 && rows.iter().all(|(count, _)| *count == widest),
        };
        if is_table { found } else { 0 }
    };
    let sure = Mark::ALL.into_iter().filter(|mark| *mark != Mark::Comma).map(|mark| (count(mark), mark)).rev();
    let most = sure.max_by_key(|(count, _)| *count).filter(|(count, _)| *count > 0);
    most.or_else(|| Some((count(Mark::Comma), Mark::Comma)).filter(|(count, _)| *count > 0)).map(|(_, mark)| mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_in_cells() {
        for (line, mark, want) in [
            ("Acme, S.L.;Burgos;", Mark::Char(';'), vec!["Acme, S.L.", "Burgos", ""]),
            ("Smith &amp; Sons; Leeds", Mark::Char(';'), vec!["Smith &amp; Sons", "Leeds"]),
            ("\"Acme, S.L.\",\"Burgos\"", Mark::Tight, vec!["Acme, S.L.", "Burgos"]),
            ("\"The \"\"Best\"\" Ltd\", \"Leeds\"", Mark::Tight, vec!["The \"Best\" Ltd", "Leeds"]),
            ("Acme, S.L.,Burgos", Mark::Tight, vec!["Acme, S.L.", "Burgos"]),
            ("Acme,S.L.,Burgos", Mark::Tight, vec!["Acme, S.L.", "Burgos"]),
            ("Smith, Jones & Co Ltd", Mark::Tight, vec!["Smith, Jones & Co Ltd"]),
            ("\"Acme\" Foods;Leeds", Mark::Char(';'), vec!["\"Acme\" Foods", "Leeds"]),
            ("\"Acme Ltd;Leeds", Mark::Char(';'), vec!["\"Acme Ltd", "Leeds"]),
            ("ООО \"Ромашка\"\tПермь", Mark::Char('\t'), vec!["ООО \"Ромашка\"", "Пермь"]),
        ] {
            assert_eq!(cells(line, mark).0, want, "{line}");
        }
    }

    #[test]
    fn a_comma_alone_makes_no_table() {
        for (text, want) in [
            ("Acme, S.L.\nSmith, Jones & Co Ltd\nBeta", None),
            ("Smith,Jones & Co Ltd\nBeta\nGamma Ltd", None),
            ("Acme,S.L.\nBeta,S.A.", None),
            ("Acme Ltd,Leeds\nBeta,Hull", Some(Mark::Tight)),
            ("Acme,Leeds,asked by phone", Some(Mark::Tight)),
            ("\"Acme, S.L.\",Leeds", Some(Mark::Tight)),
            ("Acme Foods, Leeds, asked\nBeta Foods, Hull, asked", Some(Mark::Comma)),
            ("Acme Foods, Leeds, asked\nBeta", None),
            ("Acme, S.L.; Burgos\nBeta", Some(Mark::Char(';'))),
            ("Acme\tLeeds, UK\tasked; by phone", Some(Mark::Char('\t'))),
        ] {
            assert_eq!(mark_of(&text.lines().collect::<Vec<_>>(), 5, &|_| false), want, "{text}");
        }
    }
}
