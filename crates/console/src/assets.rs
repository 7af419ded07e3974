//! The style sheet, the script and the mark, from the binary itself; their names change with their content, so that a
//! browser keeps them for ever.

use actix_web::{HttpResponse, http::header, web::Path};

use crate::declined::Declined;

/// A file that pages ask for.
pub(crate) struct Asset {
    stem: &'static str,
    end: &'static str,
    kind: &'static str,
    content: &'static str,
}

/// How the pages look.
pub(crate) const STYLE: Asset = Asset {
    stem: "console",
    end: "css",
    kind: "text/css; charset=utf-8",
    content: include_str!("../assets/console.css"),
};
/// What makes them quicker to use.
pub(crate) const SCRIPT: Asset = Asset {
    stem: "console",
    end: "js",
    kind: "text/javascript; charset=utf-8",
    content: include_str!("../assets/console.js"),
};
/// The mark.
pub(crate) const MARK: Asset =
    Asset { stem: "mark", end: "svg", kind: "image/svg+xml", content: include_str!("../assets/mark.svg") };

impl Asset {
    fn name(&self) -> String {
        format!("{}.{:08x}.{}", self.stem, fingerprint(self.content), self.end)
    }

    /// Where it lies.
    pub(crate) fn address(&self) -> String {
        format!("{}/assets/{}", crate::ROOT, self.name())
    }
}

/// Whether a path names one of these files, for which nobody need be known.
#[must_use]
pub fn is_asset(path: &str) -> bool {
    path.strip_prefix(crate::ROOT).is_some_and(|below| below.starts_with("/assets/"))
}

/// FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv/>).
fn fingerprint(content: &str) -> u32 {
    content.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Gives one of the files.
pub(crate) async fn file(name: Path<String>) -> Result<HttpResponse, Declined> {
    let named = |asset: &Asset| asset.name() == *name;
    let asset = [STYLE, SCRIPT, MARK].into_iter().find(named);
    let asset = asset.ok_or(guildhall_domain::Refusal::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type(asset.kind)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .body(asset.content))
}
