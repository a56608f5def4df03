//! The restricted Boltzmann machine on the CPU.

use dfdx::tensor::Cpu;
use rayon::prelude::*;

use super::{BoltzmannOp, Learning, Machine, factors};

use crate::nn::buffer::Buffer;
use crate::nn::device::Error;
use crate::nn::init::{Stream, numbers};
use crate::nn::interrupt::Interrupt;
use crate::nn::kernel::elementwise::{Activation, apply, sum_rows};
use crate::nn::kernel::gemm::{Mat, gemm};
use crate::nn::kernel::random::{derive_seed, logistic_units, normals, uniforms};
use crate::nn::kernel::squares::mean_square;
use crate::nn::kernel::sums::{add, add_to_rows, drift, scale, scaled_difference, slow_down};
use crate::nn::profile::span;
use crate::preset::{Initializer, Visible};

/// Weights of a piece of work for one thread.
const PIECE: usize = 1 << 15;

/// A restricted Boltzmann machine.
#[derive(Clone, Debug)]
pub struct Rbm {
    kind: Visible,
    /// `[visible, hidden]`, as in a Dense layer.
    pub(super) kernel: Vec<f32>,
    /// One number for each visible unit.
    pub(super) visible_bias: Vec<f32>,
    /// One number for each hidden unit.
    pub(super) hidden_bias: Vec<f32>,
    /// The last changes of kernel, visible bias and hidden bias.
    velocity: [Vec<f32>; 3],
    /// Hidden samples of the persistent chains, one for each row of a batch.
    chains: Vec<f32>,
}

impl BoltzmannOp for Cpu {
    type Machine = Rbm;

    fn machine(&self, kind: Visible, visible: usize, hidden: usize, stream: Stream) -> Result<Rbm, Error> {
        Ok(Rbm::new(kind, visible, hidden, stream))
    }
}

impl Rbm {
    /// A machine whose weights start as small normal numbers and whose biases start at zero.
    pub fn new(kind: Visible, visible: usize, hidden: usize, stream: Stream) -> Self {
        // A truncated normal distribution with deviation 0.01: Glorot's, scaled.
        let shape = [visible, hidden];
        let glorot = (2.0 / (visible + hidden) as f32).sqrt();
        let kernel = numbers(Initializer::GlorotNormal, &shape, &mut stream.parameter(0));
        Rbm {
            kind,
            kernel: kernel.into_iter().map(|w| w * 0.01 / glorot).collect(),
            visible_bias: vec![0.0; visible],
            hidden_bias: vec![0.0; hidden],
            velocity: [vec![0.0; visible * hidden], vec![0.0; visible], vec![0.0; hidden]],
            chains: Vec::new(),
        }
    }

    /// The input to the hidden units from rows of visible ones, without the bias.
    fn up(&self, visible: &[f32]) -> Buffer {
        let mut x = Buffer::scratch(visible.len() / self.visible() * self.hidden());
        self.up_into(visible, &mut x);
        x
    }

    fn up_into(&self, visible: &[f32], x: &mut [f32]) {
        let (v, h) = (self.visible(), self.hidden());
        let rows = visible.len() / v;
        let _span = span("rbm up", 2 * (rows * v * h) as u64);
        gemm(rows, h, v, Mat::rows(visible, v), Mat::rows(&self.kernel, h), x, false);
    }

    /// Fills `sample` with a sample of the hidden units for rows of visible ones.
    fn sample_hidden(&self, visible: &[f32], sample: &mut [f32], seed: u64) {
        logistic_units(&mut self.up(visible), &self.hidden_bias, Some(sample), seed);
    }

