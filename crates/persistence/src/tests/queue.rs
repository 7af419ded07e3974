//! The queue: work that is asked for while it is done is done again, and starts afresh.

use std::time::Duration;

use guildhall_domain::Moment;

use super::{
    company::{Company, NOW},
    place::{Place, on_postgres, on_sqlite},
};
use crate::JobKind::Build;

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

#[tokio::test]
async fn work_that_is_asked_for_meanwhile_starts_afresh_on_sqlite() {
    on_sqlite(work_that_is_asked_for_meanwhile_starts_afresh).await;
}

#[tokio::test]
async fn work_that_is_asked_for_meanwhile_starts_afresh_on_postgres() {
    on_postgres(work_that_is_asked_for_meanwhile_starts_afresh).await;
}
