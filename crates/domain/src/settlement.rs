//! How the owners of two overlapping intents settle it, as a change of their drafts.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{
    Conflict, Id, Moment, Refusal,
    boundary::{Boundary, Condition},
    content::FrozenIntent,
    id,
    patch::{Change, Contents, PatchSet, placed},
    text::Note,
};

/// How long the owners have to decide by themselves.
pub const TIME: Duration = Duration::from_hours(7 * 24);
/// The longest time for which an overlap is ignored.
pub const LONGEST_IGNORED: Duration = Duration::from_hours(365 * 24);

/// What is agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Terms {
    /// These phrases go over to the other intent.
    MovePhrases {
        /// Where they stand.
        from: Id<id::Intent>,
        /// Where they go.
        to: Id<id::Intent>,
        /// Which.
        phrases: Vec<Id<id::Phrase>>,
    },
    /// The topic is one department's: its intent takes the other's phrases, and the other goes.
    Claim {
        /// What stays.
        intent: Id<id::Intent>,
        /// What goes.
        gives_way: Id<id::Intent>,
    },
    /// Where the conditions hold, one is meant whenever the other seems to be.
    Boundary {
        /// What is meant there.
        intent: Id<id::Intent>,
        /// What is not.
        against: Id<id::Intent>,
        /// The conditions; never empty.
        when: Vec<Condition>,
    },
    /// One intent, its owners together: it takes the other's phrases, and the other's answers where the conditions hold.
    Shared {
        /// What stays.
        intent: Id<id::Intent>,
        /// What is merged into it.
        merged: Id<id::Intent>,
        /// Where the answers of what was merged are given; never empty.
        when: Vec<Condition>,
    },
    /// An intent gets another owner.
    HandOver {
        /// Which.
        intent: Id<id::Intent>,
        /// The new owner.
        to: Id<id::Department>,
    },
    /// It is let be until then.
    Ignore {
        /// Until when.
        until: Moment,
        /// Why.
        reason: Note,
    },
}

const NOT_BOTH: (&str, &str) =
    ("invalid-reference", "an intent of the overlap is in no draft of its departments any more");

impl Terms {
    /// The kinds' names.
    pub const KINDS: [&'static str; 6] = ["move_phrases", "claim", "boundary", "shared", "hand_over", "ignore"];

    /// The kind's name.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::MovePhrases { .. } => "move_phrases",
            Self::Claim { .. } => "claim",
            Self::Boundary { .. } => "boundary",
            Self::Shared { .. } => "shared",
            Self::HandOver { .. } => "hand_over",
            Self::Ignore { .. } => "ignore",
        }
    }

    /// The intents that they name.
    #[must_use]
    pub fn intents(&self) -> Vec<Id<id::Intent>> {
        match self {
            Self::MovePhrases { from: one, to: other, .. }
            | Self::Claim { intent: one, gives_way: other }
            | Self::Boundary { intent: one, against: other, .. }
            | Self::Shared { intent: one, merged: other, .. } => vec![*one, *other],
            Self::HandOver { intent, .. } => vec![*intent],
            Self::Ignore { .. } => vec![],
        }
    }

    /// The change of the drafts; empty for what is ignored. The error is a code and a sentence.
    pub fn patch(&self, drafts: &Contents) -> Result<PatchSet, (&'static str, &'static str)> {
        let whole = |id: Id<id::Intent>| placed(drafts, id).ok_or(NOT_BOTH);
        let moves = |from: &FrozenIntent, to: Id<id::Intent>| -> Vec<Change> {
            let phrases = from.phrases.iter();
            phrases.map(|phrase| Change::MovePhrase { intent: from.id, phrase: phrase.id, to }).collect()
        };
        let changes = match self {
            Self::MovePhrases { from, to, phrases } => {
                whole(*to)?;
                let from = whole(*from)?.intent;
                if phrases.iter().any(|phrase| from.phrases.iter().all(|own| own.id != *phrase)) {
                    return Err(("invalid-reference", "a phrase stands in the intent no more"));
                }
                if phrases.len() >= from.phrases.len() {
                    return Err(("invalid", "an intent keeps at least one phrase; claim the topic instead"));
                }
                phrases.iter().map(|phrase| Change::MovePhrase { intent: from.id, phrase: *phrase, to: *to }).collect()
            }
            Self::Claim { intent, gives_way } => {
                let (stays, goes) = (whole(*intent)?.intent, whole(*gives_way)?.intent);
                let mut changes = moves(goes, stays.id);
                changes.push(Change::RemoveIntent { intent: goes.id });
                changes
            }
            Self::Boundary { intent, against, when } => {
                whole(*against)?;
                let mut rules = whole(*intent)?.intent.rules.clone();
                let boundary = Boundary { against: *against, when: when.clone() };
                if rules.boundaries.contains(&boundary) {
                    return Err(("duplicate", "this boundary is there already"));
                }
                rules.boundaries.push(boundary);
                vec![Change::Settle { intent: *intent, rules }]
            }
            Self::Shared { intent, merged, when } => {
                let (stays, goes) = (whole(*intent)?, whole(*merged)?);
                let mut changes = moves(goes.intent, *intent);
                let mut rules = stays.intent.rules.clone();
                if goes.department != stays.department && !rules.sharers.contains(&goes.department) {
                    rules.sharers.push(goes.department);
                    rules.sharers.sort_unstable();
                    changes.push(Change::Settle { intent: *intent, rules });
                }
                let there = goes.intent.answers.iter().map(|answer| {
                    let mut answer = answer.clone();
                    answer.when.extend(when.iter().cloned());
                    answer.when.sort();
                    answer.when.dedup();
                    Change::SetAnswer { intent: *intent, answer }
                });
                changes.extend(there);
                changes.push(Change::RemoveIntent { intent: *merged });
                changes
            }
            Self::HandOver { intent, to } => {
                if whole(*intent)?.department == *to {
                    return Err(("invalid", "the department has this intent already"));
                }
                vec![Change::MoveIntent { intent: *intent, to: *to }]
            }
            Self::Ignore { .. } => vec![],
        };
        Ok(PatchSet { changes })
    }
}

