//! Which files of `src/` name which others, read off their text.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A file of `src/` by its module path: `nn::layers::dense`; a folder's `mod.rs` or `lib.rs` by the
/// folder's.
pub struct Module {
    pub path: Vec<String>,
    /// The text without comments and without the module `tests` within it.
    pub code: String,
}

/// The folders whose files are crates of their own.
const CRATES: [&str; 2] = ["nn::kernel", "data::shades"];

/// The folder of the crate that a file is of; `None` for the program's.
pub fn crate_of(path: &[String]) -> Option<&'static str> {
    let path = path.join("::");
    CRATES
        .into_iter()
        .find(|root| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with("::")))
}

/// Every module below `src/`.
pub fn modules() -> Vec<Module> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let module = |file: PathBuf| {
        let mut path: Vec<String> = file
            .strip_prefix(&src)
            .unwrap()
            .with_extension("")
            .iter()
            .map(|part| part.to_string_lossy().into_owned())
            .collect();
        let is_root_of_folder = path.len() > 1 && path.last().is_some_and(|last| last == "lib");
        if is_root_of_folder || path.last().is_some_and(|last| last == "mod") {
            path.pop();
        }
        let code = without_tests(&without_comments(&fs::read_to_string(file).unwrap()));
        // A crate of its own names its files from its own root.
        let code = match crate_of(&path) {
            Some(root) => code.replace("crate::", &format!("crate::{root}::")),
            None => code,
        };
        Module { path, code }
    };
    files.into_iter().map(module).collect()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            sources(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            found.push(entry);
        }
    }
}

/// The code without its comments, which may name anything.
pub fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

fn without_tests(code: &str) -> String {
    // By convention the module `tests` is the last item of its file.
    let start = code.match_indices("#[cfg(test)]").find(|(at, mark)| {
        let rest = code[at + mark.len()..].trim_start();
        rest.starts_with("mod ") && rest.lines().next().is_some_and(|line| line.ends_with('{'))
    });
    start.map_or(code, |(at, _)| &code[..at]).to_owned()
}

/// A `use`, taken apart: the whole path of one name, and whether it is handed on.
pub struct Use {
    pub path: Vec<String>,
    pub is_handed_on: bool,
}

/// Every name that the module's `use` items bring in.
pub fn uses(code: &str) -> Vec<Use> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("use ") {
        let before = code[..at].trim_end_matches(' ');
        let is_item =
            before.is_empty() || before.ends_with(['\n', ';', '}', '{', ')']) || before.ends_with("pub");
        let Some(end) = code[at..].find(';').filter(|_| is_item) else { continue };
        let is_handed_on = before.ends_with("pub");
        let mut paths = Vec::new();
        expand(&[], &code[at + 4..at + end], &mut paths);
        found.extend(paths.into_iter().map(|path| Use { path, is_handed_on }));
    }
    found
}

/// `a::{b, c::{d, e}}` as `a::b`, `a::c::d`, `a::c::e`.
fn expand(before: &[String], tree: &str, found: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let split = |path: &str| -> Vec<String> {
        path.split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let Some((path, group)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or(tree);
        if !path.is_empty() {
            found.push([before.to_vec(), split(path)].concat());
        }
        return;
    };
    let before = [before.to_vec(), split(path)].concat();
    let (mut depth, mut start) = (0, 0);
    let group = group.strip_suffix('}').unwrap_or(group);
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&before, &group[start..at], found);
                start = at + 1;
            }
            _ => {}
        }
    }
    expand(&before, &group[start..], found);
}

/// Paths that stand in the code itself and begin with one of these words: `crate::a::b`, `super::c`.
fn inline_paths(code: &str, roots: &[&str]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for root in roots {
        for (at, _) in code.match_indices(&format!("{root}::")) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|letter| letter.is_alphanumeric() || "_:".contains(letter)) {
                continue;
            }
            let end = code[at..].find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
            let path = &code[at..end.map_or(code.len(), |end| at + end)];
            found.push(path.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect());
        }
    }
    found
}

