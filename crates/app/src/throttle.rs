//! How often a password may be tried: by account and network, by account alone, and by network over many accounts.

use std::time::Duration;

use guildhall_domain::{Refusal, content::Hash, member::Email};
use guildhall_persistence::shared::{Limit, key};

use crate::App;

/// Failures of one account from one network before it has to wait.
const FREE_TRIES: u32 = 5;
const FORGOTTEN: Duration = Duration::from_mins(15);
const FIRST_WAIT: Duration = Duration::from_secs(30);
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// Failures of one account from anywhere.
const ACCOUNT: Limit = Limit { name: "login-account", quota: 20, window: Duration::from_hours(1), burst: 20 };
/// Failures from one network, over whatever accounts.
const NETWORK: Limit = Limit { name: "login-network", quota: 60, window: Duration::from_mins(15), burst: 60 };

/// Links for a new password that are asked for, for one account and from one network.
const ASKED: Limit = Limit { name: "reset-account", quota: 5, window: Duration::from_hours(1), burst: 5 };
const ASKED_FROM: Limit = Limit { name: "reset-network", quota: 30, window: Duration::from_mins(30), burst: 30 };

/// The counters that one sign-in belongs to.
#[derive(Debug)]
pub(crate) struct Tries {
    account_here: String,
    account_here_blocked: String,
    account: String,
    account_blocked: String,
    network: String,
    network_blocked: String,
}

impl Tries {
    /// The counters of this account (by its keyed hash, never its e-mail) and this network.
    pub(crate) fn of(app: &App, email: &Email, network: &str) -> Self {
        let account = account(app, email);
        let counter = |name: String| key(None, format_args!("login:{name}"));
        Self {
            account_here: counter(format!("{account}:{network}")),
            account_here_blocked: counter(format!("blocked:{account}:{network}")),
            account: counter(account.clone()),
            account_blocked: counter(format!("blocked:{account}")),
            network: counter(format!("at:{network}")),
            network_blocked: counter(format!("blocked:at:{network}")),
        }
    }

    /// Refuses while the account or the network has to wait; a right password is not looked at then.
    pub(crate) async fn admit(&self, app: &App) -> Result<(), Refusal> {
        for (blocked, policy) in [
            (&self.account_here_blocked, "login-account"),
            (&self.account_blocked, "login-account"),
            (&self.network_blocked, "login-network"),
        ] {
            let strikes = app.shared.strikes(blocked, app.now()).await;
            if strikes.count > 0 {
                return Err(Refusal::TooMany { retry_after: strikes.left.max(Duration::from_secs(1)), policy });
            }
        }
        Ok(())
    }

    /// Notes a wrong password. From the fifth on the account has to wait here, twice as long with each further one; they
    /// are counted on for a while after the wait.
    pub(crate) async fn failed(&self, app: &App) {
        let now = app.now();
        let failures = app.shared.strikes(&self.account_here, now).await.count + 1;
        let wait = if failures < FREE_TRIES { Duration::ZERO } else { wait_after(failures) };
        app.shared.strike(&self.account_here, FORGOTTEN + wait, now).await;
        if !wait.is_zero() {
            app.shared.strike(&self.account_here_blocked, wait, now).await;
        }
        for (limit, failures, blocked) in
            [(&ACCOUNT, &self.account, &self.account_blocked), (&NETWORK, &self.network, &self.network_blocked)]
        {
            let verdict = app.shared.take(limit, failures, 1).await;
            if verdict.remaining == 0 {
                app.shared.strike(blocked, limit.window / limit.quota, now).await;
            }
        }
    }

    /// Forgets the account's failures from here after a right password.
    pub(crate) async fn succeeded(&self, app: &App) {
        app.shared.absolve(&self.account_here).await;
        app.shared.absolve(&self.account_here_blocked).await;
    }

    /// Lets the account in again, here and from anywhere: its password is a new one.
    pub(crate) async fn renewed(&self, app: &App) {
        self.succeeded(app).await;
        app.shared.absolve(&self.account_blocked).await;
    }
}

/// Refuses who asks too often for a link to set a new password; known and unknown accounts alike.
pub(crate) async fn admit_asking(app: &App, email: &Email, network: &str) -> Result<(), Refusal> {
    for (limit, who) in [(&ASKED_FROM, format!("at:{network}")), (&ASKED, account(app, email))] {
        let verdict = app.shared.take(limit, &key(None, format_args!("reset:{who}")), 1).await;
        if !verdict.allowed {
            return Err(Refusal::TooMany { retry_after: verdict.retry_after, policy: limit.name });
        }
    }
    Ok(())
}

fn account(app: &App, email: &Email) -> String {
    Hash(app.directory.login_hash(email)).to_string()
}

/// 30 s after the fifth failure, doubling to an hour.
fn wait_after(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(FREE_TRIES).min(7);
    (FIRST_WAIT * 2u32.pow(doublings)).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_to_an_hour() {
        assert_eq!(wait_after(5), Duration::from_secs(30));
        assert_eq!(wait_after(6), Duration::from_mins(1));
        assert_eq!(wait_after(11), Duration::from_mins(32));
        assert_eq!(wait_after(12), LONGEST_WAIT);
        assert_eq!(wait_after(99), LONGEST_WAIT);
    }
}
