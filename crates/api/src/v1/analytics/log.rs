//! The message log as a table: what the asker may read, streamed part by part.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Bytes, Data},
};
use futures_util::{Stream, stream};
use guildhall_app::{
    App,
    analytics::{self, MOST_DAYS, Span, USUAL_DAYS},
};
use guildhall_domain::{
    Id, Moment, Refusal, id,
    policy::{self, ReadConversations},
    tally::day_of,
};
use guildhall_persistence::Tx;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

use super::day;
use crate::{
    gate,
    http::{Problem, Query, problem::catalogue as kinds},
    v1::{
        answer::{Allowed, attachment},
        views::Keys,
    },
};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(export_messages);
}

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogQuery {
    /// The first day, in UTC; thirty days before the last one where absent.
    #[param(format = Date, example = "2026-11-01")]
    from: Option<String>,
    /// The last day, in UTC; today where absent. At most 400 days.
    #[param(format = Date, example = "2026-11-30")]
    to: Option<String>,
}

/// Takes messages out as a table, the oldest first: those of the conversations that one may read.
#[utoipa::path(
    tag = "analytics",
    operation_id = "exportMessages",
    params(LogQuery),
    responses((status = 200, description = "The table", body = String, content_type = "text/csv")),
    security(("member" = [])),
    extensions(("x-action" = json!("conversation.read")))
)]
#[get("/v1/analytics/messages.csv")]
pub(crate) async fn export_messages(
    _permit: Allowed<ReadConversations>,
    app: Data<App>,
    request: HttpRequest,
    Query(query): Query<LogQuery>,
) -> Result<HttpResponse, Problem> {
    let to = query.to.as_deref().map_or_else(|| Ok(day_of(app.now())), |text| day("to", text))?;
    let from = query.from.as_deref().map_or_else(|| Ok(to - USUAL_DAYS + 1), |text| day("from", text))?;
    if from > to || to - from >= MOST_DAYS {
        return Err(Problem::new(&kinds::INVALID_PARAMETER).detail("`from` is up to 400 days before `to`."));
    }
    let bearer = gate::bearer(&request).unwrap_or_default().to_owned();
    let file = Export { app, bearer, span: Span { from, to }, place: Place::Start };
    let answer = HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(attachment("messages.csv"))
        .streaming(file.parts());
    Ok(answer)
}

/// A table on its way.
struct Export {
    app: Data<App>,
    /// Asked about again at each part: who lost the right gets no more.
    bearer: String,
    span: Span,
    place: Place,
}

/// How far a table is.
enum Place {
    Start,
    After(Moment, Id<id::Message>),
    End,
}

impl Export {
    fn parts(self) -> impl Stream<Item = Result<Bytes, Problem>> {
        stream::try_unfold(self, |mut export| async move {
            let part =
                export.next().await.inspect_err(|error| tracing::warn!(%error, "an export of messages broke off"));
            Ok(part?.map(|part| (part, export)))
        })
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        let (first, after) = match self.place {
            Place::Start => (true, None),
            Place::After(at, id) => (false, Some((at, id))),
            Place::End => return Ok(None),
        };
        let actor = self.app.authenticate(&self.bearer, None).await?;
        let permit = policy::judge::<ReadConversations>(&actor)?;
        let part = async |tx: &Tx| Ok((analytics::log(tx, &permit, self.span, after).await?, Keys::read(tx).await?));
        let (rows, keys) = self.app.look(&actor, part).await?;
        self.place = rows.last().map_or(Place::End, |row| Place::After(row.message.created_at, row.message.id));
        let part = analytics::table(&rows, |id| keys.of(id), first)?;
        Ok(Some(Bytes::from(part)).filter(|part| !part.is_empty()))
    }
}
