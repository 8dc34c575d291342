//! Where logic meets effects: one turn, one drain step, one keeping step, one rehearsal. Owns no loop.

mod altered;
mod announce;
mod asunder;
mod believed;
mod beside;
mod calendars;
mod check;
mod closing;
mod completeness;
mod decided;
mod departed;
mod details;
mod drain;
mod empty;
mod expiring;
mod fixture;
mod forget;
mod fresh;
mod gate;
mod group;
mod heads;
mod held;
mod import;
mod imports;
mod judge;
mod keep;
mod leadless;
mod link;
mod linked;
mod named;
mod news;
mod notice;
mod onward;
mod overtaken;
mod pairs;
mod passed;
mod pool;
mod propose;
mod read;
mod rehearse;
mod remind;
mod rulings;
mod sought;
mod stock;
mod stranded;
mod telling;
mod unite;
mod unlisted;
mod unnamed;
mod untold;
mod verdicts;
mod visit;
mod vitals;
mod waiting;
mod walk;
mod wanted;
mod ways;
mod whole;
mod wishes;
mod worked;

use crate::base::clock::Clock;
use crate::fetch::Web;
use crate::store::{Hook, Store};

pub use calendars::{calendar_key, calendar_of, calendar_turn, calendars, renew_calendar};
pub use check::{check, decide};
pub use completeness::{Spending, completeness, completeness_of, spending};
pub use decided::{CheckError, Checked, Decided, Outcome};
pub use departed::{Departed, departures};
pub use drain::{DrainError, Sealing, Sending, next_send, preview, seal_due, send_some, unsubscribe_key};
pub use expiring::{Expiring, expiring_some};
pub use fixture::{Differs, Expected, Fixture, MOST as FIXTURE_BYTES, compare};
pub use forget::{Forgot, forget_gone};
pub use gate::Gate;
pub use group::{Grounds, behind, counted, leads_above};
pub use heads::{head_office, members};
pub use held::hand_over;
pub use import::{ImportError, OnList, Planned, Recognised, Together, Undone, bring_in, named_by, plan_import, undo_import};
pub use imports::{beside_imports, imports};
pub use judge::{Judged, Judging, grounds, judge_some};
pub use keep::{KeepError, Keeping, keep_step, sync_pages};
pub use leadless::Leadless;
pub use link::Affected;
pub use linked::{elsewhere, linked};
pub use news::{News, Whence, tell};
pub use notice::test_message;
pub use overtaken::overtaken;
pub use pool::Pool;
pub use propose::{Proposal, Proposed, Tried, Way};
pub use rehearse::{Rehearsal, Rehearsed, Target, WouldTell, rehearse};
pub use remind::remind_due;
pub use rulings::{Other, RulingError, rule_not_same, rule_same, undo_ruling};
pub use stranded::{Stranded, stranded, why_not};
pub use unnamed::unnamed;
pub use untold::{Untold, give_out, tell_untold, untold};
pub use verdicts::{VerdictError, give_verdict};
pub use visit::next_check;
pub use waiting::{Wait, last_told, retime, waiting};
pub use wanted::Found;
pub use ways::Ways;
pub use wishes::{silent, wish};

/// Every point the hook is called at, beside the store's: a turn is decided and not yet committed; a message is made and not yet stored; it is
/// stored; it was sent and the answer is not yet stored; the answer is stored.
pub const POINTS: [&str; 5] = ["check.decided", "drain.made", "drain.sealed", "drain.sent", "drain.acknowledged"];

/// Everything a step may touch. Cheap to clone; clones share them.
#[derive(Clone)]
pub struct Effects {
    /// What is kept.
    pub store: Store,
    /// The way to the sites.
    pub web: Web,
    /// The open channels.
    pub ways: Ways,
    /// The present.
    pub clock: Clock,
    /// When this process began: what was not visited before is no fault of a source.
    pub begun: jiff::Timestamp,
    /// Where foreign bytes are parsed.
    pub pool: Pool,
    /// Which tenders segments look for, as far as it was asked.
    pub found: Found,
    /// Between deciding a turn and having written it.
    pub gate: Gate,
    /// For the crash rig.
    pub hook: Hook,
}
