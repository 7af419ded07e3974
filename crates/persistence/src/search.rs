//! Finding by text and paging by key, the same way in every list.

use guildhall_domain::{Cursor, PageRequest, folded};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait, LikeExpr},
};

/// Whether a folded column contains the folded words.
pub(crate) fn contains<C: ColumnTrait>(column: C, words: &str) -> sea_orm::sea_query::SimpleExpr {
    let pattern = folded(words).replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Expr::col(column.as_column_ref()).like(LikeExpr::new(format!("%{pattern}%")).escape('\\'))
}

/// The page of a list in ascending order of id, which is the order of making.
pub(crate) fn oldest_first<E: EntityTrait>(select: Select<E>, id: E::Column, page: &PageRequest) -> Select<E> {
    let select = select.order_by_asc(id).limit(page.limit + 1);
    match page.after {
        Some(Cursor { id: last, .. }) => select.filter(id.gt(last)),
        None => select,
    }
}

/// The page of a list with the latest first, by time and then by id.
pub(crate) fn latest_first<E: EntityTrait>(
    select: Select<E>,
    at: E::Column,
    id: E::Column,
    page: &PageRequest,
) -> Select<E> {
    let select = select.order_by_desc(at).order_by_desc(id).limit(page.limit + 1);
    match page.after {
        Some(Cursor { key, id: last, .. }) => {
            select.filter(Condition::any().add(at.lt(key)).add(Condition::all().add(at.eq(key)).add(id.lt(last))))
        }
        None => select,
    }
}
