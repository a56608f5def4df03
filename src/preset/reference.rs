//! The reference of all fields of a preset: what each takes, what it is when left out, and what it is for.

use std::fmt::Write;

use super::field::{Field, FieldKind};
use super::nesting::{Describe, Group, Inside};
use super::outline::Outline;
use super::path::{Key, Path};
use super::types::Preset;

/// One field of a preset.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Entry {
    /// Where it stands, as `--set` names it: `layers.N.filters`.
    pub path: String,
    /// What it takes: `a whole number from 1`.
    pub takes: String,
    /// What it is when a preset leaves it out; `None` where it must be there.
    pub default: Option<String>,
    /// What it is for, in one line.
    pub help: &'static str,
}

/// Fields that stand side by side.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Section {
    /// What they are fields of, as a preset writes it: `train.clip`, or `optimizer = Adam`.
    pub title: String,
    /// The fields, in the order in which a form shows them.
    pub fields: Vec<Entry>,
}

/// Every field, from the preset itself to the options of layers, sources, schedules and optimizers. What stands in several
/// places, such as layers, is listed at the first.
pub fn sections() -> Vec<Section> {
    let mut found = Vec::new();
    walk("", Preset::inside(), &mut Vec::new(), &mut found);
    found
}

/// The sections and fields that these words lead to: `train`, `layers.Conv2D`, `Adam.beta_1`, `loss_options`.
pub fn matching(wanted: &str) -> Vec<Section> {
    let words: Vec<&str> = wanted.split(['.', '[', ']', ' ', '=']).filter(|word| is_name(word)).collect();
    let keep = |mut section: Section| {
        let title = section.title.clone();
        section.fields.retain(|entry| is_under(&title, &entry.path, &words));
        (!section.fields.is_empty()).then_some(section)
    };
    sections().into_iter().filter_map(keep).collect()
}

/// The words by which sections and fields can be found.
pub fn words() -> Vec<String> {
    let split = |text: String| text.split(['.', ' ', '=']).map(String::from).collect::<Vec<_>>();
    let all = sections().into_iter().flat_map(|section| {
        let paths = section.fields.into_iter().flat_map(move |entry| split(entry.path));
        split(section.title).into_iter().chain(paths).collect::<Vec<_>>()
    });
    let mut all: Vec<String> = all.filter(|word| is_name(word)).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The whole reference as a page.
pub fn page() -> String {
    let mut page = String::from(
        "# The fields of a preset\n\nWhat `trainyard presets fields` prints. A path is what `--set PATH=VALUE` takes; `N` is \
         a place in a list, from 0.\nA field without a default must be there.\n",
    );
    for Section { title, fields } in sections() {
        let _ = write!(page, "\n## {title}\n\n| field | takes | default | |\n|---|---|---|---|\n");
        for Entry { path, takes, default, help } in fields {
            let default = default.map_or(String::new(), |text| format!("`{}`", text.replace('|', "\\|")));
            let _ = writeln!(page, "| `{path}` | {takes} | {default} | {help} |");
        }
    }
    page
}

/// The field at a path of a preset's text; which variant stands where, the text says.
pub fn field_at(text: &str, path: &Path) -> Option<&'static Field> {
    follow(text, path)?.0
}

/// What stands inside the value at a path.
pub fn inside_of(text: &str, path: &Path) -> Option<Inside> {
    follow(text, path)?.1
}

/// The fields of the value at a path.
pub fn group_at(text: &str, path: &Path) -> Option<Group> {
    match inside_of(text, path)? {
        Inside::Fields(group) => Some(group),
        Inside::Variants(groups) => chosen(text, path, groups),
        Inside::List(_) | Inside::ByName(_) => None,
    }
}

/// Whether what stands inside the value at a path has names that a person gave it.
pub fn is_by_name(text: &str, path: &Path) -> bool {
    matches!(inside_of(text, path), Some(Inside::ByName(_)))
}

