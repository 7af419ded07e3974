//! What of a model is stored, and in which order.

use crate::Model;
use crate::artefact::{ArtefactError, Reader, Writer};
use crate::calibration::Calibration;
use crate::coefficients::Coefficients;
use crate::kernel::{Bank, Mixture, Postings};
use crate::lexicon::Lexicon;
use crate::number::{narrow, wide};
use crate::samples::Origin;
use crate::spelling::{Speller, Wordlist};

/// How the background is written among classes, and a title among phrases' indices.
const NOWHERE: u32 = u32::MAX;

impl Model {
    /// The stored form; [`Model::from_bytes`] reads it on any machine.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.texts(self.labels.iter().map(String::as_str));
        writer.texts(self.languages.iter().map(String::as_str));
        writer.number(self.phrases);
        writer.numbers(&self.classes);
        let class = |origin: &Option<Origin>| origin.map_or(NOWHERE, |origin| origin.class);
        writer.numbers(&self.origins.iter().map(class).collect::<Vec<_>>());
        let phrase = |origin: &Option<Origin>| origin.and_then(|origin| origin.phrase).unwrap_or(NOWHERE);
        writer.numbers(&self.origins.iter().map(phrase).collect::<Vec<_>>());
        self.write_bank(&mut writer);
        writer.floats(&self.coefficients.scales);
        writer.shorts(self.coefficients.values.iter().map(|value| value.cast_unsigned()));
        let Calibration { platt: [by_score, by_margin, offset], threshold, strict, delta } = self.calibration;
        writer.floats(&[by_score, by_margin, offset, threshold, strict, delta]);
        let words: Vec<(&str, u32)> = self.speller.own.iter().collect();
        writer.texts(words.iter().map(|(word, _)| *word));
        writer.numbers(&words.iter().map(|(_, weight)| *weight).collect::<Vec<_>>());
        writer.seal()
    }

    fn write_bank(&self, writer: &mut Writer) {
        writer.floats(self.bank.lexicon.values());
        writer.bytes(self.bank.dense.iter().map(|byte| byte.cast_unsigned()));
        writer.floats(&self.bank.scales);
        self.bank.norms.iter().for_each(|norms| writer.floats(norms));
        writer.numbers(&self.bank.spans.iter().map(|(end, _)| narrow(*end)).collect::<Vec<_>>());
        writer.floats(&self.bank.spans.iter().flat_map(|(_, mixture)| mixture.0).collect::<Vec<_>>());
        let (lengths, list) = self.bank.postings.parts();
        writer.numbers(&lengths);
        writer.shorts(list.iter().copied());
    }

    /// Reads the stored form; damaged or foreign bytes are refused, never trusted.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ArtefactError> {
        let mut reader = Reader::open(bytes)?;
        let labels = reader.texts()?;
        let languages = reader.texts()?;
        let phrases = reader.number()?;
        let classes = reader.numbers()?;
        let (of_classes, places) = (reader.numbers()?, reader.numbers()?);
        let bank = read_bank(&mut reader)?;
        let scales = reader.floats()?;
        let values = reader.shorts()?.into_iter().map(u16::cast_signed).collect();
        let coefficients = Coefficients { scales, values };
        let [by_score, by_margin, offset, threshold, strict, delta] = *reader.floats()? else {
            return Err(ArtefactError::Content("the calibration is not six numbers"));
        };
        let (words, weights) = (reader.texts()?, reader.numbers()?);
        let own = Wordlist::new(words.iter().map(String::as_str).zip(weights));
        reader.close()?;
        let known = |number: &u32| (*number != NOWHERE).then_some(*number);
        let rows = of_classes.iter().zip(&places);
        let origins: Vec<Option<Origin>> =
            rows.map(|(class, phrase)| Some(Origin { class: known(class)?, phrase: known(phrase) })).collect();
        let fits = (of_classes.len(), places.len()) == (bank.rows(), bank.rows())
            && origins.iter().flatten().all(|origin| wide(origin.class) < classes.len())
            && classes.iter().all(|intent| wide(*intent) < labels.len())
            && coefficients.classes() == classes.len()
            && coefficients.values.len() == classes.len() * bank.rows();
        if !fits {
            return Err(ArtefactError::Content("rows, classes and intents do not fit together"));
        }
        let calibration = Calibration { platt: [by_score, by_margin, offset], threshold, strict, delta };
        Ok(Self {
            labels,
            classes,
            phrases,
            origins,
            languages,
            bank,
            coefficients,
            calibration,
            speller: Speller { own },
        })
    }
}

fn read_bank(reader: &mut Reader<'_>) -> Result<Bank, ArtefactError> {
    let lexicon = Lexicon::restore(reader.floats()?).ok_or(ArtefactError::Content("another lexicon"))?;
    let dense = reader.bytes()?.iter().map(|byte| byte.cast_signed()).collect();
    let scales = reader.floats()?;
    let norms = [reader.floats()?, reader.floats()?];
    let (ends, mixtures) = (reader.numbers()?, reader.floats()?);
    let (lengths, list) = (reader.numbers()?, reader.shorts()?);
    let postings = Postings::restore(&lengths, list, scales.len()).ok_or(ArtefactError::Content("broken postings"))?;
    let spans = ends.iter().zip(mixtures.as_chunks::<3>().0).map(|(end, weights)| (wide(*end), Mixture(*weights)));
    let bank = Bank { lexicon, dense, scales, postings, norms, spans: spans.collect() };
    if bank.is_whole() { Ok(bank) } else { Err(ArtefactError::Content("remembered rows do not fit together")) }
}
