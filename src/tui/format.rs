//! Numbers as a person reads them.

use crate::worker::{Activity, StepTime, Usage};

/// `421,642`
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// What a training takes of the machine, in parts, the most important first:
/// `GPU 87% busy, 3.2 GB of 8.6 GB, 61 C, 313 W`, `1.9 CPUs ▇█`, `312.0 MB`, `5.1 GB free`.
pub fn usage(usage: &Usage, rich_glyphs: bool, most_cores: usize) -> Vec<String> {
    let gpu = usage.gpu.map(|Activity { busy, memory, temperature, power }| {
        let facts = [
            busy.map(|busy| format!("{:.0}% busy", 100.0 * busy)),
            memory.map(|(used, all)| format!("{} of {}", bytes(used), bytes(all))),
            temperature.map(|degrees| format!("{degrees} C")),
            power.map(|watts| format!("{watts:.0} W")),
        ];
        format!("GPU {}", facts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    });
    let processors = format!("{:.1} CPUs {}", usage.processors, cores(&usage.cores, rich_glyphs, most_cores));
    let own = [processors.trim_end().to_owned(), bytes(usage.memory)];
    gpu.into_iter().chain(own).chain(usage.free.map(|free| format!("{} free", bytes(free)))).collect()
}

/// How busy processors are, a sign for each: a bar in eighths, or tenths as a digit. Where there are more than `most`, a
/// sign stands for several, and shows their mean.
fn cores(busy: &[u8], rich_glyphs: bool, most: usize) -> String {
    let together = busy.len().div_ceil(most.max(1)).max(1);
    let level = |of: &[u8]| of.iter().map(|share| u32::from(*share)).sum::<u32>() as usize / of.len().max(1);
    let bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let sign = |percent: usize| match rich_glyphs {
        true => bars[(percent * bars.len() / 101).min(7)],
        false => char::from(b'0' + (percent / 10).min(9) as u8),
    };
    busy.chunks(together).map(|of| sign(level(of))).collect()
}

/// Shares of the time of steps: `data 2% forward 37% backward 47% update 10%`, of which the rest is that of all else; empty where
/// nobody has measured any.
pub fn step_time(time: &StepTime) -> String {
    let whole = time.seconds();
    if !(whole > 0.0 && whole.is_finite()) {
        return String::new();
    }
    let parts = time.parts().into_iter().filter(|(part, seconds)| *part != "rest" && *seconds > 0.0);
    let shares = parts.map(|(part, seconds)| format!("{part} {:.0}%", 100.0 * seconds / whole));
    shares.collect::<Vec<_>>().join(" ")
}

/// `42s`, `3m 05s`, `2h 07m`
pub fn duration(seconds: f64) -> String {
    let whole = seconds.clamp(0.0, 1e9).round() as u64;
    match whole {
        0..60 => format!("{whole}s"),
        60..3600 => format!("{}m {:02}s", whole / 60, whole % 60),
        _ => format!("{}h {:02}m", whole / 3600, whole % 3600 / 60),
    }
}

/// How long something took, to three digits below a second: `12.5s`, `840ms`, `0.52ms`.
pub fn span(seconds: f64) -> String {
    match 1000.0 * seconds {
        ms if ms >= 999.5 || !ms.is_finite() => format!("{seconds:.1}s"),
        ms if ms >= 9.995 => format!("{ms:.0}ms"),
        ms => format!("{ms:.2}ms"),
    }
}

/// Any number, in at most eleven characters.
pub fn number(value: f64) -> String {
    match value.abs() {
        size if !size.is_finite() || size == 0.0 => value.to_string(),
        size if (1e-3..1e5).contains(&size) => {
            let text = format!("{value:.*}", if size < 1.0 { 5 } else { 4 });
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        size if size < 1e9 && value.fract() == 0.0 => format!("{value:.0}"),
        _ => format!("{value:.3e}"),
    }
}

/// A loss or a metric: four decimals where they say something, four digits elsewhere.
pub fn score(value: f64) -> String {
    match value.abs() {
        0.0 => "0".into(),
        size if (0.001..100_000.0).contains(&size) => {
            format!("{value:.*}", if size < 1000.0 { 4 } else { 1 })
        }
        size if size.is_finite() => format!("{value:.3e}"),
        _ => value.to_string(),
    }
}

/// A share of one as a percentage: `98.46%`.
pub fn percent(share: f64) -> String {
    format!("{:.2}%", 100.0 * share)
}

/// How long ago: `3s`, `5m`, `2h`, `4d`.
pub fn age(seconds: f64) -> String {
    match seconds.clamp(0.0, 1e15) as u64 {
        s @ 0..60 => format!("{s}s"),
        s @ 60..3600 => format!("{}m", s / 60),
        s @ 3600..86_400 => format!("{}h", s / 3600),
        s => format!("{}d", s / 86_400),
    }
}

/// Bytes for a person: `812 B`, `3.4 MB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if count < 1000 {
        return format!("{count} B");
    }
    let mut size = count as f64 / 1000.0;
    let mut unit = 0;
    // 999.95 would be printed as 1000.0.
    while size >= 999.95 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    format!("{size:.1} {}", UNITS[unit])
}

