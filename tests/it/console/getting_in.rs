//! Signing in, staying in, coming in by a link, and going out.

use std::time::Duration;

use guildhall_api::config::Config;
use serde_json::json;

use super::between;
use crate::house::{Browser, Company, PASSWORD, Person, Place, PostOffice, SESSION, Setup};

fn session_cookie(answer: &crate::house::Answer) -> String {
    let cookies = answer.headers().filter(|(name, _)| *name == "set-cookie");
    cookies.map(|(_, value)| value.to_owned()).find(|value| value.contains(SESSION)).unwrap()
}

on_both! {
    fn somebody_signs_in_goes_where_they_wanted_and_signs_out(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Acorn");
        let browser = Browser::new(&house);
        let asked = browser.see(&browser.page("/console/people?q=x"));
        let to = asked.header("location").unwrap().to_owned();
        assert_eq!((asked.status, to.as_str()), (303, "/console/sign-in?next=%2Fconsole%2Fpeople%3Fq%3Dx"));
        let page = browser.open(&to, 200);
        let next = between(&page, "name=\"next\" value=\"", "\"").to_owned();
        let wrong = browser.send("/console/sign-in", &[("email", &leader.email), ("password", "not this one at all")], 401);
        assert!(wrong.text().contains(&format!("value=\"{}\"", leader.email)), "what was typed stays");
        assert!(!wrong.text().contains("not this one at all"), "a password is never shown");
        let fields = [("email", leader.email.as_str()), ("password", PASSWORD), ("next", next.as_str())];
        let entered = browser.send("/console/sign-in", &fields, 303);
        assert_eq!(entered.header("location"), Some("/console/people?q=x"));
        assert!(browser.open("/console", 200).contains("Sign out"));
        assert_eq!(browser.see(&browser.page("/console/sign-in")).status, 303, "who is in need not sign in");
        browser.open("/console/account", 200);
        let kept = browser.cookie(SESSION).unwrap();
        browser.send("/console/sign-out", &[], 303);
        assert_eq!(browser.cookie(SESSION), None);
        browser.keep(SESSION, &kept);
        let out = browser.see(&browser.page("/console"));
        assert_eq!((out.status, browser.cookie(SESSION)), (303, None), "the session itself has ended");
    }

    fn the_cookie_is_kept_from_scripts_and_from_other_hosts(place) {
        let secure = Setup { config: |config: &mut Config| "https://chat.example.com".clone_into(&mut config.base_url), ..Setup::default() };
        let house = place.open(secure);
        let leader = Person::sign_up(&house, "Acorn");
        let browser = Browser::calling(&house, "chat.example.com");
        browser.open("/console/sign-in", 200);
        let entered = browser.send("/console/sign-in", &[("email", &leader.email), ("password", PASSWORD)], 303);
        let cookie = session_cookie(&entered);
        assert!(cookie.starts_with("__Host-guildhall-session="), "{cookie}");
        for rule in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=43200"] {
            assert!(cookie.contains(rule), "{rule} in {cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        browser.open("/console", 200);
        // The name without its prefix could have been set by a neighbouring host.
        let value = browser.cookie("__Host-guildhall-session").unwrap();
        let other = Browser::calling(&house, "chat.example.com");
        other.keep(SESSION, &value);
        assert_eq!(other.see(&other.page("/console")).status, 303);
        // Where there is TLS, this machine's own name is no way round it.
        let near = Browser::calling(&house, "localhost");
        near.keep(SESSION, &value);
        assert_eq!(near.see(&near.page("/console")).status, 303);
    }

    fn a_session_is_renewed_by_its_family_and_a_stolen_cookie_ends_it(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Acorn");
        let browser = Browser::of(&house, &leader);
        browser.open("/console", 200);
        let first = browser.cookie(SESSION).unwrap();
        house.clock.pass(Duration::from_mins(11));
        browser.open("/console", 200);
        let second = browser.cookie(SESSION).unwrap();
        assert_ne!(first, second, "renewed");
        browser.open("/console/account", 200);
        assert_eq!(browser.cookie(SESSION).unwrap(), second, "and then kept");
        house.clock.pass(Duration::from_mins(11));
        let thief = Browser::new(&house);
        thief.keep(SESSION, &first);
        assert_eq!(thief.see(&thief.page("/console")).status, 303);
        assert_eq!(browser.see(&browser.page("/console")).status, 303, "the whole family has ended");
    }

    fn who_fits_in_several_companies_chooses(place) {
        let house = place.house();
        let email = "both@guildhall.test";
        for company in ["Acorn", "Birch"] {
            let body = json!({ "company": company, "leader": { "name": "L", "email": email, "password": PASSWORD } });
            house.stranger().post("/v1/tenants", &body).is(201);
        }
        let browser = Browser::new(&house);
        browser.open("/console/sign-in", 200);
        let asked = browser.send("/console/sign-in", &[("email", email), ("password", PASSWORD)], 409).text();
        assert!(asked.contains("<option value=\"acorn\">") && asked.contains("<option value=\"birch\">"), "{asked}");
        browser.done("/console/sign-in", &[("email", email), ("password", PASSWORD), ("company", "birch")]);
        assert!(browser.open("/console/account", 200).contains("Birch"));
    }

    fn a_lost_password_is_set_anew_by_a_letter(place) {
        let office = PostOffice::open();
        let house = office.house(place);
        let leader = Person::sign_up(&house, "Acorn");
        let browser = Browser::new(&house);
        assert!(browser.open("/console/sign-in", 200).contains("/console/lost-password"));
        browser.open("/console/lost-password", 200);
        let asked = browser.send("/console/lost-password", &[("email", &leader.email)], 200).text();
        assert!(asked.contains("a letter is on its way"), "{asked}");
        let token = office.letter_to(&leader.email).token().to_owned();
        let page = format!("/console/new-password?token={token}");
        assert!(browser.open(&page, 200).contains(&format!("value=\"{token}\"")));
        let new = "a longer walk before supper";
        let set = |password, again, status| {
            let fields = [("token", token.as_str()), ("new_password", password), ("again", again)];
            browser.send("/console/new-password", &fields, status).text()
        };
        assert!(set("short", "short", 422).contains("href=\"#new_password\""));
        assert!(set(new, PASSWORD, 422).contains("href=\"#again\""));
        assert!(set(new, new, 200).contains("every session has ended"));
        browser.open("/console/sign-in", 200);
        browser.send("/console/sign-in", &[("email", &leader.email), ("password", PASSWORD)], 401);
        browser.done("/console/sign-in", &[("email", &leader.email), ("password", new)]);
        let other = Browser::new(&house);
        other.open(&page, 200);
        let fields = [("token", token.as_str()), ("new_password", new), ("again", new)];
        assert!(other.send("/console/new-password", &fields, 410).text().contains("This link was used"));
    }

    fn somebody_comes_in_by_their_link_once(place) {
        let house = place.house();
        let company = Company::found(&house, "acorn");
        let owner = Browser::of(&house, &company.departments[0].owner);
        owner.open("/console/invitations", 200);
        let fields = [("email", "new@guildhall.test"), ("name", "Nea New"), ("department", "acorn-desk"), ("role", "editor")];
        let page = owner.send("/console/invitations", &fields, 200).text();
        let link = between(&page, "data-copy=\"Copy\">", "<").to_owned();
        let target = link.split_once("/console").map(|(_, rest)| format!("/console{rest}")).unwrap();
        assert!(link.starts_with("http://127.0.0.1:"), "{link}");
        let browser = Browser::new(&house);
        let greeted = browser.open(&target, 200);
        assert!(greeted.contains("Welcome to acorn") && greeted.contains("as editor of acorn-desk"), "{greeted}");
        assert!(greeted.contains("value=\"Nea New\""));
        let token = between(&greeted, "name=\"token\" value=\"", "\"").to_owned();
        let short = [("token", token.as_str()), ("name", "Nea"), ("password", "short"), ("again", "short")];
        let refused = browser.send("/console/invitation", &short, 422).text();
        assert!(refused.contains("href=\"#password\"") && refused.contains("at least 15 characters"), "{refused}");
        let differs = [("token", token.as_str()), ("name", "Nea"), ("password", PASSWORD), ("again", "another")];
        assert!(browser.send("/console/invitation", &differs, 422).text().contains("href=\"#again\""));
        let good = [("token", token.as_str()), ("name", "Nea"), ("password", PASSWORD), ("again", PASSWORD)];
        let (_, home) = browser.done("/console/invitation", &good);
        assert!(home.contains("acorn-desk") && home.contains("editor"), "{home}");
        assert!(Browser::new(&house).open(&target, 410).contains("This link was used"));
        assert!(Browser::new(&house).open("/console/invitation?token=nonsense", 404).contains("There is nothing here"));
    }

    fn one_keeps_ones_own_account(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, "Acorn");
        let elsewhere = leader.sign_in(&house);
        let browser = Browser::of(&house, &leader);
        let page = browser.open("/console/account", 200);
        assert_eq!(page.matches("/end\"").count(), 2, "{page}");
        let new = "a longer walk before supper";
        let wrong = [("current_password", "not the one"), ("new_password", new), ("again", new)];
        assert!(browser.send("/console/account/password", &wrong, 422).text().contains("is not your password"));
        let good = [("current_password", PASSWORD), ("new_password", new), ("again", new)];
        let (_, page) = browser.done("/console/account/password", &good);
        assert!(page.contains("Your password is changed"), "{page}");
        assert_eq!(elsewhere.client.get("/v1/me").fails(401), "session-revoked");
        let own = page.split("/console/account/sessions/").nth(1).unwrap().split('/').next().unwrap().to_owned();
        let ended = browser.send(&format!("/console/account/sessions/{own}/end"), &[], 303);
        assert_eq!((ended.header("location"), browser.cookie(SESSION)), (Some("/console/sign-in"), None));
    }
}

#[test]
fn guessing_has_to_wait() {
    let place = Place::sqlite();
    let house = place.house();
    let leader = Person::sign_up(&house, "Acorn");
    let browser = Browser::new(&house);
    browser.open("/console/sign-in", 200);
    let wrong = [("email", leader.email.as_str()), ("password", "not this one at all")];
    for _ in 0..5 {
        browser.send("/console/sign-in", &wrong, 401);
    }
    assert!(browser.send("/console/sign-in", &wrong, 429).text().contains("Please wait"));
}
