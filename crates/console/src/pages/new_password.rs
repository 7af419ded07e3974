//! A new password for who lost the old one: asking for a link, and what the link leads to.

use guildhall_domain::{Refusal, member::Email};
use maud::{Markup, html};

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

/// Asks whose password is lost.
pub(crate) async fn ask(house: House) -> Answer {
    asking(&house, "", &Trouble::default())
}

/// Sends the link, if somebody has this address: the page is the same if nobody does.
pub(crate) async fn send(house: House, form: Form) -> Answer {
    let typed = form.get("email");
    let asked = async {
        let email = Email::parse(typed).map_err(|flaw| Refusal::flaw("/email", flaw.code(), flaw.to_string()))?;
        house.app.ask_reset(&email, None, &house.client()).await
    };
    match asked.await {
        Ok(()) => {
            let sends = house.app.sends_mail();
            let body = html! { h1 { (w::LOST) } p { (if sends { w::LETTER_SENT } else { w::NO_LETTERS }) } (back()) };
            Ok(shell::outside(w::LOST, &Trouble::default(), &body, None))
        }
        Err(refusal) => asking(&house, typed, &Trouble::at_the_door(refusal)?),
    }
}

/// Asks for the new password.
pub(crate) async fn show(house: House, asked: Asked) -> Answer {
    setting(&house, asked.get("token").unwrap_or_default(), &Trouble::default())
}

/// Sets it.
pub(crate) async fn set(house: House, form: Form) -> Answer {
    let (token, password) = (form.get("token"), form.get("new_password"));
    let set = async {
        if password != form.get("again") {
            return Err(Refusal::flaw("/again", "differs", w::DIFFERS));
        }
        let new = house.app.read_new_password(token, password).await?;
        house.app.reset_password(new, &house.client()).await
    };
    match set.await {
        Ok(()) => {
            let body = html! { h1 { (w::NEW_PASSWORD) } p { (w::PASSWORD_SET) } (back()) };
            Ok(shell::outside(w::NEW_PASSWORD, &Trouble::default(), &body, None))
        }
        Err(refusal) => setting(&house, token, &Trouble::at_the_door(refusal)?),
    }
}

fn back() -> Markup {
    html! { p { a href={ (ROOT) "/sign-in" } { (w::SIGN_IN) } } }
}

fn asking(house: &House, typed: &str, trouble: &Trouble) -> Answer {
    let (visit, cookie) = door::begin_visit(&house.app, &house.request)?;
    let form_token = house.app.form_token(&visit)?;
    let body = html! {
        h1 { (w::LOST) }
        p.lead { (w::LOST_HINT) }
        (trouble.summary(&[("email", w::EMAIL)]))
        form method="post" action={ (ROOT) "/lost-password" } {
            (shell::token(&form_token))
            (Field::email("email", w::EMAIL).value(typed).autocomplete("username").or(trouble).needed())
            button.primary { (w::SEND_LINK) }
        }
        (back())
    };
    Ok(shell::outside(w::LOST, trouble, &body, cookie.as_ref()))
}

fn setting(house: &House, token: &str, trouble: &Trouble) -> Answer {
    let (visit, cookie) = door::begin_visit(&house.app, &house.request)?;
    let form_token = house.app.form_token(&visit)?;
    let body = html! {
        h1 { (w::NEW_PASSWORD) }
        (trouble.summary(&[("new_password", w::NEW_PASSWORD), ("again", w::PASSWORD_AGAIN)]))
        form method="post" action={ (ROOT) "/new-password" } {
            (shell::token(&form_token))
            input type="hidden" name="token" value=(token);
            (Field::password("new_password", w::NEW_PASSWORD).hint(w::PASSWORD_HINT).autocomplete("new-password").or(trouble).needed())
            (Field::password("again", w::PASSWORD_AGAIN).autocomplete("new-password").or(trouble).needed())
            button.primary { (w::CHANGE_PASSWORD) }
        }
    };
    Ok(shell::outside(w::NEW_PASSWORD, trouble, &body, cookie.as_ref()))
}
