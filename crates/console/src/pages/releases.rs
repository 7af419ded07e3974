//! Releases: the history, one of them with what changed in it, and bringing an old one back.

use actix_web::web::Path;
use guildhall_app::{Tx, Work, release};
use guildhall_domain::{
    Permit,
    content::{IntentChange, Severity},
    intent::{Answer as Reply, Phrase},
    policy::{self, Publish, ReadReleases},
    release::{Release, State},
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::{Allowed, may},
    asked::Asked,
    form::Form,
    house::{Answer, House},
    pages::{
        department::{frame, frame_of},
        intent::{reply, where_for},
        publish::{findings, note},
    },
    parts::{Field, badge, moment, nothing, pager},
    reached,
    shell::{Notices, Place, Shell},
    trouble::Trouble,
    words::{content, release as w},
};

/// How a release stands, as a badge.
pub(crate) fn state(state: State) -> Markup {
    badge(state.name(), w::state(state))
}

/// Lists them, the newest first.
pub(crate) async fn list(
    Allowed(permit): Allowed<ReadReleases>,
    house: House,
    key: Path<String>,
    asked: Asked,
) -> Answer {
    let look = async |tx: &Tx| {
        let page = release::list(tx, &permit, &key, &asked.page()).await?;
        let names = reached::names(tx, permit.actor(), page.items.iter().map(|of| of.author)).await?;
        Ok((page, names))
    };
    let (shell, (page, names)) = house.look(permit.actor(), look).await?;
    let name = |release: &Release| names.get(&release.author).cloned().unwrap_or_default();
    let body = html! {
        @if page.items.is_empty() { (nothing(w::NEVER)) }
        ul.rows {
            @for release in &page.items {
                li {
                    div {
                        a href={ (ROOT) "/departments/" (key) "/releases/" (release.number) } { (w::number(release.number)) }
                        " " (state(release.state))
                        @if let Some(note) = &release.note { p { (note) } }
                        p.small { (w::changes(release.changes)) }
                    }
                    p.small { (moment(release.created_at)) br; (name(release)) }
                }
            }
        }
        (pager(&asked.pages(page.next)))
    };
    let department = shell.department(&key)?;
    Ok(shell.page(Place::Departments, w::RELEASES, &frame(&shell, department, w::RELEASES, &body)))
}

/// Shows one.
pub(crate) async fn show(
    Allowed(permit): Allowed<ReadReleases>,
    house: House,
    at: Path<(String, i64)>,
    asked: Asked,
) -> Answer {
    page(&house, &permit, &at, asked.get("against").and_then(|n| n.parse().ok()), "", &Trouble::default()).await
}

/// Brings its content back, as a new release.
pub(crate) async fn restore(
    Allowed(permit): Allowed<Publish>,
    house: House,
    at: Path<(String, i64)>,
    form: Form,
) -> Answer {
    let (key, number) = &*at;
    let restored = async {
        let note = note(&form)?;
        let restore = async |work: &Work<'_>| release::restore(work, &permit, key, *number, note).await;
        house.act(permit.actor(), restore).await
    };
    match restored.await {
        Ok(made) => {
            house.app.settled(&permit, made.department, made.number).await?;
            let to = format!("{ROOT}/departments/{key}/releases/{}", made.number);
            Ok(house.onward(&to, Notices::good(w::restored(*number, made.number))))
        }
        Err(refusal) => {
            let read = policy::judge::<ReadReleases>(permit.actor())?;
            page(&house, &read, &at, None, form.get("note"), &Trouble::of(refusal)?).await
        }
    }
}

