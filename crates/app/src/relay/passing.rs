//! Passing on: what a part of the events changes in the tallies, and which messages they add to the gaps.

use std::collections::{BTreeMap, HashMap};

use guildhall_domain::{
    Id, Moment, Refusal,
    conversation::{Conversation, Message, ReplyKind},
    gap::{BAD, GONE, Why},
    id,
    intent::Press,
    tally::{Asked, Cell, Measure, Party, RETURN, Talk, day_of},
};
use guildhall_persistence::{TalliedRating, Told, Tx};
use serde::{Deserialize, Serialize};

use super::{NAME, OVERLAP, PART, earlier, floor, news, news::News, time_of};
use crate::{
    App, Work,
    gap::hearing::{Read, hear, readings},
    live::LiveBot,
};

/// Passes on the next part of the events; says how many there were, and how many messages are new to the gaps.
pub(super) async fn pass(app: &App, tenant: Id<id::Tenant>) -> Result<(usize, usize), Refusal> {
    let system = App::system(tenant);
    let read = async |tx: &Tx| {
        let behind = floor(earlier(time_of(tx.relays().at(NAME).await?), OVERLAP));
        let told = tx.relays().next(behind, &news::KINDS, PART).await?;
        let mut all = Vec::with_capacity(told.len());
        for one in &told {
            all.push(news::read(tx, one).await?);
        }
        Ok((behind, told, all, app.live_bot(tx).await?))
    };
    let (behind, told, all, bot) = app.look(&system, read).await?;
    if told.is_empty() {
        return Ok((0, 0));
    }
    let unanswered = all.iter().flatten().filter_map(unanswered).map(|message| (message.id, message.text.clone()));
    let readings = readings(&bot, unanswered.collect()).await?;
    let pass = async |work: &Work<'_>| {
        let reached = work.relays().reached(NAME, work.now()).await?;
        // Another node may have been quicker: under the lock, what is still new is what nobody passed on.
        let new = work.relays().next(behind, &news::KINDS, PART).await?;
        let (mine, all): (Vec<&Told>, Vec<&Option<News>>) =
            told.iter().zip(&all).filter(|(told, _)| new.iter().any(|new| new.id == told.id)).unzip();
        let (tallies, talks) = Default::default();
        let mut page = Page { work, bot: &bot, readings: &readings, tallies, talks, heard: 0 };
        for (one, told) in all.into_iter().zip(&mine) {
            match one {
                Some(News::Reply { conversation, message, reply }) => page.reply(conversation, message, reply).await?,
                Some(News::Rating { conversation, reply, message, score }) => {
                    page.rating(conversation, reply.as_ref(), message.as_ref(), *score, told.at).await?;
                }
                None => {}
            }
        }
        let heard = page.close().await?;
        let newest = mine.last().map_or(reached, |told| told.id.uuid().max(reached));
        work.relays().pass(NAME, &mine, earlier(time_of(newest), 2 * OVERLAP)).await?;
        Ok(heard)
    };
    Ok((told.len(), app.act(&system, pass).await?))
}

/// The message that an event shows to be unanswered, if it does so at once.
fn unanswered(news: &News) -> Option<&Message> {
    match news {
        News::Reply { message, reply, .. } => {
            let kind = reply.reply.as_ref().map(|facts| facts.kind);
            (kind == Some(ReplyKind::Fallback)).then_some(message)
        }
        News::Rating { message, score, .. } => message.as_ref().filter(|_| *score <= BAD),
    }
}

/// What a part of the events comes to.
pub(super) struct Page<'a> {
    pub(super) work: &'a Work<'a>,
    pub(super) bot: &'a LiveBot,
    pub(super) readings: &'a HashMap<Id<id::Message>, Read>,
    pub(super) tallies: BTreeMap<Cell, i64>,
    pub(super) talks: HashMap<Id<id::Conversation>, Talk>,
    pub(super) heard: usize,
}

/// Where a rating was counted.
#[derive(Serialize, Deserialize)]
struct Counted {
    day: i64,
    /// None for the company.
    department: Option<Id<id::Department>>,
    intent: Option<Id<id::Intent>>,
}

