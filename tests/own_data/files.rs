//! Files as other programs write them. Nothing is left out without a word, and what decides is what a file holds. Made after
//! public reports on other tools, which are named with their numbers.

use crate::program::{Desk, gzipped, noise};

/// What `data check` prints behind the file's name and size.
fn checked(desk: &Desk, file: &str) -> String {
    let output = desk.run(&["data", "check", file], b"");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.split_once(": ").map(|(_, report)| report.to_string()).unwrap_or(said)
}

/// Trains the preset; what it says beside its figures.
fn told(desk: &Desk) -> String {
    let output = desk.run(&["train", "own.ron"], b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

/// A line of the report: its label and value.
fn fact<'a>(report: &'a str, label: &str) -> &'a str {
    let line = report.lines().find_map(|line| line.trim().strip_prefix(label));
    line.unwrap_or_else(|| panic!("no {label} in {report}")).trim()
}

#[test]
fn images_of_all_kinds_are_classes_like_others() {
    // vision #4925: owl has WebP files only, rat BMP files only.
    let desk = Desk::with("image-kinds");
    let report = checked(&desk, "ext");
    assert_eq!(
        [fact(&report, "files"), fact(&report, "classes"), fact(&report, "that decode")],
        ["24", "4", "24"]
    );
    assert!(["cat", "dog", "owl", "rat"].iter().all(|class| fact(&report, class) == "6 (25.0%)"), "{report}");
    desk.preset_text(
        r#"(name: "own", title: "", data: (source: image_folder(folder: "ext", size: (8, 8))),
            layers: [Flatten, Dense(units: 4, activation: softmax)], loss: categorical_crossentropy,
            optimizer: Adam(), train: (epochs: 2, batch_size: 8))"#,
    );
    assert!(!told(&desk).contains("data:"));
    assert_eq!(desk.classes("ext/owl/0.webp", b"").len(), 1);
}

#[test]
fn what_a_folder_holds_besides_its_images_is_told_and_broken_images_are_refused_or_skipped() {
    let desk = Desk::new();
    for number in 0..24_u8 {
        let (class, level) = [("dark", 20), ("light", 200)][usize::from(number % 2)];
        let image = image::GrayImage::from_pixel(9, 9, image::Luma([level + number]));
        image.save(desk.path(&format!("pets/{class}/{}/{number}.png", number % 3))).expect("an image");
    }
    for name in
        ["pets/dark/a.heic", "pets/dark/b.heic", "pets/readme.md", "pets/none/c.heic", "pets/.DS_Store"]
    {
        desk.put(name, "no image");
    }
    let report = checked(&desk, "pets");
    for line in [
        "files left out because they are not images (PNG, JPEG, BMP, GIF, WebP or TIFF): 4 (3 .heic, 1 .md)",
        "folders left out because they hold no images: 'none'",
    ] {
        assert!(report.contains(line), "{report}");
    }
    assert_eq!((fact(&report, "files"), fact(&report, "hidden or of the system")), ("24", "1"));
    desk.preset("image_folder(folder: \"pets\", size: (4, 4))", "Flatten,");
    let said = told(&desk);
    assert!(
        said.contains("data: files left out because they are not images") && said.contains("'none'"),
        "{said}"
    );
    assert_eq!(desk.classes("pets/light/1/1.png", b""), ["light"]);

    for name in ["dark/0/0", "light/1/1", "light/0/3", "dark/1/4"] {
        desk.put(&format!("pets/{name}.png"), "no image any more");
    }
    let (said, code) = desk.failure(&["train", "own.ron"]);
    assert!(said.contains("pets/dark/0/0.png: it does not decode"), "{said}");
    assert!(said.contains("4 of 24 files are broken, and skip_broken: true leaves such files out"), "{said}");
    assert!(said.contains("and 1 more") && code == Some(1), "{said}");
    desk.preset("image_folder(folder: \"pets\", size: (4, 4), skip_broken: true)", "Flatten,");
    let said = told(&desk);
    assert!(said.contains("data: broken files left out: 4 of 24: pets/dark/0/0.png: it does not"), "{said}");
    // Scored on the whole folder, they are left out as well.
    let output = desk.run(&["eval", "last", "--data", "pets", "--json"], b"");
    assert!(String::from_utf8_lossy(&output.stdout).contains("\"samples\":20"), "{output:?}");
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("data: broken files left out: 4 of 24"),
        "{output:?}"
    );
}

