//! Products of weights in small whole numbers with activations in bytes, scaled by groups of 64: the sentence encoder's
//! loop.
//!
//! A weight w is its byte (−127 to 127) times its group's scale; an activation is its byte less 128 times its group's scale,
//! beside the group's middle, for a few activations stand far out on one side. The 128 is taken off by the group's offset,
//! −128 · Σ bytes, which starts each whole sum; the middles come in by the group's Σ w.
#![expect(unsafe_code, reason = "calls of functions compiled for features that were just detected, and vector loads")]
#![expect(clippy::indexing_slicing, reason = "numeric kernel: shapes are checked when the tables are made")]

use crate::number::whole_real;

/// Numbers that share a scale.
pub(crate) const GROUP: usize = 64;
/// Tokens that are worked on together.
const TOKENS: usize = 4;
/// Weights of at most this size are small: the products of four with activations, added up, still fit 16 bits.
const SMALL: u8 = 32;
/// Middles of a row and sums of weights are filled up with zeros to a multiple of this, a vector's lanes.
const LANES: usize = 16;

/// Weights, output × input, row-major.
#[derive(Debug, Clone)]
pub(crate) struct Weights {
    inputs: usize,
    bytes: Vec<i8>,
    scales: Vec<f32>,
    offsets: Vec<i32>,
    sums: Vec<f32>,
    small: bool,
}

/// Activations, token × input, row-major.
#[derive(Debug, Clone)]
pub(crate) struct Activations {
    inputs: usize,
    bytes: Vec<u8>,
    scales: Vec<f32>,
    middles: Vec<f32>,
}

/// Room for a number of each group of a row.
fn padded(inputs: usize) -> usize {
    (inputs / GROUP).next_multiple_of(LANES)
}

impl Weights {
    /// Takes row-major bytes within ±127 and a scale for each 64 of them; `None` if they don't fit.
    pub(crate) fn new(inputs: usize, bytes: Vec<i8>, scales: Vec<f32>) -> Option<Self> {
        let whole = inputs > 0 && inputs.is_multiple_of(GROUP) && bytes.len().is_multiple_of(inputs);
        let fits = whole && scales.len() * GROUP == bytes.len() && bytes.iter().all(|byte| *byte > i8::MIN);
        if !fits {
            return None;
        }
        let total = |group: &[i8]| group.iter().map(|byte| i32::from(*byte)).sum::<i32>();
        let totals: Vec<i32> = bytes.chunks_exact(GROUP).map(total).collect();
        let mut sums = vec![0.0; bytes.len() / inputs * padded(inputs)];
        let rows = totals.chunks_exact(inputs / GROUP).zip(scales.chunks_exact(inputs / GROUP));
        for (sums, (totals, scales)) in sums.chunks_exact_mut(padded(inputs)).zip(rows) {
            for (sum, (total, scale)) in sums.iter_mut().zip(totals.iter().zip(scales)) {
                *sum = whole_real(*total) * scale;
            }
        }
        let offsets = totals.into_iter().map(|total| -128 * total).collect();
        let small = bytes.iter().all(|byte| byte.unsigned_abs() <= SMALL);
        Some(Self { inputs, bytes, scales, offsets, sums, small })
    }

    pub(crate) fn inputs(&self) -> usize {
        self.inputs
    }

    pub(crate) fn outputs(&self) -> usize {
        self.bytes.len() / self.inputs
    }

    /// Puts other weights of the same inputs below these.
    pub(crate) fn stack(mut self, other: Self) -> Option<Self> {
        self.bytes.extend(other.bytes);
        self.scales.extend(other.scales);
        self.offsets.extend(other.offsets);
        self.sums.extend(other.sums);
        self.small &= other.small;
        (self.inputs == other.inputs).then_some(self)
    }

    /// An output's bytes, scales and offsets, of so many groups.
    #[inline]
    fn row(&self, output: usize, groups: usize) -> (&[[i8; GROUP]], &[f32], &[i32]) {
        let from = output * groups;
        (
            &self.bytes.as_chunks::<GROUP>().0[from..from + groups],
            &self.scales[from..from + groups],
            &self.offsets[from..from + groups],
        )
    }

    pub(crate) fn memory(&self) -> usize {
        self.bytes.len() + 8 * self.scales.len() + 4 * self.sums.len()
    }
}

