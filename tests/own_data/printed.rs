//! Tables as programs print them (psql, MySQL, Markdown, pandas' `to_string`, `/etc/passwd`, libsvm): read as the table that they are,
//! or refused with the way out. `--target` is never passed over.

use crate::program::{Desk, said};

/// The rows of a table: a height, a city, a weight.
fn rows() -> impl Iterator<Item = (f64, &'static str, f64)> {
    (0..40).map(|n| {
        let height = 1.5 + f64::from(n * 7 % 23) / 32.0;
        (height, ["Oslo", "Rome"][n as usize % 2], 50.0 + 20.0 * height)
    })
}

#[test]
fn tables_that_databases_print_are_read_without_the_lines_that_are_drawn() {
    let desk = Desk::new();
    let table = |line: &dyn Fn(&str, &str, &str) -> String| -> String {
        rows()
            .map(|(height, city, weight)| line(&format!("{height:.2}"), city, &format!("{weight:.3}")))
            .collect()
    };
    let psql = table(&|h, city, w| format!(" {h} | {city} | {w} \n"));
    let drawn = "+------+------+--------+\n";
    let boxed = table(&|h, city, w| format!("| {h} | {city} | {w} |\n"));
    desk.put("plain.csv", format!("h,city,w\n{}", table(&|h, city, w| format!("{h},{city},{w}\n"))));
    let texts = [
        ("psql.txt", format!("  h   | city |   w    \n------+------+--------\n{psql}(40 rows)\n\n")),
        (
            "mysql.txt",
            format!("{drawn}| h    | city | w      |\n{drawn}{boxed}{drawn}40 rows in set (0.00 sec)\n"),
        ),
        ("markdown.txt", format!("| h | city | w |\n|---:|:---|---:|\n{boxed}")),
        ("colon.txt", format!("h:city:w\n{}", table(&|h, city, w| format!("{h}:{city}:{w}\n")))),
    ];
    let score = |file: &str| {
        let preset = format!("{file}.ron");
        let (told, is_done) = said(&desk, &["init", file, "--target", "w", "-o", &preset]);
        assert!(is_done, "{file}: {told}");
        let text = std::fs::read_to_string(desk.path(&preset)).expect("a preset");
        assert!(text.contains("label: \"w\"") && text.contains("\"city\": category"), "{file}: {text}");
        assert!(text.contains("\"h\": number") && text.contains("40 samples"), "{file}: {text}");
        let (told, is_done) = said(&desk, &["train", &preset, "--epochs", "2"]);
        assert!(is_done, "{file}: {told}");
        desk.lines(&["eval", "last", "--json"], b"")[0]["loss"].clone()
    };
    let right = score("plain.csv");
    for (file, text) in texts {
        desk.put(file, text);
        assert_eq!(score(file), right, "{file}");
    }
}

#[test]
fn texts_that_are_tables_of_other_kinds_are_refused_with_the_way_out() {
    let desk = Desk::new();
    let svm: String =
        rows().map(|(h, city, w)| format!("{} 1:{h:.2} 3:{w:.1}\n", i32::from(city == "Oslo"))).collect();
    desk.put("svm.txt", svm);
    let aligned: String = rows()
        .map(|(h, city, w)| {
            format!("{h:>5.2} {:>8} {w:>6.2}\n", if city == "Oslo" { "New York" } else { city })
        })
        .collect();
    desk.put("aligned.txt", format!("    h     city      w\n{aligned}"));
    for (file, wanted) in [("svm.txt", "load_svmlight_file"), ("aligned.txt", "read_fwf")] {
        for target in [&[][..], &["--target", "h"]] {
            let (told, is_done) = said(&desk, &[&["init", file, "-o", "new.ron"], target].concat());
            assert!(!is_done && told.contains(wanted), "{file}: {told}");
        }
    }
}

#[test]
fn a_target_is_never_passed_over() {
    let desk = Desk::with("formats");
    desk.put(
        "prose.txt",
        "It was a day like any other.\nNobody knew what it would bring.\nThen it rained.\n".repeat(40),
    );
    std::fs::create_dir_all(desk.path("folder/cats")).expect("a folder");
    desk.put("xy.npz", crate::program::numpy("numpy_xy.npz"));
    for (file, wanted) in [
        ("prose.txt", "this text is not read as one"),
        ("folder", "this is a folder; leave it out"),
        ("xy.npz", "this is none; leave it out"),
    ] {
        let (told, is_done) = said(&desk, &["init", file, "--target", "y", "-o", "new.ron"]);
        assert!(
            !is_done && told.contains("--target names a column of a table") && told.contains(wanted),
            "{file}: {told}"
        );
    }
    let (told, is_done) = said(&desk, &["init", "prose.txt", "-o", "new.ron"]);
    assert!(is_done, "{told}");
    // A table of words under the name of a text is one, where a column of it is named.
    let rows: String =
        (0..40).map(|n| format!("{},{}\n", ["low", "high"][n % 2], ["no", "yes"][n % 2])).collect();
    desk.put("words.txt", format!("level,answer\n{rows}"));
    let (told, is_done) = said(&desk, &["init", "words.txt", "--target", "answer", "-o", "words.ron"]);
    assert!(is_done, "{told}");
    let preset = std::fs::read_to_string(desk.path("words.ron")).expect("a preset");
    assert!(preset.contains("label: \"answer\""), "{preset}");
}
