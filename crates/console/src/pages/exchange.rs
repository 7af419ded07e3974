//! Bringing content into a draft from a file, rehearsed first, and taking it out.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
    web::Path,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use guildhall_app::{
    Tx, Work,
    exchange::{self, Counts, ExportFormat, File, Format, Report},
};
use guildhall_domain::{
    Permit, Refusal,
    policy::{EditDraft, ReadDraft},
};
use maud::{Markup, html};

use crate::{
    ROOT,
    allowed::Allowed,
    asked::Asked,
    house::{Answer, House},
    pages::department::frame,
    parts::{Field, nothing},
    reached,
    shell::{Notices, Place, Shell},
    trouble::Trouble,
    upload::{Chosen, Upload},
    words::content as w,
};

/// A rehearsed file of at most this many bytes goes along with the page that shows the report, so that it need not be
/// chosen again.
const CARRIED: usize = 4 * 1024 * 1024;

/// A report with the file that it is about.
struct Rehearsed {
    report: Report,
    name: String,
    format: String,
    carried: Option<String>,
}

/// Asks for a file.
pub(crate) async fn ask(Allowed(permit): Allowed<EditDraft>, house: House, key: Path<String>) -> Answer {
    page(&house, &permit, &key, None, &Trouble::default()).await
}

/// Rehearses a file, or brings it in.
pub(crate) async fn bring(
    Allowed(permit): Allowed<EditDraft>,
    house: House,
    key: Path<String>,
    upload: Upload,
) -> Answer {
    let format = upload.form.get("format").to_owned();
    let applies = upload.form.get("deed") == "apply";
    let Some(Chosen { name, bytes }) = chosen(upload) else {
        let trouble = Trouble::told(StatusCode::UNPROCESSABLE_ENTITY, w::NO_FILE);
        return page(&house, &permit, &key, None, &trouble).await;
    };
    let carried = (bytes.len() <= CARRIED).then(|| STANDARD.encode(&bytes));
    let shown = name.clone().unwrap_or_default();
    match read(&house, &permit, &key, File { name, bytes, ..File::default() }, &format, applies).await {
        Ok(report) if applies => {
            let said = w::brought(report.created.intents + report.updated.intents, report.created.phrases);
            Ok(house.onward(&format!("{ROOT}/departments/{key}/intents"), Notices::good(said)))
        }
        Ok(report) => {
            let rehearsed = Rehearsed { report, name: shown, format, carried };
            page(&house, &permit, &key, Some(rehearsed), &Trouble::default()).await
        }
        Err(refusal) => page(&house, &permit, &key, None, &Trouble::of(refusal)?).await,
    }
}

/// The file that was chosen, or the one that the page before carried.
fn chosen(Upload { form, file }: Upload) -> Option<Chosen> {
    file.or_else(|| {
        let bytes = STANDARD.decode(form.given("carried")?).ok()?;
        Some(Chosen { name: form.given("name").map(str::to_owned), bytes })
    })
}

