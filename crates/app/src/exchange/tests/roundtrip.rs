//! Out and in again: Guildhall's JSON is the identity, tables and Rasa keep phrases and answers, twice is once.

use std::collections::{BTreeMap, HashMap};

use guildhall_domain::{
    Id, Moment, folded,
    intent::{Answer, Button, Intent, Phrase, Press, WholeIntent},
    text::{AnswerText, IntentName, Language, PhraseText, Title},
};
use guildhall_persistence::Definition;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    super::{
        formats::{csv, guildhall, rasa},
        merge::{Counts, Draft, Plan, plan},
    },
    *,
};

fn empty() -> Draft {
    Draft { intents: vec![], kept: HashMap::new(), definitions: vec![], language: Language::parse("en").unwrap() }
}

/// What a draft is after a plan was carried out, as the database would have it.
fn carried(draft: Draft, brought: Brought) -> (Draft, super::super::Report) {
    let language = draft.language.clone();
    let (mut intents, mut kept, mut definitions) =
        (draft.intents.clone(), draft.kept.clone(), draft.definitions.clone());
    let Plan { changes, definitions: more, report } = plan(draft, brought);
    let mut next = 1_000_000;
    let mut id = || {
        next += 1;
        Uuid::from_u128(next)
    };
    for change in changes {
        let mut whole = change.of.unwrap_or_else(|| WholeIntent {
            intent: Intent {
                id: Id::from_uuid(id()),
                department: Id::from_uuid(Uuid::nil()),
                name: change.name,
                title: None,
                version: 1,
                created_at: Moment(0),
                updated_at: Moment(0),
            },
            phrases: vec![],
            answers: vec![],
        });
        whole.intent.title = change.title;
        whole.phrases.extend(change.phrases.into_iter().map(|phrase| Phrase {
            id: Id::from_uuid(id()),
            text: phrase.text.into(),
            language: phrase.language.map(|language| language.to_string()),
        }));
        change.answers.into_iter().for_each(|answers| whole.answers = answers);
        kept.entry(whole.intent.id).or_default().extend(change.kept);
        intents.retain(|other| other.intent.id != whole.intent.id);
        intents.push(whole);
    }
    definitions.retain(|old| !more.iter().any(|new| (&new.kind, &new.name) == (&old.kind, &old.name)));
    definitions.extend(more);
    definitions.sort();
    (Draft { intents, kept, definitions, language }, report)
}

fn written(draft: &Draft) -> String {
    let kept = |whole: &WholeIntent| -> Map<String, Value> {
        let of = draft.kept.get(&whole.intent.id).cloned().unwrap_or_default();
        of.into_iter().map(|(source, json)| (source, serde_json::from_str(&json).unwrap())).collect()
    };
    let taken: Vec<_> = draft.intents.iter().map(|whole| (whole.clone(), kept(whole))).collect();
    guildhall::write(&taken, &draft.definitions).unwrap()
}

