//! Reads an archive from its first line to its last, and holds it to what it says of itself.

use std::io::{BufRead, BufReader, Read};

use flate2::read::GzDecoder;
use guildhall_auth::{Frames, Passphrase};
use guildhall_persistence::archive::{Cell, Table, Whose};
use sha2::{Digest, Sha256};

use super::{
    ArchiveError, FORMAT, Head, MAGIC, Manifest,
    framed::FramedReader,
    line::{Cover, Mark, read_row},
    writer::hex,
};

/// The longest of the two lines in the open.
const COVER: u64 = 1024;
/// The longest line of the rest: the largest row in base64, and more.
const LINE: u64 = 1 << 30;

/// An archive that is being read.
pub struct Archive<R: Read> {
    lines: BufReader<GzDecoder<FramedReader<BufReader<R>>>>,
    digest: Sha256,
    found: Manifest,
    table: Option<usize>,
    whose: Whose,
    /// What it is of.
    pub head: Head,
}

/// What comes next.
#[derive(Debug)]
pub(super) enum Next {
    /// Rows of this table of the head, by its place, and of this company.
    Turn(usize, Whose),
    /// A row.
    Row(Vec<Cell>),
    /// All was read, and it is as it was written.
    End(Manifest),
}

impl<R: Read> Archive<R> {
    /// Opens an archive and reads its head.
    pub fn open(from: R, passphrase: Option<&Passphrase>) -> Result<Self, ArchiveError> {
        let mut from = BufReader::new(from);
        let mut cover = line_of(&mut from, COVER).map_err(|_| ArchiveError::NotOne)?;
        let magic = str::from_utf8(&cover).ok().and_then(|line| line.strip_prefix(MAGIC)?.strip_suffix('\n'));
        match magic.and_then(|format| format.parse::<u32>().ok()) {
            Some(FORMAT) => {}
            Some(format) if format > FORMAT => return Err(ArchiveError::Newer(format!("format {format}"))),
            _ => return Err(ArchiveError::NotOne),
        }
        let second = line_of(&mut from, COVER)?;
        let Cover { sealed } = serde_json::from_slice(&second).map_err(|_| ArchiveError::damaged("its second line"))?;
        cover.extend(second);
        let frames = match (&sealed, passphrase) {
            (None, _) => Frames::open_to_all(&cover),
            (Some(_), None) => return Err(ArchiveError::Sealed),
            (Some(stretching), Some(words)) => {
                Frames::secret(&cover, words, stretching).map_err(|_| ArchiveError::damaged("its second line"))?
            }
        };
        let mut lines = BufReader::new(GzDecoder::new(FramedReader::new(from, frames)));
        let first = line_of(&mut lines, LINE);
        if first.is_err() && sealed.is_some() && !lines.get_ref().get_ref().opened {
            return Err(ArchiveError::Locked);
        }
        let first = first?;
        let Ok(Mark::Head(head)) = serde_json::from_slice(&first) else {
            return Err(ArchiveError::damaged("its head"));
        };
        let digest = Sha256::new_with_prefix(&first);
        Ok(Self { lines, digest, found: Manifest::default(), table: None, whose: None, head: *head })
    }

    /// What comes next. After the end nothing may be asked.
    pub(super) fn next(&mut self) -> Result<Next, ArchiveError> {
        loop {
            let line = line_of(&mut self.lines, LINE)?;
            if line.starts_with(b"[") {
                self.digest.update(&line);
                let table = self.table()?;
                let row = read_row(&line, table)?;
                let name = table.name.clone();
                *self.found.rows.entry(name).or_default() += 1;
                return Ok(Next::Row(row));
            }
            match serde_json::from_slice(&line).map_err(|_| ArchiveError::damaged("a line can't be read"))? {
                Mark::Company(company) => {
                    self.whose = Some(company);
                    self.found.companies += 1;
                    self.table = None;
                }
                Mark::Table(name) => {
                    let fits = |table: &Table| table.name == name && table.of_tenant == self.whose.is_some();
                    let place = self.head.tables.iter().position(fits);
                    let place = place.ok_or_else(|| ArchiveError::damaged("rows of a table that it does not name"))?;
                    self.table = Some(place);
                    self.digest.update(&line);
                    return Ok(Next::Turn(place, self.whose));
                }
                Mark::End(manifest) => return self.end(manifest).map(Next::End),
                Mark::Head(_) => return Err(ArchiveError::damaged("a second head")),
            }
            self.digest.update(&line);
        }
    }

    fn table(&self) -> Result<&Table, ArchiveError> {
        let table = self.table.and_then(|place| self.head.tables.get(place));
        table.ok_or_else(|| ArchiveError::damaged("a row of no table"))
    }

    /// Nothing may follow, and the end must tell what was found.
    fn end(&mut self, told: Manifest) -> Result<Manifest, ArchiveError> {
        if self.lines.read(&mut [0])? != 0 || self.lines.get_mut().get_mut().read(&mut [0])? != 0 {
            return Err(ArchiveError::damaged("something stands behind its end"));
        }
        self.found.sha256 = hex(&self.digest.finalize_reset());
        for table in &self.head.tables {
            self.found.rows.entry(table.name.clone()).or_default();
        }
        if self.found == told { Ok(told) } else { Err(ArchiveError::damaged("its end tells of other rows")) }
    }
}

/// A whole line, with its end.
fn line_of(from: &mut impl BufRead, most: u64) -> Result<Vec<u8>, ArchiveError> {
    let mut line = Vec::new();
    from.take(most).read_until(b'\n', &mut line)?;
    if line.ends_with(b"\n") { Ok(line) } else { Err(ArchiveError::damaged("it ends within a line")) }
}
