//! How likely each shade is where it stands, learned from the images before it.
//!
//! A pixel is black or not; if not, its shade is the upper half of a byte and then the lower. A [`Distribution`] for each of many
//! surroundings tells how likely each half is. All numbers are whole, so that every machine has the same.

use super::coder::{ALL, Begins, Coder, SYMBOLS};

/// The numbers of the symbols.
const NUMBERS: [u16; SYMBOLS] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
/// How fast a distribution moves at first, in 1/65536.
const FIRST_RATE: u16 = 40_960;

/// Where each symbol begins, in 1/65536 of all; the first number is how fast the others move. It moves itself like them,
/// from a half to 1/3, 1/4 and so on, as the mean of what was seen so far asks for, until rounding leaves it at 1/256.
#[derive(Clone, Copy)]
#[repr(align(32))]
struct Distribution(Begins);

impl Distribution {
    const EVEN: Self = {
        let mut begins = [FIRST_RATE; SYMBOLS];
        let mut symbol = 1;
        while symbol < SYMBOLS {
            begins[symbol] = (symbol << 12) as u16;
            symbol += 1;
        }
        Distribution(begins)
    };

    /// Codes a symbol and learns it.
    #[inline(always)]
    fn symbol<C: Coder>(&mut self, coder: &mut C, known: usize) -> Option<usize> {
        let mut begins = self.0;
        // Every symbol has a share, be it ever so unlikely.
        for (begin, number) in begins.iter_mut().zip(NUMBERS) {
            *begin = ((*begin - (*begin >> 10)) >> 1) + number;
        }
        let symbol = coder.symbol(&begins, known)?;
        self.learn(symbol);
        Some(symbol)
    }

    /// Moves towards a symbol that was seen.
    #[inline(always)]
    fn learn(&mut self, symbol: usize) {
        let (rate, symbol) = (self.0[0], symbol as u16);
        for (begin, number) in self.0.iter_mut().zip(NUMBERS) {
            *begin = nearer(*begin, if number > symbol { u16::MAX } else { 0 }, rate);
        }
    }
}

/// A number that has moved to 0 or, where `end` has all bits, to 65535.
#[inline(always)]
fn nearer(number: u16, end: u16, rate: u16) -> u16 {
    let distance = number ^ end;
    (distance - part(distance, rate)) ^ end
}

/// A part of a number, in 1/65536.
#[inline(always)]
fn part(number: u16, of: u16) -> u16 {
    ((u32::from(number) * u32::from(of)) >> 16) as u16
}

/// How likely black is, and how fast that moves, both in 1/65536.
#[derive(Clone, Copy)]
struct Chance {
    black: u16,
    rate: u16,
}

impl Chance {
    const EVEN: Self = Chance { black: 1 << 15, rate: FIRST_RATE };

    #[inline(always)]
    fn learn(&mut self, is_black: bool) {
        self.black = nearer(self.black, if is_black { u16::MAX } else { 0 }, self.rate);
        self.rate = nearer(self.rate, 0, self.rate);
    }
}

/// The part of an image outside which all is black.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Frame {
    pub(super) top: usize,
    pub(super) left: usize,
    pub(super) bottom: usize,
    pub(super) right: usize,
}

/// One of four levels of a shade: black, dark, light or white.
fn level(shade: usize) -> u8 {
    match shade {
        0 => 0,
        1..128 => 1,
        128..250 => 2,
        _ => 3,
    }
}

/// One of eight tones of a shade: black, six greys or white.
fn tone(shade: usize) -> u8 {
    if shade < 250 { (shade != 0) as u8 + (shade * 6 / 250) as u8 } else { 7 }
}

/// What is known of the images of one kind.
pub(super) struct Model {
    side: usize,
    levels: [u8; 256],
    tones: [u8; 256],
    /// By the tones of the nearest pixels, and by the levels of eight.
    black_near: Vec<Chance>,
    black_far: Vec<Chance>,
    /// By the tones of the nearest pixels.
    upper: Vec<Distribution>,
    /// By the shade above, whether the row of the frame is even, and the upper half.
    lower: Vec<Distribution>,
    /// The image with two pixels of black around it.
    canvas: Vec<u8>,
}

impl Model {
    /// A model that has seen nothing yet, of images `[side, side]`.
    pub(super) fn new(side: usize) -> Self {
        Model {
            side,
            levels: std::array::from_fn(level),
            tones: std::array::from_fn(tone),
            black_near: vec![Chance::EVEN; 8 * 8 * 8 * 4],
            black_far: vec![Chance::EVEN; 1 << 16],
            upper: vec![Distribution::EVEN; 8 * 8 * 8 * 4],
            lower: vec![Distribution::EVEN; 256 * 2 * SYMBOLS],
            canvas: vec![0; (side + 2) * (side + 4)],
        }
    }

    /// Codes an image, `[side, side]`, that is black outside the frame; a coder that reads fills it in.
    /// `None` when there are no bytes left.
    pub(super) fn image<C: Coder>(&mut self, coder: &mut C, image: &mut [u8], frame: Frame) -> Option<()> {
        let stride = self.side + 4;
        self.canvas.fill(0);
        for row in frame.top..frame.bottom {
            for column in frame.left..frame.right {
                let pixel = &mut image[row * self.side + column];
                let at = (row + 2) * stride + column + 2;
                *pixel = self.pixel(coder, at, (row - frame.top).is_multiple_of(2), *pixel)?;
                self.canvas[at] = *pixel;
            }
        }
        Some(())
    }

    /// The pixel at a place of the canvas; it is told whether the row of the frame is even.
    #[inline(always)]
    fn pixel<C: Coder>(&mut self, coder: &mut C, at: usize, is_even: bool, known: u8) -> Option<u8> {
        let stride = self.side + 4;
        let shade = |back: usize| usize::from(self.canvas[at - back]);
        let (left, above, right_above) = (shade(1), shade(stride), shade(stride - 1));
        let level = |shade: usize| usize::from(self.levels[shade]);
        let tone = |shade: usize| usize::from(self.tones[shade]);
        let level_left_above = level(shade(stride + 1));
        let (tone_left, tone_above) = (tone(left), tone(above));
        let (level_left, level_above, level_right_above) = (level(left), level(above), level(right_above));
        let near = ((tone_left * 8 + tone_above) * 8 + tone(right_above)) * 4 + level_left_above;
        let further = [2, 2 * stride, stride - 2, 2 * stride - 1].map(|back| level(shade(back)));
        let nearest = [level_left, level_above, level_right_above, level_left_above];
        let far = nearest.iter().chain(&further).fold(0, |far, level| far * 4 + level);

        let (by_near, by_far) = (&mut self.black_near[near], &mut self.black_far[far]);
        let black = ((u32::from(by_near.black) + u32::from(by_far.black)) >> 2) as u16;
        let is_black = coder.answer(black.clamp(16, ALL - 16), known == 0)?;
        by_near.learn(is_black);
        by_far.learn(is_black);
        if is_black {
            return Some(0);
        }

        let known = usize::from(known);
        let upper = self.upper[near].symbol(coder, known / SYMBOLS)?;
        let lower = &mut self.lower[(above * 2 + usize::from(is_even)) * SYMBOLS + upper];
        let lower = lower.symbol(coder, known % SYMBOLS)?;
        Some((upper * SYMBOLS + lower) as u8)
    }
}
