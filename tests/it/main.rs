//! Tests that talk to the running server over HTTP, on SQLite and on PostgreSQL.

// Helpers of tests may do what tests may; clippy knows only functions marked as tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod harness;

mod access;
mod admin;
mod anonymous;
mod batch;
mod cases_files;
mod cases_messages;
mod cases_quality;
mod catalogue;
mod crash;
mod deploy;
mod events;
mod exchange;
mod exchange_crash;
mod findings;
mod fuzz;
mod history;
mod hostile;
mod journey;
mod life_cycle;
mod load;
mod logs;
mod lookups;
mod notify;
mod nth_call;
mod oauth;
mod openapi;
mod outside;
mod partners;
mod pipeline;
mod plans;
mod printing;
mod ready;
mod records;
mod refdata;
mod referrals;
mod responses;
mod rest;
mod rest_access;
mod rest_dialogue;
mod rest_outside;
mod rest_xml;
mod rooms;
mod rules;
mod samples;
mod secrets;
mod silent;
mod simulation;
mod soap;
mod soap_clients;
mod status;
mod stored_light;
mod tenancy;
mod tls;
mod truth;
mod two_servers;
mod unavailable;
mod upgrade;
mod vague;
mod vocabulary;
mod watchdog;
mod wire;
