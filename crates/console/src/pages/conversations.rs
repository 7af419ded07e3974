//! Visitors' conversations as staff read them.

use actix_web::web::Path;
use guildhall_app::{
    StaffConversation, Tx, channel,
    conversation::{self, Wanted},
};
use guildhall_domain::{
    Actor, Id, PageRequest, Refusal,
    channel::Channel,
    conversation::{From, Message},
    id,
    policy::{self, ManageChannels, ReadConversations},
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::{Allowed, may},
    asked::Asked,
    house::{Answer, House},
    pages::intent::buttons,
    parts::{Field, badge, count, moment, nothing, pager, percent, trail},
    shell::{Place, Shell},
    words::{self as common, bot as b, conversation as w},
};

/// How many messages the page of one conversation shows.
const MOST: u64 = 500;

/// Lists them, the latest first.
pub(crate) async fn list(Allowed(permit): Allowed<ReadConversations>, house: House, asked: Asked) -> Answer {
    let look = async |tx: &Tx| {
        let wanted = Wanted {
            words: asked.get("q").map(str::to_owned),
            department: asked.get("department").map(str::to_owned),
            channel: asked.get("channel").and_then(|id| id.parse().ok()),
        };
        let channels = channels(tx, permit.actor()).await?;
        Ok((conversation::list(tx, &permit, wanted, &asked.page()).await?, channels))
    };
    let (shell, (page, channels)) = house.look(permit.actor(), look).await?;
    let body = html! {
        h1 { (w::CONVERSATIONS) }
        (filters(&shell, &asked, &channels))
        @if page.items.is_empty() { (nothing(w::NONE)) } @else {
            ul.rows { @for of in &page.items { (row(&shell, of)) } }
        }
        (pager(&asked.pages(page.next)))
    };
    Ok(shell.page(Place::Conversations, w::CONVERSATIONS, &body))
}

/// The channels, for whoever may know them.
async fn channels(tx: &Tx, actor: &Actor) -> Result<Vec<Channel>, Refusal> {
    match policy::judge::<ManageChannels>(actor) {
        Ok(permit) => Ok(channel::list(tx, &permit, &PageRequest { limit: 200, after: None, filter: 0 }).await?.items),
        Err(_) => Ok(Vec::new()),
    }
}

fn filters(shell: &Shell, asked: &Asked, channels: &[Channel]) -> Markup {
    let of = shell.departments.iter().filter(|department| may::<ReadConversations>(&shell.actor, department.id));
    let mut departments: Vec<(&str, &str)> = vec![("", w::EVERY_DEPARTMENT)];
    departments.extend(of.map(|department| (department.key.as_str(), department.name.as_str())));
    let ids: Vec<_> = channels.iter().map(|channel| channel.id.to_string()).collect();
    let mut named: Vec<(&str, &str)> = vec![("", w::EVERY_CHANNEL)];
    named.extend(ids.iter().zip(channels).map(|(id, channel)| (id.as_str(), channel.name.as_str())));
    let said = |name: &str| asked.get(name).unwrap_or_default();
    html! {
        form.filters method="get" role="search" {
            (Field::search("q", w::WORDS).value(said("q")))
            (Field::choice("department", w::DEPARTMENT, &departments).value(said("department")))
            @if !channels.is_empty() { (Field::choice("channel", w::CHANNEL, &named).value(said("channel"))) }
            button { (common::SEARCH) }
        }
    }
}

fn departments(shell: &Shell, of: &[Id<id::Department>]) -> String {
    let named = shell.departments.iter().filter(|department| of.contains(&department.id));
    named.map(|department| department.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn row(shell: &Shell, StaffConversation { conversation, departments: of, rating }: &StaffConversation) -> Markup {
    let messages = usize::try_from(conversation.last_seq).unwrap_or_default();
    html! {
        li {
            div {
                a href={ (ROOT) "/conversations/" (conversation.id) } { (moment(conversation.updated_at)) }
                p.small {
                    (count(messages, common::MESSAGES))
                    @if let Some(language) = &conversation.language { " · " (language) }
                    @if !of.is_empty() { " · " (departments(shell, of)) }
                }
            }
            @if let Some(rating) = rating { span.small { (w::rated(*rating)) } }
        }
    }
}

/// Shows one.
pub(crate) async fn show(
    Allowed(permit): Allowed<ReadConversations>,
    house: House,
    id: Path<Id<id::Conversation>>,
) -> Answer {
    let look = async |tx: &Tx| {
        let found = conversation::get(tx, &permit, *id).await?;
        Ok((found, conversation::messages(tx, &permit, *id, 0, MOST).await?))
    };
    let (shell, (found, messages)) = house.look(permit.actor(), look).await?;
    let StaffConversation { conversation, departments: of, rating } = &found;
    let body = html! {
        (trail(&[(&format!("{ROOT}/conversations"), w::CONVERSATIONS)]))
        h1 { (w::ONE) }
        dl.facts {
            div { dt { (w::BEGAN) } dd { (moment(conversation.created_at)) } }
            @if let Some(language) = &conversation.language { div { dt { (w::LANGUAGE) } dd { (language) } } }
            @if !of.is_empty() { div { dt { (w::DEPARTMENTS) } dd { (departments(&shell, of)) } } }
            @if let Some(rating) = rating { div { dt { (w::RATING) } dd { (w::rated(*rating)) } } }
            @for (name, value) in &conversation.context { div { dt { (name) } dd { (value) } } }
        }
        ol.talk { @for message in &messages { (said(&shell, message)) } }
        @if messages.len() >= usize::try_from(MOST).unwrap_or_default() { p { (w::ONLY_FIRST) } }
    };
    Ok(shell.page(Place::Conversations, w::ONE, &body))
}

fn said(shell: &Shell, message: &Message) -> Markup {
    let visitor = message.from == From::Visitor;
    html! {
        li.visitor[visitor].bot[!visitor] {
            p.small { strong { (w::from(message.from)) } " " (moment(message.created_at)) }
            div.bubble {
                p.words { (message.text) }
                @if let Some(facts) = &message.reply { @if !facts.buttons.is_empty() { (buttons(&facts.buttons)) } }
            }
            @if let Some(facts) = &message.reply {
                p.small {
                    @let (kind, word) = b::reply(facts.kind);
                    (badge(kind, word))
                    @if let Some(name) = &facts.intent_name { " " (name) }
                    @if let Some(id) = facts.department { " · " (departments(shell, &[id])) }
                    @if let Some(confidence) = facts.confidence { " · " (percent(confidence)) }
                }
            }
        }
    }
}
