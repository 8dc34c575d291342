use jiff::civil::date;

use super::*;
use crate::model::{Amount, Deadline, DeadlineKind, Document, NoticeKind, Outcome, Party, Place, Term, Worth, WorthKind};
use crate::tender::testing::read_text;
use crate::tender::{Clock, Format, differences, lines, when};

/// A notice in one line: `W` says everything, `A` besides that results come apart, `P` says what is new, `R` besides that results come apart; then its
/// parts.
fn notice(written: &str) -> Notice {
    let (how, rest) = written.split_once(' ').unwrap_or((written, ""));
    let release = r#"{"releases": [{"ocid": "ocds-1", "id": "ID", "date": "2026-11-02", "tag": ["tender"]}]}"#;
    let mut notice = read_text(Format::Ocds, release).unwrap().notices.remove(0);
    notice.content = Content::default();
    (notice.whole, notice.results_apart, notice.stage) = (how.starts_with(['W', 'A']), how.starts_with(['A', 'R']), Stage::Unknown);
    notice.id = how[1..].to_owned();
    for part in rest.split_whitespace() {
        let (name, words) = part.split_once('=').unwrap();
        let content = &mut notice.content;
        match name {
            "stage" => notice.stage = Stage::from_word(words).unwrap(),
            "kind" => notice.kind = NoticeKind::from_word(words).unwrap(),
            "title" => content.title = Texts::one("en", words),
            "code" => notice.code = format!("tender {words}"),
            "technique" => words.clone_into(&mut content.technique),
            // Where a lot stands, by its own status.
            "at" => {
                let (id, stage) = words.split_once(':').unwrap();
                content.lots.iter_mut().find(|lot| lot.id == id).unwrap().stage = Stage::from_word(stage);
            }
            "system-ends" => content.lots.iter_mut().find(|lot| lot.id == words).unwrap().system_ended = true,
            "buyer" => {
                let (name, town) = words.split_once(':').unwrap_or((words, ""));
                let seat = Place { text: town.to_owned(), ..Place::default() };
                content.buyers.push(Party { name: Texts::one("en", name), seat, ..Party::default() });
            }
            "lot" => {
                let (id, title) = words.split_once(':').unwrap();
                content.lots.push(Lot { id: id.to_owned(), title: Texts::one("en", title), ..Lot::default() });
            }
            // A day of December, of a lot or of the whole.
            "due" => {
                let (id, day) = words.split_once(':').unwrap();
                let clock = Clock { zone: jiff::tz::TimeZone::UTC, from: crate::model::ZoneFrom::Source };
                let due = when::deadline(DeadlineKind::Tender, &format!("2026-{day}"), "10:00:00", &clock).unwrap();
                content.lots.iter_mut().find(|lot| lot.id == id).map_or(&mut content.deadlines, |lot| &mut lot.deadlines).push(due);
            }
            "doc" => content.documents.push(Document {
                url: format!("https://d.example/{words}").parse().unwrap(),
                title: String::new(),
                restricted: false,
                hash: String::new(),
                date: String::new(),
            }),
            "until" => content.deadlines.push(Deadline { kind: DeadlineKind::Tender, text: words.to_owned(), due: None }),
            "ask" => content.deadlines.push(Deadline { kind: DeadlineKind::Questions, text: words.to_owned(), due: None }),
            "worth" | "total" => content.worth.push(Worth {
                kind: if name == "total" { WorthKind::Award } else { WorthKind::Estimate },
                amount: Amount { number: words.parse().unwrap(), currency: None },
                with_tax: None,
            }),
            "follows" => words.clone_into(&mut notice.previous),
            "pays" | "ends" | "over" => of_contract(content, name, words),
            "award" => {
                // "1@L1+L2:Acme", of whom is first in line for now "1@L1:?Acme".
                let (id, winner) = words.split_once(':').unwrap();
                let (id, lots) = id.split_once('@').unwrap_or((id, ""));
                let (chosen, winner) = (winner.starts_with('?'), winner.trim_start_matches('?'));
                let won = if chosen { Outcome::Provisional } else { Outcome::Won };
                content.awards.push(Award {
                    id: id.to_owned(),
                    lots: lots.split('+').filter(|lot| !lot.is_empty()).map(str::to_owned).collect(),
                    outcome: if winner.is_empty() { Outcome::Withdrawn } else { won },
                    reason: String::new(),
                    winners: Some(Party { name: Texts::one("en", winner), ..Party::default() })
                        .filter(|p| !p.name.is_empty())
                        .into_iter()
                        .collect(),
                    losers: Vec::new(),
                    worth: Vec::new(),
                    date: Some(date(2026, 11, 24)),
                    bids: None,
                    term: None,
                });
            }
            other => panic!("{other}"),
        }
    }
    notice
}

/// What an award comes to, until when its contract runs, or that it is over.
fn of_contract(content: &mut Content, name: &str, words: &str) {
    let (id, what) = words.split_once(':').unwrap_or((words, ""));
    let award = content.awards.iter_mut().find(|award| award.id == id).unwrap();
    match name {
        "pays" => {
            let amount = Amount { number: what.parse().unwrap(), currency: None };
            award.worth.push(Worth { kind: WorthKind::Award, amount, with_tax: None });
        }
        "ends" => award.term = Some(Term { end: what.parse().ok(), ..Term::default() }),
        _ => award.outcome = Outcome::Ended,
    }
}

fn shown(notices: &[&str]) -> String {
    let notices: Vec<Notice> = notices.iter().map(|written| notice(written)).collect();
    let tender = fold(&notices).unwrap();
    let words = lines(&tender).into_iter().map(|line| format!("{}: {}", line.name, line.words.replace("; 2026-11-24", "")));
    words.collect::<Vec<_>>().join(" | ").replace("https://d.example/", "")
}