/// The code without its `use` items.
fn without_uses(code: &str) -> String {
    let is_use =
        |line: &str| ["use ", "pub use ", "pub(crate) use "].iter().any(|word| line.starts_with(word));
    let mut left = String::new();
    let mut in_use = false;
    for line in code.lines() {
        in_use = in_use || is_use(line.trim_start());
        if !in_use {
            left.push_str(line);
            left.push('\n');
        }
        in_use = in_use && !line.contains(';');
    }
    left
}

/// What is known of the modules: their names, and which names each hands on from where.
struct Known {
    names: BTreeSet<String>,
    handed_on: BTreeMap<String, Vec<Vec<String>>>,
}

impl Known {
    fn of(modules: &[Module]) -> Self {
        let handed_on = |module: &Module| {
            uses(&module.code).into_iter().filter(|one| one.is_handed_on).map(|one| one.path).collect()
        };
        Known {
            names: modules.iter().map(|module| module.path.join("::")).collect(),
            handed_on: modules.iter().map(|module| (module.path.join("::"), handed_on(module))).collect(),
        }
    }

    fn is_child(&self, of: &[String], name: &str) -> bool {
        self.names.contains(&[of, &[name.to_owned()]].concat().join("::"))
    }

    /// The module in which the thing at this path is defined: a name that a folder's `mod.rs` hands on is looked up where
    /// it comes from.
    fn resolve(&self, path: &[String], own: &[String]) -> Option<String> {
        let full: Vec<String> = match path.first()?.as_str() {
            "crate" => path[1..].to_vec(),
            "self" => [own, &path[1..]].concat(),
            "super" => {
                let ups = path.iter().take_while(|part| *part == "super").count();
                [&own[..own.len().saturating_sub(ups)], &path[ups..]].concat()
            }
            child if self.is_child(own, child) => [own, path].concat(),
            _ => return None,
        };
        let length =
            (1..=full.len()).rev().find(|&length| self.names.contains(&full[..length].join("::")))?;
        let module = &full[..length];
        let origin = full.get(length).and_then(|name| {
            let all = &self.handed_on[&module.join("::")];
            all.iter().find(|path| path.last() == Some(name) && path[0] != "crate")
        });
        match origin {
            Some(path) => self.resolve(path, module),
            None => Some(module.join("::")),
        }
    }
}

/// For every module the others of its room that it needs. That a folder's `mod.rs` lists its files, and hands on what is
/// in them, is no need of it.
pub fn needs(modules: &[Module]) -> BTreeMap<String, BTreeSet<String>> {
    let known = Known::of(modules);
    let mut needs = BTreeMap::new();
    for Module { path: own, code } in modules {
        let used = uses(code).into_iter().filter(|one| !one.is_handed_on).map(|one| one.path);
        let code = without_uses(code);
        let children: Vec<&str> = known
            .names
            .iter()
            .filter_map(|name| name.strip_prefix(&format!("{}::", own.join("::"))))
            .filter(|child| !child.contains("::"))
            .collect();
        let in_code = inline_paths(&code, &[&children[..], &["crate", "super"]].concat());
        let targets = used.chain(in_code).filter_map(|path| known.resolve(&path, own));
        let same_room = |target: &String| target.split("::").next() == own.first().map(String::as_str);
        let name = own.join("::");
        needs.insert(name.clone(), targets.filter(|target| same_room(target) && *target != name).collect());
    }
    needs
}

/// Groups of modules that need each other in a circle, directly or through others.
pub fn circles(needs: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reach: BTreeMap<&String, BTreeSet<&String>> = needs
        .keys()
        .map(|start| {
            let mut seen = BTreeSet::new();
            let mut open: Vec<&String> = needs[start].iter().collect();
            while let Some(next) = open.pop() {
                if seen.insert(next) {
                    open.extend(needs.get(next).into_iter().flatten());
                }
            }
            (start, seen)
        })
        .collect();
    let mut circles: BTreeSet<Vec<String>> = BTreeSet::new();
    for (start, seen) in &reach {
        if seen.contains(*start) {
            let both_ways =
                seen.iter().filter(|other| reach.get(**other).is_some_and(|back| back.contains(*start)));
            circles.insert(both_ways.map(|name| (*name).clone()).collect());
        }
    }
    circles.into_iter().collect()
}
