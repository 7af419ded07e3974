//! What the forms of a request's page do.

use actix_web::web::Path;
use guildhall_app::{Work, request};
use guildhall_domain::{
    Actor, Flaws, Id, Refusal, id,
    intent::{Answer as BotAnswer, NewPhrase},
    policy::{AcceptRequest, AnswerRequest, CommentRequest},
    request::{OfferedContent, OfferedPhrase, Remark, Where},
    text::{AnswerText, IntentName, Language, Note, PhraseText},
};

use super::page;
use crate::{
    ROOT,
    allowed::Allowed,
    form::Form,
    house::{Answer, House},
    shell::Notices,
    trouble::Trouble,
    words::request as w,
};

type Request = Path<Id<id::KnowledgeRequest>>;

/// Goes on to the page that says what was done, or shows what is wrong.
async fn done<T>(
    house: &House,
    actor: &Actor,
    id: Id<id::KnowledgeRequest>,
    form: &Form,
    outcome: Result<T, Refusal>,
    words: &str,
) -> Answer {
    match outcome {
        Ok(_) => Ok(house.onward(&format!("{ROOT}/knowledge-requests/{id}"), Notices::good(words))),
        Err(refusal) => page(house, actor, id, form, &Trouble::of(refusal)?).await,
    }
}

fn remark(form: &Form, name: &str) -> Result<Remark, Refusal> {
    let mut flaws = Flaws::default();
    let text = flaws.take(format!("/{name}"), Remark::parse(form.get(name)));
    flaws.settle(text)
}

/// Says that one has it.
pub(crate) async fn acknowledge(
    Allowed(permit): Allowed<AnswerRequest>,
    house: House,
    id: Request,
    form: Form,
) -> Answer {
    let deed = async |work: &Work<'_>| request::acknowledge(work, &permit, *id).await;
    let outcome = house.act(permit.actor(), deed).await;
    done(&house, permit.actor(), *id, &form, outcome, w::ACKNOWLEDGED).await
}

