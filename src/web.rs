//! The listen address: health, metrics, unsubscribing. Has view types of its own.
