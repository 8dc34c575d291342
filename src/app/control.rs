//! The control socket: the command line's way to a running daemon. One JSON line in, one JSON line out; only the owner may connect.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

use super::daemon::{Home, Inner, open_effects};
use crate::base::clock::Clock;
use crate::config::{Config, Problem, Request};
use crate::pipeline::imports;
use crate::store::OpenError;
use crate::web::{self, Answer, Question};

/// Name of the socket in the data folder.
const SOCKET: &str = "control.sock";
/// Bytes of one question or answer.
const CAP: u64 = 64 * 1024 * 1024;
/// Time for one question to arrive; answers take what they take (a dry run visits a site).
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a daemon that has the store and does not answer yet is asked again, and after which time: two seconds in all.
const TRIES: u32 = 40;
const AGAIN: Duration = Duration::from_millis(50);

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody listens there.
    #[error("no daemon is running on {0}")]
    Nobody(PathBuf),
    /// The daemon says no.
    #[error("{0}")]
    Refused(String),
    /// The line broke.
    #[error("the daemon did not answer: {0}")]
    Broken(#[from] std::io::Error),
    /// The answer is not of this version.
    #[error("the daemon's answer cannot be read ({0}): is it of another version? Restart it")]
    Strange(#[from] serde_json::Error),
}

/// Listens beside the store. A socket that was left by a dead daemon is replaced: the store's lock says that we are alone.
pub(super) fn listen(inner: &Arc<Inner>, data: &Path) -> anyhow::Result<Option<PathBuf>> {
    let path = data.join(SOCKET);
    if path.as_os_str().len() > 100 {
        tracing::warn!(path = %path.display(), "the data folder's path is too long for a control socket; commands cannot reach this daemon while it runs");
        return Ok(None);
    }
    if path.exists() {
        std::fs::remove_file(&path).with_context(|| format!("cannot replace {}", path.display()))?;
    }
    let listener = UnixListener::bind(&path).with_context(|| format!("cannot listen on {}", path.display()))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    let all = Arc::clone(inner);
    inner.tasks.spawn(async move {
        loop {
            let accepted = tokio::select! {
                () = all.stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    let one = Arc::clone(&all);
                    // Not tracked: a long dry run must not hold up the stop; its asker sees the line close.
                    tokio::spawn(async move {
                        if let Err(error) = serve(&one, stream).await {
                            tracing::debug!(%error, "a question at the control socket broke off");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "the control socket could not accept; trying again");
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
            }
        }
    });
    Ok(Some(path))
}

async fn serve(inner: &Inner, stream: UnixStream) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let read_line = async { BufReader::new(read.take(CAP)).read_line(&mut line).await };
    tokio::time::timeout(PATIENCE, read_line).await.map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))??;
    let reply: Result<Answer, String> = match serde_json::from_str(&line) {
        Ok(question) => answer(inner, question).await,
        Err(error) => Err(format!("the question cannot be read ({error}): is the command of another version than the daemon?")),
    };
    let mut bytes = serde_json::to_vec(&reply).map_err(std::io::Error::other)?;
    bytes.push(b'\n');
    write.write_all(&bytes).await?;
    write.shutdown().await
}

pub(super) async fn answer(inner: &Inner, question: Question) -> Result<Answer, String> {
    let running = inner.config.borrow().clone();
    let (config, remark) = match (&question, inner.request.get()) {
        (Question::Check { config: Some(path), .. }, Some(request)) => as_written(running, request, path).await,
        (_, _) => (running, None),
    };
    let order = matches!(
        question,
        Question::CheckNow { .. }
            | Question::Replay { .. }
            | Question::NotifyTest { .. }
            | Question::Same { .. }
            | Question::NotSame { .. }
            | Question::UndoRuling { .. }
            | Question::Import { write: true, .. }
            | Question::UndoImport { .. }
    );
    // Nothing is forgotten or judged while a file comes in or is taken back.
    let of_imports = matches!(question, Question::Import { write: true, .. } | Question::UndoImport { .. });
    let _alone = if of_imports { Some(inner.upkeep.lock().await) } else { None };
    let answer = web::answer(&inner.effects, &config, question, true).await;
    if of_imports {
        match imports(&inner.effects).await {
            Ok(all) => inner.new_config.send_modify(|running| *running = running.beside(all)),
            Err(error) => tracing::error!(%error, "what was brought in could not be read; restart the daemon"),
        }
    }
    if order {
        inner.wake.notify_one();
        inner.drain.notify_one();
    }
    let mut answer = answer.map_err(|error| format!("{error:#}"))?;
    if let Answer::Check(view) = &mut answer {
        view.remarks.splice(0..0, remark);
    }
    Ok(answer)
}

