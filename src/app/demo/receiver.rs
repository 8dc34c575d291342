//! A webhook receiver as a stranger would write it from the Standard Webhooks specification: verifies each signature, counts.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio_util::sync::CancellationToken;

/// The receiver.
pub(super) struct Receiver {
    address: String,
    desk: Desk,
}

#[derive(Clone)]
struct Desk {
    key: Arc<[u8]>,
    secret: Arc<str>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    verified: BTreeSet<String>,
    refused: usize,
}

impl Receiver {
    /// Listens until told to stop.
    pub async fn start(stop: CancellationToken) -> anyhow::Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.context("no port on loopback")?;
        let address = format!("http://{}", listener.local_addr()?);
        // A demo's secret need not be secret; it must only be of the right form.
        let key: Vec<u8> = (0_u8..32).collect();
        let secret = format!("whsec_{}", STANDARD.encode(&key));
        let desk = Desk { key: key.into(), secret: secret.into(), seen: Arc::default() };
        let routes = Router::new().route("/hooks/atalaya", post(receive)).with_state(desk.clone());
        tokio::spawn(async move { axum::serve(listener, routes).with_graceful_shutdown(async move { stop.cancelled().await }).await });
        Ok(Self { address, desk })
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// What both sides know.
    pub fn secret(&self) -> &str {
        &self.desk.secret
    }

    /// Different messages with a right signature, and messages with a wrong one.
    pub fn counts(&self) -> (usize, usize) {
        let seen = self.desk.seen.lock().unwrap_or_else(PoisonError::into_inner);
        (seen.verified.len(), seen.refused)
    }
}

async fn receive(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
    let good = header("webhook-signature").split(' ').filter_map(|part| part.strip_prefix("v1,")).any(|signature| {
        let Ok(signature) = STANDARD.decode(signature) else { return false };
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&desk.key) else { return false };
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(&body);
        mac.verify_slice(&signature).is_ok()
    });
    let mut seen = desk.seen.lock().unwrap_or_else(PoisonError::into_inner);
    if good {
        seen.verified.insert(id.to_owned());
        StatusCode::NO_CONTENT
    } else {
        seen.refused += 1;
        StatusCode::UNAUTHORIZED
    }
}
