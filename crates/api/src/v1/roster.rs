//! Inviting many at once, from a table.

use actix_web::{post, web::Data};
use guildhall_app::{
    App, Work,
    exchange::roster::Unread,
    invitation::Invited,
    roster::{self, Line, Outcome, Report},
};
use guildhall_auth::InvitationToken;
use guildhall_domain::{Id, id, policy::Invite};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{answer::Allowed, exchange::Upload, views::WarningView};
use crate::http::{Json, Problem, Query};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config.service(import_invitations);
}

/// How a roster is taken.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct RosterQuery {
    /// Whether only to report what would be done.
    #[param(example = true)]
    dry_run: Option<bool>,
}

/// What became of a roster, or would.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RosterReport {
    /// Whether nobody was invited.
    dry_run: bool,
    /// How many are invited.
    invited: usize,
    /// For how many nothing was left to do.
    unchanged: usize,
    /// For how many nothing could be done.
    skipped: usize,
    /// Each row that says something.
    lines: Vec<RosterLine>,
    /// What was read differently than somebody might expect.
    warnings: Vec<WarningView>,
}

/// What became of a row, or would.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RosterLine {
    /// Its line in the file, counted from 1.
    #[schema(example = 2)]
    line: u64,
    /// The address as it stands there.
    #[schema(example = "eero@nordic-outfitters.example")]
    email: Option<String>,
    /// `invited`, `unchanged` or `skipped`.
    #[schema(value_type = String, example = "invited")]
    outcome: &'static str,
    /// Why nothing was done; stable, for programs.
    #[schema(value_type = Option<String>, example = "member")]
    code: Option<&'static str>,
    /// The same in words, for people.
    detail: Option<String>,
    /// The invitation, once it is made.
    #[schema(value_type = Option<String>, example = "inv_01jd0000007000g00000000001")]
    invitation: Option<Id<id::Invitation>>,
    /// What the invited person accepts with, shown this once; null where a letter brings it.
    #[schema(format = Password, example = "it_…")]
    token: Option<String>,
    /// The same as a link to hand over.
    #[schema(format = "uri")]
    link: Option<String>,
}

impl RosterLine {
    fn of(line: u64, Line { address, outcome, invited }: Line, app: &App) -> Self {
        let (outcome, why) = match outcome {
            Outcome::Invited => ("invited", None),
            Outcome::Unchanged(why) => ("unchanged", Some(why)),
            Outcome::Skipped(why) => ("skipped", Some(why)),
        };
        let (code, detail) = why.map(|Unread { code, detail }| (code, detail)).unzip();
        let (invitation, token) = invited.map(|Invited { invitation, token }| (invitation.id, token)).unzip();
        let token = token.flatten();
        Self {
            line,
            email: address,
            outcome,
            code,
            detail,
            invitation,
            token: token.as_ref().map(InvitationToken::text),
            link: token.as_ref().map(|token| app.links().invitation(token)),
        }
    }
}

impl RosterReport {
    fn of(Report { lines, warnings }: Report, dry_run: bool, app: &App) -> Self {
        let lines: Vec<_> = lines.into_iter().map(|(at, line)| RosterLine::of(at, line, app)).collect();
        let count = |outcome| lines.iter().filter(|line| line.outcome == outcome).count();
        Self {
            dry_run,
            invited: count("invited"),
            unchanged: count("unchanged"),
            skipped: count("skipped"),
            warnings: warnings.into_iter().map(WarningView::from).collect(),
            lines,
        }
    }
}

/// Invites the people of a table: columns for the address, and if you like for name, role, department and role in the
/// department, under any usual name. Each row is answered for; twice is once, and whoever works here is left as they are.
#[utoipa::path(
    tag = "people",
    operation_id = "importInvitations",
    request_body(content((String = "text/csv"), (Vec<u8> = "application/octet-stream")),
        description = "The table, at most 1,000 rows"),
    params(RosterQuery),
    responses((status = 200, description = "What was done, or would be", body = RosterReport)),
    security(("member" = [])),
    extensions(("x-action" = json!("member.invite")))
)]
#[post("/v1/invitations/import")]
pub(crate) async fn import_invitations(
    Allowed(permit): Allowed<Invite>,
    app: Data<App>,
    Query(query): Query<RosterQuery>,
    Upload(file): Upload,
) -> Result<Json<RosterReport>, Problem> {
    let (dry_run, actor) = (query.dry_run == Some(true), permit.actor());
    let roster = roster::unpack(&app, file.bytes).await?;
    let report = if dry_run {
        app.look(actor, async |tx: &Tx| roster::rehearse(tx, &permit, app.now(), roster).await).await?
    } else {
        app.act(actor, async |work: &Work<'_>| roster::invite(work, &permit, roster).await).await?
    };
    Ok(Json(RosterReport::of(report, dry_run, &app)))
}
