//! Dense linear algebra in single precision: rows that meet rows, and what can be built of that alone.

mod cholesky;
mod grouped;
mod matrix;
mod simd;
mod triangle;

pub(crate) use cholesky::Factor;
pub(crate) use grouped::{Activations, GROUP, Weights, grouped_products};
pub(crate) use matrix::{Matrix, View};
pub(crate) use simd::{add_likeness, axpy, axpy_short, byte_products, dot, gelu};
pub(crate) use triangle::Triangle;
