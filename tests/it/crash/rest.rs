//! What must hold in the database by itself, whoever asks.

use crate::house::Place;

/// What there must be none of, at any moment: halves of what is written in one unit of work.
const NONE: [(&str, &str); 7] = [
    (
        "conversations whose numbers are not their messages'",
        "SELECT count(*) AS n FROM conversations c WHERE last_seq <>
         (SELECT count(*) FROM messages m WHERE m.tenant_id = c.tenant_id AND m.conversation_id = c.id)",
    ),
    (
        "replies without their event",
        "SELECT (SELECT count(*) FROM messages WHERE sender = 'bot') -
         (SELECT count(*) FROM events WHERE kind = 'message.answered') AS n",
    ),
    (
        "releases without their audit row",
        "SELECT (SELECT count(*) FROM releases) -
         (SELECT count(*) FROM audit_log WHERE action = 'release.published') AS n",
    ),
    (
        "intents without their audit row",
        "SELECT (SELECT count(*) FROM intents) -
         (SELECT count(*) FROM audit_log WHERE action = 'intent.created') AS n",
    ),
    ("idempotency keys without an answer", "SELECT count(*) AS n FROM idempotency WHERE status IS NULL"),
    (
        "bots that point to no build",
        "SELECT count(*) AS n FROM bots b WHERE NOT EXISTS
         (SELECT 1 FROM builds x WHERE x.tenant_id = b.tenant_id AND x.number = b.current_build)",
    ),
    (
        "departments with two live releases",
        "SELECT count(*) AS n FROM (SELECT 1 FROM releases WHERE state = 'live'
         GROUP BY tenant_id, department_id HAVING count(*) > 1) AS twice",
    ),
];

/// Looks after a kill: nothing is damaged and nothing is half there.
pub(crate) fn is_whole(place: &Place) {
    let database = place.digest();
    if !place.shared() {
        let integrity = "SELECT group_concat(integrity_check) AS n FROM pragma_integrity_check";
        assert_eq!(database.text(integrity, "n"), "ok");
        assert_eq!(database.text("SELECT count(*) AS n FROM pragma_foreign_key_check", "n"), "0");
    }
    for (what, question) in NONE {
        assert_eq!(database.text(question, "n"), "0", "{what}");
    }
}

/// Looks when everything that was published has been built.
pub(super) fn is_settled(place: &Place) {
    let unsettled = "SELECT count(*) AS n FROM releases WHERE state NOT IN ('live', 'superseded')";
    assert_eq!(place.digest().text(unsettled, "n"), "0", "releases that are neither live nor superseded");
}
