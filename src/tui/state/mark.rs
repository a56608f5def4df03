//! What happened at a step, as charts mark it.

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkKind {
    /// Another phase of the procedure began: its curves are about something else.
    Phase,
    /// A person, or a halving after a loss that was not finite, changed how the training goes on.
    Change,
    /// A checkpoint was written.
    Checkpoint,
    /// The run was resumed.
    Resume,
    /// The checkpoint whose network is shown.
    Shown,
}

impl MarkKind {
    /// All of them.
    pub const ALL: [MarkKind; 5] =
        [MarkKind::Phase, MarkKind::Change, MarkKind::Checkpoint, MarkKind::Resume, MarkKind::Shown];

    /// The sign on the axis.
    pub fn sign(self) -> &'static str {
        match self {
            MarkKind::Phase => "┆",
            MarkKind::Change => "▲",
            MarkKind::Checkpoint => "◆",
            MarkKind::Resume => "▶",
            MarkKind::Shown => "│",
        }
    }

    /// What the sign means.
    pub fn title(self) -> &'static str {
        match self {
            MarkKind::Phase => "phase",
            MarkKind::Change => "change",
            MarkKind::Checkpoint => "checkpoint",
            MarkKind::Resume => "resumed",
            MarkKind::Shown => "shown",
        }
    }
}

/// Something that happened at a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The step after which it happened.
    pub step: u64,
    /// Its kind.
    pub kind: MarkKind,
    /// In words, fit to be shown: `learning rate 0.001 to 0.0005`.
    pub text: String,
}

/// The most marks of a training that are kept; the oldest are dropped.
pub const MARKS: usize = 1000;

/// Adds a mark. Checkpoints are many: beyond [`MARKS`] the oldest of them go first.
pub fn add(marks: &mut Vec<Mark>, mark: Mark) {
    marks.push(mark);
    if marks.len() > MARKS {
        let oldest = marks.iter().position(|mark| mark.kind == MarkKind::Checkpoint).unwrap_or(0);
        marks.remove(oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_checkpoints_make_way_for_what_a_person_did() {
        let mut marks = Vec::new();
        let mark = |step, kind| Mark { step, kind, text: String::new() };
        add(&mut marks, mark(1, MarkKind::Change));
        (2..2 * MARKS as u64).for_each(|step| add(&mut marks, mark(step, MarkKind::Checkpoint)));
        assert_eq!((marks.len(), marks[0].kind), (MARKS, MarkKind::Change));
    }
}
