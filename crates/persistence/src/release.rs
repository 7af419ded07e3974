//! Releases, and the contents that they point to by hash.

use std::collections::HashMap;

use guildhall_domain::{
    Id, Moment, Page, PageRequest,
    content::{Content, Hash},
    id,
    release::{Release, State},
    text::Note,
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, sea_query::Expr};

use crate::{
    Error, Result, Tx,
    rows::{contents, releases},
    search::latest_first,
};

/// The releases of a tenant.
#[derive(Debug)]
pub struct Releases<'a>(pub(crate) &'a Tx);

impl Releases<'_> {
    /// Keeps a content's canonical JSON under its hash, once.
    pub async fn keep_content(&self, hash: Hash, json: String, now: Moment) -> Result<()> {
        let row = contents::Model { tenant_id: self.0.tenant(), sha256: hash.0.to_vec(), json, created_at: now.0 };
        self.0.insert_if_absent::<contents::Entity>(row).await.map(|_| ())
    }

    /// The contents of these hashes.
    pub async fn contents(&self, hashes: impl IntoIterator<Item = Hash>) -> Result<HashMap<Hash, Content>> {
        let wanted = hashes.into_iter().map(|hash| hash.0.to_vec());
        let rows = self
            .0
            .select::<contents::Entity>()
            .filter(contents::Column::Sha256.is_in(wanted))
            .all(self.0.connection())
            .await?;
        rows.into_iter()
            .map(|row| {
                let hash = Content::hash(&row.json);
                if hash.0.as_slice() != row.sha256 {
                    return Err(Error::unreadable("contents", "a content that is not what its hash says"));
                }
                Ok((hash, serde_json::from_str(&row.json).map_err(|error| Error::unreadable("contents", error))?))
            })
            .collect()
    }

    /// The content of this hash.
    pub async fn content(&self, hash: Hash) -> Result<Content> {
        let mut found = self.contents([hash]).await?;
        found.remove(&hash).ok_or_else(|| Error::unreadable("contents", "a hash without content"))
    }

    /// Adds a release.
    pub async fn add(&self, release: &Release) -> Result<()> {
        let json = |error| Error::unreadable("releases", error);
        let row = releases::Model {
            tenant_id: self.0.tenant(),
            id: release.id.uuid(),
            department_id: release.department.uuid(),
            number: release.number,
            state: release.state.name().to_owned(),
            content: release.content.0.to_vec(),
            note: release.note.clone().map(String::from),
            author_id: release.author.uuid(),
            restores: release.restores,
            changes: serde_json::to_string(&release.changes).map_err(json)?,
            checks: serde_json::to_string(&release.checks).map_err(json)?,
            created_at: release.created_at.0,
            updated_at: release.updated_at.0,
        };
        self.0.insert::<releases::Entity>([row]).await
    }

    /// A department's release of this number.
    pub async fn get(&self, department: Id<id::Department>, number: i64) -> Result<Option<Release>> {
        let select = self
            .0
            .select::<releases::Entity>()
            .filter(releases::Column::DepartmentId.eq(department.uuid()))
            .filter(releases::Column::Number.eq(number));
        select.one(self.0.connection()).await?.map(release_of).transpose()
    }

    /// A department's newest release.
    pub async fn newest(&self, department: Id<id::Department>) -> Result<Option<Release>> {
        let select = self.0.select::<releases::Entity>().filter(releases::Column::DepartmentId.eq(department.uuid()));
        select.order_by_desc(releases::Column::Number).one(self.0.connection()).await?.map(release_of).transpose()
    }

    /// A page of a department's releases, the newest first.
    pub async fn list(&self, department: Id<id::Department>, page: &PageRequest) -> Result<Page<Release>> {
        let select = self.0.select::<releases::Entity>().filter(releases::Column::DepartmentId.eq(department.uuid()));
        let rows =
            latest_first(select, releases::Column::Number, releases::Column::Id, page).all(self.0.connection()).await?;
        let found = rows.into_iter().map(release_of).collect::<Result<_>>()?;
        Ok(Page::cut(found, page, |release: &Release| (release.number, release.id.uuid())))
    }

    /// The releases that wait for a model, oldest first.
    pub async fn waiting(&self) -> Result<Vec<Release>> {
        let select = self.0.select::<releases::Entity>().filter(releases::Column::State.eq(State::Building.name()));
        let rows = select.order_by_asc(releases::Column::Id).all(self.0.connection()).await?;
        rows.into_iter().map(release_of).collect()
    }

    /// Moves releases from one state to another; says how many were in it.
    pub async fn turn(
        &self,
        ids: impl IntoIterator<Item = Id<id::Release>>,
        from: State,
        to: State,
        now: Moment,
    ) -> Result<u64> {
        let turned = self
            .0
            .change::<releases::Entity>()
            .col_expr(releases::Column::State, Expr::value(to.name()))
            .col_expr(releases::Column::UpdatedAt, Expr::value(now.0))
            .filter(releases::Column::Id.is_in(ids.into_iter().map(Id::uuid)))
            .filter(releases::Column::State.eq(from.name()))
            .exec(self.0.connection())
            .await?;
        Ok(turned.rows_affected)
    }
}

pub(crate) fn hash_of(table: &'static str, bytes: &[u8]) -> Result<Hash> {
    bytes.try_into().map(Hash).map_err(|_| Error::unreadable(table, "a hash of another length"))
}

fn release_of(row: releases::Model) -> Result<Release> {
    let json = |error| Error::unreadable("releases", error);
    Ok(Release {
        id: Id::from_uuid(row.id),
        department: Id::from_uuid(row.department_id),
        number: row.number,
        state: State::named(&row.state).ok_or_else(|| Error::unreadable("releases", &row.state))?,
        content: hash_of("releases", &row.content)?,
        note: row.note.map(Note::stored),
        author: Id::from_uuid(row.author_id),
        restores: row.restores,
        changes: serde_json::from_str(&row.changes).map_err(json)?,
        checks: serde_json::from_str(&row.checks).map_err(json)?,
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
    })
}
