//! Wiring, tasks, reload and stop: owns every loop.
