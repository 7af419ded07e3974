//! Wall 3 alone: every primary, unique and foreign key of a tenant table starts with the tenant, as the databases' own
//! catalogues tell; only the tables that are named as global have others.

use guildhall_migrations::GLOBAL_TABLES;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::place::{Place, on_postgres, on_sqlite};

/// An index, or a foreign key.
#[derive(Debug)]
struct Key {
    table: String,
    name: String,
    /// Its columns, in order.
    columns: Vec<String>,
    /// The table and columns that it refers to.
    refers: Option<(String, Vec<String>)>,
}

impl Key {
    /// Whether one tenant could learn of another's rows, or name them, by it.
    fn leaks(&self) -> bool {
        let first = |columns: &[String]| columns.first().cloned().unwrap_or_default();
        let lands_at_home = match &self.refers {
            None => true,
            Some((table, columns)) if table == "tenants" => columns == &["id"] && self.columns.len() == 1,
            Some((_, columns)) => first(columns) == "tenant_id" && columns.len() == self.columns.len(),
        };
        first(&self.columns) != "tenant_id" || !lands_at_home
    }
}

/// Per line: table, name, columns, and for foreign keys the table and columns that they refer to.
const ON_POSTGRES: &str = "
    SELECT t.relname::text, i.relname::text, string_agg(coalesce(a.attname, '?'), ',' ORDER BY k.place), NULL, NULL
    FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
    CROSS JOIN unnest(x.indkey::int2[]) WITH ORDINALITY AS k (number, place)
    LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
    WHERE t.relnamespace = 'public'::regnamespace GROUP BY 1, 2
  UNION ALL
    SELECT t.relname::text, c.conname::text, string_agg(a.attname, ',' ORDER BY k.place), r.relname::text,
      string_agg(b.attname, ',' ORDER BY k.place)
    FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class r ON r.oid = c.confrelid
    CROSS JOIN unnest(c.conkey, c.confkey) WITH ORDINALITY AS k (own, other, place)
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.own
    JOIN pg_attribute b ON b.attrelid = r.oid AND b.attnum = k.other
    WHERE c.contype = 'f' AND t.relnamespace = 'public'::regnamespace GROUP BY 1, 2, 4";
const ON_SQLITE: &str = "
    SELECT t.name, l.name, (SELECT group_concat(coalesce(name, '?'), ',') FROM pragma_index_info(l.name)), NULL, NULL
    FROM sqlite_schema t, pragma_index_list(t.name) l WHERE t.type = 'table'
  UNION ALL
    SELECT t.name, 'primary key', group_concat(c.name, ',' ORDER BY c.pk), NULL, NULL
    FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table' AND c.pk > 0 GROUP BY 1
  UNION ALL
    SELECT t.name, 'foreign key ' || f.id, group_concat(f.\"from\", ',' ORDER BY f.seq), f.\"table\",
      group_concat(f.\"to\", ',' ORDER BY f.seq)
    FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table' GROUP BY 1, 2";

async fn keys(place: &Place) -> Vec<Key> {
    let backend = place.beside.get_database_backend();
    let question = if backend == DbBackend::Postgres { ON_POSTGRES } else { ON_SQLITE };
    let rows = place.beside.query_all_raw(Statement::from_string(backend, question)).await.unwrap();
    let split = |columns: String| columns.split(',').map(str::to_owned).collect();
    rows.iter()
        .map(|row| Key {
            table: row.try_get_by_index(0).unwrap(),
            name: row.try_get_by_index(1).unwrap(),
            columns: split(row.try_get_by_index(2).unwrap()),
            refers: row
                .try_get_by_index::<Option<String>>(3)
                .unwrap()
                .map(|table| (table, split(row.try_get_by_index(4).unwrap()))),
        })
        .collect()
}

async fn every_key_starts_with_the_tenant(place: &Place) {
    let keys = keys(place).await;
    let tables = place.tenant_tables().await;
    assert!(tables.len() > 20, "{tables:?}");
    for table in &tables {
        let of_table: Vec<_> = keys.iter().filter(|key| key.table == *table).collect();
        let home = of_table.iter().any(|key| key.refers.as_ref().is_some_and(|(table, _)| table == "tenants"));
        assert!(home, "{table} names tenants that need not be there");
        let leaks: Vec<_> = of_table.iter().filter(|key| key.leaks()).map(|key| (&key.name, &key.columns)).collect();
        assert!(leaks.is_empty(), "{table}: {leaks:?}");
    }
    let global = keys.iter().filter(|key| GLOBAL_TABLES.contains(&key.table.as_str()));
    let reaching: Vec<_> = global.filter(|key| key.refers.is_some()).collect();
    assert!(reaching.is_empty(), "a global table refers to a tenant's: {reaching:#?}");
}

#[tokio::test]
async fn every_key_starts_with_the_tenant_on_sqlite() {
    on_sqlite(every_key_starts_with_the_tenant).await;
}

#[tokio::test]
async fn every_key_starts_with_the_tenant_on_postgres() {
    on_postgres(every_key_starts_with_the_tenant).await;
}

#[test]
fn a_bare_key_is_noticed() {
    let key = |columns: &[&str], refers: Option<(&str, &[&str])>| Key {
        table: "intents".to_owned(),
        name: "key".to_owned(),
        columns: columns.iter().map(ToString::to_string).collect(),
        refers: refers.map(|(table, columns)| (table.to_owned(), columns.iter().map(ToString::to_string).collect())),
    };
    assert!(!key(&["tenant_id", "id"], None).leaks());
    assert!(!key(&["tenant_id"], Some(("tenants", &["id"]))).leaks());
    assert!(!key(&["tenant_id", "department_id"], Some(("departments", &["tenant_id", "id"]))).leaks());
    assert!(key(&["id"], None).leaks());
    assert!(key(&["key", "tenant_id"], None).leaks());
    assert!(key(&["department_id"], Some(("departments", &["id"]))).leaks());
    assert!(key(&["tenant_id", "department_id"], Some(("departments", &["id", "tenant_id"]))).leaks());
}
