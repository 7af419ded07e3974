//! Proposals: made over what one may see, read by those whom they touch, approved by each department, merged into the drafts.

use std::collections::{BTreeMap, BTreeSet};

use guildhall_domain::{
    Actor, Conflict, Flaws, Id, Page, PageRequest, Permit, Reach, Refusal,
    content::FrozenIntent,
    department::Department,
    event::{Event, Kind},
    id,
    intent::{Answer, AnswerPlace, NewIntent, NewPhrase, Phrase, Rules},
    patch::{Change, Clash, Contents, Line, MOST_CHANGES, PatchSet, Take, merge, placed},
    policy::{AcceptProposals, EditProposals, Propose, ReadDraft, ReadProposals, judge},
    proposal::{Comment, MOST_COMMENTS, Next, Proposal, State},
    text::{AnswerText, IntentName, Name, Note, PhraseText, Title},
};
use guildhall_persistence::{ProposalFilter, Tx};
use serde_json::json;

use crate::{
    App, Work,
    department::referred,
    draft::{drafts, everywhere, seen, unfit, write},
};

/// A change as somebody asks for it: what is new has no identifier yet, and departments are named by their keys.
#[derive(Debug, Clone)]
pub enum Asked {
    /// A new intent.
    AddIntent(String, NewIntent),
    /// An intent goes.
    RemoveIntent(Id<id::Intent>),
    /// An intent gets another owner.
    MoveIntent(Id<id::Intent>, String),
    /// Another name.
    Rename(Id<id::Intent>, IntentName),
    /// Another title, or none.
    Retitle(Id<id::Intent>, Option<Title>),
    /// Phrases come.
    AddPhrases(Id<id::Intent>, Vec<NewPhrase>),
    /// Phrases go.
    RemovePhrases(Id<id::Intent>, Vec<Id<id::Phrase>>),
    /// Phrases go over to another intent.
    MovePhrases(Id<id::Intent>, Vec<Id<id::Phrase>>, Id<id::Intent>),
    /// An answer comes, or takes another's place.
    SetAnswer(Id<id::Intent>, Answer),
    /// An answer goes.
    RemoveAnswer(Id<id::Intent>, AnswerPlace),
}

/// A proposal that is to be made.
#[derive(Debug, Clone)]
pub struct NewProposal {
    /// What it is about.
    pub title: Name,
    /// Why.
    pub note: Option<Note>,
    /// The changes.
    pub changes: Vec<Asked>,
    /// Whether its author still writes it.
    pub draft: bool,
}

/// A change of a proposal; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct ProposalPatch {
    /// Another title.
    pub title: Option<Name>,
    /// Another note, or none any more.
    pub note: Option<Option<Note>>,
    /// Other changes.
    pub changes: Option<Vec<Asked>>,
    /// Whether it is opened, if it was a draft.
    pub open: bool,
}

/// A proposal as one person may see it.
#[derive(Debug)]
pub struct Shown {
    /// The proposal.
    pub proposal: Proposal,
    /// What it changes, over what it was made against.
    pub lines: Vec<Line>,
    /// Where it clashes with what the reader sees there now: the draft where they read it, else what is live. So nobody
    /// learns of another department's draft.
    pub clashes: Vec<Clash>,
    /// The comments, oldest first.
    pub comments: Vec<Comment>,
}

/// What an owner accepts.
#[derive(Debug, Clone)]
pub enum Amendment {
    /// What was proposed.
    AsProposed,
    /// These changes in its place.
    Asked(Vec<Asked>),
    /// What was proposed, without some of its changes and with other words in some.
    Edited {
        /// The places of changes that are left out.
        dropped: BTreeSet<usize>,
        /// Other words of a phrase or an answer, by the change's place.
        texts: BTreeMap<usize, String>,
    },
}

