//! What the worker was asked for and has not replied to yet.

use crate::worker::{Command, Question, Request, RequestId};

/// What a request wants, as far as the reply to it matters here.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// A sample or a figure; one such question is on its way at a time.
    Look(Question),
    /// The confusion matrix: it takes the whole test set, and other questions do not wait for it.
    Count,
    /// This learning rate, or a factor of it.
    Rate,
    /// A training.
    Begin,
    /// The training's end.
    Stop,
    /// Something whose effect the worker reports to all.
    Other,
}

impl Wish {
    fn of(command: &Command) -> Self {
        match command {
            Command::Inspect(Question::Confusion) => Wish::Count,
            Command::Inspect(question @ (Question::Sample { .. } | Question::Figure { .. })) => {
                Wish::Look(question.clone())
            }
            Command::ChangeRate(_) => Wish::Rate,
            Command::Train(_) => Wish::Begin,
            Command::Stop => Wish::Stop,
            Command::Pause
            | Command::Resume
            | Command::Step
            | Command::Steer(_)
            | Command::Pace(_)
            | Command::StopAfterEpoch(_)
            | Command::GoBack(_)
            | Command::Save
            | Command::Shutdown
            | Command::Detach
            | Command::Attach(_)
            | Command::Open(_)
            | Command::GoTo(_)
            | Command::TakeOver => Wish::Other,
        }
    }
}

/// The requests without a reply, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Requests {
    named: u64,
    open: Vec<(RequestId, Wish)>,
}

impl Requests {
    /// Names a command and waits for the reply to it.
    pub fn add(&mut self, command: Command) -> Request {
        self.named += 1;
        let id = RequestId { asker: 0, number: self.named };
        self.open.push((id, Wish::of(&command)));
        Request { id, command }
    }

    /// The reply to this request has come: returns what the request wanted. `None` when no reply to it is awaited.
    pub fn take(&mut self, id: RequestId) -> Option<Wish> {
        let at = self.open.iter().position(|(open, _)| *open == id)?;
        Some(self.open.remove(at).1)
    }

    /// The sample or figure that is on its way.
    pub fn looked_at(&self) -> Option<&Question> {
        self.open.iter().find_map(|(_, wish)| match wish {
            Wish::Look(question) => Some(question),
            Wish::Count | Wish::Rate | Wish::Begin | Wish::Stop | Wish::Other => None,
        })
    }

    /// Whether the confusion matrix is on its way.
    pub fn is_counting(&self) -> bool {
        self.open.iter().any(|(_, wish)| *wish == Wish::Count)
    }

    /// Forgets the questions about a model that is gone.
    pub fn forget_questions(&mut self) {
        self.open.retain(|(_, wish)| !matches!(wish, Wish::Look(_) | Wish::Count));
    }

    /// Forgets all requests: nobody is left to reply.
    pub fn clear(&mut self) {
        self.open.clear();
    }

    /// The requests without a reply, oldest first.
    pub fn open(&self) -> impl Iterator<Item = (RequestId, &Wish)> {
        self.open.iter().map(|(id, wish)| (*id, wish))
    }
}
