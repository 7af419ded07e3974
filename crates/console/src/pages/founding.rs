//! Founding a department, and what may be changed about one.

use actix_web::web::Path;
use guildhall_app::{
    Tx, Work,
    department::{self, DepartmentPatch, NewDepartment},
};
use guildhall_domain::{
    Flaws, Permit, Refusal,
    department::Key,
    policy::{EditDepartment, FoundDepartment},
    refusal::Precondition,
    text::{Name, Note},
};
use maud::html;

use crate::{
    ROOT,
    allowed::Allowed,
    form::Form,
    house::{Answer, House},
    pages::department::frame,
    parts::{Field, trail},
    reached,
    shell::{Notices, Place},
    trouble::Trouble,
    words::{self as common, department as w},
};

const LABELS: [(&str, &str); 3] = [("name", w::NAME), ("key", w::KEY), ("description", w::ABOUT)];

/// Asks for what a new department is called.
pub(crate) async fn ask(Allowed(permit): Allowed<FoundDepartment>, house: House) -> Answer {
    asked(&house, &permit, &Form::default(), &Trouble::default()).await
}

/// Founds it.
pub(crate) async fn found(Allowed(permit): Allowed<FoundDepartment>, house: House, form: Form) -> Answer {
    let founded = async {
        let mut flaws = Flaws::default();
        let key = flaws.take("/key", Key::parse(form.get("key")));
        let name = flaws.take("/name", Name::parse(form.get("name")));
        let description = form.given("description").and_then(|text| flaws.take("/description", Note::parse(text)));
        let new = flaws.settle(key.zip(name).map(|(key, name)| NewDepartment { key, name, description }))?;
        house.act(permit.actor(), async |work: &Work<'_>| department::found(work, &permit, new).await).await
    };
    match founded.await {
        Ok(made) => Ok(house.onward(&format!("{ROOT}/departments/{}/people", made.key), Notices::good(w::FOUNDED))),
        Err(refusal) => asked(&house, &permit, &form, &Trouble::of(refusal)?).await,
    }
}

async fn asked(house: &House, permit: &Permit<FoundDepartment>, form: &Form, trouble: &Trouble) -> Answer {
    let (shell, ()) = house.look(permit.actor(), async |_: &Tx| Ok(())).await?;
    let body = html! {
        (trail(&[(ROOT, w::DEPARTMENTS)]))
        h1 { (w::FOUND) }
        (trouble.summary(&LABELS))
        form method="post" action={ (ROOT) "/found-department" } {
            (shell.token())
            (Field::line("name", w::NAME).hint(w::NAME_HINT).value(form.get("name")).or(trouble).needed())
            (Field::line("key", w::KEY).hint(w::KEY_HINT).value(form.get("key")).or(trouble).needed())
            (Field::lines("description", w::ABOUT, 3).hint(w::ABOUT_HINT).value(form.get("description")).or(trouble))
            button.primary { (w::FOUND) }
        }
    };
    Ok(shell.page_with(Place::Departments, w::FOUND, trouble, &body))
}

/// Shows what may be changed.
pub(crate) async fn settings(Allowed(permit): Allowed<EditDepartment>, house: House, key: Path<String>) -> Answer {
    changing(&house, &permit, &key, None, &Trouble::default()).await
}

/// Changes it.
pub(crate) async fn change(
    Allowed(permit): Allowed<EditDepartment>,
    house: House,
    key: Path<String>,
    form: Form,
) -> Answer {
    let changed = async {
        let mut flaws = Flaws::default();
        let name = flaws.take("/name", Name::parse(form.get("name")));
        let description = form.given("description").and_then(|text| flaws.take("/description", Note::parse(text)));
        let patch = flaws.settle(Some(DepartmentPatch { name, description: Some(description) }))?;
        let change = async |work: &Work<'_>| department::change(work, &permit, &key, form.version(), patch).await;
        house.act(permit.actor(), change).await
    };
    match changed.await {
        Ok(_) => Ok(house.onward(&format!("{ROOT}/departments/{key}"), Notices::good(common::SAVED))),
        Err(refusal @ Refusal::Precondition(Precondition::Stale(_))) => {
            let trouble = Trouble::told(crate::status_of(&refusal), common::CHANGED_MEANWHILE);
            changing(&house, &permit, &key, Some(&form), &trouble).await
        }
        Err(refusal) => changing(&house, &permit, &key, Some(&form), &Trouble::of(refusal)?).await,
    }
}

async fn changing(
    house: &House,
    permit: &Permit<EditDepartment>,
    key: &str,
    typed: Option<&Form>,
    trouble: &Trouble,
) -> Answer {
    let look = async |tx: &Tx| reached::department(tx, permit, key).await;
    let (shell, department) = house.look(permit.actor(), look).await?;
    let about = department.description.as_ref().map(ToString::to_string).unwrap_or_default();
    let (name, description) =
        typed.map_or((department.name.as_str(), about.as_str()), |form| (form.get("name"), form.get("description")));
    let body = html! {
        (trouble.summary(&LABELS))
        form method="post" {
            (shell.token())
            input type="hidden" name="version" value=(department.version);
            (Field::line("name", w::NAME).hint(w::NAME_HINT).value(name).or(trouble).needed())
            (Field::lines("description", w::ABOUT, 3).hint(w::ABOUT_HINT).value(description).or(trouble))
            button.primary { (common::SAVE) }
        }
        @if trouble.any() && typed.is_some() {
            aside.now aria-label=(common::NOW) { h2 { (common::NOW) } p { strong { (department.name) } } p { (about) } }
        }
    };
    Ok(shell.page_with(Place::Departments, w::SETTINGS, trouble, &frame(&shell, &department, w::SETTINGS, &body)))
}
