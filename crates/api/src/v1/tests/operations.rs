//! The operations on tests, made once for departments and once for the company.

use actix_web::{delete, get, patch, post, put, web::Data};
use guildhall_app::{App, Tx, Work, exchange::scripts::ScriptFormat, suite, trial, work::Secrecy};
use guildhall_domain::{
    policy::{EditDraft, KeepCompanyTests, ReadCompanyTests, ReadDraft},
    suite::Stage,
};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Begun, CasePath, FormatQuery, Keeps, PlacePath, Reads, RunPath, StageQuery, SuitePath, TestFile, base,
    bodies::{CaseBody, RunBody, SuiteBody, SuitePatchBody},
    runs::{RunView, TestRunPage},
    views::{CaseView, PrecheckView, SuiteView, TestCasePage, TestImportReport, TestSuitePage},
};
use crate::{
    http::{IfMatch, Json, PageQuery, Paged, Path, Problem, Query, problem::catalogue as kinds},
    v1::{
        answer::{Allowed, Answer, Created, Done, Keyed, Versioned, create},
        exchange::Upload,
        jobs::JobView,
        views::Keys,
    },
};

pub(in crate::v1) fn configure(config: &mut ServiceConfig<'_>) {
    config.configure(department::configure).configure(company::configure);
}

