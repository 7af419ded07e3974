//! One answer of an intent: its words, its buttons, for which language and channel it is.

use actix_web::web::Path;
use guildhall_app::{Tx, Work, intent};
use guildhall_domain::{
    Flaws, Id, Permit, Refusal, id,
    intent::{Answer as Reply, Button, IntentPatch, MOST_BUTTONS, Press, WholeIntent},
    policy::EditDraft,
    text::{AnswerText, Language, Payload, Title, web_address},
};
use maud::{Markup, html};

use crate::{
    allowed::Allowed,
    form::Form,
    house::{Answer, House},
    pages::{
        department::frame_of,
        intent::{address, answer_name, reply, stale_or, whole},
    },
    parts::{Field, button, trail},
    reached,
    shell::{Notices, Place},
    trouble::Trouble,
    words::{self as common, content as w},
};

/// Where an answer lies; `new` is one that is to be added.
type At = Path<(String, Id<id::Intent>, String)>;

/// How many empty rows for buttons a page offers.
const SPARE: usize = 2;

/// What is in the fields: what is there, or what was typed.
struct Fields {
    text: String,
    language: String,
    channel: String,
    buttons: Vec<[String; 2]>,
}

impl Fields {
    fn of(answer: Option<&Reply>, own: &Language) -> Self {
        let Some(answer) = answer else {
            let (text, channel) = Default::default();
            return Self { text, language: own.to_string(), channel, buttons: Vec::new() };
        };
        let press = |press: &Press| match press {
            Press::Payload(words) | Press::Url(words) => words.clone(),
        };
        Self {
            text: answer.text.to_string(),
            language: answer.language.to_string(),
            channel: answer.channel.clone().unwrap_or_default(),
            buttons: answer.buttons.iter().map(|button| [button.title.clone(), press(&button.press)]).collect(),
        }
    }

    fn typed(form: &Form) -> Self {
        let row = |at: usize| ["title", "press"].map(|field| form.get(&format!("buttons-{at}-{field}")).to_owned());
        let rows = (0..MOST_BUTTONS).map(row).filter(|row| row.iter().any(|field| !field.trim().is_empty()));
        let text = |name: &str| form.get(name).to_owned();
        Self { text: text("text"), language: text("language"), channel: text("channel"), buttons: rows.collect() }
    }

    fn parse(&self) -> Result<Reply, Refusal> {
        let mut flaws = Flaws::default();
        let text = flaws.take("/text", AnswerText::parse(&self.text));
        let language = flaws.take("/language", Language::parse(&self.language));
        let channel = Some(self.channel.clone()).filter(|channel| channel == "web");
        let mut buttons = Vec::new();
        for (at, [title, press]) in self.buttons.iter().enumerate() {
            let title = flaws.take(format!("/buttons/{at}/title"), Title::parse(title));
            let at = format!("/buttons/{at}/press");
            let press = if press.trim().contains("://") {
                flaws.take(at, web_address(press.trim())).map(Press::Url)
            } else {
                flaws.take(at, Payload::parse(press)).map(|words| Press::Payload(words.into()))
            };
            buttons.extend(title.zip(press).map(|(title, press)| Button { title: title.into(), press }));
        }
        flaws.settle(text.zip(language).map(|(text, language)| Reply { language, channel, text, buttons }))
    }
}

/// Shows its fields.
pub(crate) async fn ask(Allowed(permit): Allowed<EditDraft>, house: House, at: At) -> Answer {
    page(&house, &permit, &at, None, &Trouble::default()).await
}

/// Saves it, or takes it away.
pub(crate) async fn save(Allowed(permit): Allowed<EditDraft>, house: House, at: At, form: Form) -> Answer {
    let (key, id, name) = &*at;
    let fields = Fields::typed(&form);
    let goes = form.given("delete").is_some();
    let saved = async {
        let new = if goes { None } else { Some(fields.parse()?) };
        let save = async |work: &Work<'_>| {
            let before = intent::get(work, &guildhall_domain::policy::judge(permit.actor())?, key, *id).await?;
            let patch = IntentPatch { answers: Some(replaced(before, name, new)?), ..IntentPatch::default() };
            intent::change(work, &permit, key, *id, form.version(), patch).await
        };
        house.act(permit.actor(), save).await
    };
    match saved.await {
        Ok(_) => {
            let said = if goes { w::ANSWER_DELETED } else { w::ANSWER_SAVED };
            Ok(house.onward(&format!("{}#replied", address(key, *id)), Notices::good(said)))
        }
        Err(refusal) => page(&house, &permit, &at, Some(fields), &stale_or(refusal)?).await,
    }
}

