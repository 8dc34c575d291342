//! The ground floor: time, names of things, secrets, text and limits. Knows nothing of sources, pages or leads.
//!
//! A closed list, not a drawer: a module belongs here only when every layer above needs it.

pub mod caps;
pub mod clock;
pub mod ids;
pub mod secret;
pub mod text;
