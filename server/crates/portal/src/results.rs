//! What came of the use of granted data: registered by the holder of a grant with source and day of retrieval, seen by
//! the provider and the authority, and by everybody where its maker lets it be (USE-02, USE-06, USE-09; anshan 35,
//! aba 36, yulin 29).

use std::collections::BTreeMap;

use kaishu_domain::permission::Action;
use kaishu_domain::results::check;
pub use kaishu_domain::results::{ResultForm, work};
use kaishu_store::cases::{self, CaseSubject, Recipients};
use kaishu_store::grants::{self, Grant};
pub use kaishu_store::results::UseResult;
use kaishu_store::results::{self, Shown};
use kaishu_types::account::Role;
use kaishu_types::{DatasetCode, ErrorCode, Lang, ReceiptCode, RuleRef};
use sha2::{Digest, Sha256};

use crate::accounts::{Caller, log_in_first};
use crate::cases::{LogAct, not_covered};
use crate::{Error, Portal, Result};

/// Most results that a page lists.
const LISTED: u64 = 50;
/// Most results that one holder registers under one grant.
const MOST: u64 = 200;
/// Where an application is when what came of it is not shown: its holder does not use the data lawfully now.
const NOT_SHOWN_IN: &[&str] = &["suspended", "revoked"];

/// Results on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResultPage {
    /// The results, the newest first.
    pub results: Vec<UseResult>,
    /// The number that the next page begins before.
    pub next: Option<i64>,
}

/// What somebody registered, and what they can register.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnResults {
    /// The results, the newest first.
    pub results: Vec<UseResult>,
    /// The grants of the caller, ended ones among them: what came of those is registered, too.
    pub grants: Vec<Grant>,
    /// The rule of source and day of retrieval.
    pub rule: RuleRef,
}

impl Portal {
    /// Lists what the caller registered.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where nobody is logged in; refused for who never applies for data.
    pub async fn own_results(&self, caller: &Caller, lang: Lang) -> Result<OwnResults> {
        let account = self.maker(caller, lang)?;
        let store = &self.inner.store;
        Ok(OwnResults {
            results: results::of_account(store, account, MOST).await?,
            grants: grants::of_account(store, account, MOST).await?,
            rule: self.attribution_demand(lang),
        })
    }

    /// Fills source and day of retrieval in from a receipt.
    ///
    /// # Errors
    ///
    /// `InvalidInput` of the field `receipt` where there is no such receipt, or it is of another dataset than the grant.
    pub async fn attribution_of(
        &self,
        caller: &Caller,
        (grant, receipt): (i64, &str),
        lang: Lang,
    ) -> Result<(String, String)> {
        let account = self.maker(caller, lang)?;
        let grant = self.held(account, grant, lang).await?;
        let (code, receipt) = self.own_receipt(&grant, receipt, lang).await?.ok_or_else(|| {
            Error::field("receipt", lang.pick("请填写回执编号", "give the number of a receipt"))
        })?;
        let provider = receipt.provider.label(lang);
        let source = match lang {
            Lang::Zh => {
                format!("{provider}《{}》（{}），回执 {code}", receipt.dataset_title, grant.dataset)
            }
            Lang::En => {
                format!("{provider}, {} ({}), receipt {code}", receipt.dataset_title, grant.dataset)
            }
        };
        let day = kaishu_types::china::day_in_china(receipt.retrieved_at);
        Ok((source, day.to_string()))
    }

    /// Registers a result under a grant of the caller (USE-02), and returns its number. The provider is told.
    ///
    /// # Errors
    ///
    /// `InvalidInput` with everything that is wrong, what the rules demand with its article; `NotFound` where the caller
    /// holds no such grant; refused for who never applies for data.
    pub async fn register_result(
        &self,
        caller: &Caller,
        (grant, receipt): (i64, &str),
        form: &ResultForm,
        lang: Lang,
    ) -> Result<i64> {
        let account = self.maker(caller, lang)?;
        let mut faults = check(self.policy(), form, self.today(), lang);
        let found = match self.held(account, grant, lang).await {
            Ok(grant) => Some(grant),
            Err(Error::InvalidInput(wrong)) => {
                faults.extend(wrong);
                None
            }
            Err(error) => return Err(error),
        };
        let receipt = match &found {
            Some(grant) => match self.own_receipt(grant, receipt, lang).await {
                Ok(receipt) => receipt.map(|(code, _)| code),
                Err(Error::InvalidInput(wrong)) => {
                    faults.extend(wrong);
                    None
                }
                Err(error) => return Err(error),
            },
            None => None,
        };
        let (Some(grant), true) = (found, faults.is_empty()) else {
            return Err(Error::InvalidInput(faults));
        };
        let store = &self.inner.store;
        let n_before = results::of_grant(store, grant.case, MOST).await?.len();
        if u64::try_from(n_before).unwrap_or(MOST) >= MOST {
            let message =
                lang.pick("这项权限登记的成果已经太多", "too many results under this grant");
            return Err(Error::refused(ErrorCode::Conflict, message));
        }
        let new = self.new_result(account, &grant, receipt, form);
        let about = self.about_grant(grant.case).await?;
        let transaction = self.inner.store.begin_catalogue().await?;
        let id = results::add(&transaction, &new).await?;
        self.log_result(&transaction, caller, (&new, about), "result_registered").await?;
        transaction.commit().await?;
        self.wake_index();
        Ok(id)
    }

