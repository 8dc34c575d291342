//! The open channels: each is opened once per configuration and kept, so that connections and TLS sessions live on.
//!
//! Knows settings and channels; sends nothing itself.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::ids::ChannelId;
use crate::deliver::{Channel, DeliverError, Settings};
use crate::door::Door;

/// An open channel with the settings it was opened with.
type Open = (Arc<Settings>, Arc<Channel>);

/// Open channels. Clones share them.
#[derive(Clone)]
pub struct Ways {
    door: Door,
    open: Arc<Mutex<HashMap<ChannelId, Open>>>,
}

impl Ways {
    /// None open yet; they will go through this door.
    pub fn new(door: Door) -> Self {
        Self { door, open: Arc::default() }
    }

    /// The channel with these settings; opened anew when a reload brought others. As many are kept as are configured.
    pub fn channel(&self, settings: &Arc<Settings>) -> Result<Arc<Channel>, DeliverError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((with, channel)) = open.get(&settings.id)
            && Arc::ptr_eq(with, settings)
        {
            return Ok(Arc::clone(channel));
        }
        let channel = Arc::new(Channel::open(settings, &self.door)?);
        open.insert(settings.id.clone(), (Arc::clone(settings), Arc::clone(&channel)));
        Ok(channel)
    }
}
