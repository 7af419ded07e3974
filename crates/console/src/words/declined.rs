//! What pages say when they can't be shown, or a deed can't be done.

/// The words of one such page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Words {
    /// What is the matter.
    pub(crate) title: &'static str,
    /// The same in a sentence.
    pub(crate) what: &'static str,
    /// What one can do.
    pub(crate) next: &'static str,
}

const fn words(title: &'static str, what: &'static str, next: &'static str) -> Words {
    Words { title, what, next }
}

pub(crate) const HOME: &str = "To the departments";
pub(crate) const TELL: &str = "If it goes on, tell whoever looks after this server this number:";
pub(crate) const AGAIN: &str = "Send it again";

pub(crate) const INVALID: Words = words(
    "Something is missing",
    "What was sent can't be used as it is.",
    "Go back with your browser's back button and look at it again.",
);
pub(crate) const SIGNED_OUT: Words = words(
    "You are signed out",
    "Nobody is signed in here any more, so nothing was changed.",
    "Sign in again in another tab. Then come back to this one, and send it once more with your browser's reload button.",
);
pub(crate) const FORBIDDEN: Words = words(
    "This is not yours to do",
    "Your roles don't include this.",
    "An owner of the department, or the project's leader, can help.",
);
pub(crate) const NOT_FOUND: Words = words(
    "There is nothing here",
    "The page does not exist, or is not for you to see.",
    "Perhaps somebody deleted it, or the address was copied in part.",
);
pub(crate) const NO_SUCH_METHOD: Words =
    words("This can't be opened", "This address takes forms only.", "Start again from the departments.");
pub(crate) const TOO_SLOW: Words =
    words("That took too long", "What you sent did not arrive in time.", "Please try again.");
pub(crate) const TOO_LARGE: Words = words(
    "That is too much at once",
    "What you sent is larger than this page can take. A file has at most 20 MiB.",
    "Send it in parts.",
);
pub(crate) const TOO_MANY: Words = words(
    "A moment, please",
    "More was asked than this server answers at once for one person, company or network.",
    "Wait a minute and try again.",
);
pub(crate) const UNAVAILABLE: Words = words(
    "Not just now",
    "Something that is needed here is busy or away. Nothing was changed.",
    "Please try again in a moment.",
);
pub(crate) const BROKEN: Words =
    words("Something broke", "This is our fault, not yours. Nothing was changed.", "Please try again.");
pub(crate) const UNREADABLE: Words =
    words("This can't be read", "The request is not one that our pages send.", "Start again from the departments.");
pub(crate) const CONFLICT: Words =
    words("That does not fit", "Something stands in the way.", "Go back with your browser's back button.");
pub(crate) const CHANGED: Words = words(
    "Somebody was quicker",
    "This was changed by somebody else while you looked at it. Nothing was changed by you.",
    "Go back, look at it as it is now, and try again.",
);
pub(crate) const GONE: Words = words(
    "This link was used",
    "The invitation was accepted, taken back, or has ended.",
    "If you came in by it before, sign in. Otherwise ask for a new one.",
);
pub(crate) const STALE: Words = words(
    "Please send this once more",
    "The form was made before you signed in as you are now, or before cookies were allowed. Nothing was changed and \
     nothing you typed is lost.",
    "If it was not you who sent it, leave this page.",
);
pub(crate) const STALE_SECRET: Words = words(
    "Please send this once more",
    "The form was made before you signed in as you are now, or before cookies were allowed. Nothing was changed.",
    "Open the page again and fill it in anew: a password or a file is not kept here.",
);
pub(crate) const FOREIGN: Words = words(
    "This did not come from here",
    "Another website tried to do something in your name. Nothing was changed.",
    "If you did want this, do it from the pages here.",
);

pub(crate) const DEPARTMENT_KEY_TAKEN: &str =
    "Another department has this address, or had it before. Please choose another one.";
pub(crate) const INTENT_NAME_TAKEN: &str = "The department has another intent of this name. Please choose another one.";
pub(crate) const EMAIL_TAKEN: &str = "Somebody with this e-mail address is here already.";
pub(crate) const TENANT_REQUIRED: &str = "Your password fits in several companies.";
pub(crate) const LAST_LEADER: &str = "The company would be left without a leader.";
pub(crate) const LAST_OWNER: &str = "The department would be left without an owner. Make somebody else an owner first.";
pub(crate) const OWNER_GRANTS: &str = "This department has an owner, who gives its roles.";
pub(crate) const DEPARTMENT_NOT_EMPTY: &str = "The department still holds content.";
pub(crate) const IN_FLIGHT: &str = "The same is being done already. Please wait a moment.";
pub(crate) const ALREADY_DONE: &str = "This was done before.";
pub(crate) const CHOICE_CLOSED: &str = "The question is no longer open.";
pub(crate) const RELEASE_NOT_BUILT: &str = "Only a release that went live once can be brought back.";