/// Makes the operations of one kind of home: they differ in who may, and where.
macro_rules! operations {
    ($module:ident: $read:ident $reading:tt, $edit:ident $editing:tt, [$($place:tt)*], { $($name:ident: $path:tt $id:tt;)* }) => {
        mod $module {
            use super::*;

            pub(super) fn configure(config: &mut ServiceConfig<'_>) {
                config$(.service($name))*;
            }

            operations!(@ $read $reading $edit $editing [$($place)*] $($name $path $id)*);
        }
    };
    (@ $read:ident $reading:tt $edit:ident $editing:tt [$($place:tt)*]
        list $list:tt $list_id:tt create_suite $create:tt $create_id:tt import $import:tt $import_id:tt
        export $export:tt $export_id:tt precheck $precheck:tt $precheck_id:tt start_run $start:tt $start_id:tt
        runs $runs:tt $runs_id:tt run $run:tt $run_id:tt suite_of $suite:tt $suite_id:tt
        change_suite $change:tt $change_id:tt delete_suite $delete:tt $delete_id:tt cases $cases:tt $cases_id:tt
        add_case $add:tt $add_id:tt case $case:tt $case_id:tt put_case $put:tt $put_id:tt
        delete_case $remove:tt $remove_id:tt
    ) => {
        /// Lists the suites, in the order of their making.
        #[utoipa::path(
            tag = "tests",
            operation_id = $list_id,
            params($($place)* PageQuery),
            responses((status = 200, description = "A page of suites", body = TestSuitePage)),
            security(("member" = [])),
            extensions(("x-action" = json!($reading)))
        )]
        #[get($list)]
        pub(crate) async fn list(
            Allowed(permit): Allowed<$read>,
            app: Data<App>,
            Path(at): Path<PlacePath>,
            query: Paged,
        ) -> Result<Json<TestSuitePage>, Problem> {
            let key = at.department.as_deref();
            let look = async |tx: &Tx| suite::list(tx, &$read::home(tx, &permit, key).await?, &query.page).await;
            let page = app.look(permit.actor(), look).await?;
            Ok(Json(TestSuitePage::of(page, |suite| SuiteView::of(suite, key))))
        }

        /// Makes a suite.
        #[utoipa::path(
            tag = "tests",
            operation_id = $create_id,
            request_body = SuiteBody,
            params($($place)* ),
            responses((status = 201, description = "The suite", body = SuiteView)),
            security(("member" = [])),
            extensions(("x-action" = json!($editing)))
        )]
        #[post($create)]
        pub(crate) async fn create_suite(
            Allowed(permit): Allowed<$edit>,
            app: Data<App>,
            Path(at): Path<PlacePath>,
            sent: Keyed<SuiteBody>,
        ) -> Result<Answer<SuiteView>, Problem> {
            let key = at.department.as_deref();
            create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: SuiteBody| {
                let home = $edit::home(work, &permit, key).await?;
                let made = suite::create(work, &home, body.parse()?).await?;
                let (location, version) = (format!("{}/{}", base(key), made.id), made.version);
                Ok(Created::at(SuiteView::of(made, key), location, Some(version)))
            })
            .await
        }

        /// Takes tests over from a file: Guildhall's own in YAML or JSON, or Rasa's test stories. What is there by name is stated
        /// anew, nothing is deleted, and the same file twice changes nothing.
        #[utoipa::path(
            tag = "tests",
            operation_id = $import_id,
            request_body(
                content = String, content_type = "application/yaml",
                example = json!("suites:\n- name: Returns\n  tests:\n  - name: In English\n    turns:\n    - says: I want to send this back\n      expect: { intent: return_item }\n"),
            ),
            params($($place)* ),
            responses((status = 200, description = "What it brought", body = TestImportReport)),
            security(("member" = [])),
            extensions(("x-action" = json!($editing)))
        )]
        #[post($import)]
        pub(crate) async fn import(
            Allowed(permit): Allowed<$edit>,
            app: Data<App>,
            Path(at): Path<PlacePath>,
            Upload(file): Upload,
        ) -> Result<Json<TestImportReport>, Problem> {
            let key = at.department.as_deref();
            let take = async |work: &Work<'_>| {
                suite::take(work, &$edit::home(work, &permit, key).await?, &file.bytes).await
            };
            Ok(Json(app.act(permit.actor(), take).await?.into()))
        }

        /// Takes every suite out as a file.
        #[utoipa::path(
            tag = "tests",
            operation_id = $export_id,
            params($($place)* FormatQuery),
            responses((status = 200, description = "The file", body = String, content_type = "application/yaml")),
            security(("member" = [])),
            extensions(("x-action" = json!($reading)))
        )]
        #[get($export)]
        pub(crate) async fn export(
            Allowed(permit): Allowed<$read>,
            app: Data<App>,
            Path(at): Path<PlacePath>,
            Query(query): Query<FormatQuery>,
        ) -> Result<TestFile, Problem> {
            let format = ScriptFormat::named(query.format.as_deref().unwrap_or("yaml"));
            let format = format.ok_or_else(|| Problem::new(&kinds::INVALID_PARAMETER).detail("`format` is yaml or json."))?;
            let key = at.department.as_deref();
            let look = async |tx: &Tx| suite::export(tx, &$read::home(tx, &permit, key).await?, format).await;
            Ok(TestFile(app.look(permit.actor(), look).await?, format))
        }

        /// Tells which tests name a department, an intent or an answer that is not there any more.
        #[utoipa::path(
            tag = "tests",
            operation_id = $precheck_id,
            params($($place)* StageQuery),
            responses((status = 200, description = "What was found", body = PrecheckView)),
            security(("member" = [])),
            extensions(("x-action" = json!($reading)))
        )]
        #[get($precheck)]
        pub(crate) async fn precheck(
            Allowed(permit): Allowed<$read>,
            app: Data<App>,
            Path(at): Path<PlacePath>,
            Query(query): Query<StageQuery>,
        ) -> Result<Json<PrecheckView>, Problem> {
            let stage = Stage::named(query.stage.as_deref().unwrap_or("live"));
            let stage = stage.ok_or_else(|| Problem::new(&kinds::INVALID_PARAMETER).detail("`stage` is live or draft."))?;
            let key = at.department.as_deref();
            let look = async |tx: &Tx| app.stale_cases(tx, &$read::home(tx, &permit, key).await?, stage).await;
            Ok(Json(PrecheckView::of(app.look(permit.actor(), look).await?)))
        }

        /// Runs tests, as a job; its result names the run.
        #[utoipa::path(
            tag = "tests",
            operation_id = $start_id,
            request_body = RunBody,
            params($($place)* ),
            responses((status = 202, description = "The job", body = JobView)),
            security(("member" = [])),
            extensions(("x-action" = json!($editing)))
        )]
        #[post($start)]
        pub(crate) async fn start_run(
            Allowed(permit): Allowed<$edit>,
            app: Data<App>,
            Path(at): Path<PlacePath>,
            body: Json<RunBody>,
        ) -> Result<Begun, Problem> {
            let (stage, suites) = body.0.parse()?;
            let key = at.department.as_deref();
            let begin = async |work: &Work<'_>| {
                let job = trial::ask(work, &$edit::home(work, &permit, key).await?, stage, suites).await?;
                Ok(JobView::of(job, &Keys::read(work).await?))
            };
            Ok(Begun(app.act(permit.actor(), begin).await?))
        }

        /// Lists what came of running tests, the latest first. Runs are kept for ninety days.
        #[utoipa::path(
            tag = "tests",
            operation_id = $runs_id,
            params($($place)* PageQuery),
            responses((status = 200, description = "A page of runs", body = TestRunPage)),
            security(("member" = [])),
            extensions(("x-action" = json!($reading)))
        )]
        #[get($runs)]
        pub(crate) async fn runs(
            Allowed(permit): Allowed<$read>,
            app: Data<App>,
            Path(at): Path<PlacePath>,
            query: Paged,
        ) -> Result<Json<TestRunPage>, Problem> {
            let key = at.department.as_deref();
            let look = async |tx: &Tx| suite::runs(tx, &$read::home(tx, &permit, key).await?, &query.page).await;
            let page = app.look(permit.actor(), look).await?;
            Ok(Json(TestRunPage::of(page, |found| RunView::of(found, key))))
        }

        /// Reads what came of a run: which failed, what was expected, what came, and how the bot ranked it.
        #[utoipa::path(
            tag = "tests",
            operation_id = $run_id,
            params($($place)* ("run" = String, Path, example = "run_01jd0000007000g00000000001")),
            responses((status = 200, description = "The run", body = RunView)),
            security(("member" = [])),
            extensions(("x-action" = json!($reading)))
        )]
        #[get($run)]
        pub(crate) async fn run(
            Allowed(permit): Allowed<$read>,
            app: Data<App>,
            Path(at): Path<RunPath>,
        ) -> Result<Json<RunView>, Problem> {
            let key = at.department.as_deref();
            let look = async |tx: &Tx| suite::run(tx, &$read::home(tx, &permit, key).await?, at.run).await;
            Ok(Json(RunView::whole(app.look(permit.actor(), look).await?, key)))
        }

        /// Reads a suite.
        #[utoipa::path(
            tag = "tests",
            operation_id = $suite_id,
            params($($place)* ("suite" = String, Path, example = "sui_01jd0000007000g00000000001")),
            responses(
                (status = 200, description = "The suite", body = SuiteView, headers(("ETag" = String))),
                (status = 304, description = "As `If-None-Match` has it"),
            ),
            security(("member" = [])),
            extensions(("x-action" = json!($reading)))
        )]
        #[get($suite)]
        pub(crate) async fn suite_of(
            Allowed(permit): Allowed<$read>,
            app: Data<App>,
            Path(at): Path<SuitePath>,
        ) -> Result<Versioned<SuiteView>, Problem> {
            let key = at.department.as_deref();
            let look = async |tx: &Tx| suite::get(tx, &$read::home(tx, &permit, key).await?, at.suite).await;
            let found = app.look(permit.actor(), look).await?;
            let version = found.version;
            Ok(Versioned::new(SuiteView::of(found, key), version))
        }

        /// Changes a suite's name, description or weight.
        #[utoipa::path(
            tag = "tests",
            operation_id = $change_id,
            request_body(content = SuitePatchBody, content_type = "application/merge-patch+json"),
            params($($place)* ("suite" = String, Path, example = "sui_01jd0000007000g00000000001"), ("If-Match" = String, Header, example = "\"v1\"")),
            responses((status = 200, description = "The suite as it is now", body = SuiteView, headers(("ETag" = String)))),
            security(("member" = [])),
            extensions(("x-action" = json!($editing)))
        )]
        #[patch($change)]
        pub(crate) async fn change_suite(
            Allowed(permit): Allowed<$edit>,
            app: Data<App>,
            Path(at): Path<SuitePath>,
            IfMatch(version): IfMatch,
            body: Json<SuitePatchBody>,
        ) -> Result<Versioned<SuiteView>, Problem> {
            let (key, patch) = (at.department.as_deref(), body.0.parse()?);
            let change = async |work: &Work<'_>| {
                suite::change(work, &$edit::home(work, &permit, key).await?, at.suite, version, patch).await
            };
            let found = app.act(permit.actor(), change).await?;
            let version = found.version;
            Ok(Versioned::new(SuiteView::of(found, key), version))
        }

        /// Deletes a suite with its cases; what came of running them stays.
        #[utoipa::path(
            tag = "tests",
            operation_id = $delete_id,
            params($($place)* ("suite" = String, Path, example = "sui_01jd0000007000g00000000001"), ("If-Match" = String, Header, example = "\"v1\"")),
            responses((status = 204, description = "Deleted")),
            security(("member" = [])),
            extensions(("x-action" = json!($editing)))
        )]
        #[delete($delete)]
        pub(crate) async fn delete_suite(
            Allowed(permit): Allowed<$edit>,
            app: Data<App>,
            Path(at): Path<SuitePath>,
            IfMatch(version): IfMatch,
        ) -> Result<Done, Problem> {
            let key = at.department.as_deref();
            let delete = async |work: &Work<'_>| {
                suite::delete(work, &$edit::home(work, &permit, key).await?, at.suite, version).await
            };
            app.act(permit.actor(), delete).await?;
            Ok(Done)
        }

        /// Lists a suite's cases, in the order of their making.
        #[utoipa::path(
            tag = "tests",
            operation_id = $cases_id,
            params($($place)* ("suite" = String, Path, example = "sui_01jd0000007000g00000000001"), PageQuery),
            responses((status = 200, description = "A page of cases", body = TestCasePage)),
            security(("member" = [])),
            extensions(("x-action" = json!($reading)))
        )]
        #[get($cases)]
        pub(crate) async fn cases(
            Allowed(permit): Allowed<$read>,
            app: Data<App>,
            Path(at): Path<SuitePath>,
            query: Paged,
        ) -> Result<Json<TestCasePage>, Problem> {
            let key = at.department.as_deref();
            let look =
                async |tx: &Tx| suite::cases(tx, &$read::home(tx, &permit, key).await?, at.suite, &query.page).await;
            Ok(Json(TestCasePage::of(app.look(permit.actor(), look).await?, CaseView::from)))
        }

        /// Adds a case to a suite.
        #[utoipa::path(
            tag = "tests",
            operation_id = $add_id,
            request_body = CaseBody,
            params($($place)* ("suite" = String, Path, example = "sui_01jd0000007000g00000000001")),
            responses((status = 201, description = "The case", body = CaseView)),
            security(("member" = [])),
            extensions(("x-action" = json!($editing)))
        )]
        #[post($add)]
        pub(crate) async fn add_case(
            Allowed(permit): Allowed<$edit>,
            app: Data<App>,
            Path(at): Path<SuitePath>,
            sent: Keyed<CaseBody>,
        ) -> Result<Answer<CaseView>, Problem> {
            let key = at.department.as_deref();
            create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: CaseBody| {
                let home = $edit::home(work, &permit, key).await?;
                let made = suite::add_case(work, &home, at.suite, body.parse()?).await?;
                let location = format!("{}/{}/cases/{}", base(key), at.suite, made.id);
                let version = made.version;
                Ok(Created::at(made.into(), location, Some(version)))
            })
            .await
        }

        /// Reads a case.
        #[utoipa::path(
            tag = "tests",
            operation_id = $case_id,
            params($($place)* ("suite" = String, Path, example = "sui_01jd0000007000g00000000001"), ("case" = String, Path, example = "tst_01jd0000007000g00000000001")),
            responses(
                (status = 200, description = "The case", body = CaseView, headers(("ETag" = String))),
                (status = 304, description = "As `If-None-Match` has it"),
            ),
            security(("member" = [])),
            extensions(("x-action" = json!($reading)))
        )]
        #[get($case)]
        pub(crate) async fn case(
            Allowed(permit): Allowed<$read>,
            app: Data<App>,
            Path(at): Path<CasePath>,
        ) -> Result<Versioned<CaseView>, Problem> {
            let key = at.department.as_deref();
            let look =
                async |tx: &Tx| suite::case(tx, &$read::home(tx, &permit, key).await?, at.suite, at.case).await;
            let found = app.look(permit.actor(), look).await?;
            let version = found.version;
            Ok(Versioned::new(found.into(), version))
        }

        /// States a case whole.
        #[utoipa::path(
            tag = "tests",
            operation_id = $put_id,
            request_body = CaseBody,
            params($($place)* ("suite" = String, Path, example = "sui_01jd0000007000g00000000001"), ("case" = String, Path, example = "tst_01jd0000007000g00000000001"), ("If-Match" = String, Header, example = "\"v1\"")),
            responses((status = 200, description = "The case as it is now", body = CaseView, headers(("ETag" = String)))),
            security(("member" = [])),
            extensions(("x-action" = json!($editing)))
        )]
        #[put($put)]
        pub(crate) async fn put_case(
            Allowed(permit): Allowed<$edit>,
            app: Data<App>,
            Path(at): Path<CasePath>,
            IfMatch(version): IfMatch,
            body: Json<CaseBody>,
        ) -> Result<Versioned<CaseView>, Problem> {
            let (key, script) = (at.department.as_deref(), body.0.parse()?);
            let put = async |work: &Work<'_>| {
                let home = $edit::home(work, &permit, key).await?;
                suite::put_case(work, &home, (at.suite, at.case), version, script).await
            };
            let found = app.act(permit.actor(), put).await?;
            let version = found.version;
            Ok(Versioned::new(found.into(), version))
        }

        /// Deletes a case.
        #[utoipa::path(
            tag = "tests",
            operation_id = $remove_id,
            params($($place)* ("suite" = String, Path, example = "sui_01jd0000007000g00000000001"), ("case" = String, Path, example = "tst_01jd0000007000g00000000001"), ("If-Match" = String, Header, example = "\"v1\"")),
            responses((status = 204, description = "Deleted")),
            security(("member" = [])),
            extensions(("x-action" = json!($editing)))
        )]
        #[delete($remove)]
        pub(crate) async fn delete_case(
            Allowed(permit): Allowed<$edit>,
            app: Data<App>,
            Path(at): Path<CasePath>,
            IfMatch(version): IfMatch,
        ) -> Result<Done, Problem> {
            let key = at.department.as_deref();
            let delete = async |work: &Work<'_>| {
                let home = $edit::home(work, &permit, key).await?;
                suite::delete_case(work, &home, (at.suite, at.case), version).await
            };
            app.act(permit.actor(), delete).await?;
            Ok(Done)
        }

    };
}

