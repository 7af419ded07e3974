//! Phrases of an intent, added by lines and taken away one by one: two people never stand in each other's way.

use actix_web::web::Path;
use guildhall_app::{Work, intent};
use guildhall_domain::{Flaws, Id, Refusal, id, policy::EditDraft, text::Language};

use crate::{
    allowed::Allowed,
    form::Form,
    house::{Answer, House},
    pages::{
        intent::{At, Typed, address, page},
        intents::phrases,
    },
    parts::count,
    shell::Notices,
    trouble::Trouble,
    words::{self as common, content as w},
};

/// Adds some.
pub(crate) async fn add(Allowed(permit): Allowed<EditDraft>, house: House, at: At, form: Form) -> Answer {
    let (key, id) = &*at;
    let added = async {
        let offered = read(&form)?;
        let add = async |work: &Work<'_>| intent::add_phrases(work, &permit, key, *id, offered).await;
        house.act(permit.actor(), add).await
    };
    match added.await {
        Ok((added, warnings)) => {
            let said = w::phrases_added(&count(added.len(), common::PHRASES));
            Ok(house.onward(&format!("{}#said", address(key, *id)), Notices::good(said).warning(warnings)))
        }
        Err(refusal) => {
            let trouble = Trouble::of(refusal)?;
            page(&house, permit.actor(), &at, &Typed { name: None, phrases: Some(&form) }, &trouble).await
        }
    }
}

fn read(form: &Form) -> Result<Vec<guildhall_domain::intent::NewPhrase>, Refusal> {
    let mut flaws = Flaws::default();
    let language = form.given("language").and_then(|tag| flaws.take("/language", Language::parse(tag)));
    let offered = phrases(form, language.as_ref(), &mut flaws);
    if form.lines("phrases").next().is_none() {
        flaws.add("/phrases", "empty", w::NO_PHRASE);
    }
    flaws.settle(Some(offered))
}

/// Takes one away.
pub(crate) async fn delete(
    Allowed(permit): Allowed<EditDraft>,
    house: House,
    at: Path<(String, Id<id::Intent>, Id<id::Phrase>)>,
    _: Form,
) -> Answer {
    let (key, id, phrase) = &*at;
    let delete = async |work: &Work<'_>| intent::delete_phrase(work, &permit, key, *id, *phrase).await;
    house.act(permit.actor(), delete).await?;
    Ok(house.onward(&format!("{}#said", address(key, *id)), Notices::good(w::PHRASE_DELETED)))
}
