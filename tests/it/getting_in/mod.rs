//! Getting in and out: signing up and in, sessions and their tokens, passwords, invitations.

mod forgeries;
mod invitations;
mod keys;
mod passwords;
mod refreshing;
mod sessions;
mod signing_up;
