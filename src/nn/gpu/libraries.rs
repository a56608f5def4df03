//! Where NVIDIA's libraries are.
//!
//! cudarc asks the system's loader for bare file names and panics where it finds none. So a library is opened here first,
//! by its full path where the loader does not know it, and kept open: a name that is open already is found.

use std::env;
use std::error::Error as _;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use libloading::Library as Opened;

/// A library of NVIDIA's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// The driver's own; it comes with the driver and nothing else has it.
    Driver,
    /// Matrix products.
    Cublas,
    /// What a card does now: NVML.
    Management,
}

/// What becomes of an attempt to open a library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// It is open.
    Open,
    /// It is not on this machine.
    Missing,
    /// It is there and does not open; why.
    Broken(String),
}

impl Library {
    /// How its file names begin.
    pub fn stem(self) -> &'static str {
        match self {
            Library::Driver => "libcuda.so",
            Library::Cublas => "libcublas.so",
            Library::Management => "libnvidia-ml.so",
        }
    }

    /// The name by which the system's loader knows it, and a function that it must have.
    fn known_by(self) -> (&'static str, &'static str) {
        match self {
            Library::Driver => ("libcuda.so.1", "cuInit"),
            Library::Cublas => ("libcublas.so.12", "cublasCreate_v2"),
            Library::Management => ("libnvidia-ml.so.1", "nvmlInit_v2"),
        }
    }

    /// Opens it, for good, if it is on this machine.
    pub fn open(self) -> Opening {
        if self.is_known() {
            return self.checked();
        }
        let mut problem = None;
        for path in folders().iter().filter_map(|folder| newest(folder, self.stem())) {
            // cuBLAS needs its neighbour, which the loader does not know either.
            let neighbours = (self == Library::Cublas).then(|| beside(&path, "libcublasLt.so")).flatten();
            match neighbours.iter().chain([&path]).try_for_each(|path| keep(path)) {
                Ok(()) if self.is_known() => return self.checked(),
                Ok(()) => {}
                Err(error) => problem = problem.or(Some(error)),
            }
        }
        match problem.or_else(|| self.problem_of_loader()) {
            Some(problem) => Opening::Broken(problem),
            None => Opening::Missing,
        }
    }

    /// Whether a library that opens is what its name says. cudarc would panic at the first function that is missing.
    fn checked(self) -> Opening {
        let (_, function) = self.known_by();
        // SAFETY: the library is known, so it is opened; the function is only looked for, not called.
        let found = unsafe {
            let has = |library: &Opened| library.get::<unsafe extern "C" fn()>(function.as_bytes()).is_ok();
            match self {
                Library::Driver => has(cudarc::driver::sys::culib()),
                Library::Cublas => has(cudarc::cublas::sys::culib()),
                Library::Management => self.handle().is_some_and(|library| has(&library)),
            }
        };
        match found {
            true => Opening::Open,
            false => Opening::Broken(format!("{} has no {function}", self.stem())),
        }
    }

    /// Why the system's loader does not open it; `None` where it only does not find it.
    fn problem_of_loader(self) -> Option<String> {
        let (name, _) = self.known_by();
        let problem = keep(Path::new(name)).err()?;
        (!problem.contains("No such file") && !problem.contains("not found")).then_some(problem)
    }

    /// Where the library that is open lies; `None` where it is not open, or the system does not tell.
    pub fn path(self) -> Option<PathBuf> {
        let open = std::fs::read_to_string("/proc/self/maps").ok()?;
        let paths = open.lines().filter_map(|line| Some(&line[line.find('/')?..]));
        let is_it = |path: &&str| Path::new(path).file_name().is_some_and(|name| self.is_named(name));
        paths.into_iter().find(is_it).map(PathBuf::from)
    }

    fn is_named(self, file: &OsStr) -> bool {
        file.to_str().is_some_and(|name| name.starts_with(self.stem()))
    }

    /// Whether it opens by its name.
    fn is_known(self) -> bool {
        // SAFETY: these only load the library, whose initialisers NVIDIA answers for.
        unsafe {
            match self {
                Library::Driver => cudarc::driver::sys::is_culib_present(),
                Library::Cublas => cudarc::cublas::sys::is_culib_present(),
                Library::Management => keep(Path::new("libnvidia-ml.so.1")).is_ok(),
            }
        }
    }

    /// A library that cudarc does not know, by the name that the system's loader knows.
    fn handle(self) -> Option<Opened> {
        let (name, _) = self.known_by();
        // SAFETY: only loads the library, whose initialisers NVIDIA answers for.
        unsafe { Opened::new(name) }.ok()
    }

    /// Opens it, and gives it to a caller that calls it by itself.
    pub fn opened(self) -> Option<Opened> {
        (self.open() == Opening::Open).then(|| self.handle()).flatten()
    }
}

