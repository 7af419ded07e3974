//! Letters by e-mail: what they say, whom they reach, and who carries them.

use std::{error::Error, pin::Pin};

use guildhall_auth::{InvitationToken, ResetToken};
use guildhall_domain::{
    Id, Moment, id,
    invitation::Invitation,
    member::{Email, Member},
    text::Name,
};
use serde::{Deserialize, Serialize};

/// A letter in plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Whom it reaches.
    pub to: Email,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
}

/// Why a letter was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// Whoever should take it is away, or asks for patience.
    #[error("not yet")]
    Later(#[source] Box<dyn Error + Send + Sync>),
    /// It will never be taken: there is no such mailbox, or the letter itself is declined.
    #[error("never")]
    Never(#[source] Box<dyn Error + Send + Sync>),
}

/// The outcome of sending, in time.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), NotSent>> + Send + 'a>>;

/// Carries letters.
pub trait Mailer: Send + Sync {
    /// Hands a letter over to whoever delivers it. The same identifier means the same letter, should it be sent twice.
    fn send<'a>(&'a self, id: Id<id::Letter>, letter: &'a Letter) -> Sending<'a>;
}

/// Where the links in letters lead: below the address that the configuration names, whatever a request says of itself.
#[derive(Debug, Clone)]
pub struct Links(String);

impl Links {
    /// Links below this address.
    #[must_use]
    pub fn below(base: &str) -> Self {
        Self(base.trim_end_matches('/').to_owned())
    }

    /// Where an invitation is accepted.
    #[must_use]
    pub fn invitation(&self, token: &InvitationToken) -> String {
        format!("{}/console/invitation?token={}", self.0, token.text())
    }

    /// Where a new password is set.
    #[must_use]
    pub fn reset(&self, token: &ResetToken) -> String {
        format!("{}/console/new-password?token={}", self.0, token.text())
    }
}

/// An invitation, for whom it invites.
pub(crate) fn invitation(invitation: &Invitation, inviter: &Name, company: &Name, link: &str) -> Letter {
    let hello = invitation.name.as_ref().map_or_else(|| "Hello".to_owned(), |name| format!("Hello {name}"));
    let text = format!(
        "{hello},\n\n\
         {inviter} invites you to work on the chatbot of {company}. Come in within three days by this link:\n\n\
         {link}\n\n\
         It is good once, and for you alone. If you expected no invitation, let it be: nothing happens without you.\n",
    );
    Letter { to: invitation.email.clone(), subject: format!("{company} invites you to its chatbot"), text }
}

/// A link to set a new password.
pub(crate) fn reset(member: &Member, company: &Name, link: &str) -> Letter {
    let text = format!(
        "Hello {},\n\n\
         Somebody asked for a new password for your account at {company}. If it was you, set it within half an hour:\n\n\
         {link}\n\n\
         The link is good once. If it was not you, let it be: your password stays as it is.\n",
        member.name
    );
    Letter { to: member.email.clone(), subject: format!("A new password at {company}"), text }
}

/// The news that a password is another one now.
pub(crate) fn password_changed(member: &Member, company: &Name, at: Moment) -> Letter {
    let text = format!(
        "Hello {},\n\n\
         The password of your account at {company} was changed ({at}), and you were signed out elsewhere.\n\n\
         If it was not you, ask for a new password at once, and tell whoever leads the project.\n",
        member.name
    );
    Letter { to: member.email.clone(), subject: format!("Your password at {company} was changed"), text }
}

#[cfg(test)]
mod tests {
    use guildhall_auth::SeededEntropy;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn links_stand_below_the_configured_address_alone() {
        let token = InvitationToken::draw(
            Id::from_uuid(Uuid::from_u128(1)),
            Id::from_uuid(Uuid::from_u128(2)),
            &SeededEntropy::new(1),
        )
        .unwrap();
        for base in ["https://chat.example.com", "https://chat.example.com/"] {
            let link = Links::below(base).invitation(&token);
            assert_eq!(link, format!("https://chat.example.com/console/invitation?token={}", token.text()));
        }
    }
}
