//! A small shop that the tests train bots of.

use guildhall_nlu::{TrainingIntent, TrainingPhrase, TrainingSet};

/// Four intents, two of them close: label, then phrases.
const SHOP: [(&str, [&str; 6]); 4] = [
    (
        "parcel",
        [
            "Where is my parcel?",
            "My package has not arrived",
            "track my order",
            "when will my delivery come",
            "I am still waiting for my shipment",
            "has my parcel been sent yet",
        ],
    ),
    (
        "return",
        [
            "I want to send it back",
            "How do I return the shoes?",
            "can I return a jacket that does not fit",
            "what is your return policy",
            "I'd like my money back",
            "return label please",
        ],
    ),
    (
        "hours",
        [
            "When are you open?",
            "opening hours on Sunday",
            "what time does the shop close",
            "are you open today",
            "is the store open on holidays",
            "until when can I come by",
        ],
    ),
    (
        "password",
        [
            "I forgot my password",
            "can't log in",
            "reset my password",
            "my account is locked",
            "how do I change the password of my account",
            "login does not work",
        ],
    ),
];

/// One intent.
pub(crate) fn intent(label: &str, phrases: &[&str]) -> TrainingIntent {
    let phrase = |text: &&str| TrainingPhrase { text: (*text).to_owned(), language: None };
    TrainingIntent { label: label.to_owned(), title: None, phrases: phrases.iter().map(phrase).collect() }
}

/// The whole shop.
pub(crate) fn shop() -> TrainingSet {
    TrainingSet { intents: SHOP.iter().map(|(label, phrases)| intent(label, phrases)).collect() }
}
