//! Where logic meets effects: one turn, one drain step, one keeping step, one rehearsal. Owns no loop.

pub mod pool;
pub mod visit;
