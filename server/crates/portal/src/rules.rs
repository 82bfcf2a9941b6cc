//! The rules in force, as pages quote them (ORG-12), and what follows from them for everyone who
//! is not logged in.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use kaishu_domain::PolicyProfile;
use kaishu_domain::policy::{Fees, Ground, Module, PolicyError};
use kaishu_domain::visibility::{self, OpenColumns};
use kaishu_store::Listed;
use kaishu_store::tables::TABULAR;
use kaishu_types::dataset::{DatasetView, Provenance, ResourceView};
use kaishu_types::rules::{PolicyView, RegulationView};
use kaishu_types::vocabulary::{Format, OpenClass, ResourceKind};
use kaishu_types::{DatasetCode, Lang, text};

use crate::access::Granted;
use crate::accounts::{Caller, Came};
use crate::sharing::Shared;
use crate::tables::{Described, FileRelease};
use crate::{Error, Portal, Result, history};

/// An article of a regulation, ready to be quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleQuote {
    /// Title of the regulation.
    pub title: String,
    /// Number of the article.
    pub number: u32,
    /// `第十七条`.
    pub heading: String,
    /// The text.
    pub paragraphs: Vec<String>,
    /// Where the whole text is: a path of this site.
    pub link: String,
}

impl ArticleQuote {
    fn of(ground: &Ground) -> Option<Self> {
        let Ground::Source(citation) = ground else { return None };
        Self::find(citation.regulation_code()?, *citation.articles().first()?)
    }

    /// Quotes the first of the articles behind a rule that speaks of something.
    fn speaking_of(ground: &Ground, words: &[&str]) -> Option<Self> {
        let Ground::Source(citation) = ground else { return None };
        let code = citation.regulation_code()?;
        let speaks = |quote: &Self| {
            words.iter().all(|word| quote.paragraphs.iter().any(|text| text.contains(word)))
        };
        citation.articles().iter().filter_map(|number| Self::find(code, *number)).find(speaks)
    }

    fn find(code: &str, number: u32) -> Option<Self> {
        let regulation = kaishu_domain::regulation(code)?;
        let article = kaishu_domain::article_text(code, number)?;
        Some(Self {
            title: regulation.title,
            number,
            heading: article.heading,
            paragraphs: article.paragraphs,
            link: format!("/rules/{code}#a{number}"),
        })
    }

    /// Names the article in a language.
    pub fn name(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => self.heading.clone(),
            Lang::En => format!("Article {}", self.number),
        }
    }

    /// Keeps the sentences that speak of something; all of them where none does.
    fn about(mut self, word: &str) -> Self {
        let sentences: Vec<String> = self
            .paragraphs
            .iter()
            .flat_map(|paragraph| paragraph.split_inclusive('。'))
            .filter(|sentence| sentence.contains(word))
            .map(str::to_owned)
            .collect();
        if !sentences.is_empty() {
            self.paragraphs = sentences;
        }
        self
    }
}

/// The articles that pages quote again and again, looked up once.
pub(crate) struct Quotes {
    login: Option<Arc<ArticleQuote>>,
    conditional: Option<Arc<ArticleQuote>>,
    none: Option<Arc<ArticleQuote>>,
    attribution: Option<Arc<ArticleQuote>>,
    fees: Option<Arc<ArticleQuote>>,
    priority: Option<Arc<ArticleQuote>>,
}

impl Quotes {
    /// Looks up what a profile rests on.
    pub(crate) fn of(policy: &PolicyProfile) -> Self {
        let rules = &policy.rules;
        let class = |class: OpenClass| {
            let quote = ArticleQuote::of(&rules.class.open_basis.ground)?;
            Some(Arc::new(quote.about(class.label(Lang::Zh))))
        };
        let login = &rules.login.unconditional;
        Self {
            login: if login.value { ArticleQuote::of(&login.ground).map(Arc::new) } else { None },
            conditional: class(OpenClass::Conditional),
            none: class(OpenClass::None),
            attribution: ArticleQuote::of(&rules.attribution.rule.ground).map(Arc::new),
            fees: fees(policy).map(Arc::new),
            priority: ArticleQuote::of(&rules.general.priority.ground).map(Arc::new),
        }
    }
}

