//! What may be asked of leads and said of them. Knows no answer.

use clap::Subcommand;

/// What to do with leads.
#[derive(Debug, Subcommand)]
pub enum LeadCommand {
    /// The best first
    List {
        /// Of this segment
        #[arg(long)]
        segment: Option<String>,
        /// In this state: new, accepted, rejected, parked, below, excluded
        #[arg(long)]
        state: Option<String>,
        /// Had by this rep
        #[arg(long)]
        owner: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// One of them: facts, reasons, next step
    Show {
        /// Its id, or what its organisation is called, or words of that which no other lead has
        #[arg(value_name = "LEAD")]
        id: String,
    },
    /// Its score, line by line, each with its proof
    Explain {
        /// Its id, or its organisation's name
        #[arg(value_name = "LEAD")]
        id: String,
        /// As it was on this day, or at this time
        #[arg(long, value_name = "DATE")]
        at: Option<String>,
    },
    /// Somebody takes it up: it stays a lead whatever its score becomes, and news of it is told on
    Accept(Said),
    /// It is none for us: nothing of it is told any more, whatever becomes known
    Reject(Said),
    /// Not now: nothing of it is told until it is reopened, or until the day that is named
    Park {
        #[command(flatten)]
        said: Said,
        /// From this day on (or time) it is again what its score says
        #[arg(long, value_name = "DATE")]
        until: Option<String>,
    },
    /// What was said of it is taken back: it is what its score says
    Reopen {
        /// Its id, or its organisation's name
        #[arg(value_name = "LEAD")]
        id: String,
        /// Who takes it back: a rep, or any name; by default your login name. It is logged
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
}

/// What is said of a lead.
#[derive(Debug, Clone, clap::Args)]
pub struct Said {
    /// Its id, or what its organisation is called
    #[arg(value_name = "LEAD")]
    pub id: String,
    /// Why, in your words; it is kept with the lead and told to machines
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub because: String,
    /// Who says so: a rep (who takes up a lead has it from then on), or any name; by default your login name
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}
