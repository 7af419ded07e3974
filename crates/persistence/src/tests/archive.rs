//! What a backup sees: every row of every company at one moment, as the tables' owner, whom row-level security binds; and
//! what a restore takes.

use futures_util::TryStreamExt as _;
use guildhall_domain::{Id, id};
use guildhall_migrations::GLOBAL_TABLES;
use sea_orm::{ConnectionTrait as _, Statement};

use super::{
    company::Company,
    place::{Place, number, on_postgres, on_sqlite},
};
use crate::{
    Error, Store,
    archive::{Cell, Table},
    known_migrations,
};

const COMPANIES: [Company; 3] = [Company(1), Company(2), Company(3)];

/// Every row of a snapshot, by table and tenant.
type All = Vec<(Table, Option<Id<id::Tenant>>, Vec<Vec<Cell>>)>;

async fn all_rows(store: &Store) -> Result<All, Error> {
    let snapshot = store.snapshot().await?;
    let mut all = Vec::new();
    for table in snapshot.tables.iter().filter(|table| !table.of_tenant) {
        all.push((table.clone(), None, snapshot.rows(table, None).await?.try_collect().await?));
    }
    for tenant in snapshot.tenants().await? {
        for table in snapshot.tables.iter().filter(|table| table.of_tenant) {
            all.push((table.clone(), Some(tenant), snapshot.rows(table, Some(tenant)).await?.try_collect().await?));
        }
    }
    Ok(all)
}

/// Every table but the two that are left out is there, and each with as many rows as a superuser counts.
async fn sees_every_row(place: &Place, store: &Store) -> All {
    for company in COMPANIES {
        company.found(&place.store).await;
    }
    let all = all_rows(store).await.unwrap();
    let mut expected = place.tenant_tables().await;
    expected.extend(GLOBAL_TABLES.iter().filter(|table| **table != "nodes").map(|table| (*table).to_owned()));
    expected.sort_unstable();
    let mut found: Vec<_> = all.iter().map(|(table, ..)| table.name.clone()).collect();
    found.sort_unstable();
    found.dedup();
    assert_eq!(found, expected);
    for table in expected {
        let rows: usize = all.iter().filter(|(of, ..)| of.name == table).map(|(_, _, rows)| rows.len()).sum();
        let counted = number(&place.beside, &format!("SELECT count(*) AS n FROM {table}")).await;
        assert!(counted > 0, "{table} has no row that could be missing");
        assert_eq!(i64::try_from(rows).unwrap(), counted, "{table}");
    }
    all
}

async fn refill(into: &Store, all: &All) -> Result<(), Error> {
    let mut tables: Vec<Table> = all.iter().map(|(table, ..)| table.clone()).collect();
    tables.sort_by(|one, other| one.name.cmp(&other.name));
    tables.dedup();
    let mut restoration = into.restoration(&known_migrations(), &tables).await?;
    for (table, whose, rows) in all {
        restoration.turn_to(table, *whose).await?;
        for row in rows {
            restoration.take(row.clone()).await?;
        }
    }
    restoration.commit().await
}

#[tokio::test]
async fn a_snapshot_has_every_row_on_sqlite_and_an_empty_database_takes_them() {
    on_sqlite(async |place| {
        let all = sees_every_row(place, &place.store).await;
        assert!(matches!(refill(&place.store, &all).await, Err(Error::NotEmpty)));
        on_sqlite(async |empty| {
            refill(&empty.store, &all).await.unwrap();
            assert_eq!(all_rows(&empty.store).await.unwrap(), all);
        })
        .await;
        on_postgres(async |empty| {
            let owner = Store::open(&empty.url_as("owner"), 3).await.unwrap();
            refill(&owner, &all).await.unwrap();
            assert_eq!(contents(&all_rows(&owner).await.unwrap()), contents(&all), "from SQLite to PostgreSQL");
            owner.close().await.unwrap();
        })
        .await;
    })
    .await;
}

