//! "New from data": the data, the column to predict, the preset, one question after another.

use crossterm::event::KeyCode;

use crate::preset::Source;
use crate::tui::message::{Effect, Message};
use crate::tui::state::new_preset::{Suggestion, Target};
use crate::tui::state::{Overlay, Screen, State};
use crate::tui::update::update;

use super::builders::*;

const TEXT: &str = "// Made by `trainyard init` from /home/ada/homes.csv. Change what you like:
// `trainyard presets fields` lists what there is to set.
(
    name: \"homes\",
    title: \"price, from the 1460 rows of a table\",
    data: (
        source: csv(
            file: \"/home/ada/homes.csv\",
            // A value to predict, from 34900 to 755000.
            label: \"price\",
            columns: {
                \"area\": number, // 334 to 5642
                \"town\": category, // 3 words: 'Bern', 'Oslo', 'Rome'
            },
        ),
        // A fifth is kept for the test at the end; of the others, a part says when to stop.
        test: 0.2, validation: 0.2,
    ),
    // 1460 samples of 5 inputs: two hidden layers learn what these can teach.
    layers: [
        Dense(units: 64, activation: relu),
        Dense(units: 1),
    ],
    loss: mean_squared_error,
    optimizer: AdamW(learning_rate: 0.001, weight_decay: 0.01),
    train: (epochs: 200, batch_size: 32),
)
";

fn suggestion(targets: &[(&str, &str)]) -> Suggestion {
    let target = |(name, what): &(&str, &str)| Target { name: (*name).into(), what: (*what).into() };
    Suggestion {
        data: "~/homes.csv".into(),
        name: "homes".into(),
        text: TEXT.into(),
        targets: targets.iter().map(target).collect(),
        told: Vec::new(),
    }
}

/// The preset of a table whose columns could all be predicted.
pub fn of_a_table() -> Suggestion {
    suggestion(&[
        ("price", "A value to predict, from 34900 to 755000."),
        ("", "ignore: it numbers the rows, as the index that pandas writes"),
        ("area", "number: 334 to 5642"),
        ("town", "category: 3 words: 'Bern', 'Oslo', 'Rome'"),
    ])
}

fn suggested(state: &mut State, target: Option<&str>, result: Result<Suggestion, String>) -> Vec<Effect> {
    let targets = target.into_iter().map(str::to_string).collect();
    update(state, Message::Suggested { data: "~/homes.csv".into(), targets, result })
}

/// A dashboard that was asked for a preset for this data.
fn asked(width: u16, height: u16) -> State {
    let mut state = dashboard(width, height);
    press(&mut state, KeyCode::Char('n'));
    type_text(&mut state, "~/homes.csv");
    let wanted = Effect::Suggest { data: "~/homes.csv".into(), targets: Vec::new() };
    assert_eq!(press(&mut state, KeyCode::Enter), [wanted]);
    state
}

fn preset() -> crate::preset::Preset {
    crate::preset::parse::parse(TEXT, "homes").expect("the test's preset is valid")
}

#[test]
fn a_preset_is_made_question_by_question_and_saved_and_chosen() {
    for (width, height) in [(80, 24), (200, 60)] {
        let shot = |name: &str, state: &State| {
            insta::assert_snapshot!(format!("new_preset_{name}_{width}x{height}"), screen(state));
        };
        let mut state = asked(width, height);
        shot("reading", &state);
        suggested(&mut state, None, Ok(of_a_table()));
        shot("targets", &state);
        press(&mut state, KeyCode::Enter);
        press(&mut state, KeyCode::Down);
        shot("text", &state);
        let wanted = Effect::SaveNew { name: "homes".into(), text: TEXT.into() };
        assert_eq!(press(&mut state, KeyCode::Enter), [wanted]);
        let result = Ok(("/home/ada/homes.ron".to_string(), Box::new(preset())));
        let effects = update(&mut state, Message::NewSaved { text: TEXT.into(), result });
        assert!(matches!(&effects[..], [Effect::ReadFiles(Source::Csv(_))]), "{effects:?}");
        let chosen = state.presets.current().map(|entry| entry.original.name.as_str());
        assert_eq!((chosen, state.overlays.len(), state.screen), (Some("homes"), 0, Screen::Presets));
    }
}

