//! The queue: work that is asked for while it is done is done again, and starts afresh.

use std::time::Duration;

use guildhall_domain::Moment;

use super::{
    company::{Company, NOW},
    place::{Place, on_postgres, on_sqlite},
};
use crate::ErrandKind::{Build, Chore};

const A: Company = Company(0xa7);

fn at(seconds: u64) -> Moment {
    NOW.after(Duration::from_secs(seconds))
}

async fn work_that_is_asked_for_meanwhile_starts_afresh(place: &Place) {
    A.found(&place.store).await;
    let store = &place.store;
    for before in 0..3 {
        let job = store.claim(Build, A.uuid(), at(before), at(before + 10)).await.unwrap().expect("due");
        assert_eq!(job.attempts.unsigned_abs(), before, "each failure counts");
        assert!(store.claim(Build, A.uuid(), at(before), at(before + 10)).await.unwrap().is_none(), "and is leased");
        store.put_back(&job, at(before + 1)).await.unwrap();
    }
    let job = store.claim(Build, A.uuid(), at(3), at(13)).await.unwrap().expect("due");
    let tx = store.begin(A.scope()).await.unwrap();
    tx.enqueue(A.uuid(), Build, "", at(4)).await.unwrap();
    tx.commit().await.unwrap();
    store.finish(&job).await.unwrap();
    let again = store.claim(Build, A.uuid(), at(4), at(14)).await.unwrap().expect("asked for again");
    assert_eq!(again.attempts, 0, "what went well is not counted among the failures");
    store.finish(&again).await.unwrap();
    assert!(store.claim(Build, A.uuid(), at(30), at(40)).await.unwrap().is_none(), "done");
}

async fn what_comes_again_begins_afresh_and_is_seeded_once(place: &Place) {
    A.found(&place.store).await;
    let store = &place.store;
    let seeds = |id: u8, due| [(uuid::Uuid::from_bytes([id; 16]), A.id(), at(due))];
    store.seed(Chore, "sweep", &seeds(1, 5)).await.unwrap();
    store.seed(Chore, "sweep", &seeds(2, 0)).await.unwrap();
    let tx = store.begin(A.scope()).await.unwrap();
    tx.enqueue_unless_waiting(A.uuid(), Chore, "sweep", at(1)).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.claim(Chore, A.uuid(), at(4), at(14)).await.unwrap().is_none(), "due as it was seeded first");
    let errand = store.claim(Chore, A.uuid(), at(5), at(15)).await.unwrap().expect("due");
    store.put_back(&errand, at(6)).await.unwrap();
    let errand = store.claim(Chore, A.uuid(), at(6), at(16)).await.unwrap().expect("tried again");
    assert_eq!((errand.attempts, errand.kind, errand.reference.as_str()), (1, Chore, "sweep"));
    store.again(&errand, at(60)).await.unwrap();
    assert!(store.claim(Chore, A.uuid(), at(59), at(70)).await.unwrap().is_none());
    let errand = store.claim(Chore, A.uuid(), at(60), at(70)).await.unwrap().expect("comes again");
    assert_eq!(errand.attempts, 0);
    let tx = store.begin(A.scope()).await.unwrap();
    tx.enqueue(A.uuid(), Chore, "sweep", at(61)).await.unwrap();
    tx.commit().await.unwrap();
    store.again(&errand, at(120)).await.unwrap();
    assert!(store.claim(Chore, A.uuid(), at(61), at(71)).await.unwrap().is_some(), "asked for meanwhile");
}

#[tokio::test]
async fn what_comes_again_begins_afresh_and_is_seeded_once_on_sqlite() {
    on_sqlite(what_comes_again_begins_afresh_and_is_seeded_once).await;
}

#[tokio::test]
async fn what_comes_again_begins_afresh_and_is_seeded_once_on_postgres() {
    on_postgres(what_comes_again_begins_afresh_and_is_seeded_once).await;
}

#[tokio::test]
async fn work_that_is_asked_for_meanwhile_starts_afresh_on_sqlite() {
    on_sqlite(work_that_is_asked_for_meanwhile_starts_afresh).await;
}

#[tokio::test]
async fn work_that_is_asked_for_meanwhile_starts_afresh_on_postgres() {
    on_postgres(work_that_is_asked_for_meanwhile_starts_afresh).await;
}
