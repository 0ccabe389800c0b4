//! Our own surface under `/v1`: resources, verbs and problem details.

mod authorization;
pub(super) mod limits;
pub(super) mod registry;
