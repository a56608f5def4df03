//! What a network's verdict depends on: the gradient of a class's score with respect to the input (Simonyan et al.
//! 2014).

use super::buffer::Buffer;
use super::device::Error;
use super::graph::{Pass, Scalar, Var};
use super::model::Model;
use super::ops::Backend;

impl<D: Backend> Model<D> {
    /// How much each input number moves the score of `class`, `[rows, input]`, with layers in evaluation mode.
    ///
    /// The score is the output of [`forward`](Model::forward), which for a classifier is the logit: a probability's
    /// gradient would vanish where the network is certain. Where the output is a sequence, its steps' scores are
    /// summed.
    ///
    /// # Errors
    /// When there is no such class, the inputs are not `rows` inputs of this model, or no gradient reaches the input
    /// because it consists of token numbers.
    pub fn gradient_of_input(
        &mut self,
        inputs: Buffer,
        rows: usize,
        class: usize,
    ) -> Result<Vec<f32>, Error> {
        let (len, width) = (self.input_len(), self.output_width());
        if class >= width {
            return Err(Error::Weights(format!("class {class} of {width}, counted from 0")));
        }
        if inputs.len() != rows * len {
            return Err(Error::Weights(format!("{} numbers are not {rows} inputs of {len}", inputs.len())));
        }
        let device = self.device().clone();
        let mut pass = Pass::probing(&device);
        let input = Var::new(&device, inputs, rows, len, true)?;
        let output = self.forward(&mut pass, input.clone())?;
        let scores = output.host()?;
        let mut upstream = Buffer::zeroed(scores.len());
        upstream.iter_mut().skip(class).step_by(width).for_each(|slope| *slope = 1.0);
        D::set_gradient(&mut pass, &output, upstream)?;
        let value = scores.iter().skip(class).step_by(width).sum();
        let mut gradients = pass.backward(Scalar::new(&device, value)?)?;
        let missing = || Error::Weights("no gradient reaches the input of this network".into());
        D::gradient(&mut gradients, &input)?.ok_or_else(missing)
    }
}

#[cfg(test)]
mod tests {
    use dfdx::tensor::Cpu;

    use super::*;
    use crate::nn::ops::differences::numbers;
    use crate::preset::{Layer, Loss};

    fn build(layers: &str, input: &[usize]) -> Model<Cpu> {
        let layers: Vec<Layer> = ron::from_str(layers).unwrap();
        Model::build(&Cpu::default(), &layers, input, Loss::CategoricalCrossentropy, 3).unwrap()
    }

    /// The logit of a class, summed over the batch.
    fn score(model: &mut Model<Cpu>, inputs: &[f32], rows: usize, class: usize) -> f64 {
        let device = Cpu::default();
        let input = Var::new(&device, inputs.to_vec().into(), rows, inputs.len() / rows, false).unwrap();
        let output = model.forward(&mut Pass::inference(&device), input).unwrap();
        output.values.iter().skip(class).step_by(5).map(|&x| f64::from(x)).sum()
    }

    #[test]
    fn the_gradient_of_a_class_equals_differences_of_its_logit() {
        // The network is smooth everywhere, so that differences of single-precision scores can use a wide step.
        let mut model = build(
            "[Conv2D(filters: 4, kernel_size: 3, activation: tanh), BatchNormalization(), Dropout(rate: 0.5),
              AveragePooling2D(), Flatten, Dense(units: 5, activation: softmax)]",
            &[6, 7, 2],
        );
        let (rows, class) = (2, 3);
        let mut inputs = numbers(rows * 84, 1);
        let gradient = model.gradient_of_input(inputs.clone().into(), rows, class).unwrap();
        assert_eq!(gradient.len(), inputs.len());
        let largest = gradient.iter().fold(0.0_f32, |largest, g| largest.max(g.abs()));
        assert!(largest > 1e-3);
        for i in (0..inputs.len()).step_by(5) {
            let middle = inputs[i];
            inputs[i] = middle + 0.02;
            let above = score(&mut model, &inputs, rows, class);
            inputs[i] = middle - 0.02;
            let slope = (above - score(&mut model, &inputs, rows, class)) / 0.04;
            inputs[i] = middle;
            let off = (f64::from(gradient[i]) - slope).abs();
            assert!(off < 2e-3 * f64::from(largest), "{i}: {} {slope}", gradient[i]);
        }
    }

    #[test]
    fn a_class_that_is_not_there_and_inputs_of_another_size_are_refused() {
        let mut model = build("[Dense(units: 5, activation: softmax)]", &[3]);
        assert!(model.gradient_of_input(vec![0.0; 3].into(), 1, 5).is_err());
        assert!(model.gradient_of_input(vec![0.0; 4].into(), 1, 0).is_err());
    }
}
