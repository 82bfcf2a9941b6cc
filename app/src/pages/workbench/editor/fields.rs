//! The catalogue fields of the editor, in the order in which a person thinks of them.

use kaishu_domain::policy::{ClassGround, NormLevel};
use kaishu_portal::Portal;
use kaishu_portal::publishing::DraftView;
use kaishu_types::dataset::LegalBasis;
use kaishu_types::draft::{ChangeBasis, Choice as Chosen, DraftDocument};
use kaishu_types::vocabulary::{Frequency, OpenClass, ShareClass};
use leptos::prelude::*;

use super::guided;
use super::read::Unread;
use crate::ctx::Ctx;
use crate::ui::fields::{Choice, Label, area, line, options, select};
use crate::ui::heading::section_head;

/// Rows for a basis that are offered beside those that are filled.
const SPARE_BASES: usize = 1;

/// The form with everything it shows.
pub(super) struct Form<'a> {
    pub(super) ctx: &'a Ctx,
    pub(super) portal: &'a Portal,
    pub(super) draft: &'a DraftView,
    /// What is shown: what is stored, or what was typed and could not be saved.
    pub(super) document: &'a DraftDocument,
    pub(super) shows_faults: bool,
    /// What was typed and cannot be read: it stays in its field, with what is wrong.
    pub(super) unread: &'a [Unread],
}

/// The codes of ways in which data is opened or shared.
pub(super) const OPEN_MODES: [(&str, &str, &str); 3] = [
    ("download", "下载", "Download"),
    ("api", "接口调用", "API"),
    ("query_verify", "查询核验", "Query and verify"),
];
pub(super) const SHARE_MODES: [(&str, &str, &str); 4] = [
    ("file", "文件交换", "Files"),
    ("table_exchange", "库表交换", "Table exchange"),
    ("api", "接口调用", "API"),
    ("query_verify", "查询核验", "Query and verify"),
];
pub(super) const DATA_FORMS: [(&str, &str, &str); 9] = [
    ("text", "文字", "Text"),
    ("number", "数字", "Numbers"),
    ("table", "图表", "Tables and charts"),
    ("image", "图像", "Images"),
    ("audio", "音频", "Audio"),
    ("video", "视频", "Video"),
    ("e_certificate", "电子证照", "Electronic certificates"),
    ("e_archive", "电子档案", "Electronic archives"),
    ("document", "文件资料", "Documents"),
];

