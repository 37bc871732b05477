//! Who comes before whom, and what each is told of it.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

const ADA: Person = Person(1);
const BEN: Person = Person(2);
const CLEO: Person = Person(3);

fn queue() -> Arc<Queue> {
    Arc::new(Queue::new(|_| {}))
}

fn asks(queue: &Arc<Queue>, person: Person) -> Place {
    queue.enter(person, false)
}

fn ahead<'a>(places: impl IntoIterator<Item = &'a mut Place>) -> Vec<usize> {
    places.into_iter().map(Place::ahead).collect()
}

#[test]
fn first_come_first_served_and_whoever_leaves_lets_the_others_up() {
    static WAITING: AtomicUsize = AtomicUsize::new(0);
    let queue = Arc::new(Queue::new(|length| WAITING.store(length, Ordering::Relaxed)));
    let mut places: Vec<Place> = (0..4).map(|person| asks(&queue, Person(person))).collect();
    assert_eq!(ahead(&mut places), [0, 1, 2, 3]);
    assert_eq!(WAITING.load(Ordering::Relaxed), 3);
    drop(places.remove(1));
    assert_eq!(ahead(&mut places), [0, 1, 2]);
    drop(places.remove(0));
    places.push(asks(&queue, Person(9)));
    assert_eq!(ahead(&mut places), [0, 1, 2]);
    assert_eq!(WAITING.load(Ordering::Relaxed), 2);
    places.clear();
    assert_eq!(WAITING.load(Ordering::Relaxed), 0);
}

#[test]
fn whoever_asks_often_waits_behind_those_who_asked_once() {
    let queue = queue();
    let mut ada: Vec<Place> = (0..4).map(|_| asks(&queue, ADA)).collect();
    assert_eq!(ahead(&mut ada), [0, 1, 2, 3], "nobody else is here");
    let mut ben = asks(&queue, BEN);
    let mut cleo = asks(&queue, CLEO);
    assert_eq!(
        (ben.ahead(), cleo.ahead()),
        (1, 2),
        "behind the one that is being answered"
    );
    assert_eq!(ahead(&mut ada), [0, 3, 4, 5]);
    let mut second_of_ben = asks(&queue, BEN);
    assert_eq!(second_of_ben.ahead(), 4, "one of Ada's comes before");
    assert_eq!(ahead(&mut ada), [0, 3, 5, 6]);

    let mut served = Vec::new();
    let mut all: Vec<(&str, Place)> = ada.into_iter().map(|place| ("Ada", place)).collect();
    all.extend([("Ben", ben), ("Cleo", cleo), ("Ben", second_of_ben)]);
    while let Some(at) = all.iter_mut().position(|(_, place)| place.ahead() == 0) {
        served.push(all.remove(at).0);
    }
    assert_eq!(served, ["Ada", "Ben", "Cleo", "Ada", "Ben", "Ada", "Ada"]);
}

/// Of whoever has asked once, whatever the others do. For more than one question it grows by those who come with fewer.
#[test]
fn the_number_that_is_told_of_a_first_question_never_grows() {
    let queue = queue();
    let mut before: Vec<Place> = [ADA, ADA, BEN].map(|person| asks(&queue, person)).into();
    let mut cleo = asks(&queue, CLEO);
    let mut told = vec![cleo.ahead()];
    for person in [ADA, BEN, Person(4), BEN, Person(5)] {
        before.push(asks(&queue, person));
        told.push(cleo.ahead());
    }
    while cleo.ahead() > 0 {
        let at = before.iter_mut().position(|place| place.ahead() == 0).unwrap();
        drop(before.remove(at));
        told.push(cleo.ahead());
    }
    assert_eq!(told, [2, 2, 2, 2, 2, 2, 1, 0]);
}

#[test]
fn who_takes_a_question_back_keeps_the_turn_for_the_next() {
    let queue = queue();
    let _answered = asks(&queue, ADA);
    let first = asks(&queue, BEN);
    let mut second = asks(&queue, BEN);
    let mut cleo = asks(&queue, CLEO);
    assert_eq!((cleo.ahead(), second.ahead()), (2, 3));
    drop(first);
    assert_eq!((second.ahead(), cleo.ahead()), (1, 2));
}

#[test]
fn a_repair_goes_before_all_who_wait_and_only_twice() {
    let queue = queue();
    let question = asks(&queue, ADA);
    let mut ben = asks(&queue, BEN);
    let mut cleo = asks(&queue, CLEO);
    drop(question);
    assert_eq!((ben.ahead(), cleo.ahead()), (0, 1));
    let mut repair = queue.enter(ADA, true);
    assert_eq!((ben.ahead(), repair.ahead(), cleo.ahead()), (0, 1, 2));
    drop(ben);
    assert_eq!((repair.ahead(), cleo.ahead()), (0, 1));
    drop(repair);
    let mut second = queue.enter(ADA, true);
    let mut third = queue.enter(ADA, true);
    assert_eq!((cleo.ahead(), second.ahead(), third.ahead()), (0, 1, 2));
    // Of what is no repair any more somebody else's first question is the same as one's own.
    let mut ben = asks(&queue, BEN);
    assert_eq!((third.ahead(), ben.ahead()), (2, 3));
    drop(cleo);
    drop(second);
    assert_eq!((third.ahead(), ben.ahead()), (0, 1), "it had its turn like a question");
    let mut back = queue.enter(ADA, true);
    assert_eq!((third.ahead(), back.ahead(), ben.ahead()), (0, 1, 2));
}

#[test]
fn nobody_comes_back_who_was_not_here() {
    let queue = queue();
    let _answered = asks(&queue, ADA);
    let mut ben = asks(&queue, BEN);
    let mut cleo = queue.enter(CLEO, true);
    let mut waits = queue.enter(BEN, true);
    assert_eq!(
        (ben.ahead(), cleo.ahead(), waits.ahead()),
        (1, 2, 3),
        "Ben had no turn yet"
    );
}

#[test]
fn the_line_remembers_no_more_persons_than_it_has_room_for() {
    let queue = queue();
    for person in 0..=MOST_REMEMBERED {
        drop(asks(&queue, Person(person as u128)));
    }
    assert_eq!(queue.line.borrow().returns.len(), MOST_REMEMBERED);
    let _answered = asks(&queue, ADA);
    let mut waits = asks(&queue, BEN);
    let mut forgotten = queue.enter(Person(0), true);
    let mut remembered = queue.enter(CLEO, true);
    assert_eq!((remembered.ahead(), waits.ahead(), forgotten.ahead()), (1, 2, 3));
}

#[test]
fn how_long_it_took_is_told_once() {
    let mut place = asks(&queue(), ADA);
    assert!(place.waited().is_some() && place.waited().is_none());
}

#[tokio::test]
async fn whoever_waits_is_told_of_each_change() {
    let queue = queue();
    let first = asks(&queue, ADA);
    let mut second = asks(&queue, BEN);
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
