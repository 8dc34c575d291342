//! The shape of the command line. Secrets are never flags.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::config::Flag;

mod import;
mod lead;
mod org;

pub use import::ImportOptions;
pub use lead::{LeadCommand, Said};
pub use org::OrgCommand;

/// Watches marketplaces, directories, catalogues, trade press and tender portals, and tells the right person once, with the reasons.
#[derive(Debug, Parser)]
#[command(name = "atalaya", version, propagate_version = true, after_help = EXAMPLES, max_term_width = 100)]
pub struct Args {
    /// Configuration file, or a folder of *.toml
    #[arg(long, short, global = true, value_name = "PATH")]
    pub config: Option<PathBuf>,
    /// Print data as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// Say less (only errors)
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Where to listen, instead of `listen` in `[daemon]`
    #[arg(long, global = true, value_name = "ADDRESS:PORT", hide = true)]
    pub listen: Option<String>,
    /// The data folder, instead of `data` in `[daemon]`
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data: Option<String>,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "Examples:
  atalaya demo                                see it work, offline, in half a minute
  atalaya init                                write a commented atalaya.toml
  atalaya check https://example.org/feed      what would be read from an address?
  atalaya read https://example.org/members    what does a page say by itself?
  atalaya source add https://example.org/members
                                              how is it best watched? Writes it into atalaya.toml
  atalaya check fair-exhibitors               a dry run of a configured source
  atalaya run                                 watch
  atalaya import expo.csv --dry-run           contacts of a fair: which are new, which are known?
  atalaya status                              how is everything?
  atalaya lead explain lead-0123456789abc     why this score?

Times are shown in the `zone` of [daemon] with their offset from UTC (`Z` is UTC, the default); a day (`--at 2026-11-20`) is a day there.
With --json they are in UTC.";

impl Args {
    /// Settings from flags.
    pub fn flags(&self) -> Vec<Flag> {
        let named = [("--listen", "daemon.listen", &self.listen), ("--data", "daemon.data", &self.data)];
        named
            .into_iter()
            .filter_map(|(flag, key, value)| value.clone().map(|value| Flag { name: flag.to_owned(), key: key.to_owned(), value }))
            .collect()
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented configuration to start from
    Init(InitOptions),
    /// Watch, until told to stop
    Run,
    /// Dry run of a source (as the files have it), an address or a saved file: stores and sends nothing
    Check(CheckOptions),
    /// What one page says by itself: its records with their fields, its text, where it goes on. Needs no configuration
    Read {
        /// An address, or a file (`-`: standard input)
        #[arg(value_name = "FILE|URL")]
        target: String,
        /// The address that the file was saved from: what its links and names are relative to
        #[arg(long, value_name = "URL")]
        url: Option<url::Url>,
    },
    /// See the main job work on sample sites that the program serves itself
    Demo(DemoOptions),
    /// The watched sources
    #[command(subcommand)]
    Source(SourceCommand),
    /// The leads
    #[command(subcommand)]
    Lead(LeadCommand),
    /// Tenders, and documents of tender portals
    #[command(subcommand)]
    Tender(TenderCommand),
    /// Organisations: what is known of them, which are one, and which categories mean nothing yet
    #[command(subcommand)]
    Org(OrgCommand),
    /// Bring in contacts of a fair, business cards, lists: CSV or vCard. Shows what becomes of each row before anything is written
    Import(ImportOptions),
    /// What codes of classes mean
    #[command(subcommand)]
    Codes(CodesCommand),
    /// Tax and register numbers
    #[command(subcommand)]
    Ids(IdsCommand),
    /// The secret addresses of calendars of deadlines, for calendar programs
    Calendar {
        /// Of this rep or segment alone
        #[arg(value_name = "REP|SEGMENT")]
        name: Option<String>,
        /// Give it another address: the one before stops working at once, and whoever shall read it on must subscribe to the new one
        #[arg(long, requires = "name")]
        renew: bool,
    },
    /// Messages on their way, delivered, or given up
    #[command(subcommand)]
    Outbox(OutboxCommand),
    /// Ways out
    #[command(subcommand)]
    Notify(NotifyCommand),
    /// Digests
    #[command(subcommand)]
    Digest(DigestCommand),
    /// The configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// How is everything, and who chose to get less mail? Works beside a running daemon
    Status,
    /// Check this machine and the configured ways out
    Doctor,
    /// Make a verified backup now
    Backup,
    /// Put a backup in place of the store (opt-outs given since hold); without a name, list the backups
    Restore {
        /// A backup's name, as `restore` without a name lists them
        name: Option<String>,
        /// Do not ask; without a terminal, where nobody can be asked, it must be said
        #[arg(long)]
        yes: bool,
    },
    /// Shell completions
    Completions {
        /// For this shell
        shell: clap_complete::Shell,
    },
}

/// Options of `init`.
#[derive(Debug, clap::Args)]
pub struct InitOptions {
    /// Where to write it
    #[arg(default_value = "atalaya.toml")]
    pub path: PathBuf,
    /// How owners of visited sites reach you, and where your digest goes
    #[arg(long, value_name = "E-MAIL")]
    pub contact: Option<String>,
    /// What you sell, in a few words
    #[arg(long, value_name = "WORDS")]
    pub sell: Option<String>,
    /// Regions you sell to, such as ES,PT
    #[arg(long, value_delimiter = ',', value_name = "REGIONS")]
    pub regions: Vec<String>,
    /// Languages of your reps, such as es,en
    #[arg(long, value_delimiter = ',', value_name = "LANGUAGES")]
    pub languages: Vec<String>,
    /// Ask nothing
    #[arg(long)]
    pub no_input: bool,
}

/// Options of `check`.
#[derive(Debug, clap::Args)]
pub struct CheckOptions {
    /// A source's name, an address, or a file (`-`: standard input)
    pub target: String,
    /// Read the address or file with this source's settings
    #[arg(long, value_name = "SOURCE")]
    pub source: Option<String>,
    /// The address that the file was saved from: what its links are relative to
    #[arg(long, value_name = "URL", conflicts_with = "source")]
    pub url: Option<url::Url>,
    /// Of a source whose pages lead on: read up to so many of them, not only the first
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub pages: u32,
}

/// Options of `demo`.
#[derive(Debug, clap::Args)]
pub struct DemoOptions {
    /// Stop once everything was seen, print a summary as JSON
    #[arg(long)]
    pub exit: bool,
    /// Another seed gives other news
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// Where its files go
    #[arg(long, default_value = "atalaya-demo", value_name = "FOLDER")]
    pub folder: PathBuf,
    /// With --exit: the longest it may take
    #[arg(long, default_value_t = 60)]
    pub seconds: u64,
}

/// What to do with sources.
#[derive(Debug, Subcommand)]
pub enum SourceCommand {
    /// All of them, with their health
    List,
    /// One of them: its pages with their state, last change and kept versions, and its last changes
    Show {
        /// Its name
        id: String,
        /// Only this page of it
        #[arg(long, value_name = "URL")]
        page: Option<String>,
        /// With the text difference of the last two versions, of that page or of the one that changed last
        #[arg(long)]
        diff: bool,
    },
    /// Visit it now
    CheckNow {
        /// Its name
        id: String,
    },
    /// Find out how an address is best watched, show what would be read, and write it into the configuration
    Add(AddOptions),
    /// Read the saved pages of sources with the present settings, and say what differs from what was read when they were saved; asks no site
    Test {
        /// Their names; every source with a saved page when left out
        #[arg(value_name = "SOURCE")]
        ids: Vec<String>,
        /// Fetch the first page of each now, and save it with what is read from it
        #[arg(long, requires = "ids")]
        save: bool,
        /// Read this page with the settings of one source instead; fails when no record comes out
        #[arg(long, value_name = "FILE", requires = "ids", conflicts_with = "save")]
        fixture: Option<PathBuf>,
    },
}

/// Options of `source add`.
#[derive(Debug, clap::Args)]
pub struct AddOptions {
    /// The address
    pub url: String,
    /// Its name in settings and output; by default made of the address
    #[arg(long)]
    pub id: Option<String>,
    /// Watch it as this, instead of the first way that works: listing, directory, feed, sitemap, json, tenders or page
    #[arg(long, value_name = "KIND", value_parser = kind)]
    pub kind: Option<crate::extract::Kind>,
    /// Write CSS selectors, instead of letting it find the records at each visit
    #[arg(long)]
    pub selectors: bool,
    /// Write into this file of the configuration; by default into the one that is loaded, or into a new one of its folder
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub write: Option<PathBuf>,
    /// Only show it
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask; without a terminal, where nobody can be asked, it must be said
    #[arg(long, conflicts_with = "dry_run")]
    pub yes: bool,
}

fn kind(word: &str) -> Result<crate::extract::Kind, String> {
    let words = || crate::extract::Kind::ALL.map(crate::extract::Kind::word).join(", ");
    crate::extract::Kind::from_word(word).ok_or_else(|| format!("`{word}` is no kind of source: one of {}", words()))
}

/// How long a list of tenders may be.
fn listed(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|most| (1..=5_000).contains(most)).ok_or_else(|| "a whole number from 1 to 5000".to_owned())
}

fn days(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| "a whole number of days, such as 180".to_owned())
}