/// The last field on the way along a path, and what stands inside the value at its end.
fn follow(text: &str, path: &Path) -> Option<(Option<&'static Field>, Option<Inside>)> {
    let (mut inside, mut found) = (Some(Preset::inside()), None);
    for (place, key) in path.0.iter().enumerate() {
        let so_far = Path(path.0[..place].to_vec());
        let group = match (key, inside.take()?) {
            (Key::Index(_), Inside::List(inner)) | (Key::Field(_), Inside::ByName(inner)) => {
                inside = Some(inner.inside());
                continue;
            }
            (_, Inside::Fields(group)) => group,
            (_, Inside::Variants(groups)) => chosen(text, &so_far, groups)?,
            (Key::Field(_), Inside::List(_)) | (Key::Index(_), Inside::ByName(_)) => return None,
        };
        found = Some(match key {
            Key::Field(name) => named(&group, name)?,
            Key::Index(0) if group.is_nameless => group.fields.first()?,
            Key::Index(_) => return None,
        });
        if let Some(FieldKind::Nested(described)) = found.map(|field| field.kind) {
            inside = Some(described.inside());
        }
    }
    Some((found, inside))
}

/// The variant that stands at a path.
fn chosen(text: &str, path: &Path, groups: Vec<Group>) -> Option<Group> {
    let outline = Outline::of(text);
    let word = outline.node(path)?.value().word(text);
    groups.into_iter().find(|group| group.variant == Some(word))
}

fn named(group: &Group, name: &str) -> Option<&'static Field> {
    group.fields.iter().find(|field| field.name == name)
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word != "N" && word != "NAME" && word.parse::<usize>().is_err()
}

/// Whether the words stand in the section's title or the field's path, in this order.
fn is_under(title: &str, path: &str, words: &[&str]) -> bool {
    let field = path.rsplit('.').next().unwrap_or(path);
    let address = title.split(['.', ' ', '=']).chain([field]).filter(|word| is_name(word));
    let mut left = words.iter().peekable();
    for part in address {
        if left.peek().is_some_and(|word| word.eq_ignore_ascii_case(part)) {
            left.next();
        }
    }
    left.peek().is_none()
}

/// Lists what stands inside the value at `path`. `seen` has what was listed before, and where.
fn walk(path: &str, inside: Inside, seen: &mut Vec<(String, String)>, found: &mut Vec<Section>) {
    match inside {
        Inside::List(inner) => walk(&format!("{path}.N"), inner.inside(), seen, found),
        Inside::ByName(inner) => walk(&format!("{path}.NAME"), inner.inside(), seen, found),
        Inside::Fields(group) => {
            let title = if path.is_empty() { "a preset".into() } else { path.to_owned() };
            group_of(path, title, &group, seen, found);
        }
        Inside::Variants(groups) => {
            for group in groups.iter().filter(|group| !group.fields.is_empty()) {
                let title = format!("{path} = {}", group.variant.unwrap_or_default());
                group_of(path, title, group, seen, found);
            }
        }
    }
}

fn group_of(
    path: &str,
    title: String,
    group: &Group,
    seen: &mut Vec<(String, String)>,
    found: &mut Vec<Section>,
) {
    let place = found.len();
    found.push(Section { title, fields: Vec::new() });
    let mut fields = Vec::new();
    for (field, default) in group.fields.iter().zip(group.defaults()) {
        let path = if path.is_empty() { field.name.to_owned() } else { format!("{path}.{}", field.name) };
        let mut takes = field.kind.in_words();
        let mut default = default;
        if let FieldKind::Nested(described) = field.kind {
            let inside = described.inside();
            let name = names(&inside);
            if let Inside::Fields(_) = inside {
                default = default.map(|_| "(…)".into());
            }
            match seen.iter().find(|(known, _)| *known == name) {
                Some((_, first)) => takes = format!("as {first}"),
                None => {
                    if let Inside::List(each) = &inside
                        && let Some((_, first)) =
                            seen.iter().find(|(known, _)| *known == names(&each.inside()))
                    {
                        // Lists in a list: each of them is known.
                        takes = format!("[…] with lists, each as {first}");
                        fields.push(Entry { path, takes, default, help: field.help });
                        continue;
                    }
                    seen.push((name, path.clone()));
                    if let Inside::List(each) = &inside {
                        seen.push((names(&each.inside()), format!("{path}.N")));
                    }
                    walk(&path, inside, seen, found);
                }
            }
        }
        if default.as_deref() == Some("None") {
            default = Some("none".into());
        }
        fields.push(Entry { path, takes, default, help: field.help });
    }
    found[place].fields = fields;
}

