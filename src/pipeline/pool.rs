//! Where foreign bytes are parsed: off the async workers, few at a time, each with a deadline, each panic caught.
//!
//! Knows nothing of what is parsed; a parse that overruns or panics is its page's named failure and nothing else.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::base::caps;
use crate::model::{Failure, FailureClass};

/// Pages in hand at once: read and not yet written. Each holds its bytes, what was read from them and what is to be written, ten times the
/// page; more of them would make nothing quicker, since they wait for one disk.
const HANDS: usize = 18;

/// A page in hand; given back when dropped.
#[derive(Debug, Default)]
pub struct Hand(#[expect(dead_code, reason = "held, not read")] Option<OwnedSemaphorePermit>);

/// A few places for parsing, and a few more for what was parsed; clones share them.
#[derive(Clone, Debug)]
pub struct Pool {
    places: Arc<Semaphore>,
    hands: Arc<Semaphore>,
    deadline: Duration,
}

impl Default for Pool {
    /// As many places as there are cores but one, and at least one.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let places = Arc::new(Semaphore::new(cores.saturating_sub(1).max(1)));
        Self { places, hands: Arc::new(Semaphore::new(HANDS)), deadline: caps::PARSE_TIME }
    }
}

impl Pool {
    /// Waits until another page may be taken in hand.
    pub async fn hand(&self) -> Hand {
        Hand(Arc::clone(&self.hands).acquire_owned().await.ok())
    }

    /// Runs `parse` on a blocking thread. It is given a question to ask from time to time: whether its time is over.
    ///
    /// # Errors
    /// What `parse` fails with; [`FailureClass::ParseLimit`] when it outlives [`caps::PARSE_TIME`]; [`FailureClass::Unreadable`] when it panics.
    pub async fn run<T: Send + 'static>(
        &self,
        what: &str,
        parse: impl FnOnce(&dyn Fn() -> bool) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| stopped(what))?;
        let over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&over);
        let mut work = tokio::task::spawn_blocking(move || {
            // The place is given back when the thread is free again, not when we stop waiting for it.
            let _place = place;
            catch_unwind(AssertUnwindSafe(|| parse(&|| seen.load(Ordering::Relaxed))))
        });
        let Ok(ended) = tokio::time::timeout(self.deadline, &mut work).await else {
            over.store(true, Ordering::Relaxed);
            return Err(Failure::new(
                FailureClass::ParseLimit,
                format!("{what}: reading it took more than {:?}; it was stopped", self.deadline),
            ));
        };
        match ended {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => {
                let text = panic
                    .downcast_ref::<String>()
                    .map(String::as_str)
                    .or_else(|| panic.downcast_ref::<&str>().copied())
                    .unwrap_or("no message");
                Err(Failure::new(FailureClass::Unreadable, format!("{what}: the reader broke on it ({text}); please report the page")))
            }
            Err(_) => Err(stopped(what)),
        }
    }
}

fn stopped(what: &str) -> Failure {
    Failure::new(FailureClass::Broken, format!("{what}: the daemon is stopping"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn results_failures_and_panics_come_back_as_values() {
        let pool = Pool::default();
        assert_eq!(pool.run("page", |_| Ok(7)).await, Ok(7));
        let failure = Failure::new(FailureClass::TooLarge, "x");
        let same = failure.clone();
        assert_eq!(pool.run::<()>("page", move |_| Err(same)).await, Err(failure));
        let broken = pool.run::<()>("https://a.example/", |_| panic!("odd tag")).await.unwrap_err();
        assert_eq!(broken.class, FailureClass::Unreadable);
        assert!(broken.text.contains("https://a.example/") && broken.text.contains("odd tag"), "{broken}");
    }

    #[tokio::test]
    async fn an_overrun_is_a_named_failure_and_the_parse_is_told() {
        let pool = Pool { deadline: Duration::from_millis(20), ..Pool::default() };
        let (told, heard) = std::sync::mpsc::channel();
        let late = pool
            .run::<()>("page", move |over| {
                while !over() {
                    std::thread::yield_now();
                }
                told.send(()).unwrap();
                Ok(())
            })
            .await
            .unwrap_err();
        assert_eq!(late.class, FailureClass::ParseLimit);
        heard.recv().unwrap();
    }
}
