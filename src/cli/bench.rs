//! `trainyard bench`: how fast the engine trains the reference workloads, and where the time goes.

use std::io::Write;

use clap::builder::PossibleValuesParser;

use super::Error;
use super::device::Device;
use super::text::{json, plain};
use crate::bench::{Measurement, Workload, measure};
use crate::worker::too_many_threads;

const NAMES: [&str; 8] = ["mlp", "cnn", "cnn2", "rnn", "lstm", "charlm", "gan", "rbm"];

/// Time the engine on reference networks: samples a second, where a step's time goes, memory
///
/// Each workload trains on random data of the real shapes: one round to warm up, five that are timed. The ceiling is
/// what this machine reaches in the same matrix products when it does nothing else.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What to train; all of them when left out
    #[arg(value_name = "WORKLOAD", value_parser = PossibleValuesParser::new(NAMES))]
    workloads: Vec<String>,
    /// Threads that train; as many as there are processors when left out, and at most
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(flatten)]
    device: Device,
    /// Print one JSON object a workload on standard output, and nothing else there
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Measures one workload after the other and prints each as soon as it is known.
    pub fn run(self) -> Result<(), Error> {
        let named = self.workloads.iter().filter_map(|name| Workload::named(name));
        let wanted: Vec<Workload> =
            if self.workloads.is_empty() { Workload::ALL.into() } else { named.collect() };
        if let Some(line) = self.threads.and_then(|asked| too_many_threads("--threads", asked.into())) {
            let _ = writeln!(std::io::stderr(), "trainyard: {line}");
        }
        let device = self.device.asked()?.unwrap_or_default();
        for workload in wanted {
            let measured = measure(workload, device, self.threads.map(usize::from));
            let report = measured.map_err(|error| {
                Error::Failed(format!("{}: {}", workload.name(), plain(&error.to_string())))
            })?;
            let mut out = std::io::stdout().lock();
            if self.json {
                writeln!(out, "{}", json(&report)?)?;
            } else {
                write!(out, "{}", page(&report))?;
            }
            out.flush()?;
        }
        Ok(())
    }
}

/// A measurement as a person reads it.
fn page(report: &Measurement) -> String {
    let thousands = |x: f64| grouped(x.round() as u64);
    let threads = format!("{} thread{}", report.threads, if report.threads == 1 { "" } else { "s" });
    let mut text = format!(
        "{:<7} {:>9} samples/s ({} to {})   {:.3} ms a step of {}   {}\n",
        report.workload,
        thousands(report.samples_per_second),
        thousands(report.range.0),
        thousands(report.range.1),
        report.ms_per_step,
        report.batch_size,
        // The processors have a ceiling.
        if report.ceiling_gflops.is_some() { threads } else { plain(&report.device) },
    );
    let ceiling = report.ceiling_share.zip(report.ceiling_gflops).map(|(share, ceiling)| {
        format!(", {:.0}% of the {ceiling:.0} that its matrix products reach alone", 100.0 * share)
    });
    text += &format!("        {:.0} GFLOP/s{}\n", report.gflops, ceiling.unwrap_or_default());
    let inference =
        report.inference_per_second.map(|rate| format!("evaluation {} images/s", thousands(rate)));
    let memory = report.peak_memory_bytes.map(|bytes| format!("peak memory {} MB", bytes / 1_000_000));
    let processor = report.processor_ms_per_step.map(|ms| format!("{ms:.3} ms of processors' time a step"));
    let facts: Vec<String> = processor.into_iter().chain(inference).chain(memory).collect();
    if !facts.is_empty() {
        text += &format!("        {}\n", facts.join("   "));
    }
    for op in &report.ops {
        let gflops = op.gflops.map(|gflops| format!("{gflops:>7.0} GFLOP/s")).unwrap_or_default();
        text += &format!("        {:>5.1}%  {:>8.3} ms  {:<24}{gflops}\n", 100.0 * op.share, op.ms, op.name);
    }
    text
}

/// `1234567` as `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::OpReport;

    #[test]
    fn every_workload_can_be_asked_for() {
        assert_eq!(Workload::ALL.map(Workload::name), NAMES);
    }

    #[test]
    fn a_report_reads_as_lines_of_figures() {
        let op = OpReport { name: "dense forward".into(), share: 0.4, ms: 1.25, gflops: Some(150.0) };
        let report = Measurement {
            workload: "cnn",
            device: "cpu, 2 threads".into(),
            threads: 2,
            batch_size: 64,
            samples_per_second: 1_234_567.0,
            range: (999.0, 1_300_000.0),
            ms_per_step: 3.1,
            processor_ms_per_step: Some(6.0),
            gflops: 100.0,
            ceiling_gflops: Some(200.0),
            ceiling_share: Some(0.5),
            peak_memory_bytes: None,
            inference_per_second: Some(90_000.0),
            ops: vec![op],
        };
        let expected = "\
cnn     1,234,567 samples/s (999 to 1,300,000)   3.100 ms a step of 64   2 threads
        100 GFLOP/s, 50% of the 200 that its matrix products reach alone
        6.000 ms of processors' time a step   evaluation 90,000 images/s
         40.0%     1.250 ms  dense forward               150 GFLOP/s
";
        assert_eq!(page(&report), expected);
        let device = "cuda:0, a card, 8 GiB".into();
        let page = page(&Measurement { device, ceiling_gflops: None, ceiling_share: None, ..report });
        assert!(page.contains("a step of 64   cuda:0, a card, 8 GiB\n        100 GFLOP/s\n"), "{page}");
    }
}
