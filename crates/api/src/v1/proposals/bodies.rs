//! What people send about proposals, read strictly: each flaw with its place.

use guildhall_app::proposal::{Asked, NewProposal, ProposalPatch};
use guildhall_domain::{
    Flaws, Id, Refusal, id,
    intent::AnswerPlace,
    patch::{MOST_CHANGES, Take},
    text::{IntentName, Language, Name, Note, TextFlaw, Title},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::v1::{
    answer::{given, present},
    intents::{AnswerBody, ConditionBody, IntentBody, PhraseBody, read_answers_at, read_conditions, read_phrases_at},
};

/// A proposal that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProposalBody {
    /// What it is about.
    #[schema(min_length = 1, max_length = 100, example = "Say «parcel» as our visitors do")]
    title: String,
    /// Why.
    #[schema(max_length = 1000)]
    note: Option<String>,
    /// The changes, in the order in which they are made.
    #[schema(min_items = 1, max_items = 2000)]
    changes: Vec<ChangeBody>,
    /// Whether its author still writes it, so that nobody else sees it.
    #[serde(default)]
    draft: bool,
}

/// What changes; what is absent stays, null takes away. Where the changes differ, approvals lapse.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProposalPatchBody {
    /// Another title.
    #[serde(default, deserialize_with = "given")]
    #[schema(min_length = 1, max_length = 100, nullable = false, example = "Say «parcel» as our visitors do")]
    title: Option<String>,
    /// Another note.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 1000)]
    note: Option<Option<String>>,
    /// All changes anew, over what one sees now.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false)]
    changes: Option<Vec<ChangeBody>>,
    /// `open` opens what was a draft.
    #[serde(default, deserialize_with = "given")]
    #[schema(nullable = false, example = "open")]
    state: Option<String>,
}

/// One change: `op` says which, and which of the other fields it takes.
///
/// `add_intent` (department, intent), `remove_intent` (in), `move_intent` (in, department), `rename` (in, name), `retitle`
/// (in, title), `add_phrases` (in, phrases), `remove_phrases` (in, phrase_ids), `move_phrases` (in, phrase_ids, to),
/// `set_answer` (in, answer), `remove_answer` (in, language, channel, when).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangeBody {
    /// What is done.
    #[schema(example = "add_phrases")]
    op: String,
    /// The intent in which it is done.
    #[serde(rename = "in")]
    #[schema(example = "int_01jd0000007000g00000000001")]
    within: Option<String>,
    /// A department's key: of a new intent, or of an intent's new owner.
    department: Option<String>,
    /// A new intent.
    intent: Option<IntentBody>,
    /// An intent's new name.
    name: Option<String>,
    /// An intent's new title; absent or null takes it away.
    title: Option<String>,
    /// Phrases that come.
    phrases: Option<Vec<PhraseBody>>,
    /// Phrases that go.
    phrase_ids: Option<Vec<String>>,
    /// The intent that phrases go to.
    to: Option<String>,
    /// An answer, which takes the place of the one for the same language, channel and context.
    answer: Option<AnswerBody>,
    /// The language of an answer that goes.
    language: Option<String>,
    /// The channel of an answer that goes.
    channel: Option<String>,
    /// The context of an answer that goes.
    when: Option<Vec<ConditionBody>>,
}

/// What is accepted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApprovalBody {
    /// Accepts this in place of what was proposed. It may differ in one's own departments only.
    changes: Option<Vec<ChangeBody>>,
}

/// What is said to the author.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReasonBody {
    /// Why, or what should be changed.
    #[schema(min_length = 1, max_length = 1000, example = "Visitors call it a shipment here")]
    reason: String,
}

/// A remark.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommentBody {
    /// The words.
    #[schema(min_length = 1, max_length = 1000, example = "Could the Finnish answer say so too?")]
    text: String,
    /// The comment that it answers.
    #[schema(example = "cmt_01jd0000007000g00000000001")]
    thread: Option<String>,
    /// The intent that it is about.
    #[schema(example = "int_01jd0000007000g00000000001")]
    intent: Option<String>,
}

