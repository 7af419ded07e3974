//! Proposals: what they show to whom, who approves, what lapses, how they merge.

use serde_json::{Value, json};

use crate::house::{Company, Department, Person, intent, publish, unique};

fn propose(by: &Person, changes: &Value) -> Value {
    by.client.post("/v1/proposals", &json!({ "title": unique("change"), "changes": changes })).is(201)
}

fn path(proposal: &Value, below: &str) -> String {
    let proposal = proposal.get("proposal").unwrap_or(proposal);
    format!("/v1/proposals/{}{below}", proposal["id"].as_str().unwrap())
}

fn phrase(of: &Department, text: &str) -> Value {
    json!([{ "op": "add_phrases", "in": of.live, "phrases": [{ "text": text, "language": "en" }] }])
}

fn draft(of: &Department) -> Value {
    of.owner.client.get(&of.path(&format!("intents/{}", of.live))).is(200)
}

fn says(whole: &Value, text: &str) -> bool {
    whole["phrases"].as_array().unwrap().iter().any(|phrase| phrase["text"] == text)
}

on_both! {
    fn a_proposal_goes_from_another_department_into_the_draft(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("propose"));
        let [first, second] = &company.departments;
        let text = unique("bring it back to the shop");
        let made = propose(&second.editor, &phrase(first, &text));
        assert_eq!(made["departments"], json!([{ "department": first.key, "approved_by": null, "approved_at": null }]));
        let seen = first.viewer.client.get(&path(&made, "")).is(200);
        assert_eq!((&seen["diff"][0]["kind"], &seen["diff"][0]["after"]), (&json!("added"), &json!(text)));
        assert_eq!(seen["clashes"], json!([]));
        let thread = first.reviewer.client.post(&path(&made, "/comments"), &json!({ "text": "Why so?", "intent": first.live })).is(201);
        second.editor.client.post(&path(&made, "/comments"), &json!({ "text": "They say it.", "thread": thread["id"] })).is(201);
        assert_eq!(first.editor.client.get(&path(&made, "")).is(200)["comments"].as_array().unwrap().len(), 2);
        let asked = first.reviewer.client.post(&path(&made, "/request-changes"), &json!({ "reason": "Say «store»." })).is(200);
        assert_eq!(asked["proposal"]["state"], "changes_requested");
        let text = unique("bring it back to the store");
        let body = json!({ "changes": phrase(first, &text) });
        let changed = second.editor.client.patch(&path(&made, ""), &asked["proposal"]["version"], &body).is(200);
        assert_eq!(changed["proposal"]["state"], "open");
        assert_eq!(second.editor.client.patch(&path(&made, ""), &json!(1), &body).fails(412), "precondition-failed");
        let merged = first.reviewer.client.post(&path(&made, "/approve"), &json!({})).is(200);
        assert_eq!(merged["proposal"]["state"], "merged");
        assert!(says(&draft(first), &text), "it is in the draft");
        assert_eq!(first.reviewer.client.post(&path(&made, "/approve"), &json!({})).fails(409), "proposal-closed");
        let audit = company.leader.client.get(&format!("/v1/audit-log?subject={}", made["id"].as_str().unwrap())).is(200);
        let actions: Vec<_> = audit["items"].as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap()).collect();
        for action in ["proposal.made", "proposal.changes-requested", "proposal.approved", "proposal.merged"] {
            assert!(actions.contains(&action), "{action}: {actions:?}");
        }
    }

    fn every_touched_department_approves_and_nobody_their_own(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("both"));
        let [first, second] = &company.departments;
        let moved = draft(first)["phrases"][0]["id"].clone();
        let changes = json!([{ "op": "move_phrases", "in": first.live, "phrase_ids": [moved], "to": second.live }]);
        let made = propose(&first.owner, &changes);
        assert_eq!(made["departments"].as_array().unwrap().len(), 2);
        assert_eq!(first.owner.client.post(&path(&made, "/approve"), &json!({})).fails(409), "own-proposal");
        let waits = second.owner.client.post(&path(&made, "/approve"), &json!({})).is(200);
        assert_eq!(waits["proposal"]["state"], "open");
        let version = &waits["proposal"]["version"];
        let again = first.owner.client.patch(&path(&made, ""), version, &json!({ "changes": changes, "note": "why" })).is(200);
        assert!(again["proposal"]["departments"][1]["approved_by"].is_string() || again["proposal"]["departments"][0]["approved_by"].is_string(), "the same changes: approvals stay");
        let other = json!([{ "op": "retitle", "in": first.live, "title": "T" }, changes[0]]);
        let lapsed = first.owner.client.patch(&path(&made, ""), &again["proposal"]["version"], &json!({ "changes": other })).is(200);
        assert!(lapsed["proposal"]["departments"].as_array().unwrap().iter().all(|of| of["approved_by"].is_null()));
        second.reviewer.client.post(&path(&made, "/approve"), &json!({})).is(200);
        let merged = first.reviewer.client.post(&path(&made, "/approve"), &json!({})).is(200);
        assert_eq!(merged["proposal"]["state"], "merged");
        let there = draft(second);
        assert!(there["phrases"].as_array().unwrap().iter().any(|phrase| phrase["id"] == moved), "it kept its identity");
        assert_eq!(draft(first)["title"], "T");
    }

    fn the_leader_proposes_everywhere_and_overwrites_nowhere(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("leader"));
        let [first, _] = &company.departments;
        let text = unique("as the leader heard it");
        let made = propose(&company.leader, &phrase(first, &text));
        assert_eq!(company.leader.client.post(&path(&made, "/approve"), &json!({})).fails(403), "forbidden");
        let add = json!({ "phrases": [{ "text": text }] });
        assert_eq!(company.leader.client.post(&first.path(&format!("intents/{}/phrases", first.live)), &add).fails(403), "forbidden");
        assert!(!says(&draft(first), &text));
        let declined = first.owner.client.post(&path(&made, "/decline"), &json!({ "reason": "Not our words" })).is(200);
        assert_eq!((&declined["proposal"]["state"], &declined["proposal"]["reason"]), (&json!("declined"), &json!("Not our words")));
    }

    fn a_proposal_tells_nobody_of_a_draft_that_they_may_not_read(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("secret"));
        let [first, second] = &company.departments;
        let set = |text: &str| json!([{ "op": "set_answer", "in": first.live, "answer": { "language": "en", "text": text } }]);
        let made = propose(&second.editor, &set("Proposed"));
        let secret = unique("Only in the draft");
        let body = json!({ "answers": [{ "language": "en", "text": secret }] });
        first.owner.client.patch(&first.path(&format!("intents/{}", first.live)), &draft(first)["version"], &body).is(200);
        let hidden = first.owner.client.post(&first.path("intents"), &intent(&unique("hidden"), &["nobody knows"])).is(201);
        let seen = second.editor.client.get(&path(&made, "")).is(200);
        assert_eq!(seen["clashes"], json!([]), "what is live did not move");
        assert!(!seen.to_string().contains(&secret));
        let owners = first.owner.client.get(&path(&made, "")).is(200);
        let clash = &owners["clashes"][0];
        assert_eq!((&clash["field"], &clash["theirs"], &clash["patch"]), (&json!("answer"), &json!(secret), &json!("Proposed")));
        let accepted = first.owner.client.post(&path(&made, "/approve"), &json!({})).is(200);
        assert_eq!(accepted["proposal"]["state"], "accepted", "nothing is taken silently");
        assert_eq!(draft(first)["answers"][0]["text"], json!(secret));
        assert_eq!(first.owner.client.ask("POST", &path(&made, "/merge")).fails(409), "clashes");
        let rename = json!({ "title": "x", "changes": [{ "op": "rename", "in": hidden["id"], "name": "mine" }] });
        let unknown = second.editor.client.post("/v1/proposals", &rename).fails(422);
        assert_eq!(unknown, "invalid-reference", "an intent of the draft alone is none for others");
        assert_eq!(second.viewer.client.get(&path(&made, "")).fails(404), "not-found", "nor is the proposal");
        // Once it is live, the author sees both sides and decides.
        publish(&first.owner, &first.key);
        let seen = second.editor.client.get(&path(&made, "")).is(200);
        let key = seen["clashes"][0]["key"].clone();
        assert_eq!(seen["clashes"][0]["theirs"], json!(secret));
        assert_eq!(second.editor.client.post(&path(&made, "/rebase"), &json!({})).fails(409), "clashes");
        let rebased = second.editor.client.post(&path(&made, "/rebase"), &json!({ "choices": [{ "key": key, "take": "patch" }] })).is(200);
        assert_eq!((&rebased["clashes"], &rebased["diff"][0]["before"]), (&json!([]), &json!(secret)));
        let merged = first.owner.client.post(&path(&made, "/approve"), &json!({})).is(200);
        assert_eq!((&merged["proposal"]["state"], &draft(first)["answers"][0]["text"]), (&json!("merged"), &json!("Proposed")));
    }

    fn an_owner_accepts_with_changes_to_their_own_part(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("amend"));
        let [first, second] = &company.departments;
        let made = propose(&second.editor, &phrase(first, "said the proposer's way"));
        let own = unique("said our way");
        let merged = first.owner.client.post(&path(&made, "/approve"), &json!({ "changes": phrase(first, &own) })).is(200);
        assert_eq!(merged["proposal"]["state"], "merged");
        assert!(says(&draft(first), &own) && !says(&draft(first), "said the proposer's way"));
        let made = propose(&second.editor, &phrase(first, "once more"));
        let elsewhere = json!([phrase(first, "once more")[0], phrase(second, "theirs too")[0]]);
        assert_eq!(first.owner.client.post(&path(&made, "/approve"), &json!({ "changes": elsewhere })).fails(403), "forbidden");
    }

    fn four_eyes_look_at_each_change_where_a_department_wants_it(place) {
        let house = place.house();
        let company = Company::found(&house, &unique("foureyes"));
        let [first, _] = &company.departments;
        let at = format!("/v1/departments/{}", first.key);
        let version = first.owner.client.get(&at).is(200)["version"].clone();
        first.owner.client.patch(&at, &version, &json!({ "four_eyes": true })).is(200);
        let add = json!({ "phrases": [{ "text": unique("directly") }] });
        let phrases = first.path(&format!("intents/{}/phrases", first.live));
        assert_eq!(first.owner.client.post(&phrases, &add).fails(409), "four-eyes");
        assert_eq!(first.editor.client.post(&first.path("intents"), &intent(&unique("new"), &["x y z"])).fails(409), "four-eyes");
        let file = json!({ "format": "guildhall", "version": 1, "intents": [] });
        assert_eq!(first.editor.client.post(&first.path("imports"), &file).fails(409), "four-eyes");
        let text = unique("by a proposal");
        let made = propose(&first.owner, &phrase(first, &text));
        assert_eq!(first.owner.client.post(&path(&made, "/approve"), &json!({})).fails(409), "own-proposal");
        first.reviewer.client.post(&path(&made, "/approve"), &json!({})).is(200);
        assert!(says(&draft(first), &text));
    }
}
