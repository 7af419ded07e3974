use std::{fs, path::PathBuf};

use guildhall_domain::member::Email;

use super::*;
use crate::{OsEntropy, Password, SeededEntropy};

const NOW: Moment = Moment(1_764_000_000_000_000);

/// A folder of the test's own, gone when it ends.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let entropy: &dyn Entropy = &OsEntropy::new();
        let name = format!("guildhall-keys-{}", crate::base62::encode(&entropy.bytes::<8>().unwrap(), 11));
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("keys.json")
    }

    fn names(&self) -> Vec<String> {
        fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn ring(entropy: &dyn Entropy) -> KeyRing {
    KeyRing::draw(NOW, entropy).unwrap()
}

fn stands(ring: &KeyRing, now: Moment) -> Vec<KeyState> {
    ring.states(now).map(|(_, state)| state).collect()
}

#[test]
fn an_announced_key_is_published_a_day_before_it_signs() {
    let entropy = SeededEntropy::new(1);
    let mut ring = ring(&entropy);
    let first = ring.signer(NOW).unwrap().kid.clone();
    let second = ring.rotate(Rotation::Announced, NOW, &entropy).unwrap();
    let turn = NOW.after(ANNOUNCED);
    let before = Moment(turn.0 - 1);

    assert_eq!(stands(&ring, NOW), [KeyState::Current, KeyState::Next]);
    assert_eq!(ring.jwks(NOW)["keys"].as_array().unwrap().len(), 2);
    assert_eq!(ring.signer(before).unwrap().kid, first);
    assert!(ring.verifier(&second, before).is_some());
    assert_eq!(ring.rotate(Rotation::Announced, before, &entropy).unwrap(), second);

    assert_eq!(stands(&ring, turn), [KeyState::Old, KeyState::Current]);
    assert_eq!(ring.signer(turn).unwrap().kid, second);
    assert!(ring.verifier(&first, turn).is_some());

    let over = turn.after(OUTLIVES);
    assert_eq!(stands(&ring, Moment(over.0 - 1)), [KeyState::Old, KeyState::Current]);
    assert_eq!(stands(&ring, over), [KeyState::Retired, KeyState::Current]);
    assert!(ring.verifier(&first, over).is_none());
    assert_eq!(ring.jwks(over)["keys"][0]["kid"], second.as_str());

    ring.rotate(Rotation::Announced, over, &entropy).unwrap();
    assert_eq!(stands(&ring, over), [KeyState::Current, KeyState::Next]);
}

#[test]
fn a_forced_key_signs_at_once() {
    let entropy = SeededEntropy::new(1);
    let mut ring = ring(&entropy);
    ring.rotate(Rotation::Announced, NOW, &entropy).unwrap();
    let forced = ring.rotate(Rotation::Forced, NOW, &entropy).unwrap();
    assert_eq!(ring.signer(NOW).unwrap().kid, forced);
    assert_eq!(stands(&ring, NOW), [KeyState::Old, KeyState::Current, KeyState::Next]);
}

#[test]
fn a_dropped_key_is_replaced_when_it_signed() {
    let entropy = SeededEntropy::new(1);
    let mut ring = ring(&entropy);
    let first = ring.signer(NOW).unwrap().kid.clone();
    let next = ring.rotate(Rotation::Announced, NOW, &entropy).unwrap();
    ring.drop_key(&first, NOW, &entropy).unwrap();
    assert!(ring.verifier(&first, NOW).is_none());
    let signer = ring.signer(NOW).unwrap().kid.clone();
    assert!(signer != first && signer != next);
    assert_eq!(stands(&ring, NOW), [KeyState::Current, KeyState::Next]);

    ring.drop_key(&next, NOW, &entropy).unwrap();
    assert_eq!(ring.signer(NOW).unwrap().kid, signer);
    assert!(matches!(ring.drop_key(&next, NOW, &entropy), Err(Error::UnknownKey(kid)) if kid == next));
}

#[test]
fn a_clock_that_stands_before_the_first_key_still_has_a_signer() {
    let ring = ring(&SeededEntropy::new(1));
    assert!(ring.signer(Moment(0)).is_ok());
}

#[test]
fn the_published_keys_are_public_ones() {
    let ring = ring(&SeededEntropy::new(1));
    let jwks = ring.jwks(NOW);
    let key = jwks["keys"][0].as_object().unwrap();
    let mut names: Vec<_> = key.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x"]);
    assert_eq!(key["x"], BASE64.encode(ring.signer(NOW).unwrap().point()));
    assert!(!jwks.to_string().contains(&BASE64.encode(ring.signing[0].seed())));
}

#[test]
fn debug_tells_no_key() {
    let ring = ring(&SeededEntropy::new(1));
    let shown = format!("{ring:?}");
    assert!(shown.contains("directory: ***") && shown.contains("seed: ***"), "{shown}");
}

#[test]
fn the_file_keeps_everything() {
    let (folder, entropy) = (Folder::new(), SeededEntropy::new(1));
    let mut made = KeyRing::load_or_create(&folder.file(), NOW, &entropy).unwrap();
    made.rotate(Rotation::Announced, NOW, &entropy).unwrap();
    made.save(&folder.file(), &entropy).unwrap();
    let read = KeyRing::load_or_create(&folder.file(), NOW, &entropy).unwrap();

    assert_eq!(read.jwks(NOW), made.jwks(NOW));
    assert_eq!(stands(&read, NOW), [KeyState::Current, KeyState::Next]);
    assert_eq!(read.signing[0].created_at, NOW);
    let email = Email::parse("aino@example.com").unwrap();
    assert_eq!(read.directory().login_hash(&email), made.directory().login_hash(&email));
    let sealed = made.sealer().seal(b"x", "here", &entropy).unwrap();
    assert_eq!(read.sealer().open(&sealed, "here").unwrap(), b"x");
    let [maker, reader] = [&made, &read].map(|ring| crate::Hasher::weak_for_tests(ring.pepper()));
    let hash = maker.hash(&Password::attempt("secret"), &entropy).unwrap();
    assert!(reader.verify(&Password::attempt("secret"), &hash).unwrap());
    assert_eq!(folder.names(), ["keys.json"], "no draft is left behind");
}

#[test]
fn who_comes_second_reads_what_the_first_one_made() {
    let (folder, entropy) = (Folder::new(), SeededEntropy::new(1));
    let first = KeyRing::load_or_create(&folder.file(), NOW, &entropy).unwrap();
    keyfile::create(&folder.file(), &ring(&entropy), &entropy).unwrap();
    assert_eq!(KeyRing::load(&folder.file()).unwrap().jwks(NOW), first.jwks(NOW));
    assert_eq!(folder.names(), ["keys.json"]);
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_open_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, entropy) = (Folder::new(), SeededEntropy::new(1));
    KeyRing::load_or_create(&folder.file(), NOW, &entropy).unwrap();
    let mode = |mode| fs::set_permissions(folder.file(), fs::Permissions::from_mode(mode)).unwrap();
    assert_eq!(fs::metadata(folder.file()).unwrap().permissions().mode() & 0o777, 0o600);
    for open in [0o640, 0o604, 0o620, 0o602] {
        mode(open);
        assert!(matches!(KeyRing::load(&folder.file()), Err(Error::KeysOpen(_))), "{open:o}");
    }
    mode(0o400);
    assert!(KeyRing::load(&folder.file()).is_ok());
}

