//! The hours in which a source may be visited.