/// A patch set without some changes, and with other words in some.
fn edited(patch: &PatchSet, dropped: &BTreeSet<usize>, texts: &BTreeMap<usize, String>) -> Result<PatchSet, Refusal> {
    let mut flaws = Flaws::default();
    let kept = patch.changes.iter().enumerate().filter(|(at, _)| !dropped.contains(at));
    let change = |(at, change): (usize, &Change)| {
        let mut change = change.clone();
        let pointer = format!("/text-{at}");
        match (&mut change, texts.get(&at)) {
            (Change::AddPhrase { phrase, .. }, Some(text)) => {
                phrase.text = flaws.take(pointer, PhraseText::parse(text)).map(String::from).unwrap_or_default();
            }
            (Change::SetAnswer { answer, .. }, Some(text)) => {
                flaws.take(pointer, AnswerText::parse(text)).into_iter().for_each(|text| answer.text = text);
            }
            _ => {}
        }
        change
    };
    let changes: Vec<_> = kept.map(change).collect();
    if changes.is_empty() {
        flaws.add("/changes", "empty", "must leave at least one change");
    }
    flaws.settle(Some(PatchSet { changes }))
}

/// Gives what is new an identifier.
pub(crate) async fn drawn<A: guildhall_domain::policy::Action>(
    work: &Work<'_>,
    permit: &Permit<A>,
    asked: Vec<Asked>,
) -> Result<PatchSet, Refusal> {
    let phrase = |new: NewPhrase| -> Result<Phrase, Refusal> {
        let language = new.language.map(|language| language.to_string());
        Ok(Phrase { id: work.new_id()?, text: new.text.into(), language })
    };
    let mut changes = Vec::new();
    for (at, asked) in asked.into_iter().enumerate() {
        let department = async |key: &str| -> Result<Id<id::Department>, Refusal> {
            Ok(referred(work, permit, key, &format!("/changes/{at}/department")).await?.id)
        };
        match asked {
            Asked::AddIntent(key, new) => {
                let department = department(&key).await?;
                let phrases = new.phrases.into_iter().map(phrase).collect::<Result<_, _>>()?;
                let added = FrozenIntent {
                    id: work.new_id()?,
                    name: new.name.into(),
                    title: new.title.map(String::from),
                    phrases,
                    answers: new.answers,
                    rules: Rules::default(),
                };
                changes.push(Change::AddIntent { department, added });
            }
            Asked::RemoveIntent(intent) => changes.push(Change::RemoveIntent { intent }),
            Asked::MoveIntent(intent, key) => changes.push(Change::MoveIntent { intent, to: department(&key).await? }),
            Asked::Rename(intent, name) => changes.push(Change::Rename { intent, name }),
            Asked::Retitle(intent, title) => changes.push(Change::Retitle { intent, title }),
            Asked::AddPhrases(intent, new) => {
                for new in new {
                    changes.push(Change::AddPhrase { intent, phrase: phrase(new)? });
                }
            }
            Asked::RemovePhrases(intent, phrases) => {
                changes.extend(phrases.into_iter().map(|phrase| Change::RemovePhrase { intent, phrase }));
            }
            Asked::MovePhrases(intent, phrases, to) => {
                changes.extend(phrases.into_iter().map(|phrase| Change::MovePhrase { intent, phrase, to }));
            }
            Asked::SetAnswer(intent, answer) => changes.push(Change::SetAnswer { intent, answer }),
            Asked::RemoveAnswer(intent, answer) => changes.push(Change::RemoveAnswer { intent, answer }),
        }
    }
    if changes.len() > MOST_CHANGES {
        return Err(Conflict::LimitReached("a proposal holds at most 2000 changes").into());
    }
    Ok(PatchSet { changes })
}

/// Makes a proposal over what its author may see.
pub async fn create(work: &Work<'_>, permit: &Permit<Propose>, new: NewProposal) -> Result<Proposal, Refusal> {
    let patch = drawn(work, permit, new.changes).await?;
    let made = make(work, permit, new.title, new.note, patch, new.draft).await?;
    Ok(made)
}

