//! The draft preview: a model that follows its set phrase by phrase, without fitting again.

mod inverse;
mod rows;

use crate::Model;
use crate::prediction::Query;
use crate::review::{Effect, Review, newly_right, review};
use crate::training::{FitError, TrainingPhrase, TrainingSet, difference};
use rows::Rows;
use std::sync::Arc;

/// More changes than this at once are quicker fitted afresh.
const MOST_CHANGES: usize = 24;
/// After so many single changes a fresh fit clears what rounding left.
const MOST_SINCE_FIT: usize = 1_000;

/// A model in the making. It keeps the inverse of the kernel matrix (4 n² bytes for n phrases and background), so one
/// phrase in or out costs O(n²): milliseconds at a thousand. Readers hold the [`Arc`] of a finished model, so they never
/// wait. What features are worth (idf) stays as at the last full fit.
#[derive(Debug, Clone)]
pub struct Draft {
    set: TrainingSet,
    rows: Option<Rows>,
    since_fit: usize,
    model: Arc<Model>,
}

/// What following a set took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    /// Phrases and titles that came in.
    pub added: usize,
    /// Phrases and titles that went out.
    pub removed: usize,
    /// Whether it was quicker, or necessary, to fit afresh.
    pub refitted: bool,
}

impl Draft {
    /// The most phrases, titles among them, that are followed without fitting afresh.
    pub const MOST_PHRASES: usize = 4_000;

    /// Fits a set and stands ready to follow it.
    pub fn open(set: &TrainingSet) -> Result<Self, FitError> {
        set.check()?;
        let (rows, model) = if set.phrases() <= Self::MOST_PHRASES {
            let rows = Rows::fit(set);
            let model = Arc::new(rows.model(set));
            (Some(rows), model)
        } else {
            (None, Arc::new(Model::fit(set)?))
        };
        Ok(Self { set: set.clone(), rows, since_fit: 0, model })
    }

    /// The model of the set as it was last followed.
    #[must_use]
    pub fn model(&self) -> Arc<Model> {
        Arc::clone(&self.model)
    }

    /// Brings the model to where the set is now. A refused set leaves the draft as it was.
    pub fn follow(&mut self, set: &TrainingSet) -> Result<Followed, FitError> {
        set.check()?;
        let (gone, come) = difference(&self.set, set);
        let (added, removed) = (come.len(), gone.len());
        let changes = added + removed;
        let small = changes <= MOST_CHANGES && self.since_fit + changes <= MOST_SINCE_FIT;
        let followed = small && self.rows.as_mut().is_some_and(|rows| rows.follow(&gone, &come, set));
        match &self.rows {
            Some(rows) if followed => {
                self.model = Arc::new(rows.model(set));
                self.since_fit += changes;
                self.set = set.clone();
            }
            _ => *self = Self::open(set)?,
        }
        Ok(Followed { added, removed, refitted: !followed })
    }

    /// What its writers should look at; `None` for a set of more than [`Self::MOST_PHRASES`].
    #[must_use]
    pub fn review(&self) -> Option<Review> {
        let standings = self.rows.as_ref()?.standings(&self.set);
        Some(review(&standings, self.set.intents.len(), &self.model.brain.calibration))
    }

    /// What one phrase more would do, without taking it in; `None` for a set of more than [`Self::MOST_PHRASES`], an intent
    /// that is not there, or a language that is new.
    #[must_use]
    pub fn effect(&self, label: &str, phrase: &TrainingPhrase) -> Option<Effect> {
        let rows = self.rows.as_ref()?;
        let own = self.set.intents.iter().position(|intent| intent.label == label)?;
        let mut set = self.set.clone();
        set.intents.get_mut(own)?.phrases.push(phrase.clone());
        let (gone, come) = difference(&self.set, &set);
        let mut after = rows.clone();
        if !after.follow(&gone, &come, &set) {
            return None;
        }
        let (before, after) = (rows.standings(&self.set), after.standings(&set));
        let query = Query { text: &phrase.text, language: phrase.language.as_deref() };
        let now = self.model.predict(&query);
        let taken_for = now.ranking.first().map(|best| best.intent).filter(|_| now.in_scope);
        Some(Effect {
            known: taken_for == Some(own),
            taken_for,
            gained: newly_right(&before, &after),
            lost: newly_right(&after, &before),
        })
    }
}
