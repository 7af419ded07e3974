//! What migrations may do: add what the program before them does not miss, and take nothing away that it reads. For while
//! nodes are replaced one by one, both programs work on the newer schema.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::place::{Folder, connect};
use crate::{Store, known_migrations};

/// A column as it matters to who does not know it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    kind: String,
    /// Whether a row can be written that does not name it.
    may_be_left_out: bool,
}

/// Columns and unique keys of every table.
type Schema = BTreeMap<String, (BTreeMap<String, Column>, BTreeSet<String>)>;

const COLUMNS: &str = "SELECT t.name AS tbl, c.name AS name, c.type AS kind,
        c.\"notnull\" = 0 OR c.dflt_value IS NOT NULL AS may_be_left_out
    FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'";
const UNIQUE: &str = "SELECT t.name AS tbl, (SELECT group_concat(i.name) FROM pragma_index_info(k.name) i) AS name
    FROM sqlite_schema t, pragma_index_list(t.name) k WHERE t.type = 'table' AND k.\"unique\" = 1";

async fn schema(connection: &impl ConnectionTrait) -> Schema {
    let mut schema = Schema::new();
    let ask =
        async |question| connection.query_all_raw(Statement::from_string(DbBackend::Sqlite, question)).await.unwrap();
    for row in ask(COLUMNS).await {
        let text = |name: &str| row.try_get::<String>("", name).unwrap();
        let column = Column { kind: text("kind"), may_be_left_out: row.try_get("", "may_be_left_out").unwrap() };
        schema.entry(text("tbl")).or_default().0.insert(text("name"), column);
    }
    for row in ask(UNIQUE).await {
        let text = |name: &str| row.try_get::<String>("", name).unwrap();
        schema.entry(text("tbl")).or_default().1.insert(text("name"));
    }
    schema
}

/// What the program before would stumble over.
fn stumbling_blocks(before: &Schema, after: &Schema) -> Vec<String> {
    let mut found = Vec::new();
    for (table, (columns, unique)) in before {
        let Some((now, unique_now)) = after.get(table) else {
            found.push(format!("{table} is gone"));
            continue;
        };
        for (name, column) in columns {
            match now.get(name) {
                None => found.push(format!("{table}.{name} is gone")),
                Some(now) if now.kind != column.kind => found.push(format!("{table}.{name} is of another type")),
                Some(now) if column.may_be_left_out && !now.may_be_left_out => {
                    found.push(format!("{table}.{name} may not be left out any more"));
                }
                Some(_) => {}
            }
        }
        let new = now.iter().filter(|(name, column)| !columns.contains_key(*name) && !column.may_be_left_out);
        found.extend(new.map(|(name, _)| format!("{table}.{name} is new and may not be left out")));
        found.extend(unique_now.difference(unique).map(|key| format!("{table} has a new unique key: {key}")));
    }
    found
}

#[tokio::test]
async fn every_migration_only_adds_what_the_program_before_does_not_miss() {
    let folder = Folder::new();
    let store = Store::open(&folder.sqlite(), 1).await.unwrap();
    let beside = connect(&folder.sqlite()).await;
    let mut before = Schema::new();
    for (number, migration) in known_migrations().iter().enumerate() {
        store.migrate_to(number + 1).await.unwrap();
        let after = schema(&beside).await;
        assert_eq!(stumbling_blocks(&before, &after), Vec::<String>::new(), "{migration}");
        before = after;
    }
    assert!(before.contains_key("tenants") && store.migrated().await.unwrap());
    for (statement, block) in [
        ("ALTER TABLE visitors RENAME COLUMN secret_hash TO secret", "visitors.secret_hash is gone"),
        ("ALTER TABLE intents DROP COLUMN title", "intents.title is gone"),
        ("ALTER TABLE ratings RENAME TO judgements", "ratings is gone"),
        ("CREATE UNIQUE INDEX once ON channels (tenant_id, name)", "channels has a new unique key: tenant_id,name"),
    ] {
        beside.execute_unprepared(statement).await.unwrap();
        assert!(stumbling_blocks(&before, &schema(&beside).await).contains(&block.to_owned()), "{statement}");
    }
    beside
        .execute_unprepared(
            "ALTER TABLE bots ADD COLUMN mood text; ALTER TABLE bots ADD COLUMN tone text NOT NULL DEFAULT ''",
        )
        .await
        .unwrap();
    assert!(!stumbling_blocks(&before, &schema(&beside).await).iter().any(|block| block.contains("bots")));
    store.close().await.unwrap();
    beside.close().await.unwrap();
}
