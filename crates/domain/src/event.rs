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
    /// A release is held, since it would harm another department.
    ReleaseHeld = "release.held";
    /// Somebody let a held release go, in the name of a department that it would harm.
    ReleaseLetGo = "release.let-go";
    /// A held release is weighed again.
    ReleaseRechecked = "release.rechecked";
    /// A held release was taken back.
    ReleaseWithdrawn = "release.withdrawn";
    /// A gap was found.
    GapFound = "gap.found";
    /// A gap got another title.
    GapTitled = "gap.titled";
    /// A gap became part of another.
    GapMerged = "gap.merged";
    /// Some of a gap's messages became a gap of their own.
    GapSplit = "gap.split";
    /// A department was asked to answer a gap.
    GapRequested = "gap.requested";
    /// A gap was closed.
    GapClosed = "gap.closed";
    /// A gap was opened again.
    GapReopened = "gap.reopened";
    /// The company changed how long conversations are kept.
    RetentionChanged = "retention.changed";
    /// Conversations were deleted that were older than they are kept.
    ConversationsExpired = "conversation.expired";
    /// All that a visitor said was deleted.
    VisitorErased = "visitor.erased";
    /// Work of the house itself failed so often that it was given up.
    ErrandGivenUp = "errand.given-up";
    /// Somebody asked for a job.
    JobAsked = "job.asked";
    /// A job was called off.
    JobCancelled = "job.cancelled";
    /// A job is done.
    JobDone = "job.done";
    /// A job could not be done.
    JobFailed = "job.failed";

    /// A department's hours, holidays or targets changed.
    CalendarChanged = "department.calendar-changed";
    /// A knowledge request was sent.
    RequestSent = "knowledge-request.sent";
    /// The receiving department has it.
    RequestAcknowledged = "knowledge-request.acknowledged";
    /// Somebody works on it.
    RequestStarted = "knowledge-request.started";
    /// The asker was asked back.
    RequestReturned = "knowledge-request.returned";
    /// The asker replied.
    RequestReplied = "knowledge-request.replied";
    /// It was answered.
    RequestAnswered = "knowledge-request.answered";
    /// The answer was accepted.
    RequestAccepted = "knowledge-request.accepted";
    /// The answer did not do.
    RequestReopened = "knowledge-request.reopened";
    /// It was declined.
    RequestDeclined = "knowledge-request.declined";
    /// It went to another person or department.
    RequestReassigned = "knowledge-request.reassigned";
    /// Something was said about it.
    RequestCommented = "knowledge-request.commented";
    /// It is past due, and the next one up was told.
    RequestEscalated = "knowledge-request.escalated";
    /// Its answer landed in the owner's draft.
    RequestLanded = "knowledge-request.landed";
    /// A suite of conversation tests was made.
    SuiteCreated = "test-suite.created";
    /// A suite or its cases changed.
    SuiteChanged = "test-suite.changed";
    /// A suite was deleted.
    SuiteDeleted = "test-suite.deleted";
    /// Conversation tests were run.
    TestsRun = "test-suite.run";
    /// A member set whether they are named and get letters.
    MemberSettingsChanged = "member.settings-changed";
    /// Somebody proposed a change to departments' content.
    ProposalMade = "proposal.made";
    /// A proposal changed, so its approvals lapsed.
    ProposalChanged = "proposal.changed";
    /// Somebody commented on a proposal.
    ProposalCommented = "proposal.commented";
    /// A department asked for changes to a proposal.
    ChangesRequested = "proposal.changes-requested";
    /// A department approved a proposal.
    ProposalApproved = "proposal.approved";
    /// A department accepted a proposal with changes of its own.
    ProposalAmended = "proposal.amended";
    /// A department declined a proposal.
    ProposalDeclined = "proposal.declined";
    /// An author took a proposal back.
    ProposalWithdrawn = "proposal.withdrawn";
    /// A proposal is in the drafts.
    ProposalMerged = "proposal.merged";
    /// Two intents overlap that did not before, or do so again.
    OverlapFound = "overlap.found";
    /// Two intents overlap no more.
    OverlapGone = "overlap.gone";
    /// Somebody proposed how to settle an overlap.
    SettlementProposed = "overlap.settlement-proposed";
    /// Both owners settled an overlap.
    OverlapSettled = "overlap.settled";
    /// The leader decided over a settlement that its owners did not decide in time.
    SettlementArbitrated = "overlap.arbitrated";
    /// A settlement was declined.
    SettlementDeclined = "overlap.settlement-declined";
    /// A settlement was taken back.
    SettlementWithdrawn = "overlap.settlement-withdrawn";
    /// A settlement was undone.
    SettlementUndone = "overlap.settlement-undone";
    /// The time for which an overlap was ignored has ended.
    OverlapReopened = "overlap.reopened";
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
