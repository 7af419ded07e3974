//! A new password for who lost the old one: by a link, which a letter brings, or whoever may make one hands over.

use std::time::Duration;

use guildhall_auth::{PasswordRules, ResetToken};
use guildhall_domain::{
    Actor, Flaws, Id, Moment, Permit, Refusal,
    event::{Event, Kind},
    id,
    member::{Email, Member, State, context_words},
    policy::ManageMembers,
    reset::PasswordReset,
    tenant,
};
use guildhall_persistence::{End, LoginEntry, Tx};

use crate::{App, Work, letter, session::Client, standing, throttle};

/// Asking takes this long, whoever it is, so that time does not tell whose e-mail is known.
const ASKING_TAKES: Duration = Duration::from_millis(250);

/// A link that was just made. Its text is there only where no letter brings it.
#[derive(Debug)]
pub struct ResetLink {
    /// The link's record.
    pub reset: PasswordReset,
    /// What to hand over.
    pub token: Option<ResetToken>,
}

impl App {
    /// Sends a link to whom this e-mail belongs, in the named company or in each that knows it. The asker learns nothing:
    /// neither by the answer nor by the time that it takes.
    pub async fn ask_reset(&self, email: &Email, slug: Option<&str>, client: &Client) -> Result<(), Refusal> {
        throttle::admit_asking(self, email, &client.network).await?;
        let (asked, ()) = tokio::join!(self.send_resets(email, slug), tokio::time::sleep(ASKING_TAKES));
        asked
    }

    async fn send_resets(&self, email: &Email, slug: Option<&str>) -> Result<(), Refusal> {
        if !self.sends_mail() {
            return Ok(());
        }
        for (tenant, LoginEntry { member, .. }) in self.known(email, slug).await? {
            self.act(&Self::system(tenant.id), async |work| {
                let Some(member) = work.members().get(member).await?.filter(|member| member.state == State::Active)
                else {
                    return Ok(());
                };
                work.tell(Event::of(Kind::ResetAsked, member.id))?;
                link(work, &member).await.map(|_| ())
            })
            .await?;
        }
        Ok(())
    }

    /// The operator's link for a member of a company; it is always handed over.
    pub async fn operators_reset(&self, slug: &str, email: &Email) -> Result<String, Refusal> {
        let tenant = self.store.tenant_by_slug(slug).await?.ok_or(Refusal::NotFound)?;
        self.act(&Self::system(tenant.id), async |work| {
            let member = work.members().by_email(email).await?.ok_or(Refusal::NotFound)?;
            work.tell(Event::of(Kind::ResetLinkMade, member.id))?;
            let (_, token) = keep(work, &member).await?;
            Ok(work.app().links().reset(&token))
        })
        .await
    }
}

/// Makes a link for a member, who gets it by letter where letters are sent; one's own password is changed otherwise.
pub async fn make(work: &Work<'_>, permit: &Permit<ManageMembers>, id: Id<id::Member>) -> Result<ResetLink, Refusal> {
    let member = standing::here(work, id).await?;
    // A leader's stolen session must not become the leader's password.
    if permit.member()? == id {
        return Err(Refusal::Forbidden("member.manage"));
    }
    work.tell(Event::of(Kind::ResetLinkMade, id))?;
    link(work, &member).await
}

async fn link(work: &Work<'_>, member: &Member) -> Result<ResetLink, Refusal> {
    let (reset, token) = keep(work, member).await?;
    let company = work.this_tenant().await?.company;
    let letter = letter::reset(member, &company, &work.app().links().reset(&token));
    let posted = work.post(&letter, reset.expires_at).await?;
    Ok(ResetLink { reset, token: (!posted).then_some(token) })
}

async fn keep(work: &Work<'_>, member: &Member) -> Result<(PasswordReset, ResetToken), Refusal> {
    let reset = PasswordReset::made(work.new_id()?, member.id, work.now());
    let token = ResetToken::draw(work.scope().tenant(), reset.id, work.app().entropy())?;
    work.password_resets().add(&reset, token.digest()).await?;
    Ok((reset, token))
}

/// A new password that comes with a link.
#[derive(Debug)]
pub struct NewPassword {
    token: ResetToken,
    email: Email,
    hash: String,
}

impl App {
    /// Reads a new password that comes with a link, and hashes it. A link that nobody made is not found, before any
    /// hashing; whether it is still good is for [`set`] to say.
    pub async fn read_new_password(&self, token: &str, password: &str) -> Result<NewPassword, Refusal> {
        let token = ResetToken::parse(token).map_err(|_| Refusal::NotFound)?;
        let (member, company) = self
            .look(&Self::system(token.tenant), async |tx: &Tx| {
                let (reset, hash) = tx.password_resets().get(token.id).await?.ok_or(Refusal::NotFound)?;
                let tenant = tx.this_tenant().await?;
                let member = tx.members().get(reset.member).await?.ok_or(Refusal::NotFound)?;
                let good =
                    token.matches(&hash) && tenant.state == tenant::State::Active && member.state == State::Active;
                if good { Ok((member, tenant.company)) } else { Err(Refusal::NotFound) }
            })
            .await?;
        let mut flaws = Flaws::default();
        let words = context_words(&member.name, &member.email, &company);
        let password = flaws.take("/new_password", PasswordRules::check(password, &words));
        let password = flaws.settle(password)?;
        Ok(NewPassword { token, email: member.email, hash: self.hash_password(password).await? })
    }

    /// Sets the new password, and lets its member try to sign in again at once.
    pub async fn reset_password(&self, new: NewPassword, client: &Client) -> Result<(), Refusal> {
        let actor: Actor = Self::system(new.token.tenant);
        self.act(&actor, async |work| set(work, &new).await).await?;
        throttle::Tries::of(self, &new.email, &client.network).renewed(self).await;
        Ok(())
    }
}

/// Sets the new password: the link is used up, and every session ends.
async fn set(work: &Work<'_>, new: &NewPassword) -> Result<(), Refusal> {
    let now = work.now();
    let (reset, _) = work.password_resets().get(new.token.id).await?.ok_or(Refusal::NotFound)?;
    if !work.password_resets().spend(reset.id, now).await? {
        return Err(Refusal::Gone("reset-used"));
    }
    let member = standing::here(work, reset.member).await?;
    if member.state != State::Active {
        return Err(Refusal::NotFound);
    }
    work.members().set_password_hash(member.id, &new.hash, now).await?;
    work.members().raise_epoch(member.id).await?;
    work.sessions().end(member.id, End::All, "password reset", now).await?;
    work.tell(Event::of(Kind::PasswordReset, member.id))?;
    tell_of_new_password(work, &member, now).await
}

/// Writes to a member that their password is another one now; such news is worth a day.
pub(crate) async fn tell_of_new_password(work: &Work<'_>, member: &Member, now: Moment) -> Result<(), Refusal> {
    let company = work.this_tenant().await?.company;
    let letter = letter::password_changed(member, &company, now);
    work.post(&letter, now.after(Duration::from_hours(24))).await.map(|_| ())
}
