//! Keeps everything, one commit a turn. Knows no network and takes no decision.
