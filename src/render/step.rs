//! What to do next about a lead, in the reader's language: the way to somebody that is known, and what to find out first. Knows no letter.

use super::Language;
use super::sentence::quoted;
use crate::model::NextStep;
use crate::model::whole_points;

/// What to do next: the segment's own words where it has some, else the way that is known; and what to find out first.
pub fn next_step(language: Language, step: &NextStep) -> String {
    let NextStep::By { wanted, unnamed, person, phone, email, website } = step else {
        let NextStep::Words(words) = step else { return String::new() };
        return words.clone();
    };
    let direct: Vec<&str> = [person, phone, email].into_iter().flatten().map(String::as_str).collect();
    let (wanted, way) = if wanted.is_empty() || (phone.is_none() && email.is_none()) {
        (wanted.clone(), way(language, person.as_deref(), phone.as_deref(), (email.as_deref(), website.as_deref())))
    } else {
        // What is to be done is said: "call" would be said twice.
        (format!("{wanted} ({})", direct.join(", ")), None)
    };
    let reachable = phone.is_some() || email.is_some() || website.is_some();
    let [who, how, whom] = match language {
        Language::En => ["who it is", "a telephone number or an e-mail address", "the decision maker"],
        Language::Es => ["quién es", "un teléfono o un correo", "quién decide"],
        Language::Ru => ["кто это", "телефон или адрес почты", "кто принимает решения"],
    };
    let missing = [(*unnamed, who), (!reachable, how), (person.is_none(), whom)];
    let missing: Vec<&str> = missing.into_iter().filter(|(is_missing, _)| *is_missing).map(|(_, words)| words).collect();
    let find_out = match language {
        Language::En => "find out",
        Language::Es => "averiguar",
        Language::Ru => "узнать",
    };
    let find_out = (!missing.is_empty()).then(|| format!("{find_out}: {}", missing.join(", ")));
    let wanted = Some(wanted).filter(|words| !words.is_empty());
    wanted.into_iter().chain(way).chain(find_out).collect::<Vec<_>>().join("; ")
}

impl Language {
    /// That a lead was put away until a day: by its reader, or by somebody else, whose name may not be known.
    pub(super) fn parked(self, by: Option<&str>, day: &str) -> String {
        match (self, by) {
            (Self::En, None) => format!("you parked it until {day}"),
            (Self::Es, None) => format!("lo aplazaste hasta el {day}"),
            (Self::Ru, None) => format!("вы отложили это до {day}"),
            (Self::En, Some("")) => format!("it was parked until {day}"),
            (Self::Es, Some("")) => format!("quedó aplazado hasta el {day}"),
            (Self::Ru, Some("")) => format!("это было отложено до {day}"),
            (Self::En, Some(by)) => format!("{by} parked it until {day}"),
            (Self::Es, Some(by)) => format!("{by} lo aplazó hasta el {day}"),
            (Self::Ru, Some(by)) => format!("это отложил(а) {by} до {day}"),
        }
    }

    /// That a lead is one in another segment too, and what it comes to there.
    pub(super) fn also_for(self, segment: &str, total: i64) -> String {
        let total = whole_points(total);
        match self {
            Self::En => format!("also for {segment} ({total})"),
            Self::Es => format!("también para {segment} ({total})"),
            Self::Ru => format!("также для сегмента «{segment}» ({total})"),
        }
    }

    /// Of which day something is, behind words that may end with another day.
    pub(super) fn news_of(self, day: &str) -> String {
        match self {
            Self::En => format!("news of {day}"),
            Self::Es => format!("noticia del {day}"),
            Self::Ru => format!("новость от {day}"),
        }
    }

    /// That somebody else had it.
    pub(super) fn handed_over(self, had: &str) -> String {
        match self {
            Self::En => format!("handed over to you, {had} had it"),
            Self::Es => format!("pasa a ti, antes lo llevaba {had}"),
            Self::Ru => format!("передано вам, раньше с этим работал(а) {had}"),
        }
    }

    /// The next step where nothing is new but what became of a tender.
    pub(super) fn look_at_the_notice(self) -> &'static str {
        match self {
            Self::En => "look at the notice; nobody need be called for it",
            Self::Es => "mirar el anuncio; no hace falta llamar a nadie",
            Self::Ru => "посмотреть извещение; звонить никому не нужно",
        }
    }
}

