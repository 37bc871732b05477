//! The line before the model, which answers one question at a time. Persons take turns: of whoever asked ten times the second question
//! waits behind the first of everybody else. What one person asks is answered in the order in which it came.
//!
//! A number that is shown (`ahead`) is what would be answered before if nobody came any more. It grows only where somebody comes who is
//! to be answered earlier: one who has fewer questions before, or one who comes back. To come back is for repairs: whose question had
//! its turn, goes before all who wait, twice for each turn. Else a person whose chart was nearly there would wait for everybody again.
//! Whoever stands in the line leaves it by dropping the place.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::llm::Person;

/// For each question that had its turn: as often as a program is repaired. Whoever says more often that this is a repair stands in
/// line like everybody.
const RETURNS: u8 = 2;
/// Persons who may come back. One who had a turn before that many others has to stand in line.
const MOST_REMEMBERED: usize = 256;

/// Called with how many wait, each time that this changes.
type OnLength = fn(usize);

pub(in crate::llm) struct Queue {
    line: watch::Sender<Line>,
    on_length: OnLength,
}

/// A place in the line. The first in it has its turn for as long as it stays.
pub(in crate::llm) struct Place {
    queue: Arc<Queue>,
    number: u64,
    changes: watch::Receiver<Line>,
    /// None once it was asked how long it was.
    waits_since: Option<Instant>,
}

#[derive(Default)]
struct Line {
    next: u64,
    /// Whose turn it is. Somebody's, if anybody is here.
    answered: Option<Asked>,
    /// Who come back, before all others.
    returning: VecDeque<Asked>,
    /// In the order of their turns. Whoever is being answered, and asked for more, is the last.
    persons: VecDeque<Waiting>,
    /// How often each may still come back; the latest who had a turn is the last.
    returns: VecDeque<(Person, u8)>,
}

#[derive(Clone, Copy)]
struct Asked {
    person: Person,
    number: u64,
}

/// All that one person waits for, at least one.
struct Waiting {
    person: Person,
    numbers: VecDeque<u64>,
}

impl Queue {
    pub(super) fn new(on_length: OnLength) -> Queue {
        Queue {
            line: watch::Sender::new(Line::default()),
            on_length,
        }
    }

    /// Takes a place for a question, or for what comes of one that was answered.
    pub(in crate::llm) fn enter(self: &Arc<Self>, person: Person, comes_back: bool) -> Place {
        let mut number = 0;
        self.change(|line| number = line.enter(person, comes_back));
        Place {
            queue: self.clone(),
            number,
            changes: self.line.subscribe(),
            waits_since: Some(Instant::now()),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Line)) {
        self.line.send_modify(change);
        // The first does not wait, it is answered.
        (self.on_length)(self.line.borrow().order().count().saturating_sub(1));
    }
}

impl Place {
    /// How many have their turn before; none if it is this one's.
    pub(super) fn ahead(&mut self) -> usize {
        let own = self.number;
        let line = self.changes.borrow_and_update();
        line.order().take_while(|number| *number != own).count()
    }

    /// Returns when somebody came or left since the last look.
    pub(super) async fn changed(&mut self) {
        // The queue lives at least as long as this place holds it, so there is always one who could change it.
        let _ = self.changes.changed().await;
    }

    /// How long it took until now, for the first who asks: a place that is kept for another call does not wait again.
    pub(super) fn waited(&mut self) -> Option<Duration> {
        self.waits_since.take().map(|since| since.elapsed())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.queue.change(|line| line.leave(self.number));
    }
}

impl Line {
    fn enter(&mut self, person: Person, comes_back: bool) -> u64 {
        let number = self.next;
        self.next += 1;
        if comes_back && self.takes_return(person) {
            self.returning.push_back(Asked { person, number });
        } else if let Some(waiting) = self.persons.iter_mut().find(|waiting| waiting.person == person) {
            waiting.numbers.push_back(number);
        } else {
            let is_answered = |last: &Waiting| self.answered.is_some_and(|now| now.person == last.person);
            let after = usize::from(self.persons.back().is_some_and(is_answered));
            let numbers = VecDeque::from([number]);
            self.persons
                .insert(self.persons.len() - after, Waiting { person, numbers });
        }
        self.advance();
        number
    }

    fn leave(&mut self, number: u64) {
        self.answered = self.answered.filter(|now| now.number != number);
        self.returning.retain(|asked| asked.number != number);
        for waiting in &mut self.persons {
            waiting.numbers.retain(|other| *other != number);
        }
        self.persons.retain(|waiting| !waiting.numbers.is_empty());
        self.advance();
    }

    /// If it is nobody's turn, it is the next one's.
    fn advance(&mut self) {
        if self.answered.is_some() {
            return;
        }
        self.answered = self.returning.pop_front();
        if self.answered.is_some() {
            return;
        }
        let Some(mut first) = self.persons.pop_front() else {
            return;
        };
        let person = first.person;
        self.answered = first.numbers.pop_front().map(|number| Asked { person, number });
        if !first.numbers.is_empty() {
            self.persons.push_back(first);
        }
        self.returns.retain(|(other, _)| *other != person);
        if self.returns.len() >= MOST_REMEMBERED {
            self.returns.pop_front();
        }
        self.returns.push_back((person, RETURNS));
    }

    fn takes_return(&mut self, person: Person) -> bool {
        let left = self
            .returns
            .iter_mut()
            .find(|(other, left)| *other == person && *left > 0);
        left.map(|(_, left)| *left -= 1).is_some()
    }

    /// Everybody, as they would be answered if nobody came any more: in each round one question of each person.
    fn order(&self) -> impl Iterator<Item = u64> {
        let now = self.answered.iter().chain(&self.returning).map(|asked| asked.number);
        let most = self.persons.iter().map(|waiting| waiting.numbers.len()).max();
        let round = move |round| {
            self.persons
                .iter()
                .filter_map(move |waiting| waiting.numbers.get(round).copied())
        };
        now.chain((0..most.unwrap_or_default()).flat_map(round))
    }
}

#[cfg(test)]
mod tests;
