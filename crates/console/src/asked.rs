//! What an address asks for behind its question mark, read kindly: people share and shorten addresses.

use std::convert::Infallible;

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use guildhall_domain::{Cursor, PageRequest};

/// How many things a page lists.
const PAGE: u64 = 50;

/// The query of a page.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    path: String,
    pairs: Vec<(String, String)>,
}

impl FromRequest for Asked {
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Ok(Self::read(request.path(), request.query_string())))
    }
}

impl Asked {
    fn read(path: &str, query: &str) -> Self {
        Self { path: path.to_owned(), pairs: form_urlencoded::parse(query.as_bytes()).into_owned().collect() }
    }

    /// What is said under this name; nothing where it is blank.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let value = self.pairs.iter().find(|(of, _)| of == name).map(|(_, value)| value.trim());
        value.filter(|value| !value.is_empty())
    }

    /// The page of the list that this is. A cursor of another list, or of another search, starts from the beginning.
    pub(crate) fn page(&self) -> PageRequest {
        let filter = self.fingerprint();
        let cursor = self.get("cursor").and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let cursor = cursor.and_then(|bytes| Cursor::from_bytes(&bytes));
        PageRequest { limit: PAGE, after: cursor.filter(|cursor| cursor.filter == filter), filter }
    }

    /// Where the next page is, and the first one where this is not it.
    pub(crate) fn pages(&self, next: Option<Cursor>) -> Pages {
        let first = self.get("cursor").map(|_| self.with(None));
        Pages { first, next: next.map(|next| self.with(Some(&URL_SAFE_NO_PAD.encode(next.to_bytes())))) }
    }

    fn filter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.trim()))
            .filter(|(name, value)| *name != "cursor" && !value.is_empty())
    }

    fn with(&self, cursor: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.filter()).extend_pairs(cursor.map(|cursor| ("cursor", cursor)));
        format!("{}?{}", self.path, query.finish())
    }

    /// FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv/>) of the path and what is searched for.
    fn fingerprint(&self) -> u32 {
        let words = self.filter().flat_map(|(name, value)| [name, value]);
        let bytes = [self.path.as_str()].into_iter().chain(words).flat_map(|word| word.bytes().chain([0]));
        bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    }
}

/// The addresses of other pages of a list.
#[derive(Debug)]
pub(crate) struct Pages {
    pub(crate) first: Option<String>,
    pub(crate) next: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_own_list_and_search() {
        let here = Asked::read("/console/x", "q=shoe&cursor=");
        let mut key = Cursor::from_bytes(&[vec![1], vec![7; 28]].concat()).unwrap();
        key.filter = here.page().filter;
        let pages = here.pages(Some(key));
        assert_eq!(pages.first, None);
        let next = pages.next.unwrap();
        let (path, query) = next.split_once('?').unwrap();
        assert_eq!(Asked::read(path, query).page().after, Some(key));
        assert!(Asked::read(path, query).pages(None).first.is_some());
        assert_eq!(Asked::read("/console/y", query).page().after, None);
        assert_eq!(Asked::read(path, &query.replace("shoe", "hat")).page().after, None);
        assert_eq!(Asked::read(path, "q=shoe&cursor=%2B").page().after, None);
    }
}
