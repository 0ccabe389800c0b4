//! What the status page tells about.

use super::stored::stored_enum;

stored_enum! {
    /// A part of the service that works or does not.
    pub enum Component: text in "probe_day.component, incident.component" {
        /// Declarations, decisions and scans: what is asked of a server directly.
        Items = "items",
        /// Messages to and from partners.
        Exchange = "exchange",
        /// Events and notifications.
        Events = "events",
        /// Files of many declarations.
        Files = "files",
    }
}
