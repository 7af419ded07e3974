//! A form with a file, once it is sure that one of our own pages sent it to this very visit.

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::{StatusCode, header::CONTENT_TYPE},
};
use futures_util::{FutureExt, future::LocalBoxFuture, stream};
use guildhall_app::exchange::limits::FILE_BYTES;
use multer::Multipart;

use crate::{
    declined::Declined,
    form::{Form, read},
    site,
};

/// Room for the other fields: a file that was rehearsed comes back as text.
const BESIDE: usize = 8 * 1024 * 1024;

/// A file that somebody chose.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub(crate) name: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

/// A form with at most one file; an empty one is none.
#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) form: Form,
    pub(crate) file: Option<Chosen>,
}

impl FromRequest for Upload {
    type Error = Declined;
    type Future = LocalBoxFuture<'static, Result<Self, Declined>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        async move {
            if !site::is_own(&request) {
                return Err(Declined::foreign());
            }
            let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
            let boundary = kind.and_then(|kind| multer::parse_boundary(kind).ok());
            let boundary = boundary.ok_or(Declined::http(StatusCode::UNSUPPORTED_MEDIA_TYPE))?;
            let body = read(payload, FILE_BYTES + BESIDE).await?;
            let (pairs, file) =
                take_apart(body, boundary).await.map_err(|_| Declined::http(StatusCode::BAD_REQUEST))?;
            Ok(Self { form: Form::new(pairs).proven(&request, true)?, file })
        }
        .boxed_local()
    }
}

type Parts = (Vec<(String, String)>, Option<Chosen>);

async fn take_apart(body: actix_web::web::Bytes, boundary: String) -> Result<Parts, multer::Error> {
    let body = stream::once(std::future::ready(Ok::<_, std::convert::Infallible>(body)));
    let mut parts = Multipart::new(body, boundary);
    let (mut pairs, mut file) = (Vec::new(), None);
    while let Some(part) = parts.next_field().await? {
        let name = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(ToOwned::to_owned) {
            None => pairs.push((name, part.text().await?)),
            Some(file_name) => {
                let bytes = part.bytes().await?.to_vec();
                let chosen = Chosen { name: Some(file_name).filter(|name| !name.is_empty()), bytes };
                file = file.or(Some(chosen).filter(|chosen| !chosen.bytes.is_empty()));
            }
        }
    }
    Ok((pairs, file))
}
