//! Who works here.

use guildhall_app::{MemberFilter, Tx, member};
use guildhall_domain::policy::{Invite, ReadMembers};
use maud::html;

use crate::{
    ROOT,
    allowed::{Allowed, may_somewhere},
    asked::Asked,
    house::{Answer, House},
    parts::{Field, nothing, onward_button, pager},
    shell::Place,
    words::{self as common, people as w},
};

/// Lists them.
pub(crate) async fn list(Allowed(permit): Allowed<ReadMembers>, house: House, asked: Asked) -> Answer {
    let filter = MemberFilter { words: asked.get("q"), state: None };
    let look = async |tx: &Tx| member::list(tx, &permit, &filter, &asked.page()).await;
    let (shell, page) = house.look(permit.actor(), look).await?;
    let body = html! {
        h1 { (w::PEOPLE) }
        div.head {
            form.search method="get" role="search" {
                (Field::search("q", w::SEARCH).value(asked.get("q").unwrap_or_default()))
                button { (common::SEARCH) }
            }
            @if may_somewhere::<Invite>(&shell.actor) { (onward_button(&format!("{ROOT}/invitations"), w::INVITE)) }
        }
        @if page.items.is_empty() { (nothing(w::NOBODY)) } @else {
            ul.rows {
                @for of in &page.items {
                    li {
                        div {
                            strong { (of.member.name) }
                            @if let Some(title) = &of.member.profile.title { " " span.small { (title) } }
                            p.small { (of.member.email) }
                        }
                        span.small { (w::roles(&of.grants, &shell.departments)) }
                    }
                }
            }
        }
        (pager(&asked.pages(page.next)))
    };
    Ok(shell.page(Place::People, w::PEOPLE, &body))
}
