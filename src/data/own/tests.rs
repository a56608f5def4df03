use super::*;
use crate::data::{Batch, Targets};
use std::path::Path;

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
    install();
    let splits = crate::data::open(&config, 1)?;
    let signature = config.signature();
    assert_eq!(splits.train.input_shape(), signature.input);
    assert_eq!(splits.train.len() + splits.validation.len(), signature.train);
    assert_eq!(splits.test.len(), signature.test);
    assert_eq!(splits.train.tokens().len(), signature.tokens.unwrap_or(0));
    Ok(splits)
}

fn filled(splits: &Splits) -> Batch {
    let mut batch = Batch::default();
    splits.train.fill(&(0..splits.train.len() as u32).collect::<Vec<_>>(), &mut batch);
    assert!(splits.train.problem().is_none());
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
    assert!(problem(&few, "").contains("few: 9 of them for the 10 samples"));
    let negative = put(folder.path(), "negative", &idx(9, &[10], &[255; 10]));
    assert!(problem(&negative, "").contains("label 1: -1 is not one of the classes"));
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
    splits.test.fill(&[0], &mut batch);
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
fn a_preset_over_files_is_checked_at_its_place_and_again_when_a_file_changes() {
    let folder = tempfile::tempdir().unwrap();
    let file = put(folder.path(), "t.csv", b"a,b,kind\n1,2,x\n3,4,y\n");
    install();
    let preset = format!(
        "(name: \"own\", title: \"\",\n data: (source: csv(file: {file:?}, task: classes), test: 0.5),\n layers: [Dense(units: 2, activation: softmax)], \
         loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 1))"
    );
    let check = || crate::preset::library::experiment(&preset, "own.ron");
    assert_eq!(check().unwrap().signature.input, [2]);
    put(folder.path(), "t.csv", b"a,b,kind\n1,2,x\n3,oops,y\n");
    let shown = check().unwrap_err().to_string();
    assert!(
        shown.contains("own.ron:2:") && shown.contains("line 3, column 2 ('b'): 'oops' is no number"),
        "{shown}"
    );
}
