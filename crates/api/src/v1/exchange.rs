//! Bringing content into a draft from other platforms, and taking it out.

use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    get,
    http::header::{self, ContentDisposition},
    post,
    web::Data,
};
use futures_util::{FutureExt, future::LocalBoxFuture};
use guildhall_app::{
    App, Work,
    exchange::{self, Brought, Counts, ExportFormat, File, Format, Report, Skipped, limits::FILE_BYTES},
};
use guildhall_domain::policy::{EditDraft, ReadDraft};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, attachment},
    views::WarningView,
};
use crate::http::{Json, Path, Problem, Query, extract::read, problem::catalogue as kinds};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(import_content).service(export_content);
}

/// A file of any type, as it is sent.
pub(crate) struct Upload(pub(crate) File);

impl FromRequest for Upload {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let text = |name| request.headers().get(&name).and_then(|value| value.to_str().ok());
        let content_type = text(header::CONTENT_TYPE).map(str::to_ascii_lowercase);
        let coded = text(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
        let form = content_type.as_deref().is_some_and(|kind| kind.starts_with("multipart/"));
        let named = request.headers().get(header::CONTENT_DISPOSITION).map(ContentDisposition::from_raw);
        let name = named.and_then(Result::ok).and_then(|named| {
            let extended = named.get_filename_ext().map(|name| String::from_utf8_lossy(&name.value).into_owned());
            extended.or_else(|| named.get_filename().map(str::to_owned))
        });
        let body = read(request, payload, FILE_BYTES);
        async move {
            if coded || form {
                let detail = "Send the file itself as the body, without a form or a content coding.";
                return Err(Problem::new(&kinds::UNSUPPORTED_MEDIA_TYPE).detail(detail));
            }
            let bytes = body.await?.to_vec();
            Ok(Self(File { name, content_type, bytes, ..File::default() }))
        }
        .boxed_local()
    }
}

/// How a file is to be read.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImportQuery {
    /// `guildhall`, `rasa`, `csv`, `dialogflow-es`, `dialogflow-cx`, `luis`, `lu`, `qna`, `qnabot` or `starchat`; found
    /// out from the file for `auto` or where absent.
    #[param(example = "auto")]
    format: Option<String>,
    /// Whether only to report what would be done.
    #[param(example = true)]
    dry_run: Option<bool>,
}

impl ImportQuery {
    fn format(&self) -> Result<Option<Format>, Problem> {
        match self.format.as_deref() {
            None | Some("auto") => Ok(None),
            Some(name) => Format::named(name).map(Some).ok_or_else(unknown_format),
        }
    }
}

fn unknown_format() -> Problem {
    Problem::new(&kinds::INVALID_PARAMETER).detail("`format` is none of those that the operation knows.")
}

/// What an import did, or would do.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportReport {
    /// The format that the file was read as.
    #[schema(value_type = String, example = "rasa")]
    format: &'static str,
    /// Whether nothing was written.
    dry_run: bool,
    /// What is new.
    created: ImportCounts,
    /// What was there and differed.
    updated: ImportCounts,
    /// What was there already.
    unchanged: ImportCounts,
    /// What was left out, each at its place.
    skipped: Vec<SkippedView>,
    /// What was done differently than somebody might expect.
    warnings: Vec<WarningView>,
}

/// How many of each kind.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportCounts {
    /// Intents.
    intents: usize,
    /// Phrases.
    phrases: usize,
    /// Answers.
    answers: usize,
    /// What is kept until it can be represented: entities, slots, forms, flows, synonyms.
    kept: usize,
}

/// Something that was left out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Skipped)]
pub(crate) struct SkippedView {
    /// Its line, file or JSON Pointer.
    #[schema(example = "data/nlu.yml line 12")]
    location: String,
    /// Why; stable, for programs.
    #[schema(value_type = String, example = "too-long")]
    code: &'static str,
    /// A sentence for people.
    detail: String,
}

impl ImportReport {
    fn of(report: Report, dry_run: bool) -> Self {
        let counts = |counts: Counts| {
            let Counts { intents, phrases, answers, kept } = counts;
            ImportCounts { intents, phrases, answers, kept }
        };
        let skipped = |skipped: Skipped| {
            let Skipped { location, code, detail } = skipped;
            SkippedView { location, code, detail }
        };
        Self {
            format: report.format.name(),
            dry_run,
            created: counts(report.created),
            updated: counts(report.updated),
            unchanged: counts(report.unchanged),
            skipped: report.skipped.into_iter().map(skipped).collect(),
            warnings: report.warnings.into_iter().map(WarningView::from).collect(),
        }
    }
}

/// Brings a file's content into a department's draft: whole or not at all, and twice is once. What is there and not in
/// the file stays. The body is the file itself; `Content-Disposition` may name it.
#[utoipa::path(
    tag = "content",
    operation_id = "importContent",
    request_body(content(
        (Vec<u8> = "application/octet-stream"), (Vec<u8> = "application/zip"), (serde_json::Value = "application/json"),
        (String = "application/yaml"), (String = "text/csv"), (String = "text/plain"),
    ), description = "The file, at most 20 MiB"),
    params(("department" = String, Path, example = "customer-service"), ImportQuery),
    responses((status = 200, description = "What was done, or would be", body = ImportReport)),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.edit")))
)]
#[post("/v1/departments/{department}/imports")]
pub(crate) async fn import_content(
    Allowed(permit): Allowed<EditDraft>,
    app: Data<App>,
    Path(department): Path<String>,
    Query(query): Query<ImportQuery>,
    Upload(mut file): Upload,
) -> Result<Json<ImportReport>, Problem> {
    let (told, dry_run, actor) = (query.format()?, query.dry_run == Some(true), permit.actor());
    let admit = async |tx: &Tx| exchange::admit(tx, &permit, &department).await;
    file.department = app.look(actor, admit).await?;
    let brought: Brought = exchange::unpack(&app, file, told).await?;
    let report = if dry_run {
        app.look(actor, async |tx: &Tx| exchange::rehearse(tx, &permit, &department, brought).await).await?
    } else {
        app.act(actor, async |work: &Work<'_>| exchange::bring(work, &permit, &department, brought).await).await?
    };
    Ok(Json(ImportReport::of(report, dry_run)))
}

/// In which format.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportQuery {
    /// `guildhall` (without loss, where absent), `rasa` or `csv`.
    #[param(example = "guildhall")]
    format: Option<String>,
}

/// Takes a department's draft out, as a file.
#[utoipa::path(
    tag = "content",
    operation_id = "exportContent",
    params(("department" = String, Path, example = "customer-service"), ExportQuery),
    responses((status = 200, description = "The file", content(
        (serde_json::Value = "application/json"), (String = "application/yaml"), (String = "text/csv"),
    ))),
    security(("member" = [])),
    extensions(("x-action" = json!("draft.read")))
)]
#[get("/v1/departments/{department}/export")]
pub(crate) async fn export_content(
    Allowed(permit): Allowed<ReadDraft>,
    app: Data<App>,
    Path(department): Path<String>,
    Query(query): Query<ExportQuery>,
) -> Result<HttpResponse, Problem> {
    let format = ExportFormat::named(query.format.as_deref().unwrap_or("guildhall")).ok_or_else(unknown_format)?;
    let export = async |tx: &Tx| exchange::export(tx, &permit, &department).await;
    let bytes = app.look(permit.actor(), export).await?.write(format)?;
    let (end, media_type) = format.kind();
    let disposition = attachment(&format!("{department}.{end}"));
    Ok(HttpResponse::Ok().content_type(media_type).insert_header(disposition).body(bytes))
}
