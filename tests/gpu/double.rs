//! The test double of CUDA: built from `tests/gpu/double` by the system's C++ compiler, and opened before anything asks
//! for NVIDIA's libraries.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};
use trainyard::nn::gpu::Gpu;

/// The libraries in the order in which they need each other.
const LIBRARIES: [&str; 3] = ["libcuda.so.1", "libcublas.so.13", "libnvidia-ml.so.1"];

/// Whether the tests run on a real card: those that tell the double what to do are then left out. See `on_card.sh`.
pub fn is_card() -> bool {
    std::env::var_os("TRAINYARD_TEST_ON_CARD").is_some()
}

/// A GPU on the double, or the real one; `None`, with a line, where there is no C++ compiler.
pub fn gpu() -> Option<Gpu> {
    if !is_card() {
        folder()?;
    }
    Some(Gpu::open(0).expect("there is a GPU"))
}

/// The folder of the double's libraries, which are open; `None` as above, and on a real card.
pub fn folder() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER.get_or_init(|| if is_card() { None } else { open() }).as_deref()
}

/// Builds the double and opens its libraries, for good: they are then found by their names.
fn open() -> Option<PathBuf> {
    let folder = build()?;
    for name in LIBRARIES {
        // SAFETY: the double's libraries only initialise their own statics.
        let library = unsafe { libloading::Library::new(folder.join(name)) }.expect("the double opens");
        std::mem::forget(library);
    }
    Some(folder)
}

/// Builds the double, unless it is there from these very sources.
fn build() -> Option<PathBuf> {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gpu/double");
    let mut sum = Sha256::new();
    sum.update(std::env::var("FAKE_CUDA_FLAGS").unwrap_or_default());
    digest(&sources, &mut sum);
    let name: String = sum.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("cuda-{name}"));
    if LIBRARIES.iter().all(|name| folder.join(name).exists()) {
        return Some(folder);
    }
    if Command::new("c++").arg("--version").output().is_err() {
        eprintln!("not tested: there is no C++ compiler for the double of CUDA");
        return None;
    }
    let built = Command::new(sources.join("build.sh")).arg(&folder).status();
    assert!(built.is_ok_and(|status| status.success()), "the double of CUDA is built");
    Some(folder)
}

fn digest(folder: &Path, sum: &mut Sha256) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for entry in entries {
        match entry.is_dir() {
            true => digest(&entry, sum),
            false => sum.update(fs::read(entry).unwrap()),
        }
    }
}
