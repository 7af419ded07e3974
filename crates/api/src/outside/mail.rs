//! Letters by SMTP.

use std::time::Duration;

use guildhall_app::letter::{Letter, Mailer, NotSent, Sending};
use guildhall_domain::{Id, id};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    address::Envelope,
    message::{Mailbox, header::ContentType},
    transport::smtp::extension::ClientId,
};

/// How long handing one letter over may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The settings of mail can't be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MailError {
    /// The server's address.
    #[error("smtp_url must be smtps://… or smtp://…, with ?tls=required where it holds a password")]
    Server(#[source] Option<lettre::transport::smtp::Error>),
    /// The sender's address.
    #[error("mail_from must be an address such as Guildhall <bot@example.com>")]
    From(#[source] lettre::address::AddressError),
}

/// A server that takes letters.
pub(crate) struct Smtp {
    server: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    /// Stands behind the `@` of each letter's identifier.
    domain: String,
}

impl Smtp {
    /// A server at this address, and who the letters come from. A password is for an encrypted connection alone.
    pub(crate) fn new(url: &str, from: &str) -> Result<Self, MailError> {
        let secret = url.split_once("://").is_some_and(|(_, rest)| rest.contains('@'));
        let encrypted = url.starts_with("smtps://") || url.contains("tls=required");
        if secret && !encrypted {
            return Err(MailError::Server(None));
        }
        let from: Mailbox = from.parse().map_err(MailError::From)?;
        let domain = from.email.domain().to_owned();
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|error| MailError::Server(Some(error)))?
            .hello_name(ClientId::Domain(domain.clone()))
            .timeout(Some(PATIENCE))
            .build();
        Ok(Self { server, from, domain })
    }

    fn written(&self, id: Id<id::Letter>, letter: &Letter) -> Result<(Envelope, Vec<u8>), NotSent> {
        let never = |error: lettre::error::Error| NotSent::Never(error.into());
        let to: Mailbox =
            letter.to.as_str().parse().map_err(|error: lettre::address::AddressError| NotSent::Never(error.into()))?;
        let message = Message::builder()
            .message_id(Some(format!("<{id}@{}>", self.domain)))
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject.clone())
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(never)?;
        Ok((message.envelope().clone(), message.formatted()))
    }
}

impl Mailer for Smtp {
    fn send<'a>(&'a self, id: Id<id::Letter>, letter: &'a Letter) -> Sending<'a> {
        Box::pin(async move {
            let (envelope, message) = self.written(id, letter)?;
            match tokio::time::timeout(PATIENCE, self.server.send_raw(&envelope, &message)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) if is_final(&error) => Err(NotSent::Never(reason(&error).into())),
                Ok(Err(error)) => Err(NotSent::Later(reason(&error).into())),
                Err(late) => Err(NotSent::Later(late.into())),
            }
        })
    }
}

/// Whether a server declines this reader or this letter for good. What else it declines, such as our own password, can
/// still be mended while the letter waits.
fn is_final(error: &lettre::transport::smtp::Error) -> bool {
    error.status().is_some_and(|code| matches!(code.to_string().as_str(), "550" | "551" | "552" | "553"))
}

/// Why a server did not take a letter, for the log: its code and not its words, which may name the reader.
fn reason(error: &lettre::transport::smtp::Error) -> String {
    error.status().map_or_else(|| error.to_string(), |code| format!("the mail server answered {code}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_travels_encrypted_alone() {
        let from = "Guildhall <bot@example.com>";
        for good in [
            "smtps://bot:secret@mail.example.com",
            "smtp://bot:secret@mail.example.com:587?tls=required",
            "smtp://127.0.0.1:25",
        ] {
            assert!(Smtp::new(good, from).is_ok(), "{good}");
        }
        for bad in [
            "smtp://bot:secret@mail.example.com",
            "smtp://bot:secret@mail.example.com?tls=opportunistic",
            "http://mail.example.com",
            "mail",
        ] {
            assert!(matches!(Smtp::new(bad, from), Err(MailError::Server(_))), "{bad}");
        }
        assert!(matches!(Smtp::new("smtp://127.0.0.1", "nobody"), Err(MailError::From(_))));
    }

    #[test]
    fn a_name_writes_no_header_of_its_own() {
        let smtp = Smtp::new("smtp://127.0.0.1", "bot@example.com").unwrap();
        let letter = Letter {
            to: guildhall_domain::member::Email::parse("aino@example.com").unwrap(),
            subject: "Hello\r\nBcc: everybody@example.com".to_owned(),
            text: "Päivää.\n.\nMore.".to_owned(),
        };
        let (envelope, message) = smtp.written(Id::from_uuid(uuid::Uuid::nil()), &letter).unwrap();
        assert_eq!(envelope.to().len(), 1);
        let message = String::from_utf8(message).unwrap();
        assert!(!message.lines().any(|line| line.starts_with("Bcc")), "{message}");
        assert!(message.contains("Message-ID: <let_00000000000000000000000000@example.com>"), "{message}");
    }
}
