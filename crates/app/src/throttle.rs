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

/// The counters that one sign-in belongs to.
#[derive(Debug)]
pub(crate) struct Tries {
    account_here: String,
    account: String,
    account_blocked: String,
    network: String,
    network_blocked: String,
}

impl Tries {
    /// The counters of this account (by its keyed hash, never its e-mail) and this network.
    pub(crate) fn of(app: &App, email: &Email, network: &str) -> Self {
        let account = Hash(app.directory.login_hash(email)).to_string();
        let counter = |name: String| key(None, format_args!("login:{name}"));
        Self {
            account_here: counter(format!("{account}:{network}")),
            account: counter(account.clone()),
            account_blocked: counter(format!("blocked:{account}")),
            network: counter(format!("at:{network}")),
            network_blocked: counter(format!("blocked:at:{network}")),
        }
    }

    /// Refuses while the account or the network has to wait; a right password is not looked at then.
    pub(crate) async fn admit(&self, app: &App) -> Result<(), Refusal> {
        for (key, free, policy) in self.limits() {
            let strikes = app.shared.strikes(key).await;
            if strikes.count >= free {
                return Err(Refusal::TooMany { retry_after: strikes.left.max(Duration::from_secs(1)), policy });
            }
        }
        Ok(())
    }

    /// Notes a wrong password; the wait of the account from here doubles with each further one.
    pub(crate) async fn failed(&self, app: &App) {
        let so_far = app.shared.strikes(&self.account_here).await.count;
        let wait = if so_far + 1 < FREE_TRIES { FORGOTTEN } else { wait_after(so_far + 1) };
        app.shared.strike(&self.account_here, wait).await;
        for (limit, failures, blocked) in
            [(&ACCOUNT, &self.account, &self.account_blocked), (&NETWORK, &self.network, &self.network_blocked)]
        {
            let verdict = app.shared.take(limit, failures, 1).await;
            if verdict.remaining == 0 {
                app.shared.strike(blocked, limit.window / limit.quota).await;
            }
        }
    }

    /// Forgets the account's failures from here after a right password.
    pub(crate) async fn succeeded(&self, app: &App) {
        app.shared.absolve(&self.account_here).await;
    }

    fn limits(&self) -> [(&str, u32, &'static str); 3] {
        [
            (&self.account_here, FREE_TRIES, "login-account"),
            (&self.account_blocked, 1, "login-account"),
            (&self.network_blocked, 1, "login-network"),
        ]
    }
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
