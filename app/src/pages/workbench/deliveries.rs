//! What agencies deliver: what is outstanding, entry by entry, and what an agency says of it (PUB-08, PUB-10).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::registers::{DeliveryForm, ObligationFilter, ObligationPage};
use kaishu_types::register::{DeliveredPart, DeliveryStanding, ObligationView};
use kaishu_types::{DatasetCode, ErrorCode, Lang};
use leptos::prelude::*;

use super::case::as_field;
use super::{bench_page, expired};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::ui::data::data;
use crate::ui::fields::{Choice, area, label, line, select};
use crate::ui::form::{Typed, summary};
use crate::ui::heading::section_head;
use crate::ui::icon::icon;

const LIST: &str = "/workbench/deliveries";

/// `GET /workbench/deliveries`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["organization", "show", "after"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let filter = ObligationFilter {
        organization: asked.get("organization").cloned().filter(|code| !code.is_empty()),
        is_all: asked.get("show").is_some_and(|show| show == "all"),
        after: asked.get("after").and_then(|after| after.parse().ok()),
    };
    let found = portal.obligations(&ctx.caller, &filter, ctx.lang).await;
    respond(&ctx, || Ok(list(&ctx, &filter, &found?)))
}

/// Title and lead of the register.
pub(crate) fn words(lang: Lang) -> (&'static str, &'static str) {
    lang.pick(
        (
            "数据归集",
            "目录列明的数据应当归集到平台：现有数据、按频率的增量，规则要求的还有历史全量。",
        ),
        (
            "Deliveries",
            "What the catalogue names is brought together on the platform: the data there is, its updates, and the full history where the rules demand it.",
        ),
    )
}

fn address(ctx: &Ctx, filter: &ObligationFilter, is_all: bool, after: Option<i64>) -> String {
    let after = after.map(|after| after.to_string()).unwrap_or_default();
    let pairs = [
        ("organization", filter.organization.as_deref().unwrap_or_default()),
        ("show", if is_all { "all" } else { "" }),
        ("after", after.as_str()),
    ];
    let pairs: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    match pairs.is_empty() {
        true => ctx.href(LIST),
        false => format!("{}?{}", ctx.href(LIST), kaishu_types::query::encode(&pairs)),
    }
}

fn list(ctx: &Ctx, filter: &ObligationFilter, found: &ObligationPage) -> Page {
    let lang = ctx.lang;
    let tabs: Vec<_> =
        [(false, lang.pick("尚未归集", "Outstanding")), (true, lang.pick("全部", "All"))]
            .map(|(is_all, word)| {
                let current = (is_all == filter.is_all).then_some("page");
                let target = address(ctx, filter, is_all, None);
                view! { <li><a class="ks-tab" href=target aria-current=current>{word}</a></li> }
            })
            .into_iter()
            .collect();
    let rows: Vec<_> = found.rows.iter().map(|it| row(ctx, it)).collect();
    let table = match rows.is_empty() {
        true => {
            let none = lang.pick("没有尚未归集的数据。", "Nothing is outstanding.");
            view! { <p class="py-4 ks-mute">{none}</p> }.into_any()
        }
        false => table(lang, rows),
    };
    let next = found.next.map(|next| {
        let target = address(ctx, filter, filter.is_all, Some(next));
        view! { <p class="mt-6"><a class="btn btn-outline" href=target>{lang.pick("下一页", "Next page")}</a></p> }
    });
    let name = lang.pick("归集情况", "Deliveries");
    let body = view! {
        <nav aria-label=name><ul class="ks-tabs">{tabs}</ul></nav>
        <div class="pt-6">{table}{next}</div>
    };
    let (title, lead) = words(lang);
    bench_page(ctx, title, vec![(title.to_owned(), None)], lead, body.into_any())
}

