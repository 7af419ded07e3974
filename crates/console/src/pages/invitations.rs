//! Inviting people, and the invitations that stand. Without e-mail the inviter hands the link over.

use actix_web::web::Path;
use guildhall_app::{
    Tx, Work,
    invitation::{self, Invited, NewInvitation},
};
use guildhall_domain::{
    Flaws, Id, Moment, Permit, Refusal,
    actor::Role,
    id,
    invitation::Invitation,
    member::Email,
    policy::Invite,
    text::{Name, TextFlaw},
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::{Allowed, may},
    asked::Asked,
    form::Form,
    house::{Answer, House},
    parts::{Field, badge, moment, nothing, pager, trail},
    shell::{Notices, Place, Shell},
    site,
    trouble::Trouble,
    words::people as w,
};

const LABELS: [(&str, &str); 5] = [
    ("email", w::EMAIL),
    ("name", w::NAME),
    ("department", w::DEPARTMENT),
    ("role", w::ROLE),
    ("tenant_role", w::TENANT_ROLE),
];

/// Shows the form and what stands.
pub(crate) async fn list(Allowed(permit): Allowed<Invite>, house: House, asked: Asked) -> Answer {
    page(&house, &permit, &asked, &Form::default(), None, &Trouble::default()).await
}

/// Invites somebody; their link is shown this once.
pub(crate) async fn invite(Allowed(permit): Allowed<Invite>, house: House, asked: Asked, form: Form) -> Answer {
    let invited = async {
        let new = read(&form)?;
        house.act(permit.actor(), async |work: &Work<'_>| invitation::create(work, &permit, new).await).await
    };
    match invited.await {
        Ok(Invited { invitation, token }) => {
            let link = token.map(|token| {
                let token: String = form_urlencoded::byte_serialize(token.text().as_bytes()).collect();
                format!("{}{ROOT}/invitation?token={token}", site::base(&house.request))
            });
            let made = (invitation.email.to_string(), link);
            page(&house, &permit, &asked, &Form::default(), Some(made), &Trouble::default()).await
        }
        Err(refusal) => page(&house, &permit, &asked, &form, None, &Trouble::of(refusal)?).await,
    }
}

fn read(form: &Form) -> Result<NewInvitation, Refusal> {
    let mut flaws = Flaws::default();
    let email = flaws.take("/email", Email::parse(form.get("email")));
    let name = form.given("name").and_then(|name| flaws.take("/name", Name::parse(name)));
    let tenant_role = match form.get("tenant_role") {
        "leader" => Role::Leader,
        "executive" => Role::Executive,
        _ => Role::Member,
    };
    let role = Role::named(form.get("role")).filter(|role| Role::OF_DEPARTMENT.contains(role));
    let department = match (form.given("department"), role) {
        (Some(key), Some(role)) => Some((key.to_owned(), role)),
        (Some(_), None) => flaws.take("/role", Err(TextFlaw::Form(w::CHOOSE_ROLE))),
        (None, _) => None,
    };
    flaws.settle(email.map(|email| NewInvitation { email, name, tenant_role, department }))
}

/// Takes one back.
pub(crate) async fn revoke(
    Allowed(permit): Allowed<Invite>,
    house: House,
    id: Path<Id<id::Invitation>>,
    _: Form,
) -> Answer {
    house.act(permit.actor(), async |work: &Work<'_>| invitation::revoke(work, &permit, *id).await).await?;
    Ok(house.onward(&format!("{ROOT}/invitations"), Notices::good(w::REVOKED)))
}

async fn page(
    house: &House,
    permit: &Permit<Invite>,
    asked: &Asked,
    typed: &Form,
    made: Option<(String, Option<String>)>,
    trouble: &Trouble,
) -> Answer {
    let look = async |tx: &Tx| invitation::list(tx, permit, &asked.page()).await;
    let (shell, page) = house.look(permit.actor(), look).await?;
    let now = house.app.now();
    let body = html! {
        (trail(&[(&format!("{ROOT}/people"), w::PEOPLE)]))
        h1 { (w::INVITE) }
        @if let Some((email, link)) = &made {
            div.said.link role="status" {
                h2 { (w::invited(email)) }
                @if let Some(link) = link {
                    p { (w::HAND_OVER) }
                    p { code #invitation-link data-copy=(w::COPY) { (link) } }
                } @else { p { (w::LETTER) } }
            }
        }
        (trouble.summary(&LABELS))
        (fields(&shell, permit, asked, typed, trouble))
        section aria-labelledby="standing" {
            h2 #standing { (w::INVITATIONS) }
            @if page.items.is_empty() { (nothing(w::NO_INVITATIONS)) }
            ul.rows { @for of in &page.items { (row(&shell, of, now)) } }
            (pager(&asked.pages(page.next)))
        }
    };
    Ok(shell.page_with(Place::People, w::INVITE, trouble, &body))
}

fn fields(shell: &Shell, permit: &Permit<Invite>, asked: &Asked, typed: &Form, trouble: &Trouble) -> Markup {
    let everywhere = *permit.reach() == guildhall_domain::Reach::Tenant;
    let of = shell.departments.iter().filter(|department| may::<Invite>(&shell.actor, department.id));
    let mut departments: Vec<(&str, &str)> = if everywhere { vec![("", w::NO_DEPARTMENT)] } else { Vec::new() };
    departments.extend(of.map(|department| (department.key.as_str(), department.name.as_str())));
    let roles: Vec<_> = Role::OF_DEPARTMENT.iter().map(|role| (role.name(), w::role_meaning(*role))).collect();
    let department = typed.given("department").or(asked.get("department")).unwrap_or_default();
    html! {
        form method="post" action={ (ROOT) "/invitations" } {
            (shell.token())
            (Field::email("email", w::EMAIL).value(typed.get("email")).or(trouble).needed())
            (Field::line("name", w::NAME).hint(w::NAME_HINT).value(typed.get("name")).or(trouble))
            div.pair {
                (Field::choice("department", w::DEPARTMENT, &departments).value(department).or(trouble))
                (Field::choice("role", w::ROLE, &roles).value(typed.given("role").unwrap_or("editor")).or(trouble))
            }
            @if everywhere {
                (Field::choice("tenant_role", w::TENANT_ROLE, &w::TENANT_ROLES).value(typed.get("tenant_role")))
            }
            button.primary { (w::INVITE) }
        }
    }
}

fn row(shell: &Shell, of: &Invitation, now: Moment) -> Markup {
    let (kind, word) = w::standing(of, now);
    html! {
        li {
            div {
                strong { (of.email) } " " (badge(kind, word))
                p.small { (w::offers(of, &shell.departments)) }
                p.small { (w::UNTIL) " " (moment(of.expires_at)) }
            }
            @if of.open(now) {
                form method="post" action={ (ROOT) "/invitations/" (of.id) "/revoke" } {
                    (shell.token())
                    button.quiet aria-label={ (w::REVOKE) " " (of.email) } { (w::REVOKE) }
                }
            }
        }
    }
}
