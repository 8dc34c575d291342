//! What the listen address serves: `/health`, `/ready`, `/metrics`, and the unsubscribe links of mails (RFC 8058).
//!
//! Shows nothing of what is stored. GET never changes anything: mail scanners open every link.

use std::sync::Arc;

use axum::extract::{Form, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Router, body::Bytes};
use tokio::sync::watch;

use crate::config::Config;
use crate::pipeline::{Effects, unsubscribe_key};
use crate::render::UNSUBSCRIBE_PATH;
use crate::store::{Scope, Suppression};

/// What the listen address needs of the daemon.
#[derive(Clone)]
pub struct Front {
    /// The store, for unsubscribing.
    pub effects: Effects,
    /// The configuration in force.
    pub config: watch::Receiver<Arc<Config>>,
    /// Loops that are silent.
    pub silent: Arc<dyn Fn() -> Vec<String> + Send + Sync>,
    /// Whether the daemon is stopping.
    pub stopping: Arc<dyn Fn() -> bool + Send + Sync>,
    /// The metrics as text.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}

/// The routes.
pub fn router(front: Front) -> Router {
    Router::new()
        .route("/health", get(health))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics))
        .route(&format!("/{UNSUBSCRIBE_PATH}/{{token}}"), get(ask_unsubscribe).post(unsubscribe))
        .layer(axum::extract::DefaultBodyLimit::max(16 * 1024))
        .with_state(front)
}

/// 200 while every loop is alive; 503 with the reason otherwise.
async fn health(State(front): State<Front>) -> Response {
    let silent = (front.silent)();
    if silent.is_empty() {
        (StatusCode::OK, "well\n").into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, format!("{}\n", silent.join("\n"))).into_response()
    }
}

/// 200 from the moment everything runs until the stop begins.
async fn ready(State(front): State<Front>) -> Response {
    if (front.stopping)() {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response()
    } else {
        (StatusCode::OK, "ready\n").into_response()
    }
}

async fn metrics(State(front): State<Front>) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (front.metrics)()).into_response()
}

const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}button{font:inherit;padding:.5rem 1rem}";

fn page(status: StatusCode, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>"
    );
    let headers = [
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, Html(html)).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn wrong_link() -> Response {
    page(
        StatusCode::NOT_FOUND,
        "This link is not valid",
        "<p>It may have been cut off by your mail program. Use the link of a newer mail.</p>",
    )
}

/// Asks; changes nothing.
async fn ask_unsubscribe(State(front): State<Front>, Path(token): Path<String>) -> Response {
    let Some((_, recipient)) = unsubscribe_key(&front.effects).verify(&token) else { return wrong_link() };
    let body = format!(
        "<p>No more mails of this daemon to <strong>{}</strong>?</p><form method=\"post\">\
         <p><button name=\"scope\" value=\"all\">No more mails at all</button></p>\
         <p><button name=\"scope\" value=\"alerts\">Digests only, no alerts</button></p>\
         <p><button name=\"scope\" value=\"digests\">Alerts only, no digests</button></p></form>",
        escape(&recipient)
    );
    page(StatusCode::OK, "Unsubscribe", &body)
}

#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Choice {
    scope: String,
}

/// Decides: by the button of the page, or by a mail program's one click (whose body says `List-Unsubscribe=One-Click` and no scope).
async fn unsubscribe(State(front): State<Front>, Path(token): Path<String>, body: Bytes) -> Response {
    let Some((channel, recipient)) = unsubscribe_key(&front.effects).verify(&token) else { return wrong_link() };
    let form = axum::http::Request::builder()
        .method("POST")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(axum::body::Body::from(body));
    let choice = match form {
        Ok(request) => <Form<Choice> as axum::extract::FromRequest<()>>::from_request(request, &())
            .await
            .map(|Form(choice)| choice)
            .unwrap_or_default(),
        Err(_) => Choice::default(),
    };
    let scope = Scope::ALL.into_iter().find(|scope| scope.word() == choice.scope).unwrap_or(Scope::All);
    let at = front.effects.clock.now();
    match front.effects.store.suppress(Suppression { channel, recipient: recipient.clone(), at, scope }).await {
        Ok(()) => {
            tracing::info!(scope = scope.word(), "a recipient unsubscribed");
            page(StatusCode::OK, "Done", &format!("<p>{} will get no more {}.</p>", escape(&recipient), what(scope)))
        }
        Err(error) => {
            tracing::error!(%error, "an unsubscription could not be stored");
            page(StatusCode::SERVICE_UNAVAILABLE, "Not yet", "<p>It could not be stored just now. Please try again in a minute.</p>")
        }
    }
}

const fn what(scope: Scope) -> &'static str {
    match scope {
        Scope::All => "mails",
        Scope::Digests => "digests",
        Scope::Alerts => "alerts",
    }
}
