//! The keys file: JSON with a version, readable by its owner alone, and replaced as a whole or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use guildhall_domain::Moment;
use secrecy::zeroize::Zeroizing;
use serde::{Deserialize, Serialize, de::Error as _};

use crate::{Entropy, Error, KeyRing, SigningKey, base62, keyring::is_kid, secret::Secret};

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    version: u32,
    signing: Vec<SigningForm>,
    pepper: PepperForm,
    directory: Secret,
    sealing: Secret,
}

/// The times are microseconds since 1970.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SigningForm {
    kid: String,
    created_at: i64,
    signs_from: i64,
    seed: Secret,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PepperForm {
    id: String,
    key: Secret,
}

pub(crate) fn read(path: &Path) -> Result<KeyRing, Error> {
    let failed = |source| Error::KeysFile { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(failed)?;
    if is_open_to_others(&file).map_err(failed)? {
        return Err(Error::KeysOpen(path.to_owned()));
    }
    let mut bytes = Zeroizing::new(Vec::new());
    file.read_to_end(&mut bytes).map_err(failed)?;
    let damaged = |source| Error::KeysForm { path: path.to_owned(), source };
    ring_of(serde_json::from_slice(&bytes).map_err(damaged)?, damaged)
}

fn ring_of(form: Form, damaged: impl Fn(serde_json::Error) -> Error) -> Result<KeyRing, Error> {
    let wrong = |what: &str| Err(damaged(serde_json::Error::custom(what)));
    if form.version != VERSION {
        return wrong("a version that this program does not read");
    }
    if form.signing.is_empty() {
        return wrong("no signing key");
    }
    let mut names: Vec<_> = form.signing.iter().map(|key| key.kid.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    if names.len() != form.signing.len() || !names.into_iter().chain([form.pepper.id.as_str()]).all(is_kid) {
        return wrong("key names must differ and be of letters, digits, '_' and '-'");
    }
    let mut signing: Vec<SigningKey> = form
        .signing
        .into_iter()
        .map(|key| SigningKey::new(key.kid, key.seed, Moment(key.created_at), Moment(key.signs_from)))
        .collect::<Result<_, _>>()?;
    signing.sort_by_key(|key| key.signs_from);
    Ok(KeyRing { signing, pepper: (form.pepper.id, form.pepper.key), directory: form.directory, sealing: form.sealing })
}

fn form_of(ring: &KeyRing) -> Form {
    Form {
        version: VERSION,
        signing: ring
            .signing
            .iter()
            .map(|key| SigningForm {
                kid: key.kid.clone(),
                created_at: key.created_at.0,
                signs_from: key.signs_from.0,
                seed: key.seed.clone(),
            })
            .collect(),
        pepper: PepperForm { id: ring.pepper.0.clone(), key: ring.pepper.1.clone() },
        directory: ring.directory.clone(),
        sealing: ring.sealing.clone(),
    }
}

/// Makes the file; leaves one alone that somebody else made meanwhile.
pub(crate) fn create(path: &Path, ring: &KeyRing, entropy: &dyn Entropy) -> Result<(), Error> {
    publish(path, ring, entropy, |draft| match fs::hard_link(draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => fs::remove_file(draft),
        linked => linked.and_then(|()| fs::remove_file(draft)),
    })
}

/// Puts a new file in the place of the old one.
pub(crate) fn replace(path: &Path, ring: &KeyRing, entropy: &dyn Entropy) -> Result<(), Error> {
    publish(path, ring, entropy, |draft| fs::rename(draft, path))
}

/// Writes a draft beside `path`, makes sure that it is on the disk, and only then lets `place` show it.
fn publish(
    path: &Path,
    ring: &KeyRing,
    entropy: &dyn Entropy,
    place: impl FnOnce(&Path) -> io::Result<()>,
) -> Result<(), Error> {
    let failed = |source| Error::KeysFile { path: path.to_owned(), source };
    let mut json = Zeroizing::new(Vec::new());
    serde_json::to_writer_pretty(&mut *json, &form_of(ring)).map_err(|error| failed(error.into()))?;
    let draft = draft_beside(path, entropy)?;
    let written = write_draft(&draft, &json).and_then(|()| place(&draft)).and_then(|()| sync_folder(path));
    if written.is_err() {
        let _gone_or_not = fs::remove_file(&draft);
    }
    written.map_err(failed)
}

fn draft_beside(path: &Path, entropy: &dyn Entropy) -> Result<PathBuf, Error> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", base62::encode(&entropy.bytes::<8>()?, 11)));
    Ok(path.with_file_name(name))
}

fn write_draft(draft: &Path, json: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(draft)?;
    file.write_all(json)?;
    file.write_all(b"\n")?;
    file.sync_all()
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn is_open_to_others(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &File) -> io::Result<bool> {
    Ok(false)
}
