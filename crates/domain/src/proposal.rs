//! A proposal: a change to the content of one or several departments, for their owners to accept, amend or decline.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    Conflict, Id, Moment, Refusal, id,
    patch::{Contents, PatchSet},
    text::{Name, Note},
};

/// The most comments on one proposal.
pub const MOST_COMMENTS: u64 = 1_000;

/// Where a proposal stands, with what is known there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Its author still writes it; nobody else sees it.
    Draft,
    /// It waits for the departments' approvals.
    Open,
    /// A department asked its author to change it.
    ChangesRequested,
    /// Every department approved; it waits for a conflict to be decided.
    Accepted,
    /// A department declined it.
    Declined(Note),
    /// Its author took it back.
    Withdrawn,
    /// It is in the drafts since then.
    Merged(Moment),
}

impl State {
    /// The states' names.
    pub const NAMES: [&'static str; 7] =
        ["draft", "open", "changes_requested", "accepted", "declined", "withdrawn", "merged"];

    /// The state's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Open => "open",
            Self::ChangesRequested => "changes_requested",
            Self::Accepted => "accepted",
            Self::Declined(_) => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Merged(_) => "merged",
        }
    }

    /// Reads what [`State::name`] writes, with what goes with it.
    #[must_use]
    pub fn named(name: &str, reason: Option<Note>, merged_at: Option<Moment>) -> Option<Self> {
        Some(match name {
            "draft" => Self::Draft,
            "open" => Self::Open,
            "changes_requested" => Self::ChangesRequested,
            "accepted" => Self::Accepted,
            "declined" => Self::Declined(reason?),
            "withdrawn" => Self::Withdrawn,
            "merged" => Self::Merged(merged_at?),
            _ => return None,
        })
    }

    /// Whether nothing happens to it any more.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Declined(_) | Self::Withdrawn | Self::Merged(_))
    }
}

/// Who approved for a department, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approval {
    /// Who.
    pub by: Id<id::Member>,
    /// When.
    pub at: Moment,
}

/// A proposal.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// Its identifier.
    pub id: Id<id::Proposal>,
    /// Who made it.
    pub author: Id<id::Member>,
    /// What it is about.
    pub title: Name,
    /// Why.
    pub note: Option<Note>,
    /// Where it stands.
    pub state: State,
    /// The changes.
    pub patch: PatchSet,
    /// The touched departments' contents that it was made against, as its author saw them.
    pub base: Contents,
    /// The touched departments, each with its approval.
    pub approvals: BTreeMap<Id<id::Department>, Option<Approval>>,
    /// Rises with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// What to do after an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Other departments are still to approve.
    Wait,
    /// Every department approved: it can go into the drafts.
    Merge,
}

impl Proposal {
    /// Approves for these departments. Nobody approves what they proposed themselves.
    pub fn approve(
        &mut self,
        by: Id<id::Member>,
        departments: &BTreeSet<Id<id::Department>>,
        at: Moment,
    ) -> Result<Next, Refusal> {
        if by == self.author {
            return Err(Conflict::OwnProposal.into());
        }
        self.waits()?;
        for (department, approval) in &mut self.approvals {
            if departments.contains(department) && approval.is_none() {
                *approval = Some(Approval { by, at });
            }
        }
        self.state = State::Open;
        if self.approvals.values().all(Option::is_some) {
            self.state = State::Accepted;
            return Ok(Next::Merge);
        }
        Ok(Next::Wait)
    }

    /// Asks its author to change it; approvals lapse.
    pub fn request_changes(&mut self) -> Result<(), Refusal> {
        self.waits()?;
        self.lapse();
        self.state = State::ChangesRequested;
        Ok(())
    }

    /// Declines it.
    pub fn decline(&mut self, reason: Note) -> Result<(), Refusal> {
        self.waits()?;
        self.state = State::Declined(reason);
        Ok(())
    }

    /// Takes it back.
    pub fn withdraw(&mut self) -> Result<(), Refusal> {
        if self.state.is_closed() {
            return Err(Conflict::ProposalClosed.into());
        }
        self.state = State::Withdrawn;
        Ok(())
    }

    /// Opens what was a draft, or what was changed as was asked.
    pub fn open(&mut self) -> Result<(), Refusal> {
        if self.state.is_closed() {
            return Err(Conflict::ProposalClosed.into());
        }
        if matches!(self.state, State::Draft | State::ChangesRequested) {
            self.state = State::Open;
        }
        Ok(())
    }

