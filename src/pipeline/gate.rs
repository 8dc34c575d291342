//! Turns that are decided at the same time. Whoever was overtaken decides alone, so that a turn is written at its second try however many others
//! write the same tenders meanwhile. Knows no turn and no store.

use std::sync::Arc;

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// The gate between deciding and having written.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<RwLock<()>>);

/// A place behind the gate; it is given up when it is dropped.
#[derive(Debug)]
#[expect(dead_code, reason = "it is held, and never looked at")]
pub(super) enum Behind {
    /// With others.
    Beside(OwnedRwLockReadGuard<()>),
    /// With nobody.
    Alone(OwnedRwLockWriteGuard<()>),
}

impl Gate {
    /// Enters with others, once nobody is alone behind it or waits to be; who is behind it already stays there.
    pub(super) async fn enter(&self, behind: Option<Behind>) -> Behind {
        match behind {
            Some(behind) => behind,
            None => Behind::Beside(Arc::clone(&self.0).read_owned().await),
        }
    }

    /// Gives up a place with others, and enters once all of them have left; whoever comes later waits.
    pub(super) async fn alone(&self, behind: Option<Behind>) -> Behind {
        match behind {
            Some(alone @ Behind::Alone(_)) => alone,
            Some(Behind::Beside(_)) | None => {
                drop(behind);
                Behind::Alone(Arc::clone(&self.0).write_owned().await)
            }
        }
    }
}
