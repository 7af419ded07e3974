//! Coming in by an invitation's link: choosing a name and a password.

use guildhall_app::{Work, invitation, invitation::Offer};
use guildhall_domain::Refusal;
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
    words::{account as w, people},
};

/// Greets whoever holds the link.
pub(crate) async fn show(house: House, asked: Asked) -> Answer {
    let token = asked.get("token").unwrap_or_default();
    let offer = house.app.offer(token).await?;
    let name = offer.name.as_ref().map(ToString::to_string).unwrap_or_default();
    page(&house, &offer, token, &name, &Trouble::default())
}

/// Lets them in.
pub(crate) async fn send(house: House, form: Form) -> Answer {
    let (token, client) = (form.get("token"), house.client());
    let offer = house.app.offer(token).await?;
    let came = async {
        if form.get("password") != form.get("again") {
            return Err(Refusal::flaw("/again", "differs", w::DIFFERS));
        }
        let acceptance = house.app.read_acceptance(token, form.get("name"), form.get("password")).await?;
        let actor = acceptance.actor();
        house.act(&actor, async |work: &Work<'_>| invitation::accept(work, acceptance, &client).await).await
    };
    match came.await {
        Ok(signed_in) => Ok(door::onward(ROOT, [door::session(&house.request, &signed_in)])),
        Err(refusal) => page(&house, &offer, token, form.get("name"), &Trouble::of(refusal)?),
    }
}

fn page(house: &House, offer: &Offer, token: &str, name: &str, trouble: &Trouble) -> Answer {
    let (visit, cookie) = door::begin_visit(&house.app, &house.request)?;
    let form_token = house.app.form_token(&visit)?;
    let labels = [("name", w::NAME), ("password", w::PASSWORD), ("again", w::PASSWORD_AGAIN)];
    let body = html! {
        h1 { (w::welcome(offer.company.as_str())) }
        p.lead { (people::offered(offer)) }
        (trouble.summary(&labels))
        form method="post" action={ (ROOT) "/invitation" } {
            (shell::token(&form_token))
            input type="hidden" name="token" value=(token);
            input type="hidden" name="username" value=(offer.email) autocomplete="username";
            (Field::line("name", w::NAME).value(name).autocomplete("name").or(trouble).needed())
            (Field::password("password", w::PASSWORD).hint(w::PASSWORD_HINT).autocomplete("new-password").or(trouble).needed())
            (Field::password("again", w::PASSWORD_AGAIN).autocomplete("new-password").or(trouble).needed())
            button.primary { (w::COME_IN) }
        }
    };
    Ok(shell::outside(w::INVITATION, trouble, &body, cookie.as_ref()))
}
