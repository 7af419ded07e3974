//! Programs and their API keys: what they may, how long, and on whose answer.

mod bounds;
mod channels;
mod keys;
mod lives;
