//! Text in any encoding: by its byte order mark, as UTF-8, or as the most likely one.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;

use super::Rejected;

/// The text of a file, and the encoding's name where it had to be guessed.
pub fn decoded(bytes: &[u8]) -> Result<(Cow<'_, str>, Option<&'static str>), Rejected> {
    let (text, guessed) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0, None),
        None => match str::from_utf8(bytes) {
            Ok(text) => (Cow::Borrowed(text), None),
            Err(_) => guess(bytes),
        },
    };
    if text.contains('\0') {
        return Err(Rejected::new("text-nul", "the text holds NUL characters; save it as UTF-8"));
    }
    Ok((text, guessed))
}

fn guess(bytes: &[u8]) -> (Cow<'_, str>, Option<&'static str>) {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    (encoding.decode_without_bom_handling(bytes).0, Some(encoding.name()))
}

/// The text of a file that is UTF-8 by its format.
pub fn utf8(bytes: &[u8]) -> Result<&str, Rejected> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = str::from_utf8(bytes).map_err(|error| {
        Rejected::new("text-not-utf-8", format!("the file is not UTF-8 from byte {} on", error.valid_up_to()))
    })?;
    if text.contains('\0') { Err(Rejected::new("text-nul", "the text holds NUL characters")) } else { Ok(text) }
}
