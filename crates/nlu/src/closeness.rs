//! How close intents come to one another: each phrase's nearest one outside its intent, and what each phrase is taken for
//! by a model that never saw it.

use crate::Tier;
use crate::brain::evidence;
use crate::calibration::Calibration;
use crate::features::Features;
use crate::kernel::{Mixture, Texts, Tongue, each_against};
use crate::number::wide;
use crate::ridge::Ridge;
use crate::samples::Samples;
use crate::training::{FitError, TrainingSet};

/// A phrase with the nearest one outside its intent. Intents and phrases are indices into the set's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearest {
    /// The intent that the phrase stands in.
    pub intent: usize,
    /// Its index there.
    pub phrase: usize,
    /// The other phrase's intent.
    pub other_intent: usize,
    /// The other phrase's index there.
    pub other_phrase: usize,
    /// How alike the two are by the engine's own kernel: 1 for equal texts, 0 for texts that have nothing in common.
    pub similarity: f32,
}

/// What a phrase is taken for by a model that never saw it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Apart {
    /// The intent that the phrase stands in.
    pub intent: usize,
    /// Its index there.
    pub phrase: usize,
    /// The intent that it is given to.
    pub taken_for: usize,
    /// The best of the intents that are not its own.
    pub rival: usize,
    /// Confidence in its own intent.
    pub own: f32,
    /// Confidence in the rival.
    pub other: f32,
}

/// The nearest phrase outside its intent of every phrase, all pairs compared in the default tier, in blocks: O(n²) time and
/// O(n) memory beside the features.
pub fn nearest(set: &TrainingSet) -> Result<Vec<Nearest>, FitError> {
    set.check()?;
    let samples = Samples::read(set, None);
    let lexicon = samples.lexicon();
    let rows: Vec<(&Features, Tongue)> =
        samples.rows.iter().map(|row| (&row.features, Tongue::of(&row.language))).collect();
    let texts = Texts::new(&lexicon, &rows, Tier::Default);
    let own = |tongue: Tongue| Mixture::between(Tier::Default, tongue, tongue).0.iter().sum::<f32>();
    let place = |at: usize| {
        let origin = samples.rows.get(at)?.origin;
        Some((wide(*samples.classes.get(wide(origin.class))?), wide(origin.phrase?)))
    };
    let places: Vec<Option<(usize, usize)>> = (0..rows.len()).map(place).collect();
    let mut found = Vec::with_capacity(rows.len());
    each_against(&texts, &texts, |row, kernel| {
        let Some((intent, phrase)) = places.get(row).copied().flatten() else { return };
        let others = kernel.iter().zip(&places).filter_map(|(kernel, place)| place.map(|place| (*kernel, place)));
        let best = others.filter(|(_, (other, _))| *other != intent).max_by(|a, b| a.0.total_cmp(&b.0));
        let whole = rows.get(row).map_or(1.0, |(_, tongue)| own(*tongue)).max(f32::EPSILON);
        if let Some((kernel, (other_intent, other_phrase))) = best {
            found.push(Nearest { intent, phrase, other_intent, other_phrase, similarity: kernel / whole });
        }
    });
    found.sort_by_key(|one| (one.intent, one.phrase));
    Ok(found)
}

/// What every phrase is taken for without itself, by the closed form of leave-one-out for kernel ridge regression; of sets
/// of more than some thousand phrases an even sample. With the margin δ under which two confidences are ambiguous.
pub fn apart(set: &TrainingSet) -> Result<(Vec<Apart>, f32), FitError> {
    set.check()?;
    let samples = Samples::read(set, None);
    if samples.rows.is_empty() {
        return Ok((Vec::new(), Calibration::fit(&[]).delta));
    }
    let lexicon = samples.lexicon();
    let labels = samples.labels();
    let ridge = Ridge::fit(&lexicon, &samples.with_background(), &labels, samples.classes.len(), Tier::Default);
    let own: Vec<u32> = ridge.judged.iter().filter_map(|row| labels.get(*row).copied()).collect();
    let calibration = Calibration::fit(&evidence(&ridge.held_out, &own));
    let intent = |class: usize| samples.classes.get(class).map_or(0, |intent| wide(*intent));
    let judged = ridge.judged.iter().enumerate().filter_map(|(at, row)| {
        let origin = samples.rows.get(*row)?.origin;
        let (class, scores) = (wide(origin.class), ridge.held_out.row(at));
        let best = |skip: Option<usize>| {
            let others = scores.iter().enumerate().filter(|(other, _)| Some(*other) != skip);
            others.max_by(|a, b| a.1.total_cmp(b.1)).map(|(class, score)| (class, *score))
        };
        let (taken_for, _) = best(None)?;
        let own_score = scores.get(class).copied()?;
        let (rival, rival_score) = best(Some(class)).unwrap_or((class, own_score));
        let lead = own_score - rival_score;
        Some(Apart {
            intent: intent(class),
            phrase: wide(origin.phrase?),
            taken_for: intent(taken_for),
            rival: intent(rival),
            own: calibration.confidence(own_score, lead),
            other: calibration.confidence(rival_score, -lead),
        })
    });
    Ok((judged.collect(), calibration.delta))
}