async fn read(
    house: &House,
    permit: &Permit<EditDraft>,
    key: &str,
    mut file: File,
    format: &str,
    applies: bool,
) -> Result<Report, Refusal> {
    let actor = permit.actor();
    file.department = house.app.look(actor, async |tx: &Tx| exchange::admit(tx, permit, key).await).await?;
    let brought = exchange::unpack(&house.app, file, Format::named(format)).await?;
    if applies {
        house.act(actor, async |work: &Work<'_>| exchange::bring(work, permit, key, brought).await).await
    } else {
        house.app.look(actor, async |tx: &Tx| exchange::rehearse(tx, permit, key, brought).await).await
    }
}

async fn page(
    house: &House,
    permit: &Permit<EditDraft>,
    key: &str,
    rehearsed: Option<Rehearsed>,
    trouble: &Trouble,
) -> Answer {
    let look = async |tx: &Tx| reached::department(tx, permit, key).await;
    let (shell, department) = house.look(permit.actor(), look).await?;
    let body = html! {
        (trouble.summary(&[]))
        @if let Some(rehearsed) = &rehearsed { (told(&shell, rehearsed)) }
        section aria-labelledby="choose" {
            h2 #choose { @if rehearsed.is_some() { (w::ANOTHER_FILE) } @else { (w::CHOOSE_FILE) } }
            p { (w::IMPORT_LEAD) }
            form method="post" enctype="multipart/form-data" {
                (shell.token())
                div.field {
                    label for="file" { (w::FILE) }
                    p.hint #file-hint { (w::FILE_HINT) }
                    input #file type="file" name="file" aria-describedby="file-hint" required;
                }
                (Field::choice("format", w::FORMAT, &w::FORMATS))
                button.primary { (w::REHEARSE) }
            }
        }
    };
    Ok(shell.page_with(Place::Departments, w::IMPORT, trouble, &frame(&shell, &department, w::IMPORT, &body)))
}

fn told(shell: &Shell, Rehearsed { report, name, format, carried }: &Rehearsed) -> Markup {
    let changes = report.created != Counts::default() || report.updated != Counts::default();
    html! {
        section.report aria-labelledby="report" {
            h2 #report { (w::REPORT) }
            p { (w::read_as(name, report.format.name())) }
            (counts(report))
            @if !report.skipped.is_empty() {
                h3 { (w::SKIPPED) " " span.count { (report.skipped.len()) } }
                ul.findings { @for of in &report.skipped { li { strong { (of.location) } " " (of.detail) } } }
            }
            @if !report.warnings.is_empty() {
                h3 { (w::WARNINGS) " " span.count { (report.warnings.len()) } }
                ul.findings { @for of in &report.warnings { li { (of.detail) } } }
            }
            @if !changes { (nothing(w::NOTHING_TO_BRING)) } @else {
                form method="post" enctype="multipart/form-data" {
                    (shell.token())
                    input type="hidden" name="format" value=(format);
                    input type="hidden" name="deed" value="apply";
                    @match carried {
                        Some(carried) => {
                            input type="hidden" name="name" value=(name);
                            input type="hidden" name="carried" value=(carried);
                        }
                        None => div.field {
                            label for="same" { (w::SAME_FILE) }
                            input #same type="file" name="file" required;
                        },
                    }
                    button.primary { (w::APPLY) }
                }
            }
        }
    }
}

fn counts(report: &Report) -> Markup {
    let row = |name: &str, of: Counts| {
        html! { tr { th scope="row" { (name) } td { (of.intents) } td { (of.phrases) } td { (of.answers) } td { (of.kept) } } }
    };
    html! {
        div.wide tabindex="0" role="region" aria-labelledby="report" {
            table {
                thead {
                    tr {
                        td {}
                        th scope="col" { (w::INTENTS) } th scope="col" { (w::PHRASES) }
                        th scope="col" { (w::ANSWERS) } th scope="col" { (w::KEPT) }
                    }
                }
                tbody {
                    (row(w::CREATED, report.created))
                    (row(w::UPDATED, report.updated))
                    (row(w::UNCHANGED, report.unchanged))
                }
            }
        }
        p.hint { (w::KEPT_HINT) }
    }
}

/// Takes a department's draft out, as a file.
pub(crate) async fn export(
    Allowed(permit): Allowed<ReadDraft>,
    house: House,
    key: Path<String>,
    asked: Asked,
) -> Answer {
    let format = asked.get("format").map_or(Some(ExportFormat::Guildhall), ExportFormat::named);
    let format = format.ok_or(Refusal::NotFound)?;
    let export = async |tx: &Tx| exchange::export(tx, &permit, &key).await;
    let bytes = house.app.look(permit.actor(), export).await?.write(format)?;
    let (end, media_type) = format.kind();
    // A department's key is plain: letters, digits, hyphens.
    let disposition = format!("attachment; filename=\"{key}.{end}\"");
    Ok(HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .body(bytes))
}
