//! Trying a sentence: what the bot would do with it and why, live and with a draft.

use std::sync::Arc;

use actix_web::web;
use guildhall_app::{
    App, Tx, bot,
    live::{Known, LiveBot},
};
use guildhall_domain::{
    Actor, Refusal,
    bot::{Decision, Settings},
    content::FrozenIntent,
    intent::pick,
    policy::{self, ReadDraft, ReadLive},
    text::{Language, MessageText},
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::{Allowed, may},
    asked::Asked,
    house::{Answer, House},
    pages::intent::reply,
    parts::{Field, badge, button, percent, share},
    shell::{Place, Shell},
    trouble::Trouble,
    words::{bot as w, content, release},
};

/// What one bot made of the sentence, ready to be shown.
struct Heard {
    decision: Decision,
    ranking: Vec<(Known, f32)>,
    language: Option<String>,
    /// The raw score, what it has to reach, and how far apart the two best have to be.
    measures: [f32; 3],
    read_as: String,
    repairs: Vec<(String, String)>,
    /// The phrases that it leaned on most: words, intent, likeness, share.
    neighbours: Vec<(String, Known, f32, f32)>,
    words: Vec<(String, f32)>,
}

/// A bot with its settings.
type Bot = (Settings, Arc<LiveBot>);

/// Shows what the bots make of the sentence that is asked for.
pub(crate) async fn show(Allowed(permit): Allowed<ReadLive>, house: House, asked: Asked) -> Answer {
    let actor = permit.actor();
    let drafted = asked.get("draft");
    let look = async |tx: &Tx| {
        let (bot, live) = bot::get(tx, &permit, &house.app).await?;
        let draft = match drafted {
            Some(key) => Some((bot.settings.clone(), draft(tx, &house.app, actor, key).await?)),
            None => None,
        };
        Ok(((bot.settings, live), draft))
    };
    let (shell, (live, draft)) = house.look(actor, look).await?;
    let mut trouble = Trouble::default();
    let mut heard = Vec::new();
    if let Some(text) = asked.get("text") {
        match read(text, asked.get("language")) {
            Ok(language) => {
                for (title, bot) in [(w::WITH_DRAFT, draft), (w::LIVE, Some(live))] {
                    let Some(bot) = bot else { continue };
                    let one = hear(bot.clone(), text.to_owned(), language.clone()).await?;
                    heard.push((title, bot.0.language, one));
                }
            }
            Err(refusal) => trouble = Trouble::of(refusal)?,
        }
    }
    let body = html! {
        h1 { (w::TRY) }
        p.lead { (w::LEAD) }
        (trouble.summary(&[("text", w::SENTENCE), ("language", w::LANGUAGE)]))
        (question(&shell, &asked, &trouble))
        @if !heard.is_empty() {
            div.side {
                @for (title, own, heard) in &heard { (told(&shell, title, own, heard)) }
            }
            @if let Some(key) = drafted {
                p.actions {
                    (button(&format!("{ROOT}/departments/{key}/intents"), content::INTENTS))
                    (button(&format!("{ROOT}/departments/{key}/publish"), release::SEE_AND_PUBLISH))
                }
            }
        }
    };
    Ok(shell.page_with(Place::Try, w::TRY, &trouble, &body))
}

async fn draft(tx: &Tx, app: &App, actor: &Actor, key: &str) -> Result<Arc<LiveBot>, Refusal> {
    let permit = policy::judge::<ReadDraft>(actor)?;
    let department = guildhall_app::department::referred(tx, &permit, key, "/draft").await?;
    let desk = app.desk(tx, &permit, &[department.id]).await?;
    Ok(Arc::clone(&desk.desk()?.bot))
}

fn read(text: &str, language: Option<&str>) -> Result<Option<Language>, Refusal> {
    let mut flaws = guildhall_domain::Flaws::default();
    let text = flaws.take("/text", MessageText::parse(text));
    let language = language.and_then(|tag| flaws.take("/language", Language::parse(tag)));
    flaws.settle(text.map(|_| language))
}

/// Off the worker: explaining reads the sentence many times.
async fn hear((settings, bot): Bot, text: String, language: Option<Language>) -> Result<Heard, Refusal> {
    let explain = move || {
        let (understood, trace) = bot::explain(&bot, &settings, &text, language.as_ref());
        let mut neighbours = Vec::new();
        for of in &trace.neighbours {
            let Some(known) = bot.known(of.intent) else { continue };
            let phrase = of.phrase.and_then(|at| known.intent.phrases.get(at)).map(|phrase| phrase.text.clone());
            if let Some(words) = phrase.or_else(|| known.intent.title.clone()) {
                neighbours.push((words, known.clone(), of.likeness, of.share));
            }
        }
        Heard {
            decision: understood.decision,
            ranking: understood.ranking.iter().map(|of| (of.known.clone(), of.confidence)).collect(),
            language: understood.language,
            measures: [understood.score, understood.threshold, understood.margin],
            read_as: trace.read_as.clone(),
            repairs: understood.repairs.iter().map(|of| (of.from.clone(), of.to.clone())).collect(),
            neighbours,
            words: trace.words.iter().map(|of| (of.word.clone(), of.loss)).collect(),
        }
    };
    web::block(explain).await.map_err(Refusal::broken)
}

