//! Conversation tests: suites and cases of a department, and of the company; importing, exporting, running them.

mod bodies;
mod operations;
mod runs;
mod views;

use actix_web::{HttpRequest, HttpResponse, Responder, http::header};
use guildhall_app::{
    Tx,
    exchange::scripts::ScriptFormat,
    suite::{Home, OwnHome},
};
use guildhall_domain::{
    Id, Permit, Refusal, id,
    policy::{Action, EditDraft, KeepCompanyTests, ReadCompanyTests, ReadDraft},
};
use serde::Deserialize;
use utoipa::IntoParams;

pub(super) use self::operations::configure;
use super::{answer::attachment, jobs::JobView};

/// An action by which tests are read.
trait Reads: Action + Sized {
    /// Where they are: in a department, or in the company without one.
    async fn home(tx: &Tx, permit: &Permit<Self>, key: Option<&str>) -> Result<Home, Refusal>;
}

impl Reads for ReadDraft {
    async fn home(tx: &Tx, permit: &Permit<Self>, key: Option<&str>) -> Result<Home, Refusal> {
        Home::of(tx, permit, key.ok_or(Refusal::NotFound)?).await
    }
}

impl Reads for ReadCompanyTests {
    async fn home(_: &Tx, permit: &Permit<Self>, _: Option<&str>) -> Result<Home, Refusal> {
        Ok(Home::company(permit))
    }
}

/// An action by which tests are kept.
trait Keeps: Action + Sized {
    /// Where they are: in a department, or in the company without one.
    async fn home(tx: &Tx, permit: &Permit<Self>, key: Option<&str>) -> Result<OwnHome, Refusal>;
}

impl Keeps for EditDraft {
    async fn home(tx: &Tx, permit: &Permit<Self>, key: Option<&str>) -> Result<OwnHome, Refusal> {
        OwnHome::of(tx, permit, key.ok_or(Refusal::NotFound)?).await
    }
}

impl Keeps for KeepCompanyTests {
    async fn home(_: &Tx, permit: &Permit<Self>, _: Option<&str>) -> Result<OwnHome, Refusal> {
        Ok(OwnHome::company(permit))
    }
}

/// Whose tests.
#[derive(Debug, Deserialize)]
pub(crate) struct PlacePath {
    department: Option<String>,
}

/// A suite of somebody's.
#[derive(Debug, Deserialize)]
pub(crate) struct SuitePath {
    department: Option<String>,
    suite: Id<id::TestSuite>,
}

/// A case of a suite.
#[derive(Debug, Deserialize)]
pub(crate) struct CasePath {
    department: Option<String>,
    suite: Id<id::TestSuite>,
    case: Id<id::TestCase>,
}

/// A run of somebody's tests.
#[derive(Debug, Deserialize)]
pub(crate) struct RunPath {
    department: Option<String>,
    run: Id<id::TestRun>,
}

/// How tests are written.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct FormatQuery {
    /// `yaml` or `json`.
    #[param(example = "yaml")]
    format: Option<String>,
}

/// Which bot.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct StageQuery {
    /// `live` or `draft`.
    #[param(example = "live")]
    stage: Option<String>,
}

/// A job that was begun: 202, with where it is.
pub(crate) struct Begun(JobView);

impl Responder for Begun {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Accepted().insert_header((header::LOCATION, self.0.path())).json(self.0)
    }
}

/// A file of tests.
pub(crate) struct TestFile(String, ScriptFormat);

impl Responder for TestFile {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let Self(text, format) = self;
        let name = attachment(&format!("tests.{}", format.extension()));
        HttpResponse::Ok().insert_header(name).content_type(format.media_type()).body(text)
    }
}

/// The base of a home's paths.
fn base(key: Option<&str>) -> String {
    key.map_or_else(|| "/v1/tests".to_owned(), |key| format!("/v1/departments/{key}/tests"))
}