/// Which side each clash takes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RebaseBody {
    /// By the keys of `clashes`; all of them.
    #[serde(default)]
    choices: Vec<ChoiceBody>,
}

/// Which side a clash takes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChoiceBody {
    /// The clash.
    key: String,
    /// `theirs`, as it is now; or `patch`, as it was proposed.
    #[schema(example = "patch")]
    take: String,
}

impl ProposalBody {
    pub(super) fn parse(self) -> Result<NewProposal, Refusal> {
        let mut flaws = Flaws::default();
        let title = flaws.take("/title", Name::parse(&self.title));
        let note = self.note.and_then(|note| flaws.take("/note", Note::parse(&note)));
        let changes = read_changes(self.changes, &mut flaws);
        flaws.settle(title.map(|title| NewProposal { title, note, changes, draft: self.draft }))
    }
}

impl ProposalPatchBody {
    pub(super) fn parse(self) -> Result<ProposalPatch, Refusal> {
        let mut flaws = Flaws::default();
        let title = self.title.and_then(|title| flaws.take("/title", Name::parse(&title)));
        let note = self.note.map(|note| note.and_then(|note| flaws.take("/note", Note::parse(&note))));
        let changes = self.changes.map(|changes| read_changes(changes, &mut flaws));
        if self.state.as_deref().is_some_and(|state| state != "open") {
            flaws.add("/state", "invalid", "must be open");
        }
        let open = self.state.is_some();
        flaws.settle(Some(ProposalPatch { title, note, changes, open }))
    }
}

impl ApprovalBody {
    pub(super) fn parse(self) -> Result<Option<Vec<Asked>>, Refusal> {
        let mut flaws = Flaws::default();
        let changes = self.changes.map(|changes| read_changes(changes, &mut flaws));
        flaws.settle(Some(changes))
    }
}

impl ReasonBody {
    pub(super) fn parse(self) -> Result<Note, Refusal> {
        let mut flaws = Flaws::default();
        let reason = flaws.take("/reason", Note::parse(&self.reason));
        flaws.settle(reason)
    }
}

/// A comment's words, the thread that it answers in, the intent that it is about.
pub(super) type Remark = (Note, Option<Id<id::Comment>>, Option<Id<id::Intent>>);

impl CommentBody {
    pub(super) fn parse(self) -> Result<Remark, Refusal> {
        let mut flaws = Flaws::default();
        let text = flaws.take("/text", Note::parse(&self.text));
        let thread = self.thread.map(|id| named(&id, "/thread", &mut flaws));
        let intent = self.intent.map(|id| named(&id, "/intent", &mut flaws));
        flaws.settle(text.map(|text| (text, thread.flatten(), intent.flatten())))
    }
}

impl RebaseBody {
    pub(super) fn parse(self) -> Result<std::collections::BTreeMap<String, Take>, Refusal> {
        let mut flaws = Flaws::default();
        let mut all = std::collections::BTreeMap::new();
        for (at, choice) in self.choices.into_iter().enumerate() {
            match choice.take.as_str() {
                "theirs" => drop(all.insert(choice.key, Take::Theirs)),
                "patch" => drop(all.insert(choice.key, Take::Patch)),
                _ => flaws.add(format!("/choices/{at}/take"), "invalid", "must be theirs or patch"),
            }
        }
        flaws.settle(Some(all))
    }
}

/// Reads an id; another kind of text names nothing.
pub(crate) fn named<K: id::Kind>(text: &str, pointer: &str, flaws: &mut Flaws) -> Option<Id<K>> {
    text.parse().map_err(|_| flaws.add(pointer, "invalid-reference", "names nothing of this kind")).ok()
}