/// Makes a proposal of a patch set whose identifiers are known.
pub async fn make(
    work: &Work<'_>,
    permit: &Permit<Propose>,
    title: Name,
    note: Option<Note>,
    patch: PatchSet,
    draft: bool,
) -> Result<Proposal, Refusal> {
    let (base, touched) = based(work, permit.actor(), &patch).await?;
    let proposal = Proposal {
        id: work.new_id()?,
        author: permit.answers()?,
        title,
        note,
        state: if draft { State::Draft } else { State::Open },
        patch,
        base,
        approvals: touched.into_iter().map(|department| (department, None)).collect(),
        version: 1,
        created_at: work.now(),
        updated_at: work.now(),
    };
    work.proposals().add(&proposal).await?;
    if !draft {
        tell(work, &proposal, Kind::ProposalMade, proposal.approvals.keys().copied())?;
    }
    Ok(proposal)
}

/// What a patch is made against, as its author sees it, and whom it touches. What does not fit there is a flaw.
async fn based(
    work: &Work<'_>,
    actor: &Actor,
    patch: &PatchSet,
) -> Result<(Contents, BTreeSet<Id<id::Department>>), Refusal> {
    let contents = seen(work, work.app(), actor, everywhere(work).await?).await?;
    patch.apply(&contents).map_err(|misfits| unfit(&misfits))?;
    Ok((patch.basis(&contents), patch.touched(&contents)))
}

fn tell(
    work: &Work<'_>,
    proposal: &Proposal,
    kind: Kind,
    departments: impl IntoIterator<Item = Id<id::Department>>,
) -> Result<(), Refusal> {
    for department in departments {
        work.tell(Event::of(kind, proposal.id).within(department).with(json!({ "author": proposal.author })))?;
    }
    Ok(())
}

/// Whether somebody sees a proposal: its author; who reads a department that it touches, once it is no draft.
fn sees(permit: &Permit<ReadProposals>, proposal: &Proposal) -> bool {
    let own = permit.answers().is_ok_and(|member| member == proposal.author);
    let touched = proposal.approvals.keys().any(|department| permit.reach().covers(*department));
    own || (proposal.state != State::Draft && (touched || *permit.reach() == Reach::Tenant))
}

async fn visible(tx: &Tx, permit: &Permit<ReadProposals>, id: Id<id::Proposal>) -> Result<Proposal, Refusal> {
    let found = tx.proposals().get(id).await?.filter(|proposal| sees(permit, proposal));
    found.ok_or(Refusal::NotFound)
}

/// A page of the proposals that one may see, the latest first.
pub async fn list(
    tx: &Tx,
    permit: &Permit<ReadProposals>,
    state: Option<String>,
    department: Option<&str>,
    mine: bool,
    page: &PageRequest,
) -> Result<Page<Proposal>, Refusal> {
    let department = match department {
        Some(key) => Some(referred(tx, permit, key, "/department").await?.id),
        None => None,
    };
    let own = permit.answers()?;
    let filter = ProposalFilter { state, department, author: mine.then_some(own) };
    Ok(tx.proposals().list(permit.reach(), own, &filter, page).await?)
}

/// A proposal with what it changes, where it clashes and what was said.
pub async fn get(tx: &Tx, permit: &Permit<ReadProposals>, app: &App, id: Id<id::Proposal>) -> Result<Shown, Refusal> {
    let proposal = visible(tx, permit, id).await?;
    shown(tx, permit.actor(), app, proposal).await
}

async fn shown(tx: &Tx, actor: &Actor, app: &App, proposal: Proposal) -> Result<Shown, Refusal> {
    let now = seen(tx, app, actor, everywhere(tx).await?).await?;
    let clashes = if proposal.state.is_closed() {
        Vec::new()
    } else {
        merge(&proposal.base, &now, &proposal.patch, |_| None).map_err(|misfits| unfit(&misfits))?.clashes
    };
    let lines = discreet(actor, &proposal, &now);
    let comments = tx.proposals().comments(proposal.id).await?;
    Ok(Shown { proposal, lines, clashes, comments })
}

/// The changes line by line. An owner who amended did so over the draft: of a draft that the reader does not read they see
/// no more than what is live beside it.
fn discreet(actor: &Actor, proposal: &Proposal, now: &Contents) -> Vec<Line> {
    let reads = judge::<ReadDraft>(actor).ok();
    let reads = |department| reads.as_ref().is_some_and(|permit| permit.reach().covers(department));
    let live = proposal.patch.told(now);
    let mut lines = proposal.patch.told(&proposal.base);
    for line in lines.iter_mut().filter(|line| !reads(line.department)) {
        let same = |other: &&Line| (other.intent, other.field, &other.place) == (line.intent, line.field, &line.place);
        if !live.iter().filter(same).any(|other| other.before == line.before) {
            line.before = None;
        }
        if let Some(there) = placed(now, line.intent) {
            line.name.clone_from(&there.intent.name);
        }
    }
    lines
}

