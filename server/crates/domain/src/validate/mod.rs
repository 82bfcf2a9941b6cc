//! Shapes and check digits of official codes.

mod credit_code;
mod division;
mod document_number;
mod phone;
mod resident_id;

pub use credit_code::{CreditCodeError, check_credit_code};
pub use division::{DivisionError, check_division_code, is_province};
pub use document_number::{DocumentNumber, DocumentNumberError};
pub use phone::{PhoneError, check_phone};
pub use resident_id::{ResidentIdError, check_resident_id};
