//! Channels: where visitors reach the bot, and what to paste into the page.

use actix_web::web::Path;
use guildhall_app::{
    Tx, Work,
    channel::{self, ChannelPatch, NewChannel},
};
use guildhall_domain::{
    Flaws, Id, Permit, Refusal,
    channel::{Channel, Kind, Origin},
    id,
    policy::ManageChannels,
    text::Name,
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::Allowed,
    asked::Asked,
    form::Form,
    house::{Answer, House},
    pages::intent::stale_or,
    parts::{Field, moment, nothing, pager, trail},
    shell::{Notices, Place, Shell},
    site,
    trouble::Trouble,
    words::{self as common, channel as w},
};

const LABELS: [(&str, &str); 2] = [("name", w::NAME), ("origins", w::ORIGINS)];
/// What a page shows; the key and the address are put in.
const SNIPPET: &str = include_str!("../../assets/snippet.html");
/// The most origins of a channel.
const MOST: usize = 50;

fn origins(form: &Form, flaws: &mut Flaws) -> Vec<Origin> {
    let mut origins = Vec::new();
    for (line, text) in form.lines("origins").enumerate() {
        match Origin::parse(text) {
            Ok(origin) => origins.push(origin),
            Err(flaw) => {
                flaws.add("/origins", flaw.code(), crate::words::content::in_line(line + 1, &flaw.to_string()));
            }
        }
    }
    if !(1..=MOST).contains(&origins.len()) {
        flaws.add("/origins", "out-of-range", w::ORIGINS_NEEDED);
    }
    origins
}

/// Lists them, and asks for a new one.
pub(crate) async fn list(Allowed(permit): Allowed<ManageChannels>, house: House, asked: Asked) -> Answer {
    listed(&house, &permit, &asked, &Form::default(), &Trouble::default()).await
}

