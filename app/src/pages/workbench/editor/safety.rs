//! What may be too sensitive to open, what was done about it, and the questions of the assessment.

use kaishu_portal::administration::GradingView;
use kaishu_types::draft::{Choice as Chosen, Processing, Sensitivity, TriggerQuestion};
use kaishu_types::oversight::{TIED_TO, Tie};
use leptos::prelude::*;

use super::fields::Form;
use crate::ui::fields::{Choice, Label, area, options, select};

impl Form<'_> {
    /// Asks what the data is tied to, where a rule gives its share class (CLS-17).
    pub(super) fn tied(&self) -> Option<AnyView> {
        if !self.portal.policy().rules.class.share_ties.value {
            return None;
        }
        let lang = self.ctx.lang;
        let ties: Vec<Choice> =
            Tie::ALL.iter().map(|it| (it.to_string(), it.label(lang).to_owned())).collect();
        let known = self.document.fields.extras.get(TIED_TO).map(String::as_str);
        let label = self.label("tied_to", "数据涉及", "The data is tied to", ("", ""));
        let choose = self.pick("请选择", "Choose");
        Some(select(&label, choose, &ties, known.unwrap_or_default()))
    }

    /// The label of the security level, with the grading rules in force (CLS-12).
    fn graded(&self) -> Label {
        let lang = self.ctx.lang;
        let rules = self.portal.grading_in_force(lang);
        let rule = |it: &GradingView| {
            let (level, applies) = (it.rule.level, it.rule.applies.label(lang));
            let theme = it.theme.as_deref().unwrap_or_default();
            let text = &it.rule.text;
            lang.pick(
                format!("第 {level} 级：{theme}{applies}，{text}"),
                format!("{level}: {applies} {theme} ({text})"),
            )
        };
        let rules: Vec<String> = rules.iter().map(rule).collect();
        let mut label = self.label("security_level", "安全级别", "Security level", ("", ""));
        if !rules.is_empty() {
            let rules = rules.join(lang.pick("；", "; "));
            label.hint = Some(lang.pick(
                format!("不低于分级规则中的最高级别。{rules}"),
                format!("Not below the highest of the grading rules: {rules}"),
            ));
        }
        label
    }

    pub(super) fn safety(&self) -> AnyView {
        let document = self.document;
        let levels: Vec<Choice> = (1..=4_u8)
            .map(|level| {
                (
                    level.to_string(),
                    self.pick("第 N 级", "Level N").replace('N', &level.to_string()),
                )
            })
            .collect();
        let level = match document.chosen.contains(&Chosen::SecurityLevel) {
            true => document.fields.security_level.to_string(),
            false => String::new(),
        };
        let flags: Vec<Choice> = Sensitivity::ALL
            .iter()
            .map(|it| (it.as_str().to_owned(), it.label(self.ctx.lang).to_owned()))
            .collect();
        let processing: Vec<Choice> = Processing::ALL
            .iter()
            .map(|it| (it.as_str().to_owned(), it.label(self.ctx.lang).to_owned()))
            .collect();
        let questions: Vec<Choice> = TriggerQuestion::ALL
            .iter()
            .map(|it| (it.as_str().to_owned(), it.label(self.ctx.lang).to_owned()))
            .collect();
        let has = |code: &str| document.sensitivity.iter().any(|it| it.as_str() == code);
        let is_yes = |code: &str| document.triggers.iter().any(|it| it.as_str() == code);
        let parts = vec![
            select(&self.graded(), self.pick("请选择", "Choose"), &levels, &level),
            options(
                &self.label(
                    "sensitivity",
                    "数据中含有",
                    "The data holds",
                    (
                        "国家秘密不得在本平台编目，选中后内容不会保存",
                        "State secrets must not be here: nothing is saved then",
                    ),
                ),
                "checkbox",
                &flags,
                has,
            ),
            area(
                &self.label(
                    "relaxed_by",
                    "脱密脱敏处理记录，或者权利人同意书",
                    "Record of processing, or the rights holder's consent",
                    ("含有上述内容又需要开放的填写", "Where such data is to be opened"),
                ),
                2,
                &document.relaxed_by,
            ),
            options(
                &self.label(
                    "processing",
                    "上传前做过的处理",
                    "Done to the data before",
                    (
                        "有新文件的必填；没有处理的，选“未作处理”。随目录记录在案，写明办理人",
                        "Required with new files; where nothing was done, say so. It stays on record with the name of whoever did it",
                    ),
                ),
                "checkbox",
                &processing,
                |code| document.processing.iter().any(|it| it.as_str() == code),
            ),
            options(
                &self.label(
                    "triggers",
                    "评估：以下情形选“是”的打勾，会增加相应的审查环节",
                    "Assessment: tick what applies; each adds a step to the review",
                    ("", ""),
                ),
                "checkbox",
                &questions,
                is_yes,
            ),
        ];
        self.section("h-safety", "安全和评估", "Safety", parts)
    }
}
