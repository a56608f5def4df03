//! Every optimizer, with penalties and clipping, against the CPU's.

use trainyard::data::Targets;
use trainyard::nn::graph::{Pass, Var};
use trainyard::nn::model::Model;
use trainyard::nn::ops::Backend;
use trainyard::nn::optim::{self, Optimizer};
use trainyard::preset::{self, Clip, Layer, Loss, LossOptions};

use super::ops::{Case, compare, numbers};

/// Some updates of a small network.
struct Updates {
    optimizer: preset::Optimizer,
    clip: Clip,
}

impl Case for Updates {
    fn run<D: Backend>(&self, device: &D) -> Vec<Vec<f32>> {
        let layers =
            "[Dense(units: 40, activation: tanh, kernel_regularizer: (l1: 0.01, l2: 0.02)), Dense(units: 3)]";
        let layers: Vec<Layer> = ron::from_str(layers).unwrap();
        let loss = Loss::MeanSquaredError;
        let mut model = Model::build(device, &layers, &[50], loss, 1).unwrap();
        let mut optimizer = Optimizer::new(&self.optimizer, &self.clip);
        let targets = Targets::Values(numbers(8 * 3, 5));
        let mut all = Vec::new();
        for step in 0..5 {
            let mut pass = Pass::training(device, step);
            let input = Var::new(device, numbers(8 * 50, step).into(), 8, 50, false).unwrap();
            let output = model.forward(&mut pass, input).unwrap();
            let options = LossOptions::default();
            let loss = D::loss(&mut pass, &output, 3, &targets, &[], loss, &options, model.form()).unwrap();
            all.push(vec![
                loss.value.read().unwrap() as f32,
                optim::penalty(&model).unwrap().read().unwrap() as f32,
            ]);
            let mut gradients = pass.backward(loss).unwrap();
            optimizer.step(&mut model, &mut gradients, self.optimizer.learning_rate()).unwrap();
        }
        model.visit(&mut |_, param| all.push(param.to_vec().unwrap()));
        all.extend(optimizer.memory().unwrap().moments.into_iter().map(|(_, numbers)| numbers));
        all
    }
}

#[test]
fn every_optimizer_equals_the_cpu() {
    let optimizers = [
        "SGD()",
        "SGD(momentum: 0.9)",
        "SGD(momentum: 0.9, nesterov: true)",
        "Adam()",
        "AdamW()",
        "RMSprop()",
        "RMSprop(momentum: 0.5, centered: true)",
        "Adagrad()",
        "Lion(weight_decay: 0.1)",
    ];
    for text in optimizers {
        for clip in ["()", "(value: Some(0.01))", "(norm: Some(0.1))", "(value: Some(0.05), norm: Some(0.2))"]
        {
            let clip: Clip = ron::from_str(clip).unwrap();
            let optimizer = ron::from_str(text).unwrap();
            compare(&Updates { optimizer, clip }, 2e-4).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
    }
}
