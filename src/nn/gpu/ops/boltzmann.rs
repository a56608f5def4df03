//! The restricted Boltzmann machine on the card. Chains and updates run there; what is asked of a machine now and then,
//! its energy and its likelihood, is computed by a copy on the host.

use std::rc::Rc;

use super::scaled_rows;
use crate::nn::boltzmann::{BoltzmannOp, Learning, Machine, Rbm, factors};
use crate::nn::buffer::Buffer;
use crate::nn::device::Error;
use crate::nn::gpu::array::Array;
use crate::nn::gpu::card::Card;
use crate::nn::gpu::device::Gpu;
use crate::nn::gpu::grid::Grid;
use crate::nn::gpu::launch::{
    ContrastBias, ContrastWeights, GaussianUnits, LogisticUnits, Place, SquaredDifferences, Step, at,
};
use crate::nn::gpu::product::{Finish, Matrix, product};
use crate::nn::init::Stream;
use crate::nn::interrupt::Interrupt;
use crate::preset::Visible;

/// Blocks that sum squared differences.
const BLOCKS: usize = 64;
/// The host waits for the card every so many steps of a chain, so that an interruption need not wait for thousands of
/// steps that are already issued.
const STEPS_AHEAD: u64 = 64;

/// A restricted Boltzmann machine.
pub struct GpuRbm {
    gpu: Gpu,
    kind: Visible,
    /// Kernel `[visible, hidden]`, bias of the visible and of the hidden units; and their last changes.
    weights: [Array; 3],
    velocity: [Array; 3],
    /// Hidden samples of the persistent chains, one for each row of a batch; no numbers before the first step.
    chains: Array,
}

/// A draw of a sample.
#[derive(Clone, Copy)]
struct Draw<'a> {
    sample: &'a Array,
    /// The step's seed.
    step: &'a Array<Step>,
    /// Which seed derived from that is used; `None`: the step's own.
    number: Option<u64>,
}

impl<'a> Draw<'a> {
    /// The `number`-th draw of a step.
    fn of(sample: &'a Array, step: &'a Array<Step>, number: u64) -> Option<Self> {
        Some(Draw { sample, step, number: Some(number) })
    }
}

/// A draw as the kernels take it; without one there is no place for a sample.
fn arguments(draw: Option<Draw<'_>>) -> (Place<'_, f32>, Place<'_, Step>, u64, usize) {
    match draw {
        None => (at(None), at(None), 0, 0),
        Some(Draw { sample, step, number }) => {
            (at(sample), at(step), number.unwrap_or_default(), usize::from(number.is_some()))
        }
    }
}

/// What a machine saw and dreamt, and the hidden probabilities of both; rows of units.
struct Phases {
    dreamt: Array,
    positive: Array,
    negative: Array,
    /// Where persistent chains stand afterwards.
    chains: Option<Array>,
    /// The mean squared difference between the data and its reconstruction.
    error: f64,
}

impl BoltzmannOp for Gpu {
    type Machine = GpuRbm;

    fn machine(&self, kind: Visible, visible: usize, hidden: usize, stream: Stream) -> Result<GpuRbm, Error> {
        let card = self.card();
        let [kernel, _] = Rbm::new(kind, visible, hidden, stream).weights()?;
        let zeros = |count| Array::zeros(card, count);
        Ok(GpuRbm {
            gpu: self.clone(),
            kind,
            weights: [Array::from_host(card, &kernel)?, zeros(visible)?, zeros(hidden)?],
            velocity: [zeros(visible * hidden)?, zeros(visible)?, zeros(hidden)?],
            chains: Array::scratch(card, 0)?,
        })
    }
}

impl GpuRbm {
    fn card(&self) -> &Rc<Card> {
        self.gpu.card()
    }

    fn rows(&self, visible: &Array) -> usize {
        visible.len() / self.visible()
    }

