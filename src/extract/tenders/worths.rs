//! What a tender, a lot or a contract is worth: one amount of each kind. Knows no format.

use rust_decimal::Decimal;

use super::Told;
use super::bidders::won;
use super::dues::named;
use crate::model::{AWARD_BEFORE, Award, Content, ENDED, Lot, Outcome, Worth, WorthKind};

impl Told {
    /// One amount of each kind: values are never summed, so of several the largest stands for all.
    /// Where there is one lot, what the notice says of that alone is said of all.
    pub(super) fn worth(&mut self, worth: &[Worth], lots: &[Lot]) {
        let only: &[Worth] = if let [lot] = lots { &lot.worth } else { &[] };
        for kind in WorthKind::ALL {
            let name = match kind {
                WorthKind::Estimate => "estimate",
                WorthKind::BudgetNet => "budget_net",
                WorthKind::BudgetGross => "budget_gross",
                WorthKind::Minimum => "minimum",
                WorthKind::Maximum => "maximum",
                WorthKind::Award => "award_value",
                WorthKind::Before => AWARD_BEFORE,
            };
            let of_lot = || largest(only, kind).filter(|_| !matches!(kind, WorthKind::Award | WorthKind::Before));
            self.put(name, largest(worth, kind).or_else(of_lot).unwrap_or_default());
        }
    }
}

/// What was awarded, where the notice says no sum and one award has a winner. Several are never summed: they may be of one lot.
pub(super) fn awarded(awards: &[Award]) -> Option<String> {
    largest(&only(awards)?.worth, WorthKind::Award)
}

/// What the one contract came to before its notice changed it.
pub(super) fn before(awards: &[Award]) -> Option<String> {
    largest(&only(awards)?.worth, WorthKind::Before)
}

/// The award that somebody has won, where it is the only one.
pub(super) fn only(awards: &[Award]) -> Option<&Award> {
    let mut won = awards.iter().filter(|award| won(award));
    won.next().filter(|_| won.next().is_none())
}

/// Until when each of several contracts runs, as far as that is said: "L1: Acme, 2027-03-31"; of those that are over since when.
pub(super) fn until(content: &Content) -> Vec<String> {
    let all: Vec<&Award> = content.awards.iter().filter(|award| won(award)).collect();
    let one = |award: &&Award| {
        let end = content.term_of(award).and_then(|term| term.end).map(|end| end.to_string());
        let over = (award.outcome == Outcome::Ended).then(|| ENDED.to_owned());
        let said: Vec<String> = over.into_iter().chain(end).collect();
        let names: Vec<String> = award.winners.iter().filter_map(|winner| Some(winner.name.best(&[])?.replace(';', ","))).collect();
        let lots: Vec<&str> = award.lots.iter().map(String::as_str).collect();
        let whose = [named(&lots), names.join(", ")].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
        (!said.is_empty()).then(|| format!("{whose}, {}", said.join(" ")))
    };
    all.iter().filter(|_| all.len() > 1).filter_map(one).collect()
}

/// Who won these lots, or the whole, and for how much: "L1, L2: Acme, Bolt, 68000 EUR"; the same for the second time: "Acme (2), 68000 EUR".
pub(super) fn won_by(lots: &str, award: &Award, nth: usize) -> String {
    let mut parts: Vec<String> = award.winners.iter().filter_map(|winner| Some(winner.name.best(&[])?.replace(';', ","))).collect();
    if let Some(last) = parts.last_mut().filter(|_| nth > 1) {
        *last = format!("{last} ({nth})");
    }
    parts.extend(largest(&award.worth, WorthKind::Award));
    let gap = if lots.is_empty() { "" } else { ": " };
    format!("{lots}{gap}{}", parts.join(", "))
}

