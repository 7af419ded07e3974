//! What imports brought and can't be represented yet: beside an intent, or beside a department's draft.

use std::collections::{BTreeMap, HashMap};

use guildhall_domain::{Id, id};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    Result, Tx,
    rows::{definitions, intents, kept},
};

/// What is kept of a tenant's imports.
#[derive(Debug)]
pub struct Kept<'a>(pub(crate) &'a Tx);

/// Something of a whole import: a slot, a form, a synonym, a flow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Definition {
    /// The format that it came in.
    pub source: String,
    /// What it is.
    pub kind: String,
    /// Its name among those of its kind.
    pub name: String,
    /// All that was said of it, as JSON.
    pub json: String,
}

impl Kept<'_> {
    /// What is kept of a department's intents: JSON by source.
    pub async fn of_intents(
        &self,
        department: Id<id::Department>,
    ) -> Result<HashMap<Id<id::Intent>, BTreeMap<String, String>>> {
        let here = self.0.select::<intents::Entity>().filter(intents::Column::DepartmentId.eq(department.uuid()));
        let here = here.all(self.0.connection()).await?.into_iter().map(|row| row.id);
        let mut by_intent: HashMap<_, BTreeMap<_, _>> = HashMap::new();
        for some in here.collect::<Vec<Uuid>>().chunks(IDS_A_STATEMENT) {
            let select = self.0.select::<kept::Entity>().filter(kept::Column::IntentId.is_in(some.iter().copied()));
            for row in select.all(self.0.connection()).await? {
                by_intent.entry(Id::from_uuid(row.intent_id)).or_default().insert(row.source, row.json);
            }
        }
        Ok(by_intent)
    }

    /// Keeps this of intents, in place of what was kept from the same source.
    pub async fn put(&self, all: &[(Id<id::Intent>, String, String)]) -> Result<()> {
        for (intent, source, _) in all {
            let before = self.0.remove::<kept::Entity>().filter(kept::Column::IntentId.eq(intent.uuid()));
            before.filter(kept::Column::Source.eq(source.as_str())).exec(self.0.connection()).await?;
        }
        let row = |(intent, source, json): &(Id<id::Intent>, String, String)| kept::Model {
            tenant_id: self.0.tenant(),
            intent_id: intent.uuid(),
            source: source.clone(),
            json: json.clone(),
        };
        self.0.insert::<kept::Entity>(all.iter().map(row)).await
    }

    /// What is kept beside a department's draft, in one order.
    pub async fn definitions(&self, department: Id<id::Department>) -> Result<Vec<Definition>> {
        let select =
            self.0.select::<definitions::Entity>().filter(definitions::Column::DepartmentId.eq(department.uuid()));
        let rows = select.order_by_asc(definitions::Column::Name).all(self.0.connection()).await?;
        let of =
            |row: definitions::Model| Definition { source: row.source, kind: row.kind, name: row.name, json: row.json };
        let mut all: Vec<_> = rows.into_iter().map(of).collect();
        all.sort();
        Ok(all)
    }

    /// Keeps these beside a department's draft, in place of those of the same name.
    pub async fn define(&self, department: Id<id::Department>, all: &[Definition]) -> Result<()> {
        for one in all {
            self.0
                .remove::<definitions::Entity>()
                .filter(definitions::Column::DepartmentId.eq(department.uuid()))
                .filter(definitions::Column::Source.eq(one.source.as_str()))
                .filter(definitions::Column::Kind.eq(one.kind.as_str()))
                .filter(definitions::Column::Name.eq(one.name.as_str()))
                .exec(self.0.connection())
                .await?;
        }
        let row = |one: &Definition| definitions::Model {
            tenant_id: self.0.tenant(),
            department_id: department.uuid(),
            source: one.source.clone(),
            kind: one.kind.clone(),
            name: one.name.clone(),
            json: one.json.clone(),
        };
        self.0.insert::<definitions::Entity>(all.iter().map(row)).await
    }

    /// Gives what is kept beside one draft to another, which keeps its own where both have one of a name.
    pub async fn move_all(&self, from: Id<id::Department>, to: Id<id::Department>) -> Result<()> {
        let own = self.definitions(to).await?;
        let name = |one: &Definition| (one.source.clone(), one.kind.clone(), one.name.clone());
        let own: std::collections::HashSet<_> = own.iter().map(name).collect();
        let mut moved = self.definitions(from).await?;
        moved.retain(|one| !own.contains(&name(one)));
        self.define(to, &moved).await?;
        let gone = self.0.remove::<definitions::Entity>().filter(definitions::Column::DepartmentId.eq(from.uuid()));
        gone.exec(self.0.connection()).await?;
        Ok(())
    }
}

const IDS_A_STATEMENT: usize = 1_000;
