//! `QnABot` on AWS, exported as JSON: questions with their answer, and buttons; cards, hooks and hints are kept.

use guildhall_domain::intent::Press;
use serde_json::{Value, json};

use crate::exchange::{
    Brought, Format, Rejected,
    gather::{Gathering, RawAnswer},
    json::{self, below, list, text},
};

/// Reads an export.
pub fn read(document: &Value) -> Result<Brought, Rejected> {
    let mut gather = Gathering::new(Format::Qnabot);
    for (n, item) in list(document, "qna").iter().enumerate() {
        let place = below("/qna", n);
        let Some(name) = text(item, "qid") else {
            gather.skip(&place, "intent-missing", "has no qid".to_owned());
            continue;
        };
        if text(item, "type").is_some_and(|kind| kind != "qna") {
            gather.define("item", name, item);
            continue;
        }
        let Some(at) = gather.intent(name, &place) else { continue };
        for (q, question) in list(item, "q").iter().enumerate() {
            gather.phrase(at, question.as_str().unwrap_or_default(), None, below(&below(&place, "q"), q));
        }
        if let Some(first) = list(item, "q").first().and_then(Value::as_str) {
            gather.title(at, &first.chars().take(200).collect::<String>(), &place);
        }
        if let Some(said) = text(item, "a") {
            if said.contains("{{") {
                gather.warn("placeholder", format!("{place}: the answer is a template, which will be shown as it is"));
            }
            let buttons = item.get("r").map(|card| list(card, "buttons")).unwrap_or_default();
            let button = |button: &Value| {
                Some((text(button, "text")?.to_owned(), Press::Payload(text(button, "value")?.to_owned())))
            };
            let buttons = buttons.iter().filter_map(button).collect();
            gather.answer(at, RawAnswer { buttons, ..RawAnswer::of(said, None) }, below(&place, "a"));
        }
        for (field, said) in json::rest(item, &["qid", "q", "a", "type"]) {
            gather.keep(at, &field, json!(said));
        }
    }
    Ok(gather.done())
}
