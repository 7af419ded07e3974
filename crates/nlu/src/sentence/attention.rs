//! Self-attention over the tokens of one message.
#![expect(clippy::indexing_slicing, reason = "numeric kernel: the joined rows hold query, key and value side by side")]

use crate::algebra::{Matrix, axpy};
use crate::number::real;

/// What each token gathers from all, head by head. `joined` holds query, key and value of each token in one row.
pub(crate) fn attend(joined: &Matrix, hidden: usize, heads: usize) -> Matrix {
    let (tokens, size) = (joined.rows(), hidden / heads);
    let scale = 1.0 / real(size).sqrt();
    let mut out = Matrix::zeros(tokens, hidden);
    for head in 0..heads {
        let part = |of: usize| of * hidden + head * size..of * hidden + (head + 1) * size;
        let mut scores = Matrix::products(&joined.block(0..tokens, part(0)), &joined.block(0..tokens, part(1)));
        for token in 0..tokens {
            soften(scores.row_mut(token), scale);
            let gathered = &mut out.row_mut(token)[head * size..(head + 1) * size];
            for (other, share) in scores.row(token).iter().enumerate() {
                axpy(*share, &joined.row(other)[part(2)], gathered);
            }
        }
    }
    out
}

/// Shares that sum to 1: e^{scale · score}, normalised.
fn soften(scores: &mut [f32], scale: f32) {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = ((*score - largest) * scale).exp();
        sum += *score;
    }
    for score in scores {
        *score /= sum;
    }
}