/// What to do with tenders, and with documents of tender portals.
#[derive(Debug, Subcommand)]
pub enum TenderCommand {
    /// Those whose time for offers ends first before the others
    List {
        /// Of this source
        #[arg(long)]
        source: Option<String>,
        /// In this stage: planned, open, closed, suspended, awarded, cancelled, modified, completed, unknown
        #[arg(long)]
        stage: Option<String>,
        /// Whose buyer's name has these words in it
        #[arg(long, value_name = "WORDS")]
        buyer: Option<String>,
        /// With a class that begins so, such as 331, 33112200 or GSIN:N65
        #[arg(long, value_name = "CODE")]
        class: Option<String>,
        /// Offers are taken after this day or time
        #[arg(long, value_name = "DATE")]
        due_after: Option<String>,
        /// Offers must be in by this day or time
        #[arg(long, value_name = "DATE")]
        due_before: Option<String>,
        /// First seen since this day or time
        #[arg(long, value_name = "DATE")]
        since: Option<String>,
        /// Instead, contracts that end within so many days (180 when no number is given), those that were there from the start too
        #[arg(long, value_name = "DAYS", num_args = 0..=1, default_missing_value = "180", conflicts_with_all = ["due_after", "due_before"], value_parser = days)]
        expiring: Option<u32>,
        /// At most so many; 5000 are the most
        #[arg(long, default_value_t = 50, value_parser = listed)]
        limit: usize,
    },
    /// One of them, whole: lots with their own deadlines and values, documents, awards, where else it is, and what changed
    Show {
        /// Its id, its portal's number or OCID, or words of its title
        #[arg(value_name = "TENDER")]
        id: String,
        /// As its notices had it on this day, or at this time
        #[arg(long, value_name = "DATE")]
        at: Option<String>,
    },
    /// Its notices in their order: what each of them changed, when it was first fetched, and from where
    History {
        /// Its id, its portal's number or OCID, or words of its title
        #[arg(value_name = "TENDER")]
        id: String,
        /// Print the bytes of the notice with this number instead, as they are on file
        #[arg(long, value_name = "NUMBER")]
        raw: Option<usize>,
    },
    /// Read saved documents of any supported format, and ZIP archives of them: notices, and what had to be set aside. Needs no configuration
    Read {
        /// The documents (`-`: standard input)
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Their format; by default it is recognised
        #[arg(long)]
        format: Option<String>,
        /// IANA zone of times that name none
        #[arg(long)]
        zone: Option<String>,
        /// The address they were fetched from: for relative links, and for parts of a tender that only their address names
        #[arg(long)]
        url: Option<url::Url>,
    },
    /// Merge OCDS releases of any order into one compiled release a process, printed as JSON
    Merge {
        /// Releases, packages or records (`-`: standard input)
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Every value each field ever had, instead of the last
        #[arg(long)]
        versioned: bool,
        /// A release schema (JSON) whose merge rules count, for extensions; by default those of OCDS 1.1
        #[arg(long, value_name = "FILE")]
        schema: Option<PathBuf>,
    },
}

