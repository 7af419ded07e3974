//! A department's conversation tests: the suites, running them, what came of it, bringing them in and taking them out.

use actix_web::{HttpResponse, web::Path};
use guildhall_app::{
    Tx, Work,
    exchange::scripts::ScriptFormat,
    suite::{self, Home, OwnHome, StaleCase},
    trial,
};
use guildhall_domain::{
    Id, PageRequest, Permit, Refusal, id,
    policy::{EditDraft, ReadDraft},
    suite::{CaseResult, Run, Stage, Suite, TurnResult},
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::{Allowed, may},
    asked::Asked,
    form::Form,
    house::{Answer, House},
    parts::{Field, badge, button, count, moment, nothing, pager, percent, trail},
    shell::{Notices, Place, Shell},
    trouble::Trouble,
    words::testing as w,
};

/// All that one page shows.
const ALL: PageRequest = PageRequest { limit: 200, after: None, filter: 0 };
const LABELS: [(&str, &str); 1] = [("tests", w::FILE)];

/// Shows them.
pub(crate) async fn list(Allowed(permit): Allowed<ReadDraft>, house: House, key: Path<String>, asked: Asked) -> Answer {
    page(&house, &permit, &key, &asked, &Form::default(), &Trouble::default()).await
}

async fn page(
    house: &House,
    permit: &Permit<ReadDraft>,
    key: &str,
    asked: &Asked,
    typed: &Form,
    trouble: &Trouble,
) -> Answer {
    let look = async |tx: &Tx| {
        let home = Home::of(tx, permit, key).await?;
        let mut suites = Vec::new();
        for one in suite::list(tx, &home, &ALL).await?.items {
            let cases = suite::cases(tx, &home, one.id, &ALL).await?.items.len();
            suites.push((one, cases));
        }
        let stale = house.app.stale_cases(tx, &home, Stage::Live).await?;
        Ok((suites, stale, suite::runs(tx, &home, &asked.page()).await?))
    };
    let (shell, (suites, stale, runs)) = house.look(permit.actor(), look).await?;
    let department = shell.department(key)?;
    let edits = may::<EditDraft>(&shell.actor, department.id);
    let base = format!("{ROOT}/departments/{key}");
    let body = html! {
        (trail(&[(&base, department.name.as_str())]))
        h1 { (w::TESTS) }
        p.lead { (w::LEAD) }
        (listed(&suites))
        (gone(&stale))
        @if edits && !suites.is_empty() { (running(&shell, &base)) }
        section aria-labelledby="runs" {
            h2 #runs { (w::RUNS) }
            (ran(&base, &runs.items))
            (pager(&asked.pages(runs.next)))
        }
        @if edits { (bringing(&shell, &base, typed, trouble)) }
        @if !suites.is_empty() { p { (button(&format!("{base}/tests/export"), w::TAKE_OUT)) } }
    };
    Ok(shell.page_with(Place::Departments, w::TESTS, trouble, &body))
}

fn listed(suites: &[(Suite, usize)]) -> Markup {
    html! {
        @if suites.is_empty() { (nothing(w::NONE)) } @else {
            ul.rows {
                @for (suite, cases) in suites {
                    li {
                        div {
                            strong { (suite.name) }
                            @if suite.required { " " (badge("live", w::REQUIRED)) }
                            @if let Some(text) = &suite.description { p.small { (text) } }
                        }
                        span.small { (count(*cases, w::CASES)) }
                    }
                }
            }
        }
    }
}

fn gone(stale: &[StaleCase]) -> Markup {
    html! {
        @if !stale.is_empty() {
            section aria-labelledby="stale" {
                h2 #stale { (w::STALE) }
                ul {
                    @for case in stale {
                        li { (case.name) ": " (case.stale.iter().map(|one| one.named.as_str()).collect::<Vec<_>>().join(", ")) }
                    }
                }
            }
        }
    }
}

fn running(shell: &Shell, base: &str) -> Markup {
    html! {
        form method="post" action={ (base) "/tests/run" } {
            (shell.token())
            button.primary name="stage" value="live" { (w::RUN_LIVE) }
            " "
            button name="stage" value="draft" { (w::RUN_DRAFT) }
        }
    }
}

fn ran(base: &str, runs: &[Run]) -> Markup {
    html! {
        @if runs.is_empty() { (nothing(w::NO_RUNS)) } @else {
            ul.rows {
                @for run in runs {
                    @let (passed, total) = (run.passed(), run.results.len());
                    li {
                        div {
                            a href={ (base) "/tests/runs/" (run.id) } { (w::score(passed, total)) }
                            p.small { (w::occasion(run.stage.name(), run.occasion.name())) " · " (moment(run.created_at)) }
                        }
                        @if passed == total { (badge("live", w::PASSED)) } @else { (badge("failed", w::FAILED)) }
                    }
                }
            }
        }
    }
}

fn bringing(shell: &Shell, base: &str, typed: &Form, trouble: &Trouble) -> Markup {
    html! {
        section aria-labelledby="bring" {
            h2 #bring { (w::BRING) }
            (trouble.summary(&LABELS))
            form method="post" action={ (base) "/tests/import" } {
                (shell.token())
                (Field::lines("tests", w::FILE, 10).hint(w::BRING_HINT).value(typed.get("tests")).or(trouble).needed())
                button { (w::BRING) }
            }
        }
    }
}