    /// Probabilities of the hidden units for rows of visible ones, and a sample of them where one is drawn.
    fn up(&self, visible: &Array, draw: Option<Draw>) -> Result<Array, Error> {
        let (v, h) = (self.visible(), self.hidden());
        let (a, b) = (Matrix::rows(visible), Matrix::rows(&self.weights[0]));
        let x = product(self.card(), [self.rows(visible), h, v], a, b, Finish::default())?;
        self.logistic(&x, draw, 2)?;
        Ok(x)
    }

    /// Means of the visible units for rows of hidden ones, and a sample of them where one is drawn.
    fn down(&self, hidden: &Array, draw: Option<Draw>) -> Result<Array, Error> {
        let (v, h) = (self.visible(), self.hidden());
        let (a, b) = (Matrix::rows(hidden), Matrix::transposed(&self.weights[0]));
        let x = product(self.card(), [hidden.len() / h, v, h], a, b, Finish::default())?;
        match self.kind {
            Visible::Binary => self.logistic(&x, draw, 1)?,
            Visible::Gaussian => {
                let (sample, step, number, is_derived) = arguments(draw);
                let (count, bias) = (x.len(), at(&self.weights[1]));
                GaussianUnits { x: at(&x), sample, bias, step, count, width: v, draw: number, is_derived }
                    .launch(self.card(), Grid::over(count)?)?;
            }
        }
        Ok(x)
    }

    fn logistic(&self, x: &Array, draw: Option<Draw>, bias: usize) -> Result<(), Error> {
        let (sample, step, number, is_derived) = arguments(draw);
        let (count, bias, width) = (x.len(), at(&self.weights[bias]), self.weights[bias].len());
        LogisticUnits { x: at(x), sample, bias, step, count, width, draw: number, is_derived }
            .launch(self.card(), Grid::over(count)?)
    }

    fn mean_square(&self, a: &Array, b: &Array) -> Result<f64, Error> {
        let parts = Array::scratch(self.card(), BLOCKS)?;
        SquaredDifferences { parts: at(&parts), a: at(a), b: at(b), count: a.len() }
            .launch(self.card(), Grid::of([BLOCKS, 1, 1], 256)?)?;
        let sum: f64 = parts.to_host()?.into_iter().map(f64::from).sum();
        Ok(sum / a.len().max(1) as f64)
    }

    /// Between two steps of a chain.
    fn pause(&self, step: u64, interrupt: &Interrupt) -> Result<(), Error> {
        if step.is_multiple_of(STEPS_AHEAD) {
            self.card().wait()?;
        }
        interrupt.check()
    }

    /// Runs chains that start at the data. They use the means of the visible units, which are less noisy than samples.
    fn dream(
        &self,
        data: &Array,
        learning: &Learning,
        seed: u64,
        interrupt: &Interrupt,
    ) -> Result<Phases, Error> {
        let step = self.gpu.step(seed)?;
        let fired = Array::scratch(self.card(), self.rows(data) * self.hidden())?;
        let positive = self.up(data, Draw::of(&fired, &step, 0))?;
        let mut dreamt = self.down(&fired, None)?;
        let error = self.mean_square(data, &dreamt)?;
        for k in 1..u64::from(learning.gibbs_steps) {
            self.pause(k, interrupt)?;
            self.up(&dreamt, Draw::of(&fired, &step, 2 * k + 1))?;
            dreamt = self.down(&fired, None)?;
        }
        let is_first = learning.persistent && self.chains.is_empty();
        let negative = self.up(&dreamt, Draw::of(&fired, &step, 1).filter(|_| is_first))?;
        Ok(Phases { dreamt, positive, negative, chains: is_first.then_some(fired), error })
    }

