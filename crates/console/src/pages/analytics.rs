//! The numbers of visitors' talk, as charts with their tables.

use actix_web::http::StatusCode;
use guildhall_app::{
    Tx,
    analytics::{self, By, Numbers, Of, Told, Wanted},
};
use guildhall_domain::{Moment, Refusal, policy::ReadAnalytics, tally::day_of};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::{Allowed, may},
    asked::Asked,
    chart::{Bar, bars},
    house::{Answer, House},
    parts::{Field, nothing},
    shell::{Place, Shell},
    trouble::Trouble,
    words::analytics as w,
};

/// Shows them.
pub(crate) async fn show(Allowed(permit): Allowed<ReadAnalytics>, house: House, asked: Asked) -> Answer {
    let day = |name: &str| asked.get(name).and_then(|text| Moment::parse(&format!("{text}T00:00:00Z"))).map(day_of);
    let department = asked.get("department").map(str::to_owned);
    let wanted = Wanted { from: day("from"), to: day("to"), department, ..Wanted::default() };
    let (odd, wanted) = match (wanted.from, wanted.to.unwrap_or_else(|| day_of(house.app.now()))) {
        (Some(from), to) if from > to || to - from >= analytics::MOST_DAYS => {
            (true, Wanted { from: None, to: None, ..wanted })
        }
        _ => (false, wanted),
    };
    let now = house.app.now();
    let look = async |tx: &Tx| {
        let tell = async |by| analytics::tell(tx, &permit, &wanted, by, now).await;
        let told = (tell(None).await?, tell(Some(By::Day)).await?, tell(Some(By::Department)).await?);
        let intents = tell(Some(By::Intent)).await?;
        let bot = house.app.live_bot(tx).await?;
        let name = |of: &Of| match of {
            Of::Intent(intent, _) => bot.intent(*intent).map(|known| known.intent.name.clone()),
            _ => None,
        };
        let intents: Vec<_> = intents.lines.iter().map(|(of, numbers)| (of.clone(), name(of), *numbers)).collect();
        Ok::<_, Refusal>((told, intents))
    };
    let (shell, ((all, days, departments), mut intents)) = house.look(permit.actor(), look).await?;
    let numbers = all.lines.first().map(|(_, numbers)| *numbers).unwrap_or_default();
    intents.sort_by_key(|(_, _, numbers)| std::cmp::Reverse(numbers.answered));
    let trouble = if odd { Trouble::told(StatusCode::UNPROCESSABLE_ENTITY, w::BAD_DAYS) } else { Trouble::default() };
    let body = html! {
        h1 { (w::NUMBERS) }
        p.lead { (w::LEAD) }
        (trouble.summary(&[("from", w::FROM), ("to", w::TO)]))
        (filters(&shell, &asked, &all))
        (cards(&numbers))
        @if numbers.replies == 0 { (nothing(w::NOTHING)) } @else { (by_day(&days)) }
        (by_department(&shell, &departments))
        (by_intent(&shell, &intents))
    };
    Ok(shell.page_with(Place::Numbers, w::NUMBERS, &trouble, &body))
}

/// `2026-11-23`.
fn date(day: i64) -> String {
    Moment(day.saturating_mul(86_400_000_000)).to_string().split('T').next().unwrap_or_default().to_owned()
}

fn filters(shell: &Shell, asked: &Asked, told: &Told) -> Markup {
    let of = shell.departments.iter().filter(|department| may::<ReadAnalytics>(&shell.actor, department.id));
    let mut departments: Vec<(&str, &str)> = vec![("", w::ALL)];
    departments.extend(of.map(|department| (department.key.as_str(), department.name.as_str())));
    let (from, to) = (date(told.from), date(told.to));
    html! {
        form.filters method="get" action={ (ROOT) "/numbers" } {
            (Field::date("from", w::FROM).value(&from))
            (Field::date("to", w::TO).value(&to))
            (Field::choice("department", w::DEPARTMENT, &departments).value(asked.get("department").unwrap_or_default()))
            button { (w::SHOW) }
        }
    }
}

/// A share as people read it; what is not known is said.
fn share(of: Option<f64>) -> String {
    of.map_or_else(|| w::NO_DATA.to_owned(), |share| format!("{:.0} %", share * 100.0))
}