/// Opens one.
pub(crate) async fn open(Allowed(permit): Allowed<ManageChannels>, house: House, asked: Asked, form: Form) -> Answer {
    let opened = async {
        let mut flaws = Flaws::default();
        let name = flaws.take("/name", Name::parse(form.get("name")));
        let allowed_origins = origins(&form, &mut flaws);
        let context = serde_json::Map::new();
        let new = flaws.settle(name.map(|name| NewChannel { kind: Kind::Web, name, allowed_origins, context }))?;
        house.act(permit.actor(), async |work: &Work<'_>| channel::create(work, &permit, new).await).await
    };
    match opened.await {
        Ok(made) => Ok(house.onward(&format!("{ROOT}/channels/{}", made.id), Notices::good(w::OPENED))),
        Err(refusal) => listed(&house, &permit, &asked, &form, &Trouble::of(refusal)?).await,
    }
}

async fn listed(
    house: &House,
    permit: &Permit<ManageChannels>,
    asked: &Asked,
    typed: &Form,
    trouble: &Trouble,
) -> Answer {
    let look = async |tx: &Tx| channel::list(tx, permit, &asked.page()).await;
    let (shell, page) = house.look(permit.actor(), look).await?;
    let body = html! {
        h1 { (w::CHANNELS) }
        p.lead { (w::LEAD) }
        @if page.items.is_empty() { (nothing(w::NONE)) }
        ul.rows {
            @for channel in &page.items {
                li {
                    div {
                        a href={ (ROOT) "/channels/" (channel.id) } { (channel.name) }
                        p.small { (written(channel).join(", ")) }
                    }
                    span.small { (moment(channel.created_at)) }
                }
            }
        }
        (pager(&asked.pages(page.next)))
        section aria-labelledby="open" {
            h2 #open { (w::OPEN) }
            (trouble.summary(&LABELS))
            form method="post" action={ (ROOT) "/channels" } {
                (shell.token())
                (Field::line("name", w::NAME).hint(w::NAME_HINT).value(typed.get("name")).or(trouble).needed())
                (Field::lines("origins", w::ORIGINS, 3).hint(w::ORIGINS_HINT).value(typed.get("origins")).or(trouble).needed())
                button.primary { (w::OPEN) }
            }
        }
    };
    Ok(shell.page_with(Place::Channels, w::CHANNELS, trouble, &body))
}

fn written(channel: &Channel) -> Vec<&str> {
    channel.allowed_origins.iter().map(Origin::as_str).collect()
}

/// Shows one.
pub(crate) async fn show(Allowed(permit): Allowed<ManageChannels>, house: House, id: Path<Id<id::Channel>>) -> Answer {
    page(&house, &permit, *id, None, &Trouble::default()).await
}

/// Changes one.
pub(crate) async fn change(
    Allowed(permit): Allowed<ManageChannels>,
    house: House,
    id: Path<Id<id::Channel>>,
    form: Form,
) -> Answer {
    let changed = async {
        let mut flaws = Flaws::default();
        let name = flaws.take("/name", Name::parse(form.get("name")));
        let allowed_origins = Some(origins(&form, &mut flaws));
        let patch = flaws.settle(Some(ChannelPatch { name, allowed_origins, context: None }))?;
        let change = async |work: &Work<'_>| channel::change(work, &permit, *id, form.version(), patch).await;
        house.act(permit.actor(), change).await
    };
    match changed.await {
        Ok(_) => Ok(house.onward(&format!("{ROOT}/channels/{id}"), Notices::good(common::SAVED))),
        Err(refusal) => page(&house, &permit, *id, Some(&form), &stale_or(refusal)?).await,
    }
}

/// Closes one.
pub(crate) async fn close(
    Allowed(permit): Allowed<ManageChannels>,
    house: House,
    id: Path<Id<id::Channel>>,
    form: Form,
) -> Answer {
    let closed = async {
        if form.get("sure") != "yes" {
            return Err(Refusal::flaw("/sure", "empty", w::NOT_SURE));
        }
        let close = async |work: &Work<'_>| channel::close(work, &permit, *id, form.version()).await;
        house.act(permit.actor(), close).await
    };
    match closed.await {
        Ok(()) => Ok(house.onward(&format!("{ROOT}/channels"), Notices::good(w::CLOSED))),
        Err(refusal) => page(&house, &permit, *id, None, &stale_or(refusal)?).await,
    }
}

async fn page(
    house: &House,
    permit: &Permit<ManageChannels>,
    id: Id<id::Channel>,
    typed: Option<&Form>,
    trouble: &Trouble,
) -> Answer {
    let (shell, channel) = house.look(permit.actor(), async |tx: &Tx| channel::get(tx, permit, id).await).await?;
    let snippet = SNIPPET.replace("{address}", &site::base(&house.request)).replace("{key}", &channel.key);
    let body = html! {
        (trail(&[(&format!("{ROOT}/channels"), w::CHANNELS)]))
        h1 { (channel.name) }
        (trouble.summary(&[LABELS.as_slice(), &[("sure", w::SURE)]].concat()))
        section aria-labelledby="paste" {
            h2 #paste { (w::SNIPPET) }
            p { (w::SNIPPET_LEAD) }
            pre.wide tabindex="0" role="region" aria-labelledby="paste" { code #snippet data-copy=(w::COPY) { (snippet) } }
            dl.facts { div { dt { (w::KEY) } dd { code { (channel.key) } p.small { (w::KEY_HINT) } } } }
        }
        (changing(&shell, &channel, typed, trouble))
        (closing(&shell, &channel))
    };
    Ok(shell.page_with(Place::Channels, channel.name.as_str(), trouble, &body))
}

fn changing(shell: &Shell, channel: &Channel, typed: Option<&Form>, trouble: &Trouble) -> Markup {
    let there = written(channel).join("\n");
    let (name, origins) =
        typed.map_or((channel.name.as_str(), there.as_str()), |form| (form.get("name"), form.get("origins")));
    html! {
        section aria-labelledby="change" {
            h2 #change { (w::CHANGE) }
            form method="post" action={ (ROOT) "/channels/" (channel.id) } {
                (shell.token())
                input type="hidden" name="version" value=(channel.version);
                (Field::line("name", w::NAME).hint(w::NAME_HINT).value(name).or(trouble).needed())
                (Field::lines("origins", w::ORIGINS, 3).hint(w::ORIGINS_HINT).value(origins).or(trouble).needed())
                button { (common::SAVE) }
            }
            @if typed.is_some() {
                aside.now aria-label=(common::NOW) { h3 { (common::NOW) } p { strong { (channel.name) } } p.words { (there) } }
            }
        }
    }
}

fn closing(shell: &Shell, channel: &Channel) -> Markup {
    html! {
        section aria-labelledby="close" {
            h2 #close { (w::CLOSE) }
            p { (w::CLOSE_MEANS) }
            form method="post" action={ (ROOT) "/channels/" (channel.id) "/close" } {
                (shell.token())
                input type="hidden" name="version" value=(channel.version);
                div.check { input #sure type="checkbox" name="sure" value="yes" required; label for="sure" { (w::SURE) } }
                button.danger { (w::CLOSE) }
            }
        }
    }
}
