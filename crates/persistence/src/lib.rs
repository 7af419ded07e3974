//! The only crate that knows the database and Redis: `Store → Tx → repositories` that return domain types, and `Shared`.

mod api_key;
pub mod archive;
mod audit;
mod build;
mod channel;
mod conversation;
mod department;
mod error;
mod global;
mod intent;
mod invitation;
mod kept;
mod letter;
mod member;
mod once;
mod records;
mod release;
mod reset;
mod rows;
mod schema;
mod scoped;
mod search;
mod session;
pub mod shared;
mod store;
#[cfg(test)]
mod tests;
mod tx;
mod visitor;
#[cfg(doctest)]
mod walls;
mod writer;

pub use api_key::{ApiKeys, KeyRow};
pub use audit::{AuditFilter, AuditRow};
pub use build::{Bot, Build, Builds};
pub use channel::Channels;
pub use conversation::{ConversationFilter, Conversations, StaffConversation};
pub use department::Departments;
pub use error::{Error, OrTaken, Result};
pub use global::{Backlog, Job, JobKind, LoginEntry};
pub use intent::{IntentFilter, Intents};
pub use invitation::Invitations;
pub use kept::{Definition, Kept};
pub use letter::{Letters, SealedLetter};
pub use member::{MemberFilter, Members};
pub use once::{Claim, Once, Reply};
pub use records::Records;
pub use release::Releases;
pub use reset::PasswordResets;
pub use schema::known_migrations;
pub use session::{End, NewRefresh, RefreshToken, Sessions};
pub use shared::Shared;
pub use store::{Connections, Store};
pub use tx::Tx;
pub use visitor::{VisitorRow, Visitors};

macro_rules! repositories {
    ($($method:ident: $repository:ident),* $(,)?) => {
        impl Tx {
            $(
                /// The repository of this name.
                #[must_use]
                pub const fn $method(&self) -> $repository<'_> {
                    $repository(self)
                }
            )*
        }
    };
}

repositories! {
    api_keys: ApiKeys, builds: Builds, channels: Channels, conversations: Conversations, departments: Departments,
    intents: Intents, invitations: Invitations, kept: Kept, letters: Letters, members: Members,
    password_resets: PasswordResets, releases: Releases, sessions: Sessions, visitors: Visitors,
}
