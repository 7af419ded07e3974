//! Overlaps: the list, worst first, and one side by side with its phrases, its history and how it is settled.

use actix_web::web::Path;
use guildhall_app::{
    Tx, Work,
    overlap::{self, Shown, Wanted},
    settlement,
};
use guildhall_domain::{
    Actor, Flaws, Id, Moment, Permit, Refusal,
    boundary::Condition,
    content::FrozenIntent,
    id,
    overlap::{Measures, Overlap, State},
    policy::{self, Arbitrate, ReadOverlaps, SettleOverlaps},
    settlement::{Evaluation, Settlement, State as Standing, Terms},
    text::{Note, TextFlaw},
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::{Allowed, may, may_somewhere},
    asked::Asked,
    form::Form,
    house::{Answer, House},
    pages::intent::reply,
    parts::{Field, badge, moment, nothing, pager, percent, trail},
    shell::{Notices, Place, Shell},
    trouble::Trouble,
    words::between as w,
};

fn address(id: Id<id::Overlap>) -> String {
    format!("{ROOT}/overlaps/{id}")
}

fn department(shell: &Shell, id: Id<id::Department>) -> &str {
    shell.departments.iter().find(|department| department.id == id).map_or("", |department| department.name.as_str())
}

fn names(shell: &Shell, overlap: &Overlap) -> [String; 2] {
    overlap.parties.each_ref().map(|party| format!("{} ({})", party.name, department(shell, party.department)))
}

fn badges(overlap: &Overlap) -> Markup {
    let (kind, word) = w::severity(overlap.severity);
    html! { (badge(kind, word)) " " (badge("calm", w::state(&w::OVERLAP_STATES, overlap.state.name()))) }
}

/// Lists them, the worst first.
pub(crate) async fn list(Allowed(permit): Allowed<ReadOverlaps>, house: House, asked: Asked) -> Answer {
    let state = asked.get("state").and_then(State::named);
    let wanted = Wanted { state, ..Wanted::default() };
    let look = async |tx: &Tx| overlap::list(tx, &permit, house.app.now(), wanted, &asked.page()).await;
    let (shell, page) = house.look(permit.actor(), look).await?;
    let body = html! {
        h1 { (w::OVERLAPS) }
        form.search method="get" {
            (Field::choice("state", w::STATE, &w::OVERLAP_STATES).value(asked.get("state").unwrap_or_default()))
            button { (w::SHOW) }
        }
        @if page.items.is_empty() { (nothing(w::NO_OVERLAPS)) }
        ul.rows {
            @for of in &page.items {
                @let [one, other] = names(&shell, of);
                li {
                    a href=(address(of.id)) { (one) " · " (other) } " " (badges(of))
                    p.small { (w::SINCE) " " (moment(of.first_seen)) ". " (summary(&of.measures)) }
                }
            }
        }
        (pager(&asked.pages(page.next)))
    };
    Ok(shell.page(Place::Overlaps, w::OVERLAPS, &body))
}

#[expect(clippy::cast_possible_truncation, reason = "a share for people's eyes")]
fn share(of: f64) -> String {
    percent(of as f32)
}

fn summary(measures: &Measures) -> String {
    format!("{} {}, {} {}", w::CONFUSED, share(measures.confused()), w::NEIGHBOURS, share(measures.neighbour()))
}

/// Shows one.
pub(crate) async fn show(Allowed(permit): Allowed<ReadOverlaps>, house: House, id: Path<Id<id::Overlap>>) -> Answer {
    page(&house, &permit, *id, &Form::default(), &Trouble::default()).await
}

