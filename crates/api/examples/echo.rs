//! A bare actix JSON echo: what the framework alone can do here, to hold the chat's figures against.

use actix_web::{App, HttpServer, post, web::Json};
use serde_json::Value;

#[post("/echo")]
async fn echo(body: Json<Value>) -> Json<Value> {
    body
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8099".to_owned());
    HttpServer::new(|| App::new().service(echo)).bind(address)?.run().await
}
