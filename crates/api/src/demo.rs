//! What the demo tells its visitor: who is who, and lines that work.

use std::fmt::Write as _;

use guildhall_app::demo::Demo;

/// The page that may use the demo's channel.
pub(crate) const ORIGIN: &str = "http://localhost:3000";

/// The demo's welcome.
pub(crate) fn welcome(demo: &Demo, base: &str) -> String {
    let mut out = String::new();
    let (intents, phrases) = demo.size;
    let _ =
        writeln!(out, "\nNordic Outfitters is open: four departments, {intents} intents, {phrases} phrases, all live.");
    let _ = writeln!(out, "Everything is gone when you stop it (Ctrl-C). Reference: {base}/docs/\n");
    let _ = writeln!(out, "Open {base}/console in a browser, and sign in as any of these:\n");
    let _ = writeln!(out, "{:<32} {:<30} who", "e-mail", "password, made for this start");
    for person in &demo.people {
        let _ = writeln!(out, "{:<32} {:<30} {}, {}", person.email, person.password, person.name, person.role);
    }
    let key = &demo.channel.key;
    let _ = write!(
        out,
        r#"
Ask as a visitor (paste into another terminal):

  KEY={key}
  TALK=$(curl -s {base}/v1/chat/conversations -H "Authorization: Bearer $KEY" -H 'Origin: {ORIGIN}' \
    -H 'Content-Type: application/json' -d '{{"language": "en"}}')
  ID=$(echo "$TALK" | grep -o 'con_[0-9a-z]*' | head -1); VISITOR=$(echo "$TALK" | grep -o 'vt_[0-9A-Za-z_]*')
  curl -s {base}/v1/chat/conversations/$ID/messages -H "Authorization: Bearer $VISITOR" \
    -H 'Content-Type: application/json' -d '{{"text": "where is my parcel?"}}'
"#
    );
    if let Some(leader) = demo.people.first() {
        let _ = write!(
            out,
            r#"
Look as the leader:

  TOKEN=$(curl -s {base}/v1/sessions -H 'Content-Type: application/json' \
    -d '{{"email": "{}", "password": "{}"}}' | grep -o '"access_token":"[^"]*' | cut -d'"' -f4)
  curl -s {base}/v1/bot -H "Authorization: Bearer $TOKEN"
  curl -s {base}/v1/conversations -H "Authorization: Bearer $TOKEN"
"#,
            leader.email, leader.password
        );
    }
    out
}
