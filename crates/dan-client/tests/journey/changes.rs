use std::collections::BTreeMap;
use std::time::Duration;

use dan_client::{AccreditationChange, Clock, DanClient, Watermark, WatermarkFile};
use dan_sandbox::ConsentDecision;
use futures_util::FutureExt as _;

use super::{REQUESTOR, SUBJECT, authorization, start};

fn ids(changes: &[AccreditationChange]) -> Vec<&str> {
    changes.iter().map(AccreditationChange::id).collect()
}

async fn granted(client: &DanClient) -> String {
    let request = client.request_authorization(REQUESTOR, SUBJECT).dataset("UnitBasicInformation");
    request.await.unwrap().handle().id().to_owned()
}

#[tokio::test]
async fn each_change_is_handed_out_once() {
    let (sandbox, _clock, client) = start().await;
    let first = authorization(&client).await.handle().id().to_owned();
    let second = granted(&client).await;
    let mut changes = client.accreditation_changes(Watermark::default());
    let read = changes.poll().await.unwrap();
    assert_eq!(ids(&read), [&first, &second]);
    assert!(changes.poll().await.unwrap().is_empty(), "they are open");
    for change in &read {
        changes.acknowledge(change);
    }
    assert!(changes.poll().await.unwrap().is_empty(), "they are handled");

    sandbox.decide_consent(&first, ConsentDecision::Grant, true).unwrap();
    let read = changes.poll().await.unwrap();
    assert_eq!(ids(&read), [&first]);
    assert_eq!(changes.handle(&read[0]).id(), first);
}

#[tokio::test]
async fn a_later_state_stands_for_the_earlier_one_and_not_the_other_way_round() {
    let (sandbox, _clock, client) = start().await;
    let id = authorization(&client).await.handle().id().to_owned();
    let feed = || client.accreditation_changes(Watermark::default());
    let (mut in_order, mut latest_alone) = (feed(), feed());
    let earlier = in_order.poll().await.unwrap().remove(0);
    latest_alone.poll().await.unwrap();
    sandbox.advance_clock(Duration::from_secs(3600));
    sandbox.decide_consent(&id, ConsentDecision::Grant, true).unwrap();
    let later = in_order.poll().await.unwrap().remove(0);
    latest_alone.poll().await.unwrap();

    in_order.acknowledge(&earlier);
    assert!(in_order.poll().await.unwrap().is_empty(), "the later one is still open");
    let watermark = serde_json::to_value(latest_alone.acknowledge(&later)).unwrap();
    assert_eq!(watermark["handled_to"], later.last_changed().as_str(), "nothing is open");
}

#[tokio::test]
async fn the_oldest_change_comes_first() {
    let (sandbox, _clock, client) = start().await;
    let made_first = authorization(&client).await.handle().id().to_owned();
    sandbox.advance_clock(Duration::from_secs(1));
    let made_second = granted(&client).await;
    sandbox.advance_clock(Duration::from_secs(1));
    sandbox.decide_consent(&made_first, ConsentDecision::Grant, true).unwrap();
    let read = client.accreditation_changes(Watermark::default()).poll().await.unwrap();
    assert_eq!(ids(&read), [&made_second, &made_first]);
}

#[tokio::test]
async fn what_was_not_acknowledged_comes_again_after_a_restart() {
    let (_sandbox, _clock, client) = start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = WatermarkFile::new(folder.path().join("changes.json"));
    let mut made = Vec::new();
    for _ in 0..4 {
        made.push(granted(&client).await);
    }
    let mut killed = client.accreditation_changes(file.read().unwrap());
    let read = killed.poll().await.unwrap();
    // The third before the second.
    file.write(killed.acknowledge(&read[0])).unwrap();
    file.write(killed.acknowledge(&read[2])).unwrap();
    drop(killed);

    let mut restarted = client.accreditation_changes(file.read().unwrap());
    let read = restarted.poll().await.unwrap();
    assert_eq!(ids(&read), [&made[1], &made[3]]);
    for change in &read {
        file.write(restarted.acknowledge(change)).unwrap();
    }
    let mut again = client.accreditation_changes(file.read().unwrap());
    assert!(again.poll().await.unwrap().is_empty());
}

/// At whatever point it is killed, every change is handled at least once, and at most one twice.
#[tokio::test]
async fn nothing_is_lost_by_being_killed() {
    let (sandbox, _clock, client) = start().await;
    let folder = tempfile::tempdir().unwrap();
    let file = WatermarkFile::new(folder.path().join("changes.json"));
    let mut random = fastrand::Rng::with_seed(17);
    let mut open = Vec::new();
    let (mut expected, mut handled) = (BTreeMap::<String, usize>::new(), BTreeMap::<String, usize>::new());
    for _ in 0..30 {
        for _ in 0..random.usize(..3) {
            let id = authorization(&client).await.handle().id().to_owned();
            *expected.entry(id.clone()).or_default() += 1;
            open.push(id);
        }
        sandbox.advance_clock(Duration::from_secs(random.u64(..900)));
        let mut changes = client.accreditation_changes(file.read().unwrap());
        let read = changes.poll().await.unwrap();
        // Killed before handling, between handling and acknowledging, or between acknowledging and writing.
        let killed_at = random.usize(..=read.len());
        for change in &read[..killed_at] {
            file.write(changes.acknowledge(change)).unwrap();
            *handled.entry(change.id().to_owned()).or_default() += 1;
        }
        if !open.is_empty() && random.bool() {
            let id = open.swap_remove(random.usize(..open.len()));
            // A change that was not handled yet is replaced by the next of the same accreditation.
            if handled.get(&id) == expected.get(&id) {
                *expected.entry(id.clone()).or_default() += 1;
            }
            sandbox.decide_consent(&id, ConsentDecision::Grant, true).unwrap();
        }
    }
    let mut changes = client.accreditation_changes(file.read().unwrap());
    for change in changes.poll().await.unwrap() {
        file.write(changes.acknowledge(&change)).unwrap();
        *handled.entry(change.id().to_owned()).or_default() += 1;
    }
    assert!(expected.len() > 10);
    assert_eq!(handled, expected);
}

