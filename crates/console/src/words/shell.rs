//! What the frame of every page says.

pub(crate) const PRODUCT: &str = "Guildhall";
pub(crate) const SKIP: &str = "Skip to the content";
pub(crate) const MAIN: &str = "Main";
pub(crate) const DEPARTMENTS: &str = "Departments";
pub(crate) const TRY: &str = "Try a sentence";
pub(crate) const CONVERSATIONS: &str = "Conversations";
pub(crate) const PEOPLE: &str = "People";
pub(crate) const CHANNELS: &str = "Channels";
pub(crate) const SIGN_OUT: &str = "Sign out";
pub(crate) const FOOT: &str = "Guildhall: one chatbot that your departments own together.";
pub(crate) const ERROR: &str = "Error";
