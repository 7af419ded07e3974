//! `pack WEIGHTS TOKENIZER PACKED`: the library's side of `guildhall nlu pack-encoder`.

use std::fs::{read, write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [weights, tokenizer, packed] =
        std::env::args().skip(1).collect::<Vec<_>>().try_into().map_err(|_| "three paths")?;
    Ok(write(packed, guildhall_nlu::pack_static(&read(weights)?, &read(tokenizer)?)?)?)
}
