//! A list that is a table: which line names its columns, in which column the names are, and which cells of a row say who is meant. Knows no file.

use std::collections::BTreeSet;

use super::cells::{Mark, cells, mark_of};
use super::entry::{Line, is_form, without_remark};
use crate::base::text;

/// Lines at the top among which the captions are looked for.
const HEAD: usize = 5;
/// Digits of the number of a row at most; numbers of more are told apart.
const NUMBER: usize = 6;
/// Fields of which the words are the name of a company.
const NAMES: &[&str] = &["name", "company"];
/// Captions of a column that counts the rows, as [`text::words`] writes them.
const COUNTS: &[&str] = &["", "no", "n", "nr", "num", "id", "pos", "no п п", "п п"];
/// Fields by which somebody is found.
const MARKS: &[&str] = &["website", "email", "phone", "fax", "tax_id"];
/// Fields with a person, who stands for a company where none is named.
const PERSONS: &[&str] = &["person", "first_name", "last_name"];

/// What a caption names: a field, or nothing.
pub type Caption<'c> = &'c dyn Fn(&str) -> Option<&'static str>;

/// A list as it is read.
pub(super) struct Table {
    mark: Option<Mark>,
    /// The line that names the columns, its place among the lines and what each column is.
    captions: Option<Captions>,
    /// The column of the names, where none says what it is.
    names: usize,
    /// Lines with cells.
    rows: usize,
}

struct Captions {
    place: usize,
    each: Vec<(String, Option<&'static str>)>,
}

/// What a row says.
#[derive(Default)]
pub(super) struct Row {
    /// Whether the line was read as one entry.
    pub(super) is_whole: bool,
    pub(super) said: Vec<Line>,
    /// Cells that were taken for remarks.
    pub(super) passed: Vec<String>,
    /// Cells that should say who is meant and do not, and what to write.
    pub(super) wrong: Vec<String>,
}

impl Table {
    /// How these lines are to be read: what `sep=;` said of them, if it was there.
    pub(super) fn of(lines: &[&str], said: Option<char>, caption: Caption<'_>) -> Self {
        let lines: &[&str] = &lines.iter().map(|line| without_remark(line)).collect::<Vec<_>>();
        let is_head = |cells: &[String]| is_head(cells, caption);
        let comma = || mark_of(lines, HEAD, &is_head).filter(|mark| mark.is_comma()).unwrap_or(Mark::Tight);
        let said = said.map(|mark| if mark == ',' { comma() } else { Mark::Char(mark) });
        let mark = said.or_else(|| mark_of(lines, HEAD, &is_head));
        let rows: Vec<Vec<String>> = lines.iter().map(|line| split(line, mark)).collect();
        let place = rows.iter().take(HEAD).enumerate().position(|(at, cells)| is_head(cells) && (at == 0 || cells.len() > 1));
        let captions = place.map(|place| Captions { place, each: rows[place].iter().map(|one| (one.clone(), caption(one))).collect() });
        let below = &rows[place.map_or(0, |place| place + 1)..];
        let names = if mark.is_some() { names_of(below, captions.as_ref()) } else { usize::MAX };
        Self { mark, captions, names, rows: below.iter().filter(|cells| cells.len() > 1).count() }
    }

    /// Whether the lines are rows of a table: else one of them may have cells.
    pub(super) const fn is_one(&self) -> bool {
        self.captions.is_some() || self.rows > 1
    }

    /// Whether the line at this place names the columns.
    pub(super) fn is_head(&self, place: usize) -> bool {
        self.captions.as_ref().is_some_and(|captions| captions.place == place)
    }

    /// What this line says.
    pub(super) fn row(&self, line: &str, place: usize) -> Row {
        let whole = || match Line::parse(line.trim()) {
            Ok(said) => Row { is_whole: true, said, ..Row::default() },
            Err(want) => Row { wrong: vec![format!("`{}` names nobody: write {want}", line.trim())], ..Row::default() },
        };
        // Under captions a cell may hold such a sign.
        let bare = if self.captions.is_some() { line } else { without_remark(line) };
        let cells = split(bare, self.mark);
        let said = cells.iter().filter(|cell| !cell.is_empty()).count();
        // `+34981123456;ext=3`.
        if said == 0 || cells.len() < 2 && self.captions.is_none() || matches!(Line::exactly(line.trim()), Ok(Some(_))) {
            return whole();
        }
        match self.captions.as_ref().filter(|captions| captions.place < place && cells.len() <= captions.each.len()) {
            Some(captions) => self.under(captions, &cells),
            None => self.free(bare, &cells),
        }
    }

