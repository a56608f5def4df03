//! Branches: several chains of layers over the same input, merged into one output.

use super::Layer;
use super::view::LayerView;
use crate::nn::device::Error;
use crate::nn::graph::{Carried, Param, Pass, Var};
use crate::nn::ops::Backend;
use crate::preset::layers::Merge;
use crate::preset::layers::composite::branch_name;

/// Gives its input to every branch, and merges what they give.
pub struct Branches<D: Backend> {
    merge: Merge,
    branches: Vec<Branch<D>>,
}

/// One of the branches.
struct Branch<D: Backend> {
    name: String,
    layers: Box<dyn Layer<D>>,
    /// Length of its output's last axis.
    width: usize,
}

impl<D: Backend> Branches<D> {
    /// These branches, each with the length of its output's last axis; their outputs must have shapes that can be merged so.
    pub fn new(merge: Merge, branches: Vec<(Box<dyn Layer<D>>, usize)>) -> Self {
        let branch = |(place, (layers, width))| Branch { name: branch_name(place), layers, width };
        Branches { merge, branches: branches.into_iter().enumerate().map(branch).collect() }
    }

    fn merged(&self, pass: &mut Pass<D>, outputs: &[Var<D>]) -> Result<Var<D>, Error> {
        let Some((first, rest)) = outputs.split_first() else {
            return Err(Error::Weights("there are no branches to be merged".into()));
        };
        match (self.merge, rest) {
            (Merge::Add, _) => rest.iter().try_fold(first.clone(), |sum, next| D::add(pass, &sum, next)),
            (Merge::Multiply, _) => {
                rest.iter().try_fold(first.clone(), |y, next| D::multiply(pass, &y, next))
            }
            (Merge::Average, _) => {
                let sum = rest.iter().try_fold(first.clone(), |sum, next| D::add(pass, &sum, next))?;
                D::scale(pass, &sum, 1.0 / outputs.len() as f32)
            }
            (Merge::Concatenate, _) => {
                let widths = self.branches.iter().map(|branch| branch.width);
                let parts: Vec<(&Var<D>, usize)> = outputs.iter().zip(widths).collect();
                D::concatenate(pass, &parts)
            }
            (Merge::Dot, [second]) => D::dot(pass, first, second, first.columns),
            (Merge::Dot, _) => Err(Error::Weights("a dot product takes two branches".into())),
        }
    }
}

impl<D: Backend> Branch<D> {
    /// What the paths of its parameters begin with, in a layer at `path`.
    fn path(&self, path: &str) -> String {
        format!("{path}{}/", self.name)
    }
}

