//! A walk over JSON text that the server itself has written, value by value, without building anything.
//!
//! The text comes from the serializer and is not checked once more; where it is not what it must be, the walk ends with an error.

use std::borrow::Cow;

/// The text is not the JSON that the table says.
#[derive(Debug)]
pub struct BadJson;

/// A place in a text.
pub struct Json<'j> {
    text: &'j str,
    at: usize,
}

impl<'j> Json<'j> {
    pub fn new(text: &'j str) -> Self {
        Self { text, at: 0 }
    }

    /// The byte that the next value, or what else comes, begins with.
    pub fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes over `byte` if it comes next.
    pub fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Opens a list or an object.
    pub fn open(&mut self, bracket: u8) -> Result<(), BadJson> {
        if self.take(bracket) { Ok(()) } else { Err(BadJson) }
    }

    /// Whether another entry follows in the list or object that ends with `bracket`; passes over the comma, or the end.
    pub fn goes_on(&mut self, bracket: u8) -> Result<bool, BadJson> {
        match self.peek() {
            Some(byte) if byte == bracket => {
                self.at += 1;
                Ok(false)
            }
            Some(b',') => {
                self.at += 1;
                Ok(true)
            }
            Some(_) => Ok(true),
            None => Err(BadJson),
        }
    }

    /// The name of a member.
    pub fn name(&mut self) -> Result<&'j str, BadJson> {
        let name = self.string()?;
        if self.take(b':') { Ok(name) } else { Err(BadJson) }
    }

    /// Passes over `null` if it comes next.
    pub fn null(&mut self) -> bool {
        let is_null = self.peek() == Some(b'n');
        self.at += if is_null { "null".len() } else { 0 };
        is_null
    }

    /// What stands between the quotes of a string.
    fn string(&mut self) -> Result<&'j str, BadJson> {
        self.open(b'"')?;
        let start = self.at;
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at).ok_or(BadJson)? {
                b'"' => break,
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        self.text.get(start..self.at - 1).ok_or(BadJson)
    }

    /// The content of a string, or the characters of a number or of true and false.
    pub fn scalar(&mut self) -> Result<Cow<'j, str>, BadJson> {
        if self.peek() != Some(b'"') {
            let rest = &self.text[self.at..];
            let length = rest.find([',', ']', '}', ' ', '\n']).unwrap_or(rest.len());
            self.at += length;
            return if length == 0 { Err(BadJson) } else { Ok(Cow::Borrowed(&rest[..length])) };
        }
        let start = self.at;
        let content = self.string()?;
        if content.contains('\\') {
            return serde_json::from_str(&self.text[start..self.at]).map(Cow::Owned).map_err(|_| BadJson);
        }
        Ok(Cow::Borrowed(content))
    }

    /// Passes over a value.
    pub fn skip(&mut self) -> Result<(), BadJson> {
        let mut open = 0_usize;
        loop {
            match self.peek().ok_or(BadJson)? {
                b'{' | b'[' => {
                    open += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    open = open.checked_sub(1).ok_or(BadJson)?;
                    self.at += 1;
                }
                b',' | b':' => self.at += 1,
                b'"' => {
                    self.string()?;
                }
                _ => {
                    self.scalar()?;
                }
            }
            if open == 0 {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_passed_over_whole() {
        for value in ["null", "-1.50", "\"a\\\"]}\"", "{}", "[]", r#"{"a":[{"b":"]"},2],"c":{}}"#, "[[1, 2],[3]]"] {
            let text = format!("{value},7");
            let mut json = Json::new(&text);
            json.skip().unwrap();
            assert!(json.take(b','), "{value}");
            assert_eq!(json.scalar().unwrap(), "7");
        }
    }

    #[test]
    fn what_is_cut_off_is_an_error() {
        for text in ["", "\"a", "{\"a\":", "[1,", "{", "\"\\"] {
            assert!(Json::new(text).skip().is_err(), "{text}");
        }
    }

    #[test]
    fn escapes_are_resolved() {
        let mut json = Json::new(r#""a\"b\u0001\ud83d\ude00é""#);
        assert_eq!(json.scalar().unwrap(), "a\"b\u{1}\u{1F600}é");
    }
}
