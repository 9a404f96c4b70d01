//! Receivers that a test mutes, and signals that it records: for one database.

mod connect;
mod coverage;
mod custom;
mod every_order;
mod mute;
mod record;
mod wait;
