//! The plain text form: 72 columns, addresses unbroken.

use super::altered::ChangeView;
use super::due::DueView;
use super::view::{LeadView, LinkView, ReasonView, View};

/// Columns.
const WIDTH: usize = 72;

pub(super) fn page(view: &View) -> String {
    let mut out = Page::default();
    out.line(&view.heading);
    out.line(&"=".repeat(view.heading.chars().count().min(WIDTH)));
    for paragraph in &view.paragraphs {
        out.gap();
        out.wrap("", "", paragraph);
    }
    of_tenders(&mut out, view);
    for lead in &view.leads {
        lead_block(&mut out, lead);
    }
    if let Some(title) = &view.more_leads_title {
        out.gap();
        out.wrap("", "", title);
        for more in &view.more_leads {
            line_block(&mut out, more);
        }
    }
    if let Some(title) = view.pairs_title {
        out.gap();
        out.line(title);
        out.line(&"-".repeat(title.chars().count()));
        for pair in &view.pairs {
            out.wrap("* ", "  ", &pair.one);
            out.wrap("  ", "  ", &pair.other);
            for because in &pair.because {
                out.wrap("  ", "  ", because);
            }
            for answer in &pair.answers {
                out.line(&format!("  {answer}"));
            }
        }
        if let Some(how) = view.pairs_how {
            out.wrap("", "", how);
        }
    }
    if let Some(title) = view.sources_title {
        out.gap();
        out.line(title);
        out.line(&"-".repeat(title.chars().count()));
        for source in &view.sources {
            let mark = if source.well { "* " } else { "! " };
            out.wrap(mark, "  ", &format!("{}: {}", source.title, source.status));
        }
    }
    if let Some(footer) = view.footer {
        out.gap();
        out.line("-- ");
        out.wrap("", "", footer);
    }
    if let Some(LinkView { words, href: Some(href) }) = &view.unsubscribe {
        out.line(&format!("{words}: {href}"));
    }
    if let Some(LinkView { words, href: Some(href) }) = &view.calendar {
        out.line(&format!("{words}: {href}"));
    }
    out.text
}

/// What of tenders stands before the leads.
fn of_tenders(out: &mut Page, view: &View) {
    for stock in &view.stocks {
        out.gap();
        out.wrap("", "", &stock.there);
        for next in &stock.next {
            line_block(out, next);
        }
    }
    if let Some(title) = view.changes_title {
        out.gap();
        out.line(title);
        out.line(&"-".repeat(title.chars().count()));
        for change in &view.changes {
            change_block(out, change);
        }
        if let Some(title) = &view.more_changes_title {
            out.wrap("", "", title);
        }
        for more in &view.more_changes {
            line_block(out, more);
        }
    }
    if let Some(title) = view.deadlines_title {
        out.gap();
        out.line(title);
        out.line(&"-".repeat(title.chars().count()));
        for due in &view.deadlines {
            due_block(out, due);
        }
        if let Some(title) = &view.more_deadlines_title {
            out.wrap("", "", title);
        }
        for more in &view.more_deadlines {
            line_block(out, more);
        }
    }
}

fn change_block(out: &mut Page, change: &ChangeView) {
    out.wrap("* ", "  ", &change.what.words);
    for news in &change.news {
        out.wrap("  ", "    ", news);
    }
    out.wrap("  ", "  ", &change.about.join(" · "));
    for until in &change.until {
        out.wrap("  ", "    ", until);
    }
    for note in &change.notes {
        out.wrap("  ! ", "    ", note);
    }
    if let Some(href) = &change.what.href {
        out.wrap("  ", "  ", href);
    }
    if let Some(LinkView { words, href }) = &change.proof {
        out.wrap("  ", "  ", href.as_ref().unwrap_or(words));
    }
    out.line(&format!("  {}", change.reference));
}

fn line_block(out: &mut Page, line: &LinkView) {
    out.wrap("* ", "  ", &line.words);
    if let Some(href) = &line.href {
        out.wrap("  ", "  ", href);
    }
}

fn due_block(out: &mut Page, due: &DueView) {
    out.wrap("* ", "  ", &due.when);
    out.wrap("  ", "  ", &due.what.words);
    out.wrap("  ", "  ", &due.about.join(" · "));
    for note in &due.notes {
        out.wrap("  ! ", "    ", note);
    }
    if let Some(href) = &due.what.href {
        out.wrap("  ", "  ", href);
    }
    out.line(&format!("  {}", due.reference));
}

fn lead_block(out: &mut Page, lead: &LeadView) {
    out.gap();
    out.line(&"-".repeat(WIDTH));
    let number = lead.number.map(|n| format!("{n}. ")).unwrap_or_default();
    out.wrap(&number, "   ", &lead.name);
    out.wrap("   ", "   ", &lead.tag);
    for also in &lead.also {
        out.wrap("   ", "   ", also);
    }
    for closes in &lead.closes {
        out.wrap(if closes.soon { " ! " } else { "   " }, "   ", &closes.words);
    }
    if !lead.about.is_empty() {
        out.wrap("   ", "   ", &lead.about.join(" · "));
    }
    for contact in &lead.contacts {
        let text = match &contact.href {
            Some(href) if href.starts_with("http") => href,
            Some(_) | None => &contact.words,
        };
        out.wrap("   ", "   ", text);
    }
    if !lead.reasons.is_empty() {
        out.gap();
        out.line(&format!("   {}", lead.why_now));
        for reason in &lead.reasons {
            reason_block(out, reason);
        }
        for other in &lead.other_reasons {
            out.wrap("   - ", "     ", &other.words);
            if let Some(href) = &other.href {
                out.wrap("     ", "     ", href);
            }
        }
        if let Some(more) = &lead.more_reasons {
            out.wrap("   ", "   ", more);
        }
    }
    if let Some(next) = &lead.next {
        out.gap();
        out.wrap("   ", "   ", &format!("{}: {next}", lead.next_label));
    }
    out.gap();
    if let Some(score) = &lead.score {
        out.wrap("   ", "   ", &format!("{}: {score}", lead.score_label));
    }
    for part in &lead.parts {
        let how = part.how.as_ref().map(|how| format!(" ({how})")).unwrap_or_default();
        out.wrap(&format!("   {:>7}  ", part.points), "            ", &format!("{}{how}", part.why));
    }
    if let Some(unknown) = &lead.unknown {
        out.wrap("   ", "   ", &format!("{}: {unknown}", lead.unknown_label));
    }
    out.line(&format!("   {}", lead.reference));
}

fn reason_block(out: &mut Page, reason: &ReasonView) {
    let label = reason.label.map(|label| format!("{label}: ")).unwrap_or_default();
    out.wrap("   * ", "     ", &format!("{label}{} ({})", reason.sentence, reason.when));
    if let Some(quote) = &reason.quote {
        out.wrap("     ", "      ", quote);
    }
    for note in &reason.notes {
        out.wrap("     ! ", "       ", note);
    }
    let proof = reason.proof.href.as_ref().unwrap_or(&reason.proof.words);
    out.wrap("     ", "     ", proof);
    if let Some(seen) = &reason.seen {
        out.wrap("     ", "     ", seen);
    }
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Breaks at spaces; a word longer than the line stands alone and whole.
    fn wrap(&mut self, first: &str, next: &str, text: &str) {
        let mut current = first.to_owned();
        let mut empty = true;
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            if !empty && current.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(current.trim_end());
                next.clone_into(&mut current);
                empty = true;
            }
            if !empty {
                current.push(' ');
            }
            current.push_str(word);
            empty = false;
        }
        self.line(current.trim_end());
    }
}
