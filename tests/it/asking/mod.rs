//! Asking each other: calendars, knowledge requests from question to draft, due times, who knows, inboxes, measures.

mod calendars;
mod escalating;
mod inboxes;
mod knowing;
mod landing;
mod measuring;
mod requests;
mod seeing;

use serde_json::{Value, json};

use crate::house::{Company, Department, House, Person};

/// A company whose departments work at every hour of every day, so that due times follow the clock.
fn company(house: &House) -> Company {
    let company = Company::found(house, "acorn");
    for department in &company.departments {
        let day = json!([{ "from": "00:00", "to": "24:00" }]);
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let hours: Value =
            days.iter().map(|name| ((*name).to_owned(), day.clone())).collect::<serde_json::Map<_, _>>().into();
        let body = json!({ "time_zone": "UTC", "hours": hours, "targets": { "urgent": 60, "high": 240, "normal": 480, "low": 960 } });
        department.owner.client.put(&department.path("calendar"), &body).at(&json!(0)).is(200);
    }
    company
}

/// A question from the shop's editor to the desk.
fn ask(company: &Company, priority: &str) -> Value {
    let [desk, shop] = &company.departments;
    let body = json!({
        "from": shop.key, "to": desk.key, "question": "May I send socks back?", "examples": ["can I return socks"],
        "language": "en", "priority": priority,
    });
    shop.editor.client.post("/v1/knowledge-requests", &body).is(201)
}

fn path(request: &Value, below: &str) -> String {
    format!("/v1/knowledge-requests/{}{below}", request["id"].as_str().unwrap())
}

/// Makes a move and gives the request as it is then.
fn go(by: &Person, request: &Value, what: &str, body: &Value) -> Value {
    by.client.post(&path(request, &format!("/{what}")), body).is(200)
}

fn read(by: &Person, request: &Value) -> Value {
    by.client.get(&path(request, "")).is(200)
}

/// The answer of the desk, as content for a new intent.
fn content(name: &str) -> Value {
    json!({
        "text": "Yes, unworn.",
        "content": {
            "name": name, "title": "Returning socks",
            "phrases": [{ "text": "can I return socks", "language": "en" }, { "text": "socks do not fit", "language": "en" }],
            "answers": [{ "language": "en", "text": "Socks come back unworn." }],
        },
    })
}

/// A request that was answered with content and accepted.
fn accepted(company: &Company, desk: &Department, name: &str) -> Value {
    let request = ask(company, "normal");
    go(&desk.editor, &request, "answer", &content(name));
    go(&company.departments[1].editor, &request, "accept", &json!({}))
}