#[test]
fn the_newest_word_counts() {
    for (what, notices, want) in [
        ("one", &["P1 title=A stage=open until=1"][..], "stage: open | title: A | tender deadline: “1”"),
        ("only what is new", &["P1 title=A until=1 ask=2", "P2 until=3"], "title: A | questions deadline: “2” | tender deadline: “3”"),
        ("a stage that is not said stays", &["P1 stage=open", "P2 title=A"], "stage: open | title: A"),
        (
            "a change says nothing of an end",
            &["P1 stage=cancelled title=A", "P2 kind=change until=2"],
            "stage: cancelled | title: A | tender deadline: “2”",
        ),
        ("a change of what nobody knows", &["P1 kind=change title=A"], "stage: open | title: A"),
        ("a change of a plan", &["P1 stage=planned title=A", "P2 kind=change title=B"], "stage: planned | title: B"),
        ("offers for what was planned", &["P1 stage=planned", "P2 kind=change until=2"], "stage: open | tender deadline: “2”"),
        ("a change of a result", &["P1 kind=change award=a:Acme"], "award a: won; Acme"),
        ("everything", &["P1 title=A until=1 doc=x lot=1:a", "W2 title=B doc=y"], "title: B | document y: to be had"),
        ("lots by their ids", &["P1 lot=1:a lot=2:b", "P2 lot=2:c lot=3:d"], "lot 1: a | lot 2: c | lot 3: d"),
        ("a buyer whose address is not repeated", &["P1 buyer=B:Getafe", "P2 buyer=B"], "buyer: B, Getafe"),
        ("another buyer", &["P1 buyer=B:Getafe", "P2 buyer=C"], "buyer: C"),
        ("a whole notice on the buyer", &["P1 buyer=B:Getafe", "W2 buyer=B"], "buyer: B"),
        ("a lot that is taken away", &["W1 lot=1:a lot=2:b", "W2 lot=2:b"], "lot 2: b"),
        (
            "documents by their addresses",
            &["P1 doc=x doc=y", "P2 doc=y doc=z"],
            "document x: to be had | document y: to be had | document z: to be had",
        ),
        ("values of a kind", &["P1 worth=1 worth=2", "P2 worth=3"], "estimate: 3"),
        ("results come to those that are there", &["P1 award=a:Acme", "P2 award=b:Bolt"], "award a: won; Acme | award b: won; Bolt"),
        (
            "counted from one in each notice",
            &["P1 award=1@L1:Acme", "P2 award=1@L2:Bolt"],
            "award 1 for L1: won; Acme | award 1 for L2: won; Bolt",
        ),
        ("renewed", &["P1 award=a@L1:Acme", "P2 award=a:Bolt"], "award a for L1: won; Bolt"),
        ("annulled by a word", &["P1 award=a:Acme", "P2 award=a:"], "award a: withdrawn; Acme"),
        (
            "one of two annulled",
            &["P1 stage=awarded award=a:Acme award=b:Bolt", "P2 kind=award stage=closed award=a:"],
            "stage: awarded | award a: withdrawn; Acme | award b: won; Bolt",
        ),
        (
            "one of two, by its contract",
            &["P1 stage=awarded award=a:Acme award=b:Bolt", "P2 kind=contract stage=closed award=a:"],
            "stage: awarded | award a: withdrawn; Acme | award b: won; Bolt",
        ),
        (
            "the last one annulled",
            &["P1 stage=awarded award=a:Acme", "P2 kind=award stage=closed award=a:"],
            "stage: closed | award a: withdrawn; Acme",
        ),
        ("annulled by silence", &["W1 award=a:Acme title=A", "W2 title=A"], "title: A"),
        (
            "a call says nothing of results",
            &["A1 title=A until=1", "P2 award=a:Acme", "A3 title=A until=2"],
            "title: A | tender deadline: “2” | award a: won; Acme",
        ),
        ("a corrected result", &["R1 award=1@L1:Acme award=2@L2:Bolt", "R2 follows=1 award=1@L1:Acme"], "award 1 for L1: won; Acme"),
    ] {
        assert_eq!(shown(notices), want, "{what}");
    }
    assert_eq!(fold(&[]), None);
}

/// Notices whose ids count from one each.
#[test]
fn results_of_several_notices_are_told_apart_by_lot_and_winner() {
    let two = "R1 award=1@L1:Acme award=2@L2:Acme";
    for (what, notices, want) in [
        ("another lot", &["R1 award=1@L1:Acme", "R2 award=1@L2:Acme"][..], "1 for L1: won; Acme | 1 2 for L2: won; Acme"),
        ("another winner", &["R1 award=1@L1:Acme", "R2 award=1@L1:Bolt"], "1 for L1: won; Acme | 1 for L1 (2): won; Bolt"),
        (
            "of one of two",
            &["R1 award=1@L1:Acme award=1@L1:Bolt", "R2 award=1@L1:Bolt award=1@L1:Cima"],
            "1 for L1: won; Acme | 1 for L1 (2): won; Bolt | 1 for L1 (3): won; Cima",
        ),
        ("the same again, counted otherwise", &[two, "R2 award=1@L2:Acme"], "1 for L1: won; Acme | 2 for L2: won; Acme"),
        ("without a winner now", &[two, "R2 award=1@L2:"], "1 for L1: won; Acme | 2 for L2: withdrawn; Acme"),
        ("and won by another then", &[two, "R2 award=1@L2:", "R3 award=1@L2:Bolt"], "1 for L1: won; Acme | 2 for L2: won; Bolt"),
        (
            "corrected, counted otherwise",
            &[two, "R2 follows=1 award=1@L2:Acme award=2@L1:Acme"],
            "2 for L2: won; Acme | 1 for L1: won; Acme",
        ),
        (
            "a contract of one lot is changed",
            &["R1 award=1@L1:Acme award=2@L2:Bolt pays=1:100 pays=2:200", "R2 kind=modification follows=1 award=1@L2:Bolt pays=1:250"],
            "1 for L1: won; Acme; 100 | 2 for L2: won; Bolt; 250",
        ),
        ("another takes it over", &["R1 award=1@L1:Acme", "R2 kind=modification award=1@L1:Bolt"], "1 for L1: won; Bolt"),
        ("a contract that nobody knew", &["R1 kind=modification award=1@L1:Acme pays=1:5"], "1 for L1: won; Acme; 5"),
        (
            "what each notice comes to in sum",
            &["R1 total=300 award=1@L1:Acme", "R2 total=40 award=1@L2:Bolt"],
            "1 for L1: won; Acme | 1 for L2: won; Bolt",
        ),
        (
            "what it comes to by now",
            &["R1 total=300 award=1@L1:Acme", "R2 kind=modification award=1@L1:Acme pays=1:350"],
            "1 for L1: won; Acme; 350",
        ),
    ] {
        assert_eq!(shown(notices).replace("award ", ""), want, "{what}");
    }
}