operations! { department: ReadDraft "draft.read", EditDraft "draft.edit", [("department" = String, Path, example = "sales"),], {
    list: "/v1/departments/{department}/tests" "listDepartmentTestSuites";
    create_suite: "/v1/departments/{department}/tests" "createDepartmentTestSuite";
    import: "/v1/departments/{department}/tests/import" "importDepartmentTests";
    export: "/v1/departments/{department}/tests/export" "exportDepartmentTests";
    precheck: "/v1/departments/{department}/tests/precheck" "precheckDepartmentTests";
    start_run: "/v1/departments/{department}/tests/runs" "runDepartmentTests";
    runs: "/v1/departments/{department}/tests/runs" "listDepartmentTestRuns";
    run: "/v1/departments/{department}/tests/runs/{run}" "getDepartmentTestRun";
    suite_of: "/v1/departments/{department}/tests/{suite}" "getDepartmentTestSuite";
    change_suite: "/v1/departments/{department}/tests/{suite}" "changeDepartmentTestSuite";
    delete_suite: "/v1/departments/{department}/tests/{suite}" "deleteDepartmentTestSuite";
    cases: "/v1/departments/{department}/tests/{suite}/cases" "listDepartmentTestCases";
    add_case: "/v1/departments/{department}/tests/{suite}/cases" "createDepartmentTestCase";
    case: "/v1/departments/{department}/tests/{suite}/cases/{case}" "getDepartmentTestCase";
    put_case: "/v1/departments/{department}/tests/{suite}/cases/{case}" "putDepartmentTestCase";
    delete_case: "/v1/departments/{department}/tests/{suite}/cases/{case}" "deleteDepartmentTestCase";
} }

