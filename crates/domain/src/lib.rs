//! The business with pen and paper: types, policy, decisions. No framework is named here; time, randomness and ids come
//! in as arguments.

pub mod actor;
pub mod api_key;
pub mod audit;
pub mod bot;
pub mod channel;
pub mod content;
pub mod conversation;
pub mod department;
pub mod event;
pub mod id;
pub mod intent;
pub mod invitation;
pub mod member;
pub mod moment;
pub mod page;
pub mod policy;
pub mod refusal;
pub mod release;
pub mod reset;
pub mod session;
pub mod tenant;
pub mod text;

pub use actor::{Actor, Grant, TenantScope, Who};
pub use id::Id;
pub use moment::Moment;
pub use page::{Cursor, Page, PageRequest};
pub use policy::{Permit, Reach};
pub use refusal::{Conflict, Flaw, Flaws, Refusal};
pub use text::folded;
