//! How departments answer each other, for whoever may see it: the leader every pair, a department its own, management the
//! company's sums.

use guildhall_domain::{
    Moment, Permit, Reach, Refusal,
    actor::Role,
    policy::MeasureRequests,
    request::measure::{Fact, Measure, Pair, pairs},
};
use guildhall_persistence::{Eyes, Tx};

/// What is measured.
#[derive(Debug)]
pub struct Measures {
    /// From when on.
    pub since: Moment,
    /// All that one may see, together.
    pub total: Measure,
    /// Each pair that one may see; none for who sees sums only.
    pub pairs: Vec<Pair>,
}

/// The measures of what was sent since then.
pub async fn measures(
    tx: &Tx,
    permit: &Permit<MeasureRequests>,
    since: Moment,
    now: Moment,
) -> Result<Measures, Refusal> {
    let eyes = Eyes { reach: permit.reach(), member: None };
    let requests = tx.knowledge_requests().since(eyes, since).await?;
    let facts: Vec<Fact> = requests.iter().map(|request| Fact::of(request, now)).collect();
    // Whose reach is the tenant without leading it sees sums, and beside them the pairs of departments that are their own.
    let leads = permit.actor().grants.iter().any(|grant| grant.role == Role::Leader);
    let sees = |pair: &Pair| leads || permit.at_home(pair.to) || pair.from.is_some_and(|from| permit.at_home(from));
    let mut pairs = pairs(&facts, now);
    if *permit.reach() == Reach::Tenant {
        pairs.retain(sees);
    }
    Ok(Measures { since, total: Measure::of(&facts, now), pairs })
}
