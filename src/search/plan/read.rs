//! From the text of a `search` block to a plan, with errors that point at their place.

use super::Plan;
use super::cursor::Cursor;
use super::method::{Halving, Method, Proposer};
use super::objective::{Measured, Objective};
use crate::preset::outline::Outline;
use crate::preset::{Path, PresetError};
use crate::search::domain::Domain;
use crate::search::space::{Parameter, Space, When, fits};

/// The block's field in a file.
const BLOCK: &str = "search";
/// The most trials.
const TRIALS: u32 = 1_000_000;
/// The most seeds of a trial.
const REPEATS: u32 = 1000;

/// Reads the `search` block of a text.
///
/// # Errors
/// The first thing that is not as it should be, with its place and what would be valid.
pub fn read(text: &str, origin: &str) -> Result<Plan, PresetError> {
    let outline = Outline::of(text);
    let path = Path::to(BLOCK);
    let Some(node) = outline.node(&path) else {
        return Err(PresetError::whole(
            origin,
            "it has no search",
            "add search: (space: {\"optimizer.learning_rate\": log(1e-5, 1e-1)}, trials: 30)",
        ));
    };
    let block = Cursor { origin, text, node: node.value(), path };
    block.ends()?;
    block.knows(&["space", "objective", "method", "trials", "hours", "seed", "repeat", "on_end"])?;
    let space = block.field("space").ok_or_else(|| {
        block.error(
            "the field 'space' is missing",
            "add space: {\"optimizer.learning_rate\": log(1e-5, 1e-1)}",
        )
    })?;
    let space = read_space(&space)?;
    let method = block.field("method").map_or(Ok(Method::default()), |method| read_method(&method))?;
    let trials = match block.field("trials") {
        Some(trials) => Some(at_most(&trials, TRIALS)?),
        None => None,
    };
    let repeat = block.field("repeat").map_or(Ok(1), |repeat| at_most(&repeat, REPEATS))?;
    let hours = block.field("hours").map(|hours| {
        let count = hours.number()?;
        match count > 0.0 {
            true => Ok(count),
            false => Err(hours.error("the hours of a search are above 0", "write 8 or 0.5")),
        }
    });
    let objectives = match block.field("objective") {
        Some(objective) => read_objectives(&objective)?,
        None => Objective::named("val_loss", None).into_iter().collect(),
    };
    let plan = Plan {
        trials: trials.unwrap_or_else(|| method.usual_trials(&space)),
        objectives,
        hours: hours.transpose()?,
        seed: block.field("seed").map_or(Ok(0), |seed| seed.whole(0))?,
        repeat,
        on_end: block.field("on_end").map(|command| command.text()).transpose()?,
        space,
        method,
    };
    if let (Method::Halving(_), true) =
        (&plan.method, plan.objectives.iter().any(|objective| objective.measured == Measured::Seconds))
    {
        let problem = "what is among the best is trained further by this method, and so takes more seconds: they say nothing";
        let at = block.field("objective").unwrap_or_else(|| block.clone());
        return Err(at.error(problem, "use val_loss or parameters, or the methods tpe or random"));
    }
    plan.method.check(&plan).map_err(|(problem, help)| {
        block.field("method").unwrap_or_else(|| block.clone()).error(problem, help)
    })?;
    Ok(plan)
}

fn at_most(count: &Cursor, most: u32) -> Result<u32, PresetError> {
    let whole = count.whole(1)?;
    match whole > most {
        true => Err(count.error(format!("{whole} is too many"), format!("{most} at most"))),
        false => Ok(whole),
    }
}

fn read_objectives(given: &Cursor) -> Result<Vec<Objective>, PresetError> {
    let all = match given.written().starts_with('[') {
        true => given.items(),
        false => vec![given.clone()],
    };
    if !(1..=2).contains(&all.len()) {
        return Err(given.error(format!("{} objectives", all.len()), "name one or two"));
    }
    let read: Vec<Objective> = all.iter().map(read_objective).collect::<Result<_, _>>()?;
    match &read[..] {
        [first, second] if first.name == second.name => {
            Err(all[1].error(format!("{} stands here twice", second.name), "name another one, or only one"))
        }
        _ => Ok(read),
    }
}

fn read_objective(given: &Cursor) -> Result<Objective, PresetError> {
    let direction = match given.node.word(given.text) {
        "minimize" => Some(false),
        "maximize" => Some(true),
        _ => None,
    };
    let inside = given.items().into_iter().next();
    let named = match (direction, inside) {
        (Some(_), None) => {
            return Err(given.error("the objective's name is missing", "write minimize(val_loss)"));
        }
        (Some(_), Some(inside)) => inside,
        (None, _) => given.clone(),
    };
    Objective::named(&named.word(), direction).map_err(|(problem, help)| named.error(problem, help))
}

