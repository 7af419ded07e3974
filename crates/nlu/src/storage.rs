//! What of a model is stored, and in which order.

use crate::Model;
use crate::artefact::{ArtefactError, Reader, Writer};
use crate::brain::Brain;
use crate::calibration::Calibration;
use crate::coefficients::Coefficients;
use crate::kernel::{Bank, Directions, Postings, Tongue};
use crate::lexicon::Lexicon;
use crate::model::Better;
use crate::number::{narrow, wide};
use crate::samples::Origin;
use crate::sentence::SentenceEncoder;
use crate::spelling::{Speller, Wordlist};
use std::sync::Arc;

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
        let language = |origin: &Option<Origin>| origin.and_then(|origin| origin.language).unwrap_or(NOWHERE);
        writer.numbers(&self.origins.iter().map(language).collect::<Vec<_>>());
        self.write_bank(&mut writer);
        write_brain(&mut writer, &self.brain);
        writer.number(usize::from(self.better.is_some()));
        if let Some(better) = &self.better {
            writer.texts(std::iter::once(better.encoder_id.as_str()));
            write_brain(&mut writer, &better.brain);
            writer.floats(&[better.sure]);
            write_directions(&mut writer, &self.bank.sentences);
        }
        let words: Vec<(&str, u32)> = self.speller.own.iter().collect();
        writer.texts(words.iter().map(|(word, _)| *word));
        writer.numbers(&words.iter().map(|(_, weight)| *weight).collect::<Vec<_>>());
        writer.seal()
    }

    fn write_bank(&self, writer: &mut Writer) {
        let (texts, frequencies) = self.bank.lexicon.parts();
        writer.number(texts);
        writer.shorts(frequencies.iter().copied());
        write_directions(writer, &self.bank.dense);
        self.bank.norms.iter().for_each(|norms| writer.floats(norms));
        writer.numbers(&self.bank.spans.iter().map(|(end, _)| narrow(*end)).collect::<Vec<_>>());
        writer.numbers(
            &self.bank.spans.iter().map(|(_, tongue)| u32::from(*tongue == Tongue::English)).collect::<Vec<_>>(),
        );
        for postings in &self.bank.postings {
            let (lengths, list) = postings.parts();
            writer.numbers(&lengths);
            writer.shorts(list.iter().copied());
        }
    }

    /// Reads the stored form; damaged or foreign bytes are refused, never trusted. The better tier is used if its encoder
    /// is the one given or the one compiled in; else [`crate::ModelFacts::missing_encoder`] names it.
    pub fn from_bytes_with(bytes: &[u8], encoder: Option<&Arc<SentenceEncoder>>) -> Result<Self, ArtefactError> {
        let mut reader = Reader::open(bytes)?;
        let labels = reader.texts()?;
        let languages = reader.texts()?;
        let phrases = reader.number()?;
        let classes = reader.numbers()?;
        let (of_classes, places, marks) = (reader.numbers()?, reader.numbers()?, reader.numbers()?);
        let mut bank = read_bank(&mut reader)?;
        let brain = read_brain(&mut reader)?;
        let better = match reader.number()? {
            0 => None,
            _ => Some(read_better(&mut reader, &mut bank, encoder)?),
        };
        let (words, weights) = (reader.texts()?, reader.numbers()?);
        let own = Wordlist::new(words.iter().map(String::as_str).zip(weights));
        reader.close()?;
        let known = |number: &u32| (*number != NOWHERE).then_some(*number);
        let rows = of_classes.iter().zip(&places).zip(&marks);
        let origin = |((class, phrase), language)| {
            Some(Origin { class: known(class)?, phrase: known(phrase), language: known(language) })
        };
        let origins: Vec<Option<Origin>> = rows.map(origin).collect();
        let brain_fits = |brain: &Brain| {
            brain.coefficients.classes() == classes.len()
                && brain.coefficients.values.len() == classes.len() * bank.rows()
        };
        let fits = [&of_classes, &places, &marks].iter().all(|list| list.len() == bank.rows())
            && origins.iter().flatten().all(|origin| wide(origin.class) < classes.len())
            && classes.iter().all(|intent| wide(*intent) < labels.len())
            && std::iter::once(&brain).chain(better.as_ref().map(|better| &better.brain)).all(brain_fits);
        if !fits {
            return Err(ArtefactError::Content("rows, classes and intents do not fit together"));
        }
        Ok(Self { labels, classes, phrases, origins, languages, bank, brain, better, speller: Speller { own } })
    }

    /// [`Model::from_bytes_with`] the encoder that is compiled in.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ArtefactError> {
        Self::from_bytes_with(bytes, None)
    }
}