impl Activations {
    /// Rounds row-major numbers, each group to ±127 of half its range.
    pub(crate) fn round(inputs: usize, values: &[f32]) -> Self {
        let mut bytes = vec![0_u8; values.len()];
        let mut scales = Vec::with_capacity(values.len() / GROUP);
        let mut middles = vec![0.0; values.len() / inputs * padded(inputs)];
        let rows = values.chunks_exact(inputs).zip(bytes.chunks_exact_mut(inputs));
        for ((values, bytes), middles) in rows.zip(middles.chunks_exact_mut(padded(inputs))) {
            let groups = values.chunks_exact(GROUP).zip(bytes.chunks_exact_mut(GROUP));
            for ((group, bytes), middle) in groups.zip(middles) {
                let low = group.iter().copied().fold(f32::INFINITY, f32::min);
                let high = group.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let half = 0.5 * (high - low);
                let scale = if half > 0.0 { 127.0 / half } else { 0.0 };
                *middle = 0.5 * (high + low);
                scales.push(half / 127.0);
                for (byte, x) in bytes.iter_mut().zip(group) {
                    *byte = crate::number::unsigned_byte((x - *middle) * scale + 128.5);
                }
            }
        }
        Self { inputs, bytes, scales, middles }
    }

    fn tokens(&self) -> usize {
        self.bytes.len() / self.inputs
    }

    /// A token's bytes and scales, of so many groups.
    #[inline]
    fn row(&self, token: usize, groups: usize) -> (&[[u8; GROUP]], &[f32]) {
        let from = token * groups;
        (&self.bytes.as_chunks::<GROUP>().0[from..from + groups], &self.scales[from..from + groups])
    }
}

/// `out[token · outputs + output] = weights[output] · activations[token]`.
pub(crate) fn grouped_products(weights: &Weights, activations: &Activations, out: &mut [f32]) {
    debug_assert!(
        weights.inputs == activations.inputs && out.len() == activations.tokens() * weights.outputs(),
        "weights, activations and room have one shape"
    );
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512vnni") && is_x86_feature_detected!("avx512bw") {
            // SAFETY: the features that the function was compiled for were just detected.
            return unsafe { x86::by_512(weights, activations, out) };
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: the features that the function was compiled for were just detected.
            return unsafe { x86::by_256(weights, activations, out) };
        }
    }
    by_one(weights, activations, out);
}

