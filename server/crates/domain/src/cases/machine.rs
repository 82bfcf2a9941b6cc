//! The tables that kinds of cases are made of.

use kaishu_types::Lang;
use kaishu_types::case::CaseKind;

use crate::permission::Action;

/// A kind of case as a table.
#[derive(Debug)]
pub struct Machine {
    /// The kind.
    pub kind: CaseKind,
    /// Its states, the first one first.
    pub states: &'static [State],
    /// What can happen.
    pub transitions: &'static [Transition],
}

/// A state of a case.
#[derive(Debug, PartialEq, Eq)]
pub struct State {
    /// Its code, as in `in_review`.
    pub code: &'static str,
    /// What people call it, in Chinese.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// Whom it waits for.
    pub waits: Waits,
}

/// Whom a state waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// Whoever takes the step that is on.
    Step,
    /// Whoever may do this.
    For(Action),
    /// Nobody: it lasts until somebody wants something else.
    Nobody,
    /// Nothing is left to do.
    Ended,
}

/// What can happen to a case.
#[derive(Debug)]
pub struct Transition {
    /// Its code, as in `submit`.
    pub event: &'static str,
    /// What people call it, in Chinese.
    pub zh: &'static str,
    /// The same in English.
    pub en: &'static str,
    /// The states in which it can happen; none for what opens a case.
    pub from: &'static [&'static str],
    /// Where it leads.
    pub to: To,
    /// Who may do it.
    pub by: By,
    /// What must hold besides.
    pub guards: &'static [Guard],
    /// What must come with it.
    pub needs: &'static [Input],
    /// What it does to the clocks.
    pub clocks: &'static [ClockRule],
    /// Who is told.
    pub tells: &'static [Audience],
    /// The requirement or rule it comes from.
    pub rule: &'static str,
}

/// Where a transition leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// To this state.
    State(&'static str),
    /// Nowhere: the case stays in its state.
    Same,
    /// To `done` where this was the last step, else to `open`.
    Steps {
        /// The state while steps are left.
        open: &'static str,
        /// The state after the last one.
        done: &'static str,
    },
}

/// Who may take a transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Whoever may do this to what the case is about.
    Action(Action),
    /// The party of the step that is on.
    StepParty,
    /// The system itself.
    System,
}

