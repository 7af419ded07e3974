//! What waits for a person, and for a department.

use actix_web::web::Path;
use guildhall_app::{Tx, inbox};
use guildhall_domain::{
    Moment,
    policy::{ReadInbox, ReadRequests},
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::Allowed,
    asked::Asked,
    house::{Answer, House},
    parts::{badge, button, moment, nothing, onward_button, pager, trail},
    shell::{Place, Shell},
    words::request as w,
};

/// What waits for whoever looks.
pub(crate) async fn mine(Allowed(permit): Allowed<ReadInbox>, house: House, asked: Asked) -> Answer {
    let look = async |tx: &Tx| inbox::mine(tx, &permit, &asked.page()).await;
    let (shell, page) = house.look(permit.actor(), look).await?;
    let body = html! {
        h1 { (w::INBOX) }
        p.lead { (w::INBOX_LEAD) }
        p { (onward_button(&format!("{ROOT}/knowledge-requests/new"), w::ASK)) " " (button(&format!("{ROOT}/knowledge-requests"), w::REQUESTS)) }
        (listed(&shell, &page.items, house.app.now()))
        (pager(&asked.pages(page.next)))
    };
    Ok(shell.page(Place::Inbox, w::INBOX, &body))
}

/// What waits for a department.
pub(crate) async fn of_department(
    Allowed(permit): Allowed<ReadRequests>,
    house: House,
    key: Path<String>,
    asked: Asked,
) -> Answer {
    let look = async |tx: &Tx| inbox::of_department(tx, &permit, &key, &asked.page()).await;
    let (shell, page) = house.look(permit.actor(), look).await?;
    let name = shell.department(&key)?.name.clone();
    let body = html! {
        (trail(&[(&format!("{ROOT}/departments/{key}"), name.as_str())]))
        h1 { (w::INBOX) }
        (listed(&shell, &page.items, house.app.now()))
        (pager(&asked.pages(page.next)))
    };
    Ok(shell.page(Place::Departments, w::INBOX, &body))
}

fn listed(shell: &Shell, items: &[inbox::Item], now: Moment) -> Markup {
    html! {
        @if items.is_empty() { (nothing(w::NOTHING_WAITS)) } @else {
            ul.rows {
                @for item in items {
                    li {
                        div {
                            a href={ (ROOT) "/" (item.kind.path()) } { (item.title) }
                            p.small {
                                (w::todo(item.todo.name()))
                                @for department in shell.departments.iter().filter(|one| Some(one.id) == item.department) {
                                    " · " (department.name)
                                }
                            }
                        }
                        @if let Some(due) = item.due_at {
                            span.small {
                                @if due < now { (badge("held", w::OVERDUE)) " " }
                                (w::DUE) " " (moment(due))
                            }
                        }
                    }
                }
            }
        }
    }
}