/// Opens a library and never closes it.
///
/// # Errors
/// Why it does not open, as the system says it.
fn keep(path: &Path) -> Result<(), String> {
    // SAFETY: only loads the library, whose initialisers NVIDIA answers for.
    let opened = unsafe { Opened::new(path) };
    // What the system says stands behind the crate's own words.
    let library =
        opened.map_err(|error| error.source().map_or(error.to_string(), |system| system.to_string()))?;
    std::mem::forget(library);
    Ok(())
}

/// The library of this stem in the folder of another, of the same version.
fn beside(path: &Path, stem: &str) -> Option<PathBuf> {
    newest(path.parent()?, stem)
}

/// The highest version of a library in a folder: `libcublas.so.12` before `libcublas.so.11` and `libcublas.so`.
fn newest(folder: &Path, stem: &str) -> Option<PathBuf> {
    let files = folder.read_dir().ok()?.filter_map(Result::ok);
    let versions = files.filter_map(|file| {
        let name = file.file_name().into_string().ok()?;
        let version = name.strip_prefix(stem)?;
        let version: Option<Vec<u32>> = match version.strip_prefix('.') {
            Some(numbers) => numbers.split('.').map(|number| number.parse().ok()).collect(),
            None => version.is_empty().then(Vec::new),
        };
        Some((version?, file.path()))
    });
    versions.max().map(|(_, path)| path)
}

/// Where libraries are looked for that the loader does not know, the best first.
fn folders() -> Vec<PathBuf> {
    let variable = |name| env::var_os(name).map(PathBuf::from);
    let toolkits = ["CUDA_HOME", "CUDA_PATH"].into_iter().filter_map(variable);
    let toolkits = toolkits.chain(["/usr/local/cuda".into(), "/opt/cuda".into()]);
    let mut folders: Vec<PathBuf> = toolkits
        .flat_map(|toolkit| ["lib64", "targets/x86_64-linux/lib", "lib"].map(|lib| toolkit.join(lib)))
        .collect();
    // Where containers and WSL put the driver.
    folders.extend(["/usr/local/nvidia/lib64", "/usr/lib64-nvidia", "/usr/lib/wsl/lib"].map(PathBuf::from));
    folders.extend(
        site_packages()
            .iter()
            .flat_map(|packages| below(&packages.join("nvidia")))
            .map(|each| each.join("lib")),
    );
    folders
}

/// The folders of packages of the Pythons in use: of the environment that is active, of the `python3` in PATH, and the
/// user's own.
fn site_packages() -> Vec<PathBuf> {
    let variable = |name| env::var_os(name).map(PathBuf::from);
    let active = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(variable);
    let path = env::var_os("PATH").unwrap_or_default();
    let in_path = env::split_paths(&path).find(|folder| folder.join("python3").exists());
    let prefixes = active.chain(in_path.and_then(|folder| Some(folder.parent()?.to_owned())));
    let prefixes = prefixes.chain(variable("HOME").map(|home| home.join(".local")));
    let pythons = prefixes.flat_map(|prefix| below(&prefix.join("lib")));
    pythons
        .flat_map(|python| ["site-packages", "dist-packages"].map(|packages| python.join(packages)))
        .collect()
}

/// The entries of a folder, in order; none where it cannot be read.
fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten().filter_map(Result::ok);
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    entries.sort_unstable();
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_in_a_folder_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(newest(folder.path(), "libcublas.so"), None);
        let files = [
            "libcublas.so",
            "libcublas.so.9",
            "libcublas.so.12.4",
            "libcublas.so.12",
            "libcublasLt.so.13",
            "libcublas.so.x",
        ];
        for name in files {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(newest(folder.path(), "libcublas.so"), Some(folder.path().join("libcublas.so.12.4")));
        assert_eq!(newest(folder.path(), "libcublasLt.so"), Some(folder.path().join("libcublasLt.so.13")));
    }
}
