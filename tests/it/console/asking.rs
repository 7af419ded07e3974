//! Asking by pages: a question goes out, waits in an inbox, is asked back, answered with content, accepted, and lands in the
//! draft; and conversation tests are brought in and run.

use super::at_work;
use crate::house::Browser;

const DESK: &str = "/console/departments/acorn-desk";

fn holds(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "{part} in {page}");
    }
}

on_both! {
    fn a_question_goes_from_an_inbox_to_the_draft(place) {
        let (house, company, owner) = at_work(place);
        let asker = Browser::of(&house, &company.departments[1].editor);
        holds(&asker.open("/console/inbox", 200), &["Nothing waits for you.", "Ask a department"]);
        let new = "/console/knowledge-requests/new";
        let refused = asker.send(new, &[("to", "acorn-desk"), ("question", " ")], 422).text();
        holds(&refused, &["Question must not be empty"]);
        let fields = [("to", "acorn-desk"), ("from", "acorn-shop"), ("question", "May I send socks back?"), ("examples", "can I return socks"), ("priority", "urgent")];
        let (at, page) = asker.done(new, &fields);
        holds(&page, &["The question is on its way.", "acorn-shop → acorn-desk", "open"]);
        assert!(!page.contains("We have it"), "the asker does not answer: {page}");
        let inbox = owner.open("/console/inbox", 200);
        holds(&inbox, &["May I send socks back?", "say that you have it", at.as_str()]);
        holds(&owner.open(&format!("{DESK}/inbox"), 200), &["May I send socks back?"]);
        holds(&owner.done(&format!("{at}/acknowledge"), &[]).1, &["It is yours now.", "acknowledged"]);
        holds(&owner.done(&format!("{at}/ask-back"), &[("question", "Worn or unworn?")]).1, &["The asker was asked back.", "asks back"]);
        holds(&asker.open("/console/inbox", 200), &["reply"]);
        holds(&asker.done(&format!("{at}/reply"), &[("text", "Unworn.")]).1, &["Your reply is there"]);
        let content = [("text", "Yes."), ("intent", "new"), ("name", "socks"), ("phrases", "can I return socks\nsocks back"), ("answer", "Socks come back unworn."), ("language", "en")];
        let mut nameless = content;
        nameless[2] = ("name", "");
        holds(&owner.send(&format!("{at}/answer"), &nameless, 422).text(), &["Name of the new intent must not be empty", "socks back"]);
        holds(&owner.done(&format!("{at}/answer"), &content).1, &["Answered.", "Socks come back unworn."]);
        holds(&asker.done(&format!("{at}/accept"), &[]).1, &["Accepted.", "A thanks, ready to send", "Thank you, The owner"]);
        holds(&owner.open("/console/inbox", 200), &["let it land in the draft"]);
        holds(&owner.done(&format!("{at}/draft"), &[]).1, &["It is in the draft now.", "socks"]);
        holds(&owner.open(&format!("{DESK}/intents"), 200), &["socks"]);
        holds(&owner.open("/console/knowledge-requests", 200), &["May I send socks back?", "accepted"]);
    }

    fn tests_are_brought_in_and_run(place) {
        let (_house, company, owner) = at_work(place);
        let page = owner.open(&format!("{DESK}/tests"), 200);
        holds(&page, &["No tests yet.", "The tests were never run."]);
        let refused = owner.send(&format!("{DESK}/tests/import"), &[("tests", "suites: [")], 422).text();
        holds(&refused, &["line 1"]);
        let file = "suites:\n- name: Parcels\n  tests:\n  - name: good\n    turns:\n    - says: where is my parcel\n      expect: { intent: track_parcel }\n  - name: bad\n    turns:\n    - says: where is my parcel\n      expect: { intent: return_item }\n  - name: stale\n    turns:\n    - says: hello\n      expect: { must_not_answer: [{ intent: gone }] }\n";
        let (at, page) = owner.done(&format!("{DESK}/tests/import"), &[("tests", file)]);
        assert_eq!(at, format!("{DESK}/tests"));
        holds(&page, &["3 new, 0 changed", "Parcels", "3 tests", "name what is not there any more", "gone"]);
        owner.done(&format!("{DESK}/tests/run"), &[("stage", "live")]);
        let by = &company.departments[0].owner.client;
        for _ in 0..200 {
            let runs = by.get(&company.departments[0].path("tests/runs")).is(200)["items"].clone();
            if let Some(run) = runs.as_array().unwrap().first() {
                holds(&owner.open(&format!("{DESK}/tests"), 200), &["2 of 3 passed"]);
                let page = owner.open(&format!("{DESK}/tests/runs/{}", run["id"].as_str().unwrap()), 200);
                holds(&page, &["Parcels: bad", "return_item (acorn-desk)", "track_parcel (acorn-desk)", "Parcels: good"]);
                let out = owner.open(&format!("{DESK}/tests/export"), 200);
                holds(&out, &["name: \"Parcels\"", "says: \"where is my parcel\""]);
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the tests were not run");
    }
}
