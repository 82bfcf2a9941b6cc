//! Shared data that is doubted by who uses it: verified, answered and corrected by its provider (SHR-11).

use kaishu_domain::cases::Guard;
use kaishu_domain::doubt;
use kaishu_types::Lang;
use kaishu_types::case::CaseView;

use super::acting::Desk;
use super::guarding::{Holds, rule};

/// What must hold before shared data is doubted, and before a doubt is answered.
pub(super) fn holds(desk: &Desk, guard: Guard, lang: Lang) -> Holds {
    let facts = &desk.case.file.facts;
    let version = desk.dataset.as_ref().map(|it| it.version);
    match guard {
        Guard::DoubtWaits => {
            rule(doubt::waits(facts), lang, ("没有等待答复的疑义", "no doubt waits for an answer"))
        }
        Guard::CorrectedSince => rule(
            doubt::is_newer(facts, version),
            lang,
            (
                "还没有发布更正后的新版本；先在工作台发布更正的数据，再答复已更正",
                "no version was published since: publish the corrected data in the workbench, then answer",
            ),
        ),
        _ => rule(
            version.is_some() && !doubt::waits(facts),
            lang,
            (
                "上一次疑义还没有答复，或者数据现在不共享；等提供单位答复以后再提",
                "a doubt waits to be answered, or the data is not shared now; wait for the provider",
            ),
        ),
    }
}

/// What stays with a case of a doubt, and of the answer to it.
pub(super) fn facts_of(desk: &Desk, event: &str) -> Vec<(&'static str, String)> {
    let standing = |standing: &str| (doubt::STANDING, standing.to_owned());
    match event {
        "doubt" => {
            let version = desk.dataset.as_ref().map(|it| it.version).unwrap_or_default();
            vec![standing(doubt::WAITING), (doubt::VERSION, version.to_string())]
        }
        "doubt_corrected" => vec![standing(doubt::CORRECTED)],
        _ => vec![standing(doubt::SOUND)],
    }
}

/// Takes away what there is a button for and no reason to push it.
pub(super) fn offer(view: &mut CaseView) {
    let is_waiting = doubt::waits(&view.facts);
    view.actions.retain(|action| match action.event.code.as_str() {
        "doubt" => !is_waiting,
        "doubt_corrected" | "doubt_sound" => is_waiting,
        _ => true,
    });
}