    /// Continues persistent chains, which use samples of the visible units. Otherwise like [`dream`](GpuRbm::dream).
    fn dream_on(
        &self,
        data: &Array,
        learning: &Learning,
        seed: u64,
        interrupt: &Interrupt,
    ) -> Result<Phases, Error> {
        let step = self.gpu.step(seed)?;
        let scratch = |count| Array::scratch(self.card(), count);
        let hidden = self.rows(data) * self.hidden();
        let (dreamt, fired, chains) = (scratch(data.len())?, scratch(hidden)?, scratch(hidden)?);
        self.down(&self.chains, Draw::of(&dreamt, &step, 2))?;
        for k in 1..u64::from(learning.gibbs_steps) {
            self.pause(k, interrupt)?;
            self.up(&dreamt, Draw::of(&fired, &step, 2 * k + 1))?;
            self.down(&fired, Draw::of(&dreamt, &step, 2 * k + 2))?;
        }
        let positive = self.up(data, Draw::of(&fired, &step, 0))?;
        let negative = self.up(&dreamt, Draw::of(&chains, &step, 1))?;
        let error = self.mean_square(data, &self.down(&fired, None)?)?;
        Ok(Phases { dreamt, positive, negative, chains: Some(chains), error })
    }

    /// Updates weights and biases by the statistics of the data minus those of what was dreamt.
    /// Where rows have weights, `weighed` are the visible units of both times these, and the hidden ones are so already.
    fn learn(
        &self,
        data: &Array,
        phases: &Phases,
        weighed: [&Array; 2],
        learning: &Learning,
    ) -> Result<(), Error> {
        let (v, h, rows) = (self.visible(), self.hidden(), self.rows(data));
        let Phases { dreamt, positive, negative, .. } = phases;
        let Learning { rate, momentum, weight_decay, .. } = *learning;
        let scale = rate / rows as f32;
        for (place, width, data, dreamt) in [(1, v, weighed[0], weighed[1]), (2, h, positive, negative)] {
            ContrastBias {
                bias: at(&self.weights[place]),
                velocity: at(&self.velocity[place]),
                data: at(data),
                dreamt: at(dreamt),
                rows,
                width,
                scale,
                momentum,
            }
            .launch(self.card(), Grid::of([width.div_ceil(32), 1, 1], 256)?)?;
        }
        let statistics = |visible, hidden| {
            product(
                self.card(),
                [v, h, rows],
                Matrix::transposed(visible),
                Matrix::rows(hidden),
                Finish::default(),
            )
        };
        let (of_data, of_dreamt) = (statistics(data, positive)?, statistics(dreamt, negative)?);
        ContrastWeights {
            weights: at(&self.weights[0]),
            velocity: at(&self.velocity[0]),
            data: at(&of_data),
            dreamt: at(&of_dreamt),
            count: v * h,
            scale,
            momentum,
            decay: rate * weight_decay,
        }
        .launch(self.card(), Grid::over(v * h)?)
    }

    /// A copy on the host.
    fn on_host(&self) -> Result<Rbm, Error> {
        let mut machine = Rbm::new(self.kind, self.visible(), self.hidden(), Stream { seed: 0, layer: 0 });
        let mut state: Vec<_> = self.state()?;
        let mut saved = |name: &str| {
            let place = state.iter().position(|(own, _)| *own == name)?;
            Some(state.swap_remove(place).1)
        };
        machine.restore(&mut saved, &|name| Error::Weights(format!("a machine without {name}")))?;
        Ok(machine)
    }
}

impl Machine for GpuRbm {
    fn kind(&self) -> Visible {
        self.kind
    }

    fn visible(&self) -> usize {
        self.weights[1].len()
    }

    fn hidden(&self) -> usize {
        self.weights[2].len()
    }

    fn step(
        &mut self,
        data: &[f32],
        weights: &[f32],
        learning: &Learning,
        seed: u64,
        interrupt: &Interrupt,
    ) -> Result<f64, Error> {
        let data = Array::from_host(self.card(), data)?;
        let is_under_way = learning.persistent && self.chains.len() == self.rows(&data) * self.hidden();
        let mut phases = match is_under_way {
            true => self.dream_on(&data, learning, seed, interrupt)?,
            false => self.dream(&data, learning, seed, interrupt)?,
        };
        if weights.is_empty() {
            self.learn(&data, &phases, [&data, &phases.dreamt], learning)?;
        } else {
            let [of_data, of_chains] = factors(weights, is_under_way);
            let of_data = Array::from_host(self.card(), &of_data)?;
            let of_chains = Array::from_host(self.card(), &of_chains)?;
            phases.positive = scaled_rows(&phases.positive, &of_data)?;
            phases.negative = scaled_rows(&phases.negative, &of_chains)?;
            let weighed = [scaled_rows(&data, &of_data)?, scaled_rows(&phases.dreamt, &of_chains)?];
            self.learn(&data, &phases, weighed.each_ref(), learning)?;
        }
        if let Some(chains) = phases.chains {
            self.chains = chains;
        }
        Ok(phases.error)
    }

