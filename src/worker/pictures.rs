//! The pictures that a run keeps of what its network makes or looks for, one a figure, after its epochs.

use std::time::{Duration, Instant};

use crate::run::tensorboard::Grid;
use crate::train::figure::{Body, Controls, Panel};
use crate::train::{self, Training};

/// The figures of which pictures are kept, of those that a training has: a generator's samples, reconstructions, what
/// the units of the first layer look for.
const KEPT: [&str; 4] = ["samples", "reconstructions", "filters", "first-layer"];
/// The least time between the pictures of two epochs: short ones would have more pictures than steps.
const PAUSE: Duration = Duration::from_secs(2);

/// When pictures are due.
#[derive(Default)]
pub(super) struct Pictures {
    /// When the last were made, and at which step.
    made: Option<(Instant, u64)>,
}

impl Pictures {
    /// Whether pictures are due at this step; they always are at the end of the training.
    pub(super) fn is_due(&self, step: u64, is_end: bool) -> bool {
        match self.made {
            None => true,
            Some((_, at)) if at == step => false,
            Some((when, _)) => is_end || when.elapsed() >= PAUSE,
        }
    }

    /// Makes the pictures as the networks are now. This does not change the training.
    ///
    /// # Errors
    /// When the device fails.
    pub(super) fn make(&mut self, training: &mut dyn Training) -> Result<Vec<(String, Grid)>, train::Error> {
        let mut pictures = Vec::new();
        for info in training.figures().into_iter().filter(|info| KEPT.contains(&info.name.as_str())) {
            if let Some(figure) = training.figure(&info.name, &Controls::start(&info.knobs))?
                && let Some(grid) = grid(figure.panels)
            {
                pictures.push((info.name, grid));
            }
        }
        self.made = Some((Instant::now(), training.step()));
        Ok(pictures)
    }
}

/// The panels of images as one: rows of inputs above rows of reconstructions.
fn grid(panels: Vec<Panel>) -> Option<Grid> {
    let mut whole: Option<Grid> = None;
    for panel in panels {
        let Body::Images { shape, pixels, range, columns, .. } = panel.body else { continue };
        match &mut whole {
            None => whole = Some(Grid { shape, pixels, range, columns }),
            Some(grid) if grid.shape == shape && grid.range == range => grid.pixels.extend(pixels),
            Some(_) => {}
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(shape: [usize; 3], value: f32) -> Panel {
        let body = Body::Images {
            shape,
            pixels: vec![value; shape.iter().product()],
            range: (0.0, 1.0),
            captions: Vec::new(),
            columns: 1,
        };
        Panel { title: String::new(), body }
    }

    #[test]
    fn panels_of_one_size_are_one_picture() {
        let text = Panel { title: String::new(), body: Body::Text("words".into()) };
        let panels = vec![text, images([1, 2, 1], 0.25), images([1, 2, 1], 0.75), images([3, 3, 1], 0.5)];
        let expected =
            Grid { shape: [1, 2, 1], pixels: vec![0.25, 0.25, 0.75, 0.75], range: (0.0, 1.0), columns: 1 };
        assert_eq!(grid(panels), Some(expected));
        assert_eq!(grid(Vec::new()), None);
    }

    #[test]
    fn a_pair_whose_samples_are_kept_learns_the_same() {
        use super::super::engine::{spawn, spawn_keeping};
        use crate::worker::{Command, Event, TrainRequest};

        let preset: crate::preset::Preset = ron::from_str(
            r#"(name: "pair", title: "", data: (source: mnist, train_samples: Some(300), validation: 0),
                layers: [Dense(units: 32), BatchNormalization(), Dense(units: 784, activation: sigmoid)],
                loss: binary_crossentropy, optimizer: Adam(), train: (epochs: 3, batch_size: 50),
                procedure: adversarial(latent: 3,
                    discriminator: [Flatten, Dropout(rate: 0.3), Dense(units: 1, activation: sigmoid)]))"#,
        )
        .unwrap();
        let runs = tempfile::tempdir().unwrap();
        let trained = [spawn(), spawn_keeping(runs.path().to_path_buf())].map(|worker| {
            let (client, mut events) = worker.unwrap();
            client.send(Command::Train(Box::new(TrainRequest::new(preset.clone().on_built_in_data()))));
            let finish = loop {
                match events.recv() {
                    Some(Event::Finished(finish)) => break finish,
                    Some(Event::Failed(reason)) => panic!("{reason}"),
                    Some(_) => {}
                    None => panic!("it ended without a word"),
                }
            };
            client.send(Command::Shutdown);
            while events.recv().is_some() {}
            finish
        });
        assert_eq!(trained[0].test, trained[1].test);
        let run = crate::run::RunDirectory::list(runs.path()).unwrap().remove(0);
        let mut watcher = crate::run::watch::Watcher::new(&[run.path()]);
        watcher.read_everything(|_, _| ());
        let tags = watcher.view().tags;
        assert!(
            tags.iter().any(|tag| &*tag.name == "samples" && tag.kind == crate::run::watch::Kind::Picture)
        );
    }
}
