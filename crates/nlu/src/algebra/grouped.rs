//! Products of weights in small whole numbers with activations in bytes, scaled by groups of 64: the sentence encoder's
//! loop.
//!
//! A weight is its byte (−63 to 63) times its group's scale; an activation is its byte less 128 times its group's scale.
//! The 128 is taken off by the group's offset, −128 · Σ weights, which starts each sum.
#![expect(unsafe_code, reason = "calls of functions compiled for features that were just detected, and vector loads")]
#![expect(clippy::indexing_slicing, reason = "numeric kernel: shapes are checked when the tables are made")]

/// Numbers that share a scale.
pub(crate) const GROUP: usize = 64;
/// Tokens that are worked on together.
const TOKENS: usize = 4;

/// Weights, output × input, row-major.
#[derive(Debug, Clone)]
pub(crate) struct Weights {
    inputs: usize,
    bytes: Vec<i8>,
    scales: Vec<f32>,
    offsets: Vec<i32>,
}

/// Activations, token × input, row-major.
#[derive(Debug, Clone)]
pub(crate) struct Activations {
    inputs: usize,
    bytes: Vec<u8>,
    scales: Vec<f32>,
}

impl Weights {
    /// Takes row-major bytes within ±63 and a scale for each 64 of them; `None` if they don't fit.
    pub(crate) fn new(inputs: usize, bytes: Vec<i8>, scales: Vec<f32>) -> Option<Self> {
        let whole = inputs > 0 && inputs.is_multiple_of(GROUP) && bytes.len().is_multiple_of(inputs);
        let fits = whole && scales.len() * GROUP == bytes.len() && bytes.iter().all(|byte| byte.unsigned_abs() <= 63);
        let offset = |group: &[i8]| -128 * group.iter().map(|byte| i32::from(*byte)).sum::<i32>();
        let offsets = bytes.chunks_exact(GROUP).map(offset).collect();
        fits.then_some(Self { inputs, bytes, scales, offsets })
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
        (self.inputs == other.inputs).then_some(self)
    }

    pub(crate) fn memory(&self) -> usize {
        self.bytes.len() + 8 * self.scales.len()
    }
}

impl Activations {
    /// Rounds row-major numbers, each group to ±127 of its largest.
    pub(crate) fn round(inputs: usize, values: &[f32]) -> Self {
        let mut bytes = vec![0_u8; values.len()];
        let mut scales = Vec::with_capacity(values.len() / GROUP);
        for (group, bytes) in values.chunks_exact(GROUP).zip(bytes.chunks_exact_mut(GROUP)) {
            let largest = group.iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
            let scale = if largest > 0.0 { 127.0 / largest } else { 0.0 };
            scales.push(largest / 127.0);
            for (byte, x) in bytes.iter_mut().zip(group) {
                *byte = crate::number::unsigned_byte(x * scale + 128.5);
            }
        }
        Self { inputs, bytes, scales }
    }

