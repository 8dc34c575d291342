//! The listen address and the questions that may be asked: health, metrics, unsubscribing; status, sources, leads, outbox.
//!
//! Has view types of its own. Knows no terminal and owns no loop.

mod answer;
mod ask;
mod calendar;
mod called;
mod front;
mod health;
mod imports;
mod leads;
mod listed;
mod notices;
mod organisations;
mod outbox;
mod pages;
mod reading;
mod replay;
mod sent;
mod sources;
mod tenders;
mod unmapped;
mod unsubscribe;
mod verdicts;
mod views;

pub use answer::{AnswerError, answer};
pub use ask::{
    Answer, BackupView, CalendarView, ChangeView, ChannelView, CheckView, DiffView, DigestView, GapView, HeldView, LeadView, MessageView,
    PageView, PartView, Question, RecordView, ReplayedView, SaidView, SentView, SourcePages, SourceView, StatementView, StatusView,
    UnmappedView, WishView,
};
pub use front::{Front, router};
pub use health::{CompletenessView, FieldShareView, MisreadView, QuotaView};
pub use imports::{
    IMPORT_BYTES, ImportOrder, ImportReport, ImportUndoneView, ImportView, LeadCountView, LeadlessView, OnListView, RecognisedView,
    TogetherView,
};
pub use leads::VerdictView;
pub use listed::TenderFilter;
pub use notices::{HistoryView, NoticeView, RawView};
pub use organisations::{BelongsView, OrganisationLine, OrganisationQuestion, OrganisationView, RulingView, ValueView};
pub use reading::{ColumnView, ItemView, ListView, ReadingView, reading_view};
pub use tenders::{AlsoView, FieldView, LineView, MaybeView, TenderView, bad_view, batch_view, gone_view, notice_view};
pub use views::check_view;
