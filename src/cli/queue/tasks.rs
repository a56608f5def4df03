//! What the dashboard has done with the queue.

use super::super::Error;
use super::super::searches::overview_of;
use super::parse::Parse;
use super::{actions, work};
use crate::preset::library;
use crate::search::queue::Shelf;
use crate::search::slurm;
use crate::tui::message::{QueueAnswer, QueueTask};

/// The most trainings at a time.
const MOST_JOBS: u16 = 1024;

/// Does it, and returns what came of it.
pub fn carry_out(task: QueueTask, parse: Parse) -> QueueAnswer {
    answer(task, parse).unwrap_or_else(|error| QueueAnswer::Failed(error.to_string()))
}

fn answer(task: QueueTask, parse: Parse) -> Result<QueueAnswer, Error> {
    Ok(match task {
        QueueTask::Add { words, read } => {
            // What is trained is what the file says when its turn comes.
            if let Some((file, text)) = read
                && library::read(&file).is_ok_and(|now| now != text)
            {
                let file = file.display();
                return Err(Error::Failed(format!(
                    "{file} has changed since the dashboard read it: leave and come back, then add it"
                )));
            }
            let added = actions::add(words, false, parse)?;
            QueueAnswer::Added { item: added.item.number, before: added.before, begins: added.begins }
        }
        QueueTask::Move(number, to) => {
            Shelf::own()?.shift(number, to)?;
            QueueAnswer::Done
        }
        QueueTask::Remove(number) => {
            actions::remove(number, true, parse)?;
            QueueAnswer::Done
        }
        QueueTask::Retry(number) => {
            actions::retry(number)?;
            QueueAnswer::Done
        }
        QueueTask::Pause => {
            Shelf::own()?.change(|settings| settings.is_paused = true)?;
            QueueAnswer::Done
        }
        QueueTask::Start => {
            work::start(None, Vec::new())?;
            QueueAnswer::Done
        }
        QueueTask::Stop => {
            work::ask_to_stop()?.map_or(QueueAnswer::Done, |(owner, _)| QueueAnswer::Ends(owner))
        }
        QueueTask::Jobs(by) => {
            Shelf::own()?.change(|settings| {
                settings.jobs = settings.jobs.saturating_add_signed(by).clamp(1, MOST_JOBS);
            })?;
            QueueAnswer::Done
        }
        QueueTask::Cancel(job) => {
            slurm::cancel(&slurm::Shelf::own()?, std::slice::from_ref(&job)).map_err(Error::Failed)?;
            QueueAnswer::Cancelled(job)
        }
        QueueTask::Clear => QueueAnswer::Cleared(actions::clear()?),
        QueueTask::ReadRun(name) => QueueAnswer::Run(Box::new(overview_of(&name).map_err(Error::Failed)?)),
    })
}
