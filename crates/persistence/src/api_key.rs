//! API keys: their hashes and what they may; revoked ones are not found here any more.

use guildhall_domain::{
    Id, Moment, Page, PageRequest,
    api_key::{ApiKey, Bounds, Departments, scope},
    id,
    text::Name,
};
use sea_orm::{ColumnTrait, Condition, ExprTrait, PaginatorTrait, QueryFilter, Select, sea_query::Expr};

use crate::{Error, Result, Tx, rows::api_keys, search::oldest_first};

/// How rows say «every department».
const ALL: &str = "*";

/// The API keys of a tenant.
#[derive(Debug)]
pub struct ApiKeys<'a>(pub(crate) &'a Tx);

/// A key as it is kept, to be compared with one that is shown.
#[derive(Debug)]
pub struct KeyRow {
    /// The key.
    pub key: ApiKey,
    /// SHA-256 of its secret.
    pub secret_hash: Vec<u8>,
    /// SHA-256 of the secret before; good until `key.old_until`.
    pub old_hash: Option<Vec<u8>>,
}

impl ApiKeys<'_> {
    /// Keeps a key with the SHA-256 of its secret.
    pub async fn add(&self, key: &ApiKey, secret_hash: [u8; 32]) -> Result<()> {
        let row = api_keys::Model {
            tenant_id: self.0.tenant(),
            id: key.id.uuid(),
            name: key.name.to_string(),
            maker_id: key.maker.uuid(),
            scopes: json(&key.bounds.scopes)?,
            departments: match &key.bounds.departments {
                Departments::All => ALL.to_owned(),
                Departments::These(these) => json(these)?,
            },
            secret_hash: secret_hash.to_vec(),
            hint: key.hint.clone(),
            old_hash: None,
            old_until: None,
            expires_at: key.expires_at.0,
            last_used_at: None,
            revoked_at: None,
            version: key.version,
            created_at: key.created_at.0,
            updated_at: key.updated_at.0,
        };
        self.0.insert::<api_keys::Entity>([row]).await
    }

    /// The key of this id.
    pub async fn get(&self, id: Id<id::ApiKey>) -> Result<Option<ApiKey>> {
        Ok(self.shown(id).await?.map(|row| row.key))
    }

    /// The key of this id with its hashes.
    pub async fn shown(&self, id: Id<id::ApiKey>) -> Result<Option<KeyRow>> {
        let row = self.kept().filter(api_keys::Column::Id.eq(id.uuid())).one(self.0.connection()).await?;
        row.map(|row| {
            let (secret_hash, old_hash) = (row.secret_hash.clone(), row.old_hash.clone());
            Ok(KeyRow { key: key_of(row)?, secret_hash, old_hash })
        })
        .transpose()
    }

    /// A page of keys: all, or those that this member made.
    pub async fn list(&self, maker: Option<Id<id::Member>>, page: &PageRequest) -> Result<Page<ApiKey>> {
        let mut select = self.kept();
        if let Some(maker) = maker {
            select = select.filter(api_keys::Column::MakerId.eq(maker.uuid()));
        }
        let rows = oldest_first(select, api_keys::Column::Id, page).all(self.0.connection()).await?;
        let found = rows.into_iter().map(key_of).collect::<Result<_>>()?;
        Ok(Page::cut(found, page, |key: &ApiKey| (0, key.id.uuid())))
    }

    /// How many keys open anything now.
    pub async fn living(&self, now: Moment) -> Result<u64> {
        let living = self.kept().filter(api_keys::Column::ExpiresAt.gt(now.0));
        Ok(living.count(self.0.connection()).await?)
    }

    /// Changes name and end; says whether the key was still at `version`.
    pub async fn change(&self, key: &ApiKey, version: i64) -> Result<bool> {
        let changed = self
            .0
            .change::<api_keys::Entity>()
            .col_expr(api_keys::Column::Name, Expr::value(key.name.as_str()))
            .col_expr(api_keys::Column::ExpiresAt, Expr::value(key.expires_at.0))
            .col_expr(api_keys::Column::Version, Expr::value(version + 1))
            .col_expr(api_keys::Column::UpdatedAt, Expr::value(key.updated_at.0))
            .filter(api_keys::Column::Id.eq(key.id.uuid()))
            .filter(api_keys::Column::RevokedAt.is_null())
            .filter(api_keys::Column::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        Ok(changed.rows_affected == 1)
    }

    /// Gives a key another secret, by hash and hint; the one before stays good until then, and any older one ends.
    pub async fn rotate(
        &self,
        id: Id<id::ApiKey>,
        (secret_hash, hint): ([u8; 32], &str),
        old_until: Moment,
        now: Moment,
    ) -> Result<bool> {
        let rotated = self
            .0
            .change::<api_keys::Entity>()
            .col_expr(api_keys::Column::OldHash, Expr::col(api_keys::Column::SecretHash))
            .col_expr(api_keys::Column::OldUntil, Expr::value(old_until.0))
            .col_expr(api_keys::Column::SecretHash, Expr::value(secret_hash.to_vec()))
            .col_expr(api_keys::Column::Hint, Expr::value(hint))
            .col_expr(api_keys::Column::Version, Expr::col(api_keys::Column::Version).add(1))
            .col_expr(api_keys::Column::UpdatedAt, Expr::value(now.0))
            .filter(api_keys::Column::Id.eq(id.uuid()))
            .filter(api_keys::Column::RevokedAt.is_null())
            .exec(self.0.connection())
            .await?;
        Ok(rotated.rows_affected == 1)
    }

    /// Revokes a key: it opens nothing any more; says whether this call was the one that did.
    pub async fn revoke(&self, id: Id<id::ApiKey>, now: Moment) -> Result<bool> {
        let revoked = self
            .0
            .change::<api_keys::Entity>()
            .col_expr(api_keys::Column::RevokedAt, Expr::value(now.0))
            .filter(api_keys::Column::Id.eq(id.uuid()))
            .filter(api_keys::Column::RevokedAt.is_null())
            .exec(self.0.connection())
            .await?;
        Ok(revoked.rows_affected == 1)
    }

    /// Notes when a key was used, unless a later use is noted already.
    pub async fn used(&self, id: Id<id::ApiKey>, at: Moment) -> Result<()> {
        let last = api_keys::Column::LastUsedAt;
        self.0
            .change::<api_keys::Entity>()
            .col_expr(last, Expr::value(at.0))
            .filter(api_keys::Column::Id.eq(id.uuid()))
            .filter(Condition::any().add(last.is_null()).add(last.lt(at.0)))
            .exec(self.0.connection())
            .await?;
        Ok(())
    }

    fn kept(&self) -> Select<api_keys::Entity> {
        self.0.select::<api_keys::Entity>().filter(api_keys::Column::RevokedAt.is_null())
    }
}

fn json(list: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(list).map_err(|error| Error::unreadable("api_keys", error))
}

/// A scope that this version does not know gives nothing.
fn key_of(row: api_keys::Model) -> Result<ApiKey> {
    let broken = |error| Error::unreadable("api_keys", error);
    let scopes: Vec<String> = serde_json::from_str(&row.scopes).map_err(broken)?;
    let departments = match row.departments.as_str() {
        ALL => Departments::All,
        these => Departments::These(serde_json::from_str(these).map_err(broken)?),
    };
    Ok(ApiKey {
        id: Id::from_uuid(row.id),
        name: Name::stored(row.name),
        maker: Id::from_uuid(row.maker_id),
        bounds: Bounds { scopes: scopes.iter().filter_map(|name| scope(name)).collect(), departments },
        hint: row.hint,
        expires_at: Moment(row.expires_at),
        last_used_at: row.last_used_at.map(Moment),
        old_until: row.old_until.map(Moment),
        version: row.version,
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
    })
}
