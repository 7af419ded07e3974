//! Evaluations: the trend, the matrix of departments, and the intents that are confused.

use actix_web::web::Path;
use guildhall_app::{
    Tx, Work,
    evaluation::{self, Wanted},
};
use guildhall_domain::{
    Id, Permit,
    evaluation::{IntentMeasures, Measures, Stage, Summary},
    id,
    policy::ReadDraft,
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::Allowed,
    asked::Asked,
    form::Form,
    house::{Answer, House},
    parts::{moment, nothing, pager, percent, share, trail},
    shell::{Notices, Place, Shell},
    words::evaluation as w,
};

/// The most intents that a page shows; the API has all.
const MOST: usize = 50;

/// Lists them, the latest first, with the latest of the live bot.
pub(crate) async fn list(Allowed(permit): Allowed<ReadDraft>, house: House, asked: Asked) -> Answer {
    let look = async |tx: &Tx| {
        let page = evaluation::list(tx, &permit, None, &asked.page()).await?;
        let latest = page.items.iter().find(|summary| summary.stage == Stage::Live).map(|summary| summary.id);
        let latest = match latest {
            Some(id) => Some(evaluation::get(tx, &permit, id).await?),
            None => None,
        };
        Ok((page, latest))
    };
    let (shell, (page, latest)) = house.look(permit.actor(), look).await?;
    let body = html! {
        h1 { (w::EVALUATION) }
        p.lead { (w::LEAD) }
        form method="post" { (shell.token()) button { (w::EVALUATE) } }
        @if page.items.is_empty() { (nothing(w::NONE)) } @else { (trend(&page.items)) }
        (pager(&asked.pages(page.next)))
        @if let Some((_, found)) = &latest { (matrix(&shell, found)) }
    };
    Ok(shell.page(Place::Evaluations, w::EVALUATION, &body))
}