fn drafts() -> impl Strategy<Value = Draft> {
    let language = || prop::sample::select(vec!["en", "fi", "pt-br"]);
    let words = "[=+@\\-'a-zä\"\\\\n,;\\[\\]{}=\\n]{1,12}";
    let phrase = (words, prop::option::of(language()));
    let answer = (words, language(), any::<bool>(), prop::option::of(words));
    let one =
        (words, prop::option::of(words), prop::collection::vec(phrase, 0..6), prop::collection::vec(answer, 0..4));
    prop::collection::vec((one, any::<bool>()), 0..6).prop_map(|all| {
        let mut draft = empty();
        let mut names = std::collections::HashSet::new();
        for (((name, title, phrases, answers), keeps), n) in all.into_iter().zip(1_u128..) {
            let Ok(name) = IntentName::parse(&name) else { continue };
            if !names.insert(folded(name.as_str())) {
                continue;
            }
            let id = Id::from_uuid(Uuid::from_u128(n));
            let mut whole = WholeIntent {
                intent: Intent {
                    id,
                    department: Id::from_uuid(Uuid::nil()),
                    name,
                    title: title.and_then(|title| Title::parse(&title).ok()),
                    version: 1,
                    created_at: Moment(5),
                    updated_at: Moment(5),
                },
                phrases: vec![],
                answers: vec![],
            };
            for ((text, language), p) in phrases.into_iter().zip(1_u128..) {
                let Ok(text) = PhraseText::parse(&text) else { continue };
                if whole.phrases.iter().all(|other| folded(&other.text) != folded(text.as_str())) {
                    let id = Id::from_uuid(Uuid::from_u128(n * 1_000 + p));
                    whole.phrases.push(Phrase { id, text: text.into(), language: language.map(str::to_owned) });
                }
            }
            for (text, language, web, button) in answers {
                let Ok(text) = AnswerText::parse(&text) else { continue };
                let (language, channel) = (Language::parse(language).unwrap(), web.then(|| "web".to_owned()));
                let button = button.and_then(|title| Title::parse(&title).ok());
                let buttons = button.map(|t| Button { title: t.to_string(), press: Press::Payload(t.to_string()) });
                let same = |other: &Answer| other.language == language && other.channel == channel;
                if !whole.answers.iter().any(same) {
                    whole.answers.push(Answer { language, channel, text, buttons: buttons.into_iter().collect() });
                }
            }
            if keeps {
                let json = json!({ "rules": [n.to_string()], "lacks": [] }).to_string();
                draft.kept.insert(id, BTreeMap::from([("rasa".to_owned(), json)]));
                draft.definitions.push(Definition {
                    source: "rasa".to_owned(),
                    kind: "slot".to_owned(),
                    name: format!("slot {n}"),
                    json: json!({ "type": "text", "n": n.to_string() }).to_string(),
                });
            }
            draft.intents.push(whole);
        }
        draft
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn guildhall_is_the_identity(draft in drafts()) {
        let out = written(&draft);
        let brought = bring("draft.json", out.as_bytes());
        prop_assert_eq!(&brought.skipped, &vec![]);
        let (again, _) = carried(empty(), brought.clone());
        prop_assert_eq!(written(&again), out);
        let (_, report) = carried(draft, brought);
        prop_assert_eq!(report.created, Counts::default());
        prop_assert_eq!(report.updated, Counts::default());
    }

    #[test]
    fn a_table_keeps_phrases_and_answers(draft in drafts()) {
        let table = csv::write(&draft.intents).unwrap();
        let brought = read(&file("draft.csv", &table), Some(Format::Csv)).unwrap();
        let (_, report) = carried(draft, brought);
        prop_assert_eq!((report.created, report.updated), Default::default());
    }

    #[test]
    fn no_cell_is_a_formula(text in "[=+\\-@\\t\\r\\n＝＋－＠'a]{0,6}") {
        let safe = csv::safe(&text);
        prop_assert!(!safe.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']));
    }
}

#[test]
fn bringing_twice_changes_nothing() {
    for (name, bytes) in [
        ("financial.zip", super::samples::financial()),
        ("helpdesk.zip", super::samples::helpdesk()),
        ("es.zip", sample!("dialogflow-es/es-agent.zip").to_vec()),
        ("cx.zip", sample!("dialogflow-cx/caller-data-collection-pattern.zip").to_vec()),
        ("faq.tsv", sample!("microsoft/smartLightFAQ.tsv").to_vec()),
        ("qnabot.json", sample!("qnabot/blog-samples-final.json").to_vec()),
    ] {
        let (draft, first) = carried(empty(), bring(name, &bytes));
        let (draft, second) = carried(draft, bring(name, &bytes));
        assert_eq!((second.created, second.updated), Default::default(), "{name}");
        assert_eq!(second.unchanged, first.created, "{name}");
        assert_eq!(second.skipped, first.skipped, "{name}");
        let out = written(&draft);
        let (other, _) = carried(empty(), bring("out.json", out.as_bytes()));
        assert_eq!(written(&other), out, "{name}");
    }
}

#[test]
fn rasa_reads_what_it_is_given() {
    let (draft, _) = carried(empty(), bring("qnabot.json", sample!("qnabot/blog-samples-final.json")));
    let out = rasa::write(&draft.intents);
    let brought = bring("out.yml", out.as_bytes());
    assert_eq!(counts(&brought), (20, 26, 20), "{out}");
    assert_eq!(brought.skipped, vec![]);
    assert_eq!(counts(&bring("empty.yml", rasa::write(&[]).as_bytes())), (0, 0, 0));
}

#[test]
fn titles_and_answers_are_updated_and_nothing_is_taken_away() {
    let (draft, _) = carried(empty(), bring("a.csv", b"intent,question,answer\na,one,first\nb,two,second\n"));
    let (draft, report) = carried(draft, bring("a.csv", b"intent,title,question,answer\nA,The a,three,changed\n"));
    assert_eq!((report.updated.intents, report.updated.answers, report.created.phrases), (1, 1, 1));
    assert_eq!(draft.intents.len(), 2);
    let a = draft.intents.iter().find(|whole| whole.intent.name.as_str() == "a").unwrap();
    assert_eq!((a.phrases.len(), a.answers[0].text.as_str()), (2, "changed"));
}
