//! Publishing by a page: what changed and what was found before it is live, then the history.

use super::at_work;
use crate::house::{Browser, publish, settled};

const DESK: &str = "/console/departments/acorn-desk";

on_both! {
    fn a_draft_is_checked_published_compared_and_brought_back(place) {
        let (_house, company, owner) = at_work(place);
        let department = &company.departments[0];
        owner.send(&format!("{DESK}/intents/new"), &[("name", "mute"), ("language", "en"), ("phrases", "why so quiet")], 303);
        let page = owner.open(&format!("{DESK}/publish"), 200);
        for part in ["«mute» has no answer", "Mend the errors above first", "why so quiet"] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains("Publish now"), "{page}");
        let refused = owner.send(&format!("{DESK}/publish"), &[("note", "Kept note")], 422).text();
        assert!(refused.contains("«mute» has no answer"), "{refused}");
        let mute = page.split(&format!("{DESK}/intents/")).find(|part| part.contains("«mute» has no answer")).unwrap();
        let mute = format!("{DESK}/intents/{}", mute.split('"').next().unwrap());
        let version = super::between(&owner.open(&mute, 200), "name=\"version\" value=\"", "\"").to_owned();
        owner.done(&format!("{mute}/answers/new"), &[("version", &version), ("text", "We listen."), ("language", "en")]);
        let page = owner.open(&format!("{DESK}/publish"), 200);
        assert!(page.contains("Publish now") && page.contains("good to know"), "{page}");
        let (at, page) = owner.done(&format!("{DESK}/publish"), &[("note", "It speaks")]);
        assert_eq!(at, format!("{DESK}/releases/2"));
        assert!(page.contains("Release 2 is published.") && page.contains("It speaks"), "{page}");
        let releases = department.path("releases");
        let release = department.owner.client.get(&format!("{releases}/2")).is(200);
        settled(&department.owner, &releases, release);
        let page = owner.open(&at, 200);
        assert!(page.contains("Visitors are answered by it now") && page.contains("why so quiet"), "{page}");
        let page = owner.open(&format!("{DESK}/publish"), 200);
        assert!(page.contains("Since release 2: nothing changed."), "{page}");
        let page = owner.open(&format!("{DESK}/releases/2?against=0"), 200);
        assert!(page.contains("return_item"), "everything is new beside nothing: {page}");
        let (at, page) = owner.done(&format!("{DESK}/releases/1/restore"), &[]);
        assert!(at.ends_with("/releases/3") && page.contains("brings the content of release 1 back"), "{page}");
        let page = owner.open(&format!("{DESK}/releases"), 200);
        assert!(page.contains("Release 3") && page.contains("The owner"), "{page}");
        owner.send(&format!("{DESK}/releases/9/restore"), &[], 404);
    }

    fn a_sentence_is_tried_live_and_with_the_draft(place) {
        let (house, company, owner) = at_work(place);
        let fields = [("name", "dragons"), ("language", "en"),
            ("phrases", "do you sell dragons\nI want a dragon\ndragon for sale\nbuy a dragon\nare dragons in stock"), ("answer", "None left.")];
        owner.send(&format!("{DESK}/intents/new"), &fields, 303);
        let page = owner.open("/console/try?text=can+I+buy+a+dragn&draft=acorn-desk", 200);
        let (draft, live) = page.split_once("aria-label=\"Live now\"").unwrap();
        assert!(draft.contains("dragons") && draft.contains("None left.") && draft.contains("<meter "), "{draft}");
        assert!(draft.contains("<del>dragn</del>"), "what was repaired is told: {draft}");
        assert!(draft.contains("«buy a dragon»"), "and what it leaned on: {draft}");
        assert!(!live.contains("dragons"), "{live}");
        let viewer = Browser::of(&house, &company.departments[1].viewer);
        viewer.open("/console/try?text=hello&draft=acorn-desk", 403);
        viewer.open("/console/try?text=hello&draft=acorn-shop", 200);
        assert!(owner.open(&format!("/console/try?text={}", "x".repeat(4001)), 422).contains("href=\"#text\""));
    }

    fn staff_read_what_visitors_asked(place) {
        let (house, company, owner) = at_work(place);
        let [first, second] = &company.departments;
        let list = owner.open("/console/conversations", 200);
        let conversation = &company.visitors[0].conversation;
        assert!(list.contains(conversation) && !list.contains(&company.visitors[1].conversation), "{list}");
        let page = owner.open(&format!("/console/conversations/{conversation}"), 200);
        assert!(page.contains(first.question) && page.contains("About return_item."), "{page}");
        owner.open(&format!("/console/conversations/{}", company.visitors[1].conversation), 404);
        let leader = Browser::of(&house, &company.leader);
        let all = leader.open("/console/conversations?q=gift", 200);
        assert!(!all.contains(conversation), "{all}");
        assert!(leader.open(&format!("/console/conversations?department={}", second.key), 200).contains(&company.visitors[1].conversation));
    }

    fn a_leader_founds_invites_and_opens_a_channel(place) {
        let (house, company, owner) = at_work(place);
        let leader = Browser::of(&house, &company.leader);
        leader.open("/console/found-department", 200);
        let bad = leader.send("/console/found-department", &[("name", "Sales"), ("key", "No key")], 422).text();
        assert!(bad.contains("href=\"#key\"") && bad.contains("value=\"No key\""), "{bad}");
        let (at, _) = leader.done("/console/found-department", &[("name", "Sales"), ("key", "acorn-sales")]);
        assert_eq!(at, "/console/departments/acorn-sales/people");
        let member = company.member.id.as_str();
        let refused = leader.send(&at, &[("member", member), ("role", "editor")], 409).text();
        assert!(refused.contains("has an owner, who gives its roles"), "{refused}");
        let (_, page) = leader.done(&at, &[("member", member), ("role", "owner")]);
        assert!(page.contains("is now owner."), "{page}");
        let last = format!("/console/departments/acorn-desk/people/{}/take", company.departments[0].owner.id);
        let people = "/console/departments/acorn-desk/people";
        assert!(owner.open(people, 200).contains(&last) && !leader.open(people, 200).contains("/take\""));
        assert!(owner.send(&last, &[], 409).text().contains("without an owner"));
        leader.open("/console/channels", 200);
        let bad = leader.send("/console/channels", &[("name", "Blog"), ("origins", "https://a.example/path")], 422).text();
        assert!(bad.contains("line 1 must be an exact origin"), "{bad}");
        let (at, page) = leader.done("/console/channels", &[("name", "Blog"), ("origins", "https://a.example\nhttps://b.example")]);
        assert!(page.contains("/v1/chat/conversations&quot;, key = &quot;wk_"), "{page}");
        leader.send(&format!("{at}/close"), &[("version", "1")], 422);
        leader.done(&format!("{at}/close"), &[("version", "1"), ("sure", "yes")]);
        leader.open(&at, 404);
        publish(&company.departments[0].owner, "acorn-desk");
    }
}
