//! The whole stack as a client meets it.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::Arc,
};

use actix_web::{App, HttpServer, error, middleware::from_fn, test, web};
use serde_json::Value;

use super::*;
use crate::http::{Guard, Json, PathTable, guard, methods};

fn ids() -> Data<Ids> {
    Data::new(Ids::new(|| Uuid::from_u128(7)))
}

const ID: &str = "req_00000000000000000000000007";

async fn panics() -> HttpResponse {
    panic!("hunter2")
}

async fn answer(target: &str) -> (u16, HeaderMap, Value) {
    let app = App::new()
        .app_data(ids())
        .app_data(Data::new(Guard::default()))
        .wrap(from_fn(guard::guard))
        .wrap(from_fn(front))
        .route("/ok", web::get().to(async || Json::<_>(RequestId::current().map(|id| id.to_string()))))
        .route("/panics", web::get().to(panics))
        .route(
            "/v1/chat/plain",
            web::get().to(async || Err::<HttpResponse, _>(error::ErrorInternalServerError("hunter2"))),
        )
        .route("/empty", web::get().to(HttpResponse::Forbidden))
        .default_service(methods::unmatched(&Arc::new(PathTable::default().with("/ok", "GET"))));
    let app = test::init_service(app).await;
    let (method, path) = target.split_once(' ').unwrap();
    let request = test::TestRequest::with_uri(path).method(method.parse().unwrap()).to_request();
    let answer = match test::try_call_service(&app, request).await {
        Ok(answer) => answer.into_parts().1.map_into_boxed_body(),
        Err(error) => error.error_response(),
    };
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let body = actix_web::body::to_bytes(answer.into_body()).await.unwrap();
    (status, headers, serde_json::from_slice(&body).unwrap())
}

#[actix_web::test]
async fn every_answer_names_its_request_and_is_dressed() {
    for (target, status) in [
        ("GET /ok", 200),
        ("GET /panics", 500),
        ("GET /v1/chat/plain", 500),
        ("GET /empty", 403),
        ("GET /x", 404),
        ("PUT /ok", 405),
    ] {
        let (found, headers, body) = answer(target).await;
        assert_eq!(found, status, "{target}");
        assert_eq!(headers.get("request-id").unwrap(), ID, "{target}");
        for name in ["strict-transport-security", "content-security-policy", "cache-control", "referrer-policy"] {
            assert!(headers.contains_key(name), "{target} {name}");
        }
        let readers = if target.contains("chat") { "cross-origin" } else { "same-origin" };
        assert_eq!(headers.get("cross-origin-resource-policy").unwrap(), readers);
        if status == 200 {
            assert_eq!(body, ID);
        } else {
            assert_eq!(headers.get("content-type").unwrap(), "application/problem+json", "{target}");
            assert_eq!(
                (&body["status"], body["instance"].as_str()),
                (&Value::from(status), Some(&*format!("urn:guildhall:request:{ID}")))
            );
            assert!(!body.to_string().contains("hunter2"), "{body}");
        }
        assert_eq!(headers.contains_key("allow"), status == 405);
    }
}

#[actix_web::test]
async fn a_head_is_a_get_without_a_body() {
    let app = || App::new().app_data(ids()).wrap(from_fn(front)).route("/", web::get().to(async || "hello"));
    let server = HttpServer::new(app).workers(1).bind(("127.0.0.1", 0)).unwrap();
    let address = *server.addrs().first().unwrap();
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let text = web::block(move || {
        let mut socket = TcpStream::connect(address).unwrap();
        socket.write_all(b"HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        socket.read_to_string(&mut text).unwrap();
        text
    });
    let text = text.await.unwrap();
    handle.stop(false).await;
    assert!(
        text.starts_with("HTTP/1.1 200") && text.contains("content-length: 5") && text.ends_with("\r\n\r\n"),
        "{text}"
    );
}

#[actix_web::test]
async fn a_clients_name_is_plain_or_nothing() {
    let read = |text: &str| {
        client_id(test::TestRequest::default().insert_header(("client-request-id", text)).to_http_request().headers())
    };
    assert_eq!(read("abc-DEF_123"), Some("abc-DEF_123".to_owned()));
    for bad in ["short", "has space", "a\tb345678", "é2345678", &"x".repeat(65)] {
        assert_eq!(read(bad), None, "{bad}");
    }
}

/// A log that a test reads.
#[derive(Clone, Default)]
struct Log(Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
async fn the_log_says_once_what_broke_and_nothing_that_was_sent() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    answer("GET /v1/chat/plain?token=secret").await;
    drop(guard);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [fault, access] = lines.as_slice() else { panic!("{text}") };
    assert_eq!((&fault["level"], &fault["fields"]["causes"]), (&Value::from("ERROR"), &Value::from("hunter2")));
    let fields = &access["fields"];
    assert_eq!(
        (&access["target"], &fields["route"]),
        (&Value::from("guildhall::access"), &Value::from("/v1/chat/plain"))
    );
    assert_eq!(
        (&fields["status"], &fields["method"], &fields["request_id"]),
        (&Value::from(500), &Value::from("GET"), &Value::from(ID))
    );
    assert!(!text.contains("secret"), "{text}");
}