/// Has the live bot measured.
pub(crate) async fn ask(Allowed(permit): Allowed<ReadDraft>, house: House, _: Form) -> Answer {
    let wanted = Wanted { stage: Stage::Live, departments: Vec::new(), folds: 5 };
    house.act(permit.actor(), async |work: &Work<'_>| evaluation::ask(work, &permit, wanted).await).await?;
    Ok(house.onward(&format!("{ROOT}/evaluations"), Notices::good(w::ASKED.to_owned())))
}

/// Shows one.
pub(crate) async fn show(Allowed(permit): Allowed<ReadDraft>, house: House, id: Path<Id<id::Evaluation>>) -> Answer {
    let (shell, (summary, found)) = house.look(permit.actor(), read(&permit, *id)).await?;
    let body = html! {
        (trail(&[(&format!("{ROOT}/evaluations"), w::EVALUATION)]))
        h1 { (w::EVALUATION) }
        (trend(&[summary]))
        (matrix(&shell, &found))
        (confused(&shell, &found))
        (suspects(&found))
        (near(&found))
    };
    Ok(shell.page(Place::Evaluations, w::EVALUATION, &body))
}

fn read(
    permit: &Permit<ReadDraft>,
    id: Id<id::Evaluation>,
) -> impl AsyncFnOnce(&Tx) -> Result<(Summary, Measures), guildhall_domain::Refusal> {
    async move |tx: &Tx| evaluation::get(tx, permit, id).await
}

#[expect(clippy::cast_possible_truncation, reason = "a share for people's eyes")]
fn meter(of: Option<f64>) -> Markup {
    of.map_or_else(|| html! { "–" }, |of| share(of as f32))
}

fn trend(items: &[Summary]) -> Markup {
    html! {
        section aria-labelledby="trend" {
            h2 #trend { (w::TREND) }
            div.wide tabindex="0" role="region" aria-labelledby="trend" {
                table {
                    thead { tr {
                        @for head in [w::WHEN, w::OF, w::BUILD, w::PHRASES, w::RIGHT, w::F1] { th scope="col" { (head) } }
                    } }
                    tbody {
                        @for of in items {
                            tr {
                                th scope="row" { a href={ (ROOT) "/evaluations/" (of.id) } { (moment(of.created_at)) } }
                                td { @if of.stage == Stage::Live { (w::LIVE) } @else { (w::DRAFT) } }
                                td { (of.build) }
                                td { (of.phrases) }
                                td { (meter(of.accuracy)) }
                                td { (meter(of.macro_f1)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn name(shell: &Shell, id: Id<id::Department>) -> &str {
    shell.departments.iter().find(|department| department.id == id).map_or("", |department| department.name.as_str())
}

fn matrix(shell: &Shell, found: &Measures) -> Markup {
    html! {
        section aria-labelledby="matrix" {
            h2 #matrix { (w::DEPARTMENTS) }
            p.hint { (w::DEPARTMENTS_HINT) }
            div.wide tabindex="0" role="region" aria-labelledby="matrix" {
                table {
                    thead { tr {
                        th scope="col" { (w::DEPARTMENT) }
                        @for of in &found.departments { th scope="col" { (name(shell, of.id)) } }
                        th scope="col" { (w::RECALL) }
                        th scope="col" { (w::STAYED) }
                    } }
                    tbody {
                        @for (of, row) in found.departments.iter().zip(&found.matrix) {
                            tr {
                                th scope="row" { (name(shell, of.id)) }
                                @for count in row { td { (count) } }
                                td { (meter(of.recall)) }
                                td { (meter(of.kept)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn confused(shell: &Shell, found: &Measures) -> Markup {
    let wrong = |of: &IntentMeasures| of.confused_with.iter().map(|other| other.count).sum::<usize>();
    let mut worst: Vec<_> = found.intents.iter().filter(|of| !of.confused_with.is_empty()).collect();
    worst.sort_by_key(|of| std::cmp::Reverse(wrong(of)));
    html! {
        section aria-labelledby="confused" {
            h2 #confused { (w::CONFUSED) }
            p.hint { (w::CONFUSED_HINT) }
            @if worst.is_empty() { (nothing(w::NO_CONFUSED)) } @else {
                div.wide tabindex="0" role="region" aria-labelledby="confused" {
                    table {
                        thead { tr {
                            @for head in [w::INTENT, w::PHRASES, w::RECALL, w::PRECISION, w::CONFUSED_WITH] { th scope="col" { (head) } }
                        } }
                        tbody {
                            @for of in worst.into_iter().take(MOST) {
                                tr {
                                    th scope="row" { (of.name) " " span.small { (name(shell, of.department)) } }
                                    td { (of.support) }
                                    td { (meter(of.recall)) }
                                    td { (meter(of.precision)) }
                                    td {
                                        @for other in of.confused_with.iter().take(3) {
                                            div { (other.count) " × " (other.name) " " span.small { (name(shell, other.department)) } }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn called(found: &Measures, id: Id<id::Intent>) -> &str {
    found.intents.iter().find(|of| of.id == id).map_or("", |of| of.name.as_str())
}

fn suspects(found: &Measures) -> Markup {
    html! {
        section aria-labelledby="suspects" {
            h2 #suspects { (w::SUSPECTS) }
            @if found.suspects.is_empty() { (nothing(w::NOTHING)) }
            ul.rows {
                @for of in found.suspects.iter().take(MOST) {
                    li { div { "«" (of.text) "»" } p.small {
                        (called(found, of.intent)) " " (percent(of.own)) " → " (called(found, of.likelier)) " " (percent(of.other))
                    } }
                }
            }
        }
    }
}

fn near(found: &Measures) -> Markup {
    html! {
        section aria-labelledby="near" {
            h2 #near { (w::NEAR) }
            @if found.near_duplicates.is_empty() { (nothing(w::NOTHING)) } @else {
                div.wide tabindex="0" role="region" aria-labelledby="near" {
                    table {
                        thead { tr { @for head in [w::PHRASE, w::OTHER, w::LIKENESS] { th scope="col" { (head) } } } }
                        tbody {
                            @for of in found.near_duplicates.iter().take(MOST) {
                                tr {
                                    th scope="row" { "«" (of.text) "» " span.small { (called(found, of.intent)) } }
                                    td { "«" (of.other_text) "» " span.small { (called(found, of.other_intent)) } }
                                    td { (share(of.likeness)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
