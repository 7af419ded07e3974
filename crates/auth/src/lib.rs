//! Makes and checks secrets: passwords, access tokens, opaque tokens, and the ring of keys behind them. Everything here is
//! synchronous and knows no database; time and randomness come in as arguments.

mod base62;
pub mod bearer;
pub mod directory;
pub mod entropy;
mod error;
pub mod frames;
pub mod hasher;
mod keyfile;
pub mod keyring;
pub mod opaque;
pub mod password;
mod provider;
pub mod seal;
mod secret;
pub mod token;

pub use bearer::Bearer;
pub use directory::Directory;
pub use entropy::{Entropy, OsEntropy, SeededEntropy};
pub use error::{Error, Refused};
pub use frames::{Frames, Passphrase, Stretching};
pub use hasher::{Cost, Hasher, Pepper};
pub use keyring::{KeyRing, KeyState, Rotation, SigningKey};
pub use opaque::{ApiKey, ChannelKey, InvitationToken, OpaqueToken, RefreshToken, ResetToken, TokenKind, VisitorToken};
pub use password::{Password, PasswordRules};
pub use seal::Sealer;
pub use token::{Claims, Subject, Tokens};
