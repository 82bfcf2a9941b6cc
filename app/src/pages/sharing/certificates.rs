//! The certificate of what was had by sharing: any agency opens it by its number and checks a file against it (SHR-21).

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use kaishu_domain::provenance::Compared;
use kaishu_portal::Portal;
use kaishu_portal::sharing::ShareCertificate;
use kaishu_types::{ErrorCode, ReceiptCode};
use leptos::prelude::*;

use super::{ALL, share_page};
use crate::ctx::{Asked, Ctx};
use crate::error::AppError;
use crate::page::{Page, respond};
use crate::pages::account::to_login;
use crate::pages::verify::tidy;
use crate::ui::data::data;
use crate::ui::dates::full_time;
use crate::ui::heading::section_head;
use crate::ui::law::rule_list;
use crate::ui::meta::{fact, hash, meta, text_fact};
use crate::ui::numbers::thousands;

/// Where certificates are checked.
pub(super) const PATH: &str = "/share/certificates";

/// The address of the certificate of a number.
pub(super) fn address(ctx: &Ctx, number: &str) -> String {
    ctx.href(&format!("{PATH}/{number}"))
}

/// `GET /share/certificates`
pub(crate) async fn ask(Asked(ctx): Asked, State(portal): State<Portal>) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["number"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    if let Err(error) = portal.permit_certificates(&ctx.caller, ctx.lang) {
        return respond(&ctx, || Err(error.into()));
    }
    let typed = asked.get("number").map(|typed| tidy(typed)).unwrap_or_default();
    if typed.is_empty() {
        return respond(&ctx, || Ok(form_page(&ctx)));
    }
    match typed.parse::<ReceiptCode>() {
        Ok(code) => Redirect::to(&address(&ctx, code.as_str())).into_response(),
        Err(_) => respond(&ctx, || Err(unknown(&ctx, &typed))),
    }
}

/// `GET /share/certificates/{number}`
pub(crate) async fn show(
    Asked(ctx): Asked,
    Path(number): Path<String>,
    State(portal): State<Portal>,
) -> Response {
    if let Some(elsewhere) = to_login(&ctx) {
        return elsewhere;
    }
    let asked = match ctx.only(&["hash"]) {
        Ok(asked) => asked,
        Err(error) => return respond(&ctx, || Err(error)),
    };
    let typed = asked.get("hash").map(|typed| typed.trim().to_owned()).unwrap_or_default();
    let number = tidy(&number);
    let found = portal.share_certificate(&ctx.caller, &number, ctx.lang).await;
    respond(&ctx, || {
        let found =
            found.map_err(|error| AppError::or_unknown(error, || unknown(&ctx, &number)))?;
        Ok(page(&ctx, &portal, &found, &typed))
    })
}

fn unknown(ctx: &Ctx, number: &str) -> AppError {
    let lang = ctx.lang;
    let message = lang.pick(
        format!("没有编号为 {number} 的来源证明。编号就是获取时的回执编号，由 R、八位日期和十二位数字或字母组成；公开获取的回执不在这里，请到“验证回执”。"),
        format!("There is no certificate {number}. Its number is that of the receipt: R, a date of eight digits and twelve digits or letters. A receipt of open data is verified by everybody, at “Verify a receipt”."),
    );
    let again = lang.pick("核对另一个编号", "Check another number");
    AppError::new(ErrorCode::NotFound, message).with_remedy(again, PATH)
}

fn form_page(ctx: &Ctx) -> Page {
    let lang = ctx.lang;
    let body = view! {
        <form method="get" action=ctx.href(PATH) class="ks-field max-w-[40rem]">
            <label for="number">{lang.pick("来源证明编号", "Number of the certificate")}</label>
            <p class="hint" id="number-h">
                {lang.pick("获取时的回执编号，如 R-20261121-7F3A22C0D1E2", "That of the receipt, as in R-20261121-7F3A22C0D1E2")}
            </p>
            <div class="flex gap-2">
                <input class="input w-full font-mono" id="number" name="number" maxlength="80" required autocomplete="off" spellcheck="false" aria-describedby="number-h"/>
                <button class="btn btn-primary" type="submit">{lang.pick("核对", "Check")}</button>
            </div>
        </form>
    };
    let title = lang.pick("核对来源证明", "Check a certificate");
    let lead = lang.pick(
        "其他单位出示的电子文件说是共享取得的，凭它的编号在这里核对：来自哪个单位、什么时候取得、有没有改动。",
        "An agency shows a document that it had by sharing: check by its number where it comes from, when it was taken, and whether it was changed.",
    );
    share_page(ctx, title, vec![(title.to_owned(), None)], lead, body.into_any())
}

