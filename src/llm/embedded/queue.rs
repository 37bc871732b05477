//! The line before the model: it answers one question at a time, in the order in which they came. Whoever stands in it can tell how
//! many are before, and leaves it by dropping the place.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;

/// Called with how many wait, each time that this changes.
type OnLength = fn(usize);

pub(super) struct Queue {
    line: watch::Sender<Line>,
    on_length: OnLength,
}

#[derive(Default)]
struct Line {
    next: u64,
    places: VecDeque<u64>,
}

/// A place in the line. The first in it has its turn for as long as it stays.
pub(super) struct Place {
    queue: Arc<Queue>,
    number: u64,
    changes: watch::Receiver<Line>,
    pub(super) since: Instant,
}

impl Queue {
    pub(super) fn new(on_length: OnLength) -> Queue {
        Queue {
            line: watch::Sender::new(Line::default()),
            on_length,
        }
    }

    /// Takes the last place.
    pub(super) fn enter(self: &Arc<Self>) -> Place {
        let mut number = 0;
        self.change(|line| {
            number = line.next;
            line.next += 1;
            line.places.push_back(number);
        });
        Place {
            queue: self.clone(),
            number,
            changes: self.line.subscribe(),
            since: Instant::now(),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Line)) {
        self.line.send_modify(change);
        // The first does not wait, it is answered.
        (self.on_length)(self.line.borrow().places.len().saturating_sub(1));
    }
}

impl Place {
    /// How many have their turn before; none if it is this one's.
    pub(super) fn ahead(&mut self) -> usize {
        let line = self.changes.borrow_and_update();
        line.places.iter().take_while(|number| **number < self.number).count()
    }

    /// Returns when somebody came or left since the last look.
    pub(super) async fn changed(&mut self) {
        // The queue lives at least as long as this place holds it, so there is always one who could change it.
        let _ = self.changes.changed().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.queue
            .change(|line| line.places.retain(|number| *number != self.number));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn first_come_first_served_and_whoever_leaves_lets_the_others_up() {
        static WAITING: AtomicUsize = AtomicUsize::new(0);
        let queue = Arc::new(Queue::new(|length| WAITING.store(length, Ordering::Relaxed)));
        let mut places: Vec<Place> = (0..4).map(|_| queue.enter()).collect();
        let ahead = |places: &mut Vec<Place>| places.iter_mut().map(Place::ahead).collect::<Vec<_>>();
        assert_eq!(ahead(&mut places), [0, 1, 2, 3]);
        assert_eq!(WAITING.load(Ordering::Relaxed), 3);
        drop(places.remove(1));
        assert_eq!(ahead(&mut places), [0, 1, 2]);
        drop(places.remove(0));
        places.push(queue.enter());
        assert_eq!(ahead(&mut places), [0, 1, 2]);
        assert_eq!(WAITING.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn whoever_waits_is_told_of_each_change() {
        let queue = Arc::new(Queue::new(|_| {}));
        let first = queue.enter();
        let mut second = queue.enter();
        assert_eq!(second.ahead(), 1);
        let (ahead, ()) = tokio::join!(
            async {
                second.changed().await;
                second.ahead()
            },
            async { drop(first) }
        );
        assert_eq!(ahead, 0);
    }
}
