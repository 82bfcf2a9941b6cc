//! Disputes on the class of an entry: opened with grounds, and what they are about on the page of their case
//! (CLS-16).

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::cases::{DeskFilter, DeskPage};
use kaishu_portal::publishing::{DisputeForm, DisputeView, NewDispute};
use kaishu_types::case::CaseKind;
use kaishu_types::oversight::DisputedClass;
use kaishu_types::vocabulary::{OpenClass, ShareClass};
use kaishu_types::{DatasetCode, ErrorCode};
use leptos::prelude::*;

use super::case::as_field;
use super::{bench_page, desk, expired};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, to_login};
use crate::ui::data::data;
use crate::ui::fields::{Choice, area, label, line, select};
use crate::ui::form::{Typed, once, summary};
use crate::ui::heading::section_head;
use crate::ui::meta::{fact, meta};

const PATH: &str = "/workbench/disputes";

/// `GET /workbench/disputes`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["code"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let code = asked.get("code").cloned().unwrap_or_default();
    let typed = Typed::default().with("code", code);
    draw(&ctx, &portal, typed).await
}

/// `POST /workbench/disputes`
pub(crate) async fn open(
    ctx: Ctx,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let new = NewDispute {
        class: typed.value("class"),
        wanted: typed.value("wanted"),
        grounds: typed.value("grounds"),
        claimant: typed.value("claimant"),
    };
    let Ok(code) = typed.value("code").parse::<DatasetCode>() else {
        return draw(&ctx, &portal, typed).await;
    };
    match portal.open_dispute(&ctx.caller, &code, &new, ctx.lang).await {
        Ok(case) => go(&ctx.href(&format!("/workbench/cases/{case}")), []),
        Err(error) => {
            let stays = [ErrorCode::Conflict, ErrorCode::InvalidInput].contains(&error.code());
            match stays {
                true => match typed.refused(as_field(error, "grounds", ctx.lang)) {
                    Ok(typed) => draw(&ctx, &portal, typed).await,
                    Err(error) => respond(&ctx, || Err(error)),
                },
                false => respond(&ctx, || Err(error.into())),
            }
        }
    }
}

async fn draw(ctx: &Ctx, portal: &Portal, typed: Typed) -> Response {
    let (caller, lang) = (&ctx.caller, ctx.lang);
    let kinds = [CaseKind::Dispute];
    let known = portal.desk_page(caller, DeskFilter::Open, &kinds, None, lang).await;
    let form = match typed.value("code").trim() {
        "" => None,
        code => Some(match code.parse::<DatasetCode>() {
            Ok(code) => portal.dispute_form(caller, &code, lang).await.map_err(AppError::from),
            Err(_) => Err(unknown(ctx, code)),
        }),
    };
    respond(ctx, || Ok(page(ctx, &known?, form.transpose()?.as_ref(), &typed)))
}

fn unknown(ctx: &Ctx, code: &str) -> AppError {
    let (one, all) = ctx.lang.pick(("数据集", "类型争议"), ("dataset", "disputes"));
    AppError::unknown(ctx.lang, code, one, all, PATH)
}

fn page(ctx: &Ctx, known: &DeskPage, form: Option<&DisputeForm>, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let form = match form {
        Some(form) => disputing(ctx, form, typed),
        None => asking(ctx, typed),
    };
    let body = view! {
        {summary(ctx, typed)}
        {form}
        <section aria-labelledby="h-open" class="mt-12">
            {section_head("h-open", lang.pick("办理中的类型争议", "Disputes that are open"))}
            <div class="mt-4">{desk::list(ctx, known)}</div>
        </section>
    };
    let title = lang.pick("类型争议", "Disputes on classes");
    let lead = lang.pick(
        "对已发布目录的共享类型或者开放类型有异议的，从这里提出。决定以前类型不变。",
        "Whoever disagrees with the share class or open class of a published entry says so here. Until it is decided the class stays.",
    );
    bench_page(ctx, title, vec![(title.to_owned(), None)], lead, body.into_any())
        .refused(lang, typed)
}

/// Asks which entry it is about.
fn asking(ctx: &Ctx, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let hint = lang.pick("在数据集页面上，例如 YX-JT-0001", "It is on its page, as YX-JT-0001");
    let code = label(typed, "code", lang.pick("目录编码", "Code of the entry"), hint);
    view! {
        <form method="get" action=ctx.href(PATH) class="max-w-[24rem]">
            {line(&code, "text", typed.value("code"))}
            <p class="mt-6">
                <button class="btn btn-primary" type="submit">{lang.pick("下一步", "Next")}</button>
            </p>
        </form>
    }
    .into_any()
}

