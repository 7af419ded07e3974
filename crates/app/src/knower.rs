//! Who knows: the departments that most likely do, by what the live bot makes of a question, and the persons who agreed to be
//! named, each with the reason, in the order of their names.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use guildhall_domain::{
    Id, Permit, Refusal,
    actor::Role,
    folded, id,
    policy::SendRequest,
    text::{Language, Name},
};
use guildhall_nlu::Query;
use guildhall_persistence::Tx;

use crate::{App, live::LiveBot, request::ANSWERERS};

/// The most departments that are named.
const MOST_DEPARTMENTS: usize = 5;
/// The most intents that are named as near.
const MOST_INTENTS: usize = 3;
/// A department of a smaller share is not named.
const LEAST: f32 = 0.05;
/// How many answered requests of a department are looked at.
const LOOKED_AT: u64 = 200;
/// Two questions that share this much of their words are near.
const NEAR: f32 = 0.3;

/// Who knows.
#[derive(Debug, Default)]
pub struct Knowers {
    /// The departments that most likely know, the likeliest first.
    pub departments: Vec<LikelyDepartment>,
    /// Persons who agreed to be named, by name.
    pub persons: Vec<Knower>,
}

/// A department that likely knows.
#[derive(Debug)]
pub struct LikelyDepartment {
    /// Which.
    pub department: Id<id::Department>,
    /// Its share of what the bot makes of the question, 0 to 1.
    pub probability: f32,
    /// Its live intents that are near, the nearest first.
    pub near: Vec<(Id<id::Intent>, String)>,
}

/// A person who likely knows.
#[derive(Debug)]
pub struct Knower {
    /// Who.
    pub member: Id<id::Member>,
    /// Their name.
    pub name: Name,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// Why somebody likely knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// They hold this role in a department that likely knows.
    Role(Role, Id<id::Department>),
    /// They answered something near for this department.
    Answered(Id<id::Department>),
}

impl App {
    /// Who knows the answer to a question.
    pub async fn who_knows(
        &self,
        permit: &Permit<SendRequest>,
        question: &str,
        language: Option<&Language>,
    ) -> Result<Knowers, Refusal> {
        self.think_ahead(permit.actor(), question).await?;
        self.look(permit.actor(), async |tx: &Tx| {
            let bot = self.live_bot(tx).await?;
            let departments = likely(&bot, question, language);
            let persons = persons(tx, &departments, question).await?;
            Ok(Knowers { departments, persons })
        })
        .await
    }
}

/// The departments that own what the bot takes a question for: each one's part of the confidences of the ranking.
fn likely(bot: &LiveBot, question: &str, language: Option<&Language>) -> Vec<LikelyDepartment> {
    let prediction = bot.model.predict(&Query { text: question, language: language.map(Language::as_str) });
    let known = |ranked: &guildhall_nlu::Ranked| bot.known(ranked.intent).map(|known| (known, ranked.confidence));
    let ranking: Vec<_> = prediction.ranking.iter().filter_map(known).collect();
    let all: f32 = ranking.iter().map(|(_, confidence)| confidence).sum();
    let mut by: HashMap<Id<id::Department>, LikelyDepartment> = HashMap::new();
    for (known, confidence) in ranking {
        let department = known.department;
        let of = by.entry(department).or_insert(LikelyDepartment { department, probability: 0.0, near: Vec::new() });
        of.probability += if all > 0.0 { confidence / all } else { 0.0 };
        if of.near.len() < MOST_INTENTS {
            let title = known.intent.title.clone().unwrap_or_else(|| known.intent.name.clone());
            of.near.push((known.intent.id, title));
        }
    }
    let mut likely: Vec<_> = by.into_values().filter(|one| one.probability >= LEAST).collect();
    likely.sort_by(|one, other| {
        other.probability.total_cmp(&one.probability).then_with(|| one.department.cmp(&other.department))
    });
    likely.truncate(MOST_DEPARTMENTS);
    likely
}

/// Those of the named who answer for a likely department, or answered something near.
async fn persons(tx: &Tx, departments: &[LikelyDepartment], question: &str) -> Result<Vec<Knower>, Refusal> {
    let named: BTreeSet<Id<id::Member>> = tx.settings().named().await?.into_iter().collect();
    let mut reasons: BTreeMap<Id<id::Member>, Vec<Reason>> = BTreeMap::new();
    let words = words(question);
    for LikelyDepartment { department, .. } in departments {
        for role in ANSWERERS {
            for member in tx.members().holding(*department, &[role]).await? {
                reasons.entry(member.id).or_default().push(Reason::Role(role, *department));
            }
        }
        for request in tx.knowledge_requests().answered(*department, LOOKED_AT).await? {
            if let Some(offer) = request.state.offer()
                && near(&words, &self::words(request.question.as_str()))
            {
                let of = reasons.entry(offer.by).or_default();
                let reason = Reason::Answered(*department);
                if !of.contains(&reason) {
                    of.push(reason);
                }
            }
        }
    }
    reasons.retain(|member, _| named.contains(member));
    let members = tx.members().these(reasons.keys().copied()).await?;
    let knower = |member: guildhall_domain::member::Member| Knower {
        reasons: reasons.remove(&member.id).unwrap_or_default(),
        member: member.id,
        name: member.name,
    };
    let mut persons: Vec<Knower> = members.into_iter().map(knower).collect();
    persons.sort_by_cached_key(|person| (folded(person.name.as_str()), person.member));
    Ok(persons)
}

/// The words of a question that are long enough to mean something.
fn words(question: &str) -> BTreeSet<String> {
    folded(question).split(' ').filter(|word| word.chars().count() > 2).map(str::to_owned).collect()
}

/// Jaccard's index of the two sets of words.
#[expect(clippy::cast_precision_loss, reason = "a question has fewer than 2^23 words")]
fn near(one: &BTreeSet<String>, other: &BTreeSet<String>) -> bool {
    let both = one.intersection(other).count() as f32;
    let either = one.union(other).count() as f32;
    either > 0.0 && both / either >= NEAR
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_that_share_words_are_near() {
        let asked = words("How long may a gift card be used?");
        assert!(near(&asked, &words("How long is a gift card valid?")));
        assert!(!near(&asked, &words("When do you open on Sunday?")));
        assert!(!near(&words(""), &words("")));
    }
}