/// Loads a profile, with the file of rules that prevail over it and its text (ORG-12).
///
/// # Errors
///
/// `Configuration` where one of them is wrong, or not in force yet.
pub(crate) fn profile(
    code: &str,
    prevailing: Option<&Path>,
    today: NaiveDate,
) -> Result<(PolicyProfile, Option<String>)> {
    let wrong = |error: PolicyError| Error::Configuration(error.to_string());
    let profile = PolicyProfile::load(code).map_err(wrong)?;
    check_begun(&profile, &format!("the profile `{code}`"), today)?;
    let Some(path) = prevailing else { return Ok((profile, None)) };
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::Configuration(format!("`policy_override`: {name}: {error}")))?;
    let profile = PolicyProfile::parse_override(&profile, &name, &text).map_err(wrong)?;
    check_begun(&profile, &format!("`policy_override`: {name}"), today)?;
    Ok((profile, Some(text)))
}

/// Refuses rules before their first day: nobody is held to what does not hold yet.
fn check_begun(profile: &PolicyProfile, what: &str, today: NaiveDate) -> Result<()> {
    match profile.header.effective.filter(|first| *first > today) {
        None => Ok(()),
        Some(first) => Err(Error::Configuration(format!(
            "{what}: `effective` is {first}, and it is {today}: start with these rules from that day on"
        ))),
    }
}

impl Portal {
    /// Returns the active profile as people read it.
    pub fn policy_view(&self) -> PolicyView {
        self.policy().view()
    }

    /// Lists the regulations whose texts the portal shows.
    pub fn regulations(&self) -> Vec<RegulationView> {
        kaishu_domain::regulations()
    }

    /// Finds the text of a regulation.
    pub fn regulation(&self, code: &str) -> Result<RegulationView> {
        let shown: String = code.chars().take(40).collect();
        kaishu_domain::regulation(code).ok_or_else(|| Error::not_found("regulation", shown))
    }

    /// Returns within how many working days an application is answered (`open_app.reply_wd`).
    pub fn reply_working_days(&self) -> u32 {
        self.policy().rules.open_app.reply_wd.value.get()
    }

    /// Quotes the article that demands a login for open data, where one does.
    pub fn login_rule(&self) -> Option<Arc<ArticleQuote>> {
        self.inner.quotes.login.clone()
    }

    /// Whether open data is for those who are logged in (`login.unconditional`).
    pub fn opens_after_login(&self) -> bool {
        visibility::login_required_for_unconditional(self.policy())
    }

    /// Whether a caller has to log in before open data is taken (DL-01).
    pub fn needs_login(&self, caller: &Caller) -> bool {
        let is_command = caller.came() == Some(Came::Command);
        self.opens_after_login() && !caller.is_logged_in() && !is_command
    }

    /// Finds out anew who takes data that is on its way: an account or a token that ended meanwhile takes nothing.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` where the account or the token counts no more.
    pub(crate) async fn still_taking(&self, caller: &Caller) -> Result<Caller> {
        match self.opens_after_login() || caller.is_logged_in() {
            true => self.renewed(caller, Lang::Zh).await,
            false => Ok(caller.clone()),
        }
    }

    /// Quotes the article behind a class that is not unconditional (`class.open_basis`).
    pub(crate) fn class_rule(&self, class: OpenClass) -> Option<Arc<ArticleQuote>> {
        let quotes = &self.inner.quotes;
        match class {
            OpenClass::Unconditional => None,
            OpenClass::Conditional => quotes.conditional.clone(),
            OpenClass::None => quotes.none.clone(),
        }
    }

    /// Quotes the article that demands attribution (`attribution.rule`).
    pub fn attribution_rule(&self) -> Option<Arc<ArticleQuote>> {
        self.inner.quotes.attribution.clone()
    }

    /// Returns what opening costs (DL-05).
    pub fn fees(&self) -> Fees {
        self.policy().rules.general.fees.value
    }

    /// Quotes the article on what opening costs; none where the rule rests on no article about
    /// opening (`fees`).
    pub fn fees_rule(&self) -> Option<Arc<ArticleQuote>> {
        self.inner.quotes.fees.clone()
    }

    /// Quotes the article that names the priorities of opening, where one does (`priority`).
    pub fn priority_rule(&self) -> Option<Arc<ArticleQuote>> {
        self.inner.quotes.priority.clone()
    }

    /// Whether entries of class none are listed (`catalogue.list_none`).
    pub(crate) fn lists_none(&self) -> bool {
        self.policy().rules.catalogue.list_none.value
    }

    /// Returns the rule of listing under the active profile (SRCH-04).
    pub(crate) fn listed(&self) -> Listed {
        listed(self.lists_none())
    }

