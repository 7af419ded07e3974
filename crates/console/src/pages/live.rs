//! What a department has live, which every member may read.

use actix_web::web::Path;
use guildhall_app::{IntentFilter, Tx, bot, intent};
use guildhall_domain::{content::FrozenIntent, policy::ReadLive};
use maud::{Markup, html};

use crate::{
    allowed::Allowed,
    asked::Asked,
    house::{Answer, House},
    pages::{
        department::frame,
        intent::{reply, where_for},
    },
    parts::{Field, count, nothing},
    shell::Place,
    words::{self as common, content as w},
};

/// How many intents the page shows; a search narrows them.
const MOST: usize = 100;

/// Lists it.
pub(crate) async fn list(Allowed(permit): Allowed<ReadLive>, house: House, key: Path<String>, asked: Asked) -> Answer {
    let filter = IntentFilter { words: asked.get("q").map(str::to_owned), language: None };
    let look = async |tx: &Tx| {
        let (_, live) = bot::get(tx, &permit, &house.app).await?;
        intent::live(tx, &permit, &live, &key, &filter).await
    };
    let (shell, intents) = house.look(permit.actor(), look).await?;
    let body = html! {
        form.search method="get" role="search" {
            (Field::search("q", w::SEARCH_INTENTS).value(asked.get("q").unwrap_or_default()))
            button { (common::SEARCH) }
        }
        p { (count(intents.len(), common::INTENTS)) @if intents.len() > MOST { ". " (w::first_shown(MOST)) } }
        @if intents.is_empty() { (nothing(w::NOTHING_LIVE)) }
        @for intent in intents.iter().take(MOST) { (one(intent)) }
    };
    let department = shell.department(&key)?;
    Ok(shell.page(Place::Departments, w::LIVE_INTENTS, &frame(&shell, department, w::LIVE_INTENTS, &body)))
}

fn one(intent: &FrozenIntent) -> Markup {
    html! {
        article.live {
            h2 { (intent.title.as_ref().unwrap_or(&intent.name)) }
            p.small { (intent.name) ", " (count(intent.phrases.len(), common::PHRASES)) }
            @for answer in &intent.answers { p.small { (where_for(answer)) } (reply(answer)) }
        }
    }
}
