//! Backups: made while everybody works, brought back into an empty database of either kind, and held to what they were.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{scope, sleep},
    time::Duration,
};

use guildhall_app::archive::{self, Archive, ArchiveError};
use guildhall_auth::Passphrase;
use serde_json::json;

use crate::{
    crash::{audit_is_whole, rest},
    house::{Company, Place, Visitor, intent, publish, run},
};

const WORDS: &str = "a lantern above the harbour";

fn file_in(place: &Place, name: &str) -> String {
    place.folder().join(name).display().to_string()
}

/// A backup of a place, by the command line.
fn back_up(place: &Place, options: &[&str]) -> String {
    let file = file_in(place, "backup");
    let _ = fs::remove_file(&file);
    let (done, said) = run(place, &[&["backup", &file], options].concat());
    assert!(done && said.contains("sha256"), "{said}");
    file
}

/// Everybody works until a backup has been made; gives its file, and what had been acknowledged before it began.
fn back_up_under_load(place: &Place, company: &Company) -> (String, Vec<(String, String)>) {
    let (over, acknowledged) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    scope(|scope| {
        for visitor in &company.visitors {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    let said = visitor.say("where is my parcel");
                    let id = said["message"]["id"].as_str().unwrap().to_owned();
                    acknowledged.lock().unwrap().push((visitor.conversation.clone(), id));
                }
            });
        }
        let [desk, shop] = &company.departments;
        scope.spawn(|| {
            for n in 0.. {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                desk.editor
                    .client
                    .post(&desk.path("intents"), &intent(&format!("n{n}"), &["a phrase of its own"]))
                    .is(201);
            }
        });
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                publish(&shop.owner, &shop.key);
            }
        });
        sleep(Duration::from_millis(500));
        let before = acknowledged.lock().unwrap().clone();
        let file = back_up(place, &[]);
        over.store(true, Ordering::Relaxed);
        assert!(!before.is_empty() && before.len() < acknowledged.lock().unwrap().len(), "nobody worked meanwhile");
        (file, before)
    })
}

/// Restores a file into an empty place.
fn restore(file: &str, into: &Place) {
    let (done, said) = run(into, &["restore", file]);
    assert!(done && said.ends_with("restored\n") && said.contains("audit log whole"), "{said}");
}

/// What came back serves as before: the record holds, people sign in, everything acknowledged is there, and work goes on.
fn serves(place: &Place, company: &Company, acknowledged: &[(String, String)], news: &str) {
    rest::is_whole(place);
    audit_is_whole(place);
    let house = place.house();
    let leader = company.leader.sign_in(&house);
    let desk = &company.departments[0];
    for visitor in &company.visitors {
        let client = house.bearer(visitor.client.token());
        let mut kept = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = client.get(&format!("{}/messages?limit=200{cursor}", visitor.path)).is(200);
            kept.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let mine = acknowledged.iter().filter(|(conversation, _)| *conversation == visitor.conversation);
        for (_, id) in mine {
            assert!(kept.contains(id), "{id} was acknowledged before the backup");
        }
    }
    let visitor = Visitor::come(&house, company.key());
    assert_eq!(visitor.say(desk.question)["reply"]["department"], *desk.key);
    let owner = desk.owner.sign_in(&house);
    owner.client.post(&desk.path("intents"), &intent(news, &[&format!("do you have {news}")])).is(201);
    publish(&owner, &desk.key);
    assert_eq!(visitor.say(&format!("do you have {news}"))["reply"]["intent"]["name"], news);
    let log = leader.client.get("/v1/audit-log?limit=1").is(200);
    assert_eq!(log["items"].as_array().unwrap().len(), 1);
    drop(house);
    audit_is_whole(place);
}

on_both! {
    fn a_backup_made_under_load_comes_up_verifies_and_answers(place) {
        let house = place.house();
        let company = Company::found(&house, "oak");
        let (file, acknowledged) = back_up_under_load(place, &company);
        drop(house);
        let again = place.empty();
        restore(&file, &again);
        serves(&again, &company, &acknowledged, "lanterns");
        // From the restored one, whose owner is bound by row-level security, into another one, embedded.
        let second = back_up(&again, &[]);
        let third = place.empty_embedded();
        restore(&second, &third);
        serves(&third, &company, &acknowledged, "umbrellas");
        if place.shared() {
            let file = back_up(&third, &[]);
            let fourth = place.empty();
            restore(&file, &fourth);
            serves(&fourth, &company, &acknowledged, "saddles");
        }
    }

    fn a_restore_wants_an_empty_database_and_the_keys_that_belong_to_it(place) {
        let house = place.house();
        Company::found(&house, "elm");
        let file = back_up(place, &[]);
        drop(house);
        let fails = |place: &Place, arguments: &[&str], why: &str| {
            let (done, said) = run(place, arguments);
            assert!(!done && said.contains(why), "{arguments:?}: {said}");
        };
        fails(place, &["backup", &file], "exists already");
        fails(place, &["restore", &file], "not empty");
        let stranger = place.empty();
        fs::remove_file(stranger.keys()).unwrap();
        fails(&stranger, &["restore", &file], "bring back the keys file");
        assert!(run(&stranger, &["keys", "create"]).0);
        fails(&stranger, &["restore", &file], "belongs to the keys file");
        fails(&stranger, &["restore", &format!("{file}.none")], "No such file");
        let (done, said) = run(&stranger, &["restore", &file, "--ignore-keys"]);
        assert!(done, "{said}");
        fails(&stranger, &["restore", &file, "--ignore-keys"], "not empty");
    }

    fn damage_is_found_before_anything_is_touched(place) {
        let house = place.house();
        Company::found(&house, "ash");
        drop(house);
        let passphrase = PathBuf::from(file_in(place, "passphrase"));
        fs::write(&passphrase, WORDS).unwrap();
        let options = ["--passphrase-file", passphrase.to_str().unwrap()];
        for options in [&[][..], &options] {
            let file = back_up(place, options);
            let whole = fs::read(&file).unwrap();
            assert!(read(&whole).is_ok());
            // Making a key takes a moment each time.
            for (what, bytes) in damaged(&whole).into_iter().step_by(if options.is_empty() { 1 } else { 7 }) {
                let found = read(&bytes);
                assert!(found.is_err(), "{what} went unnoticed");
            }
            let bad = file_in(place, "bad");
            let mut bytes = whole.clone();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(&bad, &bytes).unwrap();
            let empty = place.empty();
            let (done, said) = run(&empty, &[&["restore", &bad], options].concat());
            assert!(!done && said.contains("damaged"), "{said}");
            let (done, said) = run(&empty, &[&["restore", &file, "--check"], options].concat());
            assert!(done && said.contains("the archive is whole"), "{said}");
            let (done, said) = run(&empty, &[&["restore", &file], options].concat());
            assert!(done, "nothing was left behind by the other two: {said}");
        }
    }
}

