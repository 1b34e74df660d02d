//! Sums of derivatives in fixed point.

/// The gradients, hessians and number of some rows. Whole numbers: they add up to the same bits in any order, and taking a part
/// away leaves exactly the rest, which sums of floating point numbers do not.
///
/// Aligned so that one never lies across two lines of the cache.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(align(16))]
pub(super) struct Sums {
    gradient: i64,
    /// The number of rows in the high bits, the sum of hessians in the low ones: one addition for both.
    rows_and_hessian: u64,
}

impl Sums {
    pub fn add(&mut self, other: Self) {
        self.gradient = self.gradient.wrapping_add(other.gradient);
        self.rows_and_hessian = self.rows_and_hessian.wrapping_add(other.rows_and_hessian);
    }

    pub fn subtract(&mut self, other: Self) {
        self.gradient = self.gradient.wrapping_sub(other.gradient);
        self.rows_and_hessian = self.rows_and_hessian.wrapping_sub(other.rows_and_hessian);
    }

    pub fn plus(mut self, other: Self) -> Self {
        self.add(other);
        self
    }

    pub fn minus(mut self, other: Self) -> Self {
        self.subtract(other);
        self
    }

    /// No rows at all.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// How derivatives of one round are written in fixed point so that no sum over all rows overflows: with 7,000 rows a hessian has
/// 37 bits, with a million 23.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    gradient: f64,
    hessian: f64,
    /// Bits below the number of rows.
    shift: u32,
    gradient_unit: f64,
    hessian_unit: f64,
}

/// Sums in floating point.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opened {
    pub gradient: f64,
    pub hessian: f64,
    pub rows: u64,
}

impl Scale {
    /// For so many rows of derivatives that are nowhere larger.
    pub fn new(rows: usize, largest_gradient: f64, largest_hessian: f64) -> Self {
        let bits = usize::BITS - rows.leading_zeros();
        let shift = 64 - bits;
        let gradient = libm::ldexp(1.0, 62 - bits as i32) / largest_gradient.max(f64::MIN_POSITIVE);
        let hessian = libm::ldexp(1.0, shift as i32 - bits as i32) / largest_hessian.max(f64::MIN_POSITIVE);
        Self { gradient, hessian, shift, gradient_unit: 1.0 / gradient, hessian_unit: 1.0 / hessian }
    }

    pub fn pack(&self, gradient: f64, hessian: f64) -> Sums {
        let one = 1_u64 << self.shift;
        Sums { gradient: (gradient * self.gradient) as i64, rows_and_hessian: one | (hessian * self.hessian) as u64 }
    }

    pub fn open(&self, sums: Sums) -> Opened {
        let below = (1_u64 << self.shift) - 1;
        Opened {
            gradient: sums.gradient as f64 * self.gradient_unit,
            hessian: (sums.rows_and_hessian & below) as f64 * self.hessian_unit,
            rows: sums.rows_and_hessian >> self.shift,
        }
    }
}
