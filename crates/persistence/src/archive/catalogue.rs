//! What tables there are, as the database's own catalogue tells it, parents before their children.

#![expect(clippy::disallowed_methods, reason = "asks the catalogue, not the tenants' rows")]

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};

use super::{Column, Form, Table};
use crate::{Error, Result, schema::NOTED};

/// Tables of this moment: which nodes live is no part of a backup, and migrations are noted by migrating.
const LEFT_OUT: [&str; 2] = ["nodes", NOTED];

/// Table, column, type, and place in the primary key (0 for none); columns in order.
const COLUMNS: [&str; 2] = [
    "SELECT t.name AS table_name, c.name AS column_name, lower(c.type) AS kind, c.pk AS place
     FROM sqlite_schema t, pragma_table_info(t.name) c
     WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY t.name, c.cid",
    "SELECT t.relname::text AS table_name, c.attname::text AS column_name, format_type(c.atttypid, NULL) AS kind,
            coalesce(array_position(k.indkey::int2[], c.attnum) + 1, 0)::int8 AS place
     FROM pg_class t JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
     LEFT JOIN pg_index k ON k.indrelid = t.oid AND k.indisprimary
     WHERE t.relnamespace = current_schema()::regnamespace AND t.relkind IN ('r', 'p') ORDER BY 1, c.attnum",
];

/// Child, parent, and the child's first column, of every foreign key that is known to hold.
const REFERENCES: [&str; 2] = [
    "SELECT t.name AS child, f.\"table\" AS parent, f.\"from\" AS by
     FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table' AND f.seq = 0",
    "SELECT c.relname::text AS child, p.relname::text AS parent, a.attname::text AS by
     FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_class p ON p.oid = f.confrelid
     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.conkey[1]
     WHERE f.contype = 'f' AND f.convalidated AND c.relnamespace = current_schema()::regnamespace",
];

/// Every table of the archive; a row comes after those that it names.
pub(super) async fn tables(connection: &impl ConnectionTrait) -> Result<Vec<Table>> {
    let mut tables: BTreeMap<String, (Table, BTreeMap<i64, String>)> = BTreeMap::new();
    for row in ask(connection, COLUMNS).await? {
        let [name, column, kind] = ["table_name", "column_name", "kind"].map(|each| row.try_get::<String>("", each));
        let (name, column, kind) = (name?, column?, kind?);
        if LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        let form = form(&kind).ok_or_else(|| Error::Foreign(format!("{name}.{column} is of the type {kind}")))?;
        let empty = Table { name: name.clone(), of_tenant: false, columns: Vec::new(), key: Vec::new() };
        let (table, key) = tables.entry(name).or_insert_with(|| (empty, BTreeMap::new()));
        table.columns.push(Column { name: column.clone(), form });
        let place: i64 = row.try_get("", "place")?;
        if place > 0 {
            key.insert(place, column);
        }
    }
    let mut parents: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in ask(connection, REFERENCES).await? {
        let [child, parent, by] = ["child", "parent", "by"].map(|each| row.try_get::<String>("", each));
        let (child, parent) = (child?, parent?);
        if parent == "tenants" && by? == "tenant_id" {
            tables.entry(child.clone()).and_modify(|(table, _)| table.of_tenant = true);
        }
        if child != parent {
            parents.entry(child).or_default().insert(parent);
        }
    }
    let tables = tables.into_values().map(|(table, key)| Table { key: key.into_values().collect(), ..table });
    in_order(tables.collect(), &parents)
}

async fn ask(connection: &impl ConnectionTrait, [sqlite, postgres]: [&str; 2]) -> Result<Vec<QueryResult>> {
    let backend = connection.get_database_backend();
    let question = if backend == DbBackend::Postgres { postgres } else { sqlite };
    Ok(connection.query_all_raw(Statement::from_string(backend, question)).await?)
}

/// The form of a type by its name on either database; migrations use no others.
fn form(kind: &str) -> Option<Form> {
    let has = |word: &str| kind.contains(word);
    Some(match kind {
        _ if has("uuid") => Form::Uuid,
        _ if has("char") || has("text") => Form::Text,
        _ if has("bool") => Form::Truth,
        _ if has("int") && !has("interval") && !has("point") => Form::Whole,
        _ if has("double") || kind == "real" || has("float") => Form::Real,
        _ if has("blob") || has("binary") || kind == "bytea" => Form::Bytes,
        _ => return None,
    })
}

fn in_order(mut left: Vec<Table>, parents: &BTreeMap<String, BTreeSet<String>>) -> Result<Vec<Table>> {
    let mut done: Vec<Table> = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let stands = |name: &String| done.iter().any(|table| table.name == *name);
        let ready = |table: &Table| parents.get(&table.name).is_none_or(|parents| parents.iter().all(stands));
        let (mut now, later): (Vec<_>, Vec<_>) = left.into_iter().partition(ready);
        if now.is_empty() {
            return Err(Error::Foreign("tables that name one another in a circle".to_owned()));
        }
        done.append(&mut now);
        left = later;
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_known_by_the_names_of_both_databases() {
        for (kind, expected) in [
            ("uuid_text", Form::Uuid),
            ("uuid", Form::Uuid),
            ("varchar", Form::Text),
            ("character varying", Form::Text),
            ("bigint", Form::Whole),
            ("integer", Form::Whole),
            ("double precision", Form::Real),
            ("boolean", Form::Truth),
            ("blob(32)", Form::Bytes),
            ("bytea", Form::Bytes),
        ] {
            assert_eq!(form(kind), Some(expected), "{kind}");
        }
        assert!(["interval", "point", "timestamp with time zone", ""].iter().all(|kind| form(kind).is_none()));
    }

    #[test]
    fn parents_come_first_and_a_circle_is_refused() {
        let table = |name: &str| Table { name: name.to_owned(), of_tenant: true, columns: Vec::new(), key: Vec::new() };
        let all = || ["answers", "intents", "tenants"].map(table).to_vec();
        let mut parents = BTreeMap::new();
        let mut names = |child: &str, parent: &str| {
            parents.entry(child.to_owned()).or_insert_with(BTreeSet::new).insert(parent.to_owned());
            parents.clone()
        };
        names("answers", "intents");
        let order = in_order(all(), &names("intents", "tenants")).unwrap();
        assert_eq!(
            order.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(),
            ["tenants", "intents", "answers"]
        );
        assert!(in_order(all(), &names("tenants", "answers")).is_err());
    }
}
