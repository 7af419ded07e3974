//! What the pages say about intents, advice, and bringing content in and out.

pub(crate) const INTENTS: &str = "Intents";
pub(crate) const INTENT: &str = "Intent";
pub(crate) const LIVE_INTENTS: &str = "What is live";
pub(crate) const SEARCH_INTENTS: &str = "Words in a name, phrase or answer";
pub(crate) const NO_INTENTS: &str =
    "No intent yet. An intent is something that visitors want: begin with the question that you hear most.";
pub(crate) const NO_INTENT_FOUND: &str = "No intent has these words.";
pub(crate) const NOTHING_LIVE: &str = "Nothing is live that fits.";
pub(crate) const NONE_YET: &str = "none yet";

pub(crate) fn first_shown(most: usize) -> String {
    format!("The first {most} are shown; search to see others.")
}

pub(crate) const ADD_INTENT: &str = "Add an intent";
pub(crate) const NAME: &str = "Name";
pub(crate) const NAME_HINT: &str = "Short, for colleagues, and unique in your department: return_item, or Returns.";
pub(crate) const TITLE: &str = "Title";
pub(crate) const TITLE_HINT: &str =
    "As a visitor would call it: Returning an item. Shown when the bot asks which of several was meant.";
pub(crate) const PHRASES: &str = "Phrases";
pub(crate) const PHRASES_HINT: &str =
    "How visitors say it, one in each line, in their own words. Five or more are understood better.";
pub(crate) const ANSWER: &str = "Answer";
pub(crate) const ANSWERS: &str = "Answers";
pub(crate) const ANSWER_HINT: &str = "What the bot replies.";
pub(crate) const LANGUAGE: &str = "Language";
pub(crate) const LANGUAGE_HINT: &str = "A short code: en, fi, sv, de, pt-br.";

pub(crate) fn added(name: &str, phrases: &str) -> String {
    format!("«{name}» is in your draft, with {phrases}. Visitors get it once you publish.")
}

pub(crate) fn in_line(line: usize, flaw: &str) -> String {
    format!("line {line} {flaw}")
}

pub(crate) const NEEDS_PHRASES: &str = "Without a phrase nobody can reach this intent, and it can't be published.";
pub(crate) const NEEDS_ANSWER: &str = "Without an answer the bot has nothing to say, and it can't be published.";
pub(crate) const NEW_PHRASES: &str = "More phrases";
pub(crate) const ADD_PHRASES: &str = "Add phrases";
pub(crate) const NO_PHRASE: &str = "must hold at least one phrase";
pub(crate) const PHRASE_DELETED: &str = "The phrase is deleted.";

pub(crate) fn phrases_added(count: &str) -> String {
    format!("{count} added.")
}

pub(crate) const ADD_ANSWER: &str = "Add an answer";
pub(crate) const EDIT_ANSWER: &str = "Edit answer";
pub(crate) const DELETE_ANSWER: &str = "Delete this answer";
pub(crate) const ANSWER_SAVED: &str = "The answer is saved.";
pub(crate) const ANSWER_DELETED: &str = "The answer is deleted.";
pub(crate) const ANSWER_IS_THERE: &str = "has an answer already; edit that one";
pub(crate) const WHERE: &str = "Where it is given";
pub(crate) const EVERY_CHANNEL: &str = "every channel";
pub(crate) const WEB_ONLY: &str = "web only";
pub(crate) const CHANNELS: [(&str, &str); 2] = [("", "On every channel"), ("web", "On websites only")];
pub(crate) const BUTTONS: &str = "Buttons below the answer";
pub(crate) const BUTTONS_HINT: &str = "A button opens an address that begins with https://, or says something in the visitor's place. Leave a row empty for no button.";

pub(crate) fn button_label(at: usize) -> String {
    format!("Button {at}: label")
}

pub(crate) fn button_press(at: usize) -> String {
    format!("Button {at}: address, or what it says")
}

pub(crate) const NAMING: &str = "Name and title";
pub(crate) const DELETE_INTENT: &str = "Delete this intent";
pub(crate) const DELETED: &str = "The intent is deleted from your draft. It stays live until you publish.";
pub(crate) const DELETE_MEANS: &str =
    "It goes from your draft at once and for good. Visitors are answered by it until you publish.";

pub(crate) fn really_delete(name: &str, phrases: &str, answers: &str) -> String {
    format!("Delete «{name}» with {phrases} and {answers}?")
}

pub(crate) const TRY_DRAFT: &str = "Try your draft";