#[test]
fn a_damaged_file_is_refused_and_left_alone() {
    let (folder, entropy) = (Folder::new(), SeededEntropy::new(1));
    let ring = KeyRing::load_or_create(&folder.file(), NOW, &entropy).unwrap();
    let good = fs::read_to_string(folder.file()).unwrap();
    let kid = &ring.signing[0].kid;
    for damaged in [
        String::new(),
        good.replace("\"version\": 1", "\"version\": 2"),
        good.replace("\"version\": 1", "\"version\": 1, \"more\": 1"),
        good.replace(kid.as_str(), "../x"),
        good.replace("\"pepper\"", "\"salt\""),
        good.replace(&BASE64.encode(ring.signing[0].seed()), "AAAA"),
        good.replace(&BASE64.encode(ring.signing[0].seed()), "?"),
        good[..good.len() / 2].to_owned(),
    ] {
        fs::write(folder.file(), &damaged).unwrap();
        let read = KeyRing::load_or_create(&folder.file(), NOW, &entropy);
        assert!(matches!(read, Err(Error::KeysForm { .. })), "{damaged}");
        assert_eq!(fs::read_to_string(folder.file()).unwrap(), damaged);
    }
    assert!(matches!(KeyRing::load(&folder.0.join("none")), Err(Error::KeysFile { .. })));
}
