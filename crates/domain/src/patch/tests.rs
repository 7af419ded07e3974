//! What holds of every patch: found and applied it leads where it should, merged it loses nothing of either side.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::text::{AnswerText, Language};

fn department(n: u128) -> Id<id::Department> {
    Id::from_uuid(Uuid::from_u128(n))
}

fn intent_id(n: u128) -> Id<id::Intent> {
    Id::from_uuid(Uuid::from_u128(n))
}

fn phrase(n: u128) -> Phrase {
    Phrase { id: Id::from_uuid(Uuid::from_u128(n)), text: format!("phrase {n}"), language: None }
}

fn answer(language: &str, text: &str) -> Answer {
    Answer {
        language: Language::parse(language).unwrap(),
        channel: None,
        text: AnswerText::parse(text).unwrap(),
        buttons: vec![],
        when: vec![],
    }
}

fn intent(n: u128, name: &str, phrases: impl IntoIterator<Item = u128>) -> FrozenIntent {
    FrozenIntent {
        id: intent_id(n),
        name: name.to_owned(),
        title: None,
        phrases: phrases.into_iter().map(phrase).collect(),
        answers: vec![answer("en", "yes")],
        rules: Rules::default(),
    }
}

fn contents(all: impl IntoIterator<Item = (u128, Vec<FrozenIntent>)>) -> Contents {
    all.into_iter().map(|(n, intents)| (department(n), Content { intents })).collect()
}

fn two() -> Contents {
    contents([(1, vec![intent(10, "a", [100, 101]), intent(11, "b", [110])]), (2, vec![intent(20, "c", [200])])])
}

fn set(changes: impl IntoIterator<Item = Change>) -> PatchSet {
    PatchSet { changes: changes.into_iter().collect() }
}

fn never(_: &str) -> Option<Take> {
    None
}

#[test]
fn a_change_that_does_not_fit_is_named_by_its_place() {
    let patch = set([
        Change::RemoveIntent { intent: intent_id(99) },
        Change::Rename { intent: intent_id(10), name: IntentName::parse("B").unwrap() },
        Change::RemovePhrase { intent: intent_id(10), phrase: phrase(110).id },
    ]);
    let misfits: Vec<_> = patch.apply(&two()).unwrap_err().iter().map(|m| (m.at, m.code)).collect();
    assert_eq!(misfits, [(0, "invalid-reference"), (2, "invalid-reference"), (2, "intent-name-taken")]);
}

#[test]
fn names_may_be_changed_over_and_an_equal_phrase_is_kept_once() {
    let name = |name: &str| IntentName::parse(name).unwrap();
    let equal = Phrase { text: "PHRASE 100!".to_owned(), ..phrase(5) };
    let after = set([
        Change::Rename { intent: intent_id(10), name: name("b") },
        Change::Rename { intent: intent_id(11), name: name("a") },
        Change::AddPhrase { intent: intent_id(10), phrase: equal },
    ])
    .apply(&two())
    .unwrap();
    assert_eq!(placed(&after, intent_id(10)).unwrap().intent.phrases, [phrase(100), phrase(101)]);
    assert_eq!(placed(&after, intent_id(11)).unwrap().intent.name, "a");
}

#[test]
fn a_patch_tells_what_it_does_line_by_line() {
    let patch = set([
        Change::MovePhrase { intent: intent_id(10), phrase: phrase(100).id, to: intent_id(20) },
        Change::SetAnswer { intent: intent_id(20), answer: answer("en", "no") },
        Change::MoveIntent { intent: intent_id(11), to: department(2) },
    ]);
    let told = patch.told(&two());
    let first = told[0].to.clone().unwrap();
    assert_eq!((told[0].told, told[0].before.as_deref()), (Told::Moved, Some("phrase 100")));
    assert_eq!((first.department, first.intent), (department(2), Some((intent_id(20), "c".to_owned()))));
    assert_eq!((told[1].before.as_deref(), told[1].after.as_deref()), (Some("yes"), Some("no")));
    assert_eq!(told[2].field, "department");
    assert_eq!(patch.touched(&two()), [department(1), department(2)].into());
}

#[test]
fn who_shares_an_intent_is_touched_too() {
    let mut base = two();
    base.get_mut(&department(1)).unwrap().intents[0].rules.sharers = vec![department(2)];
    let patch = set([Change::RemovePhrase { intent: intent_id(10), phrase: phrase(100).id }]);
    assert_eq!(patch.touched(&base), [department(1), department(2)].into());
}

