//! What waits for who is told nothing for weeks, because they asked for no more mails or left the configuration: it is held back and seen, comes once
//! they are back, and is given up in the end, from where it can be told anew.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use atalaya::base::ids::MessageId;
use atalaya::model::MessageState;
use atalaya::pipeline::{Judging, judge_some, retime, seal_due, tell_untold, wish};
use atalaya::store::{EntryFilter, MessageFilter, Scope, Standing, Suppression};
use atalaya::web::{Answer, LeadView, Question, StatusView, answer};
use jiff::SignedDuration;

use crate::rig::{Inside, MAILS, OFFER, Reply, Server, listing, rep, segment};

/// A list of so many offers, a world in which Ana reads mails, and one in which she is not there.
struct Case {
    shown: Arc<AtomicUsize>,
    site: Server,
    world: Inside,
}

const NONE: &str =
    "\n[[segment]]\nid = \"none\"\nline = 900\n\n[[segment.points]]\nsignal = \"offer-listed\"\npoints = 1\nwhy = \"nothing\"\n";

fn settings(site: &Server, hot: u32, ana: bool) -> String {
    let source = listing("list", &format!("{}/", site.address), "1h", OFFER) + "records = \"offer\"\n";
    let ana = if ana { rep("ana", "UTC", "daily 08:00") + "segments = [\"all\"]\n" } else { String::new() };
    let bob = rep("bob", "UTC", "daily 08:00") + "segments = [\"none\"]\n";
    [source, segment(&format!("line = 5\nhot = {hot}")), NONE.to_owned(), ana, bob, MAILS.to_owned()].concat()
}

impl Case {
    /// One offer is new, and waits for Ana.
    async fn new(hot: u32) -> Self {
        let shown = Arc::new(AtomicUsize::new(3));
        let now = Arc::clone(&shown);
        let site = Server::start(move |seen| {
            let row = |n| format!("<li><a href=/{n}>Offer {n}</a> <b>Maker {n}, S.L.</b></li>");
            let rows: String = (0..now.load(Ordering::SeqCst)).map(row).collect();
            if seen.path == "/" { Reply::html(format!("<html><body><ul>{rows}</ul></body></html>")) } else { Reply::status(404) }
        });
        let world = Inside::with("operator = \"operator@example.com\"\nnotices = [\"mail\"]\n", &settings(&site, hot, true)).await;
        let case = Self { shown, site, world };
        case.world.visit().await;
        case.one_more().await;
        case
    }

    async fn one_more(&self) {
        self.shown.fetch_add(1, Ordering::SeqCst);
        self.world.wait(SignedDuration::from_hours(2));
        self.world.visit().await;
    }

    async fn wants(&self, scope: Scope) {
        let wanted = Suppression::new("mail".parse().unwrap(), "ana@example.com".to_owned(), self.world.clock.now());
        wish(&self.world.effects, &self.world.config, Suppression { scope, ..wanted }, self.world.clock.now()).await.unwrap();
    }

    /// Ana is in the configuration or not, and all that follows from a reload.
    async fn configured(&mut self, hot: u32, ana: bool) {
        self.world.configure(&settings(&self.site, hot, ana)).await;
        let (effects, config, now) = (&self.world.effects, &self.world.config, self.world.clock.now());
        retime(effects, config, now).await.unwrap();
        let mut judging = Judging::default();
        while !judge_some(effects, config, &mut judging, now).await.unwrap().done {}
    }

    async fn days(&self, days: u32) {
        for _ in 0..days {
            self.world.wait(SignedDuration::from_hours(24));
            self.world.drain().await;
        }
    }

    /// The letters that tell of a maker.
    fn told(&self) -> Vec<String> {
        self.world.written("mail").into_iter().filter(|mail| mail.contains("Maker")).collect()
    }

    async fn status(&self) -> StatusView {
        let Answer::Status(status) = answer(&self.world.effects, &self.world.config, Question::Status, true).await.unwrap() else {
            panic!()
        };
        *status
    }

