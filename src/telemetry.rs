//! Names of metrics and log fields, in one place, so that dashboards survive refactoring. Emits nothing itself.

/// Checks ended, by `outcome` (`unchanged`, `changed`, or a failure class).
pub const CHECKS: &str = "atalaya_checks_total";
/// Requests sent, by `status` class (`2xx`, `304`, `4xx`, `5xx`, `none`).
pub const REQUESTS: &str = "atalaya_requests_total";
/// Body bytes received, after decompression.
pub const BYTES: &str = "atalaya_received_bytes_total";
/// Changes found, by `kind`.
pub const CHANGES: &str = "atalaya_changes_total";
/// Lead revisions made, by `segment`.
pub const LEADS: &str = "atalaya_leads_total";
/// Attempts to send, by `channel` and `outcome`.
pub const SENDS: &str = "atalaya_sends_total";
/// Messages waiting, by `channel`.
pub const OUTBOX_WAITING: &str = "atalaya_outbox_waiting";
/// Messages given up, by `channel`.
pub const OUTBOX_DEAD: &str = "atalaya_outbox_dead";
/// Pages known.
pub const PAGES: &str = "atalaya_pages";
/// Seconds the most overdue page is late.
pub const LATENESS: &str = "atalaya_lateness_seconds";
/// Sources whose last visit was not complete.
pub const SOURCES_ILL: &str = "atalaya_sources_ill";
/// Seconds since a source last brought something new, by `source`; at most 500 sources.
pub const NEWS_AGE: &str = "atalaya_source_news_age_seconds";
/// Seconds since everything of a source was read, by `source`; at most 500 sources.
pub const COMPLETE_AGE: &str = "atalaya_source_complete_age_seconds";
/// Entries met that could not be read in full, by `source`.
pub const MISREAD: &str = "atalaya_misread_entries_total";
/// Fields that could not be read of entries that were, by `source`.
pub const UNREAD: &str = "atalaya_unread_fields_total";
/// Tenders of which it is remembered which segments look for them.
pub const JUDGED: &str = "atalaya_tenders_judged";
/// Host lanes held in memory.
pub const LANES: &str = "atalaya_host_lanes";
/// Groups made durable together: each costs one flush.
pub const COMMITS: &str = "atalaya_commits_total";
/// How many commits each group carried.
pub const COMMIT_SIZE: &str = "atalaya_commit_size";
/// Turns, by `outcome` (`written`, `conflict`, `failed`).
pub const TURNS: &str = "atalaya_turns_total";
/// Turns that had to be decided again because another one wrote first.
pub const CONFLICTS: &str = "atalaya_turn_conflicts_total";
/// Bytes of the database file.
pub const STORE_BYTES: &str = "atalaya_store_bytes";
/// Seconds since the last verified backup.
pub const BACKUP_AGE: &str = "atalaya_backup_age_seconds";
/// Reloads of the configuration, by `outcome` (`applied`, `refused`).
pub const RELOADS: &str = "atalaya_reloads_total";
