//! Every sample, with what is in it counted.

use guildhall_domain::intent::Press;
use serde_json::json;

use super::*;

pub(super) fn financial() -> Vec<u8> {
    zipped(&[
        ("financial-demo/data/nlu/nlu.yml", sample!("rasa-financial-demo/nlu.yml")),
        ("financial-demo/data/rules/rules.yml", sample!("rasa-financial-demo/rules.yml")),
        ("financial-demo/data/stories/stories.yml", sample!("rasa-financial-demo/stories.yml")),
        ("financial-demo/domain.yml", sample!("rasa-financial-demo/domain.yml")),
        ("financial-demo/tests/test_stories.yml", sample!("rasa-financial-demo/test_stories.yml")),
        ("financial-demo/README.md", b"# hello"),
    ])
}

pub(super) fn helpdesk() -> Vec<u8> {
    zipped(&[
        ("nlu.yml", sample!("rasa-helpdesk-assistant/nlu.yml")),
        ("rules.yml", sample!("rasa-helpdesk-assistant/rules.yml")),
        ("stories.yml", sample!("rasa-helpdesk-assistant/stories.yml")),
        ("domain.yml", sample!("rasa-helpdesk-assistant/domain.yml")),
    ])
}

#[test]
fn rasa_financial_demo() {
    let brought = bring("financial-demo.zip", &financial());
    assert_eq!(brought.format, Format::Rasa);
    let (intents, phrases, answers) = counts(&brought);
    assert_eq!((intents, phrases), (17, 578));
    assert_eq!(answers, 6, "check_human, out_of_scope, greet, goodbye, help, thankyou");
    assert_eq!(intent(&brought, "thankyou").answers[0].text.as_str(), "You're welcome :)");
    let greet = &intent(&brought, "greet").answers[0].text;
    assert!(greet.as_str().starts_with("Hi! I'm your Financial Assistant!\n\nI can help you"));
    let balance = intent(&brought, "check_balance");
    assert_eq!(balance.kept["rasa"]["lacks"], json!(["answers"]));
    assert_eq!(balance.kept["rasa"]["rules"][0]["steps"][1]["action"], "action_show_balance");
    assert!(balance.phrases.iter().any(|phrase| phrase.text.as_str() == "what's my balance?"));
    assert!(balance.phrases.iter().all(|phrase| phrase.place.starts_with("financial-demo/data/nlu/nlu.yml line ")));
    let define = |kind: &str| brought.definitions.iter().filter(|one| one.kind == kind).count();
    assert_eq!((define("slot"), define("form"), define("synonym")), (24, 3, 3));
    let confirm = brought.definitions.iter().find(|one| one.name == "zz_confirm_form" && one.kind == "slot").unwrap();
    assert!(confirm.json.contains(r#""value":"yes""#), "yes is a text: {}", confirm.json);
    let asks = brought.definitions.iter().find(|one| one.name == "utter_ask_transaction_search_form_search_type");
    assert!(asks.unwrap().json.contains(r#"deposit\"}'"#), "the stray quote stays");
    assert!(brought.skipped.iter().any(|s| s.location == "financial-demo/README.md" && s.code == "not-read"));
}

#[test]
fn rasa_helpdesk_assistant() {
    let brought = bring("helpdesk.zip", &helpdesk());
    let (intents, phrases, answers) = counts(&brought);
    assert_eq!((intents, phrases), (14, 452));
    assert_eq!(answers, 6, "bot_challenge by a rule; out_of_scope, help, thank, greet, goodbye by stories");
    assert_eq!(intent(&brought, "thank").answers[0].text.as_str(), "You're welcome!");
    assert!(intent(&brought, "open_incident").kept["rasa"]["rules"].is_array());
}

#[test]
fn rasa_training_data_alone_names_lines() {
    let brought = bring("nlu.yml", sample!("rasa-financial-demo/nlu.yml"));
    assert_eq!(counts(&brought), (17, 578, 0));
    assert_eq!(intent(&brought, "check_human").phrases[0].place, "line 5");
}

#[test]
fn dialogflow_es_matches_by_name() {
    let brought = bring("es-agent.zip", sample!("dialogflow-es/es-agent.zip"));
    assert_eq!(brought.format, Format::DialogflowEs);
    let (intents, phrases, _) = counts(&brought);
    assert_eq!((intents, phrases), (31, 249));
    let mortgage = intent(&brought, "Sup: What is an adjustable rate mortgage?");
    assert!(mortgage.answers[0].text.as_str().starts_with("Adjustable rate mortgages typically"));
    assert_eq!(mortgage.phrases[0].language.as_ref().unwrap().as_str(), "en");
    let lacking: Vec<_> = brought.intents.iter().filter(|i| i.answers.is_empty()).map(|i| i.name.as_str()).collect();
    assert_eq!(lacking, ["Adlingo Welcome Intent", "AoG - Welcome - yes", "AdLingo Start Intent - open website"]);
    assert!(intent(&brought, "Default Fallback Intent").phrases.is_empty());
    assert!(!format!("{:?}", brought.definitions).contains("6ad3defb"), "no key of the agent is kept");
}

#[test]
fn dialogflow_cx_package_and_blob() {
    let brought = bring("caller.zip", sample!("dialogflow-cx/caller-data-collection-pattern.zip"));
    assert_eq!(brought.format, Format::DialogflowCx);
    let (intents, phrases, answers) = counts(&brought);
    assert_eq!((intents, phrases, answers), (9, 41, 1));
    assert_eq!(intent(&brought, "Default Welcome Intent").answers[0].text.as_str(), "Hi! How are you doing?");
    assert_eq!(brought.definitions.iter().filter(|one| one.kind == "flow" && !one.name.contains('/')).count(), 3);
    assert_eq!(refused(sample!("dialogflow-cx/cx-agent.blob"), None), "dialogflow-blob");
}

#[test]
fn luis_ends_are_inclusive() {
    let brought = bring("FlightBooking.json", sample!("microsoft/FlightBooking.luis.json"));
    assert_eq!(brought.format, Format::Luis);
    assert_eq!(counts(&brought), (4, 27, 0));
    let kept = &intent(&brought, "BookFlight").kept["luis"]["entities"];
    let york = kept.as_array().unwrap().iter().find(|mark| mark["text"] == "book a flight from new york").unwrap();
    assert_eq!(york["entities"][0], json!({"entity": "From", "start": 19, "end": 27}));
}

#[test]
fn lu_keeps_entities_and_patterns() {
    let brought = bring("HomeAutomation.lu", sample!("microsoft/HomeAutomation.lu"));
    assert_eq!(brought.format, Format::Lu);
    assert_eq!(counts(&brought), (2, 38, 0));
    let device = intent(&brought, "ControlDevice");
    assert_eq!(device.phrases[0].text.as_str(), "breezeway on please");
    assert_eq!(device.phrases[0].language.as_ref().unwrap().as_str(), "en-us");
    assert_eq!(device.kept["lu"]["patterns"].as_array().unwrap().len(), 7);
    assert_eq!(brought.skipped.iter().filter(|skipped| skipped.code == "pattern-kept").count(), 7);
    assert!(brought.definitions.iter().any(|one| one.name == "list Operation" && one.json.contains("switch on")));
}

#[test]
fn qna_has_questions_and_one_answer_each() {
    let brought = bring("QnAMaker.qna", sample!("microsoft/QnAMaker.qna"));
    assert_eq!(brought.format, Format::Qna);
    assert_eq!(counts(&brought), (3, 10, 3));
    assert!(intent(&brought, "What are you?").answers[0].text.as_str().starts_with("I am the LUIS-QnAMaker"));
}

#[test]
fn qna_maker_table_repeats_its_header() {
    let brought = bring("smartLightFAQ.tsv", sample!("microsoft/smartLightFAQ.tsv"));
    assert_eq!(brought.format, Format::Csv);
    let (intents, phrases, answers) = counts(&brought);
    assert_eq!((intents, phrases, answers), (9, 12, 9));
    let headers = brought.skipped.iter().filter(|skipped| skipped.code == "repeated-header");
    assert_eq!(headers.map(|s| s.location.as_str()).collect::<Vec<_>>(), ["line 2", "line 10"]);
    let turn_on = intent(&brought, "My Contoso smart light won't turn on.");
    assert_eq!(turn_on.phrases.len(), 2);
}

#[test]
fn qnabot_begins_with_a_mark() {
    let brought = bring("blog-samples-final.json", sample!("qnabot/blog-samples-final.json"));
    assert_eq!(brought.format, Format::Qnabot);
    assert_eq!(counts(&brought), (20, 26, 20));
    let echo = intent(&brought, "Alexa.001");
    assert_eq!(echo.answers[0].buttons[1].press, Press::Payload("What is Amazon Fire TV?".to_owned()));
    assert!(echo.kept["qnabot"]["r"]["imageUrl"].is_string());
    assert!(brought.warnings.iter().any(|warning| warning.code == "placeholder"));
    assert_eq!(refused(sample!("qnabot/import-pass.xlsx"), None), "xlsx-refused");
}

#[test]
fn starchat_decision_table() {
    let brought = bring("decision_table.csv", sample!("starchat/decision_table.csv"));
    assert_eq!(brought.format, Format::Starchat);
    assert_eq!(counts(&brought), (3, 7, 3));
    assert_eq!(intent(&brought, "help").answers[0].buttons.len(), 2);
    assert!(intent(&brought, "forgot_password").kept["starchat"]["analyzer"].is_string());
    let skipped: Vec<_> = brought.skipped.iter().map(|s| (s.location.as_str(), s.code)).collect();
    assert_eq!(skipped, [("line 4", "state-kept"), ("line 6", "intent-missing")]);
}