/// What to do next for machines and the command line, in English; the segment's own words, of whatever language, are quoted.
pub fn next_step_quoted(step: &NextStep) -> String {
    let mut step = step.clone();
    if let NextStep::By { wanted, .. } = &mut step
        && !wanted.is_empty()
    {
        *wanted = quoted(Language::En, wanted);
    }
    next_step(Language::En, &step)
}

fn way(language: Language, person: Option<&str>, phone: Option<&str>, (email, website): (Option<&str>, Option<&str>)) -> Option<String> {
    let who = |before: &str, after: &str| person.map_or_else(String::new, |person| format!("{before}{person}{after}"));
    Some(match (language, phone, email, website) {
        (_, None, None, None) => return None,
        (Language::En, Some(phone), Some(email), _) => format!("call{} on {phone}, or write to {email}", who(" ", "")),
        (Language::En, Some(phone), None, _) => format!("call{} on {phone}", who(" ", "")),
        (Language::En, None, Some(email), _) => format!("write to {}{email}", who("", " at ")),
        (Language::En, None, None, Some(website)) => format!("find a telephone number or an e-mail address on {website}"),
        (Language::Es, Some(phone), Some(email), _) => format!("llamar{} al {phone}, o escribir a {email}", who(" a ", "")),
        (Language::Es, Some(phone), None, _) => format!("llamar{} al {phone}", who(" a ", "")),
        (Language::Es, None, Some(email), _) => format!("escribir{} a {email}", who(" a ", ",")),
        (Language::Es, None, None, Some(website)) => format!("buscar un teléfono o un correo en {website}"),
        (Language::Ru, Some(phone), Some(email), _) => format!("позвонить по {phone}{} или написать на {email}", who(" (", ")")),
        (Language::Ru, Some(phone), None, _) => format!("позвонить по {phone}{}", who(" (", ")")),
        (Language::Ru, None, Some(email), _) => format!("написать на {email}{}", who(" (", ")")),
        (Language::Ru, None, None, Some(website)) => format!("найти телефон или адрес почты на {website}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_step_names_the_way_and_what_to_find_out() {
        let by = |wanted: &str, known: [Option<&str>; 4]| {
            let [person, phone, email, website] = known.map(|text| text.map(str::to_owned));
            NextStep::By { wanted: wanted.to_owned(), unnamed: false, person, phone, email, website }
        };
        for (step, want) in [
            (by("ask for the buyer", [Some("Ana"), Some("+34"), Some("a@b.es"), None]), ["ask for the buyer (Ana, +34, a@b.es)"; 3]),
            (
                by("", [Some("Ana"), Some("+34"), Some("a@b.es"), None]),
                [
                    "call Ana on +34, or write to a@b.es",
                    "llamar a Ana al +34, o escribir a a@b.es",
                    "позвонить по +34 (Ana) или написать на a@b.es",
                ],
            ),
            (
                by("", [None, None, None, Some("https://b.es/")]),
                [
                    "find a telephone number or an e-mail address on https://b.es/; find out: the decision maker",
                    "buscar un teléfono o un correo en https://b.es/; averiguar: quién decide",
                    "найти телефон или адрес почты на https://b.es/; узнать: кто принимает решения",
                ],
            ),
            (
                by("", [Some("Ana"), None, Some("a@b.es"), None]),
                ["write to Ana at a@b.es", "escribir a Ana, a a@b.es", "написать на a@b.es (Ana)"],
            ),
            (
                by("", [None, None, Some("a@b.es"), None]),
                [
                    "write to a@b.es; find out: the decision maker",
                    "escribir a a@b.es; averiguar: quién decide",
                    "написать на a@b.es; узнать: кто принимает решения",
                ],
            ),
            (NextStep::Words("call".to_owned()), ["call"; 3]),
            (
                NextStep::By { wanted: String::new(), unnamed: true, person: None, phone: None, email: None, website: None },
                [
                    "find out: who it is, a telephone number or an e-mail address, the decision maker",
                    "averiguar: quién es, un teléfono o un correo, quién decide",
                    "узнать: кто это, телефон или адрес почты, кто принимает решения",
                ],
            ),
        ] {
            assert_eq!(Language::ALL.map(|language| next_step(language, &step)), want);
        }
    }
}
