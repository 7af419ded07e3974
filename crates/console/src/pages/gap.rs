//! One gap: what was said, and what can become of it.

use actix_web::web::Path;
use guildhall_app::{
    Tx, Work,
    gap::{self, Into, NewOfGap, Wanted, Whole},
};
use guildhall_domain::{
    Flaws, Id, Permit, Refusal,
    gap::{Gap, Reason, State},
    id,
    intent::Answer as BotAnswer,
    policy::{EditDraft, ReadGaps, SettleGaps, judge},
    text::{AnswerText, IntentName, Language, Note, Title},
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::{Allowed, may},
    form::Form,
    house::{Answer, House},
    pages::gaps::known,
    parts::{Field, badge, moment, nothing, share, trail},
    shell::{Notices, Place, Shell},
    trouble::Trouble,
    words::{self as common, gap as w},
};

/// Shows one.
pub(crate) async fn show(Allowed(permit): Allowed<ReadGaps>, house: House, id: Path<Id<id::Gap>>) -> Answer {
    page(&house, &permit, *id, &Form::default(), &Trouble::default()).await
}

/// Does something to a gap and goes on to it, or shows what was wrong.
async fn done(
    house: &House,
    actor: &guildhall_domain::Actor,
    id: Id<id::Gap>,
    form: &Form,
    outcome: Result<(Id<id::Gap>, Notices), Refusal>,
) -> Answer {
    match outcome {
        Ok((to, notices)) => Ok(house.onward(&format!("{ROOT}/gaps/{to}"), notices)),
        Err(refusal) => {
            let trouble = Trouble::of(refusal)?;
            page(house, &judge::<ReadGaps>(actor)?, id, form, &trouble).await
        }
    }
}

