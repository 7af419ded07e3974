//! A department's intents: the list with its search, and adding one.

use actix_web::web::Path;
use guildhall_app::{IntentFilter, Tx, Work, intent};
use guildhall_domain::{
    Flaws, Permit, Refusal,
    intent::{Answer as Reply, NewIntent, NewPhrase, WholeIntent},
    policy::{EditDraft, ReadDraft},
    text::{AnswerText, IntentName, Language, PhraseText, Title},
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::{Allowed, may},
    asked::Asked,
    form::Form,
    house::{Answer, House},
    pages::department::{frame, frame_of},
    parts::{Field, count, nothing, onward_button, pager},
    reached,
    shell::{Notices, Place},
    trouble::Trouble,
    words::{self as common, content as w},
};

/// Lists them.
pub(crate) async fn list(Allowed(permit): Allowed<ReadDraft>, house: House, key: Path<String>, asked: Asked) -> Answer {
    let filter = IntentFilter { words: asked.get("q").map(str::to_owned), language: None };
    let list = async |tx: &Tx| intent::list(tx, &permit, &key, &filter, &asked.page()).await;
    let (shell, page) = house.look(permit.actor(), list).await?;
    let department = shell.department(&key)?;
    let at = format!("{ROOT}/departments/{key}/intents");
    let body = html! {
        div.head {
            form.search method="get" role="search" {
                (Field::search("q", w::SEARCH_INTENTS).value(asked.get("q").unwrap_or_default()))
                button { (common::SEARCH) }
            }
            @if may::<EditDraft>(&shell.actor, department.id) { (onward_button(&format!("{at}/new"), w::ADD_INTENT)) }
        }
        @if page.items.is_empty() {
            (nothing(if asked.get("q").is_some() { w::NO_INTENT_FOUND } else { w::NO_INTENTS }))
        } @else {
            (table(&at, &page.items))
        }
        (pager(&asked.pages(page.next)))
    };
    Ok(shell.page(Place::Departments, w::INTENTS, &frame(&shell, department, w::INTENTS, &body)))
}

fn table(at: &str, intents: &[WholeIntent]) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label=(w::INTENTS) {
            table {
                thead { tr { th scope="col" { (w::INTENT) } th scope="col" { (w::PHRASES) } th scope="col" { (w::ANSWERS) } } }
                tbody {
                    @for WholeIntent { intent, phrases, answers } in intents {
                        tr {
                            th scope="row" {
                                a href={ (at) "/" (intent.id) } { (intent.name) }
                                @if let Some(title) = &intent.title { p.small { (title) } }
                            }
                            td { (phrases.len()) @if phrases.is_empty() { " " span.lack { (w::NONE_YET) } } }
                            td {
                                @if answers.is_empty() { span.lack { (w::NONE_YET) } }
                                @else { (languages(answers)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn languages(answers: &[Reply]) -> String {
    let mut all: Vec<_> = answers.iter().map(|answer| answer.language.as_str()).collect();
    all.sort_unstable();
    all.dedup();
    all.join(", ")
}

const LABELS: [(&str, &str); 5] =
    [("name", w::NAME), ("title", w::TITLE), ("phrases", w::PHRASES), ("answer", w::ANSWER), ("language", w::LANGUAGE)];

/// Asks for a new one.
pub(crate) async fn ask(Allowed(permit): Allowed<EditDraft>, house: House, key: Path<String>) -> Answer {
    page(&house, &permit, &key, &Form::default(), &Trouble::default()).await
}

/// Makes it.
pub(crate) async fn create(Allowed(permit): Allowed<EditDraft>, house: House, key: Path<String>, form: Form) -> Answer {
    let made = async {
        let new = read(&form)?;
        house.act(permit.actor(), async |work: &Work<'_>| intent::create(work, &permit, &key, new).await).await
    };
    match made.await {
        Ok((made, warnings)) => {
            let said = w::added(made.intent.name.as_str(), &count(made.phrases.len(), common::PHRASES));
            let to = format!("{ROOT}/departments/{key}/intents/{}", made.intent.id);
            Ok(house.onward(&to, Notices::good(said).warning(warnings)))
        }
        Err(refusal) => page(&house, &permit, &key, &form, &Trouble::of(refusal)?).await,
    }
}

fn read(form: &Form) -> Result<NewIntent, Refusal> {
    let mut flaws = Flaws::default();
    let name = flaws.take("/name", IntentName::parse(form.get("name")));
    let title = form.given("title").and_then(|title| flaws.take("/title", Title::parse(title)));
    let language = flaws.take("/language", Language::parse(form.get("language")));
    let phrases = phrases(form, language.as_ref(), &mut flaws);
    let text = form.given("answer").and_then(|text| flaws.take("/answer", AnswerText::parse(text)));
    let answer =
        language.zip(text).map(|(language, text)| Reply { language, channel: None, text, buttons: Vec::new() });
    let answers = answer.into_iter().collect();
    flaws.settle(name.map(|name| NewIntent { name, title, phrases, answers }))
}

/// The phrases of a form, one in each line; what is wrong names its line.
pub(crate) fn phrases(form: &Form, language: Option<&Language>, flaws: &mut Flaws) -> Vec<NewPhrase> {
    let mut phrases = Vec::new();
    for (line, text) in form.lines("phrases").enumerate() {
        match PhraseText::parse(text) {
            Ok(text) => phrases.push(NewPhrase { text, language: language.cloned() }),
            Err(flaw) => flaws.add("/phrases", flaw.code(), w::in_line(line + 1, &flaw.to_string())),
        }
    }
    phrases
}

async fn page(house: &House, permit: &Permit<EditDraft>, key: &str, typed: &Form, trouble: &Trouble) -> Answer {
    let look = async |tx: &Tx| {
        let department = reached::department(tx, permit, key).await?;
        Ok((department, reached::own_language(tx, &house.app, permit.actor()).await?))
    };
    let (shell, (department, own)) = house.look(permit.actor(), look).await?;
    let language = typed.given("language").unwrap_or(own.as_str());
    let body = html! {
        (trouble.summary(&LABELS))
        form method="post" {
            (shell.token())
            (Field::line("name", w::NAME).hint(w::NAME_HINT).value(typed.get("name")).or(trouble).needed())
            (Field::line("title", w::TITLE).hint(w::TITLE_HINT).value(typed.get("title")).or(trouble))
            (Field::lines("phrases", w::PHRASES, 8).hint(w::PHRASES_HINT).value(typed.get("phrases")).language(language).or(trouble))
            (Field::lines("answer", w::ANSWER, 4).hint(w::ANSWER_HINT).value(typed.get("answer")).language(language).or(trouble))
            (Field::line("language", w::LANGUAGE).hint(w::LANGUAGE_HINT).value(language).or(trouble).needed())
            button.primary { (w::ADD_INTENT) }
        }
    };
    Ok(shell.page_with(
        Place::Departments,
        w::ADD_INTENT,
        trouble,
        &frame_of(&shell, &department, w::INTENTS, w::ADD_INTENT, &body),
    ))
}
