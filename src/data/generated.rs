//! Points in the plane, made up by formula, for networks whose decisions can be seen.

use std::f64::consts::{PI, TAU};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::samples::Samples;
use crate::preset::{Circles, Gate, Logic, Moons, Source, Spirals};

/// The set's points: those to train on, then as many for the test; and where the test begins. Other sources have none.
pub fn points(source: &Source) -> (Samples, u32) {
    let (classes, noise, samples, seed): (Vec<String>, _, _, _) = match source {
        Source::Logic(Logic { noise, samples, seed, .. }) => {
            (names(&["false", "true"]), *noise, *samples, *seed)
        }
        Source::Spirals(Spirals { arms, noise, samples, seed, .. }) => {
            ((1..=*arms).map(|arm| format!("arm {arm}")).collect(), *noise, *samples, *seed)
        }
        Source::Circles(Circles { noise, samples, seed, .. }) => {
            (names(&["outer", "inner"]), *noise, *samples, *seed)
        }
        Source::Moons(Moons { noise, samples, seed }) => {
            (names(&["upper", "lower"]), *noise, *samples, *seed)
        }
        _ => (Vec::new(), 0.0, 0, 0),
    };
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let (mut inputs, mut labels) = (Vec::with_capacity(4 * samples), Vec::with_capacity(2 * samples));
    for half in 0..2 {
        chance.set_stream(half);
        for number in 0..samples {
            let ((x, y), class) = point(source, number, &mut chance);
            let (dx, dy) = normal_pair(&mut chance);
            inputs.extend([(x + noise * dx) as f32, (y + noise * dy) as f32]);
            labels.push(class);
        }
    }
    let columns = names(&["x", "y"]);
    (Samples { columns, ..Samples::of_classes(vec![2], inputs, labels, classes) }, samples as u32)
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

/// Point `number` before noise, and its class; the classes take turns.
fn point(source: &Source, number: usize, chance: &mut ChaCha8Rng) -> ((f64, f64), u32) {
    let along: f64 = chance.r#gen();
    let half = (number % 2) as u32;
    match source {
        Source::Logic(Logic { gate, .. }) => {
            let (a, b) = (number & 1 == 1, number & 2 == 2);
            let class = match gate {
                Gate::Xor => a ^ b,
                Gate::And => a & b,
                Gate::Or => a | b,
            };
            ((f64::from(u8::from(a)), f64::from(u8::from(b))), u32::from(class))
        }
        Source::Spirals(Spirals { arms, turns, .. }) => {
            let arm = number % arms;
            // The arms start at a tenth of the radius, so that they do not meet in the middle.
            let radius = 0.1 + 0.9 * along;
            let angle = TAU * (turns * along + arm as f64 / *arms as f64);
            ((radius * angle.cos(), radius * angle.sin()), arm as u32)
        }
        Source::Circles(Circles { factor, .. }) => {
            let radius = if half == 0 { 1.0 } else { *factor };
            ((radius * (TAU * along).cos(), radius * (TAU * along).sin()), half)
        }
        _ => {
            let (x, y) = ((PI * along).cos(), (PI * along).sin());
            (if half == 0 { (x, y) } else { (1.0 - x, 0.5 - y) }, half)
        }
    }
}

/// Two independent numbers of the standard normal distribution (Box & Muller 1958).
pub(super) fn normal_pair(chance: &mut impl Rng) -> (f64, f64) {
    // 1 - [0, 1) is never zero, whose logarithm would be infinite.
    let radius = (-2.0 * (1.0 - chance.r#gen::<f64>()).ln()).sqrt();
    let angle = TAU * chance.r#gen::<f64>();
    (radius * angle.cos(), radius * angle.sin())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::answers::Answers;

    fn classes(samples: &Samples) -> &[u32] {
        match &samples.answers {
            Answers::Classes { of, .. } => of,
            Answers::Values { .. } | Answers::Nothing { .. } => &[],
        }
    }

    fn made(text: &str) -> Samples {
        points(&ron::from_str(text).unwrap()).0
    }

    #[test]
    fn a_gate_answers_as_it_should() {
        for (gate, truth) in [("xor", [0, 1, 1, 0]), ("and", [0, 0, 0, 1]), ("or", [0, 1, 1, 1])] {
            let samples = made(&format!("logic(gate: {gate}, noise: 0)"));
            for (point, &class) in samples.inputs.chunks(2).zip(classes(&samples)) {
                assert_eq!(class, truth[point[0] as usize + 2 * point[1] as usize], "{gate} {point:?}");
            }
        }
    }

    #[test]
    fn shapes_without_noise_are_where_geometry_says() {
        let samples = made("circles(noise: 0, factor: 0.3)");
        for (point, &class) in samples.inputs.chunks(2).zip(classes(&samples)) {
            assert!((point[0].hypot(point[1]) - if class == 0 { 1.0 } else { 0.3 }).abs() < 1e-6);
        }
        let samples = made("moons(noise: 0)");
        for (point, &class) in samples.inputs.chunks(2).zip(classes(&samples)) {
            let middle = if class == 0 { (0.0, 0.0) } else { (1.0, 0.5) };
            assert!(((point[0] - middle.0).hypot(point[1] - middle.1) - 1.0).abs() < 1e-6);
            assert!(if class == 0 { point[1] >= 0.0 } else { point[1] <= 0.5 });
        }
    }

    #[test]
    fn the_seed_makes_the_points_and_noise_has_the_deviation_asked_for() {
        assert_eq!(made("spirals()"), made("spirals(seed: 0)"));
        assert_ne!(made("spirals()"), made("spirals(seed: 1)"));
        let samples = made("logic(noise: 0.2, samples: 4000)");
        let squares: f32 = samples.inputs.iter().map(|x| (x - x.round().clamp(0.0, 1.0)).powi(2)).sum();
        let deviation = (squares / samples.inputs.len() as f32).sqrt();
        assert!((0.18..0.205).contains(&deviation), "{deviation}");
    }
}
