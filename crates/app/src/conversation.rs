//! Staff read what visitors asked their departments; list, search and read go by the same reach.

use guildhall_domain::{Id, Page, PageRequest, Permit, Refusal, conversation::Message, id, policy::ReadConversations};
use guildhall_persistence::{ConversationFilter, StaffConversation, Tx};

use crate::department;

/// What staff look for.
#[derive(Debug, Default)]
pub struct Wanted {
    /// Words in a message.
    pub words: Option<String>,
    /// The key of a department that took part.
    pub department: Option<String>,
    /// A channel.
    pub channel: Option<Id<id::Channel>>,
}

/// A page of the conversations within reach, the latest first.
pub async fn list(
    tx: &Tx,
    permit: &Permit<ReadConversations>,
    wanted: Wanted,
    page: &PageRequest,
) -> Result<Page<StaffConversation>, Refusal> {
    let department = match wanted.department {
        None => None,
        Some(key) => {
            let department = department::referred(tx, permit, &key, "/department").await?;
            permit.over(department.id)?;
            Some(department.id)
        }
    };
    let filter = ConversationFilter { words: wanted.words, department, channel: wanted.channel };
    Ok(tx.conversations().list(permit.reach(), &filter, page).await?)
}

/// A conversation within reach.
pub async fn get(
    tx: &Tx,
    permit: &Permit<ReadConversations>,
    id: Id<id::Conversation>,
) -> Result<StaffConversation, Refusal> {
    tx.conversations().get(permit.reach(), id).await?.ok_or(Refusal::NotFound)
}

/// Messages of a conversation within reach, after this number, at most `limit`.
pub async fn messages(
    tx: &Tx,
    permit: &Permit<ReadConversations>,
    id: Id<id::Conversation>,
    after: i64,
    limit: u64,
) -> Result<Vec<Message>, Refusal> {
    get(tx, permit, id).await?;
    Ok(tx.conversations().messages(id, after, limit).await?)
}
