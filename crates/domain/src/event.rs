//! What happened: written in the same unit of work as the change itself, for whoever listens later.

use serde_json::Value;

use crate::{Id, id};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// The kinds of events.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind { $($(#[$doc])* $name),* }

        impl Kind {
            /// The kind's name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

kinds! {
    /// A company signed up.
    TenantFounded = "tenant.founded";
    /// Somebody signed in.
    SignedIn = "session.opened";
    /// A session was ended.
    SignedOut = "session.ended";
    /// A refresh token was shown twice, so its session was ended.
    RefreshReused = "session.reused";
    /// A member changed the password.
    PasswordChanged = "member.password-changed";
    /// Somebody asked for a link to set a new password.
    ResetAsked = "member.reset-asked";
    /// A leader or the operator made a link by which a member sets a new password.
    ResetLinkMade = "member.reset-link-made";
    /// A member set a new password by a link.
    PasswordReset = "member.password-reset";
    /// Somebody was invited.
    Invited = "member.invited";
    /// An invitation was taken back.
    InvitationRevoked = "member.invitation-revoked";
    /// Somebody joined.
    Joined = "member.joined";
    /// A member's profile changed.
    MemberChanged = "member.changed";
    /// A member's role in the company changed.
    TenantRoleChanged = "member.role-changed";
    /// A member was suspended.
    MemberSuspended = "member.suspended";
    /// A member may come in again.
    MemberResumed = "member.resumed";
    /// A member left.
    MemberLeft = "member.left";
    /// A member was removed.
    MemberRemoved = "member.removed";
    /// A letter could not be delivered and was given up.
    LetterLost = "letter.lost";
    /// An API key was made.
    ApiKeyCreated = "api-key.created";
    /// An API key's name or end changed.
    ApiKeyChanged = "api-key.changed";
    /// An API key got another secret.
    ApiKeyRotated = "api-key.rotated";
    /// An API key was revoked.
    ApiKeyRevoked = "api-key.revoked";
    /// A department was founded.
    DepartmentFounded = "department.founded";
    /// A department's settings changed.
    DepartmentChanged = "department.changed";
    /// A department was dissolved.
    DepartmentDissolved = "department.dissolved";
    /// A role in a department was given.
    RoleGiven = "department.role-given";
    /// A role in a department was taken.
    RoleTaken = "department.role-taken";
    /// An intent was made.
    IntentCreated = "intent.created";
    /// An intent changed.
    IntentChanged = "intent.changed";
    /// An intent was deleted.
    IntentDeleted = "intent.deleted";
    /// A department published, or brought an old release back.
    Published = "release.published";
    /// A release went live.
    WentLive = "release.live";
    /// No model could be made of a release.
    BuildFailed = "release.failed";
    /// The bot's settings changed.
    BotConfigured = "bot.configured";
    /// A channel was made.
    ChannelCreated = "channel.created";
    /// A channel changed.
    ChannelChanged = "channel.changed";
    /// A channel got another key.
    ChannelKeyRotated = "channel.key-rotated";
    /// A channel was closed.
    ChannelDeleted = "channel.deleted";
    /// The audit log was taken out.
    AuditExported = "audit.exported";
    /// A visitor opened a conversation.
    ConversationOpened = "conversation.opened";
    /// A visitor wrote and the bot replied.
    MessageAnswered = "message.answered";
    /// The bot asked which of several departments was meant.
    BoundaryMet = "message.boundary";
    /// A visitor rated.
    Rated = "conversation.rated";
}

/// What happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// The kind of it.
    pub kind: Kind,
    /// The identifier or key of what it happened to.
    pub subject: String,
    /// The department that it happened in.
    pub department: Option<Id<id::Department>>,
    /// What else is worth knowing; never secrets, never a visitor's words.
    pub data: Value,
}

impl Event {
    /// An event about a subject.
    #[must_use]
    pub fn of(kind: Kind, subject: impl std::fmt::Display) -> Self {
        Self { kind, subject: subject.to_string(), department: None, data: Value::Null }
    }

    /// In this department.
    #[must_use]
    pub const fn within(mut self, department: Id<id::Department>) -> Self {
        self.department = Some(department);
        self
    }

    /// With these facts.
    #[must_use]
    pub fn with(mut self, data: Value) -> Self {
        self.data = data;
        self
    }
}