/// What to do with codes.
#[derive(Debug, Subcommand)]
pub enum CodesCommand {
    /// What a code means, or all that begin with it
    List {
        /// The code, or the digits it begins with (`33`, `3314*`)
        code: String,
        /// Its scheme
        #[arg(long, default_value = "CPV")]
        scheme: String,
        /// The language of the words, where there are such
        #[arg(long, default_value = "en")]
        language: String,
    },
    /// Take in an official list: Genericode, JSON, CSV or TSV with codes and labels
    Import {
        /// The list
        file: PathBuf,
        /// The scheme its codes are of: CPV, UNSPSC, NAICS, ...
        #[arg(long, default_value = "CPV")]
        scheme: String,
        /// The language of its words, where the list names none
        #[arg(long, default_value = "en")]
        language: String,
    },
}

/// What to do with tax and register numbers.
#[derive(Debug, Subcommand)]
pub enum IdsCommand {
    /// Which kinds of number each value can be, and whether its check digits are right; fails when one is not valid. Asks no register
    Check {
        /// The numbers, with or without separators
        #[arg(required = true, value_name = "VALUE")]
        values: Vec<String>,
        /// Whose they are when they do not say so, such as ES
        #[arg(long, value_name = "COUNTRY", value_parser = country)]
        country: Option<String>,
    },
}