/// Runs them.
pub(crate) async fn run(Allowed(permit): Allowed<EditDraft>, house: House, key: Path<String>, form: Form) -> Answer {
    let stage = Stage::named(form.given("stage").unwrap_or("live")).unwrap_or(Stage::Live);
    let begin = async |work: &Work<'_>| {
        let home = OwnHome::of(work, &permit, &key).await?;
        trial::ask(work, &home, stage, Vec::new()).await
    };
    house.act(permit.actor(), begin).await?;
    Ok(house.onward(&format!("{ROOT}/departments/{key}/tests"), Notices::good(w::BEGUN)))
}

/// Brings tests in.
pub(crate) async fn bring(
    Allowed(permit): Allowed<EditDraft>,
    house: House,
    key: Path<String>,
    asked: Asked,
    form: Form,
) -> Answer {
    let take = async |work: &Work<'_>| {
        let home = OwnHome::of(work, &permit, &key).await?;
        suite::take(work, &home, form.get("tests").as_bytes()).await.map_err(at_field)
    };
    match house.act(permit.actor(), take).await {
        Ok(taken) => {
            let words = w::brought(taken.created, taken.updated, taken.unchanged, taken.skipped.len());
            let skipped = taken.skipped.into_iter().map(|one| guildhall_domain::intent::Warning {
                code: one.code,
                detail: format!("{}: {}", one.location, one.detail),
            });
            let notices = Notices::good(words).warning(skipped.collect());
            Ok(house.onward(&format!("{ROOT}/departments/{key}/tests"), notices))
        }
        Err(refusal) => {
            let read = guildhall_domain::policy::judge::<ReadDraft>(permit.actor())?;
            page(&house, &read, &key, &asked, &form, &Trouble::of(refusal)?).await
        }
    }
}

/// What is wrong with a whole file is wrong with the field that holds it.
fn at_field(refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Invalid(flaws) => {
            let moved = |flaw: guildhall_domain::Flaw| guildhall_domain::Flaw { pointer: "/tests".to_owned(), ..flaw };
            Refusal::Invalid(flaws.into_iter().map(moved).collect())
        }
        other => other,
    }
}

/// Takes them out.
pub(crate) async fn export(Allowed(permit): Allowed<ReadDraft>, house: House, key: Path<String>) -> Answer {
    let look = async |tx: &Tx| suite::export(tx, &Home::of(tx, &permit, &key).await?, ScriptFormat::Yaml).await;
    let text = house.app.look(permit.actor(), look).await?;
    let name = format!("attachment; filename=\"{key}-tests.yaml\"");
    Ok(HttpResponse::Ok()
        .content_type(ScriptFormat::Yaml.media_type())
        .insert_header(("Content-Disposition", name))
        .body(text))
}

/// Shows what came of a run, what failed first.
pub(crate) async fn results(
    Allowed(permit): Allowed<ReadDraft>,
    house: House,
    at: Path<(String, Id<id::TestRun>)>,
) -> Answer {
    let (key, id) = at.into_inner();
    let look = async |tx: &Tx| suite::run(tx, &Home::of(tx, &permit, &key).await?, id).await;
    let (shell, run) = house.look(permit.actor(), look).await?;
    let base = format!("{ROOT}/departments/{key}");
    let name = shell.department(&key)?.name.clone();
    let (failed, passed): (Vec<_>, Vec<_>) = run.results.iter().partition(|result| !result.passed());
    let title = w::score(passed.len(), run.results.len());
    let body = html! {
        (trail(&[(&base, name.as_str()), (&format!("{base}/tests"), w::TESTS)]))
        h1 { (title) }
        p.lead { (w::occasion(run.stage.name(), run.occasion.name())) " · " (moment(run.created_at)) }
        @if failed.is_empty() { p { (w::ALL_PASSED) } }
        @for result in &failed { (one(result)) }
        @if !passed.is_empty() {
            section aria-labelledby="passed" {
                h2 #passed { (w::PASSED) }
                ul { @for result in &passed { li { (result.suite_name) ": " (result.name) } } }
            }
        }
    };
    Ok(shell.page(Place::Departments, &title, &body))
}

fn one(result: &CaseResult) -> Markup {
    html! {
        section aria-label=(result.name) {
            h2 { (result.suite_name) ": " (result.name) " " (badge("failed", w::FAILED)) }
            @for turn in result.turns.iter().filter(|turn| !turn.misses.is_empty()) { (missed(turn)) }
        }
    }
}

fn missed(turn: &TurnResult) -> Markup {
    html! {
        p.words { "«" (turn.said) "»" }
        dl.facts {
            @for miss in &turn.misses {
                div { dt { (w::EXPECTED) } dd { (miss.expected) } }
                div { dt { (w::GOT) } dd { (miss.got) } }
            }
            @if !turn.ranking.is_empty() {
                div {
                    dt { (w::RANKING) }
                    dd { @for rank in &turn.ranking { (rank.meant.intent) " (" (rank.meant.department) ") " (percent(rank.confidence)) br; } }
                }
            }
        }
    }
}
