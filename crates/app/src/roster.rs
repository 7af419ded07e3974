//! Inviting many at once, from a roster: line by line, twice is once, and a rehearsal tells the same beforehand.

use std::collections::{HashMap, HashSet};

use guildhall_domain::{
    Id, Moment, Permit, Refusal, actor::Role, department::Department, folded, id, intent::Warning, policy::Invite,
};
use guildhall_persistence::Tx;

use crate::{
    App, Work,
    exchange::{
        Rejected,
        roster::{self, Entry, Invitee, Roster, Unread},
    },
    invitation::{self, Invited, Place},
};

/// What became of a roster, or would.
#[derive(Debug)]
pub struct Report {
    /// Each row with its line.
    pub lines: Vec<(u64, Line)>,
    /// What was read differently than somebody might expect.
    pub warnings: Vec<Warning>,
}

/// What became of a row, or would.
#[derive(Debug)]
pub struct Line {
    /// The address as it stands, if there is one.
    pub address: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// The invitation, once it is made.
    pub invited: Option<Invited>,
}

/// What becomes of a row.
#[derive(Debug)]
pub enum Outcome {
    /// They are invited.
    Invited,
    /// Nothing was left to do.
    Unchanged(Unread),
    /// Nothing could be done.
    Skipped(Unread),
}

/// Reads a roster beside the threads that serve.
pub async fn unpack(app: &App, bytes: Vec<u8>) -> Result<Roster, Refusal> {
    let _place = app.importing.try_acquire().map_err(|_| Refusal::Unavailable("overloaded"))?;
    let reading = tokio::task::spawn_blocking(move || roster::read(&bytes));
    reading.await.map_err(Refusal::broken)?.map_err(|rejected: Rejected| rejected.into())
}

/// What [`invite`] would do.
pub async fn rehearse(tx: &Tx, permit: &Permit<Invite>, now: Moment, roster: Roster) -> Result<Report, Refusal> {
    let Roster { lines, warnings } = roster;
    let rehearsed = plan(tx, permit, now, lines).await?.into_iter().map(|(at, address, verdict)| {
        let outcome = verdict.err().unwrap_or(Outcome::Invited);
        (at, Line { address, outcome, invited: None })
    });
    Ok(Report { lines: rehearsed.collect(), warnings })
}

/// Invites whoever the roster names and who is neither here nor invited to the same already.
pub async fn invite(work: &Work<'_>, permit: &Permit<Invite>, roster: Roster) -> Result<Report, Refusal> {
    let Roster { lines, warnings } = roster;
    // Rosters go one after the other, so that the same one twice at once is once too.
    work.lock_tenant().await?;
    let mut done = Vec::with_capacity(lines.len());
    for (at, address, verdict) in plan(work, permit, work.now(), lines).await? {
        let (outcome, invited) = match verdict {
            Ok((Invitee { email, name, tenant_role, .. }, place)) => {
                let invited = invitation::keep(work, permit, email, name, tenant_role, place).await?;
                (Outcome::Invited, Some(invited))
            }
            Err(outcome) => (outcome, None),
        };
        done.push((at, Line { address, outcome, invited }));
    }
    Ok(Report { lines: done, warnings })
}

/// Whom to invite and where to; or what else becomes of the row.
type Verdict = Result<(Invitee, Option<Place>), Outcome>;

async fn plan(
    tx: &Tx,
    permit: &Permit<Invite>,
    now: Moment,
    lines: Vec<(u64, Entry)>,
) -> Result<Vec<(u64, Option<String>, Verdict)>, Refusal> {
    let departments = tx.departments().all().await?;
    let mut plan = Plan { tx, permit, now, departments, seen: HashMap::new(), owned: HashSet::new() };
    let mut planned = Vec::with_capacity(lines.len());
    for (at, Entry { address, read }) in lines {
        let verdict = match read {
            Ok(invitee) => plan.judge(at, invitee).await?,
            Err(why) => Err(Outcome::Skipped(why)),
        };
        planned.push((at, address, verdict));
    }
    Ok(planned)
}

/// What the rows before have come to.
struct Plan<'a> {
    tx: &'a Tx,
    permit: &'a Permit<Invite>,
    now: Moment,
    departments: Vec<Department>,
    /// The lines of the addresses so far.
    seen: HashMap<String, u64>,
    /// Departments that get an owner by a row before.
    owned: HashSet<Id<id::Department>>,
}

impl Plan<'_> {
    async fn judge(&mut self, line: u64, invitee: Invitee) -> Result<Verdict, Refusal> {
        if let Some(before) = self.seen.insert(invitee.email.canonical(), line) {
            return Ok(skip("repeated", format!("the address stands on line {before} already")));
        }
        let mut place = None;
        if let Some((named, role)) = &invitee.department {
            match self.department(named) {
                Some(department) => place = Some((department, *role)),
                None => return Ok(skip("invalid-reference", format!("«{named}» names no department"))),
            }
        }
        if self.tx.members().by_email(&invitee.email).await?.is_some() {
            return Ok(unchanged("member", "works here already"));
        }
        match invitation::may_invite(self.tx, self.permit, invitee.tenant_role, place, &self.owned).await {
            Ok(()) => {}
            Err(Refusal::Forbidden(_)) => return Ok(skip("forbidden", "you may not offer these roles")),
            Err(Refusal::Conflict(_)) => {
                return Ok(skip("owner-grants", "the department has, or gets, an owner, who grants its roles"));
            }
            Err(other) => return Err(other),
        }
        self.owned.extend(place.filter(|(_, role)| *role == Role::Owner).map(|(department, _)| department));
        let open = self.tx.invitations().open_to(&invitee.email, self.now).await?;
        if open.is_some_and(|open| open.offers(invitee.tenant_role, place)) {
            return Ok(unchanged("invited", "has an open invitation to the same"));
        }
        Ok(Ok((invitee, place)))
    }

    fn department(&self, named: &str) -> Option<Id<id::Department>> {
        let is = |department: &&Department| {
            department.key.as_str() == named || folded(department.name.as_str()) == folded(named)
        };
        let exact = self.departments.iter().find(|department| department.key.as_str() == named);
        exact.or_else(|| self.departments.iter().find(is)).map(|department| department.id)
    }
}

fn skip(code: &'static str, detail: impl Into<String>) -> Verdict {
    Err(Outcome::Skipped(Unread { code, detail: detail.into() }))
}

fn unchanged(code: &'static str, detail: &str) -> Verdict {
    Err(Outcome::Unchanged(Unread { code, detail: detail.to_owned() }))
}
