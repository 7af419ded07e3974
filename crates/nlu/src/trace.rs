//! Why a message was understood as it was.

use crate::Model;
use crate::features::Features;
use crate::kernel::Mixture;
use crate::model::{Answer, Reading};
use crate::number::wide;
use crate::prediction::{Prediction, Query};
use crate::text::words;

/// The most phrases that a trace names, and the most words that it weighs.
const NEIGHBOURS: usize = 5;
const WORDS: usize = 24;

/// A prediction with its reasons. Costs about as many predictions as the message has words.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The same as [`Model::predict`] gives.
    pub prediction: Prediction,
    /// The message as it was read: normalised and repaired.
    pub read_as: String,
    /// The phrases that moved the best intent's score most, for it or against it.
    pub neighbours: Vec<Neighbour>,
    /// What small talk and other background took from the score or, if positive, gave.
    pub background: f32,
    /// The words that carry the best intent's score, most first.
    pub words: Vec<Weighty>,
    /// How much likeness by static vector, by words, by characters and by sentence vector counted for this language.
    pub mixture: [f32; 4],
    /// [`crate::ModelFacts::strict_threshold`].
    pub strict_threshold: f32,
}

/// A phrase that was leaned on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour {
    /// Index into [`Model::labels`].
    pub intent: usize,
    /// Index among the intent's phrases; `None` for its title.
    pub phrase: Option<usize>,
    /// How alike it is, 0 to 1.
    pub likeness: f32,
    /// What it added to the best intent's raw score.
    pub share: f32,
}

/// A word of the message and what the best intent's raw score loses without it.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighty {
    /// As read.
    pub word: String,
    /// The loss; negative for a word that speaks against the intent.
    pub loss: f32,
}

impl Model {
    /// Ranks the intents for a message and says why.
    #[must_use]
    pub fn explain(&self, query: &Query<'_>) -> Trace {
        let reading = self.read(query);
        let answer = self.answer(&reading);
        let prediction = self.judge(&answer, reading.clone());
        let best = prediction.ranking.first().map(|ranked| ranked.intent);
        let class = self.classes.iter().position(|intent| Some(wide(*intent)) == best).unwrap_or(0);
        let (mut neighbours, mut background) = (Vec::new(), 0.0);
        let asked = answer.likeness.iter().enumerate().zip(&self.origins).filter(|((_, likeness), _)| **likeness > 0.0);
        for ((row, likeness), origin) in asked {
            let share = likeness * answer.brain.coefficients.get(row, class);
            match origin.and_then(|origin| Some((self.classes.get(wide(origin.class))?, origin.phrase))) {
                Some((intent, phrase)) => {
                    let (intent, phrase) = (wide(*intent), phrase.map(wide));
                    neighbours.push(Neighbour { intent, phrase, likeness: *likeness, share });
                }
                None => background += share,
            }
        }
        neighbours.sort_by(|a, b| b.share.abs().total_cmp(&a.share.abs()));
        neighbours.truncate(NEIGHBOURS);
        Trace {
            words: self.weigh_words(&reading, &answer, class),
            mixture: Mixture::of(answer.tier, reading.tongue).0,
            strict_threshold: answer.brain.calibration.strict,
            read_as: reading.text,
            prediction,
            neighbours,
            background,
        }
    }

    /// Leaves each word out in turn.
    fn weigh_words(&self, reading: &Reading, answer: &Answer<'_>, class: usize) -> Vec<Weighty> {
        let mut weighed: Vec<Weighty> = Vec::new();
        for word in words(&reading.text).take(WORDS) {
            if weighed.iter().any(|weighty| weighty.word == word) {
                continue;
            }
            let text = words(&reading.text).filter(|other| *other != word).collect::<Vec<_>>().join(" ");
            let without =
                self.answer_in(answer.tier, &Reading { features: Features::of(&text), text, ..reading.clone() });
            let score = |answer: &Answer<'_>| answer.scores.get(class).copied().unwrap_or(0.0);
            let loss = score(answer) - score(&without);
            weighed.push(Weighty { word: word.to_owned(), loss });
        }
        weighed.sort_by(|a, b| b.loss.total_cmp(&a.loss));
        weighed
    }
}