    /// Puts another patch over another base in its place. Approvals lapse where it differs, also those of departments that
    /// it touched before.
    pub fn change(
        &mut self,
        patch: PatchSet,
        base: Contents,
        touched: BTreeSet<Id<id::Department>>,
    ) -> Result<(), Refusal> {
        if self.state.is_closed() {
            return Err(Conflict::ProposalClosed.into());
        }
        if patch != self.patch || !self.approvals.keys().eq(&touched) {
            self.approvals = touched.into_iter().map(|department| (department, None)).collect();
            self.lapse();
        }
        self.patch = patch;
        self.base = base;
        Ok(())
    }

    /// It is in the drafts.
    pub fn merged(&mut self, at: Moment) -> Result<(), Refusal> {
        if self.state != State::Accepted {
            return Err(Conflict::NotApproved.into());
        }
        self.state = State::Merged(at);
        Ok(())
    }

    fn lapse(&mut self) {
        self.approvals.values_mut().for_each(|approval| *approval = None);
        if self.state == State::Accepted {
            self.state = State::Open;
        }
    }

    /// Refuses what is closed, or not open yet.
    fn waits(&self) -> Result<(), Refusal> {
        match self.state {
            State::Open | State::ChangesRequested | State::Accepted => Ok(()),
            State::Draft => Err(Refusal::NotFound),
            _ => Err(Conflict::ProposalClosed.into()),
        }
    }
}

/// A remark on a proposal, or on one of its changes.
#[derive(Debug, Clone)]
pub struct Comment {
    /// Its identifier.
    pub id: Id<id::Comment>,
    /// On which proposal.
    pub proposal: Id<id::Proposal>,
    /// Who wrote it; the house itself where absent.
    pub author: Option<Id<id::Member>>,
    /// The thread that it answers in; it begins one where absent.
    pub thread: Option<Id<id::Comment>>,
    /// The intent that it is about; about the whole proposal where absent.
    pub intent: Option<Id<id::Intent>>,
    /// The words.
    pub text: Note,
    /// When it was written.
    pub created_at: Moment,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patch::Change;
    use uuid::Uuid;

    fn id<K>(n: u128) -> Id<K> {
        Id::from_uuid(Uuid::from_u128(n))
    }

    fn proposal() -> Proposal {
        Proposal {
            id: id(1),
            author: id(7),
            title: Name::stored("title".to_owned()),
            note: None,
            state: State::Open,
            patch: PatchSet { changes: vec![Change::RemoveIntent { intent: id(5) }] },
            base: Contents::new(),
            approvals: [(id(1), None), (id(2), None)].into(),
            version: 1,
            created_at: Moment(0),
            updated_at: Moment(0),
        }
    }

    #[test]
    fn every_department_approves_and_nobody_their_own() {
        let mut proposal = proposal();
        let own = proposal.approve(id(7), &[id(1)].into(), Moment(1));
        assert!(matches!(own, Err(Refusal::Conflict(Conflict::OwnProposal))));
        assert_eq!(proposal.approve(id(8), &[id(1)].into(), Moment(1)).unwrap(), Next::Wait);
        assert!(proposal.merged(Moment(2)).is_err());
        assert_eq!(proposal.approve(id(9), &[id(2)].into(), Moment(2)).unwrap(), Next::Merge);
        proposal.merged(Moment(2)).unwrap();
        assert_eq!(proposal.state, State::Merged(Moment(2)));
        assert!(proposal.withdraw().is_err() && proposal.decline(Note::stored("no".to_owned())).is_err());
    }

    #[test]
    fn an_approval_lapses_when_the_patch_changes_and_stays_when_only_the_base_does() {
        let mut proposal = proposal();
        proposal.approve(id(8), &[id(1)].into(), Moment(1)).unwrap();
        let same = proposal.patch.clone();
        proposal.change(same, Contents::new(), [id(1), id(2)].into()).unwrap();
        assert!(proposal.approvals[&id(1)].is_some());
        proposal.change(PatchSet::default(), Contents::new(), [id(1), id(2)].into()).unwrap();
        assert!(proposal.approvals.values().all(Option::is_none));
    }

    #[test]
    fn states_read_back() {
        for name in State::NAMES {
            let state = State::named(name, Some(Note::stored("why".to_owned())), Some(Moment(3))).unwrap();
            assert_eq!(state.name(), name);
        }
        assert_eq!(State::named("declined", None, None), None);
    }
}