    /// Lets everybody see a result of the caller, or nobody any more but provider and authority.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller registered no such result; `InvalidInput` where it has no name to be shown under.
    pub async fn show_result(
        &self,
        caller: &Caller,
        id: i64,
        (is_public, on_dataset): (bool, bool),
        lang: Lang,
    ) -> Result<()> {
        let result = self.own_result(caller, id, lang).await?;
        if is_public && result.shown_as.is_empty() {
            let text = lang.pick(
                "登记时没有填写署名，不能公开展示；请重新登记",
                "it was registered without a name to be shown under; register it anew",
            );
            return Err(Error::field("is_public", text));
        }
        let event = if is_public { "result_shown" } else { "result_hidden" };
        self.change_result(caller, &result, (is_public, on_dataset && is_public), event).await
    }

    /// Takes a result of the caller back; that it was registered stays in the log.
    ///
    /// # Errors
    ///
    /// `NotFound` where the caller registered no such result.
    pub async fn withdraw_result(&self, caller: &Caller, id: i64, lang: Lang) -> Result<()> {
        let result = self.own_result(caller, id, lang).await?;
        self.change_result(caller, &result, (false, false), "result_withdrawn").await
    }

    async fn change_result(
        &self,
        caller: &Caller,
        result: &UseResult,
        shown: (bool, bool),
        event: &'static str,
    ) -> Result<()> {
        let about = self.about_grant(result.grant).await?;
        let withdrawn = (event == "result_withdrawn").then(|| self.instant());
        let transaction = self.inner.store.begin_catalogue().await?;
        if !results::change(&transaction, result, shown, withdrawn).await? {
            return Err(Error::not_found("result", result.id.to_string()));
        }
        self.log_result(&transaction, caller, (result, about), event).await?;
        transaction.commit().await?;
        self.wake_index();
        Ok(())
    }

    /// Lists results that everybody may see: of a dataset whose makers let its page lead to them, of one holder, or all.
    ///
    /// # Errors
    ///
    /// `NotFound` for a dataset that is not public.
    pub async fn public_results(
        &self,
        dataset: Option<&DatasetCode>,
        holder: Option<&str>,
        before: Option<i64>,
    ) -> Result<ResultPage> {
        if let Some(code) = dataset {
            self.dataset(code).await?;
        }
        let store = &self.inner.store;
        let (mut shown, mut before) = (Vec::new(), before);
        loop {
            let asked = Shown { dataset, holder, before, not_in: NOT_SHOWN_IN };
            let found = page_of(results::public(store, &asked, LISTED + 1).await?);
            // What is not public is not there, whoever used it while it was, and fills no page (SRCH-04).
            let codes: Vec<String> =
                found.results.iter().map(|it| it.dataset.to_string()).collect();
            let listed = kaishu_store::datasets::listed_among(store, self.listed(), &codes).await?;
            let is_listed = |it: &UseResult| listed.contains(it.dataset.as_str());
            shown.extend(found.results.into_iter().filter(is_listed));
            before = found.next;
            if before.is_none() || shown.len() > usize::try_from(LISTED).unwrap_or(usize::MAX) {
                return Ok(page_of(shown));
            }
        }
    }

    /// Whether the page of a dataset leads to results.
    pub(crate) async fn has_results(&self, code: &DatasetCode) -> Result<bool> {
        let shown = Shown { dataset: Some(code), not_in: NOT_SHOWN_IN, ..Shown::default() };
        Ok(!results::public(&self.inner.store, &shown, 1).await?.is_empty())
    }

    /// Lists everything that came of grants where the caller sees applications, shown or not (USE-06).
    ///
    /// # Errors
    ///
    /// Refused for who sees the applications of nobody.
    pub async fn followed_results(
        &self,
        caller: &Caller,
        before: Option<i64>,
        lang: Lang,
    ) -> Result<ResultPage> {
        let (organizations, regions) = self.reach(caller, Action::SeeApplications);
        if organizations.is_empty() && regions.is_empty() {
            return Err(not_covered(caller, Action::SeeApplications, lang));
        }
        let places = (organizations.as_slice(), regions.as_slice());
        let found = results::of_places(&self.inner.store, places, before, LISTED + 1).await?;
        Ok(page_of(found))
    }

    /// Lists what came of a grant, for those who may see its application.
    pub(crate) async fn results_under(&self, grant: i64) -> Result<Vec<UseResult>> {
        Ok(results::of_grant(&self.inner.store, grant, MOST).await?)
    }