    /// Finds an entry as the public may know it; `None` alike for a code that no entry has and for an
    /// entry that has no public page (SRCH-04).
    pub(crate) async fn find_public(&self, code: &DatasetCode) -> Result<Option<PublicView>> {
        self.find_granted(code, &Granted::default()).await
    }

    /// Finds an entry as somebody may know it: as the public may, with the columns that grants open to them (DL-02).
    pub(crate) async fn find_for(
        &self,
        caller: &Caller,
        code: &DatasetCode,
    ) -> Result<Option<PublicView>> {
        let granted = self.granted(caller, code).await?;
        self.find_granted(code, &granted).await
    }

    pub(crate) async fn find_granted(
        &self,
        code: &DatasetCode,
        granted: &Granted,
    ) -> Result<Option<PublicView>> {
        let (store, rule) = (&self.inner.store, shown(self.lists_none()));
        let found = match granted.shared {
            // Whether an entry is open says nothing of whom it is shared with.
            Some(_) => kaishu_store::datasets::find(store, code).await?,
            None => kaishu_store::datasets::find_shown(store, code, rule).await?,
        };
        let Some(dataset) = found else { return Ok(None) };
        let described = Described::of(&dataset);
        let view = match &granted.shared {
            Some(shared) => self.shared_view(dataset, &granted.items, shared),
            None => self.granted_view(dataset, &granted.items),
        };
        let Some(mut view) = view else { return Ok(None) };
        view.described = described;
        self.keep_public_sources(&mut view.dataset.fields.provenance).await?;
        if view.files == FileAccess::Free {
            view.kept_back = self.kept_back(&view).await?;
            let kept_back = &view.kept_back;
            let of_versions = view.dataset.versions.iter_mut().flat_map(|it| &mut it.resources);
            let resources = view.dataset.resources.iter_mut().chain(of_versions);
            resources.filter(|it| kept_back.contains_key(&it.id)).for_each(keep_facts_back);
        }
        Ok(Some(view))
    }

    /// Leaves of what an entry is assembled from what the public may know of (CAT-20, SRCH-04).
    pub(crate) async fn keep_public_sources(&self, told: &mut Provenance) -> Result<()> {
        let store = &self.inner.store;
        let known =
            kaishu_store::datasets::listed_among(store, self.listed(), &told.sources).await?;
        told.sources.retain(|code| known.contains(code));
        Ok(())
    }

    /// Takes out of an entry what the public may not know (SRCH-04, SRCH-08); `None` for an entry
    /// that has no public page at all.
    pub(crate) fn public_view(&self, dataset: DatasetView) -> Option<PublicView> {
        self.granted_view(dataset, &BTreeSet::new())
    }

    pub(crate) fn granted_view(
        &self,
        dataset: DatasetView,
        granted: &BTreeSet<String>,
    ) -> Option<PublicView> {
        let columns = OpenColumns::of(dataset.fields.open.class, &dataset.items);
        let columns = columns.and(granted, &dataset.items);
        self.view_of(dataset, columns, self.policy().has_module(Module::Open))
    }