    /// Like [`visible_given`](Machine::visible_given), with the means written to `x`.
    fn visible_into(&self, hidden: &[f32], x: &mut [f32], sample: Option<&mut [f32]>, seed: u64) {
        let (v, h) = (self.visible(), self.hidden());
        let rows = hidden.len() / h;
        {
            let _span = span("rbm down", 2 * (rows * v * h) as u64);
            gemm(rows, v, h, Mat::rows(hidden, h), Mat::transposed(&self.kernel, h), x, false);
        }
        let _span = span("rbm units", 0);
        match self.kind {
            Visible::Binary => logistic_units(x, &self.visible_bias, sample, seed),
            Visible::Gaussian => {
                add_to_rows(x, &self.visible_bias);
                if let Some(sample) = sample {
                    normals(sample, seed);
                    add(sample, x);
                }
            }
        }
    }

    /// Runs chains that start at the data. They use the means of the visible units, which are less noisy than
    /// samples. Fills the dreamt half of `visible` and all hidden probabilities; returns the reconstruction error.
    fn dream(
        &mut self,
        visible: &mut [f32],
        hidden: &mut [f32],
        learning: &Learning,
        seed: u64,
        interrupt: &Interrupt,
    ) -> Result<f64, Error> {
        let (data, dreamt) = visible.split_at_mut(visible.len() / 2);
        let (positive, negative) = hidden.split_at_mut(hidden.len() / 2);
        let mut fired = Buffer::scratch(positive.len());
        self.up_into(data, positive);
        logistic_units(positive, &self.hidden_bias, Some(&mut fired), derive_seed(seed, 0));
        self.visible_into(&fired, dreamt, None, 0);
        let error = mean_square(data, dreamt);
        for k in 1..u64::from(learning.gibbs_steps) {
            interrupt.check()?;
            self.sample_hidden(dreamt, &mut fired, derive_seed(seed, 2 * k + 1));
            self.visible_into(&fired, dreamt, None, 0);
        }
        self.up_into(dreamt, negative);
        let is_first = learning.persistent && self.chains.is_empty();
        logistic_units(negative, &self.hidden_bias, is_first.then_some(&mut fired), derive_seed(seed, 1));
        if is_first {
            self.chains.extend_from_slice(&fired);
        }
        Ok(error)
    }

    /// Continues persistent chains, which use samples of the visible units. Otherwise like [`dream`](Rbm::dream).
    fn dream_on(
        &mut self,
        visible: &mut [f32],
        hidden: &mut [f32],
        learning: &Learning,
        seed: u64,
        interrupt: &Interrupt,
    ) -> Result<f64, Error> {
        let half = visible.len() / 2;
        let mut means = Buffer::scratch(half);
        let mut fired = Buffer::scratch(hidden.len() / 2);
        self.visible_into(&self.chains, &mut means, Some(&mut visible[half..]), derive_seed(seed, 2));
        for k in 1..u64::from(learning.gibbs_steps) {
            interrupt.check()?;
            self.sample_hidden(&visible[half..], &mut fired, derive_seed(seed, 2 * k + 1));
            self.visible_into(&fired, &mut means, Some(&mut visible[half..]), derive_seed(seed, 2 * k + 2));
        }
        self.up_into(visible, hidden);
        {
            let _span = span("rbm units", 0);
            let (positive, negative) = hidden.split_at_mut(hidden.len() / 2);
            logistic_units(positive, &self.hidden_bias, Some(&mut fired), derive_seed(seed, 0));
            logistic_units(negative, &self.hidden_bias, Some(&mut self.chains), derive_seed(seed, 1));
        }
        self.visible_into(&fired, &mut means, None, 0);
        Ok(mean_square(&visible[..half], &means))
    }

