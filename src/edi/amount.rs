//! How much of one interchange is read: what is beyond it is refused as a whole, and reading stops there.
//!
//! The bytes are bounded, but a few of them make an item, and an item takes a kilobyte or two.

use super::finding::Finding;
use crate::limits;

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Counted {
    Message,
    Item,
    /// A line, tax, pointer, reason or document of an item.
    Part,
    /// What a CONTRL says of a message.
    Status,
}

/// What was read so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Amount {
    counts: [usize; 4],
    stopped: bool,
}

impl Amount {
    /// Counts one more; gives what is to be told when it is the first one too many.
    pub fn one_more(&mut self, of: Counted) -> Option<Finding> {
        let (most, what) = match of {
            Counted::Message => (limits::EDI_MESSAGES, "messages"),
            Counted::Item => (limits::EDI_ALL_ITEMS, "items"),
            Counted::Status => (limits::EDI_STATUSES, "statuses of messages"),
            Counted::Part => (limits::EDI_PARTS, "lines, taxes, pointers, reasons and documents"),
        };
        let count = &mut self.counts[of as usize];
        *count += 1;
        if *count <= most || self.stopped {
            return None;
        }
        self.stopped = true;
        let text = format!("at most {most} {what} in one interchange; send it in several");
        Some(Finding::error("limit", "", text))
    }

    /// A limit was met: the interchange is refused, so nothing more is read.
    pub fn stopped(&self) -> bool {
        self.stopped
    }
}
