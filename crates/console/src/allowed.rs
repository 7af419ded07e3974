//! The permit that stands first in a handler's list, as in the API; a stranger is asked to sign in.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use guildhall_domain::{
    Actor, Id, Permit, id,
    policy::{self, Action},
};

use crate::declined::Declined;

/// The table allowed `A` to whoever sent the request.
pub(crate) struct Allowed<A>(pub(crate) Permit<A>);

impl<A: Action + 'static> FromRequest for Allowed<A> {
    type Error = Declined;
    type Future = Ready<Result<Self, Declined>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let actor = request.extensions().get::<Actor>().cloned();
        let actor = actor.ok_or_else(|| Declined::stranger(request));
        ready(actor.and_then(|actor| Ok(Self(policy::judge::<A>(&actor)?))))
    }
}

/// Whether the table allows `A` in this department; what it does not allow is not shown.
pub(crate) fn may<A: Action>(actor: &Actor, department: Id<id::Department>) -> bool {
    policy::judge::<A>(actor).is_ok_and(|permit| permit.over(department).is_ok())
}

/// Whether the table allows `A` anywhere.
pub(crate) fn may_somewhere<A: Action>(actor: &Actor) -> bool {
    policy::judge::<A>(actor).is_ok()
}
