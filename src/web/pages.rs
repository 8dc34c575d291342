//! One source in full: its pages, and how one of them differs from what it was. Knows no terminal and no transport.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use super::answer::{AnswerError, source_of, source_view, unknown};
use super::ask::{DiffView, SourcePages};
use super::{health, views};
use crate::base::ids::{PageId, RecordId};
use crate::base::text::count;
use crate::config::{Config, Source};
use crate::diff;
use crate::extract::{Input, Kind};
use crate::model::{Change, ChangeKind, FieldName, OwnPage, Page, PageRole, Record, SourceState};
use crate::pipeline::{Effects, next_check, unnamed};
use crate::store::Which;

/// Pages of a source that are shown.
const PAGES: usize = 100;
/// Pages of a source that are looked at for those that changed last.
const LOOKED_AT: usize = 10_000;
/// Records of a source that are looked at for whom they name.
const RECORDS: usize = 200;
/// Changes of a source that are shown.
const CHANGES: usize = 50;
/// Changes of a source that are looked at for what was taken over without being told.
const COUNTED: usize = 1_000;

/// A source with its pages, or with one of them; `with_diff`: how that one, or the one that changed last, differs from what it was.
pub(super) async fn of_source(
    effects: &Effects,
    config: &Config,
    id: &str,
    (named, with_diff): (Option<&str>, bool),
) -> Result<SourcePages, AnswerError> {
    let source = source_of(config, id)?;
    let mut pages = pages_of(effects, source).await?;
    let chosen = named.map(|url| page_of(effects, source, url, &pages)).transpose()?;
    let changed = pages.iter().filter(|page| page.changed.is_some());
    let diffed = match chosen {
        Some(id) => Some(id),
        None => changed.clone().max_by_key(|page| (page.changed, Reverse(page.url.as_str()))).or(pages.first()).map(|page| page.id),
    };
    let diff = match diffed.filter(|_| with_diff) {
        Some(id) => {
            let others = changed.filter(|page| page.id != id).count();
            let page = effects.store.page(id).await?;
            Some(match page {
                Some(page) => DiffView { others, ..versions_diff(effects, source, &page).await? },
                None => DiffView::default(),
            })
        }
        None => None,
    };
    let roots: Vec<Page> = pages.iter().filter(|page| page.role == PageRole::Root).cloned().collect();
    let members: Vec<RecordId> =
        pages.iter().flat_map(|page| &page.members).copied().take(if source.reader.reads_own() { LOOKED_AT } else { RECORDS }).collect();
    match chosen {
        Some(id) => pages = effects.store.pages(vec![id]).await?,
        None => pages.truncate(PAGES),
    }
    let states = effects.store.states_of(&source.id).await?;
    let mut shown = Vec::new();
    for page in &mut pages {
        page.next_due = effects.store.next_check(page.id).unwrap_or(page.next_due);
        shown.push(views::page(page, &effects.store.snapshots(page.id).await?, next(effects, source, page, (&roots, &states))));
    }
    let listed: Vec<Record> = effects.store.records(members).await?.into_iter().filter(|record| !record.gone).collect();
    let own = own_pages(&listed, effects.clock.now()).filter(|_| source.reader.reads_own());
    let unnamed = unnamed(source, listed.iter().take(RECORDS));
    let mut changes = effects.store.recent_changes(Some(&source.id), COUNTED).await?;
    let remarks = unnamed.into_iter().chain(own).chain(quiet(&changes)).collect();
    changes.truncate(CHANGES);
    let records = effects.store.records(changes.iter().map(|change| change.record).collect()).await?;
    let named = |id| records.iter().find(|record: &&Record| record.id == id);
    Ok(SourcePages {
        source: source_view(effects, source).await?,
        pages: shown,
        unread: health::misread(&states),
        fields: health::fields(&states),
        remarks,
        changes: changes.iter().map(|change| views::change(change, named(change.record))).collect(),
        diff,
    })
}

/// How old what own pages said is, and how many of them are still to be read or are not there.
fn own_pages(records: &[Record], now: Timestamp) -> Option<String> {
    let read = records.iter().filter_map(|record| if let OwnPage::Seen { at, .. } = record.own_page { Some(at) } else { None });
    let (oldest, many) = (read.clone().min()?, count(read.count(), "record was", "records were"));
    let days = now.duration_since(oldest).as_hours() / 24;
    let open = |is: fn(&OwnPage) -> bool| records.iter().filter(|record| is(&record.own_page)).count();
    let (waiting, missing) = (open(|page| *page == OwnPage::Wanted), open(|page| matches!(page, OwnPage::Missing { .. })));
    let rest = [(waiting, "still to be read"), (missing, "not there")].map(|(many, what)| match many {
        0 => String::new(),
        _ => format!("; {many} {what}"),
    });
    Some(format!("the own pages of {many} read, the oldest {} ({days} days ago){}", oldest.strftime("%Y-%m-%d %H:%M UTC"), rest.concat()))
}

