//! What the pages say about inboxes and knowledge requests.

pub(crate) const INBOX: &str = "Inbox";
pub(crate) const INBOX_LEAD: &str = "What waits for you; what is due first comes first.";
pub(crate) const NOTHING_WAITS: &str = "Nothing waits for you.";
pub(crate) const REQUESTS: &str = "Questions between departments";
pub(crate) const REQUESTS_LEAD: &str = "What you asked, and what was asked of and by your departments.";
pub(crate) const NONE: &str = "No question yet.";
pub(crate) const ASK: &str = "Ask a department";
pub(crate) const ASK_LEAD: &str =
    "Somebody in the company knows. The answer is due in the working hours of the department that you ask.";
pub(crate) const SENT: &str = "The question is on its way.";
pub(crate) const FROM: &str = "In the name of";
pub(crate) const COMPANY: &str = "The company";
pub(crate) const TO: &str = "Department that should know";
pub(crate) const QUESTION: &str = "Question";
pub(crate) const EXAMPLES: &str = "How visitors say it";
pub(crate) const EXAMPLES_HINT: &str = "One in each line.";
pub(crate) const PRIORITY: &str = "How soon";
pub(crate) const PRIORITIES: [(&str, &str); 4] =
    [("normal", "As usual"), ("urgent", "Now"), ("high", "Before others"), ("low", "It can wait")];
pub(crate) const ASKED_BY: &str = "Asked by";
pub(crate) const DUE: &str = "Due";
pub(crate) const OVERDUE: &str = "past due";
pub(crate) const ASSIGNEE: &str = "With";
pub(crate) const NOBODY: &str = "Nobody yet";
pub(crate) const STATE: &str = "State";
pub(crate) const TALK: &str = "What was said";
pub(crate) const ANSWER: &str = "Answer";
pub(crate) const THE_ANSWER: &str = "The answer";
pub(crate) const ANSWER_HINT: &str = "For the asker, in your own words.";
pub(crate) const CONTENT: &str = "Content for the bot";
pub(crate) const CONTENT_HINT: &str = "It lands in your draft with one click once the asker accepts.";
pub(crate) const INTENT: &str = "Intent";
pub(crate) const NO_CONTENT: &str = "No content";
pub(crate) const NEW_INTENT: &str = "A new intent";
pub(crate) const NAME: &str = "Name of the new intent";
pub(crate) const PHRASES: &str = "Phrases";
pub(crate) const BOT_ANSWER: &str = "What the bot replies";
pub(crate) const LANGUAGE: &str = "Language of phrases and reply";
pub(crate) const ANSWERED: &str = "Answered.";
pub(crate) const ACKNOWLEDGE: &str = "We have it";
pub(crate) const ACKNOWLEDGED: &str = "It is yours now.";
pub(crate) const ASK_BACK: &str = "Ask back";
pub(crate) const ASK_BACK_HINT: &str = "The clock stands until the asker replies.";
pub(crate) const ASKED_BACK: &str = "The asker was asked back.";
pub(crate) const DECLINE: &str = "Decline";
pub(crate) const REASON: &str = "Reason";
pub(crate) const DECLINED: &str = "Declined.";
pub(crate) const REASSIGN: &str = "Give it to somebody else";
pub(crate) const REASSIGNED: &str = "Given on.";
pub(crate) const HAND_OVER: &str = "Hand it over to another department";
pub(crate) const REPLY: &str = "Reply";
pub(crate) const REPLIED: &str = "Your reply is there, and the clock goes on.";
pub(crate) const ACCEPT: &str = "Accept the answer";
pub(crate) const ACCEPTED: &str = "Accepted.";
pub(crate) const REOPEN: &str = "It does not do";
pub(crate) const REOPENED: &str = "It is with the department again.";
pub(crate) const WHY: &str = "What is missing";
pub(crate) const LAND: &str = "Let it land in the draft";
pub(crate) const LANDED: &str = "It is in the draft now.";
pub(crate) const LANDED_IN: &str = "It landed in the draft:";
pub(crate) const THANKS: &str = "A thanks, ready to send";
pub(crate) const SAY: &str = "Say something";
pub(crate) const SAID: &str = "Said.";

/// What has to be done with something that waits.
pub(crate) fn todo(name: &str) -> &'static str {
    match name {
        "acknowledge" => "say that you have it",
        "answer" => "answer",
        "reply" => "reply",
        "accept" => "accept",
        "land" => "let it land in the draft",
        "approve" => "approve the proposal",
        "revise" => "change your proposal as it was asked for",
        "merge" => "decide the conflict of your proposal",
        "settle" => "settle the overlap",
        "decide" => "say whether the settlement does",
        _ => "see to it",
    }
}

/// A state, in words.
pub(crate) fn state(name: &str) -> &'static str {
    match name {
        "open" => "open",
        "acknowledged" => "acknowledged",
        "in_progress" => "in progress",
        "returned" => "asked back",
        "answered" => "answered",
        "accepted" => "accepted",
        _ => "declined",
    }
}

/// What a note is, in words.
pub(crate) fn note(name: &str) -> &'static str {
    match name {
        "ask_back" => "asks back",
        "reply" => "replies",
        "answer" => "answers",
        "decline" => "declines",
        "reopen" => "sends back",
        "reassign" => "hands over",
        _ => "says",
    }
}
