//! Entrepost, a postal customs data exchange server. This page is the map of the house; `ARCHITECTURE.md` says
//! which room may use which.

pub mod clock;
pub mod contract;
pub mod edi;
pub mod error;
pub mod limits;