/// Answers.
pub(crate) async fn answer(Allowed(permit): Allowed<AnswerRequest>, house: House, id: Request, form: Form) -> Answer {
    let outcome = async {
        let text = form.given("text").map(|_| remark(&form, "text")).transpose()?;
        let content = content(&form)?;
        house
            .act(permit.actor(), async |work: &Work<'_>| request::answer(work, &permit, *id, (text, content)).await)
            .await
    };
    let outcome = outcome.await;
    done(&house, permit.actor(), *id, &form, outcome, w::ANSWERED).await
}

/// The content that the form holds, if it names a place for it.
fn content(form: &Form) -> Result<Option<OfferedContent>, Refusal> {
    let mut flaws = Flaws::default();
    let place = match form.get("intent") {
        "" => return Ok(None),
        "new" => flaws.take("/name", IntentName::parse(form.get("name"))).map(|name| Where::New { name, title: None }),
        id => {
            let known = id.parse().ok().map(Where::Intent);
            if known.is_none() {
                flaws.add("/intent", "invalid", "must be one of those listed");
            }
            known
        }
    };
    let language = flaws.take("/language", Language::parse(form.get("language")));
    let phrase = |line: &str| {
        let text = flaws.take("/phrases", PhraseText::parse(line))?;
        Some(OfferedPhrase { text, language: language.clone() })
    };
    let phrases: Vec<_> = form.lines("phrases").filter_map(phrase).collect();
    let mut answers = Vec::new();
    if let Some(text) = form.given("answer") {
        let text = flaws.take("/answer", AnswerText::parse(text));
        answers.extend(text.zip(language.clone()).map(|(text, language)| BotAnswer {
            language,
            channel: None,
            when: Vec::new(),
            text,
            buttons: Vec::new(),
        }));
    }
    if phrases.is_empty() && answers.is_empty() && flaws.is_empty() {
        flaws.add("/phrases", "empty", "must hold a phrase, where the bot replies nothing new");
    }
    flaws.settle(place).map(|place| Some(OfferedContent { place, phrases, answers }))
}

/// Asks the asker back.
pub(crate) async fn ask_back(Allowed(permit): Allowed<AnswerRequest>, house: House, id: Request, form: Form) -> Answer {
    let outcome = async {
        let question = remark(&form, "question")?;
        house.act(permit.actor(), async |work: &Work<'_>| request::ask_back(work, &permit, *id, question).await).await
    };
    let outcome = outcome.await;
    done(&house, permit.actor(), *id, &form, outcome, w::ASKED_BACK).await
}

/// Declines.
pub(crate) async fn decline(Allowed(permit): Allowed<AnswerRequest>, house: House, id: Request, form: Form) -> Answer {
    let outcome = async {
        let mut flaws = Flaws::default();
        let reason = flaws.take("/reason", Note::parse(form.get("reason")));
        let reason = flaws.settle(reason)?;
        house.act(permit.actor(), async |work: &Work<'_>| request::decline(work, &permit, *id, reason).await).await
    };
    let outcome = outcome.await;
    done(&house, permit.actor(), *id, &form, outcome, w::DECLINED).await
}

/// Gives it to somebody else.
pub(crate) async fn assign(Allowed(permit): Allowed<AnswerRequest>, house: House, id: Request, form: Form) -> Answer {
    let outcome = async {
        let flaw = |_| Refusal::flaw("/member", "invalid", "must be one of those listed");
        let member = form.given("member").map(|id| id.parse().map_err(flaw)).transpose()?;
        house.act(permit.actor(), async |work: &Work<'_>| request::assign(work, &permit, *id, member).await).await
    };
    let outcome = outcome.await;
    done(&house, permit.actor(), *id, &form, outcome, w::REASSIGNED).await
}

/// Hands it over to another department; whoever does may see it no more.
pub(crate) async fn hand_over(
    Allowed(permit): Allowed<AnswerRequest>,
    house: House,
    id: Request,
    form: Form,
) -> Answer {
    let outcome = async {
        let why = remark(&form, "reason")?;
        let deed = async |work: &Work<'_>| request::hand_over(work, &permit, *id, form.get("to"), why).await;
        house.act(permit.actor(), deed).await
    };
    match outcome.await {
        Ok(_) => Ok(house.onward(&format!("{ROOT}/inbox"), Notices::good(w::REASSIGNED))),
        Err(refusal) => page(&house, permit.actor(), *id, &form, &Trouble::of(refusal)?).await,
    }
}

/// Lets the accepted answer land in the draft.
pub(crate) async fn land(Allowed(permit): Allowed<AnswerRequest>, house: House, id: Request, form: Form) -> Answer {
    let outcome = async {
        let place = match content(&form)? {
            None => request::Place::default(),
            Some(OfferedContent { place, phrases, answers }) => request::Place {
                place: Some(place),
                phrases: Some(phrases.into_iter().map(NewPhrase::from).collect()),
                answers: Some(answers),
            },
        };
        house.act(permit.actor(), async |work: &Work<'_>| request::land(work, &permit, *id, place).await).await
    };
    let outcome = outcome.await;
    done(&house, permit.actor(), *id, &form, outcome, w::LANDED).await
}

/// The asker replies.
pub(crate) async fn reply(Allowed(permit): Allowed<AcceptRequest>, house: House, id: Request, form: Form) -> Answer {
    let outcome = async {
        let text = remark(&form, "text")?;
        house.act(permit.actor(), async |work: &Work<'_>| request::reply(work, &permit, *id, text).await).await
    };
    let outcome = outcome.await;
    done(&house, permit.actor(), *id, &form, outcome, w::REPLIED).await
}

/// The asker accepts.
pub(crate) async fn accept(Allowed(permit): Allowed<AcceptRequest>, house: House, id: Request, form: Form) -> Answer {
    let outcome = house.act(permit.actor(), async |work: &Work<'_>| request::accept(work, &permit, *id).await).await;
    done(&house, permit.actor(), *id, &form, outcome, w::ACCEPTED).await
}

/// The asker sends it back.
pub(crate) async fn reopen(Allowed(permit): Allowed<AcceptRequest>, house: House, id: Request, form: Form) -> Answer {
    let outcome = async {
        let why = remark(&form, "text")?;
        house.act(permit.actor(), async |work: &Work<'_>| request::reopen(work, &permit, *id, why).await).await
    };
    let outcome = outcome.await;
    done(&house, permit.actor(), *id, &form, outcome, w::REOPENED).await
}

/// Says something.
pub(crate) async fn say(Allowed(permit): Allowed<CommentRequest>, house: House, id: Request, form: Form) -> Answer {
    let outcome = async {
        let text = remark(&form, "text")?;
        house.act(permit.actor(), async |work: &Work<'_>| request::comment(work, &permit, *id, text).await).await
    };
    let outcome = outcome.await;
    done(&house, permit.actor(), *id, &form, outcome, w::SAID).await
}