/// Published on 2 November.
#[test]
fn a_contract_that_is_over_ends_no_other() {
    let two = "P1 stage=awarded award=a:Acme award=b:Bolt ends=a:2027-03-31 ends=b:2027-03-31";
    for (what, then, stage, ends) in [
        (
            "one of two, before its time",
            &["P2 stage=completed award=b: over=b"][..],
            Stage::Awarded,
            ["won 2027-03-31", "ended 2026-11-02"],
        ),
        (
            "the day that it names",
            &["P2 stage=completed award=b: over=b ends=b:2026-12-31"],
            Stage::Awarded,
            ["won 2027-03-31", "ended 2026-12-31"],
        ),
        (
            "as it was to end",
            &["P2 stage=completed award=b: over=b ends=b:2027-03-31"],
            Stage::Awarded,
            ["won 2027-03-31", "ended 2026-11-02"],
        ),
        ("long ago", &["P2 stage=completed award=b: over=b ends=b:2026-10-01"], Stage::Awarded, ["won 2027-03-31", "ended 2026-10-01"]),
        (
            "said again",
            &["P2 award=b: over=b", "P3 award=b: over=b ends=b:2027-03-31"],
            Stage::Awarded,
            ["won 2027-03-31", "ended 2026-11-02"],
        ),
        ("both", &["P2 award=b: over=b", "P3 stage=completed award=a: over=a"], Stage::Completed, ["ended 2026-11-02", "ended 2026-11-02"]),
        ("the whole", &["P2 stage=completed"], Stage::Completed, ["won 2027-03-31", "won 2027-03-31"]),
        (
            "prolonged",
            &["P2 stage=modified award=a:Acme ends=a:2027-06-30", "P3 stage=awarded"],
            Stage::Modified,
            ["won 2027-06-30", "won 2027-03-31"],
        ),
    ] {
        let notices: Vec<Notice> = [two].iter().chain(then).map(|written| notice(written)).collect();
        let tender = fold(&notices).unwrap().notice;
        let end = |award: &Award| format!("{} {}", award.outcome.word(), award.term.as_ref().unwrap().end.unwrap());
        assert_eq!(
            (tender.stage, tender.content.awards.iter().map(end).collect::<Vec<_>>()),
            (stage, ends.map(str::to_owned).to_vec()),
            "{what}"
        );
    }
}

#[test]
fn what_is_planned_again_has_no_deadline_of_the_round_that_was_cancelled() {
    let cancelled = "P2 kind=cancellation stage=cancelled";
    for (what, notices, want) in [
        ("a plan without a day", &["P1 stage=open due=:10-20", cancelled, "P3 stage=planned"][..], vec![]),
        ("a day that is still to come", &["P1 stage=open due=:12-20", cancelled, "P3 stage=planned"], vec![]),
        ("a day of its own", &["P1 stage=open due=:10-20", cancelled, "P3 stage=planned due=:12-10"], vec![10]),
        ("the day once more", &["P1 stage=open due=:12-20", cancelled, "P3 stage=planned due=:12-20"], vec![20]),
        (
            "one that repeats everything",
            &["W1 stage=open due=:10-20", "W2 stage=cancelled due=:10-20", "W3 stage=planned due=:10-20", "W4 stage=planned due=:10-20"],
            vec![],
        ),
        ("of a lot", &["P1 stage=open lot=L1:One due=L1:10-20", cancelled, "P3 stage=planned"], vec![]),
        ("called for then", &["P1 stage=open due=:10-20", cancelled, "P3 stage=planned", "P4 stage=open due=:12-24"], vec![24]),
        ("never cancelled", &["P1 stage=planned due=:10-20", "P2 stage=planned"], vec![20]),
    ] {
        let notices: Vec<Notice> = notices.iter().map(|written| notice(written)).collect();
        let content = fold(&notices).unwrap().notice.content;
        let days: Vec<i8> = content.all_deadlines().filter_map(|due| Some(due.due.as_ref()?.day.day())).collect();
        assert_eq!(days, want, "{what}");
    }
}

