//! Signing in, with the choice of a company where the same e-mail and password fit in several.

use actix_web::{HttpMessage, http::StatusCode};
use guildhall_app::{Work, session};
use guildhall_domain::{Actor, Conflict, Refusal, member::Email};
use maud::html;

use crate::{
    ROOT,
    asked::Asked,
    door,
    form::Form,
    house::{Answer, House},
    parts::Field,
    shell,
    trouble::Trouble,
    words::account as w,
};

/// What the page shows again.
#[derive(Default)]
struct Typed {
    email: String,
    company: String,
    companies: Vec<String>,
    next: String,
}

/// Asks who it is.
pub(crate) async fn show(house: House, asked: Asked) -> Answer {
    let next = asked.get("next").unwrap_or_default().to_owned();
    if house.request.extensions().contains::<Actor>() {
        return Ok(door::onward(inward(&next), []));
    }
    page(&house, &Typed { next, ..Typed::default() }, &Trouble::default())
}

/// Lets them in.
pub(crate) async fn send(house: House, form: Form) -> Answer {
    let typed = Typed {
        email: form.get("email").to_owned(),
        company: form.get("company").to_owned(),
        companies: Vec::new(),
        next: form.get("next").to_owned(),
    };
    let client = house.client();
    let proven = async {
        let email =
            Email::parse(&typed.email).map_err(|flaw| Refusal::flaw("/email", flaw.code(), flaw.to_string()))?;
        house.app.prove(&email, form.get("password"), form.given("company"), &client).await
    };
    let proven = match proven.await {
        Ok(proven) => proven,
        Err(refusal) => return refused(&house, typed, refusal),
    };
    let actor = proven.actor().clone();
    let signed_in = house.act(&actor, async |work: &Work<'_>| session::sign_in(work, proven, &client).await).await?;
    Ok(door::onward(inward(&typed.next), [door::session(&house.request, &signed_in)]))
}

fn refused(house: &House, mut typed: Typed, refusal: Refusal) -> Answer {
    let trouble = match refusal {
        Refusal::Unauthenticated(_) => Trouble::told(StatusCode::UNAUTHORIZED, w::WRONG),
        Refusal::Conflict(Conflict::TenantRequired(companies)) => {
            typed.companies = companies;
            Trouble::told(StatusCode::CONFLICT, w::WHICH_COMPANY)
        }
        other => Trouble::at_the_door(other)?,
    };
    page(house, &typed, &trouble)
}

/// Where somebody goes who has come in: a place of the console, and nowhere else.
fn inward(next: &str) -> &str {
    let path = next.split(['?', '#']).next().unwrap_or_default();
    let plain = next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    if plain && crate::holds(path) && !path.contains("//") { next } else { ROOT }
}

fn page(house: &House, typed: &Typed, trouble: &Trouble) -> Answer {
    let (visit, cookie) = door::begin_visit(&house.app, &house.request)?;
    let token = house.app.form_token(&visit)?;
    let companies: Vec<_> = typed.companies.iter().map(|slug| (slug.as_str(), slug.as_str())).collect();
    let body = html! {
        h1 { (w::SIGN_IN) }
        (trouble.summary(&[("email", w::EMAIL)]))
        form method="post" action={ (ROOT) "/sign-in" } {
            (shell::token(&token))
            input type="hidden" name="next" value=(typed.next);
            (Field::email("email", w::EMAIL).value(&typed.email).autocomplete("username").or(trouble).needed())
            (Field::password("password", w::PASSWORD).autocomplete("current-password").needed())
            @if !companies.is_empty() {
                (Field::choice("company", w::COMPANY, &companies).value(&typed.company).needed())
            }
            button.primary { (w::SIGN_IN) }
        }
        p.small { a href={ (ROOT) "/lost-password" } { (w::LOST) } }
        p.small { (w::INVITED_HINT) }
    };
    Ok(shell::outside(w::SIGN_IN, trouble, &body, cookie.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::inward;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for next in ["/console", "/console/try?text=a%20b", "/console/departments/it#phrases"] {
            assert_eq!(inward(next), next);
        }
        for next in
            ["", "//evil.example", "https://evil.example", "/consolex", "/console//evil", "/console\\..", "/\t/x"]
        {
            assert_eq!(inward(next), "/console", "{next}");
        }
    }
}
