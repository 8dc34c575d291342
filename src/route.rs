//! Says who is told, by which way, and how soon; or why nobody. Pure.
