//! Founding, changing and dissolving departments.

use serde_json::json;

use crate::house::{Company, Person, intent};

on_both! {
    fn a_department_is_found_under_its_key(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        let body = json!({ "key": "customer-service", "name": " Customer\tService ", "description": null });
        let answer = leader.client.post("/v1/departments", &body).send();
        assert_eq!(answer.header("location"), Some("/v1/departments/customer-service"));
        assert_eq!(answer.header("etag"), Some("\"v1\""));
        let made = answer.is(201);
        assert_eq!((&made["name"], &made["version"]), (&json!("Customer Service"), &json!(1)));
        assert_eq!(leader.client.get("/v1/departments/customer-service").is(200), made);
        assert_eq!(leader.client.post("/v1/departments", &body).fails(409), "department-key-taken");
        assert_eq!(leader.client.get("/v1/departments/Customer-Service").fails(404), "not-found");
    }

    fn a_key_is_a_slug(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Pine");
        for key in ["", "a", "Sales", "sales ", "1st", "a--b", "-a", "a-", "å-land", "a_b", "a/b", "../x", &"x".repeat(41)] {
            let problem = leader.client.post("/v1/departments", &json!({ "key": key, "name": "Sales" })).is(422);
            assert_eq!(problem["errors"][0]["pointer"], "/key", "{key}");
        }
        for key in ["it", "b2b", "a-1", &"x".repeat(40)] {
            leader.client.post("/v1/departments", &json!({ "key": key, "name": "Sales" })).is(201);
        }
    }

    fn two_companies_may_have_the_same_department(place) {
        let house = place.house();
        for company in ["Pine", "Oak"] {
            let leader = Person::sign_up(&house, company);
            leader.client.post("/v1/departments", &json!({ "key": "sales", "name": company })).is(201);
            assert_eq!(leader.client.get("/v1/departments/sales").is(200)["name"], company);
        }
    }

    fn a_department_with_content_goes_only_with_an_heir(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let [desk, shop] = &company.departments;
        let path = format!("/v1/departments/{}", desk.key);
        let version = company.leader.client.get(&path).is(200)["version"].clone();
        let leave = |query: &str| company.leader.client.delete(&format!("{path}{query}")).at(&version);
        assert_eq!(leave("").fails(409), "department-not-empty");
        assert_eq!(leave("?move_content_to=nowhere").fails(422), "invalid-reference");
        assert_eq!(leave("?move_content_to=").fails(422), "invalid-reference");
        assert_eq!(leave(&format!("?move_content_to={}", desk.key)).fails(409), "department-not-empty");
        let taken = shop.owner.client.post(&shop.path("intents"), &intent("return item", &["a phrase"])).is(201);
        assert_eq!(leave(&format!("?move_content_to={}", shop.key)).fails(409), "intent-name-taken");
        let spare = shop.path(&format!("intents/{}", taken["id"].as_str().unwrap()));
        shop.owner.client.delete(&spare).at(&json!(1)).is(204);
        let not_yet = shop.path(&format!("intents/{}", shop.draft));
        shop.owner.client.delete(&not_yet).at(&json!(1)).is(204);
        leave(&format!("?move_content_to={}", shop.key)).is(204);
        assert_eq!(company.leader.client.get(&path).fails(404), "not-found");
        let moved = shop.owner.client.get(&shop.path(&format!("intents/{}", desk.live))).is(200);
        assert_eq!(moved["department"], *shop.key);
        assert_eq!(desk.owner.client.get(&desk.path("intents")).fails(403), "forbidden", "its roles went with it");
        let again = json!({ "key": desk.key, "name": "Desk again" });
        assert_eq!(company.leader.client.post("/v1/departments", &again).fails(409), "department-key-taken");
    }
}
