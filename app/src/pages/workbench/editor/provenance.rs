//! How the data was acquired and by what right, what it was assembled from, and what it is wanted for first.

use kaishu_domain::policy::RuleValue;
use kaishu_types::dataset::Acquisition;
use kaishu_types::vocabulary::CatalogueKind;
use leptos::prelude::*;

use super::fields::Form;
use crate::ui::fields::{Choice, area, line, options, select};

impl Form<'_> {
    pub(super) fn provenance(&self) -> AnyView {
        let told = &self.document.fields.provenance;
        let modes: Vec<Choice> = Acquisition::ALL
            .iter()
            .map(|it| (it.as_str().to_owned(), it.label(self.ctx.lang).to_owned()))
            .collect();
        let back = self.pick("该系统的数据已经回流", "That system gives the data back");
        let parts = vec![
            options(
                &self.label("acquisition", "数据获取方式", "How the data was acquired", ("", "")),
                "radio",
                &modes,
                |code| told.acquisition.is_some_and(|it| it.as_str() == code),
            ),
            area(
                &self.label(
                    "duty",
                    "法定职责和条款",
                    "Duty, with its article",
                    ("向他人收集的数据须填写", "For data that is collected from others"),
                ),
                2,
                told.duty.as_deref().unwrap_or_default(),
            ),
            area(
                &self.label(
                    "necessity",
                    "收集的必要性",
                    "Why it is needed",
                    ("种类和范围应当与职责相适应", "Kind and scope have to fit the duty"),
                ),
                2,
                told.necessity.as_deref().unwrap_or_default(),
            ),
            area(
                &self.label(
                    "collection_law",
                    "重复采集的法律依据",
                    "Law for collecting it again",
                    (
                        "其他单位已经可以共享的数据项，法律、法规另有规定才能再采集，请写明名称和条款",
                        "What others share already is collected again only by a law: name it, with its article",
                    ),
                ),
                2,
                &self.document.collection_law,
            ),
            line(
                &self.label(
                    "upper_system",
                    "国家、省级系统名称",
                    "System of the state or the province",
                    (
                        "数据存放在上级统一建设的系统时填写",
                        "Where the data is held in a system of a higher level",
                    ),
                ),
                "text",
                told.upper_system.as_deref().unwrap_or_default(),
            ),
            options(
                &self.label("flows_back", "数据回流", "Backflow", ("", "")),
                "checkbox",
                &[("1".to_owned(), back.to_owned())],
                |_| told.flows_back,
            ),
            area(
                &self.label(
                    "sources",
                    "来源目录编码",
                    "Codes of the entries it is assembled from",
                    (
                        "由多个数据集整合而成的，每行填一个编码；来源的开放类型变化时会提醒",
                        "One a line; you are told when the class of one of them changes",
                    ),
                ),
                3,
                &told.sources.join("\n"),
            ),
        ];
        self.section("h-provenance", "获取和来源", "How it came about", parts)
    }

    /// The kinds of entry that the rules in force know, and the one that the entry has.
    pub(super) fn kinds(&self) -> Vec<Choice> {
        let mut kinds = vec![CatalogueKind::Business, CatalogueKind::Topic, CatalogueKind::Base];
        let rules = &self.portal.policy().rules.catalogue;
        if rules.county_consent.value {
            kinds.push(CatalogueKind::Individual);
        }
        let chosen = self.document.fields.kind;
        if !kinds.contains(&chosen) {
            kinds.push(chosen);
        }
        let word = |it: &CatalogueKind| it.label(self.ctx.lang).to_owned();
        kinds.iter().map(|it| (it.as_str().to_owned(), word(it))).collect()
    }

    /// Who compiles which kind of entry, with the article (CAT-04).
    pub(super) fn creators(&self) -> String {
        let lang = self.ctx.lang;
        let rule = &self.portal.policy().rules.catalogue.creators;
        let article = rule.ground.words(lang);
        lang.pick(
            format!("{}（{article}）", rule.value.words(lang)),
            format!("{} ({article})", rule.value.words(lang)),
        )
    }

    /// The agreement that is signed before conditional data is used: the standard text, or one that the
    /// authority offers beside it.
    pub(super) fn agreement(&self) -> AnyView {
        let chosen = self.document.fields.open.agreement.as_deref().unwrap_or_default();
        let standard = self.pick("标准使用协议", "Standard usage agreement").to_owned();
        let mut texts = vec![("standard".to_owned(), standard)];
        texts.extend(self.terms("agreement", chosen));
        select(
            &self.label(
                "agreement",
                "使用协议文本",
                "Agreement",
                (
                    "有条件开放的选择；申请人签署后才能获取",
                    "For conditional data: signed before it is given",
                ),
            ),
            self.pick("请选择", "Choose"),
            &texts,
            chosen,
        )
    }

    /// The priority topics (CLS-11).
    pub(super) fn priority(&self) -> AnyView {
        let chosen = &self.document.fields.priority;
        let directory = self.portal.directory();
        let terms = directory.vocabulary("priority");
        let terms = terms.filter(|term| chosen.contains(&term.code) || !directory.is_retired(term));
        let topics: Vec<Choice> =
            terms.map(|term| (term.code.clone(), term.label(self.ctx.lang).to_owned())).collect();
        if topics.is_empty() {
            return ().into_any();
        }
        options(
            &self.label("priority", "重点领域", "Priority topics", ("", "")),
            "checkbox",
            &topics,
            |code| chosen.iter().any(|it| it == code),
        )
    }
}
