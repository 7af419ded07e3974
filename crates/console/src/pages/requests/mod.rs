//! Knowledge requests: the list, asking a department, and the page of one with all that can be done with it.

mod forms;
mod moves;

use actix_web::web::Path;
use guildhall_app::{
    RequestFilter, Tx, Work, intent,
    request::{self, NewRequest, WholeRequest},
};
use guildhall_domain::{
    Actor, Flaws, Id, PageRequest, Permit, Refusal, id,
    intent::WholeIntent,
    policy::{self, AnswerRequest, ReadDepartments, ReadDraft, ReadRequests, SendRequest},
    request::{KnowledgeRequest, Priority, Question, RequestNote, State},
    text::PhraseText,
};
use maud::{Markup, html};

pub(crate) use moves::{accept, acknowledge, answer, ask_back, assign, decline, hand_over, land, reopen, reply, say};

use crate::{
    ROOT,
    allowed::{Allowed, may},
    asked::Asked,
    form::Form,
    house::{Answer, House},
    parts::{Field, badge, moment, nothing, onward_button, pager, trail},
    reached,
    shell::{Notices, Place, Shell},
    trouble::Trouble,
    words::request as w,
};

/// The most notes and people that a page shows.
const MOST: PageRequest = PageRequest { limit: 200, after: None, filter: 0 };

/// Lists them, the latest first.
pub(crate) async fn list(Allowed(permit): Allowed<ReadRequests>, house: House, asked: Asked) -> Answer {
    let filter = RequestFilter { words: asked.get("q").map(str::to_owned), ..RequestFilter::default() };
    let look = async |tx: &Tx| request::list(tx, &permit, &filter, &asked.page()).await;
    let (shell, page) = house.look(permit.actor(), look).await?;
    let body = html! {
        h1 { (w::REQUESTS) }
        p.lead { (w::REQUESTS_LEAD) }
        p { (onward_button(&format!("{ROOT}/knowledge-requests/new"), w::ASK)) }
        @if page.items.is_empty() { (nothing(w::NONE)) } @else {
            ul.rows {
                @for request in &page.items {
                    li {
                        div {
                            a href={ (ROOT) "/knowledge-requests/" (request.id) } { (request.question.as_str().lines().next().unwrap_or_default()) }
                            p.small { (ends(&shell, request)) " · " (moment(request.created_at)) }
                        }
                        (badge(request.state.name(), w::state(request.state.name())))
                    }
                }
            }
        }
        (pager(&asked.pages(page.next)))
    };
    Ok(shell.page(Place::Inbox, w::REQUESTS, &body))
}

/// Who asks whom.
fn ends(shell: &Shell, request: &KnowledgeRequest) -> String {
    let name = |id: Id<id::Department>| {
        shell.departments.iter().find(|department| department.id == id).map(|department| department.name.to_string())
    };
    let from = request.from.and_then(name).unwrap_or_else(|| w::COMPANY.to_owned());
    format!("{from} → {}", name(request.to).unwrap_or_default())
}

/// Asks for a question.
pub(crate) async fn ask(Allowed(permit): Allowed<SendRequest>, house: House) -> Answer {
    asking(&house, &permit, &Form::default(), &Trouble::default()).await
}