#[test]
fn results_of_some_lots_end_nothing_while_others_take_offers() {
    let lots = "Pa stage=open lot=L1:One lot=L2:Two due=L1:11-01 due=L2:12-20";
    let whole = "Pa stage=open lot=L1:One lot=L2:Two due=:12-20";
    let over = "Pa stage=open lot=L1:One lot=L2:Two due=L1:10-01 due=L2:11-01";
    let one = "Pa stage=open lot=L1:One due=L1:12-20";
    for (first, then, want) in [
        (lots, "Pb kind=award stage=awarded award=1@L1:Acme", Stage::Open),
        (lots, "Pb kind=award stage=cancelled award=1@L1:", Stage::Open),
        (whole, "Pb kind=award stage=awarded award=1@L1:Acme", Stage::Open),
        // The one that is open is decided too, or all of it, or its time is over.
        (lots, "Pb kind=award stage=awarded award=1@L1:Acme award=2@L2:Bolt", Stage::Awarded),
        // None takes offers any more, and not all are decided.
        (lots, "Pb kind=award stage=awarded award=1@L2:Acme", Stage::Closed),
        (lots, "Pb kind=award stage=awarded award=1:Acme", Stage::Awarded),
        (over, "Pb kind=award stage=awarded award=1@L1:Acme", Stage::Closed),
        (over, "Pb kind=award stage=awarded code=complete award=1@L1:Acme", Stage::Awarded),
        (over, "Pb kind=award stage=awarded award=1@L1:Acme award=2@L2:", Stage::Awarded),
        (one, "Pb kind=award stage=awarded award=1@L1:Acme", Stage::Awarded),
        // The status of the whole says that it is open; each of its lots has ended.
        (lots, "Pb kind=award stage=open award=1@L1: award=2@L2:", Stage::Cancelled),
        (lots, "Pb kind=award stage=open award=1@L1: award=2@L2:Acme", Stage::Awarded),
        (lots, "Pb kind=award stage=open award=1@L1:", Stage::Open),
        // Its status is complete: where lots say for themselves where they stand, the one that goes on does.
        (
            lots,
            "Pb kind=award stage=awarded code=complete lot=L1:One lot=L2:Two at=L1:closed at=L2:open due=L2:12-20 award=1@L1:Acme",
            Stage::Open,
        ),
        (lots, "Pb stage=closed code=complete lot=L1:One lot=L2:Two at=L1:cancelled at=L2:open due=L2:12-20", Stage::Open),
        (lots, "Pb stage=closed code=complete lot=L1:One lot=L2:Two at=L1:open at=L2:open due=L2:12-20", Stage::Closed),
        (lots, "Pb stage=cancelled code=cancelled lot=L1:One lot=L2:Two at=L1:cancelled at=L2:open due=L2:12-20", Stage::Cancelled),
        // The whole procedure ends, whatever was won of it.
        (lots, "Pb kind=cancellation stage=cancelled award=1@L1:", Stage::Cancelled),
    ] {
        let tender = fold(&[notice(first), notice(then)]).unwrap();
        assert_eq!(tender.notice.stage, want, "{first} / {then}");
    }
    // What a change says of lots opens a tender whose status runs; not one that is cancelled.
    for (code, want) in [("tender active", Stage::Open), ("tender cancelled", Stage::Cancelled)] {
        let ended = |code: &str, result: &str| {
            let mut ended = notice(result);
            code.clone_into(&mut ended.code);
            ended
        };
        let mut again = notice("Pc kind=change lot=L1:One lot=L2:Two due=L1:12-22 due=L2:12-28");
        again.content.lots.iter_mut().for_each(|lot| lot.stage = Some(Stage::Open));
        "tenderUpdate".clone_into(&mut again.code);
        for result in ["Pb kind=change stage=open award=1@L1: award=2@L2:", "Pb kind=award stage=awarded award=1@L1:Acme award=2@L2:Acme"] {
            let result =
                if want == Stage::Open { result.to_owned() } else { result.replace("open", "cancelled").replace("awarded", "cancelled") };
            let tender = fold(&[ended("tender active", lots), ended(code, &result), again.clone()]).unwrap();
            assert_eq!(tender.notice.stage, want, "{code} {result}");
        }
    }
    // A call for the same lots after that opens them again.
    for result in ["Pb kind=award stage=cancelled award=1@L1: award=2@L2:", "Pb kind=award stage=awarded award=1@L1:Acme award=2@L2:"] {
        let again = "Pc kind=competition stage=open lot=L1:One lot=L2:Two due=L1:12-22 due=L2:12-28";
        assert_eq!(fold(&[notice(lots), notice(result), notice(again)]).unwrap().notice.stage, Stage::Open, "{result}");
    }
    let suspended = fold(&[notice(&lots.replace("open", "suspended")), notice("Pb kind=award stage=awarded award=1@L1:Acme")]).unwrap();
    assert_eq!(suspended.notice.stage, Stage::Suspended);
    // What a result calls closed since nobody has won it yet takes offers until its time is over.
    let mut pending = notice("Pb kind=award stage=awarded lot=L2:Two award=1@L1:Acme award=2@L2:");
    (pending.content.lots[0].stage, pending.content.awards[1].outcome) = (Some(Stage::Closed), Outcome::Pending);
    let tender = fold(&[notice(lots), pending]).unwrap();
    assert_eq!((tender.notice.stage, tender.notice.content.lots[1].stage), (Stage::Open, Some(Stage::Open)));
}