/// Where a settlement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// One side proposed it.
    Proposed,
    /// It is settled, and in the drafts.
    Accepted,
    /// The other side declined it.
    Declined,
    /// Who proposed it took it back.
    Withdrawn,
    /// It was settled, and taken out of the drafts again.
    Undone,
}

impl State {
    const ALL: [Self; 5] = [Self::Proposed, Self::Accepted, Self::Declined, Self::Withdrawn, Self::Undone];

    /// The state's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Undone => "undone",
        }
    }

    /// Reads what [`State::name`] writes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// How well phrases are recognised, each by a model that never saw it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Evaluation {
    /// The two intents, as far as they are there.
    pub intents: Vec<Routing>,
    /// Every department.
    pub departments: Vec<Recall>,
}

/// Where an intent's phrases go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Routing {
    /// The intent.
    pub intent: Id<id::Intent>,
    /// How many of its phrases were judged.
    pub phrases: usize,
    /// The share of them that is given to an intent of its department.
    pub to_its_department: f64,
    /// The share that is given to itself.
    pub to_itself: f64,
}

/// How many of a department's phrases are recognised as its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recall {
    /// The department.
    pub department: Id<id::Department>,
    /// How many of its phrases were judged.
    pub phrases: usize,
    /// The share of them that is given to one of its intents.
    pub recall: f64,
}

/// How to take a settlement out of the drafts again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undo {
    /// The touched departments' drafts as the settlement left them.
    pub base: Contents,
    /// The way back from there.
    pub patch: PatchSet,
}

/// A settlement.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// Its identifier.
    pub id: Id<id::Settlement>,
    /// Of which overlap.
    pub overlap: Id<id::Overlap>,
    /// Where it stands.
    pub state: State,
    /// What is agreed.
    pub terms: Terms,
    /// Why it was declined, or decided by the leader.
    pub reason: Option<Note>,
    /// Who proposed it.
    pub proposed_by: Id<id::Member>,
    /// For which department.
    pub proposed_for: Id<id::Department>,
    /// Who decided.
    pub decided_by: Option<Id<id::Member>>,
    /// Whether the leader decided in the owners' place.
    pub arbitrated: bool,
    /// Until when the owners decide by themselves.
    pub due_at: Moment,
    /// When it was decided.
    pub decided_at: Option<Moment>,
    /// How well phrases are recognised without it; `None` until that is known.
    pub before: Option<Evaluation>,
    /// And with it.
    pub after: Option<Evaluation>,
    /// The way back; once it is accepted.
    pub undo: Option<Undo>,
    /// Who took it back out of the drafts.
    pub undone_by: Option<Id<id::Member>>,
    /// Rises with each change.
    pub version: i64,
    /// When it was proposed.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

impl Settlement {
    /// Refuses what is not in this state.
    pub fn must_be(&self, state: State) -> Result<(), Refusal> {
        if self.state == state { Ok(()) } else { Err(Conflict::NotSettling.into()) }
    }

    /// The decision of the other side, or of the leader once the owners' time has passed.
    pub fn decide(
        &mut self,
        accepts: bool,
        by: Id<id::Member>,
        arbitrates: bool,
        reason: Option<Note>,
        now: Moment,
    ) -> Result<(), Refusal> {
        self.must_be(State::Proposed)?;
        if arbitrates && now < self.due_at {
            return Err(Conflict::NotDue.into());
        }
        self.state = if accepts { State::Accepted } else { State::Declined };
        self.decided_by = Some(by);
        self.decided_at = Some(now);
        self.arbitrated = arbitrates;
        self.reason = reason;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        boundary::Test,
        content::Content,
        intent::{Answer, Phrase, Rules},
        text::{AnswerText, Language},
    };
    use uuid::Uuid;

