//! Data of two providers that differs on the same item (SHR-12, guangdong 13, aba 26): the providers talk, then the
//! authority mediates, then the government decides, as far as the profile has these steps.

use kaishu_types::sources::{SourceAct, SourceStanding};

use crate::permission::Action;
use crate::policy::DisputeStep;

/// Says where a dispute is after an act; `None` where the act is not for this step.
pub fn next(
    chain: &[DisputeStep],
    standing: SourceStanding,
    act: SourceAct,
) -> Option<SourceStanding> {
    match (standing, act) {
        (SourceStanding::Consultation, SourceAct::Propose) => Some(SourceStanding::Consultation),
        (SourceStanding::Consultation, SourceAct::Fail)
        | (SourceStanding::Authority, SourceAct::Refer) => following(chain, standing),
        (SourceStanding::Consultation, SourceAct::Accept)
        | (SourceStanding::Authority, SourceAct::Settle)
        | (SourceStanding::LocalGovernment | SourceStanding::LeadingGroup, SourceAct::Decide) => {
            Some(SourceStanding::Closed)
        }
        _ => None,
    }
}

fn following(chain: &[DisputeStep], standing: SourceStanding) -> Option<SourceStanding> {
    chain.iter().map(|step| at(*step)).skip_while(|step| *step != standing).nth(1)
}

fn at(step: DisputeStep) -> SourceStanding {
    match step {
        DisputeStep::Consultation => SourceStanding::Consultation,
        DisputeStep::Authority => SourceStanding::Authority,
        DisputeStep::LocalGovernment => SourceStanding::LocalGovernment,
        DisputeStep::LeadingGroup => SourceStanding::LeadingGroup,
    }
}

/// By which action something is done.
pub fn action(act: SourceAct) -> Action {
    match act {
        SourceAct::Open => Action::DisputeSources,
        SourceAct::Propose | SourceAct::Accept | SourceAct::Fail => Action::ConsultSources,
        SourceAct::Settle | SourceAct::Refer | SourceAct::Decide => Action::SettleSources,
    }
}

/// Whether an act says what counts.
pub fn says_result(act: SourceAct) -> bool {
    matches!(act, SourceAct::Propose | SourceAct::Settle | SourceAct::Decide)
}

/// Whether an act names who took part, or the document of the decision.
pub fn names_basis(act: SourceAct) -> bool {
    matches!(act, SourceAct::Settle | SourceAct::Decide)
}
