//! Rules whose value has parts.

use kaishu_types::Lang;
use kaishu_types::vocabulary::CatalogueKind;
use toml::de::DeValue;

use super::value::{Fields, ReadValue, RuleValue, Years};
use super::vocabulary::{
    AttributionField, ClassGround, ClassStatement, DisputeStep, EntryCreator, MonitorRhythm,
    NormLevel, Party, ReviewStepKind, ReviewTrigger, ValidityStart, Work,
};

/// What must be stated for one class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassDemand {
    /// What must be stated; all of it.
    pub state: Vec<ClassStatement>,
    /// Levels of norm that count as a basis; any of them.
    pub norms: Vec<NormLevel>,
    /// The grounds there are; empty where the ground is stated freely.
    pub grounds: Vec<ClassGround>,
}

/// What must be stated for data that is not unconditional (CLS-03, CLS-04).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassBasis {
    /// For conditional data.
    pub conditional: ClassDemand,
    /// For data that is not opened or shared.
    pub none: ClassDemand,
}

/// How disputes on a class are settled, step by step (CLS-16).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisputeChain {
    /// Between the authority and an agency.
    pub with_authority: Vec<DisputeStep>,
    /// Between agencies.
    pub between_agencies: Vec<DisputeStep>,
}

/// Who compiles entries of each kind; any of them (CAT-04).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindCreators {
    /// Entries of a base register.
    pub base: Vec<EntryCreator>,
    /// Entries of a topic.
    pub topic: Vec<EntryCreator>,
    /// Entries of the agency's own business.
    pub business: Vec<EntryCreator>,
}

impl KindCreators {
    /// Lists who compiles entries of a kind.
    pub fn of(&self, kind: CatalogueKind) -> &[EntryCreator] {
        match kind {
            CatalogueKind::Base => &self.base,
            CatalogueKind::Topic => &self.topic,
            CatalogueKind::Business | CatalogueKind::Project | CatalogueKind::Individual => {
                &self.business
            }
        }
    }

    /// Whether somebody is named for registers or topics at all.
    pub fn names_bodies(&self) -> bool {
        [&self.base, &self.topic].into_iter().any(|it| it.contains(&EntryCreator::NamedBody))
    }
}

/// One step of the review before opening (REV-02).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewStep {
    /// What is done.
    pub step: ReviewStepKind,
    /// Who does it.
    pub by: Party,
    /// When it is needed.
    pub when: ReviewTrigger,
}

/// What results say of their data (USE-02).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributionRule {
    /// What must be said.
    pub fields: Vec<AttributionField>,
    /// On which works.
    pub on: Vec<Work>,
}

/// Who watches quality, how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QualityMonitor {
    /// Who.
    pub by: Vec<Party>,
    /// How often.
    pub rhythm: MonitorRhythm,
}

/// From when and for how long a regulation is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// From when.
    pub start: ValidityStart,
    /// For how long; without a term, until it is repealed.
    pub years: Option<Years>,
}

/// A rule that is a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl ReadValue for ClassDemand {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let mut fields = Fields::of(value)?;
        let demand = Self {
            state: fields.required("state")?,
            norms: fields.list("norms")?,
            grounds: fields.list("grounds")?,
        };
        fields.finish()?;
        let wants_basis = demand.state.iter().any(|statement| {
            matches!(statement, ClassStatement::Basis | ClassStatement::GroundOrBasis)
        });
        if wants_basis && demand.norms.is_empty() {
            return Err("`norms`: a basis is demanded, so name the norms that count".to_owned());
        }
        Ok(demand)
    }
}

impl RuleValue for ClassDemand {
    fn words(&self, lang: Lang) -> String {
        let mut words = self.state.words(lang);
        if !self.norms.is_empty() {
            words += &bracketed(lang, ("依据：", "basis: "), &self.norms.words(lang));
        }
        if !self.grounds.is_empty() {
            words += &bracketed(lang, ("理由：", "grounds: "), &self.grounds.words(lang));
        }
        words
    }

    fn raw(&self) -> String {
        format!(
            "state={} norms={} grounds={}",
            self.state.raw(),
            self.norms.raw(),
            self.grounds.raw()
        )
    }
}

fn bracketed(lang: Lang, (zh, en): (&str, &str), text: &str) -> String {
    lang.pick(format!("（{zh}{text}）"), format!(" ({en}{text})"))
}

impl ReadValue for ClassBasis {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let mut fields = Fields::of(value)?;
        let basis =
            Self { conditional: fields.required("conditional")?, none: fields.required("none")? };
        fields.finish()?;
        Ok(basis)
    }
}

impl RuleValue for ClassBasis {
    fn words(&self, lang: Lang) -> String {
        let (conditional, none) = (self.conditional.words(lang), self.none.words(lang));
        lang.pick(
            format!("有条件：{conditional}；不予：{none}"),
            format!("conditional: {conditional}; none: {none}"),
        )
    }

    fn raw(&self) -> String {
        format!("conditional[{}] none[{}]", self.conditional.raw(), self.none.raw())
    }
}

impl ReadValue for DisputeChain {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let mut fields = Fields::of(value)?;
        let chain = Self {
            with_authority: fields.required("with_authority")?,
            between_agencies: fields.required("between_agencies")?,
        };
        fields.finish()?;
        for (name, steps) in [
            ("with_authority", &chain.with_authority),
            ("between_agencies", &chain.between_agencies),
        ] {
            let is_once = |step: &DisputeStep| steps.iter().filter(|it| *it == step).count() == 1;
            if steps.first() != Some(&DisputeStep::Consultation) || steps.len() < 2 {
                return Err(format!("`{name}`: the sides consult first, then somebody decides"));
            }
            if !steps.iter().all(is_once) {
                return Err(format!("`{name}`: a step is taken once"));
            }
        }
        if chain.with_authority.contains(&DisputeStep::Authority) {
            return Err("`with_authority`: nobody decides a dispute of their own".to_owned());
        }
        Ok(chain)
    }
}

