//! One's own account: who one is, one's password, one's sessions.

use actix_web::web::Path;
use guildhall_app::{Tx, Work, member, session};
use guildhall_domain::{Actor, Id, Permit, Refusal, Who, id, member::Member, policy::KeepAccount, session::Session};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::Allowed,
    door,
    form::Form,
    house::{Answer, House},
    parts::{Field, badge, moment},
    shell::{Notices, Place, Shell},
    trouble::Trouble,
    words::{account as w, people},
};

/// Shows it.
pub(crate) async fn show(Allowed(permit): Allowed<KeepAccount>, house: House) -> Answer {
    page(&house, &permit, &Trouble::default()).await
}

/// Changes the password, and ends every other session.
pub(crate) async fn change_password(Allowed(permit): Allowed<KeepAccount>, house: House, form: Form) -> Answer {
    let changed = async {
        if form.get("new_password") != form.get("again") {
            return Err(Refusal::flaw("/again", "differs", w::DIFFERS));
        }
        let hash = house.app.new_password(&permit, form.get("new_password")).await?;
        house.app.prove_again(&permit, form.get("current_password"), &house.client()).await?;
        house.act(permit.actor(), async |work: &Work<'_>| member::set_password(work, &permit, &hash).await).await
    };
    match changed.await {
        Ok(()) => Ok(house.onward(&format!("{ROOT}/account"), Notices::good(w::PASSWORD_CHANGED))),
        Err(refusal) => page(&house, &permit, &Trouble::of(refusal)?).await,
    }
}

/// Ends one of one's own sessions.
pub(crate) async fn end_session(
    Allowed(permit): Allowed<KeepAccount>,
    house: House,
    session: Path<Id<id::Session>>,
    _: Form,
) -> Answer {
    end(&house, &permit, *session).await?;
    if is_current(permit.actor(), *session) {
        return Ok(door::onward(&format!("{ROOT}/sign-in"), [door::ended(&house.request)]));
    }
    Ok(house.onward(&format!("{ROOT}/account"), Notices::good(w::SESSION_ENDED)))
}

/// Signs out.
pub(crate) async fn sign_out(Allowed(permit): Allowed<KeepAccount>, house: House, _: Form) -> Answer {
    let Who::Member { session, .. } = permit.actor().who else { return Err(Refusal::NotFound.into()) };
    end(&house, &permit, session).await?;
    Ok(door::onward(&format!("{ROOT}/sign-in"), [door::ended(&house.request)]))
}

async fn end(house: &House, permit: &Permit<KeepAccount>, session: Id<id::Session>) -> Result<(), Refusal> {
    house.act(permit.actor(), async |work: &Work<'_>| session::end(work, permit, session).await).await
}

fn is_current(actor: &Actor, id: Id<id::Session>) -> bool {
    matches!(actor.who, Who::Member { session, .. } if session == id)
}

async fn page(house: &House, permit: &Permit<KeepAccount>, trouble: &Trouble) -> Answer {
    let now = house.app.now();
    let look = async |tx: &Tx| Ok((member::me(tx, permit).await?.1, session::list(tx, permit, now).await?));
    let (shell, (me, sessions)) = house.look(permit.actor(), look).await?;
    let labels =
        [("current_password", w::CURRENT_PASSWORD), ("new_password", w::NEW_PASSWORD), ("again", w::PASSWORD_AGAIN)];
    let body = html! {
        h1 { (w::ACCOUNT) }
        (facts(&shell, &me.member))
        section aria-labelledby="password" {
            h2 #password { (w::CHANGE_PASSWORD) }
            (trouble.summary(&labels))
            form method="post" action={ (ROOT) "/account/password" } {
                (shell.token())
                (Field::password("current_password", w::CURRENT_PASSWORD).autocomplete("current-password").or(trouble).needed())
                (Field::password("new_password", w::NEW_PASSWORD).hint(w::PASSWORD_HINT).autocomplete("new-password").or(trouble).needed())
                (Field::password("again", w::PASSWORD_AGAIN).autocomplete("new-password").or(trouble).needed())
                button { (w::CHANGE_PASSWORD) }
            }
        }
        section aria-labelledby="sessions" {
            h2 #sessions { (w::SESSIONS) }
            (listed(&shell, &sessions))
        }
    };
    Ok(shell.page_with(Place::Account, w::ACCOUNT, trouble, &body))
}

fn facts(shell: &Shell, me: &Member) -> Markup {
    html! {
        dl.facts {
            div { dt { (w::NAME) } dd { (me.name) } }
            div { dt { (w::EMAIL) } dd { (me.email) } }
            div { dt { (w::COMPANY) } dd { (shell.company) } }
            div { dt { (w::ROLES) } dd { (people::roles(&shell.grants, &shell.departments)) } }
        }
    }
}

fn listed(shell: &Shell, sessions: &[Session]) -> Markup {
    html! {
        ul.rows {
            @for session in sessions {
                li {
                    div {
                        strong { (w::device(session.user_agent.as_deref())) }
                        @if is_current(&shell.actor, session.id) { " " (badge("live", w::THIS_SESSION)) }
                        p.small { (w::SINCE) " " (moment(session.created_at)) ", " (w::LAST_USED) " " (moment(session.updated_at)) }
                    }
                    form method="post" action={ (ROOT) "/account/sessions/" (session.id) "/end" } {
                        (shell.token())
                        button.quiet aria-label={ (w::END) " " (w::device(session.user_agent.as_deref())) } { (w::END) }
                    }
                }
            }
        }
    }
}
