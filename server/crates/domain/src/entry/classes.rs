//! What the classes for opening and sharing demand to be stated (CLS-05 to CLS-08).

use kaishu_types::Lang;
use kaishu_types::dataset::LegalBasis;
use kaishu_types::draft::Choice;
use kaishu_types::material::MaterialKind;
use kaishu_types::vocabulary::{OpenClass, ShareClass};

use super::{Check, Words, words};
use crate::policy::{ClassDemand, ClassStatement, NormLevel};

impl Check<'_> {
    pub(super) fn open_class(&mut self) {
        if !self.entry.chosen.contains(&Choice::OpenClass) {
            return;
        }
        let profile = self.profile;
        let rule = &profile.rules.class.open_basis;
        let open = &self.entry.fields.open;
        let demand = match open.class {
            OpenClass::Unconditional => return,
            OpenClass::Conditional => &rule.value.conditional,
            OpenClass::None => &rule.value.none,
        };
        let stated = Stated {
            grounds: &open.grounds,
            reason: open.reason.as_deref().unwrap_or_default(),
            basis: &open.basis,
            conditions: &open.conditions,
        };
        for (statement, text) in unmet(demand, &stated) {
            let field = match statement {
                ClassStatement::Ground | ClassStatement::GroundOrBasis => "open_grounds",
                ClassStatement::Basis => "open_basis",
                ClassStatement::Conditions => "open_conditions",
            };
            self.fault(field, text, "class.open_basis", rule);
        }
        if open.class == OpenClass::Conditional {
            self.conditional_terms();
        }
    }

    /// What a conditional entry says besides (CLS-08).
    fn conditional_terms(&mut self) {
        let profile = self.profile;
        let fields = &self.entry.fields;
        let is_empty =
            |text: &Option<String>| text.as_deref().is_none_or(|text| text.trim().is_empty());
        let demands = [
            ("open_modes", fields.open.modes.is_empty(), words("写明开放方式", "state the mode")),
            (
                "usage_requirements",
                is_empty(&fields.usage_requirements),
                words("写明使用要求", "state the usage requirements"),
            ),
            (
                "open_conditions",
                fields.open.conditions.is_empty(),
                words("写明开放条件", "state the conditions"),
            ),
            (
                "open_materials",
                fields.open.materials.iter().any(|it| it.parse::<MaterialKind>().is_err()),
                words("只能要求词表中有的材料", "demand only materials that the vocabulary has"),
            ),
            (
                "security_measures",
                is_empty(&fields.open.security_measures),
                words("写明安全保障措施", "state the security measures"),
            ),
        ];
        if is_empty(&fields.open.agreement) {
            let text = words("选择使用协议文本", "choose the agreement that is signed");
            self.fault("agreement", text, "agreement.docs", &profile.rules.agreement.docs);
        }
        for (field, is_missing, text) in demands {
            let is_told = self.faults.iter().any(|fault| fault.field == field);
            if is_missing && !is_told {
                self.fault(field, text, "class.open_basis", &profile.rules.class.open_basis);
            }
        }
    }

    pub(super) fn share_class(&mut self) {
        if !self.entry.chosen.contains(&Choice::ShareClass) {
            return;
        }
        let profile = self.profile;
        let rule = &profile.rules.class.share_basis;
        let share = &self.entry.fields.share;
        let demand = match share.class {
            ShareClass::Unconditional => return,
            ShareClass::Conditional => &rule.value.conditional,
            ShareClass::None => &rule.value.none,
        };
        let reason = self.entry.fields.extras.get("share_reason").map(String::as_str);
        let stated = Stated {
            grounds: &[],
            reason: reason.unwrap_or_default(),
            basis: &share.basis,
            conditions: &share.conditions,
        };
        for (statement, text) in unmet(demand, &stated) {
            let field = match statement {
                ClassStatement::Ground => "share_reason",
                ClassStatement::Basis | ClassStatement::GroundOrBasis => "share_basis",
                ClassStatement::Conditions => "share_conditions",
            };
            self.fault(field, text, "class.share_basis", rule);
        }
    }
}

/// What is stated for a class.
struct Stated<'a> {
    grounds: &'a [String],
    reason: &'a str,
    basis: &'a [LegalBasis],
    conditions: &'a [String],
}

/// Lists what a class demands and is not stated, with what would be right.
fn unmet(demand: &ClassDemand, stated: &Stated<'_>) -> Vec<(ClassStatement, Words)> {
    let is_listed =
        |ground: &&String| demand.grounds.iter().any(|it| it.as_str() == ground.as_str());
    let has_ground = match demand.grounds.is_empty() {
        true => !stated.reason.trim().is_empty() || !stated.grounds.is_empty(),
        false => stated.grounds.iter().any(|ground| is_listed(&ground)),
    };
    let counts = |basis: &LegalBasis| {
        let is_level = demand.norms.iter().any(|norm| norm.as_str() == basis.level);
        let article = basis.article.as_deref().unwrap_or_default();
        is_level && !basis.title.trim().is_empty() && !article.trim().is_empty()
    };
    let has_basis = stated.basis.iter().any(counts);
    let has_conditions = stated.conditions.iter().any(|it| !it.trim().is_empty());
    let list = |lang: Lang| {
        let grounds: Vec<_> = demand.grounds.iter().map(|it| it.label(lang)).collect();
        grounds.join(lang.pick("、", ", "))
    };
    let norms = |lang: Lang| {
        let norms: Vec<_> = demand.norms.iter().map(|it: &NormLevel| it.label(lang)).collect();
        norms.join(lang.pick("、", ", "))
    };
    let ground_words = || match demand.grounds.is_empty() {
        true => words("说明理由", "state the ground"),
        false => (
            format!("从列出的理由中选择：{}", list(Lang::Zh)),
            format!("choose among the grounds: {}", list(Lang::En)),
        ),
    };
    let basis_words = || {
        (
            format!("写明依据的名称和条款，层级为{}", norms(Lang::Zh)),
            format!("name the basis and its article; levels that count: {}", norms(Lang::En)),
        )
    };
    let mut unmet = Vec::new();
    for statement in &demand.state {
        let (is_met, text) = match statement {
            ClassStatement::Ground => (has_ground, ground_words()),
            ClassStatement::Basis => (has_basis, basis_words()),
            ClassStatement::GroundOrBasis => {
                let (ground, basis) = (ground_words(), basis_words());
                let text = (
                    format!("{}；或者{}", ground.0, basis.0),
                    format!("{}; or {}", ground.1, basis.1),
                );
                (has_ground || has_basis, text)
            }
            ClassStatement::Conditions => {
                (has_conditions, words("写明条件", "state the conditions"))
            }
        };
        if !is_met {
            unmet.push((*statement, text));
        }
    }
    unmet
}