/// A value on an axis whose ticks are `step` apart.
pub fn tick(value: f64, step: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    if step.abs() < 1e-4 && step.abs() >= 1e-7 && (1e-4..1e5).contains(&value.abs()) {
        let decimals = (-step.abs().log10().floor()) as usize;
        return format!("{value:.decimals$}").trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    if value.abs() >= 1e5 || step.abs() < 1e-4 {
        // As many digits as tell neighbouring ticks apart.
        let digits = (value.abs().log10().floor() - step.abs().log10().floor()).clamp(0.0, 8.0) as usize;
        return format!("{value:.digits$e}");
    }
    let mut decimals = (-step.abs().log10().floor()).clamp(0.0, 6.0) as usize;
    // Steps of 2.5 need one more digit than those of 1, 2 and 5.
    let shifted = step.abs() * 10_f64.powi(decimals as i32);
    if (shifted - shifted.round()).abs() > 0.05 {
        decimals += 1;
    }
    format!("{value:.decimals$}")
}

/// Steps on an axis: `800`, `1.5k`, `20k`, `3M`
pub fn steps(value: f64) -> String {
    let (scaled, unit) = match value {
        v if v >= 1e12 => return format!("{v:.0e}"),
        v if v >= 1e6 => (v / 1e6, "M"),
        v if v >= 1e4 => (v / 1e3, "k"),
        v => (v, ""),
    };
    if scaled.fract() == 0.0 { format!("{scaled:.0}{unit}") } else { format!("{scaled:.1}{unit}") }
}

/// A time on an axis whose ticks are `step` seconds apart: `0:30`, `1:02:05`; parts of a second as `0.5s`.
pub fn clock(seconds: f64, step: f64) -> String {
    if step < 1.0 {
        return format!("{}s", tick(seconds, step));
    }
    let whole = seconds.clamp(0.0, 1e9).round() as u64;
    match whole / 3600 {
        0 => format!("{}:{:02}", whole / 60, whole % 60),
        hours => format!("{hours}:{:02}:{:02}", whole / 60 % 60, whole % 60),
    }
}

/// A moment, in seconds since 1970, UTC, on an axis whose ticks are `step` seconds apart: `14:02`, `14:02:30`, `14:02:30.5`, `11-29`.
pub fn time_of_day(seconds: f64, step: f64) -> String {
    use time::macros::format_description;
    if step < 1.0 {
        // A step of 0.25 needs one more digit than those of 0.1, 0.2 and 0.5; clocks tell no more than thousandths.
        let decimals = (1..3_u32).find(|decimals| {
            let ticks = step * 10_f64.powi(*decimals as i32);
            ticks >= 0.999 && (ticks - ticks.round()).abs() < 0.05
        });
        let decimals = decimals.unwrap_or(3);
        let parts = 10_f64.powi(decimals as i32);
        let all = (seconds.clamp(0.0, 253_402_300_799.0) * parts).round();
        let part = (all % parts) as u64;
        return format!(
            "{}.{part:0width$}",
            time_of_day((all / parts).floor(), 1.0),
            width = decimals as usize
        );
    }
    // The largest year that has four digits.
    let whole = seconds.clamp(0.0, 253_402_300_799.0).round() as i64;
    let Ok(moment) = time::OffsetDateTime::from_unix_timestamp(whole) else { return "-".into() };
    let form = match step {
        step if step < 60.0 => format_description!("[hour]:[minute]:[second]"),
        _ if whole % 86_400 != 0 => format_description!("[hour]:[minute]"),
        _ => format_description!("[month]-[day]"),
    };
    moment.format(form).unwrap_or_else(|_| "-".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_training_takes_is_told_as_far_as_it_is_known() {
        let cpu = Usage { processors: 1.94, memory: 312_000_000, ..Usage::default() };
        assert_eq!(usage(&cpu, true, 16), ["1.9 CPUs", "312.0 MB"]);
        let whole = Activity {
            busy: Some(0.87),
            memory: Some((3_200_000_000, 8_600_000_000)),
            temperature: Some(61),
            power: Some(312.5),
        };
        let on_gpu = |gpu| usage(&Usage { gpu: Some(gpu), ..cpu.clone() }, true, 16).join("   ");
        let rest = "1.9 CPUs   312.0 MB";
        assert_eq!(on_gpu(whole), format!("GPU 87% busy, 3.2 GB of 8.6 GB, 61 C, 312 W   {rest}"));
        let silent = Activity { power: None, temperature: None, ..whole };
        assert_eq!(on_gpu(silent), format!("GPU 87% busy, 3.2 GB of 8.6 GB   {rest}"));
        let busy = Usage { cores: vec![0, 13, 50, 100], free: Some(5_100_000_000), ..cpu };
        assert_eq!(usage(&busy, true, 16), ["1.9 CPUs ▁▂▄█", "312.0 MB", "5.1 GB free"]);
        assert_eq!(usage(&busy, false, 16)[0], "1.9 CPUs 0159");
        assert_eq!(usage(&busy, false, 2)[0], "1.9 CPUs 07");
    }

    #[test]
    fn shares_of_a_steps_time_are_those_of_the_whole() {
        let time = StepTime {
            steps: 2,
            data: 0.25,
            forward: 1.0,
            backward: 2.0,
            update: 0.48,
            rest: 0.27,
            launch: 0.0,
        };
        assert_eq!(step_time(&time), "data 6% forward 25% backward 50% update 12%");
        assert_eq!(step_time(&StepTime::default()), "");
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(421_642), "421,642");
        assert_eq!(thousands(1_000_000), "1,000,000");
        assert_eq!(duration(59.4), "59s");
        assert_eq!(duration(185.0), "3m 05s");
        assert_eq!(duration(7620.0), "2h 07m");
        assert_eq!([12.54, 0.84, 0.012, 0.000_52].map(span), ["12.5s", "840ms", "12ms", "0.52ms"]);
        assert_eq!(duration(f64::INFINITY), "277777h 46m");
        assert_eq!(tick(0.30000000000000004, 0.1), "0.3");
        assert_eq!(tick(20.0, 10.0), "20");
        assert_eq!([tick(1.2e-12, 2e-13), tick(100_200.0, 200.0)], ["1.2e-12", "1.002e5"]);
        assert_eq!([0.003, 0.0030001, 0.0009995].map(|x| tick(x, 1e-7)), ["0.003", "0.0030001", "0.0009995"]);
        assert_eq!(steps(1500.0), "1500");
        let numbers = [0.0, 1.0, 0.25, -0.001234, 12.5, 1e-7, 123_456_789.0, 1.5e12, f64::NAN].map(number);
        let expected = ["0", "1", "0.25", "-0.00123", "12.5", "1.000e-7", "123456789", "1.500e12", "NaN"];
        assert_eq!(numbers, expected);
        assert_eq!([0.4, 59.9, 60.0, 7200.0, 1e6, f64::NAN].map(age), ["0s", "59s", "1m", "2h", "11d", "0s"]);
        assert_eq!(steps(15_000.0), "15k");
        let scores = [0.0, 0.7312489, 2.284e-5, -48.0, 1234.56, 7_355_570_158_573_248.0, f64::NAN].map(score);
        assert_eq!(scores, ["0", "0.7312", "2.284e-5", "-48.0000", "1234.6", "7.356e15", "NaN"]);
        assert_eq!(percent(0.98462), "98.46%");
        assert_eq!([clock(65.0, 5.0), clock(3725.0, 60.0), clock(0.5, 0.25)], ["1:05", "1:02:05", "0.50s"]);
        let midnight = 1_795_824_000.0;
        let moments =
            [(midnight, 3600.0), (midnight + 3661.0, 3600.0), (midnight + 3661.0, 1.0), (f64::NAN, 60.0)];
        assert_eq!(
            moments.map(|(seconds, step)| time_of_day(seconds, step)),
            ["11-28", "01:01", "01:01:01", "01-01"]
        );
        let parts = [(0.5, 0.5), (59.96, 0.1), (1.25, 0.25), (0.0012, 1e-6)];
        assert_eq!(
            parts.map(|(seconds, step)| time_of_day(midnight + seconds, step)),
            ["00:00:00.5", "00:01:00.0", "00:00:01.25", "00:00:00.001"]
        );
    }
}
