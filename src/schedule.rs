//! When a page is due, when a failure is tried again, when a digest leaves. Pure: the present is passed in.
