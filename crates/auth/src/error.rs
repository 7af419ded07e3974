//! What can go wrong here, and why a credential was refused.

use std::{io, path::PathBuf};

use guildhall_domain::Refusal;

/// A fault of ours: none of these is the doing of whoever sent a request.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system gave no randomness; ring says no more.
    #[error("no randomness")]
    Entropy,
    /// Argon2 costs outside of what is safe.
    #[error("argon2 costs must be at least m=19456,t=2 or m=47104,t=1, and at most m=1048576,t=16,p=16")]
    Cost,
    /// Argon2 failed, or a stored hash is damaged.
    #[error("password hash")]
    Hash(#[source] argon2::password_hash::Error),
    /// A stored hash was made with a pepper that this ring does not hold.
    #[error("the password hash needs the pepper {0:?}")]
    UnknownPepper(String),
    /// A token could not be signed, or the signing provider is not ours.
    #[error("access token")]
    Token(#[source] jsonwebtoken::errors::Error),
    /// A freshly signed token did not verify: the process uses another signing provider.
    #[error("tokens do not verify what they sign: {0}")]
    Provider(#[source] Refused),
    /// Sealed bytes were changed, belong elsewhere, or were sealed with another key; ring says no more, on purpose.
    #[error("sealed bytes do not open")]
    Sealed,
    /// The keys file can't be read or written.
    #[error("keys file {path}")]
    KeysFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The keys file may be read or written by others.
    #[error("keys file {0} is open to others: chmod 600 it")]
    KeysOpen(PathBuf),
    /// The keys file is not of the form that this version writes.
    #[error("keys file {path} is damaged")]
    KeysForm {
        /// The file.
        path: PathBuf,
        /// Where.
        source: serde_json::Error,
    },
    /// No signing key of that name.
    #[error("no signing key {0:?}")]
    UnknownKey(String),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::broken(error)
    }
}

/// Why a credential was refused. Outside they all look alike; the log and the counters tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Longer than any that we issue.
    #[error("too long")]
    TooLong,
    /// Not of the form that we issue, or its checksum does not fit.
    #[error("malformed")]
    Malformed,
    /// A header that we don't issue: another type or algorithm, or parameters such as `jku` and `crit`.
    #[error("header")]
    Header,
    /// No key of ours signed it.
    #[error("unknown key")]
    UnknownKey,
    /// The signature does not fit.
    #[error("signature")]
    Signature,
    /// A claim is missing, of another type, or for somebody else.
    #[error("claims")]
    Claims,
    /// Its time is over.
    #[error("expired")]
    Expired,
    /// Its time has not come.
    #[error("early")]
    Early,
}

impl Refused {
    /// The reason in one word, for counters and logs.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLong => "too-long",
            Self::Malformed => "malformed",
            Self::Header => "header",
            Self::UnknownKey => "unknown-key",
            Self::Signature => "signature",
            Self::Claims => "claims",
            Self::Expired => "expired",
            Self::Early => "early",
        }
    }
}

impl From<Refused> for Refusal {
    fn from(refused: Refused) -> Self {
        Self::Unauthenticated(refused.code())
    }
}
