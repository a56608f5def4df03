//! What a person types to choose test samples: `true=7 predicted=1 wrong`.

use crate::worker::{Choice, SampleOrder};

/// Reads a choice of samples; class names may have spaces. What is not typed is not asked for, but for the order, which stays.
///
/// # Errors
/// A sentence that says what is not known, and what can be typed.
pub fn parse(typed: &str, classes: &[String], order: SampleOrder) -> Result<Choice, String> {
    let mut choice = Choice { order, ..Choice::default() };
    let mut rest = typed.trim();
    while !rest.is_empty() {
        // A part goes up to the next one.
        let end = ["true=", "predicted=", "wrong"]
            .iter()
            .filter_map(|part| {
                rest.char_indices().skip(1).find_map(|(at, _)| is_part(rest, at, part).then_some(at))
            })
            .min()
            .unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        let part = part.trim();
        if part == "wrong" {
            choice.only_wrong = true;
        } else if let Some(name) = part.strip_prefix("true=") {
            choice.truth = Some(class_of(name, classes)?);
        } else if let Some(name) = part.strip_prefix("predicted=") {
            choice.predicted = Some(class_of(name, classes)?);
        } else {
            return Err(format!("{part:?} is no choice: true=CLASS, predicted=CLASS, wrong"));
        }
        rest = after.trim_start();
    }
    Ok(choice)
}

/// Whether a part begins at this place, behind a space.
fn is_part(text: &str, at: usize, part: &str) -> bool {
    text.is_char_boundary(at) && text[..at].ends_with(char::is_whitespace) && text[at..].starts_with(part)
}

fn class_of(name: &str, classes: &[String]) -> Result<u32, String> {
    let name = name.trim();
    let found = classes.iter().position(|class| class == name);
    let found = found.or_else(|| classes.iter().position(|class| class.eq_ignore_ascii_case(name)));
    found.and_then(|place| u32::try_from(place).ok()).ok_or_else(|| {
        let some: Vec<&str> = classes.iter().take(12).map(String::as_str).collect();
        let more = if classes.len() > some.len() { ", …" } else { "" };
        format!("there is no class {name:?}; there are {}{more}", some.join(", "))
    })
}

/// The name of a class, or its number.
fn name_of(class: u32, classes: &[String]) -> String {
    classes.get(class as usize).map_or_else(|| class.to_string(), |name| crate::run::text::clean(name))
}

/// A choice as it is typed, without the order.
pub fn as_typed(choice: &Choice, classes: &[String]) -> String {
    let truth = choice.truth.map(|class| format!("true={}", name_of(class, classes)));
    let predicted = choice.predicted.map(|class| format!("predicted={}", name_of(class, classes)));
    let wrong = choice.only_wrong.then(|| "wrong".to_owned());
    [truth, predicted, wrong].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// A choice in words, behind a number of samples: `of class 7 taken for 1, the highest loss first`.
pub fn in_words(choice: &Choice, classes: &[String]) -> String {
    let mut words = Vec::new();
    words.extend(choice.truth.map(|class| format!("of class {}", name_of(class, classes))));
    words.extend(choice.predicted.map(|class| format!("taken for {}", name_of(class, classes))));
    words.extend(choice.only_wrong.then(|| "that it gets wrong".to_owned()));
    let order = match choice.order {
        SampleOrder::Given => "",
        SampleOrder::Loss => "the highest loss first",
        SampleOrder::Unsure => "the least sure first",
        SampleOrder::Sure => "the surest first",
    };
    match (words.is_empty(), order.is_empty()) {
        (_, true) => words.join(" "),
        (true, false) => order.to_owned(),
        (false, false) => format!("{}, {order}", words.join(" ")),
    }
}

/// The order that the key chooses next.
pub fn next_order(order: SampleOrder) -> SampleOrder {
    match order {
        SampleOrder::Given => SampleOrder::Loss,
        SampleOrder::Loss => SampleOrder::Unsure,
        SampleOrder::Unsure => SampleOrder::Sure,
        SampleOrder::Sure => SampleOrder::Given,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_read_as_it_is_written() {
        let classes = ["7", "new york", "true=no"].map(String::from);
        let choice = Choice { only_wrong: true, truth: Some(1), predicted: Some(0), ..Choice::default() };
        let typed = as_typed(&choice, &classes);
        assert_eq!(typed, "true=new york predicted=7 wrong");
        assert_eq!(parse(&typed, &classes, SampleOrder::Given), Ok(choice));
        assert_eq!(parse("  ", &classes, SampleOrder::Loss).unwrap().order, SampleOrder::Loss);
        assert_eq!(parse("predicted=NEW YORK", &classes, SampleOrder::Given).unwrap().predicted, Some(1));
        assert_eq!(
            in_words(&Choice { order: SampleOrder::Loss, ..choice }, &classes),
            "of class new york taken for 7 that it gets wrong, the highest loss first"
        );
    }

    #[test]
    fn what_is_not_known_is_told_with_what_is() {
        let classes = ["cat", "dog"].map(String::from);
        let told = |typed: &str| parse(typed, &classes, SampleOrder::Given).unwrap_err();
        assert!(told("true=cow").contains("no class \"cow\"; there are cat, dog"));
        assert!(told("cat").contains("true=CLASS"));
    }
}
