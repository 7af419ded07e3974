//! People come and go: letters, invitations from a table, standing in the company, new passwords, rights that end.

mod letters;
mod resets;
mod rights;
mod roster;
mod standing;
