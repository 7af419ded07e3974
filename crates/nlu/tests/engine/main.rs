//! The engine as its callers meet it.

mod draft;
mod eval;
mod model;
mod shop;
mod trace;
