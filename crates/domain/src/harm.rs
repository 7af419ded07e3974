//! What a release would do to the other departments: how their phrases would fare beside it, and which of its phrases say
//! what they have live; and who let it go all the same.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::{
    Id, Moment,
    content::{Content, FrozenIntent},
    evaluation::{double, share},
    id,
    text::folded,
};

/// A loss of recognition that chance makes in one of so many releases is no loss: the level of the sign test.
const CHANCE: f64 = 0.05;
/// As many equal or unseen phrases of one intent, at least, are a claim on it.
const CLAIMED: usize = 3;
/// The share of an intent's phrases that are a claim on it, where that is more.
const SHARE_OF_INTENT: f64 = 0.05;
/// As many phrases of a department, at least, however they are spread over its intents, are a claim on it …
const SPREAD: usize = 5;
/// … where they are this share of all that a release brings.
const SHARE_OF_RELEASE: f64 = 0.2;
/// How sure the live bot must be of another's intent for a new phrase to count as said in that intent's place.
pub const CONFIDENT: f32 = 0.5;
/// The most phrases of a kind that are named.
const NAMED: usize = 20;

/// What a release would do to one other department.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Harm {
    /// The department that is harmed.
    pub department: Id<id::Department>,
    /// The share of its phrases that are recognised now when they are held out, 0 to 1; `None` without phrases.
    pub recall_before: Option<f64>,
    /// The share beside the release.
    pub recall_after: Option<f64>,
    /// Its phrases that would not be recognised any more.
    pub lost: Vec<Lost>,
    /// Its intents whose place the release's phrases take.
    pub claims: Vec<Claim>,
    /// Its conversation tests that pass now and would fail, each as a sentence.
    #[serde(default)]
    pub tests: Vec<String>,
    /// Who let the release go in its name, if anybody has.
    pub let_go: Option<LetGo>,
}

impl Harm {
    /// No harm that is known of yet.
    #[must_use]
    pub fn to(department: Id<id::Department>) -> Self {
        let (lost, claims, tests) = (Vec::new(), Vec::new(), Vec::new());
        Self { department, recall_before: None, recall_after: None, lost, claims, tests, let_go: None }
    }
}

/// A phrase that would not be recognised any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// Its intent.
    pub intent: Id<id::Intent>,
    /// Its words.
    pub text: String,
    /// The intent that it would be taken for.
    pub taken_for: Id<id::Intent>,
}

/// An intent whose place phrases of a release take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The intent.
    pub intent: Id<id::Intent>,
    /// Its name.
    pub name: String,
    /// The release's phrases that are equal to one of its own.
    pub equal: Vec<String>,
    /// The release's phrases that the live bot gives to it with confidence.
    pub unseen: Vec<String>,
}

/// Who let a release go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetGo {
    /// The member who answers for it.
    pub by: Id<id::Member>,
    /// Whether as the leader after the due time, and not as an owner of the harmed department.
    pub arbitrated: bool,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Moment,
}

/// How a phrase of another department fares, held out, without and with a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fare {
    /// Its department.
    pub department: Id<id::Department>,
    /// Its intent.
    pub intent: Id<id::Intent>,
    /// Its words.
    pub text: String,
    /// The intent that it is taken for now.
    pub before: Id<id::Intent>,
    /// The intent that it would be taken for.
    pub after: Id<id::Intent>,
}

/// A phrase of a release that the live bot gives to another department's intent with confidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    /// Its words.
    pub text: String,
    /// The intent that it is given to.
    pub taken_for: Id<id::Intent>,
}

/// The phrases that a content has and the one before had not, folded and once each; those of new intents among them.
#[must_use]
pub fn brought(before: &Content, after: &Content) -> Vec<String> {
    let folded_of = |content: &Content| -> HashSet<String> {
        content.intents.iter().flat_map(|intent| &intent.phrases).map(|phrase| folded(&phrase.text)).collect()
    };
    let mut known = folded_of(before);
    let all = after.intents.iter().flat_map(|intent| &intent.phrases);
    all.filter(|phrase| known.insert(folded(&phrase.text))).map(|phrase| phrase.text.clone()).collect()
}

