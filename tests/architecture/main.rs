//! Holds the code to `ARCHITECTURE.md`: which room may use which, what they hand on, who knows devices, and how files of
//! a room depend on each other.

mod ignored;
mod imports;

use imports::{Module, Use, circles, crate_of, modules, needs, uses};

/// A room and the rooms it may name. `cli` opens the dashboard, so it may name `tui`.
const MAY_USE: &[(&str, &[&str])] = &[
    ("cli", &["tui", "bench", "doctor", "search", "worker", "data", "run", "preset"]),
    ("tui", &["search", "worker", "run", "preset"]),
    ("search", &["worker", "run", "preset", "system"]),
    ("worker", &["train", "nn", "data", "run", "preset", "system"]),
    ("bench", &["train", "nn", "data", "preset"]),
    ("doctor", &["nn", "run", "preset", "system"]),
    ("train", &["nn", "data", "run", "preset", "system"]),
    ("nn", &["data", "preset"]),
    ("data", &["preset", "system"]),
    ("run", &["preset", "system"]),
    ("preset", &["system"]),
    ("system", &[]),
];

/// Crates that know a terminal, and the only rooms that may name them.
const TERMINAL_CRATES: &[&str] = &["ratatui", "crossterm", "indicatif", "clap"];
const TERMINAL_ROOMS: &[&str] = &["cli", "tui"];

/// Rooms whose code is written for any device.
const DEVICE_FREE_ROOMS: &[&str] =
    &["cli", "tui", "search", "worker", "bench", "doctor", "train", "data", "run", "preset", "system"];

/// The most files of a room that may need each other in a circle.
const LARGEST_CIRCLE: usize = 3;

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// The first word of every path below `crate::`, those of a group (`crate::{a, b::{c}}`) included.
fn first_words(code: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, root) in code.match_indices("crate::") {
        let rest = &code[at + root.len()..];
        let end = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
        if end > 0 {
            words.push(rest[..end].to_owned());
        }
    }
    let grouped = uses(code).into_iter().filter(|one| one.path.len() > 1 && one.path[0] == "crate");
    words.extend(grouped.map(|one| one.path[1].clone()));
    words
}

fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let starts = before.is_none_or(|letter| !is_word(letter) && letter != ':');
        let after = &code[at + name.len()..];
        starts && (after.starts_with("::") || (code[..at].ends_with("use ") && after.starts_with(';')))
    })
}

fn names_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + word.len()..].chars().next();
        ![before, after].into_iter().flatten().any(is_word)
    })
}

fn room(module: &Module) -> Option<&'static str> {
    let name = module.path.first()?;
    MAY_USE.iter().map(|(room, _)| *room).find(|room| room == name)
}

fn is_room(name: &str) -> bool {
    MAY_USE.iter().any(|(room, _)| *room == name)
}

