//! What learns: updates of a network by an optimizer, and a Boltzmann machine.

use super::{Case, numbers};
use crate::data::Targets;
use crate::nn::Interrupt;
use crate::nn::boltzmann::{Learning, Machine};
use crate::nn::device::Error;
use crate::nn::graph::{Pass, Var};
use crate::nn::init::Stream;
use crate::nn::kernel::random::uniforms;
use crate::nn::model::Model;
use crate::nn::ops::Backend;
use crate::nn::optim::{self, Optimizer};
use crate::preset::{self, Activation, Clip, Layer, Loss, LossOptions, Regularizer, Visible};

/// Some updates of a small network with penalties.
#[derive(Clone, Debug)]
pub struct Updates {
    /// The optimizer.
    pub optimizer: preset::Optimizer,
    /// Limits on its gradients.
    pub clip: Clip,
}

impl Case for Updates {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let penalized = preset::layers::Dense {
            kernel_regularizer: Regularizer { l1: 0.01, l2: 0.02 },
            ..preset::layers::Dense::new(40, Activation::Tanh)
        };
        let last = preset::layers::Dense::new(3, Activation::Linear);
        let layers: [Layer; 2] = [penalized.into(), last.into()];
        let loss = Loss::MeanSquaredError;
        let mut model = Model::build(device, &layers, &[50], loss, 1)?;
        let mut optimizer = Optimizer::new(&self.optimizer, &self.clip);
        let targets = Targets::Values(numbers(8 * 3, 5));
        let mut all = Vec::new();
        for step in 0..5 {
            let mut pass = Pass::training(device, step);
            let input = Var::new(device, numbers(8 * 50, step).into(), 8, 50, false)?;
            let output = model.forward(&mut pass, input)?;
            let options = LossOptions::default();
            let loss = D::loss(&mut pass, &output, 3, &targets, &[], loss, &options, model.form())?;
            all.push(vec![loss.value.read()? as f32, optim::penalty(&model)?.read()? as f32]);
            let mut gradients = pass.backward(loss)?;
            optimizer.step(&mut model, &mut gradients, self.optimizer.learning_rate())?;
        }
        let mut weights = Ok(());
        model.visit(&mut |_, param| match param.to_vec() {
            Ok(numbers) => all.push(numbers),
            Err(error) => weights = Err(error),
        });
        weights?;
        all.extend(optimizer.memory()?.moments.into_iter().map(|(_, numbers)| numbers));
        Ok(all)
    }
}

/// Some steps of a Boltzmann machine, what it says after them, and whether another one that continues from its state makes the
/// same next step.
#[derive(Clone, Copy, Debug)]
pub struct Boltzmann {
    /// Its visible units.
    pub kind: Visible,
    /// How it learns.
    pub learning: Learning,
    /// A weight for each of 13 samples, or none.
    pub weights: &'static [f32],
}

impl Boltzmann {
    /// How it learns where nothing is said.
    pub const LEARNING: Learning =
        Learning { rate: 0.1, momentum: 0.5, weight_decay: 0.01, gibbs_steps: 1, persistent: false };
}

impl Case for Boltzmann {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let mut machine = device.machine(self.kind, 20, 37, Stream { seed: 5, layer: 0 })?;
        let mut data = vec![0.0; 20 * 13];
        uniforms(&mut data, 3);
        let mut errors = Vec::new();
        for step in 0..4 {
            errors
                .push(machine.step(&data, self.weights, &self.learning, step, &Interrupt::default())? as f32);
        }
        let (mut fired, mut drawn) = (vec![0.0; 37 * 13], vec![0.0; 20 * 13]);
        let hidden = machine.hidden_given(&data, Some(&mut fired), 8)?;
        let visible = machine.visible_given(&hidden, Some(&mut drawn), 9)?;
        let asked = vec![
            machine.free_energy(&data)? as f32,
            machine.pseudo_likelihood(&fired[..20 * 13], 10)? as f32,
        ];
        let mut lists = vec![errors, fired, drawn, hidden.to_vec(), visible.to_vec(), asked];
        lists.extend(machine.state()?.into_iter().map(|(_, numbers)| numbers));
        let mut other = device.machine(self.kind, 20, 37, Stream { seed: 6, layer: 0 })?;
        let mut state = machine.state()?;
        let mut saved = |name: &str| {
            let place = state.iter().position(|(own, _)| *own == name)?;
            Some(state.swap_remove(place).1)
        };
        other.restore(&mut saved, &|name| Error::Weights(name.to_owned()))?;
        for machine in [&mut machine, &mut other] {
            machine.step(&data, self.weights, &self.learning, 11, &Interrupt::default())?;
        }
        let goes_on = machine.weights()? == other.weights()?;
        lists.push(vec![f32::from(u8::from(goes_on))]);
        Ok(lists)
    }
}
