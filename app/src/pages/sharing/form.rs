//! The forms by which an agency takes shared data and asks for it.

use kaishu_portal::sharing::SharedEntry;
use kaishu_types::access::DeliveryMode;
use kaishu_types::dataset::DataItemView;
use kaishu_types::sharing::{PushAsk, PushCycle, ShareDocument};
use leptos::prelude::*;

use super::ALL;
use crate::ctx::Ctx;
use crate::ui::fields::{Choice, area, label, line, options, select};
use crate::ui::form::{Typed, once};
use crate::ui::heading::section_head;

/// The way of delivery that stands in the forms beside those of `DeliveryMode`: an API grant whose data is sent (SHR-23).
const PUSH: &str = "push";

/// What stands in the forms, with what is wrong.
pub(super) struct Written {
    pub(super) document: ShareDocument,
    pub(super) typed: Typed,
    /// Whether it was typed into the form by which data is taken without approval.
    pub(super) is_taking: bool,
}

/// What the forms propose to whoever opens them: all that can be asked for, used by themselves.
pub(super) fn proposed(ctx: &Ctx, found: &SharedEntry) -> Written {
    let document = ShareDocument {
        organization: found.agencies.first().map(|it| it.code.clone()).unwrap_or_default(),
        items: found.to_ask_for.iter().cloned().collect(),
        mode: Some(DeliveryMode::Download),
        accounts: ctx.caller.login().map(ToString::to_string).into_iter().collect(),
        ..ShareDocument::default()
    };
    Written { document, typed: Typed::default(), is_taking: false }
}

/// Reads what was typed; what is no value is left out, and said to be missing.
pub(super) fn read(pairs: &[(String, String)]) -> ShareDocument {
    let text = |name: &str| {
        let found = pairs.iter().rev().find(|(it, _)| it == name);
        found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let all = |name: &'static str| {
        pairs.iter().filter(move |(it, _)| it == name).map(|(_, value)| value.clone())
    };
    let is_push = text("mode") == PUSH;
    let push = is_push.then(|| PushAsk {
        cycle: text("cycle").parse().unwrap_or(PushCycle::Daily),
        url: text("url"),
    });
    ShareDocument {
        organization: text("organization"),
        matter: text("matter"),
        basis: text("basis"),
        purpose: text("purpose"),
        scope: text("scope"),
        items: all("items").collect(),
        mode: match is_push {
            true => Some(DeliveryMode::Api),
            false => text("mode").parse().ok(),
        },
        related_needs: text("related_needs"),
        first_day: text("first_day").parse().ok(),
        last_day: text("last_day").parse().ok(),
        accounts: all("accounts").collect(),
        push,
    }
}

/// The form by which data is taken without approval (SHR-01): only for what and by whom is asked.
pub(super) fn taking(ctx: &Ctx, found: &SharedEntry, written: &Written) -> AnyView {
    let lang = ctx.lang;
    let Written { document, typed, .. } = written;
    let action = ctx.href(&format!("{ALL}/{}/take", found.code));
    view! {
        <section aria-labelledby="h-take" class="mt-12">
            {section_head("h-take", lang.pick("直接获取", "Take it at once"))}
            <p class="mt-2 ks-mute">
                {lang.pick(
                    "无条件共享的数据项不用审批。写明用于哪个事项、由谁使用，每次获取都会记录。",
                    "What is shared without conditions needs no approval. Say for which matter and by whom; each retrieval is logged.",
                )}
            </p>
            <form method="post" action=action novalidate=true class="max-w-[40rem]">
                {once()}
                {who(ctx, found, document, typed)}
                {line(&matter(ctx, typed), "text", &document.matter)}
                {mode(ctx, document, typed)}
                <p class="mt-8"><button class="btn btn-primary" type="submit">{lang.pick("直接获取", "Take it")}</button></p>
            </form>
        </section>
    }
    .into_any()
}

/// The form by which data is asked for (SHR-02).
pub(super) fn asking(ctx: &Ctx, found: &SharedEntry, written: &Written, action: &str) -> AnyView {
    let lang = ctx.lang;
    let Written { document, typed, .. } = written;
    let wanted: Vec<&DataItemView> =
        found.items.iter().filter(|item| found.to_ask_for.contains(&item.name)).collect();
    view! {
        <form method="post" action=action.to_owned() novalidate=true class="max-w-[40rem]">
            {once()}
            {who(ctx, found, document, typed)}
            {fields(ctx, &wanted, document, typed)}
            <p class="mt-8"><button class="btn btn-primary" type="submit">{lang.pick("提交申请", "Submit the request")}</button></p>
        </form>
    }
    .into_any()
}

fn matter(ctx: &Ctx, typed: &Typed) -> crate::ui::fields::Label {
    let lang = ctx.lang;
    label(
        typed,
        "matter",
        lang.pick("业务事项", "Business matter"),
        lang.pick(
            "只能用于这个事项，换事项要另行申请",
            "The data is for this matter alone; another one is another request",
        ),
    )
}

