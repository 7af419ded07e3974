//! Turns serde's words into flaws that speak of JSON, not of Rust, and never repeat what was sent.

use guildhall_domain::Flaw;

use super::place::escaped;

/// The flaw that a serde error at `pointer` means.
pub(super) fn flaw(pointer: String, message: &str) -> Flaw {
    let message = message.rfind(" at line ").and_then(|end| message.get(..end)).unwrap_or(message);
    let (pointer, code, detail) = if message.starts_with("unknown field") {
        (pointer, "unknown-field", "There is no such field.".to_owned())
    } else if let Some(field) = quoted(message, "missing field") {
        (format!("{pointer}/{}", escaped(field)), "missing-field", "This field is required.".to_owned())
    } else if message.starts_with("duplicate field") {
        (pointer, "duplicate-field", "This field stands twice.".to_owned())
    } else if message.starts_with("invalid type") {
        (pointer, "wrong-type", expected(message))
    } else if ["invalid value", "invalid length", "unknown variant"].iter().any(|lead| message.starts_with(lead)) {
        (pointer, "invalid", expected(message))
    } else {
        (pointer, "invalid", sentence(message))
    };
    Flaw { pointer, code, detail }
}

fn quoted<'a>(message: &'a str, lead: &str) -> Option<&'a str> {
    message.strip_prefix(lead)?.trim_start().strip_prefix('`')?.split('`').next()
}

fn expected(message: &str) -> String {
    let wanted = message.rsplit_once("expected ").map_or("another value", |(_, wanted)| wanted);
    let wanted = match wanted.split_whitespace().next() {
        Some("struct" | "map" | "internally") => "an object",
        Some("u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize") => "an integer",
        Some("f32" | "f64") => "a number",
        _ => match wanted {
            "a map" => "an object",
            "a sequence" => "an array",
            other => other,
        },
    };
    format!("Expected {wanted}.")
}

/// Words as a sentence: a capital and a full stop.
pub(in crate::http) fn sentence(message: &str) -> String {
    let mut rest = message.chars();
    rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).chain(['.']).collect()
}
