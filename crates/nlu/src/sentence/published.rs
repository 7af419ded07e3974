//! An encoder as it is published, in Hugging Face layout, and what its files say of its tokens and its pooling.

use super::encoder::SentenceError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;

/// The files of a sentence encoder's directory, as read.
#[derive(Debug, Clone, Copy, Default)]
pub struct PublishedEncoder<'a> {
    /// `config.json`.
    pub config: &'a [u8],
    /// `model.safetensors`.
    pub weights: &'a [u8],
    /// `tokenizer.json`; one of it and `vocab.txt` must be there.
    pub tokenizer: Option<&'a [u8]>,
    /// `vocab.txt`, a token a line.
    pub vocabulary: Option<&'a [u8]>,
    /// `tokenizer_config.json`.
    pub casing: Option<&'a [u8]>,
    /// `1_Pooling/config.json`; without it the mean of the tokens' rows is taken.
    pub pooling: Option<&'a [u8]>,
}

/// How the rows of a text's tokens become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pooling {
    /// By their mean.
    Mean,
    /// By the first one, which stands for the text.
    First,
}

#[derive(Deserialize)]
pub(crate) struct Config {
    pub(crate) hidden_size: usize,
    pub(crate) num_hidden_layers: usize,
    pub(crate) num_attention_heads: usize,
    pub(crate) intermediate_size: usize,
    pub(crate) max_position_embeddings: usize,
    pub(crate) hidden_act: String,
}

#[derive(Deserialize)]
struct Tokenizer {
    model: WordPiece,
    normalizer: Option<Normalizer>,
}

#[derive(Deserialize)]
struct WordPiece {
    #[serde(rename = "type")]
    kind: Option<String>,
    vocab: HashMap<String, usize>,
}

#[derive(Deserialize)]
struct Normalizer {
    lowercase: Option<bool>,
}

#[derive(Deserialize)]
struct Casing {
    do_lower_case: Option<bool>,
}

const CASED: SentenceError = SentenceError::Shape("the tokenizer keeps upper case, which messages don't have here");

impl PublishedEncoder<'_> {
    pub(crate) fn config(&self) -> Result<Config, SentenceError> {
        json("config.json", self.config)
    }

    /// The tokens in the order of their ids.
    pub(crate) fn tokens(&self) -> Result<Vec<String>, SentenceError> {
        if let Some(file) = self.casing
            && json::<Casing>("tokenizer_config.json", file)?.do_lower_case == Some(false)
        {
            return Err(CASED);
        }
        match (self.tokenizer, self.vocabulary) {
            (Some(file), _) => json::<Tokenizer>("tokenizer.json", file)?.tokens(),
            (None, Some(file)) => Ok(String::from_utf8_lossy(file).lines().map(str::to_owned).collect()),
            (None, None) => Err(SentenceError::Shape("neither tokenizer.json nor vocab.txt is there")),
        }
    }

    pub(crate) fn pooling(&self) -> Result<Pooling, SentenceError> {
        let Some(file) = self.pooling else { return Ok(Pooling::Mean) };
        let said: HashMap<String, Value> = json("1_Pooling/config.json", file)?;
        // Newer files name one way, older ones have a flag for each.
        let ways: Vec<&str> = match said.get("pooling_mode") {
            Some(way) => way.as_str().into_iter().collect(),
            None => said.iter().filter(|(_, on)| **on == Value::Bool(true)).filter_map(|(flag, _)| way(flag)).collect(),
        };
        match ways.as_slice() {
            ["mean" | "mean_tokens"] => Ok(Pooling::Mean),
            ["cls" | "cls_token"] => Ok(Pooling::First),
            _ => Err(SentenceError::Shape("only the mean of the tokens and the first token are known as pooling")),
        }
    }
}

/// The way that a flag is for.
fn way(flag: &str) -> Option<&str> {
    flag.strip_prefix("pooling_mode_")
}

