//! Links that end the mails to one recipient of one channel, signed so that nobody can end another's. Knows no list of who has left.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use url::Url;

use crate::base::ids::ChannelId;
use crate::base::secret::Secret;

/// The path under the public address that the links lead to; the token is the last segment.
pub const UNSUBSCRIBE_PATH: &str = "unsubscribe";
/// Longest token looked at: a channel's name and an address, in base 64, with the signature.
const TOKEN_BYTES: usize = 600;

/// The key of an installation's unsubscribe links. It must stay the same for as long as mails with links are kept.
#[derive(Clone, Debug)]
pub struct UnsubscribeKey(Secret);

impl UnsubscribeKey {
    /// From the installation's secret (at least 16 random bytes, in any text form).
    pub const fn new(secret: Secret) -> Self {
        Self(secret)
    }

    /// The token of a recipient: base64url of `channel:recipient`, a point, base64url of its HMAC-SHA256.
    pub fn token(&self, channel: &ChannelId, recipient: &str) -> String {
        let subject = format!("{channel}:{recipient}");
        format!("{}.{}", URL_SAFE_NO_PAD.encode(&subject), URL_SAFE_NO_PAD.encode(self.mac(&subject).finalize().into_bytes()))
    }

    /// The link under the daemon's public address; a path of that address is kept.
    pub fn link(&self, base: &Url, channel: &ChannelId, recipient: &str) -> Url {
        let mut url = base.clone();
        url.set_query(None);
        url.set_fragment(None);
        let path = format!("{}/{UNSUBSCRIBE_PATH}/{}", base.path().trim_end_matches('/'), self.token(channel, recipient));
        url.set_path(&path);
        url
    }

    /// Whom a token is for; nothing when it is not ours. Takes the same time however much of the signature is right.
    pub fn verify(&self, token: &str) -> Option<(ChannelId, String)> {
        if token.len() > TOKEN_BYTES {
            return None;
        }
        let (subject, signature) = token.split_once('.')?;
        let subject = String::from_utf8(URL_SAFE_NO_PAD.decode(subject).ok()?).ok()?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.mac(&subject).verify_slice(&signature).ok()?;
        let (channel, recipient) = subject.split_once(':')?;
        Some((channel.parse().ok()?, recipient.to_owned()))
    }

    fn mac(&self, subject: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose().as_bytes()).expect("HMAC takes keys of any length");
        // Its own domain, so that no other signature made with the same key can serve as a link.
        mac.update(b"unsubscribe\0");
        mac.update(subject.as_bytes());
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_links_count() {
        let key = UnsubscribeKey::new(Secret::new("0123456789abcdef0123"));
        let channel: ChannelId = "mail".parse().unwrap();
        let base = Url::parse("https://leads.example/at?x#y").unwrap();
        let link = key.link(&base, &channel, "ana+x@example.com");
        assert!(link.as_str().starts_with("https://leads.example/at/unsubscribe/"), "{link}");
        let token = link.path_segments().unwrap().next_back().unwrap().to_owned();
        assert_eq!(key.verify(&token), Some((channel.clone(), "ana+x@example.com".to_owned())));
        let other = key.token(&channel, "bob@example.com");
        let mixed = format!("{}.{}", token.split_once('.').unwrap().0, other.split_once('.').unwrap().1);
        let truncated = &token[..token.len() - 4];
        for bad in [mixed.as_str(), truncated, "", ".", "a.b", &"x".repeat(10_000)] {
            assert_eq!(key.verify(bad), None, "{bad}");
        }
        let stranger = UnsubscribeKey::new(Secret::new("another installation"));
        assert_eq!(stranger.verify(&token), None);
        assert!(!format!("{key:?}").contains("0123"));
    }
}
