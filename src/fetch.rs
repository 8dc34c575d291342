//! Asks hosts politely for pages: robots, pace, conditions, limits, and a named class for every failure. Knows no record.
