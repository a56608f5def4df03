//! What is asked of the worker, and what it replies.

use crate::tui::message::Effect;
use crate::tui::state::State;
use crate::tui::state::requests::Wish;
use crate::worker::{Command, Phase, Reply, RequestId, Steering};

use super::inspect;

/// Asks the worker for something.
pub(super) fn send(state: &mut State, command: Command) -> Effect {
    Effect::Send(state.requests.add(command))
}

/// Takes in a reply. A reply that is not awaited concerns a model that is gone.
pub(super) fn on_reply(state: &mut State, to: RequestId, reply: Reply) -> Vec<Effect> {
    let Some(wish) = state.requests.take(to) else { return Vec::new() };
    match reply {
        Reply::Done => {
            grant_rate(state, to);
            Vec::new()
        }
        Reply::Inspected(answer) => {
            let asked = match wish {
                Wish::Look(question) => Some(question),
                Wish::Count | Wish::Rate | Wish::Begin | Wish::Stop | Wish::Other => None,
            };
            inspect::on_answer(state, asked, *answer)
        }
        Reply::Saved(path) => {
            state.log(format!("weights saved to {path}"));
            state.inform(format!("weights saved to {path}"));
            Vec::new()
        }
        // The newer question is on its way.
        Reply::Overtaken => Vec::new(),
        Reply::Refused(reason) => {
            on_refused(state, to, &wish, &reason);
            Vec::new()
        }
    }
}

/// The worker has accepted the learning rate of this request: the next step uses it.
fn grant_rate(state: &mut State, request: RequestId) {
    let wish = state.training.as_mut().and_then(|training| training.wished_rate.as_mut());
    if let Some(wish) = wish.filter(|wish| wish.request == request) {
        wish.is_granted = true;
        let rate = wish.rate;
        state.inform(format!("learning rate {rate} from the next step on"));
    }
}

fn on_refused(state: &mut State, request: RequestId, wish: &Wish, reason: &str) {
    let what = match wish {
        Wish::Rate => {
            if let Some(training) = &mut state.training {
                training.wished_rate = training.wished_rate.filter(|wish| wish.request != request);
            }
            "the learning rate stays as it is"
        }
        Wish::Begin => {
            if state.phase == Phase::Preparing {
                state.phase = Phase::Idle;
                state.preparing = None;
            }
            "nothing is begun"
        }
        Wish::Stop => {
            state.stopping = false;
            state.start_next = None;
            "the training is not ended"
        }
        Wish::Look(_) | Wish::Count | Wish::Other => "refused",
    };
    // Who only looks need not read it in the log as well.
    if state.steering != Steering::Elsewhere {
        state.log(format!("{what}: {reason}"));
    }
    state.complain(match wish {
        Wish::Look(_) | Wish::Count | Wish::Other => reason.to_owned(),
        Wish::Rate | Wish::Begin | Wish::Stop => format!("{what}: {reason}"),
    });
}
