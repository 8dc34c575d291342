//! Whether and in which order to ask whether two are one. Knows no store.

use std::collections::BTreeMap;

use super::linkage::{is_of_places, probability};
use crate::model::{Likeness, Question};

/// Questions of one kind that are worth their full order; the rest come last.
const OF_A_KIND: usize = 100;
/// Questions that are alike in what speaks for them: the levels of their fields, and why they were not joined.
type Kind = (Vec<u8>, String);

/// Doubt about a pair that a shared key speaks for and its names against.
const CONTRADICTED: f64 = 0.4;

/// Pairs that are one in fewer cases than this are not worth the time of who is asked: one in ten, about 32 points below the line.
const HOPE: f64 = 0.1;

/// Whether people are to be asked about a pair that is so alike. One that a shared key speaks for always is; one that has nothing in common but its
/// country or its town never.
pub fn worth_asking(likeness: &Likeness) -> bool {
    likeness.fields.is_empty() || !is_of_places(&likeness.pattern) && probability(f64::from(likeness.points) / 10.0) >= HOPE
}

/// Questions near the line first, of those the ones that stand for most others: after one of a kind was asked, the next of its kind tells half as
/// much. The same for any order of the questions.
pub fn most_telling(questions: Vec<Question>) -> Vec<Question> {
    let mut kinds: BTreeMap<Kind, Vec<(f64, Question)>> = BTreeMap::new();
    for question in questions {
        let p = probability(f64::from(question.likeness.points) / 10.0);
        let doubt = if question.likeness.fields.is_empty() { CONTRADICTED } else { p.min(1.0 - p) };
        kinds.entry((question.likeness.pattern.clone(), question.because.clone())).or_default().push((doubt, question));
    }
    let mut ranked: Vec<(f64, Question)> = Vec::new();
    for mut kind in kinds.into_values() {
        kind.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.pair().cmp(&b.1.pair())));
        let mut worth = (kind.len() as f64).sqrt();
        for (place, (doubt, question)) in kind.into_iter().enumerate() {
            ranked.push((doubt * worth, question));
            worth *= if place < OF_A_KIND { 0.5 } else { 1.0 };
        }
    }
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.pair().cmp(&b.1.pair())));
    ranked.into_iter().map(|(_, question)| question).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::ids::OrganisationId;
    use crate::model::Likeness;
    use crate::model::sample::day;

    #[test]
    fn a_pair_without_hope_is_no_question() {
        let likeness = |points: i32, fields: &[(&str, i32)]| Likeness {
            points,
            fields: fields.iter().map(|(name, points)| ((*name).to_owned(), *points)).collect(),
            pattern: Vec::new(),
        };
        for (points, fields, want) in [
            (-10, &[("name", 90)][..], true),
            (-310, &[("name", 90)], true),
            (-330, &[("name", 90)], false),
            (-490, &[("phone", 9)], false),
            (0, &[], true),
        ] {
            assert_eq!(worth_asking(&likeness(points, fields)), want, "{points}");
        }
    }

    #[test]
    fn a_pair_that_is_alike_in_nothing_but_where_it_is_is_no_question() {
        // Name, address, place, country, telephone, mail, domain, tax number, form, telephone of the house.
        for (pattern, want) in [
            ([1, 0, 4, 2, 0, 0, 0, 0, 2, 0], false),
            ([2, 3, 4, 2, 1, 1, 1, 1, 2, 0], false),
            ([1, 0, 0, 2, 0, 0, 0, 0, 0, 0], false),
            ([5, 0, 0, 2, 0, 0, 0, 0, 0, 0], true),
            ([1, 0, 4, 2, 4, 0, 0, 0, 0, 0], true),
            ([1, 6, 0, 2, 0, 0, 0, 0, 0, 0], true),
            ([1, 0, 0, 2, 0, 0, 3, 0, 0, 0], true),
        ] {
            let likeness = Likeness { points: -10, fields: vec![("country".to_owned(), 6)], pattern: pattern.to_vec() };
            assert_eq!(worth_asking(&likeness), want, "{pattern:?}");
        }
    }

    #[test]
    fn the_unsure_come_first_and_one_of_each_kind_before_its_likes() {
        let question = |a: u64, points: i32, kind: u8| Question {
            a: OrganisationId(a),
            b: OrganisationId(100),
            likeness: Likeness { points, fields: vec![("name".to_owned(), points)], pattern: vec![kind] },
            because: "x".to_owned(),
            at: day(0),
            asked: None,
        };
        let mut all = vec![question(1, -10, 1), question(2, -20, 1), question(3, -30, 2), question(4, -500, 3), question(5, -20, 1)];
        let order = |all: &[Question]| most_telling(all.to_vec()).iter().map(|one| one.a.0).collect::<Vec<_>>();
        let first = order(&all);
        assert_eq!(first, [1, 3, 2, 5, 4]);
        all.reverse();
        assert_eq!(order(&all), first);
    }
}