/// What a release would do to the others: those that it harms beyond the tolerance, in the order of departments.
///
/// A department is harmed when more of its held-out phrases are lost than `tolerance` allows (a share of them, 0 to 1) and
/// chance would do so in less than one of twenty releases (sign test over the phrases that fare differently); when at
/// least three and 5 % of one of its intents' phrases are brought by the release, equal or, as the live bot is sure,
/// meaning the same; or when a fifth of all that the release brings, and at least five phrases, is said in its place.
#[must_use]
pub fn harms(
    others: &[(Id<id::Department>, Content)],
    brought: &[String],
    strays: &[Stray],
    fares: &[Fare],
    tolerance: f64,
) -> Vec<Harm> {
    let mut found = Vec::new();
    for (department, content) in others {
        let own: Vec<&Fare> = fares.iter().filter(|fare| fare.department == *department).collect();
        let (before, after) = (right(&own, |fare| fare.before), right(&own, |fare| fare.after));
        let lost: Vec<&&Fare> = own.iter().filter(|of| of.before == of.intent && of.after != of.intent).collect();
        let won = own.iter().filter(|of| of.before != of.intent && of.after == of.intent).count();
        let loss = share(before.saturating_sub(after), own.len()).unwrap_or(0.0);
        let loses = loss > tolerance && by_chance(lost.len(), won) < CHANCE;
        let claims = claims(content, brought, strays);
        let (taken, spread) = said_in_place(&claims, brought.len());
        if !loses && !taken && !spread {
            continue;
        }
        let lost = lost.into_iter().take(NAMED);
        let lost = lost.map(|of| Lost { intent: of.intent, text: of.text.clone(), taken_for: of.after });
        found.push(Harm {
            department: *department,
            recall_before: share(before, own.len()),
            recall_after: share(after, own.len()),
            lost: lost.collect(),
            claims: claims.into_iter().map(|(claim, _)| named(claim)).collect(),
            tests: Vec::new(),
            let_go: None,
        });
    }
    found
}

fn right(fares: &[&Fare], taken_for: impl Fn(&Fare) -> Id<id::Intent>) -> usize {
    fares.iter().filter(|fare| taken_for(fare) == fare.intent).count()
}

/// Each intent of another department of which phrases are brought, with the number of its own.
fn claims(content: &Content, brought: &[String], strays: &[Stray]) -> Vec<(Claim, usize)> {
    let mut unseen: BTreeMap<Id<id::Intent>, Vec<String>> = BTreeMap::new();
    for stray in strays {
        unseen.entry(stray.taken_for).or_default().push(stray.text.clone());
    }
    let by_folded: HashMap<String, &String> = brought.iter().map(|text| (folded(text), text)).collect();
    let claim = |intent: &FrozenIntent| {
        let equal: BTreeSet<String> =
            intent.phrases.iter().filter_map(|phrase| by_folded.get(&folded(&phrase.text)).copied().cloned()).collect();
        let mut unseen = unseen.get(&intent.id).cloned().unwrap_or_default();
        unseen.retain(|text| !equal.contains(text));
        let (id, name) = (intent.id, intent.name.clone());
        let claim = Claim { intent: id, name, equal: equal.into_iter().collect(), unseen };
        (!claim.equal.is_empty() || !claim.unseen.is_empty()).then_some((claim, intent.phrases.len()))
    };
    content.intents.iter().filter_map(claim).collect()
}

/// Whether one intent's place is taken, and whether many intents' are a little.
fn said_in_place(claims: &[(Claim, usize)], brought: usize) -> (bool, bool) {
    let enough = |phrases: usize| double(CLAIMED).max(SHARE_OF_INTENT * double(phrases));
    let size = |claim: &Claim| claim.equal.len() + claim.unseen.len();
    let taken = claims.iter().any(|(claim, phrases)| double(size(claim)) >= enough(*phrases));
    let all: usize = claims.iter().map(|(claim, _)| size(claim)).sum();
    (taken, all >= SPREAD && double(all) >= SHARE_OF_RELEASE * double(brought))
}

fn named(mut claim: Claim) -> Claim {
    claim.equal.truncate(NAMED);
    claim.unseen.truncate(NAMED);
    claim
}

