use super::*;
use crate::data::table::Names;
use crate::data::{Batch, Dataset, Targets, preparation};
use crate::preset::{Preset, TargetsAs};
use std::path::Path;
use std::sync::Arc;

fn test_set(
    path: &Path,
    config: &DataConfig,
    reading: &Reading,
    learned: &Preparation,
) -> Result<Arc<dyn Dataset>, Error> {
    super::test_set(path, config, reading, learned, (Names::InFirstLine, None)).map(|(set, _)| set)
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, bytes).unwrap();
    path.to_string_lossy().into_owned()
}

/// Opens what a preset says, after checking that it offers what it holds.
fn opened(data: &str) -> Result<Splits, Error> {
    let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
    let config: DataConfig = options.from_str(data).unwrap();
    let splits = open_alone(&config)?;
    let signature = config.signature(&crate::data::offers(&config.source)?, TargetsAs::Suggested);
    assert_eq!(splits.train.input_shape(), signature.input);
    assert_eq!(splits.train.len() + splits.validation.len(), signature.train);
    assert_eq!(splits.test.len(), signature.test);
    assert_eq!(splits.train.tokens().len(), signature.tokens.unwrap_or(0));
    Ok(splits)
}

fn filled(splits: &Splits) -> Batch {
    let mut batch = Batch::default();
    splits.train.fill(&(0..splits.train.len() as u32).collect::<Vec<_>>(), &mut batch).unwrap();
    batch
}

fn idx(kind: u8, shape: &[u32], numbers: &[u8]) -> Vec<u8> {
    let lengths = shape.iter().flat_map(|length| length.to_be_bytes());
    [0, 0, kind, shape.len() as u8].into_iter().chain(lengths).chain(numbers.iter().copied()).collect()
}

