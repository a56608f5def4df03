use super::*;
use crate::run::tensorboard::Writer;
use crate::run::{Manifest, RunDirectory};
use crate::search::queue::shelf::SETTLED;
use crate::search::queue::watch::Progress;
use crate::search::queue::{Move, Outcome};

/// A home with a queue.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Home(tempfile::tempdir().unwrap())
    }

    fn shelf(&self) -> Shelf {
        Shelf::at(&self.0.path().join("queue"))
    }

    fn add(&self, words: &[&str]) -> Item {
        let words = words.iter().map(ToString::to_string).collect();
        self.shelf().add(words, "/tmp".into()).unwrap()
    }

    fn runs(&self) -> PathBuf {
        self.0.path().join("runs")
    }

    fn reader(&self) -> Reader {
        Reader::new(self.shelf(), self.runs(), self.0.path().join("searches"))
    }

    /// A run of five epochs.
    fn run(&self) -> RunDirectory {
        let preset = include_str!("../../../../../presets/mnist-mlp.ron");
        let mut preset = crate::preset::library::experiment(preset, "mnist-mlp.ron").unwrap().preset;
        preset.train.epochs = 5;
        RunDirectory::create(&self.runs(), &Manifest::begin(preset, "cpu".into()), None).unwrap().0
    }
}

fn standings(view: &QueueSnapshot) -> Vec<(u32, Standing)> {
    view.rows.iter().map(|row| (row.number, row.standing)).collect()
}

#[test]
fn only_files_that_have_changed_are_read_again_and_a_view_that_is_the_same_is_known_as_such() {
    let home = Home::new();
    let mut reader = home.reader();
    assert!(reader.look(None).rows.is_empty());
    for preset in ["xor", "moons", "circles"] {
        home.add(&["train", preset]);
    }
    let first = reader.look(None);
    assert_eq!(standings(&first), [1, 2, 3].map(|number| (number, Standing::Waiting)));
    assert_eq!(reader.reads, 3);
    assert!(reader.look(None).shows_the_same(&first) && reader.reads == 3);
    home.shelf().shift(3, Move::First).unwrap();
    let moved = reader.look(None);
    assert_eq!(standings(&moved).iter().map(|row| row.0).collect::<Vec<_>>(), [3, 1, 2]);
    assert!(!moved.shows_the_same(&first) && reader.reads == 4);
    home.shelf().remove(1).unwrap();
    home.shelf().change(|settings| (settings.jobs, settings.is_paused) = (3, true)).unwrap();
    let view = reader.look(None);
    assert_eq!(
        (view.rows.len(), view.settings),
        (2, Settings { jobs: 3, is_paused: true, ..Settings::default() })
    );
    assert_eq!(reader.reads, 4);
}

#[test]
fn a_folder_that_was_changed_long_ago_is_not_listed_again() {
    let home = Home::new();
    home.add(&["train", "xor"]);
    let mut reader = home.reader();
    reader.look(None);
    assert_eq!(reader.listed, None, "it may have changed again within the same tick");
    let long_ago = SystemTime::now() - 2 * SETTLED;
    std::fs::File::open(home.shelf().items_folder()).unwrap().set_modified(long_ago).unwrap();
    reader.look(None);
    assert_eq!(reader.listed, Some(long_ago));
    home.add(&["train", "moons"]);
    assert_eq!(reader.look(None).rows.len(), 2);
}

#[test]
fn an_item_is_trained_while_somebody_holds_its_run_which_tells_its_epochs() {
    let home = Home::new();
    let mut item = home.add(&["train", "mnist-mlp"]);
    item.begin();
    home.shelf().save(&item).unwrap();
    let mut reader = home.reader();
    assert_eq!(standings(&reader.look(None)), [(1, Standing::Interrupted)]);
    let worker = Lock::take(home.shelf().path()).unwrap();
    assert_eq!(standings(&reader.look(None)), [(1, Standing::Training(None))], "it reads its data");
    let run = home.run();
    item.run = Some(run.name());
    home.shelf().save(&item).unwrap();
    assert_eq!(standings(&reader.look(None)), [(1, Standing::Waiting)], "it waits to be gone on with");
    let held = Lock::take(run.path()).unwrap();
    let trains = |epochs| [(1, Standing::Training(Some(Progress { epochs, of: 5 })))];
    assert_eq!(standings(&reader.look(None)), trains(0));
    let mut writer = Writer::create(run.path()).unwrap();
    writer.scalars(844, &[("loss/train", 0.5), ("seconds/epoch", 14.8)]).unwrap();
    writer.flush().unwrap();
    assert_eq!(standings(&reader.look(None)), trains(1));
    // Its process outlives the one that works the queue off.
    drop(worker);
    assert_eq!(standings(&reader.look(None)), trains(1));
    drop(held);
    assert_eq!(standings(&reader.look(None)), [(1, Standing::Interrupted)]);
    item.end(Outcome::Failed("no data".into()));
    home.shelf().save(&item).unwrap();
    let view = reader.look(Some(1));
    assert_eq!((standings(&view), view.rows[0].why()), (vec![(1, Standing::Failed)], Some("no data")));
    assert_eq!(view.chosen, Some(Chosen { number: 1, fate: Fate::Open }));
    std::fs::remove_dir_all(run.path()).unwrap();
    assert_eq!(reader.look(Some(1)).chosen, Some(Chosen { number: 1, fate: Fate::Gone }));
}

#[test]
fn a_search_is_trained_while_somebody_carries_it_out() {
    let home = Home::new();
    let mut item = home.add(&["search", "s.ron"]);
    item.begin();
    item.search = Some("s".into());
    home.shelf().save(&item).unwrap();
    let folder = home.0.path().join("searches/s");
    std::fs::create_dir_all(&folder).unwrap();
    let _held = Lock::take(&folder).unwrap();
    assert_eq!(standings(&home.reader().look(None)), [(1, Standing::Training(None))]);
}

#[test]
fn an_item_or_settings_that_cannot_be_read_are_told_and_the_rest_is_shown() {
    let home = Home::new();
    home.add(&["train", "xor"]);
    home.add(&["train", "moons"]);
    std::fs::write(home.shelf().items_folder().join("000002.ron"), "(number: ").unwrap();
    std::fs::write(home.shelf().path().join("queue.ron"), "(jobs: many)").unwrap();
    let view = home.reader().look(None);
    assert_eq!(standings(&view), [(2, Standing::Broken), (1, Standing::Waiting)]);
    assert!(view.rows[0].why().unwrap().contains("000002.ron"), "{view:?}");
    assert!(view.problem.unwrap().contains("queue.ron"));
}

#[test]
fn a_run_of_very_many_epochs_is_told_at_every_look() {
    let home = Home::new();
    let mut item = home.add(&["train", "mnist-mlp"]);
    item.begin();
    let run = home.run();
    item.run = Some(run.name());
    home.shelf().save(&item).unwrap();
    let _held = Lock::take(run.path()).unwrap();
    let mut writer = Writer::create(run.path()).unwrap();
    let mut reader = home.reader();
    // Reading all of it takes long: what comes after is seen all the same.
    for epoch in 1..=60_003_u64 {
        writer.scalars(epoch, &[("loss/train", 0.5), ("loss/epoch", 0.5), ("seconds/epoch", 0.001)]).unwrap();
        if epoch >= 60_000 {
            writer.flush().unwrap();
            let expected = Standing::Training(Some(Progress { epochs: epoch as u32, of: 5 }));
            assert_eq!(standings(&reader.look(None)), [(1, expected)]);
        }
    }
}
