//! Everybody who asks: each role of the first company, its public side, and those whom nobody knows any more.

use guildhall_domain::{
    actor::Role,
    api_key::scopes,
    policy::{Extent, TABLE},
    tenant::State,
};
use serde_json::json;

use crate::house::{Client, Company, House, Person, program};

/// What a key was made for.
#[derive(Clone)]
pub(super) struct Bounds {
    /// Its scopes.
    pub(super) scopes: Vec<&'static str>,
    /// Its department; every one without it.
    pub(super) department: Option<usize>,
}

/// Somebody who asks.
pub(super) struct Principal {
    /// What they are.
    pub(super) name: &'static str,
    /// Speaks for them.
    pub(super) client: Client,
    /// Whether their credential is good.
    pub(super) proven: bool,
    /// What they hold, in which department of the first company; of a key, what its maker holds.
    pub(super) grants: Vec<(Role, Option<usize>)>,
    /// What a key may use of it.
    pub(super) bounds: Option<Bounds>,
    /// The member that they are.
    pub(super) person: Option<Person>,
}

impl Principal {
    fn member(name: &'static str, person: &Person, also: Option<(Role, Option<usize>)>) -> Self {
        let grants = [(Role::Member, None)].into_iter().chain(also).collect();
        Self { name, client: person.client.clone(), proven: true, grants, bounds: None, person: Some(person.clone()) }
    }

    fn public(name: &'static str, client: &Client, role: Role) -> Self {
        Self { name, client: client.clone(), proven: true, grants: vec![(role, None)], bounds: None, person: None }
    }

    /// A program, made by a person who holds this beside the membership.
    fn program(
        name: &'static str,
        house: &House,
        (maker, also): (&Person, (Role, Option<usize>)),
        company: &Company,
        bounds: Bounds,
    ) -> Self {
        let departments = bounds.department.map_or("*", |at| company.departments[at].key.as_str());
        let key = program(maker, &bounds.scopes, &[departments]);
        Self {
            name,
            client: house.bearer(key["secret"].as_str().unwrap()),
            proven: true,
            grants: vec![(Role::Member, None), also],
            bounds: Some(bounds),
            person: None,
        }
    }

    fn nobody(name: &'static str, client: &Client) -> Self {
        Self { name, client: client.clone(), proven: false, grants: Vec::new(), bounds: None, person: None }
    }
}

/// The whole cast.
pub(super) fn cast(house: &House, company: &Company) -> Vec<Principal> {
    let [first, second] = &company.departments;
    let of = |name, person, role, at| Principal::member(name, person, Some((role, at)));
    vec![
        of("leader", &company.leader, Role::Leader, None),
        of("executive", &company.executive, Role::Executive, None),
        of("owner of the first", &first.owner, Role::Owner, Some(0)),
        of("owner of the second", &second.owner, Role::Owner, Some(1)),
        of("reviewer", &first.reviewer, Role::Reviewer, Some(0)),
        of("editor of the first", &first.editor, Role::Editor, Some(0)),
        of("editor of the second", &second.editor, Role::Editor, Some(1)),
        of("agent", &first.agent, Role::Agent, Some(0)),
        of("viewer", &first.viewer, Role::Viewer, Some(0)),
        Principal::member("plain member", &company.member, None),
        Principal::program(
            "leader's program",
            house,
            (&company.leader, (Role::Leader, None)),
            company,
            Bounds { scopes: scopes().filter(|scope| held_by_leader(scope)).collect(), department: None },
        ),
        Principal::program(
            "leader's program for the first",
            house,
            (&company.leader, (Role::Leader, None)),
            company,
            Bounds {
                scopes: vec!["department.read", "draft.read", "release.read", "conversation.read", "live.read"],
                department: Some(0),
            },
        ),
        Principal::program(
            "owner's program",
            house,
            (&first.owner, (Role::Owner, Some(0))),
            company,
            Bounds {
                scopes: vec!["draft.read", "draft.edit", "release.publish", "live.read", "member.invite"],
                department: None,
            },
        ),
        Principal::program(
            "reading program",
            house,
            (&second.owner, (Role::Owner, Some(1))),
            company,
            Bounds { scopes: vec!["draft.read"], department: Some(1) },
        ),
        Principal::public("channel", &house.bearer(company.key()), Role::Channel),
        Principal::public("visitor", &company.visitors[0].client, Role::Visitor),
        Principal::nobody("stranger", house.stranger()),
        Principal::nobody("garbage", &house.bearer("eyJhbGciOiJub25lIn0.e30.")),
        Principal::nobody("revoked program", &revoked(house, &company.leader)),
        Principal::nobody("signed out", &signed_out(house, &company.leader)),
        Principal::nobody("role lowered", &lowered(house, company)),
        Principal::nobody("suspended", &suspended(house)),
    ]
}

/// Whether the leader holds it in the whole company.
fn held_by_leader(scope: &str) -> bool {
    let reach =
        |role: Role, extents: &[Extent; 10]| extents[Role::ALL.iter().position(|other| *other == role).unwrap()];
    let whole = |extents| [Role::Leader, Role::Member].iter().any(|role| reach(*role, extents) == Extent::Tenant);
    TABLE.iter().any(|(name, extents)| *name == scope && whole(extents))
}

fn revoked(house: &House, leader: &Person) -> Client {
    let key = program(leader, &["live.read"], &["*"]);
    leader.client.delete(&format!("/v1/api-keys/{}", key["api_key"]["id"].as_str().unwrap())).is(204);
    house.bearer(key["secret"].as_str().unwrap())
}

fn signed_out(house: &House, leader: &Person) -> Client {
    let client = leader.sign_in(house).client;
    client.delete("/v1/sessions/current").is(204);
    client
}

/// Whose role was taken: tokens from before are dead.
fn lowered(house: &House, company: &Company) -> Client {
    let first = &company.departments[0];
    let person = first.owner.bring(house, &json!({ "department": first.key, "role": "editor" }));
    first.owner.client.delete(&first.path(&format!("members/{}", person.id))).is(204);
    person.client
}

fn suspended(house: &House) -> Client {
    let leader = Person::sign_up(house, "Gone Fishing");
    let slug = leader.slug.clone();
    let found = house
        .within(|app| async move { app.store.set_tenant_state(&slug, State::Suspended, app.now()).await.unwrap() });
    assert!(found);
    leader.client
}