fn table(lang: Lang, rows: Vec<AnyView>) -> AnyView {
    let caption = lang.pick("数据归集情况", "What is delivered");
    let head = lang.pick(
        ["数据集", "单位", "是否归集", "应归集和已归集"],
        ["Dataset", "Agency", "Standing", "Required and delivered"],
    );
    let head: Vec<_> = head.iter().map(|word| view! { <th scope="col">{*word}</th> }).collect();
    view! {
        <div class="ks-frame max-md:!overflow-visible" tabindex="0" role="region" aria-label=caption>
            <table class="ks-table is-dense ks-stack md:min-w-[54rem]">
                <caption class="sr-only">{caption}</caption>
                <thead><tr>{head}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(ctx: &Ctx, it: &ObligationView) -> AnyView {
    let lang = ctx.lang;
    let path = ctx.href(&format!("{LIST}/{}", it.dataset));
    let parts: Vec<_> = it.parts.iter().map(|part| part_row(lang, part)).collect();
    let basis = (!it.basis.is_empty()).then(
        || view! { <span class="block text-sm ks-mute">{data(lang, it.basis.clone())}</span> },
    );
    view! {
        <tr>
            <th scope="row" class="!whitespace-normal !font-medium">
                <a class="ks-plain" href=path>{data(lang, it.title.clone())}</a>
                <span class="block text-sm ks-mute font-normal num">{it.dataset.clone()}</span>
            </th>
            <td data-l=lang.pick("单位", "Agency")>{data(lang, it.organization.label(lang))}</td>
            <td data-l=lang.pick("是否归集", "Standing")>{it.standing.label(lang)}{basis}</td>
            <td class="!whitespace-normal" data-l=lang.pick("应归集和已归集", "Required and delivered")>
                <ul class="space-y-1">{parts}</ul>
            </td>
        </tr>
    }
    .into_any()
}

fn part_row(lang: Lang, part: &DeliveredPart) -> AnyView {
    let (class, sign) = match part.is_outstanding {
        true => ("ks-mark is-late !text-[.8125rem]", "late"),
        false => ("ks-mark is-ok !text-[.8125rem]", "check"),
    };
    let text = lang.pick(
        format!("应：{}；已：{}", part.required, part.delivered),
        format!("required: {}; delivered: {}", part.required, part.delivered),
    );
    view! {
        <li>
            <span class=class>{icon(sign)}{part.part.label(lang)}</span>
            <span class="block text-sm">{text}</span>
        </li>
    }
    .into_any()
}

/// `GET /workbench/deliveries/{code}`
pub(crate) async fn open(
    Asked(ctx): Asked,
    Path(code): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    draw(&ctx, &portal, &code, (asked.contains_key("done"), Typed::default())).await
}

/// `POST /workbench/deliveries/{code}`
pub(crate) async fn say(
    ctx: Ctx,
    Path(code): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let form = DeliveryForm {
        act: typed.value("act"),
        revision: typed.value("revision").parse().unwrap_or_default(),
        held_since: typed.value("held_since"),
        basis_title: typed.value("basis_title"),
        basis_article: typed.value("basis_article"),
        basis_level: typed.value("basis_level"),
        system: typed.value("system"),
        reason: typed.value("reason"),
    };
    let field = match form.act {
        "hold" => "held_since",
        "exempt" => "system",
        _ => "basis_title",
    };
    let Ok(dataset) = code.parse::<DatasetCode>() else {
        return respond(&ctx, || Err(unknown(ctx.lang, &code)));
    };
    match portal.say_of_delivery(&ctx.caller, &dataset, &form, ctx.lang).await {
        Ok(()) => go(&format!("{}?done=said", ctx.href(&format!("{LIST}/{code}"))), []),
        Err(error) if matches!(error.code(), ErrorCode::InvalidInput | ErrorCode::Conflict) => {
            match typed.refused(as_field(error, field, ctx.lang)) {
                Ok(typed) => draw(&ctx, &portal, &code, (false, typed)).await,
                Err(error) => respond(&ctx, || Err(error)),
            }
        }
        Err(error) => respond(&ctx, || Err(error.into())),
    }
}

fn unknown(lang: Lang, code: &str) -> AppError {
    let (one, all) = lang.pick(("数据集", "数据归集"), ("dataset", "deliveries"));
    AppError::unknown(lang, code, one, all, LIST)
}

/// What the forms of an entry offer.
struct Offered {
    norms: Vec<Choice>,
    systems: Vec<Choice>,
    may_say: bool,
}

async fn draw(ctx: &Ctx, portal: &Portal, code: &str, (is_done, typed): (bool, Typed)) -> Response {
    let lang = ctx.lang;
    let unknown = || unknown(lang, code);
    let Ok(dataset) = code.parse::<DatasetCode>() else {
        return respond(ctx, || Err(unknown()));
    };
    let found = match portal.obligation(&ctx.caller, &dataset, lang).await {
        Ok(found) => found,
        Err(error) => return respond(ctx, || Err(AppError::or_unknown(error, unknown))),
    };
    let systems = match portal.exempting_systems(&found.organization.code).await {
        Ok(systems) => systems,
        Err(error) => return respond(ctx, || Err(error.into())),
    };
    let norms = portal.refusal_norms(lang).into_iter();
    let own = portal.keeps_records_for(&ctx.caller);
    let offered = Offered {
        norms: norms.map(|(code, word)| (code.to_owned(), word.to_owned())).collect(),
        systems: systems.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
        may_say: own.iter().any(|it| it.code == found.organization.code),
    };
    respond(ctx, || Ok(page(ctx, &found, &offered, (is_done, &typed))))
}

fn page(
    ctx: &Ctx,
    found: &ObligationView,
    offered: &Offered,
    (is_done, typed): (bool, &Typed),
) -> Page {
    let lang = ctx.lang;
    let parts: Vec<_> = found.parts.iter().map(|part| part_row(lang, part)).collect();
    let done = is_done.then(|| {
        let text = lang.pick("已经记下。", "Noted.");
        view! { <div class="ks-note is-ok mb-8" role="status"><p>{text}</p></div> }
    });
    let why = (found.standing != DeliveryStanding::Due).then(|| {
        let text = format!("{} {}", found.basis, found.reason);
        view! { <p class="mt-2">{data(lang, text.trim().to_owned())}</p> }
    });
    let acts = offered.may_say.then(|| acts(ctx, found, offered, typed));
    let body = view! {
        <div class="max-w-[44rem]">
            {done}
            {summary(ctx, typed)}
            <section aria-labelledby="h-parts" class="mb-12">
                {section_head("h-parts", found.standing.label(lang))}
                {why}
                <ul class="mt-4 space-y-3">{parts}</ul>
            </section>
            {acts}
        </div>
    };
    let (all, _) = words(lang);
    let places = vec![(all.to_owned(), Some(LIST.to_owned())), (found.title.clone(), None)];
    let lead = format!("{} · {}", found.dataset, found.organization.label(lang));
    bench_page(ctx, &found.title, places, lead, body.into_any()).refused(lang, typed)
}

fn acts(ctx: &Ctx, found: &ObligationView, offered: &Offered, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let label = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let held_since = match typed.value("held_since") {
        "" => found.held_since.map(|day| day.to_string()).unwrap_or_default(),
        typed => typed.to_owned(),
    };
    let held = label("held_since", lang.pick("从哪一天起持有数据", "Data is held since"), "");
    let hold = line(&held, "date", &held_since);
    let title = label("basis_title", lang.pick("法律、法规名称", "Title of the law"), "");
    let article = label("basis_article", lang.pick("条款", "Article"), "");
    let level = label("basis_level", lang.pick("层级", "Level"), "");
    let reason = label("reason", lang.pick("理由", "Reason"), "");
    let choose = lang.pick("请选择", "Choose");
    let refuse = view! {
        {line(&title, "text", typed.value("basis_title"))}
        {line(&article, "text", typed.value("basis_article"))}
        {select(&level, choose, &offered.norms, typed.value("basis_level"))}
        {area(&reason, 3, typed.value("reason"))}
    };
    let system = label(
        "system",
        lang.pick("使用上级统建系统的登记", "Record of the system of an upper unit"),
        "",
    );
    let exempt = (!offered.systems.is_empty()).then(|| {
        let field = select(&system, choose, &offered.systems, typed.value("system"));
        let words = lang.pick(
            ("h-exempt", "使用上级统建系统", "免予另行报送"),
            ("h-exempt", "The system of an upper unit is used", "Need not be delivered again"),
        );
        act(ctx, found, "exempt", words, field)
    });
    let restore = (found.standing != DeliveryStanding::Due).then(|| {
        let words = lang.pick(
            ("h-restore", "恢复归集", "恢复归集"),
            ("h-restore", "To be delivered after all", "Deliver after all"),
        );
        act(ctx, found, "restore", words, ().into_any())
    });
    let holding = lang
        .pick(("h-hold", "历史数据", "保存起始日期"), ("h-hold", "History", "Save the first day"));
    let refusing = lang.pick(
        ("h-refuse", "法律、法规规定不得归集", "登记依法不归集"),
        ("h-refuse", "A law forbids it", "Record the refusal"),
    );
    view! {
        {act(ctx, found, "hold", holding, hold)}
        {exempt}
        {act(ctx, found, "refuse", refusing, refuse.into_any())}
        {restore}
    }
    .into_any()
}

/// Draws something that an agency says of an entry: its heading, its fields and its button.
fn act(
    ctx: &Ctx,
    found: &ObligationView,
    act: &'static str,
    (id, title, button): (&'static str, &'static str, &'static str),
    fields: AnyView,
) -> AnyView {
    let target = ctx.href(&format!("{LIST}/{}", found.dataset));
    view! {
        <section aria-labelledby=id class="mb-12">
            {section_head(id, title)}
            <form method="post" action=target class="mt-4" novalidate=true>
                <input type="hidden" name="act" value=act/>
                <input type="hidden" name="revision" value=found.revision.to_string()/>
                {fields}
                <p class="mt-6"><button class="btn btn-outline" type="submit">{button}</button></p>
            </form>
        </section>
    }
    .into_any()
}