/// Differences of the configuration on disk that are told one by one.
const TOLD: usize = 5;

/// The configuration of a dry run: as it is written at this place, so that a new source can be tried before it runs; and what is to be said
/// where that differs from what runs.
async fn as_written(running: Arc<Config>, request: &Request, path: &Path) -> (Arc<Config>, Option<String>) {
    let wanted = Request { path: Some(path.to_owned()), ..request.clone() };
    let place = path.display();
    let read = tokio::task::spawn_blocking(move || Config::load(&wanted)).await;
    let written = match read {
        Ok(Ok(written)) => written,
        Ok(Err(refusal)) => {
            let why = refusal.problems().first().map_or_else(|| refusal.to_string(), Problem::in_one_line);
            return (running, Some(format!("{place} is not taken by the daemon ({why}): this is read with the configuration that runs")));
        }
        Err(error) => {
            return (running, Some(format!("{place} could not be read ({error}): this is read with the configuration that runs")));
        }
    };
    let changes = Config::changes(&running, &written);
    if changes.is_empty() {
        return (running, None);
    }
    let mut told: Vec<String> = changes.iter().take(TOLD).map(ToString::to_string).collect();
    told.extend(changes.len().checked_sub(TOLD).filter(|more| *more > 0).map(|more| format!("and {more} more")));
    let remark = format!(
        "this is read with {place} as it is on disk, which is not what the daemon runs with ({}): a reload takes it over (SIGHUP, or `systemctl reload`)",
        told.join("; ")
    );
    (Arc::new(written.held_by(&running)), Some(remark))
}

/// Who is to answer where no daemon did.
pub enum Opened {
    /// The store is at rest, and open.
    AtRest(Box<Home>),
    /// A daemon did after all.
    Answered(Answer),
}

/// Opens the store at rest. Who has it and did not answer is a daemon that begins or ends: it is asked again for a moment.
pub async fn open_or_ask(config: &Config, question: &Question) -> anyhow::Result<Opened> {
    let mut left = TRIES;
    loop {
        match open_effects(config, Clock::System).await {
            Ok(home) => return Ok(Opened::AtRest(Box::new(home))),
            Err(error) if left == 0 || !matches!(error.downcast_ref(), Some(OpenError::Locked { .. })) => return Err(error),
            Err(_) => left -= 1,
        }
        tokio::time::sleep(AGAIN).await;
        match ask(&config.daemon.data, question).await {
            Err(AskError::Nobody(_)) => {}
            answered => return Ok(Opened::Answered(answered?)),
        }
    }
}

/// Asks the daemon whose data folder this is.
pub async fn ask(data: &Path, question: &Question) -> Result<Answer, AskError> {
    let path = data.join(SOCKET);
    let stream = UnixStream::connect(&path).await.map_err(|_| AskError::Nobody(data.to_owned()))?;
    let (read, mut write) = stream.into_split();
    let mut bytes = serde_json::to_vec(question)?;
    bytes.push(b'\n');
    write.write_all(&bytes).await?;
    let mut reply = Vec::new();
    BufReader::new(read.take(CAP)).read_to_end(&mut reply).await?;
    serde_json::from_slice::<Result<Answer, String>>(&reply)?.map_err(AskError::Refused)
}