/// What must hold before a transition; the portal says whether it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Guard {
    /// The agency has named its head and an officer (ORG-02).
    HeadAndOfficerNamed,
    /// Every mandatory field is filled, classes have grounds and basis (CAT-02, CLS-01 to CLS-09).
    EntryComplete,
    /// The entry contains no state secret (CLS-09).
    NoStateSecret,
    /// Whoever passes the step neither wrote nor submitted what is decided on.
    NotTheSubmitter,
    /// A file or interface is there (PUB-01).
    ResourceMounted,
    /// The class lets the public portal have it (REV-01).
    OpenToThePublic,
    /// Experts are asked in the step that is on, this one among them (REV-07).
    ExpertStep,
    /// The public is asked in the step that is on, and was not asked yet (REV-06).
    ConsultationStep,
    /// The time of the consultation is over, and nothing was said of what came of it yet (REV-06).
    ConsultationOver,
    /// Both sides consented and the filing has its number, where the profile demands one (REV-08).
    Filed,
    /// The standing approval that stood for a step was not ended since (REV-04).
    ApprovalHolds,
    /// What the step demands was answered: checklist, duplicates, mosaic risk, opinions (REV-03, CAT-07,
    /// REV-09, REV-07).
    StepAnswered,
    /// The entry that is named is published, and its provider is the one that was asked for it (CAT-17).
    EntryThere,
    /// The time for which data must be kept is over (SEC-17).
    RetentionOver,
    /// It is up to this side of a dispute (CLS-16).
    OwnSide,
    /// Both sides wrote down what they think, or the time to do so is over (CLS-16).
    BothHeard,
    /// The chain of the profile goes on there (CLS-16).
    NextInChain,
    /// Whoever settles belongs to neither side (ORG-03).
    NotAParty,
    /// The document of the decision is named (CLS-16).
    DocumentNamed,
    /// A clock of the case has run out (SUP-02).
    ClockOver,
    /// The project names the entries it plans, where the profile demands it (CAT-13).
    EntriesPlanned,
    /// The authority has passed the project where the profile demands its review (CAT-13).
    InitiallyReviewed,
    /// The data-security plan is there, or the authority advised in writing, where the profile demands it (CAT-13).
    SecurityPlanned,
    /// Every planned entry is in the catalogue, where the profile demands it (CAT-13).
    EntriesDelivered,
    /// The report on the acceptance says all that the profile demands (CAT-13).
    ReportWhole,
    /// The dataset is published, and open on conditions (APP-01).
    DatasetOpenOnConditions,
    /// The application says all that the profile and the entry demand (APP-02, APP-03).
    ApplicationComplete,
    /// Whoever decides belongs to no organization that the applicant belongs to (ORG-03).
    NotOwnOrganization,
    /// Whoever decides has not decided on it for the other side (APP-04).
    OtherPerson,
    /// It was not returned before (APP-08).
    FirstReturn,
    /// Data stays on the mainland, or its transfer abroad was assessed (APP-13).
    StaysOnTheMainland,
    /// What is approved reaches no farther than what was asked (APP-09).
    WithinWhatIsAsked,
    /// The reason names a condition that the entry publishes (APP-06, CLS-15).
    PublishedCondition,
    /// What is signed is what was offered, to the byte (AGR-05).
    TermsAsOffered,
    /// Whoever signs has just proven it with a second factor (AGR-05).
    SecondFactor,
    /// The profile demands no filing of its own (APP-10).
    FiledAutomatically,
    /// Nobody complained before, and the time to do so is not over (APP-06).
    FirstComplaint,
    /// What the authority suspended, only the authority restores (USE-05).
    SuspendedBySame,
}

impl Guard {
    /// Returns the name of the guard, as refusals give it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HeadAndOfficerNamed => "ORG-02",
            Self::EntryComplete => "CAT-02",
            Self::NoStateSecret => "CLS-09",
            Self::NotTheSubmitter => "REV-02",
            Self::ResourceMounted => "PUB-01",
            Self::OpenToThePublic => "REV-01",
            Self::ExpertStep => "REV-07",
            Self::ConsultationStep | Self::ConsultationOver => "REV-06",
            Self::Filed => "REV-08",
            Self::ApprovalHolds => "REV-04",
            Self::StepAnswered => "REV-02",
            Self::EntryThere => "CAT-17",
            Self::RetentionOver => "SEC-17",
            Self::OwnSide | Self::BothHeard | Self::NextInChain | Self::DocumentNamed => "CLS-16",
            Self::NotAParty => "ORG-03",
            Self::ClockOver => "SUP-02",
            Self::EntriesPlanned
            | Self::InitiallyReviewed
            | Self::SecurityPlanned
            | Self::EntriesDelivered
            | Self::ReportWhole => "CAT-13",
            Self::DatasetOpenOnConditions => "APP-01",
            Self::ApplicationComplete => "APP-02",
            Self::NotOwnOrganization => "ORG-03",
            Self::OtherPerson => "APP-04",
            Self::FirstReturn => "APP-08",
            Self::StaysOnTheMainland => "APP-13",
            Self::WithinWhatIsAsked => "APP-09",
            Self::PublishedCondition => "APP-06",
            Self::TermsAsOffered | Self::SecondFactor => "AGR-05",
            Self::FiledAutomatically => "APP-10",
            Self::FirstComplaint => "APP-06",
            Self::SuspendedBySame => "USE-05",
        }
    }
}

/// What must come with an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Input {
    /// Why: shown to whoever it concerns.
    Reason,
    /// The steps to take; answers to the questions that trigger some.
    Steps,
    /// The content that is decided about, by its hash.
    Content,
    /// Steps that come on top.
    AddedSteps,
}