fn write_directions(writer: &mut Writer, directions: &Directions) {
    writer.bytes(directions.bytes.iter().map(|byte| byte.cast_unsigned()));
    writer.floats(&directions.scales);
}

fn read_directions(reader: &mut Reader<'_>) -> Result<Directions, ArtefactError> {
    let bytes = reader.bytes()?.iter().map(|byte| byte.cast_signed()).collect();
    Ok(Directions { bytes, scales: reader.floats()? })
}

fn write_brain(writer: &mut Writer, brain: &Brain) {
    writer.floats(&brain.coefficients.scales);
    writer.shorts(brain.coefficients.values.iter().map(|value| value.cast_unsigned()));
    let Calibration { platt: [by_score, by_margin, offset], threshold, strict, delta } = brain.calibration;
    writer.floats(&[by_score, by_margin, offset, threshold, strict, delta]);
}

fn read_brain(reader: &mut Reader<'_>) -> Result<Brain, ArtefactError> {
    let scales = reader.floats()?;
    let values = reader.shorts()?.into_iter().map(u16::cast_signed).collect();
    let [by_score, by_margin, offset, threshold, strict, delta] = *reader.floats()? else {
        return Err(ArtefactError::Content("the calibration is not six numbers"));
    };
    let calibration = Calibration { platt: [by_score, by_margin, offset], threshold, strict, delta };
    Ok(Brain { coefficients: Coefficients { scales, values }, calibration })
}

fn read_better(
    reader: &mut Reader<'_>,
    bank: &mut Bank,
    given: Option<&Arc<SentenceEncoder>>,
) -> Result<Better, ArtefactError> {
    let encoder_id = reader.texts()?.pop().ok_or(ArtefactError::Content("an encoder without a name"))?;
    let brain = read_brain(reader)?;
    let [sure] = *reader.floats()? else { return Err(ArtefactError::Content("the cascade is not one number")) };
    bank.sentences = read_directions(reader)?;
    let encoder = given.cloned().into_iter().chain(SentenceEncoder::embedded());
    let encoder = encoder.into_iter().find(|encoder| encoder.id() == encoder_id);
    let fits = |encoder: &Arc<SentenceEncoder>| bank.sentences.has_shape(bank.rows(), encoder.width());
    if encoder.as_ref().is_some_and(|encoder| !fits(encoder)) {
        return Err(ArtefactError::Content("sentence vectors of another width"));
    }
    Ok(Better { brain, encoder_id, encoder, sure })
}

fn read_bank(reader: &mut Reader<'_>) -> Result<Bank, ArtefactError> {
    let lexicon =
        Lexicon::restore(reader.number()?, reader.shorts()?).ok_or(ArtefactError::Content("another lexicon"))?;
    let dense = read_directions(reader)?;
    let norms = [reader.floats()?, reader.floats()?];
    let (ends, english) = (reader.numbers()?, reader.numbers()?);
    let starts = (0..dense.scales.len()).step_by(Postings::MAX_ROWS);
    let read = |start: usize| {
        let rows = Postings::MAX_ROWS.min(dense.scales.len() - start);
        let (lengths, list) = (reader.numbers()?, reader.shorts()?);
        Postings::restore(&lengths, list, rows).ok_or(ArtefactError::Content("broken postings"))
    };
    let postings = starts.map(read).collect::<Result<Vec<_>, _>>()?;
    let tongue = |english: &u32| if *english == 1 { Tongue::English } else { Tongue::Other };
    let spans = ends.iter().zip(&english).map(|(end, english)| (wide(*end), tongue(english))).collect();
    let bank = Bank { lexicon, dense, postings, norms, spans, sentences: Directions::default() };
    if bank.is_whole() { Ok(bank) } else { Err(ArtefactError::Content("remembered rows do not fit together")) }
}
