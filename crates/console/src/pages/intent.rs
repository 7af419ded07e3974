//! One intent: its name, phrases and answers, each changed where it stands.

use std::collections::BTreeMap;

use actix_web::web::Path;
use guildhall_app::{Tx, Work, intent};
use guildhall_domain::{
    Flaws, Id, Permit, Refusal,
    actor::Actor,
    department::Department,
    id,
    intent::{Answer as Reply, Button, IntentPatch, Phrase, Press, WholeIntent},
    policy::{self, EditDraft, ReadDraft},
    refusal::Precondition,
    text::{IntentName, Title},
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::{Allowed, may},
    form::Form,
    house::{Answer, House},
    pages::department::frame_of,
    parts::{Field, button, count},
    shell::{Notices, Place, Shell},
    trouble::Trouble,
    words::{self as common, content as w},
};

/// Where an intent lies.
pub(crate) type At = Path<(String, Id<id::Intent>)>;

/// What somebody typed that was not taken, and where.
#[derive(Default)]
pub(crate) struct Typed<'a> {
    pub(crate) name: Option<&'a Form>,
    pub(crate) phrases: Option<&'a Form>,
}

/// The address of an intent.
pub(crate) fn address(key: &str, id: Id<id::Intent>) -> String {
    format!("{ROOT}/departments/{key}/intents/{id}")
}

/// Shows it.
pub(crate) async fn show(Allowed(permit): Allowed<ReadDraft>, house: House, at: At) -> Answer {
    page(&house, permit.actor(), &at, &Typed::default(), &Trouble::default()).await
}

/// Changes its name or title.
pub(crate) async fn change(Allowed(permit): Allowed<EditDraft>, house: House, at: At, form: Form) -> Answer {
    let (key, id) = &*at;
    let changed = async {
        let mut flaws = Flaws::default();
        let name = flaws.take("/name", IntentName::parse(form.get("name")));
        let title = form.given("title").and_then(|title| flaws.take("/title", Title::parse(title)));
        let patch = flaws.settle(Some(IntentPatch { name, title: Some(title), answers: None }))?;
        let change = async |work: &Work<'_>| intent::change(work, &permit, key, *id, form.version(), patch).await;
        house.act(permit.actor(), change).await
    };
    match changed.await {
        Ok(_) => Ok(house.onward(&address(key, *id), Notices::good(common::SAVED))),
        Err(refusal) => {
            let trouble = stale_or(refusal)?;
            page(&house, permit.actor(), &at, &Typed { name: Some(&form), phrases: None }, &trouble).await
        }
    }
}

/// The trouble of a change; one that somebody else was quicker with keeps what was typed beside what is there now.
pub(crate) fn stale_or(refusal: Refusal) -> Result<Trouble, crate::Declined> {
    match refusal {
        Refusal::Precondition(Precondition::Stale(_)) => {
            Ok(Trouble::told(crate::status_of(&refusal), common::CHANGED_MEANWHILE))
        }
        other => Trouble::of(other),
    }
}

/// Reads an intent of a draft as somebody who may read or edit it.
pub(crate) async fn whole(
    tx: &Tx,
    actor: &Actor,
    (key, id): &(String, Id<id::Intent>),
) -> Result<WholeIntent, Refusal> {
    intent::get(tx, &policy::judge::<ReadDraft>(actor)?, key, *id).await
}

/// The page, with what was typed and not taken.
pub(crate) async fn page(
    house: &House,
    actor: &Actor,
    at: &(String, Id<id::Intent>),
    typed: &Typed<'_>,
    trouble: &Trouble,
) -> Answer {
    let (shell, whole) = house.look(actor, async |tx: &Tx| whole(tx, actor, at).await).await?;
    let department = shell.department(&at.0)?;
    let edits = may::<EditDraft>(actor, department.id);
    let labels = [("name", w::NAME), ("title", w::TITLE), ("phrases", w::NEW_PHRASES), ("language", w::LANGUAGE)];
    let body = html! {
        @if let Some(title) = &whole.intent.title { p.lead { (title) } }
        p.actions {
            (button(&format!("{ROOT}/try?draft={}", department.key), w::TRY_DRAFT))
            @if edits { (button(&format!("{ROOT}/departments/{}/publish", department.key), crate::words::release::SEE_AND_PUBLISH)) }
        }
        (trouble.summary(&labels))
        (phrases(&shell, department, &whole, edits, typed.phrases, trouble))
        (answers(department, &whole, edits))
        @if edits { (naming(&shell, &whole, typed.name, trouble, &address(&at.0, at.1))) }
    };
    let title = whole.intent.name.as_str();
    Ok(shell.page_with(Place::Departments, title, trouble, &frame_of(&shell, department, w::INTENTS, title, &body)))
}

