//! The pages, one file for each small noun.

pub(crate) mod account;
pub(crate) mod advice;
pub(crate) mod answer;
pub(crate) mod channels;
pub(crate) mod coming_in;
pub(crate) mod conversations;
pub(crate) mod department;
pub(crate) mod exchange;
pub(crate) mod founding;
pub(crate) mod home;
pub(crate) mod intent;
pub(crate) mod intents;
pub(crate) mod invitations;
pub(crate) mod live;
pub(crate) mod membership;
pub(crate) mod new_password;
pub(crate) mod people;
pub(crate) mod phrases;
pub(crate) mod publish;
pub(crate) mod releases;
pub(crate) mod sign_in;
pub(crate) mod trial;