fn page(ctx: &Ctx, portal: &Portal, found: &ShareCertificate, typed: &str) -> Page {
    let lang = ctx.lang;
    let policy = portal.policy_view();
    let body = view! {
        <div class="max-w-[52rem]">
            {facts(ctx, found)}
            <section class="mt-10" aria-labelledby="h-check">
                {section_head("h-check", ctx.words.check_file)}
                {check(ctx, found, typed)}
            </section>
            <section class="mt-10" aria-labelledby="h-rule">
                {section_head("h-rule", lang.pick("效力", "Its force"))}
                {rule_list(ctx, &policy, &["share_app.paper_effect", "share_app.no_resubmission"])}
            </section>
        </div>
    };
    let title =
        lang.pick(format!("来源证明 {}", found.number), format!("Certificate {}", found.number));
    let all = lang.pick("核对来源证明", "Check a certificate").to_owned();
    let places = vec![(all, Some(PATH.to_owned())), (found.number.to_string(), None)];
    let lead = lang.pick(
        "本平台证明：下面的数据是通过共享取得的，来自所列的来源单位。谁取得的、数据的内容，不在证明里。",
        "This portal certifies that the data below was had by sharing and comes from the agency that is named. Who took it, and what is in it, is not told.",
    );
    share_page(ctx, &title, places, lead, body.into_any())
}

fn facts(ctx: &Ctx, found: &ShareCertificate) -> AnyView {
    let (lang, words) = (ctx.lang, ctx.words);
    let entry = ctx.href(&format!("{ALL}/{}", found.dataset));
    let mut facts = vec![
        fact(lang.pick("来源单位", "Comes from"), data(lang, found.provider.label(lang))),
        fact(
            words.dataset,
            view! {
                <a class="ks-link" href=entry>{data(lang, found.title.as_str())}</a>
                " "
                <span class="ks-mute num">{found.dataset.to_string()}</span>
            },
        ),
        fact(words.version, words.version_number(found.version)),
        fact(words.retrieved, words.retrieved(found.kind)),
        fact(words.retrieved_at, full_time(lang, found.at)),
    ];
    facts.extend(text_fact(lang.pick("资源或者介质", "Resource or medium"), Some(&found.resource)));
    facts.extend(text_fact(words.file_name, Some(&found.file_name)));
    let bytes = found.size_bytes.map(|bytes| format!("{} {}", thousands(bytes), words.bytes));
    facts.extend(text_fact(words.size, bytes.as_deref()));
    for (word, sum) in [("SHA-256", &found.sha256), ("SM3", &found.sm3)] {
        facts.extend(sum.as_deref().map(|sum| fact(word, hash(sum))));
    }
    facts.extend(text_fact(lang.pick("业务事项", "Matter"), Some(&found.matter)));
    facts.extend(text_fact(lang.pick("使用依据", "Basis"), Some(&found.basis)));
    meta(facts)
}

/// The field for the hash of a file at hand, and what it says.
fn check(ctx: &Ctx, found: &ShareCertificate, typed: &str) -> AnyView {
    let lang = ctx.lang;
    if found.sha256.is_none() && found.sm3.is_none() {
        let none = lang.pick(
            "这次获取没有留下文件的摘要：逐页读取的数据、线下交付的介质和没有传完的文件都没有。来源和时间以上面为准；需要核对内容的，请取得的单位重新导出。",
            "No hash was kept: there is none of rows that were read page by page, of what was handed over, and of a file that was not sent to its end. Source and time are as above; to compare the content, have it exported again.",
        );
        return view! { <p class="mt-2">{none}</p> }.into_any();
    }
    let said = (!typed.is_empty()).then(|| told(ctx, found.compare(typed)));
    let path = address(ctx, found.number.as_str());
    view! {
        {said}
        <form method="get" action=path class="ks-field mt-2 max-w-[46rem]">
            <label for="hash">{lang.pick("文件的 SHA-256 或者 SM3", "SHA-256 or SM3 of the file")}</label>
            <p class="hint" id="hash-h">
                {lang.pick(
                    "在自己的电脑上算出来，整行粘贴也可以，例如 sha256sum、certutil -hashfile 的输出。文件不用上传。",
                    "Computed on your own machine, as by sha256sum or certutil -hashfile; the whole line will do. The file is not uploaded.",
                )}
            </p>
            <div class="flex gap-2">
                <input class="input w-full font-mono" id="hash" name="hash" value=typed.to_owned() maxlength="500" required autocomplete="off" spellcheck="false" aria-describedby="hash-h"/>
                <button class="btn btn-primary" type="submit">{lang.pick("比对", "Compare")}</button>
            </div>
        </form>
    }
    .into_any()
}

fn told(ctx: &Ctx, compared: Compared) -> AnyView {
    let lang = ctx.lang;
    let (class, text) = match compared {
        Compared::Same => (
            "ks-note is-ok my-4",
            lang.pick(
                "摘要一致：手里的文件就是当时取得的文件，没有改动。",
                "The hash is the same: the file at hand is the one that was taken, unchanged.",
            ),
        ),
        Compared::Different => (
            "ks-note is-warn my-4",
            lang.pick(
                "摘要不一致：手里的文件不是当时取得的文件，或者后来有改动，不能凭这份证明采用。",
                "The hash is another one: the file at hand is not the one that was taken, or it was changed. This certificate does not cover it.",
            ),
        ),
        Compared::NoHash => (
            "ks-note is-warn my-4",
            lang.pick(
                "填写的不是 SHA-256 或者 SM3：应当是 64 位的十六进制数字。",
                "This is no SHA-256 and no SM3: each has 64 hexadecimal digits.",
            ),
        ),
        Compared::NothingToCompare => (
            "ks-note is-warn my-4",
            lang.pick("这份证明里没有摘要，不能比对。", "This certificate has no hash to compare with."),
        ),
    };
    view! { <div class=class role="status"><p>{text}</p></div> }.into_any()
}
