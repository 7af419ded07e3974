//! What the house asks of the world outside, each by a trait that `app` names.

pub(crate) mod mail;