#[test]
fn true_conflicts_are_shown_side_by_side_and_left_as_they_are() {
    let base = two();
    let say = |text: &str| set([Change::SetAnswer { intent: intent_id(10), answer: answer("en", text) }]);
    let theirs = say("theirs").apply(&base).unwrap();
    let merged = merge(&base, &theirs, &say("mine"), never).unwrap();
    assert_eq!(merged.contents, theirs);
    let clash = &merged.clashes[0];
    let sides = [&clash.base, &clash.theirs, &clash.patch].map(|side| side.as_deref().unwrap());
    assert_eq!((sides, clash.field.name()), (["yes", "theirs", "mine"], "answer"));
    let taken = merge(&base, &theirs, &say("mine"), |key| (key == clash.key).then_some(Take::Patch)).unwrap();
    assert_eq!((taken.contents, taken.clashes), (say("mine").apply(&base).unwrap(), vec![]));
}

#[test]
fn a_phrase_that_both_moved_elsewhere_or_one_took_away_is_a_conflict() {
    let base = two();
    let to = |to| set([Change::MovePhrase { intent: intent_id(10), phrase: phrase(100).id, to: intent_id(to) }]);
    let gone = set([Change::RemovePhrase { intent: intent_id(10), phrase: phrase(100).id }]);
    for theirs in [to(11), gone] {
        let theirs = theirs.apply(&base).unwrap();
        let merged = merge(&base, &theirs, &to(20), never).unwrap();
        assert_eq!((merged.clashes.len(), &merged.contents), (1, &theirs));
        assert_eq!(merged.clashes[0].field, Field::Phrase(phrase(100).id));
        assert_eq!(merged.clashes[0].patch.as_deref(), Some("«phrase 100» in «c»"));
    }
    let same = to(20).apply(&base).unwrap();
    assert_eq!(merge(&base, &same, &to(20), never).unwrap().clashes, []);
}

#[test]
fn an_intent_that_one_removed_and_the_other_changed_is_a_conflict() {
    let base = two();
    let gone = set([Change::RemoveIntent { intent: intent_id(10) }]);
    let changed = set([Change::AddPhrase { intent: intent_id(10), phrase: phrase(102) }]);
    let theirs = changed.apply(&base).unwrap();
    let merged = merge(&base, &theirs, &gone, never).unwrap();
    let phrase_clashes = merged.clashes.iter().filter(|clash| clash.field == Field::Presence).count();
    assert_eq!((phrase_clashes, &merged.contents), (1, &theirs));
    let untouched = set([Change::AddPhrase { intent: intent_id(11), phrase: phrase(112) }]).apply(&base).unwrap();
    let merged = merge(&base, &untouched, &gone, never).unwrap();
    assert!(merged.clashes.is_empty() && placed(&merged.contents, intent_id(10)).is_none());
}

#[test]
fn a_basis_holds_what_a_patch_names_and_merges_as_the_whole_does() {
    let base = two();
    let patch = set([Change::MovePhrase { intent: intent_id(10), phrase: phrase(100).id, to: intent_id(20) }]);
    let basis = patch.basis(&base);
    assert_eq!(basis.values().map(|content| content.intents.len()).collect::<Vec<_>>(), [1, 1]);
    let theirs = set([
        Change::RemoveIntent { intent: intent_id(11) },
        Change::Retitle { intent: intent_id(20), title: Some(Title::parse("now").unwrap()) },
    ]);
    let theirs = theirs.apply(&base).unwrap();
    assert_eq!(merge(&basis, &theirs, &patch, never), merge(&base, &theirs, &patch, never));
    assert_eq!(merge(&basis, &theirs, &patch, never).unwrap().clashes, []);
}

#[test]
fn a_name_that_another_intent_took_meanwhile_is_a_conflict() {
    let base = two();
    let added = |n, name: &str| set([Change::AddIntent { department: department(1), added: intent(n, name, []) }]);
    let theirs = added(12, "new").apply(&base).unwrap();
    let merged = merge(&base, &theirs, &added(13, "New!"), never).unwrap();
    assert_eq!((merged.clashes.len(), &merged.contents), (1, &theirs));
    assert_eq!(merged.clashes[0].field, Field::Name);
}

