//! Departments' hours and holidays: stated whole, taken over from a file, and what they make of a due time.

use serde_json::{Value, json};

use crate::house::Company;

const FILE: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20271206\r\nSUMMARY:Independence Day\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20271207T080000Z\r\nSUMMARY:Meeting\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

fn body() -> Value {
    json!({
        "time_zone": "Europe/Helsinki",
        "hours": { "monday": [{ "from": "12:00", "to": "16:00" }, { "from": "08:00", "to": "11:30" }] },
        "holidays": [{ "date": "2027-12-24", "name": "Christmas Eve" }],
    })
}

on_both! {
    fn a_calendar_is_stated_whole_at_a_version(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let desk = &company.departments[0];
        let path = desk.path("calendar");
        let usual = company.member.client.get(&path).is(200);
        assert_eq!((&usual["time_zone"], &usual["version"], &usual["created_at"]), (&json!("UTC"), &json!(0), &json!(null)));
        assert_eq!(usual["hours"]["friday"], json!([{ "from": "09:00", "to": "17:00" }]));
        assert_eq!(usual["targets"], json!({ "urgent": 240, "high": 480, "normal": 1440, "low": 2400 }));
        let put = |version: i64| desk.owner.client.put(&path, &body()).at(&json!(version));
        assert_eq!(put(7).fails(412), "precondition-failed");
        let stated = put(0).is(200);
        assert_eq!((&stated["version"], &stated["time_zone"]), (&json!(1), &json!("Europe/Helsinki")));
        assert_eq!(stated["hours"]["monday"][0]["from"], "08:00", "in order");
        assert_eq!(stated["hours"]["tuesday"], json!([]));
        assert_eq!(put(0).fails(412), "precondition-failed", "twice");
        assert_eq!(put(1).is(200)["version"], 2);
        assert_eq!(desk.owner.client.put(&path, &body()).fails(428), "precondition-required");
        for by in [&company.leader.client, &desk.editor.client] {
            let status = by.put(&path, &body()).at(&json!(2)).send().status;
            assert_eq!(status, if std::ptr::eq(by, &company.leader.client) { 200 } else { 403 });
        }
    }

    fn all_that_is_wrong_is_named(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let desk = &company.departments[0];
        let put = |body: &Value| desk.owner.client.put(&desk.path("calendar"), body).at(&json!(0)).is(422);
        let pointers = |problem: Value| -> Vec<String> {
            problem["errors"].as_array().unwrap().iter().map(|flaw| flaw["pointer"].as_str().unwrap().to_owned()).collect()
        };
        let mut wrong = body();
        wrong["hours"]["monday"][0]["to"] = json!("25:00");
        wrong["holidays"][0]["date"] = json!("2027-02-30");
        assert_eq!(pointers(put(&wrong)), ["/hours/monday/0", "/holidays/0/date"]);
        let mut wrong = body();
        wrong["time_zone"] = json!("Europe/Atlantis");
        wrong["hours"] = json!({});
        wrong["targets"] = json!({ "urgent": 1, "high": 480, "normal": 1440, "low": 9_999_999 });
        assert_eq!(pointers(put(&wrong)), ["/time_zone", "/hours", "/targets/urgent", "/targets/low"]);
        let mut wrong = body();
        wrong["hours"]["monday"] = json!([{ "from": "08:00", "to": "12:00" }, { "from": "11:00", "to": "13:00" }]);
        assert_eq!(pointers(put(&wrong)), ["/hours/monday"]);
    }

    fn holidays_come_from_a_calendar_file_once(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let desk = &company.departments[0];
        let import = |bytes: &[u8]| desk.owner.client.ask("POST", &desk.path("calendar/holidays")).raw("text/calendar", bytes);
        let report = import(FILE.as_bytes()).is(200);
        assert_eq!((&report["added"], &report["unchanged"]), (&json!(1), &json!(0)));
        assert_eq!(report["skipped"][0]["code"], "not-all-day");
        assert_eq!(report["calendar"]["holidays"], json!([{ "date": "2027-12-06", "name": "Independence Day" }]));
        let again = import(FILE.as_bytes()).is(200);
        assert_eq!((&again["added"], &again["unchanged"], &again["calendar"]["version"]), (&json!(0), &json!(1), &json!(1)));
        assert_eq!(import(b"hello").is(422)["errors"][0]["code"], "import-rejected");
        assert_eq!(import("BEGIN:X\r\n".repeat(50).as_bytes()).is(422)["errors"][0]["code"], "import-rejected");
    }

    fn a_due_time_follows_the_receiving_departments_hours(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let desk = &company.departments[0];
        // An hour of work on Mondays: four hours of urgent work are four Mondays.
        let mut calendar = body();
        calendar["hours"] = json!({ "monday": [{ "from": "08:00", "to": "09:00" }] });
        calendar["holidays"] = json!([]);
        desk.owner.client.put(&desk.path("calendar"), &calendar).at(&json!(0)).is(200);
        let ask = json!({ "to": desk.key, "question": "When?", "priority": "urgent" });
        let due = company.member.client.post("/v1/knowledge-requests", &ask).is(201)["due_at"].clone();
        let due = guildhall_domain::Moment::parse(due.as_str().unwrap()).unwrap();
        let now = house.within(|app| async move { app.now() });
        let days = due.since(now).as_secs() / 86_400;
        assert!((20..=28).contains(&days), "{days}");
        assert_eq!((due.seconds() / 86_400 + 3) % 7, 0, "a Monday");
    }
}
