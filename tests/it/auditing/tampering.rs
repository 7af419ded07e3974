//! Ten thousand writes at random, which verify; then every kind of tampering, each of which is found where it is.

use guildhall_app::{
    App,
    audit::{Verdict, verify},
};
use guildhall_domain::{
    audit::{Entry, link},
    event::{Event, Kind},
};
use guildhall_persistence::{AuditFilter, Tx};
use serde_json::json;

use super::{actor, record};
use crate::house::{Digest, House, Person, run, unique};

const WRITES: usize = 10_000;
const KINDS: [Kind; 5] =
    [Kind::IntentCreated, Kind::IntentChanged, Kind::Published, Kind::RoleGiven, Kind::BotConfigured];

/// Numbers as a seed has them (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)) % sides
    }

    fn event(&mut self) -> Event {
        let kind = KINDS[usize::try_from(self.roll(5)).unwrap()];
        let event = Event::of(kind, format_args!("thing-{}", self.roll(1_000)));
        let event = match self.roll(3) {
            0 => event,
            n => event.within(format!("dep_01jd0000007000g0000000000{n}").parse().unwrap()),
        };
        match self.roll(3) {
            0 => event,
            n => {
                event.with(json!({ "was": self.roll(100), "is": "é\n\"quoted\"".repeat(usize::try_from(n).unwrap()) }))
            }
        }
    }
}

/// A company whose log is under test.
struct Log {
    house: House,
    digest: Digest,
    tenant: String,
}

impl Log {
    fn verdict(&self) -> Verdict {
        let tenant = self.tenant.parse().unwrap();
        self.house.within(move |app| async move {
            app.look(&App::system(tenant), async |tx: &Tx| verify(tx).await).await.unwrap()
        })
    }

    /// The rows from this number on.
    fn entries(&self, from: i64) -> Vec<Entry> {
        let tenant = self.tenant.parse().unwrap();
        self.house.within(move |app| async move {
            let part = async |tx: &Tx| Ok(tx.audit_part(&AuditFilter::default(), from - 1, i64::MAX, 1_000).await?);
            let rows = app.look(&App::system(tenant), part).await.unwrap();
            rows.into_iter().map(|row| row.entry).collect()
        })
    }

    /// After these statements the row is found broken; then all is put back.
    fn is_broken(&self, statements: &[String], seq: i64, what: &str) {
        for statement in statements {
            self.digest.tamper(statement);
        }
        match self.verdict() {
            Verdict::Broken { seq: at, what: said } => assert_eq!((at, said), (seq, what), "{statements:#?}"),
            Verdict::Whole(_) => panic!("not found: {statements:#?}"),
        }
        for table in ["audit_log", "audit_heads"] {
            self.digest.tamper(&format!("DELETE FROM {table}"));
            self.digest.tamper(&format!("INSERT INTO {table} SELECT * FROM kept_{table}"));
        }
    }
}

