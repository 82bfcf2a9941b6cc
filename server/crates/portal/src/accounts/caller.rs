//! Who asks, as far as a session, a token or the command line tells.

use std::sync::Arc;

use kaishu_domain::permission::{self, Action, Subject, may_ever, role_for};
use kaishu_store::accounts::Account;
use kaishu_types::OrganizationCode;
use kaishu_types::account::{AccountKind, DelegatedFunction, Login, RoleGrant, TokenScope};

/// Who asks. What nobody proved is a visitor.
#[derive(Debug, Clone, Default)]
pub struct Caller(Option<Arc<Who>>);

#[derive(Debug)]
struct Who {
    account: Option<Known>,
    came: Came,
    waits: Option<Waits>,
    has_second_factor: bool,
    /// The case of the grant whose key somebody came with.
    key_of: Option<i64>,
}

#[derive(Debug)]
struct Known {
    id: i64,
    login: Login,
    name: String,
    kind: AccountKind,
    roles: Vec<RoleGrant>,
    delegated: Vec<Delegated>,
    is_proven: bool,
}

/// What somebody may do in the place of an authority, for an organization that took a function over
/// (ORG-05).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Delegated {
    /// The function: nothing else may be done by it.
    pub(crate) function: DelegatedFunction,
    /// The authority.
    pub(crate) by: OrganizationCode,
    /// The role of the authority, in its region, held for the organization that took over.
    pub(crate) held: RoleGrant,
}

/// By which way somebody came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Came {
    /// With a browser that is logged in: the number of the session.
    Session(i64),
    /// With a token: its number, and what it is good for.
    Token(i64, TokenScope),
    /// By the command line of the server.
    Command,
}

/// What somebody who gave the right password has to do before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waits {
    /// Give a one-time code.
    Code,
    /// Set one-time codes up, as staff must.
    Enrolment,
}

impl Caller {
    /// Somebody who is not logged in.
    pub fn visitor() -> Self {
        Self(None)
    }

    /// Whoever runs a command of the server.
    pub fn command() -> Self {
        Self(Some(Arc::new(Who {
            account: None,
            came: Came::Command,
            waits: None,
            has_second_factor: false,
            key_of: None,
        })))
    }

    pub(super) fn of(
        account: Account,
        came: Came,
        waits: Option<Waits>,
        has_second_factor: bool,
    ) -> Self {
        let Account { id, login, name, kind, roles, .. } = account;
        let known = Known { id, login, name, kind, roles, delegated: Vec::new(), is_proven: false };
        let account = Some(known);
        Self(Some(Arc::new(Who { account, came, waits, has_second_factor, key_of: None })))
    }

    /// Binds the caller to one grant, where they came with the key of one.
    pub(super) fn with_key_of(mut self, grant: Option<i64>) -> Self {
        if let Some(who) = self.0.as_mut().and_then(Arc::get_mut) {
            who.key_of = grant;
        }
        self
    }

    /// The case of the grant whose key the caller came with: nothing else that they hold is opened by it (DL-06).
    pub(crate) fn key_of(&self) -> Option<i64> {
        self.0.as_ref().and_then(|who| who.key_of)
    }

    /// Adds what the caller may do in the place of an authority.
    pub(super) fn with_delegated(mut self, delegated: Vec<Delegated>) -> Self {
        let who = self.0.as_mut().and_then(Arc::get_mut);
        if let Some(known) = who.and_then(|who| who.account.as_mut()) {
            known.delegated = delegated;
        }
        self
    }

    /// Adds whether it is proven who the caller is.
    pub(super) fn with_proof(mut self, is_proven: bool) -> Self {
        let who = self.0.as_mut().and_then(Arc::get_mut);
        if let Some(known) = who.and_then(|who| who.account.as_mut()) {
            known.is_proven = is_proven;
        }
        self
    }

    /// Whether it is proven who the caller is, by any one method, and still holds (ORG-09). Whoever needs to know
    /// asks here, and asks the person for nothing.
    pub fn is_proven(&self) -> bool {
        self.known().is_some_and(|known| known.is_proven)
    }