#[test]
fn idx_files_become_images_with_classes() {
    let folder = tempfile::tempdir().unwrap();
    let images: Vec<u8> = (0..40).map(|x| x * 5).collect();
    let inputs = put(folder.path(), "images", &idx(8, &[10, 2, 2], &images));
    let labels = put(folder.path(), "labels", &idx(8, &[10], &[0, 1, 2, 0, 1, 2, 0, 1, 2, 0]));
    let splits =
        opened(&format!("(source: idx(inputs: {inputs:?}, labels: {labels:?}), test: 0.2, validation: 0)"))
            .unwrap();
    assert_eq!((splits.train.input_shape(), splits.train.len()), (&[2, 2, 1][..], 8));
    assert_eq!(splits.train.classes(), ["0", "1", "2"]);
    let all = filled(&splits);
    assert!(all.inputs.iter().all(|x| (0.0..=1.0).contains(x)) && all.inputs.contains(&(195.0 / 255.0)));

    let own_test = format!(
        "(source: idx(inputs: {inputs:?}, labels: {labels:?}, test_inputs: {inputs:?}, test_labels: {labels:?}), labels: integer)"
    );
    let splits = opened(&own_test).unwrap();
    assert_eq!((splits.train.len() + splits.validation.len(), splits.test.len()), (10, 10));

    let problem = |labels: &str, more: &str| {
        opened(&format!("(source: idx(inputs: {inputs:?}, labels: {labels:?}{more}))"))
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    assert!(problem(&labels, ", classes: 2").contains("label 3: 2 is not one of the classes 0 to 1"));
    let few = put(folder.path(), "few", &idx(8, &[9], &[0; 9]));
    assert!(problem(&few, "").contains("few has 9 answers; there has to be one for each"));
    let negative = put(folder.path(), "negative", &idx(9, &[10], &[255; 10]));
    assert!(problem(&negative, "").contains("label 1: -1 is not one of the classes"));
}

#[test]
fn a_large_file_that_is_cut_short_after_it_was_opened_is_an_error_of_every_part() {
    let folder = tempfile::tempdir().unwrap();
    let (count, side) = (16_500_u32, 128_u32);
    let labels = put(folder.path(), "labels", &idx(8, &[count], &vec![1; count as usize]));
    let inputs = put(folder.path(), "images", &idx(8, &[count, side, side], &[]));
    let bytes = std::fs::OpenOptions::new().write(true).open(&inputs).unwrap();
    // More than is kept in memory; a file system that knows holes stores none of it.
    bytes.set_len(16 + u64::from(count * side * side)).unwrap();
    let source = format!("source: idx(inputs: {inputs:?}, labels: {labels:?}), validation: 0.1, test: 0.1");
    let reconstruct = opened(&format!("({source}, targets: input)")).unwrap();
    let Splits { train, validation, test, .. } = opened(&format!("({source})")).unwrap();
    let read = |set: &Arc<dyn Dataset>| {
        let indices = [0, set.len() as u32 - 1];
        set.fill(&indices, &mut Batch::default())
            .and_then(|()| set.fill_for_training(&indices, 1, &mut Batch::default()))
            .map_err(|error| error.to_string())
    };
    let parts = [&train, &validation, &test, &reconstruct.train, &reconstruct.validation, &reconstruct.test];
    for part in parts {
        assert_eq!(read(part), Ok(()));
    }
    bytes.set_len(1 << 10).unwrap();
    for part in parts {
        let shown = read(part).unwrap_err();
        assert!(shown.starts_with(&inputs) && shown.contains("cannot be read any more"), "{shown}");
    }
}

#[test]
fn a_table_is_standardised_and_filled_by_its_training_rows_alone() {
    let folder = tempfile::tempdir().unwrap();
    let train = put(folder.path(), "train.csv", b"a,b,y\n1,10,0.5\n3,,1.5\n5,30,2.5\n");
    let test = put(folder.path(), "test.csv", b"a,b,y\n100,1000,7.5\n");
    let splits =
        opened(&format!("(source: csv(file: {train:?}, test_file: {test:?}, missing: mean), validation: 0)"))
            .unwrap();
    let all = filled(&splits);
    let a = 2.0 / (8.0_f32 / 3.0).sqrt();
    let expected = [-a, -1.0, 0.0, 0.0, a, 1.0];
    assert!(all.inputs.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-6), "{:?}", all.inputs);
    let scale = splits.test.target_scales()[0];
    assert!((scale.mean - 1.5).abs() < 1e-9);
    let mut batch = Batch::default();
    splits.test.fill(&[0], &mut batch).unwrap();
    let Targets::Values(values) = batch.targets else { panic!("a regression") };
    assert!((scale.restore(values[0]) - 7.5).abs() < 1e-5);
    assert_eq!(splits.train.columns(), ["a", "b"]);
    // As they are, with the mean in the gap.
    let raw = opened(&format!(
        "(source: csv(file: {train:?}, missing: mean), validation: 0, test: 0, normalize: false)"
    ));
    assert_eq!(filled(&raw.unwrap()).inputs, [1.0, 10.0, 3.0, 20.0, 5.0, 30.0]);
}

#[test]
fn numpy_arrays_become_classes_or_values() {
    let folder = tempfile::tempdir().unwrap();
    let array = |kind: &str, shape: &str, numbers: &[u8]| {
        let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
        let mut file = b"\x93NUMPY\x01\x00".to_vec();
        file.extend((header.len() as u16).to_le_bytes());
        [file, header.into_bytes(), numbers.to_vec()].concat()
    };
    let floats = |numbers: &[f32]| numbers.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>();
    let x = put(folder.path(), "x.npy", &array("<f4", "(4, 2)", &floats(&[1., 2., 3., 4., 5., 6., 7., 8.])));
    let y = put(
        folder.path(),
        "y.npy",
        &array("<i8", "(4,)", &[[0; 8], [1, 0, 0, 0, 0, 0, 0, 0]].concat().repeat(2)),
    );
    let z = put(folder.path(), "z.npy", &array("<f4", "(4, 1)", &floats(&[0.1, 0.2, 0.3, 0.4])));
    let splits =
        opened(&format!("(source: npy(inputs: {x:?}, targets: {y:?}), test: 0.25, validation: 0)")).unwrap();
    assert_eq!((splits.train.classes().len(), splits.train.len()), (2, 3));
    let splits =
        opened(&format!("(source: npy(inputs: {x:?}, targets: {z:?}), test: 0, validation: 0)")).unwrap();
    assert_eq!((splits.train.target_scales().len(), filled(&splits).rows), (1, 4));
    let nan = put(folder.path(), "nan.npy", &array("<f4", "(2, 2)", &floats(&[1., 2., 3., f32::NAN])));
    let shown = opened(&format!("(source: npy(inputs: {nan:?}, targets: {y:?}))"))
        .map(|_| ())
        .unwrap_err()
        .to_string();
    assert!(shown.contains("row 2, column 2: NaN"), "{shown}");
}

