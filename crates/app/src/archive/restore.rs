//! Brings an archive into an empty database, whole or not at all, and proves what came in.

use std::io::Read;

use guildhall_domain::tenant::Tenant;
use guildhall_persistence::{Store, archive::Table};

use super::{
    ArchiveError, Manifest,
    reader::{Archive, Next},
};
use crate::{App, audit};

/// What was restored.
#[derive(Debug)]
pub struct Restored {
    /// What there is now.
    pub manifest: Manifest,
    /// Every company, and what its audit log says of itself.
    pub audits: Vec<(Tenant, audit::Verdict)>,
}

/// Reads an archive to its end and touches no database.
pub fn check(archive: &mut Archive<impl Read>) -> Result<Manifest, ArchiveError> {
    loop {
        if let Next::End(manifest) = archive.next()? {
            return Ok(manifest);
        }
    }
}

/// Restores an archive into an empty database: brings the schema to the archive's, takes the rows in one transaction,
/// compares what is there with what there must be, and only then brings the schema to the newest. Every company's audit
/// log is walked at the end; a log that does not hold together is told of, since it came so.
pub async fn restore(store: &Store, archive: &mut Archive<impl Read>) -> Result<Restored, ArchiveError> {
    let newer = |error| match error {
        guildhall_persistence::Error::Newer(migration) => ArchiveError::Newer(migration),
        other => other.into(),
    };
    let tables = archive.head.tables.clone();
    let mut restoration = store.restoration(&archive.head.migrations, &tables).await.map_err(newer)?;
    let manifest = loop {
        match archive.next()? {
            Next::Turn(place, whose) => {
                let table = tables.get(place).ok_or_else(|| ArchiveError::damaged("a table that it does not name"))?;
                restoration.turn_to(table, whose).await?;
            }
            Next::Row(row) => restoration.take(row).await?,
            Next::End(manifest) => break manifest,
        }
    };
    restoration.commit().await?;
    compare(store, &tables, &manifest).await?;
    store.migrate().await?;
    let mut audits = Vec::new();
    for tenant in store.tenants().await? {
        let tx = store.read(App::system(tenant.id).scope).await?;
        let verdict = audit::verify(&tx).await?;
        audits.push((tenant, verdict));
    }
    Ok(Restored { manifest, audits })
}

async fn compare(store: &Store, tables: &[Table], manifest: &Manifest) -> Result<(), ArchiveError> {
    let snapshot = store.snapshot().await?;
    let tenants = snapshot.tenants().await?;
    for table in tables {
        let mut found = 0;
        if table.of_tenant {
            for tenant in &tenants {
                found += snapshot.count(table, Some(*tenant)).await?;
            }
        } else {
            found = snapshot.count(table, None).await?;
        }
        let expected = manifest.rows.get(&table.name).copied().unwrap_or(0);
        if found != expected {
            return Err(ArchiveError::Miscounted { table: table.name.clone(), found, expected });
        }
    }
    Ok(())
}
