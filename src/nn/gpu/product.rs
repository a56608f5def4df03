//! Matrix products: by cuBLAS where it is found, else by the own kernel.

use std::rc::Rc;

use super::activation;
use super::array::Array;
use super::card::Card;
use super::grid::{Grid, count_of};
use super::launch::{BiasActivation, Gemm, GemmParts, at};
use super::queue::Product;
use crate::nn::device::Error;
use crate::preset::Activation;

/// Rows and columns of C that a block of the own kernel makes.
const TILE: usize = 64;
/// A product of fewer blocks than this is cut along its sums, to keep the card busy. It is the same number for every card,
/// so that cards differ by their arithmetic only.
const BLOCKS: usize = 128;
/// The shortest sums that a part has.
const SHORTEST: usize = 256;

/// A matrix in row-major order, perhaps stored as its transpose.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    numbers: &'a Array,
    is_transposed: bool,
}

impl<'a> Matrix<'a> {
    /// The matrix as it is stored.
    pub fn rows(numbers: &'a Array) -> Self {
        Matrix { numbers, is_transposed: false }
    }

    /// The transpose of what is stored.
    pub fn transposed(numbers: &'a Array) -> Self {
        Matrix { numbers, is_transposed: true }
    }

    /// The distances between neighbouring rows and between neighbouring columns of a matrix `[rows, columns]`.
    fn strides(&self, rows: usize, columns: usize) -> [usize; 2] {
        if self.is_transposed { [1, rows] } else { [columns, 1] }
    }
}

/// What is done to a product's numbers.
#[derive(Clone, Copy, Default)]
pub struct Finish<'a> {
    /// Added to every row.
    pub bias: Option<&'a Array>,
    /// Applied at last; not softmax, which needs whole rows.
    pub activation: Activation,
    /// Gets what the activation is applied to.
    pub before: Option<&'a Array>,
}

impl Finish<'_> {
    fn is_nothing(&self) -> bool {
        self.bias.is_none() && self.activation == Activation::Linear && self.before.is_none()
    }
}

/// `a b`, of sizes `[m, k]` and `[k, n]`, finished: `[m, n]`.
///
/// # Errors
/// When the card fails.
///
/// # Panics
/// When an array has another size.
pub fn product(
    card: &Rc<Card>,
    [m, n, k]: [usize; 3],
    a: Matrix,
    b: Matrix,
    finish: Finish,
) -> Result<Array, Error> {
    assert_eq!((a.numbers.len(), b.numbers.len()), (m * k, k * n), "a product of [{m}, {k}] and [{k}, {n}]");
    let c = Array::scratch(card, m * n)?;
    if c.is_empty() {
        return Ok(c);
    }
    match card.blas.is_some() && k > 0 {
        true => {
            by_cublas(card, [m, n, k], a, b, &c)?;
            if !finish.is_nothing() {
                let Finish { bias, activation: which, before } = finish;
                let (count, activation) = (m * n, activation::code(which));
                BiasActivation {
                    y: at(&c),
                    before: at(before),
                    x: at(&c),
                    bias: at(bias),
                    count,
                    width: n,
                    activation,
                }
                .launch(card, Grid::over(m * n)?)?;
            }
        }
        false => by_own_kernel(card, [m, n, k], a, b, finish, &c)?,
    }
    Ok(c)
}

fn by_own_kernel(
    card: &Rc<Card>,
    [m, n, k]: [usize; 3],
    a: Matrix,
    b: Matrix,
    Finish { bias, activation: which, before }: Finish,
    c: &Array,
) -> Result<(), Error> {
    let tiles = m.div_ceil(TILE) * n.div_ceil(TILE);
    let parts = (BLOCKS / tiles).min(k / SHORTEST).max(1);
    let depth = k.div_ceil(parts).next_multiple_of(16).max(16);
    let parts = k.div_ceil(depth).max(1);
    let grid = Grid::of([m.div_ceil(TILE), n.div_ceil(TILE), parts], 256)?;
    let ([a_row, a_column], [b_row, b_column]) = (a.strides(m, k), b.strides(k, n));
    let (a, b) = (at(a.numbers), at(b.numbers));
    let strided = |c, before, bias, activation| Gemm {
        c,
        before,
        a,
        b,
        bias,
        m,
        n,
        k,
        depth,
        a_row,
        a_column,
        b_row,
        b_column,
        activation,
    };
    let code = activation::code(which);
    if parts == 1 {
        return strided(at(c), at(before), at(bias), code).launch(card, grid);
    }
    let sums = Array::scratch(card, parts * m * n)?;
    strided(at(&sums), at(None), at(None), activation::code(Activation::Linear)).launch(card, grid)?;
    GemmParts {
        c: at(c),
        before: at(before),
        parts: at(&sums),
        bias: at(bias),
        count: m * n,
        number_of_parts: parts,
        width: n,
        activation: code,
    }
    .launch(card, Grid::over(m * n)?)
}

fn by_cublas(card: &Card, sizes: [usize; 3], a: Matrix, b: Matrix, c: &Array) -> Result<(), Error> {
    let mut counts = [0; 3];
    for (count, size) in counts.iter_mut().zip(sizes) {
        *count = count_of(size)?;
    }
    card.multiply(Product {
        sizes: counts,
        addresses: [c.address(), a.numbers.address(), b.numbers.address()],
        transposed: [a.is_transposed, b.is_transposed],
    });
    Ok(())
}
