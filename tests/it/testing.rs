//! Conversation tests: kept, taken in and out, run against what is live and what would be, and seen by whom they concern.

use serde_json::{Value, json};

use crate::house::{Company, Department, House, Person, intent, job, publish, unique};

fn suite(by: &Person, tests: &str, name: &str) -> String {
    by.client.post(tests, &json!({ "name": name })).is(201)["id"].as_str().unwrap().to_owned()
}

fn case(by: &Person, tests: &str, suite: &str, name: &str, turns: &Value) -> Value {
    by.client.post(&format!("{tests}/{suite}/cases"), &json!({ "name": name, "turns": turns })).is(201)
}

/// Runs tests to the end and gives what came of them.
fn run(by: &Person, tests: &str, body: &Value) -> Value {
    let begun = by.client.post(&format!("{tests}/runs"), body).is(202)["id"].as_str().unwrap().to_owned();
    let result = job(&by.client, &begun)["result"].clone();
    by.client.get(&format!("{tests}/runs/{}", result["run"].as_str().unwrap())).is(200)
}

fn result<'a>(run: &'a Value, name: &str) -> &'a Value {
    run["results"].as_array().unwrap().iter().find(|result| result["name"] == name).unwrap()
}

fn misses(result: &Value) -> Vec<&str> {
    let turns = result["turns"].as_array().unwrap().iter();
    turns.flat_map(|turn| turn["misses"].as_array().unwrap()).map(|miss| miss["what"].as_str().unwrap()).collect()
}

fn tests(house: &House) -> (Company, String) {
    let company = Company::found(house, "acorn");
    let tests = company.departments[0].path("tests");
    (company, tests)
}

const FILE: &str = "suites:
- name: Returns
  required: true
  tests:
  - name: back
    turns:
    - says: I want to send this jacket back
      expect: { intent: return_item, answer_contains: About return_item }
  - name: parcel
    given: { language: en, context: { page: /orders } }
    turns:
    - says: where is my parcel
      expect: { intent: track_parcel, decision: answer, must_not_answer: [{ intent: return_item }] }
";

