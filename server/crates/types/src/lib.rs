//! The words of Kaishu: identifiers, vocabularies, requests and the views that cross to the
//! browser. No rule that needs more than one value lives here, and nothing here does I/O.
//!
//! One word for one thing, everywhere:
//!
//! | word | meaning |
//! | --- | --- |
//! | dataset | an entry of the catalogue (目录) with its data items and resources |
//! | data item | a column of a dataset (数据项), with a class of its own |
//! | resource | a file or an API of a dataset (资源) |
//! | version | an immutable publication of a dataset (版本) |
//! | organization | a body that provides or uses data (机构) |
//! | region | a place with its own authority and zone (地区, 专区) |
//! | open class | 开放类型: unconditional, conditional, none |
//! | account | somebody who can log in (账号) |
//! | role | what an account does, and for whom (角色) |
//! | proof | who the person behind an account is, proven once by one method (身份核验) |
//! | case | something that is decided in steps (案件) |
//! | consultation | the public is asked before something is opened (公开听取意见) |
//! | filing | the record with a number that precedes publication (备案) |
//! | standing approval | an approval that covers a category for a time (常设同意) |
//! | receipt | proof of one retrieval (回执) |
//! | share request | what an agency asks of another one, up to the end of its grant (共享申请) |
//! | verification | a question whether something is so, answered in one word (核验) |
//! | register | what an authority keeps of all agencies: systems, deliveries, projects, exchange (登记簿) |
//! | project | an IT project with the entries it plans (信息化项目) |
//! | vocabulary | a controlled list of terms (受控词表) |

pub mod access;
pub mod account;
pub mod agreement;
pub mod case;
pub mod china;
pub mod code;
pub mod consultation;
pub mod dataset;
pub mod draft;
pub mod duties;
pub mod error;
pub mod exchange;
pub mod import;
pub mod lang;
pub mod look;
pub mod material;
pub mod organization;
pub mod oversight;
pub mod proofing;
pub mod query;
pub mod receipt;
pub mod register;
pub mod row_scope;
pub mod rules;
pub mod search;
pub mod sharing;
pub mod sources;
pub mod stats;
pub mod table;
pub mod text;
pub mod trail;
pub mod verification;
pub mod vocabulary;

pub use code::{DatasetCode, OrganizationCode, ReceiptCode, RegionCode};
pub use error::{ErrorCode, FieldError, Remedy, RuleRef};
pub use lang::Lang;
