//! What a tender, a lot or a contract is worth: one amount of each kind. Knows no format.

use rust_decimal::Decimal;

use super::Told;
use crate::model::{Lot, Worth, WorthKind};

impl Told {
    /// One amount of each kind: values are never summed, so of several the largest stands for all.
    pub(super) fn worth(&mut self, worth: &[Worth]) {
        for kind in WorthKind::ALL {
            let name = match kind {
                WorthKind::Estimate => "estimate",
                WorthKind::BudgetNet => "budget_net",
                WorthKind::BudgetGross => "budget_gross",
                WorthKind::Minimum => "minimum",
                WorthKind::Maximum => "maximum",
                WorthKind::Award => "award_value",
            };
            self.put(name, largest(worth, kind).unwrap_or_default());
        }
    }
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
