//! Pages of a list in keyset order, and the cursor that says where the next one starts.

use uuid::Uuid;

/// Where a page ended: the last item's sort key and id, and the filter that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Fingerprint of the filter; a cursor is good for the list that made it and no other.
    pub filter: u32,
    /// The last item's sort key.
    pub key: i64,
    /// The last item's id, which breaks ties.
    pub id: Uuid,
}

const VERSION: u8 = 1;

impl Cursor {
    /// The cursor's bytes; the API writes them in base64url.
    #[must_use]
    pub fn to_bytes(self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend(self.filter.to_be_bytes());
        bytes.extend(self.key.to_be_bytes());
        bytes.extend(self.id.as_bytes());
        bytes
    }

    /// Reads what [`Cursor::to_bytes`] wrote; anything else is `None`.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (version, rest) = bytes.split_first()?;
        let (filter, rest) = rest.split_first_chunk::<4>()?;
        let (key, rest) = rest.split_first_chunk::<8>()?;
        let id: [u8; 16] = rest.try_into().ok()?;
        (*version == VERSION).then(|| Self {
            filter: u32::from_be_bytes(*filter),
            key: i64::from_be_bytes(*key),
            id: Uuid::from_bytes(id),
        })
    }
}

/// Which page is asked for.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest {
    /// 1 to 200 items.
    pub limit: u64,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// Fingerprint of the filter, which the next cursor will carry.
    pub filter: u32,
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page from up to `limit + 1` items; the one too many only says that there is more.
    #[must_use]
    pub fn cut(mut items: Vec<T>, request: &PageRequest, place: impl Fn(&T) -> (i64, Uuid)) -> Self {
        let limit = usize::try_from(request.limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| {
            let (key, id) = place(last);
            Cursor { filter: request.filter, key, id }
        });
        Self { items, next }
    }

    /// The same page of other things.
    #[must_use]
    pub fn map<U>(self, turn: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(turn).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_place_has_one_spelling(bytes in prop::collection::vec(any::<u8>(), 0..40), filter: u32, key: i64, id: u128) {
            if let Some(cursor) = Cursor::from_bytes(&bytes) {
                prop_assert_eq!(cursor.to_bytes(), bytes);
            }
            let cursor = Cursor { filter, key, id: Uuid::from_u128(id) };
            prop_assert_eq!(Cursor::from_bytes(&cursor.to_bytes()), Some(cursor));
        }
    }

    #[test]
    fn a_cursor_reads_back_and_nothing_else_reads() {
        let cursor = Cursor { filter: 7, key: -3, id: Uuid::from_u128(9) };
        let bytes = cursor.to_bytes();
        assert_eq!(Cursor::from_bytes(&bytes), Some(cursor));
        assert_eq!(Cursor::from_bytes(&bytes[1..]), None);
        assert_eq!(Cursor::from_bytes(&[bytes.as_slice(), &[0]].concat()), None);
        assert_eq!(Cursor::from_bytes(&[&[2], &bytes[1..]].concat()), None);
    }

    #[test]
    fn the_last_page_has_no_next() {
        let request = PageRequest { limit: 2, after: None, filter: 0 };
        let place = |n: &i64| (*n, Uuid::nil());
        assert!(Page::cut(vec![1, 2], &request, place).next.is_none());
        let page = Page::cut(vec![1, 2, 3], &request, place);
        assert_eq!((page.items, page.next.map(|c| c.key)), (vec![1, 2], Some(2)));
    }
}
