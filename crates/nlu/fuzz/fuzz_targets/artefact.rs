//! Any content under a good checksum is refused or answers; nothing is allocated that the bytes don't pay for.
#![no_main]

use guildhall_nlu::{ENGINE_VERSION, Model, Query};
use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};

fuzz_target!(|content: &[u8]| {
    let mut bytes = b"GHMODEL\0".to_vec();
    bytes.extend(ENGINE_VERSION.to_le_bytes());
    bytes.extend(content);
    let sum = Sha256::digest(&bytes);
    bytes.extend(sum);
    if let Ok(model) = Model::from_bytes(&bytes) {
        let _ = model.predict(&Query { text: "where is my parcel", language: None });
    }
});
