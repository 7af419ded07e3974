//! Views that several nouns share, and the shape of a page.

use guildhall_domain::{Grant, intent::Warning};
use serde::Serialize;
use utoipa::ToSchema;

/// Makes the concrete page type of a view, so that generated clients get one name for it.
macro_rules! page_view {
    ($page:ident of $view:ident) => {
        #[doc = concat!("A page of a list: ", stringify!($view), ".")]
        #[derive(Debug, serde::Serialize, utoipa::ToSchema)]
        pub(crate) struct $page {
            /// The items, in the list's order.
            pub(crate) items: Vec<$view>,
            /// Where the next page starts; null on the last one.
            pub(crate) next_cursor: Option<String>,
        }

        impl $page {
            pub(crate) fn of<T>(page: guildhall_domain::Page<T>, view: impl FnMut(T) -> $view) -> Self {
                let next_cursor = crate::http::extract::cursor_text(page.next);
                Self { items: page.items.into_iter().map(view).collect(), next_cursor }
            }
        }
    };
}
pub(crate) use page_view;

/// Something that was done differently than asked.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Warning)]
pub(crate) struct WarningView {
    /// What; stable, for programs.
    #[schema(value_type = String, example = "equal-phrase")]
    code: &'static str,
    /// A sentence for people.
    detail: String,
}

impl From<Warning> for WarningView {
    fn from(Warning { code, detail }: Warning) -> Self {
        Self { code, detail }
    }
}

/// A role in a department, or in the whole company.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = RoleGrant)]
pub(crate) struct RoleView {
    /// The role.
    #[schema(value_type = String, example = "owner")]
    role: &'static str,
    /// The department's key; null for the whole company.
    #[schema(example = "sales")]
    department: Option<String>,
}

impl RoleView {
    /// Every grant but the bare membership, with departments by key.
    pub(crate) fn all(grants: &[Grant], keys: &Keys) -> Vec<Self> {
        let view =
            |grant: &Grant| Self { role: grant.role.name(), department: grant.department.and_then(|id| keys.of(id)) };
        let bare = |grant: &&Grant| grant.role == guildhall_domain::actor::Role::Member;
        grants.iter().filter(|grant| !bare(grant)).map(view).collect()
    }
}

/// The keys of departments by their ids.
pub(crate) struct Keys(std::collections::HashMap<guildhall_domain::Id<guildhall_domain::id::Department>, String>);

impl Keys {
    /// Reads them all.
    pub(crate) async fn read(tx: &guildhall_persistence::Tx) -> Result<Self, guildhall_domain::Refusal> {
        let all = tx.departments().all().await?;
        Ok(Self(all.into_iter().map(|department| (department.id, department.key.to_string())).collect()))
    }

    /// The key of a department that is still there.
    pub(crate) fn of(&self, id: guildhall_domain::Id<guildhall_domain::id::Department>) -> Option<String> {
        self.0.get(&id).cloned()
    }
}
