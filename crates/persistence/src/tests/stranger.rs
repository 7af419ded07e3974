//! A tenant that asks for another's things: each try in a unit of work of its own, and afterwards nothing of the other
//! has changed.

use std::{collections::HashMap, fmt::Debug, hash::BuildHasher};

use guildhall_domain::Page;
use sea_orm::DbBackend;

use super::{
    company::Company,
    place::{Place, texts},
};
use crate::{Claim, Error, Result, Tx};

/// Who asks, and for whose things.
pub(super) struct Stranger<'a> {
    place: &'a Place,
    own: Company,
    other: Company,
    tables: Vec<String>,
    before: Vec<String>,
}

impl<'a> Stranger<'a> {
    /// `own` asks for what is `other`'s, which has something in every table.
    pub(super) async fn new(place: &'a Place, own: Company, other: Company) -> Self {
        let tables = place.tenant_tables().await;
        let mut stranger = Self { place, own, other, tables, before: Vec::new() };
        stranger.before = stranger.rows_of_other().await;
        for table in &stranger.tables {
            let row = format!("{table} ");
            assert!(
                stranger.before.iter().any(|known| known.starts_with(&row)),
                "{table} is empty: give `Company::found` a row for it"
            );
        }
        stranger
    }

    /// It finds nothing, changes nothing and deletes nothing.
    pub(super) async fn finds_nothing<T: Nothing + Debug>(&self, deed: &str, does: impl AsyncFnOnce(&Tx) -> Result<T>) {
        let found = self.tries(deed, does).await.unwrap_or_else(|error| panic!("{deed}: {error:?}"));
        assert!(found.is_nothing(), "{deed}: {found:?}");
    }

    /// It finds its own.
    pub(super) async fn finds_its_own<T: Debug>(&self, deed: &str, does: impl AsyncFnOnce(&Tx) -> Result<T>) {
        let found = self.tries(deed, does).await.unwrap_or_else(|error| panic!("{deed}: {error:?}"));
        assert!(self.own.tells(&found), "{deed}: {found:?}");
    }

    /// It may, since it only does so at home.
    pub(super) async fn may<T: Debug>(&self, deed: &str, does: impl AsyncFnOnce(&Tx) -> Result<T>) {
        self.tries(deed, does).await.unwrap_or_else(|error| panic!("{deed}: {error:?}"));
    }

    /// A key stands in the way.
    pub(super) async fn is_refused<T: Debug>(&self, deed: &str, does: impl AsyncFnOnce(&Tx) -> Result<T>) {
        let refused = self.tries(deed, does).await;
        assert!(matches!(refused, Err(Error::Database(_) | Error::Taken(_))), "{deed}: {refused:?}");
    }

    /// It names what is not there.
    pub(super) async fn is_unreadable<T: Debug>(&self, deed: &str, does: impl AsyncFnOnce(&Tx) -> Result<T>) {
        let refused = self.tries(deed, does).await;
        assert!(matches!(refused, Err(Error::Unreadable { .. })), "{deed}: {refused:?}");
    }

    async fn tries<T: Debug>(&self, deed: &str, does: impl AsyncFnOnce(&Tx) -> Result<T>) -> Result<T> {
        let tx = self.place.store.begin(self.own.scope()).await.unwrap();
        let outcome = does(&tx).await;
        match &outcome {
            Ok(found) => {
                assert!(!self.other.tells(found), "{deed}: {found:?}");
                tx.commit().await.unwrap();
            }
            Err(_) => drop(tx),
        }
        assert_eq!(self.rows_of_other().await, self.before, "{deed} changed what is another's");
        outcome
    }

    /// All that the other has, row by row.
    async fn rows_of_other(&self) -> Vec<String> {
        let mut rows = Vec::new();
        for table in self.tables.iter().map(String::as_str).chain(["tenants", "login_directory", "queue"]) {
            let tenant = if table == "tenants" { "id" } else { "tenant_id" };
            let question = match self.place.store.backend() {
                DbBackend::Postgres => {
                    let uuid = self.other.uuid();
                    format!("SELECT '{table} ' || t::text FROM {table} t WHERE {tenant} = '{uuid}' ORDER BY 1")
                }
                _ => {
                    let columns = format!("SELECT 'quote(' || name || ')' FROM pragma_table_info('{table}')");
                    let row = texts(&self.place.beside, &columns).await.join(" || ',' || ");
                    let uuid = self.other.uuid().simple();
                    format!("SELECT '{table} ' || {row} FROM {table} WHERE {tenant} = x'{uuid}' ORDER BY 1")
                }
            };
            rows.extend(texts(&self.place.beside, &question).await);
        }
        rows
    }
}

impl Company {
    /// Whether something tells of this company: by its word, its UUID, its hashes.
    pub(super) fn tells(self, something: &impl Debug) -> bool {
        let told = format!("{something:?}");
        let bytes = format!("{n}, {n}, {n}", n = self.0);
        told.contains(&self.word()) || told.contains(&self.uuid().to_string()) || told.contains(&bytes)
    }
}

/// What holds nothing, as whoever may not know is answered.
pub(super) trait Nothing {
    fn is_nothing(&self) -> bool;
}

impl<T> Nothing for Option<T> {
    fn is_nothing(&self) -> bool {
        self.is_none()
    }
}

impl<T> Nothing for Vec<T> {
    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl<T> Nothing for Page<T> {
    fn is_nothing(&self) -> bool {
        self.items.is_empty() && self.next.is_none()
    }
}

impl<K, V, S: BuildHasher> Nothing for HashMap<K, V, S> {
    fn is_nothing(&self) -> bool {
        self.is_empty()
    }
}

impl Nothing for Claim {
    fn is_nothing(&self) -> bool {
        *self == Self::Mine
    }
}

impl Nothing for bool {
    fn is_nothing(&self) -> bool {
        !self
    }
}

impl Nothing for u64 {
    fn is_nothing(&self) -> bool {
        *self == 0
    }
}

impl Nothing for () {
    fn is_nothing(&self) -> bool {
        true
    }
}
