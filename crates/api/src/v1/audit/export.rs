//! The audit log as a file: streamed part by part, so that its length costs no memory.

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Bytes, Data},
};
use futures_util::{Stream, stream};
use guildhall_app::{App, Work, audit};
use guildhall_domain::{
    Moment, Refusal,
    policy::{self, ReadAudit},
};
use guildhall_persistence::{AuditFilter, AuditRow, Tx};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{AuditView, Sought, audit_query};
use crate::{
    gate,
    http::{Problem, Query},
    v1::answer::{Allowed, attachment},
};

/// How the file is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AuditFormat {
    /// A JSON array, one row a line.
    #[default]
    Json,
    /// A table, safe to open in a spreadsheet.
    Csv,
}

impl AuditFormat {
    const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    /// A part of the file: what opens it before the first rows, and what closes it after the last.
    fn write(self, rows: Vec<AuditRow>, first: bool) -> Result<Vec<u8>, Refusal> {
        if self == Self::Csv {
            return audit::table(&rows, first);
        }
        let mut text = Vec::new();
        if rows.is_empty() {
            text.extend_from_slice(if first { b"[]\n" } else { b"\n]\n" });
        }
        for (at, row) in rows.into_iter().enumerate() {
            text.extend_from_slice(if first && at == 0 { b"[\n" } else { b",\n" });
            serde_json::to_writer(&mut text, &AuditView::from(row)).map_err(Refusal::broken)?;
        }
        Ok(text)
    }
}

audit_query! {
    /// Which rows, in which format.
    AuditExportQuery {
        /// `json` (where absent) or `csv`.
        #[param(inline)]
        format: Option<AuditFormat>
    }
}

/// Takes the audit log out as a file, the oldest row first. The export itself goes on record.
#[utoipa::path(
    tag = "audit",
    operation_id = "exportAuditLog",
    params(AuditExportQuery),
    responses((status = 200, description = "The file", content((Vec<AuditView> = "application/json"), (String = "text/csv")))),
    security(("member" = [])),
    extensions(("x-action" = json!("audit.read")))
)]
#[get("/v1/audit-log/export")]
pub(crate) async fn export_audit_log(
    Allowed(permit): Allowed<ReadAudit>,
    app: Data<App>,
    request: HttpRequest,
    Query(query): Query<AuditExportQuery>,
) -> Result<HttpResponse, Problem> {
    let format = query.format.unwrap_or_default();
    let filter = app.look(permit.actor(), async |tx: &Tx| query.sought().filter(tx).await).await?;
    let begin = async |work: &Work<'_>| audit::begin_export(work, &permit, format.name()).await;
    let until = app.act(permit.actor(), begin).await?;
    let bearer = gate::bearer(&request).unwrap_or_default().to_owned();
    let disposition = attachment(&format!("audit-log.{}", format.name()));
    let file = Export { app, bearer, filter, format, until, place: Place::Start };
    Ok(HttpResponse::Ok().content_type(format.media_type()).insert_header(disposition).streaming(file.parts()))
}

/// A file on its way.
struct Export {
    app: Data<App>,
    /// Asked about again at each part: who lost the right gets no more.
    bearer: String,
    filter: AuditFilter,
    format: AuditFormat,
    until: i64,
    place: Place,
}

/// How far a file is.
enum Place {
    Start,
    After(i64),
    End,
}

impl Export {
    fn parts(self) -> impl Stream<Item = Result<Bytes, Problem>> {
        stream::try_unfold(self, |mut export| async move {
            let part = export.next().await.inspect_err(|error| tracing::warn!(%error, "an audit export broke off"));
            Ok(part?.map(|part| (part, export)))
        })
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        let (first, after) = match self.place {
            Place::Start => (true, 0),
            Place::After(seq) => (false, seq),
            Place::End => return Ok(None),
        };
        let actor = self.app.authenticate(&self.bearer, None).await?;
        let permit = policy::judge::<ReadAudit>(&actor)?;
        let part = async |tx: &Tx| audit::part(tx, &permit, &self.filter, after, self.until).await;
        let rows = self.app.look(&actor, part).await?;
        self.place = rows.last().map_or(Place::End, |row| Place::After(row.entry.seq));
        let part = self.format.write(rows, first)?;
        Ok(Some(Bytes::from(part)).filter(|part| !part.is_empty()))
    }
}
