//! The audit log: found by what one looks for, taken out whole, and proof against every change.

mod exports;
mod filters;
mod tampering;

use guildhall_domain::{
    Actor,
    event::{Event, Kind},
};

use crate::house::{House, Person};

/// What acts in the house as this person does.
fn actor(house: &House, person: &Person) -> Actor {
    let token = person.client.token().to_owned();
    house.within(move |app| async move { app.authenticate(&token, None).await.unwrap() })
}

/// Puts events on record, so many in one unit of work.
fn record(house: &House, actor: &Actor, units: Vec<Vec<Event>>) {
    let actor = actor.clone();
    house.within(move |app| async move {
        for unit in units {
            let tell = async |work: &guildhall_app::Work<'_>| unit.into_iter().try_for_each(|event| work.tell(event));
            app.act(&actor, tell).await.unwrap();
        }
    });
}

/// An event that is told of this subject.
fn event(subject: &str) -> Event {
    Event::of(Kind::BotConfigured, subject)
}
