//! Errors of every kind are pages in the console, and problem documents elsewhere.

use guildhall_api::config::Config;

use super::at_work;
use crate::house::{Browser, Person, Place, SESSION, Setup};

on_both! {
    fn every_error_is_a_page_that_a_person_understands(place) {
        let (house, company, owner) = at_work(place);
        let page = owner.open("/console/nowhere", 404);
        assert!(page.contains("There is nothing here") && page.contains("href=\"/console\""), "{page}");
        owner.open("/console/departments/acorn-desk/intents/int_nonsense", 404);
        owner.open("/console/departments/acorn-desk/releases/latest", 404);
        let viewer = Browser::of(&house, &company.departments[0].viewer);
        assert!(viewer.open("/console/departments/acorn-desk/intents/new", 403).contains("This is not yours to do"));
        let put = owner.page("/console").with("Accept", "text/html");
        assert_eq!(put.send().status, 200);
        let method = house.stranger().ask("DELETE", "/console").send();
        assert_eq!((method.status, method.header("allow")), (405, Some("GET, HEAD")));
        let long = owner.page(&format!("/console/try?text={}", "x".repeat(9000))).send();
        assert!(long.status == 414 && long.text().contains("too much at once"));
        assert_eq!(house.stranger().get("/consolation").fails(404), "not-found");
        let home = house.stranger().get("/").send();
        assert_eq!((home.status, home.header("location")), (303, Some("/console")));
    }
}

#[test]
fn who_asks_too_often_reads_it_as_a_page() {
    let limited = Setup { config: |config: &mut Config| config.rate_limits = true, ..Setup::default() };
    let place = Place::sqlite();
    let house = place.open(limited);
    let browser = Browser::new(&house);
    let mut asking = (0..300).map(|_| browser.page("/console/sign-in").send());
    let last = asking.find(|answer| answer.status != 200).unwrap();
    assert_eq!(last.status, 429);
    assert!(last.text().contains("A moment, please") && last.header("retry-after").is_some());
    assert!(last.header("ratelimit").is_some());
}

#[test]
fn renewing_a_session_is_limited_before_it_costs_anything() {
    let limited = Setup { config: |config: &mut Config| config.rate_limits = true, ..Setup::default() };
    let place = Place::sqlite();
    let house = place.open(limited);
    let leader = Person::sign_up(&house, "Acorn");
    let mut statuses = (0..300).map(|_| {
        let browser = Browser::new(&house);
        browser.keep(SESSION, &format!("garbage~{}", leader.refresh.replace("rt_", "xx_")));
        browser.page("/console").send().status
    });
    assert_eq!((statuses.next(), statuses.find(|status| *status != 303)), (Some(303), Some(429)));
}

#[test]
fn a_member_draws_on_their_own_limit() {
    let limited = Setup { config: |config: &mut Config| config.rate_limits = true, ..Setup::default() };
    let place = Place::sqlite();
    let house = place.open(limited);
    let leader = Person::sign_up(&house, "Acorn");
    let answer = Browser::of(&house, &leader).page("/console").send();
    assert!(answer.header("ratelimit-policy").unwrap().contains("\"member\""));
}

#[test]
fn style_script_and_mark_are_kept_for_ever() {
    let place = Place::sqlite();
    let house = place.house();
    let page = Browser::new(&house).open("/console/sign-in", 200);
    let assets: Vec<_> = page.split('"').filter(|part| part.starts_with("/console/assets/")).collect();
    assert!(assets.len() >= 3, "{page}");
    for asset in assets {
        let answer = house.stranger().get(asset).send();
        assert_eq!(answer.status, 200, "{asset}");
        assert!(answer.header("cache-control").unwrap().contains("immutable"), "{asset}");
    }
}