    /// Updates weights and biases by the statistics of the data minus those of what was dreamt. Where rows have weights, `weighed`
    /// are the visible units times these, and the hidden ones are so already.
    fn learn(&mut self, visible: &[f32], weighed: &[f32], hidden: &mut [f32], learning: &Learning) {
        let (v, h) = (self.visible(), self.hidden());
        let rows = visible.len() / v;
        // The rate is multiplied into the small factors, so that products add directly to the last change.
        let factor = 2.0 * learning.rate / rows as f32;
        let momentum = learning.momentum;
        let (mut change, mut sum) = (Buffer::scratch(v), Buffer::scratch(v));
        {
            let _span = span("rbm biases", 0);
            let (data, dreamt) = weighed.split_at(weighed.len() / 2);
            sum_rows(data, v, &mut change);
            sum_rows(dreamt, v, &mut sum);
            scaled_difference(&mut change, &sum, factor);
            drift(&mut self.visible_bias, &mut self.velocity[1], &change, momentum);
            let (positive, negative) = hidden.split_at_mut(hidden.len() / 2);
            positive.par_chunks_mut(PIECE).for_each(|p| scale(p, factor));
            negative.par_chunks_mut(PIECE).for_each(|p| scale(p, -factor));
            let mut change = Buffer::scratch(h);
            sum_rows(hidden, h, &mut change);
            drift(&mut self.hidden_bias, &mut self.velocity[2], &change, momentum);
        }
        let _span = span("rbm weights", 2 * (rows * v * h) as u64);
        let (velocity, kernel) = (&mut self.velocity[0], &mut self.kernel);
        let decay = learning.rate * learning.weight_decay;
        let (visible, hidden) = (Mat::transposed(visible, v), Mat::rows(hidden, h));
        if momentum == 0.0 {
            // Without momentum the last change is not needed: the product is added directly to the weights.
            if decay != 0.0 {
                kernel.par_chunks_mut(PIECE).for_each(|kernel| scale(kernel, 1.0 - decay));
            }
            return gemm(v, h, rows, visible, hidden, kernel, true);
        }
        let pieces = velocity.par_chunks_mut(PIECE).zip(kernel.par_chunks(PIECE));
        pieces.for_each(|(velocity, kernel)| slow_down(velocity, kernel, momentum, decay));
        gemm(v, h, rows, visible, hidden, velocity, true);
        let pieces = kernel.par_chunks_mut(PIECE).zip(velocity.par_chunks(PIECE));
        pieces.for_each(|(kernel, velocity)| add(kernel, velocity));
    }
}

/// Multiplies every row by its factor.
fn weigh(rows: &mut [f32], factors: &[f32]) {
    let width = rows.len() / factors.len().max(1);
    let rows = rows.chunks_exact_mut(width.max(1)).zip(factors);
    rows.for_each(|(row, factor)| scale(row, *factor));
}

impl Machine for Rbm {
    fn kind(&self) -> Visible {
        self.kind
    }

    fn visible(&self) -> usize {
        self.visible_bias.len()
    }

    fn hidden(&self) -> usize {
        self.hidden_bias.len()
    }

    fn step(
        &mut self,
        data: &[f32],
        weights: &[f32],
        learning: &Learning,
        seed: u64,
        interrupt: &Interrupt,
    ) -> Result<f64, Error> {
        let (v, h) = (self.visible(), self.hidden());
        let rows = data.len() / v;
        // The data with what the machine dreams below it, so that one product covers both.
        let (mut visible, mut hidden) = (Buffer::scratch(2 * rows * v), Buffer::scratch(2 * rows * h));
        visible[..rows * v].copy_from_slice(data);
        let is_under_way = learning.persistent && self.chains.len() == rows * h;
        let error = match is_under_way {
            true => self.dream_on(&mut visible, &mut hidden, learning, seed, interrupt)?,
            false => self.dream(&mut visible, &mut hidden, learning, seed, interrupt)?,
        };
        if !weights.is_empty() {
            let factors = factors(weights, is_under_way).concat();
            weigh(&mut hidden, &factors);
            let mut weighed = Buffer::copy_of(&visible);
            weigh(&mut weighed, &factors);
            self.learn(&visible, &weighed, &mut hidden, learning);
        } else {
            self.learn(&visible, &visible, &mut hidden, learning);
        }
        Ok(error)
    }

    fn hidden_given(&self, visible: &[f32], sample: Option<&mut [f32]>, seed: u64) -> Result<Buffer, Error> {
        let mut x = self.up(visible);
        logistic_units(&mut x, &self.hidden_bias, sample, seed);
        Ok(x)
    }

