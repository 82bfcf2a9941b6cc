//! Recording at a counter who the person behind an account is (ORG-09).

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Response;
use kaishu_portal::accounts::{ProofForm, ProofView, Proving};
use kaishu_portal::{Error, Portal};
use kaishu_types::ErrorCode;
use kaishu_types::account::Login;
use kaishu_types::proofing::IdDocumentKind;
use leptos::prelude::*;

use super::{authority_page, flash, no_such};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::{go, proof, to_login};
use crate::pages::workbench::expired;
use crate::ui::data::data;
use crate::ui::fields::{Choice, label, line, options, select};
use crate::ui::form::{Typed, summary};
use crate::ui::heading::section_head;
use crate::ui::meta::{fact, meta};

const LIST: &str = "/authority/proofs";
const TITLE: (&str, &str) = ("身份核验", "Proof of identity");

/// `GET /authority/proofs`
pub(crate) async fn show(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["login"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let typed = Typed::of(asked.into_iter().collect());
    if typed.value("login").is_empty() {
        let may = portal.check_proves(&ctx.caller, ctx.lang);
        return respond(&ctx, || Ok(may.map(|()| search(&ctx, &portal, &typed))?));
    }
    match portal.account_at_counter(&ctx.caller, typed.value("login"), ctx.lang).await {
        Ok(login) => go(&ctx.href(&format!("{LIST}/{login}")), []),
        Err(error) => respond(&ctx, || Ok(search(&ctx, &portal, &typed.refused(error)?))),
    }
}

/// `GET /authority/proofs/{login}`
pub(crate) async fn open(
    Asked(ctx): Asked,
    Path(login): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["done"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let done = asked.get("done").map(|done| match done.as_str() {
        "withdrawn" => ctx.lang.pick("核验已经撤销。", "The proof is withdrawn."),
        _ => ctx.lang.pick("身份核验已经登记。", "The proof is recorded."),
    });
    draw(&ctx, &portal, &login, Typed::default(), done).await
}

/// `POST /authority/proofs/{login}`
pub(crate) async fn record(
    ctx: Ctx,
    Path(login): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let form = ProofForm {
        document: typed.value("document"),
        number: typed.value("number"),
        valid_until: typed.value("valid_until"),
        is_theirs: typed.value("is_theirs") == "yes",
    };
    let done = match named(&ctx, &portal, &login) {
        Ok(login) => portal.prove_by_document(&ctx.caller, &login, &form, ctx.lang).await,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    answer(&ctx, &portal, &login, "recorded", typed, done).await
}

/// `POST /authority/proofs/{login}/withdraw`
pub(crate) async fn withdraw(
    ctx: Ctx,
    Path(login): Path<String>,
    State(portal): State<Portal>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    if let Some(again) = expired(&ctx, &pairs) {
        return again;
    }
    let typed = Typed::of(pairs);
    let done = match named(&ctx, &portal, &login) {
        Ok(login) => {
            portal.withdraw_proof(&ctx.caller, &login, typed.value("reason"), ctx.lang).await
        }
        Err(error) => return respond(&ctx, || Err(error)),
    };
    answer(&ctx, &portal, &login, "withdrawn", typed, done).await
}

/// Goes on after a form, or draws it again with what is wrong and all that was typed.
async fn answer(
    ctx: &Ctx,
    portal: &Portal,
    login: &str,
    done: &str,
    typed: Typed,
    result: Result<(), Error>,
) -> Response {
    match result {
        Ok(()) => go(&format!("{}?done={done}", ctx.href(&format!("{LIST}/{login}"))), []),
        Err(error) => match typed.refused(error) {
            Ok(typed) => draw(ctx, portal, login, typed, None).await,
            Err(error) => respond(ctx, || Err(error)),
        },
    }
}

/// Reads the login of the address.
fn named(ctx: &Ctx, portal: &Portal, login: &str) -> Result<Login, AppError> {
    portal.check_proves(&ctx.caller, ctx.lang)?;
    login.parse().map_err(|_| unknown(ctx, login))
}

fn unknown(ctx: &Ctx, login: &str) -> AppError {
    no_such(ctx, login, ctx.lang.pick(("账号", "账号"), ("account", "accounts")), LIST)
}

async fn draw(
    ctx: &Ctx,
    portal: &Portal,
    login: &str,
    typed: Typed,
    done: Option<&'static str>,
) -> Response {
    let login = match named(ctx, portal, login) {
        Ok(login) => login,
        Err(error) => return respond(ctx, || Err(error)),
    };
    match portal.proving(&ctx.caller, &login, ctx.lang).await {
        Ok(proving) => {
            respond(ctx, || Ok(page(ctx, portal, &proving, &typed, done).refused(ctx.lang, &typed)))
        }
        Err(error) if error.code() == ErrorCode::NotFound => {
            respond(ctx, || Err(unknown(ctx, login.as_str())))
        }
        Err(error) => respond(ctx, || Err(error.into())),
    }
}

fn search(ctx: &Ctx, portal: &Portal, typed: &Typed) -> Page {
    let lang = ctx.lang;
    let login = label(
        typed,
        "login",
        lang.pick("登录名或者邮箱", "Login name or address for mail"),
        lang.pick("请本人报登录名", "The person says it"),
    );
    let body = view! {
        <div class="max-w-[36rem]">
            {summary(ctx, typed)}
            <form method="get" action=ctx.href(LIST)>
                {line(&login, "text", typed.value("login"))}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{lang.pick("查找账号", "Find the account")}</button>
                </p>
            </form>
        </div>
        {proof::rules(ctx, portal)}
    };
    let lead = lang.pick(
        "本人带有效的身份证件到窗口时，在这里登记核验结果。一种证件就够，核验一次以后办事不再重复核验。证件号码不保存，只留尾号。",
        "When somebody comes to the counter with a valid identity document, record it here. One document is enough, and nothing asks again. Its number is not kept, only the last four characters.",
    );
    let title = lang.pick(TITLE.0, TITLE.1);
    authority_page(ctx, title, None, lead, body.into_any()).refused(lang, typed)
}

fn page(
    ctx: &Ctx,
    portal: &Portal,
    proving: &Proving,
    typed: &Typed,
    done: Option<&'static str>,
) -> Page {
    let lang = ctx.lang;
    let act = match (proving.standing(), &proving.obstacle) {
        (Some(standing), obstacle) => {
            let form = obstacle.is_none().then(|| withdrawal(ctx, proving, typed));
            let head = lang.pick("已经核验", "It is proven");
            view! {
                <section class="mt-10 max-w-[44rem]" aria-labelledby="h-standing">
                    {section_head("h-standing", head)}
                    {proof::facts(ctx, standing)}
                </section>
                {form}
            }
            .into_any()
        }
        (None, Some(obstacle)) => {
            view! { <div class="ks-note is-warn mt-10 max-w-[44rem]"><p>{obstacle.clone()}</p></div> }
                .into_any()
        }
        (None, None) => form(ctx, proving, typed),
    };
    let facts = vec![
        fact(lang.pick("登录名", "Login name"), proving.login.to_string()),
        fact(lang.pick("账号名称", "Name of the account"), data(lang, proving.name.clone())),
        fact(lang.pick("账号类型", "Kind"), proving.kind.label(lang)),
        fact(lang.pick("账号状态", "State"), proving.state.label(lang)),
    ];
    let body = view! {
        {flash(done)}
        {summary(ctx, typed)}
        <div class="max-w-[44rem]">{meta(facts)}</div>
        {act}
        {earlier(ctx, proving)}
        {proof::rules(ctx, portal)}
    };
    let title = lang.pick(
        format!("身份核验：{}", proving.login),
        format!("Proof of identity: {}", proving.login),
    );
    let above = Some((lang.pick(TITLE.0, TITLE.1), LIST));
    authority_page(ctx, &title, above, (), body.into_any())
}

/// Draws the proofs that count no more; nothing where there are none.
fn earlier(ctx: &Ctx, proving: &Proving) -> Option<AnyView> {
    let lang = ctx.lang;
    let rows: Vec<_> = proving
        .proofs
        .iter()
        .filter(|it| !it.holds)
        .map(|it| view! { <li class="py-3">{state(ctx, it)}{proof::facts(ctx, it)}</li> })
        .collect();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="mt-14 max-w-[44rem]" aria-labelledby="h-earlier">
                {section_head("h-earlier", lang.pick("不再有效的核验", "Proofs that count no more"))}
                <ul class="mt-1 divide-y divide-[var(--line)]">{rows}</ul>
            </section>
        }
        .into_any()
    })
}

