//! Builds: the last few are kept, and whoever asks for one that was let go gets the live one.

use super::{
    company::{Company, NOW},
    place::{Place, on_postgres, on_sqlite},
};
use crate::{Build, Tx};

const A: Company = Company(0xa7);

async fn publish(tx: &Tx, from: i64, to: i64) {
    tx.builds().keep(Build { number: to, ..A.build() }).await.unwrap();
    assert!(tx.builds().point(from, to, NOW).await.unwrap());
}

async fn a_build_that_was_let_go_is_answered_by_the_live_one(place: &Place) {
    A.found(&place.store).await;
    let first = A.number();
    let tx = place.store.begin(A.scope()).await.unwrap();
    for number in first..first + 4 {
        publish(&tx, number, number + 1).await;
    }
    let at = async |number| tx.builds().at(number).await.unwrap().map(|build| build.number);
    assert_eq!(at(first + 4).await, Some(first + 4));
    assert_eq!(at(first + 2).await, Some(first + 2), "one of the last three");
    for gone in [0, first, first + 1] {
        assert_eq!(at(gone).await, Some(first + 4), "{gone}");
    }
}

#[tokio::test]
async fn a_build_that_was_let_go_is_answered_by_the_live_one_on_sqlite() {
    on_sqlite(a_build_that_was_let_go_is_answered_by_the_live_one).await;
}

#[tokio::test]
async fn a_build_that_was_let_go_is_answered_by_the_live_one_on_postgres() {
    on_postgres(a_build_that_was_let_go_is_answered_by_the_live_one).await;
}
