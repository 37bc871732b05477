//! A question's turn over several calls, at a model whose weights are not there: each call fails as soon as it is its turn.

use futures_util::StreamExt as _;

use super::super::Embedded;
use crate::llm::{
    Deadlines, EmbeddedPlace, LlmError, Message, Person, Piece, Pieces, Request, Role, Turn, Waiting, WeightsError,
};

const ADA: Person = Person(1);
const BEN: Person = Person(2);

fn embedded() -> Embedded {
    let nowhere = std::path::Path::new("/nowhere");
    let place = EmbeddedPlace {
        folder: nowhere.into(),
        file: Some(nowhere.join("weights.gguf")),
        hub: "http://127.0.0.1:9".into(),
        index: None,
        threads: None,
    };
    Embedded::new("0.5b", place, Deadlines::default(), None).unwrap()
}

fn ask(model: &Embedded, turn: &Turn) -> Pieces {
    let message = Message {
        role: Role::User,
        content: "Hello".into(),
    };
    Box::pin(model.stream(Request {
        messages: vec![message],
        schema: None,
        turn: turn.clone(),
    }))
}

/// The number of those before, of a call that waits in the line.
async fn ahead(pieces: &mut Pieces) -> usize {
    match pieces.next().await {
        Some(Ok(Piece::Waiting(Waiting::Queued { ahead }))) => ahead,
        other => panic!("{other:?}"),
    }
}

/// Until the call had its turn, which its failure tells. It may wait for the weights before, never in the line.
async fn fails_in_its_turn(pieces: &mut Pieces) {
    loop {
        match pieces.next().await {
            Some(Ok(Piece::Waiting(waiting))) => assert!(!matches!(waiting, Waiting::Queued { .. }), "{waiting:?}"),
            Some(Err(LlmError::Weights(WeightsError::File { .. }))) => return,
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_question_keeps_its_turn_from_one_call_to_the_next() {
    let model = embedded();
    let (ada, ben) = (Turn::of(ADA), Turn::of(BEN));
    fails_in_its_turn(&mut ask(&model, &ada)).await;
    let mut waits = ask(&model, &ben);
    assert_eq!(ahead(&mut waits).await, 1, "between two calls it is still Ada's turn");
    fails_in_its_turn(&mut ask(&model, &ada)).await;
    drop(ada);
    fails_in_its_turn(&mut waits).await;
}

#[tokio::test]
async fn a_turn_is_over_with_the_last_call_that_holds_it() {
    let model = embedded();
    let mut last = ask(&model, &Turn::of(ADA));
    fails_in_its_turn(&mut last).await;
    let (mut waits, mut repair) = (ask(&model, &Turn::of(BEN)), ask(&model, &Turn::again(ADA)));
    assert_eq!(ahead(&mut waits).await, 1);
    assert_eq!(ahead(&mut repair).await, 1);
    assert_eq!(ahead(&mut waits).await, 2, "who comes back goes before");
    drop(last);
    fails_in_its_turn(&mut repair).await;
    drop(repair);
    fails_in_its_turn(&mut waits).await;
}
