//! Advice for writers: phrases that look misplaced, intents that are taken for one another, what is missing.

use actix_web::web::Path;
use guildhall_app::{
    Tx,
    advice::{self, Advice, Untranslated},
    live::Known,
};
use guildhall_domain::{policy::ReadDraft, text::Language};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::Allowed,
    house::{Answer, House},
    pages::department::frame,
    parts::{count, nothing, share},
    shell::{Place, Shell},
    words::{self as common, content as w},
};

/// Shows it.
pub(crate) async fn show(Allowed(permit): Allowed<ReadDraft>, house: House, key: Path<String>) -> Answer {
    let look = async |tx: &Tx| {
        let advice = advice::review(tx, &permit, &house.app, &key).await?;
        Ok((advice, advice::translations(tx, &permit, &house.app, &key).await?))
    };
    let (shell, (advice, (languages, missing))) = house.look(permit.actor(), look).await?;
    let department = shell.department(&key)?;
    let at = format!("{ROOT}/departments/{key}/intents");
    let body = html! {
        p.lead { (w::ADVICE_LEAD) }
        (suspects(&shell, &advice))
        (alike(&shell, &advice))
        (wanting(&shell, &advice))
        (translations(&at, &languages, &missing))
    };
    Ok(shell.page(Place::Departments, w::ADVICE, &frame(&shell, department, w::ADVICE, &body)))
}

/// An intent with its owner; a link where it is in somebody's draft that may be read.
fn known(shell: &Shell, known: &Known) -> Markup {
    let department = shell.departments.iter().find(|department| department.id == known.department);
    let readable = crate::allowed::may::<ReadDraft>(&shell.actor, known.department);
    html! {
        @match department {
            Some(department) if readable => {
                a href={ (ROOT) "/departments/" (department.key) "/intents/" (known.intent.id) } { (known.intent.name) }
            }
            _ => (known.intent.name),
        }
        @if let Some(department) = department { " " span.small { (department.name) } }
    }
}

fn suspects(shell: &Shell, advice: &Advice) -> Markup {
    html! {
        section aria-labelledby="suspects" {
            h2 #suspects { (w::SUSPECTS) }
            p.hint { (w::SUSPECTS_HINT) }
            @if advice.suspects.is_empty() { (nothing(w::NO_SUSPECTS)) } @else {
                div.wide tabindex="0" role="region" aria-labelledby="suspects" {
                    table {
                        thead { tr { th scope="col" { (w::PHRASE) } th scope="col" { (w::STANDS_IN) } th scope="col" { (w::LOOKS_LIKE) } } }
                        tbody {
                            @for suspect in &advice.suspects {
                                tr {
                                    th scope="row" { "«" (suspect.phrase.text) "»" }
                                    td { (known(shell, &suspect.intent)) " " (share(suspect.own)) }
                                    td { (known(shell, &suspect.likelier)) " " (share(suspect.other)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn alike(shell: &Shell, advice: &Advice) -> Markup {
    html! {
        section aria-labelledby="alike" {
            h2 #alike { (w::ALIKE) }
            p.hint { (w::ALIKE_HINT) }
            @if advice.alike.is_empty() { (nothing(w::NO_ALIKE)) } @else {
                ul.rows {
                    @for pair in &advice.alike {
                        li { div { (known(shell, &pair.intent)) " → " (known(shell, &pair.other)) } (share(pair.drawn)) }
                    }
                }
            }
        }
    }
}

fn wanting(shell: &Shell, advice: &Advice) -> Markup {
    html! {
        section aria-labelledby="wanting" {
            h2 #wanting { (w::WANTING) }
            p.hint { (w::WANTING_HINT) }
            @if advice.wanting.is_empty() { (nothing(w::NO_WANTING)) } @else {
                ul.rows {
                    @for of in &advice.wanting {
                        li {
                            div { (known(shell, &of.intent)) " " span.small { (count(of.phrases, common::PHRASES)) } }
                            (share(of.recognised))
                        }
                    }
                }
            }
        }
    }
}

fn translations(at: &str, languages: &[Language], missing: &[Untranslated]) -> Markup {
    let spoken = languages.iter().map(Language::as_str).collect::<Vec<_>>().join(", ");
    html! {
        section aria-labelledby="missing" {
            h2 #missing { (w::MISSING) }
            p.hint { (w::missing_hint(&spoken)) }
            @if missing.is_empty() { (nothing(w::NO_MISSING)) } @else {
                ul.rows {
                    @for of in missing {
                        li {
                            div { a href={ (at) "/" (of.intent.id) } { (of.intent.name) } " " span.language { (of.language) } }
                            span.small { (w::lacks(of.answer, of.phrases)) }
                        }
                    }
                }
            }
        }
    }
}