    fn tokens(&self) -> usize {
        self.bytes.len() / self.inputs
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
    let (outputs, groups) = (weights.outputs(), weights.inputs / GROUP);
    for (token, out) in out.chunks_exact_mut(outputs).enumerate() {
        for (output, out) in out.iter_mut().enumerate() {
            *out = (0..groups)
                .map(|group| {
                    let (own, other) = (output * groups + group, token * groups + group);
                    let pairs =
                        weights.bytes[own * GROUP..].iter().zip(&activations.bytes[other * GROUP..]).take(GROUP);
                    let sum: i32 = pairs.map(|(w, x)| i32::from(*w) * i32::from(*x)).sum();
                    crate::number::whole_real(sum + weights.offsets[own])
                        * weights.scales[own]
                        * activations.scales[other]
                })
                .sum();
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Activations, GROUP, TOKENS, Weights};
    use std::arch::x86_64::{
        _mm_cvtsi32_si128, _mm256_add_epi32, _mm256_cvtepi32_ps, _mm256_fmadd_ps, _mm256_loadu_si256,
        _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_set1_epi16, _mm256_set1_ps, _mm256_setzero_ps,
        _mm256_storeu_ps, _mm256_zextsi128_si256, _mm512_cvtepi32_ps, _mm512_dpbusd_epi32, _mm512_fmadd_ps,
        _mm512_loadu_si512, _mm512_reduce_add_ps, _mm512_set1_ps, _mm512_setzero_ps, _mm512_zextsi128_si512,
    };

    /// Walks all outputs and blocks of tokens; the kernel gives a block's sums for one output.
    macro_rules! walk {
        ($weights:ident, $activations:ident, $out:ident, $kernel:ident) => {
            let (outputs, groups) = ($weights.outputs(), $weights.inputs / GROUP);
            let tokens = $activations.tokens();
            for first in (0..tokens).step_by(TOKENS) {
                let block: [usize; TOKENS] = std::array::from_fn(|token| (first + token).min(tokens - 1) * groups);
                for output in 0..outputs {
                    let sums = $kernel($weights, $activations, output * groups, block, groups);
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
    fn block_512(w: &Weights, x: &Activations, own: usize, tokens: [usize; TOKENS], groups: usize) -> [f32; TOKENS] {
        let mut sums = [_mm512_setzero_ps(); TOKENS];
        for group in 0..groups {
            let bytes: &[i8] = &w.bytes[(own + group) * GROUP..][..GROUP];
            // SAFETY: the slice holds the 64 bytes that are read.
            let weight = unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) };
            let start = _mm512_zextsi128_si512(_mm_cvtsi32_si128(w.offsets[own + group]));
            let scale = w.scales[own + group];
            for (sum, token) in sums.iter_mut().zip(tokens) {
                let bytes: &[u8] = &x.bytes[(token + group) * GROUP..][..GROUP];
                // SAFETY: the slice holds the 64 bytes that are read.
                let activation = unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) };
                let products = _mm512_cvtepi32_ps(_mm512_dpbusd_epi32(start, activation, weight));
                *sum = _mm512_fmadd_ps(products, _mm512_set1_ps(scale * x.scales[token + group]), *sum);
            }
        }
        sums.map(|sum| _mm512_reduce_add_ps(sum))
    }

    #[target_feature(enable = "avx2,fma")]
    pub(super) fn by_256(weights: &Weights, activations: &Activations, out: &mut [f32]) {
        walk!(weights, activations, out, block_256);
    }

    #[inline]
    #[target_feature(enable = "avx2,fma")]
    fn block_256(w: &Weights, x: &Activations, own: usize, tokens: [usize; TOKENS], groups: usize) -> [f32; TOKENS] {
        let mut sums = [_mm256_setzero_ps(); TOKENS];
        for group in 0..groups {
            let bytes: &[i8] = &w.bytes[(own + group) * GROUP..][..GROUP];
            // SAFETY: the slice holds the twice 32 bytes that are read.
            let (low, high) = unsafe {
                (_mm256_loadu_si256(bytes.as_ptr().cast()), _mm256_loadu_si256(bytes.as_ptr().add(32).cast()))
            };
            let start = _mm256_zextsi128_si256(_mm_cvtsi32_si128(w.offsets[own + group]));
            let scale = w.scales[own + group];
            for (sum, token) in sums.iter_mut().zip(tokens) {
                let bytes: &[u8] = &x.bytes[(token + group) * GROUP..][..GROUP];
                // SAFETY: the slice holds the twice 32 bytes that are read.
                let (a, b) = unsafe {
                    (_mm256_loadu_si256(bytes.as_ptr().cast()), _mm256_loadu_si256(bytes.as_ptr().add(32).cast()))
                };
                // Two products of a byte up to 255 and a weight up to 63 stay below 2^15.
                let ones = _mm256_set1_epi16(1);
                let low = _mm256_madd_epi16(_mm256_maddubs_epi16(a, low), ones);
                let high = _mm256_madd_epi16(_mm256_maddubs_epi16(b, high), ones);
                let products = _mm256_cvtepi32_ps(_mm256_add_epi32(_mm256_add_epi32(low, high), start));
                *sum = _mm256_fmadd_ps(products, _mm256_set1_ps(scale * x.scales[token + group]), *sum);
            }
        }
        sums.map(|sum| {
            let mut lanes = [0.0_f32; 8];
            // SAFETY: the array has room for the 8 numbers that are written.
            unsafe { _mm256_storeu_ps(lanes.as_mut_ptr(), sum) };
            lanes.iter().sum()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::{byte, real};
    use crate::random::Random;

    fn sample(inputs: usize, outputs: usize, tokens: usize) -> (Weights, Activations) {
        let mut random = Random::seeded(9);
        let mut number = |bound: usize| real(random.below(2 * bound + 1)) - real(bound);
        let bytes = (0..inputs * outputs).map(|_| byte(number(63))).collect();
        let scales = (0..inputs * outputs / GROUP).map(|_| 0.01 + number(100).abs() / 1e4).collect();
        let values: Vec<f32> = (0..inputs * tokens).map(|_| number(1000) / 100.0).collect();
        (Weights::new(inputs, bytes, scales).unwrap(), Activations::round(inputs, &values))
    }

    #[test]
    fn every_machine_gives_the_same() {
        let (weights, activations) = sample(128, 5, 7);
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

    #[test]
    fn weights_that_do_not_fit_are_refused() {
        assert!(Weights::new(64, vec![64; 64], vec![1.0]).is_none());
        assert!(Weights::new(63, vec![0; 63], vec![1.0]).is_none());
        assert!(Weights::new(64, vec![0; 128], vec![1.0]).is_none());
    }
}
