//! The tables that kinds of cases are made of.

use kaishu_types::Lang;
use kaishu_types::case::CaseKind;

use super::common::COMMON;
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
    /// Whoever the case waits for.
    Waiting,
    /// Whoever is responsible for those that the case waits for (SUP-01).
    Responsible,
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
    /// A file or interface is there (PUB-01), and one of them is machine-readable (PUB-03).
    ResourceMounted,
    /// The entry is to be opened, so that the public has something to say to it (REV-06).
    OpenToThePublic,
    /// Experts are asked in the step that is on, this one among them (REV-07).
    ExpertStep,
    /// A step of experts is ahead, and those who are chosen for it may be: three or more, an odd number, none with a
    /// conflict of interest (REV-07, ORG-10).
    ExpertsChosen,
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
    /// The profile lets a clock that runs be longer, and nobody asked for it before (SUP-01).
    ExtensionAllowed,
    /// More time was asked for, nobody answered, and the last day is not over (SUP-01).
    ExtensionAsked,
    /// Whoever decides on more time is not who asked for it (SUP-01).
    NotTheAsker,
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
    /// The transfer abroad was assessed, reviewed and reported, each with its document (SEC-16).
    TransferAssessed,
    /// Those who are asked for an opinion belong to the committee, none with a conflict of interest (APP-11).
    CommitteeChosen,
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
    /// No confirmed violation keeps it closed (USE-05).
    NoViolationOpen,
    /// The report says all that it has to say (USE-01).
    UsageReportWhole,
    /// The user said something to it, or the time to do so is over (USE-03).
    UserHeard,
    /// The user objected, or the time to do so is over (USE-04).
    ObjectionOver,
    /// The dataset is published, and shared without conditions by another agency (SHR-01).
    SharedDirectly,
    /// The dataset is published, and shared on conditions by another agency (SHR-02).
    SharedOnConditions,
    /// The request says all that the profile demands (SHR-02, SHR-07).
    RequestComplete,
    /// Whom to ask for guidance and technical support is named (SHR-06).
    ContactNamed,
    /// A refusal names an unmet condition, or a norm of the level that the profile demands (SHR-05).
    RefusalGrounded,
    /// Whoever takes part in a mediation is named (SHR-15).
    ParticipantsNamed,
    /// The profile lets shared data be handed over offline where online delivery is truly hard (SHR-10).
    OfflineAllowed,
    /// What is handed over is named, with its medium, and granted (SHR-10).
    DeliveryWhole,
    /// A delivery waits for the agency to confirm it (SHR-10).
    DeliveryWaits,
    /// No delivery waits for the agency to confirm it (SHR-10).
    DeliveryAnswered,
    /// A doubt waits for the provider (SHR-11).
    DoubtWaits,
    /// No doubt waits for the provider (SHR-11).
    DoubtAnswered,
    /// A version was published since it was doubted (SHR-11).
    CorrectedSince,
    /// The profile lets values be verified for those who may not have the data (SHR-09).
    VerifyOffered,
    /// Every value is answered (SHR-09).
    AnswersWhole,
    /// What would be signed for the entry has a template, the provider's own or its authority's (AGR-02).
    TemplatesThere,
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
            Self::OpenToThePublic => "REV-06",
            Self::ExpertStep | Self::ExpertsChosen => "REV-07",
            Self::ConsultationStep | Self::ConsultationOver => "REV-06",
            Self::Filed => "REV-08",
            Self::ApprovalHolds => "REV-04",
            Self::StepAnswered => "REV-02",
            Self::EntryThere => "CAT-17",
            Self::RetentionOver => "SEC-17",
            Self::OwnSide | Self::BothHeard | Self::NextInChain | Self::DocumentNamed => "CLS-16",
            Self::NotAParty => "ORG-03",
            Self::ClockOver => "SUP-02",
            Self::ExtensionAllowed | Self::ExtensionAsked | Self::NotTheAsker => "SUP-01",
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
            Self::TransferAssessed => "SEC-16",
            Self::CommitteeChosen => "APP-11",
            Self::WithinWhatIsAsked => "APP-09",
            Self::PublishedCondition => "APP-06",
            Self::TermsAsOffered | Self::SecondFactor => "AGR-05",
            Self::FiledAutomatically => "APP-10",
            Self::FirstComplaint => "APP-06",
            Self::SuspendedBySame | Self::NoViolationOpen => "USE-05",
            Self::UsageReportWhole => "USE-01",
            Self::UserHeard => "USE-03",
            Self::ObjectionOver => "USE-04",
            Self::SharedDirectly => "SHR-01",
            Self::SharedOnConditions | Self::RequestComplete => "SHR-02",
            Self::ContactNamed => "SHR-06",
            Self::RefusalGrounded => "SHR-05",
            Self::ParticipantsNamed => "SHR-15",
            Self::OfflineAllowed
            | Self::DeliveryWhole
            | Self::DeliveryWaits
            | Self::DeliveryAnswered => "SHR-10",
            Self::DoubtWaits | Self::DoubtAnswered | Self::CorrectedSince => "SHR-11",
            Self::VerifyOffered | Self::AnswersWhole => "SHR-09",
            Self::TemplatesThere => "AGR-02",
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
    /// Lets it run on where it stands still, and begins it anew where it was ended.
    GoOn(&'static str),
    /// Ends it: what it counted to is done.
    Stop(&'static str),
    /// Begins one where no step is left.
    StartAtLast(&'static str),
    /// Ends it where no step is left.
    StopAtLast(&'static str),
    /// Counts all that run anew, by the calendar of today.
    Recount,
    /// Gives more time to the one it was asked for.
    Extend,
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
    /// Whoever is responsible for those who may.
    Responsible,
    /// The authority of the region.
    Authority,
    /// The other organization that the case is between.
    Party,
    /// The experts that were assigned.
    Experts,
    /// Whoever decides on it, for every side, whether its step is on or not.
    Deciders,
    /// Whoever holds a grant of the dataset: told by the case of the grant, which is what they may see.
    GrantHolders,
}

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
