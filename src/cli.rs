//! The command line: arguments in, tables and JSON out. Data goes to stdout, words to stderr.
//!
//! Exit status: 0 fine, 1 a problem was found, 2 wrong usage. Knows no layer's inside: it asks questions and prints answers.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the place that talks to a person")]

mod archive;
mod args;
mod asking;
mod check;
mod codes;
mod configure;
mod doctor;
mod ids;
mod import;
mod logging;
mod org;
mod print;
mod read;
mod source;
mod store;
mod tender;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};

pub use args::Args;
use args::{
    CodesCommand, Command, ConfigCommand, DigestCommand, IdsCommand, LeadCommand, NotifyCommand, OutboxCommand, SourceCommand,
    TenderCommand,
};

use crate::app;
use crate::config::{Config, Refusal, Request};
use crate::web::{Question, TenderFilter};

/// How a command ended when it did not break off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// All is well.
    Fine,
    /// It did its work, and what it found is a problem.
    Problem,
}

/// Threads for what blocks: parsing, the store, files. Whatever comes is bounded where it comes from; more threads would only hold memory.
const BLOCKING: usize = 10;

/// Whoever reads our output may have seen enough (`| head`): that is an ordinary end, and `println!` knows it only as a panic.
fn end_with_the_reader() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload_as_str().unwrap_or_default();
        if said.starts_with("failed printing to stdout") && said.contains("Broken pipe") {
            std::process::exit(0);
        }
        usual(panic);
    }));
}

/// Whether a command failed because whoever reads its output has seen enough.
fn has_enough(error: &anyhow::Error) -> bool {
    let broken = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref().is_some_and(broken))
}

/// Parses the arguments, runs the command, turns its end into an exit status.
pub fn main() -> ExitCode {
    let args = Args::parse();
    end_with_the_reader();
    crate::door::install_crypto();
    logging::start_command(&args);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(BLOCKING).build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("atalaya: the runtime cannot be started: {error}");
            return ExitCode::from(1);
        }
    };
    let writes = !matches!(args.command, Command::Run);
    let ended = runtime.block_on(run(args));
    // A dry run's parser may still be busy with a hostile page; nobody waits for it.
    runtime.shutdown_background();
    match ended {
        Ok(Ended::Fine) => ExitCode::SUCCESS,
        Ok(Ended::Problem) => ExitCode::from(1),
        Err(error) if writes && has_enough(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("atalaya: {error:#}");
            ExitCode::from(if error.is::<Refusal>() { 2 } else { 1 })
        }
    }
}

/// What is asked of leads, or said of one.
async fn lead(request: &Request, command: LeadCommand, json: bool) -> anyhow::Result<Ended> {
    match command {
        LeadCommand::List { segment, state, owner, limit } => {
            asking::show(request, Question::Leads { segment, state, owner, limit }, json).await
        }
        LeadCommand::Show { id } => asking::show(request, Question::Lead { id, at: None }, json).await,
        LeadCommand::Explain { id, at } => asking::explain(request, id, at, json).await,
        LeadCommand::Accept(said) => asking::verdict(request, "accepted", said, None, json).await,
        LeadCommand::Reject(said) => asking::verdict(request, "rejected", said, None, json).await,
        LeadCommand::Park { said, until } => asking::verdict(request, "parked", said, until, json).await,
        LeadCommand::Reopen { id, by } => {
            let said = args::Said { id, because: String::new(), by };
            asking::verdict(request, "", said, None, json).await
        }
    }
}