#[test]
fn folders_of_images_and_of_sounds_become_classes() {
    let folder = tempfile::tempdir().unwrap();
    for (class, grey) in [("cats", 0), ("dogs", 255)] {
        for number in 0..4 {
            let path = folder.path().join(format!("images/{class}/{number}.png"));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            image::GrayImage::from_pixel(5, 5, image::Luma([grey])).save(path).unwrap();
            let path = folder.path().join(format!("sounds/{class}/{number}.wav"));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let spec = hound::WavSpec {
                channels: 1,
                sample_rate: 8000,
                bits_per_sample: 16,
                sample_format: hound::SampleFormat::Int,
            };
            let mut writer = hound::WavWriter::create(path, spec).unwrap();
            for n in 0..4000 {
                writer
                    .write_sample(if (n / (5 + i32::from(grey) / 20)) % 2 == 0 { 9000_i16 } else { -9000 })
                    .unwrap();
            }
            writer.finalize().unwrap();
        }
    }
    let images = folder.path().join("images");
    let splits = opened(&format!(
        "(source: image_folder(folder: {images:?}, size: (4, 6), colour: grey), labels: integer, validation: 0, test: 0.25)"
    ))
    .unwrap();
    assert_eq!(
        (splits.train.input_shape(), splits.train.classes()),
        (&[4, 6, 1][..], &["cats".into(), "dogs".into()][..])
    );
    let all = filled(&splits);
    let Targets::Classes(classes) = &all.targets else { panic!("integers were asked for") };
    assert!(
        all.inputs.chunks(24).zip(classes).all(|(image, &class)| image.iter().all(|&x| x == class as f32))
    );
    let sounds = folder.path().join("sounds");
    let splits =
        opened(&format!("(source: wav_folder(folder: {sounds:?}, seconds: 0.5), validation: 0)")).unwrap();
    assert_eq!(splits.train.input_shape(), [31, 40, 1]);
    assert!(filled(&splits).inputs.iter().all(|x| x.is_finite()));
}

#[test]
fn texts_become_streams_or_classes_of_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let text = put(folder.path(), "a.txt", "to be or not to be\n".repeat(20).as_bytes());
    let splits = opened(&format!("(source: text_file(file: {text:?}, steps: 10))")).unwrap();
    assert!(splits.train.is_stream() && splits.train.len() > 20);
    let lines = put(folder.path(), "b.tsv", "yes\tgood\nno\tbad\n".repeat(10).as_bytes());
    let splits =
        opened(&format!("(source: labelled_text(file: {lines:?}, length: 5), labels: integer)")).unwrap();
    assert_eq!(splits.train.classes(), ["no", "yes"]);
    let all = filled(&splits);
    let Targets::Classes(classes) = &all.targets else { panic!("integers were asked for") };
    let letter = |token: f32| &splits.train.tokens()[token as usize][..];
    for (row, &class) in all.inputs.chunks(5).zip(classes) {
        assert_eq!(
            row.iter().map(|&token| letter(token)).collect::<String>(),
            ["bad", "good"][class as usize]
        );
    }
}

