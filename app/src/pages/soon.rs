//! Pages of what a later release brings. Each says what will be possible, by which rules and
//! deadlines, and what can be done today. None pretends: there is no form that leads nowhere.

use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::entries::DatasetPage;
use kaishu_types::organization::OrganizationView;
use kaishu_types::rules::PolicyView;
use leptos::prelude::*;

use super::{dataset, whom};
use crate::ctx::Ctx;
use crate::page::{Page, Section, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::heading::{page_head, section_head};
use crate::ui::law::rule_list;

/// What a later release brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Feature {
    Correction,
    Objection,
    Report,
    Demands,
    Showcases,
}

/// `GET /datasets/{code}/correction`
pub(crate) async fn correction(ctx: Ctx, portal: State<Portal>, code: Path<String>) -> Response {
    of_dataset(ctx, portal, code, Feature::Correction).await
}

/// `GET /datasets/{code}/objection`
pub(crate) async fn objection(ctx: Ctx, portal: State<Portal>, code: Path<String>) -> Response {
    of_dataset(ctx, portal, code, Feature::Objection).await
}

/// `GET /datasets/{code}/report`
pub(crate) async fn report(ctx: Ctx, portal: State<Portal>, code: Path<String>) -> Response {
    of_dataset(ctx, portal, code, Feature::Report).await
}

/// `GET /demands`
pub(crate) async fn demands(ctx: Ctx, portal: State<Portal>) -> Response {
    of_portal(&ctx, &portal, Feature::Demands)
}

/// `GET /showcases`
pub(crate) async fn showcases(ctx: Ctx, portal: State<Portal>) -> Response {
    of_portal(&ctx, &portal, Feature::Showcases)
}

async fn of_dataset(
    ctx: Ctx,
    State(portal): State<Portal>,
    Path(code): Path<String>,
    feature: Feature,
) -> Response {
    let found = dataset::find(&ctx, &portal, &code).await;
    respond(&ctx, || {
        let found = found?;
        let directory = portal.directory();
        let provider = directory.organization(&found.dataset.organization.code);
        let whom = match feature {
            Feature::Report => whom::authority(&ctx, &directory),
            _ => provider,
        };
        Ok(page(&ctx, &portal.policy_view(), feature, Some(&found), whom))
    })
}

fn of_portal(ctx: &Ctx, portal: &Portal, feature: Feature) -> Response {
    respond(ctx, || {
        let directory = portal.directory();
        Ok(page(ctx, &portal.policy_view(), feature, None, whom::authority(ctx, &directory)))
    })
}

