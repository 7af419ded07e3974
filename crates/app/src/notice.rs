//! What nodes tell one another after a commit: wake up, look again. A lost notice costs time and never truth, since
//! everybody who waits also looks by themselves now and then.

use guildhall_domain::{Id, id};
use guildhall_persistence::ErrandKind;

use crate::App;

/// Something that others may be waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// A tenant's errand of this kind waits.
    ErrandWaits(ErrandKind, Id<id::Tenant>),
    /// A tenant's bot speaks another build, or its departments have other names.
    BotChanged(Id<id::Tenant>),
    /// A job is further than it was, or has ended.
    JobMoved(Id<id::Job>),
    /// Somebody wrote in a conversation.
    Written(Id<id::Conversation>),
}

impl Notice {
    /// The topic and the text by which it travels.
    #[must_use]
    pub fn written(self) -> (&'static str, String) {
        match self {
            Self::ErrandWaits(kind, tenant) => (topic(kind), tenant.to_string()),
            Self::BotChanged(tenant) => ("bot", tenant.to_string()),
            Self::JobMoved(job) => ("progress", job.to_string()),
            Self::Written(conversation) => ("talk", conversation.to_string()),
        }
    }

    /// Reads what [`Notice::written`] wrote; what another version wrote may be unreadable and is `None`.
    #[must_use]
    pub fn read(topic: &str, text: &str) -> Option<Self> {
        match topic {
            "bot" => text.parse().ok().map(Self::BotChanged),
            "progress" => text.parse().ok().map(Self::JobMoved),
            "talk" => text.parse().ok().map(Self::Written),
            _ => {
                let kind = ErrandKind::ALL.iter().copied().find(|kind| self::topic(*kind) == topic)?;
                text.parse().ok().map(|tenant| Self::ErrandWaits(kind, tenant))
            }
        }
    }
}

/// The topic under which a kind of errand is announced.
const fn topic(kind: ErrandKind) -> &'static str {
    match kind {
        ErrandKind::Build => "work",
        ErrandKind::Letter => "post",
        kind => kind.name(),
    }
}

impl App {
    /// Tells every node, this one at once; nobody waits for the others to hear.
    pub(crate) fn spread(&self, notice: Notice) {
        self.hear(notice);
        let (shared, (topic, text)) = (self.shared.clone(), notice.written());
        tokio::spawn(async move { shared.announce(topic, &text).await });
    }

    /// Does what a notice asks of this node.
    pub fn hear(&self, notice: Notice) {
        match notice {
            Notice::ErrandWaits(kind, _) => self.bells.ring(kind),
            Notice::BotChanged(tenant) => self.live.look_again(tenant),
            Notice::Written(_) | Notice::JobMoved(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_read_back() {
        let uuid = uuid::Uuid::from_u128(7);
        let errands = ErrandKind::ALL.iter().map(|kind| Notice::ErrandWaits(*kind, Id::from_uuid(uuid)));
        let others = [
            Notice::BotChanged(Id::from_uuid(uuid)),
            Notice::JobMoved(Id::from_uuid(uuid)),
            Notice::Written(Id::from_uuid(uuid)),
        ];
        for notice in errands.chain(others) {
            let (topic, text) = notice.written();
            assert_eq!(Notice::read(topic, &text), Some(notice));
        }
        assert_eq!(Notice::read("bot", "int_x"), None);
        assert_eq!(Notice::read("news", ""), None);
    }
}
