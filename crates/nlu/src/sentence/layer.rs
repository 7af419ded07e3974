//! One layer of the transformer, and the pieces that all layers share.

use super::attention::attend;
use super::tensor::{Numbers, Packed};
use crate::algebra::{Activations, Matrix, Weights, gelu, grouped_products};
use crate::number::{real, wide};

/// What BERT adds to a variance.
const EPSILON: f32 = 1e-12;

/// Weights with a bias.
#[derive(Debug)]
pub(crate) struct Dense {
    weights: Table,
    bias: Vec<f32>,
}

/// Weights, output × input.
#[derive(Debug)]
enum Table {
    Grouped(Weights),
    Whole(Matrix),
}

/// A layer norm's gain and bias.
#[derive(Debug)]
pub(crate) struct Norm {
    gain: Vec<f32>,
    bias: Vec<f32>,
}

/// One layer.
#[derive(Debug)]
pub(crate) struct Layer {
    joined: Dense,
    gathered: Dense,
    after_attention: Norm,
    inner: Dense,
    outer: Dense,
    after_all: Norm,
}

/// Reads counted f32 off the front of some bytes.
pub(crate) fn read_list(bytes: &mut &[u8], count: usize) -> Option<Vec<f32>> {
    let (found, rest) = bytes.split_first_chunk::<4>()?;
    let (list, rest) = rest.split_at_checked(count.checked_mul(4)?)?;
    *bytes = rest;
    let values: Vec<f32> = list.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect();
    (wide(u32::from_le_bytes(*found)) == count).then_some(values)
}

impl Table {
    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let packed = Packed::read(bytes)?;
        match packed.numbers() {
            Numbers::Grouped(codes, scales) => Weights::new(packed.width, codes, scales).map(Self::Grouped),
            Numbers::Whole(numbers) => Some(Self::Whole(Matrix::from_rows(packed.width, numbers))),
        }
    }

    /// Inputs and outputs.
    fn shape(&self) -> (usize, usize) {
        match self {
            Self::Grouped(weights) => (weights.inputs(), weights.outputs()),
            Self::Whole(matrix) => (matrix.width(), matrix.rows()),
        }
    }

    /// Both outputs side by side.
    fn stack(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Grouped(one), Self::Grouped(other)) => one.stack(other).map(Self::Grouped),
            (Self::Whole(one), Self::Whole(other)) if one.width() == other.width() => {
                Some(Self::Whole(Matrix::from_rows(one.width(), [one.data(), other.data()].concat())))
            }
            _ => None,
        }
    }

    fn apply(&self, rows: &Matrix) -> Matrix {
        match self {
            Self::Grouped(weights) => {
                let mut out = Matrix::zeros(rows.rows(), weights.outputs());
                grouped_products(weights, &Activations::round(rows.width(), rows.data()), out.data_mut());
                out
            }
            Self::Whole(matrix) => Matrix::products(&rows.view(), &matrix.view()),
        }
    }

    fn memory(&self) -> usize {
        match self {
            Self::Grouped(weights) => weights.memory(),
            Self::Whole(matrix) => size_of_val(matrix.data()),
        }
    }
}

impl Dense {
    fn read(bytes: &mut &[u8], inputs: usize, outputs: usize) -> Option<Self> {
        let weights = Table::read(bytes)?;
        let fits = weights.shape() == (inputs, outputs);
        Some(Self { weights, bias: read_list(bytes, outputs)? }).filter(|_| fits)
    }

    /// Both outputs side by side.
    fn join(self, other: Self) -> Option<Self> {
        Some(Self { weights: self.weights.stack(other.weights)?, bias: [self.bias, other.bias].concat() })
    }

    fn apply(&self, rows: &Matrix) -> Matrix {
        let mut out = self.weights.apply(rows);
        for row in 0..out.rows() {
            out.row_mut(row).iter_mut().zip(&self.bias).for_each(|(value, bias)| *value += bias);
        }
        out
    }
}

impl Norm {
    pub(crate) fn read(bytes: &mut &[u8], width: usize) -> Option<Self> {
        Some(Self { gain: read_list(bytes, width)?, bias: read_list(bytes, width)? })
    }

    /// Brings each row to mean 0 and variance 1, then gain and bias.
    pub(crate) fn apply(&self, rows: &mut Matrix) {
        for row in 0..rows.rows() {
            let line = rows.row_mut(row);
            let count = real(line.len());
            let mean = line.iter().sum::<f32>() / count;
            let variance = line.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / count;
            let scale = 1.0 / (variance + EPSILON).sqrt();
            for ((x, gain), bias) in line.iter_mut().zip(&self.gain).zip(&self.bias) {
                *x = (*x - mean) * scale * gain + bias;
            }
        }
    }
}

impl Layer {
    /// Reads a layer off the front of packed bytes.
    pub(crate) fn read(bytes: &mut &[u8], hidden: usize, inner: usize) -> Option<Self> {
        let query = Dense::read(bytes, hidden, hidden)?;
        let key = Dense::read(bytes, hidden, hidden)?;
        let value = Dense::read(bytes, hidden, hidden)?;
        Some(Self {
            joined: query.join(key)?.join(value)?,
            gathered: Dense::read(bytes, hidden, hidden)?,
            after_attention: Norm::read(bytes, hidden)?,
            inner: Dense::read(bytes, hidden, inner)?,
            outer: Dense::read(bytes, inner, hidden)?,
            after_all: Norm::read(bytes, hidden)?,
        })
    }

    /// Passes the tokens' rows through.
    pub(crate) fn apply(&self, rows: &Matrix, heads: usize) -> Matrix {
        let gathered = attend(&self.joined.apply(rows), rows.width(), heads);
        let mut rows_after = self.gathered.apply(&gathered);
        rows_after.add(rows);
        self.after_attention.apply(&mut rows_after);
        let mut inner = self.inner.apply(&rows_after);
        gelu(inner.data_mut());
        let mut out = self.outer.apply(&inner);
        out.add(&rows_after);
        self.after_all.apply(&mut out);
        out
    }

    pub(crate) fn memory(&self) -> usize {
        [&self.joined, &self.gathered, &self.inner, &self.outer].iter().map(|dense| dense.weights.memory()).sum()
    }
}
