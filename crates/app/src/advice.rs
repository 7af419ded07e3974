//! Advice for writers: what to look at in a department's draft, what a new phrase would change, which translations are
//! missing. The engine judges each phrase by how it fares when it is left out.

use std::collections::BTreeSet;

use guildhall_domain::{
    Id, Permit, Refusal,
    content::FrozenIntent,
    id,
    intent::{NewPhrase, Phrase},
    policy::ReadDraft,
    text::Language,
};
use guildhall_nlu::TrainingPhrase;
use guildhall_persistence::Tx;

use crate::{
    App,
    department::named,
    live::{Known, LiveBot},
};

/// What a department's writers should look at, each list with the most pressing first.
#[derive(Debug, Default)]
pub struct Advice {
    /// Phrases that look as if they belonged to another intent.
    pub suspects: Vec<Suspect>,
    /// Intents that are taken for one another.
    pub alike: Vec<Alike>,
    /// Intents that need more phrases.
    pub wanting: Vec<Wanting>,
}

/// A phrase that the others would give to another intent.
#[derive(Debug)]
pub struct Suspect {
    /// Where it stands.
    pub intent: Known,
    /// The phrase.
    pub phrase: Phrase,
    /// Where it would rather be.
    pub likelier: Known,
    /// Confidence in its own intent without it.
    pub own: f32,
    /// Confidence in the other.
    pub other: f32,
}

/// Two intents of which one's phrases are drawn to the other.
#[derive(Debug)]
pub struct Alike {
    /// Whose phrases are drawn.
    pub intent: Known,
    /// Which draws them.
    pub other: Known,
    /// The share of phrases that is drawn, 0 to 1.
    pub drawn: f32,
}

/// An intent that the bot knows too little of.
#[derive(Debug)]
pub struct Wanting {
    /// The intent.
    pub intent: Known,
    /// How many phrases it has.
    pub phrases: usize,
    /// The share of them that the others recognise, 0 to 1.
    pub recognised: f32,
}

/// What a new phrase would do.
#[derive(Debug)]
pub struct Effect {
    /// Whether its intent is recognised from it already.
    pub known: bool,
    /// What it is taken for now.
    pub taken_for: Option<Known>,
    /// Phrases that would be recognised and are not now.
    pub gained: Vec<(Known, Phrase)>,
    /// Phrases that are recognised now and would not be.
    pub lost: Vec<(Known, Phrase)>,
}

/// Looks a department's draft over, beside what the others have live.
pub async fn review(tx: &Tx, permit: &Permit<ReadDraft>, app: &App, department: &str) -> Result<Advice, Refusal> {
    let department = named(tx, department).await?.id;
    let desk = app.desk(tx, permit, &[department]).await?;
    let desk = desk.desk()?;
    let bot = &desk.bot;
    let Some(review) = desk.draft.review() else { return Ok(Advice::default()) };
    let own = |known: &Known| known.department == department;
    let known = |label: usize| bot.known(label).cloned();
    let suspect = |of: guildhall_nlu::Suspect| {
        let (intent, phrase) = placed(bot, of.intent, of.phrase)?;
        Some(Suspect { intent, phrase, likelier: known(of.likelier)?, own: of.own, other: of.other })
    };
    let alike =
        |of: guildhall_nlu::Alike| Some(Alike { intent: known(of.intent)?, other: known(of.other)?, drawn: of.drawn });
    let wanting = |of: guildhall_nlu::Wanting| {
        Some(Wanting { intent: known(of.intent)?, phrases: of.phrases, recognised: of.recognised })
    };
    let suspects = review.suspects.into_iter().filter_map(suspect).filter(|found| own(&found.intent));
    let alike = review.alike.into_iter().filter_map(alike).filter(|found| own(&found.intent) || own(&found.other));
    let wanting = review.wanting.into_iter().filter_map(wanting).filter(|found| own(&found.intent));
    Ok(Advice { suspects: suspects.collect(), alike: alike.collect(), wanting: wanting.collect() })
}

fn placed(bot: &LiveBot, intent: usize, phrase: usize) -> Option<(Known, Phrase)> {
    let known = bot.known(intent)?;
    Some((known.clone(), known.intent.phrases.get(phrase)?.clone()))
}

/// What one phrase more in an intent of the draft would change, without writing it.
pub async fn effect(
    tx: &Tx,
    permit: &Permit<ReadDraft>,
    app: &App,
    department: &str,
    intent: Id<id::Intent>,
    phrase: NewPhrase,
) -> Result<Option<Effect>, Refusal> {
    let department = named(tx, department).await?.id;
    permit.sees(department)?;
    tx.intents().get(department, intent).await?.ok_or(Refusal::NotFound)?;
    let desk = app.desk(tx, permit, &[department]).await?;
    let (draft, bot) = {
        let desk = desk.desk()?;
        (desk.draft.clone(), &desk.bot)
    };
    let new =
        TrainingPhrase { text: phrase.text.into(), language: phrase.language.map(|language| language.to_string()) };
    let label = intent.to_string();
    let effect = tokio::task::spawn_blocking(move || draft.effect(&label, &new)).await.map_err(Refusal::broken)?;
    let all = |places: Vec<(usize, usize)>| {
        places.into_iter().filter_map(|(intent, phrase)| placed(bot, intent, phrase)).collect()
    };
    Ok(effect.map(|effect| Effect {
        known: effect.known,
        taken_for: effect.taken_for.and_then(|label| bot.known(label).cloned()),
        gained: all(effect.gained),
        lost: all(effect.lost),
    }))
}

/// What an intent lacks in a language.
#[derive(Debug)]
pub struct Untranslated {
    /// The intent.
    pub intent: FrozenIntent,
    /// The language.
    pub language: Language,
    /// Whether it has an answer in it.
    pub answer: bool,
    /// How many phrases it has in it.
    pub phrases: usize,
}

/// The languages that a bot speaks (its own, and those of any live or drafted answer), and what each intent of a
/// department's draft lacks in them.
pub async fn translations(
    tx: &Tx,
    permit: &Permit<ReadDraft>,
    app: &App,
    department: &str,
) -> Result<(Vec<Language>, Vec<Untranslated>), Refusal> {
    let department = named(tx, department).await?.id;
    permit.over(department)?;
    let draft = guildhall_domain::content::Content::freeze(tx.intents().draft(department).await?);
    let live = app.live_bot(tx).await?;
    let mut languages: BTreeSet<Language> = live.languages().into_iter().cloned().collect();
    languages.insert(tx.builds().bot().await?.settings.language);
    languages.extend(draft.intents.iter().flat_map(|intent| &intent.answers).map(|answer| answer.language.clone()));
    let mut missing = Vec::new();
    for intent in draft.intents {
        for language in &languages {
            let answer = intent.answers.iter().any(|answer| answer.language.primary() == language.primary());
            let in_it = |phrase: &&Phrase| phrase.language.as_deref() == Some(language.as_str());
            let phrases = intent.phrases.iter().filter(in_it).count();
            if !answer || phrases == 0 {
                missing.push(Untranslated { intent: intent.clone(), language: language.clone(), answer, phrases });
            }
        }
    }
    Ok((languages.into_iter().collect(), missing))
}
