//! Titles among vacancies under which nobody is wanted: applications without a post. A table of words; knows no board.

use crate::base::text::words;

/// What such a title is or says, in the languages of Europe that are read most.
const OPEN: &[&str] = &[
    "initiativbewerbung",
    "initiativ bewerbung",
    "initiativbewerber",
    "spontanbewerbung",
    "spontan bewerbung",
    "blindbewerbung",
    "unaufgeforderte bewerbung",
    "open application",
    "spontaneous application",
    "speculative application",
    "unsolicited application",
    "general application",
    "candidatura espontanea",
    "autocandidatura",
    "envianos tu curriculum",
    "envianos tu cv",
    "candidature spontanee",
    "candidatures spontanees",
    "candidatura spontanea",
    "candidature spontanee",
    "autocandidature",
    "open sollicitatie",
    "spontane sollicitatie",
    "spontanansokan",
    "spontanansokningar",
    "uopfordret ansøgning",
    "apen søknad",
    "avoin hakemus",
    "aplikacja spontaniczna",
    "инициативное резюме",
    "инициативный отклик",
    "открытая анкета",
    "кадровый резерв",
];
/// What is so only where a title begins with it and says no more.
const WHOLE: &[&str] = &[
    "talent pool",
    "talentpool",
    "talent community",
    "talent network",
    "join our talent pool",
    "join our talent community",
    "join our talent network",
];

/// Whether a title among vacancies asks for nobody: whoever likes may apply ("Initiativbewerbung (m/w/d)").
pub fn is_open_application(title: &str) -> bool {
    let folded = words(title);
    // Behind the beginning of a word it may go on: "Initiativbewerbungen".
    WHOLE.contains(&folded.as_str()) || OPEN.iter().any(|open| format!(" {folded}").contains(&format!(" {}", words(open))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_nobody() {
        for (title, want) in [
            ("Initiativbewerbung (m/w/d)", true),
            ("Initiativbewerbungen Produktion", true),
            ("Initiativ-Bewerbung", true),
            ("Ihre Initiativbewerbung als Schweißer", true),
            ("Spontanbewerbung", true),
            ("Open Application – Engineering", true),
            ("Speculative applications", true),
            ("Candidatura espontánea", true),
            ("Candidature spontanée (H/F)", true),
            ("Open sollicitatie", true),
            ("Spontanansökan", true),
            ("Uopfordret ansøgning", true),
            ("Кадровый резерв", true),
            ("Talent Pool", true),
            ("Talent Pool Manager", false),
            ("Bewerbungsmanager (m/w/d)", false),
            ("Initiative Lead", false),
            ("Application Engineer", false),
            ("Open Source Developer", false),
            ("Schweißer (m/w/d)", false),
            ("", false),
        ] {
            assert_eq!(is_open_application(title), want, "{title}");
        }
    }
}
