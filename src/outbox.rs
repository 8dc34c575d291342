//! What becomes of a message: sealed once, sent in order, tried again with an end, given up with a reason. A pure state machine; it knows
//! no wire, no store and no clock: outcomes, time and seeds are handed in.
//!
//! The promises it keeps (numbers of the project's delivery rules): at least once or visibly dead (W1), one id for ever (W2), bytes fixed
//! at sealing (W3), order per key (W4), ten attempts over more than 72 hours with ±20 % jitter and Retry-After up to a day (W5), one
//! circuit per channel (W6), 410 and five days of only failures switch a channel off and tell the operator (W7), replay keeps the id (W8).

mod attempt;
mod policy;
mod room;
mod seal;

pub use attempt::{After, Attempted, Notice, NoticeKind, Outcome, after, replay, resend, suppress};
pub use policy::Policy;
pub use room::{pause, room};
pub use seal::{Batch, TOLD, Told, alone, batches, for_lead, for_tender, lone_message_id};

#[cfg(test)]
mod model_tests;
