//! The words around the facts, in the reader's language. One more language is one more arm in each table; the compiler finds them all.

use jiff::civil::Date;

use crate::model::{FactName, SignalKind};

/// A language that digests are written in. Source texts, the user's own reasons and quotes stay as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
}

/// A fixed text without a number or name in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    WhyNow,
    Score,
    Unknown,
    NextStep,
    Source,
    SourcesTitle,
    NotNamed,
    Segment,
    Updated,
    ProofLink,
    NoSources,
    Unsubscribe,
    WhyThisMail,
    OnlyNow,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::En, Self::Es];

    /// The language of a tag (`es`, `es-MX`); anything not spoken here is answered in English.
    pub fn of(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or("").to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.tag() == primary).unwrap_or_default()
    }

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
        }
    }

    /// What a bare number of size counts.
    pub(super) const fn people(self) -> &'static str {
        match self {
            Self::En => "people",
            Self::Es => "personas",
        }
    }

    pub(super) const fn word(self, word: Word) -> &'static str {
        match (self, word) {
            (Self::En, Word::WhyNow) => "Why now",
            (Self::Es, Word::WhyNow) => "Por qué ahora",
            (Self::En, Word::Score) => "Score",
            (Self::Es, Word::Score) => "Puntuación",
            (Self::En, Word::Unknown) => "Still unknown",
            (Self::Es, Word::Unknown) => "Falta saber",
            (Self::En, Word::NextStep) => "Next step",
            (Self::Es, Word::NextStep) => "Siguiente paso",
            (Self::En, Word::Source) => "source",
            (Self::Es, Word::Source) => "fuente",
            (Self::En, Word::SourcesTitle) => "How complete this is",
            (Self::Es, Word::SourcesTitle) => "Hasta dónde está completo",
            (Self::En, Word::NotNamed) => "Not named yet",
            (Self::Es, Word::NotNamed) => "Aún sin nombre",
            (Self::En, Word::Segment) => "Segment",
            (Self::Es, Word::Segment) => "Segmento",
            (Self::En, Word::Updated) => "update",
            (Self::Es, Word::Updated) => "actualización",
            (Self::En, Word::ProofLink) => "see the page",
            (Self::Es, Word::ProofLink) => "ver la página",
            (Self::En, Word::NoSources) => "No source is being read: nothing can be found.",
            (Self::Es, Word::NoSources) => "No se lee ninguna fuente: no se puede encontrar nada.",
            (Self::En, Word::Unsubscribe) => "Stop these mails",
            (Self::Es, Word::Unsubscribe) => "No recibir más estos correos",
            (Self::En, Word::WhyThisMail) => "You get this because you are a rep in Atalaya.",
            (Self::Es, Word::WhyThisMail) => "Recibes esto porque eres comercial en Atalaya.",
            (Self::En, Word::OnlyNow) => "It is above your hot line, so it comes at once.",
            (Self::Es, Word::OnlyNow) => "Supera tu umbral urgente, por eso llega al momento.",
        }
    }

    pub(super) const fn fact(self, name: FactName) -> &'static str {
        match (self, name) {
            (Self::En, FactName::Name) => "name",
            (Self::Es, FactName::Name) => "nombre",
            (Self::En, FactName::Website) => "website",
            (Self::Es, FactName::Website) => "sitio web",
            (Self::En, FactName::Phone) => "phone",
            (Self::Es, FactName::Phone) => "teléfono",
            (Self::En, FactName::Email) => "e-mail",
            (Self::Es, FactName::Email) => "correo",
            (Self::En, FactName::TaxId) => "tax number",
            (Self::Es, FactName::TaxId) => "NIF",
            (Self::En, FactName::Address) => "address",
            (Self::Es, FactName::Address) => "dirección",
            (Self::En, FactName::Place) => "town",
            (Self::Es, FactName::Place) => "localidad",
            (Self::En, FactName::Region) => "region",
            (Self::Es, FactName::Region) => "región",
            (Self::En, FactName::Country) => "country",
            (Self::Es, FactName::Country) => "país",
            (Self::En, FactName::Industry) => "industry",
            (Self::Es, FactName::Industry) => "sector",
            (Self::En, FactName::Size) => "size",
            (Self::Es, FactName::Size) => "tamaño",
            (Self::En, FactName::Person) => "person to speak to",
            (Self::Es, FactName::Person) => "persona de contacto",
        }
    }

    pub(super) const fn signal(self, kind: SignalKind) -> &'static str {
        match (self, kind) {
            (Self::En, SignalKind::RequestForSuppliers) => "Looks for a supplier",
            (Self::Es, SignalKind::RequestForSuppliers) => "Busca proveedor",
            (Self::En, SignalKind::TenderPublished) => "Tender published",
            (Self::Es, SignalKind::TenderPublished) => "Licitación publicada",
            (Self::En, SignalKind::DeadlineMoved) => "Deadline moved",
            (Self::Es, SignalKind::DeadlineMoved) => "Plazo cambiado",
            (Self::En, SignalKind::AwardWon) => "Won an award",
            (Self::Es, SignalKind::AwardWon) => "Contrato adjudicado",
            (Self::En, SignalKind::ExhibitorListed) => "Will exhibit",
            (Self::Es, SignalKind::ExhibitorListed) => "Expone en feria",
            (Self::En, SignalKind::OrganisationListed) => "Newly listed",
            (Self::Es, SignalKind::OrganisationListed) => "Alta nueva",
            (Self::En, SignalKind::OfferListed) => "New offer",
            (Self::Es, SignalKind::OfferListed) => "Oferta nueva",
            (Self::En, SignalKind::PriceMoved) => "Price moved",
            (Self::Es, SignalKind::PriceMoved) => "Cambio de precio",
            (Self::En, SignalKind::VacancyPublished) => "Is hiring",
            (Self::Es, SignalKind::VacancyPublished) => "Busca personal",
            (Self::En, SignalKind::BranchOpened) => "New site",
            (Self::Es, SignalKind::BranchOpened) => "Sede nueva",
            (Self::En, SignalKind::ArticlePublished) => "In the press",
            (Self::Es, SignalKind::ArticlePublished) => "En la prensa",
            (Self::En, SignalKind::RecordChanged) => "Entry changed",
            (Self::Es, SignalKind::RecordChanged) => "Ficha cambiada",
            (Self::En, SignalKind::PageChanged) => "Page changed",
            (Self::Es, SignalKind::PageChanged) => "Página cambiada",
            (Self::En, SignalKind::WentAway) => "Went away",
            (Self::Es, SignalKind::WentAway) => "Desaparecido",
        }
    }

    /// "Mon 23 Nov 2026".
    pub(super) fn date(self, date: Date) -> String {
        const EN: ([&str; 7], [&str; 12]) = (
            ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        );
        const ES: ([&str; 7], [&str; 12]) = (
            ["lun", "mar", "mié", "jue", "vie", "sáb", "dom"],
            ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"],
        );
        let (days, months) = match self {
            Self::En => EN,
            Self::Es => ES,
        };
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        let month = usize::try_from(date.month() - 1).unwrap_or(0);
        format!("{} {} {} {}", days[weekday], date.day(), months[month], date.year())
    }

    /// How long ago, in days: "today", "3 days ago", "in 2 days".
    pub(super) fn age(self, days_ago: i64) -> String {
        match (self, days_ago) {
            (Self::En, 0) => "today".to_owned(),
            (Self::En, 1) => "yesterday".to_owned(),
            (Self::En, -1) => "tomorrow".to_owned(),
            (Self::En, ago) if ago > 0 => format!("{ago} days ago"),
            (Self::En, ahead) => format!("in {} days", -ahead),
            (Self::Es, 0) => "hoy".to_owned(),
            (Self::Es, 1) => "ayer".to_owned(),
            (Self::Es, -1) => "mañana".to_owned(),
            (Self::Es, ago) if ago > 0 => format!("hace {ago} días"),
            (Self::Es, ahead) => format!("dentro de {} días", -ahead),
        }
    }

    /// Hundredths of a point as a number, with the language's decimal mark and no needless zeros: 2000 is `20`, -1525 is `-15.25`.
    pub(super) fn points(self, hundredths: i64) -> String {
        let sign = if hundredths < 0 { "-" } else { "" };
        let (whole, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
        let mark = match self {
            Self::En => '.',
            Self::Es => ',',
        };
        match rest {
            0 => format!("{sign}{whole}"),
            rest if rest % 10 == 0 => format!("{sign}{whole}{mark}{}", rest / 10),
            rest => format!("{sign}{whole}{mark}{rest:02}"),
        }
    }

    /// [`Self::points`] with its sign.
    pub(super) fn signed(self, hundredths: i64) -> String {
        let plus = if hundredths > 0 { "+" } else { "" };
        format!("{plus}{}", self.points(hundredths))
    }

    pub(super) fn leads_for_you(self, n: usize) -> String {
        match (self, n) {
            (Self::En, 1) => "1 lead for you".to_owned(),
            (Self::En, n) => format!("{n} leads for you"),
            (Self::Es, 1) => "1 cliente posible para ti".to_owned(),
            (Self::Es, n) => format!("{n} clientes posibles para ti"),
        }
    }

    pub(super) fn nothing_new(self, well: usize, ill: usize) -> String {
        match self {
            Self::En if ill == 0 => format!("Nothing new: {well} {} complete", plural(well, "source", "sources")),
            Self::En => format!("Nothing new, but {ill} of {} {} incomplete", well + ill, plural(well + ill, "source is", "sources are")),
            Self::Es if ill == 0 => format!("Nada nuevo: {well} {}", plural(well, "fuente completa", "fuentes completas")),
            Self::Es => format!("Nada nuevo, pero faltan datos de {ill} de {} {}", well + ill, plural(well + ill, "fuente", "fuentes")),
        }
    }

    pub(super) fn and_more(self, n: usize, rep: &str) -> String {
        match self {
            Self::En => format!("And {n} more. See them all with: atalaya lead list --rep {rep}"),
            Self::Es => format!("Y {n} más. Para verlos todos: atalaya lead list --rep {rep}"),
        }
    }

    pub(super) fn score_line(self, fit: i64, signal: i64, known: u8) -> String {
        let (fit, signal) = (self.points(fit), self.points(signal));
        match self {
            Self::En => format!("fit {fit} · signal {signal} · {known} % known"),
            Self::Es => format!("encaje {fit} · señal {signal} · {known} % conocido"),
        }
    }

    pub(super) fn other_rules(self, n: usize) -> String {
        match self {
            Self::En => format!("{n} more {}", plural(n, "rule", "rules")),
            Self::Es => format!("{n} {} más", plural(n, "regla", "reglas")),
        }
    }

    pub(super) fn between(self, low: i64, high: i64) -> String {
        let (low, high) = (self.points(low), self.points(high));
        match self {
            Self::En => format!("Once known, the total lies between {low} and {high}."),
            Self::Es => format!("Al saberlo, el total queda entre {low} y {high}."),
        }
    }

    pub(super) fn complete_until(self, when: &str) -> String {
        match self {
            Self::En => format!("complete until {when}"),
            Self::Es => format!("completa hasta {when}"),
        }
    }

    pub(super) fn ill_since(self, when: &str) -> String {
        match self {
            Self::En => format!("reading badly since {when}"),
            Self::Es => format!("se lee mal desde {when}"),
        }
    }

    pub(super) const fn never_read(self) -> &'static str {
        match self {
            Self::En => "not read completely yet",
            Self::Es => "aún sin una lectura completa",
        }
    }

    pub(super) fn other_sources(self, n: usize) -> String {
        match self {
            Self::En => format!("and {n} more {}: atalaya source list", plural(n, "source", "sources")),
            Self::Es => format!("y {n} {} más: atalaya source list", plural(n, "fuente", "fuentes")),
        }
    }

    pub(super) fn seen(self, when: &str) -> String {
        match self {
            Self::En => format!("seen {when}"),
            Self::Es => format!("visto {when}"),
        }
    }
}