    fn delegated(&self) -> &[Delegated] {
        self.known().map_or(&[], |known| &known.delegated)
    }

    /// Lists the places where the caller may do something at all, in their own roles or an authority's.
    pub(crate) fn places(&self) -> impl Iterator<Item = &RoleGrant> {
        self.roles().iter().chain(self.delegated().iter().map(|it| &it.held))
    }

    /// Lists the roles by which the caller may do something somewhere: their own, and those of an authority
    /// whose function they took over, where it covers the action.
    pub(crate) fn held_for(&self, action: Action) -> impl Iterator<Item = &RoleGrant> {
        let is_in_scope = self.is_in_scope(action);
        let own = self.roles().iter();
        let taken_over = self.delegated().iter().filter(move |it| covers(it, action));
        own.chain(taken_over.map(|it| &it.held)).filter(move |_| is_in_scope)
    }

    /// Names the authority in whose place something is done in a role; none where the role is the caller's own.
    /// Of two functions that were taken over in one region it is the one that covers the action, as in
    /// [`role_for`](Self::role_for).
    pub(crate) fn delegated_by(
        &self,
        action: Action,
        held: &RoleGrant,
    ) -> Option<&OrganizationCode> {
        let same = || self.delegated().iter().filter(move |it| it.held == *held);
        same().find(|it| covers(it, action)).or_else(|| same().next()).map(|it| &it.by)
    }

    /// The account, once all that was asked for at the login was given.
    fn known(&self) -> Option<&Known> {
        let who = self.0.as_ref().filter(|who| who.waits.is_none())?;
        who.account.as_ref()
    }

    /// Whether somebody is logged in, with all that was asked for.
    pub fn is_logged_in(&self) -> bool {
        self.known().is_some()
    }

    /// The number of the account.
    pub fn account(&self) -> Option<i64> {
        self.known().map(|known| known.id)
    }

    /// The name by which somebody logged in.
    pub fn login(&self) -> Option<&Login> {
        self.known().map(|known| &known.login)
    }

    /// The name people read.
    pub fn name(&self) -> Option<&str> {
        self.known().map(|known| known.name.as_str())
    }

    /// Whose account it is.
    pub fn kind(&self) -> Option<AccountKind> {
        self.known().map(|known| known.kind)
    }

    /// What the account does, and for whom.
    pub fn roles(&self) -> &[RoleGrant] {
        self.known().map_or(&[], |known| &known.roles)
    }

    /// By which way somebody came; `None` for a visitor.
    pub fn came(&self) -> Option<Came> {
        self.0.as_ref().map(|who| who.came)
    }

    /// The number of the session, where somebody came with one.
    pub fn session(&self) -> Option<i64> {
        match self.came() {
            Some(Came::Session(id)) => Some(id),
            _ => None,
        }
    }

    /// The numbers of the account and the session of whoever gave the right password.
    pub(super) fn begun(&self) -> Option<(i64, i64)> {
        let who = self.0.as_ref()?;
        Some((who.account.as_ref()?.id, self.session()?))
    }

    /// What is to be given before anything else.
    pub fn waits(&self) -> Option<Waits> {
        self.0.as_ref().and_then(|who| who.waits)
    }

    /// Whether a one-time code was given.
    pub fn has_second_factor(&self) -> bool {
        self.0.as_ref().is_some_and(|who| who.has_second_factor)
    }

    /// Finds the role by which the caller may do something to a subject (SEC-05). A token reaches no
    /// farther than its scope, and never farther than its owner.
    pub fn role_for(&self, action: Action, subject: &Subject) -> Option<&RoleGrant> {
        if !self.is_in_scope(action) {
            return None;
        }
        role_for(self.roles(), action, subject).or_else(|| {
            let mut taken_over = self.delegated().iter().filter(|it| covers(it, action));
            taken_over.find_map(|it| role_for(std::slice::from_ref(&it.held), action, subject))
        })
    }