/// The largest amount of a kind, in the currency of the first.
fn largest(worth: &[Worth], kind: WorthKind) -> Option<String> {
    let mut amounts = worth.iter().filter(|worth| worth.kind == kind).map(|worth| &worth.amount);
    let first = amounts.clone().next()?;
    let alike = amounts.by_ref().filter(|amount| amount.currency == first.currency).map(|amount| amount.number).max();
    let mut number = alike.filter(|number| *number > Decimal::ZERO)?;
    // Three decimals would be read as thousands.
    if number.scale() == 3 {
        number.rescale(4);
    }
    let currency = first.currency.map(|currency| currency.code().to_owned()).unwrap_or_default();
    Some(format!("{number} {currency}").trim_end().to_owned())
}

/// What a lot is worth, the surest that is said of it.
pub(super) fn worth_of(lot: &Lot) -> Option<String> {
    let kinds = [WorthKind::Estimate, WorthKind::BudgetNet, WorthKind::BudgetGross, WorthKind::Maximum];
    kinds.into_iter().find_map(|kind| largest(&lot.worth, kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use iso_currency::Currency;

    use crate::model::{Amount, Outcome};

    #[test]
    fn what_was_awarded_is_known_where_one_award_says_it() {
        type Case<'a> = (&'a [(Outcome, Option<(i64, &'a str)>)], Option<&'a str>);
        let cases: [Case<'_>; 7] = [
            (&[], None),
            (&[(Outcome::Won, Some((68_000, "EUR")))], Some("68000 EUR")),
            (&[(Outcome::Won, Some((68_000, "EUR"))), (Outcome::Won, Some((30_000, "EUR")))], None),
            (&[(Outcome::Won, Some((68_000, "EUR"))), (Outcome::Won, None)], None),
            (&[(Outcome::Won, Some((68_000, "EUR"))), (Outcome::Won, Some((30_000, "USD")))], None),
            (&[(Outcome::Won, Some((68_000, "EUR"))), (Outcome::Pending, None)], Some("68000 EUR")),
            (&[(Outcome::Provisional, Some((68_000, "EUR")))], None),
        ];
        for (awards, want) in cases {
            let worth = |(number, currency): (i64, &str)| Worth {
                kind: WorthKind::Award,
                amount: Amount { number: Decimal::from(number), currency: Currency::from_code(currency) },
                with_tax: None,
            };
            let award = |(outcome, amount): &(Outcome, Option<(i64, &str)>)| Award {
                id: String::new(),
                lots: Vec::new(),
                outcome: *outcome,
                reason: String::new(),
                winners: Vec::new(),
                losers: Vec::new(),
                worth: amount.map(worth).into_iter().collect(),
                date: None,
                bids: None,
                term: None,
            };
            let awards: Vec<Award> = awards.iter().map(award).collect();
            assert_eq!(awarded(&awards).as_deref(), want, "{awards:?}");
        }
    }

    #[test]
    fn what_the_only_lot_is_worth_all_is_worth() {
        let of = |kind, number: i64| Worth {
            kind,
            amount: Amount { number: Decimal::from(number), currency: Currency::from_code("EUR") },
            with_tax: None,
        };
        let lot = |number| Lot { worth: vec![of(WorthKind::Estimate, number), of(WorthKind::Award, 7)], ..Lot::default() };
        for (whole, lots, want) in [
            (vec![], vec![lot(50)], Some("50 EUR")),
            (vec![of(WorthKind::Award, 40)], vec![lot(50)], Some("50 EUR")),
            (vec![of(WorthKind::Estimate, 90)], vec![lot(50)], Some("90 EUR")),
            // Values are never summed.
            (vec![], vec![lot(50), lot(60)], None),
            (vec![], vec![], None),
        ] {
            let mut told = Told::default();
            told.worth(&whole, &lots);
            assert_eq!(told.fields.get("estimate").map(|amounts| amounts[0].as_str()), want, "{whole:?}");
            assert_ne!(told.fields.get("award_value").map(|amounts| amounts[0].as_str()), Some("7 EUR"));
        }
    }
}