fn country(written: &str) -> Result<String, String> {
    let code = crate::model::country_code(written).map(str::to_owned);
    code.ok_or_else(|| format!("`{written}` is no country that is known; give its code of two letters, such as ES"))
}

/// What to do with the outbox.
#[derive(Debug, Subcommand)]
pub enum OutboxCommand {
    /// Messages, the newest first
    List {
        /// Of this channel
        #[arg(long)]
        channel: Option<String>,
        /// ready, leased, delivered, dead, suppressed
        #[arg(long)]
        state: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Try dead messages again, under their old ids
    Replay {
        /// These
        ids: Vec<String>,
        /// All that were given up since this day or time; with `--delivered`, all that were delivered
        #[arg(long, conflicts_with = "ids")]
        since: Option<String>,
        /// Of this channel only
        #[arg(long, conflicts_with = "ids")]
        channel: Option<String>,
        /// What was delivered, for a receiver that lost it: the same bytes under the same ids, those of each lead in their order. Not for mail, which people would
        /// get twice; as far back as `keep_delivered` in [store]
        #[arg(long, requires_all = ["since", "channel"], conflicts_with = "ids")]
        delivered: bool,
        /// Only say which
        #[arg(long)]
        dry_run: bool,
    },
}

/// What to do with channels.
#[derive(Debug, Subcommand)]
pub enum NotifyCommand {
    /// Send one real test message
    Test {
        /// By this channel
        channel: String,
        /// For mail: to this rep or address (default: the contact in [daemon])
        #[arg(long)]
        to: Option<String>,
    },
}

/// What to do with digests.
#[derive(Debug, Subcommand)]
pub enum DigestCommand {
    /// The digest a rep would get now
    Preview {
        /// The rep
        rep: String,
    },
}

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// All mistakes at once, each with its place
    Check,
    /// The values in force; secrets are never shown
    Show {
        /// Where each value comes from
        #[arg(long)]
        origin: bool,
    },
    /// JSON Schema of the configuration, for editors
    Schema,
    /// A built-in file, to be copied and changed: lexicons, industries, defaults
    File {
        /// Its name, such as lexicons/en.toml; without one they are listed
        name: Option<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_cannot_be_say_what_is_wanted() {
        for (flag, value, want) in [
            ("--limit", "5000", None),
            ("--limit", "99999", Some("a whole number from 1 to 5000")),
            ("--limit", "0", Some("a whole number from 1 to 5000")),
            ("--expiring", "90", None),
            ("--expiring", "xx", Some("a whole number of days, such as 180")),
        ] {
            let said = Args::try_parse_from(["atalaya", "tender", "list", flag, value]).err().map(|error| error.to_string());
            assert_eq!(said.is_some(), want.is_some(), "{flag} {value}: {said:?}");
            assert!(said.unwrap_or_default().contains(want.unwrap_or_default()), "{flag} {value}");
        }
    }
}