/// A proposal that its author changes: who sees it and is not the author may know and not do it.
async fn own(work: &Work<'_>, permit: &Permit<EditProposals>, id: Id<id::Proposal>) -> Result<Proposal, Refusal> {
    let proposal = work.proposals().lock(id).await?.ok_or(Refusal::NotFound)?;
    if permit.answers()? == proposal.author {
        return Ok(proposal);
    }
    let reads = judge::<ReadProposals>(permit.actor()).is_ok_and(|permit| sees(&permit, &proposal));
    Err(if reads { Refusal::Forbidden("proposal.edit") } else { Refusal::NotFound })
}

async fn keep(work: &Work<'_>, mut proposal: Proposal) -> Result<Proposal, Refusal> {
    proposal.updated_at = work.now();
    let version = proposal.version;
    if !work.proposals().change(&proposal, version).await? {
        return Err(Refusal::stale(version));
    }
    proposal.version += 1;
    Ok(proposal)
}

/// Changes one's own proposal; approvals lapse where its changes do.
pub async fn change(
    work: &Work<'_>,
    permit: &Permit<EditProposals>,
    id: Id<id::Proposal>,
    version: i64,
    patch: ProposalPatch,
) -> Result<Shown, Refusal> {
    let mut proposal = own(work, permit, id).await?;
    if proposal.version != version {
        return Err(Refusal::stale(proposal.version));
    }
    if proposal.state.is_closed() {
        return Err(Conflict::ProposalClosed.into());
    }
    let was_draft = proposal.state == State::Draft;
    patch.title.into_iter().for_each(|title| proposal.title = title);
    patch.note.into_iter().for_each(|note| proposal.note = note);
    if let Some(changes) = patch.changes {
        let changes = drawn(work, permit, changes).await?;
        let (base, touched) = based(work, permit.actor(), &changes).await?;
        proposal.change(changes, base, touched)?;
    }
    if patch.open || !was_draft {
        proposal.open()?;
    } else {
        proposal.state = State::Draft;
    }
    if proposal.state != State::Draft {
        let kind = if was_draft { Kind::ProposalMade } else { Kind::ProposalChanged };
        tell(work, &proposal, kind, proposal.approvals.keys().copied())?;
    }
    let proposal = keep(work, proposal).await?;
    shown(work, permit.actor(), work.app(), proposal).await
}

/// Makes one's own proposal anew over what one sees now; a clash takes the side that was chosen for its key, and one that
/// nobody chose for stands in the way.
pub async fn rebase(
    work: &Work<'_>,
    permit: &Permit<EditProposals>,
    id: Id<id::Proposal>,
    chosen: impl Fn(&str) -> Option<Take>,
) -> Result<Shown, Refusal> {
    let mut proposal = own(work, permit, id).await?;
    let now = seen(work, work.app(), permit.actor(), everywhere(work).await?).await?;
    let merged = merge(&proposal.base, &now, &proposal.patch, chosen).map_err(|misfits| unfit(&misfits))?;
    if !merged.clashes.is_empty() {
        return Err(Conflict::Clashes.into());
    }
    let patch = PatchSet::between(&now, &merged.contents);
    let (base, touched) = (patch.basis(&now), patch.touched(&now));
    let same = patch == proposal.patch;
    proposal.change(patch, base, touched)?;
    if !same {
        tell(work, &proposal, Kind::ProposalChanged, proposal.approvals.keys().copied())?;
    }
    let proposal = keep(work, proposal).await?;
    shown(work, permit.actor(), work.app(), proposal).await
}

