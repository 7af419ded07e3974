//! How often one may ask: told in every answer, kept for each, shared between nodes.

use serde_json::json;

use crate::house::{Company, House, ORIGIN, PASSWORD, Person, Place, Setup, Visitor};

fn limited(place: &Place) -> House {
    place.open(Setup { config: |config| config.rate_limits = true, ..Setup::default() })
}

on_both! {
    fn every_answer_tells_how_one_stands(place) {
        let house = limited(place);
        let leader = Person::sign_up(&house, "Pine");
        let first = leader.client.get("/v1/me").send();
        assert_eq!(first.header("ratelimit-policy"), Some("\"member\";q=120;w=60, \"tenant\";q=600;w=60"));
        let left = |answer: &crate::house::Answer| -> u32 {
            let text = answer.header("ratelimit").unwrap().to_owned();
            text.split("r=").nth(1).unwrap().split(';').next().unwrap().parse().unwrap()
        };
        let second = leader.client.get("/v1/nothing-here").send();
        let third = leader.client.get("/v1/me").send();
        assert!(left(&third) < left(&first), "{:?} {:?}", first.header("ratelimit"), third.header("ratelimit"));
        assert_eq!(second.status, 404);
        assert!(house.stranger().get("/livez").send().header("ratelimit").is_none());
    }

    fn attack_16_strangers_are_limited_by_address_and_are_not_believed(place) {
        let house = limited(place);
        let answers: Vec<_> = (0..64)
            .map(|n| house.stranger().get("/v1/me").with("X-Forwarded-For", &format!("198.51.100.{n}")).send())
            .collect();
        // One a second comes back, and a busy machine may need a few for these.
        let admitted = answers.iter().filter(|answer| answer.status == 401).count();
        assert!((60..64).contains(&admitted), "{admitted}");
        let refused = answers.last().unwrap();
        assert!(refused.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
        assert_eq!(refused.json["violated-policies"], json!(["address"]));
        assert_eq!(refused.json["type"], "https://guildhall.dev/problems/quota-exceeded");
        for _ in 0..100 {
            house.stranger().get("/livez").is(200);
        }
    }

    fn one_companys_flood_is_not_anothers(place) {
        let house = limited(place);
        let [pine, oak] = ["Pine", "Oak"].map(|company| Person::sign_up(&house, company));
        let statuses: Vec<u16> = (0..130).map(|_| pine.client.get("/v1/me").send().status).collect();
        assert!(statuses.contains(&429));
        oak.client.get("/v1/me").is(200);
    }

    fn a_visitor_opens_six_conversations_an_hour_and_writes_twenty_messages_a_minute(place) {
        let company = Company::found(&place.house(), "acorn");
        let house = limited(place);
        let open = house.bearer(company.key()).post("/v1/chat/conversations", &json!({})).with("Origin", ORIGIN);
        let opened: Vec<u16> = (0..8).map(|_| open.send().status).collect();
        assert_eq!(opened, [201, 201, 201, 201, 201, 201, 429, 429]);
        let visitor = Visitor { client: house.bearer(company.visitors[0].client.token()), ..company.visitors[0].clone() };
        let say = visitor.client.post(&format!("{}/messages", visitor.path), &json!({ "text": "hello" }));
        let said: Vec<u16> = (0..25).map(|_| say.send().status).collect();
        assert!((20..=22).contains(&said.iter().filter(|status| **status == 201).count()), "{said:?}");
        assert_eq!(say.fails(429), "quota-exceeded");
        visitor.client.get(&format!("{}/messages", visitor.path)).is(200);
    }

    fn nodes_count_together(place) {
        if place.shared() {
            let [here, there] = [limited(place), limited(place)];
            let asks = (0..64).map(|n| [&here, &there][n % 2].stranger().get("/v1/me").send().status);
            assert_eq!(asks.filter(|status| *status == 401).count(), 60);
            let leader = Person::sign_up(&place.house(), "Pine");
            let attempt = |house: &House, password: &str| {
                let body = json!({ "email": leader.email, "password": password });
                house.stranger().post("/v1/sessions", &body).send().status
            };
            let [one, two] = [place.house(), place.house()];
            let wrong: Vec<u16> = (0..5).map(|n| attempt([&one, &two][n % 2], "a guess")).collect();
            assert_eq!((wrong, attempt(&one, PASSWORD), attempt(&two, PASSWORD)), (vec![401; 5], 429, 429));
        }
    }
}