#[test]
fn a_lot_stands_where_results_and_calls_leave_it() {
    use Stage::{Awarded, Cancelled, Open};
    let two = "Aa stage=open kind=competition lot=L1:One lot=L2:Two due=L1:12-10 due=L2:12-20";
    let again = "Ac stage=open kind=competition lot=L1:One lot=L2:Two due=L1:12-22 due=L2:12-28";
    for (what, notices, want) in [
        ("won", vec![two, "Pb kind=award stage=awarded award=1@L1:Acme"], vec![("L1", Some(Awarded)), ("L2", None)]),
        (
            "called for again",
            vec![two, "Pb kind=award stage=awarded award=1@L1:Acme award=2@L2:", again],
            vec![("L1", Some(Open)), ("L2", Some(Open))],
        ),
        (
            "one of them called for again",
            vec![two, "Pb kind=award stage=awarded award=1@L1:Acme award=2@L2:", "Ac stage=open kind=competition lot=L2:Two due=L2:12-28"],
            vec![("L2", Some(Open)), ("L1", Some(Awarded))],
        ),
        (
            "and its result",
            vec![two, "Pb kind=award stage=awarded award=1@L1:Acme award=2@L2:", again, "Pd kind=award stage=awarded award=1@L2:Bolt"],
            vec![("L1", Some(Open)), ("L2", Some(Awarded))],
        ),
        (
            "nothing new of it",
            vec![two, "Pb kind=award stage=awarded award=1@L1:Acme", "Pc kind=change lot=L1:Uno"],
            vec![("L1", Some(Awarded)), ("L2", None)],
        ),
        (
            "its time was over when it was named again",
            vec![
                "Aa stage=open kind=competition lot=L1:One lot=L2:Two due=L1:11-01 due=L2:12-20",
                "Pb kind=award stage=awarded award=1@L1:Acme",
                "Ac stage=open kind=competition lot=L1:One lot=L2:Two due=L1:11-01 due=L2:12-28",
            ],
            vec![("L1", Some(Awarded)), ("L2", None)],
        ),
        (
            "somebody is first in line",
            vec![two, "Pb kind=award stage=closed award=1@L1:?Acme"],
            vec![("L1", Some(Stage::Closed)), ("L2", None)],
        ),
        (
            "and wins",
            vec![two, "Pb kind=award stage=closed award=1@L1:?Acme", "Pc kind=award stage=awarded award=1@L1:Acme"],
            vec![("L1", Some(Awarded)), ("L2", None)],
        ),
        ("nobody won it", vec![two, "Pb kind=award stage=open award=1@L1:"], vec![("L1", Some(Cancelled)), ("L2", None)]),
        (
            "annulled",
            vec![two, "Pb kind=award stage=awarded award=1@L1:Acme", "Pc kind=award stage=closed award=1@L1:"],
            vec![("L1", None), ("L2", None)],
        ),
    ] {
        assert_eq!(stood(notices), want.into_iter().map(|(lot, stage)| (lot.to_owned(), stage)).collect::<Vec<_>>(), "{what}");
    }
    // The status of a lot is the portal's list, its result is the news.
    let mut won = notice("Pb kind=award stage=open lot=L1:One award=1@L1:Acme");
    won.content.lots[0].stage = Some(Open);
    assert_eq!(fold(&[notice(two), won]).unwrap().notice.content.lots[0].stage, Some(Awarded));
}

/// Where the lots stand after these notices.
fn stood(notices: Vec<&str>) -> Vec<(String, Option<Stage>)> {
    let notices: Vec<Notice> = notices.into_iter().map(notice).collect();
    fold(&notices).unwrap().notice.content.lots.into_iter().map(|lot| (lot.id, lot.stage)).collect()
}

#[test]
fn what_says_something_of_one_lot_leaves_the_other_as_it_was() {
    use Stage::{Awarded, Open};
    let two = "Aa stage=open kind=competition lot=L1:One lot=L2:Two due=L1:12-10 due=L2:12-20";
    for (what, notices, want) in [
        (
            "another call for one of them, while the other takes offers",
            vec![two, "Pb kind=award stage=awarded award=1@L1:Acme", "Ac stage=open kind=competition lot=L1:One due=L1:12-22"],
            vec![("L1", Some(Open)), ("L2", None)],
        ),
        (
            "a result of the other says that it is over",
            vec![
                two,
                "Pb kind=award stage=awarded award=1@L1:Acme award=2@L2:Acme",
                "Pc kind=award stage=closed lot=L1:One lot=L2:Two at=L1:closed at=L2:closed award=2@L2:",
            ],
            vec![("L1", Some(Awarded)), ("L2", Some(Stage::Closed))],
        ),
        ("the same call, without one of them", vec![two, "Aa stage=open kind=competition lot=L1:One due=L1:12-22"], vec![("L1", None)]),
        (
            "a change of the other repeats it",
            vec![
                two,
                "Pb kind=award stage=awarded award=1@L1:Acme",
                "Ac stage=open kind=change lot=L1:One lot=L2:Two due=L1:12-10 due=L2:12-28",
            ],
            vec![("L1", Some(Awarded)), ("L2", None)],
        ),
        (
            "a change calls for it until another day",
            vec![
                two,
                "Pb kind=award stage=awarded award=1@L1:Acme",
                "Ac stage=open kind=change lot=L1:One lot=L2:Two due=L1:12-22 due=L2:12-20",
            ],
            vec![("L1", Some(Open)), ("L2", None)],
        ),
    ] {
        assert_eq!(stood(notices), want.into_iter().map(|(lot, stage)| (lot.to_owned(), stage)).collect::<Vec<_>>(), "{what}");
    }
}

#[test]
fn a_cancellation_of_one_lot_alone_ends_that_lot() {
    use Stage::{Awarded, Cancelled, Open};
    let two = "Aa stage=open kind=competition lot=L1:One lot=L2:Two due=all:12-10";
    let of_one = "Ac stage=cancelled kind=cancellation lot=L1:One at=L1:cancelled";
    let of_both = "Ac stage=cancelled kind=cancellation lot=L1:One lot=L2:Two at=L1:cancelled at=L2:cancelled";
    let (whole, one) = ("Ac stage=cancelled kind=cancellation lot=L1:One", "Aa stage=open kind=competition lot=L1:One");
    for (what, notices, stage, lots) in [
        ("the other goes on", vec![two, of_one], Open, vec![("L1", Some(Cancelled)), ("L2", None)]),
        (
            "the other is won",
            vec![two, "Pb kind=award stage=awarded award=1@L2:Acme", of_one],
            Awarded,
            vec![("L1", Some(Cancelled)), ("L2", Some(Awarded))],
        ),
        ("both", vec![two, of_both], Cancelled, vec![("L1", Some(Cancelled)), ("L2", Some(Cancelled))]),
        ("there is no other", vec![one, of_one], Cancelled, vec![("L1", Some(Cancelled))]),
        (
            "one and then the other",
            vec![two, of_one, &of_one.replace("Ac", "Ad").replace("L1", "L2")],
            Cancelled,
            vec![("L1", Some(Cancelled)), ("L2", Some(Cancelled))],
        ),
        ("the whole, of which it names one", vec![two, whole], Cancelled, vec![("L1", None)]),
    ] {
        let notices: Vec<Notice> = notices.into_iter().map(notice).collect();
        let tender = fold(&notices).unwrap().notice;
        let mut stood: Vec<_> = tender.content.lots.iter().map(|lot| (lot.id.as_str(), lot.stage)).collect();
        stood.sort_unstable_by_key(|(id, _)| *id);
        assert_eq!((tender.stage, stood), (stage, lots), "{what}");
    }
}