impl Page<'_> {
    fn add(
        &mut self,
        talk: &Talk,
        at: Moment,
        party: Party,
        intent: Option<Id<id::Intent>>,
        measure: Measure,
        value: i64,
    ) {
        let (language, channel) = (talk.language.clone(), talk.channel);
        let cell = Cell { day: day_of(at), party, intent, language, channel, measure };
        *self.tallies.entry(cell).or_default() += value;
    }

    /// Counts how a conversation ended, or takes it back.
    pub(super) fn settle(&mut self, talk: &Talk, value: i64) {
        let Some((outcome, departments)) = &talk.settled else { return };
        self.add(talk, talk.began_at, Party::Company, None, outcome.measure(), value);
        for department in departments {
            self.add(talk, talk.began_at, Party::Department(*department), None, outcome.measure(), value);
        }
    }

    async fn known(&mut self, conversation: Id<id::Conversation>) -> Result<Option<Talk>, Refusal> {
        match self.talks.remove(&conversation) {
            Some(talk) => Ok(Some(talk)),
            None => Ok(self.work.tallies().talk(conversation).await?),
        }
    }

    async fn reply(&mut self, of: &Conversation, message: &Message, reply: &Message) -> Result<(), Refusal> {
        let Some(facts) = &reply.reply else { return Ok(()) };
        let mut talk = match self.known(of.id).await? {
            Some(talk) => talk,
            None => {
                let talk = begun(of, message, facts.kind);
                self.add(&talk, talk.began_at, Party::Company, None, Measure::Conversations, 1);
                talk
            }
        };
        self.settle(&talk, -1);
        talk.settled = None;
        if let Some(asked) = talk.asked.take() {
            let chose =
                facts.confidence.is_none() && facts.intent.is_some_and(|intent| asked.intents.contains(&intent));
            if !chose {
                self.hear(of, asked.message, Why::NotChosen).await?;
            }
        }
        match facts.kind {
            ReplyKind::Answer => {
                self.add(&talk, reply.created_at, Party::Company, None, Measure::Answered, 1);
                if let Some(department) = facts.department {
                    let party = Party::Department(department);
                    self.add(&talk, reply.created_at, party, facts.intent, Measure::Answered, 1);
                    if insert(&mut talk.departments, department) {
                        self.add(&talk, talk.began_at, party, None, Measure::Conversations, 1);
                    }
                }
                facts.intent.into_iter().for_each(|intent| {
                    insert(&mut talk.intents, intent);
                });
            }
            ReplyKind::Disambiguation => {
                let intents: Vec<Id<id::Intent>> = facts.buttons.iter().filter_map(offered).collect();
                self.add(&talk, reply.created_at, Party::Company, None, Measure::Ambiguous, 1);
                let mut owners: Vec<_> =
                    intents.iter().filter_map(|id| self.bot.intent(*id)).map(|known| known.department).collect();
                owners.sort_unstable();
                owners.dedup();
                for department in owners {
                    self.add(&talk, reply.created_at, Party::Department(department), None, Measure::Ambiguous, 1);
                }
                talk.asked = Some(Asked { message: message.id, intents });
            }
            ReplyKind::Fallback => {
                self.add(&talk, reply.created_at, Party::Company, None, Measure::OutOfScope, 1);
                self.hear(of, message.id, Why::Fallback).await?;
            }
        }
        talk.last_at = talk.last_at.max(reply.created_at);
        talk.last_kind = facts.kind;
        self.talks.insert(of.id, talk);
        Ok(())
    }

    async fn rating(
        &mut self,
        of: &Conversation,
        reply: Option<&Message>,
        message: Option<&Message>,
        score: i64,
        at: Moment,
    ) -> Result<(), Refusal> {
        // A conversation that was rated before its first reply was passed on is known by its next one.
        let kind = reply.and_then(|reply| reply.reply.as_ref()).map(|facts| facts.kind);
        let Some(mut talk) = self.known(of.id).await? else { return Ok(()) };
        self.settle(&talk, -1);
        talk.settled = None;
        let about = reply.map(|reply| reply.id);
        let before = self.work.tallies().rating(of.id, about).await?;
        let cells: Vec<Counted> = match &before {
            Some(before) => serde_json::from_str(&before.cells).map_err(Refusal::broken)?,
            None => rated(&talk, reply, at),
        };
        let was = before.map(|before| before.score);
        for cell in &cells {
            let party = cell.department.map_or(Party::Company, Party::Department);
            let at = Moment(cell.day * 86_400_000_000);
            let bad = |score: i64| i64::from(score <= BAD);
            self.add(&talk, at, party, cell.intent, Measure::Ratings, i64::from(was.is_none()));
            self.add(&talk, at, party, cell.intent, Measure::Score, score - was.unwrap_or(0));
            self.add(&talk, at, party, cell.intent, Measure::BadRatings, bad(score) - was.map_or(0, bad));
        }
        let kept = TalliedRating { score, cells: serde_json::to_string(&cells).map_err(Refusal::broken)? };
        self.work.tallies().keep_rating(of.id, about, kept).await?;
        talk.worst = self.work.tallies().scores(of.id).await?.into_iter().min();
        if let Some(message) = message.filter(|_| score <= BAD && kind != Some(ReplyKind::Disambiguation)) {
            self.hear(of, message.id, Why::Rating).await?;
        }
        self.talks.insert(of.id, talk);
        Ok(())
    }

    pub(super) async fn hear(&mut self, of: &Conversation, message: Id<id::Message>, why: Why) -> Result<(), Refusal> {
        let read = self.readings.get(&message);
        self.heard += usize::from(hear(self.work, self.bot, of, message, read, why).await?);
        Ok(())
    }

    /// Writes it all; says how many messages are new to the gaps.
    pub(super) async fn close(self) -> Result<usize, Refusal> {
        self.work.tallies().add(self.tallies).await?;
        for talk in self.talks.values() {
            self.work.tallies().keep(talk, due(talk)).await?;
        }
        Ok(self.heard)
    }
}

