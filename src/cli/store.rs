//! `backup` and `restore`.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::time::Duration;

use anyhow::{Context as _, bail};

use super::{Ended, asking, print};
use crate::base::clock::Clock;
use crate::config::{Config, Request};
use crate::store::Store;
use crate::web::Question;

/// Makes a backup; on a terminal something moves meanwhile.
pub(super) async fn backup(request: &Request, json: bool) -> anyhow::Result<Ended> {
    let spinner = indicatif::ProgressBar::new_spinner().with_message("copying and verifying the store");
    spinner.enable_steady_tick(Duration::from_millis(120));
    let answer = asking::ask(request, Question::Backup, json).await;
    spinner.finish_and_clear();
    print::answer(&answer?, json)?;
    Ok(Ended::Fine)
}

/// Puts a backup in place of the store. The daemon must not run: the store's lock holds that.
pub(super) async fn restore(request: &Request, name: Option<String>, yes: bool, json: bool) -> anyhow::Result<Ended> {
    let config = Config::load(&Request { without_secrets: true, ..request.clone() })?;
    let Some(name) = name else {
        let mut backups = Store::backups(&config.store).await?;
        backups.sort_by_key(|backup| std::cmp::Reverse(backup.at));
        print::backups(&backups, &config.daemon.zone, json)?;
        return Ok(Ended::Fine);
    };
    let backup = Store::find_backup(&config.store, &name).await.context("nothing was changed")?;
    if !yes {
        if !std::io::stdin().is_terminal() {
            bail!("restoring puts {} in place of the store in {}; say --yes", name, config.daemon.data.display());
        }
        eprint!(
            "Put the backup {name}, made {}, in place of the store in {}? What is there now is set aside, not deleted. [y/N] ",
            print::at(backup.at, &config.daemon.zone),
            config.daemon.data.display()
        );
        std::io::stderr().flush()?;
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        if !matches!(line.trim(), "y" | "Y" | "yes") {
            bail!("not restored");
        }
    }
    let restored = Store::restore(&config.store, &name, Clock::System.now()).await.context("nothing was changed")?;
    let aside = restored.aside.as_ref().map(|path| path.display().to_string());
    if json {
        let (carried, lost) = (restored.wishes.as_ref().ok(), restored.wishes.as_ref().err());
        println!(
            "{}",
            serde_json::json!({
                "restored": name, "keys": restored.keys, "aside": aside, "wishes": carried, "wishes_lost": lost, "renewed": restored.counts,
            })
        );
    } else {
        eprintln!(
            "Restored {name} ({} keys). What was decided since it was made is undone: verdicts are to be given again, and what was told since is \
             told again (machines drop it by its id).{}",
            restored.keys,
            aside.map_or_else(String::new, |path| format!(" What was there before lies in {path}."))
        );
        match &restored.wishes {
            Ok(carried) => eprintln!(
                "Opt-outs hold: {carried} of what recipients chose by the link in their mails was newer there and is carried over. Calendars keep \
                 their newest addresses: {} renewed since the backup; the ones before open nothing.",
                restored.counts
            ),
            Err(why) => eprintln!(
                "WARNING: who opted out since the backup is not known, the store that was there before cannot be read: {why}. Before you start the \
                 daemon, ask the reps, and take whoever opted out of the configuration until they have chosen again by the link in a mail; \
                 `atalaya status` shows what the backup knows. Calendar addresses are those of the backup's day again: whoever \
                 was to lose theirs since then has it back, so renew it once more (`atalaya calendar NAME --renew`)."
            ),
        }
    }
    Ok(if restored.wishes.is_ok() { Ended::Fine } else { Ended::Problem })
}
