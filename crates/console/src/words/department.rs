//! What the pages say about departments.

pub(crate) const DEPARTMENTS: &str = "Departments";
pub(crate) const OWN: &str = "Yours";
pub(crate) const OTHERS: &str = "The others";
pub(crate) const ALL: &str = "All departments";
pub(crate) const NO_DEPARTMENTS: &str = "There is no department yet. The project's leader founds the first one.";
pub(crate) const LIVE: &str = "live";
pub(crate) const FOUND: &str = "Found a department";
pub(crate) const FOUNDED: &str =
    "The department is founded. Now give it an owner: invite somebody, or choose a member.";
pub(crate) const NAME: &str = "Name";
pub(crate) const NAME_HINT: &str = "As visitors may see it, for example Customer Service.";
pub(crate) const KEY: &str = "Address";
pub(crate) const KEY_HINT: &str =
    "Small letters, digits and hyphens, for example customer-service. It can't be changed later, nor used again.";
pub(crate) const ABOUT: &str = "What it answers for";
pub(crate) const ABOUT_HINT: &str = "In a sentence, for colleagues.";
pub(crate) const SETTINGS: &str = "Settings";
pub(crate) const OVERVIEW: &str = "Overview";
pub(crate) const PEOPLE: &str = "People";
pub(crate) const IN_DRAFT: &str = "In your draft";
pub(crate) const LIVE_NOW: &str = "Live now";
pub(crate) const NOT_PUBLISHED: &str = "Changed, not published";