fn read_method(given: &Cursor) -> Result<Method, PresetError> {
    let word = given.word();
    let halving = |is_asynchronous| {
        given.knows(&["min_epochs", "factor", "from"])?;
        let proposer = given.field("from").map_or(Ok(Proposer::Random), |from| read_proposer(&from))?;
        let factor: u32 = given.field("factor").map_or(Ok(3), |factor| factor.whole(2))?;
        let min_epochs = given.field("min_epochs").map_or(Ok(1), |epochs| epochs.whole(1))?;
        Ok(Method::Halving(Halving { proposer, min_epochs, factor, is_asynchronous }))
    };
    match word.as_str() {
        "asha" => halving(true),
        "successive_halving" => halving(false),
        _ => read_proposer(given).map(Method::Proposer),
    }
}

fn read_proposer(given: &Cursor) -> Result<Proposer, PresetError> {
    let word = given.word();
    match word.as_str() {
        "grid" => {
            given.knows(&["points"])?;
            Ok(Proposer::Grid { points: given.field("points").map_or(Ok(5), |points| points.whole(1))? })
        }
        "random" => given.knows(&[]).map(|()| Proposer::Random),
        "sobol" => given.knows(&[]).map(|()| Proposer::Sobol),
        "tpe" => {
            given.knows(&["startup"])?;
            let startup = given.field("startup").map_or(Ok(Proposer::STARTUP), |startup| startup.whole(1))?;
            Ok(Proposer::Tpe { startup })
        }
        _ => Err(given.error(
            format!("there is no method '{word}'"),
            "use tpe, random, sobol, grid, asha or successive_halving",
        )),
    }
}

fn read_space(given: &Cursor) -> Result<Space, PresetError> {
    given.ends()?;
    let fields = given.fields();
    if fields.is_empty() {
        return Err(
            given.error("no setting is varied", "name one: {\"optimizer.learning_rate\": log(1e-5, 1e-1)}")
        );
    }
    let mut space = Space::default();
    for (path, values) in fields {
        if let Some(before) = space.parameters.iter().find(|before| is_same(&before.path, &path)) {
            let as_before = if before.path == path { String::new() } else { format!(", as {}", before.path) };
            return Err(
                values.error_of_name(format!("{path} stands here twice{as_before}"), "keep one of them")
            );
        }
        let parameter = read_parameter(&space, path, &values)?;
        space.parameters.push(parameter);
    }
    Ok(space)
}

fn read_parameter(space: &Space, path: String, given: &Cursor) -> Result<Parameter, PresetError> {
    if given.node.word(given.text) != "when" {
        return Ok(Parameter { path, domain: read_domain(given)?, when: None });
    }
    let items = given.items();
    let [of, values, domain] = &items[..] else {
        return Err(given.error(
            "a condition has three parts: a setting, its value, and what is varied then",
            "write when(\"optimizer\", SGD, uniform(0, 0.99))",
        ));
    };
    let name = of.written().trim_matches('"');
    let parameter = space.parameters.iter().position(|before| before.path == name).ok_or_else(|| {
        let before: Vec<&str> = space.parameters.iter().map(|before| before.path.as_str()).collect();
        let before = if before.is_empty() { "nothing".into() } else { before.join(", ") };
        of.error(format!("no setting {name} is varied above"), format!("varied above: {before}"))
    })?;
    let list = values;
    let values = if list.written().starts_with('[') { list.items() } else { vec![list.clone()] };
    if values.is_empty() {
        return Err(list.error("the list is empty", "name the values for which there is such a setting"));
    }
    values.iter().try_for_each(|value| check_reached(&space.parameters[parameter].domain, name, value))?;
    let wanted: Vec<String> = values.iter().map(|value| plain(value.written())).collect();
    let when = When { parameter, values: wanted };
    if let Domain::Choice(known) = &space.parameters[parameter].domain
        && let Some(strange) =
            when.values.iter().position(|wanted| !known.iter().any(|value| fits(value, wanted)))
    {
        return Err(values[strange].error(
            format!("{name} is never {}", when.values[strange]),
            format!("it is one of {}", known.join(", ")),
        ));
    }
    Ok(Parameter { path, domain: read_domain(domain)?, when: Some(when) })
}

/// Whether two paths name the same setting, however they write places: `layers.0.units` is `layers[0].units`.
fn is_same(a: &str, b: &str) -> bool {
    let parts = |path: &str| path.replace('[', ".").replace(']', "");
    parts(a) == parts(b)
}

