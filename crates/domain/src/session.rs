//! A sign-in of a member: a family of refresh tokens of which exactly one is alive.

use std::time::Duration;

use crate::{Id, Moment, id};

/// A family dies when nobody refreshed it for this long.
pub const IDLE: Duration = Duration::from_hours(12);
/// A family dies this long after the sign-in.
pub const ABSOLUTE: Duration = Duration::from_hours(30 * 24);
/// A client whose answer got lost may ask again within this time and gets the same successor.
pub const GRACE: Duration = Duration::from_secs(10);
/// The most live sessions of a member; the oldest falls out.
pub const MOST: usize = 10;

/// A signed-in session.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its identifier.
    pub id: Id<id::Session>,
    /// Whose.
    pub member: Id<id::Member>,
    /// What the client called itself.
    pub user_agent: Option<String>,
    /// The client's network: /24 of IPv4, /48 of IPv6.
    pub network: Option<String>,
    /// When it began.
    pub created_at: Moment,
    /// When it was last refreshed.
    pub updated_at: Moment,
    /// When it ends at the latest.
    pub expires_at: Moment,
    /// When it was ended.
    pub revoked_at: Option<Moment>,
}

impl Session {
    /// Whether it still lives.
    #[must_use]
    pub fn lives(&self, now: Moment) -> bool {
        self.revoked_at.is_none() && now < self.expires_at && now < self.updated_at.after(IDLE)
    }
}

/// What is known of a refresh token that somebody shows.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// When it was exchanged for its successor.
    pub used_at: Option<Moment>,
    /// Whether its successor is still unused.
    pub successor_unused: bool,
    /// Whether the family lives.
    pub family_lives: bool,
    /// Whether the client looks like the one that the token was given to.
    pub same_client: bool,
}

/// What to do with a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Exchange it for a successor.
    Rotate,
    /// Give the same successor again.
    Repeat,
    /// It was stolen or leaked: end the whole family.
    RevokeFamily,
    /// The family is dead.
    Refuse,
}

/// Decides what a shown refresh token is worth.
#[must_use]
pub fn turn(shown: Shown, now: Moment) -> Turn {
    match shown.used_at {
        _ if !shown.family_lives => Turn::Refuse,
        None => Turn::Rotate,
        Some(used) if shown.same_client && shown.successor_unused && now.since(used) <= GRACE => Turn::Repeat,
        Some(_) => Turn::RevokeFamily,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRESH: Shown = Shown { used_at: None, successor_unused: false, family_lives: true, same_client: true };

    #[test]
    fn a_token_turns_once_and_repeats_within_grace_only() {
        let used = Shown { used_at: Some(Moment(0)), successor_unused: true, ..FRESH };
        let late = Moment(0).after(GRACE + Duration::from_micros(1));
        assert_eq!(turn(FRESH, Moment(0)), Turn::Rotate);
        assert_eq!(turn(used, Moment(0).after(GRACE)), Turn::Repeat);
        assert_eq!(turn(used, late), Turn::RevokeFamily);
        assert_eq!(turn(Shown { same_client: false, ..used }, Moment(1)), Turn::RevokeFamily);
        assert_eq!(turn(Shown { successor_unused: false, ..used }, Moment(1)), Turn::RevokeFamily);
        assert_eq!(turn(Shown { family_lives: false, ..FRESH }, Moment(0)), Turn::Refuse);
    }
}