impl<D: Backend> Layer<D> for Branches<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        let branches = self.branches.iter_mut();
        let outputs: Vec<Var<D>> =
            branches.map(|branch| branch.layers.forward(pass, input.clone())).collect::<Result<_, _>>()?;
        self.merged(pass, &outputs)
    }

    fn forward_viewed(
        &mut self,
        pass: &mut Pass<D>,
        input: Var<D>,
        path: &str,
        views: &mut Vec<LayerView>,
    ) -> Result<Var<D>, Error> {
        let mut outputs = Vec::with_capacity(self.branches.len());
        for Branch { name, layers, .. } in &mut self.branches {
            outputs.push(layers.forward_viewed(pass, input.clone(), &format!("{path}{name}/"), views)?);
        }
        self.merged(pass, &outputs)
    }

    fn visit<'a>(&'a self, path: &str, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        self.branches.iter().for_each(|branch| branch.layers.visit(&branch.path(path), visit));
    }

    fn visit_mut<'a>(&'a mut self, path: &str, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        let branches = self.branches.iter_mut();
        branches.for_each(|branch| branch.layers.visit_mut(&branch.path(path), visit));
    }

    fn visit_carried(&self, path: &str, visit: &mut dyn FnMut(String, &[f32])) -> Result<(), Error> {
        let mut branches = self.branches.iter();
        branches.try_for_each(|branch| branch.layers.visit_carried(&branch.path(path), visit))
    }

    fn restore_carried(
        &mut self,
        device: &D,
        path: &str,
        saved: &mut dyn FnMut(&str) -> Option<Vec<f32>>,
    ) -> Result<(), Error> {
        let mut branches = self.branches.iter_mut();
        branches.try_for_each(|branch| branch.layers.restore_carried(device, &branch.path(path), saved))
    }

    fn reset_state(&mut self, of: Carried) {
        self.branches.iter_mut().for_each(|branch| branch.layers.reset_state(of));
    }

    fn set_dropout(&mut self, rates: &mut dyn Iterator<Item = f32>) {
        self.branches.iter_mut().for_each(|branch| branch.layers.set_dropout(rates));
    }

    fn truncate(&mut self, steps: usize) {
        self.branches.iter_mut().for_each(|branch| branch.layers.truncate(steps));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use dfdx::tensor::Cpu;
    use proptest::prelude::*;

    use super::*;
    use crate::nn::differences::{Case, numbers};
    use crate::nn::model::Model;
    use crate::preset::steering::dropout_rates;
    use crate::preset::{self, Loss};

    fn model(layers: &str, input: &[usize]) -> Model<Cpu> {
        let layers: Vec<preset::Layer> = ron::from_str(layers).unwrap();
        Model::build(&Cpu::default(), &layers, input, Loss::MeanSquaredError, 3).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn gradients_of_merged_branches_equal_central_differences(
            rows in 1..4_usize, steps in 1..4_usize, width in 2..7_usize, seed in 0..100_u64,
        ) {
            let dense = |activation: &str| format!("Dense(units: {width}, activation: {activation})");
            let [one, other] = [dense("tanh"), dense("sigmoid")];
            for merge in ["add", "concatenate", "multiply", "average"] {
                let branches = format!("[[{one}, Dense(units: {width})], [{other}], []]");
                let layers = format!("[Branches(merge: {merge}, branches: {branches}), Dense(units: 2)]");
                Case::new(&layers, &[steps, width], rows, seed).check()?;
            }
            let layers = format!("[Branches(merge: dot, branches: [[{one}], [{other}]]), Dense(units: 2)]");
            Case::new(&layers, &[width], rows, seed).check()?;
        }
    }

    #[test]
    fn every_branch_shows_its_layers_and_has_weights_of_its_own() {
        let layers = "[Branches(merge: concatenate, branches: [[Dense(units: 2), Dense(units: 3)], [], [Dense(units: 2)]])]";
        let mut model = model(layers, &[4]);
        let mut weights = Vec::new();
        model.visit(&mut |path, param| weights.push((path, param.to_vec().unwrap())));
        let names: Vec<&str> = weights.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(
            names,
            [
                "branches/branch_0/dense/kernel",
                "branches/branch_0/dense/bias",
                "branches/branch_0/dense_1/kernel",
                "branches/branch_0/dense_1/bias",
                "branches/branch_2/dense/kernel",
                "branches/branch_2/dense/bias",
            ]
        );
        assert_ne!(weights[0].1, weights[4].1, "two branches of the same layers start alike");
        let input = numbers(8, 1);
        let views = model.activations(input.clone().into(), 2).unwrap();
        let seen: Vec<(&str, usize)> =
            views.iter().map(|view| (view.layer.as_str(), view.shape[0])).collect();
        let expected = [("branch_0/dense", 2), ("branch_0/dense_1", 3), ("branch_2/dense", 2)];
        let expected: Vec<(String, usize)> =
            expected.iter().map(|(name, width)| (format!("branches/{name}"), *width)).collect();
        let inner: Vec<(String, usize)> =
            seen[..3].iter().map(|(name, width)| ((*name).into(), *width)).collect();
        assert_eq!(inner, expected);
        assert_eq!(seen[3..], [("branches", 9)]);
        // The second branch is the input itself.
        let whole: Vec<&[f32]> = views[3].values.chunks(9).collect();
        assert_eq!([whole[0][3..7].to_vec(), whole[1][3..7].to_vec()].concat(), input);
        assert_eq!(whole[1][..3], views[1].values[3..]);
    }

    #[test]
    fn states_and_dropout_rates_reach_into_branches() {
        let layers = "[Branches(merge: add, branches: [[LSTM(units: 2, stateful: true), Dropout(rate: 0.25)],
            [Flatten, Dropout(rate: 0.5), Dense(units: 2)]])]";
        let read: Vec<preset::Layer> = ron::from_str(layers).unwrap();
        assert_eq!(dropout_rates(&read), [0.25, 0.5]);
        let input = numbers(12, 4);
        let run = |model: &mut Model<Cpu>, seed: u64| {
            let device = Cpu::default();
            let input = Var::new(&device, input.clone().into(), 2, 6, false).unwrap();
            model.forward(&mut Pass::training(&device, seed), input).unwrap().to_vec().unwrap()
        };
        let (mut first, mut second) = (model(layers, &[3, 2]), model(layers, &[3, 2]));
        for model in [&mut first, &mut second] {
            model.set_dropout(&[0.0, 0.0]);
        }
        let fresh = run(&mut first, 1);
        assert_eq!(run(&mut second, 9), fresh, "no dropout is left");
        second.reset_state();
        let mut saved = BTreeMap::new();
        first.visit_carried(&mut |path, numbers| drop(saved.insert(path, numbers.to_vec()))).unwrap();
        assert!(saved.keys().all(|path| path.starts_with("branches/branch_0/lstm/")) && !saved.is_empty());
        second.restore_carried(&mut |path| saved.get(path).cloned()).unwrap();
        let after = run(&mut second, 1);
        assert_ne!(after, fresh);
        assert_eq!(after, run(&mut first, 1));
    }
}