pub(crate) const ADVICE: &str = "Advice";
pub(crate) const ADVICE_LEAD: &str =
    "What the bot itself finds in your draft, beside what the other departments have live.";
pub(crate) const PHRASE: &str = "Phrase";
pub(crate) const SUSPECTS: &str = "Phrases that look misplaced";
pub(crate) const SUSPECTS_HINT: &str = "Going by all the others, each of these would be taken for another intent. Move it, reword it, or leave it if you are sure.";
pub(crate) const NO_SUSPECTS: &str = "Every phrase fits where it stands.";
pub(crate) const STANDS_IN: &str = "Stands in";
pub(crate) const LOOKS_LIKE: &str = "Looks like";
pub(crate) const ALIKE: &str = "Intents that are taken for one another";
pub(crate) const ALIKE_HINT: &str = "The share of the first one's phrases that is drawn to the second.";
pub(crate) const NO_ALIKE: &str = "No two intents are mixed up.";
pub(crate) const WANTING: &str = "Intents that need more phrases";
pub(crate) const WANTING_HINT: &str = "The share of its phrases that the others would recognise.";
pub(crate) const NO_WANTING: &str = "Every intent has enough.";
pub(crate) const MISSING: &str = "Missing translations";
pub(crate) const NO_MISSING: &str = "Every intent has phrases and an answer in every language.";

pub(crate) fn missing_hint(languages: &str) -> String {
    format!("The bot speaks {languages}.")
}

pub(crate) const fn lacks(answer: bool, phrases: usize) -> &'static str {
    match (answer, phrases) {
        (false, 0) => "no answer, no phrase",
        (false, _) => "no answer",
        (true, _) => "no phrase",
    }
}

pub(crate) const IMPORT: &str = "Import";
pub(crate) const CHOOSE_FILE: &str = "Choose a file";
pub(crate) const ANOTHER_FILE: &str = "Choose another file";
pub(crate) const IMPORT_LEAD: &str = "First you see what the file would change. Nothing is written before you agree. What is in your draft and not in \
    the file stays; the same file twice changes nothing.";
pub(crate) const FILE: &str = "File";
pub(crate) const FILE_HINT: &str = "A table (CSV), or what Rasa, Dialogflow, LUIS, Bot Framework, QnA Maker, QnABot, StarChat or Guildhall exports; at most 20 MiB.";
pub(crate) const NO_FILE: &str = "Please choose a file.";
pub(crate) const FORMAT: &str = "Format";
pub(crate) const FORMATS: [(&str, &str); 11] = [
    ("auto", "Find out from the file"),
    ("csv", "Table (CSV)"),
    ("guildhall", "Guildhall"),
    ("rasa", "Rasa"),
    ("dialogflow-es", "Dialogflow ES"),
    ("dialogflow-cx", "Dialogflow CX"),
    ("luis", "LUIS"),
    ("lu", "Bot Framework .lu"),
    ("qna", "Bot Framework .qna"),
    ("qnabot", "QnABot"),
    ("starchat", "StarChat"),
];
pub(crate) const REHEARSE: &str = "Show what it would change";
pub(crate) const REPORT: &str = "What the file would change";
pub(crate) const SAME_FILE: &str = "The same file once more; it is too large to be kept in this page";
pub(crate) const APPLY: &str = "Bring it into the draft";
pub(crate) const NOTHING_TO_BRING: &str = "Nothing: all of it is in your draft already.";
pub(crate) const CREATED: &str = "New";
pub(crate) const UPDATED: &str = "Changed";
pub(crate) const UNCHANGED: &str = "There already";
pub(crate) const KEPT: &str = "Kept";
pub(crate) const KEPT_HINT: &str = "«Kept» is what can't be used here yet, such as entities, slots and flows. It stays with the intents and goes out again with an export.";
pub(crate) const SKIPPED: &str = "Left out";
pub(crate) const WARNINGS: &str = "Done differently";

pub(crate) fn read_as(name: &str, format: &str) -> String {
    if name.is_empty() { format!("Read as {format}.") } else { format!("«{name}», read as {format}.") }
}

pub(crate) fn brought(intents: usize, phrases: usize) -> String {
    format!("Brought into your draft: {intents} intents new or changed, {phrases} new phrases.")
}

pub(crate) const TAKE_OUT: &str = "Take the draft out as a file";
pub(crate) const EXPORTS: [(&str, &str); 3] =
    [("csv", "Table (CSV)"), ("rasa", "Rasa"), ("guildhall", "Guildhall, without loss")];
