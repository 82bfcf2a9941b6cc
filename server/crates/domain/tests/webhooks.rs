//! The names of the events that webhooks are told.

use kaishu_domain::cases::machine;
use kaishu_domain::webhooks::{FAMILIES, KINDS, event_name, family};

/// Every event of the chain is told under a name of one of the families, but for what happens before an application
/// is submitted, for what those who decide ask of experts, and for what changes nothing.
#[test]
fn every_event_of_the_chain_has_a_name() {
    const NOT_TOLD: &[&str] =
        &["start", "discard", "settle", "urge", "renew", "ask_experts", "opine"];
    for kind in KINDS {
        for transition in machine(kind).transitions {
            let event = transition.event;
            match event_name(kind, event) {
                Some(name) => assert!(FAMILIES.contains(&family(name)), "{name}"),
                None => assert!(NOT_TOLD.contains(&event), "{kind} {event} has no name"),
            }
        }
    }
    assert_eq!(event_name(KINDS[0], "nothing"), None);
}
