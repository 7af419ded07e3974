//! Kill −9: nothing that was acknowledged is lost, nothing is there twice, and the live bot speaks one whole build.
//!
//! Servers run as processes of their own while two departments publish and restore, visitors chat and an editor makes
//! intents, everybody saying everything again until it is answered. At random moments a server is killed and started
//! again, and everybody holds it to what it acknowledged. CI kills six times on each database; at night:
//!
//! ```text
//! GUILDHALL_TEST_KILLS=200 cargo test -p guildhall-tests --test it crash -- --nocapture
//! ```
//!
//! `GUILDHALL_TEST_SEED` draws the moments of an earlier run again.

#![expect(clippy::print_stdout, reason = "a seed that nobody knows draws nothing again")]

mod dice;
mod labour;
mod node;
pub(crate) mod rest;

use std::{
    env,
    sync::atomic::{AtomicBool, Ordering},
    thread::{scope, sleep},
    time::{Duration, Instant},
};

use dice::Dice;
use labour::{Author, Labour, Publisher, Talker};
pub(crate) use node::{Node, audit_is_whole};

use crate::house::{Client, Company};

/// How often everybody waits until all that was published is live; in between the next kill comes at once.
const SETTLED_EVERY: usize = 10;

on_both! {
    fn no_kill_loses_or_doubles_what_was_acknowledged(place) {
        let kills = env::var("GUILDHALL_TEST_KILLS").map_or(6, |kills| kills.parse().unwrap());
        let mut dice = Dice::from_environment();
        let company = Company::found(&place.house(), "crash");
        let mut nodes: Vec<_> = (0..if place.shared() { 2 } else { 1 }).map(|_| Node::start(place)).collect();
        let clients: Vec<_> = nodes.iter().map(|node| node.client.clone()).collect();
        let mut labours = labours(&company, &clients[0], &mut dice);
        let started = Instant::now();
        for round in 1..=kills {
            let victims = victims(nodes.len(), &mut dice);
            toil(&mut labours, &clients, &mut dice, || victims.iter().for_each(|victim| nodes[*victim].kill()));
            if victims.len() == nodes.len() {
                rest::is_whole(place);
                audit_is_whole(place);
            }
            for victim in &victims {
                nodes[*victim].start_again(place);
            }
            let settles = round % SETTLED_EVERY == 0 || round == kills;
            if settles {
                for labour in &mut labours {
                    labour.settle(&clients[0]);
                }
                rest::is_settled(place);
            }
            for labour in &labours {
                labour.check(&clients[dice.below(clients.len())]);
            }
            if settles {
                let told: Vec<_> = labours.iter().map(|labour| labour.told()).collect();
                println!("{round} kills in {:?}: {}", started.elapsed(), told.join(", "));
            }
        }
        drop(nodes);
        rest::is_whole(place);
        audit_is_whole(place);
    }
}

fn labours(company: &Company, server: &Client, dice: &mut Dice) -> Vec<Box<dyn Labour>> {
    let mut labours: Vec<Box<dyn Labour>> = Vec::new();
    for department in &company.departments {
        labours.push(Box::new(Publisher::new(department, server, dice.another())));
    }
    for department in &company.departments {
        labours.push(Box::new(Talker::new(company.key(), department.question, dice.another())));
    }
    labours.push(Box::new(Talker::new(company.key(), "what is the meaning of life", dice.another())));
    labours.push(Box::new(Author::new(company, server)));
    labours
}

/// One of the nodes, or all at once.
fn victims(nodes: usize, dice: &mut Dice) -> Vec<usize> {
    if dice.once_in(3) { (0..nodes).collect() } else { vec![dice.below(nodes)] }
}

/// Everybody works at full speed until, at a random moment, the blow falls; and a moment longer, on what still stands.
fn toil(labours: &mut [Box<dyn Labour>], servers: &[Client], dice: &mut Dice, blow: impl FnOnce()) {
    let over = AtomicBool::new(false);
    let [before, after] = [dice.between(20, 1200), dice.between(0, 150)].map(Duration::from_millis);
    scope(|scope| {
        for (number, labour) in labours.iter_mut().enumerate() {
            let over = &over;
            scope.spawn(move || {
                for server in servers.iter().cycle().skip(number) {
                    if over.load(Ordering::Relaxed) {
                        return;
                    }
                    labour.step(server);
                }
            });
        }
        sleep(before);
        blow();
        sleep(after);
        over.store(true, Ordering::Relaxed);
    });
}
