//! A zip of strangers, unpacked in memory: counted while it is read, and nothing in it is ever a path.

use std::io::{Cursor, Read};

use zip::{ZipArchive, result::ZipError};

use super::{
    Rejected,
    limits::{FILE_BYTES, UNPACKED_BYTES, UNPACKED_RATIO, ZIP_ENTRIES},
};

/// The files of a zip, in its order.
pub fn unpack(bytes: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Rejected> {
    if bytes.len() > FILE_BYTES {
        return Err(Rejected::new("zip-packed", "a zip holds at most 20 MiB"));
    }
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| unreadable(&error))?;
    if zip.len() > ZIP_ENTRIES {
        return Err(Rejected::new("zip-entries", format!("a zip holds at most {ZIP_ENTRIES} entries")));
    }
    if zip.has_duplicate_names() {
        return Err(Rejected::new("zip-duplicate", "two entries have one name"));
    }
    let (mut files, mut total) = (Vec::new(), 0_usize);
    for at in 0..zip.len() {
        let entry = zip.by_index(at).map_err(|error| unreadable(&error))?;
        let name = entry.name().map_err(|error| unreadable(&error))?.into_owned();
        if entry.is_symlink() {
            return Err(Rejected::new("zip-link", format!("«{}» is a link", shown(&name))));
        }
        if !plain_name(&name) {
            return Err(Rejected::new("zip-path", format!("«{}» leaves its folder", shown(&name))));
        }
        if entry.is_dir() {
            continue;
        }
        let room = UNPACKED_BYTES.min(bytes.len().saturating_mul(UNPACKED_RATIO)).saturating_sub(total);
        let mut content = Vec::new();
        let take = u64::try_from(room).unwrap_or(u64::MAX).saturating_add(1);
        entry.take(take).read_to_end(&mut content).map_err(|error| {
            Rejected::new("zip-unreadable", format!("«{}» can't be unpacked: {error}", shown(&name)))
        })?;
        total = total.saturating_add(content.len());
        if content.len() > room {
            return Err(if total > UNPACKED_BYTES {
                Rejected::new("zip-unpacked", "a zip unpacks to at most 100 MiB")
            } else {
                Rejected::new("zip-ratio", format!("a zip unpacks to at most {UNPACKED_RATIO} times its size"))
            });
        }
        if content.starts_with(b"PK\x03\x04") || content.starts_with(b"PK\x05\x06") {
            return Err(Rejected::new("zip-nested", format!("«{}» is a zip again", shown(&name))));
        }
        files.push((name, content));
    }
    Ok(files)
}

/// Relative, without `..`, drives or control characters.
fn plain_name(name: &str) -> bool {
    !name.starts_with(['/', '\\'])
        && !has_drive(name)
        && !name.chars().any(char::is_control)
        && !name.split(['/', '\\']).any(|part| part == "..")
}

/// `C:` and the like.
fn has_drive(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic()) && chars.next() == Some(':')
}

fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(80).collect()
}

fn unreadable(error: &ZipError) -> Rejected {
    Rejected::new("zip-unreadable", format!("the zip can't be read: {error}"))
}
