//! Runs the program and makes one of its system calls fail. The kernel stops it at calls on files (a seccomp filter), and
//! this process, its tracer, decides what becomes of the call.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use nix::libc;
use nix::sys::ptrace::{self, Event, Options};
use nix::sys::signal::Signal;
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

/// The calls that touch files, by number and name.
const CALLS: &[(i64, &str)] = &[
    (libc::SYS_open, "open"),
    (libc::SYS_openat, "openat"),
    (libc::SYS_read, "read"),
    (libc::SYS_pread64, "pread64"),
    (libc::SYS_write, "write"),
    (libc::SYS_writev, "writev"),
    (libc::SYS_pwrite64, "pwrite64"),
    (libc::SYS_fsync, "fsync"),
    (libc::SYS_fdatasync, "fdatasync"),
    (libc::SYS_ftruncate, "ftruncate"),
    (libc::SYS_flock, "flock"),
    (libc::SYS_rename, "rename"),
    (libc::SYS_renameat, "renameat"),
    (libc::SYS_renameat2, "renameat2"),
    (libc::SYS_link, "link"),
    (libc::SYS_linkat, "linkat"),
    (libc::SYS_symlink, "symlink"),
    (libc::SYS_unlink, "unlink"),
    (libc::SYS_unlinkat, "unlinkat"),
    (libc::SYS_rmdir, "rmdir"),
    (libc::SYS_mkdir, "mkdir"),
    (libc::SYS_mkdirat, "mkdirat"),
    (libc::SYS_getdents64, "getdents64"),
    (libc::SYS_statx, "statx"),
    (libc::SYS_newfstatat, "newfstatat"),
    (libc::SYS_fchmod, "fchmod"),
    (libc::SYS_chmod, "chmod"),
];

/// A system call on a file, as it was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its name.
    pub name: &'static str,
    /// The file.
    pub path: PathBuf,
    /// Whether it would change what is on the disk.
    pub writes: bool,
}

impl Call {
    /// Whether it moves bytes, and may move fewer.
    pub fn moves_bytes(&self) -> bool {
        matches!(self.name, "read" | "pread64" | "write" | "pwrite64")
    }

    /// Whether it gives a new descriptor.
    pub fn opens(&self) -> bool {
        matches!(self.name, "open" | "openat")
    }
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// It fails with this error.
    Error(i32),
    /// It moves half of the bytes.
    Short,
    /// The process is killed before it.
    Kill,
}

/// Which calls fail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// What becomes of them.
    pub fault: Fault,
    /// Only calls of this name are counted; `None`: all of them.
    pub of: Option<&'static str>,
    /// The first one's number, from 0, of those that are counted.
    pub first: usize,
    /// Whether all after it fail as well that the fault suits, as on a disk that stays full.
    pub stays: bool,
}

impl Plan {
    /// Whether the last of these calls fails.
    fn hits(&self, calls: &[Call]) -> bool {
        let is_counted = |call: &&Call| self.of.is_none_or(|name| call.name == name);
        let Some(call) = calls.last().filter(is_counted) else { return false };
        let number = calls.iter().filter(is_counted).count() - 1;
        let is_suited = match self.fault {
            Fault::Error(libc::ENOSPC | libc::EROFS) => call.writes,
            Fault::Error(libc::EMFILE) => call.opens(),
            Fault::Error(_) | Fault::Kill => true,
            Fault::Short => call.moves_bytes(),
        };
        is_suited && (number == self.first || (self.stays && number > self.first))
    }
}

/// How a traced program ended.
pub struct Traced {
    /// Its exit status.
    pub status: ExitStatus,
    /// The calls on files below the folder, in order.
    pub calls: Vec<Call>,
    /// The calls that failed by the plan.
    pub failed: Vec<Call>,
}

/// Whether the kernel lets a process be traced here.
pub fn is_possible() -> bool {
    run(&mut Command::new("true"), Path::new("/"), None).is_ok_and(|traced| traced.status.success())
}