#[test]
fn sounds_of_all_kinds_are_learned_and_asked_about() {
    let desk = Desk::with("sounds");
    // hound #39: ffmpeg cannot know the sizes when it writes into a pipe.
    let wav = Desk::with("wav");
    let report = checked(&wav, "ffmpeg_pipe.wav");
    assert_eq!([fact(&report, "seconds"), fact(&report, "samples a second")], {
        let plain = checked(&wav, "pcm16.wav");
        [fact(&plain, "seconds").to_string(), fact(&plain, "samples a second").to_string()]
    });
    let kinds =
        ["pcm_16.wav", "ffmpeg_pipe.wav", "float_64.wav", "flac_16.flac", "layer_3.mp3", "vorbis.ogg"];
    for (number, name) in kinds.iter().cycle().take(24).enumerate() {
        let bytes = std::fs::read(desk.path(name)).expect("a fixture");
        let class = if number % 2 == 0 { "even" } else { "odd" };
        // The name's ending says nothing.
        desk.put(&format!("tones/{class}/{number}"), bytes);
    }
    desk.preset("wav_folder(folder: \"tones\", seconds: 0.1)", "Flatten,");
    let said = told(&desk);
    assert!(said.contains("data: sounds whose channels are mixed: 12"), "{said}");
    for name in kinds {
        assert_eq!(desk.classes(name, b"").len(), 1);
    }
}

#[test]
fn a_text_is_the_same_in_every_encoding_and_packing() {
    // fast-csv #131: a byte order mark is no part of the first class's name.
    let desk = Desk::with("bom");
    let plain = checked(&desk, "plain.txt");
    let text = std::fs::read_to_string(desk.path("plain.txt")).expect("a text");
    let utf_16: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
    desk.put("utf_16.txt", utf_16);
    desk.put("crlf.txt", text.replace('\n', "\r\n"));
    desk.put("packed.txt.gz", gzipped(text.as_bytes()));
    for name in ["bom.txt", "utf_16.txt", "crlf.txt", "packed.txt.gz"] {
        assert_eq!(checked(&desk, name), plain, "{name}");
    }
    assert_eq!(fact(&plain, "classes"), "2");
}

#[test]
fn a_table_is_the_same_in_every_encoding_and_packing_and_its_errors_have_the_same_lines() {
    let desk = Desk::new();
    let mut random = noise(5);
    let mut table = "width,kind\n".to_string();
    for row in 0..80 {
        let (kind, shift) = [("cat", 0.0), ("dog", 2.0)][row % 2];
        table += &format!("{},{kind}\n", shift + random.next().unwrap());
    }
    let broken = table.replacen(",dog", "x,dog", 1);
    let written = |text: &str, name: &str| {
        let utf_16 = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(bytes).collect()
        };
        // Two members, filled up with zeros.
        let (first, second) = text.split_at(text.len() / 3);
        let packed = [gzipped(first.as_bytes()), gzipped(second.as_bytes()), vec![0; 1000]].concat();
        desk.put(&format!("{name}_bom.csv"), format!("\u{feff}{text}"));
        desk.put(&format!("{name}_le.csv"), utf_16(u16::to_le_bytes));
        desk.put(&format!("{name}_be.csv"), utf_16(u16::to_be_bytes));
        desk.put(&format!("{name}_crlf.csv"), text.replace('\n', "\r\n"));
        desk.put(&format!("{name}_packed.csv.gz"), packed);
        desk.put(&format!("{name}_tabs.tsv.gz"), gzipped(text.replace(',', "\t").as_bytes()));
        desk.put(&format!("{name}.csv"), text);
    };
    written(&table, "good");
    written(&broken, "bad");
    let all = ["_bom.csv", "_le.csv", "_be.csv", "_crlf.csv", "_packed.csv.gz", "_tabs.tsv.gz"];
    // A file's name stands in what is said of it.
    let unnamed = |name: &str| checked(&desk, name).replace(name, "");
    let (good, bad) = (unnamed("good.csv"), unnamed("bad.csv"));
    assert!(bad.contains("line 3, column 1 ('width')"), "{bad}");
    for end in all {
        assert_eq!(unnamed(&format!("good{end}")), good, "{end}");
        assert_eq!(unnamed(&format!("bad{end}")), bad, "{end}");
    }
    desk.preset("csv(file: \"good_packed.csv.gz\")", "");
    assert!(desk.trained() > 0.95);
    for end in all {
        let name = format!("good{end}");
        assert_eq!(desk.classes(&name, b"").len(), 80, "{end}");
        let output = desk.run(&["eval", "last", "--data", &name, "--json"], b"");
        assert!(output.status.success(), "{end}: {output:?}");
    }
}

#[test]
fn arrays_that_are_gzipped_are_learned() {
    let desk = Desk::new();
    for name in ["numpy_x.npy", "numpy_y.npy"] {
        desk.put(&format!("{name}.gz"), gzipped(&crate::program::numpy(name)));
    }
    desk.preset("npy(inputs: \"numpy_x.npy.gz\", targets: \"numpy_y.npy.gz\")", "Flatten,");
    assert!(desk.trained() > 0.95);
    assert_eq!(desk.classes("numpy_x.npy.gz", b"").len(), 80);
    assert_eq!(fact(&checked(&desk, "numpy_x.npy.gz"), "samples"), "80");
}

