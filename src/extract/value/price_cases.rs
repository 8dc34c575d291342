//! The stored cases of prices, where they are: how many are read exactly. Says so when they are not there.

use super::money::price;
use super::*;
use crate::extract::real::{samples, say};

/// Of a hundred cases so many are to be read exactly.
const ENOUGH: usize = 97;

/// Whether a currency read fits the one told: the mark as written, or the code that such a mark means.
fn fits(told: Option<&str>, mark: Option<&str>, currency: Option<Currency>) -> bool {
    let bare = |mark: &str| mark.to_lowercase().chars().filter(|c| !matches!(c, ' ' | '.')).collect::<String>();
    match (told, mark) {
        (None, None) => true,
        (Some(told), Some(mark)) => bare(told) == bare(mark) || currency.is_some_and(|currency| bare(told) == bare(currency.code())),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

#[test]
fn the_stored_prices_are_read() {
    let Some(folder) = samples() else { return };
    let Ok(text) = std::fs::read_to_string(folder.join("leads/prices/prices-even.jsonl")) else {
        say("skipped: no stored prices");
        return;
    };
    let hints =
        Hints { zone: TimeZone::UTC, zone_from: ZoneFrom::Assumed, country: None, currency: None, month_first: false, format: None };
    let (mut right, mut all, mut missed) = (0, 0, Vec::new());
    for line in text.lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let word = |key: &str| case[key].as_str();
        let read = price(word("text").unwrap_or(""), word("currency_hint").unwrap_or(""), &hints);
        let number = read.amount.as_ref().map(|amount| amount.number);
        let want = word("amount").map(|amount| amount.parse::<rust_decimal::Decimal>().unwrap());
        let currency = read.amount.as_ref().and_then(|amount| amount.currency);
        all += 1;
        if number == want && fits(word("currency"), read.mark.as_deref(), currency) {
            right += 1;
        } else {
            missed.push(format!("{line}\n    {number:?} {:?} {currency:?}", read.mark));
        }
    }
    say(&format!("prices: {right} of {all} exact (price-parser 0.5.1: 1,052 of 1,185)\n  {}", missed.join("\n  ")));
    assert!(right * 100 >= all * ENOUGH, "{right} of {all}");
}
