//! The words of `org`. Knows no command's work.

use std::path::PathBuf;

use clap::Subcommand;

/// What to do with organisations.
#[derive(Debug, Subcommand)]
pub enum OrgCommand {
    /// List categories of directories that no table of industries speaks of, those of the most organisations first
    Unmapped,
    /// Organisations, by words of their names or by what they are known by
    List {
        /// All of these words
        words: Vec<String>,
        /// Pairs that may be one organisation instead, those first whose answer tells most
        #[arg(long, conflicts_with_all = ["words", "rulings"])]
        questions: bool,
        /// What was said by `same` and `not-same` instead, the last first
        #[arg(long, conflicts_with = "words")]
        rulings: bool,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Everything known of one organisation: values with their sources, conflicts, records and why they belong to it
    Show {
        /// Its id, or words of its name
        name: String,
    },
    /// Two organisations are one: makes them one, now and for good
    Same {
        /// One: its id, or words of its name
        a: String,
        /// The other
        b: String,
    },
    /// Two organisations are not one, nor of one group, or a record is not of an organisation: keeps them apart, now and for good
    NotSame {
        /// The organisation: its id, or words of its name
        a: String,
        /// The other one, or the id of one of its records
        b: String,
    },
    /// Takes back what was said by `same` or `not-same`
    Undo {
        /// The ruling's number (`org list --rulings`); the last one that stands
        number: Option<u32>,
    },
    /// Find the rows of a table that are one company, and say why. Needs no configuration
    Resolve {
        /// The table, with a header: name, address, city, postcode, country, phone, email, url, `tax_id`, whichever there are (`-`: standard input)
        file: PathBuf,
        /// What is known of pairs, one a line: `12,57,yes` says that rows 12 and 57 are one company
        #[arg(long, value_name = "FILE")]
        answers: Option<PathBuf>,
    },
}