    fn hidden_given(&self, visible: &[f32], sample: Option<&mut [f32]>, seed: u64) -> Result<Buffer, Error> {
        let visible = Array::from_host(self.card(), visible)?;
        let fired = Array::scratch(self.card(), sample.as_ref().map_or(0, |sample| sample.len()))?;
        let step = self.gpu.step(seed)?;
        let x = self
            .up(&visible, sample.is_some().then_some(Draw { sample: &fired, step: &step, number: None }))?;
        if let Some(sample) = sample {
            sample.copy_from_slice(&fired.to_host()?);
        }
        Ok(x.to_host()?.into())
    }

    fn visible_given(&self, hidden: &[f32], sample: Option<&mut [f32]>, seed: u64) -> Result<Buffer, Error> {
        let hidden = Array::from_host(self.card(), hidden)?;
        let drawn = Array::scratch(self.card(), sample.as_ref().map_or(0, |sample| sample.len()))?;
        let step = self.gpu.step(seed)?;
        let x = self
            .down(&hidden, sample.is_some().then_some(Draw { sample: &drawn, step: &step, number: None }))?;
        if let Some(sample) = sample {
            sample.copy_from_slice(&drawn.to_host()?);
        }
        Ok(x.to_host()?.into())
    }

    fn free_energy(&self, visible: &[f32]) -> Result<f64, Error> {
        self.on_host()?.free_energy(visible)
    }

    fn pseudo_likelihood(&self, visible: &[f32], seed: u64) -> Result<f64, Error> {
        self.on_host()?.pseudo_likelihood(visible, seed)
    }

    fn weights(&self) -> Result<[Vec<f32>; 2], Error> {
        Ok([self.weights[0].to_host()?, self.weights[2].to_host()?])
    }

    fn state(&self) -> Result<Vec<(&'static str, Vec<f32>)>, Error> {
        let names = [
            ("kernel", &self.weights[0]),
            ("visible_bias", &self.weights[1]),
            ("hidden_bias", &self.weights[2]),
            ("kernel/velocity", &self.velocity[0]),
            ("visible_bias/velocity", &self.velocity[1]),
            ("hidden_bias/velocity", &self.velocity[2]),
            ("chains", &self.chains),
        ];
        names.into_iter().map(|(name, numbers)| Ok((name, numbers.to_host()?))).collect()
    }

    fn restore<E: From<Error>>(
        &mut self,
        saved: &mut dyn FnMut(&str) -> Option<Vec<f32>>,
        wrong: &dyn Fn(&str) -> E,
    ) -> Result<(), E> {
        let GpuRbm { gpu, weights: [w, b, c], velocity: [vw, vb, vc], chains, .. } = self;
        for (name, own) in [
            ("kernel", w),
            ("visible_bias", b),
            ("hidden_bias", c),
            ("kernel/velocity", vw),
            ("visible_bias/velocity", vb),
            ("hidden_bias/velocity", vc),
        ] {
            let of_right_size = |saved: &Vec<f32>| saved.len() == own.len();
            let numbers = saved(name).filter(of_right_size).ok_or_else(|| wrong(name))?;
            *own = Array::from_host(gpu.card(), &numbers)?;
        }
        // Once persistent learning has begun, there is one chain for each row of a batch.
        *chains = Array::from_host(gpu.card(), &saved("chains").ok_or_else(|| wrong("chains"))?)?;
        Ok(())
    }
}
