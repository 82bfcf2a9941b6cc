//! The authority's administration: the log, organizations, delegations, experts, vocabularies, rules.

mod account;
mod account_new;
mod accounts;
mod approvals;
mod audit;
mod compilers;
mod delegations;
mod experts;
mod filings;
mod grading;
mod guide;
mod incidents;
mod orders;
mod organization;
mod organizations;
mod profile;
mod proofs;
mod quality;
mod region;
mod regions;
mod registers;
mod risks;
mod sectors;
mod supervision;
mod system;
mod term;
mod topics;
mod trail;
mod vocabularies;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::routing::{get, post};
use http::StatusCode;
use kaishu_domain::permission::{Action, Reach};
use kaishu_domain::policy::Expiry;
use kaishu_portal::Portal;
use kaishu_portal::directory::Directory;
use kaishu_types::account::Role;
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::error::AppError;
use crate::page::Page;
use crate::pages::workbench::agreements;
use crate::ui::crumbs::crumbs;
use crate::ui::fields::Choice;
use crate::ui::heading::page_head;

/// Returns the routes of a language.
pub(super) fn router<S>(prefix: &str) -> Router<S>
where
    Portal: FromRef<S>,
    S: Clone + Send + Sync + 'static,
{
    let at = |path: &str| format!("{prefix}/authority{path}");
    Router::new()
        .route(&at("/accounts"), get(accounts::show))
        .route(&at("/accounts/new"), get(account_new::begin).post(account_new::add))
        .route(&at("/accounts/{login}"), get(account::show))
        .route(&at("/accounts/{login}/state"), post(account::set_state))
        .route(&at("/accounts/{login}/roles"), post(account::change_roles))
        .route(&at("/agreements"), get(agreements::list_defaults))
        .route(
            &at("/agreements/{region}/{kind}"),
            get(agreements::show_default).post(agreements::publish_default),
        )
        .route(&at("/audit"), get(audit::show))
        .route(&at("/audit/export"), post(audit::export))
        .route(&at("/organizations"), get(organizations::show))
        .route(&at("/organizations/new"), get(organization::begin).post(organization::add))
        .route(&at("/organizations/{code}"), get(organization::show).post(organization::change))
        .route(&at("/regions"), get(regions::show))
        .route(&at("/regions/new"), get(region::begin).post(region::add))
        .route(&at("/regions/{code}"), get(region::show).post(region::change))
        .route(&at("/delegations"), get(delegations::show).post(delegations::add))
        .route(&at("/delegations/{id}/end"), post(delegations::end))
        .route(&at("/experts"), get(experts::show).post(experts::appoint))
        .route(&at("/experts/{id}/end"), post(experts::end))
        .route(&at("/experts/{id}/conflict"), post(experts::declare))
        .route(&at("/approvals"), get(approvals::show).post(approvals::record))
        .route(&at("/approvals/{id}/end"), post(approvals::end))
        .route(&at("/compilers"), get(compilers::show).post(compilers::name))
        .route(&at("/compilers/{id}/end"), post(compilers::end))
        .route(&at("/filings"), get(filings::show))
        .route(&at("/grading"), get(grading::show).post(grading::add))
        .route(&at("/grading/{id}/retire"), post(grading::retire))
        .route(&at("/risks"), get(risks::show))
        .route(&at("/sectors"), get(sectors::show))
        .route(&at("/sectors/guide"), post(sectors::guide))
        .route(&at("/sectors/mark"), post(sectors::mark))
        .route(&at("/supervision"), get(supervision::show))
        .route(&at("/supervision/urge"), post(supervision::urge))
        .route(&at("/orders"), get(orders::begin).post(orders::issue))
        .route(&at("/system"), get(system::show))
        .route(&at("/topics"), get(topics::show))
        .route(&at("/topics.csv"), get(topics::csv))
        .route(&at("/trail"), get(trail::show))
        .route(
            &at("/quality"),
            // The guard around all routes knows how long an upload may be.
            get(quality::show).post(quality::file).layer(DefaultBodyLimit::disable()),
        )
        .route(&at("/quality/{id}/file"), get(quality::take_file))
        .route(&at("/vocabularies"), get(vocabularies::show).post(vocabularies::add))
        .route(&at("/vocabularies/{vocabulary}/{code}"), get(term::show).post(term::change))
        .route(&at("/vocabularies/{vocabulary}/{code}/offer"), post(term::offer))
        .route(&at("/guide"), get(guide::show).post(vocabularies::publish))
        .route(&at("/guide/draft"), post(guide::save))
        .route(&at("/systems"), get(registers::show_systems))
        .route(&at("/deliveries"), get(registers::show_deliveries))
        .route(&at("/projects"), get(registers::show_projects))
        .route(&at("/exchange/{register}"), get(registers::show_exchange))
        .route(&at("/sources"), get(registers::show_sources))
        .route(&at("/profile"), get(profile::show))
        .route(&at("/proofs"), get(proofs::show))
        .route(&at("/proofs/{login}"), get(proofs::open).post(proofs::record))
        .route(&at("/proofs/{login}/withdraw"), post(proofs::withdraw))
}

