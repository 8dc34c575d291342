//! Every channel does the same under the same trouble.
