//! Proposals: the list, one with its readable changes and what both sides changed, and what can be done with it.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::web::Path;
use guildhall_app::{
    Tx, Work,
    proposal::{self, Amendment, Shown},
};
use guildhall_domain::{
    Flaws, Id, Permit, Refusal, id,
    patch::{Change, Clash, Line, Take},
    policy::{self, AcceptProposals, EditProposals, ReadProposals},
    proposal::{Proposal, State},
    text::Note,
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::{Allowed, may},
    asked::Asked,
    form::Form,
    house::{Answer, House},
    parts::{Field, badge, count, moment, nothing, pager, trail},
    reached,
    shell::{Notices, Place, Shell},
    trouble::Trouble,
    words::between as w,
};

fn address(id: Id<id::Proposal>) -> String {
    format!("{ROOT}/proposals/{id}")
}

fn department(shell: &Shell, id: Id<id::Department>) -> &str {
    shell.departments.iter().find(|department| department.id == id).map_or("", |department| department.name.as_str())
}

/// Lists those that one made or that touch what one reads.
pub(crate) async fn list(Allowed(permit): Allowed<ReadProposals>, house: House, asked: Asked) -> Answer {
    let state = asked.get("state").filter(|state| State::NAMES.contains(state)).map(str::to_owned);
    let mine = asked.get("mine").is_some();
    let look = async |tx: &Tx| {
        let page = proposal::list(tx, &permit, state, None, mine, &asked.page()).await?;
        let names = reached::names(tx, permit.actor(), page.items.iter().map(|of| of.author)).await?;
        Ok((page, names))
    };
    let (shell, (page, names)) = house.look(permit.actor(), look).await?;
    let body = html! {
        h1 { (w::PROPOSALS) }
        form.search method="get" {
            (Field::choice("state", w::STATE, &w::PROPOSAL_STATES).value(asked.get("state").unwrap_or_default()))
            button { (w::SHOW) }
        }
        @if page.items.is_empty() { (nothing(w::NO_PROPOSALS)) }
        ul.rows {
            @for of in &page.items {
                li {
                    a href=(address(of.id)) { (of.title.as_str()) } " " (state_badge(&of.state))
                    p.small {
                        (count(of.patch.changes.len(), w::CHANGES)) ", " (w::BY) " "
                        (names.get(&of.author).map_or("", String::as_str)) ", " (moment(of.created_at)) ". "
                        (w::TOUCHES) " "
                        @for (at, touched) in of.approvals.keys().enumerate() {
                            @if at > 0 { ", " } (department(&shell, *touched))
                        }
                    }
                }
            }
        }
        (pager(&asked.pages(page.next)))
    };
    Ok(shell.page(Place::Proposals, w::PROPOSALS, &body))
}

fn state_badge(state: &State) -> Markup {
    let kind = match state {
        State::Merged(_) => "good",
        State::Declined(_) | State::Withdrawn => "calm",
        State::Accepted => "bad",
        _ => "warn",
    };
    badge(kind, w::state(&w::PROPOSAL_STATES, state.name()))
}

/// Shows one.
pub(crate) async fn show(Allowed(permit): Allowed<ReadProposals>, house: House, id: Path<Id<id::Proposal>>) -> Answer {
    page(&house, &permit, *id, &Form::default(), &Trouble::default()).await
}

async fn page(
    house: &House,
    permit: &Permit<ReadProposals>,
    id: Id<id::Proposal>,
    typed: &Form,
    trouble: &Trouble,
) -> Answer {
    let look = async |tx: &Tx| {
        let shown = proposal::get(tx, permit, &house.app, id).await?;
        let people = shown.comments.iter().filter_map(|comment| comment.author);
        let people = people.chain([shown.proposal.author]).collect::<Vec<_>>();
        Ok((reached::names(tx, permit.actor(), people).await?, shown))
    };
    let (shell, (names, shown)) = house.look(permit.actor(), look).await?;
    let Shown { proposal, lines, clashes, comments } = &shown;
    let name = |id: Id<id::Member>| names.get(&id).map_or("", String::as_str);
    let own = permit.answers().is_ok_and(|member| member == proposal.author);
    let decides = !own && proposal.approvals.keys().any(|department| may::<AcceptProposals>(&shell.actor, *department));
    let title = proposal.title.as_str();
    let body = html! {
        (trail(&[(&format!("{ROOT}/proposals"), w::PROPOSALS)]))
        h1 { (title) " " (state_badge(&proposal.state)) }
        p.small { (w::BY) " " (name(proposal.author)) ", " (moment(proposal.created_at)) }
        (trouble.summary(&[("text", w::COMMENT), ("reason", w::REASON)]))
        @if let Some(note) = &proposal.note { p { (note.as_str()) } }
        @if let State::Declined(reason) = &proposal.state { p.warn { (w::DECLINED) " " (reason.as_str()) } }
        ul.inline {
            @for (touched, approval) in &proposal.approvals {
                li { (department(&shell, *touched)) ": " (if approval.is_some() { w::APPROVED } else { w::WAITS }) }
            }
        }
        section aria-labelledby="changes" {
            h2 #changes { (w::WHAT_CHANGES) }
            (told(&shell, lines))
        }
        @if !clashes.is_empty() { (both_changed(&shell, proposal, clashes, own)) }
        @if decides && !proposal.state.is_closed() { (deciding(&shell, proposal, lines, typed, trouble)) }
        @if own && !proposal.state.is_closed() {
            form method="post" action={ (address(id)) "/withdraw" } { (shell.token()) button.danger { (w::WITHDRAW) } }
        }
        section aria-labelledby="said" {
            h2 #said { (w::COMMENTS) " " span.count { (comments.len()) } }
            @for comment in comments {
                article.comment {
                    p.small { (comment.author.map_or("", name)) ", " (moment(comment.created_at)) }
                    p { (comment.text.as_str()) }
                }
            }
            form method="post" action={ (address(id)) "/comments" } {
                (shell.token())
                (Field::lines("text", w::COMMENT, 3).value(typed.get("text")).or(trouble).needed())
                button { (w::SEND_COMMENT) }
            }
        }
    };
    Ok(shell.page_with(Place::Proposals, title, trouble, &body))
}