#[test]
fn files_that_hold_something_else_than_they_did_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = put(folder.path(), "t.csv", b"a,b,kind\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n");
    let preset: Preset = ron::from_str(&format!(
        "(name: \"own\", title: \"\", data: (source: csv(file: {file:?}, task: classes), validation: 0),
          layers: [Dense(units: 2, activation: softmax)], loss: categorical_crossentropy, optimizer: Adam(),
          train: (epochs: 1, batch_size: 1))"
    ))
    .unwrap();
    let offers = crate::data::offers(&preset.data.source).unwrap();
    let experiment = preset.fit(&offers).unwrap();
    let look = || {
        let splits = open_alone(&experiment.preset.data).unwrap();
        crate::data::check_unchanged(&splits, &experiment).map_err(|error| error.to_string())
    };
    assert_eq!(look(), Ok(()));
    // More rows do no harm.
    put(folder.path(), "t.csv", b"a,b,kind\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n9,10,x\n");
    assert_eq!(look(), Ok(()));
    for other in [&b"a,kind\n1,x\n3,y\n5,x\n7,y\n"[..], b"a,b,kind\n1,2,x\n3,4,y\n5,6,z\n7,8,y\n"] {
        put(folder.path(), "t.csv", other);
        let told = look().unwrap_err();
        assert!(told.contains("t.csv: it has changed since the preset was checked"), "{told}");
    }
}

/// Opens a set without a network that wants it in a way of its own.
fn open_alone(config: &DataConfig) -> Result<Splits, Error> {
    crate::data::open(config, &Reading::suggested(config), 1)
}

fn config(data: &str) -> DataConfig {
    let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
    options.from_str(data).unwrap()
}

fn all(set: &dyn Dataset) -> Batch {
    let mut batch = Batch::default();
    set.fill(&(0..set.len() as u32).collect::<Vec<_>>(), &mut batch).unwrap();
    batch
}

#[test]
fn another_table_is_scaled_as_the_one_that_was_learned_whatever_the_order_of_its_columns() {
    let folder = tempfile::tempdir().unwrap();
    let rows = |from: usize, to: usize| -> String {
        (from..to).map(|i| format!("{i},{},{}\n", 1000 - 3 * i, ["no", "yes"][i % 2])).collect()
    };
    let train = put(folder.path(), "train.csv", format!("a,b,kind\n{}", rows(0, 60)).as_bytes());
    let test = put(folder.path(), "test.csv", format!("a,b,kind\n{}", rows(60, 90)).as_bytes());
    let learned = config(&format!("(source: csv(file: {train:?}, test_file: {test:?}, label: \"kind\"))"));
    let splits = open_alone(&learned).unwrap();
    let alone = config(&format!("(source: csv(file: {train:?}, label: \"kind\"))"));
    let same =
        test_set(Path::new(&test), &alone, &Reading::suggested(&alone), &preparation(&*splits.test)).unwrap();
    assert_eq!(all(&*same), all(&*splits.test));
    let turned: String =
        rows(60, 90).lines().map(|line| line.split(',').rev().collect::<Vec<_>>().join(",") + "\n").collect();
    let turned = put(folder.path(), "turned.csv", format!("kind,b,a\n{turned}").as_bytes());
    assert_eq!(
        all(&*test_set(Path::new(&turned), &alone, &Reading::suggested(&alone), &preparation(&*splits.test))
            .unwrap()),
        all(&*splits.test)
    );

    let said = |name: &str, text: &str| {
        let file = put(folder.path(), name, text.as_bytes());
        test_set(Path::new(&file), &alone, &Reading::suggested(&alone), &preparation(&*splits.test))
            .map(|set| set.len())
            .unwrap_err()
            .to_string()
    };
    assert!(
        said("class.csv", "a,b,kind\n1,2,yes\n1,2,maybe\n")
            .contains("class 'maybe' is none of this network's: no, yes")
    );
    assert!(said("columns.csv", "a,c,kind\n1,2,yes\n1,2,no\n").contains("'b'"));
    assert!(said("cell.csv", "a,b,kind\n1,x,yes\n1,2,no\n").contains("line 2"));
    assert!(said("x.npy", "\u{93}NUMPY").contains("two files"));
    assert!(said("x.dat", "1 2 3").contains("line 1"));
    assert!(
        test_set(folder.path(), &alone, &Reading::suggested(&alone), &preparation(&*splits.test)).is_err()
    );
}