/// Says in a word why a proof counts no more.
fn state(ctx: &Ctx, proof: &ProofView) -> AnyView {
    let word = match (&proof.kept.end_reason, proof.kept.ended_at) {
        (Some(_), _) => ctx.lang.pick("已撤销", "Withdrawn"),
        (None, Some(_)) => ctx.lang.pick("到期后已重新核验", "Ran out; proven anew"),
        (None, None) => ctx.lang.pick("证件已经过期", "Its document is not valid any more"),
    };
    view! { <p class="font-semibold">{word}</p> }.into_any()
}

fn form(ctx: &Ctx, proving: &Proving, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let field = |name: &str, text: &str, hint: &str| label(typed, name, text, hint);
    let kinds: Vec<Choice> = IdDocumentKind::ALL
        .iter()
        .map(|kind| (kind.to_string(), kind.label(lang).to_owned()))
        .collect();
    let document = field(
        "document",
        lang.pick("证件种类", "Kind of document"),
        lang.pick("本人带来的一种，一种就够", "The one that was brought; one is enough"),
    );
    let number = field(
        "number",
        lang.pick("证件号码", "Number"),
        lang.pick(
            "只用来核对是否已经核验过别的账号。保存的是尾号，号码不保存",
            "It only tells whether it proves another account. Its end is kept, the number is not",
        ),
    );
    let until = field(
        "valid_until",
        lang.pick("证件有效期至", "Valid until"),
        lang.pick("证件写“长期”的，不用填", "Leave it empty where the document names no end"),
    );
    let theirs = field("is_theirs", lang.pick("确认", "Confirm"), "");
    let confirm = lang.pick(
        format!("证件是本人的，在有效期内，姓名是“{}”", proving.name),
        format!("It is of this person, still valid, and in the name “{}”", proving.name),
    );
    let confirm: [Choice; 1] = [("yes".to_owned(), confirm)];
    let is_theirs = typed.value("is_theirs") == "yes";
    let action = ctx.href(&format!("{LIST}/{}", proving.login));
    view! {
        <section class="mt-10 max-w-[36rem]" aria-labelledby="h-new">
            {section_head("h-new", lang.pick("登记核验", "Record a proof"))}
            <form method="post" action=action novalidate=true class="mt-4">
                {select(&document, lang.pick("请选择", "Choose"), &kinds, typed.value("document"))}
                {line(&number, "text", typed.value("number"))}
                {line(&until, "date", typed.value("valid_until"))}
                {options(&theirs, "checkbox", &confirm, |_| is_theirs)}
                <p class="mt-8">
                    <button class="btn btn-primary" type="submit">{lang.pick("登记核验", "Record it")}</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}

fn withdrawal(ctx: &Ctx, proving: &Proving, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let reason = label(
        typed,
        "reason",
        lang.pick("撤销理由", "Why it is withdrawn"),
        lang.pick(
            "例如：登记错了账号。本人看得到这段话；不要写证件号码",
            "As in: the wrong account. The owner reads it; leave the number of the document out",
        ),
    );
    let action = ctx.href(&format!("{LIST}/{}/withdraw", proving.login));
    view! {
        <section class="mt-14 max-w-[36rem]" aria-labelledby="h-withdraw">
            {section_head("h-withdraw", lang.pick("撤销核验", "Withdraw the proof"))}
            <form method="post" action=action novalidate=true class="mt-4">
                {line(&reason, "text", typed.value("reason"))}
                <p class="mt-8">
                    <button class="btn btn-outline text-error" type="submit">{lang.pick("撤销核验", "Withdraw it")}</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}
