//! CSS selectors as written in the settings.
