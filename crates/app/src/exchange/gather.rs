//! Gathering what a file brings: each item is taken if it is valid, and named if it is not.

use std::collections::HashMap;

use guildhall_domain::{
    channel, folded,
    intent::{Button, MOST_BUTTONS, Press, Warning},
    text::{AnswerText, IntentName, Language, Payload, PhraseText, TextFlaw, Title, web_address},
};
use guildhall_persistence::Definition;
use serde_json::{Map, Value};

use super::{
    Brought, Format, Skipped,
    brought::{BroughtAnswer, BroughtIntent, BroughtPhrase},
    limits::NAMED,
};

/// One of the gathered intents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At(usize);

/// A reply as a file has it.
#[derive(Debug, Clone, Default)]
pub struct RawAnswer {
    /// A language tag.
    pub language: Option<String>,
    /// A kind of channel.
    pub channel: Option<String>,
    /// The words.
    pub text: String,
    /// Titles with what they do.
    pub buttons: Vec<(String, Press)>,
}

impl RawAnswer {
    /// Words in a language.
    pub fn of(text: impl Into<String>, language: Option<&str>) -> Self {
        Self { text: text.into(), language: language.map(str::to_owned), ..Self::default() }
    }
}

/// What was gathered so far.
#[derive(Debug)]
pub struct Gathering {
    brought: Brought,
    /// What is kept of each intent, in their order.
    aside: Vec<Map<String, Value>>,
    by_name: HashMap<String, usize>,
    unnamed: usize,
}

impl Gathering {
    /// Nothing yet, of this format.
    #[must_use]
    pub fn new(format: Format) -> Self {
        let (intents, definitions, skipped, warnings) = Default::default();
        let brought = Brought { format, intents, definitions, skipped, warnings };
        Self { brought, aside: Vec::new(), by_name: HashMap::new(), unnamed: 0 }
    }

    /// The intent of this name, made where it is new; an impossible name is skipped.
    pub fn intent(&mut self, name: &str, place: &str) -> Option<At> {
        let name = self.take(IntentName::parse(name), place)?;
        let (intents, aside) = (&mut self.brought.intents, &mut self.aside);
        let at = *self.by_name.entry(folded(name.as_str())).or_insert_with(|| {
            let (title, phrases, answers, kept) = Default::default();
            intents.push(BroughtIntent { name, title, phrases, answers, kept, place: place.to_owned() });
            aside.push(Map::new());
            intents.len() - 1
        });
        Some(At(at))
    }

    /// The intent of this name, if it was met.
    #[must_use]
    pub fn known(&self, name: &str) -> Option<At> {
        self.by_name.get(&folded(name)).map(|at| At(*at))
    }

    fn at(&mut self, At(at): At) -> Option<&mut BroughtIntent> {
        self.brought.intents.get_mut(at)
    }

    /// Whether the intent has an answer.
    #[must_use]
    pub fn answered(&self, At(at): At) -> bool {
        self.brought.intents.get(at).is_some_and(|intent| !intent.answers.is_empty())
    }

    /// Gives an intent its title.
    pub fn title(&mut self, at: At, title: &str, place: &str) {
        let title = self.take(Title::parse(title), place);
        if let (Some(intent), Some(title)) = (self.at(at), title) {
            intent.title = Some(title);
        }
    }

    /// Adds a phrase.
    pub fn phrase(&mut self, at: At, text: &str, language: Option<&str>, place: String) {
        let language = language.and_then(|tag| self.take(Language::parse(tag), &place));
        let text = self.take(PhraseText::parse(text), &place);
        if let (Some(intent), Some(text)) = (self.at(at), text) {
            intent.phrases.push(BroughtPhrase { text, language, place });
        }
    }

    /// Adds an answer. A second one for the same language and channel is kept aside.
    pub fn answer(&mut self, at: At, raw: RawAnswer, place: String) {
        let language = match raw.language.as_deref().map(Language::parse).transpose() {
            Ok(language) => language,
            Err(flaw) => return self.flaw(&place, flaw),
        };
        let channel = match raw.channel.as_deref() {
            None => None,
            Some(name) => match channel::Kind::named(name) {
                Some(kind) => Some(kind.name().to_owned()),
                None => return self.skip(&place, "unknown-channel", format!("«{name}» is no kind of channel here")),
            },
        };
        let Some(text) = self.take(AnswerText::parse(&raw.text), &place) else { return };
        let buttons = self.buttons(raw.buttons, &place);
        let Some(intent) = self.at(at) else { return };
        let same = |other: &&BroughtAnswer| other.language == language && other.channel == channel;
        match intent.answers.iter().find(same).map(|other| other.text == text && other.buttons == buttons) {
            None => intent.answers.push(BroughtAnswer { language, channel, text, buttons, place }),
            Some(true) => {}
            Some(false) => {
                self.keep(at, "other_answers", Value::Array(vec![Value::String(text.into())]));
                let detail =
                    format!("{place}: an intent has one answer for each language and channel; this one is kept aside");
                self.warn("other-answer-kept", detail);
            }
        }
    }

