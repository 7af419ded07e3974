//! What nodes tell one another after a commit: wake up, look again. A lost notice costs time and never truth, since
//! everybody who waits also looks by themselves now and then.

use guildhall_domain::{Id, id};

use crate::App;

/// Something that others may be waiting for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Releases of a tenant wait for a model.
    WorkWaits(Id<id::Tenant>),
    /// A tenant's bot speaks another build, or its departments have other names.
    BotChanged(Id<id::Tenant>),
    /// A tenant's letter waits to be sent.
    LetterWaits(Id<id::Tenant>),
    /// Somebody wrote in a conversation.
    Written(Id<id::Conversation>),
}

impl Notice {
    /// The topic and the text by which it travels.
    #[must_use]
    pub fn written(self) -> (&'static str, String) {
        match self {
            Self::WorkWaits(tenant) => ("work", tenant.to_string()),
            Self::BotChanged(tenant) => ("bot", tenant.to_string()),
            Self::LetterWaits(tenant) => ("post", tenant.to_string()),
            Self::Written(conversation) => ("talk", conversation.to_string()),
        }
    }

    /// Reads what [`Notice::written`] wrote; what another version wrote may be unreadable and is `None`.
    #[must_use]
    pub fn read(topic: &str, text: &str) -> Option<Self> {
        match topic {
            "work" => text.parse().ok().map(Self::WorkWaits),
            "bot" => text.parse().ok().map(Self::BotChanged),
            "post" => text.parse().ok().map(Self::LetterWaits),
            "talk" => text.parse().ok().map(Self::Written),
            _ => None,
        }
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
            Notice::WorkWaits(_) => self.builder.ring(),
            Notice::LetterWaits(_) => self.post.bell.ring(),
            Notice::BotChanged(tenant) => self.live.look_again(tenant),
            Notice::Written(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_read_back() {
        let uuid = uuid::Uuid::from_u128(7);
        for notice in [
            Notice::WorkWaits(Id::from_uuid(uuid)),
            Notice::BotChanged(Id::from_uuid(uuid)),
            Notice::LetterWaits(Id::from_uuid(uuid)),
            Notice::Written(Id::from_uuid(uuid)),
        ] {
            let (topic, text) = notice.written();
            assert_eq!(Notice::read(topic, &text), Some(notice));
        }
        assert_eq!(Notice::read("bot", "int_x"), None);
        assert_eq!(Notice::read("news", ""), None);
    }
}