/// The chance of at least so many losses among the phrases that fare differently, were each as likely lost as won: the
/// one-sided sign test (McNemar's exact test).
#[must_use]
pub fn by_chance(lost: usize, won: usize) -> f64 {
    let all = lost + won;
    // C(all, k) / 2^all by the logarithm, so that thousands of phrases stay finite.
    let mut log = -double(all) * std::f64::consts::LN_2;
    let mut sum = if lost == 0 { log.exp() } else { 0.0 };
    for k in 1..=all {
        log += (double(all + 1 - k) / double(k)).ln();
        if k >= lost {
            sum += log.exp();
        }
    }
    sum.min(1.0)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::intent::Phrase;

    fn id<K>(n: u128) -> Id<K> {
        Id::from_uuid(Uuid::from_u128(n))
    }

    fn content(intent: u128, phrases: &[&str]) -> Content {
        let phrase = |(n, text): (u128, &&str)| Phrase { id: id(n), text: (*text).to_owned(), language: None };
        let phrases = (0..).zip(phrases).map(phrase).collect();
        let intents = vec![FrozenIntent {
            id: id(intent),
            name: format!("i{intent}"),
            title: None,
            phrases,
            answers: vec![],
            rules: crate::intent::Rules::default(),
        }];
        Content { intents }
    }

    #[test]
    fn the_sign_test_by_hand() {
        for (lost, won, chance) in
            [(0, 0, 1.0), (5, 0, 1.0 / 32.0), (4, 1, 6.0 / 32.0), (0, 3, 1.0), (8, 2, 56.0 / 1024.0)]
        {
            assert!((by_chance(lost, won) - chance).abs() < 1e-12, "{lost} {won}: {}", by_chance(lost, won));
        }
        assert!(by_chance(3_000, 2_000) < 1e-9 && by_chance(2_500, 2_500) > 0.49);
    }

    #[test]
    fn what_is_brought_is_new_and_counted_once() {
        let (before, after) = (content(1, &["Hello", "bye"]), content(1, &["hello!", "so long", "So  long", "bye"]));
        assert_eq!(brought(&before, &after), ["so long"]);
    }

    fn found(brought: &[&str], strays: &[(&str, u128)], lost: usize) -> Vec<Harm> {
        let theirs = content(7, &["buy a kayak", "rent a kayak", "kayak for two", "paddles"]);
        let brought: Vec<String> = brought.iter().map(|text| (*text).to_owned()).collect();
        let strays: Vec<_> =
            strays.iter().map(|(text, to)| Stray { text: (*text).into(), taken_for: id(*to) }).collect();
        let fare = |n: usize| Fare {
            department: id(2),
            intent: id(7),
            text: format!("phrase {n}"),
            before: id(7),
            after: if n < lost { id(9) } else { id(7) },
        };
        let fares: Vec<_> = (0..100).map(fare).collect();
        harms(&[(id(2), theirs)], &brought, &strays, &fares, 0.02)
    }

    #[test]
    fn three_equal_phrases_are_a_claim_and_two_are_none() {
        assert_eq!(found(&["Buy a kayak", "rent a kayak!", "tents"], &[], 0), []);
        let harms = found(&["Buy a kayak", "rent a kayak!", "PADDLES", "tents"], &[], 0);
        assert_eq!((harms[0].department, harms[0].claims[0].equal.len()), (id(2), 3));
        assert_eq!((harms[0].recall_before, harms[0].recall_after), (Some(1.0), Some(1.0)));
    }

    #[test]
    fn unseen_phrases_that_mean_the_same_are_a_claim() {
        let strays = [("get me a canoe", 7), ("boat hire", 7), ("row a boat", 7)];
        let brought = ["get me a canoe", "boat hire", "row a boat", "tents", "stoves"];
        let harms = found(&brought, &strays, 0);
        assert_eq!(harms[0].claims[0].unseen, ["get me a canoe", "boat hire", "row a boat"]);
        assert_eq!(found(&brought, &strays[..2], 0), [], "two may be chance");
    }

    #[test]
    fn a_loss_counts_beyond_tolerance_and_chance() {
        assert_eq!(found(&[], &[], 2), []);
        assert_eq!(found(&[], &[], 4), [], "four may be chance");
        let harms = found(&[], &[], 6);
        assert_eq!((harms[0].recall_after, harms[0].lost.len()), (Some(0.94), 6));
        assert_eq!(harms[0].lost[0].taken_for, id(9));
    }
}
