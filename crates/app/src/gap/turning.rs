//! What becomes of a gap with one call: phrases of an intent, a new intent, or a request to the department that knows.

use std::collections::BTreeSet;

use guildhall_domain::{
    Actor, Conflict, Id, Permit, Refusal,
    event::{Event, Kind},
    gap::{Example, Gap, MOST_EXAMPLES, Reason, State},
    id,
    intent::{Answer, NewIntent, NewPhrase, Phrase, Warning, WholeIntent},
    policy::{EditDraft, ReadGaps, judge},
    text::{IntentName, Language, PhraseText, Title},
};
use serde_json::json;

use super::{Whole, closed, save, whole, within};
use crate::{Work, intent};

/// Where a gap's examples go: all of them, or some.
#[derive(Debug)]
pub struct Into {
    /// The key of the department whose draft it is.
    pub department: String,
    /// The examples; all of them where none is named.
    pub messages: Vec<Id<id::Message>>,
}

/// An intent that is made of a gap.
#[derive(Debug)]
pub struct NewOfGap {
    /// Its name.
    pub name: IntentName,
    /// What visitors see; the gap's title where absent.
    pub title: Option<Title>,
    /// What the bot replies.
    pub answers: Vec<Answer>,
}

/// A gap that may be turned into something, with the examples that are wanted.
async fn turned(
    work: &Work<'_>,
    permit: &Permit<EditDraft>,
    id: Id<id::Gap>,
    messages: &[Id<id::Message>],
) -> Result<(Gap, Vec<Example>), Refusal> {
    let reads = judge::<ReadGaps>(permit.actor())?;
    let gap = work.gaps().get(reads.reach(), id).await?.ok_or(Refusal::NotFound)?;
    if !matches!(gap.state, State::Open | State::Requested) {
        return Err(Conflict::GapNotOpen.into());
    }
    let most = u64::try_from(2 * MOST_EXAMPLES).unwrap_or(u64::MAX);
    let mut examples = work.gaps().examples(id, most).await?;
    if !messages.is_empty() {
        let wanted: BTreeSet<_> = messages.iter().copied().collect();
        examples.retain(|example| wanted.contains(&example.message));
        if examples.len() != wanted.len() {
            return Err(Refusal::flaw("/messages", "invalid-reference", "must name examples of the gap"));
        }
    }
    Ok((gap, examples))
}

/// Examples as phrases: what was masked is no way to say it, so such words are left out.
fn phrases(examples: &[Example]) -> Vec<NewPhrase> {
    let phrase = |example: &Example| {
        let text = example.text.as_deref()?;
        let plain = text.split_whitespace().filter(|word| !(word.contains('[') && word.contains(']')));
        let text = PhraseText::parse(&plain.collect::<Vec<_>>().join(" ")).ok()?;
        let language = example.language.as_deref().and_then(|language| Language::parse(language).ok());
        Some(NewPhrase { text, language })
    };
    examples.iter().filter_map(phrase).collect()
}

/// Makes a gap's examples phrases of an intent, in a draft of one's own; the gap is answered by it.
pub async fn into_phrases(
    work: &Work<'_>,
    permit: &Permit<EditDraft>,
    id: Id<id::Gap>,
    into: Into,
    intent: Id<id::Intent>,
) -> Result<(Whole, Vec<Phrase>, Vec<Warning>), Refusal> {
    let (gap, examples) = turned(work, permit, id, &into.messages).await?;
    crate::department::referred(work, permit, &into.department, "/department").await?;
    let (phrases, warnings) = intent::add_phrases(work, permit, &into.department, intent, phrases(&examples)).await?;
    let gap = closed(work, gap, Reason::Answered, Some(intent.to_string())).await?;
    Ok((whole(work, gap, work.now()).await?, phrases, warnings))
}

/// Makes a gap a new intent, in a draft of one's own; the gap is answered by it.
pub async fn into_intent(
    work: &Work<'_>,
    permit: &Permit<EditDraft>,
    id: Id<id::Gap>,
    into: Into,
    new: NewOfGap,
) -> Result<(Whole, WholeIntent, Vec<Warning>), Refusal> {
    let (gap, examples) = turned(work, permit, id, &into.messages).await?;
    crate::department::referred(work, permit, &into.department, "/department").await?;
    let NewOfGap { name, title, answers } = new;
    let title = title.or_else(|| Some(gap.title.clone()));
    let new = NewIntent { name, title, phrases: phrases(&examples), answers };
    let (made, warnings) = intent::create(work, permit, &into.department, new).await?;
    let gap = closed(work, gap, Reason::Answered, Some(made.intent.id.to_string())).await?;
    Ok((whole(work, gap, work.now()).await?, made, warnings))
}

/// Notes that a department is asked to answer a gap, and gives how visitors say it. A gap that is out of the asker's sight
/// is no gap to them.
pub(crate) async fn ask(
    work: &Work<'_>,
    actor: &Actor,
    id: Id<id::Gap>,
    request: Id<id::KnowledgeRequest>,
) -> Result<Vec<PhraseText>, Refusal> {
    let unknown = || Refusal::flaw("/gap", "invalid-reference", "names no gap");
    let reads = judge::<ReadGaps>(actor).map_err(|_| unknown())?;
    let mut gap = work.gaps().get(reads.reach(), id).await?.ok_or_else(unknown)?;
    if gap.state != State::Open {
        return Err(Conflict::GapNotOpen.into());
    }
    (gap.state, gap.note) = (State::Requested, Some(request.to_string()));
    let gap = save(work, gap).await?;
    work.tell(within(Event::of(Kind::GapRequested, id).with(json!({ "request": request })), &gap))?;
    let most = u64::try_from(MOST_EXAMPLES).unwrap_or(u64::MAX);
    let mut examples = work.gaps().examples(id, most).await?;
    let place = |example: &Example| gap.central.iter().position(|id| *id == example.message).unwrap_or(usize::MAX);
    examples.sort_by_key(place);
    Ok(phrases(&examples).into_iter().map(|phrase| phrase.text).collect())
}

/// Closes the gap that a department was asked about, since its answer is in the draft.
pub(crate) async fn answered(work: &Work<'_>, id: Id<id::Gap>, intent: Id<id::Intent>) -> Result<(), Refusal> {
    let gap =
        work.gaps().some(&[id]).await?.into_iter().find(|gap| matches!(gap.state, State::Open | State::Requested));
    match gap {
        Some(gap) => closed(work, gap, Reason::Answered, Some(intent.to_string())).await.map(|_| ()),
        None => Ok(()),
    }
}
