//! Held releases: what they would harm, and letting them go, checking them again, taking them back.

use actix_web::web::Path;
use guildhall_app::{Tx, Work, held};
use guildhall_domain::{
    Refusal,
    harm::{Claim, Harm},
    policy::{LetGo, Publish},
    release::{Release, State},
    text::Note,
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::{Allowed, may},
    form::Form,
    house::{Answer, House},
    parts::{Field, badge, moment, nothing, percent},
    shell::{Notices, Place, Shell},
    words::{evaluation as w, release as r},
};

/// Lists them.
pub(crate) async fn list(Allowed(permit): Allowed<LetGo>, house: House) -> Answer {
    let (shell, held) = house.look(permit.actor(), async |tx: &Tx| held::list(tx, &permit).await).await?;
    let body = html! {
        h1 { (w::HELD) }
        p.lead { (w::HELD_LEAD) }
        @if held.is_empty() { (nothing(w::NO_HELD)) }
        @for release in &held { (one(&shell, release)) }
    };
    Ok(shell.page(Place::Held, w::HELD, &body))
}

fn one(shell: &Shell, release: &Release) -> Markup {
    let Some(department) = shell.departments.iter().find(|of| of.id == release.department) else { return html! {} };
    let at = format!("{ROOT}/departments/{}/releases/{}", department.key, release.number);
    let lets = release.harms.iter().any(|harm| harm.let_go.is_none() && may::<LetGo>(&shell.actor, harm.department));
    html! {
        section {
            h2 { (department.name) ", " (r::number(release.number)) }
            p.small { (moment(release.created_at)) }
            (harms(shell, release))
            @if lets {
                form method="post" action={ (at) "/let-go" } {
                    (shell.token())
                    (Field::lines("reason", w::REASON, 2).hint(w::REASON_HINT).needed())
                    button { (w::LET_GO) }
                }
            }
        }
    }
}

/// What a release would harm, and who let it go.
pub(crate) fn harms(shell: &Shell, release: &Release) -> Markup {
    html! {
        @for harm in &release.harms { (of_department(shell, harm)) }
        @if release.state == State::Held && let Some(due) = release.due_at { p.small { (w::DUE) " " (moment(due)) } }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a share for people's eyes")]
fn of_department(shell: &Shell, harm: &Harm) -> Markup {
    let name = shell.departments.iter().find(|of| of.id == harm.department).map_or("", |of| of.name.as_str());
    html! {
        h3 { (name) }
        @if let Some((before, after)) = harm.recall_before.zip(harm.recall_after) {
            p { (w::recall(&percent(before as f32), &percent(after as f32))) }
        }
        @if !harm.claims.is_empty() {
            p { (w::CLAIMS) }
            @for claim in &harm.claims { (claimed(claim)) }
        }
        @if !harm.lost.is_empty() {
            p { (w::LOST) }
            ul { @for lost in &harm.lost { li { "«" (lost.text) "»" } } }
        }
        @if !harm.tests.is_empty() {
            p { (w::TESTS) }
            ul { @for test in &harm.tests { li { (test) } } }
        }
        @if let Some(let_go) = &harm.let_go {
            p { (badge("live", w::WAS_LET_GO)) " " @if let_go.arbitrated { (w::ARBITRATED) " " } (moment(let_go.at)) }
            blockquote { (let_go.reason) }
        }
    }
}

fn claimed(claim: &Claim) -> Markup {
    html! {
        details.change {
            summary { strong { (claim.name) } " " span.small { (claim.equal.len() + claim.unseen.len()) } }
            ul {
                @for text in &claim.equal { li { "«" (text) "» " span.small { (w::EQUAL) } } }
                @for text in &claim.unseen { li { "«" (text) "» " span.small { (w::UNSEEN) } } }
            }
        }
    }
}

/// What its own department may do about a release that is held.
pub(crate) fn doing(shell: &Shell, release: &Release, key: &str) -> Markup {
    let at = format!("{ROOT}/departments/{key}/releases/{}", release.number);
    html! {
        @if !release.harms.is_empty() {
            section aria-labelledby="harms" {
                h2 #harms { (w::WOULD_HARM) }
                (harms(shell, release))
                @if release.state == State::Held && may::<Publish>(&shell.actor, release.department) {
                    form.inline method="post" action={ (at) "/recheck" } { (shell.token()) button { (w::RECHECK) } }
                    form.inline method="post" action={ (at) "/withdraw" } { (shell.token()) button { (w::WITHDRAW) } }
                }
            }
        }
    }
}

/// Lets one go.
pub(crate) async fn let_go(
    Allowed(permit): Allowed<LetGo>,
    house: House,
    at: Path<(String, i64)>,
    form: Form,
) -> Answer {
    let reason = Note::parse(form.get("reason"));
    let reason = reason.map_err(|flaw| Refusal::flaw("/reason", flaw.code(), flaw.to_string()))?;
    let deed = async |work: &Work<'_>| held::let_go(work, &permit, &at.0, at.1, &reason).await;
    house.act(permit.actor(), deed).await?;
    Ok(house.onward(&format!("{ROOT}/held"), Notices::good(w::LET_GO_DONE.to_owned())))
}

/// Has one checked again.
pub(crate) async fn recheck(
    Allowed(permit): Allowed<Publish>,
    house: House,
    at: Path<(String, i64)>,
    _: Form,
) -> Answer {
    let deed = async |work: &Work<'_>| held::recheck(work, &permit, &at.0, at.1).await;
    house.act(permit.actor(), deed).await?;
    Ok(house.onward(&address(&at), Notices::good(w::RECHECKED.to_owned())))
}

/// Takes one back.
pub(crate) async fn withdraw(
    Allowed(permit): Allowed<Publish>,
    house: House,
    at: Path<(String, i64)>,
    _: Form,
) -> Answer {
    let deed = async |work: &Work<'_>| held::withdraw(work, &permit, &at.0, at.1).await;
    house.act(permit.actor(), deed).await?;
    Ok(house.onward(&address(&at), Notices::good(w::WITHDRAWN.to_owned())))
}

fn address((key, number): &(String, i64)) -> String {
    format!("{ROOT}/departments/{key}/releases/{number}")
}