/// Gives one another title.
pub(crate) async fn title(
    Allowed(permit): Allowed<SettleGaps>,
    house: House,
    id: Path<Id<id::Gap>>,
    form: Form,
) -> Answer {
    let titled = async {
        let mut flaws = Flaws::default();
        let title = flaws.take("/title", Title::parse(form.get("title")));
        let title = flaws.settle(title)?;
        house
            .act(permit.actor(), async |work: &Work<'_>| gap::title(work, &permit, *id, form.version(), title).await)
            .await
    };
    let outcome = titled.await.map(|whole| (whole.gap.id, Notices::good(w::TITLED)));
    done(&house, permit.actor(), *id, &form, outcome).await
}

/// Closes one.
pub(crate) async fn close(
    Allowed(permit): Allowed<SettleGaps>,
    house: House,
    id: Path<Id<id::Gap>>,
    form: Form,
) -> Answer {
    let closed = async {
        let mut flaws = Flaws::default();
        let reason = Reason::named(form.get("reason"));
        if reason.is_none() {
            flaws.add("/reason", "invalid", "must be one of these");
        }
        let note = Some(form.get("note")).filter(|note| !note.trim().is_empty());
        let note = note.and_then(|note| flaws.take("/note", Note::parse(note)));
        let reason = flaws.settle(reason)?;
        house.act(permit.actor(), async |work: &Work<'_>| gap::close(work, &permit, *id, reason, note).await).await
    };
    let outcome = closed.await.map(|whole| (whole.gap.id, Notices::good(w::CLOSED)));
    done(&house, permit.actor(), *id, &form, outcome).await
}

/// Opens one again.
pub(crate) async fn reopen(
    Allowed(permit): Allowed<SettleGaps>,
    house: House,
    id: Path<Id<id::Gap>>,
    form: Form,
) -> Answer {
    let reopened = house.act(permit.actor(), async |work: &Work<'_>| gap::reopen(work, &permit, *id).await).await;
    let outcome = reopened.map(|whole| (whole.gap.id, Notices::good(w::REOPENED)));
    done(&house, permit.actor(), *id, &form, outcome).await
}

/// Makes one part of another.
pub(crate) async fn merge(
    Allowed(permit): Allowed<SettleGaps>,
    house: House,
    id: Path<Id<id::Gap>>,
    form: Form,
) -> Answer {
    let merged = async {
        let into = form.get("into").parse();
        let into = into.map_err(|_| Refusal::flaw("/into", "invalid-reference", "names no other gap"))?;
        house.act(permit.actor(), async |work: &Work<'_>| gap::merge(work, &permit, *id, into).await).await
    };
    let outcome = merged.await.map(|whole| (whole.gap.id, Notices::good(w::MERGED)));
    done(&house, permit.actor(), *id, &form, outcome).await
}

/// Makes some of its examples one of their own.
pub(crate) async fn split(
    Allowed(permit): Allowed<SettleGaps>,
    house: House,
    id: Path<Id<id::Gap>>,
    form: Form,
) -> Answer {
    let messages: Vec<Id<id::Message>> = form.all("message").filter_map(|id| id.parse().ok()).collect();
    let split = async |work: &Work<'_>| gap::split(work, &permit, *id, &messages, None).await;
    let outcome = house.act(permit.actor(), split).await;
    let outcome = outcome.map(|whole| (whole.gap.id, Notices::good(w::PARTED)));
    done(&house, permit.actor(), *id, &form, outcome).await
}

/// Makes one a new intent.
pub(crate) async fn intent(
    Allowed(permit): Allowed<EditDraft>,
    house: House,
    id: Path<Id<id::Gap>>,
    form: Form,
) -> Answer {
    let made = async {
        let mut flaws = Flaws::default();
        let name = flaws.take("/name", IntentName::parse(form.get("name")));
        let text = Some(form.get("text")).filter(|text| !text.trim().is_empty());
        let text = text.and_then(|text| flaws.take("/text", AnswerText::parse(text)));
        let language = text.as_ref().and_then(|_| flaws.take("/language", Language::parse(form.get("language"))));
        let answers = text.zip(language).map(|(text, language)| BotAnswer {
            language,
            channel: None,
            text,
            buttons: Vec::new(),
            when: Vec::new(),
        });
        let answers = answers.into_iter().collect();
        let new = flaws.settle(name.map(|name| NewOfGap { name, title: None, answers }))?;
        let into = Into { department: form.get("department").to_owned(), messages: Vec::new() };
        house.act(permit.actor(), async |work: &Work<'_>| gap::into_intent(work, &permit, *id, into, new).await).await
    };
    match made.await {
        Ok((_, made, warnings)) => {
            let to = format!("{ROOT}/departments/{}/intents/{}", form.get("department"), made.intent.id);
            Ok(house.onward(&to, Notices::good(w::MADE).warning(warnings)))
        }
        Err(refusal) => done(&house, permit.actor(), *id, &form, Err(refusal)).await,
    }
}

/// Adds its examples to an intent, which is named by its department and itself.
pub(crate) async fn phrases(
    Allowed(permit): Allowed<EditDraft>,
    house: House,
    id: Path<Id<id::Gap>>,
    form: Form,
) -> Answer {
    let added = async {
        let named = form.get("intent").split_once('/');
        let wrong = || Refusal::flaw("/intent", "invalid-reference", "names no intent");
        let (department, intent) = named.ok_or_else(wrong)?;
        let intent = intent.parse().map_err(|_| wrong())?;
        let into = Into { department: department.to_owned(), messages: Vec::new() };
        house
            .act(permit.actor(), async |work: &Work<'_>| gap::into_phrases(work, &permit, *id, into, intent).await)
            .await
    };
    let outcome = added.await.map(|(whole, _, warnings)| (whole.gap.id, Notices::good(w::ADDED).warning(warnings)));
    done(&house, permit.actor(), *id, &form, outcome).await
}

const LABELS: [(&str, &str); 9] = [
    ("title", w::TITLE),
    ("reason", w::REASON),
    ("note", w::NOTE),
    ("into", w::INTO),
    ("messages", w::EXAMPLES),
    ("name", w::NAME),
    ("text", w::TEXT),
    ("department", w::IN),
    ("intent", w::INTENT),
];

/// What may be chosen on the page of a gap.
struct Choices {
    /// Intents of the drafts that one may edit: by department's key and id, and their names.
    intents: Vec<(String, String)>,
    /// Other gaps that one may settle, open ones.
    gaps: Vec<Gap>,
}

async fn choices(tx: &Tx, permit: &Permit<ReadGaps>, id: Id<id::Gap>) -> Result<Choices, Refusal> {
    let first = guildhall_domain::PageRequest { limit: 200, after: None, filter: 0 };
    let mut intents = Vec::new();
    if let Ok(edits) = judge::<EditDraft>(permit.actor()) {
        for department in tx.departments().all().await? {
            if edits.reach().covers(department.id) {
                let filter = guildhall_app::IntentFilter::default();
                let page = tx.intents().list(department.id, &filter, &first).await?;
                intents.extend(page.items.into_iter().map(|intent| {
                    (format!("{}/{}", department.key, intent.id), format!("{} · {}", department.name, intent.name))
                }));
            }
        }
    }
    let wanted = Wanted { state: Some(State::Open), ..Wanted::default() };
    let mut gaps = gap::list(tx, permit, wanted, &first).await?.items;
    gaps.retain(|gap| gap.id != id);
    Ok(Choices { intents, gaps })
}

async fn page(house: &House, permit: &Permit<ReadGaps>, id: Id<id::Gap>, typed: &Form, trouble: &Trouble) -> Answer {
    let now = house.app.now();
    let look = async |tx: &Tx| Ok((gap::get(tx, permit, id, now).await?, choices(tx, permit, id).await?));
    let (shell, (whole, choices)) = house.look(permit.actor(), look).await?;
    let settles = judge::<SettleGaps>(permit.actor()).is_ok_and(|permit| {
        whole.gap.likely().iter().any(|likely| permit.reach().covers(likely.department)) || permit.whole().is_ok()
    });
    let open = matches!(whole.gap.state, State::Open | State::Requested);
    let body = html! {
        (trail(&[(&format!("{ROOT}/gaps"), w::GAPS)]))
        div.head { h1 { (whole.gap.title) } @let (kind, word) = w::state(whole.gap.state); (badge(kind, word)) }
        (trouble.summary(&LABELS))
        (facts(&shell, &whole))
        (examples(&shell, &whole, settles && open))
        @if open { (answering(&shell, &whole.gap, &choices, typed, trouble)) }
        @if settles { (settling(&shell, &whole.gap, &choices, typed, trouble)) }
        (weeks(&whole))
    };
    Ok(shell.page_with(Place::Gaps, whole.gap.title.as_str(), trouble, &body))
}

fn facts(shell: &Shell, Whole { gap, trend, .. }: &Whole) -> Markup {
    #[expect(clippy::cast_possible_truncation, reason = "a bar is as wide as a share is coarse")]
    let bar = |of: f64| share(of as f32);
    html! {
        @if let Some(into) = gap.merged_into { p { (w::PART_OF) " " a href={ (ROOT) "/gaps/" (into) } { (w::THAT) } } }
        dl.facts {
            div { dt { (w::COUNT) } dd { (gap.count) } }
            @if gap.since_closed > 0 { div { dt { (w::SINCE) } dd { (gap.since_closed) } } }
            @if let Some(trend) = trend { div { dt { (w::TREND) } dd { (format!("{:+.0} %", trend * 100.0)) } } }
            div { dt { (w::LAST) } dd { (moment(gap.last_at)) } }
            @if let Some(reason) = gap.reason { div { dt { (w::REASON) } dd { (w::reason(reason)) } } }
            @if let Some(note) = &gap.note { div { dt { (w::NOTE) } dd { (note) } } }
            div {
                dt { (w::LIKELY) }
                dd { @for likely in gap.likely().iter().take(4) {
                    @if let Some(department) = known(shell, likely) { div { (department.name) " " (bar(likely.share)) } }
                } }
            }
        }
    }
}

fn examples(shell: &Shell, Whole { gap, examples, .. }: &Whole, may_split: bool) -> Markup {
    html! {
        section aria-labelledby="examples" {
            h2 #examples { (w::EXAMPLES) }
            p.small { (w::EXAMPLES_LEAD) }
            @if examples.is_empty() { (nothing(w::NO_EXAMPLES)) }
            form.inline method="post" action={ (ROOT) "/gaps/" (gap.id) "/split" } {
                (shell.token())
                ul.rows #messages {
                    @for example in examples {
                        @if let Some(text) = &example.text {
                            li {
                                div.check {
                                    @if may_split {
                                        input id={ "m-" (example.message) } type="checkbox" name="message" value=(example.message);
                                        label for={ "m-" (example.message) } { (text) }
                                    } @else { span { (text) } }
                                }
                                span.small {
                                    @if let Some(language) = &example.language { (language) " · " }
                                    (w::why(example.why)) " · " (moment(example.at))
                                }
                            }
                        }
                    }
                }
                @if may_split && !examples.is_empty() { button { (w::SPLIT) } }
            }
        }
    }
}

fn answering(shell: &Shell, gap: &Gap, choices: &Choices, typed: &Form, trouble: &Trouble) -> Markup {
    let of = shell.departments.iter().filter(|department| may::<EditDraft>(&shell.actor, department.id));
    let departments: Vec<(&str, &str)> =
        of.map(|department| (department.key.as_str(), department.name.as_str())).collect();
    let intents: Vec<(&str, &str)> = choices.intents.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
    let language = if typed.get("language").is_empty() { "en" } else { typed.get("language") };
    html! {
        @if !departments.is_empty() {
            section aria-labelledby="answer" {
                h2 #answer { (w::ANSWER_IT) }
                div.side {
                    form method="post" action={ (ROOT) "/gaps/" (gap.id) "/intents" } {
                        h3 { (w::NEW_INTENT) }
                        p.hint { (w::NEW_LEAD) }
                        (shell.token())
                        (Field::choice("department", w::IN, &departments).value(typed.get("department")).or(trouble))
                        (Field::line("name", w::NAME).value(typed.get("name")).or(trouble).needed())
                        (Field::lines("text", w::TEXT, 3).value(typed.get("text")).or(trouble))
                        (Field::line("language", w::LANGUAGE).value(language).or(trouble))
                        button.primary { (w::NEW_INTENT) }
                    }
                    @if !intents.is_empty() {
                        form method="post" action={ (ROOT) "/gaps/" (gap.id) "/phrases" } {
                            h3 { (w::PHRASES) }
                            p.hint { (w::PHRASES_LEAD) }
                            (shell.token())
                            (Field::choice("intent", w::INTENT, &intents).value(typed.get("intent")).or(trouble))
                            button { (w::PHRASES) }
                        }
                    }
                }
            }
        }
    }
}

fn settling(shell: &Shell, gap: &Gap, choices: &Choices, typed: &Form, trouble: &Trouble) -> Markup {
    let reasons: Vec<(&str, &str)> = Reason::ALL.iter().map(|reason| (reason.name(), w::reason(*reason))).collect();
    let others: Vec<(String, &str)> = choices.gaps.iter().map(|gap| (gap.id.to_string(), gap.title.as_str())).collect();
    let others: Vec<(&str, &str)> = others.iter().map(|(id, title)| (id.as_str(), *title)).collect();
    let title = if typed.get("title").is_empty() { gap.title.as_str() } else { typed.get("title") };
    let form = |below: &str, fields: &Markup, words: &str| {
        html! {
            form method="post" action={ (ROOT) "/gaps/" (gap.id) (below) } {
                (shell.token())
                input type="hidden" name="version" value=(gap.version);
                (fields)
                button { (words) }
            }
        }
    };
    let close = html! {
        (Field::choice("reason", w::REASON, &reasons).value(typed.get("reason")).or(trouble))
        (Field::line("note", w::NOTE).value(typed.get("note")).or(trouble))
    };
    html! {
        @if gap.state != State::Merged {
            section aria-labelledby="settle" {
                h2 #settle { (w::SETTLE) }
                div.side {
                    (form("/title", &html! { (Field::line("title", w::TITLE).value(title).or(trouble).needed()) }, common::SAVE))
                    @if gap.state == State::Closed { (form("/reopen", &html! {}, w::REOPEN)) }
                    @else { (form("/close", &close, w::CLOSE)) }
                    @if !others.is_empty() {
                        (form("/merge", &html! { (Field::choice("into", w::INTO, &others).value(typed.get("into")).or(trouble)) }, w::MERGE))
                    }
                }
            }
        }
    }
}

fn weeks(whole: &Whole) -> Markup {
    let date = |day: i64| guildhall_domain::Moment(day.saturating_mul(86_400_000_000)).to_string();
    html! {
        @if !whole.counts.is_empty() {
            section aria-labelledby="weeks" {
                h2 #weeks { (w::BY_WEEK) }
                div.wide tabindex="0" role="region" aria-labelledby="weeks" {
                    table {
                        thead { tr { th scope="col" { (w::WEEK) } th scope="col" { (w::LANGUAGE) } th scope="col" { (w::COUNT) } } }
                        tbody {
                            @for count in &whole.counts {
                                tr {
                                    th scope="row" { (date(count.week).split('T').next().unwrap_or_default()) }
                                    td { @if count.language.is_empty() { (w::UNKNOWN) } @else { (count.language) } }
                                    td { (count.count) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
