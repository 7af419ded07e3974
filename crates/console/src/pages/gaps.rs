//! Gaps: what visitors asked and the bot could not answer.

use guildhall_app::{
    Tx,
    gap::{self, Wanted},
};
use guildhall_domain::{
    department::Department,
    gap::{Gap, Likely, State},
    policy::ReadGaps,
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::{Allowed, may},
    asked::Asked,
    house::{Answer, House},
    parts::{Field, badge, count, moment, nothing, pager},
    shell::{Place, Shell},
    words::{self as common, gap as w},
};

/// Lists them, those in which somebody asked last first.
pub(crate) async fn list(Allowed(permit): Allowed<ReadGaps>, house: House, asked: Asked) -> Answer {
    let wanted = Wanted {
        state: asked.get("state").and_then(State::named),
        department: asked.get("department").map(str::to_owned),
        words: asked.get("q").map(str::to_owned),
    };
    let look = async |tx: &Tx| gap::list(tx, &permit, wanted, &asked.page()).await;
    let (shell, page) = house.look(permit.actor(), look).await?;
    let body = html! {
        h1 { (w::GAPS) }
        p.lead { (w::LEAD) }
        (filters(&shell, &asked))
        @if page.items.is_empty() { (nothing(w::NONE)) } @else {
            ul.rows { @for of in &page.items { (row(&shell, of)) } }
        }
        (pager(&asked.pages(page.next)))
    };
    Ok(shell.page(Place::Gaps, w::GAPS, &body))
}

fn filters(shell: &Shell, asked: &Asked) -> Markup {
    let of = shell.departments.iter().filter(|department| may::<ReadGaps>(&shell.actor, department.id));
    let mut departments: Vec<(&str, &str)> = vec![("", w::EVERY_DEPARTMENT)];
    departments.extend(of.map(|department| (department.key.as_str(), department.name.as_str())));
    let mut states: Vec<(&str, &str)> = vec![("", w::EVERY_STATE)];
    states.extend(State::ALL.iter().map(|state| (state.name(), w::state(*state).1)));
    let said = |name: &str| asked.get(name).unwrap_or_default();
    html! {
        form.filters method="get" role="search" {
            (Field::search("q", w::WORDS).value(said("q")))
            (Field::choice("state", w::STATE, &states).value(said("state")))
            (Field::choice("department", w::DEPARTMENT, &departments).value(said("department")))
            button { (common::SEARCH) }
        }
    }
}

/// A department that likely knows, if it is still there.
pub(crate) fn known<'a>(shell: &'a Shell, likely: &Likely) -> Option<&'a Department> {
    shell.departments.iter().find(|department| department.id == likely.department)
}

fn row(shell: &Shell, of: &Gap) -> Markup {
    let (kind, word) = w::state(of.state);
    html! {
        li {
            div {
                a href={ (ROOT) "/gaps/" (of.id) } { (of.title) }
                p.small {
                    (count(usize::try_from(of.count).unwrap_or_default(), common::MESSAGES)) " · " (moment(of.last_at))
                    @if let Some(department) = of.likely().first().and_then(|likely| known(shell, likely)) { " · " (department.name) }
                }
            }
            (badge(kind, word))
        }
    }
}
