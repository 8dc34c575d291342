//! The life of a message from sealed to acknowledged: retries, circuits, dead letters. Pure.
