//! Broken files: one error with its place, exit code 1, and no panic.

use crate::program::{Desk, gzipped, idx};

/// Trains on a source and looks at a file of it; both fail and say `wanted`.
fn is_refused(desk: &Desk, source: &str, file: Option<&str>, wanted: &str) {
    desk.preset(source, "Flatten,");
    let mut commands = vec![vec!["train", "own.ron", "--quiet"]];
    commands.extend(file.map(|file| vec!["data", "check", file]));
    for words in commands {
        let output = desk.run(&words, b"");
        let said =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(said.matches(wanted).count(), 1, "{words:?}: {said}");
        assert_eq!(output.status.code(), Some(1), "{words:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}

#[test]
fn idx_files_that_are_not_what_they_say() {
    let desk = Desk::new();
    let whole = idx(&[10, 3, 2], &[7; 60]);
    desk.put("good.idx", &whole);
    desk.put("labels.idx", idx(&[10], &[0, 1, 0, 1, 0, 1, 0, 1, 0, 1]));
    let of = |inputs: &str| format!("idx(inputs: \"{inputs}\", labels: \"labels.idx\")");

    desk.put("short.idx", &whole[..40]);
    let wanted = "short.idx: the axes [10, 3, 2] ask for 60 bytes after byte 16, the file has 24";
    is_refused(&desk, &of("short.idx"), Some("short.idx"), wanted);

    desk.put("magic.idx", [&[9], &whole[1..]].concat());
    is_refused(&desk, &of("magic.idx"), Some("magic.idx"), "magic.idx: byte 1: an IDX file begins with");

    // 40 megabytes of zeros in 40 kilobytes, whose header asks for 2 gigabytes.
    let header = idx(&[3_000_000, 28, 28], &[]);
    desk.put("bomb.gz", gzipped(&[&header[..], &vec![0; 40_000_000]].concat()));
    is_refused(
        &desk,
        &of("bomb.gz"),
        Some("bomb.gz"),
        "bomb.gz: the axes [3000000, 28, 28] ask for 2352000000",
    );

    desk.put("label.idx", idx(&[10], &[0, 1, 0, 1, 0, 1, 0, 1, 0, 9]));
    let source = "idx(inputs: \"good.idx\", labels: \"label.idx\", classes: 2)";
    is_refused(&desk, source, None, "label.idx: label 10: 9 is not one of the classes 0 to 1");

    desk.put("fewer.idx", idx(&[9], &[0; 9]));
    let source = "idx(inputs: \"good.idx\", labels: \"fewer.idx\")";
    is_refused(&desk, source, None, "good.idx: 10 samples, and fewer.idx has 9 answers");
}

#[test]
fn numbers_that_are_none_and_rows_that_are_short() {
    let desk = Desk::new();
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 2), }\n";
    let head = [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()].concat();
    let numbers = [1.0, 2.0, 3.0, f32::NAN, 5.0, 6.0, 7.0, 8.0_f32].map(f32::to_le_bytes).concat();
    desk.put("x.npy", [head, numbers].concat());
    let header = header.replace("<f4", "|u1").replace("(4, 2)", "(4,)");
    let head = [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()].concat();
    desk.put("y.npy", [&head[..], &[0, 1, 0, 1]].concat());
    let source = "npy(inputs: \"x.npy\", targets: \"y.npy\")";
    is_refused(&desk, source, Some("x.npy"), "x.npy: row 2, column 2: NaN is not a number");

    desk.put("ragged.csv", "a,b,kind\n1,2,x\n3,y\n5,6,y\n");
    let source = "csv(file: \"ragged.csv\")";
    is_refused(&desk, source, Some("ragged.csv"), "ragged.csv: line 3: 2 cells, and there are 3 columns");

    desk.put("gaps.csv", "a,b,kind\n1,2,x\n3,,y\n5,6,y\n");
    is_refused(&desk, "csv(file: \"gaps.csv\")", None, "gaps.csv: line 3, column 2 ('b'): the cell is empty");
}

#[test]
fn images_sounds_and_texts_that_do_not_decode() {
    let desk = Desk::new();
    for class in ["a", "b"] {
        for number in 0..5 {
            image::GrayImage::new(9, 9).save(desk.path(&format!("pets/{class}/{number}.png"))).unwrap();
            desk.put(&format!("tones/{class}/{number}.wav"), b"RIFF....WAVE");
        }
    }
    desk.put("pets/a/3.png", b"\x89PNG\r\n\x1a\n and no image");
    is_refused(
        &desk,
        "image_folder(folder: \"pets\", size: (8, 8))",
        Some("pets"),
        "pets/a/3.png: it does not decode",
    );
    desk.preset("wav_folder(folder: \"tones\")", "Flatten,");
    let (said, code) = desk.failure(&["train", "own.ron", "--quiet"]);
    assert!(said.contains(".wav: it does not decode") && code == Some(1), "{said}");

    desk.put("mails.txt", b"ham\tdear\nspam\tch\xffeap\n");
    let source = "labelled_text(file: \"mails.txt\")";
    is_refused(&desk, source, Some("mails.txt"), "mails.txt: line 2, column 8: the text is not UTF-8");
    desk.put("mails.txt", b"ham\tdear\nno class\n");
    is_refused(&desk, source, None, "mails.txt: line 2: no tab between class and text");
}
