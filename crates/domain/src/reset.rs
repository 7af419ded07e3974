//! A way back in for who lost the password: a link that is good once, for a short time.

use std::time::Duration;

use crate::{Id, Moment, id};

/// How long a link stands.
pub const LIFE: Duration = Duration::from_mins(30);

/// A link by which a member sets a new password.
#[derive(Debug, Clone)]
pub struct PasswordReset {
    /// Its identifier.
    pub id: Id<id::PasswordReset>,
    /// Whose password.
    pub member: Id<id::Member>,
    /// When it was made.
    pub created_at: Moment,
    /// When it ends.
    pub expires_at: Moment,
}

impl PasswordReset {
    /// A link that is made now.
    #[must_use]
    pub fn made(id: Id<id::PasswordReset>, member: Id<id::Member>, now: Moment) -> Self {
        Self { id, member, created_at: now, expires_at: now.after(LIFE) }
    }
}