#[test]
fn images_in_folders_are_the_digits_that_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let learned = config("(source: mnist, train_samples: 100)");
    let splits = open_alone(&learned).unwrap();
    let digits = crate::data::mnist::load().unwrap();
    let mut order: Vec<usize> = (0..40).collect();
    order.sort_by_key(|&i| (digits.test.labels[i], i));
    for &i in &order {
        let image =
            image::GrayImage::from_raw(28, 28, digits.test.images[i * 784..][..784].to_vec()).unwrap();
        let path = folder.path().join(format!("{}/{i:03}.png", digits.test.labels[i]));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        image.save(path).unwrap();
    }
    let seen =
        all(&*test_set(folder.path(), &learned, &Reading::suggested(&learned), &preparation(&*splits.test))
            .unwrap());
    let mut expected = Batch::default();
    splits.test.fill(&order.iter().map(|&i| i as u32).collect::<Vec<_>>(), &mut expected).unwrap();
    assert_eq!((seen.rows, &seen.targets), (40, &expected.targets));
    assert!(seen.inputs.iter().zip(&expected.inputs).all(|(a, b)| (a - b).abs() < 1e-6));

    // A network of another kind does not take them.
    let iris = config("(source: iris)");
    let flowers = open_alone(&iris).unwrap();
    let refused = test_set(folder.path(), &iris, &Reading::suggested(&iris), &preparation(&*flowers.test))
        .map(|set| set.len())
        .unwrap_err()
        .to_string();
    assert!(refused.contains("this network takes numbers of shape [4]"), "{refused}");
    std::fs::rename(folder.path().join("7"), folder.path().join("seven")).unwrap();
    let refused =
        test_set(folder.path(), &learned, &Reading::suggested(&learned), &preparation(&*splits.test))
            .map(|set| set.len())
            .unwrap_err()
            .to_string();
    assert!(refused.contains("class 'seven' is none of this network's: 0, 1, 2"), "{refused}");
}

#[test]
fn another_text_is_read_in_the_letters_that_were_learned() {
    let folder = tempfile::tempdir().unwrap();
    let book = put(folder.path(), "book.txt", "abcdefgh ".repeat(40).as_bytes());
    let learned = config(&format!("(source: text_file(file: {book:?}, steps: 4))"));
    let splits = open_alone(&learned).unwrap();
    let other = put(folder.path(), "other.txt", b"hgfedcba");
    let seen = all(&*test_set(
        Path::new(&other),
        &learned,
        &Reading::suggested(&learned),
        &preparation(&*splits.test),
    )
    .unwrap());
    assert_eq!((seen.inputs, seen.targets), (vec![8.0, 7.0, 6.0, 5.0], Targets::Classes(vec![7, 6, 5, 4])));
    let foreign = put(folder.path(), "foreign.txt", b"hgfxdcba");
    let refused =
        test_set(Path::new(&foreign), &learned, &Reading::suggested(&learned), &preparation(&*splits.test))
            .map(|set| set.len())
            .unwrap_err()
            .to_string();
    assert!(refused.contains("the character \"x\" is none of the 9 that this network knows"), "{refused}");
}

#[test]
fn values_are_judged_in_the_unit_that_was_learned() {
    let folder = tempfile::tempdir().unwrap();
    let text: String = (0..50).map(|i| format!("{i},{}\n", 2.5 * f64::from(i) + 0.25)).collect();
    let train = put(folder.path(), "train.csv", format!("x,y\n{text}").as_bytes());
    let learned = config(&format!("(source: csv(file: {train:?}))"));
    let splits = open_alone(&learned).unwrap();
    let test = put(folder.path(), "test.csv", b"x,y\n7,17.75\n");
    let set =
        test_set(Path::new(&test), &learned, &Reading::suggested(&learned), &preparation(&*splits.test))
            .unwrap();
    let Targets::Values(values) = all(&*set).targets else { panic!("they are values") };
    assert!((splits.test.target_scales()[0].restore(values[0]) - 17.75).abs() < 1e-4);
    assert_eq!(set.target_scales(), splits.test.target_scales());
    let classes = config("(source: iris)");
    let flowers = open_alone(&classes).unwrap();
    let refused =
        test_set(Path::new(&test), &classes, &Reading::suggested(&classes), &preparation(&*flowers.test))
            .map(|set| set.len())
            .unwrap_err()
            .to_string();
    assert!(
        refused.contains("line 1: 2 columns; the table that was learned has 5, with the label"),
        "{refused}"
    );
}
