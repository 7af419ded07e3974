//! The embedded database's one writer: what was acknowledged is durable, what was dropped is gone, whoever shared the
//! commit.

use std::time::Duration;

use guildhall_domain::Id;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{
    company::{Company, NOW},
    place::{Place, number, on_sqlite, texts},
};
use crate::Definition;

const A: Company = Company(0xb3);
const WRITERS: u128 = 400;

/// A unit of two writes, one of which names the unit; dropped midway, given up, or committed, as its number says.
async fn unit(store: crate::Store, n: u128) -> Option<u128> {
    let work = async {
        let tx = store.begin(A.scope()).await.ok()?;
        tx.raise_and_name(n).await;
        if n % 5 == 1 {
            return None;
        }
        tokio::time::sleep(Duration::from_micros(u64::try_from(n % 7).unwrap() * 100)).await;
        tx.commit().await.ok()?;
        Some(n)
    };
    if n % 5 == 2 {
        tokio::time::timeout(Duration::from_micros(u64::try_from(n * 37 % 30_000).unwrap()), work).await.ok().flatten()
    } else {
        work.await
    }
}

impl crate::Tx {
    /// Raises the epoch of the company's member, and writes a queue row of this number: two tables that must agree.
    async fn raise_and_name(&self, n: u128) {
        self.members().raise_epoch(A.id()).await.unwrap();
        self.enqueue(Uuid::from_u128(n), crate::JobKind::Build, &n.to_string(), NOW).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn units_that_share_a_commit_are_each_whole_or_not_at_all() {
    on_sqlite(async |place: &Place| {
        A.found(&place.store).await;
        let before = place.store.read(A.scope()).await.unwrap().members().get(A.id()).await.unwrap().unwrap();
        let mut units = JoinSet::new();
        for n in 1..=WRITERS {
            units.spawn(unit(place.store.clone(), n));
        }
        let acknowledged: Vec<u128> = units.join_all().await.into_iter().flatten().collect();
        let stored = texts(&place.beside, "SELECT reference FROM queue WHERE reference <> ''").await;
        for n in &acknowledged {
            assert!(stored.contains(&n.to_string()), "unit {n} was acknowledged and is lost");
        }
        for n in stored.iter().map(|text| text.parse::<u128>().unwrap()) {
            assert_ne!(n % 5, 1, "unit {n} was given up and is stored");
        }
        let after = place.store.read(A.scope()).await.unwrap().members().get(A.id()).await.unwrap().unwrap();
        let raised = usize::try_from(after.auth_epoch - before.auth_epoch).unwrap();
        assert_eq!(raised, stored.len(), "a unit is there by half");
        assert!(acknowledged.len() > 200, "{}", acknowledged.len());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_commit_serves_many_who_wait() {
    on_sqlite(async |place: &Place| {
        A.found(&place.store).await;
        let held = place.store.begin(A.scope()).await.unwrap();
        let mut units = JoinSet::new();
        for n in 1..=50_u128 {
            let store = place.store.clone();
            units.spawn(async move {
                let tx = store.begin(A.scope()).await.unwrap();
                tx.raise_and_name(n).await;
                tx.commit().await.unwrap();
            });
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        let before = place.store.commits();
        held.raise_and_name(0).await;
        held.commit().await.unwrap();
        units.join_all().await;
        assert_eq!(number(&place.beside, "SELECT count(*) FROM queue WHERE reference <> ''").await, 51);
        let commits = place.store.commits() - before;
        assert!((1..=3).contains(&commits), "{commits} commits for 51 units that waited together");
    })
    .await;
}

#[tokio::test]
async fn a_unit_that_fails_takes_no_other_with_it() {
    on_sqlite(async |place: &Place| {
        A.found(&place.store).await;
        let first = place.store.begin(A.scope()).await.unwrap();
        first.raise_and_name(1).await;
        let (second, third) = (place.store.begin(A.scope()), place.store.begin(A.scope()));
        let others = async {
            let second = second.await.unwrap();
            second.raise_and_name(2).await;
            let twice = second.list_login([7; 32], Id::from_uuid(Uuid::from_u128(2))).await;
            let again = second.list_login([7; 32], Id::from_uuid(Uuid::from_u128(2))).await;
            assert!(twice.is_ok() && again.is_err());
            drop(second);
            let third = third.await.unwrap();
            third.raise_and_name(3).await;
            third.commit().await.unwrap();
        };
        let (committed, ()) = tokio::join!(first.commit(), others);
        committed.unwrap();
        assert_eq!(
            texts(&place.beside, "SELECT reference FROM queue WHERE reference <> '' ORDER BY 1").await,
            ["1", "3"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_unit_that_is_given_up_leaves_nothing_open() {
    on_sqlite(async |place: &Place| {
        A.found(&place.store).await;
        let given_up = place.store.begin(A.scope()).await.unwrap();
        given_up.raise_and_name(1).await;
        drop(given_up);
        tokio::time::timeout(Duration::from_secs(5), place.store.close()).await.unwrap().unwrap();
    })
    .await;
}

/// Stands for a full disk: SQLite's own bound on the file's pages gives the same error at the same places.
async fn room(store: &crate::Store, pages: i64) {
    use sea_orm::ConnectionTrait as _;
    store.global_connection().execute_unprepared(&format!("PRAGMA max_page_count = {pages}")).await.unwrap();
}

async fn write_much(store: &crate::Store, name: &str) -> crate::Result<()> {
    let [source, kind] = [(); 2].map(|()| "test".to_owned());
    let much = Definition { source, kind, name: name.to_owned(), json: "x".repeat(1 << 20) };
    let tx = store.begin(A.scope()).await?;
    tx.kept().define(A.id(), &[much]).await?;
    tx.commit().await
}

#[tokio::test]
async fn a_full_disk_is_told_as_away_and_when_there_is_room_again_all_goes_on() {
    on_sqlite(async |place: &Place| {
        A.found(&place.store).await;
        let held = "SELECT count(*) AS n FROM definitions";
        let before = number(&place.beside, held).await;
        for n in 0..3 {
            // Each time anew: the bound goes with the connection.
            room(&place.store, number(&place.beside, "PRAGMA page_count").await).await;
            let refused = write_much(&place.store, &format!("refused {n}")).await;
            assert!(matches!(refused, Err(crate::Error::Away(_))), "{refused:?}");
        }
        assert_eq!(number(&place.beside, held).await, before, "nothing of what was refused is there");
        place.store.read(A.scope()).await.unwrap().members().get(A.id()).await.unwrap().unwrap();
        room(&place.store, 1_000_000).await;
        for n in 0..3 {
            write_much(&place.store, &format!("taken {n}")).await.unwrap();
        }
        assert_eq!(number(&place.beside, held).await, before + 3);
        assert_eq!(texts(&place.beside, "PRAGMA integrity_check").await, ["ok"]);
    })
    .await;
}
