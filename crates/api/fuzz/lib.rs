//! What the targets of imports share.

use guildhall_app::exchange::{File, Format, read};

/// Reads bytes as these formats; what is brought is as valid as what is written by hand.
pub fn import(bytes: &[u8], formats: &[Option<Format>]) {
    for format in formats {
        if let Ok(brought) = read(&File { bytes: bytes.to_vec(), ..File::default() }, *format) {
            for intent in &brought.intents {
                let name = intent.name.as_str();
                assert!((1..=100).contains(&name.chars().count()) && !name.contains(char::is_control), "{name:?}");
                for phrase in &intent.phrases {
                    let text = phrase.text.as_str();
                    assert!(!text.trim().is_empty() && !text.contains('\0'), "{text:?}");
                }
            }
        }
    }
}
