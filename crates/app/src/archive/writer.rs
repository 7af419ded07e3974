//! Makes an archive of a database while it serves.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use futures_util::{StreamExt as _, pin_mut};
use guildhall_auth::{Entropy, Frames, Passphrase, Stretching};
use guildhall_domain::Moment;
use guildhall_persistence::{
    Store,
    archive::{Snapshot, Table, Whose},
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    ArchiveError, FORMAT, Head, MAGIC, Manifest,
    framed::FramedWriter,
    line::{Cover, Mark, Row},
};

/// What an archive says of itself.
#[derive(Debug, Clone)]
pub struct Facts {
    /// When it is made.
    pub made_at: Moment,
    /// By which version of Guildhall.
    pub version: String,
    /// The fingerprint of the keys file that belongs to it, if that is at hand.
    pub keys: Option<String>,
}

/// Writes an archive of all that the database holds at this moment, sealed with a passphrase if there is one. Others go
/// on writing meanwhile. Nothing that was written counts until this has answered.
pub async fn write(
    store: &Store,
    to: impl Write,
    facts: Facts,
    passphrase: Option<&Passphrase>,
    entropy: &dyn Entropy,
) -> Result<Manifest, ArchiveError> {
    let snapshot = store.snapshot().await?;
    let mut pen = Pen::begin(to, passphrase, entropy)?;
    let head = Head {
        made_at: facts.made_at.to_string(),
        version: facts.version,
        database: if snapshot.is_postgres() { "postgres" } else { "sqlite" }.to_owned(),
        keys: facts.keys,
        migrations: snapshot.migrations.clone(),
        tables: snapshot.tables.clone(),
    };
    pen.line(&Mark::Head(Box::new(head)))?;
    pen.manifest.rows = snapshot.tables.iter().map(|table| (table.name.clone(), 0)).collect();
    for table in snapshot.tables.iter().filter(|table| !table.of_tenant) {
        pen.table(&snapshot, table, None).await?;
    }
    for tenant in snapshot.tenants().await? {
        pen.line(&Mark::Company(tenant))?;
        pen.manifest.companies += 1;
        for table in snapshot.tables.iter().filter(|table| table.of_tenant) {
            pen.table(&snapshot, table, Some(tenant)).await?;
        }
    }
    for table in &snapshot.tables {
        let found = pen.manifest.rows.get(&table.name).copied().unwrap_or(0);
        if let Some(all) = snapshot.count_all(table).await?.filter(|all| *all != found) {
            return Err(ArchiveError::Hidden { table: table.name.clone(), found, all });
        }
    }
    pen.end()
}

/// Writes lines, and keeps count of them.
struct Pen<W: Write> {
    to: GzEncoder<FramedWriter<W>>,
    digest: Sha256,
    manifest: Manifest,
}

impl<W: Write> Pen<W> {
    fn begin(mut to: W, passphrase: Option<&Passphrase>, entropy: &dyn Entropy) -> Result<Self, ArchiveError> {
        let stretching = passphrase.map(|_| Stretching::draw(entropy)).transpose().map_err(ArchiveError::Seal)?;
        let mut cover = format!("{MAGIC}{FORMAT}\n").into_bytes();
        cover.extend(json(&Cover { sealed: stretching.clone() })?);
        to.write_all(&cover)?;
        let frames = match passphrase.zip(stretching) {
            Some((passphrase, stretching)) => {
                Frames::secret(&cover, passphrase, &stretching).map_err(ArchiveError::Seal)?
            }
            None => Frames::open_to_all(&cover),
        };
        let to = GzEncoder::new(FramedWriter::new(to, frames), Compression::default());
        Ok(Self { to, digest: Sha256::new(), manifest: Manifest::default() })
    }

    fn line(&mut self, line: &impl Serialize) -> Result<(), ArchiveError> {
        let line = json(line)?;
        self.digest.update(&line);
        Ok(self.to.write_all(&line)?)
    }

    async fn table(&mut self, snapshot: &Snapshot, table: &Table, whose: Whose) -> Result<(), ArchiveError> {
        let rows = snapshot.rows(table, whose).await?;
        pin_mut!(rows);
        let mut count = 0;
        while let Some(row) = rows.next().await {
            if count == 0 {
                self.line(&Mark::Table(table.name.clone()))?;
            }
            self.line(&Row(&row?))?;
            count += 1;
        }
        *self.manifest.rows.entry(table.name.clone()).or_default() += count;
        Ok(())
    }

    fn end(mut self) -> Result<Manifest, ArchiveError> {
        self.manifest.sha256 = hex(&self.digest.finalize_reset());
        let end = json(&Mark::End(self.manifest.clone()))?;
        self.to.write_all(&end)?;
        self.to.finish()?.finish()?;
        Ok(self.manifest)
    }
}

fn json(line: &impl Serialize) -> Result<Vec<u8>, ArchiveError> {
    let mut text = serde_json::to_vec(line).map_err(std::io::Error::from)?;
    text.push(b'\n');
    Ok(text)
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |text, byte| format!("{text}{byte:02x}"))
}
