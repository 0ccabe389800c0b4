//! A form with a file, as browsers send it (`multipart/form-data`, RFC 7578): one file and a few short members.

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, ContentDisposition, HeaderValue};
use actix_web::web::Bytes;

use crate::error::{Error, Result};

/// The media type of such forms.
pub(super) const FORM_DATA: &str = "multipart/form-data";

/// What a form holds.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// Short texts with their names.
    pub members: Vec<(String, String)>,
    /// None where no part is a file.
    pub file: Option<SentFile>,
}

/// A file of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SentFile {
    /// The name of its part.
    pub name: String,
    /// What the file is called; may be empty.
    pub file_name: String,
    /// The media type that it is said to be of; may be empty.
    pub kind: String,
    pub bytes: Bytes,
}

/// Parts of a form with a file.
const PARTS: usize = 20;
/// Bytes of the lines before a part, and of a member that is no file.
const HEAD_BYTES: usize = 1_024;
const MEMBER_BYTES: usize = 4_096;
/// Longest boundary (RFC 2046).
const BOUNDARY_CHARS: usize = 70;

/// What stands between the parts; none for a request of another kind.
pub(super) fn boundary(request: &HttpRequest) -> Option<String> {
    let said = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let mut parts = said.split(';').map(str::trim);
    parts.next().filter(|kind| kind.eq_ignore_ascii_case(FORM_DATA))?;
    let boundary = parts
        .find_map(|part| part.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("boundary")))?
        .1
        .trim_matches('"');
    let fits = (1..=BOUNDARY_CHARS).contains(&boundary.len()) && boundary.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| boundary.to_owned())
}

fn wrong() -> Error {
    Error::invalid("json", "", "the form with its file cannot be read; choose the file and send it again")
}

/// Where a text begins within some bytes.
fn find(bytes: &[u8], text: &[u8]) -> Option<usize> {
    let first = *text.first()?;
    let mut from = 0;
    while let Some(at) = bytes.get(from..)?.iter().position(|byte| *byte == first) {
        if bytes[from + at..].starts_with(text) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

/// The members of a form and its file.
///
/// # Errors
/// 400 for what is no such form, has more parts, longer members or several files.
pub(super) fn read(body: &Bytes, boundary: &str) -> Result<Sent> {
    let (first, between) = (format!("--{boundary}"), format!("\r\n--{boundary}"));
    let start = find(body, first.as_bytes()).ok_or_else(wrong)? + first.len();
    let mut rest = body.slice(start..);
    let mut sent = Sent::default();
    for _ in 0..=PARTS {
        if rest.starts_with(b"--") {
            return Ok(sent);
        }
        rest = rest.starts_with(b"\r\n").then(|| rest.slice(2..)).ok_or_else(wrong)?;
        let window = &rest[..rest.len().min(HEAD_BYTES)];
        let end = find(window, b"\r\n\r\n").ok_or_else(wrong)?;
        let head = std::str::from_utf8(&rest[..end]).map_err(|_| wrong())?;
        let Described { name, kind, file_name } = described(head).ok_or_else(wrong)?;
        rest = rest.slice(end + 4..);
        let end = find(&rest, between.as_bytes()).ok_or_else(wrong)?;
        let content = rest.slice(..end);
        let Some(file_name) = file_name else {
            let text =
                std::str::from_utf8(&content).ok().filter(|text| text.len() <= MEMBER_BYTES).ok_or_else(wrong)?;
            sent.members.push((name, text.to_owned()));
            rest = rest.slice(end + between.len()..);
            continue;
        };
        if sent.file.replace(SentFile { name, file_name, kind, bytes: content }).is_some() {
            return Err(wrong());
        }
        rest = rest.slice(end + between.len()..);
    }
    Err(wrong())
}

/// What the lines before a part say of it.
struct Described {
    name: String,
    kind: String,
    /// Of a file.
    file_name: Option<String>,
}

fn described(head: &str) -> Option<Described> {
    let lines: Vec<(&str, &str)> = head.split("\r\n").filter_map(|line| line.split_once(':')).collect();
    let said =
        |wanted: &str| lines.iter().find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|line| line.1);
    let disposition = HeaderValue::from_str(said("content-disposition")?.trim()).ok()?;
    let disposition = ContentDisposition::from_raw(&disposition).ok().filter(ContentDisposition::is_form_data)?;
    let kind = said("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
    let kind = kind.trim().to_ascii_lowercase();
    Some(Described { name: disposition.get_name()?.to_owned(), kind, file_name: file_name_in(&disposition) })
}

/// What the file is called that a body or a part is said to be.
fn file_name_in(disposition: &ContentDisposition) -> Option<String> {
    let extended = disposition.get_filename_ext().and_then(|name| String::from_utf8(name.value.clone()).ok());
    extended.or_else(|| disposition.get_filename().map(str::to_owned))
}

/// What the file is called that is the body of a request.
pub(super) fn file_name(request: &HttpRequest) -> Option<String> {
    let said = request.headers().get(CONTENT_DISPOSITION)?;
    file_name_in(&ContentDisposition::from_raw(said).ok()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_text(text: &str) -> Result<Sent> {
        read(&Bytes::copy_from_slice(text.as_bytes()), "xyz")
    }

    #[test]
    fn members_and_the_file_are_read() {
        let sent = "--xyz\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nT O K E N\r\n--xyz\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"a;b.csv\"\r\nContent-Type: text/csv\r\n\r\n\
             item_id\r\n--xy\r\n\r\n--xyz--\r\n";
        let Sent { members, file } = read_text(sent).expect("a form");
        assert_eq!(members, [("csrf".to_owned(), "T O K E N".to_owned())]);
        let bytes = Bytes::from_static(b"item_id\r\n--xy\r\n");
        let file_name = "a;b.csv".into();
        assert_eq!(file, Some(SentFile { name: "file".into(), file_name, kind: "text/csv".into(), bytes }));
    }

    #[test]
    fn what_is_no_form_is_refused() {
        let part = "\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--xyz";
        let file = "\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\r\n\r\nb\r\n--xyz";
        assert!(read_text(&format!("--xyz{}--", part.repeat(PARTS))).is_ok());
        for sent in [
            String::new(),
            "--xyz".into(),
            "--xyz\r\n".into(),
            format!("--xyz{part}"),
            format!("--xyz{}--", part.repeat(PARTS + 1)),
            format!("--xyz{}--", file.repeat(2)),
            "--xyz\r\nContent-Disposition: form-data\r\n\r\nb\r\n--xyz--".into(),
            format!(
                "--xyz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{}\r\n--xyz--",
                "b".repeat(MEMBER_BYTES + 1)
            ),
            format!("--xyz\r\nX: {}\r\n\r\nb\r\n--xyz--", "b".repeat(HEAD_BYTES)),
        ] {
            assert!(read_text(&sent).is_err(), "{sent}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_do_harm(bytes in proptest::collection::vec(prop_oneof![Just(b'-'), Just(b'x'), Just(b'\r'), Just(b'\n'), Just(b':'), any::<u8>()], 0..400)) {
            let _ = read(&Bytes::from(bytes), "x");
        }
    }
}
