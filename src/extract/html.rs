//! Trees of HTML within limits.
