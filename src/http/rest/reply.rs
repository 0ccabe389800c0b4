//! The answer of a resource on its way out.

use std::fs::File;
use std::io::{Read, Seek};

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, LINK, LOCATION};

use actix_web::web::{self, Bytes};
use futures_util::stream::{self, Stream};

use super::shapes::Shapes;
use super::xml;
use crate::contract::dates::in_rfc3339;
use crate::error::{Error, Result};

/// What a resource answers.
pub(super) struct Reply {
    status: StatusCode,
    content: Content,
    headers: Vec<(HeaderName, String)>,
}

enum Content {
    Nothing,
    /// JSON text with dates as the contract writes them.
    Json(String),
    /// A file of a media type.
    File(Vec<u8>, &'static str),
    /// The same, sent piece by piece.
    Spooled(File, u64, &'static str),
}

/// The form that values are written in.
pub(super) enum Written<'a> {
    Json,
    /// By the answers that the document has for an operation.
    Xml {
        shapes: &'a Shapes,
        path: String,
        verb: &'static str,
    },
}

impl Reply {
    fn new(status: StatusCode, content: Content) -> Self {
        Self { status, content, headers: Vec::new() }
    }

    /// 200 with JSON text.
    pub fn ok(json: String) -> Self {
        Self::new(StatusCode::OK, Content::Json(json))
    }

    /// 201: `json` is now at `location`.
    pub fn created(json: String, location: &str) -> Self {
        Self::new(StatusCode::CREATED, Content::Json(json)).with(LOCATION, location.to_owned())
    }

    /// 202: what becomes of it is to be seen at `location`.
    pub fn accepted(json: String, location: &str) -> Self {
        Self::new(StatusCode::ACCEPTED, Content::Json(json)).with(LOCATION, location.to_owned())
    }

    /// 204.
    pub fn nothing() -> Self {
        Self::new(StatusCode::NO_CONTENT, Content::Nothing)
    }

    /// A file to be kept under a name.
    pub fn pdf(bytes: Vec<u8>, name: &str) -> Self {
        let disposition = format!("inline; filename=\"{name}\"");
        Self::new(StatusCode::OK, Content::File(bytes, "application/pdf")).with(CONTENT_DISPOSITION, disposition)
    }

    /// A file of a media type, to be kept under a name.
    pub fn file(bytes: Vec<u8>, kind: &'static str, name: &str) -> Self {
        Self::new(StatusCode::OK, Content::File(bytes, kind)).named(name)
    }

    /// The whole of a file that lies on the disk. It is read while it is sent.
    ///
    /// # Errors
    /// 503 when it cannot be read.
    pub fn spooled(mut file: File, kind: &'static str) -> Result<Self> {
        let unreadable = |error| Error::unavailable(format!("A file cannot be read: {error}"));
        let len = file.stream_position().map_err(unreadable)?;
        file.rewind().map_err(unreadable)?;
        Ok(Self::new(StatusCode::OK, Content::Spooled(file, len, kind)))
    }

    /// Says under which name to keep it.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.with(CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))
    }

    /// The same, or 304 where the caller has it.
    #[must_use]
    pub fn unless_known(mut self, is_known: bool) -> Self {
        if is_known {
            (self.status, self.content) = (StatusCode::NOT_MODIFIED, Content::Nothing);
        }
        self
    }

    /// Says that a preference was followed (RFC 7240).
    #[must_use]
    pub fn applying(self, preference: &str) -> Self {
        self.with(HeaderName::from_static("preference-applied"), preference.to_owned())
    }

    /// Says which version this is; `tag` is without quotes.
    #[must_use]
    pub fn tagged(self, tag: &str) -> Self {
        self.with(ETAG, format!("\"{tag}\""))
    }

    /// Says where the next page is.
    #[must_use]
    pub fn next(self, address: Option<String>) -> Self {
        match address {
            Some(address) => self.with(LINK, format!("<{address}>; rel=\"next\"")),
            None => self,
        }
    }

    /// Says how many there are, and whether more has changed already, where that is known.
    #[must_use]
    pub fn counted(mut self, total: Option<i64>, more: Option<bool>) -> Self {
        let known = [
            (HeaderName::from_static("x-total-count"), total.map(|total| total.to_string())),
            (HeaderName::from_static("x-more"), more.map(|more| more.to_string())),
        ];
        self.headers.extend(known.into_iter().filter_map(|(name, value)| Some((name, value?))));
        self
    }

    #[must_use]
    pub fn with(mut self, name: HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    pub fn into_response(self, written: Written<'_>) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.insert_header((name, value));
            }
        }
        let json = match self.content {
            Content::Nothing => return response.finish(),
            Content::File(bytes, kind) => return response.insert_header((CONTENT_TYPE, kind)).body(bytes),
            Content::Spooled(file, len, kind) => {
                return response.insert_header((CONTENT_TYPE, kind)).body(SizedStream::new(len, pieces(file)));
            }
            Content::Json(text) => in_rfc3339(text),
        };
        if let Written::Xml { shapes, path, verb } = written
            && let Some(schema) = shapes.answer(&path, verb, self.status.as_u16())
        {
            let text = xml::of_json(shapes, schema, &json);
            return response.insert_header((CONTENT_TYPE, "application/xml; charset=utf-8")).body(text);
        }
        response.insert_header((CONTENT_TYPE, "application/json")).body(json)
    }
}

/// Bytes read from a file at a time.
const PIECE: usize = 64 * 1024;

/// A file in pieces, each read when the one before was sent.
fn pieces(file: File) -> impl Stream<Item = std::io::Result<Bytes>> {
    stream::try_unfold(file, |mut file| async move {
        let read = web::block(move || {
            let mut piece = vec![0; PIECE];
            let len = file.read(&mut piece)?;
            piece.truncate(len);
            Ok::<_, std::io::Error>((file, piece))
        });
        let (file, piece) = read.await.map_err(std::io::Error::other)??;
        Ok(if piece.is_empty() { None } else { Some((Bytes::from(piece), file)) })
    })
}
