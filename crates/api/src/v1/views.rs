//! Views that several nouns share, and the shape of a page.

use guildhall_domain::{Grant, Id, Moment, Refusal, actor::Role, id, intent::Warning, tenant::Tenant};
use guildhall_persistence::Tx;
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

/// A company.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Tenant)]
pub(crate) struct TenantView {
    /// Its identifier.
    #[schema(value_type = String, example = "ten_01jd0000007000g00000000001")]
    id: Id<id::Tenant>,
    /// Its unique short name.
    #[schema(example = "nordic-outfitters")]
    slug: String,
    /// Its name.
    #[schema(example = "Nordic Outfitters")]
    company: String,
    /// When it signed up.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

impl From<Tenant> for TenantView {
    fn from(tenant: Tenant) -> Self {
        let Tenant { id, slug, company, created_at, updated_at, .. } = tenant;
        Self { id, slug, company: company.into(), created_at, updated_at }
    }
}

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
        let bare = |grant: &&Grant| grant.role == Role::Member;
        grants.iter().filter(|grant| !bare(grant)).map(view).collect()
    }
}

/// The keys of departments by their ids.
pub(crate) struct Keys(std::collections::HashMap<Id<id::Department>, String>);

impl Keys {
    /// Reads them all.
    pub(crate) async fn read(tx: &Tx) -> Result<Self, Refusal> {
        let all = tx.departments().all().await?;
        Ok(Self(all.into_iter().map(|department| (department.id, department.key.to_string())).collect()))
    }

    /// The key of a department that is still there.
    pub(crate) fn of(&self, id: Id<id::Department>) -> Option<String> {
        self.0.get(&id).cloned()
    }
}
