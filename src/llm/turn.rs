//! Whose turn it is at a model that answers one question at a time.
//!
//! A question may take several calls: a form that does not fit, then the program; a program, then one without the import that is not
//! there. Whoever asks holds one [`Turn`] for all of them. Its place in the line is taken with the first call, kept from there to the
//! last, and given up with the turn: so nobody waits for everybody twice with one question. Of models that many can ask at once a turn
//! says nothing.

#![cfg_attr(
    not(feature = "embedded"),
    expect(dead_code, reason = "only a model in this process has a line before it")
)]

use std::sync::Arc;
#[cfg(feature = "embedded")]
use std::sync::{Mutex, PoisonError};

#[cfg(feature = "embedded")]
use super::embedded::{Place, Queue};

/// Who asks. Of persons a line has to know only whether two are the same, so a number stands for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person(pub u128);

/// Cheap to share; at one model.
#[derive(Clone)]
pub struct Turn(Arc<Held>);

struct Held {
    person: Person,
    comes_back: bool,
    #[cfg(feature = "embedded")]
    place: Mutex<Option<Place>>,
}

impl Turn {
    /// For a question of its own.
    pub fn of(person: Person) -> Turn {
        Turn::new(person, false)
    }

    /// For what comes of an answer that this person was given: the repair of its program.
    pub fn again(person: Person) -> Turn {
        Turn::new(person, true)
    }

    fn new(person: Person, comes_back: bool) -> Turn {
        Turn(Arc::new(Held {
            person,
            comes_back,
            #[cfg(feature = "embedded")]
            place: Mutex::default(),
        }))
    }
}

#[cfg(feature = "embedded")]
impl Turn {
    /// The one that an earlier call of the question had, or a new one.
    pub(super) fn place(&self, queue: &Arc<Queue>) -> Place {
        let kept = self.0.place.lock().unwrap_or_else(PoisonError::into_inner).take();
        kept.unwrap_or_else(|| queue.enter(self.0.person, self.0.comes_back))
    }

    /// For the next call of the question, if there is one.
    pub(super) fn keep(&self, place: Place) {
        *self.0.place.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
    }
}
