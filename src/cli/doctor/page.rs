//! What the doctor says, as a person reads it.

use std::path::Path;

use super::Findings;
use super::terminal::Terminal;
use crate::cli::text::{bytes, plain};
use crate::doctor::{Home, Processors, Report, SelfTest};

/// The whole page.
pub(super) fn page(findings: &Findings) -> String {
    let Findings { machine: Report { gpu, self_test, cpu, home, problems }, terminal } = findings;
    let mut page = Page::default();
    page.title("NVIDIA GPU");
    match &gpu.driver {
        Some(driver) => {
            let version = driver.version.as_ref().map(|version| format!("{version}, ")).unwrap_or_default();
            let file = driver.library.as_deref().map(|file| format!(", {}", file.display()));
            page.fact("driver", &format!("{version}CUDA {}{}", driver.cuda, file.unwrap_or_default()));
        }
        None => page.fact("driver", "none"),
    }
    for card in &gpu.cards {
        let capability = card.compute_capability.as_ref().map(|of| format!("compute capability {of}"));
        let free = card.free_memory.map(|free| format!(", {} free", bytes(free))).unwrap_or_default();
        let memory = card.memory.map(|all| format!("{}{free}", bytes(all)));
        let facts = [card.model.clone(), capability, memory, card.problem.clone()];
        page.fact(&card.device, &facts.into_iter().flatten().collect::<Vec<_>>().join(", "));
    }
    if let Some(problem) = gpu.problem.as_ref().filter(|_| gpu.cards.is_empty()) {
        page.fact("", problem);
    }
    for library in &gpu.libraries {
        let found = library.file.as_deref().map(|file: &Path| file.display().to_string());
        let found = library.problem.clone().or(found).unwrap_or_else(|| "found".into());
        page.fact(library.name, &format!("{found} ({})", library.purpose));
    }
    page.fact(
        "kernels",
        "in this program, as PTX for compute capability 7.0 and newer; the driver compiles them",
    );
    if let Some(test) = self_test {
        page.self_test(test);
    }
    page.processors(cpu);
    page.terminal(terminal);
    page.home(home);
    if problems.is_empty() {
        page.text += "\nWhat was asked for works.\n";
    }
    page.text
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn title(&mut self, title: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text += &format!("{title}\n");
    }

    fn fact(&mut self, name: &str, value: &str) {
        self.text += &format!("  {name:<13} {}\n", plain(value));
    }

    fn self_test(&mut self, test: &SelfTest) {
        self.title(&format!("Kernels of {} against the CPU ({:.1} s)", test.device, test.seconds));
        for family in &test.families {
            let found = match (&family.problem, family.largest_difference) {
                (Some(problem), _) => plain(problem),
                (None, Some(difference)) => format!("{difference:.1e}, allowed {:.0e}", family.allowed),
                (None, None) => String::new(),
            };
            let verdict = if family.is_good { "ok" } else { "WRONG" };
            self.text += &format!("  {verdict:<6} {:<32} {found}\n", family.name);
        }
    }

    fn processors(&mut self, cpu: &Processors) {
        self.title("CPU");
        let installed = cpu.installed.map(|count| format!(" of {count}")).unwrap_or_default();
        let model = cpu.model.as_ref().map(|model| format!("   {model}")).unwrap_or_default();
        self.fact("processors", &format!("{}{installed} may be used{model}", cpu.usable));
        self.fact("threads", &format!("{} compute", cpu.threads));
        self.fact("instructions", cpu.instructions);
        if let Some(free) = cpu.free_memory {
            let all = cpu.memory.map(|all| format!(" of {}", bytes(all))).unwrap_or_default();
            self.fact("memory", &format!("{} free{all}", bytes(free)));
        }
    }

    fn terminal(&mut self, terminal: &Terminal) {
        self.title("Terminal");
        match terminal.size {
            Some((columns, rows)) => self.fact("size", &format!("{columns}x{rows}   {}", terminal.name)),
            None => self.fact("size", "standard output is no terminal"),
        }
        let hint = match terminal.is_multiplexed && terminal.colours != "16.7 million" {
            true => "   (inside tmux or screen: COLORTERM=truecolor where the terminal has more)",
            false => "",
        };
        self.fact("colours", &format!("{}{hint}", terminal.colours));
        let characters = match (terminal.is_unicode, terminal.has_rich_glyphs) {
            (true, true) => "Unicode, with braille and blocks",
            (true, false) => "Unicode, without braille",
            (false, _) => "ASCII: the locale is not UTF-8",
        };
        self.fact("characters", characters);
        let graphics = match terminal.graphics.as_slice() {
            [] => "no graphics protocol is known of it".into(),
            protocols => format!("it knows {}", protocols.join(", ")),
        };
        self.fact("pictures", &format!("drawn with characters; {graphics}"));
    }

    fn home(&mut self, home: &Home) {
        self.title("Runs");
        if let Some(folder) = &home.folder {
            self.fact("folder", &folder.display().to_string());
        }
        let free = home.free_disk.map(|free| format!("{} free", bytes(free)));
        let state = home.problem.clone().unwrap_or_else(|| "can be written".into());
        self.fact("disk", &[Some(state), free].into_iter().flatten().collect::<Vec<_>>().join(", "));
    }
}