    fn visible_given(&self, hidden: &[f32], sample: Option<&mut [f32]>, seed: u64) -> Result<Buffer, Error> {
        let mut x = Buffer::scratch(hidden.len() / self.hidden() * self.visible());
        self.visible_into(hidden, &mut x, sample, seed);
        Ok(x)
    }

    fn free_energy(&self, visible: &[f32]) -> Result<f64, Error> {
        let mut x = self.up(visible);
        add_to_rows(&mut x, &self.hidden_bias);
        x.par_chunks_mut(PIECE).for_each(|x| apply(x, 1, Activation::Softplus));
        let hidden: f64 = x.iter().map(|x| f64::from(*x)).sum();
        let units = visible.chunks_exact(self.visible()).flat_map(|row| row.iter().zip(&self.visible_bias));
        let own: f64 = match self.kind {
            Visible::Binary => units.map(|(v, b)| -f64::from(*v) * f64::from(*b)).sum(),
            Visible::Gaussian => units.map(|(v, b)| 0.5 * f64::from(v - b).powi(2)).sum(),
        };
        Ok((own - hidden) / (visible.len() / self.visible()).max(1) as f64)
    }

    fn pseudo_likelihood(&self, visible: &[f32], seed: u64) -> Result<f64, Error> {
        let (v, h) = (self.visible(), self.hidden());
        let rows = visible.len() / v;
        let x = self.up(visible);
        let mut places = vec![0.0; rows];
        uniforms(&mut places, seed);
        let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
        let one = |row: usize| {
            let unit = ((places[row] * v as f32) as usize).min(v - 1);
            // The change of the unit from v to 1 - v.
            let flip = 1.0 - 2.0 * f64::from(visible[row * v + unit]);
            let weights = &self.kernel[unit * h..][..h];
            let mut rise = -flip * f64::from(self.visible_bias[unit]);
            for ((x, c), w) in x[row * h..][..h].iter().zip(&self.hidden_bias).zip(weights) {
                let before = f64::from(*x) + f64::from(*c);
                rise -= softplus(before + flip * f64::from(*w)) - softplus(before);
            }
            -(v as f64) * softplus(-rise)
        };
        // Collected in order, so that the sum does not depend on the threads.
        let each: Vec<f64> = (0..rows).into_par_iter().map(one).collect();
        Ok(each.iter().sum::<f64>() / rows.max(1) as f64)
    }

    fn weights(&self) -> Result<[Vec<f32>; 2], Error> {
        Ok([self.kernel.clone(), self.hidden_bias.clone()])
    }

    fn state(&self) -> Result<Vec<(&'static str, Vec<f32>)>, Error> {
        let [kernel, visible, hidden] = &self.velocity;
        let all = [
            ("kernel", &self.kernel),
            ("visible_bias", &self.visible_bias),
            ("hidden_bias", &self.hidden_bias),
            ("kernel/velocity", kernel),
            ("visible_bias/velocity", visible),
            ("hidden_bias/velocity", hidden),
            ("chains", &self.chains),
        ];
        Ok(all.map(|(name, numbers)| (name, numbers.clone())).into())
    }

    fn restore<E: From<Error>>(
        &mut self,
        saved: &mut dyn FnMut(&str) -> Option<Vec<f32>>,
        wrong: &dyn Fn(&str) -> E,
    ) -> Result<(), E> {
        let [kernel, visible, hidden] = &mut self.velocity;
        for (name, numbers) in [
            ("kernel", &mut self.kernel),
            ("visible_bias", &mut self.visible_bias),
            ("hidden_bias", &mut self.hidden_bias),
            ("kernel/velocity", kernel),
            ("visible_bias/velocity", visible),
            ("hidden_bias/velocity", hidden),
        ] {
            let of_right_size = |saved: &Vec<f32>| saved.len() == numbers.len();
            *numbers = saved(name).filter(of_right_size).ok_or_else(|| wrong(name))?;
        }
        // Once persistent learning has begun, there is one chain for each row of a batch.
        self.chains = saved("chains").ok_or_else(|| wrong("chains"))?;
        Ok(())
    }
}
