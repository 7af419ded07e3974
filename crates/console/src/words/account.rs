//! What the pages say about getting in and one's own account.

pub(crate) const SIGN_IN: &str = "Sign in";
pub(crate) const EMAIL: &str = "E-mail address";
pub(crate) const PASSWORD: &str = "Password";
pub(crate) const COMPANY: &str = "Company";
pub(crate) const INVITED_HINT: &str = "New here? Open the link of your invitation. Whoever invited you has it.";
pub(crate) const WRONG: &str = "Nobody has this e-mail address with this password.";
pub(crate) const WHICH_COMPANY: &str =
    "Your e-mail address and password fit in several companies. Please choose one, and enter your password once more.";

pub(crate) fn wait(seconds: u64) -> String {
    let minutes = seconds.div_ceil(60);
    let wait = if minutes < 2 { "a minute".to_owned() } else { format!("{minutes} minutes") };
    format!("Too many attempts. Please wait {wait}; a right password is not looked at before.")
}

pub(crate) const INVITATION: &str = "Your invitation";

pub(crate) fn welcome(company: &str) -> String {
    format!("Welcome to {company}")
}

pub(crate) const NAME: &str = "Your name";
pub(crate) const PASSWORD_HINT: &str =
    "At least 15 characters. A sentence that you remember is best; it needs no digits or signs.";
pub(crate) const PASSWORD_AGAIN: &str = "The same password again";
pub(crate) const DIFFERS: &str = "is not the same as the first";
pub(crate) const COME_IN: &str = "Come in";

pub(crate) const LOST: &str = "A lost password";
pub(crate) const LOST_HINT: &str =
    "Enter your e-mail address. If it is known here, a letter brings a link that is good for half an hour.";
pub(crate) const SEND_LINK: &str = "Send me the link";
pub(crate) const LETTER_SENT: &str = "If your e-mail address is known here, a letter is on its way.";
pub(crate) const NO_LETTERS: &str = "No letters are sent from here. Ask who leads your company's bot for a link.";
pub(crate) const PASSWORD_SET: &str = "Your password is changed, and every session has ended. Please sign in with it.";

pub(crate) const ACCOUNT: &str = "Your account";
pub(crate) const ROLES: &str = "Roles";
pub(crate) const CHANGE_PASSWORD: &str = "Change your password";
pub(crate) const CURRENT_PASSWORD: &str = "Your password now";
pub(crate) const NEW_PASSWORD: &str = "Your new password";
pub(crate) const PASSWORD_CHANGED: &str = "Your password is changed. Every other session has ended.";
pub(crate) const SESSIONS: &str = "Where you are signed in";
pub(crate) const THIS_SESSION: &str = "this one";
pub(crate) const SINCE: &str = "since";
pub(crate) const LAST_USED: &str = "last used";
pub(crate) const END: &str = "End";
pub(crate) const SESSION_ENDED: &str = "The session has ended.";

/// A browser in words, as far as it says what it is.
pub(crate) fn device(user_agent: Option<&str>) -> String {
    const BROWSERS: [(&str, &str); 6] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    const SYSTEMS: [(&str, &str); 6] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "a Mac"),
        ("Linux", "Linux"),
    ];
    let agent = user_agent.unwrap_or_default();
    let find = |of: [(&'static str, &'static str); 6]| of.into_iter().find(|(mark, _)| agent.contains(mark));
    match (find(BROWSERS), find(SYSTEMS)) {
        (Some((_, browser)), Some((_, system))) => format!("{browser} on {system}"),
        (Some((_, one)), None) | (None, Some((_, one))) => one.to_owned(),
        (None, None) => {
            agent.split(['/', ' ']).next().filter(|word| !word.is_empty()).unwrap_or("A program").to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_in_words() {
        let chrome = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36";
        assert_eq!(device(Some(chrome)), "Chrome on Windows");
        assert_eq!(device(Some("guildhall demo")), "guildhall");
        assert_eq!(device(None), "A program");
        assert_eq!(
            (wait(30), wait(61)).0,
            "Too many attempts. Please wait a minute; a right password is not looked at before."
        );
    }
}
