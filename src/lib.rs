//! Entrepost, a postal customs data exchange server. This page is the map of the house; `ARCHITECTURE.md` says
//! which room may use which.

pub mod app;
pub mod clock;
pub mod config;
pub mod contract;
pub mod demo;
pub mod edi;
pub mod error;
pub mod exchange;
pub mod http;
pub mod limits;
pub mod net;
pub mod print;
pub mod refdata;
pub mod rules;
pub mod service;
pub mod store;