/// What became of fields without being told: of how many records, and when last.
fn quiet(changes: &[Change]) -> impl Iterator<Item = String> {
    let mut last = BTreeMap::<&FieldName, (Timestamp, usize)>::new();
    for change in changes.iter().filter(|change| change.baseline) {
        let ChangeKind::Changed(fields) = &change.kind else { continue };
        for field in fields {
            let (at, records) = last.entry(&field.field).or_insert((change.at, 0));
            *records += usize::from(*at == change.at);
        }
    }
    last.into_iter().map(|(field, (at, records))| {
        let records = count(records, "record", "records");
        format!("{records}: `{field}` is written or read otherwise since {}, which was no news", at.strftime("%Y-%m-%d %H:%M UTC"))
    })
}

/// Its pages: those of the configuration first, then those that changed last.
async fn pages_of(effects: &Effects, source: &Source) -> Result<Vec<Page>, AnswerError> {
    let roots: Vec<PageId> = source.reader.roots().iter().map(|url| Page::id_of(&source.id, url)).collect();
    let others = effects.store.pages_of(&source.id).into_iter().filter(|id| !roots.contains(id));
    let mut pages = effects.store.pages(roots.iter().copied().chain(others).take(LOOKED_AT).collect()).await?;
    for page in pages.iter_mut().filter(|page| page.role == PageRole::Root) {
        page.next_due = effects.store.next_check(page.id).unwrap_or(page.next_due);
    }
    pages.sort_by_cached_key(|page| (page.role == PageRole::Follow, Reverse(page.changed), page.url.to_string()));
    Ok(pages)
}

/// The page of the source with this address.
fn page_of(effects: &Effects, source: &Source, address: &str, pages: &[Page]) -> Result<PageId, AnswerError> {
    let id = Url::parse(address).ok().map(|url| Page::id_of(&source.id, &url));
    let known = id.filter(|id| effects.store.pages_of(&source.id).contains(id));
    known.ok_or_else(|| unknown(&format!("page of {}", source.id), address, pages.iter().map(|page| page.url.as_str())))
}

fn next(effects: &Effects, source: &Source, page: &Page, (roots, states): (&[Page], &[SourceState])) -> Option<Timestamp> {
    let root = roots.iter().find(|root| root.id == page.root).unwrap_or(page);
    let state = states.iter().find(|state| state.root == page.root).cloned();
    let state = state.unwrap_or_else(|| SourceState::new(&source.id, page.root));
    source.enabled.then(|| next_check(page, root, &state, &source.schedule, effects.clock.now()))
}

/// The text difference of the last two kept versions of a page.
async fn versions_diff(effects: &Effects, source: &Source, page: &Page) -> Result<DiffView, AnswerError> {
    let versions = effects.store.snapshots(page.id).await?;
    let at = |back: usize| versions.get(back).map(|version| views::time(version.at));
    let text = versions_text(effects, source, page).await?;
    Ok(DiffView { url: page.url.to_string(), old: at(1), new: at(0), others: 0, text })
}

async fn versions_text(effects: &Effects, source: &Source, page: &Page) -> Result<String, AnswerError> {
    let (new, old) = (effects.store.snapshot(page.id, Which::Back(0)).await?, effects.store.snapshot(page.id, Which::Back(1)).await?);
    let (Some(new), Some(old)) = (new, old) else { return Ok("only one version of this page is kept so far".to_owned()) };
    let now = effects.clock.now();
    let reader = match source.reader.kind() {
        Kind::Page | Kind::Listing | Kind::Directory => crate::extract::by_content(Kind::Page, &page.url, &source.about_reading()),
        Kind::Feed | Kind::Sitemap | Kind::Json | Kind::Tenders => return Ok(lines_diff(&old.bytes, &new.bytes)),
    };
    let reader = Arc::new(reader);
    let mut blocks = Vec::new();
    for bytes in [old.bytes, new.bytes] {
        let (reader, url) = (Arc::clone(&reader), page.url.clone());
        let read = move |expired: &dyn Fn() -> bool| {
            reader.read(&Input { bytes: &bytes, content_type: None, url: &url, next: None, now, expired })
        };
        blocks.push(effects.pool.run(page.url.as_str(), read).await?.blocks);
    }
    Ok(diff::readable(&blocks[0], &blocks[1]))
}

fn lines_diff(old: &[u8], new: &[u8]) -> String {
    let blocks = |bytes: &[u8]| -> Vec<crate::model::Block> {
        let text = String::from_utf8_lossy(bytes).replace("><", ">\n<").replace("},{", "},\n{");
        text.lines().map(|line| crate::model::Block { path: String::new(), text: line.trim().to_owned() }).collect()
    };
    diff::readable(&blocks(old), &blocks(new))
}
