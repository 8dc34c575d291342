//! The words of `import`. Knows no command's work.

use std::path::PathBuf;

/// Options of `import`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, group(clap::ArgGroup::new("what").required(true).args(["file", "list", "undo"])))]
pub struct ImportOptions {
    /// A table (CSV) with a header, or business cards (vCard); `-`: standard input, with --as
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// What was brought in and stands
    #[arg(long)]
    pub list: bool,
    /// Take an import back: its records, what only they said, the leads that only it gave
    #[arg(long, value_name = "NAME")]
    pub undo: Option<String>,
    /// Its name in output and for --undo; by default made of the file's name. A file under a name that stands brings that up to date
    #[arg(long = "as", value_name = "NAME", requires = "file")]
    pub name: Option<String>,
    /// Where it comes from, in words that reps read as its proof, such as "Expo Industria 2026, stand B12"; by default the file's name
    #[arg(long, value_name = "WORDS", requires = "file")]
    pub origin: Option<String>,
    /// On what ground it may be used, such as "gave us their cards"
    #[arg(long, value_name = "WORDS", requires = "file")]
    pub consent: Option<String>,
    /// How far it is believed beside other sources, from 0 (hearsay) to 1 (an official register); by default 0.7
    #[arg(long, value_name = "0..1", requires = "file")]
    pub trust: Option<f64>,
    /// What was paid for it, such as "120 EUR"
    #[arg(long, value_name = "AMOUNT", requires = "file")]
    pub cost: Option<String>,
    /// The event it is from, and its first day, such as "Expo Industria, 2026-10-12"
    #[arg(long, value_name = "NAME, DATE", requires = "file")]
    pub event: Option<String>,
    /// Country of telephone and tax numbers that name none, such as ES
    #[arg(long, value_name = "COUNTRY", requires = "file")]
    pub country: Option<String>,
    /// Language of its texts, such as es
    #[arg(long, value_name = "LANGUAGE", requires = "file")]
    pub language: Option<String>,
    /// What a column is, where its caption does not say: "Firma=company"; "Notes=-" leaves it out
    #[arg(long = "column", value_name = "CAPTION=FIELD", value_parser = column, requires = "file")]
    pub columns: Vec<(String, String)>,
    /// Each new row is this reason to act, such as exhibitor-listed, and may become a lead at once; without it the rows are known quietly
    #[arg(long, value_name = "SIGNAL", requires = "file")]
    pub signal: Option<String>,
    /// Only show what would become of it
    #[arg(long, conflicts_with_all = ["yes", "list", "undo"])]
    pub dry_run: bool,
    /// Do not ask; without a terminal, where nobody can be asked, it must be said
    #[arg(long, conflicts_with = "list")]
    pub yes: bool,
}

const EXAMPLES: &str = "Examples:
  atalaya import expo.csv --country ES --dry-run             what would become of it?
  atalaya import expo.csv --origin \"Expo Industria 2026\" --signal exhibitor-listed
  atalaya import cards.vcf --origin \"cards of the autumn tour\" --consent \"gave us their cards\"
  atalaya import --list
  atalaya import --undo expo";

fn column(text: &str) -> Result<(String, String), String> {
    let (caption, field) = text.rsplit_once('=').ok_or_else(|| "write CAPTION=FIELD, such as \"Firma=company\"".to_owned())?;
    Ok((caption.trim().to_owned(), field.trim().to_owned()))
}
