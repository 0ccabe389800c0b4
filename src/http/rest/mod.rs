//! Our own surface under `/v1`: resources, verbs and problem details.

pub(super) mod limits;
pub(super) mod registry;