    /// A row under captions.
    fn under(&self, captions: &Captions, cells: &[String]) -> Row {
        let (mut row, mut persons) = (Row::default(), Vec::new());
        for (place, (cell, (caption, field))) in cells.iter().zip(&captions.each).enumerate().filter(|(_, (cell, _))| !cell.is_empty()) {
            match field {
                _ if place == self.names => row.named(cell),
                Some(field) if NAMES.contains(field) => row.named(cell),
                Some(field) if MARKS.contains(field) => row.found(cell, caption),
                Some(field) if PERSONS.contains(field) => persons.push(cell.as_str()),
                // Of a column that is not understood, only what is surely somebody.
                None => row.said.extend(Line::exactly(cell).ok().flatten().filter(Line::is_evident).or_else(|| formed(cell))),
                Some(_) => {}
            }
        }
        if row.said.is_empty() && !persons.is_empty() {
            row.said.extend(Line::named(&persons.join(" ")));
        }
        row
    }

    /// A row that no captions explain.
    fn free(&self, line: &str, cells: &[String]) -> Row {
        let (mut row, mut texts) = (Row::default(), Vec::new());
        for (place, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty() && !is_date(cell)) {
            let is_number = cells[..place].iter().all(String::is_empty) && is_row_number(cell);
            match Line::parse(cell) {
                _ if is_number => {}
                Ok(said) if said.iter().all(|one| matches!(one, Line::Exactly(_))) => row.said.extend(said),
                Err(want) if cell.contains(char::is_alphanumeric) && !cell.chars().all(|c| c.is_ascii_digit()) => {
                    row.wrong.push(format!("`{cell}` names nobody: write {want}"));
                }
                _ if cell.contains(char::is_alphabetic) => texts.push((place, cell)),
                Ok(_) | Err(_) => {}
            }
        }
        let named = texts.iter().position(|(place, _)| *place == self.names).unwrap_or(0);
        let is_formed = texts.get(named).is_some_and(|(_, cell)| formed(cell).is_some());
        for (at, (_, cell)) in texts.iter().enumerate() {
            // A line alone does not show which of its cells is the name.
            if at == named || !self.is_one() && !is_formed {
                row.named(cell);
            } else if let Some(said) = surely(cell) {
                row.said.extend(said);
            } else {
                row.passed.push((*cell).clone());
            }
        }
        // What the commas part may be one name.
        if self.mark.is_some_and(Mark::is_comma) && !texts.is_empty() && !line.contains('"') {
            row.said.extend(Line::named(line).and_then(Line::into_spelling));
        }
        row
    }

    /// How it was read, where that is not as one entry a line; with what was passed over first, and the line of it.
    pub(super) fn told(&self, passed: Option<(usize, &[String])>, numbers: &[usize]) -> Option<String> {
        if !self.is_one() {
            return None;
        }
        let parted = self.mark.map_or_else(String::new, |mark| format!(" with {} between its cells", mark.shown()));
        let by = self.captions.as_ref().map_or_else(String::new, |captions| self.columns(captions, numbers));
        let over = passed.map_or_else(String::new, |(line, passed)| {
            let all: Vec<String> = passed.iter().map(|cell| format!("`{}`", text::clip(cell, 40))).collect();
            format!("; remarks and places are passed over, as in line {line}: {}; a name there goes on a line of its own", all.join(", "))
        });
        Some(format!("is read as a table{parted}{by}{over}"))
    }

    /// Which columns say who is meant, and which are passed over.
    fn columns(&self, captions: &Captions, numbers: &[usize]) -> String {
        let speaks = |place: usize, field: Option<&str>| {
            place == self.names || field.is_some_and(|field| [NAMES, MARKS, PERSONS].iter().any(|all| all.contains(&field)))
        };
        let list = |wanted: bool| {
            let all = captions.each.iter().enumerate().filter(|(_, (caption, _))| !caption.is_empty());
            let all = all.filter(|(place, (_, field))| speaks(*place, *field) == wanted);
            all.map(|(_, (caption, _))| format!("`{}`", text::clip(caption, 40))).collect::<Vec<_>>().join(", ")
        };
        let line = numbers.get(captions.place).copied().unwrap_or_default();
        let over = Some(list(false)).filter(|over| !over.is_empty()).map_or_else(String::new, |over| format!("; passed over: {over}"));
        format!(": line {line} names its columns, who is meant is read from {}{over}", list(true))
    }
}

impl Row {
    fn named(&mut self, cell: &str) {
        match Line::parse(cell) {
            Ok(said) => self.said.extend(said),
            Err(want) => self.wrong.push(format!("`{cell}` names nobody: write {want}")),
        }
    }