/// Reads an archive to its end, with the passphrase if it wants one.
fn read(bytes: &[u8]) -> Result<archive::Manifest, ArchiveError> {
    let words = Passphrase::parse(WORDS).unwrap();
    archive::check(&mut Archive::open(bytes, Some(&words))?)
}

/// An archive with one bit turned in each of its parts, or cut off, or with more at its end.
fn damaged(whole: &[u8]) -> Vec<(String, Vec<u8>)> {
    let ends: Vec<_> = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).take(2).collect();
    let (cover, length) = (ends[1] + 1, whole.len());
    // The lines in the open, the heads of the first frame and what follows, and forty places in the rest.
    let places = (0..cover + 12).chain((1..=40).map(|n| cover + (length - cover) * n / 41)).chain(length - 70..length);
    let mut all: Vec<(String, Vec<u8>)> = places
        .map(|at| {
            let mut bytes = whole.to_vec();
            bytes[at] ^= 1;
            (format!("a bit of byte {at} of {length}"), bytes)
        })
        .collect();
    for length in [0, ends[0], cover, cover + 3, cover + 5, length / 2, length - 33, length - 1] {
        all.push((format!("the end from byte {length} on"), whole[..length].to_vec()));
    }
    all.push(("more at its end".to_owned(), [whole, b"x"].concat()));
    all.push(("twice".to_owned(), [whole, whole].concat()));
    all
}

#[test]
fn what_is_no_archive_of_ours_is_told_apart() {
    let place = Place::sqlite();
    let house = place.house();
    Company::found(&house, "fir");
    drop(house);
    let passphrase = file_in(&place, "passphrase");
    fs::write(&passphrase, WORDS).unwrap();
    let sealed = fs::read(back_up(&place, &["--passphrase-file", &passphrase])).unwrap();
    let open = |bytes: &[u8], words: Option<&str>| {
        let words = words.map(|words| Passphrase::parse(words).unwrap());
        Archive::open(bytes, words.as_ref()).map(drop).unwrap_err()
    };
    assert!(matches!(open(&sealed, None), ArchiveError::Sealed));
    assert!(matches!(open(&sealed, Some("another lantern than this")), ArchiveError::Locked));
    let newer = String::from_utf8_lossy(&sealed[..19]).replace("archive 1", "archive 2");
    assert!(matches!(open(&[newer.as_bytes(), &sealed[19..]].concat(), Some(WORDS)), ArchiveError::Newer(_)));
    for foreign in [&b"PK\x03\x04 a zip"[..], b"", b"guildhall archive\n", &[0; 5000]] {
        assert!(matches!(open(foreign, Some(WORDS)), ArchiveError::NotOne), "{foreign:?}");
    }
    let short = file_in(&place, "short");
    fs::write(&short, "too short").unwrap();
    let (done, said) = run(&place, &["backup", &file_in(&place, "x"), "--passphrase-file", &short]);
    assert!(!done && said.contains("fifteen characters") && !Path::new(&file_in(&place, "x")).exists(), "{said}");
}

#[test]
fn a_backup_is_for_its_owner_alone_and_says_what_is_in_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::sqlite();
    let (done, said) = run(&place, &["backup", &file_in(&place, "early")]);
    assert!(!done && said.contains("no database"), "{said}");
    let house = place.house();
    let company = Company::found(&house, "yew");
    let file = back_up(&place, &[]);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!Path::new(&format!("{file}.part")).exists());
    let manifest = read(&fs::read(&file).unwrap()).unwrap();
    assert_eq!((manifest.companies, manifest.rows["departments"], manifest.rows["messages"]), (1, 2, 4));
    assert!(!manifest.rows.contains_key("nodes"));
    let keys = fs::read_to_string(place.keys()).unwrap();
    let keys: serde_json::Value = serde_json::from_str(&keys).unwrap();
    let secret = keys["pepper"]["key"].as_str().unwrap();
    assert!(!fs::read(&file).unwrap().windows(secret.len()).any(|window| window == secret.as_bytes()));
    company.leader.client.post("/v1/departments", &json!({ "key": "later", "name": "Later" })).is(201);
}
