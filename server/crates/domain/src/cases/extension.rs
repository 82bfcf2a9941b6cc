//! More time: asked for once by whom a case waits for, before the last day is over, and decided by who is responsible
//! for them, within what the profile allows (SUP-01; aba 20¶2).

use chrono::NaiveDate;

use super::clock::Clock;
use super::file::CaseFile;
use crate::permission::{Action, Reach};

/// The fact that names the clock for which more time was asked for.
pub const ASKED: &str = "extension";
/// The fact that says which account asked.
pub const ASKED_BY: &str = "extension_by";
/// The fact that says what was answered; empty while nobody has.
pub const ANSWER: &str = "extension_answer";

impl CaseFile {
    /// Names a clock of the case for as long as the case lasts; two of one rule may begin on one day.
    pub fn name_of(&self, clock: &Clock) -> String {
        let place = self.clocks.iter().rposition(|it| it == clock).unwrap_or_default();
        format!("{place}/{}", clock.rule)
    }

    /// Finds the clock for which more time can be asked for on a day, and how many working days it would have in all:
    /// one that runs, is not over, may be longer by its rule, and for which nobody asked before.
    pub fn extendable(
        &self,
        day: NaiveDate,
        in_all: &dyn Fn(&str) -> Option<u32>,
    ) -> Option<(&Clock, u32)> {
        let is_new = |clock: &Clock| {
            let asked = self.facts.get(ASKED);
            clock.extended_from.is_none() && asked.is_none_or(|it| *it != self.name_of(clock))
        };
        let running = self.open_clocks().filter(|it| it.paused_on.is_none() && day <= it.last_day);
        let longer = |clock: &Clock| in_all(&clock.rule).filter(|days| *days > clock.working_days);
        let mut found = running.filter(|it| is_new(it));
        found.find_map(|clock| longer(clock).map(|days| (clock, days)))
    }

    /// Finds the clock for which more time was asked for and nobody has answered; none where its last day is over,
    /// or it was ended meanwhile.
    pub fn asked_extension(&self, day: NaiveDate) -> Option<&Clock> {
        let asked = self.facts.get(ASKED)?;
        let is_answered = self.facts.get(ANSWER).is_some_and(|answer| !answer.is_empty());
        let mut waiting = self.open_clocks().filter(|_| !is_answered);
        // A clock that stands still does not come to its end.
        waiting
            .find(|it| self.name_of(it) == *asked && (it.paused_on.is_some() || day <= it.last_day))
    }

    /// What somebody must be allowed to do to decide on more time: in an agency its head does; of others who take the
    /// same step a second person; for experts whoever assigns them. None for what people owe themselves.
    pub fn responsible(&self) -> Option<Action> {
        let waits_for = self.waits_for()?;
        let is_of = |reach: Reach| waits_for.roles().iter().any(|(_, it)| *it == reach);
        if is_of(Reach::Own) {
            return None;
        }
        Some(match (is_of(Reach::Organization), is_of(Reach::Assigned)) {
            (true, _) => Action::GrantExtensions,
            (false, true) => Action::AssignExperts,
            (false, false) => waits_for,
        })
    }
}
