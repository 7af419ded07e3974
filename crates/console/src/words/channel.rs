//! What the pages say about channels.

pub(crate) const CHANNELS: &str = "Channels";
pub(crate) const LEAD: &str = "A channel is a place where visitors reach the bot: a website with the chat in it.";
pub(crate) const NONE: &str = "No channel yet, so no visitor can reach the bot.";
pub(crate) const OPEN: &str = "Open a channel";
pub(crate) const OPENED: &str = "The channel is open. Paste the lines below into your page.";
pub(crate) const NAME: &str = "Name";
pub(crate) const NAME_HINT: &str = "For colleagues, for example Shop.";
pub(crate) const ORIGINS: &str = "Websites that may use it";
pub(crate) const ORIGINS_HINT: &str = "One address in each line, as https://www.example.com, without a path.";
pub(crate) const ORIGINS_NEEDED: &str = "must hold 1 to 50 addresses";
pub(crate) const SNIPPET: &str = "What to paste into your page";
pub(crate) const SNIPPET_LEAD: &str =
    "These lines show a plain chat that works. Style them as you like, or let your developers build on the API.";
pub(crate) const COPY: &str = "Copy";
pub(crate) const KEY: &str = "Key";
pub(crate) const KEY_HINT: &str = "It stands in your page, so it is no secret; only the websites below may use it.";
pub(crate) const CHANGE: &str = "Name and websites";
pub(crate) const CLOSE: &str = "Close the channel";
pub(crate) const CLOSE_MEANS: &str = "Its key opens nothing any more, for good. Its conversations stay.";
pub(crate) const SURE: &str = "Yes, close it for good";
pub(crate) const NOT_SURE: &str = "must be ticked";
pub(crate) const CLOSED: &str = "The channel is closed.";