impl RuleValue for DisputeChain {
    fn words(&self, lang: Lang) -> String {
        let chain = |steps: &[DisputeStep]| {
            steps.iter().map(|step| step.label(lang)).collect::<Vec<_>>().join(" → ")
        };
        let (with_authority, between) =
            (chain(&self.with_authority), chain(&self.between_agencies));
        lang.pick(
            format!("主管部门与机构：{with_authority}；机构之间：{between}"),
            format!("authority and agency: {with_authority}; between agencies: {between}"),
        )
    }

    fn raw(&self) -> String {
        format!(
            "with_authority={} between_agencies={}",
            self.with_authority.raw(),
            self.between_agencies.raw()
        )
    }
}

impl ReadValue for KindCreators {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let mut fields = Fields::of(value)?;
        let creators = Self {
            base: fields.required("base")?,
            topic: fields.required("topic")?,
            business: fields.required("business")?,
        };
        fields.finish()?;
        for (name, who) in
            [("base", &creators.base), ("topic", &creators.topic), ("business", &creators.business)]
        {
            if who.is_empty() {
                return Err(format!("`{name}`: name who compiles such entries"));
            }
        }
        if creators.business.contains(&EntryCreator::NamedBody) {
            return Err("`business`: nobody is named for it; write `agency`".to_owned());
        }
        Ok(creators)
    }
}

impl RuleValue for KindCreators {
    fn words(&self, lang: Lang) -> String {
        let [base, topic, business] = [&self.base, &self.topic, &self.business].map(|it| {
            let names: Vec<_> = it.iter().map(|one| one.label(lang)).collect();
            names.join(lang.pick("或者", " or "))
        });
        lang.pick(
            format!("基础目录：{base}；主题目录：{topic}；业务目录：{business}"),
            format!("base: {base}; topic: {topic}; business: {business}"),
        )
    }

    fn raw(&self) -> String {
        format!(
            "base={} topic={} business={}",
            self.base.raw(),
            self.topic.raw(),
            self.business.raw()
        )
    }
}

impl ReadValue for ReviewStep {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let mut fields = Fields::of(value)?;
        let step = Self {
            step: fields.required("step")?,
            by: fields.required("by")?,
            when: fields.optional("when")?.unwrap_or(ReviewTrigger::Always),
        };
        fields.finish()?;
        Ok(step)
    }
}

impl RuleValue for ReviewStep {
    fn words(&self, lang: Lang) -> String {
        let (step, by) = (self.step.label(lang), self.by.label(lang));
        let when = match self.when {
            ReviewTrigger::Always => String::new(),
            trigger => lang.pick("；", "; ").to_owned() + trigger.label(lang),
        };
        lang.pick(format!("{step}（{by}{when}）"), format!("{step} ({by}{when})"))
    }

    fn raw(&self) -> String {
        format!("{}:{}:{}", self.step.as_str(), self.by.as_str(), self.when.as_str())
    }
}

impl ReadValue for AttributionRule {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let mut fields = Fields::of(value)?;
        let rule = Self { fields: fields.required("fields")?, on: fields.required("on")? };
        fields.finish()?;
        Ok(rule)
    }
}

impl RuleValue for AttributionRule {
    fn words(&self, lang: Lang) -> String {
        let (what, works) = (self.fields.words(lang), self.on.words(lang));
        lang.pick(format!("{works}须注明{what}"), format!("state {what} on: {works}"))
    }

    fn raw(&self) -> String {
        format!("fields={} on={}", self.fields.raw(), self.on.raw())
    }
}

impl ReadValue for QualityMonitor {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let mut fields = Fields::of(value)?;
        let monitor = Self { by: fields.required("by")?, rhythm: fields.required("rhythm")? };
        fields.finish()?;
        Ok(monitor)
    }
}

impl RuleValue for QualityMonitor {
    fn words(&self, lang: Lang) -> String {
        let (by, rhythm) = (self.by.words(lang), self.rhythm.label(lang));
        lang.pick(format!("{by}，{rhythm}"), format!("{by}, {rhythm}"))
    }

    fn raw(&self) -> String {
        format!("by={} rhythm={}", self.by.raw(), self.rhythm.as_str())
    }
}

impl ReadValue for Validity {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let mut fields = Fields::of(value)?;
        let validity = Self { start: fields.required("start")?, years: fields.optional("years")? };
        fields.finish()?;
        Ok(validity)
    }
}

impl RuleValue for Validity {
    fn words(&self, lang: Lang) -> String {
        let start = self.start.label(lang);
        match self.years {
            Some(years) => {
                let term = years.words(lang);
                lang.pick(format!("{start}，有效期 {term}"), format!("{start}, valid for {term}"))
            }
            None => start.to_owned(),
        }
    }

    fn raw(&self) -> String {
        let years = self.years.map(|years| years.raw()).unwrap_or_default();
        format!("start={} years={years}", self.start.as_str())
    }
}

impl ReadValue for Sentence {
    fn read(value: &DeValue<'_>) -> Result<Self, String> {
        let mut fields = Fields::of(value)?;
        let sentence = Self { zh: fields.text("zh")?, en: fields.text("en")? };
        fields.finish()?;
        Ok(sentence)
    }
}

impl RuleValue for Sentence {
    fn words(&self, lang: Lang) -> String {
        lang.pick(self.zh.clone(), self.en.clone())
    }

    fn raw(&self) -> String {
        self.zh.clone()
    }
}
