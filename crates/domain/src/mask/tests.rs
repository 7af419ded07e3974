//! What is hidden, what is left, and that it is stable whatever comes.

use proptest::prelude::*;

use super::{checks, masked};

#[test]
fn ways_to_reach_somebody_are_hidden() {
    for (said, kept) in [
        ("write to aino.virtanen+shop@example.co.uk, thanks", "write to [email], thanks"),
        ("<o'neil@mail.example.com>.", "<[email]>."),
        ("pekka@yritys.fi+358401234567", "[email][phone]"),
        ("call +358 40 123 4567 now", "call [phone] now"),
        ("(+46) 70-123 45 67", "[phone]"),
        ("+44 20 7946 0958.", "[phone]."),
        ("0049 30 12345678", "[phone]"),
        ("+1 (212) 555-0123", "[phone]"),
        ("numeroni on 040 1234567", "numeroni on [phone]"),
        ("ring 070-123 45 67!", "ring [phone]!"),
        ("01 23 45 67 89", "[phone]"),
        ("(09) 123 4567", "[phone]"),
        ("or 212-555-0123?", "or [phone]?"),
        ("my phone number is 5551234", "my phone number is [phone]"),
        ("puh. 123 4567", "puh. [phone]"),
        ("０４０ １２３４５６７", "[phone]"),
        ("my address is 192.168.10.7", "my address is [ip]"),
        ("from 2001:db8::8a2e:370:7334", "from [ip]"),
        ("eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2ln", "[secret]"),
        ("key gld_live_sk_0123456789abcdef0123", "key [secret]"),
    ] {
        assert_eq!(masked(said), kept, "{said}");
    }
}

#[test]
fn cards_and_accounts_are_hidden_where_their_check_digits_fit() {
    for (said, kept) in [
        ("card 4111 1111 1111 1111 12/27", "card [card] 12/27"),
        ("4111-1111-1111-1111", "[card]"),
        ("378282246310005", "[card]"),
        ("5555555555554444,", "[card],"),
        ("6011 1111 1111 1117", "[card]"),
        ("30569309025904", "[card]"),
        ("3530111333300000", "[card]"),
        ("FI21 1234 5600 0007 85", "[iban]"),
        ("iban de89370400440532013000 please", "iban [iban] please"),
        ("GB29 NWBK 6016 1331 9268 19.", "[iban]."),
        ("SE45 5000 0000 0583 9825 7466", "[iban]"),
        // One digit off.
        ("4111 1111 1111 1112", "4111 1111 1111 1112"),
        ("DE89370400440532013001", "DE89370400440532013001"),
    ] {
        assert_eq!(masked(said), kept, "{said}");
    }
}

#[test]
fn numbers_of_people_are_hidden_where_their_check_digits_fit() {
    for (said, kept) in [
        ("131052-308T", "[id]"),
        ("hetu 131052-308t.", "hetu [id]."),
        ("010190A0006?", "010190A0006?"),
        ("811228-9874", "[id]"),
        ("198112289874", "[id]"),
        ("19811228-9874", "[id]"),
        ("8112289874", "[id]"),
        ("86095742719", "[id]"),
        ("86 095 742 719", "[id]"),
        ("078-05-1120", "[id]"),
        ("12345678Z", "[id]"),
        ("X1234567L", "[id]"),
        ("RSSMRA85T10A562S", "[id]"),
        ("AB 12 34 56 C", "[id]"),
        ("37605030299", "[id]"),
        ("44051401458", "[id]"),
        ("93.05.18-223.61", "[id]"),
        ("529.982.247-25", "[id]"),
        ("2 55 08 14 168 025 38", "[id]"),
        ("070761-4285", "[id]"),
        // One digit off.
        ("131052-308U", "131052-308U"),
        ("811228-9873", "811228-9873"),
        ("86095742718", "86095742718"),
        ("12345678A", "12345678A"),
        ("RSSMRA85T10A562T", "RSSMRA85T10A562T"),
        ("37605030298", "37605030298"),
        ("44051401459", "44051401459"),
    ] {
        assert_eq!(masked(said), kept, "{said}");
    }
}

#[test]
fn ordinary_numbers_are_left() {
    for said in [
        "order 4500123456",
        "order no. 10004711-2",
        "#00012345678",
        "invoice 2024/000123",
        "it cost 1 234,50 € instead of 999.00",
        "1.234.567,89",
        "between 2024-11-25 and 01.02.2025 12:30",
        "01.02.2024 1030",
        "on 12/31/2024 at 10",
        "EAN 4006381333931",
        "article 123456789",
        "version 1.2.3.4",
        "3.14159265358979",
        "100 200 300",
        "size 42, 3 pieces, 2x",
        "postcode 00100 Helsinki",
        "iPhone 15 Pro Max 256",
        "an @ alone and a@b",
        "whatsapp group",
        "€ 1,000,000.00",
        "tracking JJFI 6400 0012 3456 7891",
    ] {
        assert_eq!(masked(said), said);
    }
}

/// Numbers made to be true are hidden; the same with another last digit are none.
fn luhn_of(body: &[u8]) -> Vec<u8> {
    (0..10).map(|check| [body, &[check]].concat()).find(|digits| checks::luhn(digits)).unwrap()
}

fn written(digits: &[u8]) -> String {
    digits.iter().map(|digit| char::from(b'0' + digit)).collect()
}

proptest! {
    #[test]
    fn masking_never_fails_and_twice_is_once(text in any::<String>()) {
        let once = masked(&text);
        prop_assert_eq!(masked(&once), once);
    }

    #[test]
    fn what_looks_like_data_is_masked_once_too(text in "([0-9]{1,4}|[+ ().@/-]|[A-Za-z.]{1,3}|:|,|@a.fi|FI21|\\[card\\]){0,24}") {
        let once = masked(&text);
        prop_assert_eq!(masked(&once), once);
    }

    #[test]
    fn text_without_digits_and_at_signs_is_left(text in "[a-zåäöéüß ,.!?'()-]{0,80}") {
        prop_assert_eq!(masked(&text), text);
    }

    #[test]
    fn every_visa_card_is_hidden_however_it_is_written(body in prop::collection::vec(0_u8..10, 14), gap in "[ -]?") {
        let card = luhn_of(&[&[4], body.as_slice()].concat());
        let spaced = card.chunks(4).map(written).collect::<Vec<_>>().join(&gap);
        prop_assert_eq!(masked(&format!("with {spaced}, please")), "with [card], please");
    }

    #[test]
    fn every_finnish_number_is_hidden(day in 1_u64..=28, month in 1_u64..=12, year in 0_u64..100, serial in 2_u64..900) {
        let all = (((day * 100 + month) * 100) + year) * 1000 + serial;
        let check = "0123456789ABCDEFHJKLMNPRSTUVWXY".chars().nth(usize::try_from(all % 31).unwrap()).unwrap();
        let hetu = format!("{day:02}{month:02}{year:02}-{serial:03}{check}");
        prop_assert_eq!(masked(&format!("olen {hetu}")), "olen [id]");
    }

    #[test]
    fn short_numbers_are_left(number in 0_u32..=9_999_999, word in "(order|tilaus|price|item|code)") {
        let text = format!("{word} {number}");
        prop_assert_eq!(masked(&text), text);
    }
}
