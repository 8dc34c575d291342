//! The one door out: every outbound connection resolves here once, is checked here, and goes to the checked address. Knows no page and no message.