async fn run(args: Args) -> anyhow::Result<Ended> {
    let request = Request::from_process(args.config.clone(), args.flags());
    let json = args.json;
    match args.command {
        Command::Init(options) => configure::init(&options, json),
        Command::Run => {
            let config = Config::load(&request)?;
            let relevel = logging::start(&config.log, args.quiet);
            let started = |daemon: &app::Daemon| {
                eprintln!("atalaya runs; health, metrics and unsubscribe links: http://{}/", daemon.listening());
            };
            app::run(config, request, started, |config| relevel(&config.log.level)).await?;
            Ok(Ended::Fine)
        }
        Command::Demo(options) => {
            let options = app::demo::Options { exit: options.exit, seed: options.seed, folder: options.folder, seconds: options.seconds };
            let summary = app::demo::run(options).await?;
            println!("{}", serde_json::to_string_pretty(&summary)?);
            Ok(if summary.complete() { Ended::Fine } else { Ended::Problem })
        }
        Command::Check(options) => check::check(&request, &options, json).await,
        Command::Read { target, url } => read::read(&request, (&target, url.as_ref()), json).await,
        Command::Source(SourceCommand::List) => asking::show(&request, Question::Sources, json).await,
        Command::Source(SourceCommand::Show { id, page, diff }) => asking::show(&request, Question::Source { id, page, diff }, json).await,
        Command::Source(SourceCommand::CheckNow { id }) => asking::show(&request, Question::CheckNow { id }, json).await,
        Command::Source(SourceCommand::Add(options)) => Box::pin(source::add(&request, &options, json)).await,
        Command::Source(SourceCommand::Test { ids, save, fixture }) => match fixture {
            Some(fixture) => check::test(&request, &ids, &fixture, json).await,
            None => source::test(&request, &ids, save, json).await,
        },
        Command::Lead(command) => lead(&request, command, json).await,
        Command::Calendar { name, renew } => asking::show(&request, Question::Calendars { name, renew }, json).await,
        Command::Outbox(OutboxCommand::List { channel, state, limit }) => {
            asking::show(&request, Question::Outbox { channel, standing: state, limit }, json).await
        }
        Command::Outbox(OutboxCommand::Replay { ids, since, channel, delivered, dry_run }) => {
            asking::show(&request, Question::Replay { ids, since, channel, delivered, dry_run }, json).await
        }
        Command::Notify(NotifyCommand::Test { channel, to }) => asking::show(&request, Question::NotifyTest { channel, to }, json).await,
        Command::Digest(DigestCommand::Preview { rep }) => asking::show(&request, Question::DigestPreview { rep }, json).await,
        Command::Tender(TenderCommand::List { source, stage, buyer, class, due_after, due_before, since, expiring, limit }) => {
            let filter = TenderFilter { source, stage, buyer, class, due_after, due_before, since, expiring, limit };
            asking::show(&request, Question::Tenders(filter), json).await
        }
        Command::Tender(TenderCommand::Show { id, at }) => asking::show(&request, Question::Tender { id, at }, json).await,
        Command::Tender(TenderCommand::History { id, raw: None }) => asking::show(&request, Question::TenderHistory { id }, json).await,
        Command::Tender(TenderCommand::History { id, raw: Some(number) }) => {
            asking::show(&request, Question::TenderRaw { id, number }, json).await
        }
        Command::Tender(TenderCommand::Read { files, format, zone, url }) => {
            tender::read(&files, format.as_deref(), zone.as_deref(), url.as_ref(), json)
        }
        Command::Tender(TenderCommand::Merge { files, versioned, schema }) => tender::merge(&files, versioned, schema.as_deref()),
        Command::Org(command) => Box::pin(org::run(&request, command, json)).await,
        Command::Import(options) => Box::pin(import::run(&request, options, json)).await,
        Command::Codes(CodesCommand::Import { file, scheme, language }) => codes::import(&request, &file, &scheme, &language, json),
        Command::Codes(CodesCommand::List { code, scheme, language }) => codes::list(&request, &code, &scheme, &language, json),
        Command::Ids(IdsCommand::Check { values, country }) => ids::check(&values, country.as_deref(), json),
        Command::Config(ConfigCommand::Check) => configure::check(&request, json),
        Command::Config(ConfigCommand::Show { origin }) => configure::show(&request, origin, json),
        Command::Config(ConfigCommand::Schema) => configure::schema(),
        Command::Config(ConfigCommand::File { name }) => configure::file(name.as_deref(), json),
        Command::Status => asking::show(&request, Question::Status, json).await,
        Command::Doctor => doctor::doctor(&request, json).await,
        Command::Backup => store::backup(&request, json).await,
        Command::Restore { name, yes } => store::restore(&request, name, yes, json).await,
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Args::command(), "atalaya", &mut std::io::stdout());
            Ok(Ended::Fine)
        }
    }
}