/// Takes one's own proposal back.
pub async fn withdraw(work: &Work<'_>, permit: &Permit<EditProposals>, id: Id<id::Proposal>) -> Result<Shown, Refusal> {
    let mut proposal = own(work, permit, id).await?;
    let was_draft = proposal.state == State::Draft;
    proposal.withdraw()?;
    if !was_draft {
        tell(work, &proposal, Kind::ProposalWithdrawn, proposal.approvals.keys().copied())?;
    }
    let proposal = keep(work, proposal).await?;
    shown(work, permit.actor(), work.app(), proposal).await
}

/// Says something about a proposal, or about what it does to one intent.
pub async fn comment(
    work: &Work<'_>,
    permit: &Permit<ReadProposals>,
    id: Id<id::Proposal>,
    text: Note,
    thread: Option<Id<id::Comment>>,
    intent: Option<Id<id::Intent>>,
) -> Result<Comment, Refusal> {
    let proposal = visible(work, permit, id).await?;
    if work.proposals().count_comments(id).await? >= MOST_COMMENTS {
        return Err(Conflict::LimitReached("a proposal holds at most 1000 comments").into());
    }
    if let Some(thread) = thread {
        let known = work.proposals().comments(id).await?.into_iter().any(|comment| comment.id == thread);
        if !known {
            return Err(Refusal::flaw("/thread", "invalid-reference", "names no comment on this proposal"));
        }
    }
    if intent.is_some_and(|intent| !proposal.patch.intents().contains(&intent)) {
        return Err(Refusal::flaw("/intent", "invalid-reference", "names no intent of this proposal"));
    }
    let comment = remark(work, &proposal, Some(permit.answers()?), text, thread, intent).await?;
    tell(work, &proposal, Kind::ProposalCommented, proposal.approvals.keys().copied())?;
    Ok(comment)
}

async fn remark(
    work: &Work<'_>,
    proposal: &Proposal,
    author: Option<Id<id::Member>>,
    text: Note,
    thread: Option<Id<id::Comment>>,
    intent: Option<Id<id::Intent>>,
) -> Result<Comment, Refusal> {
    let (id, proposal, created_at) = (work.new_id()?, proposal.id, work.now());
    let comment = Comment { id, proposal, author, thread, intent, text, created_at };
    work.proposals().comment(&comment).await?;
    Ok(comment)
}

/// A proposal that somebody decides over, with the touched departments for which they may.
async fn decided(
    work: &Work<'_>,
    permit: &Permit<AcceptProposals>,
    id: Id<id::Proposal>,
) -> Result<(Proposal, BTreeSet<Id<id::Department>>), Refusal> {
    let proposal = work.proposals().lock(id).await?.ok_or(Refusal::NotFound)?;
    let mine: BTreeSet<_> =
        proposal.approvals.keys().copied().filter(|department| permit.reach().covers(*department)).collect();
    if !mine.is_empty() && proposal.state != State::Draft {
        return Ok((proposal, mine));
    }
    let reads = judge::<ReadProposals>(permit.actor()).is_ok_and(|permit| sees(&permit, &proposal));
    Err(if reads && proposal.state != State::Draft { Refusal::Forbidden("proposal.accept") } else { Refusal::NotFound })
}

