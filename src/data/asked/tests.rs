use super::*;
use crate::data::{self, Batch, Splits, preparation};
use std::io::Write;

fn open(config: &str) -> (DataConfig, Splits) {
    let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
    let config: DataConfig = options.from_str(config).unwrap();
    let splits = data::open(&config, &crate::preset::Reading::suggested(&config), 7).unwrap();
    (config, splits)
}

fn put(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn sample(splits: &Splits, index: u32) -> Vec<f32> {
    let mut batch = Batch::default();
    splits.test.fill(&[index], &mut batch).unwrap();
    batch.inputs
}

fn are_close(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4)
}

#[test]
fn a_row_of_a_table_gets_the_scale_of_the_training_samples_by_name_or_in_order_where_that_is_said() {
    let (config, splits) = open("(source: iris)");
    let (_, raw) = open("(source: iris, normalize: false)");
    let cells: Vec<String> = sample(&raw, 3).iter().map(ToString::to_string).collect();
    let names = splits.test.columns();
    let in_order = format!("{},setosa\n", cells.join(","));
    let backwards = |row: &[String]| row.iter().rev().cloned().collect::<Vec<_>>().join(",");
    let by_name = format!("species,{}\nsetosa,{}\n", backwards(names), backwards(&cells));
    let in_capitals = format!("{}\n{}\n", names.join(",").to_uppercase(), cells.join(","));
    let (here, nowhere) = (Names::InFirstLine, Names::Nowhere);
    for (text, names, line) in [(in_order, nowhere, 1), (by_name, here, 2), (in_capitals, here, 2)] {
        let asked =
            read(&config, &preparation(&*splits.test), put(text.as_bytes()).path(), names, None).unwrap();
        assert_eq!(asked.samples, [Which::row(1, Some(Place::Line(line)))]);
        assert!(are_close(&asked.inputs, &sample(&splits, 3)), "{text}");
    }
}

#[test]
fn what_a_network_does_not_take_is_refused_with_its_place() {
    let (config, splits) = open("(source: iris)");
    let said_of = |text: &[u8], names| {
        let Error::Broken { problem, .. } =
            read(&config, &preparation(&*splits.test), put(text).path(), names, None).unwrap_err();
        problem
    };
    let said = |text: &[u8]| said_of(text, Names::Nowhere);
    let order =
        "the order of the training: sepal length (cm), sepal width (cm), petal length (cm), petal width (cm)";
    let unsaid = said_of(b"1,2,3,4\n", Names::InFirstLine);
    assert_eq!(unsaid, format!("line 1 does not name the columns; --no-header takes them in {order}"));
    let others = said_of(b"a,b,c,d\n1,2,3,4\n", Names::InFirstLine);
    assert!(
        others.contains("has none that is called 'sepal length (cm)'") && others.ends_with(order),
        "{others}"
    );
    assert_eq!(said(b"1,2\n"), "line 1 has 2 columns, not 4");
    assert_eq!(said(b"\n"), "it holds no rows");
    assert_eq!(said(b""), "it is empty");
    assert!(said(b"\xff\xfe1").contains("line 1"));
    let sound = said(b"RIFF....WAVEfmt ");
    assert_eq!(
        sound,
        "this network does not take a sound; it learned from: Fisher's iris flowers (rows of 4 numbers)"
    );
    assert!(said(b"\x89PNG\r\n").contains("does not take an image"));
    let (config, splits) = open("(source: words)");
    let problem =
        read(&config, &preparation(&*splits.test), put(b"\x89PNG\r\n").path(), Names::default(), None)
            .unwrap_err()
            .to_string();
    assert!(problem.contains("this network does not take an image"), "{problem}");
}

#[test]
fn bad_rows_are_told_with_their_places_and_the_others_are_samples_with_theirs() {
    let (config, splits) = open("(source: iris)");
    let text = b"1,2,3,4\n1,x,3,4\n\n1,2,3\n5,6,7,8\n1,,3,4\n1e300,2,3,4\n";
    let asked = read(&config, &preparation(&*splits.test), put(text).path(), Names::Nowhere, None).unwrap();
    let asked = asked.without_too_large(4, splits.test.columns());
    assert_eq!(asked.samples, [(1, 1), (4, 5)].map(|(row, line)| Which::row(row, Some(Place::Line(line)))));
    assert_eq!(asked.inputs.len(), 8);
    let told: Vec<&str> = asked.bad.iter().map(|row| &row.problem[..]).collect();
    let wanted = [
        "row 2, line 2, column 2 ('sepal width (cm)'): 'x' is not a number",
        "row 3, line 4: 3 cells, and there are 4 columns",
        "row 5, line 6, column 2 ('sepal width (cm)'): the cell is empty, and the run learned nothing that stands in for it",
        "row 6, line 7, 'sepal length (cm)': a number is too large for a network",
    ];
    assert_eq!(told, wanted);
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4), }\n";
    let numbers = [1.0, 2.0, 3.0, 4.0, 1.0, f32::NAN, 3.0, 4.0].map(f32::to_le_bytes).concat();
    let npy = [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), &numbers];
    let npy = put(&npy.concat());
    let asked = read(&config, &preparation(&*splits.test), npy.path(), Names::default(), None).unwrap();
    assert_eq!((asked.samples, asked.inputs.len()), (vec![Which::row(1, None)], 4));
    assert_eq!(asked.bad[0].problem, "row 2, column 2: NaN is not a number to learn from");
}

