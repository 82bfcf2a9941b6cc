//! The steps by which two sources that differ come to one, and what each profile says of them.

#![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]

use kaishu_domain::PolicyProfile;
use kaishu_domain::policy::DisputeStep;
use kaishu_domain::sources::next;
use kaishu_types::sources::{SourceAct, SourceStanding};

const FULL: [DisputeStep; 3] =
    [DisputeStep::Consultation, DisputeStep::Authority, DisputeStep::LocalGovernment];

// Part of SHR-12: each act belongs to one step, the steps follow one another, and what is closed stays closed.
#[test]
fn the_steps_follow_one_another() {
    use SourceStanding::{Authority, Closed, Consultation, LeadingGroup, LocalGovernment};
    let ways = [
        (Consultation, SourceAct::Propose, Consultation),
        (Consultation, SourceAct::Accept, Closed),
        (Consultation, SourceAct::Fail, Authority),
        (Authority, SourceAct::Settle, Closed),
        (Authority, SourceAct::Refer, LocalGovernment),
        (LocalGovernment, SourceAct::Decide, Closed),
    ];
    for standing in [Consultation, Authority, LocalGovernment, Closed] {
        for act in SourceAct::ALL {
            let way = ways.iter().find(|way| (way.0, way.1) == (standing, *act));
            assert_eq!(next(&FULL, standing, *act), way.map(|way| way.2), "{standing} {act}");
        }
    }
    let led = [DisputeStep::Consultation, DisputeStep::Authority, DisputeStep::LeadingGroup];
    assert_eq!(next(&led, Authority, SourceAct::Refer), Some(LeadingGroup));
    assert_eq!(next(&led, LeadingGroup, SourceAct::Decide), Some(Closed));
    assert_eq!(next(&FULL[..2], Authority, SourceAct::Refer), None, "nobody is above it");
}

// Part of SHR-12: the two texts that say so are quoted; in Guangdong the authority is the last step.
#[test]
fn each_profile_has_its_steps() {
    for (code, n_steps, article) in [("guangdong", 2, "第十三条"), ("aba", 3, "第二十六条")]
    {
        let profile = PolicyProfile::load(code).unwrap();
        let rule = &profile.rules.catalogue.source_dispute;
        assert_eq!(rule.value, FULL[..n_steps], "{code}");
        let named = rule.reference("catalogue.source_dispute", kaishu_types::Lang::Zh);
        assert!(named.article.contains(article), "{code}: {}", named.article);
    }
    for code in ["default", "anshan", "yulin", "jiamusi"] {
        let profile = PolicyProfile::load(code).unwrap();
        assert_eq!(profile.rules.catalogue.source_dispute.value.len(), 3, "{code}");
    }
}
