//! What is said of files as people have them: broken pictures, animations, palettes, columns without a name.

use crate::program::{Desk, done, said};

/// A folder of eight images of two classes.
fn put_pets(desk: &Desk) {
    for n in 0..8_u8 {
        let (class, level) = [("dark", 20), ("light", 200)][usize::from(n % 2)];
        let image = image::RgbImage::from_pixel(6, 6, image::Rgb([level + n, level, level]));
        image.save(desk.path(&format!("pets/{class}/{n}.png"))).expect("an image");
    }
}

#[test]
fn of_a_broken_picture_it_is_said_what_it_is_instead() {
    let desk = Desk::new();
    put_pets(&desk);
    let whole = std::fs::read(desk.path("pets/light/1.png")).expect("an image");
    for (name, bytes, what) in [
        ("empty.jpg", &b""[..], "it does not decode: it is empty"),
        ("page.jpg", b"<!DOCTYPE html><html>404 Not Found</html>", "it is a page of the web (HTML)"),
        ("zeros.png", &[0; 300], "it begins with zeros alone"),
        (
            "phone.jpg",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
            "it is HEIC, as phones take photographs; save it as one of PNG, JPEG",
        ),
        ("pointer.png", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
        ("cut.png", &whole[..whole.len() - 20], "it does not decode: it ends too soon"),
    ] {
        desk.put(&format!("pets/dark/{name}"), bytes);
        let (told, is_good) = said(&desk, &["data", "check", "pets"]);
        assert!(
            !is_good && told.contains(&format!("pets/dark/{name}: ")) && told.contains(what),
            "{name}: {told}"
        );
        std::fs::remove_file(desk.path(&format!("pets/dark/{name}"))).expect("it was there");
    }
    // Sounds likewise.
    desk.put("sounds/a/1.wav", "");
    desk.put("sounds/b/1.wav", "<html>404</html>");
    let (told, _) = said(&desk, &["data", "check", "sounds"]);
    assert!(told.contains("sounds/a/1.wav: it does not decode: it is empty"), "{told}");
    assert!(told.contains("sounds/b/1.wav: it does not decode: it is a page of the web"), "{told}");
}

/// A GIF of one or more pictures of 2 by 2 pixels, by its specification; `is_clear`: its first colour is transparent.
fn gif(pictures: usize, is_clear: bool) -> Vec<u8> {
    let mut bytes = b"GIF89a\x02\0\x02\0\x80\0\0\x10\x20\x30\xf0\xe0\xd0".to_vec();
    for _ in 0..pictures {
        bytes.extend([0x21, 0xf9, 4, u8::from(is_clear), 1, 0, 0, 0]);
        bytes.extend([0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0]);
        // Four pixels of the colours 0, 1, 1, 0, as LZW packs them: clear, codes of three bits, end.
        bytes.extend([2, 3, 0x44, 0x02, 0x05, 0]);
    }
    bytes.push(0x3b);
    bytes
}

#[test]
fn animations_and_palettes_are_what_they_are() {
    let desk = Desk::new();
    put_pets(&desk);
    let check = |bytes: &[u8]| {
        desk.put("pets/dark/a.gif", bytes);
        done(&desk, &["data", "check", "pets"])
    };
    let (alpha, several) =
        ("alpha channel", "files with several pictures, as animations have, of which the first is taken: 1");
    let plain = check(&gif(1, false));
    assert!(!plain.contains(alpha) && !plain.contains(several), "{plain}");
    let clear = check(&gif(1, true));
    assert!(
        clear.contains("images with an alpha channel, which is left out: 1") && !clear.contains(several),
        "{clear}"
    );
    let moving = check(&gif(3, false));
    assert!(moving.contains(several) && !moving.contains(alpha), "{moving}");
    desk.preset("image_folder(folder: \"pets\", size: (4, 4))", "Flatten,");
    let told = done(&desk, &["train", "own.ron", "--epochs", "1"]);
    assert!(told.contains(several), "{told}");
}

#[test]
fn a_column_without_a_name_is_called_by_its_place() {
    let desk = Desk::new();
    let row = |n: usize| format!("{},{},2020-01-{:02}\n", n % 7, n % 5, 1 + n % 28);
    desk.put("dates.csv", "a,b,\n".to_string() + &(0..80).map(row).collect::<String>());
    let checked = done(&desk, &["data", "check", "dates.csv"]);
    assert!(checked.contains("the label holds dates; each of its 28 days is a class"), "{checked}");
    let row = |n: usize| format!("{},{},name {n}\n", n % 7, n % 5);
    desk.put("names.csv", "a,b,\n".to_string() + &(0..80).map(row).collect::<String>());
    let told = desk.failure(&["init", "names.csv"]).0;
    assert!(told.contains("the label has 80 different words in 80 rows"), "{told}");
    let row = |n: usize| format!("{},{},\n", n % 7, n % 5);
    desk.put("none.csv", "a,b,\n".to_string() + &(0..80).map(row).collect::<String>());
    let told = said(&desk, &["init", "none.csv", "--target", "3"]).0;
    assert!(!told.contains("''"), "{told}");
}

#[test]
fn the_report_has_no_noise_behind_its_numbers() {
    let desk = Desk::new();
    let row = |n: usize| {
        format!(
            "{},{},{}\n",
            (n * 37) % 101,
            (n * 17) % 89,
            ["a", "b"][(n * 37 % 101 + n * 17 % 89 > 95) as usize]
        )
    };
    desk.put("t.csv", "x,z,kind\n".to_string() + &(0..200).map(row).collect::<String>());
    desk.preset("csv(file: \"t.csv\")", "");
    desk.trained();
    let report = done(&desk, &["eval", "last", "--report", "--json"]);
    let predicted = done(&desk, &["predict", "last", "t.csv", "--json"]);
    // Of sums and means in double precision there may be 17 digits; of what has at most one behind the point there are none.
    for end in ["0000000000001", "0000000000002", "0000000000004", "9999999999999", "9999999999998"] {
        assert!(!report.contains(end), "{end}: {report}");
    }
    // A network's own outputs are of single precision, which nine digits tell apart.
    let outputs = predicted.split(['[', ',', ']', ':', '}']).filter(|number| number.contains('.'));
    let longest = outputs.filter(|number| number.parse::<f64>().is_ok()).map(str::len).max();
    assert!(longest.is_some_and(|longest| longest <= 14), "{longest:?}: {predicted}");
}
