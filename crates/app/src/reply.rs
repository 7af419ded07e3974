//! What the bot replies: an intent's answer, the question which of several was meant, or that nobody here knows.

use std::collections::BTreeMap;

use guildhall_domain::{
    Id,
    bot::{Decision, Settings, candidates},
    conversation::{Choice, ReplyFacts, ReplyKind, wording},
    id,
    intent::{Button, Press, pick},
    text::Language,
};

use crate::{
    bot::{Candidate, understand},
    live::{Known, LiveBot},
};

/// Whoever hears a visitor's words: a bot, as its tenant set it, on a channel, in the visitor's language.
pub(crate) struct Listener<'a> {
    pub(crate) bot: &'a LiveBot,
    pub(crate) settings: &'a Settings,
    pub(crate) channel: &'a str,
    pub(crate) language: Option<&'a Language>,
}

/// A reply that is about to be given.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) text: String,
    pub(crate) facts: ReplyFacts,
    /// What the visitor may choose next.
    pub(crate) choices: Vec<Choice>,
    /// The departments that take part in the conversation by this.
    pub(crate) involved: Vec<Id<id::Department>>,
}

impl Listener<'_> {
    /// Replies to words.
    pub(crate) fn hear(&self, text: &str) -> Reply {
        let understood = understand(self.bot, self.settings, text, self.language);
        let read_in = understood.language.as_deref().and_then(|tag| Language::parse(tag).ok());
        let language = self.language.or(read_in.as_ref()).unwrap_or(&self.settings.language);
        match (understood.decision, understood.ranking.as_slice()) {
            (Decision::Answer, [best, ..]) => self.answer(best.known, Some(best.confidence), language),
            (Decision::Ambiguous, [_, _, ..]) => {
                let confidences: Vec<f32> = understood.ranking.iter().map(|candidate| candidate.confidence).collect();
                let few = candidates(&confidences, understood.margin);
                self.ask(understood.ranking.get(..few).unwrap_or_default(), language)
            }
            _ => self.fallback(language),
        }
    }

    /// Replies to the choice of an intent.
    pub(crate) fn chosen(&self, intent: Id<id::Intent>) -> Reply {
        let language = self.language.unwrap_or(&self.settings.language);
        self.bot.intent(intent).map_or_else(|| self.fallback(language), |known| self.answer(known, None, language))
    }

    fn answer(&self, known: &Known, confidence: Option<f32>, language: &Language) -> Reply {
        let Some(answer) = pick(&known.intent.answers, language, self.channel, &self.settings.language) else {
            return self.fallback(language);
        };
        let choice = |button: &Button| match &button.press {
            Press::Payload(payload) => {
                Some(Choice { payload: payload.clone(), title: button.title.clone(), intent: None })
            }
            Press::Url(_) => None,
        };
        Reply {
            text: answer.text.to_string(),
            choices: answer.buttons.iter().filter_map(choice).collect(),
            facts: ReplyFacts {
                kind: ReplyKind::Answer,
                department: Some(known.department),
                intent: Some(known.intent.id),
                intent_name: Some(known.intent.name.clone()),
                confidence,
                buttons: answer.buttons.clone(),
            },
            involved: vec![known.department],
        }
    }

    /// Names the candidates in the visitor's own terms, and their departments where these differ.
    fn ask(&self, few: &[Candidate<'_>], language: &Language) -> Reply {
        let mut involved: Vec<_> = few.iter().map(|candidate| candidate.known.department).collect();
        involved.sort_unstable();
        involved.dedup();
        let shown_as = |candidate: &Candidate<'_>| {
            let intent = &candidate.known.intent;
            let title = intent.title.clone().unwrap_or_else(|| intent.name.replace('_', " "));
            match self.bot.face(candidate.known.department) {
                Some(face) if involved.len() > 1 => format!("{title} ({})", face.name),
                _ => title,
            }
        };
        let titles: Vec<String> = few.iter().map(shown_as).collect();
        let choices: Vec<Choice> = few
            .iter()
            .zip(&titles)
            .map(|(candidate, title)| {
                let intent = candidate.known.intent.id;
                Choice { payload: intent.to_string(), title: title.clone(), intent: Some(intent) }
            })
            .collect();
        let button =
            |choice: &Choice| Button { title: choice.title.clone(), press: Press::Payload(choice.payload.clone()) };
        Reply {
            text: wording::question(language, &titles),
            facts: ReplyFacts {
                kind: ReplyKind::Disambiguation,
                department: None,
                intent: None,
                intent_name: None,
                confidence: few.first().map(|best| best.confidence),
                buttons: choices.iter().map(button).collect(),
            },
            choices,
            involved,
        }
    }

    fn fallback(&self, language: &Language) -> Reply {
        let own = own_words(&self.settings.fallback, language);
        Reply {
            text: own.unwrap_or_else(|| wording::fallback(language).to_owned()),
            facts: ReplyFacts::fallback(),
            choices: Vec::new(),
            involved: Vec::new(),
        }
    }
}

/// A tenant's own words in a language, or in its primary one.
pub(crate) fn own_words(words: &BTreeMap<String, String>, language: &Language) -> Option<String> {
    words.get(language.as_str()).or_else(|| words.get(language.primary())).cloned()
}
