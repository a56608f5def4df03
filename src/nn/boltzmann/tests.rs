use super::*;
use crate::nn::init::Stream;
use crate::nn::kernel::random::{normals, uniforms};
use crate::preset::Visible;

const LEARNING: Learning =
    Learning { rate: 0.1, momentum: 0.5, weight_decay: 0.0, gibbs_steps: 1, persistent: false };

fn machine(visible: usize, hidden: usize) -> Rbm {
    Rbm::new(Visible::Binary, visible, hidden, Stream { seed: 5, layer: 0 })
}

/// Log-likelihood of rows, by enumerating every visible state.
fn log_likelihood(machine: &Rbm, rows: &[f32]) -> f64 {
    let v = machine.visible();
    let energy = |state: &[f32]| machine.free_energy(state).unwrap();
    let states = (0..1_u32 << v).map(|bits| (0..v).map(|i| (bits >> i & 1) as f32).collect::<Vec<_>>());
    let partition: f64 = states.map(|state| (-energy(&state)).exp()).sum();
    rows.chunks(v).map(|row| -energy(row) - partition.ln()).sum::<f64>() / (rows.len() / v) as f64
}

#[test]
fn contrastive_divergence_and_persistent_chains_raise_the_likelihood_of_the_data() {
    // Two patterns: the likelihood of each is at most a half, and 1/64 at the start.
    let data: Vec<f32> =
        [[1.0, 1.0, 1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]].repeat(100).concat();
    for learning in [
        LEARNING,
        Learning { gibbs_steps: 3, ..LEARNING },
        Learning { persistent: true, rate: 0.02, momentum: 0.0, ..LEARNING },
    ] {
        let mut machine = machine(6, 4);
        let before = log_likelihood(&machine, &data);
        let errors: Vec<f64> = (0..3000)
            .map(|step| machine.step(&data, &[], &learning, step, &Interrupt::default()).unwrap())
            .collect();
        let after = log_likelihood(&machine, &data);
        assert!((before + 64_f64.ln()).abs() < 0.2, "{before}");
        assert!(after > -1.3, "{learning:?}: {after}");
        assert!(errors[2999] < 0.12 && errors[0] > 0.2, "{learning:?}: {}", errors[2999]);
    }
}

#[test]
fn rows_without_weight_teach_nothing_and_weights_of_one_change_no_bit() {
    let data: Vec<f32> =
        [[1.0, 1.0, 1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0, 1.0, 1.0]].repeat(100).concat();
    let learned = |weights: &[f32], learning: &Learning, steps: u64| {
        let mut machine = machine(6, 4);
        for step in 0..steps {
            machine.step(&data, weights, learning, step, &Interrupt::default()).unwrap();
        }
        machine
    };
    for learning in [LEARNING, Learning { persistent: true, rate: 0.02, momentum: 0.0, ..LEARNING }] {
        let state = |weights: &[f32]| learned(weights, &learning, 5).state().unwrap();
        assert_eq!(state(&[1.0; 200]), state(&[]));
        // Only the first of the two patterns counts.
        let machine = learned(&[2.0, 0.0].repeat(100), &learning, 2000);
        let likelihood = log_likelihood(&machine, &data[..6]);
        assert!(likelihood > -0.3, "{learning:?}: {likelihood}");
    }
}

#[test]
fn an_interrupted_step_changes_nothing() {
    let data: Vec<f32> = [1.0, 0.0, 1.0, 1.0, 0.0, 0.0].repeat(20);
    for persistent in [false, true] {
        let mut machine = machine(6, 4);
        let learning = Learning { persistent, ..LEARNING };
        machine.step(&data, &[], &learning, 1, &Interrupt::default()).unwrap();
        let before = machine.state().unwrap();
        let endless = Learning { gibbs_steps: u32::MAX, ..learning };
        let interrupt = Interrupt::default();
        let raised = interrupt.clone();
        let asker = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(50));
            raised.raise();
        });
        let ended = machine.step(&data, &[], &endless, 2, &interrupt);
        asker.join().unwrap();
        assert!(matches!(ended, Err(Error::Interrupted)));
        assert_eq!(machine.state().unwrap(), before);
        interrupt.lower();
        machine.step(&data, &[], &learning, 2, &interrupt).unwrap();
    }
}

#[test]
fn the_pseudo_likelihood_is_that_of_the_conditional_probabilities() {
    let mut machine = machine(5, 3);
    machine.kernel.iter_mut().enumerate().for_each(|(i, w)| *w = (i as f32 * 0.7).sin());
    machine.visible_bias.copy_from_slice(&[0.3, -0.2, 0.1, 0.5, -0.4]);
    machine.hidden_bias.copy_from_slice(&[0.2, -0.6, 0.4]);
    let row = [1.0, 0.0, 1.0, 1.0, 0.0];
    // The mean over many draws of the unit equals the mean over units of ln p(v_i | the others) times the number of
    // units.
    let exact: f64 = (0..5)
        .map(|unit| {
            let mut flipped = row;
            flipped[unit] = 1.0 - flipped[unit];
            let (own, other) = (machine.free_energy(&row).unwrap(), machine.free_energy(&flipped).unwrap());
            -(1.0 + (own - other).exp()).ln()
        })
        .sum();
    let found = machine.pseudo_likelihood(&row.repeat(20_000), 9).unwrap();
    assert!((found / exact - 1.0).abs() < 0.02, "{found}, not {exact}");
}

