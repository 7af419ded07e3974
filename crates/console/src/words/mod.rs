//! Every text of the console, in one place: what several pages say here, the rest by room.

pub(crate) mod account;
pub(crate) mod bot;
pub(crate) mod channel;
pub(crate) mod content;
pub(crate) mod conversation;
pub(crate) mod declined;
pub(crate) mod department;
pub(crate) mod people;
pub(crate) mod release;
pub(crate) mod shell;

pub(crate) const TROUBLE: &str = "Please look at this again";
pub(crate) const OPTIONAL: &str = "(optional)";
pub(crate) const TRAIL: &str = "Where you are";
pub(crate) const PAGES: &str = "More of the list";
pub(crate) const FIRST_PAGE: &str = "First page";
pub(crate) const NEXT_PAGE: &str = "Next page";
pub(crate) const SAVE: &str = "Save";
pub(crate) const SAVED: &str = "Saved.";
pub(crate) const KEEP: &str = "Cancel";
pub(crate) const DELETE: &str = "Delete";
pub(crate) const SEARCH: &str = "Search";
pub(crate) const NOW: &str = "As it is now";
pub(crate) const CHANGED_MEANWHILE: &str = "Somebody else changed this while you were writing. What you typed is still in the \
    form, and below it stands what is there now. Save again to replace it with yours.";

pub(crate) const INTENTS: (&str, &str) = ("intent", "intents");
pub(crate) const PHRASES: (&str, &str) = ("phrase", "phrases");
pub(crate) const ANSWERS: (&str, &str) = ("answer", "answers");
pub(crate) const MESSAGES: (&str, &str) = ("message", "messages");
