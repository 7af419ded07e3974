//! What the page of numbers says.

pub(crate) const NUMBERS: &str = "Numbers";
pub(crate) const LEAD: &str = "Days are counted in UTC. A conversation is settled three days after its last message.";
pub(crate) const FROM: &str = "From";
pub(crate) const TO: &str = "To";
pub(crate) const DEPARTMENT: &str = "Department";
pub(crate) const ALL: &str = "Every one of mine";
pub(crate) const SHOW: &str = "Show";
pub(crate) const CONVERSATIONS: &str = "Conversations";
pub(crate) const REPLIES: &str = "Replies";
pub(crate) const ANSWERED: &str = "Answered";
pub(crate) const AMBIGUOUS: &str = "Asked which";
pub(crate) const SCOPELESS: &str = "Not known";
pub(crate) const CONTAINED: &str = "Contained";
pub(crate) const CONTAINED_HINT: &str =
    "of the settled conversations, those that were answered with nothing against it";
pub(crate) const UNKNOWN: &str = "Left in silence";
pub(crate) const RATING: &str = "Mean rating";
pub(crate) const NO_DATA: &str = "no data";
pub(crate) const BY_DAY: &str = "Replies by day";
pub(crate) const DAY: &str = "Day";
pub(crate) const BY_DEPARTMENT: &str = "By department";
pub(crate) const BY_INTENT: &str = "By intent";
pub(crate) const INTENT: &str = "Intent";
pub(crate) const GONE: &str = "no longer live";
pub(crate) const AS_TABLE: &str = "The same as a table";
pub(crate) const NOTHING: &str = "Nothing was said in this time.";
pub(crate) const BAD_DAYS: &str = "Please choose up to 400 days, the first before the last.";
