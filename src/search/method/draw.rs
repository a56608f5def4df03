//! Settings drawn at random, and along a Sobol sequence.

use std::convert::Infallible;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use crate::preset::Assignment;
use crate::search::plan::{LONGEST_SOBOL, Plan, SOBOL_DIMENSIONS};
use crate::search::space::Space;

/// The random numbers of one trial: the same for the same seed and number, whatever was drawn for others.
pub(super) struct Random(ChaCha8Rng);

impl Random {
    pub fn of(seed: u64, number: u32) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(number.into());
        Random(generator)
    }

    /// From 0 to below 1.
    pub fn place(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From the standard normal distribution (Box and Muller, 1958).
    pub fn normal(&mut self) -> f64 {
        let (radius, angle) = (1.0 - self.place(), self.place());
        (-2.0 * radius.ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
    }
}

/// Every setting by itself.
pub(super) fn at_random(space: &Space, random: &mut Random) -> Vec<Assignment> {
    infallible(space.draw(|_, domain| Ok(domain.at(random.place()))))
}

/// The point of the sequence with this number, from 0: a dimension for each setting.
pub(super) fn sobol(plan: &Plan, number: u32) -> Vec<Assignment> {
    let seed = (plan.seed ^ (plan.seed >> 32)) as u32;
    let number = number % LONGEST_SOBOL;
    infallible(plan.space.draw(|place, domain| {
        let dimension = u32::try_from(place % SOBOL_DIMENSIONS).unwrap_or_default();
        Ok(domain.at(sobol_burley::sample(number, dimension, seed).into()))
    }))
}

pub(super) fn infallible<T>(drawn: Result<T, Infallible>) -> T {
    match drawn {
        Ok(drawn) => drawn,
        Err(never) => match never {},
    }
}
