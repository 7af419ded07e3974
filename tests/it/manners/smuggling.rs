//! Requests whose end can be read in two ways: each is refused, and nothing after it is taken for a request.

use crate::house::Place;

/// What hides behind each: had it been read as a request, its answer would be a second status line.
const HIDDEN: &str = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n";

#[test]
fn attack_37_no_request_hides_in_another() {
    let place = Place::sqlite();
    let house = place.house();
    for head in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
        "Transfer-Encoding: identity, chunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding : chunked\r\n",
        " Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding:\x0bchunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: 5\r\nX: a\rTransfer-Encoding: chunked\r\n",
        "Content-Length: 0x5\r\n",
    ] {
        let request = format!(
            "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{head}\r\n0\r\n\r\n{HIDDEN}"
        );
        let answer = house.raw(request.as_bytes());
        assert!(answer.starts_with("HTTP/1.1 400"), "{head:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{head:?}: {answer}");
    }
}

#[test]
fn attack_37_a_line_is_a_line() {
    let place = Place::sqlite();
    let house = place.house();
    for request in [
        "GET /livez HTTP/1.1\r\nHost: x\r\nX-A: b\0c\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHo st: x\r\n\r\n",
        "GET /livez HTTP/9.9\r\nHost: x\r\n\r\n",
        "GET  /livez HTTP/1.1\r\nHost: x\r\n\r\n",
    ] {
        let answer = house.raw(request.as_bytes());
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400") || answer.starts_with("HTTP/1.1 505"),
            "{request:?}: {answer}"
        );
    }
    assert!(house.raw(HIDDEN.as_bytes()).starts_with("HTTP/1.1 200"));
}
