//! Directories that show others than before: another list at the same address, a half that comes back, a random part of all, a layout that lost a field.
//! Nothing of it is news of any company.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

use atalaya::base::ids::SourceId;
use atalaya::model::{ChangeKind, Record};
use atalaya::web::{Answer, Question, SourcePages, answer};
use jiff::SignedDuration;

use crate::rig::{Inside, Reply, Server};

/// Words that no two companies share.
const WORDS: [&str; 30] = [
    "Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gorse", "Hazel", "Ivy", "Juniper", "Kauri", "Larch", "Maple", "Nutmeg", "Oak",
    "Pine", "Quince", "Rowan", "Spruce", "Teak", "Upland", "Vale", "Willow", "Yew", "Zinnia", "Ash", "Beech", "Cherry", "Damson", "Ebony",
];
const EVENTS: [&str; 6] =
    ["Open day", "Course on tariffs", "General assembly", "Harvest fair", "Meeting with the council", "Workshop on boxes"];
const TRADES: [&str; 8] = ["Machinery", "Packaging", "Chemicals", "Food & Drink", "Textiles", "Electronics", "Logistics", "Services"];

fn page(title: &str, main: &str) -> Reply {
    Reply::html(format!(
        "<!doctype html><html lang=en><head><title>{title}</title></head><body><h1>{title}</h1><div class=g>{main}</div><footer>Guild</footer></body></html>"
    ))
}

fn companies(which: impl IntoIterator<Item = usize>) -> Reply {
    let card = |n: usize| {
        let tel = 101 + n;
        format!(
            "<div class=c><h3><a href=/m/{n}>{} Foods Ltd</a></h3><p>Unit {tel}, Forest Park</p><p>Tel +44 1632 960{tel}</p></div>",
            WORDS[n]
        )
    };
    page("Companies", &which.into_iter().map(card).collect::<String>())
}

/// Members, or events in their place, each with a link and nothing else.
fn names(title: &str, names: &[String]) -> Reply {
    let row = |name: &String| format!("<li><h4><a href=/{title}/{}>{name}</a></h4><p>Read more</p></li>", name.replace(' ', "-"));
    page(title, &format!("<ul class=l>{}</ul>", names.iter().map(row).collect::<String>()))
}

fn members(n: usize) -> Reply {
    names("Members", &WORDS[..n].iter().map(|word| format!("{word} Foods Ltd")).collect::<Vec<_>>())
}

fn events() -> Reply {
    names("Agenda", &EVENTS.map(str::to_owned))
}

/// The trades that a home page leads to, in the cards of the members.
fn trades() -> Reply {
    let card = |(n, name): (usize, &&str)| {
        format!("<div class=c><h3><a href=/t/{n}>{name}</a></h3><p>{},204 suppliers</p><p>See all</p></div>", n + 1)
    };
    page("Welcome", &TRADES.iter().enumerate().map(card).collect::<String>())
}

/// Sites of which each page is what was put there last.
struct World {
    inside: Inside,
    shown: Arc<Mutex<BTreeMap<String, Reply>>>,
    address: String,
    _server: Server,
}

impl World {
    async fn new(ids: &[&str]) -> Self {
        let shown: Arc<Mutex<BTreeMap<String, Reply>>> = Arc::default();
        let pages = Arc::clone(&shown);
        let server = Server::start(move |seen| pages.lock().unwrap().get(&seen.path).cloned().unwrap_or_else(|| Reply::status(404)));
        let address = server.address.clone();
        let rest: String = ids.iter().map(|id| source(&address, id, "")).collect();
        Self { inside: Inside::new(&rest).await, shown, address, _server: server }
    }

    fn show(&self, id: &str, page: Reply) {
        self.shown.lock().unwrap().insert(format!("/{id}"), page);
    }

    async fn visits(&self, n: usize) {
        for _ in 0..n {
            self.inside.wait(SignedDuration::from_hours(7));
            self.inside.visit().await;
            self.inside.wait(SignedDuration::from_mins(2));
            self.inside.visit().await;
        }
    }

    /// What was told of a source: who came, went and is back.
    async fn told(&self, id: &str) -> [usize; 3] {
        let id: SourceId = id.parse().unwrap();
        let mut told = [0; 3];
        for change in self.inside.effects.store.recent_changes(Some(&id), 2_000).await.unwrap() {
            match change.kind {
                _ if change.baseline => {}
                ChangeKind::Appeared => told[0] += 1,
                ChangeKind::Gone => told[1] += 1,
                ChangeKind::Returned(_) => told[2] += 1,
                ChangeKind::Changed(_) => {}
            }
        }
        told
    }

