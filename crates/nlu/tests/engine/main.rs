//! The engine as its callers meet it.

mod draft;
mod eval;
mod model;
mod sentence;
mod shop;
mod trace;
