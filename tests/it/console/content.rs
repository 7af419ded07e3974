//! Intents, phrases and answers by forms; what two people do at once; what is shown to whom.

use super::{at_work, between};
use crate::house::Browser;

const AT: &str = "/console/departments/acorn-desk/intents";

/// Adds an intent and gives its address.
fn add(browser: &Browser, name: &str) -> String {
    let fields = [("name", name), ("language", "en"), ("phrases", "a phrase\nanother phrase"), ("answer", "So it is.")];
    browser.done(&format!("{AT}/new"), &fields).0
}

fn version(page: &str) -> String {
    between(page, "name=\"version\" value=\"", "\"").to_owned()
}

on_both! {
    fn an_intent_is_written_phrase_by_phrase(place) {
        let (_house, _company, owner) = at_work(place);
        let long = format!("fine\n{}", "x".repeat(501));
        let bad = [("name", " "), ("language", "english"), ("phrases", long.as_str()), ("answer", "Kept <here>.")];
        let page = owner.send(&format!("{AT}/new"), &bad, 422).text();
        for part in ["<title>Error: ", "href=\"#name\"", "href=\"#language\"", "line 2 must have at most 500 characters", "Kept &lt;here&gt;."] {
            assert!(page.contains(part), "{part} in {page}");
        }
        let fields = [("name", "opening hours"), ("title", "Opening hours"), ("language", "en"),
            ("phrases", "when are you open\nWhen are you open?\n\n do you open on sundays "), ("answer", "Ten to six.")];
        let (at, page) = owner.done(&format!("{AT}/new"), &fields);
        assert!(page.contains("with 2 phrases") && page.contains("was kept once"), "warnings are shown: {page}");
        assert!(!owner.open(&at, 200).contains("was kept once"), "once");
        assert!(owner.send(&format!("{AT}/new"), &fields, 409).text().contains("another intent of this name"));
        let page = owner.send(&format!("{at}/phrases"), &[("phrases", "\n")], 422).text();
        assert!(page.contains("must hold at least one phrase"), "{page}");
        let (_, page) = owner.done(&format!("{at}/phrases"), &[("phrases", "auf?\nseid ihr offen"), ("language", "de")]);
        assert!(page.contains("2 phrases added."), "{page}");
        let gone = page.split(&format!("{at}/phrases/")).nth(1).unwrap().split('/').next().unwrap().to_owned();
        let (_, page) = owner.done(&format!("{at}/phrases/{gone}/delete"), &[]);
        assert!(page.contains("<span class=\"count\">3</span>"), "{page}");
        owner.send(&format!("{at}/phrases/{gone}/delete"), &[], 404);
    }

    fn two_people_at_once_lose_nothing_that_they_typed(place) {
        let (house, company, owner) = at_work(place);
        let at = add(&owner, "returns");
        let page = owner.open(&at, 200);
        let old = version(&page);
        let other = Browser::of(&house, &company.departments[0].editor);
        let theirs = version(&other.open(&at, 200));
        other.done(&at, &[("version", &theirs), ("name", "returns"), ("title", "Theirs")]);
        let fields = [("version", old.as_str()), ("name", "returns"), ("title", "Mine")];
        let page = owner.send(&at, &fields, 412).text();
        assert!(page.contains("Somebody else changed this") && page.contains("value=\"Mine\"") && page.contains("Theirs"), "{page}");
        let (_, page) = owner.done(&at, &[("version", &version(&page)), ("name", "returns"), ("title", "Mine")]);
        assert!(page.contains("Mine") && !page.contains("Theirs"));

        let answer = format!("{at}/answers/en");
        let page = owner.open(&answer, 200);
        let old = version(&page);
        let theirs = version(&other.open(&answer, 200));
        other.done(&answer, &[("version", &theirs), ("text", "Their words."), ("language", "en")]);
        let mine = [("version", old.as_str()), ("text", "My words."), ("language", "en")];
        let page = owner.send(&answer, &mine, 412).text();
        assert!(page.contains("My words.") && page.contains("Their words."), "{page}");
        owner.send(&format!("{at}/delete"), &[("version", &old)], 412);
        let sure = owner.open(&format!("{at}/delete"), 200);
        assert!(sure.contains("Delete «returns» with 2 phrases and 1 answer?"), "{sure}");
        owner.done(&format!("{at}/delete"), &[("version", &version(&sure))]);
        owner.open(&at, 404);
    }

    fn an_answer_has_buttons_a_language_and_a_channel(place) {
        let (_house, _company, owner) = at_work(place);
        let at = add(&owner, "gifts");
        let page = owner.open(&format!("{at}/answers/new"), 200);
        let version_of = version(&page);
        let bad = [("version", version_of.as_str()), ("text", "x"), ("language", "fi"), ("buttons-0-title", ""), ("buttons-0-press", "http://plain.example")];
        let page = owner.send(&format!("{at}/answers/new"), &bad, 422).text();
        assert!(page.contains("http://plain.example") && page.contains("buttons-0-press-flaw"), "{page}");
        let again = [("version", version_of.as_str()), ("text", "x"), ("language", "en")];
        assert!(owner.send(&format!("{at}/answers/new"), &again, 422).text().contains("has an answer already"));
        let good = [("version", version_of.as_str()), ("text", "Kyllä.\nMyymme."), ("language", "fi"), ("channel", "web"),
            ("buttons-0-title", "Osta"), ("buttons-0-press", "https://shop.example/gift"),
            ("buttons-1-title", "Lisää"), ("buttons-1-press", "Kerro lisää")];
        let (_, page) = owner.done(&format!("{at}/answers/new"), &good);
        for part in ["fi · web only", "Osta", "https://shop.example/gift", "Lisää", "/answers/fi.web\""] {
            assert!(page.contains(part), "{part} in {page}");
        }
        let page = owner.open(&format!("{at}/answers/fi.web"), 200);
        assert!(page.contains("value=\"Kerro lisää\""), "{page}");
        let (_, page) = owner.done(&format!("{at}/answers/fi.web"), &[("version", &version(&page)), ("delete", "yes")]);
        assert!(!page.contains("fi · web only"), "{page}");
        owner.open(&format!("{at}/answers/fi.web"), 404);
    }

    fn lists_search_and_turn_pages(place) {
        let (_house, _company, owner) = at_work(place);
        for n in 0..52 {
            owner.send(&format!("{AT}/new"), &[("name", &format!("numbered {n:02}")), ("language", "en")], 303);
        }
        let page = owner.open(&format!("{AT}?q=numbered"), 200);
        assert_eq!(page.matches("scope=\"row\"").count(), 50);
        let next = between(&page, "<a class=\"button\" href=\"", "\"").replace("&amp;", "&");
        let page = owner.open(&next, 200);
        assert!(page.matches("scope=\"row\"").count() == 2 && page.contains("First page"), "{page}");
        assert!(owner.open(&format!("{AT}?q=%3Cscript%3E"), 200).contains("No intent has these words"));
        assert_eq!(owner.open(&format!("{AT}?q=numbered+07"), 200).matches("scope=\"row\"").count(), 1);
    }

    fn nobody_is_shown_a_way_that_is_closed_to_them(place) {
        let (house, company, _) = at_work(place);
        let [first, _] = &company.departments;
        let pages = |person, target: &str| Browser::of(&house, person).open(target, 200);
        let desk = "/console/departments/acorn-desk";
        let viewer = pages(&first.viewer, desk);
        assert!(viewer.contains("/intents\"") && !viewer.contains("/import\"") && !viewer.contains("Add an intent"), "{viewer}");
        let live = pages(&first.viewer, &format!("{desk}/intents/{}", first.live));
        assert!(!live.contains("<form method=\"post\" action=\"/console/departments"), "{live}");
        let editor = pages(&first.editor, &format!("{desk}/publish"));
        assert!(editor.contains("An owner or reviewer") && !editor.contains("Publish now"), "{editor}");
        let executive = pages(&company.executive, desk);
        assert!(executive.contains("/live\"") && !executive.contains("/intents\"") && !executive.contains("/releases\""), "{executive}");
        assert!(!pages(&first.editor, "/console").contains("/console/channels"));
        assert!(pages(&company.leader, "/console").contains("/console/channels"));
        assert!(pages(&company.member, &format!("{desk}/live")).contains("About return_item."));
    }

    fn advice_names_what_is_missing(place) {
        let (_house, _company, owner) = at_work(place);
        let page = owner.open("/console/departments/acorn-desk/advice", 200);
        for part in ["Phrases that look misplaced", "Intents that need more phrases", "Missing translations", "The bot speaks en."] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }
}