fn told(shell: &Shell, lines: &[Line]) -> Markup {
    html! {
        ul.diff {
            @for line in lines {
                li class=(line.told.name()) {
                    strong { (line.name) } " (" (department(shell, line.department)) "): "
                    (line.field) @if let Some(place) = &line.place { " (" (place) ")" } " " (w::told(line.told))
                    @if let Some(to) = &line.to {
                        " → " @if let Some((_, name)) = &to.intent { strong { (name) } " " } "(" (department(shell, to.department)) ")"
                    }
                    @if let Some(before) = &line.before { " " del { (before) } }
                    @if let Some(after) = line.after.as_ref().filter(|_| line.to.is_none()) { " " ins { (after) } }
                }
            }
        }
    }
}

fn both_changed(shell: &Shell, proposal: &Proposal, clashes: &[Clash], own: bool) -> Markup {
    let side = |of: &Option<String>| of.clone().unwrap_or_else(|| "–".to_owned());
    html! {
        section aria-labelledby="clashes" {
            h2 #clashes { (w::BOTH_CHANGED) }
            p { (w::BOTH_CHANGED_HINT) }
            form method="post" action={ (address(proposal.id)) "/rebase" } {
                (shell.token())
                @for (at, clash) in clashes.iter().enumerate() {
                    fieldset {
                        legend { (clash.name) ": " (clash.field.name()) }
                        dl {
                            dt { (w::AS_IT_WAS) } dd { (side(&clash.base)) }
                            dt { (w::AS_IT_IS) } dd { (side(&clash.theirs)) }
                            dt { (w::AS_PROPOSED) } dd { (side(&clash.patch)) }
                        }
                        @if own {
                            input type="hidden" name={ "key-" (at) } value=(clash.key);
                            (Field::choice(&format!("take-{at}"), w::BOTH_CHANGED, &[("theirs", w::TAKE_THEIRS), ("patch", w::TAKE_PATCH)]))
                        }
                    }
                }
                @if own { button.primary { (w::REBASE) } }
            }
        }
    }
}

/// What an owner does with it: accept, accept with changes, ask, decline.
fn deciding(shell: &Shell, proposal: &Proposal, lines: &[Line], typed: &Form, trouble: &Trouble) -> Markup {
    let at = address(proposal.id);
    html! {
        section aria-labelledby="decide" {
            h2 #decide { (w::DECIDE) }
            @if proposal.state == State::Accepted {
                form method="post" action={ (at) "/merge" } { (shell.token()) button.primary { (w::MERGE) } }
            } @else {
                form method="post" action={ (at) "/approve" } { (shell.token()) button.primary { (w::ACCEPT) } }
                details {
                    summary { (w::AMEND) }
                    p.hint { (w::AMEND_HINT) }
                    form method="post" action={ (at) "/approve" } {
                        (shell.token())
                        input type="hidden" name="amended" value="yes";
                        @for (n, (change, line)) in proposal.patch.changes.iter().zip(lines).enumerate() {
                            div.pair {
                                label { input type="checkbox" name={ "keep-" (n) } value="yes" checked; " " (w::KEEP_IT) ": " (line.name) ", " (line.field) }
                                @match change {
                                    Change::AddPhrase { phrase, .. } => { (Field::line(&format!("text-{n}"), w::PHRASE).value(&phrase.text)) }
                                    Change::SetAnswer { answer, .. } => { (Field::lines(&format!("text-{n}"), w::ANSWER, 3).value(answer.text.as_str())) }
                                    _ => { (line.after.clone().unwrap_or_default()) }
                                }
                            }
                        }
                        button { (w::AMEND) }
                    }
                }
            }
            form method="post" action={ (at) "/decline" } {
                (shell.token())
                (Field::lines("reason", w::REASON, 2).value(typed.get("reason")).or(trouble).needed())
                p.actions {
                    button name="deed" value="ask" { (w::ASK_CHANGES) }
                    button.danger { (w::DECLINE) }
                }
            }
        }
    }
}

