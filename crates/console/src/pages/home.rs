//! The first page: one's own departments, then the others.

use guildhall_app::{Tx, bot, live::LiveBot};
use guildhall_domain::{
    department::Department,
    policy::{self, FoundDepartment, ReadDepartments, ReadLive},
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::{Allowed, may_somewhere},
    house::{Answer, House},
    parts::{badge, button, count, nothing},
    shell::{Place, Shell},
    words::{self as common, department as w, people},
};

/// Shows them.
pub(crate) async fn show(Allowed(permit): Allowed<ReadDepartments>, house: House) -> Answer {
    let look = async |tx: &Tx| {
        let live = policy::judge::<ReadLive>(permit.actor())?;
        Ok(bot::get(tx, &live, &house.app).await?.1)
    };
    let (shell, bot) = house.look(permit.actor(), look).await?;
    let (own, others): (Vec<_>, Vec<_>) =
        shell.departments.iter().partition(|of| shell.grants.iter().any(|grant| grant.department == Some(of.id)));
    let body = html! {
        div.head {
            h1 { (w::DEPARTMENTS) }
            @if may_somewhere::<FoundDepartment>(&shell.actor) { (button(&format!("{ROOT}/found-department"), w::FOUND)) }
        }
        @if own.is_empty() && others.is_empty() { (nothing(w::NO_DEPARTMENTS)) }
        @if !own.is_empty() {
            section aria-labelledby="own" { h2 #own { (w::OWN) } (cards(&shell, &bot, &own)) }
        }
        @if !others.is_empty() {
            section aria-labelledby="others" {
                h2 #others { @if own.is_empty() { (w::ALL) } @else { (w::OTHERS) } }
                (cards(&shell, &bot, &others))
            }
        }
    };
    Ok(shell.page(Place::Departments, w::DEPARTMENTS, &body))
}

fn cards(shell: &Shell, bot: &LiveBot, departments: &[&Department]) -> Markup {
    html! {
        ul.cards {
            @for department in departments {
                @let (intents, phrases) = bot.size_of(department.id);
                li {
                    h3 { a href={ (ROOT) "/departments/" (department.key) } { (department.name) } }
                    @if let Some(about) = &department.description { p.small { (about) } }
                    p { (count(intents, common::INTENTS)) ", " (count(phrases, common::PHRASES)) " " (w::LIVE) }
                    @for grant in shell.grants.iter().filter(|grant| grant.department == Some(department.id)) {
                        (badge("role", people::role(grant.role)))
                    }
                }
            }
        }
    }
}
