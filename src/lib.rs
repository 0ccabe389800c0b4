//! Entrepost, a postal customs data exchange server. This page is the map of the house; `ARCHITECTURE.md` says
//! which room may use which.

/// Texts of declarations are made on one thread and dropped on another, thousands a second: the system's allocator spends
/// a tenth of a request on that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub mod app;
pub mod clock;
pub mod config;
pub mod contract;
pub mod delivery;
pub mod demo;
pub mod domain;
pub mod edi;
pub mod error;
pub mod exchange;
pub mod http;
pub mod jobs;
pub mod limits;
pub mod net;
pub mod notify;
pub mod print;
pub mod refdata;
pub mod rules;
pub mod service;
pub mod store;
pub mod vault;