    fn id<K>(n: u128) -> Id<K> {
        Id::from_uuid(Uuid::from_u128(n))
    }

    fn intent(n: u128, phrases: &[u128]) -> FrozenIntent {
        let phrase = |p: &u128| Phrase { id: id(*p), text: format!("phrase {p}"), language: None };
        FrozenIntent {
            id: id(n),
            name: format!("intent {n}"),
            title: None,
            phrases: phrases.iter().map(phrase).collect(),
            answers: vec![Answer {
                language: Language::parse("en").unwrap(),
                channel: None,
                text: AnswerText::parse(&format!("answer {n}")).unwrap(),
                buttons: vec![],
                when: vec![],
            }],
            rules: Rules::default(),
        }
    }

    fn drafts() -> Contents {
        let of = |intent| Content { intents: vec![intent] };
        [(id(1), of(intent(10, &[100, 101]))), (id(2), of(intent(20, &[200, 201])))].into()
    }

    fn page() -> Vec<Condition> {
        vec![Condition { key: "page".to_owned(), test: Test::Equals("/b".to_owned()) }]
    }

    fn all() -> [Terms; 6] {
        [
            Terms::MovePhrases { from: id(10), to: id(20), phrases: vec![id(100)] },
            Terms::Claim { intent: id(10), gives_way: id(20) },
            Terms::Boundary { intent: id(20), against: id(10), when: page() },
            Terms::Shared { intent: id(10), merged: id(20), when: page() },
            Terms::HandOver { intent: id(20), to: id(1) },
            Terms::Ignore { until: Moment(9), reason: Note::stored("so".to_owned()) },
        ]
    }

    #[test]
    fn each_kind_fits_the_drafts_and_its_way_back_is_exact() {
        for terms in all() {
            let before = drafts();
            let after = terms.patch(&before).unwrap().apply(&before).unwrap();
            assert_eq!(after == before, matches!(terms, Terms::Ignore { .. }), "{}", terms.kind());
            assert_eq!(PatchSet::between(&after, &before).apply(&after).unwrap(), before, "{}", terms.kind());
            let json = serde_json::to_string(&terms).unwrap();
            assert_eq!(serde_json::from_str::<Terms>(&json).unwrap(), terms);
            assert!(json.contains(terms.kind()) && Terms::KINDS.contains(&terms.kind()));
        }
    }

    #[test]
    fn what_is_shared_answers_by_context_and_names_both_owners() {
        let [_, _, _, shared, ..] = all();
        let after = shared.patch(&drafts()).unwrap().apply(&drafts()).unwrap();
        let kept = placed(&after, id(10)).unwrap().intent;
        assert!(placed(&after, id(20)).is_none());
        assert_eq!((kept.phrases.len(), kept.answers.len()), (4, 2));
        assert_eq!(kept.answers[1].when, page());
        assert_eq!(kept.rules.sharers, [id(2)]);
    }

    #[test]
    fn what_does_not_fit_any_more_is_refused() {
        let all_of_it = Terms::MovePhrases { from: id(10), to: id(20), phrases: vec![id(100), id(101)] };
        assert_eq!(all_of_it.patch(&drafts()).unwrap_err().0, "invalid");
        let gone = Terms::Claim { intent: id(10), gives_way: id(30) };
        assert_eq!(gone.patch(&drafts()).unwrap_err().0, "invalid-reference");
        let own = Terms::HandOver { intent: id(20), to: id(2) };
        assert_eq!(own.patch(&drafts()).unwrap_err().0, "invalid");
    }

    #[test]
    fn the_leader_decides_only_when_the_owners_time_has_passed() {
        let mut settlement = Settlement {
            id: id(1),
            overlap: id(2),
            state: State::Proposed,
            terms: all()[1].clone(),
            reason: None,
            proposed_by: id(3),
            proposed_for: id(1),
            decided_by: None,
            arbitrated: false,
            due_at: Moment(10),
            decided_at: None,
            before: None,
            after: None,
            undo: None,
            undone_by: None,
            version: 1,
            created_at: Moment(0),
            updated_at: Moment(0),
        };
        let early = settlement.decide(true, id(4), true, None, Moment(9));
        assert!(matches!(early, Err(Refusal::Conflict(Conflict::NotDue))));
        settlement.decide(true, id(4), true, None, Moment(10)).unwrap();
        assert!(settlement.arbitrated && settlement.state == State::Accepted);
        assert!(settlement.decide(false, id(4), false, None, Moment(11)).is_err());
    }
}