fn cards(numbers: &Numbers) -> Markup {
    html! {
        dl.numbers {
            div { dt { (w::CONVERSATIONS) } dd { (numbers.conversations) } }
            div { dt { (w::ANSWERED) } dd { (share(numbers.answer_rate())) } }
            div { dt { (w::CONTAINED) } dd { (share(numbers.contained())) } dd.small { (w::CONTAINED_HINT) } }
            div { dt { (w::UNKNOWN) } dd { (share(numbers.unknown_rate())) } }
            div { dt { (w::RATING) } dd { (numbers.mean_rating().map_or_else(|| w::NO_DATA.to_owned(), |mean| format!("{mean:.1}"))) } }
        }
    }
}

fn by_day(days: &Told) -> Markup {
    let bar = |(of, numbers): &(Of, Numbers)| match of {
        Of::Day(day) => {
            let parts = vec![numbers.answered, numbers.ambiguous, numbers.out_of_scope];
            Some(Bar { label: date(*day).get(5..).unwrap_or_default().to_owned(), parts })
        }
        _ => None,
    };
    let all: Vec<Bar> = days.lines.iter().filter_map(bar).collect();
    html! {
        section aria-labelledby="days" {
            h2 #days { (w::BY_DAY) }
            (bars(w::BY_DAY, &[w::ANSWERED, w::AMBIGUOUS, w::SCOPELESS], &all))
            details {
                summary { (w::AS_TABLE) }
                div.wide tabindex="0" role="region" aria-label=(w::BY_DAY) {
                    table {
                        thead { tr { th scope="col" { (w::DAY) } (head()) } }
                        tbody {
                            @for (of, numbers) in &days.lines {
                                @if let Of::Day(day) = of { tr { th scope="row" { (date(*day)) } (cells(numbers)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn head() -> Markup {
    html! {
        @for name in [w::CONVERSATIONS, w::REPLIES, w::ANSWERED, w::AMBIGUOUS, w::SCOPELESS, w::CONTAINED, w::RATING] {
            th scope="col" { (name) }
        }
    }
}

fn cells(numbers: &Numbers) -> Markup {
    html! {
        td { (numbers.conversations) } td { (numbers.replies) } td { (numbers.answered) } td { (numbers.ambiguous) }
        td { (numbers.out_of_scope) } td { (share(numbers.contained())) }
        td { (numbers.mean_rating().map_or_else(|| w::NO_DATA.to_owned(), |mean| format!("{mean:.1}"))) }
    }
}

fn by_department(shell: &Shell, told: &Told) -> Markup {
    let name = |of: &Of| match of {
        Of::Department(id) => {
            shell.departments.iter().find(|department| department.id == *id).map(|of| of.name.as_str())
        }
        _ => None,
    };
    html! {
        @if !told.lines.is_empty() {
            section aria-labelledby="departments" {
                h2 #departments { (w::BY_DEPARTMENT) }
                div.wide tabindex="0" role="region" aria-labelledby="departments" {
                    table {
                        thead { tr { th scope="col" { (w::DEPARTMENT) } (head()) } }
                        tbody {
                            @for (of, numbers) in &told.lines {
                                @if let Some(name) = name(of) { tr { th scope="row" { (name) } (cells(numbers)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn by_intent(shell: &Shell, intents: &[(Of, Option<String>, Numbers)]) -> Markup {
    let owner = |of: &Of| match of {
        Of::Intent(_, id) => {
            shell.departments.iter().find(|department| department.id == *id).map(|of| of.name.as_str())
        }
        _ => None,
    };
    html! {
        @if !intents.is_empty() {
            section aria-labelledby="intents" {
                h2 #intents { (w::BY_INTENT) }
                div.wide tabindex="0" role="region" aria-labelledby="intents" {
                    table {
                        thead {
                            tr {
                                th scope="col" { (w::INTENT) } th scope="col" { (w::DEPARTMENT) } th scope="col" { (w::ANSWERED) }
                                th scope="col" { (w::RATING) }
                            }
                        }
                        tbody {
                            @for (of, name, numbers) in intents {
                                tr {
                                    th scope="row" { (name.as_deref().unwrap_or(w::GONE)) }
                                    td { (owner(of).unwrap_or_default()) }
                                    td { (numbers.answered) }
                                    td { (numbers.mean_rating().map_or_else(|| w::NO_DATA.to_owned(), |mean| format!("{mean:.1}"))) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
