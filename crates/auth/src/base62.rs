//! Numbers in base 62 (`0-9A-Za-z`), of a fixed width, and one spelling for each number.

/// Writes the big-endian number with `width` digits; the digits above are cut off.
pub(crate) fn encode(number: &[u8], width: usize) -> String {
    let mut number = number.to_vec();
    let mut digits: Vec<char> = (0..width)
        .map(|_| {
            let rest = number.iter_mut().fold(0, |rest: u16, byte| {
                let part = rest << 8 | u16::from(*byte);
                [*byte, _] = (part / 62).to_le_bytes();
                part % 62
            });
            digit(rest)
        })
        .collect();
    digits.reverse();
    digits.into_iter().collect()
}

/// Reads a number of `N` bytes; `None` for another character or a number that does not fit.
pub(crate) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut number = [0_u8; N];
    for symbol in text.bytes() {
        let overflow = number.iter_mut().rev().fold(value(symbol)?, |carry, byte| {
            let [low, high] = (u16::from(*byte) * 62 + carry).to_le_bytes();
            *byte = low;
            high.into()
        });
        if overflow != 0 {
            return None;
        }
    }
    Some(number)
}

fn digit(value: u16) -> char {
    let [value, _] = value.to_le_bytes();
    char::from(match value {
        0..10 => b'0' + value,
        10..36 => b'A' + value - 10,
        _ => b'a' + value.saturating_sub(36),
    })
}

fn value(symbol: u8) -> Option<u16> {
    Some(u16::from(match symbol {
        b'0'..=b'9' => symbol - b'0',
        b'A'..=b'Z' => symbol - b'A' + 10,
        b'a'..=b'z' => symbol - b'a' + 36,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_numbers() {
        assert_eq!(encode(&[0], 3), "000");
        assert_eq!(encode(&[61], 3), "00z");
        assert_eq!(encode(&[62], 3), "010");
        assert_eq!(encode(&u32::MAX.to_be_bytes(), 6), "4gfFC3");
        assert_eq!(decode("4gfFC3"), Some(u32::MAX.to_be_bytes()));
        assert_eq!(decode::<4>("4gfFC4"), None);
        assert_eq!(decode::<4>("00-"), None);
        assert_eq!(encode(&[0xff; 32], 44).trim_start_matches('0').len(), 43);
    }

    proptest! {
        #[test]
        fn each_number_has_one_spelling(number: [u8; 32]) {
            let text = encode(&number, 43);
            prop_assert_eq!(text.len(), 43);
            prop_assert_eq!(decode(&text), Some(number));
        }

        #[test]
        fn what_reads_writes_back(text in "[0-9A-Za-z]{43}") {
            if let Some(number) = decode::<32>(&text) {
                prop_assert_eq!(encode(&number, 43), text);
            }
        }
    }
}