    async fn records(&self, id: &str) -> Vec<Record> {
        let all = self.inside.effects.store.absent(&id.parse().unwrap(), HashSet::new(), 99).await.unwrap();
        all.into_iter().filter(|record| !record.gone).collect()
    }

    async fn source(&self, id: &str) -> SourcePages {
        let question = Question::Source { id: id.to_owned(), page: None, diff: false };
        let Answer::Source(view) = answer(&self.inside.effects, &self.inside.config, question, false).await.unwrap() else {
            panic!("{id}")
        };
        *view
    }

    /// Why a source is ill, and that it is not.
    async fn ill(&self, id: &str) -> Option<String> {
        let view = self.source(id).await;
        view.source.trouble.map(|trouble| format!("{trouble} {}", view.source.reason.unwrap_or_default()))
    }
}

fn source(address: &str, id: &str, more: &str) -> String {
    format!(
        "[[source]]\nid = \"{id}\"\nkind = \"directory\"\nurl = \"{address}/{id}\"\nevery = \"6h\"\njitter = \"0s\"\ncountry = \"GB\"\ndetail = \"off\"\n{more}\n\n"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_list_at_the_same_address_is_no_news_and_is_the_list_after_eight_visits() {
    let world = World::new(&["stays", "passes", "home"]).await;
    for (id, page) in [("stays", members(9)), ("passes", members(9)), ("home", companies(0..9))] {
        world.show(id, page);
    }
    world.visits(2).await;
    for (id, page) in [("stays", events()), ("passes", events()), ("home", trades())] {
        world.show(id, page);
    }
    world.visits(3).await;
    for (id, others) in [("stays", "6 others (Open day, "), ("passes", "6 others (Open day, "), ("home", "8 others (Machinery, ")] {
        let ill = world.ill(id).await.unwrap_or_default();
        assert!(ill.contains(&format!("another list: none of the 9 records that were known, and {others}")), "{id}: {ill}");
        assert_eq!((world.told(id).await, world.records(id).await.len()), ([0; 3], 9), "{id}");
    }
    world.show("passes", members(10));
    world.visits(9).await;
    assert_eq!((world.ill("passes").await, world.told("passes").await), (None, [1, 0, 0]));
    for (id, others) in [("stays", 6), ("home", 8)] {
        assert_eq!((world.ill(id).await, world.told(id).await, world.records(id).await.len()), (None, [0; 3], others), "{id}");
    }
    world.show("stays", members(9));
    world.visits(3).await;
    assert_eq!((world.ill("stays").await, world.told("stays").await, world.records("stays").await.len()), (None, [0; 3], 9));
    world.show("stays", members(10));
    world.visits(2).await;
    assert_eq!(world.told("stays").await, [1, 0, 0], "from then on it is a list like others");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_half_that_comes_back_was_never_gone_and_one_that_stays_away_is_gone() {
    let world = World::new(&["ten", "eleven", "halved"]).await;
    for id in ["ten", "eleven", "halved"] {
        world.show(id, companies(0..20));
    }
    world.visits(3).await;
    world.show("ten", companies(0..10));
    world.show("eleven", companies(9..20));
    world.show("halved", companies(0..10));
    world.visits(5).await;
    for id in ["ten", "eleven"] {
        let ill = world.ill(id).await.unwrap_or_default();
        assert!(ill.contains("of 20 known records are not there"), "{id}: {ill}");
        world.show(id, companies(0..20));
    }
    world.visits(3).await;
    for id in ["ten", "eleven"] {
        assert_eq!((world.ill(id).await, world.told(id).await, world.records(id).await.len()), (None, [0; 3], 20), "{id}");
    }
    world.visits(2).await;
    assert_eq!((world.ill("halved").await, world.told("halved").await, world.records("halved").await.len()), (None, [0, 10, 0], 10));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_shows_another_part_each_time_is_found_out() {
    let world = World::new(&["part"]).await;
    let mut state = 7_u64;
    let mut draw = || {
        let mut all: Vec<usize> = (0..30).collect();
        for at in 0..10 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            all.swap(at, at + usize::try_from(state >> 33).unwrap() % (30 - at));
        }
        all.truncate(10);
        all
    };
    for visit in 0..40 {
        world.show("part", companies(draw()));
        world.visits(1).await;
        let [_, gone, back] = world.told("part").await;
        assert_eq!([gone, back], [0, 0], "{visit}");
        if visit == 6 {
            assert_eq!(world.ill("part").await, None);
            let notes = world.source("part").await.unread;
            assert!(notes.iter().any(|one| one.reason.starts_with("the list shows another part of its records")), "{notes:?}");
        }
    }
    let [new, ..] = world.told("part").await;
    assert!(new <= 16, "{new} were told before it was found out");
    assert_eq!(world.records("part").await.len(), 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_field_that_a_new_layout_lost_is_no_illness_for_ever() {
    let old = |n: usize| {
        format!(
            "<div class=card><h3>{} Foods Ltd</h3><p class=a>Leeds · {n} employees</p><p class=s>Baking</p><p>Tel +44 1632 9601{n}</p></div>",
            WORDS[n - 20]
        )
    };
    let new = |n: usize| {
        format!(
            "<li><b><a href=/c/{n}>{} Foods Ltd</a></b><div>Where: Leeds</div><div>What: Baking</div><div>Phone: +44 1632 9601{n}</div></li>",
            WORDS[n - 20]
        )
    };
    let mut world = World::new(&["corrected", "left"]).await;
    for id in ["corrected", "left"] {
        world.show(id, page("Members", &(20..26).map(old).collect::<String>()));
    }
    world.visits(2).await;
    for id in ["corrected", "left"] {
        world.show(id, page("Members", &format!("<ul>{}</ul>", (20..26).map(new).collect::<String>())));
    }
    world.visits(3).await;
    for id in ["corrected", "left"] {
        let ill = world.ill(id).await.unwrap_or_default();
        assert!(ill.contains("`size` was in 100 %"), "{id}: {ill}");
    }
    let address = world.address.clone();
    let fields = "fields = { place = \"where\" }\n";
    world.inside.configure(&(source(&address, "corrected", fields) + &source(&address, "left", ""))).await;
    world.visits(1).await;
    assert_eq!(world.ill("corrected").await, None);
    world.visits(7).await;
    assert_eq!((world.ill("left").await, world.ill("corrected").await), (None, None), "though its bytes stayed the same");
    assert_eq!((world.told("corrected").await, world.told("left").await), ([0; 3], [0; 3]));
}

/// Cards with their lines, of which a selector may take each for a record.
fn lines(which: std::ops::Range<usize>, more: &str) -> Reply {
    let card = |n: usize| {
        let (tel, word) = (101 + n, WORDS[n]);
        format!(
            "<div class=c><h3><b>{word} Foods Ltd</b></h3><p><b>Unit {tel}, Forest Park</b></p><p><i>Tel</i><b>+44 1632 960{tel}</b></p></div>"
        )
    };
    page("Companies", &format!("{}{more}", which.map(card).collect::<String>()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn corrected_settings_are_a_new_baseline_and_what_comes_after_it_is_told() {
    const IDS: [&str; 3] = ["selected", "found", "onward"];
    let wrong = ["record = \"h3, p\"\nfields = { name = \"b\" }", "record = \"h3, p\"\nfields = { name = \"b\" }", ""];
    let right = "record = \".c\"\nfields = { name = \"h3\", phone = \"p + p b\" }";
    let right = [right, "", &format!("{right}\nnext = \"a.more\"")];
    let mut world = World::new(&[]).await;
    let address = world.address.clone();
    // Selectors ask for no own pages by themselves.
    let whole = |text: String| if text.contains("record") { text.replace("detail = \"off\"\n", "") } else { text };
    let sources = |more: [&str; 3]| IDS.iter().zip(more).map(|(id, more)| whole(source(&address, id, more))).collect::<String>();
    let show = |world: &World, members: usize| {
        world.show("selected", lines(0..members, ""));
        world.show("found", lines(0..members, ""));
        // The last two of them stand on a second page, which nothing led to so far.
        world.show("onward", lines(0..members - 2, "<p><a class=more href=/further>Wait</a></p>"));
        world.show("further", lines(members - 2..members, ""));
    };
    world.inside.configure(&sources(wrong)).await;
    show(&world, 9);
    world.visits(4).await;
    let mut count = Vec::new();
    for id in IDS {
        count.push(world.records(id).await.len());
    }
    assert_eq!(count, [27, 27, 7]);
    let first = |records: Vec<Record>| records.into_iter().find(|record| record.key.contains("alder")).map(|record| record.first_seen);
    let known = first(world.records("selected").await);
    world.inside.configure(&sources(right)).await;
    world.visits(1).await;
    for id in IDS {
        assert_eq!((world.ill(id).await, world.told(id).await, world.records(id).await.len()), (None, [0; 3], 9), "{id}");
    }
    assert!(known.is_some() && first(world.records("selected").await) == known, "whom both readings have is known");
    show(&world, 10);
    world.visits(1).await;
    for id in IDS {
        assert_eq!((world.ill(id).await, world.told(id).await, world.records(id).await.len()), (None, [1, 0, 0], 10), "{id}");
    }
    show(&world, 8);
    world.visits(3).await;
    for id in IDS {
        assert_eq!((world.ill(id).await, world.told(id).await, world.records(id).await.len()), (None, [1, 2, 0], 8), "{id}");
    }
}
