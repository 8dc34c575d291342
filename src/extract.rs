//! Turns bytes into records. Pure and bounded: no clock, no network, no store.
