//! Intents with their phrases and answers: a department's draft.

use std::collections::HashMap;

use guildhall_domain::{
    Id, Moment, Page, PageRequest, folded, id,
    intent::{Answer, Intent, NewPhrase, Phrase, WholeIntent},
    text::{AnswerText, IntentName, Language, Title},
};
use sea_orm::{ColumnTrait, Condition, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, sea_query::Expr};
use uuid::Uuid;

use crate::{
    Error, Result, Tx,
    rows::{answers, intents, phrases},
    search::{contains, oldest_first},
};

/// The intents of a tenant.
#[derive(Debug)]
pub struct Intents<'a>(pub(crate) &'a Tx);

/// Which intents are asked for.
#[derive(Debug, Clone, Default)]
pub struct IntentFilter {
    /// Words in the name, the title, a phrase or an answer.
    pub words: Option<String>,
    /// A language in which there are phrases or answers.
    pub language: Option<Language>,
}

impl Intents<'_> {
    /// Adds an intent without phrases and answers.
    pub async fn add(&self, intent: &Intent) -> Result<()> {
        let row = intents::Model {
            tenant_id: self.0.tenant(),
            id: intent.id.uuid(),
            department_id: intent.department.uuid(),
            name: intent.name.to_string(),
            name_folded: folded(intent.name.as_str()),
            title: intent.title.clone().map(String::from),
            title_folded: intent.title.as_ref().map(|title| folded(title.as_str())),
            version: intent.version,
            created_at: intent.created_at.0,
            updated_at: intent.updated_at.0,
        };
        self.0.insert::<intents::Entity>([row]).await
    }

    /// The intent of this id in this department.
    pub async fn get(&self, department: Id<id::Department>, id: Id<id::Intent>) -> Result<Option<Intent>> {
        let select = self
            .0
            .select::<intents::Entity>()
            .filter(intents::Column::Id.eq(id.uuid()))
            .filter(intents::Column::DepartmentId.eq(department.uuid()));
        Ok(select.one(self.0.connection()).await?.map(intent_of))
    }

    /// A page of a department's intents.
    pub async fn list(
        &self,
        department: Id<id::Department>,
        filter: &IntentFilter,
        page: &PageRequest,
    ) -> Result<Page<Intent>> {
        let mut select = self.0.select::<intents::Entity>().filter(intents::Column::DepartmentId.eq(department.uuid()));
        if let Some(words) = &filter.words {
            select = select.filter(self.mentions(words));
        }
        if let Some(language) = &filter.language {
            select = select.filter(self.speaks(language));
        }
        let rows = oldest_first(select, intents::Column::Id, page).all(self.0.connection()).await?;
        Ok(Page::cut(rows.into_iter().map(intent_of).collect(), page, |intent: &Intent| (0, intent.id.uuid())))
    }

    fn mentions(&self, words: &str) -> Condition {
        let in_phrase = self.0.select::<phrases::Entity>().select_only().column(phrases::Column::IntentId);
        let in_answer = self.0.select::<answers::Entity>().select_only().column(answers::Column::IntentId);
        Condition::any()
            .add(contains(intents::Column::NameFolded, words))
            .add(contains(intents::Column::TitleFolded, words))
            .add(
                intents::Column::Id
                    .in_subquery(in_phrase.filter(contains(phrases::Column::TextFolded, words)).into_query()),
            )
            .add(
                intents::Column::Id
                    .in_subquery(in_answer.filter(contains(answers::Column::TextFolded, words)).into_query()),
            )
    }

    fn speaks(&self, language: &Language) -> Condition {
        let phrases = self.0.select::<phrases::Entity>().select_only().column(phrases::Column::IntentId);
        let answers = self.0.select::<answers::Entity>().select_only().column(answers::Column::IntentId);
        let [phrases, answers] = [
            phrases.filter(phrases::Column::Language.eq(language.as_str())).into_query(),
            answers.filter(answers::Column::Language.eq(language.as_str())).into_query(),
        ];
        Condition::any().add(intents::Column::Id.in_subquery(phrases)).add(intents::Column::Id.in_subquery(answers))
    }

    /// Every intent of a department, whole.
    pub async fn draft(&self, department: Id<id::Department>) -> Result<Vec<WholeIntent>> {
        let select = self.0.select::<intents::Entity>().filter(intents::Column::DepartmentId.eq(department.uuid()));
        let rows = select.order_by_asc(intents::Column::Id).all(self.0.connection()).await?;
        self.whole(rows.into_iter().map(intent_of).collect()).await
    }

    /// Whether a department's draft holds anything.
    pub async fn any(&self, department: Id<id::Department>) -> Result<bool> {
        let select = self.0.select::<intents::Entity>().filter(intents::Column::DepartmentId.eq(department.uuid()));
        Ok(select.one(self.0.connection()).await?.is_some())
    }

    /// The intents with their phrases and answers.
    pub async fn whole(&self, of: Vec<Intent>) -> Result<Vec<WholeIntent>> {
        let mut phrases_by: HashMap<Uuid, Vec<Phrase>> = HashMap::new();
        let mut answers_by: HashMap<Uuid, Vec<Answer>> = HashMap::new();
        let ids: Vec<Uuid> = of.iter().map(|intent| intent.id.uuid()).collect();
        for some in ids.chunks(IDS_A_STATEMENT) {
            let select =
                self.0.select::<phrases::Entity>().filter(phrases::Column::IntentId.is_in(some.iter().copied()));
            for row in select.order_by_asc(phrases::Column::Id).all(self.0.connection()).await? {
                phrases_by.entry(row.intent_id).or_default().push(phrase_of(row));
            }
            let select =
                self.0.select::<answers::Entity>().filter(answers::Column::IntentId.is_in(some.iter().copied()));
            for row in select.order_by_asc(answers::Column::Position).all(self.0.connection()).await? {
                answers_by.entry(row.intent_id).or_default().push(answer_of(row)?);
            }
        }
        let whole = |intent: Intent| WholeIntent {
            phrases: phrases_by.remove(&intent.id.uuid()).unwrap_or_default(),
            answers: answers_by.remove(&intent.id.uuid()).unwrap_or_default(),
            intent,
        };
        Ok(of.into_iter().map(whole).collect())
    }

    /// Changes name and title; says whether the intent was still at `version`.
    pub async fn change(&self, intent: &Intent, version: i64) -> Result<bool> {
        let changed = self
            .0
            .change::<intents::Entity>()
            .col_expr(intents::Column::Name, Expr::value(intent.name.as_str()))
            .col_expr(intents::Column::NameFolded, Expr::value(folded(intent.name.as_str())))
            .col_expr(intents::Column::Title, Expr::value(intent.title.clone().map(String::from)))
            .col_expr(
                intents::Column::TitleFolded,
                Expr::value(intent.title.as_ref().map(|title| folded(title.as_str()))),
            )
            .col_expr(intents::Column::Version, Expr::value(version + 1))
            .col_expr(intents::Column::UpdatedAt, Expr::value(intent.updated_at.0))
            .filter(intents::Column::Id.eq(intent.id.uuid()))
            .filter(intents::Column::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        Ok(changed.rows_affected == 1)
    }

    /// Notes that an intent's phrases changed, and holds it until the unit of work ends; says whether it is there.
    pub async fn touch(&self, department: Id<id::Department>, id: Id<id::Intent>, now: Moment) -> Result<bool> {
        let touched = self
            .0
            .change::<intents::Entity>()
            .col_expr(intents::Column::Version, Expr::col(intents::Column::Version).add(1))
            .col_expr(intents::Column::UpdatedAt, Expr::value(now.0))
            .filter(intents::Column::Id.eq(id.uuid()))
            .filter(intents::Column::DepartmentId.eq(department.uuid()))
            .exec(self.0.connection())
            .await?;
        Ok(touched.rows_affected == 1)
    }

    /// Deletes an intent with all that belongs to it; says whether it was still at `version`.
    pub async fn delete(&self, id: Id<id::Intent>, version: i64) -> Result<bool> {
        let gone = self
            .0
            .remove::<intents::Entity>()
            .filter(intents::Column::Id.eq(id.uuid()))
            .filter(intents::Column::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        Ok(gone.rows_affected == 1)
    }

    /// Moves every intent of a department to another.
    pub async fn move_all(&self, from: Id<id::Department>, to: Id<id::Department>, now: Moment) -> Result<()> {
        self.0
            .change::<intents::Entity>()
            .col_expr(intents::Column::DepartmentId, Expr::value(to.uuid()))
            .col_expr(intents::Column::Version, Expr::col(intents::Column::Version).add(1))
            .col_expr(intents::Column::UpdatedAt, Expr::value(now.0))
            .filter(intents::Column::DepartmentId.eq(from.uuid()))
            .exec(self.0.connection())
            .await?;
        Ok(())
    }

    /// The folded texts of an intent's phrases.
    pub async fn folded_phrases(&self, intent: Id<id::Intent>) -> Result<Vec<String>> {
        let select = self.0.select::<phrases::Entity>().filter(phrases::Column::IntentId.eq(intent.uuid()));
        Ok(select.all(self.0.connection()).await?.into_iter().map(|row| row.text_folded).collect())
    }

    /// Adds phrases with these ids.
    pub async fn add_phrases(
        &self,
        intent: Id<id::Intent>,
        new: &[(Id<id::Phrase>, NewPhrase)],
        now: Moment,
    ) -> Result<()> {
        let row = |(id, phrase): &(Id<id::Phrase>, NewPhrase)| phrases::Model {
            tenant_id: self.0.tenant(),
            id: id.uuid(),
            intent_id: intent.uuid(),
            text: phrase.text.to_string(),
            text_folded: folded(phrase.text.as_str()),
            language: phrase.language.as_ref().map(ToString::to_string),
            created_at: now.0,
        };
        self.0.insert::<phrases::Entity>(new.iter().map(row)).await
    }

    /// A page of an intent's phrases.
    pub async fn phrases(&self, intent: Id<id::Intent>, page: &PageRequest) -> Result<Page<Phrase>> {
        let select = self.0.select::<phrases::Entity>().filter(phrases::Column::IntentId.eq(intent.uuid()));
        let rows = oldest_first(select, phrases::Column::Id, page).all(self.0.connection()).await?;
        Ok(Page::cut(rows.into_iter().map(phrase_of).collect(), page, |phrase: &Phrase| (0, phrase.id.uuid())))
    }

    /// Deletes a phrase; says whether it was there.
    pub async fn delete_phrase(&self, intent: Id<id::Intent>, phrase: Id<id::Phrase>) -> Result<bool> {
        let gone = self
            .0
            .remove::<phrases::Entity>()
            .filter(phrases::Column::IntentId.eq(intent.uuid()))
            .filter(phrases::Column::Id.eq(phrase.uuid()))
            .exec(self.0.connection())
            .await?;
        Ok(gone.rows_affected == 1)
    }

    /// Puts these answers in place of all that were there.
    pub async fn set_answers(&self, intent: Id<id::Intent>, all: &[Answer]) -> Result<()> {
        let before = self.0.remove::<answers::Entity>().filter(answers::Column::IntentId.eq(intent.uuid()));
        before.exec(self.0.connection()).await?;
        let row = |(position, answer): (i64, &Answer)| {
            Ok(answers::Model {
                tenant_id: self.0.tenant(),
                intent_id: intent.uuid(),
                position,
                language: answer.language.to_string(),
                channel: answer.channel.clone(),
                text: answer.text.to_string(),
                text_folded: folded(answer.text.as_str()),
                buttons: serde_json::to_string(&answer.buttons).map_err(|error| Error::unreadable("answers", error))?,
            })
        };
        let rows = (0..).zip(all).map(row).collect::<Result<Vec<_>>>()?;
        self.0.insert::<answers::Entity>(rows).await
    }
}

const IDS_A_STATEMENT: usize = 1_000;

fn intent_of(row: intents::Model) -> Intent {
    Intent {
        id: Id::from_uuid(row.id),
        department: Id::from_uuid(row.department_id),
        name: IntentName::stored(row.name),
        title: row.title.map(Title::stored),
        version: row.version,
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
    }
}

fn phrase_of(row: phrases::Model) -> Phrase {
    Phrase { id: Id::from_uuid(row.id), text: row.text, language: row.language }
}

fn answer_of(row: answers::Model) -> Result<Answer> {
    Ok(Answer {
        language: Language::stored(row.language),
        channel: row.channel,
        text: AnswerText::stored(row.text),
        buttons: serde_json::from_str(&row.buttons).map_err(|error| Error::unreadable("answers", error))?,
    })
}
