//! Departments: founding, changing, dissolving them, and giving and taking their roles.

use guildhall_domain::{
    Conflict, Id, Page, PageRequest, Permit, Refusal,
    actor::Role,
    department::{Department, Key, Membership},
    event::{Event, Kind},
    id,
    member::{may_give, may_take},
    policy::{Action, EditDepartment, FoundDepartment, GrantRole, ReadDepartments},
    text::{Name, Note},
};
use guildhall_persistence::{JobKind, OrTaken, Tx};
use serde_json::json;

use crate::{Work, notice::Notice, standing};

/// A department that is to be founded.
#[derive(Debug)]
pub struct NewDepartment {
    /// Its address, for ever.
    pub key: Key,
    /// Its name.
    pub name: Name,
    /// What it answers for.
    pub description: Option<Note>,
}

/// A change of a department; what is `None` stays.
#[derive(Debug, Default)]
pub struct DepartmentPatch {
    /// Another name.
    pub name: Option<Name>,
    /// Another description, or none any more.
    pub description: Option<Option<Note>>,
}

/// The department that a path names.
pub async fn named(tx: &Tx, key: &str) -> Result<Department, Refusal> {
    tx.departments().by_key(key).await?.ok_or(Refusal::NotFound)
}

/// The department that a body or a query names; one that is missing or unknown to who asks is a flaw of the request.
pub async fn referred<A: Action>(tx: &Tx, permit: &Permit<A>, key: &str, pointer: &str) -> Result<Department, Refusal> {
    let found = tx.departments().by_key(key).await?.filter(|department| permit.knows(department.id));
    found.ok_or_else(|| Refusal::flaw(pointer, "invalid-reference", "names no department"))
}

