//! Which page of a list is asked for: `limit`, `cursor`, and the list's own filter beside them.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use guildhall_domain::{Cursor, PageRequest};
use serde::{Deserialize, de::DeserializeOwned};

use super::query;
use crate::http::problem::{Problem, catalogue as kinds};

/// The two parameters that every list has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// How many items at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u64>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// The page, of a list whose filter has this fingerprint.
    pub fn request(&self, filter: u32) -> Result<PageRequest, Problem> {
        let limit = self.limit.unwrap_or(50);
        if !(1..=200).contains(&limit) {
            return Err(Problem::new(&kinds::INVALID_PARAMETER).detail("`limit` is 1 to 200."));
        }
        let after = self.cursor.as_deref().map(|text| cursor(text, filter)).transpose()?;
        Ok(PageRequest { limit, after, filter })
    }
}

fn cursor(text: &str, filter: u32) -> Result<Cursor, Problem> {
    URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .and_then(|bytes| Cursor::from_bytes(&bytes))
        .filter(|cursor| cursor.filter == filter)
        .ok_or_else(|| Problem::new(&kinds::INVALID_CURSOR))
}

/// A page's end as `next_cursor` writes it.
#[must_use]
pub fn cursor_text(next: Option<Cursor>) -> Option<String> {
    next.map(|cursor| URL_SAFE_NO_PAD.encode(cursor.to_bytes()))
}

/// The filter of a list that has none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Everything {}

/// The query of a list: its filter `F` (which denies unknown fields and knows nothing of pages) and the page. Path and
/// filter make the fingerprint, so a cursor is good for the list that made it and no other.
#[derive(Debug, Clone, Copy)]
pub struct Paged<F = Everything> {
    /// What is listed.
    pub filter: F,
    /// Which part of it.
    pub page: PageRequest,
}

impl<F: DeserializeOwned> FromRequest for Paged<F> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(paged(request.path(), request.query_string()))
    }
}

fn paged<F: DeserializeOwned>(path: &str, text: &str) -> Result<Paged<F>, Problem> {
    let pairs: Vec<(String, String)> = query::parse(text)?;
    let (page, mut filter): (Vec<_>, Vec<_>) =
        pairs.into_iter().partition(|(name, _)| name == "limit" || name == "cursor");
    filter.sort();
    let page: PageQuery = query::from_pairs(&page)?;
    let words = filter.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    let fingerprint = fingerprint([path].into_iter().chain(words));
    Ok(Paged { filter: query::from_pairs(&filter)?, page: page.request(fingerprint)? })
}

/// FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv/>): the same on every node and in every version.
fn fingerprint<'a>(words: impl Iterator<Item = &'a str>) -> u32 {
    let bytes = words.flat_map(|word| word.bytes().chain([0]));
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    proptest! {
        #[test]
        fn any_text_is_refused_or_the_one_spelling_of_a_place(text in "[A-Za-z0-9_=+/\\-]{0,45}", filter: u32) {
            if let Ok(cursor) = cursor(&text, filter) {
                prop_assert_eq!(cursor_text(Some(cursor)), Some(text));
            }
        }
    }

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Filter {
        stage: Option<String>,
        limit_to: Option<u8>,
    }

    fn slug(text: &str) -> &'static str {
        paged::<Filter>("/v1/intents", text).unwrap_err().kind().slug
    }

    #[test]
    fn a_page_and_its_filter_stand_side_by_side() {
        let asked = paged::<Filter>("/v1/intents", "stage=live&limit=200").unwrap();
        assert_eq!((asked.filter.stage.as_deref(), asked.page.limit), (Some("live"), 200));
        assert_eq!(paged::<Everything>("/v1/intents", "").unwrap().page.limit, 50);
    }

    #[test]
    fn a_cursor_is_good_for_its_own_list() {
        let first = paged::<Filter>("/v1/intents", "stage=live&limit_to=2").unwrap().page;
        let text = cursor_text(Some(Cursor { filter: first.filter, key: 9, id: Uuid::nil() })).unwrap();
        let next = paged::<Filter>("/v1/intents", &format!("limit_to=2&limit=1&stage=live&cursor={text}")).unwrap();
        assert_eq!(next.page.after.map(|cursor| cursor.key), Some(9));
        assert_eq!(slug(&format!("stage=draft&cursor={text}")), "invalid-cursor");
        assert_eq!(slug("cursor=%2B"), "invalid-cursor");
        assert_eq!(slug(&format!("stage=live&limit_to=2&cursor={text}A")), "invalid-cursor");
        let elsewhere = paged::<Filter>("/v1/other", &format!("stage=live&limit_to=2&cursor={text}"));
        assert_eq!(elsewhere.unwrap_err().kind().slug, "invalid-cursor");
    }

    #[test]
    fn odd_parameters_are_refused() {
        for (text, expected) in [
            ("limit=0", "invalid-parameter"),
            ("limit=201", "invalid-parameter"),
            ("limit=x", "invalid-parameter"),
            ("limit=1&limit=2", "invalid-parameter"),
            ("stage=a&stage=b", "invalid-parameter"),
            ("limit_to=300", "invalid-parameter"),
            ("api_key=x", "unknown-parameter"),
            ("Limit=1", "unknown-parameter"),
        ] {
            assert_eq!(slug(text), expected, "{text}");
        }
        let problem = paged::<Filter>("/", "limit_to=x").unwrap_err();
        assert_eq!(problem.to_string(), "invalid-parameter: `limit_to`: Invalid digit found in string.");
    }
}
