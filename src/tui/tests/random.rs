//! Whatever is pressed, clicked and resized: the dashboard draws and does not panic.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::tui::message::{Effect, Message, QueueAnswer, SearchAnswer};
use crate::tui::state::State;
use crate::tui::state::new_preset::Suggestion;
use crate::tui::update::update;
use crate::worker::{ConnectionState, Event, Filter, Outcome, Phase, Reply, RequestId};

use super::builders::*;
use super::figures::{drawn_figures, started_with_figures};
use super::new_preset::of_a_table;
use super::queue::waiting;
use super::searches::{running, view};

/// A reply to a request that was made, or that was not.
fn any_reply() -> impl Strategy<Value = Event> {
    let inspected = |inspection| Reply::Inspected(Box::new(inspection));
    let reply = prop_oneof![
        Just(Reply::Done),
        Just(inspected(sample(Filter::All))),
        Just(inspected(sample(Filter::Wrong))),
        Just(inspected(confusion())),
        prop::sample::select(drawn_figures()).prop_map(inspected),
        Just(Reply::Overtaken),
        Just(Reply::Refused("no".into())),
    ];
    (1..20_u64, reply).prop_map(|(number, reply)| Event::Reply { to: RequestId { asker: 0, number }, reply })
}

pub(super) fn any_message() -> impl Strategy<Value = Message> {
    let letters = "[a-zA-Z0-9 .:?+=/-]".prop_map(|text| KeyCode::Char(text.chars().next().unwrap_or(' ')));
    let others = prop::sample::select(vec![
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::Backspace,
        KeyCode::Delete,
    ]);
    let modifiers = prop::sample::select(vec![
        KeyModifiers::NONE,
        KeyModifiers::NONE,
        KeyModifiers::NONE,
        KeyModifiers::CONTROL,
        KeyModifiers::SHIFT,
    ]);
    let key = (prop_oneof![3 => letters, 2 => others], modifiers)
        .prop_map(|(code, modifiers)| Message::Key(KeyEvent::new(code, modifiers)));
    let kinds = prop::sample::select(vec![
        MouseEventKind::Down(MouseButton::Left),
        MouseEventKind::ScrollDown,
        MouseEventKind::ScrollUp,
    ]);
    let mouse = (kinds, 0..210_u16, 0..70_u16, prop::bool::ANY).prop_map(|(kind, column, row, twice)| {
        let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        if twice { Message::DoubleClick(event) } else { Message::Mouse(event) }
    });
    let small = (1..90_u16, 1..30_u16).prop_map(|(width, height)| Message::Resize(width, height));
    let large = (80..220_u16, 24..70_u16).prop_map(|(width, height)| Message::Resize(width, height));
    let connection =
        prop::sample::select(vec![ConnectionState::Lost, ConnectionState::Restored, ConnectionState::Ended]);
    let engine = prop_oneof![
        prop_oneof![Just(started()), Just(started_with_figures())],
        Just(Event::Past(Box::default())),
        (1..5000_u64).prop_map(stepped),
        (1..6_u32).prop_map(epoch_done),
        any_reply(),
        Just(finished(Outcome::Completed)),
        Just(Event::Phase(Phase::Paused)),
        Just(Event::Phase(Phase::Training)),
        Just(Event::Failed("no".into())),
        connection.prop_map(Event::Connection),
    ]
    .prop_map(Message::Engine);
    let paste = ".{0,20}".prop_map(Message::Paste);
    // The answer to a question that still stands where nothing has been typed.
    let suggested = |result| Message::Suggested { data: String::new(), targets: Vec::new(), result };
    let found = prop_oneof![
        Just(Message::Runs(Ok(runs()))),
        Just(Message::Runs(Ok(Vec::new()))),
        Just(Message::Searches(Box::new(view(running())))),
        Just(Message::Searches(Box::default())),
        Just(Message::Queue(Box::new(waiting()))),
        Just(Message::Queue(Box::default())),
        Just(Message::QueueDone(QueueAnswer::Run(Box::new(runs().remove(1))))),
        Just(Message::SearchDone(SearchAnswer::Run(Box::new(runs().remove(1))))),
        Just(suggested(Ok(Suggestion { data: String::new(), ..of_a_table() }))),
        Just(suggested(Err("no".into()))),
    ];
    let event_files = Just(Message::Watched(Box::new(super::watched::found())));
    let found = prop_oneof![9 => found, 1 => event_files];
    prop_oneof![1 => found, 8 => key, 3 => mouse, 1 => small, 1 => large, 4 => engine, 1 => paste, 1 => Just(Message::Tick)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_pressed_clicked_or_resized_makes_it_panic(
        messages in prop::collection::vec(any_message(), 1..60)
    ) {
        let mut state = dashboard(80, 24);
        for message in messages {
            update(&mut state, message);
            screen(&state);
        }
    }
}

fn is_left(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Quit | Effect::Detach))
}

/// Whether `q` leads out of the dashboard from here, once Escape has closed what lies over it: at once, or where a training runs, after
/// the question.
fn q_leads_out(state: &State) -> bool {
    let mut state = state.clone();
    for _ in 0..6 {
        press(&mut state, KeyCode::Esc);
    }
    is_left(&press(&mut state, KeyCode::Char('q'))) || is_left(&press(&mut state, KeyCode::Char('y')))
}

/// Presses, clicks and resizes at random in one dashboard, as long as it is not left.
fn monkey(inputs: usize) {
    let since = std::time::Instant::now();
    let mut runner = TestRunner::deterministic();
    let messages = any_message();
    let mut state = dashboard(80, 24);
    for input in 0..inputs {
        if input % 50 == 0 {
            assert!(q_leads_out(&state), "after {input}: {}", screen(&state));
        }
        let message = messages.new_tree(&mut runner).expect("it rejects nothing").current();
        let effects = update(&mut state, message);
        screen(&state);
        if is_left(&effects) {
            state = dashboard(80, 24);
        }
    }
    println!("{inputs} inputs in {:.0} s without a panic", since.elapsed().as_secs_f64());
}

/// As many as take some seconds. The same ones each time, so that whoever broke something finds out at once.
#[test]
fn a_monkey_does_no_harm() {
    monkey(20_000);
}

#[test]
#[ignore = "takes minutes"]
fn a_monkey_does_no_harm_with_a_hundred_thousand_inputs_or_as_many_as_asked_for() {
    let asked = std::env::var("TRAINYARD_MONKEY").ok().and_then(|inputs| inputs.parse().ok());
    monkey(asked.unwrap_or(100_000));
}

#[test]
fn every_screen_fits_every_size_down_to_one_cell() {
    for tab in ['1', '2', '3', '4', '5', '6', '7'] {
        for popup in [' ', '?', ':', 'q', 's', 'n'] {
            let mut state = in_training(80, 24);
            press(&mut state, KeyCode::Char(tab));
            update(&mut state, Message::Runs(Ok(runs())));
            update(&mut state, Message::Searches(Box::new(view(running()))));
            update(&mut state, Message::Queue(Box::new(waiting())));
            answer(&mut state, sample(Filter::All));
            press(&mut state, KeyCode::Char(popup));
            for (width, height) in
                [(1, 1), (2, 9), (59, 15), (60, 14), (60, 15), (61, 16), (300, 15), (60, 90)]
            {
                update(&mut state, Message::Resize(width, height));
                screen(&state);
            }
        }
    }
}
