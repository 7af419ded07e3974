//! Where visitors reach the bot: a public key and the exact origins that may use it.

use crate::{
    Id, Moment, id,
    text::{Name, TextFlaw, texts},
};

texts! {
    /// A web origin, exactly as browsers send it: `https://shop.example`, with a port where it is not the usual one.
    /// `http://` is legal for loopback only.
    Origin, 300, exact_origin;
}

fn exact_origin(raw: &str, max: usize) -> Result<String, TextFlaw> {
    const FORM: TextFlaw = TextFlaw::Form("must be an exact origin such as https://shop.example, without a path");
    let (secure, authority) = match (raw.strip_prefix("https://"), raw.strip_prefix("http://")) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return Err(FORM),
    };
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let good_port = port.is_none_or(|port| {
        port.parse::<u16>().is_ok_and(|n| n > 0 && n.to_string() == port && n != if secure { 443 } else { 80 })
    });
    let v6 = host.starts_with('[') && host.ends_with(']');
    let good_host = (1..=253).contains(&host.len())
        && raw.len() <= max
        && host.bytes().all(|b| {
            b.is_ascii_lowercase()
                || b.is_ascii_digit()
                || matches!(b, b'.' | b'-')
                || (v6 && matches!(b, b'[' | b']' | b':'))
        })
        && (v6 || host.split('.').all(|label| !label.is_empty()));
    let loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    if !good_host || !good_port {
        Err(FORM)
    } else if !secure && !loopback {
        Err(TextFlaw::Form("must be https; http is for this machine's own addresses only"))
    } else {
        Ok(raw.to_owned())
    }
}

/// The kind of place where a channel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A website with the chat in it.
    Web,
}

impl Kind {
    /// The kind's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Web => "web",
        }
    }

    /// Reads what [`Kind::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        (name == Self::Web.name()).then_some(Self::Web)
    }
}

/// A channel.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Its identifier.
    pub id: Id<id::Channel>,
    /// What kind of place it is.
    pub kind: Kind,
    /// Its name.
    pub name: Name,
    /// Its public key: an identifier, not a secret.
    pub key: String,
    /// The key before that one and until when it is good too, if there was one.
    pub old_key: Option<(String, Moment)>,
    /// The origins that may use the key.
    pub allowed_origins: Vec<Origin>,
    /// What every conversation of this channel starts from.
    pub context: serde_json::Map<String, serde_json::Value>,
    /// Rises with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

impl Channel {
    /// Whether a page of this origin may use the key. `null` and anything that is not letter for letter on the list may not.
    #[must_use]
    pub fn admits(&self, origin: &str) -> bool {
        self.allowed_origins.iter().any(|allowed| allowed.as_str() == origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_exact_and_secure() {
        for good in [
            "https://shop.example",
            "https://shop.example:8443",
            "http://127.0.0.1",
            "http://localhost:3000",
            "http://[::1]:80000",
        ] {
            assert_eq!(Origin::parse(good).is_ok(), !good.ends_with("80000"), "{good}");
        }
        for bad in [
            "",
            "null",
            "*",
            "https://",
            "https://shop.example/",
            "https://Shop.example",
            "https://shop.example:443",
            "http://shop.example",
            "ftp://shop.example",
            "https://a@b.example",
            "https://*.example",
            "https://shop..example",
        ] {
            assert!(Origin::parse(bad).is_err(), "{bad}");
        }
    }
}
