//! Which side of the house a path belongs to.

/// The sides, which have room, headers and limits of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Is it alive, is it ready: always let in.
    Probe,
    /// What visitors' browsers call, from the customer's pages.
    Chat,
    /// What people of the company open in a browser.
    Console,
    /// All else.
    Staff,
}

impl Class {
    /// The class of a path.
    #[must_use]
    pub fn of(path: &str) -> Self {
        match path {
            "/livez" | "/readyz" => Self::Probe,
            _ if path.starts_with("/v1/chat/") => Self::Chat,
            _ if guildhall_console::holds(path) => Self::Console,
            _ => Self::Staff,
        }
    }
}
