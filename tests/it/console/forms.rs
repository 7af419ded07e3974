//! Forms of other sites, of other visits, and of a session that is over: nothing is done, and nothing typed is lost.

use super::{at_work, between};
use crate::house::{Answer, Browser};

/// How many intents of the first department's draft an owner sees.
fn intents(browser: &Browser) -> usize {
    browser.open("/console/departments/acorn-desk/intents", 200).matches("scope=\"row\"").count()
}

const NEW: &str = "/console/departments/acorn-desk/intents/new";
const FIELDS: [(&str, &str); 2] = [("name", "smuggled <b>in</b>"), ("language", "en")];

on_both! {
    fn no_other_site_sends_a_form_in_somebodys_name(place) {
        let (_house, _company, owner) = at_work(place);
        let before = intents(&owner);
        let form = owner.form(NEW, &FIELDS);
        let refused = |answer: Answer| {
            assert_eq!(answer.status, 403, "{}", answer.text());
            assert!(answer.text().contains("This did not come from here"), "{}", answer.text());
        };
        for site in ["cross-site", "same-site", "none"] {
            refused(form.clone().with("Sec-Fetch-Site", site).send());
        }
        let old = form.without("Sec-Fetch-Site");
        refused(old.send());
        for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
            refused(old.clone().with("Origin", origin).send());
        }
        assert_eq!(intents(&owner), before);
        assert_eq!(old.with("Origin", "http://guildhall.test").send().status, 303, "an old browser, on our own page");
        assert_eq!(intents(&owner), before + 1);
    }

    fn a_form_of_another_visit_is_sent_again_knowingly(place) {
        let (house, company, owner) = at_work(place);
        let other = Browser::of(&house, &company.departments[0].reviewer);
        let before = intents(&owner);
        let page = other.open(NEW, 200);
        let foreign = between(&page, "name=\"form_token\" value=\"", "\"").to_owned();
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("form_token", &foreign).extend_pairs(FIELDS);
        let ask = owner.form(NEW, &[]).raw("application/x-www-form-urlencoded", body.finish().as_bytes());
        let stale = owner.see(&ask);
        assert_eq!(stale.status, 403);
        let text = stale.text();
        assert!(text.contains("Please send this once more"), "{text}");
        assert!(text.contains("name=\"name\" value=\"smuggled &lt;b&gt;in&lt;/b&gt;\""), "what was typed is there: {text}");
        assert!(text.contains(&format!("action=\"{NEW}\"")));
        assert_eq!(intents(&owner), before);
        // The page's own button sends the same fields with a token that fits.
        owner.see(&ask);
        owner.send(NEW, &FIELDS, 303);
        assert_eq!(intents(&owner), before + 1);
    }

    fn a_password_is_never_in_a_page(place) {
        let (house, company, owner) = at_work(place);
        let fields = [("current_password", "something secret"), ("new_password", "more of it"), ("again", "more of it")];
        let other = Browser::of(&house, &company.departments[0].reviewer);
        other.arm();
        // The token of one session, sent by another.
        let ask = other.form("/console/account/password", &fields);
        let theirs = owner.page("/console").header("Cookie").unwrap();
        let page = ask.with("Cookie", &theirs).send();
        assert_eq!(page.status, 403);
        assert!(page.text().contains("Please send this once more") && !page.text().contains("secret"), "{}", page.text());
    }

    fn a_form_without_a_session_is_told_so(place) {
        let (house, _, owner) = at_work(place);
        let before = intents(&owner);
        let nobody = Browser::new(&house);
        nobody.arm();
        assert!(nobody.send(NEW, &FIELDS, 401).text().contains("You are signed out"));
        assert_eq!(owner.form(NEW, &FIELDS).raw("application/json", b"{}").send().status, 415);
        assert_eq!(intents(&owner), before);
    }
}
