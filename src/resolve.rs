//! Says which organisation a record names. Pure.
