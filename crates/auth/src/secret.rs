//! Thirty-two secret bytes: hidden from `Debug`, wiped when dropped, base64url in the keys file.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use secrecy::{ExposeSecret, SecretBox, zeroize::Zeroizing};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::{Entropy, Error};

pub(crate) struct Secret(SecretBox<[u8; 32]>);

impl Secret {
    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    pub(crate) fn draw(entropy: &dyn Entropy) -> Result<Self, Error> {
        entropy.bytes().map(Self::from_bytes)
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }
}

impl Clone for Secret {
    fn clone(&self) -> Self {
        Self::from_bytes(*self.expose())
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(BASE64.encode(self.expose())))
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let bytes = Zeroizing::new(BASE64.decode(text.as_str()).map_err(|_| D::Error::custom("not base64url"))?);
        let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| D::Error::custom("not 32 bytes"))?;
        Ok(Self::from_bytes(bytes))
    }
}
