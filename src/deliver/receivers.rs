//! Receivers that misbehave on a script.