#[test]
fn real_visible_units_learn_their_means() {
    let mut machine = Rbm::new(Visible::Gaussian, 4, 3, Stream { seed: 5, layer: 0 });
    let mut data = vec![0.0; 4 * 200];
    normals(&mut data, 1);
    data.iter_mut().enumerate().for_each(|(i, x)| *x += [3.0, -2.0, 0.0, 1.0][i % 4]);
    let before = machine.free_energy(&data).unwrap();
    let learning = Learning { rate: 0.01, ..LEARNING };
    for step in 0..400 {
        machine.step(&data, &[], &learning, step, &Interrupt::default()).unwrap();
    }
    let hidden = machine.hidden_given(&data, None, 0).unwrap();
    let means = machine.visible_given(&hidden, None, 0).unwrap();
    let mean = |unit: usize| means.iter().skip(unit).step_by(4).sum::<f32>() / 200.0;
    for (unit, wanted) in [3.0, -2.0, 0.0, 1.0].into_iter().enumerate() {
        assert!((mean(unit) - wanted).abs() < 0.4, "{}", mean(unit));
    }
    assert!(machine.free_energy(&data).unwrap() < before - 3.0);
}

#[test]
fn a_machine_learns_the_same_bits_on_any_number_of_threads() {
    let mut data = vec![0.0; 784 * 100];
    uniforms(&mut data, 2);
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mut machine = machine(784, 64);
            let learning = Learning { persistent: true, weight_decay: 0.001, ..LEARNING };
            for step in 0..5 {
                machine.step(&data, &[], &learning, step, &Interrupt::default()).unwrap();
            }
            machine.kernel.iter().map(|w| w.to_bits()).collect::<Vec<_>>()
        })
    };
    assert!(run(1) == run(3));
}

/// What `tests/reference/sklearn_rbm.py` wrote.
#[derive(serde::Deserialize)]
struct Reference {
    machines: Vec<SavedMachine>,
    trained: Trained,
}

#[derive(serde::Deserialize)]
struct SavedMachine {
    visible: usize,
    hidden: usize,
    kernel: Vec<f32>,
    visible_bias: Vec<f32>,
    hidden_bias: Vec<f32>,
    data: Vec<f32>,
    probabilities: Vec<f32>,
    free_energies: Vec<f64>,
}

#[derive(serde::Deserialize)]
struct Trained {
    samples: usize,
    hidden: usize,
    learning_rate: f32,
    batch_size: usize,
    epochs: u64,
    pseudo_likelihood: f64,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../../../tests/reference/sklearn_rbm.json")).unwrap()
}

#[test]
fn probabilities_and_free_energies_are_those_of_scikit_learn() {
    for case in reference().machines {
        let mut machine = machine(case.visible, case.hidden);
        machine.kernel = case.kernel;
        (machine.visible_bias, machine.hidden_bias) = (case.visible_bias, case.hidden_bias);
        let hidden = machine.hidden_given(&case.data, None, 0).unwrap();
        assert!(hidden.iter().zip(&case.probabilities).all(|(ours, theirs)| (ours - theirs).abs() < 1e-5));
        for (row, theirs) in case.data.chunks(case.visible).zip(case.free_energies) {
            let ours = machine.free_energy(row).unwrap();
            assert!((ours - theirs).abs() < 1e-4 * theirs.abs().max(1.0), "{ours}, not {theirs}");
        }
    }
}

#[test]
#[ignore = "half a minute; prints how fast a machine of 784 and 256 units learns"]
fn a_machine_trained_on_digits_is_as_likely_as_that_of_scikit_learn() {
    use crate::data::mnist;
    let wanted = reference().trained;
    let digits = mnist::load().unwrap();
    let images: Vec<f32> =
        digits.train.images[..wanted.samples * 784].iter().map(|&x| f32::from(x) / 255.0).collect();
    let mut machine = Rbm::new(Visible::Binary, 784, wanted.hidden, Stream { seed: 0, layer: 0 });
    // As in scikit-learn: persistent chains, no momentum, no decay, samples in their order.
    let learning = Learning {
        rate: wanted.learning_rate,
        momentum: 0.0,
        weight_decay: 0.0,
        gibbs_steps: 1,
        persistent: true,
    };
    let since = std::time::Instant::now();
    for epoch in 0..wanted.epochs {
        for (number, batch) in (0..).zip(images.chunks(784 * wanted.batch_size)) {
            machine.step(batch, &[], &learning, epoch << 32 | number, &Interrupt::default()).unwrap();
        }
    }
    let seconds = since.elapsed().as_secs_f64();
    println!("{:.0} images/s", wanted.epochs as f64 * wanted.samples as f64 / seconds);
    let ours = (0..5).map(|seed| machine.pseudo_likelihood(&images, seed).unwrap()).sum::<f64>() / 5.0;
    println!("pseudo-likelihood {ours:.2}, scikit-learn {:.2}", wanted.pseudo_likelihood);
    assert!((ours / wanted.pseudo_likelihood - 1.0).abs() < 0.05);
}
