//! Whether one address lies under another.

use ureq::http::Uri;

use super::guard::port_of;

/// Scheme, host and port of an address that has no user in it, and its path.
struct Address {
    scheme: String,
    host: String,
    port: u16,
    path: String,
}

impl Address {
    fn parse(text: &str) -> Option<Self> {
        // What some readers take for a slash, or for the end of the host.
        if text.contains(['\\', '#']) || !text.is_ascii() {
            return None;
        }
        let uri: Uri = text.parse().ok()?;
        let authority = uri.authority()?;
        let scheme = uri.scheme_str()?.to_ascii_lowercase();
        let usual = match scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return None;
        }
        let host = authority.host().trim_end_matches('.').to_ascii_lowercase();
        let port = port_of(authority, usual)?;
        Some(Self { scheme, host, port, path: plain(uri.path())? })
    }
}

/// A path that every server takes for the same; none for one with dot segments, empty segments, or signs that hide them.
fn plain(path: &str) -> Option<String> {
    let lower = path.to_ascii_lowercase();
    let is_hidden = ["%2e", "%2f", "%5c", "%00", "%25", "//"].iter().any(|hidden| lower.contains(hidden));
    let has_dots = path.split('/').any(|part| part == "." || part.starts_with(".."));
    (!is_hidden && !has_dots).then(|| path.to_owned())
}

/// Whether `url` has scheme, host and port of `prefix`, and a path that begins with that of `prefix`, which ends with a slash.
pub fn is_under(url: &str, prefix: &str) -> bool {
    let (Some(url), Some(prefix)) = (Address::parse(url), Address::parse(prefix)) else { return false };
    prefix.path.ends_with('/')
        && (&url.scheme, &url.host, url.port) == (&prefix.scheme, &prefix.host, prefix.port)
        && url.path.starts_with(&prefix.path)
}

#[cfg(test)]
mod tests {
    use super::is_under;

    #[test]
    fn what_lies_elsewhere_is_not_under_a_prefix_however_it_is_written() {
        let prefix = "https://hooks.example/a/";
        for url in [
            "https://hooks.example/a/1",
            "https://HOOKS.example:443/a/b?c=d",
            "https://hooks.example./a/1",
            "https://hooks.example/a/1.2",
        ] {
            assert!(is_under(url, prefix), "{url}");
        }
        for url in [
            "http://hooks.example/a/1",
            "https://hooks.example:8443/a/1",
            "https://hooks.example/a",
            "https://hooks.example/ab/1",
            "https://hooks.example/a/../b",
            "https://hooks.example/b/../a/1",
            "https://hooks.example/a/./1",
            "https://hooks.example/a/..;/b",
            "https://hooks.example/a//../b",
            "https://hooks.example/a/%252e%252e/b",
            "https://hooks.example:99999/a/1",
            "https://hooks.example/a/%2e%2e/b",
            "https://hooks.example/a/..%2fb",
            "https://hooks.example/../a/1",
            "https://hooks.example@evil.example/a/1",
            "https://hooks.example:1@evil.example/a/",
            "https://hooks.example.evil.example/a/1",
            "https://evil.example/https://hooks.example/a/",
            "https://hooks.example\\@evil.example/a/",
            "https://hooks.example/a/1#x",
            "//hooks.example/a/1",
            "hooks.example/a/1",
            "https://xn--hooks.example/a/1",
            "",
        ] {
            assert!(!is_under(url, prefix), "{url}");
        }
        assert!(!is_under("https://hooks.example/a/1", "https://hooks.example/a"), "a prefix ends with a slash");
        assert!(!is_under("https://hooks.example/b", "https://hooks.example/a/../"), "and says what it means");
    }
}
