//! The outbox as a whole, under random receivers.
