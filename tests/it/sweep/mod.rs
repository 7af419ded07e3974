//! Every operation, asked for by everybody, against everything: own, another department's, another company's, nothing.

mod cases;
mod cast;
mod console;
mod law;
mod stage;

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
};

use self::{
    cases::{CASES, Case},
    cast::{Principal, cast},
    law::{Asked, Target, expected},
    stage::Stage,
};
use crate::house::{Answer, Ask, Contract, Digest, Operation};

on_both! {
    fn everybody_gets_what_the_policy_says_and_no_more(place) {
        let stage = Stage::set(place.house());
        let contract = Contract::of(stage.house.stranger().get("/v1/openapi.json").is(200));
        let cast = cast(&stage.house, &stage.companies[0]);
        let digest = place.digest();
        let asked: BTreeSet<&str> = CASES.iter().map(|case| case.operation).collect();
        let mut wrong = Vec::new();
        for operation in contract.operations() {
            if !asked.contains(operation.id()) {
                wrong.push(format!("{} has no case", operation.id()));
            }
            for case in CASES.iter().filter(|case| case.operation == operation.id()) {
                for who in &cast {
                    wrong.extend(ask_all(&stage, &digest, &operation, case, who));
                }
            }
        }
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }
}

/// Asks for an operation at every target.
fn ask_all(stage: &Stage, digest: &Digest, operation: &Operation<'_>, case: &Case, who: &Principal) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut nothing_there = BTreeSet::new();
    for target in case.facts.targets() {
        let ask = (case.ask)(stage, who, *target);
        let at = format!("{:<20} {} {} at {target:?}", who.name, operation.id(), ask.target);
        let expected = expected(Asked::operation(operation), &case.facts, who, *target);
        let Ok((answer, changed)) = catch_unwind(AssertUnwindSafe(|| watched(digest, &ask))) else {
            wrong.push(format!("{at}: not as documented, see above"));
            continue;
        };
        if answer.status != expected {
            wrong.push(format!("{at}: {} for {expected}: {}", answer.status, answer.text()));
        }
        if answer.status < 300 {
            if operation.method != "GET" {
                stage.renew();
            }
        } else if changed {
            wrong.push(format!("{at}: {}, but something changed", answer.status));
        }
        if matches!(target, Target::Foreign | Target::Nowhere) && answer.status >= 400 {
            nothing_there.insert(anonymous(&answer));
        }
    }
    if nothing_there.len() > 1 {
        wrong.push(format!(
            "{} {}: a foreign id is not answered like none: {nothing_there:#?}",
            who.name,
            operation.id()
        ));
    }
    wrong
}

/// Sends a request and says whether anything changed by it. A node that says that it lives changes something too, now and
/// then and not thrice in a row.
fn watched(digest: &Digest, ask: &Ask) -> (Answer, bool) {
    let mut tries = 0;
    loop {
        digest.settle();
        let before = digest.read();
        let answer = ask.send();
        let changed = digest.read() != before;
        tries += 1;
        if !changed || answer.status < 400 || tries == 3 {
            return (answer, changed);
        }
    }
}

/// An answer without what names the request.
fn anonymous(answer: &Answer) -> String {
    let text = answer.text().replace(answer.header("request-id").unwrap(), "");
    let masked = answer.headers().filter(|(name, _)| !matches!(*name, "date" | "connection" | "request-id"));
    format!("{} {:?} {text}", answer.status, masked.collect::<BTreeSet<_>>())
}
