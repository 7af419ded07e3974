//! Messages grouped by what they mean: who belongs together, and who speaks for each group.

mod likeness;
mod merging;

use crate::Tier;
use crate::features::Features;
use crate::kernel::{Bank, Tongue};
use crate::lexicon::Lexicon;
use crate::sentence::SentenceEncoder;
use crate::text::normalise;
use likeness::Likeness;

/// One message that is to be grouped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Voice<'a> {
    /// What it says.
    pub text: &'a str,
    /// Its language (BCP 47), where known; English is assumed else.
    pub language: Option<&'a str>,
    /// How many messages it stands for, at least 1: a group of many is known by a few.
    pub weight: f32,
    /// The group that it is in already: members of one group stay together.
    pub group: Option<usize>,
}

/// Messages, and how alike each two of them are.
#[derive(Debug)]
pub struct Gathering {
    likeness: Likeness,
    weights: Vec<f32>,
    groups: Vec<Option<usize>>,
}

/// One group.
#[derive(Debug, Clone, PartialEq)]
pub struct Grouped {
    /// The groups of before that are in it, ascending.
    pub before: Vec<usize>,
    /// Indices of its messages, the most central first.
    pub voices: Vec<usize>,
    /// How alike its messages are, 0 to 1: the mean likeness of two of them; 1 for one alone.
    pub cohesion: f32,
}

impl Gathering {
    /// Compares all messages with one another, in the better tier where an encoder is given. Takes time and 4 bytes for
    /// each pair: two thousand messages half a second and 16 MB.
    #[must_use]
    pub fn of(voices: &[Voice<'_>], encoder: Option<&SentenceEncoder>) -> Self {
        let read = |voice: &Voice<'_>| {
            let text = normalise(voice.text);
            let mut features = Features::of(&text);
            if let Some(encoder) = encoder {
                features.add_sentence(&text, encoder);
            }
            (features, Tongue::of(voice.language.unwrap_or("en")))
        };
        let read: Vec<(Features, Tongue)> = voices.iter().map(read).collect();
        let rows: Vec<(&Features, Tongue)> = read.iter().map(|(features, tongue)| (features, *tongue)).collect();
        let lexicon = Lexicon::fit(read.iter().map(|(features, _)| &features.counts));
        let bank = Bank::build(lexicon, &rows);
        let tier = if encoder.is_some() { Tier::Encoder } else { Tier::Default };
        Self {
            likeness: Likeness::of(&bank, &rows, tier),
            weights: voices.iter().map(|voice| voice.weight.max(1.0)).collect(),
            groups: voices.iter().map(|voice| voice.group).collect(),
        }
    }

    /// The groups: those of before with who joins them, joined with one another where `may_join` lets them, and new ones
    /// (of one message, too). Deterministic; about as long as the comparing.
    #[must_use]
    pub fn groups(&self, may_join: impl Fn(usize, usize) -> bool) -> Vec<Grouped> {
        merging::merge(&self.likeness, &self.weights, &self.groups, &may_join)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPICS: [[&str; 4]; 3] = [
        ["where is my parcel", "my parcel has not arrived", "when does my parcel arrive", "parcel still not here"],
        ["reset my password", "i forgot my password", "how do i change my password", "password does not work"],
        ["do you sell gift cards", "can i buy a gift card", "gift card for a friend", "are there gift cards"],
    ];

    fn voices(texts: &[&'static str]) -> Vec<Voice<'static>> {
        texts.iter().map(|text| Voice { text, language: None, weight: 1.0, group: None }).collect()
    }

    /// Topics interleaved, so that their order tells nothing; message `n` is of topic `n % 3`.
    fn interleaved() -> Vec<&'static str> {
        (0..4).flat_map(|at| TOPICS.iter().map(move |topic| topic[at])).collect()
    }

    #[test]
    fn messages_of_one_topic_come_together() {
        let groups = Gathering::of(&voices(&interleaved()), None).groups(|_, _| true);
        for group in groups.iter().filter(|group| group.voices.len() > 1) {
            let topics: std::collections::BTreeSet<_> = group.voices.iter().map(|voice| voice % 3).collect();
            assert_eq!(topics.len(), 1, "{groups:?}");
            assert!(group.cohesion > 0.2 && group.cohesion <= 1.0, "{groups:?}");
        }
        assert!(groups.iter().filter(|group| group.voices.len() >= 3).count() >= 2, "{groups:?}");
        let mut all: Vec<usize> = groups.into_iter().flat_map(|group| group.voices).collect();
        all.sort_unstable();
        assert_eq!(all, (0..12).collect::<Vec<_>>());
    }

    #[test]
    fn groups_of_before_stay_whole_and_take_in_their_like() {
        let mut voices = voices(&interleaved());
        for (at, voice) in voices.iter_mut().enumerate().take(9) {
            voice.group = Some(at % 3);
        }
        let groups = Gathering::of(&voices, None).groups(|_, _| false);
        for before in 0..3 {
            let group = groups.iter().find(|group| group.before == [before]).unwrap();
            assert!((0..3).all(|round| group.voices.contains(&(3 * round + before))), "{group:?}");
        }
        assert!(groups.iter().all(|group| group.before.len() <= 1));
    }

    #[test]
    fn the_same_again_is_taken_in_and_those_kept_apart_stay_apart() {
        let mut voices = voices(&[TOPICS[0][0], TOPICS[0][1], TOPICS[0][2], TOPICS[0][0], TOPICS[0][1], TOPICS[0][0]]);
        for (voice, group) in voices.iter_mut().zip([0, 0, 0, 1, 1]) {
            voice.group = Some(group);
        }
        let gathering = Gathering::of(&voices, None);
        assert!(gathering.groups(|_, _| true).iter().any(|group| group.before == [0, 1]));
        let apart = gathering.groups(|_, _| false);
        assert!(apart.iter().any(|group| group.before == [0]) && apart.iter().any(|group| group.before == [1]));
        assert!(apart.iter().all(|group| group.voices != [5]), "the last belongs to one of them: {apart:?}");
    }

    #[test]
    fn nothing_alone_and_nonsense_are_no_trouble() {
        assert!(Gathering::of(&[], None).groups(|_, _| true).is_empty());
        let one = Gathering::of(&voices(&["hello"]), None).groups(|_, _| true);
        assert_eq!((one.len(), one[0].voices.as_slice()), (1, [0].as_slice()));
        let odd = Gathering::of(&voices(&["", "?!", "\u{1f600}", ""]), None).groups(|_, _| true);
        assert_eq!(odd.iter().map(|group| group.voices.len()).sum::<usize>(), 4);
    }
}
