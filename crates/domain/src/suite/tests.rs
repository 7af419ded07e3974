//! Each expectation by a table, and the pre-check.

use super::*;
use crate::text::AnswerText;

fn meant(department: &str, intent: &str) -> Meant {
    Meant { department: department.to_owned(), intent: intent.to_owned() }
}

fn named(department: Option<&str>, intent: Option<&str>) -> Named {
    let intent = intent.map(|name| IntentName::parse(name).unwrap());
    Named { department: department.map(str::to_owned), intent }
}

fn answered(department: &str, intent: &str) -> Got {
    Got {
        decision: Outcome::Answer,
        answered: Some(meant(department, intent)),
        asked: vec![],
        text: "Within 30 days.".to_owned(),
    }
}

fn asked(all: &[(&str, &str)]) -> Got {
    let asked = all.iter().map(|(department, intent)| meant(department, intent)).collect();
    Got { decision: Outcome::Ambiguous, answered: None, asked, text: "Which?".to_owned() }
}

fn unknown() -> Got {
    Got { decision: Outcome::OutOfScope, answered: None, asked: vec![], text: "Sorry.".to_owned() }
}

fn text(words: &str) -> AnswerText {
    AnswerText::parse(words).unwrap()
}

#[test]
fn each_expectation_is_judged_by_its_own_table() {
    let intent = |name: &str| Expect { intent: Some(IntentName::parse(name).unwrap()), ..Expect::default() };
    let department = |key: &str| Expect { department: Some(key.to_owned()), ..Expect::default() };
    let decision = |decision| Expect { decision: Some(decision), ..Expect::default() };
    let runner_ups = |all: Vec<Named>| Expect { runner_ups: Some(all), ..intent("return_item") };
    let forbidden = |all: Vec<Named>| Expect { must_not_answer: all, ..Expect::default() };
    let contains = |words: &str| Expect { answer_contains: vec![text(words)], ..Expect::default() };
    let equals = |words: &str| Expect { answer_equals: Some(text(words)), ..Expect::default() };
    let both = asked(&[("desk", "return_item"), ("shop", "gift_cards")]);
    let table: Vec<(Expect, Got, &[&str])> = vec![
        (intent("Return Item"), answered("desk", "return_item"), &[]),
        (intent("return_item"), answered("shop", "return_item"), &["intent"]),
        (intent("return_item"), answered("desk", "track"), &["intent"]),
        (intent("return_item"), unknown(), &["intent"]),
        (intent("return_item"), both.clone(), &["intent"]),
        (Expect { decision: Some(Outcome::Ambiguous), ..intent("return_item") }, both.clone(), &[]),
        (runner_ups(vec![named(Some("shop"), None)]), both.clone(), &[]),
        (runner_ups(vec![named(None, Some("track"))]), both.clone(), &["runner_ups"]),
        (runner_ups(vec![]), answered("desk", "return_item"), &[]),
        (runner_ups(vec![named(Some("shop"), None)]), answered("shop", "gift_cards"), &["intent"]),
        (department("shop"), answered("shop", "gift_cards"), &[]),
        (department("shop"), answered("desk", "track"), &["department"]),
        (decision(Outcome::OutOfScope), unknown(), &[]),
        (decision(Outcome::Answer), unknown(), &["decision"]),
        (forbidden(vec![named(None, Some("return_item"))]), answered("desk", "return_item"), &["must_not_answer"]),
        (forbidden(vec![named(Some("shop"), None)]), answered("desk", "return_item"), &[]),
        (forbidden(vec![named(Some("desk"), None)]), both, &[]),
        (contains("30 DAYS"), answered("desk", "return_item"), &[]),
        (contains("60 days"), answered("desk", "return_item"), &["answer_contains"]),
        (equals("Within 30 days."), answered("desk", "return_item"), &[]),
        (equals("within 30 days."), answered("desk", "return_item"), &["answer_equals"]),
        (Expect::default(), unknown(), &[]),
    ];
    for (at, (expect, got, expected)) in table.into_iter().enumerate() {
        let misses = expect.misses(&got, Some("desk"));
        let found: Vec<_> = misses.iter().map(|miss| miss.what.as_str()).collect();
        assert_eq!(found, expected, "row {at}: {misses:?}");
    }
}

#[test]
fn what_is_named_and_gone_is_told() {
    let inventory = Inventory {
        departments: vec!["desk".to_owned(), "shop".to_owned()],
        intents: vec![(meant("desk", "return_item"), vec!["Within 30 days.".to_owned()])],
    };
    let turn = |expect| Turn { visitor: Said::Says(MessageText::parse("hi").unwrap()), expect };
    let script = Script {
        name: Name::parse("x").unwrap(),
        given: Given::default(),
        turns: vec![
            turn(Expect {
                intent: Some(IntentName::parse("return_item").unwrap()),
                answer_contains: vec![text("30 days"), text("60 days")],
                answer_equals: Some(text("Within 60 days.")),
                ..Expect::default()
            }),
            turn(Expect {
                department: Some("legal".to_owned()),
                must_not_answer: vec![named(Some("shop"), Some("gone")), named(Some("shop"), None)],
                ..Expect::default()
            }),
        ],
    };
    let stale = script.stale(&inventory, Some("desk"));
    let mut found: Vec<_> = stale.iter().map(|stale| format!("{} {}", stale.pointer, stale.code)).collect();
    found.sort();
    assert_eq!(
        found,
        [
            "/turns/0/expect/answer_contains/1 unknown-answer",
            "/turns/0/expect/answer_equals unknown-answer",
            "/turns/1/expect/intent unknown-department",
            "/turns/1/expect/must_not_answer/0 unknown-intent",
        ]
    );
}