    /// What a cell says under the caption of an address or a number.
    fn found(&mut self, cell: &str, caption: &str) {
        match Line::parse(cell) {
            Ok(said) if said.iter().any(|one| matches!(one, Line::Exactly(_))) => {
                self.said.extend(said.into_iter().filter(|one| matches!(one, Line::Exactly(_))));
            }
            Ok(_) => self.wrong.push(format!("`{cell}` under `{caption}` is not understood")),
            Err(want) => self.wrong.push(format!("`{cell}` under `{caption}` names nobody: write {want}")),
        }
    }
}

fn split(line: &str, mark: Option<Mark>) -> Vec<String> {
    mark.map_or_else(|| vec![line.trim().to_owned()], |mark| cells(line, mark).0)
}

/// Whether these cells name columns.
fn is_head(cells: &[String], caption: Caption<'_>) -> bool {
    let said: Vec<&String> = cells.iter().filter(|cell| !COUNTS.contains(&text::words(cell).as_str())).collect();
    let fields: Vec<Option<&str>> = said.iter().map(|cell| caption(cell)).collect();
    let known = fields.iter().flatten().count();
    let whom = fields.iter().flatten().filter(|field| NAMES.contains(field) || MARKS.contains(field)).count();
    let tells = |cell: &str, field: Option<&str>| {
        field.is_none() && (formed(cell).is_some() || matches!(Line::exactly(cell), Ok(Some(_))) || is_date(cell))
    };
    whom > 0 && (known > 1 || known * 2 >= said.len()) && !said.iter().zip(&fields).any(|(cell, field)| tells(cell, *field))
}

/// The column in which the names are, where no caption says so: the one with most different words, and legal forms.
fn names_of(rows: &[Vec<String>], captions: Option<&Captions>) -> usize {
    let is_free = |place: usize| captions.is_none_or(|captions| captions.each.get(place).is_some_and(|(_, field)| field.is_none()));
    if captions.is_some_and(|captions| captions.each.iter().any(|(_, field)| field.is_some_and(|field| NAMES.contains(&field)))) {
        return usize::MAX;
    }
    let wide = rows.iter().map(Vec::len).max().unwrap_or(0);
    let score = |place: usize| {
        let column = rows.iter().filter_map(|cells| cells.get(place));
        let texts: Vec<&String> = column.filter(|cell| cell.contains(char::is_alphabetic) && is_words(cell)).collect();
        let formed = texts.iter().filter(|cell| formed(cell).is_some()).count();
        formed + texts.iter().collect::<BTreeSet<_>>().len()
    };
    let places = (0..wide).filter(|place| is_free(*place)).map(|place| (score(place), place)).rev();
    places.max_by_key(|(score, _)| *score).filter(|(score, _)| *score > 0).map_or(usize::MAX, |(_, place)| place)
}

fn is_words(cell: &str) -> bool {
    !is_date(cell) && matches!(Line::exactly(cell), Ok(None))
}

/// A company with its legal form.
fn formed(cell: &str) -> Option<Line> {
    if is_form(cell) { None } else { Line::formed(cell) }
}

/// Who is surely named by words that stand beside a name.
fn surely(cell: &str) -> Option<Vec<Line>> {
    let said = Line::parse(cell).ok()?;
    let is_sure = |one: &Line| one.is_evident() || matches!(one, Line::Named(name) if name.form.is_some());
    said.iter().any(is_sure).then(|| said.into_iter().filter(is_sure).collect())
}

fn is_row_number(cell: &str) -> bool {
    let bare = cell.trim_end_matches(['.', ')', 'º', 'ª']);
    !bare.is_empty() && bare.len() <= NUMBER && bare.bytes().all(|b| b.is_ascii_digit())
}

/// A day, with or without the time: `2026-01-04`, `4.1.2026 10:30`.
fn is_date(cell: &str) -> bool {
    let day = cell.split([' ', 'T']).next().unwrap_or_default();
    ['-', '/', '.'].into_iter().any(|mark| {
        let parts: Vec<&str> = day.trim_end_matches(mark).split(mark).collect();
        let years = parts.iter().filter(|part| part.len() == 4).count();
        let digits = parts.iter().all(|part| matches!(part.len(), 1 | 2 | 4) && part.bytes().all(|b| b.is_ascii_digit()));
        parts.len() == 3 && years <= 1 && digits
    })
}

#[cfg(test)]
mod tests {
    use crate::extract::column_field;
    use crate::model::sample::organisation;
    use crate::model::{FactName, IdentityKey, Organisation};
    use crate::resolve::List;

