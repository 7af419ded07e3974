//! Everybody who asks: each role of the first company, its public side, and those whom nobody knows any more.

use guildhall_domain::{actor::Role, tenant::State};
use serde_json::json;

use crate::house::{Client, Company, House, Person};

/// Somebody who asks.
pub(super) struct Principal {
    /// What they are.
    pub(super) name: &'static str,
    /// Speaks for them.
    pub(super) client: Client,
    /// Whether their credential is good.
    pub(super) proven: bool,
    /// What they hold, in which department of the first company.
    pub(super) grants: Vec<(Role, Option<usize>)>,
    /// The member that they are.
    pub(super) person: Option<Person>,
}

impl Principal {
    fn member(name: &'static str, person: &Person, also: Option<(Role, Option<usize>)>) -> Self {
        let grants = [(Role::Member, None)].into_iter().chain(also).collect();
        Self { name, client: person.client.clone(), proven: true, grants, person: Some(person.clone()) }
    }

    fn public(name: &'static str, client: &Client, role: Role) -> Self {
        Self { name, client: client.clone(), proven: true, grants: vec![(role, None)], person: None }
    }

    fn nobody(name: &'static str, client: &Client) -> Self {
        Self { name, client: client.clone(), proven: false, grants: Vec::new(), person: None }
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
        Principal::public("channel", &house.bearer(company.key()), Role::Channel),
        Principal::public("visitor", &company.visitors[0].client, Role::Visitor),
        Principal::nobody("stranger", house.stranger()),
        Principal::nobody("garbage", &house.bearer("eyJhbGciOiJub25lIn0.e30.")),
        Principal::nobody("signed out", &signed_out(house, &company.leader)),
        Principal::nobody("role lowered", &lowered(house, company)),
        Principal::nobody("suspended", &suspended(house)),
    ]
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