fn question(shell: &Shell, asked: &Asked, trouble: &Trouble) -> Markup {
    let of = shell.departments.iter().filter(|department| may::<ReadDraft>(&shell.actor, department.id));
    let mut drafts: Vec<(&str, &str)> = vec![("", w::NO_DRAFT)];
    drafts.extend(of.map(|department| (department.key.as_str(), department.name.as_str())));
    html! {
        form.ask method="get" action={ (ROOT) "/try" } {
            (Field::line("text", w::SENTENCE).hint(w::SENTENCE_HINT).value(asked.get("text").unwrap_or_default()).or(trouble).needed())
            div.pair {
                @if drafts.len() > 1 {
                    (Field::choice("draft", w::DRAFT, &drafts).value(asked.get("draft").unwrap_or_default()))
                }
                (Field::line("language", w::LANGUAGE).hint(w::LANGUAGE_HINT).value(asked.get("language").unwrap_or_default()).or(trouble))
            }
            button.primary { (w::ASK) }
        }
    }
}

fn told(shell: &Shell, title: &str, own: &Language, heard: &Heard) -> Markup {
    let wanted = heard.language.as_deref().and_then(|tag| Language::parse(tag).ok()).unwrap_or_else(|| own.clone());
    let says = |intent: &FrozenIntent| pick(&intent.answers, &wanted, "web", own).map(reply);
    let (kind, word) = w::decision(heard.decision);
    html! {
        section.heard aria-label=(title) {
            h2 { (title) " " (badge(kind, word)) }
            @match (heard.decision, heard.ranking.first()) {
                (Decision::Answer, Some((best, _))) => (says(&best.intent).unwrap_or_default()),
                (Decision::Ambiguous, _) => p { (w::ASKS_BACK) },
                _ => p { (w::SAYS_NOTHING) },
            }
            (ranking(shell, heard))
            details {
                summary { (w::WHY) }
                (why(shell, heard))
            }
        }
    }
}

fn owner<'a>(shell: &'a Shell, known: &Known) -> &'a str {
    let department = shell.departments.iter().find(|department| department.id == known.department);
    department.map_or("", |department| department.name.as_str())
}

fn ranking(shell: &Shell, heard: &Heard) -> Markup {
    html! {
        @if !heard.ranking.is_empty() {
            table.ranking {
                caption { (w::RANKING) }
                thead { tr { th scope="col" { (w::INTENT) } th scope="col" { (w::SURE) } } }
                tbody {
                    @for (known, confidence) in &heard.ranking {
                        tr {
                            th scope="row" { (known.intent.title.as_ref().unwrap_or(&known.intent.name)) p.small { (known.intent.name) " · " (owner(shell, known)) } }
                            td { (share(*confidence)) }
                        }
                    }
                }
            }
        }
    }
}

fn why(shell: &Shell, heard: &Heard) -> Markup {
    let [score, threshold, margin] = heard.measures;
    html! {
        dl.facts {
            div { dt { (w::READ_AS) } dd { "«" (heard.read_as) "»" } }
            @if let Some(language) = &heard.language { div { dt { (w::LANGUAGE) } dd { (language) } } }
            @for (from, to) in &heard.repairs { div { dt { (w::REPAIRED) } dd { del { (from) } " " ins { (to) } } } }
            div { dt { (w::SCORE) } dd { (number(score)) " " span.small { (w::threshold(&number(threshold), &percent(margin))) } } }
        }
        @if !heard.neighbours.is_empty() {
            table {
                caption { (w::NEIGHBOURS) }
                thead { tr { th scope="col" { (w::PHRASE) } th scope="col" { (w::LIKENESS) } th scope="col" { (w::SHARE) } } }
                tbody {
                    @for (words, known, likeness, part) in &heard.neighbours {
                        tr {
                            th scope="row" { "«" (words) "»" p.small { (known.intent.name) " · " (owner(shell, known)) } }
                            td { (share(*likeness)) }
                            td { (signed(*part)) }
                        }
                    }
                }
            }
        }
        @if !heard.words.is_empty() {
            table {
                caption { (w::WORDS) }
                thead { tr { th scope="col" { (w::WORD) } th scope="col" { (w::WEIGHT) } } }
                tbody { @for (word, loss) in &heard.words { tr { th scope="row" { (word) } td { (signed(-*loss)) } } } }
            }
        }
    }
}

fn number(of: f32) -> String {
    format!("{of:.2}")
}

fn signed(of: f32) -> String {
    format!("{of:+.2}").replace('-', "−")
}
