//! What handlers work with: the use cases, the request, and the way to an answer.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, dev::Payload, http::StatusCode, web::Data};
use guildhall_app::{App, Tx, Work, session::Client};
use guildhall_domain::{Actor, Refusal};

use crate::{
    declined::Declined,
    door,
    shell::{Notices, Shell},
};

/// How a handler answers.
pub(crate) type Answer = Result<HttpResponse, Declined>;

/// The house as a handler meets it.
pub(crate) struct House {
    pub(crate) app: Data<App>,
    pub(crate) request: HttpRequest,
}

impl FromRequest for House {
    type Error = Declined;
    type Future = Ready<Result<Self, Declined>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let app = request.app_data::<Data<App>>().cloned();
        let house = app.map(|app| Self { app, request: request.clone() });
        ready(house.ok_or(Declined::http(StatusCode::INTERNAL_SERVER_ERROR)))
    }
}

impl House {
    /// Looks, and reads what the frame of the page shows in the same unit of work.
    pub(crate) async fn look<T>(
        &self,
        actor: &Actor,
        look: impl AsyncFnOnce(&Tx) -> Result<T, Refusal>,
    ) -> Result<(Shell, T), Declined> {
        let (facts, found) =
            self.app.look(actor, async |tx: &Tx| Ok((Shell::facts(tx, actor).await?, look(tx).await?))).await?;
        Ok((Shell::new(self, actor, facts)?, found))
    }

    /// Does a deed in one unit of work.
    pub(crate) async fn act<T>(
        &self,
        actor: &Actor,
        deed: impl AsyncFnOnce(&Work<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        self.app.act(actor, deed).await
    }

    /// What the client looks like.
    pub(crate) fn client(&self) -> Client {
        let known = self.request.extensions().get::<Client>().cloned();
        known.unwrap_or(Client { user_agent: None, network: String::new() })
    }

    /// Sends the browser on, to a page that says what was done.
    pub(crate) fn onward(&self, to: &str, notices: Notices) -> HttpResponse {
        door::onward(to, notices.written().map(|words| door::notice(&self.request, words)))
    }
}