fn assert_none(broken: &[String]) {
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn rooms_use_only_the_rooms_that_the_architecture_lets_them() {
    let modules = modules();
    let mut broken = Vec::new();
    for module in &modules {
        let path = module.path.join("::");
        let Some(room) = room(module) else {
            assert!(["lib", "main"].contains(&path.as_str()), "{path} is in no room of the table");
            continue;
        };
        let (_, allowed) = MAY_USE.iter().find(|(name, _)| *name == room).unwrap();
        for used in first_words(&module.code) {
            if is_room(&used) && used != room && !allowed.contains(&used.as_str()) {
                broken.push(format!("{path} names crate::{used}"));
            }
        }
        for foreign in TERMINAL_CRATES {
            if !TERMINAL_ROOMS.contains(&room) && names_crate(&module.code, foreign) {
                broken.push(format!("{path} names {foreign}"));
            }
        }
    }
    assert!(modules.len() > 20, "only {} files were found", modules.len());
    assert_none(&broken);
}

#[test]
fn crates_below_the_program_stand_alone_and_have_their_users() {
    let users = [("kernels", &["nn", "preset"][..]), ("shades", &["data"])];
    let mut broken = Vec::new();
    for module in &modules() {
        let path = module.path.join("::");
        if let Some(root) = crate_of(&module.path) {
            if module.code.replace(&format!("crate::{root}::"), "").contains("crate::") {
                broken.push(format!("{path} names another room"));
            }
            continue;
        }
        for (name, rooms) in users {
            if names_crate(&module.code, name) && !room(module).is_some_and(|room| rooms.contains(&room)) {
                broken.push(format!("{path} names the crate {name}"));
            }
        }
    }
    assert_none(&broken);
}

#[test]
fn no_room_hands_on_a_module_of_another() {
    // Single names may travel in a room's messages; a module handed on would be an arrow that no table shows.
    let (modules, mut broken) = (modules(), Vec::new());
    for module in &modules {
        for Use { path, is_handed_on } in uses(&module.code) {
            let is_foreign = path[0] == "crate" && path.get(1) != module.path.first();
            let is_module = modules.iter().any(|other| other.path == path[1..]);
            if is_handed_on && is_foreign && is_module {
                broken.push(format!("{} hands on {}", module.path.join("::"), path.join("::")));
            }
        }
    }
    assert_none(&broken);
}

#[test]
fn nothing_above_the_engine_names_a_device() {
    let mut broken = Vec::new();
    for module in &modules() {
        let is_test = module.path.last().is_some_and(|name| name.ends_with("tests") || name == "witness");
        let is_free = room(module).is_some_and(|room| DEVICE_FREE_ROOMS.contains(&room)) && !is_test;
        let code = module.code.replace("DeviceChoice::Cpu", "");
        let imports_it = uses(&code).iter().any(|one| one.path.join("::").starts_with("dfdx::tensor::Cpu"));
        if is_free && (imports_it || names_word(&code, "dfdx::tensor::Cpu")) {
            broken.push(format!("{} names dfdx's Cpu", module.path.join("::")));
        }
    }
    assert_none(&broken);
}

#[test]
fn the_command_line_prints_json_by_the_one_function_that_makes_it_safe() {
    let is_other = |module: &&Module| room(module) == Some("cli") && module.path.join("::") != "cli::text";
    let modules = modules();
    let broken: Vec<String> = modules
        .iter()
        .filter(is_other)
        .filter(|module| names_word(&module.code, "serde_json::to_string"))
        .map(|module| format!("{} makes JSON by itself", module.path.join("::")))
        .collect();
    assert_none(&broken);
}

#[test]
fn files_of_a_room_form_no_large_circles() {
    let large = circles(&needs(&modules())).into_iter().filter(|circle| circle.len() > LARGEST_CIRCLE);
    assert_none(
        &large
            .map(|circle| format!("a circle of {}: {}", circle.len(), circle.join(", ")))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn the_scan_sees_groups_and_single_paths() {
    let code = "use crate::{nn::{a, b}, preset,\n run::c};\nfn f() { crate::tui::run() }\nuse crate::data;";
    let mut words = first_words(code);
    words.sort();
    words.dedup();
    assert_eq!(words, ["data", "nn", "preset", "run", "tui"]);
    assert!(names_crate("use ratatui::Frame;", "ratatui") && names_crate("use clap;", "clap"));
    assert!(!names_crate("let x = my_clap::y; foo::clap::z", "clap"));
    let handed_on = uses("use a::b;\npub use crate::c::{D, e::{f, G}};");
    let paths: Vec<_> =
        handed_on.iter().filter(|one| one.is_handed_on).map(|one| one.path.join("::")).collect();
    assert_eq!(paths, ["crate::c::D", "crate::c::e::f", "crate::c::e::G"]);
}

#[test]
fn the_scan_finds_circles_through_several_files() {
    let module = |path: &str, code: &str| Module {
        path: path.split("::").map(str::to_owned).collect(),
        code: code.into(),
    };
    let modules = [
        module("r", "mod a; mod b; mod c; mod d;\npub use a::A;"),
        module("r::a", "use super::b::B;"),
        module("r::b", "fn f() { super::c::g() }"),
        module("r::c", "use crate::r::a::A;"),
        module("r::d", "use super::a::A;"),
    ];
    assert_eq!(circles(&needs(&modules)), [["r::a", "r::b", "r::c"]]);
    // A folder that calls its file forms a circle with it where the file needs what is in the folder's `mod.rs` itself.
    let modules = [
        module("s", "mod a; mod b;\npub use b::B;\npub struct S;\nfn f() { a::g() }"),
        module("s::a", "use super::{B, S};"),
        module("s::b", ""),
        module("t", "mod a; mod b;\npub use b::B;\nfn f() { a::g() }"),
        module("t::a", "use super::B;"),
        module("t::b", ""),
    ];
    assert_eq!(circles(&needs(&modules)), [["s", "s::a"]]);
}
