//! What the pages say about conversations.

use guildhall_domain::conversation::From;

pub(crate) const CONVERSATIONS: &str = "Conversations";
pub(crate) const NONE: &str = "No conversation fits. They come when visitors write on a channel.";
pub(crate) const WORDS: &str = "Words in a message";
pub(crate) const DEPARTMENT: &str = "Department";
pub(crate) const DEPARTMENTS: &str = "Departments";
pub(crate) const EVERY_DEPARTMENT: &str = "Every one of mine";
pub(crate) const CHANNEL: &str = "Channel";
pub(crate) const EVERY_CHANNEL: &str = "Every channel";
pub(crate) const ONE: &str = "Conversation";
pub(crate) const BEGAN: &str = "Began";
pub(crate) const LANGUAGE: &str = "Language";
pub(crate) const RATING: &str = "Rating";
pub(crate) const ONLY_FIRST: &str = "Only the beginning is shown: it is very long.";

pub(crate) fn rated(score: i64) -> String {
    format!("rated {score} of 5")
}

pub(crate) const fn from(from: From) -> &'static str {
    match from {
        From::Visitor => "Visitor",
        From::Bot => "Bot",
        From::Agent => "Colleague",
        From::System => "Guildhall",
    }
}
