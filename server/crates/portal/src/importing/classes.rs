//! How open and how shared an entry is whose source does not say so.

use kaishu_domain::PolicyProfile;
use kaishu_types::vocabulary::{OpenClass, ShareClass};

/// The classes of such an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Classes {
    pub(super) open: OpenClass,
    pub(super) share: ShareClass,
}

impl Classes {
    /// Entries of other catalogues follow the policy. This portal's own catalogue says the class of
    /// each dataset itself; nothing of it opens by default.
    pub(super) fn of(policy: &PolicyProfile, source: Option<&str>) -> Self {
        if source.is_none() {
            return Self { open: OpenClass::Conditional, share: ShareClass::Conditional };
        }
        // The profile cites its article beside each value, such as 玉林市公共数据开放管理办法
        // article 11 (open) and 广东省政务数据资源共享管理办法（试行） article 18 (share).
        let class = &policy.rules.class;
        Self { open: class.open_default.value, share: class.share_default.value }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn the_policy_decides_for_other_catalogues_only() {
        let mut policy = PolicyProfile::load("default").unwrap();
        policy.rules.class.open_default.value = OpenClass::None;
        policy.rules.class.share_default.value = ShareClass::Unconditional;

        let other = Classes::of(&policy, Some("tokyo"));
        assert_eq!((other.open, other.share), (OpenClass::None, ShareClass::Unconditional));
        let own = Classes::of(&policy, None);
        assert_eq!((own.open, own.share), (OpenClass::Conditional, ShareClass::Conditional));
    }
}