/// Approves for one's departments; the last approval merges into the drafts, all or none. With changes of their own the
/// owner accepts something else than was proposed: these may only be to their own departments, and the other departments
/// approve anew.
pub async fn approve(
    work: &Work<'_>,
    permit: &Permit<AcceptProposals>,
    id: Id<id::Proposal>,
    amendment: Amendment,
) -> Result<Shown, Refusal> {
    let (mut proposal, mut mine) = decided(work, permit, id).await?;
    let by = permit.answers()?;
    if by == proposal.author {
        return Err(Conflict::OwnProposal.into());
    }
    let patch = match amendment {
        Amendment::AsProposed => None,
        Amendment::Asked(asked) => Some(drawn(work, permit, asked).await?),
        Amendment::Edited { dropped, texts } => Some(edited(&proposal.patch, &dropped, &texts)?),
    };
    if let Some(patch) = patch.filter(|patch| *patch != proposal.patch) {
        let (base, touched) = based(work, permit.actor(), &patch).await?;
        let others = |patch: &PatchSet, base: &Contents| -> BTreeSet<String> {
            let own = |line: &Line| {
                mine.contains(&line.department) && line.to.as_ref().is_none_or(|to| mine.contains(&to.department))
            };
            patch.told(base).iter().filter(|line| !own(line)).map(|line| format!("{line:?}")).collect()
        };
        if others(&patch, &base) != others(&proposal.patch, &proposal.base) {
            return Err(Refusal::Forbidden("proposal.accept"));
        }
        proposal.change(patch, base, touched)?;
        // Four eyes have not seen what the owner alone changed.
        let watched: BTreeSet<_> =
            work.departments().all().await?.into_iter().filter(|of| of.four_eyes).map(|of| of.id).collect();
        mine.retain(|department| proposal.approvals.contains_key(department) && !watched.contains(department));
        tell(work, &proposal, Kind::ProposalAmended, mine.iter().copied())?;
    }
    let next = proposal.approve(by, &mine, work.now())?;
    tell(work, &proposal, Kind::ProposalApproved, mine)?;
    let proposal = match next {
        Next::Merge => merge_in(work, proposal).await?,
        Next::Wait => proposal,
    };
    let proposal = keep(work, proposal).await?;
    shown(work, permit.actor(), work.app(), proposal).await
}

/// Merges what every department approved into the drafts, once what clashed does so no more.
pub async fn merge_accepted(
    work: &Work<'_>,
    permit: &Permit<AcceptProposals>,
    id: Id<id::Proposal>,
) -> Result<Shown, Refusal> {
    let (proposal, _) = decided(work, permit, id).await?;
    if proposal.state != State::Accepted {
        return Err(Conflict::NotApproved.into());
    }
    let proposal = merge_in(work, proposal).await?;
    if proposal.state == State::Accepted {
        return Err(Conflict::Clashes.into());
    }
    let proposal = keep(work, proposal).await?;
    shown(work, permit.actor(), work.app(), proposal).await
}

/// Puts a proposal into the drafts of all departments that it touches; where something clashes it stays accepted.
async fn merge_in(work: &Work<'_>, mut proposal: Proposal) -> Result<Proposal, Refusal> {
    work.intents().hold(proposal.patch.intents()).await?;
    let before = drafts(work, everywhere(work).await?).await?;
    let merged = merge(&proposal.base, &before, &proposal.patch, |_| None).map_err(|misfits| unfit(&misfits))?;
    if merged.clashes.is_empty() {
        write(work, &before, &merged.contents, &json!({ "proposal": proposal.id })).await?;
        proposal.merged(work.now())?;
        tell(work, &proposal, Kind::ProposalMerged, proposal.approvals.keys().copied())?;
    }
    Ok(proposal)
}

/// Asks the author for changes, and says which.
pub async fn request_changes(
    work: &Work<'_>,
    permit: &Permit<AcceptProposals>,
    id: Id<id::Proposal>,
    text: Note,
) -> Result<Shown, Refusal> {
    let (mut proposal, mine) = decided(work, permit, id).await?;
    proposal.request_changes()?;
    remark(work, &proposal, Some(permit.answers()?), text, None, None).await?;
    tell(work, &proposal, Kind::ChangesRequested, mine)?;
    let proposal = keep(work, proposal).await?;
    shown(work, permit.actor(), work.app(), proposal).await
}

/// Declines a proposal and says why.
pub async fn decline(
    work: &Work<'_>,
    permit: &Permit<AcceptProposals>,
    id: Id<id::Proposal>,
    reason: Note,
) -> Result<Shown, Refusal> {
    let (mut proposal, mine) = decided(work, permit, id).await?;
    if permit.answers()? == proposal.author {
        return Err(Conflict::OwnProposal.into());
    }
    proposal.decline(reason)?;
    tell(work, &proposal, Kind::ProposalDeclined, mine)?;
    let proposal = keep(work, proposal).await?;
    shown(work, permit.actor(), work.app(), proposal).await
}

/// The departments that are named in views, by their ids.
pub async fn departments(tx: &Tx) -> Result<Vec<Department>, Refusal> {
    Ok(tx.departments().all().await?)
}