#[test]
fn another_column_is_asked_for_and_going_back_is_closing() {
    let mut state = asked(80, 24);
    suggested(&mut state, None, Ok(of_a_table()));
    press(&mut state, KeyCode::End);
    let wanted = Effect::Suggest { data: "~/homes.csv".into(), targets: vec!["town".into()] };
    assert_eq!(press(&mut state, KeyCode::Enter), [wanted]);
    assert!(screen(&state).contains("reading it again"), "{}", screen(&state));
    suggested(&mut state, Some("town"), Err("line 7: no town".into()));
    assert!(screen(&state).contains("line 7: no town"), "{}", screen(&state));
    // An answer about a column that is not chosen any more is not shown.
    press(&mut state, KeyCode::Up);
    suggested(&mut state, Some("town"), Ok(of_a_table()));
    assert!(matches!(state.overlays.last(), Some(Overlay::Targets(_))));
    press(&mut state, KeyCode::Down);
    press(&mut state, KeyCode::Enter);
    suggested(&mut state, Some("town"), Ok(of_a_table()));
    assert!(screen(&state).contains("New preset: homes"), "{}", screen(&state));
    for left in [2, 1, 0] {
        press(&mut state, KeyCode::Esc);
        assert_eq!(state.overlays.len(), left);
    }
}

#[test]
fn marked_columns_are_predicted_at_once_and_what_init_tells_stands_above_the_preset() {
    let mut state = asked(80, 24);
    suggested(&mut state, None, Ok(of_a_table()));
    press(&mut state, KeyCode::Char(' '));
    press(&mut state, KeyCode::Down);
    press(&mut state, KeyCode::Down);
    press(&mut state, KeyCode::Char(' '));
    assert!(screen(&state).contains("*area"), "{}", screen(&state));
    let wanted = vec!["price".to_string(), "area".to_string()];
    let effect = Effect::Suggest { data: "~/homes.csv".into(), targets: wanted.clone() };
    assert_eq!(press(&mut state, KeyCode::Enter), [effect]);
    let told = vec!["1 row of 1460 has no label; it is left out, and predict answers it".to_string()];
    let result = Ok(Suggestion { told, ..of_a_table() });
    update(&mut state, Message::Suggested { data: "~/homes.csv".into(), targets: wanted, result });
    let seen = screen(&state);
    assert!(seen.contains("* 1 row of 1460 has no label"), "{seen}");
    assert!(seen.contains("Made by `trainyard init`"), "{seen}");
    // A mark that is taken away again leaves the chosen column.
    press(&mut state, KeyCode::Esc);
    press(&mut state, KeyCode::Char(' '));
    assert!(!screen(&state).contains("*area"));
}

#[test]
fn what_is_no_table_has_nothing_to_choose_and_problems_stand_in_the_question() {
    let mut state = asked(80, 24);
    suggested(&mut state, None, Err("~/homes.csv: there is no such file or folder".into()));
    assert!(screen(&state).contains("there is no such file or folder"), "{}", screen(&state));
    press(&mut state, KeyCode::Enter);
    suggested(&mut state, None, Ok(suggestion(&[])));
    assert!(screen(&state).contains("New preset: homes"), "{}", screen(&state));
    press(&mut state, KeyCode::Enter);
    let result = Err("homes: there is a preset of this name already".to_string());
    update(&mut state, Message::NewSaved { text: TEXT.into(), result });
    assert!(screen(&state).contains("there is a preset of this name already"), "{}", screen(&state));
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Char('n'));
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    assert!(screen(&state).contains("type the path of a file or folder"), "{}", screen(&state));
}

#[test]
fn a_path_is_completed_with_tab() {
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Char('n'));
    type_text(&mut state, "da");
    assert_eq!(press(&mut state, KeyCode::Tab), [Effect::CompletePath("da".into())]);
    let completed = |typed: &str, to: &str, names: &[&str]| Message::PathCompleted {
        typed: typed.into(),
        completed: to.into(),
        names: names.iter().map(ToString::to_string).collect(),
    };
    update(&mut state, completed("da", "data/", &["data/"]));
    press(&mut state, KeyCode::Tab);
    update(&mut state, completed("data/", "data/wine-", &["wine-red.csv", "wine-white.csv"]));
    let seen = screen(&state);
    assert!(seen.contains("> data/wine-") && seen.contains("wine-red.csv  wine-white.csv"), "{seen}");
    // An answer that comes after more was typed is not taken.
    type_text(&mut state, "r");
    update(&mut state, completed("data/wine-", "data/wine-", &[]));
    assert!(screen(&state).contains("> data/wine-r"), "{}", screen(&state));
}
