//! What is past due is told to the next one up, each step once: with time that a test sets, on several nodes, with a node
//! that is killed.

use std::time::Duration;

use guildhall_domain::{Id, id};
use serde_json::{Value, json};

use super::{ask, company, go, path};
use crate::{
    crash::Node,
    house::{House, Person, Place, PostOffice, Setup},
};

/// Waits until these steps were taken.
fn steps(by: &Person, request: &Value, wanted: &[&str]) {
    let mut seen = Vec::new();
    for _ in 0..200 {
        let read = by.client.get(&path(request, "")).is(200);
        let step = |step: &Value| step["step"].as_str().unwrap().to_owned();
        seen = read["escalations"].as_array().unwrap().iter().map(step).collect::<Vec<_>>();
        if seen == wanted {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{seen:?} for {wanted:?}");
}

/// How often each step is on record.
fn told(place: &Place) -> String {
    place.digest().text("SELECT count(*) AS n FROM events WHERE kind = 'knowledge-request.escalated'", "n")
}

on_both! {
    fn the_assignee_then_the_owner_then_the_leader(place) {
        let house = place.house();
        let company = company(&house);
        let desk = &company.departments[0];
        let request = ask(&company, "urgent");
        desk.owner.client.put(&path(&request, "/assignee"), &json!({ "member": desk.editor.id })).is(200);
        let pass = |minutes: u64| {
            house.clock.pass(Duration::from_mins(minutes));
            company.leader.sign_in(&house)
        };
        let leader = pass(59);
        std::thread::sleep(Duration::from_millis(1500));
        steps(&leader, &request, &[]);
        steps(&pass(2), &request, &["assignee"]);
        steps(&pass(30), &request, &["assignee", "owner"]);
        let leader = pass(30);
        steps(&leader, &request, &["assignee", "owner", "leader"]);
        let inbox = leader.client.get("/v1/inbox").is(200);
        assert_eq!((&inbox["items"][0]["todo"], &inbox["items"][0]["overdue"]), (&json!("intervene"), &json!(true)));
        pass(600);
        std::thread::sleep(Duration::from_millis(1500));
        assert_eq!(told(place), "3", "each once");
    }

    fn nobody_is_told_while_the_clock_stands_or_after_an_answer(place) {
        let house = place.house();
        let company = company(&house);
        let [desk, shop] = &company.departments;
        let [returned, answered] = [(), ()].map(|()| ask(&company, "urgent"));
        go(&desk.editor, &returned, "ask-back", &json!({ "text": "Which?" }));
        go(&desk.editor, &answered, "answer", &json!({ "text": "Yes." }));
        house.clock.pass(Duration::from_hours(30));
        std::thread::sleep(Duration::from_millis(2500));
        assert_eq!(told(place), "0");
        let asker = shop.editor.sign_in(&house);
        go(&asker, &returned, "reply", &json!({ "text": "All." }));
        house.clock.pass(Duration::from_mins(61));
        steps(&asker.sign_in(&house), &returned, &["assignee"]);
    }

    fn another_department_has_an_escalation_of_its_own(place) {
        let house = place.house();
        let company = company(&house);
        let [desk, shop] = &company.departments;
        let request = ask(&company, "urgent");
        house.clock.pass(Duration::from_mins(61));
        let owner = desk.owner.sign_in(&house);
        steps(&owner, &request, &["owner"]);
        go(&owner, &request, "hand-over", &json!({ "to": shop.key, "reason": "Theirs." }));
        let owner = shop.owner.sign_in(&house);
        steps(&owner, &request, &[]);
        house.clock.pass(Duration::from_mins(61));
        steps(&shop.owner.sign_in(&house), &request, &["owner"]);
        assert_eq!(told(place), "2");
    }

    fn two_apps_on_one_database_take_each_step_once(place) {
        let clock = crate::house::TestClock::default();
        let first = place.open(Setup { clock: clock.clone(), ..Setup::default() });
        let company = company(&first);
        let request = ask(&company, "urgent");
        // A second house only where several nodes can stand; on SQLite the same one is asked twice at once.
        let second = place.shared().then(|| place.open(Setup { clock: clock.clone(), ..Setup::default() }));
        clock.pass(Duration::from_hours(5));
        let slug = company.leader.slug.clone();
        let id: Id<id::KnowledgeRequest> = request["id"].as_str().unwrap().parse().unwrap();
        let escalate = |house: &House| {
            let slug = slug.clone();
            house.within(move |app| async move {
                let tenant = app.store.tenant_by_slug(&slug).await.unwrap().unwrap().id;
                let all = (0..4).map(|_| app.escalate(tenant, id));
                futures_util::future::join_all(all).await.into_iter().for_each(|done| assert!(done.unwrap().is_none()));
            });
        };
        std::thread::scope(|scope| {
            scope.spawn(|| escalate(&first));
            second.iter().for_each(|second| {
                scope.spawn(|| escalate(second));
            });
        });
        steps(&company.leader.sign_in(&first), &request, &["owner", "leader"]);
        assert_eq!(told(place), "2");
    }

    fn each_letter_of_an_escalation_comes_once(place) {
        let office = PostOffice::open();
        let house = office.house(place);
        let leader = Person::sign_up(&house, "Pine");
        leader.client.post("/v1/departments", &json!({ "key": "desk", "name": "The desk" })).is(201);
        let ask = json!({ "to": "desk", "question": "Who answers?", "priority": "urgent" });
        leader.client.post("/v1/knowledge-requests", &ask).is(201);
        // Nobody owns it: after owners whom there are none of, the leader hears of it.
        house.clock.pass(Duration::from_hours(24 * 7));
        let letter = office.letter_to(&leader.email);
        assert!(letter.text.contains("past due in the company") && letter.text.contains("Who answers?"), "{}", letter.text);
        std::thread::sleep(Duration::from_millis(1500));
        assert!(office.waiting_for().is_empty(), "{:?}", office.waiting_for());
    }
}

/// How many requests are past due when the nodes look.
const OVERDUE: usize = 60;

on_both! {
    fn a_node_that_is_killed_in_the_middle_tells_nobody_twice_and_forgets_nobody(place) {
        let house = place.house();
        let company = company(&house);
        let requests: Vec<Value> = (0..OVERDUE).map(|_| ask(&company, "urgent")).collect();
        drop(house);
        let digest = place.digest();
        digest.tamper("UPDATE knowledge_requests SET due_at = due_at - 86400000000, since = since - 86400000000");
        digest.tamper("UPDATE queue SET due_at = 0 WHERE kind = 'escalation'");
        // One node, killed as soon as it has told of some; on PostgreSQL a second one works beside it all the while.
        let mut first = Node::start(place);
        let second = place.shared().then(|| Node::start(place));
        let count = || told(place).parse::<usize>().unwrap();
        for _ in 0..2_000 {
            if count() > 4 {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let before = count();
        first.kill();
        assert!(before > 0, "something was under way");
        let third = second.map_or_else(|| Node::start(place), |second| second);
        for _ in 0..1_200 {
            if count() == 2 * OVERDUE {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        drop(third);
        let twice = "SELECT count(*) AS n FROM (SELECT subject, data FROM events WHERE kind = 'knowledge-request.escalated' \
            GROUP BY subject, data HAVING count(*) > 1) AS again";
        assert_eq!((count(), digest.text(twice, "n").as_str()), (2 * OVERDUE, "0"), "owner and leader of each, once");
        let steps = digest.text("SELECT count(*) AS n FROM escalations", "n");
        assert_eq!(steps, (2 * OVERDUE).to_string());
        assert_eq!(requests.len(), OVERDUE);
    }
}
