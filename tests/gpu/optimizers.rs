//! Every optimizer, with penalties and clipping, against the CPU's.

use trainyard::nn::cases::Updates;
use trainyard::preset::Clip;

use super::ops::compare;

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
