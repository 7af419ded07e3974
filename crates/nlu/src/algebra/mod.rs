//! Dense linear algebra in single precision: rows that meet rows, and what can be built of that alone.

mod cholesky;
mod matrix;
mod simd;

pub(crate) use cholesky::Factor;
pub(crate) use matrix::{Matrix, View};
pub(crate) use simd::{axpy, axpy_short, blend, byte_products, dot};