impl Feature {
    fn title(self, ctx: &Ctx) -> &'static str {
        let words = ctx.words;
        match self {
            Self::Correction => words.ask_correction,
            Self::Objection => words.object,
            Self::Report => words.report,
            Self::Demands => words.demands,
            Self::Showcases => words.showcases,
        }
    }

    fn section(self) -> Option<Section> {
        match self {
            Self::Demands => Some(Section::Demands),
            Self::Showcases => Some(Section::Showcases),
            _ => Some(Section::Datasets),
        }
    }

    /// The rules that will govern it.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Correction => &[
                "correction.reply_wd",
                "correction.extended_total_wd",
                "correction.referral_wd",
                "correction.who",
                "correction.addressee",
            ],
            Self::Objection => &[
                "objection.grounds",
                "objection.evidence",
                "objection.order",
                "objection.suspend_wd",
                "objection.reply_wd",
                "objection.outcomes",
                "appeal.body",
                "appeal.filing_wd",
            ],
            Self::Report => &["report.channel", "violation.closure", "rectify.issuer"],
            Self::Demands => &["demand.reply_wd"],
            Self::Showcases => &["attribution.rule"],
        }
    }

    /// What will be possible here.
    fn promise(self, ctx: &Ctx) -> [&'static str; 3] {
        let lang = ctx.lang;
        match self {
            Self::Correction => [
                lang.pick("指出哪一版、哪个数据项、哪几行有误，可以附上证据。", "Name the version, the data item and the rows that are wrong, with evidence if there is any."),
                lang.pick("提供单位在期限内核实，结果写明改了什么，或者为什么不改。", "The provider checks it in time and says what was changed, or why nothing was."),
                lang.pick("数据有更正的，取得过旧版本的人收到通知。", "Those who took the faulty version are told of the corrected one."),
            ],
            Self::Objection => [
                lang.pick("认为公开的数据侵犯商业秘密、个人隐私等合法权益的，可以提出异议。", "Object when opened data infringes trade secrets, privacy or other rights."),
                lang.pick("收到后立即核实，必要时先中止开放。", "It is verified at once; opening is suspended where necessary."),
                lang.pick("结果书面告知；不服的，可以申请复核。", "The result comes in writing; whoever disagrees can ask for review."),
            ],
            Self::Report => [
                lang.pick("举报不按协议、不注明来源或者以其他方式违规使用数据的行为。", "Report use against an agreement, without attribution, or otherwise unlawful."),
                lang.pick("举报人受到保护，是否匿名按规则办理。", "Reporters are protected; the rules say whether a name is needed."),
                lang.pick("查实的，可以关闭使用者的权限，直到改正。", "Where it proves true, access can be closed until it is corrected."),
            ],
            Self::Demands => [
                lang.pick("提出目录里没有的数据：需要什么、做什么用、多久更新一次。", "Ask for data that is not in the catalogue: what, what for, how often."),
                lang.pick("提交前先列出相近的数据集，免得重复等待。", "Similar datasets are shown first, so that nobody waits in vain."),
                lang.pick("答复写明准备何时开放，或者为什么不能开放；提出人同意的，向社会公开。", "The answer says when it will be opened or why it cannot be; it is public if the requester agrees."),
            ],
            Self::Showcases => [
                lang.pick("提交用这里的数据做成的应用、报告和论文。", "Submit applications, reports and papers made with data from here."),
                lang.pick("每项成果写明用了哪些数据集、哪一天取得，由主管部门审核后公布。", "Each names its datasets and the day of retrieval; the authority checks and publishes it."),
                lang.pick("数据集的页面列出用它做成的成果。", "The page of a dataset lists what was made of it."),
            ],
        }
    }

    /// What can be done today instead.
    fn today(self, ctx: &Ctx) -> &'static str {
        let lang = ctx.lang;
        match self {
            Self::Correction => lang.pick(
                "可以按本页的联系方式告诉提供单位，写明编号、版本和有误的地方。",
                "Tell the provider, whose contact is on this page; name code, version and what is wrong.",
            ),
            Self::Objection => lang.pick(
                "可以按本页的联系方式书面告诉提供单位，写明编号、被侵犯的权益和要求。",
                "Write to the provider, whose contact is on this page; name the code, the right that is infringed and what you ask.",
            ),
            Self::Report => lang.pick(
                "可以按本页的联系方式告诉数据主管部门，写明编号和使用者的行为。",
                "Tell the data authority, whose contact is on this page; name the code and what was done.",
            ),
            Self::Demands => lang.pick(
                "可以先查找目录，很多数据叫别的名字；确实没有的，按本页的联系方式告诉数据主管部门。",
                "Search the catalogue first: much data goes by another name. If it is not there, tell the data authority, whose contact is on this page.",
            ),
            Self::Showcases => lang.pick(
                "可以先使用数据，按署名行注明来源；有成果的，按本页的联系方式告诉数据主管部门。",
                "Use the data with its attribution line, and tell the data authority, whose contact is on this page, of the result.",
            ),
        }
    }
}

fn page(
    ctx: &Ctx,
    policy: &PolicyView,
    feature: Feature,
    found: Option<&DatasetPage>,
    whom: Option<&OrganizationView>,
) -> Page {
    let words = ctx.words;
    let title = feature.title(ctx);
    let dataset = found.map(|found| {
        let path = format!("/datasets/{}", found.dataset.code);
        (found.dataset.title(ctx.lang).to_owned(), path)
    });
    let mut places = Vec::new();
    if let Some((name, path)) = &dataset {
        places.push((words.datasets.to_owned(), Some("/datasets".to_owned())));
        places.push((name.clone(), Some(path.clone())));
    }
    places.push((title.to_owned(), None));
    let lead = dataset.map(|(name, path)| {
        view! { <a class="ks-link" href=ctx.href(&path)>{data(ctx.lang, name)}</a> }
    });
    let promise: Vec<_> =
        feature.promise(ctx).into_iter().map(|line| view! { <li>{line}</li> }).collect();
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, places)}
            {page_head(title, lead)}
            <div class="grid lg:grid-cols-[minmax(0,1fr)_19.5rem] gap-x-16 gap-y-12">
                <div class="min-w-0">
                    <div class="ks-note max-w-[44rem]">
                        <p><b class="font-semibold">{words.coming}</b></p>
                        <p>{feature.today(ctx)}</p>
                    </div>
                    <section aria-labelledby="h-promise" class="mt-12">
                        {section_head("h-promise", words.will_be_possible)}
                        <ul class="mt-3 list-disc pl-5 space-y-1.5 max-w-[40em]">{promise}</ul>
                    </section>
                    <section aria-labelledby="h-rules" class="mt-12">
                        {section_head("h-rules", words.rules_and_deadlines)}
                        {rule_list(ctx, policy, feature.keys())}
                        <p class="mt-3"><a class="ks-link" href=ctx.href("/rules")>{words.all_rules}</a></p>
                    </section>
                </div>
                {whom::section(ctx, found, whom)}
            </div>
        </main>
    };
    let mut page = Page::new(title, body);
    page.section = feature.section();
    // There is nothing to find here yet.
    page.listed = false;
    page
}