fn note(form: &Form, field: &str) -> Result<Note, Refusal> {
    let mut flaws = Flaws::default();
    let note = flaws.take(format!("/{field}"), Note::parse(form.get(field)));
    flaws.settle(note)
}

/// Says how it went, or shows the page again with what is wrong.
async fn answer<T>(
    house: &House,
    actor: &guildhall_domain::Actor,
    id: Id<id::Proposal>,
    form: &Form,
    done: Result<T, Refusal>,
    words: impl FnOnce(&T) -> &'static str,
) -> Answer {
    match done {
        Ok(of) => Ok(house.onward(&address(id), Notices::good(words(&of)))),
        Err(refusal) => {
            let trouble = Trouble::of(refusal)?;
            page(house, &policy::judge::<ReadProposals>(actor)?, id, form, &trouble).await
        }
    }
}

/// Comments.
pub(crate) async fn comment(
    Allowed(permit): Allowed<ReadProposals>,
    house: House,
    id: Path<Id<id::Proposal>>,
    form: Form,
) -> Answer {
    let done = async {
        let text = note(&form, "text")?;
        let deed = async |work: &Work<'_>| proposal::comment(work, &permit, *id, text, None, None).await;
        house.act(permit.actor(), deed).await
    };
    answer(&house, permit.actor(), *id, &form, done.await, |_| w::COMMENTED).await
}

/// Accepts, as it is or with changes.
pub(crate) async fn approve(
    Allowed(permit): Allowed<AcceptProposals>,
    house: House,
    id: Path<Id<id::Proposal>>,
    form: Form,
) -> Answer {
    let amended = form.given("amended").map(|_| {
        let all = guildhall_domain::patch::MOST_CHANGES;
        let dropped: BTreeSet<usize> = (0..all).filter(|n| form.given(&format!("keep-{n}")).is_none()).collect();
        let text = |n: usize| form.given(&format!("text-{n}")).map(|text| (n, text.to_owned()));
        let texts: BTreeMap<usize, String> = (0..all).filter_map(text).collect();
        Amendment::Edited { dropped, texts }
    });
    let deed =
        async |work: &Work<'_>| proposal::approve(work, &permit, *id, amended.unwrap_or(Amendment::AsProposed)).await;
    let done = house.act(permit.actor(), deed).await;
    let words = |shown: &Shown| if matches!(shown.proposal.state, State::Merged(_)) { w::MERGED } else { w::ACCEPTED };
    answer(&house, permit.actor(), *id, &form, done, words).await
}

/// Declines, or asks for changes.
pub(crate) async fn decline(
    Allowed(permit): Allowed<AcceptProposals>,
    house: House,
    id: Path<Id<id::Proposal>>,
    form: Form,
) -> Answer {
    let asks = form.given("deed").is_some();
    let done = async {
        let reason = note(&form, "reason")?;
        let deed = async |work: &Work<'_>| {
            if asks {
                proposal::request_changes(work, &permit, *id, reason).await
            } else {
                proposal::decline(work, &permit, *id, reason).await
            }
        };
        house.act(permit.actor(), deed).await
    };
    let words = if asks { w::CHANGES_ASKED } else { w::DECLINED };
    answer(&house, permit.actor(), *id, &form, done.await, |_| words).await
}

/// Puts what everybody accepted into the drafts.
pub(crate) async fn merge(
    Allowed(permit): Allowed<AcceptProposals>,
    house: House,
    id: Path<Id<id::Proposal>>,
    form: Form,
) -> Answer {
    let deed = async |work: &Work<'_>| proposal::merge_accepted(work, &permit, *id).await;
    let done = house.act(permit.actor(), deed).await;
    answer(&house, permit.actor(), *id, &form, done, |_| w::MERGED).await
}

/// Proposes anew over what is there now.
pub(crate) async fn rebase(
    Allowed(permit): Allowed<EditProposals>,
    house: House,
    id: Path<Id<id::Proposal>>,
    form: Form,
) -> Answer {
    let choice = |n: usize| {
        let key = form.given(&format!("key-{n}"))?.to_owned();
        Some((key, if form.get(&format!("take-{n}")) == "patch" { Take::Patch } else { Take::Theirs }))
    };
    let chosen: BTreeMap<String, Take> = (0..guildhall_domain::patch::MOST_CHANGES).map_while(choice).collect();
    let deed = async |work: &Work<'_>| proposal::rebase(work, &permit, *id, |key| chosen.get(key).copied()).await;
    let done = house.act(permit.actor(), deed).await;
    answer(&house, permit.actor(), *id, &form, done, |_| w::REBASED).await
}

/// Takes one's own back.
pub(crate) async fn withdraw(
    Allowed(permit): Allowed<EditProposals>,
    house: House,
    id: Path<Id<id::Proposal>>,
    form: Form,
) -> Answer {
    let deed = async |work: &Work<'_>| proposal::withdraw(work, &permit, *id).await;
    let done = house.act(permit.actor(), deed).await;
    answer(&house, permit.actor(), *id, &form, done, |_| w::WITHDRAWN).await
}
