//! How the login directory names an e-mail address without holding it: a keyed hash.

use guildhall_domain::member::Email;
use ring::hmac;
use subtle::ConstantTimeEq;

/// The key of the login directory, whose table is the one place that spans tenants.
#[derive(Debug, Clone)]
pub struct Directory(hmac::Key);

impl Directory {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// HMAC-SHA-256 of the address's canonical form.
    #[must_use]
    pub fn login_hash(&self, email: &Email) -> [u8; 32] {
        let mut hash = [0; 32];
        let tag = hmac::sign(&self.0, email.canonical().as_bytes());
        hash.iter_mut().zip(tag.as_ref()).for_each(|(byte, of_tag)| *byte = *of_tag);
        hash
    }

    /// 128 bits that stand for a text under this key, apart from those that stand for e-mails.
    #[must_use]
    pub fn name(&self, text: &str) -> [u8; 16] {
        let mut name = [0; 16];
        let tag = hmac::sign(&self.0, format!("name\0{text}").as_bytes());
        name.iter_mut().zip(tag.as_ref()).for_each(|(byte, of_tag)| *byte = *of_tag);
        name
    }

    /// Whether these 128 bits stand for the text; takes the same time for every answer.
    #[must_use]
    pub fn is_name(&self, text: &str, shown: &[u8; 16]) -> bool {
        self.name(text).ct_eq(shown).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_hash_and_only_under_one_key() {
        let email = |text| Email::parse(text).unwrap();
        let directory = Directory::new(&[1; 32]);
        assert_eq!(directory.login_hash(&email("Aino@Example.com")), directory.login_hash(&email(" aino@example.COM")));
        assert_ne!(directory.login_hash(&email("a@example.com")), directory.login_hash(&email("b@example.com")));
        assert_ne!(
            directory.login_hash(&email("a@example.com")),
            Directory::new(&[2; 32]).login_hash(&email("a@example.com"))
        );
    }

    #[test]
    fn a_name_stands_for_its_text_alone() {
        let directory = Directory::new(&[1; 32]);
        let name = directory.name("one");
        assert!(directory.is_name("one", &name));
        assert!(!directory.is_name("two", &name));
        assert!(!Directory::new(&[2; 32]).is_name("one", &name));
    }
}
