//! Names and messages from elsewhere: whatever is in them, the terminal only gets text.

use std::time::Instant;

use crossterm::event::KeyCode;

use crate::preset::Preset;
use crate::run::text::steers;
use crate::tui::message::Message;
use crate::tui::state::State;
use crate::tui::state::presets::{Entry, Origin};
use crate::tui::update::update;
use crate::worker::{Confusion, Event, Inspection};

use super::builders::*;
use super::queue::of_texts;

fn hostile() -> Vec<String> {
    vec![
        "\u{1b}[2J\u{1b}]0;title\u{7}name".into(),
        "\u{202e}txet\u{2066}x\u{200f}\u{61c}".into(),
        "a\nb\r\nc\td\u{2028}e\u{85}f".into(),
        "\u{9b}31mred\u{90}q\u{9c}".into(),
        "漢字".repeat(3 << 20),
        "\u{1b}".repeat(10 << 20),
    ]
}

/// Draws every screen; nothing that steers a terminal may be in a cell, and no frame may hang.
fn look(state: &mut State, name: &str) {
    for (width, height) in [(80, 24), (200, 60)] {
        update(state, Message::Resize(width, height));
        for tab in ['1', '2', '3', '4', '5', '7'] {
            press(state, KeyCode::Char(tab));
            for popup in [None, Some('?'), Some('v')] {
                if let Some(key) = popup {
                    press(state, KeyCode::Char(key));
                }
                let since = Instant::now();
                let text = screen(state);
                let shown: String = name.chars().take(20).collect();
                assert!(
                    since.elapsed().as_secs() < 60,
                    "{shown:?} took {:?} on screen {tab}",
                    since.elapsed()
                );
                let bad = text.chars().find(|letter| *letter != '\n' && steers(*letter));
                assert_eq!(bad, None, "{shown:?} on screen {tab}");
                state.overlays.clear();
            }
        }
    }
}

#[test]
fn names_of_presets_runs_and_classes_and_messages_do_not_reach_the_terminal_as_they_are() {
    for name in hostile() {
        let mut state = in_training(80, 24);
        let preset = Preset { name: name.clone(), title: name.clone(), description: name.clone(), ..cnn() };
        state.presets.entries.push(Entry::new(Origin::User(name.clone()), preset.clone()));
        state.presets.broken.push((name.clone(), name.clone()));
        let Event::Started(mut info) = started() else { unreachable!("it is the start") };
        (info.preset, info.device) = (preset.clone(), name.clone());
        info.classes = vec![name.clone(); 10];
        report(&mut state, Event::Started(info));
        report(&mut state, stepped(4));
        report(&mut state, Event::Keeping { run: name.clone(), folder: name.clone() });
        report(&mut state, Event::Log(name.clone()));
        report(&mut state, Event::Trouble(Some(name.clone())));
        let confusion = Confusion { classes: vec![name.clone(); 3], counts: vec![vec![1; 3]; 3], step: 4 };
        answer(&mut state, Inspection::Confusion(confusion));
        let mut list = runs();
        if let Ok(manifest) = &mut list[3].manifest {
            (manifest.preset, manifest.host, manifest.device) = (preset, name.clone(), name.clone());
            manifest.command_line = vec![name.clone()];
        }
        list[0].manifest = Err(name.clone());
        state.runs.found(Ok(list));
        update(&mut state, Message::Queue(Box::new(of_texts(&name))));
        for chosen in [2, 3] {
            state.presets.selected = chosen;
            state.runs.selected = 3 - chosen;
            look(&mut state, &name);
        }
        report(&mut state, Event::Failed(name.clone()));
        look(&mut state, &name);
    }
}
