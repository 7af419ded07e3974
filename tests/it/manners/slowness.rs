//! Who speaks slowly is given up, and costs nobody else anything.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    thread::{scope, sleep},
    time::{Duration, Instant},
};

use crate::house::{House, Place};

/// Sends the start of a request at once, and then a byte every quarter of a second until there is an answer; the answer, and
/// how long it took.
fn trickle(house: &House, start: &str, byte: &[u8]) -> (String, Duration) {
    let mut connection = house.connect();
    connection.set_read_timeout(Some(Duration::from_millis(250))).unwrap();
    let began = Instant::now();
    connection.write_all(start.as_bytes()).unwrap();
    while began.elapsed() < Duration::from_mins(2) {
        let answer = read(&mut connection);
        if !answer.is_empty() {
            return (answer, began.elapsed());
        }
        let _ = connection.write_all(byte);
    }
    panic!("no answer in two minutes");
}

/// What is there now, and what follows it at once.
fn read(connection: &mut TcpStream) -> String {
    let (mut answer, mut some) = (Vec::new(), [0; 4096]);
    while let Ok(read @ 1..) = connection.read(&mut some) {
        answer.extend_from_slice(&some[..read]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn slow_heads_and_bodies_are_408_and_the_others_are_served() {
    let place = Place::sqlite();
    let house = place.house();
    scope(|scope| {
        let head = scope.spawn(|| trickle(&house, "GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"x"));
        let body = scope.spawn(|| {
            let head = "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n";
            trickle(&house, head, b" ")
        });
        while !body.is_finished() {
            house.stranger().get("/livez").is(200);
            sleep(Duration::from_millis(500));
        }
        let (answer, took) = head.join().unwrap();
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(took > Duration::from_secs(4), "{took:?}");
        let (answer, took) = body.join().unwrap();
        assert!(answer.starts_with("HTTP/1.1 408") && took > Duration::from_secs(29), "{took:?}: {answer}");
        assert!(answer.contains("/problems/request-timeout") && answer.contains("request-id: req_"), "{answer}");
    });
    assert!(house.raw(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").starts_with("HTTP/1.1 200"));
}

/// The server below the house answers what never became a request: with a status and nothing else, as documented.
#[test]
fn a_head_that_is_none_is_refused_without_a_document() {
    let place = Place::sqlite();
    let house = place.house();
    for (headers, status) in [(97, "431"), (90, "200")] {
        let many = (0..headers).map(|n| format!("X-{n}: y\r\n")).collect::<Vec<_>>().concat();
        let answer = house.raw(format!("GET /livez HTTP/1.1\r\nHost: x\r\n{many}\r\n").as_bytes());
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{headers}: {answer}");
        assert_eq!(answer.contains("request-id"), status == "200", "{answer}");
    }
}