/// Sends it.
pub(crate) async fn send(Allowed(permit): Allowed<SendRequest>, house: House, form: Form) -> Answer {
    let sent = async {
        let new = read_question(&form)?;
        house.act(permit.actor(), async |work: &Work<'_>| request::send(work, &permit, new).await).await
    };
    match sent.await {
        Ok(made) => Ok(house.onward(&format!("{ROOT}/knowledge-requests/{}", made.id), Notices::good(w::SENT))),
        Err(refusal) => asking(&house, &permit, &form, &Trouble::of(refusal)?).await,
    }
}

fn read_question(form: &Form) -> Result<NewRequest, Refusal> {
    let mut flaws = Flaws::default();
    let question = flaws.take("/question", Question::parse(form.get("question")));
    let examples = form.lines("examples").filter_map(|line| flaws.take("/examples", PhraseText::parse(line))).collect();
    let priority = Priority::named(form.given("priority").unwrap_or("normal"));
    if priority.is_none() {
        flaws.add("/priority", "invalid", "must be one of those listed");
    }
    flaws.settle(question.zip(priority).map(|(question, priority)| NewRequest {
        from: form.given("from").map(str::to_owned),
        to: form.get("to").to_owned(),
        gap: None,
        question,
        examples,
        language: None,
        priority,
        assignee: None,
    }))
}

async fn asking(house: &House, permit: &Permit<SendRequest>, typed: &Form, trouble: &Trouble) -> Answer {
    let (shell, ()) = house.look(permit.actor(), async |_: &Tx| Ok(())).await?;
    let all: Vec<(&str, &str)> = shell.departments.iter().map(|one| (one.key.as_str(), one.name.as_str())).collect();
    let mine = |one: &&guildhall_domain::department::Department| {
        shell
            .grants
            .iter()
            .any(|grant| grant.department == Some(one.id) || grant.role == guildhall_domain::actor::Role::Leader)
    };
    let mut own = vec![("", w::COMPANY)];
    own.extend(shell.departments.iter().filter(mine).map(|one| (one.key.as_str(), one.name.as_str())));
    let labels = [
        ("to", w::TO),
        ("from", w::FROM),
        ("question", w::QUESTION),
        ("examples", w::EXAMPLES),
        ("priority", w::PRIORITY),
    ];
    let body = html! {
        (trail(&[(&format!("{ROOT}/knowledge-requests"), w::REQUESTS)]))
        h1 { (w::ASK) }
        p.lead { (w::ASK_LEAD) }
        (trouble.summary(&labels))
        form method="post" action={ (ROOT) "/knowledge-requests/new" } {
            (shell.token())
            (Field::choice("to", w::TO, &all).value(typed.get("to")).or(trouble).needed())
            (Field::choice("from", w::FROM, &own).value(typed.get("from")).or(trouble))
            (Field::lines("question", w::QUESTION, 3).value(typed.get("question")).or(trouble).needed())
            (Field::lines("examples", w::EXAMPLES, 3).hint(w::EXAMPLES_HINT).value(typed.get("examples")).or(trouble))
            (Field::choice("priority", w::PRIORITY, &w::PRIORITIES).value(typed.get("priority")).or(trouble))
            button.primary { (w::ASK) }
        }
    };
    Ok(shell.page_with(Place::Inbox, w::ASK, trouble, &body))
}

/// Shows one.
pub(crate) async fn show(
    Allowed(permit): Allowed<ReadRequests>,
    house: House,
    id: Path<Id<id::KnowledgeRequest>>,
) -> Answer {
    page(&house, permit.actor(), *id, &Form::default(), &Trouble::default()).await
}

/// What the page of one shows.
struct Shown {
    whole: WholeRequest,
    notes: Vec<RequestNote>,
    /// How those who appear are called.
    names: std::collections::HashMap<Id<id::Member>, String>,
    /// Who may be given it.
    answerers: Vec<(String, String)>,
    /// The intents of the receiving department's draft, for whoever reads it.
    intents: Vec<WholeIntent>,
}

async fn look(tx: &Tx, actor: &Actor, id: Id<id::KnowledgeRequest>) -> Result<Shown, Refusal> {
    let permit = policy::judge::<ReadRequests>(actor)?;
    let whole = request::get(tx, &permit, id).await?;
    let notes = request::notes(tx, &permit, id, &MOST).await?.items;
    let to = whole.request.to;
    let departments = guildhall_app::department::all(tx, &policy::judge::<ReadDepartments>(actor)?).await?;
    let key = departments.into_iter().find(|one| one.id == to).map(|one| one.key.to_string()).unwrap_or_default();
    let (mut answerers, mut intents) = (Vec::new(), Vec::new());
    if may::<AnswerRequest>(actor, to) {
        answerers =
            request::answerers(tx, to).await?.into_iter().map(|one| (one.id.to_string(), one.name.into())).collect();
        let filter = guildhall_app::IntentFilter::default();
        intents = intent::list(tx, &policy::judge::<ReadDraft>(actor)?, &key, &filter, &MOST).await?.items;
    }
    let offer = whole.request.state.offer().map(|offer| offer.by);
    let people =
        notes.iter().map(|note| note.author).chain([whole.request.asker]).chain(whole.request.assignee).chain(offer);
    let names = reached::names(tx, actor, people).await?;
    Ok(Shown { whole, notes, names, answerers, intents })
}

async fn page(house: &House, actor: &Actor, id: Id<id::KnowledgeRequest>, typed: &Form, trouble: &Trouble) -> Answer {
    let (shell, shown) = house.look(actor, async |tx: &Tx| look(tx, actor, id).await).await?;
    let request = &shown.whole.request;
    let title = request.question.as_str().lines().next().unwrap_or_default().to_owned();
    let body = html! {
        (trail(&[(&format!("{ROOT}/knowledge-requests"), w::REQUESTS)]))
        h1 { (title) }
        p.lead { (ends(&shell, request)) }
        (trouble.summary(&forms::LABELS))
        (facts(&shown, house.app.now()))
        @if request.question.as_str() != title { p.words { (request.question) } }
        @if !request.examples.is_empty() {
            h2 { (w::EXAMPLES) }
            ul { @for example in &request.examples { li { (example) } } }
        }
        (outcome(&shown))
        (said(&shown))
        (forms::of(&shell, &shown, typed, trouble))
    };
    Ok(shell.page_with(Place::Inbox, &title, trouble, &body))
}

fn facts(shown: &Shown, now: guildhall_domain::Moment) -> Markup {
    let request = &shown.whole.request;
    let name = |id: &Id<id::Member>| shown.names.get(id).cloned().unwrap_or_default();
    html! {
        dl.facts {
            div { dt { (w::STATE) } dd { (badge(request.state.name(), w::state(request.state.name()))) } }
            div { dt { (w::ASKED_BY) } dd { (name(&request.asker)) ", " (moment(request.created_at)) } }
            div { dt { (w::ASSIGNEE) } dd { @match &request.assignee { Some(id) => (name(id)), None => (w::NOBODY) } } }
            @if let Some(due) = request.state.due() {
                div { dt { (w::DUE) } dd { (moment(due)) @if due < now { " " (badge("held", w::OVERDUE)) } } }
            }
        }
    }
}

/// The answer, the thanks, where it landed, or why not.
fn outcome(shown: &Shown) -> Markup {
    let request = &shown.whole.request;
    html! {
        @if let Some(offer) = request.state.offer() {
            section aria-labelledby="the-answer" {
                h2 #the-answer { (w::THE_ANSWER) }
                p.small { (shown.names.get(&offer.by).map_or("", String::as_str)) ", " (moment(offer.at)) }
                @if let Some(text) = &offer.text { p.words { (text) } }
                @if let Some(content) = &offer.content {
                    h3 { (w::CONTENT) }
                    ul { @for phrase in &content.phrases { li { (phrase.text) } } }
                    @for answer in &content.answers { p.words lang=(answer.language) { (answer.text) } }
                }
            }
        }
        @if let State::Accepted { thanks, landed, .. } = &request.state {
            section aria-labelledby="thanks" { h2 #thanks { (w::THANKS) } blockquote { (thanks.text) } }
            @if let Some(landed) = landed {
                @let name = shown.intents.iter().find(|whole| whole.intent.id == landed.intent).map(|whole| whole.intent.name.as_str());
                p { (w::LANDED_IN) " " (name.unwrap_or_default()) }
            }
        }
        @if let State::Declined { reason } = &request.state { p.words { (w::REASON) ": " (reason) } }
    }
}

fn said(shown: &Shown) -> Markup {
    html! {
        @if !shown.notes.is_empty() {
            section aria-labelledby="talk" {
                h2 #talk { (w::TALK) }
                ul.rows {
                    @for note in &shown.notes {
                        li {
                            div {
                                p.small { strong { (shown.names.get(&note.author).map_or("", String::as_str)) } " " (w::note(note.kind.name())) ", " (moment(note.created_at)) }
                                p.words { (note.text) }
                            }
                        }
                    }
                }
            }
        }
    }
}
