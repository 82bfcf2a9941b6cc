//! Data that stands at its provider and is served from there (PUB-11): logically central, physically distributed.

use kaishu_types::draft::DraftDocument;
use kaishu_types::register::Connection;

use crate::entry::EntryFault;
use crate::policy::PolicyProfile;

/// The key of the rule.
pub const RULE: &str = "aggregation.connection";

/// Whether a profile lets data stand at its provider (jiamusi 7: where a system cannot be connected, its data may
/// be brought together logically central, physically distributed).
pub fn is_admitted(profile: &PolicyProfile) -> bool {
    profile.rules.aggregation.connection.value.contains(&Connection::Distributed)
}

/// Says what is wrong with the files of an entry that stand at their provider: that the profile does not admit
/// them, or that nobody said why they cannot be delivered.
pub fn check(profile: &PolicyProfile, entry: &DraftDocument) -> Option<EntryFault> {
    let reasons = || entry.resources.iter().filter_map(|file| file.in_place.as_deref());
    let text = match (is_admitted(profile), reasons().next().is_some()) {
        (_, false) => return None,
        (false, true) => (
            "现行规则要求数据汇聚到平台，文件不能留在提供单位；请上传文件",
            "the rules in force want the data on the platform; upload the file instead of its address",
        ),
        (true, true) if reasons().any(|reason| reason.trim().is_empty()) => (
            "文件留在提供单位的，请写明为什么不能汇聚到平台",
            "say of a file that stands at its provider why it cannot be delivered",
        ),
        (true, true) => return None,
    };
    let words = (text.0.to_owned(), text.1.to_owned());
    Some(EntryFault::new("resources", words, (RULE, &profile.rules.aggregation.connection)))
}
