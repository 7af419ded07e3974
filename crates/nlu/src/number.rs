//! Conversions between counts and reals, where the bounds that make them safe are stated once.
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts here stay below 2^24, and the one rounding conversion saturates"
)]

/// A count as a real; exact below 2^24, which no bot reaches.
pub(crate) fn real(count: usize) -> f32 {
    count as f32
}

/// A count as a double; exact below 2^53.
pub(crate) fn double(count: usize) -> f64 {
    count as f64
}

/// A double at single precision.
pub(crate) fn single(value: f64) -> f32 {
    value as f32
}

/// A 32-bit index as a machine one.
pub(crate) const fn wide(index: u32) -> usize {
    index as usize
}

/// A machine index as a 32-bit one; saturates, so that a bound on it stays a bound.
pub(crate) fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// The whole part of a real that is not negative; saturates.
pub(crate) fn whole(value: f64) -> usize {
    value as usize
}

/// The whole part as a byte without sign; saturates.
pub(crate) fn unsigned_byte(value: f32) -> u8 {
    value as u8
}

/// The nearest byte; saturates.
pub(crate) fn byte(value: f32) -> i8 {
    value.round() as i8
}

/// A whole number as a real; exact within ±2^24, which products of bytes stay in.
pub(crate) fn whole_real(value: i32) -> f32 {
    value as f32
}

/// The nearest 16-bit whole number; saturates.
pub(crate) fn short(value: f32) -> i16 {
    value.round() as i16
}
