//! What several pages look up: a department within a permit's reach, the bot's own language, who is called what.

use std::collections::{HashMap, hash_map::Entry};

use guildhall_app::{App, Tx, bot, department, member};
use guildhall_domain::{
    Actor, Id, Permit, Refusal,
    department::Department,
    id,
    policy::{self, ReadDepartments, ReadLive, ReadMembers},
    text::Language,
};

/// The department of this key, within the permit's reach; every member knows which departments there are.
pub(crate) async fn department<A>(tx: &Tx, permit: &Permit<A>, key: &str) -> Result<Department, Refusal>
where
    A: policy::Action,
{
    let found = department::get(tx, &policy::judge::<ReadDepartments>(permit.actor())?, key).await?;
    permit.over(found.id)?;
    Ok(found)
}

/// The language of answers that miss a translation.
pub(crate) async fn own_language(tx: &Tx, app: &App, actor: &Actor) -> Result<Language, Refusal> {
    Ok(bot::get(tx, &policy::judge::<ReadLive>(actor)?, app).await?.0.settings.language)
}

/// How members are called; one who is gone has no name.
pub(crate) async fn names(
    tx: &Tx,
    actor: &Actor,
    members: impl IntoIterator<Item = Id<id::Member>>,
) -> Result<HashMap<Id<id::Member>, String>, Refusal> {
    let permit = policy::judge::<ReadMembers>(actor)?;
    let mut names = HashMap::new();
    for id in members {
        if let Entry::Vacant(place) = names.entry(id) {
            let found = member::get(tx, &permit, id).await;
            place.insert(found.map_or_else(|_| String::new(), |of| of.member.name.into()));
        }
    }
    Ok(names)
}
