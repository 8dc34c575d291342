//! One lead in words: what was said of it, its reasons and facts. Knows view types only.

use super::{LeadView, clip, explain, or_dash, table};

/// What a lead is by what was said of it.
pub(in crate::cli) fn verdict(view: &LeadView) {
    println!("{}: {} · {} · {}", view.id, view.title, view.segment, view.state);
    if let Some(said) = verdict_line(view) {
        println!("{said}");
    }
}

/// What somebody said of a lead last.
fn verdict_line(view: &LeadView) -> Option<String> {
    let verdict = view.verdict.as_ref()?;
    let until = verdict.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
    let because = if verdict.because.is_empty() { String::new() } else { format!(": {}", verdict.because) };
    Some(format!("verdict: {}{until} by {} at {}{because}", verdict.said, verdict.by, verdict.at))
}

pub(super) fn lead(view: &LeadView) {
    let formerly = view.formerly.as_ref().map(|name| format!(" (formerly {name})")).unwrap_or_default();
    println!("{}{formerly} · {} · {}", view.title, view.segment, view.state);
    println!("next step: {}", view.next_step);
    println!("owner: {} ({})", or_dash(view.owner.as_ref()), view.because);
    if let Some(said) = verdict_line(view) {
        println!("{said}");
    }
    if let Some(told) = &view.told {
        println!("{}: {told}", if view.told_state.as_deref() == Some("waits") { "waits to be told" } else { "told" });
    }
    let mut signals = table(&["why now", "", ""]);
    for (at, sentence, url) in &view.signals {
        signals.add_row([at, sentence, url]);
    }
    println!("{signals}");
    let mut facts = table(&["fact", "value", "seen at"]);
    for (name, value, url) in &view.facts {
        facts.add_row([name.clone(), clip(value, 80), url.clone()]);
    }
    println!("{facts}");
    explain(view);
}
