//! Out and in again is the same, strangers' files are read line by line, and Rasa's stories become turns.

use guildhall_domain::{
    suite::{Expect, Given, Named, Outcome, Said, Script, Turn},
    text::{AnswerText, IntentName, Language, MessageText, Name, Note, Payload},
};
use proptest::{option, prelude::*};
use serde_json::{Map, Value, json};

use super::*;

/// A text that is clean already.
fn clean() -> impl Strategy<Value = String> {
    "\\PC{1,20}".prop_filter_map("clean", |text| guildhall_domain::text::cleaned(&text, 50).ok())
}

fn named() -> impl Strategy<Value = Named> {
    (option::of("[a-z]{2,8}"), clean())
        .prop_map(|(department, name)| Named { department, intent: Some(IntentName::parse(&name).unwrap()) })
}

fn expectations() -> impl Strategy<Value = Expect> {
    let answers = prop::collection::vec(clean(), 0..3);
    let decision = option::of(prop::sample::select(&Outcome::ALL));
    let runner_ups = option::of(prop::collection::vec(named(), 0..3));
    let all = (option::of("[a-z]{2,8}"), option::of(clean()), decision, answers, option::of(clean()), runner_ups);
    (all, prop::collection::vec(named(), 0..2)).prop_map(|(all, must_not_answer)| {
        let (department, intent, decision, contains, equals, runner_ups) = all;
        Expect {
            department,
            intent: intent.map(|name| IntentName::parse(&name).unwrap()),
            decision,
            answer_contains: contains.iter().map(|text| AnswerText::parse(text).unwrap()).collect(),
            answer_equals: equals.map(|text| AnswerText::parse(&text).unwrap()),
            must_not_answer,
            runner_ups,
        }
    })
}

fn turns() -> impl Strategy<Value = Turn> {
    let says = clean().prop_map(|text| Said::Says(MessageText::parse(&text).unwrap()));
    let chooses = clean().prop_map(|text| Said::Chooses(Payload::parse(&text).unwrap()));
    (prop_oneof![says, chooses], expectations()).prop_map(|(visitor, expect)| Turn { visitor, expect })
}

fn context() -> impl Strategy<Value = Map<String, Value>> {
    let value = prop_oneof![
        any::<i64>().prop_map(|n| json!(n)),
        any::<bool>().prop_map(|b| json!(b)),
        "\\PC{0,10}".prop_map(|text| json!(text)),
        Just(json!(["a", { "b": 1 }])),
        Just(json!(null)),
    ];
    prop::collection::btree_map("\\PC{1,8}", value, 0..4).prop_map(|map| map.into_iter().collect())
}

fn scripts() -> impl Strategy<Value = Script> {
    let given =
        (option::of(prop::sample::select(&["en", "fi", "pt-br"])), context()).prop_map(|(language, context)| {
            let language = language.map(|tag| Language::parse(tag).unwrap());
            Given { language, context, ..Given::default() }
        });
    (clean(), given, prop::collection::vec(turns(), 1..4)).prop_map(|(name, given, turns)| Script {
        name: Name::parse(&name).unwrap(),
        given,
        turns,
    })
}

fn suites() -> impl Strategy<Value = SuiteScripts> {
    (clean(), option::of(clean()), any::<bool>(), prop::collection::vec(scripts(), 0..3)).prop_map(
        |(name, description, required, scripts)| SuiteScripts {
            name: Name::parse(&name).unwrap(),
            description: description.map(|text| Note::parse(&text).unwrap()),
            required,
            scripts,
        },
    )
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(suites in prop::collection::vec(suites(), 0..3)) {
        for format in [ScriptFormat::Yaml, ScriptFormat::Json] {
            let written = write(&suites, format);
            let read = read(written.as_bytes()).unwrap();
            prop_assert!(read.skipped.is_empty(), "{:?}\n{written}", read.skipped);
            prop_assert_eq!(&read.suites, &suites, "{}", written);
        }
    }
}

#[test]
fn a_file_of_people_is_read_line_by_line() {
    let file = "suites:
- name: Returns
  required: true
  tests:
  - name: good
    turns:
    - says: I want to send this back
      expect: { intent: return_item, answer_contains: 30 days }
  - name: bad
    turns:
    - says: hello
      expect:
        decision: perhaps
  - name: worse
    turns:
    - shouts: hello
- description: nameless
";
    let read = read(file.as_bytes()).unwrap();
    let names: Vec<_> = read.suites[0].scripts.iter().map(|script| script.name.as_str()).collect();
    assert_eq!((names, read.suites.len(), read.suites[0].required), (vec!["good"], 1, true));
    let found: Vec<_> = read.skipped.iter().map(|one| format!("{} {}", one.location, one.code)).collect();
    assert_eq!(found, ["line 13 invalid", "line 16 unknown-field", "line 16 invalid", "line 17 empty"]);
    assert_eq!(super::read(b"suites: [").unwrap_err().rule, "not-yaml");
    assert_eq!(super::read(b"nlu: []").unwrap_err().rule, "unknown-format");
    assert!(super::read(b"suites: [\n  oops").unwrap_err().detail.contains("line"));
}

#[test]
fn rasas_stories_become_turns() {
    let file = "stories:
- story: A return
  steps:
  - user: |
      I want to send [socks](item) back
    intent: return_item
  - action: utter_return
  - intent: affirm
  - user: thanks
- story: Nothing said
  steps:
  - action: utter_greet
";
    let read = read(file.as_bytes()).unwrap();
    let script = &read.suites[0].scripts[0];
    assert_eq!(script.turns.len(), 2);
    assert_eq!(script.turns[0].visitor, Said::Says(MessageText::parse("I want to send socks back").unwrap()));
    assert_eq!(script.turns[0].expect.intent, Some(IntentName::parse("return_item").unwrap()));
    assert!(script.turns[1].expect.is_empty());
    let found: Vec<_> = read.skipped.iter().map(|one| format!("{} {}", one.location, one.code)).collect();
    assert_eq!(found, ["line 8 no-user-text", "line 10 turns"]);
}