/// Refuses a value that a number of this domain never is.
fn check_reached(domain: &Domain, name: &str, value: &Cursor) -> Result<(), PresetError> {
    match domain {
        Domain::Choice(_) => Ok(()),
        Domain::Uniform { .. } | Domain::Log { .. } => Err(value.error(
            format!("{name} is any number of a range, and so hardly ever {}", value.written()),
            "give the other setting a list of values or whole numbers",
        )),
        Domain::Int { .. } | Domain::LogInt { .. } => {
            let number = value.number()?;
            let is_reached =
                domain.place(value.written()).is_some_and(|place| domain.at(place).parse() == Ok(number));
            match is_reached {
                true => Ok(()),
                false => Err(value.error(
                    format!("{name} is never {}", value.written()),
                    format!("it goes from {}", domain.ends().join(" to ")),
                )),
            }
        }
    }
}

/// A value on one line.
fn plain(written: &str) -> String {
    written.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn read_domain(given: &Cursor) -> Result<Domain, PresetError> {
    const HELP: &str = "use uniform(low, high), log(low, high), int(low, high, step: 1), log_int(low, high) or a list of values";
    given.ends()?;
    if given.written().starts_with('[') {
        let values: Vec<String> = given.items().iter().map(|value| plain(value.written())).collect();
        let twice = (1..values.len()).find(|&place| values[..place].contains(&values[place]));
        return match (values.is_empty(), twice) {
            (true, _) => Err(given.error("the list is empty", "name the values")),
            (false, Some(place)) => Err(given.items()[place]
                .error(format!("{} stands here twice", values[place]), "keep one of them")),
            (false, None) => Ok(Domain::Choice(values)),
        };
    }
    let word = given.node.word(given.text);
    let items = given.items();
    let (low, high) = match (word, &items[..]) {
        ("uniform" | "log" | "log_int", [low, high]) | ("int", [low, high] | [low, high, _]) => (low, high),
        ("uniform" | "log" | "log_int" | "int", _) => {
            return Err(given.error(format!("{word} takes the smallest and the largest value"), HELP));
        }
        ("when", _) => {
            return Err(given.error(
                "a condition stands within a condition",
                "name the setting that has the inner condition: where it is not there, what depends on it is not there either",
            ));
        }
        _ => return Err(given.error(format!("'{}' is not a range of values", given.written()), HELP)),
    };
    let empty = |is_one_value: bool| match is_one_value {
        true => high.error(
            format!("both ends are {}, so nothing is varied", high.written()),
            format!("write a larger number, or [{}] for this value alone", low.written()),
        ),
        false => high.error(
            format!("no value is from {} to {}", low.written(), high.written()),
            "write the smaller one first",
        ),
    };
    let above_zero = |least: &Cursor| {
        least
            .error("a logarithm needs numbers above 0", "use uniform(low, high), or a smallest value above 0")
    };
    match word {
        "uniform" | "log" => {
            given.knows(&[])?;
            let (from, to) = (low.number()?, high.number()?);
            if word == "log" && from <= 0.0 {
                return Err(above_zero(low));
            }
            if from >= to {
                return Err(empty(from == to));
            }
            if !(to - from).is_finite() {
                return Err(high.error("the range is too wide", "use smaller numbers"));
            }
            Ok(if word == "log" {
                Domain::Log { low: from, high: to }
            } else {
                Domain::Uniform { low: from, high: to }
            })
        }
        _ => {
            // Wide enough for any setting, and far from where arithmetic overflows.
            const LARGEST: i64 = 1 << 52;
            let (from, to) = (low.whole::<i64>(-LARGEST)?, high.whole::<i64>(-LARGEST)?);
            given.knows(if word == "int" { &["step"] } else { &[] })?;
            if to > LARGEST {
                return Err(high.error("the number is too large", format!("{LARGEST} at most")));
            }
            if from > to {
                return Err(empty(false));
            }
            if word == "log_int" {
                return if from < 1 {
                    Err(above_zero(low))
                } else {
                    Ok(Domain::LogInt { low: from, high: to })
                };
            }
            let (third, named) = (items.get(2).cloned(), given.field("step"));
            if let (Some(third), Some(_)) = (&third, &named) {
                return Err(third.error("the step stands here twice", "keep step: and leave this number out"));
            }
            let step = third.or(named);
            let step = step.map_or(Ok(1), |step| step.whole(1))?;
            Ok(Domain::Int { low: from, high: to, step })
        }
    }
}
