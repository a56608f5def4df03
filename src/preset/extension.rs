//! What may be changed of a preset whose run is trained further.

use super::data::DataConfig;
use super::types::{Preset, TrainConfig};

/// Checks that a run that was trained as `before` says can be trained further as `after` says. Weights, the optimizer's
/// state and the steps of an epoch are those of before, and so are the samples: with other ones, the network would be tested
/// on what it has learned from.
///
/// # Errors
/// What cannot be changed, and what to do instead.
pub fn check_extension(before: &Preset, after: &Preset) -> Result<(), String> {
    let allowed = Preset {
        title: after.title.clone(),
        description: after.description.clone(),
        view: after.view.clone(),
        data: DataConfig {
            shuffle: after.data.shuffle,
            augment: after.data.augment.clone(),
            ..before.data.clone()
        },
        loss_options: after.loss_options.clone(),
        optimizer: after.optimizer.clone(),
        device: after.device,
        train: TrainConfig {
            batch_size: before.train.batch_size,
            truncate_steps: before.train.truncate_steps,
            ..after.train.clone()
        },
        ..before.clone()
    };
    if allowed != *after {
        return Err("a run is trained further with the network, the loss, the samples and the batch size that it has; \
                    `trainyard train PRESET --init-from RUN` begins another run from its weights"
            .into());
    }
    let kinds = [&before.optimizer, &after.optimizer].map(std::mem::discriminant);
    if kinds[0] != kinds[1] {
        return Err("the state of one optimizer does not fit another; `trainyard train PRESET --init-from RUN` begins \
                    another run from its weights"
            .into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::overrides::apply;
    use super::super::parse::parse;
    use super::*;

    #[test]
    fn what_the_weights_and_the_samples_depend_on_stays() {
        let text = include_str!("../../presets/mnist-cnn.ron");
        let before = parse(text, "x").unwrap();
        let checked = |change: &str| {
            let after = parse(&apply(text, change).unwrap(), "x").unwrap();
            check_extension(&before, &after)
        };
        for allowed in [
            "train.epochs=50",
            "train.schedule=cosine()",
            "train.early_stopping.patience=3",
            "optimizer.learning_rate=0.5",
            "data.augment.rotate=5",
            "loss_options.label_smoothing=0.1",
            "device=cpu",
        ] {
            assert_eq!(checked(allowed), Ok(()), "{allowed}");
        }
        for refused in [
            "seed=7",
            "train.batch_size=1",
            "layers.0.filters=3",
            "data.validation=0.2",
            "data.train_samples=100",
            "optimizer=SGD()",
        ] {
            assert!(checked(refused).is_err_and(|why| why.contains("--init-from")), "{refused}");
        }
    }
}