async fn page(
    house: &House,
    permit: &Permit<ReadOverlaps>,
    id: Id<id::Overlap>,
    typed: &Form,
    trouble: &Trouble,
) -> Answer {
    let (shell, shown) =
        house.look(permit.actor(), async |tx: &Tx| overlap::get(tx, permit, &house.app, id).await).await?;
    let Shown { overlap, sides, culprits, runs, settlements } = &shown;
    let [one, other] = names(&shell, overlap);
    let settles = overlap.parties.iter().any(|party| may::<SettleOverlaps>(&shell.actor, party.department));
    let proposes = settles && !matches!(overlap.state, State::Settling | State::Gone);
    let title = format!("{one} · {other}");
    let body = html! {
        (trail(&[(&format!("{ROOT}/overlaps"), w::OVERLAPS)]))
        h1 { (title) " " (badges(overlap)) }
        (trouble.summary(&[("kind", w::HOW), ("key", w::CONTEXT_KEY), ("until", w::UNTIL), ("reason", w::WHY_IGNORED)]))
        section aria-labelledby="sides" {
            h2 #sides { (w::SIDE_BY_SIDE) }
            div.sides { @for (side, name) in sides.iter().zip([&one, &other]) { (half(name, side.as_ref())) } }
        }
        section aria-labelledby="phrases" {
            h2 #phrases { (w::PHRASES_THAT_DO_IT) }
            @if culprits.is_empty() { (nothing(w::NO_PHRASES)) } @else {
                table {
                    thead { tr { th scope="col" { (w::PHRASE) } th scope="col" { (w::NEAR) } th scope="col" { (w::ALIKE) } } }
                    tbody {
                        @for of in culprits { tr { td { (of.text) } td { (of.near) } td { (percent(of.similarity)) } } }
                    }
                }
            }
        }
        section aria-labelledby="measures" {
            h2 #measures { (w::MEASURES) }
            (measured(&overlap.measures))
            details {
                summary { (w::HISTORY) }
                table {
                    thead { tr { th scope="col" { (w::WHEN) } th scope="col" { (w::SEVERITY) } th scope="col" { (w::CONFUSED) } th scope="col" { (w::NEIGHBOURS) } } }
                    tbody {
                        @for run in runs {
                            tr {
                                td { (moment(run.at)) } td { (w::severity(run.severity).1) }
                                td { (share(run.measures.confused())) } td { (share(run.measures.neighbour())) }
                            }
                        }
                    }
                }
            }
        }
        section aria-labelledby="settlements" {
            h2 #settlements { (w::SETTLEMENTS) }
            @if settlements.is_empty() { (nothing(w::NO_SETTLEMENTS)) }
            @for of in settlements { (settled(&shell, overlap, of, settles, house.app.now())) }
        }
        @if proposes { (proposing(&shell, overlap, &[&one, &other], typed, trouble)) }
    };
    Ok(shell.page_with(Place::Overlaps, &title, trouble, &body))
}

fn half(name: &str, side: Option<&FrozenIntent>) -> Markup {
    html! {
        article.side {
            h3 { (name) }
            @match side {
                None => (nothing(w::NOT_LIVE)),
                Some(intent) => {
                    ul { @for phrase in &intent.phrases { li { (phrase.text) } } }
                    @for answer in &intent.answers { (reply(answer)) }
                }
            }
        }
    }
}

fn measured(measures: &Measures) -> Markup {
    let live = measures.live.unwrap_or_default();
    html! {
        dl {
            dt { (w::DUPLICATES) } dd { (measures.duplicates) }
            dt { (w::NEIGHBOURS) } dd { (share(measures.neighbours[0])) " · " (share(measures.neighbours[1])) }
            dt { (w::CONFUSED) } dd { (share(measures.confusion[0])) " · " (share(measures.confusion[1])) }
            dt { (w::ASKED) } dd { (measures.asked().map_or_else(|| "–".to_owned(), share)) }
            dt { (w::BAD_RATINGS) } dd { (live.bad_ratings) }
        }
    }
}

fn settled(shell: &Shell, overlap: &Overlap, of: &Settlement, settles: bool, now: Moment) -> Markup {
    let at = format!("{}/settlements/{}", address(overlap.id), of.id);
    let button = |deed: &str, words: &str| {
        html! { form method="post" action={ (at) "/" (deed) } { (shell.token()) button { (words) } } }
    };
    let theirs = overlap.parties.iter().find(|party| party.department != of.proposed_for);
    let theirs = theirs.map_or(of.proposed_for, |party| party.department);
    let decides = may::<SettleOverlaps>(&shell.actor, theirs);
    html! {
        article.settlement {
            h3 {
                (w::way(of.terms.kind())) " " (badge("calm", w::settlement(of.state.name())))
                @if of.arbitrated { " " (badge("warn", w::ARBITRATED)) }
            }
            p.small { (department(shell, of.proposed_for)) ", " (moment(of.created_at)) }
            @if let Terms::Boundary { when, .. } | Terms::Shared { when, .. } = &of.terms {
                ul { @for condition in when { li { (condition.to_string()) } } }
            }
            @if let Terms::Ignore { until, reason } = &of.terms { p { (moment(*until)) ": " (reason.as_str()) } }
            @if let Some(reason) = &of.reason { p { (reason.as_str()) } }
            @match (&of.before, &of.after) {
                (Some(before), Some(after)) => (compared(shell, before, after)),
                _ => @if of.state == Standing::Proposed && !matches!(of.terms, Terms::Ignore { .. }) { p.small { (w::NOT_MEASURED) } }
            }
            @if of.state == Standing::Proposed {
                div.actions {
                    @if decides { (button("accept", w::ACCEPT)) }
                    @if may::<SettleOverlaps>(&shell.actor, of.proposed_for) { (button("withdraw", w::WITHDRAW)) }
                }
                @if decides || (may_somewhere::<Arbitrate>(&shell.actor) && now >= of.due_at) {
                    form method="post" action={ (at) (if decides { "/decline" } else { "/arbitrate" }) } {
                        (shell.token())
                        (Field::line("reason", w::REASON).needed())
                        @if decides { button.danger { (w::DECLINE) } } @else {
                            button name="accept" value="yes" { (w::ARBITRATE) ": " (w::ACCEPT) }
                            button.danger { (w::ARBITRATE) ": " (w::DECLINE) }
                        }
                    }
                }
            }
            @if of.state == Standing::Accepted && settles { (button("undo", w::UNDO)) }
        }
    }
}

