//! What the console's forms carry: proof that a form was sent to the very visit that sends it back.

use guildhall_domain::Refusal;
use uuid::Uuid;

use crate::App;

impl App {
    /// A fresh token for a form of this visit: sixteen random bytes, and the visit's own under their mask. The page around
    /// it is compressed and repeats what was asked for; masked, the token differs in each page, so the lengths of many
    /// pages tell nothing of it (BREACH).
    pub fn form_token(&self, visit: &str) -> Result<String, Refusal> {
        let mask: [u8; 16] = self.entropy().bytes()?;
        let shown = masked(self.directory.name(&subject(visit)), mask);
        Ok(format!("{}{}", Uuid::from_bytes(mask).simple(), Uuid::from_bytes(shown).simple()))
    }

    /// Whether a form that carries this token was sent to this visit.
    #[must_use]
    pub fn form_token_fits(&self, visit: &str, shown: &str) -> bool {
        let half = |text: Option<&str>| text.and_then(|text| Uuid::try_parse(text).ok()).map(Uuid::into_bytes);
        match (shown.len(), half(shown.get(..32)), half(shown.get(32..))) {
            (64, Some(mask), Some(shown)) => self.directory.is_name(&subject(visit), &masked(shown, mask)),
            _ => false,
        }
    }
}

fn subject(visit: &str) -> String {
    format!("form {visit}")
}

fn masked(mut bytes: [u8; 16], mask: [u8; 16]) -> [u8; 16] {
    bytes.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
    bytes
}