/// Runs the command to its end; calls on files below `folder` fail as planned.
pub fn run(command: &mut Command, folder: &Path, plan: Option<Plan>) -> io::Result<Traced> {
    let filter = filter()?;
    // SAFETY: between fork and exec only these system calls are made; the filter was allocated before.
    unsafe {
        command.pre_exec(move || {
            ptrace::traceme()?;
            seccompiler::apply_filter(&filter).map_err(|_| io::Error::from_raw_os_error(libc::EPERM))
        })
    };
    let main = Pid::from_raw(command.spawn()?.id() as i32);
    // Only children of this thread: other tests have theirs.
    let flags = WaitPidFlag::__WALL | WaitPidFlag::__WNOTHREAD;
    waitpid(main, Some(flags))?;
    ptrace::setoptions(
        main,
        Options::PTRACE_O_TRACESECCOMP
            | Options::PTRACE_O_TRACECLONE
            | Options::PTRACE_O_TRACEFORK
            | Options::PTRACE_O_TRACEVFORK
            | Options::PTRACE_O_TRACEEXEC
            | Options::PTRACE_O_EXITKILL,
    )?;
    ptrace::cont(main, None)?;
    let mut traced = Traced { status: ExitStatus::from_raw(0), calls: Vec::new(), failed: Vec::new() };
    let mut begun = BTreeSet::from([main]);
    loop {
        let stop = match waitpid(None, Some(flags)) {
            Ok(stop) => stop,
            Err(nix::Error::ECHILD) => return Ok(traced),
            Err(nix::Error::EINTR) => continue,
            Err(error) => return Err(error.into()),
        };
        let (thread, signal) = match stop {
            WaitStatus::Exited(thread, code) => {
                if thread == main {
                    traced.status = ExitStatus::from_raw(code << 8);
                }
                continue;
            }
            WaitStatus::Signaled(thread, signal, _) => {
                if thread == main {
                    traced.status = ExitStatus::from_raw(signal as i32);
                }
                continue;
            }
            WaitStatus::PtraceEvent(thread, _, event) => {
                if event == Event::PTRACE_EVENT_SECCOMP as i32
                    && let Some(call) = call(thread, folder)
                {
                    traced.calls.push(call.clone());
                    if let Some(plan) = plan.filter(|plan| plan.hits(&traced.calls)) {
                        traced.failed.push(call);
                        inject(plan.fault, thread, main)?;
                    }
                }
                (thread, None)
            }
            // A new thread begins with a stop.
            WaitStatus::Stopped(thread, Signal::SIGSTOP) if begun.insert(thread) => (thread, None),
            WaitStatus::Stopped(thread, signal) => (thread, Some(signal).filter(|s| *s != Signal::SIGTRAP)),
            _ => continue,
        };
        // A process that was killed is gone before it goes on.
        match ptrace::cont(thread, signal) {
            Ok(()) | Err(nix::Error::ESRCH) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn filter() -> io::Result<BpfProgram> {
    let calls = CALLS.iter().map(|(number, _)| (*number, Vec::new())).collect();
    let filter = SeccompFilter::new(calls, SeccompAction::Allow, SeccompAction::Trace(0), TargetArch::x86_64);
    filter.and_then(TryInto::try_into).map_err(io::Error::other)
}

/// The call at which a thread stands, where it is on a file below the folder.
fn call(thread: Pid, folder: &Path) -> Option<Call> {
    let registers = ptrace::getregs(thread).ok()?;
    let (_, name) = CALLS.iter().find(|(number, _)| *number == registers.orig_rax as i64)?;
    let descriptor = |number: u64| fs::read_link(format!("/proc/{thread}/fd/{}", number as i32)).ok();
    let path = match *name {
        "open" | "rename" | "link" | "unlink" | "rmdir" | "mkdir" | "chmod" => text(thread, registers.rdi)?,
        "symlink" => text(thread, registers.rsi)?,
        "openat" | "unlinkat" | "mkdirat" | "statx" | "newfstatat" | "renameat" | "renameat2" | "linkat" => {
            let path = text(thread, registers.rsi)?;
            match (registers.rdi as i32, path.as_os_str().is_empty()) {
                (_, true) => descriptor(registers.rdi)?,
                (libc::AT_FDCWD, _) => path,
                _ if path.is_absolute() => path,
                _ => descriptor(registers.rdi)?.join(path),
            }
        }
        _ => descriptor(registers.rdi)?,
    };
    let opened = match *name {
        "open" => Some(registers.rsi),
        "openat" => Some(registers.rdx),
        _ => None,
    };
    let writes = match opened {
        Some(flags) => flags as i32 & (libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT) != 0,
        None => !matches!(*name, "read" | "pread64" | "getdents64" | "statx" | "newfstatat" | "flock"),
    };
    path.starts_with(folder).then_some(Call { name, path, writes })
}

/// The text that ends with a zero at an address of the thread's memory.
fn text(thread: Pid, address: u64) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::FileExt;
    let memory = fs::File::open(format!("/proc/{thread}/mem")).ok()?;
    let mut bytes = [0; 4096];
    // A page may end before the buffer does.
    let read = memory.read_at(&mut bytes[..4096 - (address % 4096) as usize], address).ok()?;
    let mut found = bytes[..read].to_vec();
    if !found.contains(&0) {
        let more = memory.read_at(&mut bytes, address + read as u64).ok()?;
        found.extend(&bytes[..more]);
    }
    let end = found.iter().position(|byte| *byte == 0)?;
    found.truncate(end);
    Some(PathBuf::from(std::ffi::OsString::from_vec(found)))
}

fn inject(fault: Fault, thread: Pid, process: Pid) -> nix::Result<()> {
    match fault {
        Fault::Kill => nix::sys::signal::kill(process, Signal::SIGKILL),
        Fault::Error(error) => {
            let mut registers = ptrace::getregs(thread)?;
            // No call has the number -1: the kernel leaves it out, and the result is what stands in rax.
            registers.orig_rax = u64::MAX;
            registers.rax = (-i64::from(error)) as u64;
            ptrace::setregs(thread, registers)
        }
        Fault::Short => {
            let mut registers = ptrace::getregs(thread)?;
            registers.rdx = registers.rdx.div_ceil(2);
            ptrace::setregs(thread, registers)
        }
    }
}