operations! { company: ReadCompanyTests "test.read", KeepCompanyTests "test.keep", [], {
    list: "/v1/tests" "listCompanyTestSuites";
    create_suite: "/v1/tests" "createCompanyTestSuite";
    import: "/v1/tests/import" "importCompanyTests";
    export: "/v1/tests/export" "exportCompanyTests";
    precheck: "/v1/tests/precheck" "precheckCompanyTests";
    start_run: "/v1/tests/runs" "runCompanyTests";
    runs: "/v1/tests/runs" "listCompanyTestRuns";
    run: "/v1/tests/runs/{run}" "getCompanyTestRun";
    suite_of: "/v1/tests/{suite}" "getCompanyTestSuite";
    change_suite: "/v1/tests/{suite}" "changeCompanyTestSuite";
    delete_suite: "/v1/tests/{suite}" "deleteCompanyTestSuite";
    cases: "/v1/tests/{suite}/cases" "listCompanyTestCases";
    add_case: "/v1/tests/{suite}/cases" "createCompanyTestCase";
    case: "/v1/tests/{suite}/cases/{case}" "getCompanyTestCase";
    put_case: "/v1/tests/{suite}/cases/{case}" "putCompanyTestCase";
    delete_case: "/v1/tests/{suite}/cases/{case}" "deleteCompanyTestCase";
} }