    /// Makes the view of an entry of which these columns leave, where it serves data and the rules in force let it.
    pub(crate) fn view_of(
        &self,
        mut dataset: DatasetView,
        columns: OpenColumns,
        is_ruled: bool,
    ) -> Option<PublicView> {
        let declared = dataset.fields.open.class;
        let items = visibility::classes(&dataset.items);
        let class = visibility::shown_class(declared, items.clone());
        if !visibility::has_public_page(dataset.state, class, self.lists_none()) {
            return None;
        }
        let is_wholly_open = visibility::is_wholly_open(declared, items.clone());
        let closes_silently = visibility::closes_silently(declared, items);
        let opens_files = self.policy().has_module(Module::Open) && is_wholly_open;
        let files = self.file_access(is_wholly_open && visibility::serves_data(dataset.state));
        let serves = is_ruled && visibility::serves_data(dataset.state) && class != OpenClass::None;
        let open_columns = match serves {
            true => columns,
            false => OpenColumns::Named(Vec::new()),
        };
        let all_formats = formats(&dataset.resources);
        dataset.fields.open.class = class;
        // For whoever publishes: it may name data items that nobody knows of.
        dataset.fields.record_key.clear();
        dataset.items = visibility::public_items(&dataset.items).cloned().collect();
        if class == OpenClass::None {
            // Listed by name only: title, provider and legal basis.
            dataset.fields = visibility::name_only(dataset.fields);
            dataset.items.clear();
            dataset.resources.clear();
            dataset.versions.clear();
            dataset.origin = None;
            dataset.source_id = None;
            // Dates and numbers would tell that something changed.
            dataset.version = 1;
            dataset.state_reason = None;
            dataset.state_since = dataset.published_at;
            dataset.updated_at = dataset.published_at;
            dataset.next_due = None;
            dataset.n_views = 0;
            dataset.n_downloads = 0;
        }
        let closed_resources = history::closed_resources(&dataset.versions);
        let opens_part = !open_columns.is_empty() && !closes_silently;
        let has_part = |it: &ResourceView| opens_part && TABULAR.contains(&it.format);
        dataset.resources.retain(|it| !closed_resources.contains(&it.id) || has_part(it));
        trim(&mut dataset.resources, class, opens_files, opens_part);
        for version in &mut dataset.versions {
            let is_open = version.is_wholly_open;
            version
                .resources
                .retain(|resource| is_open && !closed_resources.contains(&resource.id));
            trim(&mut version.resources, class, opens_files, false);
        }
        history::keep_public(&mut dataset);
        if !opens_files {
            tell_of_shown_version(&mut dataset);
        }
        if !visibility::serves_data(dataset.state) {
            dataset.resources.clear();
            dataset.versions.iter_mut().for_each(|version| version.resources.clear());
        }
        let formats = match class {
            OpenClass::None => Vec::new(),
            _ if closes_silently => formats(&dataset.resources),
            OpenClass::Unconditional | OpenClass::Conditional => all_formats,
        };
        Some(PublicView {
            dataset,
            files,
            formats,
            closed_resources,
            closes_silently,
            open_columns,
            kept_back: HashMap::new(),
            described: Described::default(),
            shared: None,
        })
    }

    /// Finds the files of an entry, of its versions too, that may not be taken as they are.
    async fn kept_back(&self, view: &PublicView) -> Result<HashMap<i64, FileRelease>> {
        let dataset = &view.dataset;
        let of_versions = dataset.versions.iter().flat_map(|version| &version.resources);
        let mut resources: Vec<&ResourceView> =
            dataset.resources.iter().chain(of_versions).collect();
        resources.sort_unstable_by_key(|resource| resource.id);
        resources.dedup_by_key(|resource| resource.id);
        let gate = self.gate(&dataset.code, &view.described).await?;
        let releases = self.file_releases(&gate, &resources).await?;
        let ids = resources.iter().map(|resource| resource.id);
        Ok(ids.zip(releases).filter(|(_, release)| *release != FileRelease::Open).collect())
    }

    /// Whether the original files of an entry may leave without a grant (DL-01, DL-02).
    fn file_access(&self, is_open: bool) -> FileAccess {
        if !self.policy().has_module(Module::Open) {
            return FileAccess::ModuleOff;
        }
        if is_open { FileAccess::Free } else { FileAccess::NeedsGrant }
    }
}

/// A file of which only a part is open says no more of its age than the versions that are shown: the
/// part that is not may have changed since.
fn tell_of_shown_version(dataset: &mut DatasetView) {
    let updated_at = dataset.versions.first().map_or(dataset.published_at, |it| it.published_at);
    for resource in dataset.resources.iter_mut().filter(|it| it.kind == ResourceKind::File) {
        resource.version = dataset.version;
        resource.updated_at = updated_at;
    }
}

/// Leaves out the files that may not be taken, and of the rest what a grant would open.
fn trim(resources: &mut Vec<ResourceView>, class: OpenClass, opens_files: bool, opens_part: bool) {
    let has_part = |resource: &ResourceView| opens_part && TABULAR.contains(&resource.format);
    resources.retain(|resource| {
        opens_files || resource.kind != ResourceKind::File || has_part(resource)
    });
    for resource in resources {
        if !opens_files && resource.kind == ResourceKind::File {
            resource.description = None;
            resource.file_name = None;
            keep_facts_back(resource);
        }
        resource.file_name = resource.file_name.as_deref().map(text::file_name);
        if resource.in_place.is_some() {
            // The portal asks there; readers ask the portal.
            resource.url = None;
        }
        if class != OpenClass::Unconditional {
            // Where the data lies is part of what a grant opens.
            resource.url = None;
            resource.source_id = None;
        }
    }
}