fn by_one(weights: &Weights, activations: &Activations, out: &mut [f32]) {
    let (outputs, groups, padded) = (weights.outputs(), weights.inputs / GROUP, padded(weights.inputs));
    for (token, out) in out.chunks_exact_mut(outputs).enumerate() {
        for (output, out) in out.iter_mut().enumerate() {
            let middles = activations.middles[token * padded..].iter().zip(&weights.sums[output * padded..]);
            let start: f32 = middles.take(groups).map(|(middle, sum)| middle * sum).sum();
            *out = (0..groups)
                .map(|group| {
                    let (own, other) = (output * groups + group, token * groups + group);
                    let pairs =
                        weights.bytes[own * GROUP..].iter().zip(&activations.bytes[other * GROUP..]).take(GROUP);
                    let sum: i32 = pairs.map(|(w, x)| i32::from(*w) * i32::from(*x)).sum();
                    whole_real(sum + weights.offsets[own]) * weights.scales[own] * activations.scales[other]
                })
                .fold(start, |sum, part| sum + part);
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::super::simd::total;
    use super::{Activations, GROUP, LANES, TOKENS, Weights, padded};
    use std::arch::x86_64::{
        _mm_cvtsi32_si128, _mm256_abs_epi8, _mm256_add_epi16, _mm256_add_epi32, _mm256_cvtepi32_ps, _mm256_fmadd_ps,
        _mm256_loadu_ps, _mm256_loadu_si256, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_set1_epi8,
        _mm256_set1_epi16, _mm256_set1_ps, _mm256_setzero_ps, _mm256_sign_epi8, _mm256_storeu_ps, _mm256_xor_si256,
        _mm256_zextsi128_si256, _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps, _mm512_loadu_ps,
        _mm512_loadu_si512, _mm512_reduce_add_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_zextsi128_si512,
    };

    /// Walks all outputs and blocks of tokens; the kernel gives a block's sums for one output.
    macro_rules! walk {
        ($weights:ident, $activations:ident, $out:ident, $kernel:expr) => {
            let (outputs, groups) = ($weights.outputs(), $weights.inputs / GROUP);
            let tokens = $activations.tokens();
            for first in (0..tokens).step_by(TOKENS) {
                let block: [usize; TOKENS] = std::array::from_fn(|token| (first + token).min(tokens - 1));
                for output in 0..outputs {
                    let sums = $kernel($weights, $activations, output, block, groups);
                    for (token, sum) in sums.into_iter().enumerate().take(tokens - first) {
                        $out[(first + token) * outputs + output] = sum;
                    }
                }
            }
        };
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    pub(super) fn by_512(weights: &Weights, activations: &Activations, out: &mut [f32]) {
        walk!(weights, activations, out, block_512);
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    fn block_512(w: &Weights, x: &Activations, output: usize, tokens: [usize; TOKENS], groups: usize) -> [f32; TOKENS] {
        let mut sums = [_mm512_setzero_ps(); TOKENS];
        let padded = padded(w.inputs);
        for lane in (0..padded).step_by(LANES) {
            let own: &[f32] = &w.sums[output * padded + lane..][..LANES];
            for (sum, token) in sums.iter_mut().zip(tokens) {
                let middles: &[f32] = &x.middles[token * padded + lane..][..LANES];
                // SAFETY: each slice holds the 16 numbers that are read.
                let (own, middles) = unsafe { (_mm512_loadu_ps(own.as_ptr()), _mm512_loadu_ps(middles.as_ptr())) };
                *sum = _mm512_fmadd_ps(own, middles, *sum);
            }
        }
        let (weights, scales, offsets) = w.row(output, groups);
        let [t0, t1, t2, t3] = tokens;
        let rows = [x.row(t0, groups), x.row(t1, groups), x.row(t2, groups), x.row(t3, groups)];
        for group in 0..groups {
            // SAFETY: the array holds the 64 bytes that are read.
            let weight = unsafe { _mm512_loadu_si512(weights[group].as_ptr().cast()) };
            let start = _mm512_zextsi128_si512(_mm_cvtsi32_si128(offsets[group]));
            for (sum, (bytes, factors)) in sums.iter_mut().zip(&rows) {
                // SAFETY: the array holds the 64 bytes that are read.
                let activation = unsafe { _mm512_loadu_si512(bytes[group].as_ptr().cast()) };
                let products = _mm512_cvtepi32_ps(_mm512_dpbusd_epi32(start, activation, weight));
                *sum = _mm512_fmadd_ps(products, _mm512_set1_ps(scales[group] * factors[group]), *sum);
            }
        }
        sums.map(|sum| _mm512_reduce_add_ps(sum))
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn by_256(weights: &Weights, activations: &Activations, out: &mut [f32]) {
        if weights.small {
            walk!(weights, activations, out, block_256::<true>);
        } else {
            walk!(weights, activations, out, block_256::<false>);
        }
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn block_256<const SMALL: bool>(
        w: &Weights,
        x: &Activations,
        output: usize,
        tokens: [usize; TOKENS],
        groups: usize,
    ) -> [f32; TOKENS] {
        let mut sums = [_mm256_setzero_ps(); TOKENS];
        let padded = padded(w.inputs);
        for lane in (0..padded).step_by(LANES / 2) {
            let own: &[f32] = &w.sums[output * padded + lane..][..LANES / 2];
            for (sum, token) in sums.iter_mut().zip(tokens) {
                let middles: &[f32] = &x.middles[token * padded + lane..][..LANES / 2];
                // SAFETY: each slice holds the 8 numbers that are read.
                let (own, middles) = unsafe { (_mm256_loadu_ps(own.as_ptr()), _mm256_loadu_ps(middles.as_ptr())) };
                *sum = _mm256_fmadd_ps(own, middles, *sum);
            }
        }
        let (weights, scales, offsets) = w.row(output, groups);
        let [t0, t1, t2, t3] = tokens;
        let rows = [x.row(t0, groups), x.row(t1, groups), x.row(t2, groups), x.row(t3, groups)];
        for group in 0..groups {
            let bytes = weights[group].as_ptr();
            // SAFETY: the array holds the twice 32 bytes that are read.
            let (low, high) = unsafe { (_mm256_loadu_si256(bytes.cast()), _mm256_loadu_si256(bytes.add(32).cast())) };
            let (low_size, high_size) = (_mm256_abs_epi8(low), _mm256_abs_epi8(high));
            let (bias, ones) = (_mm256_set1_epi8(i8::MIN), _mm256_set1_epi16(1));
            let start = _mm256_zextsi128_si256(_mm_cvtsi32_si128(offsets[group]));
            for (sum, (bytes, factors)) in sums.iter_mut().zip(&rows) {
                let bytes = bytes[group].as_ptr();
                // SAFETY: the array holds the twice 32 bytes that are read.
                let (a, b) = unsafe { (_mm256_loadu_si256(bytes.cast()), _mm256_loadu_si256(bytes.add(32).cast())) };
                let products = if SMALL {
                    let pairs = _mm256_add_epi16(_mm256_maddubs_epi16(a, low), _mm256_maddubs_epi16(b, high));
                    _mm256_add_epi32(start, _mm256_madd_epi16(pairs, ones))
                } else {
                    // The weight gives its sign to the activation, so two products of bytes up to 127 stay below 2^15.
                    let a = _mm256_sign_epi8(_mm256_xor_si256(a, bias), low);
                    let b = _mm256_sign_epi8(_mm256_xor_si256(b, bias), high);
                    let a = _mm256_madd_epi16(_mm256_maddubs_epi16(low_size, a), ones);
                    let b = _mm256_madd_epi16(_mm256_maddubs_epi16(high_size, b), ones);
                    _mm256_add_epi32(a, b)
                };
                let products = _mm256_cvtepi32_ps(products);
                *sum = _mm256_fmadd_ps(products, _mm256_set1_ps(scales[group] * factors[group]), *sum);
            }
        }
        sums.map(|sum| {
            let mut lanes = [0.0_f32; 8];
            // SAFETY: the array has room for the 8 numbers that are written.
            unsafe { _mm256_storeu_ps(lanes.as_mut_ptr(), sum) };
            total(lanes)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{byte, real};
    use crate::random::Random;

    fn sample(inputs: usize, outputs: usize, tokens: usize, largest: usize) -> (Weights, Activations) {
        let mut random = Random::seeded(9);
        let mut number = |bound: usize| real(random.below(2 * bound + 1)) - real(bound);
        // The first weights and activations are the extremes, all of one sign.
        let bytes = (0..inputs * outputs).map(|at| byte(if at < GROUP { real(largest) } else { number(largest) }));
        let bytes = bytes.collect();
        let scales = (0..inputs * outputs / GROUP).map(|_| 0.01 + number(100).abs() / 1e4).collect();
        let value = |at: usize| if at < GROUP - 1 { 13.0 } else { 3.0 + number(1000) / 100.0 };
        let values: Vec<f32> = (0..inputs * tokens).map(value).collect();
        (Weights::new(inputs, bytes, scales).unwrap(), Activations::round(inputs, &values))
    }

    #[test]
    fn every_machine_gives_the_same() {
        for largest in [usize::from(SMALL), 127] {
            let (weights, activations) = sample(128, 5, 7, largest);
            assert_eq!(weights.small, largest == usize::from(SMALL));
            let (mut fast, mut plain) = (vec![0.0; 35], vec![0.0; 35]);
            grouped_products(&weights, &activations, &mut fast);
            by_one(&weights, &activations, &mut plain);
            let close = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-3 * b.abs().max(1.0));
            assert!(close(&fast, &plain), "{fast:?} {plain:?}");
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                // SAFETY: the features were just detected.
                unsafe { x86::by_256(&weights, &activations, &mut fast) };
                assert!(close(&fast, &plain));
            }
        }
    }

    #[test]
    fn weights_that_do_not_fit_are_refused() {
        assert!(Weights::new(64, vec![i8::MIN; 64], vec![1.0]).is_none());
        assert!(Weights::new(63, vec![0; 63], vec![1.0]).is_none());
        assert!(Weights::new(64, vec![0; 128], vec![1.0]).is_none());
    }
}