    async fn leads(&self) -> Vec<LeadView> {
        let question = Question::Leads { segment: None, state: None, owner: None, limit: 9 };
        let Answer::Leads(leads) = answer(&self.world.effects, &self.world.config, question, true).await.unwrap() else { panic!() };
        leads
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_for_who_is_told_nothing_comes_once_they_are_back() {
    for leaves in [false, true] {
        let mut case = Case::new(90).await;
        let why = if leaves { "ana is not configured any more" } else { "ana asked for no more mails" };
        if leaves {
            case.configured(90, false).await;
        } else {
            case.wants(Scope::All).await;
        }
        case.days(21).await;
        assert_eq!(case.told(), [""; 0], "{why}");
        let untold = case.status().await.untold;
        let line = untold.iter().find(|line| line.starts_with(why)).unwrap_or_else(|| panic!("{why}: {untold:?}"));
        assert!(line.contains("1 piece of news waits, the oldest for 21 days"), "{line}");
        let lead = case.leads().await.remove(0);
        assert_eq!(lead.told_state.as_deref(), Some("nobody"), "{lead:?}");
        if !leaves {
            assert_eq!(
                lead.told.as_deref(),
                Some("nobody is told: ana asked for no more mails; what is new of it waits for that to change")
            );
            let (id, said, by) = (lead.id.clone(), Some("accepted".to_owned()), "ana".to_owned());
            let question = Question::Verdict { id, said, because: String::new(), by, named: true, until: None };
            let Answer::Lead(taken) = answer(&case.world.effects, &case.world.config, question, true).await.unwrap() else {
                panic!("a lead")
            };
            assert!(taken.notes.len() == 1 && taken.notes[0].starts_with("ana asked for no more mails: nobody is told"), "{taken:?}");
        }
        // Whoever runs the daemon hears of it once.
        let tell = async || tell_untold(&case.world.effects, &case.world.config, case.world.clock.now()).await.unwrap();
        assert!(tell().await > 0 && tell().await == 0, "{why}");
        if leaves {
            case.configured(90, true).await;
        } else {
            case.wants(Scope::None).await;
        }
        case.world.drain().await;
        case.days(1).await;
        let told = case.told();
        assert!(told.len() == 1 && told[0].contains("ana@example.com") && told[0].contains("Maker 3"), "{why}: {told:?}");
        case.days(2).await;
        assert_eq!(case.told().len(), 1, "{why}: once");
        assert_eq!(case.world.effects.store.waiting_entries(EntryFilter::default(), 9).await.unwrap(), []);
        assert!(!case.status().await.untold.iter().any(|line| line.starts_with(why)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_that_is_not_wanted_any_more_is_taken_back_and_told_anew() {
    for (hot, scope) in [(90, Scope::All), (15, Scope::All), (90, Scope::Digests), (15, Scope::Alerts)] {
        let case = Case::new(hot).await;
        case.world.wait(SignedDuration::from_hours(if hot == 90 { 24 } else { 0 }));
        let sealed = seal_due(&case.world.effects, &case.world.config, case.world.clock.now()).await.unwrap().sealed;
        assert_eq!(sealed, 1, "{hot} {scope:?}");
        case.wants(scope).await;
        for _ in 0..2 {
            case.world.drain().await;
        }
        assert_eq!(case.told(), [""; 0], "{hot} {scope:?}: the wish counts before the next mail leaves");
        let filter = MessageFilter { standing: Some(Standing::Suppressed), ..MessageFilter::default() };
        assert_eq!(case.world.effects.store.messages(filter, 9).await.unwrap().len(), 1, "{hot} {scope:?}");
        if scope == Scope::Alerts {
            // It comes with the digest.
            case.days(1).await;
        } else {
            case.days(3).await;
            assert_eq!(case.told(), [""; 0], "{hot} {scope:?}");
            // A store that was closed meanwhile knows what waits.
            assert_eq!(case.world.effects.store.waiting_entries(EntryFilter::default(), 9).await.unwrap().len(), 1);
            case.wants(Scope::None).await;
            case.days(1).await;
        }
        let told = case.told();
        assert!(told.len() == 1 && told[0].contains("Maker 3") && told[0].contains("1 lead for you"), "{hot} {scope:?}: {told:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rep_gets_what_waited_by_the_way_and_at_the_address_they_have_now() {
    let mut case = Case::new(90).await;
    case.world.wait(SignedDuration::from_hours(24));
    seal_due(&case.world.effects, &case.world.config, case.world.clock.now()).await.unwrap();
    case.one_more().await;
    let other = |text: String| text.replace("\"mail\"", "\"post\"").replace("ana@example.com", "ana@example.org");
    case.world.configure(&other(settings(&case.site, 90, true))).await;
    retime(&case.world.effects, &case.world.config, case.world.clock.now()).await.unwrap();
    case.days(2).await;
    let told: String = case.world.written("post").concat();
    assert!(told.contains("Maker 3") && told.contains("Maker 4") && told.contains("To: ana@example.org"), "{told}");
    assert!(!told.contains("To: ana@example.com"), "{told}");
    assert_eq!(case.world.written("mail"), [""; 0]);
    assert_eq!(case.world.effects.store.waiting_entries(EntryFilter::default(), 9).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waited_in_vain_is_given_up_where_it_is_seen_and_told_anew_on_demand() {
    let case = Case::new(90).await;
    case.wants(Scope::All).await;
    case.days(92).await;
    let dead = MessageFilter { standing: Some(Standing::Dead), ..MessageFilter::default() };
    let given_up = case.world.effects.store.messages(dead.clone(), 9).await.unwrap();
    let [message] = given_up.as_slice() else { panic!("{given_up:?}") };
    let MessageState::Dead { reason, .. } = &message.state else { panic!() };
    assert_eq!(reason, "nobody was told in 90 days: ana asked for no more mails");
    let status = case.status().await;
    assert!(status.channels.iter().any(|channel| channel.dead == 1), "{status:?}");
    case.wants(Scope::None).await;
    case.days(2).await;
    assert_eq!(case.told(), [""; 0]);
    let lead = case.leads().await.remove(0);
    assert!(lead.told_state.as_deref() == Some("given-up") && lead.told.as_ref().unwrap().contains(message.id.as_str()), "{lead:?}");
    let again = async |id: &MessageId| {
        let question = Question::Replay { ids: vec![id.to_string()], since: None, channel: None, delivered: false, dry_run: false };
        let Answer::Replayed(replayed) = answer(&case.world.effects, &case.world.config, question, true).await.unwrap() else { panic!() };
        replayed.ids.len()
    };
    assert_eq!((again(&message.id).await, again(&message.id).await), (1, 0));
    case.world.drain().await;
    assert_eq!(case.told().len(), 1);
    assert_eq!(case.world.effects.store.messages(dead, 9).await.unwrap(), []);
    assert_eq!(case.leads().await.remove(0).told_state.as_deref(), Some("told"));
}
