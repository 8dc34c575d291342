//! The loop that judges leads anew when the rules are others (after the start, and after a reload) or a rep is not told any more, hands over what new sources held,
//! and minds the leads that are told to nobody.
//! In small steps, behind everything else.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::daemon::Inner;
use crate::config::Config;
use crate::pipeline::{Judging, KeepError, give_out, grounds, hand_over, judge_some, tell_untold};

/// Between two steps, so that checks and messages go before.
const PAUSE: Duration = Duration::from_millis(50);
/// Between two steps while machines take what waits for them.
const CROWDED: Duration = Duration::from_secs(1);
/// After a failure.
const AGAIN: Duration = Duration::from_mins(1);
/// Between two looks whether a baseline has ended.
const LOOK: Duration = Duration::from_secs(2);
/// Between two looks whether a rep asked for no more mails, or wants them again: their leads go to others, or come back.
const WISHES: Duration = Duration::from_secs(10);
/// Between two looks for leads that are told to nobody.
const UNTOLD: SignedDuration = SignedDuration::from_mins(1);
/// Under this name the store remembers by which rules all leads are judged.
const MARK: &str = "rules";

/// Runs until the daemon stops.
pub(super) async fn judge(inner: Arc<Inner>) {
    let mut configs = inner.config.clone();
    let mut look = Timestamp::MIN;
    loop {
        let config = configs.borrow_and_update().clone();
        let (judged, failed) = match all(&inner, &config).await {
            Ok(judged) => (judged, false),
            Err(error) => {
                tracing::error!(%error, "leads could not be judged by the new rules; it is tried again");
                (false, true)
            }
        };
        let now = inner.effects.clock.now();
        if !failed && (judged || now >= look) {
            if let Err(error) = nobodys(&inner, &config, now).await {
                tracing::error!(%error, "leads that are told to nobody could not be minded; it is tried again");
            }
            look = now.saturating_add(UNTOLD).unwrap_or(now);
        }
        let waiting = held(&inner, &config).await;
        tokio::select! {
            () = inner.stop.cancelled() => return,
            changed = configs.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(match (failed, waiting) {
                (true, _) => AGAIN,
                (false, true) => LOOK,
                (false, false) => WISHES,
            }) => {}
        }
    }
}

/// Hands over what sources held where their baseline has ended. Returns whether there are some whose has not.
async fn held(inner: &Inner, config: &Config) -> bool {
    let mut waiting = false;
    for source in config.sources.iter().filter(|source| source.enabled && source.hands_over) {
        if inner.stop.is_cancelled() {
            break;
        }
        let alone = inner.upkeep.lock().await;
        let done = hand_over(&inner.effects, config, source, inner.effects.clock.now()).await;
        drop(alone);
        match done {
            Ok(Some(0)) => {}
            Ok(Some(leads)) => {
                tracing::info!(source = %source.id, leads, "what a source already held is handed over");
                inner.drain.notify_one();
            }
            Ok(None) => waiting = true,
            Err(error) => {
                tracing::error!(source = %source.id, %error, "what a source already held could not be handed over; it is tried again");
                waiting = true;
            }
        }
    }
    waiting
}

/// Gives leads that are nobody's to whoever has room by now, and tells of those that have begun to be told to nobody.
async fn nobodys(inner: &Inner, config: &Config, now: Timestamp) -> Result<(), KeepError> {
    let _alone = inner.upkeep.lock().await;
    let given = give_out(&inner.effects, config, now).await?;
    if given > 0 {
        tracing::info!(given, "leads that were nobody's have somebody now");
    }
    if given + tell_untold(&inner.effects, config, now).await? > 0 {
        inner.drain.notify_one();
    }
    Ok(())
}

/// Judges every lead by these rules, unless they are. Ends early when others come or the daemon stops. Returns whether it did.
async fn all(inner: &Inner, config: &Arc<Config>) -> Result<bool, KeepError> {
    let rules = grounds(&inner.effects, config).await?;
    match inner.effects.store.mark(MARK).await? {
        Some(known) if known == rules.0 => return Ok(false),
        // From the first step on no rules are those of all leads: a run that is cut short must not pass for the one before.
        Some(_) => inner.effects.store.set_mark(MARK, None).await?,
        None => {}
    }
    let (mut judging, mut leads, mut told) = (Judging::default(), 0, 0);
    while !inner.stop.is_cancelled() && Arc::ptr_eq(&*inner.config.borrow(), config) {
        let judged = {
            let _alone = inner.upkeep.lock().await;
            judge_some(&inner.effects, config, &mut judging, inner.effects.clock.now()).await?
        };
        leads += judged.leads;
        told += judged.told;
        if judged.told > 0 {
            inner.drain.notify_one();
        }
        if judged.done {
            inner.effects.store.set_mark(MARK, Some(rules.0.to_vec())).await?;
            if leads > 0 {
                tracing::info!(leads, told, "leads were judged by the new rules");
            }
            return Ok(true);
        }
        tokio::select! {
            () = inner.stop.cancelled() => {}
            () = tokio::time::sleep(if judged.crowded { CROWDED } else { PAUSE }) => {}
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use tokio::sync::watch;
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::base::clock::Clock;
    use crate::config::Request;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_run_that_is_cut_short_leaves_no_mark_of_the_rules_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("atalaya.toml");
        let data = folder.path().join("data");
        std::fs::write(&path, format!("[daemon]\ndata = \"{}\"\ncontact = \"operator@example.com\"\n", data.display())).unwrap();
        let config = Config::load(&Request { path: Some(path), ..Request::default() }).unwrap();
        let effects = super::super::daemon::open_effects(&config, Clock::manual(Timestamp::UNIX_EPOCH)).await.unwrap().effects;
        let (sender, _) = watch::channel(Arc::clone(&config));
        let mut inner = Inner::new(effects, sender);
        inner.effects.store.set_mark(MARK, Some(b"the rules before".to_vec())).await.unwrap();
        inner.stop.cancel();
        all(&inner, &config).await.unwrap();
        assert_eq!(inner.effects.store.mark(MARK).await.unwrap(), None, "else those rules would find all leads judged by them");
        inner.stop = CancellationToken::new();
        all(&inner, &config).await.unwrap();
        assert_eq!(inner.effects.store.mark(MARK).await.unwrap(), Some(grounds(&inner.effects, &config).await.unwrap().0.to_vec()));
    }
}
