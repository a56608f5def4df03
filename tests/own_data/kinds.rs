//! Every kind of file: trained on, scored, asked.

use std::f32::consts::TAU;

use crate::program::{Desk, gzipped, idx, noise, numpy};

#[test]
fn a_table_with_gaps_and_a_label_in_the_middle() {
    let desk = Desk::new();
    let mut random = noise(1);
    let mut table = "width,kind,height,weight\n".to_string();
    for row in 0..120 {
        let (kind, shift) = [("cat", 0.0), ("dog", 2.0)][row % 2];
        let mut next = || random.next().unwrap();
        let height = if row % 17 == 3 { String::new() } else { next().to_string() };
        table += &format!("{},{kind},{height},{}\n", shift + next(), 9.0 - 2.0 * shift + next());
    }
    desk.put("pets.csv", &table);
    desk.preset("csv(file: \"pets.csv\", label: \"kind\", missing: mean)", "");
    assert!(desk.trained() > 0.95);
    // Columns by their names in another order, an empty cell, no label; and in order from a pipe.
    desk.put("new.csv", "weight,height,width\n9.5,,0.5\n5.5,0.5,2.5\n");
    assert_eq!(desk.classes("new.csv", b""), ["cat", "dog"]);
    let answers = desk.lines(&["predict", "last", "-", "--no-header", "--json"], b"0.5,,9.5\n2.5,0.5,5.5\n");
    assert_eq!([&answers[0]["class"], &answers[1]["class"]], ["cat", "dog"]);
    assert_eq!(desk.classes("pets.csv", b"").len(), 120);
}

/// 60 images of 5 by 4: class 1 is bright at the top, class 0 at the bottom.
pub fn bright_at_an_end() -> (Vec<u8>, Vec<u8>) {
    let mut random = noise(2);
    let pixel = |image: usize, row: usize, x: f32| {
        let is_bright = (row < 2) == (image % 2 == 1);
        (60.0 * x) as u8 + if is_bright { 180 } else { 0 }
    };
    let images = (0..60 * 20).map(|at| pixel(at / 20, at % 20 / 4, random.next().unwrap())).collect();
    (images, (0..60).map(|image| image % 2).collect())
}

#[test]
fn idx_files_gzipped_and_plain() {
    let desk = Desk::new();
    let (images, labels) = bright_at_an_end();
    desk.put("x.gz", gzipped(&idx(&[60, 5, 4], &images)));
    desk.put("y", idx(&[60], &labels));
    desk.preset("idx(inputs: \"x.gz\", labels: \"y\")", "Flatten,");
    assert!(desk.trained() > 0.95);
    assert_eq!(desk.classes("x.gz", b"")[..4], ["0", "1", "0", "1"]);
    assert_eq!(desk.classes("-", &idx(&[1, 5, 4], &images[20..40])), ["1"]);
}

#[test]
fn arrays_and_archives_that_numpy_wrote() {
    let desk = Desk::new();
    for name in ["numpy_x.npy", "numpy_y.npy", "numpy_xy.npz"] {
        desk.put(name, numpy(name));
    }
    for (source, asked) in [
        ("npy(inputs: \"numpy_x.npy\", targets: \"numpy_y.npy\")", "numpy_x.npy"),
        ("npz(file: \"numpy_xy.npz\")", "numpy_xy.npz"),
    ] {
        desk.preset(source, "Flatten,");
        assert!(desk.trained() > 0.95, "{source}");
        assert_eq!(desk.classes(asked, b"")[..4], ["0", "1", "0", "1"], "{source}");
    }
}

#[test]
fn a_folder_of_images_of_many_sizes() {
    let desk = Desk::new();
    let mut random = noise(3);
    for number in 0..40 {
        let (class, level) = [("dark", 0.0), ("light", 180.0)][number % 2];
        let (width, height) = (10 + (number * 7) as u32 % 30, 8 + (number * 5) as u32 % 40);
        let image = image::RgbImage::from_fn(width, height, |_, _| {
            image::Rgb([(); 3].map(|()| (level + 60.0 * random.next().unwrap()) as u8))
        });
        let ending = if number % 3 == 0 { "jpg" } else { "png" };
        image.save(desk.path(&format!("pets/{class}/{number}.{ending}"))).unwrap();
    }
    desk.preset("image_folder(folder: \"pets\", size: (6, 8), colour: rgb)", "Flatten,");
    assert!(desk.trained() > 0.95);
    assert_eq!(desk.classes("pets/light/1.png", b""), ["light"]);
    assert_eq!(desk.classes("-", &std::fs::read(desk.path("pets/dark/0.jpg")).unwrap()), ["dark"]);
}

