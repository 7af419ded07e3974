//! The only crate that knows the database and Redis: `Store → Tx → repositories` that return domain types, and `Shared`.

mod api_key;
pub mod archive;
mod audit;
mod build;
mod calendar;
mod channel;
mod conversation;
mod department;
mod error;
mod evaluation;
mod gap;
mod global;
mod intent;
mod invitation;
mod job;
mod kept;
mod letter;
mod member;
mod message_log;
mod once;
mod overlap;
mod proposal;
mod records;
mod relay;
mod release;
mod request;
mod reset;
mod retention;
mod rows;
mod schema;
mod scoped;
mod search;
mod session;
mod settings;
mod settlement;
pub mod shared;
mod store;
mod suite;
mod tally;
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
pub use calendar::Calendars;
pub use channel::Channels;
pub use conversation::{ConversationFilter, Conversations, StaffConversation};
pub use department::Departments;
pub use error::{Error, OrTaken, Result};
pub use evaluation::Evaluations;
pub use gap::{GapFilter, Gaps};
pub use global::{Backlog, Errand, ErrandKind, LoginEntry};
pub use intent::{IntentFilter, Intents};
pub use invitation::Invitations;
pub use job::Jobs;
pub use kept::{Definition, Kept};
pub use letter::{Letters, SealedLetter};
pub use member::{MemberFilter, Members};
pub use message_log::LogRow;
pub use once::{Claim, Once, Reply};
pub use overlap::{OverlapFilter, Overlaps, Traffic};
pub use proposal::{ProposalFilter, Proposals};
pub use records::Records;
pub use relay::{Relays, Told};
pub use release::Releases;
pub use request::{Eyes, KnowledgeRequests, RequestFilter};
pub use reset::PasswordResets;
pub use retention::Retentions;
pub use schema::known_migrations;
pub use session::{End, NewRefresh, RefreshToken, Sessions};
pub use settings::{MemberSettings, Settings};
pub use settlement::Settlements;
pub use shared::Shared;
pub use store::{Connections, Store};
pub use suite::{Owner, Suites};
pub use tally::{TalliedRating, Tallies, TallyFilter};
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
    evaluations: Evaluations,
    intents: Intents, invitations: Invitations, jobs: Jobs, kept: Kept, letters: Letters, members: Members,
    password_resets: PasswordResets, releases: Releases, sessions: Sessions, visitors: Visitors,
    calendars: Calendars, knowledge_requests: KnowledgeRequests, settings: Settings, suites: Suites,
    gaps: Gaps, relays: Relays, retentions: Retentions, tallies: Tallies,
    overlaps: Overlaps, proposals: Proposals, settlements: Settlements,
}