    fn new_result(
        &self,
        account: i64,
        grant: &Grant,
        receipt: Option<ReceiptCode>,
        form: &ResultForm,
    ) -> UseResult {
        let line = |text: &str| text.trim().to_owned();
        UseResult {
            id: 0,
            grant: grant.case,
            account,
            dataset: grant.dataset.clone(),
            kind: form.kind.clone(),
            title: line(&form.title),
            summary: line(&form.summary),
            url: line(&form.url),
            source: line(&form.source),
            retrieved_on: form.retrieved_on.trim().parse().ok(),
            receipt,
            holder: self.holder_code(account),
            shown_as: line(&form.shown_as),
            is_public: form.is_public,
            on_dataset: form.on_dataset,
            registered_at: self.instant(),
        }
    }

    /// By what the results of an account are found together: it tells nothing of the account.
    fn holder_code(&self, account: i64) -> String {
        let key = &self.inner.fingerprint_key;
        let digest = Sha256::new()
            .chain_update(b"holder")
            .chain_update(key)
            .chain_update(account.to_be_bytes());
        let digest = digest.finalize();
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Who registers results: whoever applies for data themselves, not a key of one grant.
    fn maker(&self, caller: &Caller, lang: Lang) -> Result<i64> {
        let account = caller.account().ok_or_else(|| log_in_first(lang))?;
        match caller.key_of().is_none() && caller.may_ever(Action::ReportUse) {
            true => Ok(account),
            false => Err(not_covered(caller, Action::ReportUse, lang)),
        }
    }

    async fn held(&self, account: i64, grant: i64, lang: Lang) -> Result<Grant> {
        let found = grants::find(&self.inner.store, grant).await?;
        let own = found.filter(|grant| grant.account == account && grant.holder.is_none());
        own.ok_or_else(|| {
            let text = lang.pick("请选择您的一项使用权限", "choose one of your grants");
            Error::field("grant", text)
        })
    }

    /// Finds a receipt of the dataset of a grant; none where no number is given.
    async fn own_receipt(
        &self,
        grant: &Grant,
        number: &str,
        lang: Lang,
    ) -> Result<Option<(ReceiptCode, kaishu_types::receipt::ReceiptView)>> {
        let number = number.trim();
        if number.is_empty() {
            return Ok(None);
        }
        let unknown = || {
            let text = lang.pick(
                "没有这份数据集的这个回执编号",
                "this is the number of no receipt of this dataset",
            );
            Error::field("receipt", text)
        };
        let code: ReceiptCode = number.parse().map_err(|_| unknown())?;
        match self.receipt(&code).await {
            Ok(receipt) if receipt.dataset == grant.dataset => Ok(Some((code, receipt))),
            Ok(_) => Err(unknown()),
            Err(error) if error.code() == ErrorCode::NotFound => Err(unknown()),
            Err(error) => Err(error),
        }
    }

    async fn own_result(&self, caller: &Caller, id: i64, lang: Lang) -> Result<UseResult> {
        let account = self.maker(caller, lang)?;
        let own = results::of_account(&self.inner.store, account, u64::from(u32::MAX)).await?;
        let found = own.into_iter().find(|result| result.id == id);
        found.ok_or_else(|| Error::not_found("result", id.to_string()))
    }

    fn attribution_demand(&self, lang: Lang) -> RuleRef {
        self.policy().rules.attribution.rule.reference("attribution.rule", lang)
    }

    /// What the application of a grant is about.
    async fn about_grant(&self, grant: i64) -> Result<Option<CaseSubject>> {
        let case = cases::find(&self.inner.store, grant).await?;
        Ok(case.map(|case| case.about))
    }

    /// Writes what was done to a result into the log, and tells the provider of a new one.
    async fn log_result(
        &self,
        transaction: &kaishu_store::Transaction,
        caller: &Caller,
        (result, about): (&UseResult, Option<CaseSubject>),
        event: &'static str,
    ) -> Result<()> {
        let title = about.as_ref().map(|about| about.title.clone()).unwrap_or_default();
        let facts = BTreeMap::from([
            ("title".to_owned(), title),
            ("application".to_owned(), result.grant.to_string()),
            ("work".to_owned(), result.kind.clone()),
        ]);
        let (subject, by) = (result.dataset.as_str(), self.actor(caller));
        let act = LogAct { kind: "result", subject, event, by, reason: "", facts };
        let (seq, event) = self.log_event(transaction, act).await?;
        let provider = about.and_then(|about| about.organization);
        if let Some(provider) = provider.filter(|_| event.name == "result_registered") {
            let people = vec![Role::Officer, Role::Head];
            let tells = [Recipients::OfOrganization(people, provider)];
            cases::tell(transaction, seq, None, &event, &tells).await?;
        }
        Ok(())
    }
}

fn page_of(mut results: Vec<UseResult>) -> ResultPage {
    let limit = usize::try_from(LISTED).unwrap_or(usize::MAX);
    let has_more = results.len() > limit;
    results.truncate(limit);
    let next = results.last().filter(|_| has_more).map(|result| result.id);
    ResultPage { results, next }
}