fn phrases(
    shell: &Shell,
    department: &Department,
    whole: &WholeIntent,
    edits: bool,
    typed: Option<&Form>,
    trouble: &Trouble,
) -> Markup {
    let at = address(department.key.as_str(), whole.intent.id);
    let usual = usual_language(&whole.phrases);
    let (text, language) = typed.map_or(("", usual), |form| (form.get("phrases"), form.get("language")));
    html! {
        section aria-labelledby="said" {
            h2 #said { (w::PHRASES) " " span.count { (whole.phrases.len()) } }
            @if whole.phrases.is_empty() { p.lack { (w::NEEDS_PHRASES) } }
            ul.rows.phrases { @for phrase in &whole.phrases { (line(shell, &at, phrase, edits)) } }
            @if edits {
                form method="post" action={ (at) "/phrases" } {
                    (shell.token())
                    (Field::lines("phrases", w::NEW_PHRASES, 3).hint(w::PHRASES_HINT).value(text).or(trouble).needed())
                    (Field::line("language", w::LANGUAGE).hint(w::LANGUAGE_HINT).value(language).or(trouble))
                    button { (w::ADD_PHRASES) }
                }
            }
        }
    }
}

/// The language of most phrases; none where none says its own.
fn usual_language(phrases: &[Phrase]) -> &str {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for language in phrases.iter().filter_map(|phrase| phrase.language.as_deref()) {
        *counts.entry(language).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or("", |(language, _)| language)
}

fn line(shell: &Shell, at: &str, phrase: &Phrase, edits: bool) -> Markup {
    html! {
        li {
            span lang=[phrase.language.as_deref()] { (phrase.text) }
            @if let Some(language) = &phrase.language { " " span.language { (language) } }
            @if edits {
                form method="post" action={ (at) "/phrases/" (phrase.id) "/delete" } {
                    (shell.token())
                    button.quiet aria-label={ (common::DELETE) " «" (phrase.text) "»" } { (common::DELETE) }
                }
            }
        }
    }
}

/// How an answer is named in its address: by its language, and by its channel where it is for one alone.
pub(crate) fn answer_name(answer: &Reply) -> String {
    let channel = answer.channel.as_ref().map(|channel| format!(".{channel}")).unwrap_or_default();
    format!("{}{channel}", answer.language)
}

fn answers(department: &Department, whole: &WholeIntent, edits: bool) -> Markup {
    let at = format!("{}/answers", address(department.key.as_str(), whole.intent.id));
    html! {
        section aria-labelledby="replied" {
            h2 #replied { (w::ANSWERS) " " span.count { (whole.answers.len()) } }
            @if whole.answers.is_empty() { p.lack { (w::NEEDS_ANSWER) } }
            @for answer in &whole.answers {
                article.answer {
                    p.small { (where_for(answer)) }
                    (reply(answer))
                    @if edits {
                        p { (button(&format!("{at}/{}", answer_name(answer)), &format!("{} ({})", w::EDIT_ANSWER, answer_name(answer)))) }
                    }
                }
            }
            @if edits { p { (button(&format!("{at}/new"), w::ADD_ANSWER)) } }
        }
    }
}

/// For which visitors an answer is.
pub(crate) fn where_for(answer: &Reply) -> String {
    let channel = answer.channel.as_deref().map_or(w::EVERY_CHANNEL, |_| w::WEB_ONLY);
    format!("{} · {channel}", answer.language)
}

/// An answer as a visitor sees it.
pub(crate) fn reply(answer: &Reply) -> Markup {
    html! {
        div.bubble lang=(answer.language) {
            p.words { (answer.text) }
            @if !answer.buttons.is_empty() { (buttons(&answer.buttons)) }
        }
    }
}

/// The buttons below an answer, which do nothing here.
pub(crate) fn buttons(buttons: &[Button]) -> Markup {
    html! {
        ul.buttons {
            @for button in buttons {
                li { (button.title) @if let Press::Url(url) = &button.press { " " span.small { (url) } } }
            }
        }
    }
}

fn naming(shell: &Shell, whole: &WholeIntent, typed: Option<&Form>, trouble: &Trouble, at: &str) -> Markup {
    let intent = &whole.intent;
    let title = intent.title.as_ref().map(ToString::to_string).unwrap_or_default();
    let (name, title_typed) =
        typed.map_or((intent.name.as_str(), title.as_str()), |form| (form.get("name"), form.get("title")));
    html! {
        section aria-labelledby="naming" {
            h2 #naming { (w::NAMING) }
            form method="post" action=(at) {
                (shell.token())
                input type="hidden" name="version" value=(intent.version);
                (Field::line("name", w::NAME).hint(w::NAME_HINT).value(name).or(trouble).needed())
                (Field::line("title", w::TITLE).hint(w::TITLE_HINT).value(title_typed).or(trouble))
                button { (common::SAVE) }
            }
            @if typed.is_some() {
                aside.now aria-label=(common::NOW) { h3 { (common::NOW) } p { strong { (intent.name) } " " (title) } }
            }
            p { a.danger href={ (at) "/delete" } { (w::DELETE_INTENT) } }
        }
    }
}

/// Asks whether it shall really go.
pub(crate) async fn ask_delete(Allowed(permit): Allowed<EditDraft>, house: House, at: At) -> Answer {
    deleting(&house, &permit, &at, &Trouble::default()).await
}

/// Deletes it.
pub(crate) async fn delete(Allowed(permit): Allowed<EditDraft>, house: House, at: At, form: Form) -> Answer {
    let (key, id) = &*at;
    let delete = async |work: &Work<'_>| intent::delete(work, &permit, key, *id, form.version()).await;
    match house.act(permit.actor(), delete).await {
        Ok(()) => Ok(house.onward(&format!("{ROOT}/departments/{key}/intents"), Notices::good(w::DELETED))),
        Err(refusal) => deleting(&house, &permit, &at, &stale_or(refusal)?).await,
    }
}

async fn deleting(
    house: &House,
    permit: &Permit<EditDraft>,
    at: &(String, Id<id::Intent>),
    trouble: &Trouble,
) -> Answer {
    let look = async |tx: &Tx| {
        let whole = whole(tx, permit.actor(), at).await?;
        permit.over(whole.intent.department)?;
        Ok(whole)
    };
    let (shell, whole) = house.look(permit.actor(), look).await?;
    let name = whole.intent.name.as_str();
    let body = html! {
        (trouble.summary(&[]))
        p.lead { (w::really_delete(name, &count(whole.phrases.len(), common::PHRASES), &count(whole.answers.len(), common::ANSWERS))) }
        p { (w::DELETE_MEANS) }
        form.actions method="post" {
            (shell.token())
            input type="hidden" name="version" value=(whole.intent.version);
            button.danger { (w::DELETE_INTENT) }
            (button(&address(&at.0, at.1), common::KEEP))
        }
    };
    let department = shell.department(&at.0)?;
    Ok(shell.page_with(
        Place::Departments,
        w::DELETE_INTENT,
        trouble,
        &frame_of(&shell, department, w::INTENTS, w::DELETE_INTENT, &body),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_phrases_are_offered_in_the_language_of_most() {
        let phrase = |language: Option<&str>| Phrase {
            id: "phr_01jd0000007000g00000000001".parse().unwrap(),
            text: "x".to_owned(),
            language: language.map(str::to_owned),
        };
        assert_eq!(usual_language(&[phrase(Some("en")), phrase(Some("en")), phrase(Some("sv")), phrase(None)]), "en");
        assert_eq!(usual_language(&[phrase(None)]), "");
    }
}