    /// Somebody as records know them: by name, or by the mark that the words are.
    fn known(who: &str) -> Organisation {
        let mut org = organisation("x", &[]);
        match who.split_once(':') {
            Some(("site", domain)) => _ = org.keys.insert(IdentityKey::Domain(domain.to_owned())),
            Some(("tax", id)) => _ = org.keys.insert(IdentityKey::TaxId(id.to_owned())),
            Some(("tel", phone)) => org = organisation("x", &[(FactName::Phone, phone)]),
            _ => org = organisation(who, &[(FactName::Name, who)]),
        }
        org
    }

    /// A file, who is on it, and who is not.
    const FILES: &[(&str, &[&str], &[&str])] = &[
        // Tabs.
        ("Brightwater Foods\t\tasked by phone", &["Brightwater Foods Ltd"], &[]),
        ("Brightwater Foods Ltd\tLeeds\tasked by phone", &["Brightwater Foods"], &["Leeds"]),
        ("Acme\tLeeds\tasked\nBeta Foods\tHull\tasked", &["Acme Ltd", "Beta Foods"], &["Leeds", "Hull", "asked"]),
        ("Leeds\tAcme\nLeeds\tBeta Foods", &["Acme Ltd", "Beta Foods"], &["Leeds"]),
        (
            "Company\tWebsite\tReason\nBrightwater Foods\t\tasked\nFlexo\tflexo.example\topt-out\n\tgamma.es\t",
            &["Brightwater Foods", "Flexo", "site:flexo.example", "site:gamma.es"],
            &["Company", "Reason", "opt-out"],
        ),
        // Commas and semicolons.
        ("Brightwater Foods,Leeds,asked by phone", &["Brightwater Foods Ltd"], &[]),
        ("Brightwater Foods Ltd,Leeds,asked by phone", &["Brightwater Foods"], &["Leeds"]),
        ("1,Acme Ltd,Burgos", &["Acme"], &["Burgos", "1"]),
        ("1,Acme,Burgos\n2,Beta,Soria", &["Acme", "Beta SL"], &["Burgos", "Soria"]),
        ("1;Acme S.L.;Burgos;B12345674", &["Acme", "tax:ESB12345674"], &["Burgos"]),
        (
            "\"Brightwater Foods Ltd\",\"brightwater.co.uk\",\"2026-01-04\"",
            &["Brightwater Foods", "site:brightwater.co.uk"],
            &["tel:20260104"],
        ),
        (
            "Razón social;CIF;Web;Teléfono\nCONSERVAS RIA SA;A36000111;;\n\"Galletas Pas, S.A.\";;;942 75 20 00\nHarbour;;gmail.com;",
            &["Conservas Ria", "Galletas Pas", "tax:A36000111", "tel:+34942752000", "Harbour Ltd"],
            &["site:gmail.com", "Razón social"],
        ),
        ("Empresa,Localidad,CIF\n\"Acme, S.L.\",Burgos,B12345674\nBeta,Soria,", &["Acme", "Beta", "tax:ESB12345674"], &["Burgos", "Soria"]),
        ("sep=;\nEmpresa;Motivo\nAcme;baja", &["Acme SL"], &["baja", "Empresa"]),
        ("Acme;asked by phone", &["Acme Ltd"], &[]),
        ("Ocho; Nueve", &["Ocho", "Nueve"], &[]),
        ("#;Empresa\n1;Acme\n2;Beta", &["Acme", "Beta"], &["Empresa"]),
        ("Nº;Cuenta;Teléfono\n1;Acme;947 555 444\n2;Beta;", &["Acme", "Beta", "tel:+34947555444"], &["Cuenta"]),
        ("Empresa;Contacto;Correo\n;Ana García;\nAcme;Eva Gil;eva@acme.es", &["Ana García", "Acme"], &["Eva Gil"]),
        // More cells than captions: what they are is seen of each.
        ("Empresa;CIF\nAcme SL;Burgos;B12345674", &["Acme", "tax:ESB12345674"], &["Burgos"]),
        ("Acme Foods, Leeds, asked\nBeta Foods, Hull, asked", &["Acme Foods", "Beta Foods"], &["Leeds"]),
        ("\"Acme Ltd;Leeds\nBeta Ltd;Hull", &["Acme", "Beta"], &["Leeds"]),
        // One name a line.
        ("Empresa\nAcme\nBeta", &["Acme", "Beta"], &["Empresa"]),
        (
            "Acme, S.L.\nSmith, Jones & Co Ltd\nBodegas, Viñas y Olivos\nBeta",
            &["Acme", "Smith Jones & Co", "Bodegas Viñas y Olivos", "Beta"],
            &["Smith", "Bodegas", "Jones"],
        ),
        ("Smith,Jones & Co Ltd\nBeta,Hull", &["Smith, Jones & Co"], &[]),
        ("no calls: Acme Ltd", &["Acme"], &[]),
        ("no calls: Acme", &["Acme Ltd"], &[]),
        ("Brightwater Foods - asked by phone", &["Brightwater Foods Ltd"], &[]),
        ("Brightwater Foods, Leeds, asked by phone", &["Brightwater Foods Ltd"], &["Leeds"]),
        ("Brightwater Foods; Leeds; acme.es", &["Brightwater Foods", "site:acme.es"], &[]),
        ("acme.es # asked; in May\nBeta SL # sold, so, long", &["site:acme.es", "Beta"], &["in May", "sold"]),
        ("Acme\n--\ngmail.com\nBeta", &["Acme", "Beta"], &["site:gmail.com"]),
    ];

