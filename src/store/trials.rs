//! Trials of the embedded backend alone: copies, damage, power cuts, growth.