/// When a conversation is to be looked at again.
pub(super) fn due(talk: &Talk) -> Option<Moment> {
    match (&talk.asked, &talk.settled) {
        (Some(_), _) => Some(talk.last_at.after(GONE)),
        (None, None) => Some(talk.last_at.after(RETURN)),
        (None, Some(_)) => None,
    }
}

fn begun(of: &Conversation, message: &Message, kind: ReplyKind) -> Talk {
    Talk {
        conversation: of.id,
        visitor: of.visitor,
        channel: of.channel,
        language: of.language.as_ref().map(ToString::to_string).unwrap_or_default(),
        began_at: message.created_at,
        last_at: message.created_at,
        last_kind: kind,
        departments: Vec::new(),
        intents: Vec::new(),
        asked: None,
        worst: None,
        settled: None,
    }
}

/// Where a rating counts: for the company, and for the department whose answer it is about or for all that answered.
fn rated(talk: &Talk, reply: Option<&Message>, at: Moment) -> Vec<Counted> {
    let day = day_of(at);
    let mut cells = vec![Counted { day, department: None, intent: None }];
    match reply.and_then(|reply| reply.reply.as_ref()) {
        Some(facts) => {
            let of = |department| Counted { day, department: Some(department), intent: facts.intent };
            cells.extend(facts.department.map(of));
        }
        None => cells.extend(talk.departments.iter().map(|of| Counted { day, department: Some(*of), intent: None })),
    }
    cells
}

/// Adds to an ascending list; says whether it was new.
fn insert<K>(list: &mut Vec<Id<K>>, new: Id<K>) -> bool {
    match list.binary_search(&new) {
        Ok(_) => false,
        Err(at) => {
            list.insert(at, new);
            true
        }
    }
}

/// The intent that a button of a question stands for.
fn offered(button: &guildhall_domain::intent::Button) -> Option<Id<id::Intent>> {
    match &button.press {
        Press::Payload(payload) => payload.parse().ok(),
        Press::Url(_) => None,
    }
}