    #[test]
    fn a_file_says_who_is_meant_however_it_is_written() {
        let mut wrong = Vec::new();
        for (text, on, off) in FILES {
            let list = List::read(text, &column_field).unwrap();
            let found = |who: &&&str| list.find(&known(who)).is_some();
            wrong.extend(on.iter().filter(|who| !found(who)).map(|who| format!("{text:?} lacks {who}")));
            wrong.extend(off.iter().filter(found).map(|who| format!("{text:?} has {who}")));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_line() {
        for (text, want) in [
            ("Acme\n--\ngmail.com", &[(2, "`--` names nobody"), (3, "`gmail.com` names nobody")][..]),
            ("Empresa;Web\nAcme;gmail.com\n;", &[(2, "`gmail.com` under `Web` names nobody")]),
            ("Empresa;CIF;Motivo\nAcme;;x\n;;baja", &[(3, "`;;baja` names nobody")]),
            ("Empresa;CIF\nAcme;pendiente", &[(2, "`pendiente` under `CIF` is not understood")]),
        ] {
            let list = List::read(text, &column_field).unwrap();
            let told: Vec<(usize, &str)> = list.unread().iter().map(|(line, why)| (*line, why.as_str())).collect();
            assert_eq!(told.len(), want.len(), "{text:?}: {told:?}");
            for ((line, why), (at, begins)) in told.iter().zip(want) {
                assert!(line == at && why.starts_with(begins), "{text:?}: {told:?}");
            }
        }
        for (text, want) in [
            ("Acme\nBeta", None),
            (
                "Empresa;Motivo\nAcme;baja",
                Some(
                    "is read as a table with `;` between its cells: line 1 names its columns, who is meant is read from `Empresa`; passed over: `Motivo`",
                ),
            ),
            (
                "Acme,Leeds\nBeta,Hull",
                Some(
                    "is read as a table with commas between its cells; remarks and places are passed over, as in line 1: `Leeds`; a name there goes on a line of its own",
                ),
            ),
            ("Empresa\nAcme", Some("is read as a table: line 1 names its columns, who is meant is read from `Empresa`")),
        ] {
            assert_eq!(List::read(text, &column_field).unwrap().told(), want, "{text:?}");
        }
    }
}