    fn buttons(&mut self, raw: Vec<(String, Press)>, place: &str) -> Vec<Button> {
        if raw.len() > MOST_BUTTONS {
            self.skip(place, "too-long", "an answer has at most 10 buttons; those behind are left out".to_owned());
        }
        let mut buttons = Vec::new();
        for (title, press) in raw.into_iter().take(MOST_BUTTONS) {
            let press = match press {
                Press::Payload(says) => Payload::parse(&says).map(|says| Press::Payload(says.into())),
                Press::Url(address) => web_address(&address).map(Press::Url),
            };
            let button = Title::parse(&title).and_then(|title| Ok(Button { title: title.into(), press: press? }));
            buttons.extend(self.take(button, place));
        }
        buttons
    }

    /// Keeps something of an intent that can't be represented yet.
    pub fn keep(&mut self, at: At, what: &str, value: Value) {
        if let Some(aside) = self.aside.get_mut(at.0) {
            match (aside.get_mut(what), value) {
                (Some(Value::Array(all)), Value::Array(more)) => all.extend(more),
                (_, value) => {
                    aside.insert(what.to_owned(), value);
                }
            }
        }
    }

    /// Keeps what came under another source's name.
    pub fn keep_of(&mut self, at: At, source: String, value: Value, place: &str) {
        if !is_word(&source) {
            self.skip(place, "invalid", "a source is a short word".to_owned());
        } else if let Some(intent) = self.at(at) {
            intent.kept.insert(source, value);
        }
    }

    /// Keeps something of the whole file.
    pub fn define(&mut self, kind: &str, name: &str, value: &Value) {
        let source = self.brought.format.name().to_owned();
        self.define_of(source, kind, name, value);
    }

    /// Keeps something of the whole file that came under another source's name.
    pub fn define_of(&mut self, source: String, kind: &str, name: &str, value: &Value) {
        if !is_word(&source) || !is_word(kind) {
            let detail = format!("the definition «{}» has no source or kind that is a short word", name.escape_debug());
            return self.skip("", "invalid", detail);
        }
        let name = name.chars().filter(|c| !c.is_control()).take(200).collect();
        self.brought.definitions.push(Definition { source, kind: kind.to_owned(), name, json: value.to_string() });
    }

    /// Leaves something out and says so.
    pub fn skip(&mut self, location: &str, code: &'static str, detail: String) {
        if self.brought.skipped.len() < NAMED {
            self.brought.skipped.push(Skipped { location: location.to_owned(), code, detail });
        } else {
            self.unnamed += 1;
        }
    }

    /// Says what was done differently.
    pub fn warn(&mut self, code: &'static str, detail: String) {
        if self.brought.warnings.len() < NAMED {
            self.brought.warnings.push(Warning { code, detail });
        }
    }

    fn flaw(&mut self, place: &str, flaw: TextFlaw) {
        self.skip(place, flaw.code(), flaw.to_string());
    }

    fn take<T>(&mut self, parsed: Result<T, TextFlaw>, place: &str) -> Option<T> {
        parsed.map_err(|flaw| self.flaw(place, flaw)).ok()
    }

    /// All of it. Definitions come in one order, the last of a name counts.
    #[must_use]
    pub fn done(mut self) -> Brought {
        if self.unnamed > 0 {
            self.warn("more-skipped", format!("{} more items were skipped than are named", self.unnamed));
        }
        let source = self.brought.format.name();
        for (intent, mut aside) in self.brought.intents.iter_mut().zip(self.aside) {
            let lacks = [("phrases", intent.phrases.is_empty()), ("answers", intent.answers.is_empty())];
            let lacks: Vec<_> = lacks.into_iter().filter(|(_, lacks)| *lacks).map(|(what, _)| what.into()).collect();
            if self.brought.format.has_dialogue() && !lacks.is_empty() {
                aside.insert("lacks".to_owned(), Value::Array(lacks));
            }
            if !aside.is_empty() {
                intent.kept.insert(source.to_owned(), Value::Object(aside));
            }
        }
        let key = |d: &Definition| (d.source.clone(), d.kind.clone(), d.name.clone());
        let definitions: std::collections::BTreeMap<_, _> =
            std::mem::take(&mut self.brought.definitions).into_iter().map(|d| (key(&d), d)).collect();
        self.brought.definitions = definitions.into_values().collect();
        self.brought
    }
}

/// What a source or a kind is called: 1 to 40 letters, digits, dashes.
fn is_word(text: &str) -> bool {
    (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}