/// Founds a department.
pub async fn found(work: &Work<'_>, _: &Permit<FoundDepartment>, new: NewDepartment) -> Result<Department, Refusal> {
    let now = work.now();
    let department = Department {
        id: work.new_id()?,
        key: new.key,
        name: new.name,
        description: new.description,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    work.departments().add(&department).await.or_taken(Conflict::DepartmentKeyTaken)?;
    work.tell(Event::of(Kind::DepartmentFounded, &department.key).within(department.id))?;
    Ok(department)
}

/// A page of the departments that one may know.
pub async fn list(tx: &Tx, permit: &Permit<ReadDepartments>, page: &PageRequest) -> Result<Page<Department>, Refusal> {
    Ok(tx.departments().list(permit.reach(), page).await?)
}

/// Every department, in the order of their keys.
pub async fn all(tx: &Tx, _: &Permit<ReadDepartments>) -> Result<Vec<Department>, Refusal> {
    let mut all = tx.departments().all().await?;
    all.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(all)
}

/// A department.
pub async fn get(tx: &Tx, permit: &Permit<ReadDepartments>, key: &str) -> Result<Department, Refusal> {
    let department = named(tx, key).await?;
    permit.sees(department.id)?;
    Ok(department)
}

/// Changes a department's name and description.
pub async fn change(
    work: &Work<'_>,
    permit: &Permit<EditDepartment>,
    key: &str,
    version: i64,
    patch: DepartmentPatch,
) -> Result<Department, Refusal> {
    let mut department = named(work, key).await?;
    permit.over(department.id)?;
    patch.name.into_iter().for_each(|name| department.name = name);
    patch.description.into_iter().for_each(|description| department.description = description);
    department.updated_at = work.now();
    if !work.departments().change(&department, version).await? {
        return Err(Refusal::stale(department.version));
    }
    work.tell(Event::of(Kind::DepartmentChanged, &department.key).within(department.id))?;
    work.notify(Notice::BotChanged(work.scope().tenant()))?;
    named(work, key).await
}

/// Dissolves a department. Its draft must be empty, or goes whole to another department's draft; what it has live ends
/// with the next build, which is asked for here.
pub async fn dissolve(
    work: &Work<'_>,
    permit: &Permit<FoundDepartment>,
    key: &str,
    version: i64,
    heir: Option<&str>,
) -> Result<(), Refusal> {
    let department = work.departments().lock_by_key(key).await?.ok_or(Refusal::NotFound)?;
    permit.over(department.id)?;
    if department.version != version {
        return Err(Refusal::stale(department.version));
    }
    if work.intents().any(department.id).await? {
        let heir = heir.ok_or(Conflict::DepartmentNotEmpty)?;
        let heir = referred(work, permit, heir, "/move_content_to").await?;
        if heir.id == department.id {
            return Err(Conflict::DepartmentNotEmpty.into());
        }
        work.intents().move_all(department.id, heir.id, work.now()).await.or_taken(Conflict::IntentNameTaken)?;
        work.kept().move_all(department.id, heir.id).await?;
    }
    work.departments().dissolve(department.id, work.now()).await?;
    let event = Event::of(Kind::DepartmentDissolved, &department.key).within(department.id);
    work.tell(event.with(json!({ "heir": heir })))?;
    work.enqueue(work.new_id::<()>()?.uuid(), JobKind::Build, "", work.now()).await?;
    work.notify(Notice::WorkWaits(work.scope().tenant()))
}

/// Who belongs to a department.
pub async fn members(
    tx: &Tx,
    permit: &Permit<ReadDepartments>,
    key: &str,
    page: &PageRequest,
) -> Result<Page<Membership>, Refusal> {
    let department = get(tx, permit, key).await?;
    Ok(tx.departments().memberships(department.id, page).await?)
}

/// Gives a member a role in a department, in place of the one held there before.
pub async fn give(
    work: &Work<'_>,
    permit: &Permit<GrantRole>,
    key: &str,
    member: Id<id::Member>,
    role: Role,
) -> Result<Membership, Refusal> {
    let department = work.departments().lock_by_key(key).await?.ok_or(Refusal::NotFound)?;
    let owners = work.members().owners(department.id).await?;
    may_give(permit.at_home(department.id), permit.reach(), role, owners > 0)?;
    work.members().lock(member).await?;
    let who = standing::here(work, member).await?;
    let before = work.members().give(department.id, member, role, work.now()).await?;
    if before == Some(Role::Owner) && role != Role::Owner {
        keep_an_owner(work, department.id).await?;
    }
    if before.is_some_and(|before| before != role) {
        work.members().raise_epoch(member).await?;
    }
    let event = Event::of(Kind::RoleGiven, member).within(department.id);
    work.tell(event.with(json!({ "role": role.name(), "before": before.map(Role::name) })))?;
    Ok(Membership { member, name: who.name, role, created_at: work.now(), updated_at: work.now() })
}

/// Takes a member's role in a department, as its owner; their older access tokens die.
pub async fn take(
    work: &Work<'_>,
    permit: &Permit<GrantRole>,
    key: &str,
    member: Id<id::Member>,
) -> Result<(), Refusal> {
    let department = work.departments().lock_by_key(key).await?.ok_or(Refusal::NotFound)?;
    may_take(permit.at_home(department.id), permit.reach())?;
    work.members().lock(member).await?;
    let before = work.members().take(department.id, member).await?.ok_or(Refusal::NotFound)?;
    if before == Role::Owner {
        keep_an_owner(work, department.id).await?;
    }
    work.members().raise_epoch(member).await?;
    work.tell(Event::of(Kind::RoleTaken, member).within(department.id).with(json!({ "role": before.name() })))
}

/// Refuses when a department with content would be left without an owner who can come in.
pub(crate) async fn keep_an_owner(work: &Work<'_>, department: Id<id::Department>) -> Result<(), Refusal> {
    let left_alone = work.members().owners(department).await? == 0 && has_content(work, department).await?;
    if left_alone { Err(Conflict::LastOwner.into()) } else { Ok(()) }
}

/// Whether a department holds content: in its draft, or live.
async fn has_content(tx: &Tx, department: Id<id::Department>) -> Result<bool, Refusal> {
    let live = tx.builds().parts(tx.builds().bot().await?.current_build).await?;
    Ok(live.iter().any(|part| part.department == department) || tx.intents().any(department).await?)
}
