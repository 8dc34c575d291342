//! Reads, layers and refuses settings; compiles every module's spec. Sends nothing, fetches nothing, stores nothing.
