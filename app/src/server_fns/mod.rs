//! What islands ask of the server: thin, one file an area. Programs use `/api/v1` instead.

pub mod catalogue;