/// All answers from now on: the new one in the place of the named one, which must be there.
fn replaced(before: WholeIntent, name: &str, new: Option<Reply>) -> Result<Vec<Reply>, Refusal> {
    let (named, mut others): (Vec<_>, Vec<_>) =
        before.answers.into_iter().partition(|answer| answer_name(answer) == name);
    if named.is_empty() && name != "new" {
        return Err(Refusal::NotFound);
    }
    if let Some(new) = new {
        if others.iter().any(|other| other.language == new.language && other.channel == new.channel) {
            return Err(Refusal::flaw("/language", "duplicate", w::ANSWER_IS_THERE));
        }
        others.push(new);
    }
    Ok(others)
}

async fn page(
    house: &House,
    permit: &Permit<EditDraft>,
    at: &(String, Id<id::Intent>, String),
    typed: Option<Fields>,
    trouble: &Trouble,
) -> Answer {
    let (key, id, name) = at;
    let look = async |tx: &Tx| {
        let whole = whole(tx, permit.actor(), &(key.clone(), *id)).await?;
        permit.over(whole.intent.department)?;
        Ok((whole, reached::own_language(tx, &house.app, permit.actor()).await?))
    };
    let (shell, (whole, own)) = house.look(permit.actor(), look).await?;
    let there = whole.answers.iter().find(|answer| answer_name(answer) == *name);
    if there.is_none() && name != "new" && typed.is_none() {
        return Err(Refusal::NotFound.into());
    }
    let again = typed.is_some();
    let fields = typed.unwrap_or_else(|| Fields::of(there, &own));
    let title = if name == "new" { w::ADD_ANSWER } else { w::EDIT_ANSWER };
    let body = html! {
        (trail(&[(&address(key, *id), whole.intent.name.as_str())]))
        (trouble.summary(&[("text", w::ANSWER), ("language", w::LANGUAGE)]))
        form method="post" {
            (shell.token())
            input type="hidden" name="version" value=(whole.intent.version);
            (Field::lines("text", w::ANSWER, 6).hint(w::ANSWER_HINT).value(&fields.text).language(&fields.language).or(trouble).needed())
            (Field::line("language", w::LANGUAGE).hint(w::LANGUAGE_HINT).value(&fields.language).or(trouble).needed())
            (Field::choice("channel", w::WHERE, &w::CHANNELS).value(&fields.channel))
            (rows(&fields, trouble))
            p.actions {
                button.primary { (common::SAVE) }
                (button(&address(key, *id), common::KEEP))
                @if name != "new" { button.danger name="delete" value="yes" formnovalidate { (w::DELETE_ANSWER) } }
            }
        }
        @if again && let Some(there) = there {
            aside.now aria-label=(common::NOW) { h3 { (common::NOW) } (reply(there)) }
        }
    };
    let department = shell.department(key)?;
    Ok(shell.page_with(Place::Departments, title, trouble, &frame_of(&shell, department, w::INTENTS, title, &body)))
}

fn rows(fields: &Fields, trouble: &Trouble) -> Markup {
    let shown = (fields.buttons.len() + SPARE).min(MOST_BUTTONS);
    html! {
        fieldset {
            legend { (w::BUTTONS) " " span.optional { (common::OPTIONAL) } }
            p.hint { (w::BUTTONS_HINT) }
            @for at in 0..shown {
                @let [title, press] = fields.buttons.get(at).cloned().unwrap_or_default();
                div.pair {
                    (Field::line(&format!("buttons-{at}-title"), &w::button_label(at + 1)).value(&title).or(trouble))
                    (Field::line(&format!("buttons-{at}-press"), &w::button_press(at + 1)).value(&press).or(trouble))
                }
            }
        }
    }
}