/// The whole file is more than the part of it that is open: a size or a checksum would let values be
/// guessed and the guess be proven.
pub(crate) fn keep_facts_back(resource: &mut ResourceView) {
    resource.size_bytes = None;
    resource.sha256 = None;
    resource.sm3 = None;
    resource.encoding = None;
    resource.n_rows = None;
    resource.n_columns = None;
}

/// An entry as the public may know it.
pub(crate) struct PublicView {
    /// The entry without what is hidden.
    pub(crate) dataset: DatasetView,
    /// Whether its files may be taken.
    pub(crate) files: FileAccess,
    /// The formats its data has, whether or not its files are listed.
    pub(crate) formats: Vec<Format>,
    /// Numbers of the resources that stay back for a version that was not wholly open.
    pub(crate) closed_resources: Vec<i64>,
    /// Whether its files stay back only for data items that the public may not know of; for
    /// decisions, never told.
    pub(crate) closes_silently: bool,
    /// Which columns of its tables anyone may have; for decisions, never told.
    pub(crate) open_columns: OpenColumns,
    /// Files whose bytes stay back, though its classes would open them (SEC-21).
    pub(crate) kept_back: HashMap<i64, FileRelease>,
    /// What the whole entry says of the columns of its files; for decisions, never told.
    pub(crate) described: Described,
    /// What is in it because it is shared with the agency of who asks; for decisions, never told.
    pub(crate) shared: Option<Shared>,
}

/// Lists the formats of resources, each once.
fn formats(resources: &[ResourceView]) -> Vec<Format> {
    let mut found = Vec::new();
    for resource in resources {
        if !found.contains(&resource.format) {
            found.push(resource.format);
        }
    }
    found
}

/// Finds the article on what opening costs. Two regulations cite what they say of sharing between
/// agencies, which is no rule for the public.
fn fees(policy: &PolicyProfile) -> Option<ArticleQuote> {
    let fees = &policy.rules.general.fees;
    let words: &[&str] = match fees.value {
        Fees::Free => &["开放", "费用"],
        Fees::PaidUseMayBeExplored => &["有偿使用"],
        Fees::FreeWithOperationProceeds => &["收益分配"],
    };
    ArticleQuote::speaking_of(&fees.ground, words)
}

/// Whether files may be taken without a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileAccess {
    /// At once.
    Free,
    /// Only under a grant.
    NeedsGrant,
    /// Not at all: the rules in force do not know opening to the public (`modules`).
    ModuleOff,
}

/// Returns the rule of listing.
pub(crate) fn listed(list_none: bool) -> Listed {
    if list_none {
        |state, class| visibility::is_publicly_listed(state, class, true)
    } else {
        |state, class| visibility::is_publicly_listed(state, class, false)
    }
}

/// Returns the rule of having a page.
fn shown(list_none: bool) -> Listed {
    if list_none {
        |state, class| visibility::has_public_page(state, class, true)
    } else {
        |state, class| visibility::has_public_page(state, class, false)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;

    #[track_caller]
    fn check(word: &str, expected: &[&str]) {
        let quote = ArticleQuote {
            title: "办法".to_owned(),
            number: 16,
            heading: "第十六条".to_owned(),
            paragraphs: vec![
                "公共数据分三类。可以提供给所有人的，列入无条件开放类；涉及隐私的，列入有条件开放类。".to_owned(),
                "有条件开放类应当写明条件。".to_owned(),
            ],
            link: "/rules/x#a16".to_owned(),
        };
        assert_eq!(quote.about(word).paragraphs, expected);
    }

    /// A quotation says what it is quoted for, in whole sentences.
    #[test]
    fn an_article_is_quoted_by_the_sentences_about_a_class() {
        let about_all = "可以提供给所有人的，列入无条件开放类；涉及隐私的，列入有条件开放类。";
        check("无条件开放", &[about_all]);
        check("有条件开放", &[about_all, "有条件开放类应当写明条件。"]);
        check(
            "不予开放",
            &[
                "公共数据分三类。可以提供给所有人的，列入无条件开放类；涉及隐私的，列入有条件开放类。",
                "有条件开放类应当写明条件。",
            ],
        );
    }

    #[test]
    fn only_a_cited_article_is_quoted() {
        let proposed = Ground::Proposed { reason: String::new(), reason_en: String::new() };
        assert_eq!(ArticleQuote::of(&proposed), None);
        let policy = PolicyProfile::load("aba").unwrap();
        let cited = ArticleQuote::of(&policy.rules.class.open_basis.ground).unwrap();
        assert_eq!((cited.number, cited.link.as_str()), (30, "/rules/aba#a30"));
    }
}
