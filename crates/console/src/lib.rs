//! HTML pages for people, over the same use cases and permits as the API. They work without JavaScript; what little
//! there is makes them quicker to use, and can't do anything that a form does not.
//!
//! The server asks [`enter`] who is behind a request, serves what [`configure`] lists, and turns every error below
//! [`ROOT`] into a page by [`decline`].

mod allowed;
mod asked;
mod assets;
mod declined;
mod door;
mod form;
mod house;
mod pages;
mod parts;
mod reached;
mod routes;
mod shell;
mod site;
mod trouble;
mod upload;
mod words;

pub use assets::is_asset;
pub use declined::{Declined, decline, status_of};
pub use door::{Entry, enter};
pub use routes::{ROUTES, Route, configure};
pub use site::Site;

/// Where the console lies.
pub const ROOT: &str = "/console";

/// Whether a path lies in the console.
#[must_use]
pub fn holds(path: &str) -> bool {
    path.strip_prefix(ROOT).is_some_and(|below| below.is_empty() || below.starts_with('/'))
}
