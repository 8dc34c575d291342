//! The listen address and the questions that may be asked: health, metrics, unsubscribing; status, sources, leads, outbox.
//!
//! Has view types of its own. Knows no terminal and owns no loop.

mod answer;
mod ask;
mod front;
mod notices;
mod tenders;
mod unsubscribe;
mod views;

pub use answer::{AnswerError, answer, check_view};
pub use ask::{
    Answer, BackupView, ChangeView, ChannelView, CheckView, DigestView, LeadView, MessageView, PageView, PartView, Question, RecordView,
    SentView, SourcePages, SourceView, StatusView, WishView,
};
pub use front::{Front, router};
pub use notices::{HistoryView, NoticeView, RawView};
pub use tenders::{AlsoView, FieldView, LineView, MaybeView, TenderView, batch_view};
