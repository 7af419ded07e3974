//! The console as a browser meets it: getting in, forms, content, publishing, and what it declines.

mod content;
mod declining;
mod exchanging;
mod forms;
mod getting_in;
mod publishing;

use crate::house::{Browser, Company, House, Place};

/// A company, and its first department's owner in a browser.
fn at_work(place: &Place) -> (House, Company, Browser) {
    let house = place.house();
    let company = Company::found(&house, "acorn");
    let owner = Browser::of(&house, &company.departments[0].owner);
    owner.arm();
    (house, company, owner)
}

/// What stands between two texts of a page.
fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("no {before} in {page}"));
    rest.split_once(after).unwrap().0
}