fn disputing(ctx: &Ctx, form: &DisputeForm, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let classes: Vec<Choice> = DisputedClass::ALL
        .iter()
        .map(|class| {
            let now = match class {
                DisputedClass::Share => form.share.label(lang),
                DisputedClass::Open => form.open.label(lang),
            };
            let word = class.label(lang);
            let text = lang.pick(format!("{word}（现在是{now}）"), format!("{word} (now: {now})"));
            (class.to_string(), text)
        })
        .collect();
    let wanted: Vec<Choice> = ShareClass::ALL
        .iter()
        .zip(OpenClass::ALL)
        .map(|(share, open)| {
            let words = format!("{} / {}", share.label(lang), open.label(lang));
            (share.to_string(), words)
        })
        .collect();
    let mut claimants: Vec<Choice> = Vec::new();
    if form.is_authority {
        claimants.push((String::new(), lang.pick("主管部门", "The authority").to_owned()));
    }
    let organizations = form.claimants.iter();
    claimants.extend(organizations.map(|it| (it.code.clone(), it.label(lang).to_owned())));
    let class = label(typed, "class", lang.pick("哪一个类型", "Which class"), "");
    let should = label(typed, "wanted", lang.pick("应当是", "What it should be"), "");
    let grounds = label(
        typed,
        "grounds",
        lang.pick("理由和依据", "Grounds"),
        lang.pick(
            "写明法律、法规或者规章的名称和条款，履行职责为什么需要",
            "The law and its article, and why it is needed for the duty",
        ),
    );
    let choose = lang.pick("请选择", "Choose");
    let by = (claimants.len() > 1).then(|| {
        let by = label(typed, "claimant", lang.pick("提出单位", "For"), "");
        let others: Vec<Choice> = claimants.iter().filter(|it| !it.0.is_empty()).cloned().collect();
        let none =
            if form.is_authority { lang.pick("主管部门", "The authority") } else { choose };
        select(&by, none, &others, typed.value("claimant"))
    });
    let facts = vec![
        fact(lang.pick("数据集", "Dataset"), form.title.clone()),
        fact(lang.pick("提供单位", "Provider"), form.provider.label(lang).to_owned()),
        fact(lang.pick("处理程序", "Chain"), form.rule.article.clone()),
    ];
    view! {
        <form method="post" action=ctx.href(PATH) class="max-w-[40rem]" novalidate=true>
            {once()}
            <input type="hidden" name="code" value=form.code.to_string()/>
            {meta(facts)}
            {by}
            {select(&class, choose, &classes, typed.value("class"))}
            {select(&should, choose, &wanted, typed.value("wanted"))}
            {area(&grounds, 4, typed.value("grounds"))}
            <p class="mt-6">
                <button class="btn btn-primary" type="submit">{lang.pick("提出争议", "Dispute it")}</button>
            </p>
        </form>
    }
    .into_any()
}

/// Draws what a dispute is about, above what happened to it.
pub(super) fn about(ctx: &Ctx, dispute: &DisputeView) -> AnyView {
    let lang = ctx.lang;
    let authority = || lang.pick("主管部门", "The authority").to_owned();
    let mut facts = vec![
        fact(lang.pick("争议的类型", "Class"), dispute.class.label(lang)),
        fact(lang.pick("现在是", "What it is"), dispute.from.clone()),
        fact(lang.pick("提出应当是", "What it should be"), dispute.wanted.clone()),
        fact(
            lang.pick("提出单位", "Disputed by"),
            dispute.claimant.clone().unwrap_or_else(authority),
        ),
        fact(lang.pick("处理程序", "Chain"), dispute.chain.join(" → ")),
        fact(lang.pick("依据", "Rule"), dispute.rule.article.clone()),
    ];
    let decided = dispute.decided.clone();
    facts.extend(decided.map(|it| fact(lang.pick("决定为", "Decided"), it)));
    let document = dispute.document.clone();
    facts.extend(
        document.map(|it| fact(lang.pick("决定文件", "Document"), data(lang, it.as_str()))),
    );
    view! {
        <section aria-labelledby="h-dispute" class="mb-10">
            {section_head("h-dispute", lang.pick("争议", "The dispute"))}
            <div class="mt-2">{meta(facts)}</div>
        </section>
    }
    .into_any()
}

/// Draws what a decision says besides its reason.
pub(super) fn fields(ctx: &Ctx, dispute: &DisputeView, typed: &Typed) -> Option<AnyView> {
    if !dispute.needs_class {
        return None;
    }
    let lang = ctx.lang;
    let hint = lang
        .pick("变更类型时选择，不选就是提出的类型", "Where it changes; else what was asked for");
    let class = label(typed, "class", lang.pick("决定的类型", "Class"), hint);
    let document = dispute.needs_document.then(|| {
        let hint = lang.pick("例如：州政府专题会议纪要〔2026〕3号", "Its title and number");
        let document = label(typed, "document", lang.pick("决定文件和文号", "Document"), hint);
        let day = label(typed, "decided_on", lang.pick("决定日期", "Day"), "");
        view! {
            {line(&document, "text", typed.value("document"))}
            {line(&day, "date", typed.value("decided_on"))}
        }
    });
    let none = lang.pick("提出的类型", "What was asked for");
    let view = view! {
        {select(&class, none, &dispute.choices, typed.value("class"))}
        {document}
    };
    Some(view.into_any())
}
