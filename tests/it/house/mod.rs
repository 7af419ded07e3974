//! A house under test: a real server in a thread of its own, on a place of its own, with a clock that can jump.

macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($place:ident) $body:block)*) => {$(
        $(#[$meta])*
        fn $name($place: &$crate::house::Place) $body

        mod $name {
            #[test]
            fn on_sqlite() {
                super::$name(&$crate::house::Place::sqlite());
            }

            #[test]
            fn on_postgres() {
                $crate::house::Place::postgres().iter().for_each(super::$name);
            }
        }
    )*};
}

mod browser;
mod client;
mod clock;
mod company;
mod contract;
mod place;
mod post;
mod postgres;
mod program;
mod redis;
mod server;

pub(crate) use browser::{Browser, SESSION, token_of};
pub(crate) use client::{Answer, Ask, Client};
pub(crate) use clock::TestClock;
pub(crate) use company::{
    Company, Department, ORIGIN, PASSWORD, Person, Visitor, intent, program, publish, settled, unique,
};
pub(crate) use contract::{Contract, Operation};
pub(crate) use place::{Digest, Place};
pub(crate) use post::{PostOffice, house_that_sends_to};
pub(crate) use program::{free_address, guildhall, run};
pub(crate) use server::{House, Setup};