fn compared(shell: &Shell, before: &Evaluation, after: &Evaluation) -> Markup {
    let of = |evaluation: &Evaluation, id| {
        let found = evaluation.departments.iter().find(|recall| recall.department == id);
        found.map_or_else(|| "–".to_owned(), |recall| share(recall.recall))
    };
    html! {
        table {
            thead { tr { th scope="col" { (w::MEASURED) } th scope="col" { (w::BEFORE) } th scope="col" { (w::AFTER) } } }
            tbody {
                @for recall in &before.departments {
                    tr {
                        th scope="row" { (department(shell, recall.department)) }
                        td { (share(recall.recall)) } td { (of(after, recall.department)) }
                    }
                }
            }
        }
    }
}

fn proposing(shell: &Shell, overlap: &Overlap, both: &[&String; 2], typed: &Form, trouble: &Trouble) -> Markup {
    let which: Vec<(String, &str)> =
        overlap.parties.iter().zip(both).map(|(party, name)| (party.intent.to_string(), name.as_str())).collect();
    let which: Vec<(&str, &str)> = which.iter().map(|(id, name)| (id.as_str(), *name)).collect();
    html! {
        section aria-labelledby="settle" {
            h2 #settle { (w::SETTLE) }
            p { (w::SETTLE_HINT) }
            form method="post" action={ (address(overlap.id)) "/settlements" } {
                (shell.token())
                (Field::choice("kind", w::HOW, &w::WAYS).value(typed.get("kind")).or(trouble))
                (Field::choice("intent", w::WHICH, &which).value(typed.get("intent")))
                div.pair {
                    (Field::line("key", w::CONTEXT_KEY).hint(w::CONTEXT_KEY_HINT).value(typed.get("key")).or(trouble))
                    (Field::line("value", w::CONTEXT_VALUE).value(typed.get("value")).or(trouble))
                }
                div.pair {
                    (Field::line("until", w::UNTIL).hint(w::UNTIL_HINT).value(typed.get("until")).or(trouble))
                    (Field::line("reason", w::WHY_IGNORED).value(typed.get("reason")).or(trouble))
                }
                button.primary { (w::SEND) }
            }
        }
    }
}

/// Reads what a form says of how to settle.
fn terms(form: &Form, overlap: &Overlap) -> Result<Terms, Refusal> {
    let mut flaws = Flaws::default();
    let [one, other] = &overlap.parties;
    let (stays, goes) = if form.get("intent") == other.intent.to_string() { (other, one) } else { (one, other) };
    let when = |flaws: &mut Flaws| {
        let mut own = Flaws::default();
        let condition = Condition::parse(form.get("key"), None, Some(form.get("value")), "", &mut own);
        if condition.is_none() {
            flaws.take("/key", Err::<(), _>(TextFlaw::Empty));
        }
        condition.map(|condition| vec![condition])
    };
    let (intent, other) = (stays.intent, goes.intent);
    let terms = match form.get("kind") {
        "boundary" => when(&mut flaws).map(|when| Terms::Boundary { intent, against: other, when }),
        "claim" => Some(Terms::Claim { intent, gives_way: other }),
        "shared" => when(&mut flaws).map(|when| Terms::Shared { intent, merged: other, when }),
        "hand_over" => Some(Terms::HandOver { intent, to: goes.department }),
        "ignore" => {
            let until = Moment::parse(&format!("{}T00:00:00Z", form.get("until").trim()));
            let until = until.or_else(|| flaws.take("/until", Err(TextFlaw::Form("must be a day such as 2027-01-31"))));
            let reason = flaws.take("/reason", Note::parse(form.get("reason")));
            until.zip(reason).map(|(until, reason)| Terms::Ignore { until, reason })
        }
        _ => flaws.take("/kind", Err(TextFlaw::Empty)),
    };
    flaws.settle(terms)
}

