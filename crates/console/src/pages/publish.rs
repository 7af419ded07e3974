//! Publishing: what changed since the last release and what was found, before anything is live.

use actix_web::{http::StatusCode, web::Path};
use guildhall_app::{
    Tx, Work,
    release::{self, Rehearsal},
};
use guildhall_domain::{
    Permit, Refusal,
    content::{Changes, Check, Severity},
    department::Department,
    policy::{Publish, ReadDraft},
    text::Note,
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::{Allowed, may},
    form::Form,
    house::{Answer, House},
    pages::{department::frame, releases::differences},
    parts::{Field, badge, nothing},
    shell::{Notices, Place, Shell},
    trouble::Trouble,
    words::release as w,
};

/// Shows it.
pub(crate) async fn show(Allowed(permit): Allowed<ReadDraft>, house: House, key: Path<String>) -> Answer {
    page(&house, &permit, &key, "", &Trouble::default()).await
}

/// Publishes.
pub(crate) async fn send(Allowed(permit): Allowed<Publish>, house: House, key: Path<String>, form: Form) -> Answer {
    let published = async {
        let note = note(&form)?;
        let publish = async |work: &Work<'_>| release::publish(work, &permit, &key, note).await;
        house.act(permit.actor(), publish).await
    };
    match published.await {
        Ok(made) => {
            house.app.settled(&permit, made.department, made.number).await?;
            let to = format!("{ROOT}/departments/{key}/releases/{}", made.number);
            Ok(house.onward(&to, Notices::good(w::published(made.number))))
        }
        Err(refusal) => {
            let read: Permit<ReadDraft> = guildhall_domain::policy::judge(permit.actor())?;
            page(&house, &read, &key, form.get("note"), &Trouble::of(refusal)?).await
        }
    }
}

/// The note of a form, if it says anything.
pub(crate) fn note(form: &Form) -> Result<Option<Note>, Refusal> {
    let note = form.given("note").map(Note::parse).transpose();
    note.map_err(|flaw| Refusal::flaw("/note", flaw.code(), flaw.to_string()))
}

async fn page(house: &House, permit: &Permit<ReadDraft>, key: &str, typed: &str, trouble: &Trouble) -> Answer {
    let look = async |tx: &Tx| release::rehearse(tx, permit, key).await;
    let (shell, rehearsal) = house.look(permit.actor(), look).await?;
    let department = shell.department(key)?;
    let body = html! {
        @if trouble.status() != StatusCode::OK { (trouble.summary(&[("note", w::NOTE)])) }
        (findings(&rehearsal.checks, Some(&department.key)))
        (publishing(&shell, department, &rehearsal, typed, trouble))
        section aria-labelledby="changed" {
            h2 #changed { (w::CHANGED) }
            @if rehearsal.changes.is_empty() { (nothing(w::SAME)) }
            (differences(&rehearsal.changes))
        }
    };
    Ok(shell.page_with(Place::Departments, w::PUBLISH, trouble, &frame(&shell, department, w::PUBLISH, &body)))
}

fn publishing(shell: &Shell, department: &Department, rehearsal: &Rehearsal, typed: &str, trouble: &Trouble) -> Markup {
    let broken = rehearsal.checks.iter().any(|check| check.severity == Severity::Error);
    html! {
        section aria-labelledby="publish" {
            h2 #publish { (w::MAKE_LIVE) }
            @if !may::<Publish>(&shell.actor, department.id) { p { (w::NOT_YOURS) } }
            @else if broken { p { (w::MEND_FIRST) } }
            @else {
                p {
                    (w::since(rehearsal.newest.as_ref().map(|newest| newest.number))) " "
                    (w::changes(Changes::count(&rehearsal.changes))) "."
                }
                @if rehearsal.changes.is_empty() && rehearsal.newest.is_some() { p { (w::NOTHING_CHANGED) } }
                form method="post" {
                    (shell.token())
                    (Field::lines("note", w::NOTE, 2).hint(w::NOTE_HINT).value(typed).or(trouble))
                    button.primary { (w::PUBLISH_NOW) }
                }
            }
        }
    }
}

/// What was found, the gravest first; linked to the intents where they can be mended.
pub(crate) fn findings(checks: &[Check], mend: Option<&guildhall_domain::department::Key>) -> Markup {
    let mut sorted: Vec<_> = checks.iter().collect();
    sorted.sort_by_key(|check| std::cmp::Reverse(check.severity));
    html! {
        section aria-labelledby="checks" {
            h2 #checks { (w::CHECKS) }
            @if checks.is_empty() { (nothing(w::NO_CHECKS)) }
            ul.findings {
                @for check in sorted {
                    @let (kind, word) = w::severity(check.severity);
                    li class=(kind) {
                        (badge(kind, word)) " "
                        @match (mend, check.intent) {
                            (Some(key), Some(intent)) => a href={ (ROOT) "/departments/" (key) "/intents/" (intent) } { (check.detail) },
                            _ => (check.detail),
                        }
                    }
                }
            }
        }
    }
}
