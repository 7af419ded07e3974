//! What a visitor may want: its name, the phrases by which visitors say it, and the answers of its department.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::{
    Conflict, Id, Moment, Refusal, id,
    text::{AnswerText, IntentName, Language, PhraseText, Title, folded},
};

/// The most phrases of one intent.
pub const MOST_PHRASES: usize = 2_000;
/// The most answers of one intent.
pub const MOST_ANSWERS: usize = 100;
/// The most buttons of one answer.
pub const MOST_BUTTONS: usize = 10;

/// An intent, without its phrases and answers.
#[derive(Debug, Clone)]
pub struct Intent {
    /// Its identifier.
    pub id: Id<id::Intent>,
    /// Its one owner.
    pub department: Id<id::Department>,
    /// Its name, unique in its department after folding.
    pub name: IntentName,
    /// How a visitor would call it.
    pub title: Option<Title>,
    /// Rises with each change, those of its phrases and answers too.
    pub version: i64,
    /// When it was made.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

/// An intent with all that belongs to it.
#[derive(Debug, Clone)]
pub struct WholeIntent {
    /// The intent.
    pub intent: Intent,
    /// How visitors say it, in the order in which they came.
    pub phrases: Vec<Phrase>,
    /// What the bot replies.
    pub answers: Vec<Answer>,
}

/// A phrase of an intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phrase {
    /// Its identifier.
    pub id: Id<id::Phrase>,
    /// The words.
    pub text: String,
    /// Their language, where it is known.
    pub language: Option<String>,
}

/// A phrase that is to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPhrase {
    /// The words.
    pub text: PhraseText,
    /// Their language, where it is known.
    pub language: Option<Language>,
}

/// What a button does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Press {
    /// Says this for the visitor.
    Payload(String),
    /// Opens this address.
    Url(String),
}

/// A button below an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// Its label.
    pub title: String,
    /// What it does.
    pub press: Press,
}

/// What the bot replies, by language and channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The answer's language.
    pub language: Language,
    /// The only kind of channel it is for; for all where absent.
    pub channel: Option<String>,
    /// The words.
    pub text: AnswerText,
    /// The buttons below.
    pub buttons: Vec<Button>,
}

/// A new intent, valid in itself.
#[derive(Debug, Clone)]
pub struct NewIntent {
    /// Its name.
    pub name: IntentName,
    /// How a visitor would call it.
    pub title: Option<Title>,
    /// How visitors say it.
    pub phrases: Vec<NewPhrase>,
    /// What the bot replies.
    pub answers: Vec<Answer>,
}

/// A change of an intent; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct IntentPatch {
    /// A new name.
    pub name: Option<IntentName>,
    /// A new title, or none any more.
    pub title: Option<Option<Title>>,
    /// All answers anew.
    pub answers: Option<Vec<Answer>>,
}

/// Something that was done differently than asked, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// A stable code.
    pub code: &'static str,
    /// A sentence for people.
    pub detail: String,
}

/// Keeps the phrases that are new to an intent; an equal one (see [`folded`]) is kept once and reported.
pub fn new_phrases(
    existing: impl IntoIterator<Item = String>,
    offered: Vec<NewPhrase>,
) -> Result<(Vec<NewPhrase>, Vec<Warning>), Refusal> {
    let mut seen: HashSet<String> = existing.into_iter().collect();
    let mut warnings = Vec::new();
    let mut kept = Vec::new();
    for phrase in offered {
        if seen.insert(folded(phrase.text.as_str())) {
            kept.push(phrase);
        } else {
            let detail = format!("«{}» is in this intent already and was kept once", phrase.text);
            warnings.push(Warning { code: "equal-phrase", detail });
        }
    }
    if seen.len() > MOST_PHRASES {
        return Err(Conflict::LimitReached("an intent holds at most 2000 phrases").into());
    }
    Ok((kept, warnings))
}

/// Picks the answer for a visitor: their language before the bot's own before any, their channel before all channels.
#[must_use]
pub fn pick<'a>(answers: &'a [Answer], wanted: &Language, channel: &str, bots_own: &Language) -> Option<&'a Answer> {
    let language_rank = |answer: &Answer| {
        let is = |language: &Language| answer.language == *language;
        let same_primary = |language: &Language| answer.language.primary() == language.primary();
        [is(wanted), same_primary(wanted), is(bots_own), same_primary(bots_own), true].into_iter().position(|fits| fits)
    };
    answers
        .iter()
        .filter(|answer| answer.channel.as_deref().is_none_or(|only| only == channel))
        .min_by_key(|answer| (language_rank(answer), answer.channel.is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(language: &str, channel: Option<&str>, text: &str) -> Answer {
        Answer {
            language: Language::parse(language).unwrap(),
            channel: channel.map(str::to_owned),
            text: AnswerText::parse(text).unwrap(),
            buttons: vec![],
        }
    }

    #[test]
    fn equal_phrases_are_kept_once_and_reported() {
        let phrase = |text: &str| NewPhrase { text: PhraseText::parse(text).unwrap(), language: None };
        let (kept, warnings) =
            new_phrases([folded("Send back")], vec![phrase("send  BACK!"), phrase("return"), phrase("Return?")])
                .unwrap();
        assert_eq!(kept, vec![phrase("return")]);
        assert_eq!(warnings.len(), 2);
    }

    #[test]
    fn the_answer_follows_language_and_channel() {
        let (en, fi, sv) = ["en", "fi", "sv"].map(|l| Language::parse(l).unwrap()).into();
        let answers = [answer("en", None, "all"), answer("en", Some("web"), "web"), answer("fi", None, "suomi")];
        let text = |language, channel| pick(&answers, language, channel, &en).map(|a| a.text.as_str());
        assert_eq!(text(&en, "web"), Some("web"));
        assert_eq!(text(&en, "mail"), Some("all"));
        assert_eq!(text(&fi, "web"), Some("suomi"));
        assert_eq!(text(&sv, "web"), Some("web"));
        assert_eq!(pick(&answers[2..], &sv, "web", &en).map(|a| a.text.as_str()), Some("suomi"));
        assert!(pick(&[], &sv, "web", &en).is_none());
    }
}