/// What can be administered: whether the reader may, the path, and its words.
type Way = (bool, &'static str, &'static str, &'static str);
/// Ways that belong together, under their words.
type Ways = ((&'static str, &'static str), Vec<Way>);

fn ways_of(ctx: &Ctx) -> [Ways; 4] {
    let may = |action| ctx.caller.may_ever(action);
    let oversees = oversees(ctx);
    let is_expert = ctx.caller.roles().iter().any(|held| held.role == Role::Expert);
    let watched = vec![
        (may(Action::Supervise), "supervision", "督办", "Supervision"),
        (may(Action::Supervise), "sectors", "行业指导", "Sectors"),
        (may(Action::Supervise), "topics", "重点领域开放情况", "Priority topics"),
        (may(Action::SeeRisks), "risks", "风险", "Risks"),
        (may(Action::Supervise), "quality", "质量监测和评估", "Quality"),
        (may(Action::TraceCopies), "trail", "数据副本追溯", "Trail of copies"),
        (may(Action::ReadAudit), "audit", "审计日志", "Audit trail"),
        (may(Action::RunSystem), "system", "系统运行", "System"),
    ];
    let registers = vec![
        (oversees, "systems", "信息系统", "Information systems"),
        (oversees, "deliveries", "数据归集", "Deliveries"),
        (oversees, "projects", "信息化项目", "IT projects"),
        (oversees, "exchange/channels", "既有共享通道", "Channels beside the platform"),
        (oversees, "exchange/return-demands", "数据返还需求", "Return demands"),
        (oversees, "exchange/upward-requests", "向上申请", "Upward requests"),
        (oversees, "exchange/backflows", "数据回流", "Backflows"),
        (may(Action::SettleSources), "sources", "数据不一致", "Data that differs"),
        (may(Action::PublishDatasets), "filings", "备案登记簿", "Filings"),
    ];
    let people = vec![
        (may(Action::SeeAccounts), "accounts", "账号和角色", "Accounts and roles"),
        (may(Action::KeepOrganizations), "organizations", "机构", "Organizations"),
        (may(Action::KeepRegions), "regions", "地区", "Regions"),
        (may(Action::NameCompilers), "compilers", "编制分工", "Who compiles what"),
        (may(Action::Delegate), "delegations", "委托", "Delegations"),
        (may(Action::AppointExperts) || is_expert, "experts", "专家", "Experts"),
        (may(Action::ProveIdentity), "proofs", "身份核验", "Proof of identity"),
        (may(Action::KeepApprovals), "approvals", "常设同意", "Standing approvals"),
    ];
    let rules = vec![
        (may(Action::KeepDefaultTemplates), "agreements", "协议文本", "Agreements"),
        (may(Action::KeepGrading), "grading", "分级规则", "Grading rules"),
        (may(Action::KeepVocabularies), "vocabularies", "词表和编制规范", "Vocabularies and guide"),
        (ctx.caller.is_logged_in(), "profile", "现行规则和日历", "Rules and calendar"),
    ];
    [
        (("监督", "Oversight"), watched),
        (("登记簿", "Registers"), registers),
        (("机构和人员", "Organizations and people"), people),
        (("规则", "Rules"), rules),
    ]
}

/// Whether the reader sees the registers of a region.
fn oversees(ctx: &Ctx) -> bool {
    let of_region = (Action::SeeRegisters.roles().iter()).filter(|(_, it)| *it == Reach::Region);
    let roles: Vec<Role> = of_region.map(|(role, _)| *role).collect();
    ctx.caller.roles().iter().any(|held| roles.contains(&held.role))
}

/// Whether the reader administers something, or watches over it.
pub(crate) fn administers(ctx: &Ctx) -> bool {
    ways_of(ctx).iter().flat_map(|(_, ways)| ways).any(|way| way.0 && way.1 != "profile")
}

/// Draws the ways to what the reader may administer; nothing where that is nothing.
pub(crate) fn administration(ctx: &Ctx) -> Option<AnyView> {
    let lang = ctx.lang;
    let groups = ways_of(ctx).into_iter().filter_map(|((zh, en), ways)| {
        let ways = ways.into_iter().filter(|way| way.0);
        let links = ways.map(|(_, path, zh, en)| (format!("/authority/{path}"), lang.pick(zh, en)));
        way_row(ctx, lang.pick(zh, en), links.collect())
    });
    way_rows(groups.collect(), lang.pick("管理", "Administration"))
}

/// A row of links under a word; nothing where there are none.
pub(crate) fn way_row(ctx: &Ctx, word: &str, links: Vec<(String, &str)>) -> Option<AnyView> {
    if links.is_empty() {
        return None;
    }
    let links: Vec<_> = links
        .into_iter()
        .map(|(path, word)| {
            view! { <li><a class="ks-link" href=ctx.href(&path)>{word.to_owned()}</a></li> }
        })
        .collect();
    let row = view! {
        <div class="grid sm:grid-cols-[9rem_1fr] gap-x-6 gap-y-1 py-3 border-t border-[var(--line)]">
            <p class="ks-mute">{word.to_owned()}</p>
            <ul class="flex flex-wrap gap-x-7 gap-y-2">{links}</ul>
        </div>
    };
    Some(row.into_any())
}

/// Rows of links, one group below the other.
pub(crate) fn way_rows(rows: Vec<AnyView>, name: &str) -> Option<AnyView> {
    if rows.is_empty() {
        return None;
    }
    let nav = view! {
        <nav aria-label=name.to_owned() class="mb-10 border-b border-[var(--line)]">{rows}</nav>
    };
    Some(nav.into_any())
}

/// Warns the authority of a profile that has ended or is about to (ORG-12).
pub(crate) fn expiry_warning(ctx: &Ctx, portal: &Portal) -> Option<AnyView> {
    let lang = ctx.lang;
    let text = match portal.expiry() {
        Expiry::None => return None,
        Expiry::Expired => lang.pick(
            "现行办法的有效期已过。确认是否延续或者换用新的办法。".to_owned(),
            "The regulation in force has ended. Confirm whether it is prolonged or replaced."
                .to_owned(),
        ),
        Expiry::Soon { days_left } => lang.pick(
            format!("现行办法还有 {days_left} 天到期。确认是否延续或者换用新的办法。"),
            match days_left {
                1 => "The regulation in force ends today. ".to_owned(),
                _ => format!("The regulation in force ends in {days_left} days. "),
            } + "Confirm whether it is prolonged or replaced.",
        ),
    };
    let path = ctx.href("/authority/profile");
    let note = view! {
        <div class="ks-note is-warn mb-8 max-w-[54rem]">
            <p>{text}{ctx.gap()}<a class="ks-link" href=path>{lang.pick("查看有效期", "See the dates")}</a></p>
        </div>
    };
    Some(note.into_any())
}

/// Draws a page of the administration.
fn authority_page(
    ctx: &Ctx,
    title: &str,
    above: Option<(&'static str, &'static str)>,
    lead: impl IntoAny,
    body: AnyView,
) -> Page {
    let desk = ctx.lang.pick("主管部门工作台", "Authority").to_owned();
    let mut places = vec![(desk, Some("/authority".to_owned()))];
    places.extend(above.map(|(name, path)| (name.to_owned(), Some(path.to_owned()))));
    places.push((title.to_owned(), None));
    let body = view! {
        <main id="main" class="ks-wrap">
            {crumbs(ctx, places)}
            {page_head(title, lead)}
            {body}
        </main>
    };
    Page::new(title.to_owned(), body).private()
}

/// The organizations that can be chosen.
fn organization_choices(ctx: &Ctx, directory: &Directory) -> Vec<Choice> {
    let all = directory.organizations.iter();
    all.map(|it| (it.named.code.clone(), it.named.label(ctx.lang).to_owned())).collect()
}

/// The regions that can be chosen out of some.
fn region_choices(ctx: &Ctx, directory: &Directory, codes: &[String]) -> Vec<Choice> {
    let regions = codes.iter().filter_map(|code| directory.region(code));
    regions.map(|it| (it.named.code.clone(), it.named.label(ctx.lang).to_owned())).collect()
}

/// Draws what came of a form, above the page that it led to.
fn flash(text: Option<&'static str>) -> Option<AnyView> {
    let text = text?;
    Some(view! { <div class="ks-note is-ok mb-8" role="status"><p>{text}</p></div> }.into_any())
}

/// Draws a table that stacks on a phone.
fn table(caption: &'static str, head: &[&'static str], rows: Vec<AnyView>) -> AnyView {
    let head: Vec<_> = head.iter().map(|word| view! { <th scope="col">{*word}</th> }).collect();
    view! {
        <div class="ks-frame mt-4 max-md:!overflow-visible" tabindex="0" role="region" aria-label=caption>
            <table class="ks-table is-dense ks-stack is-named md:min-w-[54rem]">
                <caption class="sr-only">{caption}</caption>
                <thead><tr>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// Says that somebody else was faster.
fn overtaken(mut page: Page) -> Page {
    page.status = StatusCode::CONFLICT;
    page
}

/// The error of a number that nothing has.
fn no_such(ctx: &Ctx, code: &str, names: (&str, &str), path: &str) -> AppError {
    AppError::unknown(ctx.lang, code, names.0, names.1, path)
}