#[test]
fn characters_that_a_network_does_not_know_are_counted() {
    let desk = Desk::new();
    let line = |n: usize| format!("{}{n}\n", ["ham\tdear friend number ", "spam\tbuy cheap pills "][n % 2]);
    desk.put("mails.tsv", (0..40).map(line).collect::<String>());
    let layers = "Embedding(input_dim: 40, output_dim: 4), LSTM(units: 4),";
    desk.preset("labelled_text(file: \"mails.tsv\", length: 16)", layers);
    desk.trained();
    let output = desk.run(&["predict", "last", "-"], "dear friénd №7\nbuy\n".as_bytes());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("characters that the network does not know, and so does not see: 2"), "{said}");
}

/// A table of the files in these folders, with the folder's name as the class.
fn table_of(desk: &Desk, folders: &[&str]) -> String {
    let mut table = "id,file,kind\n".to_string();
    for (number, folder) in folders.iter().enumerate() {
        let mut names: Vec<_> = std::fs::read_dir(desk.path(folder))
            .expect("a folder")
            .flatten()
            .map(|file| file.file_name())
            .collect();
        names.sort();
        for name in names {
            let class = folder.rsplit('/').next().unwrap_or(folder);
            table += &format!("{number},{folder}/{},{class}\n", name.to_string_lossy());
        }
    }
    table
}

#[test]
fn a_table_of_images_is_learned_from_any_folder() {
    let desk = Desk::with("image-kinds");
    desk.put("files.csv", table_of(&desk, &["ext/cat", "ext/owl"]));
    // The table says where the files are, not the folder in which the program runs.
    let preset = r#"(name: "own", title: "", data: (source: file_table(table: "../files.csv", path: "file", label: "kind",
        size: (8, 8)), test: 0.25), layers: [Flatten, Dense(units: 2, activation: softmax)],
        loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.02), train: (epochs: 20, batch_size: 4))"#;
    desk.put("elsewhere/own.ron", preset);
    let output = desk.run_in("elsewhere", &["train", "own.ron", "--quiet"], b"");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(desk.classes("ext/cat/0.png", b""), ["cat"]);
    let output = desk.run(&["eval", "last", "--data", "files.csv", "--json"], b"");
    assert!(String::from_utf8_lossy(&output.stdout).contains("\"samples\":12"), "{output:?}");

    // What is in a file that the table names belongs to the data.
    desk.put("ext/cat/0.png", std::fs::read(desk.path("ext/cat/1.png")).expect("an image"));
    let (said, code) = desk.failure(&["eval", "last"]);
    assert!(
        said.contains("files.csv has changed since the run learned from it") && code == Some(1),
        "{said}"
    );
    desk.put("files.csv", table_of(&desk, &["ext/cat", "ext/owl"]) + "9,ext/none.png,cat\n");
    desk.preset_text(&preset.replace("../files.csv", "files.csv"));
    let (said, _) = desk.failure(&["train", "own.ron"]);
    assert!(said.contains("ext/none.png: No such file") && said.contains("skip_broken: true"), "{said}");
    let output = desk.run(&["train", "own.ron", "--set", "data.source.skip_broken=true"], b"");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("data: broken files left out: 1 of 13"), "{said}");
}

#[test]
fn a_table_of_sounds_and_one_of_texts_are_learned() {
    let desk = Desk::with("sounds");
    let names = ["pcm_16.wav", "float_64.wav", "flac_16.flac", "layer_3.mp3", "vorbis.ogg", "rf64.wav"];
    let rows = |n: usize| format!("{},{}\n", names[n % names.len()], n % 2);
    desk.put("sounds.csv", "file,class\n".to_string() + &(0..24).map(rows).collect::<String>());
    desk.preset("file_table(table: \"sounds.csv\", holds: sounds, seconds: 0.1)", "Flatten,");
    assert!(told(&desk).contains("data: sounds whose channels are mixed: 12"));
    assert_eq!(desk.classes("pcm_16.wav", b"").len(), 1);

    let text =
        |n: usize| ["dear friend, see you", "buy cheap pills, now"][n % 2].to_string() + &n.to_string();
    let class = |n: usize| ["ham", "spam"][n % 2];
    let row = |n: usize| format!("{},\"{}\"\n", class(n), text(n));
    desk.put("texts.csv", "label,text\n".to_string() + &(0..60).map(row).collect::<String>());
    let layers = "Embedding(input_dim: 40, output_dim: 8), LSTM(units: 12),";
    desk.preset(
        "file_table(table: \"texts.csv\", path: \"text\", label: \"label\", holds: texts, length: 16)",
        layers,
    );
    assert!(desk.trained() > 0.95);
    assert_eq!(desk.classes("-", b"dear friend, see you7\nbuy cheap pills, now3\n"), ["ham", "spam"]);

    (0..40).for_each(|n| desk.put(&format!("mails/{n}.txt"), text(n)));
    let row = |n: usize| format!("mails/{n}.txt,{}\n", class(n));
    desk.put("files.csv", "file,label\n".to_string() + &(0..40).map(row).collect::<String>());
    desk.preset("file_table(table: \"files.csv\", holds: text_files, length: 16)", layers);
    assert!(desk.trained() > 0.9);
    assert_eq!(desk.classes("mails/1.txt", b""), ["spam"]);
}

