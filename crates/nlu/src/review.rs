//! Advice for writers, from how each phrase fares when it is left out.

use crate::calibration::Calibration;
use crate::number::{double, single};
use std::collections::BTreeMap;

/// Evidence that a phrase belongs elsewhere: the other intent's confidence, and how little its own has.
const SURE: f32 = 0.5;
const DOUBTFUL: f32 = 0.15;
/// The share of an intent's phrases that must be drawn to another before the two are named alike.
const DRAWN: f64 = 0.2;
/// Phrases that an intent should have.
const ENOUGH: usize = 8;
/// The share of an intent's phrases that the others should recognise.
const RECOGNISED: f64 = 0.6;

/// What writers of a bot should look at. Intents and phrases are indices into the set's; each list has the most pressing
/// first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Review {
    /// Phrases that look as if they belonged to another intent.
    pub suspects: Vec<Suspect>,
    /// Intents that are taken for one another.
    pub alike: Vec<Alike>,
    /// Intents that need more phrases.
    pub wanting: Vec<Wanting>,
}

/// A phrase that the others would give to another intent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suspect {
    /// The intent that it stands in.
    pub intent: usize,
    /// Its index there.
    pub phrase: usize,
    /// The intent that it looks like.
    pub likelier: usize,
    /// Confidence, without it, in the intent that it stands in.
    pub own: f32,
    /// Confidence, without it, in the other.
    pub other: f32,
}

/// Two intents of which one's phrases are drawn to the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alike {
    /// The intent whose phrases are drawn.
    pub intent: usize,
    /// The one that draws them.
    pub other: usize,
    /// The share of phrases, 0 to 1, that the other wins or comes within δ of.
    pub drawn: f32,
}

/// An intent that the bot knows too little of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wanting {
    /// The intent.
    pub intent: usize,
    /// Its phrases.
    pub phrases: usize,
    /// The share of its phrases, 0 to 1, that are recognised by the others; low means that they have little in common,
    /// so more of each kind are needed.
    pub recognised: f32,
}

/// What a new phrase would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// Whether its intent is recognised from it already: the phrase would add little.
    pub known: bool,
    /// The intent that it is taken for now.
    pub taken_for: Option<usize>,
    /// Phrases (intent, index) that would be recognised, and are not now.
    pub gained: Vec<(usize, usize)>,
    /// Phrases that are recognised now, and would not be.
    pub lost: Vec<(usize, usize)>,
}

/// How one phrase fares without itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    pub(crate) intent: usize,
    /// `None` for a title.
    pub(crate) phrase: Option<usize>,
    /// The intent that it is given to.
    pub(crate) best: usize,
    /// The best of the intents that are not its own.
    pub(crate) rival: usize,
    pub(crate) own_score: f32,
    pub(crate) rival_score: f32,
}

/// Draws the advice from all phrases' standings; `intents` is the number of intents in the set.
pub(crate) fn review(standings: &[Standing], intents: usize, calibration: &Calibration) -> Review {
    let mut review = Review::default();
    let mut drawn: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let mut tallies = vec![(0_usize, 0_usize); intents];
    for standing in standings {
        let lead = standing.own_score - standing.rival_score;
        let own = calibration.confidence(standing.own_score, lead);
        let other = calibration.confidence(standing.rival_score, -lead);
        if own - other < calibration.delta {
            *drawn.entry((standing.intent, standing.rival)).or_default() += 1;
        }
        if let Some(tally) = tallies.get_mut(standing.intent) {
            tally.0 += 1;
            tally.1 += usize::from(standing.best == standing.intent);
        }
        if let Some(phrase) = standing.phrase.filter(|_| other >= SURE && own <= DOUBTFUL) {
            review.suspects.push(Suspect { intent: standing.intent, phrase, likelier: standing.rival, own, other });
        }
    }
    for ((intent, other), count) in drawn {
        let phrases = tallies.get(intent).map_or(1, |tally| tally.0.max(1));
        let share = double(count) / double(phrases);
        if share >= DRAWN && count > 1 {
            review.alike.push(Alike { intent, other, drawn: single(share) });
        }
    }
    for (intent, (phrases, recognised)) in tallies.into_iter().enumerate() {
        let share = double(recognised) / double(phrases.max(1));
        if phrases < ENOUGH || share < RECOGNISED {
            review.wanting.push(Wanting { intent, phrases, recognised: single(share) });
        }
    }
    review.suspects.sort_by(|a, b| (b.other - b.own).total_cmp(&(a.other - a.own)));
    review.alike.sort_by(|a, b| b.drawn.total_cmp(&a.drawn));
    review.wanting.sort_by(|a, b| a.recognised.total_cmp(&b.recognised).then(a.phrases.cmp(&b.phrases)));
    review
}

/// Which phrases are recognised in one set of standings and not in the other.
pub(crate) fn newly_right(before: &[Standing], after: &[Standing]) -> Vec<(usize, usize)> {
    let place = |standing: &Standing| Some(((standing.intent, standing.phrase?), standing.best == standing.intent));
    let before: BTreeMap<(usize, usize), bool> = before.iter().filter_map(place).collect();
    let after = after.iter().filter_map(place).filter(|(phrase, right)| *right && before.get(phrase) == Some(&false));
    after.map(|(phrase, _)| phrase).collect()
}
