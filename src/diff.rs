//! Says what changed, and what only changes by itself. Pure.