on_both! {
    fn attack_40_ten_thousand_writes_verify_and_each_kind_of_tampering_is_found(place) {
        let house = place.house();
        let leader = Person::sign_up(&house, &unique("proof"));
        let tenant = leader.client.get("/v1/me").is(200)["tenant"]["id"].as_str().unwrap().to_owned();
        let mut dice = Dice(7);
        let (mut units, mut left) = (Vec::new(), WRITES);
        while left > 0 {
            let unit = left.min(usize::try_from(dice.roll(6)).unwrap() + 1);
            units.push((0..unit).map(|_| dice.event()).collect());
            left -= unit;
        }
        record(&house, &actor(&house, &leader), units);
        let log = Log { house, digest: place.digest(), tenant };
        let Verdict::Whole(last) = log.verdict() else { panic!("{:?}", log.verdict()) };
        assert!(last >= i64::try_from(WRITES).unwrap());
        let (whole, said) = run(place, &["audit", "verify"]);
        assert!(whole && said.contains(&format!("whole\t{last} rows")), "{said}");
        for table in ["audit_log", "audit_heads"] {
            log.digest.tamper(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"));
        }

        let middle = 2 + i64::try_from(dice.roll(5_000)).unwrap();
        let set = |what: &str, at: i64| vec![format!("UPDATE audit_log SET {what} WHERE seq = {at}")];
        for at in [1, middle, last] {
            for change in ["actor = 'mem_other'", "action = 'intent.deleted'", "subject = subject || ' '", "department = 'dep_other'",
                "request = 'req_other'", "data = '{}'", "at = at + 1", "hash = before"] {
                log.is_broken(&set(change, at), at, "was changed or moved");
            }
            log.is_broken(&[format!("DELETE FROM audit_log WHERE seq = {at}")], at, "is missing");
        }
        let other = "(SELECT hash FROM kept_audit_log WHERE seq = 5)";
        log.is_broken(&set(&format!("before = {other}"), middle + 7), middle + 7, "was changed or moved");

        let swapped = |one: i64, other: i64| vec![
            format!("UPDATE audit_log SET seq = -{one} WHERE seq = {one}"),
            format!("UPDATE audit_log SET seq = {one} WHERE seq = {other}"),
            format!("UPDATE audit_log SET seq = {other} WHERE seq = -{one}"),
        ];
        log.is_broken(&swapped(middle, middle + 1), middle, "was changed or moved");
        log.is_broken(&swapped(1, last), 1, "was changed or moved");
        let closed_up = |gone: i64| vec![
            format!("DELETE FROM audit_log WHERE seq = {gone}"),
            format!("UPDATE audit_log SET seq = -seq WHERE seq > {gone}"),
            "UPDATE audit_log SET seq = -seq - 1 WHERE seq < 0".to_owned(),
        ];
        log.is_broken(&closed_up(middle), middle, "was changed or moved");
        log.is_broken(&[format!("DELETE FROM audit_log WHERE seq > {middle}")], middle + 1, "is missing");
        log.is_broken(&["DELETE FROM audit_log".to_owned()], 1, "is missing");
        let rest = "at, actor, action, subject, department, request, data, before, hash";
        let added = format!("INSERT INTO audit_log (tenant_id, seq, {rest}) SELECT tenant_id, seq + 1, {rest} FROM audit_log WHERE seq = {last}");
        log.is_broken(&[added], last + 1, "was added");
        log.is_broken(&["DELETE FROM audit_heads".to_owned()], 1, "is missing, and the chain's head with it");
        log.is_broken(&["DELETE FROM audit_heads".to_owned(), "DELETE FROM audit_log".to_owned()], 1, "is missing, and the chain's head with it");
        log.is_broken(&["UPDATE audit_heads SET seq = seq + 1".to_owned()], last + 1, "is missing");
        log.is_broken(&["UPDATE audit_heads SET seq = seq - 1".to_owned()], last - 1, "is not the one that the chain's head names");
        log.is_broken(&rewritten(&log, last), last, "is not the one that the chain's head names");
        assert_eq!(log.verdict(), Verdict::Whole(last), "all was put back");
    }
}

/// The last rows of a log, rewritten by somebody who knows how rows are bound, and can't reach the head.
fn rewritten(log: &Log, last: i64) -> Vec<String> {
    let mut entries = log.entries(last - 9);
    "another".clone_into(&mut entries[0].subject);
    let number = |seq: i64| {
        log.digest.text(&format!("SELECT {} AS hash FROM audit_log WHERE seq = {seq}", log.digest.hex("hash")), "hash")
    };
    let mut before: [u8; 32] = bytes(&number(last - 10));
    let mut statements = vec![format!("UPDATE audit_log SET subject = 'another' WHERE seq = {}", last - 9)];
    for entry in &entries {
        let hash = link(&before, entry);
        let [of_before, of_hash] = [before, hash].map(|hash| log.digest.blob(&hash));
        statements
            .push(format!("UPDATE audit_log SET before = {of_before}, hash = {of_hash} WHERE seq = {}", entry.seq));
        before = hash;
    }
    statements
}

fn bytes(hex: &str) -> [u8; 32] {
    let digit = |at: usize| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap();
    std::array::from_fn(digit)
}