/// Proposes how to settle it.
pub(crate) async fn propose(
    Allowed(permit): Allowed<SettleOverlaps>,
    house: House,
    id: Path<Id<id::Overlap>>,
    form: Form,
) -> Answer {
    let deed = async |work: &Work<'_>| {
        let reads = policy::judge::<ReadOverlaps>(permit.actor())?;
        let shown = overlap::get(work, &reads, &house.app, *id).await?;
        settlement::propose(work, &permit, *id, terms(&form, &shown.overlap)?, None).await
    };
    let done = house.act(permit.actor(), deed).await;
    answer(&house, permit.actor(), *id, &form, done, w::SETTLEMENT_PROPOSED).await
}

async fn answer<T>(
    house: &House,
    actor: &Actor,
    id: Id<id::Overlap>,
    form: &Form,
    done: Result<T, Refusal>,
    words: &'static str,
) -> Answer {
    match done {
        Ok(_) => Ok(house.onward(&address(id), Notices::good(words))),
        Err(refusal) => {
            let trouble = Trouble::of(refusal)?;
            page(house, &policy::judge::<ReadOverlaps>(actor)?, id, form, &trouble).await
        }
    }
}

type At = Path<(Id<id::Overlap>, Id<id::Settlement>)>;

/// Accepts.
pub(crate) async fn accept(Allowed(permit): Allowed<SettleOverlaps>, house: House, at: At, form: Form) -> Answer {
    let (overlap, id) = *at;
    let deed = async |work: &Work<'_>| settlement::decide(work, &permit, overlap, id, true, None).await;
    let done = house.act(permit.actor(), deed).await;
    answer(&house, permit.actor(), overlap, &form, done, w::SETTLED).await
}

/// Declines.
pub(crate) async fn decline(Allowed(permit): Allowed<SettleOverlaps>, house: House, at: At, form: Form) -> Answer {
    let (overlap, id) = *at;
    let deed =
        async |work: &Work<'_>| settlement::decide(work, &permit, overlap, id, false, Some(reason(&form)?)).await;
    let done = house.act(permit.actor(), deed).await;
    answer(&house, permit.actor(), overlap, &form, done, w::DECLINED).await
}

/// Takes back.
pub(crate) async fn withdraw(Allowed(permit): Allowed<SettleOverlaps>, house: House, at: At, form: Form) -> Answer {
    let (overlap, id) = *at;
    let deed = async |work: &Work<'_>| settlement::withdraw(work, &permit, overlap, id).await;
    let done = house.act(permit.actor(), deed).await;
    answer(&house, permit.actor(), overlap, &form, done, w::WITHDRAWN).await
}

/// Undoes.
pub(crate) async fn undo(Allowed(permit): Allowed<SettleOverlaps>, house: House, at: At, form: Form) -> Answer {
    let (overlap, id) = *at;
    let deed = async |work: &Work<'_>| settlement::undo(work, &permit, overlap, id).await;
    let done = house.act(permit.actor(), deed).await;
    answer(&house, permit.actor(), overlap, &form, done, w::UNDONE).await
}

/// Decides in the owners' place.
pub(crate) async fn arbitrate(Allowed(permit): Allowed<Arbitrate>, house: House, at: At, form: Form) -> Answer {
    let (overlap, id) = *at;
    let accepts = form.given("accept").is_some();
    let deed = async |work: &Work<'_>| settlement::arbitrate(work, &permit, overlap, id, accepts, reason(&form)?).await;
    let done = house.act(permit.actor(), deed).await;
    answer(&house, permit.actor(), overlap, &form, done, if accepts { w::SETTLED } else { w::DECLINED }).await
}

fn reason(form: &Form) -> Result<Note, Refusal> {
    let mut flaws = Flaws::default();
    let reason = flaws.take("/reason", Note::parse(form.get("reason")));
    flaws.settle(reason)
}
