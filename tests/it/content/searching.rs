//! Search: words as people write them, whatever case, punctuation and accents' form they come in.

use serde_json::json;

use crate::house::{Client, Company, Department};

fn names(client: &Client, department: &Department, query: &str) -> Vec<String> {
    let mut target = format!("{}?limit=200", department.path("intents"));
    target.push_str(query);
    let items = client.get(&target).is(200)["items"].clone();
    items.as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

on_both! {
    fn words_are_found_in_name_title_phrase_and_answer(place) {
        let house = place.house();
        let desk = &Company::found(&house, "acorn").departments[0];
        let owner = &desk.owner.client;
        let body = |name: &str, title: &str, phrase: &str, answer: &str| json!({
            "name": name, "title": title, "phrases": [{ "text": phrase }], "answers": [{ "language": "en", "text": answer }],
        });
        for made in [
            body("koivu_100%", "one", "two", "three"), body("a", "Koivu metsässä", "two", "three"),
            body("b", "one", "Missä KOIVU on?", "three"), body("c", "one", "two", "Iso koivu."), body("d", "vaahtera", "two", "three"),
        ] {
            owner.post(&desk.path("intents"), &made).is(201);
        }
        assert_eq!(names(owner, desk, "&q=koivu"), ["koivu_100%", "a", "b", "c"]);
        assert_eq!(names(owner, desk, "&q=%20koivu!%20"), ["koivu_100%", "a", "b", "c"]);
        assert_eq!(names(owner, desk, "&q=METS%C3%84SS%C3%84"), ["a"]);
        assert_eq!(names(owner, desk, "&q=metsa%CC%88ssa%CC%88"), ["a"], "a and a combining diaeresis are ä");
        assert_eq!(names(owner, desk, "&q=koivu_100%25"), ["koivu_100%"]);
        assert_eq!(names(owner, desk, "&q=k%25vu"), Vec::<String>::new(), "% stands for itself");
        assert_eq!(names(owner, desk, "&q=ko_vu"), Vec::<String>::new(), "_ stands for itself");
        assert_eq!(names(owner, desk, "&q=k%5Coivu"), Vec::<String>::new());
        assert_eq!(names(owner, desk, "&q=%27%20OR%201%3D1%20--"), Vec::<String>::new());
    }

    fn the_live_content_is_searched_alike(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let desk = &company.departments[0];
        let member = &company.member.client;
        assert_eq!(names(member, desk, "&stage=live"), ["return_item", "track_parcel"]);
        assert_eq!(names(member, desk, "&stage=live&q=COURIER"), ["track_parcel"]);
        assert_eq!(names(member, desk, "&stage=live&q=cour_er"), Vec::<String>::new());
        assert_eq!(names(member, desk, "&stage=live&language=fi"), Vec::<String>::new());
        assert_eq!(names(member, desk, "&stage=live&language=EN").len(), 2);
        assert_eq!(names(&desk.owner.client, desk, "&language=en&q=hears%20yet"), ["not yet"]);
        assert_eq!(member.get(&format!("{}?stage=live&language=english", desk.path("intents"))).fails(400), "invalid-parameter");
    }

    fn members_are_found_by_name(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let found = company.member.client.get("/v1/members?q=the%20EDITOR").is(200)["items"].clone();
        assert_eq!(found.as_array().unwrap().len(), 2);
    }
}