fn who(ctx: &Ctx, found: &SharedEntry, document: &ShareDocument, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let agencies: Vec<Choice> = found
        .agencies
        .iter()
        .map(|agency| (agency.code.clone(), agency.label(lang).to_owned()))
        .collect();
    let agency = label(typed, "organization", lang.pick("使用单位", "Agency"), "");
    let agency = match agencies.as_slice() {
        [(code, _)] => {
            view! { <input type="hidden" name="organization" value=code.clone()/> }.into_any()
        }
        _ => select(&agency, lang.pick("请选择", "Choose"), &agencies, &document.organization),
    };
    let known: Vec<Choice> = found
        .accounts
        .iter()
        .map(|(login, name)| (login.clone(), format!("{name}（{login}）")))
        .collect();
    let accounts = label(
        typed,
        "accounts",
        lang.pick("使用账号", "Accounts"),
        lang.pick("只有这些账号用得到数据", "Only these accounts can use the data"),
    );
    view! {
        {agency}
        {options(&accounts, "checkbox", &known, |it| document.accounts.contains(it))}
    }
    .into_any()
}

fn mode(ctx: &Ctx, document: &ShareDocument, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let mut modes: Vec<Choice> = [DeliveryMode::Download, DeliveryMode::Api]
        .iter()
        .map(|it| (it.as_str().to_owned(), it.label(lang).to_owned()))
        .collect();
    modes.push((PUSH.to_owned(), lang.pick("接口调用，并定期推送", "API, and sent").to_owned()));
    let chosen = match &document.push {
        Some(_) => PUSH,
        None => document.mode.map(DeliveryMode::as_str).unwrap_or_default(),
    };
    let ways = label(typed, "mode", lang.pick("使用方式", "Mode"), "");
    view! {
        {options(&ways, "radio", &modes, |it| it == chosen)}
        {pushed(ctx, document, typed)}
    }
    .into_any()
}

/// How often data is sent, and where to (SHR-23).
fn pushed(ctx: &Ctx, document: &ShareDocument, typed: &Typed) -> AnyView {
    let lang = ctx.lang;
    let cycle = label(
        typed,
        "cycle",
        lang.pick("推送周期", "Sent how often"),
        lang.pick("选了定期推送的才用填", "Only where the data is to be sent"),
    );
    let url = label(
        typed,
        "url",
        lang.pick("接收地址", "Sent where"),
        lang.pick(
            "本单位接收数据的程序的地址，以 https:// 开头",
            "The address of your program that receives the data; it begins with https://",
        ),
    );
    let cycles: Vec<Choice> = PushCycle::ALL
        .iter()
        .map(|it| (it.as_str().to_owned(), it.label(lang).to_owned()))
        .collect();
    let asked = document.push.as_ref();
    let chosen = asked.map_or(PushCycle::Daily, |it| it.cycle).as_str();
    let written = asked.map(|it| it.url.as_str()).unwrap_or_default();
    view! {
        {select(&cycle, lang.pick("请选择", "Choose"), &cycles, chosen)}
        {line(&url, "text", written)}
    }
    .into_any()
}

/// What a request says besides who asks.
pub(super) fn fields(
    ctx: &Ctx,
    wanted: &[&DataItemView],
    document: &ShareDocument,
    typed: &Typed,
) -> AnyView {
    let lang = ctx.lang;
    let basis = label(
        typed,
        "basis",
        lang.pick("使用依据", "Legal basis"),
        lang.pick(
            "履行这项职责依据的法律、法规、规章或者文件，写到条款",
            "The law, regulation, rule or document that the duty rests on, with its article",
        ),
    );
    let purpose = label(typed, "purpose", lang.pick("用途", "Purpose"), "");
    let scope = label(
        typed,
        "scope",
        lang.pick("使用范围", "Scope of use"),
        lang.pick("哪个科室、哪些人员、用在哪里", "Which office, who, where"),
    );
    let needs = label(
        typed,
        "related_needs",
        lang.pick("相关需求", "Related needs"),
        lang.pick(
            "更新频率、数量等；没有的写“无”",
            "How often, how much; write `none` if there are none",
        ),
    );
    let items = label(
        typed,
        "items",
        lang.pick("数据项", "Data items"),
        lang.pick("只选用得到的", "Only what you need"),
    );
    let choices: Vec<Choice> =
        wanted.iter().map(|item| (item.name.clone(), item.label.clone())).collect();
    let first = label(
        typed,
        "first_day",
        lang.pick("开始日期", "First day"),
        lang.pick("不填的，自同意之日起", "Empty: from the day of the approval"),
    );
    let last = label(
        typed,
        "last_day",
        lang.pick("结束日期", "Last day"),
        lang.pick("最长三年；不填的为三年", "Three years at most, and without a day"),
    );
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    view! {
        {line(&matter(ctx, typed), "text", &document.matter)}
        {area(&basis, 2, &document.basis)}
        {area(&purpose, 3, &document.purpose)}
        {area(&scope, 2, &document.scope)}
        {options(&items, "checkbox", &choices, |it| document.items.contains(it))}
        {mode(ctx, document, typed)}
        {area(&needs, 2, &document.related_needs)}
        {line(&first, "date", &day(document.first_day))}
        {line(&last, "date", &day(document.last_day))}
    }
    .into_any()
}
