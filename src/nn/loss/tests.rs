//! Every loss against central differences of itself, and the stable forms against the plain ones.

use proptest::prelude::*;

use super::*;
use crate::nn::kernel::elementwise::apply;
use crate::preset::ClassWeights;

const ALL: [Loss; 7] = [
    Loss::MeanSquaredError,
    Loss::MeanAbsoluteError,
    Loss::Huber,
    Loss::BinaryCrossentropy,
    Loss::CategoricalCrossentropy,
    Loss::SparseCategoricalCrossentropy,
    Loss::KlDivergence,
];

fn value(
    output: &[f32],
    width: usize,
    targets: &Targets,
    loss: Loss,
    options: &LossOptions,
    form: Form,
) -> f32 {
    formula::loss(output, width, targets, &[], loss, options, form, &mut vec![0.0; output.len()])
}

fn forms(loss: Loss) -> Vec<Form> {
    match loss {
        Loss::BinaryCrossentropy => vec![Form::Output, Form::SigmoidLogits],
        Loss::CategoricalCrossentropy | Loss::SparseCategoricalCrossentropy => {
            vec![Form::Output, Form::SoftmaxLogits]
        }
        _ => vec![Form::Output],
    }
}

proptest! {
    #[test]
    fn gradients_equal_central_differences(
        rows in 1_usize..4, width in 1_usize..5, seed in any::<u32>(), smoothing in prop::sample::select(vec![0.0_f32, 0.1]),
    ) {
        let number = |i: usize| ((i as u32).wrapping_mul(2_654_435_761).wrapping_add(seed) >> 8) as f32 / (1 << 24) as f32;
        let output: Vec<f32> = (0..rows * width).map(|i| 0.1 + 0.8 * number(i)).collect();
        let options = LossOptions { label_smoothing: smoothing, delta: 0.3, class_weights: ClassWeights::Factors(vec![0.5, 2.0]) };
        for loss in ALL {
            let targets = if loss == Loss::SparseCategoricalCrossentropy {
                Targets::Classes((0..rows).map(|i| (i % width) as u32).collect())
            } else {
                Targets::Values((0..rows * width).map(|i| 0.05 + 0.9 * number(i + 100)).collect())
            };
            for form in forms(loss) {
                let mut gradient = vec![0.0; output.len()];
                formula::loss(&output, width, &targets, &[], loss, &options, form, &mut gradient);
                for i in 0..output.len() {
                    let step = 1e-2;
                    let shifted = |by: f32| {
                        let mut moved = output.clone();
                        moved[i] += by;
                        value(&moved, width, &targets, loss, &options, form)
                    };
                    // Two step widths cancel the cubic term; where their results disagree, there is a kink in between.
                    let (wide, near) =
                        ((shifted(step) - shifted(-step)) / (2.0 * step), (shifted(step / 2.0) - shifted(-step / 2.0)) / step);
                    let expected = (4.0 * near - wide) / 3.0;
                    if (wide - near).abs() < 0.02 * near.abs().max(0.1) {
                        prop_assert!(
                            (gradient[i] - expected).abs() < 5e-3 * expected.abs().max(0.2),
                            "{loss:?} {form:?}: {} is not {expected}", gradient[i]
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn cross_entropy_on_logits_equals_cross_entropy_on_probabilities() {
    let options = LossOptions { label_smoothing: 0.1, ..LossOptions::default() };
    let logits = [1.0, -0.5, 0.25, 3.0, 0.0, -2.0];
    let targets = Targets::Classes(vec![2, 0]);
    for (activation, loss, form) in [
        (Activation::Softmax, Loss::SparseCategoricalCrossentropy, Form::SoftmaxLogits),
        (Activation::Sigmoid, Loss::BinaryCrossentropy, Form::SigmoidLogits),
    ] {
        let mut probabilities = logits;
        apply(&mut probabilities, 3, activation.into());
        let plain = value(&probabilities, 3, &targets, loss, &options, Form::Output);
        let stable = value(&logits, 3, &targets, loss, &options, form);
        assert!((plain - stable).abs() < 1e-6, "{loss:?}: {plain} is not {stable}");
    }
}

#[test]
fn huge_logits_give_finite_losses() {
    let options = LossOptions::default();
    let targets = Targets::Values(vec![0.0, 1.0]);
    let softmax =
        value(&[1e4, -1e4], 2, &targets, Loss::CategoricalCrossentropy, &options, Form::SoftmaxLogits);
    assert_eq!(softmax, 2e4);
    let sigmoid = value(&[1e4, -1e4], 2, &targets, Loss::BinaryCrossentropy, &options, Form::SigmoidLogits);
    assert_eq!(sigmoid, 1e4);
}

#[test]
fn a_textbook_neuron_learns_by_the_hand_formula() {
    // One sigmoid unit, inputs in {0, 1}: for cross-entropy dE/dw = (p - t) x, for squared error 2 (p - t) p (1 - p) x.
    use crate::nn::graph::Param;
    use crate::nn::ops::dense::DenseOp;
    let device = Cpu::default();
    let (x, t, w, b) = ([1.0, 0.0, 1.0, 1.0], 1.0_f32, [0.5, -0.25, 0.75, -1.5], 0.125_f32);
    let z: f32 = x.iter().zip(&w).map(|(x, w)| x * w).sum::<f32>() + b;
    let p = 1.0 / (1.0 + (-z).exp());
    for (loss, by_hand) in
        [(Loss::BinaryCrossentropy, p - t), (Loss::MeanSquaredError, 2.0 * (p - t) * p * (1.0 - p))]
    {
        let kernel = Param::new(&device, "kernel", &[4, 1], w.to_vec()).unwrap();
        let bias = Param::new(&device, "bias", &[1], vec![b]).unwrap();
        let mut pass = Pass::training(&device, 0);
        let input = Var::new(&device, x.to_vec().into(), 1, 4, false).unwrap();
        let y = Cpu::dense(&mut pass, &input, &kernel, Some(&bias), Activation::Sigmoid).unwrap();
        let targets = Targets::Values(vec![t]);
        let loss =
            Cpu::loss(&mut pass, &y, 1, &targets, &[], loss, &LossOptions::default(), Form::Output).unwrap();
        let mut grads = pass.backward(loss).unwrap();
        let slope = crate::nn::gradients::take_gradient(&mut grads, &kernel.node).unwrap();
        for (g, x) in slope.iter().zip(x) {
            assert!((g - by_hand * x).abs() < 1e-6, "{g} is not {}", by_hand * x);
        }
    }
}

#[test]
fn a_samples_weight_multiplies_its_loss_and_the_number_of_samples_stays_the_divisor() {
    let loss = |loss: Loss,
                width: usize,
                output: &[f32],
                targets: &Targets,
                weights: &[f32],
                options: &LossOptions| {
        let mut gradient = vec![0.0; output.len()];
        let form = forms(loss).pop().unwrap();
        let value = formula::loss(output, width, targets, weights, loss, options, form, &mut gradient);
        (value, gradient)
    };
    let plain = LossOptions::default();
    // keras.losses.MeanSquaredError()([[1], [0]], [[3], [1]], sample_weight=[0.5, 2]) = (0.5 * 4 + 2 * 1) / 2
    let targets = Targets::Values(vec![1.0, 0.0]);
    let (value, gradient) = loss(Loss::MeanSquaredError, 1, &[3.0, 1.0], &targets, &[0.5, 2.0], &plain);
    assert_eq!((value, gradient), (2.0, vec![1.0, 2.0]));
    for kind in ALL {
        let output = [0.3, 0.6, 0.1, 0.2, 0.5, 0.3, 0.9, 0.4];
        let targets = match kind {
            Loss::SparseCategoricalCrossentropy => Targets::Classes(vec![1, 0, 1, 1]),
            _ => Targets::Values(vec![0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0]),
        };
        let factors = ClassWeights::Factors(vec![0.25, 3.0]);
        for options in [plain.clone(), LossOptions { class_weights: factors, ..plain.clone() }] {
            let (unweighted, gradient) = loss(kind, 2, &output, &targets, &[], &options);
            // Weights of one change no bit, class weights or not; a weight of zero takes a sample out.
            assert_eq!(loss(kind, 2, &output, &targets, &[1.0; 4], &options), (unweighted, gradient.clone()));
            let (_, weighted) = loss(kind, 2, &output, &targets, &[0.0, 1.0, 2.0, 4.0], &options);
            let factors = [0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0];
            let expected: Vec<f32> = gradient.iter().zip(factors).map(|(g, factor)| g * factor).collect();
            assert_eq!(weighted, expected, "{kind:?}");
            // Two steps of a sequence share their sample's weight.
            let of_sequences = loss(kind, 2, &output, &targets, &[2.0, 0.5], &options);
            assert_eq!(of_sequences, loss(kind, 2, &output, &targets, &[2.0, 2.0, 0.5, 0.5], &options));
        }
    }
    let problem = check(8, 2, &Targets::Values(vec![0.0; 8]), &[1.0; 3]).unwrap_err().to_string();
    assert!(problem.contains("3 weights of samples"), "{problem}");
}
