//! The loops that the processor's vector units run, compiled for AVX-512, AVX2 and any machine, and chosen at run time.
#![expect(unsafe_code, reason = "calls of functions compiled for features that were just detected")]
#![expect(clippy::inline_always, reason = "a body must be compiled inside the function whose features it uses")]
#![expect(
    clippy::indexing_slicing,
    reason = "numeric kernel: bounds are checked once, by the slices cut before each loop"
)]

use super::View;

/// Compiles a body three times and calls the best that this machine can run. `FUSED` tells it whether multiply-add is
/// one instruction, `LANES` how many numbers a register holds, `COLUMNS` how wide a tile fits the registers.
macro_rules! for_each_machine {
    ($(#[$doc:meta])* fn $name:ident($($arg:ident: $kind:ty),*) $(-> $out:ty)? = $body:ident) => {
        $(#[$doc])*
        pub(crate) fn $name($($arg: $kind),*) $(-> $out)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx2,fma")]
                fn widest($($arg: $kind),*) $(-> $out)? {
                    $body::<true, 16, 4>($($arg),*)
                }
                #[target_feature(enable = "avx2,fma")]
                fn wide($($arg: $kind),*) $(-> $out)? {
                    $body::<true, 8, 3>($($arg),*)
                }
                if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512vl") && is_x86_feature_detected!("fma")
                {
                    // SAFETY: the features that `widest` was compiled for were just detected.
                    return unsafe { widest($($arg),*) };
                }
                if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                    // SAFETY: the features that `wide` was compiled for were just detected.
                    return unsafe { wide($($arg),*) };
                }
            }
            $body::<false, 4, 2>($($arg),*)
        }
    };
}

for_each_machine! {
    /// The product of each row of `a` with each row of `b`: `out[i · b.rows + j] = a_i · b_j`. Widths must agree.
    fn products(a: &View<'_>, b: &View<'_>, out: &mut [f32]) = products_body
}
for_each_machine! {
    /// The product of two vectors of one length.
    fn dot(a: &[f32], b: &[f32]) -> f32 = dot_body
}
for_each_machine! {
    /// Adds `scale · x` to `y`.
    fn axpy(scale: f32, x: &[f32], y: &mut [f32]) = axpy_body
}

for_each_machine! {
    /// Adds one likeness to a blend: `out += weight · e^{2(cos − 1)}`.
    fn add_likeness(weight: f32, cosines: &[f32], out: &mut [f32]) = add_likeness_body
}
for_each_machine! {
    /// The products of a vector of bytes with each row of as many bytes.
    fn byte_products(rows: &[i8], query: &[i8], out: &mut [i32]) = byte_products_body
}
for_each_machine! {
    /// Adds `scale · row` to `sums`, the row in 16-bit whole numbers.
    fn axpy_short(scale: f32, row: &[i16], sums: &mut [f32]) = axpy_short_body
}

for_each_machine! {
    /// The Gaussian error linear unit, x · Φ(x), in place.
    fn gelu(values: &mut [f32]) = gelu_body
}

/// Numbers of a row that are worked on before the next row's, so that a panel stays in the cache.
const DEPTH: usize = 2_048;
/// Rows of a panel of `b`.
const PANEL: usize = 48;
/// Rows of `a` in a tile.
const ROWS: usize = 4;

#[inline(always)]
fn products_body<const FUSED: bool, const LANES: usize, const COLUMNS: usize>(
    a: &View<'_>,
    b: &View<'_>,
    out: &mut [f32],
) {
    out.fill(0.0);
    if a.rows() == 0 || b.rows() == 0 {
        return;
    }
    let (last_a, last_b) = (a.rows() - 1, b.rows() - 1);
    let mut depth = 0;
    while depth < a.width() {
        let end = (depth + DEPTH).min(a.width());
        for panel in (0..b.rows()).step_by(PANEL) {
            for i in (0..a.rows()).step_by(ROWS) {
                let rows: [&[f32]; ROWS] = std::array::from_fn(|r| &a.row((i + r).min(last_a))[depth..end]);
                for j in (panel..(panel + PANEL).min(b.rows())).step_by(COLUMNS) {
                    let columns: [&[f32]; COLUMNS] = std::array::from_fn(|c| &b.row((j + c).min(last_b))[depth..end]);
                    let sums = tile::<FUSED, LANES, COLUMNS>(rows, columns);
                    for (r, sums) in sums.iter().enumerate().take(a.rows() - i) {
                        for (c, sum) in sums.iter().enumerate().take(b.rows() - j) {
                            out[(i + r) * b.rows() + j + c] += sum;
                        }
                    }
                }
            }
        }
        depth = end;
    }
}

