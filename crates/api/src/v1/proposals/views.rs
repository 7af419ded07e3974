//! How proposals look.

use std::collections::BTreeMap;

use guildhall_app::proposal::Shown;
use guildhall_domain::{
    Id, Moment,
    department::Department,
    id,
    patch::{Clash, Line},
    proposal::{Comment, Proposal, State},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::v1::{parse::IntentNameView, views::page_view};

/// The keys of departments by their ids.
pub(crate) struct Keys(BTreeMap<Id<id::Department>, String>);

impl Keys {
    /// Of these.
    pub(crate) fn of(departments: Vec<Department>) -> Self {
        Self(departments.into_iter().map(|department| (department.id, department.key.to_string())).collect())
    }

    /// A department's key; of one that was dissolved since, its id.
    pub(crate) fn key(&self, id: Id<id::Department>) -> String {
        self.0.get(&id).cloned().unwrap_or_else(|| id.to_string())
    }
}

/// A proposal in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ProposalSummary)]
pub(crate) struct ProposalView {
    /// Its identifier.
    #[schema(value_type = String, example = "prp_01jd0000007000g00000000001")]
    id: Id<id::Proposal>,
    /// What it is about.
    #[schema(example = "Say «parcel» as our visitors do")]
    title: String,
    /// Why.
    note: Option<String>,
    /// Who made it.
    #[schema(value_type = String, example = "mem_01jd0000007000g00000000001")]
    author: Id<id::Member>,
    /// `draft`, `open`, `changes_requested`, `accepted` (by all, but something clashes), `declined`, `withdrawn`, `merged`.
    #[schema(value_type = String, example = "open")]
    state: &'static str,
    /// Why it was declined.
    reason: Option<String>,
    /// Since when it is in the drafts.
    #[schema(value_type = Option<String>, format = DateTime)]
    merged_at: Option<Moment>,
    /// The departments that it touches; each must approve.
    departments: Vec<ApprovalView>,
    /// How many changes it holds.
    changes: usize,
    /// Rises with each change.
    version: i64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

page_view!(ProposalPage of ProposalView);

/// A touched department and its approval.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Approval)]
pub(crate) struct ApprovalView {
    /// The department's key.
    #[schema(example = "customer-service")]
    department: String,
    /// Who approved for it.
    #[schema(value_type = Option<String>)]
    approved_by: Option<Id<id::Member>>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    approved_at: Option<Moment>,
}

/// A proposal with what it changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Proposal)]
pub(crate) struct WholeProposalView {
    /// The proposal.
    proposal: ProposalView,
    /// What it changes, a line for each change, over what it was made against.
    diff: Vec<LineView>,
    /// Where both sides changed the same thing, as far as the reader sees the content: nothing is taken silently.
    clashes: Vec<ClashView>,
    /// What was said, oldest first.
    comments: Vec<CommentView>,
}

/// One change, so that people can read it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DiffLine)]
pub(crate) struct LineView {
    /// The key of the intent's department.
    department: String,
    /// The intent.
    intent: IntentNameView,
    /// What changes: `intent`, `department`, `name`, `title`, `rules`, `phrase` or `answer`.
    #[schema(value_type = String, example = "phrase")]
    field: &'static str,
    /// `added`, `removed`, `changed` or `moved`.
    #[schema(value_type = String, example = "added")]
    kind: &'static str,
    /// What an answer is for: language, channel, context.
    place: Option<String>,
    /// As it was.
    before: Option<String>,
    /// As it will be.
    after: Option<String>,
    /// The key of the department that it goes to.
    to_department: Option<String>,
    /// The intent that it goes to.
    to_intent: Option<IntentNameView>,
}

/// Something that both sides changed differently.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Clash)]
pub(crate) struct ClashView {
    /// Names it, for a choice.
    key: String,
    /// The key of the intent's department.
    department: String,
    /// The intent.
    intent: IntentNameView,
    /// What they clash about: `intent`, `department`, `name`, `title`, `rules`, `phrase` or `answer`.
    #[schema(value_type = String, example = "answer")]
    field: &'static str,
    /// As it was when the proposal was made.
    base: Option<String>,
    /// As it is now.
    theirs: Option<String>,
    /// As it is proposed.
    patch: Option<String>,
}

/// A remark.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Comment)]
pub(crate) struct CommentView {
    /// Its identifier.
    #[schema(value_type = String, example = "cmt_01jd0000007000g00000000001")]
    id: Id<id::Comment>,
    /// Who wrote it.
    #[schema(value_type = Option<String>)]
    author: Option<Id<id::Member>>,
    /// The comment that it answers.
    #[schema(value_type = Option<String>)]
    thread: Option<Id<id::Comment>>,
    /// The intent that it is about.
    #[schema(value_type = Option<String>)]
    intent: Option<Id<id::Intent>>,
    /// The words.
    text: String,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
}

impl ProposalView {
    pub(crate) fn of(proposal: &Proposal, keys: &Keys) -> Self {
        let approval = |(department, approval): (&Id<id::Department>, &Option<_>)| {
            let approval: &Option<guildhall_domain::proposal::Approval> = approval;
            ApprovalView {
                department: keys.key(*department),
                approved_by: approval.map(|approval| approval.by),
                approved_at: approval.map(|approval| approval.at),
            }
        };
        Self {
            id: proposal.id,
            title: proposal.title.to_string(),
            note: proposal.note.as_ref().map(ToString::to_string),
            author: proposal.author,
            state: proposal.state.name(),
            reason: if let State::Declined(reason) = &proposal.state { Some(reason.to_string()) } else { None },
            merged_at: if let State::Merged(at) = proposal.state { Some(at) } else { None },
            departments: proposal.approvals.iter().map(approval).collect(),
            changes: proposal.patch.changes.len(),
            version: proposal.version,
            created_at: proposal.created_at,
            updated_at: proposal.updated_at,
        }
    }
}

impl WholeProposalView {
    pub(crate) fn of(shown: Shown, keys: &Keys) -> Self {
        let name = |id, name: String| IntentNameView { id, name };
        let line = |line: Line| LineView {
            department: keys.key(line.department),
            intent: name(line.intent, line.name),
            field: line.field,
            kind: line.told.name(),
            place: line.place,
            before: line.before,
            after: line.after,
            to_department: line.to.as_ref().map(|to| keys.key(to.department)),
            to_intent: line.to.and_then(|to| to.intent).map(|(id, of)| name(id, of)),
        };
        let clash = |clash: Clash| ClashView {
            department: keys.key(clash.department),
            intent: name(clash.intent, clash.name),
            field: clash.field.name(),
            key: clash.key,
            base: clash.base,
            theirs: clash.theirs,
            patch: clash.patch,
        };
        Self {
            proposal: ProposalView::of(&shown.proposal, keys),
            diff: shown.lines.into_iter().map(line).collect(),
            clashes: shown.clashes.into_iter().map(clash).collect(),
            comments: shown.comments.into_iter().map(CommentView::from).collect(),
        }
    }
}

impl From<Comment> for CommentView {
    fn from(comment: Comment) -> Self {
        let Comment { id, author, thread, intent, text, created_at, .. } = comment;
        Self { id, author, thread, intent, text: text.into(), created_at }
    }
}
