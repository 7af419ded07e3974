//! Who belongs to a department, as what; its owners give and take the roles.

use actix_web::web::Path;
use guildhall_app::{MemberFilter, Tx, Work, department, member};
use guildhall_domain::{
    Actor, Flaws, Id, PageRequest, Refusal,
    actor::Role,
    department::{Department, Membership},
    id,
    member::Member,
    policy::{self, GrantRole, Invite, ReadDepartments, ReadMembers},
    text::TextFlaw,
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::{Allowed, may},
    asked::Asked,
    form::Form,
    house::{Answer, House},
    pages::department::frame,
    parts::{Field, button, nothing, pager},
    shell::{Notices, Place, Shell},
    trouble::Trouble,
    words::{department as d, people as w},
};

/// Lists them.
pub(crate) async fn list(
    Allowed(permit): Allowed<ReadDepartments>,
    house: House,
    key: Path<String>,
    asked: Asked,
) -> Answer {
    page(&house, permit.actor(), &key, &asked, &Form::default(), &Trouble::default()).await
}

/// Gives a member a role.
pub(crate) async fn give(
    Allowed(permit): Allowed<GrantRole>,
    house: House,
    key: Path<String>,
    asked: Asked,
    form: Form,
) -> Answer {
    let given = async {
        let mut flaws = Flaws::default();
        let member: Option<Id<id::Member>> = form.get("member").parse().ok();
        let member = member.or_else(|| flaws.take("/member", Err(TextFlaw::Form(w::CHOOSE_MEMBER))));
        let role = Role::named(form.get("role")).filter(|role| Role::OF_DEPARTMENT.contains(role));
        let role = role.or_else(|| flaws.take("/role", Err(TextFlaw::Form(w::CHOOSE_ROLE))));
        let (member, role) = flaws.settle(member.zip(role))?;
        house
            .act(permit.actor(), async |work: &Work<'_>| department::give(work, &permit, &key, member, role).await)
            .await
    };
    match given.await {
        Ok(given) => {
            let said = w::role_given(given.name.as_str(), given.role);
            Ok(house.onward(&format!("{ROOT}/departments/{key}/people"), Notices::good(said)))
        }
        Err(refusal) => page(&house, permit.actor(), &key, &asked, &form, &Trouble::of(refusal)?).await,
    }
}

/// Takes a member's role.
pub(crate) async fn take(
    Allowed(permit): Allowed<GrantRole>,
    house: House,
    at: Path<(String, Id<id::Member>)>,
    asked: Asked,
    _: Form,
) -> Answer {
    let (key, member) = &*at;
    match house.act(permit.actor(), async |work: &Work<'_>| department::take(work, &permit, key, *member).await).await {
        Ok(()) => Ok(house.onward(&format!("{ROOT}/departments/{key}/people"), Notices::good(w::ROLE_TAKEN))),
        Err(refusal) => page(&house, permit.actor(), key, &asked, &Form::default(), &Trouble::of(refusal)?).await,
    }
}

async fn page(house: &House, actor: &Actor, key: &str, asked: &Asked, typed: &Form, trouble: &Trouble) -> Answer {
    let look = async |tx: &Tx| {
        let read = policy::judge::<ReadDepartments>(actor)?;
        let members = department::members(tx, &read, key, &asked.page()).await?;
        let grants = policy::judge::<GrantRole>(actor).is_ok();
        Ok((members, if grants { everybody(tx, actor).await? } else { Vec::new() }))
    };
    let (shell, (members, everybody)) = house.look(actor, look).await?;
    let department = shell.department(key)?;
    let grants = may::<GrantRole>(actor, department.id);
    let takes = policy::judge::<GrantRole>(actor).is_ok_and(|permit| permit.at_home(department.id));
    let body = html! {
        (trouble.summary(&[("member", w::MEMBER), ("role", w::ROLE)]))
        @if may::<Invite>(actor, department.id) {
            p.actions { (button(&format!("{ROOT}/invitations?department={key}"), w::INVITE)) }
        }
        @if members.items.is_empty() { (nothing(w::NOBODY_HERE)) }
        ul.rows { @for of in &members.items { (row(&shell, department, of, takes)) } }
        (pager(&asked.pages(members.next)))
        @if grants { (giving(&shell, key, &everybody, typed, trouble)) }
    };
    Ok(shell.page_with(Place::Departments, d::PEOPLE, trouble, &frame(&shell, department, d::PEOPLE, &body)))
}

/// Everybody who may be given a role.
async fn everybody(tx: &Tx, actor: &Actor) -> Result<Vec<Member>, Refusal> {
    let permit = policy::judge::<ReadMembers>(actor)?;
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page =
            member::list(tx, &permit, &MemberFilter::default(), &PageRequest { limit: 200, after, filter: 0 }).await?;
        all.extend(page.items.into_iter().map(|of| of.member));
        after = page.next;
        if after.is_none() {
            all.sort_by(|one, other| one.name.cmp(&other.name));
            return Ok(all);
        }
    }
}

fn row(shell: &Shell, department: &Department, of: &Membership, takes: bool) -> Markup {
    html! {
        li {
            div { strong { (of.name) } p.small { (w::role(of.role)) } }
            @if takes {
                form method="post" action={ (ROOT) "/departments/" (department.key) "/people/" (of.member) "/take" } {
                    (shell.token())
                    button.quiet aria-label=(w::take_from(of.name.as_str())) { (w::TAKE) }
                }
            }
        }
    }
}

fn giving(shell: &Shell, key: &str, everybody: &[Member], typed: &Form, trouble: &Trouble) -> Markup {
    let ids: Vec<_> = everybody.iter().map(|member| member.id.to_string()).collect();
    let mut members: Vec<(&str, &str)> = vec![("", w::CHOOSE)];
    members.extend(ids.iter().zip(everybody).map(|(id, member)| (id.as_str(), member.name.as_str())));
    let roles: Vec<_> = Role::OF_DEPARTMENT.iter().map(|role| (role.name(), w::role_meaning(*role))).collect();
    html! {
        section aria-labelledby="give" {
            h2 #give { (w::GIVE) }
            p.hint { (w::GIVE_HINT) }
            form method="post" action={ (ROOT) "/departments/" (key) "/people" } {
                (shell.token())
                div.pair {
                    (Field::choice("member", w::MEMBER, &members).value(typed.get("member")).or(trouble).needed())
                    (Field::choice("role", w::ROLE, &roles).value(typed.given("role").unwrap_or("editor")).or(trouble).needed())
                }
                button { (w::GIVE) }
            }
        }
    }
}