/// Rows by table and tenant; databases may differ in the order of tables.
fn contents(all: &All) -> Vec<String> {
    let row = |(table, whose, rows): &(Table, _, _)| format!("{} {whose:?} {rows:?}", table.name);
    let mut all: Vec<_> = all.iter().map(row).collect();
    all.sort_unstable();
    all
}

#[tokio::test]
async fn a_snapshot_has_every_row_by_the_owner_whom_policies_bind() {
    on_postgres(async |place| {
        let owner = Store::open(&place.url_as("owner"), 3).await.unwrap();
        let hidden = "SELECT count(*) AS n FROM intents";
        let all = sees_every_row(place, &owner).await;
        let blind = super::place::connect(&place.url_as("owner")).await;
        assert_eq!(number(&blind, hidden).await, 0, "the owner is bound, or this test proves nothing");
        blind.close().await.unwrap();
        assert_eq!(contents(&all), contents(&all_rows(&place.store).await.unwrap()), "what a superuser sees");
        on_sqlite(async |empty| {
            refill(&empty.store, &all).await.unwrap();
            assert_eq!(contents(&all_rows(&empty.store).await.unwrap()), contents(&all), "from PostgreSQL to SQLite");
        })
        .await;
        for (why, statement) in [
            ("a second policy", "CREATE POLICY less ON intents AS RESTRICTIVE USING (false)"),
            ("a policy of another name", "DROP POLICY less ON intents; ALTER POLICY tenant ON intents RENAME TO mine"),
            (
                "no foreign key that was checked",
                "ALTER POLICY mine ON intents RENAME TO tenant;
                 ALTER TABLE intents DROP CONSTRAINT IF EXISTS intents_tenant_id_fkey",
            ),
        ] {
            place.beside.execute_unprepared(statement).await.unwrap();
            let refused = owner.snapshot().await.map(drop);
            assert!(matches!(&refused, Err(Error::Foreign(table)) if table.contains("intents")), "{why}: {refused:?}");
        }
        owner.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_snapshot_stays_at_its_moment() {
    async fn stays(place: &Place, store: &Store) {
        COMPANIES[0].found(&place.store).await;
        let snapshot = store.snapshot().await.unwrap();
        COMPANIES[1].found(&place.store).await;
        assert_eq!(snapshot.tenants().await.unwrap(), [COMPANIES[0].id()]);
        let tenants = snapshot.tables.iter().find(|table| table.name == "tenants").unwrap();
        assert_eq!(snapshot.count(tenants, None).await.unwrap(), 1);
    }
    on_sqlite(async |place| stays(place, &place.store).await).await;
    on_postgres(async |place| {
        let owner = Store::open(&place.url_as("owner"), 3).await.unwrap();
        stays(place, &owner).await;
        owner.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_database_that_is_ahead_serves_and_takes_no_more_migrations_from_here() {
    async fn ahead(place: &Place) {
        let later = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29990101_000001_later', 0)";
        place.beside.execute_unprepared(later).await.unwrap();
        assert!(place.store.migrated().await.unwrap(), "the node that was there before serves on");
        place.store.migrate().await.unwrap();
        let newer = place.store.restoration(&["m29990101_000001_later".to_owned()], &[]).await.map(drop);
        assert!(matches!(newer, Err(Error::Newer(_))), "{newer:?}");
        let first = known_migrations().remove(0);
        let gone = format!("DELETE FROM seaql_migrations WHERE version = '{first}'");
        let backend = place.beside.get_database_backend();
        place.beside.execute_raw(Statement::from_string(backend, gone)).await.unwrap();
        assert!(!place.store.migrated().await.unwrap());
        let mixed = place.store.migrate().await;
        assert!(matches!(mixed, Err(Error::Newer(_))), "{mixed:?}");
    }
    on_sqlite(ahead).await;
    on_postgres(ahead).await;
}
