//! Boltzmann machines: the same chains as on the CPU.

use super::ops::assert_same;
use trainyard::nn::Interrupt;
use trainyard::nn::boltzmann::{Learning, Machine};
use trainyard::nn::cases::{Boltzmann, Case};
use trainyard::nn::device::Error;
use trainyard::nn::init::Stream;
use trainyard::nn::ops::Backend;
use trainyard::preset::Visible;

const LEARNING: Learning = Boltzmann::LEARNING;

#[test]
fn chains_and_updates_are_those_of_the_cpu() {
    for kind in [Visible::Binary, Visible::Gaussian] {
        for learning in [
            LEARNING,
            Learning { gibbs_steps: 3, momentum: 0.0, ..LEARNING },
            Learning { gibbs_steps: 2, persistent: true, rate: 0.02, ..LEARNING },
        ] {
            let weights = &[1.0, 0.0, 2.5, 1.0, 0.0, 2.5, 1.0, 0.0, 2.5, 1.0, 0.0, 2.5, 1.0];
            assert_same(&Boltzmann { kind, learning, weights: &[] }, 2e-5);
            assert_same(&Boltzmann { kind, learning, weights }, 2e-5);
        }
    }
}

#[test]
fn an_interrupted_step_changes_nothing() {
    #[derive(Debug)]
    struct Interrupted;
    impl Case for Interrupted {
        fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
            let mut machine = device.machine(Visible::Binary, 6, 4, Stream { seed: 5, layer: 0 })?;
            let data = [1.0, 0.0, 1.0, 1.0, 0.0, 0.0].repeat(20);
            let interrupt = Interrupt::default();
            interrupt.raise();
            let before = machine.state()?;
            for persistent in [false, true] {
                let learning = Learning { gibbs_steps: 1000, persistent, ..LEARNING };
                let ended = machine.step(&data, &[], &learning, 2, &interrupt);
                assert!(matches!(ended, Err(Error::Interrupted)), "{ended:?}");
            }
            assert_eq!(machine.state()?, before);
            Ok(Vec::new())
        }
    }
    assert_same(&Interrupted, 0.0);
}
