//! Makes the bytes that leave: digests, alerts, payloads, feeds. Pure.