/// What a transition does to the clocks of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockRule {
    /// Begins one, by the key of its rule, as in `review.reply_wd`.
    Start(&'static str),
    /// The same, but only while steps are left.
    StartForStep(&'static str),
    /// Holds it while the applicant is asked.
    Pause(&'static str),
    /// Lets it run on.
    Resume(&'static str),
    /// Ends it: what it counted to is done.
    Stop(&'static str),
    /// Begins one where no step is left.
    StartAtLast(&'static str),
    /// Ends it where no step is left.
    StopAtLast(&'static str),
    /// Counts all that run anew, by the calendar of today.
    Recount,
}

/// Who is told of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Audience {
    /// Whoever submitted or filed.
    Submitter,
    /// Officers and head of the agency.
    Provider,
    /// Whoever may take the step that is on now.
    NextStep,
    /// The authority of the region.
    Authority,
    /// The other organization that the case is between.
    Party,
}

/// What can happen to every case that is open: clocks remind whoever it waits for, and tell when the last
/// day has passed; the authority urges then (SUP-02); a case moves to another organization with its dataset.
static COMMON: [Transition; 5] = [
    Transition {
        event: "remind",
        zh: "到期提醒",
        en: "Reminder",
        from: &[],
        to: To::Same,
        by: By::System,
        guards: &[],
        needs: &[],
        clocks: &[],
        tells: &[Audience::NextStep],
        rule: "SUP-02",
    },
    Transition {
        event: "overdue",
        zh: "已经超期",
        en: "Overdue",
        from: &[],
        to: To::Same,
        by: By::System,
        guards: &[],
        needs: &[],
        clocks: &[],
        tells: &[Audience::NextStep, Audience::Authority],
        rule: "SUP-02",
    },
    Transition {
        event: "recount",
        zh: "日历变化，期限重新计算",
        en: "Counted anew by another calendar",
        from: &[],
        to: To::Same,
        by: By::System,
        guards: &[],
        needs: &[],
        clocks: &[ClockRule::Recount],
        tells: &[Audience::NextStep],
        rule: "SUP-01",
    },
    Transition {
        event: "urge",
        zh: "催办",
        en: "Urged",
        from: &[],
        to: To::Same,
        by: By::Action(Action::Urge),
        guards: &[Guard::ClockOver],
        needs: &[Input::Reason],
        clocks: &[],
        tells: &[Audience::NextStep, Audience::Provider, Audience::Party],
        rule: "SUP-02",
    },
    Transition {
        event: "move",
        zh: "随数据集移交",
        en: "Moved with its dataset",
        from: &[],
        to: To::Same,
        by: By::System,
        guards: &[],
        needs: &[],
        clocks: &[],
        tells: &[],
        rule: "CAT-08",
    },
];

impl Machine {
    /// Finds a transition that could happen in a state; `None` for the beginning.
    pub fn find(&self, event: &str, state: Option<&str>) -> Option<&'static Transition> {
        let own = self.transitions.iter().find(|it| it.event == event && it.starts_from(state));
        let is_open = state.and_then(|state| self.state(state)).is_some_and(|it| !it.is_end());
        own.or_else(|| COMMON.iter().find(|it| is_open && it.event == event))
    }

    /// Finds a state.
    pub fn state(&self, code: &str) -> Option<&'static State> {
        self.states.iter().find(|state| state.code == code)
    }

    /// Returns the words for an event.
    pub fn label(&self, event: &str, lang: Lang) -> Option<&'static str> {
        let transition = self.transitions.iter().chain(&COMMON).find(|it| it.event == event)?;
        Some(lang.pick(transition.zh, transition.en))
    }
}

impl Transition {
    /// Whether it can happen in a state; `None` for the beginning.
    pub fn starts_from(&self, state: Option<&str>) -> bool {
        match state {
            None => self.from.is_empty(),
            Some(state) => self.from.contains(&state),
        }
    }
}

impl State {
    /// Whether nothing is left to do.
    pub fn is_end(&self) -> bool {
        self.waits == Waits::Ended
    }

    /// Returns the words people read.
    pub fn label(&self, lang: Lang) -> &'static str {
        lang.pick(self.zh, self.en)
    }
}