#[test]
fn a_result_that_is_corrected_to_nobody_ends_nothing_while_another_stands() {
    let two = "Aa stage=open kind=competition lot=L1:One lot=L2:Two due=:11-10";
    let (first, second) =
        ("Rb kind=award stage=awarded lot=L1:One award=1@L1:Acme", "Rc kind=award stage=awarded lot=L2:Two award=2@L2:Bolt");
    for (notices, want) in [
        (vec![two, first, second, "Rc kind=change stage=cancelled lot=L2:Two award=2@L2:"], Stage::Awarded),
        (vec![two, second, "Rc kind=change stage=cancelled lot=L2:Two award=2@L2:"], Stage::Open),
        (vec![two, first, "Rd kind=cancellation stage=cancelled"], Stage::Cancelled),
    ] {
        let tender = fold(&notices.iter().map(|one| notice(one)).collect::<Vec<_>>()).unwrap();
        assert_eq!(tender.notice.stage, want, "{notices:?}");
    }
}

#[test]
fn results_of_a_second_call_take_the_place_of_those_before() {
    let two = "Aa stage=open kind=competition lot=L1:One lot=L2:Two due=L1:12-10 due=L2:12-20";
    let one = "Aa stage=open kind=competition due=:12-10";
    let won = "Pb kind=award stage=awarded award=1@L1:Old";
    let again = "Ac stage=open kind=competition lot=L1:One lot=L2:Two due=L1:12-22 due=L2:12-20";
    for (what, notices, want) in [
        ("called again", vec![two, won, again], vec!["1 Old"]),
        ("won again", vec![two, won, again, "Pd kind=award stage=awarded award=9@L1:New"], vec!["9 New"]),
        ("by the same number", vec![two, won, again, "Pd kind=award stage=awarded award=1@L1:New"], vec!["1 New"]),
        ("nobody won it", vec![two, won, again, "Pd kind=award stage=open award=9@L1:"], vec!["9 "]),
        ("the other lot", vec![two, won, again, "Pd kind=award stage=awarded award=9@L2:New"], vec!["1 Old", "9 New"]),
        ("not called again", vec![two, won, "Pd kind=award stage=awarded award=9@L1:New"], vec!["1 Old", "9 New"]),
        (
            "both are repeated",
            vec![
                two,
                won,
                again,
                "Pd kind=award stage=awarded award=1@L1:Old award=9@L1:New",
                "We kind=award stage=awarded lot=L1:One lot=L2:Two award=1@L1:Old award=9@L1:New",
            ],
            vec!["9 New"],
        ),
        (
            "of two lots, of which one is called again",
            vec![
                two,
                "Pb kind=award stage=awarded award=1@L1+L2:Old",
                "Pc stage=open kind=competition lot=L1:One due=L1:12-22",
                "Pd kind=award stage=awarded award=9@L1:New",
            ],
            vec!["1 Old", "9 New"],
        ),
        (
            "without lots",
            vec![
                one,
                "Pb kind=award stage=awarded award=1:Old",
                "Ac stage=open kind=competition due=:12-22",
                "Pd kind=award stage=awarded award=9:New",
            ],
            vec!["9 New"],
        ),
        (
            "bought by turns",
            vec![
                "Aa stage=open kind=competition technique=dps-list due=:12-10",
                "Pb kind=award stage=awarded award=1:Old",
                "Ac stage=open kind=competition technique=dps-list due=:12-22",
                "Pd kind=award stage=awarded award=9:New",
            ],
            vec!["1 Old", "9 New"],
        ),
    ] {
        let notices: Vec<Notice> = notices.into_iter().map(notice).collect();
        let tender = fold(&notices).unwrap();
        let again = lines(&tender).iter().any(|line| line.words.contains("called for again"));
        assert_eq!(again, what == "called again" || what == "the other lot", "{what}");
        let awards = tender.notice.content.awards;
        let name = |award: &Award| award.winners.first().and_then(|winner| winner.name.best(&[]).map(str::to_owned)).unwrap_or_default();
        let stand: Vec<String> = awards.iter().map(|award| format!("{} {}", award.id, name(award))).collect();
        assert_eq!(stand, want, "{what}");
    }
}

#[test]
fn what_an_award_is_called_is_no_name_of_its_tender() {
    for (first, want) in [("Pa title=Scanners", "Scanners"), ("Pa", "Award")] {
        let mut award = notice("Pb title=Award award=1:Acme");
        award.found.insert("title", "releases[0]/awards/0/title".to_owned());
        assert_eq!(fold(&[notice(first), award]).unwrap().notice.content.title.best(&[]), Some(want), "{first}");
    }
}