impl Form<'_> {
    pub(super) fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        self.ctx.lang.pick(zh, en)
    }

    /// What is missing of a field, once it was asked for.
    pub(super) fn faults(&self, name: &str) -> Vec<String> {
        let faults = self.draft.faults.iter().filter(|it| self.shows_faults && it.field == name);
        let faults = faults.map(|fault| format!("{}（{}）", fault.message, fault.article));
        let unread = self.unread.iter().filter(|it| it.fault.field == name);
        faults.chain(unread.map(|it| it.fault.message.clone())).collect()
    }

    /// What was typed into a field and cannot be read; what the entry has otherwise.
    fn typed(&self, name: &str, own: String) -> String {
        let unread = self.unread.iter().find(|it| it.fault.field == name);
        unread.map_or(own, |it| it.text.clone())
    }

    pub(super) fn label(&self, name: &str, zh: &str, en: &str, hint: (&str, &str)) -> Label {
        let hint = self.pick(hint.0, hint.1);
        Label {
            name: name.to_owned(),
            text: self.pick(zh, en).to_owned(),
            hint: (!hint.is_empty()).then(|| hint.to_owned()),
            faults: self.faults(name),
            said: guided::notes(self.ctx.lang, self.draft, name),
        }
    }

    fn line(&self, name: &str, zh: &str, en: &str, value: Option<&str>) -> AnyView {
        line(&self.label(name, zh, en, ("", "")), "text", value.unwrap_or_default())
    }

    fn choices(&self, list: &[(&str, &str, &str)]) -> Vec<Choice> {
        list.iter().map(|it| (it.0.to_owned(), self.pick(it.1, it.2).to_owned())).collect()
    }

    /// The terms of a vocabulary that the authority offers, and the one that the entry has.
    pub(super) fn terms(&self, vocabulary: &str, chosen: &str) -> Vec<Choice> {
        let directory = self.portal.directory();
        let terms = directory.vocabulary(vocabulary);
        let terms = terms.filter(|term| term.code == chosen || !directory.is_retired(term));
        terms.map(|term| (term.code.clone(), term.label(self.ctx.lang).to_owned())).collect()
    }

    pub(super) fn section(
        &self,
        id: &'static str,
        zh: &'static str,
        en: &'static str,
        parts: Vec<AnyView>,
    ) -> AnyView {
        view! {
            <section aria-labelledby=id class="mb-12 max-w-[44rem]">
                {section_head(id, self.ctx.lang.pick(zh, en))}
                {parts}
            </section>
        }
        .into_any()
    }

    /// Draws all sections but the data items.
    pub(super) fn draw(&self) -> AnyView {
        view! { {self.basics()} {self.origin()} {self.provenance()} {self.opening()} {self.sharing()} {self.safety()} }
            .into_any()
    }

    fn basics(&self) -> AnyView {
        let fields = &self.document.fields;
        let is_chosen = |choice| self.document.chosen.contains(&choice);
        let frequencies: Vec<Choice> = Frequency::ALL
            .iter()
            .map(|it| (it.as_str().to_owned(), it.label(self.ctx.lang).to_owned()))
            .collect();
        let kinds = self.kinds();
        let bases: Vec<Choice> = self
            .portal
            .policy()
            .rules
            .general
            .base_dbs
            .value
            .iter()
            .map(|it| (it.as_str().to_owned(), it.label(self.ctx.lang).to_owned()))
            .collect();
        let creators = self.creators();
        let none = self.pick("请选择", "Choose");
        let frequency = if is_chosen(Chosen::Frequency) { fields.frequency.as_str() } else { "" };
        let keywords = fields.keywords.join("、");
        let day =
            |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let parts = vec![
            self.line("title", "名称", "Title", Some(&fields.title)),
            self.line(
                "title_en",
                "英文名称（可不填）",
                "English title (optional)",
                fields.title_en.as_deref(),
            ),
            area(
                &self.label(
                    "summary",
                    "数据摘要",
                    "Summary",
                    (
                        "写明有什么、从哪里来、覆盖哪里和哪段时间",
                        "What is in it, where it comes from, which place and time it covers",
                    ),
                ),
                5,
                &fields.summary,
            ),
            line(
                &self.label(
                    "keywords",
                    "关键词",
                    "Keywords",
                    ("用顿号或者逗号分开", "Separated by commas"),
                ),
                "text",
                &keywords,
            ),
            select(
                &self.label("theme", "数据领域", "Domain", ("", "")),
                none,
                &self.terms("theme", &fields.theme),
                &fields.theme,
            ),
            select(
                &self.label(
                    "frequency",
                    "更新频率",
                    "Update frequency",
                    (
                        "更新日期按这里推算，逾期会标明",
                        "The next date follows from it; what is late is marked",
                    ),
                ),
                none,
                &frequencies,
                frequency,
            ),
            options(
                &self.label("kind", "目录类型", "Kind of entry", (&creators, &creators)),
                "radio",
                &kinds,
                |code| fields.kind.as_str() == code,
            ),
            select(
                &self.label(
                    "base_db",
                    "所属基础数据库（基础目录填写）",
                    "Base register (for base entries)",
                    ("", ""),
                ),
                none,
                &bases,
                fields.base_db.as_deref().unwrap_or_default(),
            ),
            self.line(
                "record_key",
                "记录主键（按记录更新时填写，数据项名称）",
                "Record key (names of data items, where records are changed one by one)",
                Some(&fields.record_key.join("、")),
            ),
            select(
                &self.label("licence", "开放授权协议", "Licence", ("", "")),
                none,
                &self.terms("licence", &fields.licence),
                &fields.licence,
            ),
            self.priority(),
            self.line("spatial", "覆盖地区", "Place covered", fields.spatial.as_deref()),
            line(
                &self.label("temporal_start", "覆盖时间：从", "Time covered: from", ("", "")),
                "date",
                &self.typed("temporal_start", day(fields.temporal_start)),
            ),
            line(
                &self.label("temporal_end", "到", "Until", ("", "")),
                "date",
                &self.typed("temporal_end", day(fields.temporal_end)),
            ),
        ];
        self.section("h-basics", "基本信息", "What it is", parts)
    }

    fn origin(&self) -> AnyView {
        let fields = &self.document.fields;
        let has_form = |code: &str| fields.data_form.iter().any(|it| it == code);
        let parts = vec![
            self.line("source", "数据来源", "Source", fields.source.as_deref()),
            self.line(
                "source_system",
                "来源系统",
                "Source system",
                fields.source_system.as_deref(),
            ),
            self.line(
                "business_matter",
                "业务事项",
                "Business matter",
                fields.business_matter.as_deref(),
            ),
            self.line(
                "mgmt_responsibility",
                "管理职责",
                "Management duty",
                fields.mgmt_responsibility.as_deref(),
            ),
            self.line("collector", "采集部门", "Collector", fields.collector.as_deref()),
            self.line("certifier", "核准部门", "Certifier", fields.certifier.as_deref()),
            self.line("classification", "分类", "Classification", fields.classification.as_deref()),
            options(
                &self.label("data_form", "数据形式", "Form of the data", ("", "")),
                "checkbox",
                &self.choices(&DATA_FORMS),
                has_form,
            ),
            self.line(
                "contact",
                "联系人（岗位和电话）",
                "Contact (post and telephone)",
                fields.contact.as_deref(),
            ),
        ];
        self.section("h-origin", "来源和责任", "Where it comes from", parts)
    }

    fn opening(&self) -> AnyView {
        let open = &self.document.fields.open;
        let is_chosen = self.document.chosen.contains(&Chosen::OpenClass);
        let classes: Vec<Choice> = OpenClass::ALL
            .iter()
            .map(|it| (it.as_str().to_owned(), it.label(self.ctx.lang).to_owned()))
            .collect();
        let rule = &self.portal.policy().rules.class.open_basis;
        let mut grounds: Vec<Choice> = Vec::new();
        for ground in rule.value.conditional.grounds.iter().chain(&rule.value.none.grounds) {
            if *ground != ClassGround::StateSecret {
                grounds.push((ground.as_str().to_owned(), ground.label(self.ctx.lang).to_owned()));
            }
        }
        let default = self.portal.policy().rules.class.open_default.value.label(self.ctx.lang);
        let hint_zh = format!("没有不开放的理由和依据的，建议“{default}”。请选择并确认");
        let hint_en = format!("Without a ground against it, “{default}” is proposed. Choose one");
        let has_ground = |code: &str| open.grounds.iter().any(|it| it == code);
        let has_mode = |code: &str| open.modes.iter().any(|it| it == code);
        let mut parts = vec![options(
            &self.label("open_class", "开放类型", "Open class", (&hint_zh, &hint_en)),
            "radio",
            &classes,
            |code| is_chosen && open.class.as_str() == code,
        )];
        if !grounds.is_empty() {
            parts.push(options(
                &self.label(
                    "open_grounds",
                    "列入理由",
                    "Grounds",
                    ("有条件开放、不予开放时选择", "For conditional and not open"),
                ),
                "checkbox",
                &grounds,
                has_ground,
            ));
        }
        parts.extend([
            area(
                &self.label("open_reason", "理由说明", "Reason", ("", "")),
                2,
                open.reason.as_deref().unwrap_or_default(),
            ),
            self.bases("open_basis", "开放依据", "Legal basis", &open.basis),
            area(
                &self.label(
                    "open_conditions",
                    "开放条件",
                    "Conditions",
                    (
                        "每行一条；审核时只能按这里写明的条件",
                        "One a line; nobody can ask for more than these",
                    ),
                ),
                3,
                &open.conditions.join("\n"),
            ),
            options(
                &self.label("open_modes", "开放方式", "Modes", ("", "")),
                "checkbox",
                &self.choices(&OPEN_MODES),
                has_mode,
            ),
            self.materials(),
            area(
                &self.label("usage_requirements", "使用要求", "Usage requirements", ("", "")),
                2,
                self.document.fields.usage_requirements.as_deref().unwrap_or_default(),
            ),
            area(
                &self.label("security_measures", "安全保障措施", "Security measures", ("", "")),
                2,
                open.security_measures.as_deref().unwrap_or_default(),
            ),
            self.agreement(),
        ]);
        self.section("h-opening", "开放", "Opening", parts)
    }

    fn sharing(&self) -> AnyView {
        let share = &self.document.fields.share;
        let is_chosen = self.document.chosen.contains(&Chosen::ShareClass);
        let classes: Vec<Choice> = ShareClass::ALL
            .iter()
            .map(|it| (it.as_str().to_owned(), it.label(self.ctx.lang).to_owned()))
            .collect();
        let has_mode = |code: &str| share.modes.iter().any(|it| it == code);
        let reason = self.document.fields.extras.get("share_reason").map(String::as_str);
        let mut parts = vec![
            options(
                &self.label("share_class", "共享类型", "Share class", ("", "")),
                "radio",
                &classes,
                |code| is_chosen && share.class.as_str() == code,
            ),
            area(
                &self.label("share_reason", "理由说明", "Reason", ("", "")),
                2,
                reason.unwrap_or_default(),
            ),
            self.bases("share_basis", "共享依据", "Legal basis", &share.basis),
            area(
                &self.label(
                    "share_conditions",
                    "共享条件",
                    "Conditions",
                    ("每行一条", "One a line"),
                ),
                3,
                &share.conditions.join("\n"),
            ),
            self.line("share_scope", "共享范围", "Scope", share.scope.as_deref()),
            options(
                &self.label("share_modes", "共享方式", "Modes", ("", "")),
                "checkbox",
                &self.choices(&SHARE_MODES),
                has_mode,
            ),
        ];
        parts.extend(self.tied());
        self.section("h-sharing", "共享", "Sharing", parts)
    }

    /// Draws the norms behind a class, with a spare row.
    fn bases(&self, name: &str, zh: &str, en: &str, basis: &[LegalBasis]) -> AnyView {
        let levels: Vec<Choice> = NormLevel::ALL
            .iter()
            .map(|it| (it.as_str().to_owned(), it.label(self.ctx.lang).to_owned()))
            .collect();
        let rows = (0..basis.len() + SPARE_BASES).map(|place| {
            let row = basis.get(place);
            let id = |part: &str| format!("{name}.{place}.{part}");
            let text = |zh: &str, en: &str| Label { text: self.pick(zh, en).to_owned(), ..Label::default() };
            let title = Label { name: id("title"), ..text("法规名称", "Norm") };
            let article = Label { name: id("article"), ..text("条款", "Article") };
            let level = Label { name: id("level"), ..text("层级", "Level") };
            view! {
                <div class="grid sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1fr)] gap-x-3">
                    {line(&title, "text", row.map(|it| it.title.as_str()).unwrap_or_default())}
                    {line(&article, "text", row.and_then(|it| it.article.as_deref()).unwrap_or_default())}
                    {select(&level, "—", &levels, row.map(|it| it.level.as_str()).unwrap_or_default())}
                </div>
            }
            .into_any()
        });
        let rows: Vec<AnyView> = rows.collect();
        let faults: Vec<_> =
            self.faults(name).into_iter().map(|it| view! { <p class="ks-bad">{it}</p> }).collect();
        view! {
            <fieldset class="ks-field" id=name.to_owned()>
                <legend>{self.pick(zh, en).to_owned()}</legend>
                {faults}
                {rows}
            </fieldset>
        }
        .into_any()
    }

    /// Draws the note of the version.
    pub(super) fn note(&self) -> AnyView {
        let label = self.label(
            "version_note",
            "版本说明",
            "Note of this version",
            ("随版本公开，写明有什么变化", "Published with the version: what is new"),
        );
        let mut fields = self.basis_of_change();
        fields.push(area(&label, 2, &self.document.version_note));
        self.section("h-note", "版本", "Version", fields)
    }

    /// Draws on what a revision rests; nothing for an entry that is new (CAT-09).
    fn basis_of_change(&self) -> Vec<AnyView> {
        if !self.draft.is_revision {
            return Vec::new();
        }
        let lang = self.ctx.lang;
        let kinds = ChangeBasis::ALL.iter();
        let kinds: Vec<Choice> =
            kinds.map(|it| (it.to_string(), it.label(lang).to_owned())).collect();
        let kind = self.label("change_basis", "变更情形", "What the change follows", ("", ""));
        let reference = self.label(
            "change_reference",
            "变更依据",
            "Basis of the change",
            (
                "文件名称和条款、决定文号或者事项编号；随版本公开",
                "A document and its article, a decision, a case; published with the version",
            ),
        );
        let chosen = self.document.change_basis.map(|it| it.to_string()).unwrap_or_default();
        vec![
            select(&kind, self.pick("请选择", "Choose"), &kinds, &chosen),
            area(&reference, 2, &self.document.change_reference),
        ]
    }
}