/// Four rows by a few columns, each pair's products summed lane by lane and the lanes at the end.
#[inline(always)]
fn tile<const FUSED: bool, const LANES: usize, const COLUMNS: usize>(
    a: [&[f32]; ROWS],
    b: [&[f32]; COLUMNS],
) -> [[f32; COLUMNS]; ROWS] {
    let width = a[0].len();
    let a = a.map(|row| &row[..width]);
    let b = b.map(|row| &row[..width]);
    let parts = width / LANES;
    let a_parts = a.map(|row| &row.as_chunks::<LANES>().0[..parts]);
    let b_parts = b.map(|row| &row.as_chunks::<LANES>().0[..parts]);
    let mut lanes = [[[0.0_f32; LANES]; COLUMNS]; ROWS];
    for part in 0..parts {
        let x = a_parts.map(|parts| parts[part]);
        let y = b_parts.map(|parts| parts[part]);
        for (lanes, x) in lanes.iter_mut().zip(&x) {
            for (lanes, y) in lanes.iter_mut().zip(&y) {
                for (lane, (x, y)) in lanes.iter_mut().zip(x.iter().zip(y)) {
                    *lane = madd::<FUSED>(*x, *y, *lane);
                }
            }
        }
    }
    let rest = width - width % LANES;
    // Plain loops: a closure that is not inlined would keep the lanes in memory.
    let mut sums = [[0.0; COLUMNS]; ROWS];
    for r in 0..ROWS {
        for c in 0..COLUMNS {
            let tail: f32 = a[r][rest..].iter().zip(&b[c][rest..]).map(|(x, y)| x * y).sum();
            sums[r][c] = total(lanes[r][c]) + tail;
        }
    }
    sums
}

/// The sum of all lanes, a power of two of them, halves upon halves.
#[inline(always)]
pub(super) fn total<const LANES: usize>(mut lanes: [f32; LANES]) -> f32 {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
        half /= 2;
    }
    lanes[0]
}

#[inline(always)]
fn dot_body<const FUSED: bool, const LANES: usize, const COLUMNS: usize>(a: &[f32], b: &[f32]) -> f32 {
    let (a_parts, a_rest) = a.as_chunks::<LANES>();
    let (b_parts, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0_f32; LANES];
    for (x, y) in a_parts.iter().zip(b_parts) {
        for lane in 0..LANES {
            sums[lane] = madd::<FUSED>(x[lane], y[lane], sums[lane]);
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    total(sums) + rest
}

#[inline(always)]
fn axpy_body<const FUSED: bool, const LANES: usize, const COLUMNS: usize>(scale: f32, x: &[f32], y: &mut [f32]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = madd::<FUSED>(scale, *x, *y);
    }
}

#[inline(always)]
fn add_likeness_body<const FUSED: bool, const LANES: usize, const COLUMNS: usize>(
    weight: f32,
    cosines: &[f32],
    out: &mut [f32],
) {
    for (out, cosine) in out.iter_mut().zip(cosines) {
        *out = madd::<FUSED>(weight, likeness::<FUSED>(*cosine), *out);
    }
}

/// e^{2(c − 1)} for c in [−1, 1]: the Taylor series of e^{c/2} to the sixth power, raised to the fourth and scaled;
/// relative error below 1e-5.
#[inline(always)]
fn likeness<const FUSED: bool>(cosine: f32) -> f32 {
    let x = 0.5 * cosine;
    let series = [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0];
    let root = series.into_iter().fold(1.0 / 720.0, |sum, term| madd::<FUSED>(sum, x, term));
    let square = root * root;
    square * square * 0.135_335_28
}

#[inline(always)]
fn byte_products_body<const FUSED: bool, const LANES: usize, const COLUMNS: usize>(
    rows: &[i8],
    query: &[i8],
    out: &mut [i32],
) {
    for (out, row) in out.iter_mut().zip(rows.chunks_exact(query.len().max(1))) {
        *out = row.iter().zip(query).map(|(x, y)| i32::from(i16::from(*x) * i16::from(*y))).sum();
    }
}

#[inline(always)]
fn axpy_short_body<const FUSED: bool, const LANES: usize, const COLUMNS: usize>(
    scale: f32,
    row: &[i16],
    sums: &mut [f32],
) {
    for (sum, value) in sums.iter_mut().zip(row) {
        *sum = madd::<FUSED>(scale, f32::from(*value), *sum);
    }
}

#[inline(always)]
fn gelu_body<const FUSED: bool, const LANES: usize, const COLUMNS: usize>(values: &mut [f32]) {
    for x in values {
        *x *= 0.5 + 0.5 * erf::<FUSED>(*x * std::f32::consts::FRAC_1_SQRT_2);
    }
}

/// The error function by the rational approximation that Eigen and XLA use; error below 5e-7.
#[inline(always)]
fn erf<const FUSED: bool>(x: f32) -> f32 {
    let x = x.clamp(-4.0, 4.0);
    let square = x * x;
    let above = [2.770_681_4e-8, -2.101_024e-6, -5.692_506_5e-5, -7.349_906_3e-4, -2.954_6e-3, -1.609_603_3e-2];
    let below = [-2.133_740_6e-4, -1.682_827e-3, -7.373_329e-3, -1.426_474e-2];
    let above = above.into_iter().fold(-2.726_142_3e-10, |sum, term| madd::<FUSED>(sum, square, term));
    let below = below.into_iter().fold(-1.456_607_2e-5, |sum, term| madd::<FUSED>(sum, square, term));
    x * above / below
}

#[inline(always)]
fn madd<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_function_is_close() {
        for (x, value) in [(0.0, 0.0), (0.5, 0.520_499_9), (1.0, 0.842_700_8), (-2.0, -0.995_322_3), (5.0, 1.0)] {
            assert!((erf::<false>(x) - value).abs() < 1e-6, "{x}: {}", erf::<false>(x));
        }
    }

    #[test]
    fn likeness_is_an_exponential() {
        for cosine in [-1.0_f32, -0.3, 0.0, 0.5, 1.0] {
            let exact = (2.0 * (cosine - 1.0)).exp();
            assert!((likeness::<false>(cosine) / exact - 1.0).abs() < 1e-5, "{cosine}");
        }
    }
}