#[test]
fn a_link_to_the_folder_above_is_no_class() {
    let desk = Desk::new();
    for number in 0..16_u8 {
        let (class, level) = [("dark", 20), ("light", 200)][usize::from(number % 2)];
        let image = image::GrayImage::from_pixel(4, 4, image::Luma([level + number]));
        image.save(desk.path(&format!("pets/{class}/{number}.png"))).expect("an image");
    }
    std::os::unix::fs::symlink("..", desk.path("pets/above")).expect("a link");
    std::os::unix::fs::symlink(".", desk.path("pets/here")).expect("a link");
    let report = checked(&desk, "pets");
    assert_eq!((fact(&report, "files"), fact(&report, "classes")), ("16", "2"));
    assert!(
        report.contains("links left out because they lead back to a folder that they are in: 2"),
        "{report}"
    );
}

#[test]
fn files_of_other_kinds_in_a_folder_that_is_asked_about_are_left_out_and_told() {
    let desk = Desk::new();
    for number in 0..16_u8 {
        let (class, level) = [("dark", 20), ("light", 200)][usize::from(number % 2)];
        let image = image::GrayImage::from_pixel(4, 4, image::Luma([level + number]));
        image.save(desk.path(&format!("pets/{class}/{number}.png"))).expect("an image");
    }
    desk.preset("image_folder(folder: \"pets\", size: (4, 4))", "Flatten,");
    told(&desk);
    for name in ["asked/notes.txt", "asked/table.csv", "asked/README"] {
        desk.put(name, "no image\n");
    }
    std::fs::copy(desk.path("pets/dark/0.png"), desk.path("asked/a.png")).expect("a copy");
    let output = desk.run(&["predict", "last", "asked"], b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let wanted = "asked: files left out because they are not images (PNG, JPEG, BMP, GIF, WebP or TIFF): 3";
    assert!(output.status.success() && said.contains(wanted), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 1);
    // One that is named as an image and is none is a failure.
    desk.put("asked/b.png", "no image\n");
    let (said, code) = desk.failure(&["predict", "last", "asked"]);
    assert!(
        said.contains("asked/b.png") && said.contains("1 of 2 files is not answered") && code == Some(1),
        "{said}"
    );
    std::fs::remove_file(desk.path("asked/b.png")).expect("it was there");
    std::fs::remove_file(desk.path("asked/a.png")).expect("it was there");
    let (said, _) = desk.failure(&["predict", "last", "asked"]);
    assert!(said.contains("asked: none of its files is of a kind that this network takes"), "{said}");
}

#[test]
fn a_table_of_files_is_checked_with_its_files() {
    let desk = Desk::new();
    let mut table = String::from("n,file,kind\n");
    for number in 0..16_u8 {
        let (class, level) = [("dark", 20), ("light", 200)][usize::from(number % 2)];
        let image = image::GrayImage::from_pixel(4, 4, image::Luma([level + number]));
        image.save(desk.path(&format!("imgs/{number}.png"))).expect("an image");
        table.push_str(&format!("{number},imgs/{number}.png,{class}\n"));
    }
    desk.put("files.csv", &table);
    let report = checked(&desk, "files.csv");
    assert!(
        report.starts_with(
            "table of files: file_table(table: \"…\", path: \"file\", label: \"kind\", holds: images)"
        ),
        "{report}"
    );
    assert_eq!(
        (fact(&report, "files"), fact(&report, "that decode"), fact(&report, "dark")),
        ("16", "16", "8 (50.0%)")
    );
    desk.put("imgs/3.png", "no image\n");
    desk.put("files.csv", table + "16,imgs/gone.png,dark\n");
    let output = desk.run(&["data", "check", "files.csv"], b"");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        !output.status.success() && said.contains("imgs/3.png") && said.contains("imgs/gone.png"),
        "{said}"
    );
    assert_eq!(fact(&said, "that decode"), "15");
}
