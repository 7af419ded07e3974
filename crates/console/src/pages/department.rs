//! A department: its numbers, and the ways into it.

use actix_web::web::Path;
use guildhall_app::{Tx, bot, department, release, release::Rehearsal};
use guildhall_domain::{
    content::Changes,
    department::Department,
    policy::{self, EditDepartment, EditDraft, ReadDepartments, ReadDraft, ReadLive, ReadReleases},
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::{Allowed, may},
    house::{Answer, House},
    pages::releases::state,
    parts::{button, count, moment, onward_button, trail},
    reached,
    shell::{Place, Shell},
    words::{self as common, content, department as w, release as r},
};

/// What lies in a department: where, what it is called, and who may see it.
fn tabs(shell: &Shell, department: &Department) -> Vec<(&'static str, &'static str)> {
    let (actor, id) = (&shell.actor, department.id);
    let draft = may::<ReadDraft>(actor, id);
    [
        (true, "", w::OVERVIEW),
        (draft, "/intents", content::INTENTS),
        (!draft, "/live", content::LIVE_INTENTS),
        (draft, "/publish", r::PUBLISH),
        (may::<ReadReleases>(actor, id), "/releases", r::RELEASES),
        (draft, "/advice", content::ADVICE),
        (may::<EditDraft>(actor, id), "/import", content::IMPORT),
        (true, "/people", w::PEOPLE),
        (may::<EditDepartment>(actor, id), "/settings", w::SETTINGS),
    ]
    .into_iter()
    .filter_map(|(shown, below, words)| shown.then_some((below, words)))
    .collect()
}

/// The frame of every page that lies in a department and is called as its tab.
pub(crate) fn frame(shell: &Shell, department: &Department, here: &str, body: &Markup) -> Markup {
    frame_of(shell, department, here, here, body)
}

/// The frame of a page that lies below a tab.
pub(crate) fn frame_of(shell: &Shell, department: &Department, here: &str, title: &str, body: &Markup) -> Markup {
    let at = format!("{ROOT}/departments/{}", department.key);
    html! {
        (trail(&[(ROOT, w::DEPARTMENTS)]))
        p.title { (department.name) }
        nav.tabs aria-label=(department.name) {
            ul {
                @for (below, words) in tabs(shell, department) {
                    li { a href={ (at) (below) } aria-current=[(words == here).then_some("page")] { (words) } }
                }
            }
        }
        h1 { (title) }
        (body)
    }
}

/// Shows it.
pub(crate) async fn show(Allowed(permit): Allowed<ReadDepartments>, house: House, key: Path<String>) -> Answer {
    let actor = permit.actor();
    let look = async |tx: &Tx| {
        let department = department::get(tx, &permit, &key).await?;
        let (_, live) = bot::get(tx, &policy::judge::<ReadLive>(actor)?, &house.app).await?;
        let rehearsal = match policy::judge::<ReadDraft>(actor) {
            Ok(permit) if permit.over(department.id).is_ok() => Some(release::rehearse(tx, &permit, &key).await?),
            _ => None,
        };
        let newest = rehearsal.as_ref().and_then(|rehearsal| rehearsal.newest.as_ref());
        let authors = reached::names(tx, actor, newest.map(|newest| newest.author)).await?;
        Ok((live.size_of(department.id), department, rehearsal, authors.into_values().next().unwrap_or_default()))
    };
    let (shell, (live, department, rehearsal, author)) = house.look(actor, look).await?;
    let body = html! {
        @if let Some(about) = &department.description { p.lead { (about) } }
        dl.numbers {
            @if let Some(rehearsal) = &rehearsal { (drafted(rehearsal)) }
            div { dt { (w::LIVE_NOW) } dd { (live.0) } dd.small { (count(live.0, common::INTENTS)) ", " (count(live.1, common::PHRASES)) } }
        }
        @if let Some(rehearsal) = &rehearsal { (next_steps(&shell, &department, rehearsal, &author)) }
        @else { p { (button(&format!("{ROOT}/departments/{}/live", department.key), content::LIVE_INTENTS)) } }
    };
    Ok(shell.page(Place::Departments, department.name.as_str(), &frame(&shell, &department, w::OVERVIEW, &body)))
}

fn drafted(rehearsal: &Rehearsal) -> Markup {
    let (intents, phrases) = size(rehearsal);
    let changes = Changes::count(&rehearsal.changes);
    html! {
        div { dt { (w::IN_DRAFT) } dd { (intents) } dd.small { (count(intents, common::INTENTS)) ", " (count(phrases, common::PHRASES)) } }
        div { dt { (w::NOT_PUBLISHED) } dd { (rehearsal.changes.len()) } dd.small { (r::changes(changes)) } }
    }
}

fn size(rehearsal: &Rehearsal) -> (usize, usize) {
    let intents = &rehearsal.content.intents;
    (intents.len(), intents.iter().map(|intent| intent.phrases.len()).sum())
}

fn next_steps(shell: &Shell, department: &Department, rehearsal: &Rehearsal, author: &str) -> Markup {
    let at = format!("{ROOT}/departments/{}", department.key);
    let unpublished = !rehearsal.changes.is_empty();
    html! {
        p.actions {
            @if may::<EditDraft>(&shell.actor, department.id) { (onward_button(&format!("{at}/intents/new"), content::ADD_INTENT)) }
            (button(&format!("{ROOT}/try?draft={}", department.key), content::TRY_DRAFT))
            @if unpublished { (button(&format!("{at}/publish"), r::SEE_AND_PUBLISH)) }
        }
        section aria-labelledby="last" {
            h2 #last { (r::LAST) }
            @match &rehearsal.newest {
                None => p { (r::NEVER) },
                Some(newest) => {
                    p {
                        a href={ (at) "/releases/" (newest.number) } { (r::number(newest.number)) } " " (state(newest.state))
                        " " (moment(newest.created_at))
                        @if !author.is_empty() { ", " (r::BY) " " (author) }
                    }
                    @if let Some(note) = &newest.note { blockquote { (note) } }
                }
            }
        }
        section aria-labelledby="take" {
            h2 #take { (content::TAKE_OUT) }
            p.actions {
                @for (format, words) in content::EXPORTS { (button(&format!("{at}/export?format={format}"), words)) }
            }
        }
    }
}