#[tokio::test]
async fn the_list_is_asked_for_what_may_be_new_alone() {
    let (sandbox, _clock, client) = start().await;
    granted(&client).await;
    sandbox.advance_clock(Duration::from_secs(3600));
    granted(&client).await;
    let mut changes = client.accreditation_changes(Watermark::default());
    for change in changes.poll().await.unwrap() {
        changes.acknowledge(&change);
    }
    changes.poll().await.unwrap();
    let last = sandbox.requests().last().cloned().unwrap();
    assert!(last.query.starts_with("changedafter="), "{}", last.query);
    assert_eq!(last.answer.body.matches("aggregateStatus").count(), 1);
    // The watermark does not grow with what is handled.
    let stored = serde_json::to_value(changes.watermark()).unwrap();
    assert_eq!(stored["handled"].as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn a_feed_can_begin_now() {
    let (sandbox, _clock, client) = start().await;
    granted(&client).await;
    sandbox.advance_clock(Duration::from_secs(2));
    let now = std::time::SystemTime::now() + Duration::from_secs(1);
    let second = granted(&client).await;
    let mut changes = client.accreditation_changes(Watermark::starting_after(now));
    assert_eq!(ids(&changes.poll().await.unwrap()), [&second]);
}

#[tokio::test]
async fn the_next_change_is_waited_for() {
    let (_sandbox, clock, client) = start().await;
    let id = granted(&client).await;
    let mut changes = client.accreditation_changes(Watermark::default()).pause(Duration::from_secs(60));
    let change = changes.next().await.unwrap();
    assert_eq!((change.id(), clock.elapsed()), (id.as_str(), Duration::ZERO));
    let (sender, made) = std::sync::mpsc::channel();
    clock.when_asleep(move |elapsed| {
        if elapsed == Duration::from_secs(180) {
            sender.send(()).unwrap();
        }
    });
    // Nothing comes for three pauses.
    let other = client.clone();
    let maker = tokio::spawn(async move {
        while made.try_recv().is_err() {
            tokio::task::yield_now().await;
        }
        granted(&other).await
    });
    let change = changes.next().await.unwrap();
    assert_eq!(change.id(), maker.await.unwrap());
    assert!(clock.elapsed() >= Duration::from_secs(180));
}

#[tokio::test]
async fn a_look_that_failed_is_followed_by_the_pause_too() {
    let (sandbox, clock, client) = start().await;
    let id = granted(&client).await;
    let fault =
        r#"{"path":"/v1/accreditations","fault":{"status":401,"body":{"statusCode":401,"message":"No"}}}"#;
    sandbox.inject_fault(fault).unwrap();
    let pause = Duration::from_secs(60);
    let mut changes = client.accreditation_changes(Watermark::default()).pause(pause);
    changes.next().await.unwrap_err();
    let change = changes.next().await.unwrap();
    assert_eq!((change.id(), clock.elapsed()), (id.as_str(), pause));
}

#[tokio::test]
async fn the_pause_may_be_endless() {
    let (sandbox, _clock, client) = start().await;
    granted(&client).await;
    let client = DanClient::from_variables(sandbox.variables()).unwrap();
    let changes = client.accreditation_changes(Watermark::default()).service_context("eBevis");
    let mut changes = changes.pause(Duration::MAX);
    changes.next().await.unwrap();
    assert!(changes.next().now_or_never().is_none(), "it waits");
}

#[test]
fn a_broken_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("changes.json");
    std::fs::write(&path, "{").unwrap();
    let error = WatermarkFile::new(&path).read().unwrap_err();
    assert!(error.to_string().contains("changes.json") && error.to_string().contains("remove it"), "{error}");
    let nowhere = WatermarkFile::new(folder.path().join("missing/changes.json"));
    assert_eq!(nowhere.read().unwrap(), Watermark::default());
    assert!(nowhere.write(&Watermark::default()).is_err());
}

#[test]
fn a_file_that_cannot_be_read_is_not_taken_for_none() {
    let folder = tempfile::tempdir().unwrap();
    let error = WatermarkFile::new(folder.path()).read().unwrap_err();
    assert!(error.to_string().contains("cannot be read"), "{error}");
}

#[test]
fn a_watermark_takes_the_place_of_the_file_and_is_not_written_into_it() {
    let folder = tempfile::tempdir().unwrap();
    let [path, kept] = ["changes.json", "kept.json"].map(|name| folder.path().join(name));
    let file = WatermarkFile::new(&path);
    let [old, new] = ["2026-09-24T12:00:00Z", "2026-09-25T12:00:00Z"].map(Watermark::starting_after);
    file.write(&old).unwrap();
    std::fs::hard_link(&path, &kept).unwrap();
    file.write(&new).unwrap();
    assert_eq!((file.read().unwrap(), WatermarkFile::new(kept).read().unwrap()), (new, old));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing else is left behind");
}