async fn page(
    house: &House,
    permit: &Permit<ReadReleases>,
    (key, number): &(String, i64),
    against: Option<i64>,
    typed: &str,
    trouble: &Trouble,
) -> Answer {
    let look = async |tx: &Tx| {
        let release = release::get(tx, permit, key, *number).await?;
        let names = reached::names(tx, permit.actor(), [release.author]).await?;
        Ok((release, names, release::difference(tx, permit, key, *number, against).await?))
    };
    let (shell, (release, names, (against, changes))) = house.look(permit.actor(), look).await?;
    let department = shell.department(key)?;
    let author = names.get(&release.author).map_or("", String::as_str);
    let title = w::number(*number);
    let building = release.state == State::Building;
    let body = html! {
        (trouble.summary(&[("note", w::NOTE)]))
        div #state role="status" data-follow=[building.then_some("")] {
            p { (state(release.state)) " " (w::stands(release.state)) }
            @if building { p { a href="" { (w::LOOK_AGAIN) } } }
        }
        p.small { (moment(release.created_at)) @if !author.is_empty() { ", " (w::BY) " " (author) } }
        @if let Some(note) = &release.note { blockquote { (note) } }
        @if release.checks.iter().any(|check| check.severity > Severity::Info) { (findings(&release.checks, None)) }
        section aria-labelledby="changed" {
            h2 #changed { (w::CHANGED) }
            (comparing(*number, against))
            (differences(&changes))
        }
        (restoring(&shell, &release, key, may::<Publish>(&shell.actor, department.id), typed, trouble))
    };
    Ok(shell.page_with(Place::Departments, &title, trouble, &frame_of(&shell, department, w::RELEASES, &title, &body)))
}

fn comparing(number: i64, against: i64) -> Markup {
    let value = against.to_string();
    html! {
        @if number > 1 {
            form.inline method="get" {
                div.field {
                    label for="against" { (w::AGAINST) }
                    input #against name="against" type="number" min="0" max=(number) value=(value);
                }
                button { (w::COMPARE) }
            }
        } @else { p { (w::FIRST) } }
    }
}

fn restoring(shell: &Shell, release: &Release, key: &str, may: bool, typed: &str, trouble: &Trouble) -> Markup {
    html! {
        @if may && matches!(release.state, State::Superseded | State::Live) {
            section aria-labelledby="restore" {
                h2 #restore { (w::RESTORE) }
                p { (w::RESTORE_MEANS) }
                form method="post" action={ (ROOT) "/departments/" (key) "/releases/" (release.number) "/restore" } {
                    (shell.token())
                    (Field::lines("note", w::NOTE, 2).hint(w::NOTE_HINT).value(typed).or(trouble))
                    button { (w::restore(release.number)) }
                }
            }
        }
    }
}

/// So few changes are shown at once.
const FEW: usize = 5;

/// What changed, by intent.
pub(crate) fn differences(changes: &[IntentChange]) -> Markup {
    html! {
        @for change in changes {
            details.change open[changes.len() <= FEW] {
                summary { (badge(change.kind.name(), w::kind(change.kind))) " " strong { (change.name) } " " span.small { (summed(change)) } }
                @if let Some(before) = &change.renamed_from { p { (w::RENAMED_FROM) " " del { (before) } } }
                @if let Some((before, after)) = &change.title {
                    p { (content::TITLE) ": " @if let Some(before) = before { del { (before) } " " } @if let Some(after) = after { ins { (after) } } }
                }
                (phrases(&change.phrases_added, &change.phrases_removed))
                (answers(&change.answers_added, &change.answers_removed))
            }
        }
    }
}

fn summed(change: &IntentChange) -> String {
    let part = |n: usize, sign: &str, words: &str| (n > 0).then(|| format!("{sign}{n} {words}"));
    [
        part(change.phrases_added.len(), "+", w::PHRASES),
        part(change.phrases_removed.len(), "−", w::PHRASES),
        part(change.answers_added.len(), "+", w::ANSWERS),
        part(change.answers_removed.len(), "−", w::ANSWERS),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(", ")
}

fn phrases(added: &[Phrase], removed: &[Phrase]) -> Markup {
    html! {
        @if !added.is_empty() || !removed.is_empty() {
            ul.diff {
                @for phrase in added { li { ins lang=[phrase.language.as_deref()] { (phrase.text) } } }
                @for phrase in removed { li { del lang=[phrase.language.as_deref()] { (phrase.text) } } }
            }
        }
    }
}

fn answers(added: &[Reply], removed: &[Reply]) -> Markup {
    html! {
        @for answer in removed { p.small { (w::BEFORE) " · " (where_for(answer)) } del { (reply(answer)) } }
        @for answer in added { p.small { (w::AFTER) " · " (where_for(answer)) } ins { (reply(answer)) } }
    }
}
