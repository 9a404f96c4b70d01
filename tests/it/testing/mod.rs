//! Receivers that a test mutes, and signals that it records: for one database.

mod connect;
mod custom;
mod mute;
mod record;
mod wait;
