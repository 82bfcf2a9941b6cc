//! Who may put which entry into the catalogue: what depends on more than the entry itself (CAT-04, CAT-06, CAT-11,
//! PUB-15, PUB-16). What it depends on is looked up elsewhere and given here.

use kaishu_types::dataset::Acquisition;
use kaishu_types::draft::DraftDocument;
use kaishu_types::vocabulary::{CatalogueKind, OrganizationKind, RegionLevel};

use crate::cases::Step;
use crate::entry::EntryFault;
use crate::policy::{
    EntryCreator, Party, PolicyProfile, ReviewStep, ReviewStepKind, ReviewTrigger,
};

/// A name in Chinese and in English.
pub type Names = (String, String);

/// Somebody with a page: code and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// Code of the organization.
    pub code: String,
    /// Its name.
    pub name: Names,
}

/// Who compiles the register or topic of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compilers {
    /// What people call the register or topic; none where the entry names none.
    pub subject: Option<Names>,
    /// Those that the authority named for it.
    pub named: Vec<Body>,
    /// The authority of the highest region that the entry belongs to.
    pub upper: Option<Body>,
}

/// Says why an entry of its kind is not its provider's to compile; `None` where it is (CAT-04).
pub fn check_creator(
    profile: &PolicyProfile,
    entry: &DraftDocument,
    known: &Compilers,
) -> Option<EntryFault> {
    let rule = &profile.rules.catalogue.creators;
    let kind = entry.fields.kind;
    let creators = rule.value.of(kind);
    let is = |body: &Body| body.code == entry.organization;
    let is_entitled = |creator: &EntryCreator| match creator {
        EntryCreator::Agency => true,
        EntryCreator::NamedBody => known.named.iter().any(is),
        EntryCreator::UpperAuthority => known.upper.as_ref().is_some_and(is),
    };
    if creators.iter().any(is_entitled) {
        return None;
    }
    let rule = ("catalogue.creators", rule);
    let Some(subject) = &known.subject else {
        // A base entry that names no register of the list is told of that by itself.
        let text =
            ("主题目录须选择数据领域".to_owned(), "choose the domain of the topic".to_owned());
        return (kind == CatalogueKind::Topic).then(|| EntryFault::new("theme", text, rule));
    };
    let may_be_named = creators.contains(&EntryCreator::NamedBody);
    let words = creator_words(kind, subject, known, may_be_named);
    let mut fault = EntryFault::new("kind", words, rule);
    fault.link = known.upper.as_ref().map(|it| format!("/organizations/{}", it.code));
    Some(fault)
}

/// Says who compiles such entries, what would satisfy the rule, and where to go.
fn creator_words(
    kind: CatalogueKind,
    subject: &Names,
    known: &Compilers,
    may_be_named: bool,
) -> Names {
    let list = |pick: fn(&Names) -> &String, comma: &str| {
        let names: Vec<&str> = known.named.iter().map(|it| pick(&it.name).as_str()).collect();
        names.join(comma)
    };
    let upper = known.upper.as_ref().map(|it| it.name.clone());
    let (upper_zh, upper_en) =
        upper.unwrap_or_else(|| ("数据主管部门".to_owned(), "the data authority".to_owned()));
    let kind_zh = kind.label(kaishu_types::Lang::Zh);
    let (who_zh, who_en) = match (known.named.is_empty(), may_be_named) {
        (_, false) => (format!("由{upper_zh}编制"), format!("is compiled by {upper_en}")),
        (true, true) => {
            ("还没有登记编制部门".to_owned(), "has no body that compiles it yet".to_owned())
        }
        (false, true) => (
            format!("由{}编制", list(|it| &it.0, "、")),
            format!("is compiled by {}", list(|it| &it.1, ", ")),
        ),
    };
    let (way_zh, way_en) = match may_be_named {
        true => (
            format!("请向{upper_zh}申请登记为编制部门"),
            format!("ask {upper_en} to name your organization"),
        ),
        false => (format!("请交{upper_zh}编制"), format!("hand it to {upper_en}")),
    };
    (
        format!("“{}”{kind_zh}{who_zh}。{way_zh}，或者改选业务目录", subject.0),
        format!("`{}` {who_en}; {way_en}, or make it a business entry", subject.1),
    )
}

/// A data item that an entry of another agency provides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provided {
    /// Label of the item.
    pub label: String,
    /// Code of the entry.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Its provider.
    pub organization: Names,
    /// Whether everybody may see its page.
    pub is_public: bool,
}

/// Whether what an entry takes from others is looked at for being there already (PUB-15).
pub fn is_looked_up(profile: &PolicyProfile, entry: &DraftDocument) -> bool {
    let is_collected = entry.fields.provenance.acquisition.is_some_and(Acquisition::is_collection);
    profile.rules.catalogue.one_source.value
        && is_collected
        && entry.collection_law.trim().is_empty()
}

