//! Follows a folder of runs, a little at a time.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::discover::Walk;
use super::log::Log;
use super::picture::{self, Picture};
use super::sampled::{Kept, Sampled};
use super::tags::{TagId, Tags};
use super::view::{Content, Details, Interest, Panel, Progress, Row, RunId, WatchSnapshot};
use crate::run::text;

/// Bytes that are read of a run in full before something else has its turn.
const SLICE: u64 = 4 << 20;
/// Runs whose newest values are read before something else has its turn.
const RUNS: usize = 32;
/// The memory that the values of all runs may take before those of runs that are not shown are forgotten.
const MEMORY: usize = 256 << 20;
/// How often the system is asked for the sizes of the files of runs on the screen, and of all runs.
const POLL_VISIBLE: Duration = Duration::from_millis(500);
const POLL_ALL: Duration = Duration::from_secs(3);
/// The least time between two walks; a walk that takes long is followed by a longer rest.
const WALK: Duration = Duration::from_secs(3);
/// The longest name of a run that is shown, in characters.
const NAME: usize = 160;

/// A decoded picture, and what it was decoded from.
type Decoded = ((RunId, TagId, i64, (usize, usize)), Result<Arc<Picture>, String>);

/// Follows folders of runs. It looks for changes itself instead of having the system tell of them: that works on
/// network folders too.
#[derive(Debug)]
pub struct Watcher {
    roots: Vec<Root>,
    /// The root that is walked, by its place.
    walked: usize,
    walk: Option<Walk>,
    walk_began: Instant,
    walk_again: Instant,
    walked_once: bool,
    folders: usize,
    /// What the roots that were walked before in this round had.
    found_folders: usize,
    found_problems: Vec<String>,
    runs: Vec<Log>,
    by_folder: HashMap<PathBuf, RunId>,
    tags: Tags,
    interest: Interest,
    requests: u64,
    /// The next run whose newest values may be out of date.
    next_unread: usize,
    poll_visible: Instant,
    poll_all: Instant,
    buffer: Vec<u8>,
    decoded: Vec<Decoded>,
    problems: Vec<String>,
}

