//! Tables of numbers: in few bits, where each 64 numbers of a row share a scale, or as they are.

use crate::algebra::GROUP;
use crate::number::{byte, narrow, real, wide};

/// What each group's scale is tried at, as shares of what its largest number asks for: clipping one number may bring the
/// rest closer.
const SHARES: [f32; 9] = [1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6];

/// Bits of a number that is kept as it is.
pub(crate) const WHOLE: u32 = 32;

/// Packed numbers, row-major: `bits` each, lowest bits first, biased by 2^(bits−1); scales as the upper halves of f32. At
/// [`WHOLE`] bits, f32 without scales.
#[derive(Debug, Clone)]
pub(crate) struct Packed<'a> {
    pub(crate) rows: usize,
    pub(crate) width: usize,
    bits: u32,
    scales: &'a [u8],
    codes: &'a [u8],
}

/// What a table holds.
pub(crate) enum Numbers {
    /// Codes, and the scale of each group.
    Grouped(Vec<i8>, Vec<f32>),
    /// The numbers themselves.
    Whole(Vec<f32>),
}

/// The highest code of so many bits, on either side of 0.
fn limit(bits: u32) -> f32 {
    real((1_usize << (bits - 1)) - 1)
}

/// Writes a table; the width must be a multiple of 64.
pub(crate) fn write(out: &mut Vec<u8>, width: usize, values: &[f32], bits: u32) {
    for number in [values.len() / width.max(1), width, wide(bits)] {
        out.extend(narrow(number).to_le_bytes());
    }
    if bits == WHOLE {
        return out.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }
    let groups: Vec<(f32, &[f32])> =
        values.chunks_exact(GROUP).map(|group| (best_scale(group, limit(bits)), group)).collect();
    out.extend(groups.iter().flat_map(|(scale, _)| upper_half(*scale)));
    let (mut held, mut count) = (0_u32, 0);
    for (scale, group) in groups {
        for value in group {
            held |= u32::from((code(*value, scale, limit(bits)) + (1_i16 << (bits - 1))).cast_unsigned()) << count;
            count += bits;
            while count >= 8 {
                out.push(held.to_le_bytes()[0]);
                held >>= 8;
                count -= 8;
            }
        }
    }
}

/// The code of a value.
fn code(value: f32, scale: f32, limit: f32) -> i16 {
    let scaled = if scale > 0.0 { value / scale } else { 0.0 };
    i16::from(byte(scaled.clamp(-limit, limit)))
}

/// The scale of least squared error among those tried, as f32's upper half holds it.
fn best_scale(group: &[f32], limit: f32) -> f32 {
    let largest = group.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
    let candidates = SHARES.map(|share| {
        let scale = f32::from_bits((largest * share / limit).to_bits() & 0xffff_0000);
        let error = |x: &f32| (x - scale * f32::from(code(*x, scale, limit))).powi(2);
        (group.iter().map(error).sum::<f32>(), scale)
    });
    candidates.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).map_or(0.0, |(_, scale)| scale)
}

fn upper_half(value: f32) -> [u8; 2] {
    let [_, _, low, high] = value.to_bits().to_le_bytes();
    [low, high]
}

impl<'a> Packed<'a> {
    /// Reads a table off the front of some bytes; `None` if they are none.
    pub(crate) fn read(bytes: &mut &'a [u8]) -> Option<Self> {
        let mut number = || {
            let (number, rest) = bytes.split_first_chunk::<4>()?;
            *bytes = rest;
            Some(u32::from_le_bytes(*number))
        };
        let (rows, width, bits) = (wide(number()?), wide(number()?), number()?);
        let known = matches!(bits, 4..=8 | WHOLE) && width.is_multiple_of(GROUP);
        let values = rows.checked_mul(width).filter(|_| known)?;
        let (scales, rest) = bytes.split_at_checked(if bits == WHOLE { 0 } else { 2 * (values / GROUP) })?;
        let (codes, rest) = rest.split_at_checked(values / GROUP * (8 * wide(bits)))?;
        *bytes = rest;
        Some(Self { rows, width, bits, scales, codes })
    }

    /// Adds one row's numbers to some.
    pub(crate) fn add_row(&self, row: usize, sums: &mut [f32]) {
        let groups = self.width / GROUP;
        let codes = self.codes.chunks_exact(8 * wide(self.bits)).skip(row * groups);
        let sums = sums.chunks_exact_mut(GROUP).take(groups);
        if self.bits == WHOLE {
            for (sums, codes) in sums.zip(codes) {
                sums.iter_mut().zip(floats(codes)).for_each(|(sum, value)| *sum += value);
            }
        } else {
            for ((sums, codes), scale) in sums.zip(codes).zip(self.scales().skip(row * groups)) {
                let values = unpack(codes, self.bits).map(|code| scale * f32::from(code));
                sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
            }
        }
    }

    /// All numbers.
    pub(crate) fn numbers(&self) -> Numbers {
        if self.bits == WHOLE {
            return Numbers::Whole(floats(self.codes).collect());
        }
        let groups = self.codes.chunks_exact(8 * wide(self.bits));
        Numbers::Grouped(groups.flat_map(|group| unpack(group, self.bits)).collect(), self.scales().collect())
    }

    fn scales(&self) -> impl Iterator<Item = f32> {
        let halves = self.scales.as_chunks::<2>().0.iter();
        halves.map(|[low, high]| f32::from_bits(u32::from_le_bytes([0, 0, *low, *high])))
    }
}

fn floats(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four))
}

/// The codes of one group.
fn unpack(bytes: &[u8], bits: u32) -> impl Iterator<Item = i8> {
    let (mut held, mut count, mut next) = (0_u32, 0, bytes.iter());
    let (mask, middle) = ((1_u32 << bits) - 1, 1_i16 << (bits - 1));
    (0..GROUP).map(move |_| {
        if count < bits {
            held |= u32::from(next.next().copied().unwrap_or(0)) << count;
            count += 8;
        }
        let code = i16::try_from(held & mask).unwrap_or(0) - middle;
        held >>= bits;
        count -= bits;
        i8::try_from(code).unwrap_or(0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_as_close_as_their_bits_allow() {
        let values: Vec<f32> = (0_u8..=255).map(|i| (f32::from(i) - 100.0) / 50.0).collect();
        for (bits, tolerance) in [(4, 0.35), (6, 0.08), (8, 0.02), (WHOLE, 1e-9)] {
            let mut bytes = Vec::new();
            write(&mut bytes, 128, &values, bits);
            bytes.push(7);
            let mut rest = bytes.as_slice();
            let packed = Packed::read(&mut rest).unwrap();
            assert_eq!((packed.rows, packed.width, rest), (2, 128, [7].as_slice()));
            let mut back = vec![0.0; 256];
            back.chunks_exact_mut(128).enumerate().for_each(|(row, sums)| packed.add_row(row, sums));
            assert!(values.iter().zip(&back).all(|(a, b)| (a - b).abs() < tolerance), "{bits}");
            assert!(Packed::read(&mut &bytes[..bytes.len() - 2]).is_none());
        }
    }
}