/// The names in a value, by which it is recognised.
fn names(inside: &Inside) -> String {
    let of = |group: &Group| {
        let fields: Vec<&str> = group.fields.iter().map(|field| field.name).collect();
        format!("{}({})", group.variant.unwrap_or_default(), fields.join(","))
    };
    match inside {
        Inside::Fields(group) => of(group),
        Inside::Variants(groups) => groups.iter().map(of).collect::<Vec<_>>().join("|"),
        Inside::List(inner) => format!("[{}]", names(&inner.inside())),
        Inside::ByName(inner) => format!("{{{}}}", names(&inner.inside())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_layer_optimizer_schedule_and_source_is_in_the_reference() {
        let titles: Vec<String> = sections().into_iter().map(|section| section.title).collect();
        for title in
            ["a preset", "train", "train.clip", "layers.N = Conv2D", "optimizer = Lion", "data.source = csv"]
        {
            assert!(titles.iter().any(|known| known == title), "{title} of {titles:?}");
        }
        let (layers, all) = (crate::preset::Layer::inside(), titles.len());
        let Inside::Variants(kinds) = layers else { panic!("layers are variants") };
        let with_fields = kinds.iter().filter(|group| !group.fields.is_empty()).count();
        assert_eq!(titles.iter().filter(|title| title.starts_with("layers.N = ")).count(), with_fields);
        // Layers stand in decoders and residual blocks too, and are listed once.
        assert!(all < 100, "{all} sections");
    }

    #[test]
    fn a_word_or_a_path_finds_its_fields() {
        let found = |wanted: &str| -> Vec<String> {
            matching(wanted).into_iter().flat_map(|section| section.fields).map(|entry| entry.path).collect()
        };
        assert_eq!(found("layers.Conv2D.filters"), ["layers.N.filters"]);
        assert_eq!(found("train.clip"), ["train.clip", "train.clip.norm", "train.clip.value"]);
        assert_eq!(found("adam.beta_1"), ["optimizer.beta_1"]);
        assert!(found("nonsense").is_empty());
        let epochs = &matching("train.epochs")[0].fields[0];
        assert_eq!((&*epochs.takes, &epochs.default), ("a whole number from 1", &None));
    }

    #[test]
    fn a_field_is_found_through_the_variants_that_stand_in_the_text() {
        let text = include_str!("../../presets/mnist-cnn.ron");
        let help = |path: &[Key]| field_at(text, &Path(path.to_vec())).map(|field| field.name);
        let name = |name: &str| Key::Field(name.into());
        assert_eq!(help(&[name("layers"), Key::Index(0), name("filters")]), Some("filters"));
        assert_eq!(help(&[name("layers"), Key::Index(0), name("units")]), None);
        assert_eq!(help(&[name("train"), name("clip"), name("norm")]), Some("norm"));
        assert_eq!(help(&[name("optimizer"), name("beta_1")]), Some("beta_1"));
        assert_eq!(help(&[name("train"), name("epoch")]), None);
    }

    #[test]
    fn the_page_in_docs_is_what_the_program_says() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fields.md");
        if std::env::var_os("UPDATE_PAGES").is_some() {
            std::fs::write(&file, page()).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(
            kept == page(),
            "docs/fields.md is not up to date; set UPDATE_PAGES=1 and run this test again"
        );
    }
}