/// Contents of two departments over few names, so that much happens to the same things.
fn some_contents() -> impl Strategy<Value = Contents> {
    let one =
        (0..8_u128, prop::collection::btree_set(0..12_u128, 0..5), prop::option::of("[ab]"), "[xy]", any::<bool>());
    prop::collection::vec(one, 0..6).prop_map(|all| {
        let mut made = contents([(1, vec![]), (2, vec![])]);
        let (mut ids, mut used) = (BTreeSet::new(), BTreeSet::new());
        for (n, phrases, title, said, second) in all {
            if ids.insert(n) {
                let phrases: Vec<_> = phrases.into_iter().filter(|p| used.insert(*p)).collect();
                let mut new = intent(n, &format!("name {n}"), phrases);
                new.title = title;
                new.answers = vec![answer("en", &said)];
                made.get_mut(&department(if second { 2 } else { 1 })).unwrap().intents.push(new);
            }
        }
        made.values_mut().for_each(|content| content.intents.sort_by_key(|intent| intent.id));
        made
    })
}

/// Edits of the things of one half: the intents and phrases with even numbers, or those with odd ones.
fn some_edits(odd: bool) -> impl Strategy<Value = Vec<(u8, u128, u128)>> {
    let half = move |n: u128| 2 * n + u128::from(odd);
    prop::collection::vec((0..6_u8, (0..4_u128).prop_map(half), (0..6_u128).prop_map(half)), 0..8)
}

/// Those of the edits that can be made, as a patch.
fn patch_of(base: &Contents, edits: &[(u8, u128, u128)], new: u128) -> PatchSet {
    let mut now = base.clone();
    for &(kind, n, p) in edits {
        let intent = intent_id(n);
        let change = match kind {
            0 => Change::Retitle { intent, title: Some(Title::parse(&format!("title {p}")).unwrap()) },
            1 => Change::SetAnswer { intent, answer: answer("fi", &format!("vastaus {p}")) },
            2 => Change::AddPhrase { intent, phrase: phrase(new + p) },
            3 => Change::RemovePhrase { intent, phrase: phrase(p).id },
            4 => Change::MoveIntent { intent, to: department(1 + p % 2) },
            _ => Change::Rename { intent, name: IntentName::parse(&format!("other {n} {p}")).unwrap() },
        };
        if let Ok(next) = set([change]).apply(&now) {
            now = next;
        }
    }
    PatchSet::between(base, &now)
}

proptest! {
    #[test]
    fn what_is_found_between_two_contents_leads_from_one_to_the_other(before in some_contents(), after in some_contents()) {
        let patch = PatchSet::between(&before, &after);
        prop_assert_eq!(patch.apply(&before), Ok(after));
        prop_assert_eq!(PatchSet::between(&before, &before), PatchSet::default());
    }

    #[test]
    fn on_an_unmoved_base_merging_is_applying(base in some_contents(), edits in some_edits(false)) {
        let patch = patch_of(&base, &edits, 1_000);
        let applied = patch.apply(&base).unwrap();
        let merged = Merger::new(&base, &base, &applied, &never).run();
        prop_assert_eq!((&merged.contents, merged.clashes), (&applied, vec![]));
        prop_assert_eq!(merge(&patch.basis(&base), &base, &patch, never).unwrap().contents, applied);
    }

    #[test]
    fn disjoint_edits_merge_to_the_same_from_either_side(base in some_contents(), one in some_edits(false), other in some_edits(true)) {
        let (one, other) = (patch_of(&base, &one, 1_000), patch_of(&base, &other, 2_000));
        let (with_one, with_other) = (one.apply(&base).unwrap(), other.apply(&base).unwrap());
        let first = merge(&base, &with_one, &other, never).unwrap();
        let second = merge(&base, &with_other, &one, never).unwrap();
        prop_assert_eq!(&first.clashes, &vec![]);
        prop_assert_eq!(first, second);
    }

    #[test]
    fn merging_in_what_is_there_already_changes_nothing(base in some_contents(), edits in some_edits(true)) {
        let patch = patch_of(&base, &edits, 1_000);
        let there = patch.apply(&base).unwrap();
        let merged = merge(&base, &there, &patch, never).unwrap();
        prop_assert_eq!((merged.contents, merged.clashes), (there, vec![]));
    }

    #[test]
    fn no_merge_loses_silently_what_the_others_changed(base in some_contents(), one in some_edits(false), other in some_edits(false)) {
        let (one, other) = (patch_of(&base, &one, 1_000), patch_of(&base, &other, 2_000));
        let theirs = one.apply(&base).unwrap();
        let merged = merge(&base, &theirs, &other, never).unwrap();
        if merged.clashes.is_empty() {
            // Nobody clashed: all that either side did is in it.
            let again = merge(&base, &other.apply(&base).unwrap(), &one, never).unwrap();
            prop_assert_eq!(again.contents, merged.contents);
        } else {
            prop_assert!(merged.clashes.iter().all(|clash| clash.theirs != clash.patch));
        }
    }
}