#[test]
fn a_deadline_of_the_whole_goes_with_the_lot_that_had_it() {
    let first = "Pa stage=open lot=L1:One lot=L2:Two due=L1:12-10 due=L2:12-18 due=:12-10";
    for (notices, want) in [
        (vec![first], vec![10]),
        (vec![first, "Pb lot=L1:One due=L1:12-20"], vec![]),
        (vec![first, "Pb lot=L1:One due=L1:12-20 due=:12-10"], vec![]),
        (vec![first, "Pb lot=L1:One due=L1:12-20", "Pc due=:12-10"], vec![]),
        // It is another lot's, or a day of its own.
        (vec![first, "Pb lot=L1:One due=L1:12-20 due=:12-18"], vec![18]),
        (vec![first, "Pb lot=L1:One due=L1:12-20 due=:12-15"], vec![15]),
        // One lot has none but that of the whole.
        (vec![first, "Pb lot=L1:One lot=L3:Three due=L1:12-20"], vec![10]),
    ] {
        let notices: Vec<Notice> = notices.into_iter().map(notice).collect();
        let deadlines = fold(&notices).unwrap().notice.content.deadlines;
        let days: Vec<i8> = deadlines.iter().filter_map(|deadline| Some(deadline.due.as_ref()?.day.day())).collect();
        assert_eq!(days, want, "{notices:?}");
    }
}

#[test]
fn a_deadline_without_words_takes_back_what_was_known() {
    for (notices, want) in [
        (&["P1 title=A until=1", "P2 until="][..], "title: A"),
        (&["P1 title=A until=1 ask=2", "P2 until="], "title: A | questions deadline: “2”"),
        (&["P1 title=A until=1", "P2 until=", "P3 until=4"], "title: A | tender deadline: “4”"),
        (&["P1 title=A until="], "title: A"),
    ] {
        assert_eq!(shown(notices), want, "{notices:?}");
    }
    let release = |end: &str| {
        format!(
            r#"{{"releases": [{{"ocid": "o", "id": "1", "date": "2026-11-02", "tag": ["tender"],
                "tender": {{"id": "1", "tenderPeriod": {{"endDate": {end}}}}}}}]}}"#
        )
    };
    for (end, want) in [("null", Some("")), ("\"2026-12-01T10:00:00Z\"", Some("2026-12-01T10:00:00Z")), ("\"\"", None)] {
        let notice = read_text(Format::Ocds, &release(end)).unwrap().notices.remove(0);
        assert_eq!(notice.content.deadlines.first().map(|deadline| deadline.text.as_str()), want, "{end}");
    }
}

#[test]
fn each_part_names_its_notice() {
    let notices = [notice("P1 title=A stage=open until=1"), notice("P2 until=2"), notice("P3 stage=awarded award=a:Acme")];
    let tender = fold(&notices).unwrap();
    let said: Vec<_> = tender.said.iter().map(|(part, place)| format!("{part} {place}")).collect();
    assert_eq!(said, ["awards 2", "deadlines 1", "stage 2", "title 0"]);
    assert_eq!((tender.notice.id.as_str(), tender.notice.kind), ("3", NoticeKind::Competition));
    // What a whole notice leaves out, nobody says.
    let emptied = fold(&[notices[0].clone(), notice("W2 title=B")]).unwrap();
    assert_eq!(emptied.said.into_iter().collect::<Vec<_>>(), [("stage", 0), ("title", 1)]);
}

#[test]
fn a_tender_on_file_reads_as_its_parts() {
    let first = notice("P1 title=A until=1 doc=x lot=1:a");
    let second = notice("W2 title=B until=1 lot=1:b");
    let [old, new] = [fold(std::slice::from_ref(&first)), fold([&first, &second])].map(|tender| lines(&tender.unwrap()));
    let told = differences(&old, &new)
        .into_iter()
        .map(|(name, was, is)| format!("{name}: {} -> {}", was.unwrap_or_default(), is.unwrap_or_default()));
    assert_eq!(told.collect::<Vec<_>>(), ["title: A -> B", "lot 1: a -> b", "document https://d.example/x: to be had -> "]);
}

#[test]
fn what_could_not_be_read_stays_named_until_a_notice_says_everything_anew() {
    let with = |written: &str, fields: &[&str]| {
        let bad = |field: &&str| crate::model::BadEntry { path: (*field).to_owned(), reason: "no day".to_owned() };
        Notice { unread: fields.iter().map(bad).collect(), ..notice(written) }
    };
    let unread = |notices: &[Notice]| {
        let tender = fold(notices).unwrap();
        tender.notice.unread.into_iter().map(|field| field.path).collect::<Vec<_>>()
    };
    let first = with("W1 title=a", &["deadline"]);
    assert_eq!(unread(&[first.clone(), with("P2 title=b", &["amount"])]), ["amount", "deadline"]);
    assert_eq!(unread(&[first.clone(), with("P2 title=b", &["deadline"])]), ["deadline"]);
    assert_eq!(unread(&[first, with("P2 title=b", &["amount"]), with("W3 title=c", &[])]), [] as [&str; 0]);
}

#[test]
fn what_is_idle_can_be_left_out_and_nothing_else() {
    for (what, notices, want) in [
        ("nothing", &["P1 title=A", "P2 until=1", "P3 doc=x"][..], &[][..]),
        ("a deadline that moved since", &["P1 title=A", "P2 until=1", "P3 until=2"], &[1]),
        ("everything before a whole one but the first", &["P1 title=A", "P2 doc=x", "P3 lot=1:a", "W4 title=B"], &[1, 2]),
        ("what only it said stays", &["P1 title=A", "P2 until=1 doc=x", "P3 until=2"], &[]),
        ("an award that stands", &["W1 title=A", "P2 award=a:Acme", "A3 title=B"], &[]),
        ("an award that was corrected", &["W1 title=A", "R2 award=a:Acme", "R3 follows=2 award=a:Bolt"], &[1]),
        ("of two that say the same one", &["P1 title=A", "P2 until=1", "P3 until=1", "P4 doc=x"], &[1]),
    ] {
        let notices: Vec<Notice> = notices.iter().map(|written| notice(written)).collect();
        let left = idle(&notices, 10);
        assert_eq!(left, want, "{what}");
        assert_eq!(idle(&notices, 1).len(), want.len().min(1), "{what}: no more than asked for");
        let kept: Vec<&Notice> = notices.iter().enumerate().filter(|(place, _)| !left.contains(place)).map(|(_, notice)| notice).collect();
        let said = |tender: Option<Tender>| lines(&tender.unwrap());
        assert_eq!(said(fold(kept)), said(fold(&notices)), "{what}");
    }
}

