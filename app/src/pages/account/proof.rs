//! Whether it is proven who the owner of an account is, and how (ORG-09): one way is enough.

use kaishu_portal::Portal;
use kaishu_portal::accounts::{Me, ProofView};
use kaishu_types::account::AccountKind;
use kaishu_types::proofing::{IdDocumentKind, ProofMethod};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::ui::data::data;
use crate::ui::dates::{day_of, full_day};
use crate::ui::heading::section_head;
use crate::ui::law::rule_list;
use crate::ui::meta::{fact, meta};

/// The rules behind it.
const RULES: [&str; 2] = ["account.proofing", "account.biometrics"];

/// Draws whether it is proven who the reader is; nothing for an account that is of no person.
pub(super) fn section(ctx: &Ctx, portal: &Portal, me: &Me) -> Option<AnyView> {
    if me.kind != AccountKind::Person {
        return None;
    }
    let body = match me.proof.as_ref() {
        Some(proof) if proof.holds => standing(ctx, proof),
        ended => view! { {ended.map(|it| why_not(ctx, it))} {ways(ctx, portal)} }.into_any(),
    };
    Some(
        view! {
            <section class="mt-12" id="proof" aria-labelledby="h-proof">
                {section_head("h-proof", ctx.lang.pick("身份核验", "Proof of identity"))}
                <div class="mt-3 max-w-[44rem] space-y-3">{body}</div>
                {rules(ctx, portal)}
            </section>
        }
        .into_any(),
    )
}

/// Draws the rules behind the proof of an identity, with their articles.
pub(crate) fn rules(ctx: &Ctx, portal: &Portal) -> AnyView {
    let rules = rule_list(ctx, &portal.policy_view(), &RULES);
    view! { <div class="mt-6 max-w-[44rem]">{rules}</div> }.into_any()
}

/// Draws what is kept of a proof.
pub(crate) fn facts(ctx: &Ctx, proof: &ProofView) -> AnyView {
    let lang = ctx.lang;
    let kept = &proof.kept;
    let document = kept.document.as_ref().map(|document| {
        let text = lang.pick(
            format!("{}，尾号 {}", document.kind.label(lang), document.last_four),
            format!("{}, ending in {}", document.kind.label(lang), document.last_four),
        );
        fact(lang.pick("证件", "Document"), text)
    });
    let by = (kept.method == ProofMethod::IdDocument).then(|| {
        let by = data(lang, kept.proven_by.clone());
        fact(lang.pick("核验人", "Recorded by"), by)
    });
    let until = kept.valid_until.map(|until| {
        fact(lang.pick("证件有效期至", "Document valid until"), full_day(lang, until))
    });
    let ended =
        kept.ended_at.map(|at| fact(lang.pick("终止日期", "Ended"), full_day(lang, day_of(at))));
    let reason = kept.end_reason.as_ref().map(|reason| {
        fact(lang.pick("撤销理由", "Why it was withdrawn"), data(lang, reason.clone()))
    });
    let method = fact(lang.pick("核验方式", "Method"), kept.method.label(lang));
    let since = fact(lang.pick("核验日期", "Proven on"), full_day(lang, day_of(kept.proven_at)));
    let facts = [Some(method), document, Some(since), by, until, ended, reason];
    meta(facts.into_iter().flatten().collect())
}

fn standing(ctx: &Ctx, proof: &ProofView) -> AnyView {
    let lang = ctx.lang;
    let text = lang.pick(
        "您的身份已经核验。在本平台办事不再要求您重复核验，也不要求换一种方式再核验。",
        "It is proven who you are. Nothing on this portal asks you to prove it again, or in another way.",
    );
    view! { <p>{text}</p> {facts(ctx, proof)} }.into_any()
}

/// Says why what was recorded counts no more.
fn why_not(ctx: &Ctx, proof: &ProofView) -> AnyView {
    let lang = ctx.lang;
    let text = match proof.kept.ended_at {
        Some(_) => lang.pick("原来的核验已经撤销。", "The proof that there was is withdrawn."),
        None => lang.pick(
            "核验时的证件已经过期，请用有效的证件再核验一次。",
            "The document that was shown is not valid any more; show a valid one.",
        ),
    };
    view! {
        <div class="ks-note is-warn"><p>{text}</p></div>
        {facts(ctx, proof)}
    }
    .into_any()
}

/// The ways there are: any one of them.
fn ways(ctx: &Ctx, portal: &Portal) -> AnyView {
    let lang = ctx.lang;
    let site = &ctx.site;
    let kinds: Vec<&str> = IdDocumentKind::ALL.iter().map(|kind| kind.label(lang)).collect();
    let kinds = kinds.join(lang.pick("、", ", "));
    let place = [site.address.pick(lang), site.hours.pick(lang)];
    let place = place.iter().filter(|text| !text.is_empty()).cloned().collect::<Vec<_>>();
    let place = (!place.is_empty()).then(|| {
        let text = place.join(lang.pick("；", "; "));
        view! { <p class="ks-mute">{text}</p> }
    });
    let at_counter = lang.pick(
        format!("本人带一种有效的身份证件原件，到数据主管部门的窗口，报登录名。可以带：{kinds}。证件上的姓名要和账号名称一致。"),
        format!(
            "Take one valid identity document to a counter of the data authority, and say your login name. It may be any of: {kinds}. Its name must be that of your account."
        ),
    );
    let by_sign_on = portal.proves_by_sign_on().then(|| {
        let text = lang.pick(
            "先退出，再用统一身份认证登录一次。认证的姓名和账号名称一致的，登录时自动核验。",
            "Log out, then log in once with the single sign-on. Where its name is that of your account, the login proves it.",
        );
        view! {
            <li class="py-3">
                <b class="font-semibold">{ProofMethod::SignOn.label(lang)}</b>
                <p>{text}</p>
            </li>
        }
    });
    let lead = match by_sign_on.is_some() {
        true => lang.pick(
            "还没有核验身份。查找和下载无条件开放的数据不需要核验。需要时，从下面任选一种方式，一种就够：",
            "It is not proven who you are. Open data needs no proof. When you need it, choose any one of these; one is enough:",
        ),
        false => lang.pick(
            "还没有核验身份。查找和下载无条件开放的数据不需要核验。需要时核验一次就够：",
            "It is not proven who you are. Open data needs no proof. When you need it, once is enough:",
        ),
    };
    view! {
        <p>{lead}</p>
        <ul class="divide-y divide-[var(--line)]">
            <li class="py-3">
                <b class="font-semibold">{ProofMethod::IdDocument.label(lang)}</b>
                <p>{at_counter}</p>
                {place}
            </li>
            {by_sign_on}
        </ul>
    }
    .into_any()
}
