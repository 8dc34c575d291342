//! Sends sealed messages and says what came of it. Decides nothing about when or again.