    /// Whether the caller may do something to anything at all.
    pub fn may_ever(&self, action: Action) -> bool {
        let takes_over = || self.delegated().iter().any(|it| covers(it, action));
        self.is_in_scope(action) && (may_ever(self.roles(), action) || takes_over())
    }

    fn is_in_scope(&self, action: Action) -> bool {
        match self.came() {
            Some(Came::Token(_, scope)) => reaches(scope, action),
            _ => true,
        }
    }
}

fn covers(taken_over: &Delegated, action: Action) -> bool {
    permission::delegated(taken_over.function).contains(&action)
}

/// Whether tokens of a scope are good for an action. None is for accounts, roles and the system itself.
fn reaches(scope: TokenScope, action: Action) -> bool {
    // A key opens data, which is no action of a role.
    if scope == TokenScope::Key {
        return false;
    }
    match action {
        Action::SeeDrafts
        | Action::Supervise
        | Action::SeeRisks
        | Action::ReadAudit
        | Action::TraceCopies
        | Action::SeeApplications
        | Action::SeeShares
        | Action::SeeOrders
        | Action::SeeRegisters => true,
        Action::KeepSystems | Action::KeepProjects | Action::KeepExchanges => {
            scope == TokenScope::Publish
        }
        Action::ReviewProjects
        | Action::AnswerReturns
        | Action::RequestUpward
        | Action::SettleSources => scope == TokenScope::Decide,
        Action::DisputeSources | Action::ConsultSources => {
            matches!(scope, TokenScope::Publish | TokenScope::Decide)
        }
        Action::EditDatasets | Action::SubmitDatasets => scope == TokenScope::Publish,
        Action::DecideFindings | Action::NoteChanges | Action::ReportMissing => {
            matches!(scope, TokenScope::Publish | TokenScope::Decide)
        }
        Action::ApplyForData => scope == TokenScope::Apply,
        Action::ReviewForProvider
        | Action::ReviewForAuthority
        | Action::CheckCatalogue
        | Action::ReviewForCyberspace
        | Action::ReviewForPublicSecurity
        | Action::ReviewForSecrecy
        | Action::ConsentToCounty
        | Action::GiveOpinion
        | Action::AssignExperts
        | Action::GrantExtensions
        | Action::InspectQuality
        | Action::PublishDatasets
        | Action::SuspendDatasets
        | Action::WithdrawDatasets
        | Action::EndDatasets
        | Action::TransferDatasets
        | Action::DisputeClasses
        | Action::ConsultAgencies
        | Action::SettleDisputes
        | Action::DecideApplications
        | Action::DecideForProvider
        | Action::DecideForAuthority
        | Action::MediateShares
        | Action::FileGrants
        | Action::SuspendGrants
        | Action::FollowUse
        | Action::HandleViolations
        | Action::Urge => scope == TokenScope::Decide,
        // Who signs, reports or asks for an agency is there in person.
        Action::ManageOwnAccount
        | Action::RequestShares
        | Action::SignForProvider
        | Action::ReportUse
        | Action::RequestAccounts
        | Action::DecideAccounts
        | Action::ProveIdentity
        | Action::KeepOrganizations
        | Action::KeepRegions
        | Action::Delegate
        | Action::AppointExperts
        | Action::KeepApprovals
        | Action::NameCompilers
        | Action::KeepVocabularies
        | Action::KeepGrading
        | Action::KeepTemplates
        | Action::KeepDefaultTemplates
        | Action::ExportEvidence
        | Action::GuideSector
        | Action::IssueOrders
        | Action::AnswerOrders
        | Action::FileAssessments
        | Action::SeeAccounts
        | Action::ManageAccounts
        | Action::AssignRoles
        | Action::RunSystem => false,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at anything unexpected")]
    use chrono::DateTime;
    use kaishu_types::account::{AccountState, Role};

    use super::*;

    fn caller(role: Role, came: Came, waits: Option<Waits>) -> Caller {
        let account = Account {
            id: 7,
            login: "li.na".parse().unwrap(),
            kind: AccountKind::Person,
            name: "李娜".to_owned(),
            email: None,
            password_hash: None,
            state: AccountState::Active,
            locked_until: None,
            totp_secret: None,
            contract: None,
            created_at: DateTime::UNIX_EPOCH,
            last_login_at: None,
            roles: vec![RoleGrant {
                role,
                organization: Some("YX-FGW".parse().unwrap()),
                region: Some("YX".parse().unwrap()),
            }],
        };
        Caller::of(account, came, waits, true)
    }

    fn subject() -> Subject {
        Subject {
            is_own: true,
            organization: Some("YX-FGW".parse().unwrap()),
            regions: vec!["YX".parse().unwrap()],
            ..Subject::default()
        }
    }

    /// Proves SEC-05 for tokens: of every role and every scope, a token may do nothing that its owner may
    /// not do with a browser, and nothing outside of its scope.
    #[test]
    fn a_token_reaches_no_farther_than_its_owner_and_its_scope() {
        for role in Role::ALL {
            let owner = caller(*role, Came::Session(1), None);
            for scope in TokenScope::ALL {
                let token = caller(*role, Came::Token(1, *scope), None);
                for action in Action::ALL {
                    let may = token.role_for(*action, &subject()).is_some();
                    assert!(!may || owner.role_for(*action, &subject()).is_some(), "{action:?}");
                    assert!(!may || reaches(*scope, *action), "{role} {scope} {action:?}");
                    assert_eq!(may, token.role_for(*action, &subject()).is_some());
                }
                assert!(!token.may_ever(Action::ManageOwnAccount));
                assert!(!token.may_ever(Action::AssignRoles));
            }
        }
        let reading = caller(Role::Officer, Came::Token(1, TokenScope::Read), None);
        assert!(reading.may_ever(Action::SeeDrafts) && !reading.may_ever(Action::EditDatasets));
        let writing = caller(Role::Officer, Came::Token(1, TokenScope::Publish), None);
        assert!(writing.may_ever(Action::EditDatasets));
    }

    /// Part of ORG-05: of two functions that were taken over in one region, the authority is named that gave the
    /// one which is used.
    #[test]
    fn the_authority_is_named_whose_function_is_used() {
        let held = RoleGrant {
            role: Role::Authority,
            organization: Some("YX-U".parse().unwrap()),
            region: Some("YX".parse().unwrap()),
        };
        let from = |function: DelegatedFunction, by: &str| Delegated {
            function,
            by: by.parse().unwrap(),
            held: held.clone(),
        };
        let (one, other) = (DelegatedFunction::Accounts, DelegatedFunction::Standards);
        for (first, second) in [(one, other), (other, one)] {
            let taken_over = vec![from(first, "YX-A"), from(second, "YX-B")];
            let caller = caller(Role::Head, Came::Session(1), None).with_delegated(taken_over);
            let action = permission::delegated(second)[0];
            assert!(!permission::delegated(first).contains(&action));
            let named = caller.delegated_by(action, &held).map(ToString::to_string);
            assert_eq!(named.as_deref(), Some("YX-B"));
        }
    }

    #[test]
    fn who_is_not_through_the_login_is_nobody() {
        for waits in [Waits::Code, Waits::Enrolment] {
            let half = caller(Role::Officer, Came::Session(1), Some(waits));
            assert!(!half.is_logged_in() && half.roles().is_empty() && half.account().is_none());
            assert!(half.role_for(Action::EditDatasets, &subject()).is_none());
            assert_eq!(half.waits(), Some(waits));
        }
        let visitor = Caller::visitor();
        assert!(!visitor.is_logged_in() && visitor.came().is_none());
        assert!(Action::ALL.iter().all(|action| !visitor.may_ever(*action)));
        assert!(Action::ALL.iter().all(|action| !Caller::command().may_ever(*action)));
    }
}
