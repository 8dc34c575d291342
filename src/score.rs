//! Says what a segment makes of an organisation, line by line. Pure.
