//! The share class of data that is tied to licences and approvals, or to sensitive work between offices: an
//! optional rule (CLS-17).

use kaishu_types::draft::{Choice, DraftDocument};
use kaishu_types::oversight::{TIED_TO, Tie};
use kaishu_types::vocabulary::ShareClass;

use crate::policy::{NormLevel, PolicyProfile};

/// Norms that can forbid to share: laws, regulations, and rules of governments.
const BANS: [NormLevel; 4] = [
    NormLevel::Law,
    NormLevel::AdministrativeRegulation,
    NormLevel::LocalRegulation,
    NormLevel::Rule,
];

/// A field, with what is wrong in both languages.
pub(crate) type Wrong = (&'static str, &'static str, &'static str);

/// Lists what stands against the share class of an entry; nothing where the profile has no such rule.
pub(crate) fn faults(profile: &PolicyProfile, entry: &DraftDocument) -> Vec<Wrong> {
    if !profile.rules.class.share_ties.value || !entry.chosen.contains(&Choice::ShareClass) {
        return Vec::new();
    }
    let share = &entry.fields.share;
    let tie = entry.fields.extras.get(TIED_TO).and_then(|code| code.parse::<Tie>().ok());
    let mut wrong = Vec::new();
    let right = match tie {
        None => {
            wrong.push((
                "tied_to",
                "写明数据是否与行政许可、并联审批或者协同办公相关",
                "say whether the data is tied to licences, approvals or work between offices",
            ));
            None
        }
        Some(Tie::Licence | Tie::ParallelApproval) => Some((
            ShareClass::Unconditional,
            "与行政许可或者跨部门并联审批相关的数据列入无条件共享",
            "data tied to administrative licences or parallel approvals is shared without conditions",
        )),
        Some(Tie::OfficeWork) => Some((
            ShareClass::Conditional,
            "与协同办公相关且内容敏感的数据列入有条件共享",
            "sensitive data of the coordination between offices is shared on conditions",
        )),
        Some(Tie::Nothing) => None,
    };
    let is_ban = |level: &str| BANS.iter().any(|norm| norm.as_str() == level);
    let is_named = |text: Option<&str>| text.is_some_and(|text| !text.trim().is_empty());
    let is_banned = share.basis.iter().any(|basis| {
        is_ban(&basis.level) && is_named(Some(&basis.title)) && is_named(basis.article.as_deref())
    });
    if share.class == ShareClass::None {
        if !is_banned {
            wrong.push((
                "share_basis",
                "不予共享须有法律、法规或者规章的明确规定，写明名称和条款",
                "data is not shared only where a law, a regulation or a rule forbids it: name it and its article",
            ));
        }
        return wrong;
    }
    if let Some((class, zh, en)) = right
        && share.class != class
    {
        wrong.push(("share_class", zh, en));
    }
    wrong
}