/// Says which items of an entry are collected although they can be had by sharing (PUB-15).
pub fn check_sources(
    profile: &PolicyProfile,
    entry: &DraftDocument,
    provided: &[Provided],
) -> Vec<EntryFault> {
    if !is_looked_up(profile, entry) {
        return Vec::new();
    }
    let rule = ("catalogue.one_source", &profile.rules.catalogue.one_source);
    let fault = |it: &Provided| {
        let Provided { label, code, title, organization, .. } = it;
        let (zh, en) = organization;
        // An entry that is not public is not told by its name: whoever needs it asks its provider.
        let from = match it.is_public {
            true => (format!("{zh}的“{title}”（{code}）"), format!("`{title}` ({code}) of {en}")),
            false => (zh.clone(), en.clone()),
        };
        let text = (
            format!(
                "数据项“{label}”可以从{}共享取得，不得重复采集。请删去这一项；\
                 法律、法规另有规定的，在“重复采集的法律依据”写明",
                from.0
            ),
            format!(
                "`{label}` can be had from {}: take it out, or cite the law that has it collected again",
                from.1
            ),
        );
        let link = it.is_public.then(|| format!("/datasets/{code}"));
        EntryFault { link, ..EntryFault::new("collection_law", text, rule) }
    };
    provided.iter().map(fault).collect()
}

/// Says whether the authorisation of a stationed agency is missing (PUB-16).
pub fn check_authorisation(
    profile: &PolicyProfile,
    provider: Option<OrganizationKind>,
    is_attached: bool,
) -> Option<EntryFault> {
    let rule = &profile.rules.catalogue.stationed_authorisation;
    let is_demanded = rule.value && provider == Some(OrganizationKind::StationedAgency);
    if !is_demanded || is_attached {
        return None;
    }
    let text = (
        "派驻机构的数据，须附上本机构盖章的书面授权文件".to_owned(),
        "attach the written authorisation of the stationed agency".to_owned(),
    );
    Some(EntryFault::new("authorisation", text, ("catalogue.stationed_authorisation", rule)))
}

/// What an individual entry of a county depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct County {
    /// The level of the region of the entry.
    pub level: Option<RegionLevel>,
    /// Whether the provider is the authority of that region.
    pub is_authority: bool,
    /// What the authority of the region above is called.
    pub above: Option<Names>,
    /// Entries of the region above that are alike: code and title.
    pub alike: Vec<(String, String)>,
}

/// Whether the authority above has to agree to an entry (CAT-11).
pub fn needs_consent(profile: &PolicyProfile, entry: &DraftDocument) -> bool {
    profile.rules.catalogue.county_consent.value && entry.fields.kind == CatalogueKind::Individual
}

/// The check of the catalogue that the profile's approver makes after the steps of its review, where none of them is
/// the approver's (CAT-06, yulin 6, 8): entries of a county are checked by its authority where the profile says so.
pub fn approver_step(profile: &PolicyProfile, level: Option<RegionLevel>) -> Option<Step> {
    let approvers = &profile.rules.catalogue.approver.value;
    let is_there =
        |step: &ReviewStep| step.when == ReviewTrigger::Always && approvers.contains(&step.by);
    if profile.rules.review.steps.value.iter().any(is_there) {
        return None;
    }
    let is_county = |party: &Party| *party == Party::CountyAuthority;
    let is_of_county = level.is_some_and(|level| level >= RegionLevel::County);
    let fits = |party: &&Party| is_county(party) == is_of_county;
    let by = approvers.iter().find(fits).or(approvers.first())?;
    Some(Step::new(ReviewStepKind::CatalogueCheck, *by))
}

/// Says what stands against an individual entry of a county (CAT-11).
pub fn check_individual(
    profile: &PolicyProfile,
    entry: &DraftDocument,
    known: &County,
) -> Vec<EntryFault> {
    if entry.fields.kind != CatalogueKind::Individual {
        return Vec::new();
    }
    let rule = ("catalogue.county_consent", &profile.rules.catalogue.county_consent);
    let one =
        |zh: &str, en: &str| vec![EntryFault::new("kind", (zh.to_owned(), en.to_owned()), rule)];
    if !profile.rules.catalogue.county_consent.value {
        return one(
            "现行规则没有个性化目录，请改选业务目录",
            "the rules in force know no individual entries; make it a business entry",
        );
    }
    if known.level != Some(RegionLevel::County) || !known.is_authority {
        return one(
            "个性化目录由县（市）数据主管部门编制，其他单位请改选业务目录",
            "an individual entry is compiled by the data authority of a county; make it a business entry",
        );
    }
    let alike = known.alike.iter().map(|(code, title)| {
        let (above_zh, above_en) = known.above.clone().unwrap_or_default();
        let text = (
            format!("{above_zh}目录已有“{title}”（{code}），不能再编制个性化目录，请使用这份目录"),
            format!("the catalogue of {above_en} has `{title}` ({code}); use that entry"),
        );
        let link = Some(format!("/datasets/{code}"));
        EntryFault { link, ..EntryFault::new("title", text, rule) }
    });
    alike.collect()
}
