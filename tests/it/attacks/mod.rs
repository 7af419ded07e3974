//! The attacks that the threat model names, by number: each has a test called `attack_NN_…`, here or beside the tests of
//! what it attacks.

mod credentials;
mod leaks;
mod objects;
mod visitors;

use std::{collections::BTreeSet, fs, path::Path};

/// Those that what is built so far can meet; the others wait for webhooks, budgets, short codes and realtime queues.
const MET: [u32; 31] =
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 16, 18, 19, 20, 22, 23, 24, 25, 26, 27, 28, 30, 34, 35, 36, 37, 39, 40];

#[test]
fn every_attack_that_can_be_met_has_a_test() {
    let mut named = BTreeSet::new();
    collect(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/it")), &mut named);
    let missing: Vec<_> = MET.iter().filter(|number| !named.contains(*number)).collect();
    assert!(missing.is_empty(), "no test is named after attacks {missing:?}");
}

/// The numbers after which tests in this folder and below are named.
fn collect(folder: &Path, named: &mut BTreeSet<u32>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, named);
        } else {
            let source = fs::read_to_string(&path).unwrap();
            named.extend(source.split("fn attack_").skip(1).filter_map(|rest| rest.get(..2)?.parse::<u32>().ok()));
        }
    }
}