#[test]
fn words_and_labelled_texts_become_the_samples_that_were_learned() {
    let (config, splits) = open("(source: words)");
    let word = splits.test.caption(5).unwrap();
    let asked = read(
        &config,
        &preparation(&*splits.test),
        put(format!("{word} zebra\n").as_bytes()).path(),
        Names::default(),
        None,
    )
    .unwrap();
    let texts: Vec<Option<String>> = asked.samples.into_iter().map(|of| of.text).collect();
    assert_eq!(texts, [Some(word), Some("zebra".into())]);
    assert_eq!(asked.inputs[..16], sample(&splits, 5));

    let lines: String = (0..20).map(|n| format!("{}\ttext {n}\n", ["good", "bad"][n % 2])).collect();
    let file = put(lines.as_bytes());
    let source = format!("labelled_text(file: {:?}, length: 8)", file.path().to_string_lossy());
    let (config, splits) = open(&format!("(source: {source})"));
    let text = splits.test.caption(1).unwrap();
    for line in [text.clone(), format!("good\t{text}"), format!("§{text}")] {
        let asked =
            read(&config, &preparation(&*splits.test), put(line.as_bytes()).path(), Names::default(), None)
                .unwrap();
        assert_eq!(asked.inputs, sample(&splits, 1), "{line}");
    }
    assert!(read(&config, &preparation(&*splits.test), put(b"\n\n").path(), Names::default(), None).is_err());
}

#[test]
fn a_sound_becomes_the_spectrogram_that_was_learned_scaled_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let tone = |path: &Path, pitch: f32| {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 8000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(path, spec).unwrap();
        (0..4000).for_each(|n| writer.write_sample((9000.0 * (n as f32 * pitch).sin()) as i16).unwrap());
        writer.finalize().unwrap();
    };
    for class in ["high", "low"] {
        std::fs::create_dir(folder.path().join(class)).unwrap();
        for n in 0..4 {
            let pitch = if class == "high" { 0.9 } else { 0.2 } + 0.01 * n as f32;
            tone(&folder.path().join(class).join(format!("{n}.wav")), pitch);
        }
    }
    let source = format!("wav_folder(folder: {:?}, seconds: 0.3)", folder.path().to_string_lossy());
    let (config, splits) = open(&format!("(source: {source}, test: 0.5)"));
    let file = splits.test.file_of(0).unwrap();
    assert!(file.starts_with("high/") || file.starts_with("low/"), "{file}");
    let asked = read(&config, &preparation(&*splits.test), &folder.path().join(file), Names::default(), None)
        .unwrap();
    assert_eq!(asked.samples, [Which::default()]);
    assert!(are_close(&asked.inputs, &sample(&splits, 0)));
    assert!(
        read(&config, &preparation(&*splits.test), put(b"1,2,3").path(), Names::default(), None).is_err()
    );
}

#[test]
fn images_and_arrays_become_the_pixels_that_were_learned() {
    let (config, splits) = open("(source: mnist)");
    let digit = sample(&splits, 0);
    let bytes: Vec<u8> = digit.iter().map(|x| (x * 255.0).round() as u8).collect();
    let folder = tempfile::tempdir().unwrap();
    let png = folder.path().join("digit.png");
    image::GrayImage::from_raw(28, 28, bytes.clone()).unwrap().save(&png).unwrap();
    let idx = [&[0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28][..], &bytes].concat();
    let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 784), }\n";
    let npy =
        [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), &bytes].concat();
    let (idx, npy) = (put(&idx), put(&npy));
    for file in [&png, idx.path(), npy.path()] {
        let asked = read(&config, &preparation(&*splits.test), file, Names::default(), None).unwrap();
        assert!(are_close(&asked.inputs, &digit), "{}", file.display());
        // What is flat is told, once a file.
        assert_eq!(asked.told.len(), usize::from(file == npy.path()), "{}: {:?}", file.display(), asked.told);
    }
    // A larger one is shrunk, a smaller one is in the middle.
    image::GrayImage::from_pixel(280, 140, image::Luma([255])).save(&png).unwrap();
    let wide = read(&config, &preparation(&*splits.test), &png, Names::default(), None).unwrap().inputs;
    assert_eq!((wide[6 * 28 + 3], wide[14 * 28 + 3], wide[22 * 28 + 3]), (0.0, 1.0, 0.0));
}
