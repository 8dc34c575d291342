//! Names to checked addresses: resolved once, refused ones dropped, and the connection goes to what is left. Knows no URL.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;

use super::{DoorError, LOOKUP_TIME, Rules};

/// The resolver of every client: what it returns is what gets connected to.
pub(super) struct Guarded {
    pub(super) rules: Arc<Rules>,
    pub(super) lookups: Arc<Semaphore>,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (rules, lookups) = (Arc::clone(&self.rules), Arc::clone(&self.lookups));
        Box::pin(async move {
            let found = look_up(&lookups, name.as_str()).await?;
            let checked = keep_checked(&rules, name.as_str(), found)?;
            // Port 0 stands for "as in the URL" (reqwest::dns::Resolve).
            Ok(Box::new(checked.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

/// The addresses that may be reached; an error naming the first refused one when none may.
pub(super) fn keep_checked(rules: &Rules, host: &str, addresses: Vec<IpAddr>) -> Result<Vec<IpAddr>, DoorError> {
    let mut refused = None;
    let mut kept = Vec::with_capacity(addresses.len());
    for address in addresses {
        match rules.check_address(host, address) {
            Ok(()) => kept.push(address),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    match refused {
        Some(error) if kept.is_empty() => Err(error),
        Some(_) | None => Ok(kept),
    }
}

/// Asks the system's name service, within [`LOOKUP_TIME`].
pub(super) async fn look_up(lookups: &Arc<Semaphore>, host: &str) -> Result<Vec<IpAddr>, DoorError> {
    let unresolved = |reason: String| DoorError::Unresolved { host: host.to_owned(), reason };
    let asking = async {
        let permit = Arc::clone(lookups).acquire_owned().await.map_err(|_| unresolved("the daemon is stopping".to_owned()))?;
        let name = host.to_owned();
        let (answer, asked) = tokio::sync::oneshot::channel();
        // A thread of its own: a name service that is silent holds it for half a minute, and nobody else waits behind it. The permit lives
        // as long as the thread: a look-up we gave up on still counts.
        let look = move || {
            let _permit = permit;
            let found = (name.as_str(), 0).to_socket_addrs().map(|found| found.map(|socket| socket.ip()).collect::<Vec<_>>());
            drop(answer.send(found));
        };
        std::thread::Builder::new().name("look-up".to_owned()).spawn(look).map_err(|error| unresolved(error.to_string()))?;
        match asked.await {
            Ok(Ok(found)) if found.is_empty() => Err(unresolved("the name has no address".to_owned())),
            Ok(Ok(found)) => Ok(found),
            Ok(Err(error)) => Err(unresolved(error.to_string())),
            Err(_) => Err(unresolved("the look-up was broken off".to_owned())),
        }
    };
    tokio::time::timeout(LOOKUP_TIME, asking)
        .await
        .unwrap_or_else(|_| Err(DoorError::LookupTimeout { host: host.to_owned(), after: LOOKUP_TIME }))
}