impl Watcher {
    /// Follows the runs below folders, each of which may also be a single event file.
    pub fn new(roots: &[impl AsRef<Path>]) -> Self {
        let now = Instant::now();
        let roots: Vec<Root> = Root::all(roots);
        Watcher {
            walk: roots.first().map(|root| Walk::new(&root.path)),
            walked: 0,
            roots,
            walk_began: now,
            walk_again: now,
            walked_once: false,
            folders: 0,
            found_folders: 0,
            found_problems: Vec::new(),
            runs: Vec::new(),
            by_folder: HashMap::new(),
            tags: Tags::default(),
            interest: Interest::default(),
            requests: 0,
            next_unread: 0,
            poll_visible: now,
            poll_all: now,
            buffer: Vec::new(),
            decoded: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Reads for this from now on.
    pub fn look_at(&mut self, interest: Interest) {
        self.requests += 1;
        self.interest = interest;
    }

    /// Works for about that long, or until there is nothing to do. Returns whether something was done.
    pub fn work(&mut self, time: Duration) -> bool {
        let until = Instant::now() + time;
        let mut worked = false;
        loop {
            let walked = self.walk_on();
            let read = self.read_shown();
            let looked = self.read_newest();
            let polled = self.poll();
            if !(walked || read || looked || polled) {
                return worked;
            }
            worked = true;
            if Instant::now() >= until {
                return true;
            }
        }
    }

    /// Finds all runs and reads every byte of them for their newest values; tells how many are done and how many
    /// there are.
    pub fn read_everything(&mut self, mut tell: impl FnMut(usize, usize)) {
        while self.walk_on() {}
        for id in 0..self.runs.len() {
            tell(id, self.runs.len());
            self.runs[id].read_whole(&mut self.tags, &mut self.buffer);
            self.runs[id].read_settings();
        }
    }

    fn walk_on(&mut self) -> bool {
        let now = Instant::now();
        if self.walk.is_none() && now >= self.walk_again {
            (self.walked, self.walk_began) = (0, now);
            self.walk = self.roots.first().map(|root| Walk::new(&root.path));
            self.found_problems.clear();
            self.found_folders = 0;
        }
        let Some(walk) = &mut self.walk else { return false };
        for _ in 0..RUNS {
            let Some((folder, files)) = walk.step() else { break };
            if files.is_empty() {
                continue;
            }
            let known = self.by_folder.get(&folder).copied();
            let id = known.or_else(|| run_of_part(&self.by_folder, &folder)).unwrap_or_else(|| {
                let name = self.roots[self.walked].name_of(&folder);
                let id = self.runs.len() as RunId;
                self.runs.push(Log::new(&folder, name));
                self.by_folder.insert(folder, id);
                id
            });
            if self.runs[id as usize].found(files) {
                self.next_unread = self.next_unread.min(id as usize);
            }
        }
        if walk.is_done() {
            self.found_folders += walk.walked;
            self.found_problems.extend(walk.problems.iter().map(|problem| text::shown(problem, 200)));
            self.walked += 1;
            if let Some(root) = self.roots.get(self.walked) {
                self.walk = Some(Walk::new(&root.path));
                return true;
            }
            self.folders = self.found_folders;
            self.problems = self.found_problems.clone();
            self.walk_again = Instant::now() + WALK.max(20 * self.walk_began.elapsed());
            self.walk = None;
            self.walked_once = true;
        }
        true
    }

    fn read_shown(&mut self) -> bool {
        for id in &self.interest.shown {
            let Some(run) = self.runs.get_mut(*id as usize) else { continue };
            run.looked_at = self.requests;
            if run.read_all(SLICE, &mut self.tags, &mut self.buffer) {
                self.forget_the_oldest();
                return true;
            }
        }
        false
    }

    /// Drops the values of the runs that were last shown the longest ago, until what is kept is small enough.
    fn forget_the_oldest(&mut self) {
        let mut bytes: usize =
            self.runs.iter().filter_map(|run| run.figures.as_ref()).map(|f| f.bytes()).sum();
        while bytes > MEMORY {
            let shown = &self.interest.shown;
            let idle = self
                .runs
                .iter_mut()
                .enumerate()
                .filter(|(id, run)| run.figures.is_some() && !shown.contains(&(*id as RunId)));
            let Some((_, oldest)) = idle.min_by_key(|(_, run)| run.looked_at) else { return };
            bytes -= oldest.figures.as_ref().map_or(0, |figures| figures.bytes());
            oldest.forget();
        }
    }

    fn read_newest(&mut self) -> bool {
        let unread = |runs: &[Log], id: usize| runs.get(id).is_some_and(|run| !run.is_read);
        let visible = self.interest.shown.iter().chain(&self.interest.visible).map(|id| *id as usize);
        let mut due: Vec<usize> = visible.filter(|id| unread(&self.runs, *id)).take(RUNS).collect();
        while due.len() < RUNS && self.next_unread < self.runs.len() {
            if unread(&self.runs, self.next_unread) {
                due.push(self.next_unread);
            }
            self.next_unread += 1;
        }
        for id in &due {
            self.runs[*id].read_newest(&mut self.tags, &mut self.buffer);
            self.runs[*id].read_settings();
        }
        !due.is_empty()
    }

    fn poll(&mut self) -> bool {
        let now = Instant::now();
        let mut changed = false;
        if now >= self.poll_all {
            self.poll_all = now + POLL_ALL;
            for (id, run) in self.runs.iter_mut().enumerate() {
                if run.poll() {
                    self.next_unread = self.next_unread.min(id);
                    changed = true;
                }
            }
        } else if now >= self.poll_visible {
            for id in self.interest.shown.iter().chain(&self.interest.visible) {
                changed |= self.runs.get_mut(*id as usize).is_some_and(Log::poll);
            }
        }
        if now >= self.poll_visible {
            self.poll_visible = now + POLL_VISIBLE;
        }
        changed
    }

    /// What is known now of what the screen shows.
    pub fn view(&mut self) -> WatchSnapshot {
        let rows = self.runs.iter().map(|run| Row {
            name: run.name.clone(),
            folder: run.folder.clone(),
            step: run.latest.step,
            time: run.latest.time,
            value: self.interest.value.and_then(|tag| run.latest.value(tag)).map(|last| last.value),
            hparams: run.latest.hparams_line.clone(),
            settings: run.latest.hparams.clone(),
            bytes: run.bytes(),
            damaged: run.damaged(),
            is_foreign: run.is_foreign(),
            is_read: run.is_read,
        });
        let rows: Vec<Row> = rows.collect();
        let shown = self.interest.shown.clone();
        let runs = self.runs.len();
        let known = shown.into_iter().filter(|id| (*id as usize) < runs);
        let panels: Vec<Panel> = known.map(|id| self.panel(id)).collect();
        let read = rows.iter().filter(|row| row.is_read).count();
        let folders = self.walk.as_ref().map_or(0, |walk| self.found_folders + walk.walked).max(self.folders);
        let failed =
            self.interest.shown.iter().filter_map(|id| self.runs.get(*id as usize)?.problem.as_deref());
        let failed: Vec<String> = failed.map(|problem| text::shown(problem, 200)).collect();
        WatchSnapshot {
            rows: rows.into(),
            tags: self.tags.list().clone(),
            panels,
            details: self.interest.details.and_then(|id| self.details(id)).map(Box::new),
            progress: Progress { folders, is_walking: !self.walked_once, read },
            problems: failed.into_iter().chain(self.problems.iter().cloned()).collect(),
        }
    }

    fn panel(&mut self, id: RunId) -> Panel {
        let run = &self.runs[id as usize];
        let read = run.share_read();
        let tags = run.figures.as_ref().map(|figures| figures.tags().clone()).unwrap_or_default();
        let asked = self.interest.tags.clone();
        let contents = asked.into_iter().filter_map(|tag| Some((tag, self.content(id, tag)?))).collect();
        Panel { run: id, tags, contents, read }
    }

    /// The values of a tag of a run.
    fn content(&mut self, id: RunId, tag: TagId) -> Option<Content> {
        match self.runs[id as usize].figures.as_ref()?.get(tag)? {
            Kept::Curve(course) => Some(Content::Curve(course.clone())),
            Kept::Distributions(all) => Some(Content::Distributions(all.clone())),
            Kept::Texts(all) => self.moment(all).map(|(place, of)| {
                let moment = &all.moments()[place];
                Content::Text { step: moment.step, place, of, lines: moment.what.clone() }
            }),
            Kept::Pictures(all) => {
                let all = all.clone();
                self.moment(&all).map(|(place, of)| {
                    let moment = &all.moments()[place];
                    let picture = self.decode((id, tag, moment.step, self.interest.room), &moment.what);
                    Content::Picture { step: moment.step, place, of, picture }
                })
            }
        }
    }

    /// Which of the kept values is shown, and how many there are.
    fn moment<T>(&self, all: &Sampled<T>) -> Option<(usize, usize)> {
        let of = all.moments().len();
        Some((of.checked_sub(1)?.saturating_sub(self.interest.back), of))
    }

    /// The picture, decoded now or kept from an earlier view.
    fn decode(
        &mut self,
        key: (RunId, TagId, i64, (usize, usize)),
        encoded: &[u8],
    ) -> Result<Arc<Picture>, String> {
        if let Some((_, known)) = self.decoded.iter().find(|(known, _)| *known == key) {
            return known.clone();
        }
        let picture = picture::decode(encoded, key.3).map(Arc::new);
        if self.decoded.len() >= 32 {
            drop(self.decoded.remove(0));
        }
        self.decoded.push((key, picture.clone()));
        picture
    }

    /// All that is known of a run without reading more.
    pub fn details(&self, id: RunId) -> Option<Details> {
        let run = self.runs.get(id as usize)?;
        let shown = |text: &str| text::shown(text, 400);
        let mut about = vec![("folder".into(), shown(&run.folder.to_string_lossy()))];
        for path in run.paths().take(20) {
            let name = path.file_name().unwrap_or_default();
            about.push(("file".into(), shown(&name.to_string_lossy())));
        }
        about.push(("bytes".into(), run.bytes().to_string()));
        let left_out = run.figures.as_ref().map_or(0, |figures| figures.left_out());
        let damaged = if run.is_foreign() { 0 } else { run.damaged() };
        if run.is_foreign() {
            about.push(("problem".into(), "it holds no events: it is no event file of TensorBoard".into()));
        }
        let counts = [("damaged", damaged), ("too long", run.passed_over()), ("no room for", left_out)];
        let counts = counts.into_iter().filter(|(_, count)| *count > 0);
        about.extend(counts.map(|(name, count)| (name.into(), format!("{count} records"))));
        about.extend(run.problem.iter().map(|problem| ("problem".into(), shown(problem))));
        let name = |tag: TagId| self.tags.list()[tag as usize].name.clone();
        let mut values: Vec<_> =
            run.latest.values().iter().map(|last| (name(last.tag), last.step, last.value)).collect();
        values.sort_by(|a, b| a.0.cmp(&b.0));
        Some(Details { run: id, about, hparams: run.latest.hparams.clone(), values })
    }
}

/// The run to which a folder belongs that PyTorch's `add_hparams` made for it: below the run's own, named by the time.
fn run_of_part(by_folder: &HashMap<PathBuf, RunId>, folder: &Path) -> Option<RunId> {
    let (seconds, part) = folder.file_name()?.to_str()?.split_once('.')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_time = is_number(seconds) && seconds.len() >= 10 && is_number(part);
    by_folder.get(folder.parent().filter(|_| is_time)?).copied()
}

/// A folder that is followed.
#[derive(Debug)]
struct Root {
    path: PathBuf,
    /// What stands before the names of its runs, where several folders are followed.
    title: String,
}

impl Root {
    /// Several folders are told apart by their own names, or where these are the same, by their paths.
    fn all(roots: &[impl AsRef<Path>]) -> Vec<Root> {
        let own = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let paths: Vec<&Path> = roots.iter().map(AsRef::as_ref).collect();
        let root = |path: &&Path| {
            let same = paths.iter().filter(|other| own(other) == own(path)).count();
            let title = match own(path) {
                _ if paths.len() < 2 => String::new(),
                Some(name) if same == 1 => name,
                _ => path.to_string_lossy().into_owned(),
            };
            Root { path: path.to_path_buf(), title }
        };
        paths.iter().map(root).collect()
    }

    /// The name of the run in a folder: its place below the root, as TensorBoard names runs.
    fn name_of(&self, folder: &Path) -> Arc<str> {
        let below = folder.strip_prefix(&self.path).unwrap_or(folder);
        let name = text::shown(&Path::new(&self.title).join(below).to_string_lossy(), NAME);
        let name = name.trim_end_matches('/');
        if name.is_empty() { ".".into() } else { name.into() }
    }
}
