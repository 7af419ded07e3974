//! Proposing a change to an intent that a department has live.

use actix_web::web::Path;
use guildhall_app::{
    Tx, Work, bot, intent,
    proposal::{self, Asked as Wanted, NewProposal},
};
use guildhall_domain::{
    Actor, Flaws, Id, Refusal,
    content::FrozenIntent,
    id,
    intent::{Answer as Reply, NewPhrase},
    policy::{self, Propose, ReadLive},
    text::{AnswerText, Name, Note, PhraseText, Title},
};
use maud::html;

use crate::{
    ROOT,
    allowed::Allowed,
    form::Form,
    house::{Answer, House},
    pages::department::frame,
    parts::{Field, trail},
    shell::{Notices, Place},
    trouble::Trouble,
    words::{between as w, content},
};

type At = Path<(String, Id<id::Intent>)>;

/// Shows the form.
pub(crate) async fn ask(Allowed(permit): Allowed<Propose>, house: House, at: At) -> Answer {
    page(&house, permit.actor(), &at, None, &Trouble::default()).await
}

/// Proposes.
pub(crate) async fn send(Allowed(permit): Allowed<Propose>, house: House, at: At, form: Form) -> Answer {
    let (key, id) = &*at;
    let done = async {
        let deed = async |work: &Work<'_>| {
            let live = live(work, &house, permit.actor(), key, *id).await?;
            proposal::create(work, &permit, read(&form, &live)?).await
        };
        house.act(permit.actor(), deed).await
    };
    match done.await {
        Ok(made) => Ok(house.onward(&format!("{ROOT}/proposals/{}", made.id), Notices::good(w::PROPOSED))),
        Err(refusal) => page(&house, permit.actor(), &at, Some(&form), &Trouble::of(refusal)?).await,
    }
}

async fn live(tx: &Tx, house: &House, actor: &Actor, key: &str, id: Id<id::Intent>) -> Result<FrozenIntent, Refusal> {
    let permit = policy::judge::<ReadLive>(actor)?;
    let (_, bot) = bot::get(tx, &permit, &house.app).await?;
    intent::get_live(tx, &permit, &bot, key, id).await
}

/// What of the form differs from what is live.
fn read(form: &Form, live: &FrozenIntent) -> Result<NewProposal, Refusal> {
    let mut flaws = Flaws::default();
    let title = flaws.take("/title", Name::parse(form.get("title")));
    let note = form.given("note").and_then(|note| flaws.take("/note", Note::parse(note)));
    let mut changes = Vec::new();
    let called = form.given("called").and_then(|called| flaws.take("/called", Title::parse(called)));
    if called.as_ref().map(Title::as_str) != live.title.as_deref() {
        changes.push(Wanted::Retitle(live.id, called));
    }
    let lines = form.get("phrases").lines().filter(|line| !line.trim().is_empty());
    let phrases: Vec<_> = lines
        .filter_map(|line| flaws.take("/phrases", PhraseText::parse(line)))
        .map(|text| NewPhrase { text, language: None })
        .collect();
    if !phrases.is_empty() {
        changes.push(Wanted::AddPhrases(live.id, phrases));
    }
    let gone: Vec<_> =
        live.phrases.iter().map(|phrase| phrase.id).filter(|id| form.given(&format!("out-{id}")).is_some()).collect();
    if !gone.is_empty() {
        changes.push(Wanted::RemovePhrases(live.id, gone));
    }
    for (n, answer) in live.answers.iter().enumerate() {
        let text = form.get(&format!("answer-{n}")).replace("\r\n", "\n");
        if text.trim() != answer.text.as_str()
            && let Some(text) = flaws.take(format!("/answer-{n}"), AnswerText::parse(&text))
        {
            changes.push(Wanted::SetAnswer(live.id, Reply { text, ..answer.clone() }));
        }
    }
    if changes.is_empty() {
        flaws.add("/phrases", "empty", w::NOTHING_CHANGES);
    }
    flaws.settle(title.map(|title| NewProposal { title, note, changes, draft: false }))
}

async fn page(
    house: &House,
    actor: &Actor,
    at: &(String, Id<id::Intent>),
    typed: Option<&Form>,
    trouble: &Trouble,
) -> Answer {
    let (key, id) = at;
    let (shell, live) = house.look(actor, async |tx: &Tx| live(tx, house, actor, key, *id).await).await?;
    let department = shell.department(key)?;
    let value = |name: &str, own: &str| typed.map_or_else(|| own.to_owned(), |form| form.get(name).to_owned());
    let (title, note, phrases) = (value("title", ""), value("note", ""), value("phrases", ""));
    let called = value("called", live.title.as_deref().unwrap_or_default());
    let body = html! {
        (trail(&[(&format!("{ROOT}/departments/{key}/live"), live.name.as_str())]))
        (trouble.summary(&[("title", w::TITLE), ("note", w::WHY), ("phrases", w::MORE_PHRASES)]))
        p { (w::PROPOSE_HINT) }
        form method="post" {
            (shell.token())
            (Field::line("title", w::TITLE).value(&title).or(trouble).needed())
            (Field::lines("note", w::WHY, 2).value(&note).or(trouble))
            (Field::line("called", content::TITLE).value(&called).or(trouble))
            (Field::lines("phrases", w::MORE_PHRASES, 4).hint(w::MORE_PHRASES_HINT).value(&phrases).or(trouble))
            fieldset {
                legend { (w::TAKE_OUT) }
                @for phrase in &live.phrases {
                    label { input type="checkbox" name={ "out-" (phrase.id) } value="yes"; " " (phrase.text) }
                }
            }
            @for (n, answer) in live.answers.iter().enumerate() {
                @let said = value(&format!("answer-{n}"), answer.text.as_str());
                (Field::lines(&format!("answer-{n}"), &format!("{} ({})", w::ANSWER, answer.place()), 3).value(&said).or(trouble))
            }
            button.primary { (w::SEND) }
        }
    };
    Ok(shell.page_with(Place::Departments, w::PROPOSE, trouble, &frame(&shell, department, w::PROPOSE, &body)))
}