on_both! {
    fn a_department_runs_its_tests_against_what_is_live(place) {
        let house = place.house();
        let (company, tests) = tests(&house);
        let desk = &company.departments[0];
        let returns = suite(&desk.editor, &tests, "Returns");
        let turns = |intent: &str| json!([{ "says": "where is my parcel", "expect": { "intent": intent, "decision": "answer" } }]);
        case(&desk.editor, &tests, &returns, "good", &turns("track_parcel"));
        case(&desk.editor, &tests, &returns, "bad", &turns("return_item"));
        let others = json!([{ "says": "do you sell gift cards", "expect": { "department": company.departments[1].key, "must_not_answer": [{ "department": desk.key }] } }]);
        case(&desk.editor, &tests, &returns, "others", &others);
        let all = run(&desk.editor, &tests, &json!({}));
        assert_eq!((&all["total"], &all["passed"], &all["stage"], &all["occasion"]), (&json!(3), &json!(2), &json!("live"), &json!("asked")));
        assert!(result(&all, "good")["passed"] == true && result(&all, "others")["passed"] == true, "{all:#}");
        let bad = result(&all, "bad");
        assert_eq!(misses(bad), ["intent"]);
        let miss = &bad["turns"][0]["misses"][0];
        assert_eq!((&miss["expected"], &miss["got"]), (&json!(format!("return_item ({})", desk.key)), &json!(format!("track_parcel ({})", desk.key))));
        assert_eq!(bad["turns"][0]["ranking"][0]["intent"], "track_parcel");
        let listed = desk.viewer.client.get(&format!("{tests}/runs")).is(200)["items"].clone();
        assert_eq!((&listed[0]["id"], &listed[0]["results"]), (&all["id"], &json!(null)));
    }

    fn a_draft_is_tried_before_it_is_published(place) {
        let house = place.house();
        let (company, tests) = tests(&house);
        let desk = &company.departments[0];
        let suite = suite(&desk.editor, &tests, "New");
        let turns = json!([{ "says": "are socks returned when they were worn", "expect": { "intent": "socks" } }]);
        case(&desk.editor, &tests, &suite, "socks", &turns);
        desk.editor.client.post(&desk.path("intents"), &intent("socks", &["are worn socks returned", "socks that were worn", "may I return socks"])).is(201);
        assert_eq!(run(&desk.editor, &tests, &json!({ "stage": "live" }))["passed"], 0);
        assert_eq!(run(&desk.editor, &tests, &json!({ "stage": "draft" }))["passed"], 1);
        publish(&desk.owner, &desk.key);
        assert_eq!(run(&desk.editor, &tests, &json!({ "suites": [suite] }))["passed"], 1);
    }

    fn a_visitor_chooses_as_in_a_conversation(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let [desk, shop] = &company.departments;
        // The same words in both departments: the bot has to ask.
        let same = ["can I exchange a voucher for shoes", "exchange my voucher", "voucher exchange please"];
        for department in [desk, shop] {
            department.owner.client.post(&department.path("intents"), &intent("exchange", &same)).is(201);
            publish(&department.owner, &department.key);
        }
        let leader = &company.leader;
        let suite = suite(leader, "/v1/tests", "Between departments");
        let ask = json!({ "says": "exchange my voucher", "expect": { "decision": "ambiguous", "department": desk.key, "runner_ups": [{ "department": shop.key }] } });
        let choose = |title: &str, department: &Department| json!({ "chooses": title, "expect": { "department": department.key, "answer_equals": "About exchange." } });
        case(leader, "/v1/tests", &suite, "chooses", &json!([ask, choose(&format!("exchange ({})", shop.key), shop)]));
        case(leader, "/v1/tests", &suite, "no such button", &json!([ask, choose("a taxi", shop), choose("exchange", desk)]));
        case(leader, "/v1/tests", &suite, "unasked", &json!([{ "says": "exchange my voucher", "expect": { "department": desk.key } }]));
        let all = run(leader, "/v1/tests", &json!({}));
        assert_eq!(result(&all, "chooses")["passed"], true, "{all:#}");
        let none = result(&all, "no such button");
        assert_eq!((misses(none), none["turns"].as_array().unwrap().len()), (vec!["choice"], 2), "it ends there");
        assert_eq!(misses(result(&all, "unasked")), ["department"], "who is asked beside must be allowed");
        // What came of live tests every reader of tests sees.
        desk.viewer.client.get("/v1/tests/runs").is(200);
    }

    fn the_same_file_twice_changes_nothing_and_comes_out_as_it_went_in(place) {
        let house = place.house();
        let (company, tests) = tests(&house);
        let desk = &company.departments[0];
        let import = |text: &str| desk.editor.client.ask("POST", &format!("{tests}/import")).raw("application/yaml", text.as_bytes());
        let first = import(FILE).is(200);
        assert_eq!((&first["suites"], &first["created"], &first["skipped"]), (&json!(1), &json!(2), &json!([])));
        let second = import(FILE).is(200);
        assert_eq!((&second["suites"], &second["created"], &second["updated"], &second["unchanged"]), (&json!(0), &json!(0), &json!(0), &json!(2)));
        let changed = import(&FILE.replace("decision: answer", "decision: ambiguous")).is(200);
        assert_eq!((&changed["updated"], &changed["unchanged"]), (&json!(1), &json!(1)));
        import(FILE).is(200);
        assert_eq!(run(&desk.editor, &tests, &json!({}))["passed"], 2);
        for format in ["yaml", "json"] {
            let out = desk.viewer.client.get(&format!("{tests}/export?format={format}")).send();
            let back = import(&out.text()).is(200);
            assert_eq!((&back["unchanged"], &back["created"], &back["updated"]), (&json!(2), &json!(0), &json!(0)), "{}", out.text());
        }
        let bad = import("suites:\n- name: X\n  tests:\n  - name: y\n    turns:\n    - says: ''\n").is(200);
        assert_eq!(bad["skipped"][0]["location"], "line 6");
        assert_eq!(import("suites: [").is(422)["errors"][0]["code"], "import-rejected");
        let rasa = import("stories:\n- story: r\n  steps:\n  - user: where is my parcel\n    intent: track_parcel\n").is(200);
        assert_eq!((&rasa["suites"], &rasa["created"]), (&json!(1), &json!(1)));
    }

    fn what_is_named_and_gone_is_told_beforehand(place) {
        let house = place.house();
        let (company, tests) = tests(&house);
        let desk = &company.departments[0];
        desk.editor.client.ask("POST", &format!("{tests}/import")).raw("application/yaml", FILE.as_bytes()).is(200);
        let check = |stage: &str| desk.viewer.client.get(&format!("{tests}/precheck?stage={stage}")).is(200)["cases"].clone();
        assert_eq!(check("live"), json!([]));
        let read = desk.owner.client.get(&desk.path(&format!("intents/{}", desk.live))).is(200);
        desk.owner.client.patch(&desk.path(&format!("intents/{}", desk.live)), &read["version"], &json!({ "name": "give_back" })).is(200);
        assert_eq!(check("live"), json!([]), "it is live still");
        let stale = check("draft");
        let codes: Vec<_> = stale.as_array().unwrap().iter().map(|case| (case["name"].clone(), case["stale"][0]["code"].clone(), case["stale"][0]["pointer"].clone())).collect();
        assert_eq!(codes, [
            (json!("back"), json!("unknown-intent"), json!("/turns/0/expect/intent")),
            (json!("parcel"), json!("unknown-intent"), json!("/turns/0/expect/must_not_answer/0")),
        ]);
    }

    fn suites_and_cases_are_kept_at_versions(place) {
        let house = place.house();
        let (company, tests) = tests(&house);
        let desk = &company.departments[0];
        let by = &desk.editor.client;
        let id = suite(&desk.editor, &tests, "Returns");
        assert_eq!(by.post(&tests, &json!({ "name": "RETURNS!" })).fails(409), "suite-name-taken");
        let path = format!("{tests}/{id}");
        let changed = by.patch(&path, &json!(1), &json!({ "required": true, "description": "All" })).is(200);
        assert_eq!((&changed["required"], &changed["version"]), (&json!(true), &json!(2)));
        assert_eq!(by.patch(&path, &json!(1), &json!({ "name": "Other" })).fails(412), "precondition-failed");
        let made = case(&desk.editor, &tests, &id, "one", &json!([{ "says": "hello" }]));
        assert_eq!(by.post(&format!("{path}/cases"), &json!({ "name": "One", "turns": [{ "says": "hi" }] })).fails(409), "case-name-taken");
        let case = format!("{path}/cases/{}", made["id"].as_str().unwrap());
        let body = json!({ "name": "one", "given": { "language": "fi", "context": { "page": "/" } }, "turns": [{ "chooses": "x" }] });
        let stated = by.put(&case, &body).at(&json!(1)).is(200);
        assert_eq!((&stated["given"]["channel"], &stated["turns"][0]["chooses"], &stated["turns"][0]["says"]), (&json!("web"), &json!("x"), &json!(null)));
        assert_eq!(by.put(&case, &body).at(&json!(1)).fails(412), "precondition-failed");
        let flawed = json!({ "name": "", "given": { "channel": "fax" }, "turns": [{ "expect": { "decision": "no", "runner_ups": [{}] } }] });
        let flaws = by.put(&case, &flawed).at(&json!(2)).is(422)["errors"].clone();
        let pointers: Vec<_> = flaws.as_array().unwrap().iter().map(|flaw| flaw["pointer"].as_str().unwrap()).collect();
        assert_eq!(pointers, ["/name", "/given/channel", "/turns/0", "/turns/0/expect/decision", "/turns/0/expect/runner_ups/0"]);
        by.delete(&case).at(&json!(2)).is(204);
        by.delete(&path).at(&json!(2)).is(204);
        assert_eq!(by.get(&path).fails(404), "not-found");
    }

    fn attack_tests_are_as_secret_as_the_draft(place) {
        let house = place.house();
        let (company, tests) = tests(&house);
        let [desk, shop] = &company.departments;
        let secret = unique("secret");
        let id = suite(&desk.editor, &tests, &secret);
        let ran = run(&desk.editor, &tests, &json!({ "stage": "draft" }));
        let run_path = format!("{tests}/runs/{}", ran["id"].as_str().unwrap());
        for who in [&shop.owner, &shop.editor, &company.member, &company.executive, &desk.agent] {
            for path in [tests.clone(), format!("{tests}/export"), format!("{tests}/precheck"), format!("{tests}/runs")] {
                assert_eq!(who.client.get(&path).fails(403), "forbidden", "{path} by {}", who.email);
            }
            // Through the company's or another department's paths neither.
            for path in [format!("/v1/tests/{id}"), format!("/v1/tests/runs/{}", ran["id"].as_str().unwrap()), shop.path(&format!("tests/{id}"))] {
                let status = who.client.get(&path).send().status;
                assert!(matches!(status, 403 | 404), "{path}: {status}");
            }
            assert!(matches!(who.client.get(&run_path).send().status, 403 | 404));
        }
        company.leader.client.get(&format!("{tests}/{id}")).is(200);
        assert_eq!(company.leader.client.delete(&format!("{tests}/{id}")).at(&json!(1)).fails(403), "forbidden", "the leader reads");
        assert_eq!(desk.owner.client.post("/v1/tests", &json!({ "name": "Mine" })).fails(403), "forbidden");
        // What came of the company's tests on drafts is for who reads every draft.
        let theirs = suite(&company.leader, "/v1/tests", "All");
        case(&company.leader, "/v1/tests", &theirs, "draft", &json!([{ "says": "something nobody hears yet" }]));
        let drafted = run(&company.leader, "/v1/tests", &json!({ "stage": "draft" }));
        assert_eq!(desk.viewer.client.get(&format!("/v1/tests/runs/{}", drafted["id"].as_str().unwrap())).fails(404), "not-found");
        assert_eq!(desk.viewer.client.get("/v1/tests/runs").is(200)["items"], json!([]));
        assert_eq!(desk.viewer.client.get("/v1/tests/precheck?stage=draft").fails(403), "forbidden");
    }

    fn each_night_every_suite_is_run(place) {
        let house = place.house();
        let (company, tests) = tests(&house);
        let desk = &company.departments[0];
        desk.editor.client.ask("POST", &format!("{tests}/import")).raw("application/yaml", FILE.as_bytes()).is(200);
        house.clock.pass(std::time::Duration::from_hours(24));
        let editor = desk.editor.sign_in(&house);
        for _ in 0..200 {
            let runs = editor.client.get(&format!("{tests}/runs")).is(200)["items"].clone();
            if let Some(run) = runs.as_array().unwrap().first() {
                assert_eq!((&run["occasion"], &run["passed"]), (&json!("night"), &json!(2)));
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("no run at night");
    }
}