const fn plural<'a>(n: usize, one: &'a str, many: &'a str) -> &'a str {
    if n == 1 { one } else { many }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags() {
        for (tag, want) in
            [("es", Language::Es), ("es-MX", Language::Es), ("ES_es", Language::Es), ("en-GB", Language::En), ("de", Language::En)]
        {
            assert_eq!(Language::of(tag), want, "{tag}");
        }
    }

    #[test]
    fn points_are_exact() {
        for (given, en, es) in
            [(2_000, "+20", "+20"), (1_525, "+15.25", "+15,25"), (-450, "-4.5", "-4,5"), (7, "+0.07", "+0,07"), (0, "0", "0")]
        {
            assert_eq!(Language::En.signed(given), en);
            assert_eq!(Language::Es.signed(given), es);
        }
    }

    #[test]
    fn dates_and_ages() {
        let day = jiff::civil::date(2026, 11, 23);
        assert_eq!(Language::En.date(day), "Mon 23 Nov 2026");
        assert_eq!(Language::Es.date(day), "lun 23 nov 2026");
        for (ago, en, es) in
            [(0, "today", "hoy"), (1, "yesterday", "ayer"), (3, "3 days ago", "hace 3 días"), (-2, "in 2 days", "dentro de 2 días")]
        {
            assert_eq!(Language::En.age(ago), en);
            assert_eq!(Language::Es.age(ago), es);
        }
    }
}
