//! The engine as its callers meet it.

mod eval;
mod model;
mod shop;