#[test]
fn a_text_that_a_language_model_continues() {
    let desk = Desk::new();
    desk.put("book.txt", "the cat sat on the mat. ".repeat(120));
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: text_file(file: \"book.txt\", steps: 12), labels: integer),
          layers: [Embedding(input_dim: 11, output_dim: 8), LSTM(units: 32, return_sequences: true, stateful: true),
                   Dense(units: 11, activation: softmax)],
          loss: sparse_categorical_crossentropy, optimizer: Adam(learning_rate: 0.02),
          train: (epochs: 20, batch_size: 4), procedure: language(prompt: \"the \"))",
    );
    assert!(desk.trained() > 0.9);
    desk.put("start.txt", "the cat");
    let words = ["predict", "last", "start.txt", "-", "--length", "17", "--temperature", "0.2", "--json"];
    let answers = desk.lines(&words, b"sat on \xe6\xbc\xa2the");
    assert_eq!(
        (&answers[0]["prompt"], &answers[0]["text"]),
        (&"the cat".into(), &" sat on the mat. ".into())
    );
    // A letter that the text does not have is passed over.
    assert_eq!(answers[1]["prompt"], "sat on the");
    assert_eq!(answers[1]["text"], " mat. the cat sat");
    let (said, code) = desk.failure(&["predict", "last", "own.ron", "/no/such/file"]);
    assert!(said.contains("/no/such/file") && code == Some(1), "{said}");
}

#[test]
fn labelled_texts() {
    let desk = Desk::new();
    let line = |n: usize| format!("{}{n}\n", ["ham\tdear friend number ", "spam\tbuy cheap pills "][n % 2]);
    desk.put("mails.tsv", (0..80).map(line).collect::<String>());
    desk.preset(
        "labelled_text(file: \"mails.tsv\", length: 16)",
        "Embedding(input_dim: 40, output_dim: 8), LSTM(units: 12),",
    );
    assert!(desk.trained() > 0.95);
    assert_eq!(desk.classes("-", b"dear friend number 7\n\nham\tbuy cheap pills 3\n"), ["ham", "spam"]);
}

#[test]
fn a_folder_of_sounds_of_several_rates() {
    let desk = Desk::new();
    for number in 0..32 {
        let (class, pitch) = [("low", 300.0), ("high", 1500.0)][number % 2];
        let rate = [8000, 16_000, 44_100][number % 3];
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: rate,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let path = desk.path(&format!("tones/{class}/{number}.wav"));
        let mut writer = hound::WavWriter::create(path, spec).unwrap();
        let pitch = pitch * (1.0 + 0.005 * number as f32);
        for n in 0..rate / 3 {
            writer.write_sample((9000.0 * (TAU * pitch * n as f32 / rate as f32).sin()) as i16).unwrap();
        }
        writer.finalize().unwrap();
    }
    desk.preset("wav_folder(folder: \"tones\", seconds: 0.3)", "Flatten,");
    assert!(desk.trained() > 0.95);
    assert_eq!(desk.classes("tones/low/2.wav", b""), ["low"]);
    assert_eq!(desk.classes("-", &std::fs::read(desk.path("tones/high/5.wav")).unwrap()), ["high"]);
    // The network does not take anything but sounds, and says so in one line.
    let (said, code) = desk.failure(&["predict", "last", "own.ron"]);
    assert_eq!(
        (&said[..], code),
        (
            "trainyard: own.ron: it is none of the sounds that are read (WAV, FLAC, MP3 or Ogg Vorbis); this network \
             learned from: Your folder of sounds\n",
            Some(1)
        )
    );
}