#[test]
fn a_status_that_turns_to_complete_before_its_time_ends_a_tender_that_ran() {
    use Stage::{Closed, Open, Planned};
    // Each release: its tag, its status if it says one, the day of December until which offers are taken if it says one; published in November.
    for releases in [
        &[("tender", "active", 20, Open), ("tenderUpdate", "complete", 20, Closed)][..],
        // Whoever calls every published tender complete, from the first release on.
        &[("tender", "complete", 20, Open), ("tenderUpdate", "complete", 22, Open)],
        &[("planning", "planned", 0, Planned), ("tender", "complete", 20, Open)],
        // It says nothing of its status: as it was; then it runs again.
        &[("tender", "active", 20, Open), ("tenderUpdate", "complete", 20, Closed), ("tenderUpdate", "", 20, Closed)],
        &[("tender", "active", 20, Open), ("tenderUpdate", "complete", 20, Closed), ("tenderUpdate", "active", 22, Open)],
        &[("tender", "complete", 20, Open), ("tenderUpdate", "active", 20, Open), ("tenderUpdate", "Complete", 20, Closed)],
        &[("tender", "active", 20, Open), ("tenderUpdate", "", 22, Open)],
        // Without a day it is over by its word alone.
        &[("tender", "active", 20, Open), ("tenderUpdate", "complete", 0, Closed)],
    ] {
        let release = |(place, (tag, status, day, _)): (usize, &(&str, &str, i32, Stage))| {
            let status = if status.is_empty() { String::new() } else { format!(r#", "status": "{status}""#) };
            let until = if *day == 0 { String::new() } else { format!(r#", "tenderPeriod": {{"endDate": "2026-12-{day}T10:00:00Z"}}"#) };
            format!(
                r#"{{"ocid": "ocds-1", "id": "{place}", "date": "2026-11-0{}", "tag": ["{tag}"], "tender": {{"id": "1"{status}{until}}}}}"#,
                place + 1
            )
        };
        let all: Vec<String> = releases.iter().enumerate().map(release).collect();
        let notices = read_text(Format::Ocds, &format!(r#"{{"releases": [{}]}}"#, all.join(","))).unwrap().notices;
        let mut stages = Vec::new();
        fold_with(&notices, |tender| stages.push(tender.notice.stage)).unwrap();
        assert_eq!(stages, releases.iter().map(|(.., stage)| *stage).collect::<Vec<_>>(), "{all:#?}");
    }
}

#[test]
fn a_lot_of_who_buys_by_turns_goes_on_until_its_own_end() {
    let call = "Aa stage=open kind=competition technique=dps-list lot=L1:One due=L1:12-10";
    for (result, want, lot) in [
        ("Pb kind=award stage=awarded technique=dps-list lot=L1:One at=L1:awarded award=1@L1:Old", Stage::Open, Some(Stage::Open)),
        ("Pb kind=award stage=awarded lot=L1:One at=L1:awarded award=1@L1:Old", Stage::Open, Some(Stage::Open)),
        ("Pb kind=cancellation stage=cancelled", Stage::Cancelled, None),
    ] {
        let tender = fold(&[notice(call), notice(result)]).unwrap();
        assert_eq!((tender.notice.stage, tender.notice.content.lots[0].stage), (want, lot), "{result}");
    }
    // What ends the system ends it for good, lot by lot.
    let two = "Aa stage=open kind=competition technique=dps-list lot=L1:One due=L1:12-10 lot=L2:Two due=L2:12-10";
    let ends = "Pb kind=award stage=awarded lot=L1:One at=L1:awarded award=1@L1:Old system-ends=L1";
    let again = "Pc kind=award stage=awarded lot=L2:Two at=L2:awarded award=1@L2:Old";
    for (call, results, want, lots) in [
        (call, &[ends][..], Stage::Awarded, &[Some(Stage::Awarded)][..]),
        (two, &[ends], Stage::Open, &[Some(Stage::Awarded), None]),
        (two, &[ends, again], Stage::Open, &[Some(Stage::Awarded), Some(Stage::Open)]),
        (two, &[again, ends], Stage::Open, &[Some(Stage::Awarded), Some(Stage::Open)]),
    ] {
        let tender = fold(&[call].iter().chain(results).map(|one| notice(one)).collect::<Vec<_>>()).unwrap();
        let stages: Vec<Option<Stage>> = tender.notice.content.lots.iter().map(|lot| lot.stage).collect();
        assert_eq!((tender.notice.stage, stages.as_slice()), (want, lots), "{results:?}");
    }
    let once = fold(&[
        notice(&call.replace(" technique=dps-list", "")),
        notice("Pb kind=award stage=awarded lot=L1:One at=L1:awarded award=1@L1:Old"),
    ]);
    assert_eq!(once.unwrap().notice.stage, Stage::Awarded);
}

#[test]
fn who_buys_together_stays_in_the_order_of_the_first_notice() {
    let of = |names: &[&str]| names.iter().map(|name| Party { name: Texts::one("en", name), ..Party::default() }).collect::<Vec<_>>();
    for (known, new, want) in [
        (&["A", "B"][..], &["B", "A"][..], &["A", "B"][..]),
        (&["A", "B"], &["C", "B", "A"], &["A", "B", "C"]),
        (&["A"], &["B"], &["B"]),
        (&["A", "B"], &["B"], &["B"]),
        (&[], &["B", "A"], &["B", "A"]),
    ] {
        for whole in [false, true] {
            let mut all = of(known);
            buyers(&mut all, &of(new), whole);
            assert_eq!(all, of(want), "{known:?} {new:?}");
        }
    }
}
