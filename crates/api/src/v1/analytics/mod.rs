//! The numbers of visitors' talk: all together, by day or week, or by whose they are.

mod log;
mod views;

use actix_web::{get, web::Data};
use guildhall_app::{
    App,
    analytics::{self, By, Wanted},
};
use guildhall_domain::{Id, Moment, id, policy::ReadAnalytics};
use guildhall_persistence::Tx;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use self::views::{BreakdownView, SeriesView, SummaryView};
use super::{answer::Allowed, views::Keys};
use crate::http::{Json, Problem, Query, problem::catalogue as kinds};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_summary).service(get_series).service(get_breakdown).configure(log::configure);
}

/// Makes a query of what numbers are asked for, with one field more or none.
macro_rules! numbers_query {
    ($(#[$doc:meta])* $name:ident { $($(#[$more:meta])* $field:ident: $type:ty)? }) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize, IntoParams)]
        #[into_params(parameter_in = Query)]
        #[serde(deny_unknown_fields)]
        pub(crate) struct $name {
            /// The first day, in UTC; thirty days before the last one where absent.
            #[param(format = Date, example = "2026-11-01")]
            from: Option<String>,
            /// The last day, in UTC; today where absent. At most 400 days.
            #[param(format = Date, example = "2026-11-30")]
            to: Option<String>,
            /// The key of one department.
            department: Option<String>,
            /// One intent.
            #[param(value_type = Option<String>, example = "int_01jd0000007000g00000000001")]
            intent: Option<Id<id::Intent>>,
            /// One language, as visitors said it.
            language: Option<String>,
            /// One channel.
            #[param(value_type = Option<String>, example = "chn_01jd0000007000g00000000001")]
            channel: Option<Id<id::Channel>>,
            $($(#[$more])* $field: $type,)?
        }

        impl $name {
            fn wanted(&self) -> Result<Wanted, Problem> {
                Ok(Wanted {
                    from: self.from.as_deref().map(|text| day("from", text)).transpose()?,
                    to: self.to.as_deref().map(|text| day("to", text)).transpose()?,
                    department: self.department.clone(),
                    intent: self.intent,
                    language: self.language.clone(),
                    channel: self.channel,
                })
            }
        }
    };
}

numbers_query! {
    /// Which numbers.
    SummaryQuery {}
}

numbers_query! {
    /// Which numbers, and in what steps.
    SeriesQuery {
        /// `day` (where absent) or `week`.
        step: Option<String>
    }
}

numbers_query! {
    /// Which numbers, and by what they are told apart.
    BreakdownQuery {
        /// `department`, `intent`, `language` or `channel`.
        by: String
    }
}

/// A day of a query, `2026-11-23`, as days since 1970.
fn day(name: &str, text: &str) -> Result<i64, Problem> {
    let wrong = || Problem::new(&kinds::INVALID_PARAMETER).detail(format!("`{name}` is a day such as 2026-11-30."));
    let plain = text.len() == 10;
    let at = Moment::parse(&format!("{text}T00:00:00Z")).filter(|_| plain).ok_or_else(wrong)?;
    Ok(guildhall_domain::tally::day_of(at))
}

fn step(name: Option<&str>) -> Result<By, Problem> {
    match name {
        None | Some("day") => Ok(By::Day),
        Some("week") => Ok(By::Week),
        Some(_) => Err(Problem::new(&kinds::INVALID_PARAMETER).detail("`step` is day or week.")),
    }
}

fn dimension(name: &str) -> Result<By, Problem> {
    match name {
        "department" => Ok(By::Department),
        "intent" => Ok(By::Intent),
        "language" => Ok(By::Language),
        "channel" => Ok(By::Channel),
        _ => Err(Problem::new(&kinds::INVALID_PARAMETER).detail("`by` is department, intent, language or channel.")),
    }
}

/// Tells the numbers of a time, all together.
#[utoipa::path(
    tag = "analytics",
    operation_id = "getAnalyticsSummary",
    params(SummaryQuery),
    responses((status = 200, description = "The numbers", body = SummaryView)),
    security(("member" = [])),
    extensions(("x-action" = json!("analytics.read")))
)]
#[get("/v1/analytics/summary")]
pub(crate) async fn get_summary(
    Allowed(permit): Allowed<ReadAnalytics>,
    app: Data<App>,
    Query(query): Query<SummaryQuery>,
) -> Result<Json<SummaryView>, Problem> {
    let wanted = query.wanted()?;
    let tell = async |tx: &Tx| analytics::tell(tx, &permit, &wanted, None, app.now()).await;
    Ok(Json(SummaryView::of(app.look(permit.actor(), tell).await?)))
}

/// Tells the numbers day by day or week by week; days on which nothing was said are among them.
#[utoipa::path(
    tag = "analytics",
    operation_id = "getAnalyticsSeries",
    params(SeriesQuery),
    responses((status = 200, description = "The numbers by day or week", body = SeriesView)),
    security(("member" = [])),
    extensions(("x-action" = json!("analytics.read")))
)]
#[get("/v1/analytics/series")]
pub(crate) async fn get_series(
    Allowed(permit): Allowed<ReadAnalytics>,
    app: Data<App>,
    Query(query): Query<SeriesQuery>,
) -> Result<Json<SeriesView>, Problem> {
    let (wanted, by) = (query.wanted()?, step(query.step.as_deref())?);
    let tell = async |tx: &Tx| analytics::tell(tx, &permit, &wanted, Some(by), app.now()).await;
    Ok(Json(SeriesView::of(app.look(permit.actor(), tell).await?)))
}

/// Tells the numbers by department, intent, language or channel. By department, a conversation counts for each that answered
/// in it.
#[utoipa::path(
    tag = "analytics",
    operation_id = "getAnalyticsBreakdown",
    params(BreakdownQuery),
    responses((status = 200, description = "The numbers by whose they are", body = BreakdownView)),
    security(("member" = [])),
    extensions(("x-action" = json!("analytics.read")))
)]
#[get("/v1/analytics/breakdown")]
pub(crate) async fn get_breakdown(
    Allowed(permit): Allowed<ReadAnalytics>,
    app: Data<App>,
    Query(query): Query<BreakdownQuery>,
) -> Result<Json<BreakdownView>, Problem> {
    let (wanted, by) = (query.wanted()?, dimension(&query.by)?);
    let tell = async |tx: &Tx| {
        let told = analytics::tell(tx, &permit, &wanted, Some(by), app.now()).await?;
        Ok(BreakdownView::of(told, &Keys::read(tx).await?))
    };
    Ok(Json(app.look(permit.actor(), tell).await?))
}