fn read_changes(bodies: Vec<ChangeBody>, flaws: &mut Flaws) -> Vec<Asked> {
    if !(1..=MOST_CHANGES).contains(&bodies.len()) {
        flaws.add("/changes", "out-of-range", "must hold 1 to 2000 changes");
    }
    let read = |(at, body): (usize, ChangeBody)| body.read(&format!("/changes/{at}"), flaws);
    bodies.into_iter().enumerate().filter_map(read).collect()
}

fn needed<T>(value: Option<T>, pointer: String, flaws: &mut Flaws) -> Option<T> {
    if value.is_none() {
        flaws.add(pointer, "missing-field", "is needed for this op");
    }
    value
}

impl ChangeBody {
    fn read(self, at: &str, flaws: &mut Flaws) -> Option<Asked> {
        let within = |flaws: &mut Flaws| {
            let id = needed(self.within.as_deref(), format!("{at}/in"), flaws)?;
            named::<id::Intent>(id, &format!("{at}/in"), flaws)
        };
        let phrases = |flaws: &mut Flaws| {
            let ids = needed(self.phrase_ids.as_deref(), format!("{at}/phrase_ids"), flaws)?;
            let read = |(n, id): (usize, &String)| named(id, &format!("{at}/phrase_ids/{n}"), flaws);
            Some(ids.iter().enumerate().filter_map(read).collect::<Vec<Id<id::Phrase>>>())
        };
        let below = |field: &str| format!("{at}/{field}");
        match self.op.as_str() {
            "add_intent" => {
                let department = needed(self.department, below("department"), flaws);
                let intent = needed(self.intent, below("intent"), flaws)?.read(&below("intent"), flaws);
                department.zip(intent).map(|(department, intent)| Asked::AddIntent(department, intent))
            }
            "remove_intent" => within(flaws).map(Asked::RemoveIntent),
            "move_intent" => {
                let intent = within(flaws);
                let department = needed(self.department, below("department"), flaws);
                intent.zip(department).map(|(intent, department)| Asked::MoveIntent(intent, department))
            }
            "rename" => {
                let intent = within(flaws);
                let name = needed(self.name, below("name"), flaws)?;
                let name = flaws.take(below("name"), IntentName::parse(&name));
                intent.zip(name).map(|(intent, name)| Asked::Rename(intent, name))
            }
            "retitle" => {
                let intent = within(flaws);
                let title = self.title.and_then(|title| flaws.take(below("title"), Title::parse(&title)));
                intent.map(|intent| Asked::Retitle(intent, title))
            }
            "add_phrases" => {
                let intent = within(flaws);
                let phrases = needed(self.phrases, below("phrases"), flaws)?;
                let phrases = read_phrases_at(phrases, &below("phrases"), flaws);
                intent.map(|intent| Asked::AddPhrases(intent, phrases))
            }
            "remove_phrases" => {
                within(flaws).zip(phrases(flaws)).map(|(intent, all)| Asked::RemovePhrases(intent, all))
            }
            "move_phrases" => {
                let both = within(flaws).zip(phrases(flaws));
                let to = needed(self.to.as_deref(), below("to"), flaws)?;
                let to = named(to, &below("to"), flaws);
                both.zip(to).map(|((intent, all), to)| Asked::MovePhrases(intent, all, to))
            }
            "set_answer" => {
                let intent = within(flaws);
                let answer = needed(self.answer, below("answer"), flaws)?;
                let answer = read_answers_at(vec![answer], &below("answer"), flaws).pop();
                intent.zip(answer).map(|(intent, answer)| Asked::SetAnswer(intent, answer))
            }
            "remove_answer" => {
                let intent = within(flaws);
                let language = needed(self.language, below("language"), flaws)?;
                let language = flaws.take(below("language"), Language::parse(&language));
                let when = read_conditions(self.when.as_deref().unwrap_or_default(), &below("when"), flaws);
                let place = language.map(|language| AnswerPlace { language, channel: self.channel, when });
                intent.zip(place).map(|(intent, place)| Asked::RemoveAnswer(intent, place))
            }
            _ => flaws.take(below("op"), Err(TextFlaw::Form("must be a kind of change"))),
        }
    }
}
