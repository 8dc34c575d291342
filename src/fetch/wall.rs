//! Pages that stand in front of the page. Pure.
/// What is known of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Seen {}
/// What was recognised.
#[derive(Clone, Copy, Debug)]
pub struct Wall {}