impl Tokenizer {
    fn tokens(self) -> Result<Vec<String>, SentenceError> {
        if self.model.kind.is_some_and(|kind| kind != "WordPiece") {
            return Err(SentenceError::Shape("the tokenizer is not WordPiece"));
        }
        if self.normalizer.and_then(|normalizer| normalizer.lowercase) == Some(false) {
            return Err(CASED);
        }
        let mut tokens = vec![None; self.model.vocab.len()];
        for (token, id) in self.model.vocab {
            *tokens.get_mut(id).ok_or(SentenceError::Shape("the tokens' ids are not one after another"))? = Some(token);
        }
        let tokens: Option<Vec<String>> = tokens.into_iter().collect();
        tokens.ok_or(SentenceError::Shape("two tokens have the same id"))
    }
}

fn json<T: DeserializeOwned>(file: &'static str, bytes: &[u8]) -> Result<T, SentenceError> {
    serde_json::from_slice(bytes).map_err(|source| SentenceError::Json { file, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pooling(file: &str) -> Result<Pooling, SentenceError> {
        PublishedEncoder { pooling: Some(file.as_bytes()), ..PublishedEncoder::default() }.pooling()
    }

    #[test]
    fn pooling_is_what_the_file_says() {
        assert_eq!(PublishedEncoder::default().pooling().ok(), Some(Pooling::Mean));
        let flags = |mean, cls, max| {
            format!(
                r#"{{"word_embedding_dimension": 384, "pooling_mode_cls_token": {cls}, "pooling_mode_mean_tokens": {mean},
                    "pooling_mode_max_tokens": {max}}}"#
            )
        };
        assert_eq!(pooling(&flags(true, false, false)).ok(), Some(Pooling::Mean));
        assert_eq!(pooling(&flags(false, true, false)).ok(), Some(Pooling::First));
        assert_eq!(pooling(r#"{"embedding_dimension": 384, "pooling_mode": "cls"}"#).ok(), Some(Pooling::First));
        for unknown in [&flags(false, false, true), &flags(true, true, false), r#"{"pooling_mode": "max"}"#, "{}"] {
            assert!(pooling(unknown).unwrap_err().to_string().contains("pooling"), "{unknown}");
        }
        assert!(pooling("{").unwrap_err().to_string().contains("1_Pooling/config.json"));
    }

    #[test]
    fn tokens_come_from_either_file_and_upper_case_is_refused() {
        let words = PublishedEncoder { vocabulary: Some(b"[CLS]\nhello\n"), ..PublishedEncoder::default() };
        assert_eq!(words.tokens().unwrap(), ["[CLS]", "hello"]);
        let tokenizer = |json: &'static str| PublishedEncoder { tokenizer: Some(json.as_bytes()), ..words };
        let both = tokenizer(r#"{"model": {"type": "WordPiece", "vocab": {"b": 1, "a": 0}}, "normalizer": null}"#);
        assert_eq!(both.tokens().unwrap(), ["a", "b"]);
        let flaws = [
            (r#"{"model": {"type": "BPE", "vocab": {}}}"#, "WordPiece"),
            (r#"{"model": {"vocab": {"a": 0}}, "normalizer": {"lowercase": false}}"#, "upper case"),
            (r#"{"model": {"vocab": {"a": 1}}}"#, "one after another"),
            (r#"{"model": {"vocab": {"a": 0, "b": 0}}}"#, "same id"),
        ];
        for (json, what) in flaws {
            let error = tokenizer(json).tokens().unwrap_err().to_string();
            assert!(error.contains(what), "{json}: {error}");
        }
        let cased = PublishedEncoder { casing: Some(br#"{"do_lower_case": false}"#), ..words };
        assert!(cased.tokens().unwrap_err().to_string().contains("upper case"));
        assert!(PublishedEncoder::default().tokens().unwrap_err().to_string().contains("vocab.txt"));
    }
}
