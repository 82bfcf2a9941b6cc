//! What one can have now, and what one can ask for.

use kaishu_domain::policy::Fees;
use kaishu_portal::access::Grant;
use kaishu_portal::entries::DatasetPage;
use kaishu_types::access::DeliveryMode;
use kaishu_types::dataset::ResourceView;
use kaishu_types::vocabulary::{DatasetState, Format, OpenClass, ResourceKind};
use leptos::prelude::*;

use crate::ctx::Ctx;
use crate::pages::account::login_path;
use crate::ui::data::{data, foreign};
use crate::ui::dates::day_text;
use crate::ui::icon::icon;
use crate::ui::law::fees_line;
use crate::ui::links::{download_path, safe_url};
use crate::ui::numbers::{extent, size};

/// Draws the two ways to the data side by side.
pub(crate) fn section(ctx: &Ctx, found: &DatasetPage) -> Option<AnyView> {
    if found.dataset.state != DatasetState::Published {
        return None;
    }
    let words = ctx.words;
    let count = |class| found.dataset.items.iter().filter(|item| item.open_class == class).count();
    let n_open = count(OpenClass::Unconditional);
    let n_conditional = count(OpenClass::Conditional);
    let is_conditional = found.dataset.fields.open.class == OpenClass::Conditional;
    let shared: Vec<_> =
        found.grants.iter().filter(|it| it.holder.is_some()).map(|it| held(ctx, it)).collect();
    let now = available_now(ctx, found, n_open);
    let layout = if is_conditional { "grid md:grid-cols-2" } else { "" };
    let on_application =
        is_conditional.then(|| available_on_application(ctx, found, n_conditional));
    Some(
        view! {
            <section aria-labelledby="h-get" class="border-t-2 border-[var(--color-base-content)]">
                <h2 id="h-get" class="sr-only">{words.get_data}</h2>
                {shared}<div class=layout>{now}{on_application}</div>
            </section>
        }
        .into_any(),
    )
}

fn available_now(ctx: &Ctx, found: &DatasetPage, n_open: usize) -> AnyView {
    let words = ctx.words;
    let dataset = &found.dataset;
    let files: Vec<&ResourceView> = dataset
        .resources
        .iter()
        .filter(|resource| found.may_download && resource.kind == ResourceKind::File)
        .collect();
    let links: Vec<&ResourceView> =
        dataset.resources.iter().filter(|resource| resource.kind != ResourceKind::File).collect();
    let has_data = !files.is_empty() || !links.is_empty();
    let heading = match (has_data, found.needs_login) {
        (false, _) => words.open_items,
        (true, true) => words.available_after_login,
        (true, false) => words.available_now,
    };
    let heading = if n_open > 0 {
        format!("{heading}{}{}", ctx.lang.pick("：", ": "), words.n_items(n_open))
    } else {
        heading.to_owned()
    };
    let text = match (has_data, found.opens_after_login, found.needs_login) {
        (false, ..) => words.no_file,
        (true, true, true) => words.login_needed,
        (true, true, false) => words.available_logged_in,
        (true, false, _) => words.available_now_text,
    };
    let free_rule = found.fees_rule.as_ref().filter(|_| found.fees == Fees::Free);
    let rule = found.login_rule.as_ref().or(free_rule).filter(|_| has_data).map(|rule| {
        view! { {ctx.gap()}<a class="ks-art" href=ctx.href(&rule.link)>{rule.name(ctx.lang)}</a> }
    });
    let main = files.first().filter(|_| found.is_free());
    let main = main.map(|first| take_at_once(ctx, found, first, &files));
    let login = files.iter().find(|file| found.waits_for_login(file));
    let login = login.map(|file| {
        view! { <div class="mt-4">{log_in_to_take(ctx, found, file)}</div> }
    });
    let others = other_files(ctx, found, &files);
    let accepted = (!files.is_empty()).then(|| accepted(ctx, found));
    let external = elsewhere(ctx, &links);
    let contact = (!has_data)
        .then(|| found.dataset.fields.contact.clone())
        .flatten()
        .map(|contact| view! { <p class="mt-3">{data(ctx.lang, contact)}</p> });
    let side = if found.dataset.fields.open.class == OpenClass::Conditional {
        "py-6 md:pr-8 md:border-r border-[var(--line)]"
    } else {
        "py-6"
    };
    view! {
        <div class=side>
            <h3 class="text-lg">{heading}</h3>
            <p class="mt-1 ks-mute text-[.9375rem]">{text}{rule}</p>
            {main}
            {login}
            {others}
            {accepted}
            {external}
            {contact}
        </div>
    }
    .into_any()
}

/// Says which licence whoever takes it accepts; the receipt names it, too (AGR-10).
fn accepted(ctx: &Ctx, found: &DatasetPage) -> AnyView {
    let licence = found.terms.label("licence", &found.dataset.fields.licence, ctx.lang);
    let before = ctx.lang.pick("下载即表示接受授权协议：", "By taking it you accept its licence: ");
    view! { <p class="mt-3 text-[.9375rem]">{before}{data(ctx.lang, licence)}</p> }.into_any()
}

/// The button for the first file that may be taken, and one for its table.
fn take_at_once(
    ctx: &Ctx,
    found: &DatasetPage,
    first: &ResourceView,
    files: &[&ResourceView],
) -> AnyView {
    let words = ctx.words;
    let file = files.iter().copied().find(|file| found.can_take(file));
    let kept_back = found.kept_back.get(&first.id).filter(|_| file.is_none());
    let why = kept_back
        .map(|release| view! { <p class="mt-3 text-[.9375rem]">{words.kept_back(release)}</p> });
    // Where the bytes are kept back, the button itself leads to the table.
    let table = file.filter(|file| found.has_table(file)).map(|file| {
        view! {
            <a class="btn btn-outline" href=ctx.href(&table_path(found, file))>
                {icon("table")}{words.see_table}
            </a>
        }
    });
    view! {
        <div class="mt-4 flex flex-wrap gap-2">{take_button(ctx, found, file.unwrap_or(first))}{table}</div>
        {why}
    }
    .into_any()
}

/// The way to a file of somebody who is not logged in: to the login, and from there to the file.
pub(crate) fn log_in_to_take(ctx: &Ctx, found: &DatasetPage, file: &ResourceView) -> AnyView {
    let target = login_path(ctx, &download_path(&found.dataset.code, file));
    view! {
        <a class="btn btn-primary" rel="nofollow" href=target>
            {icon("download")}{ctx.words.log_in_to_download}" "{file.format.label(ctx.lang)}
        </a>
    }
    .into_any()
}

/// Links to the files behind the first that may be taken.
fn other_files(ctx: &Ctx, found: &DatasetPage, files: &[&ResourceView]) -> Option<AnyView> {
    let words = ctx.words;
    let others = files.iter().filter(|file| found.can_take(file)).skip(1).take(6);
    let parts: Vec<_> = others
        .enumerate()
        .map(|(place, file)| {
            let before = (place > 0).then_some(words.separator);
            let path = download_path(&found.dataset.code, file);
            view! {
                <>
                    {before}
                    <a class="ks-link" rel="nofollow" href=ctx.href(&path)>{data(ctx.lang, file.title.as_str())}" "{file.format.label(ctx.lang)}</a>
                </>
            }
        })
        .collect();
    (!parts.is_empty()).then(|| {
        view! { <p class="mt-3 text-[.9375rem]">{words.other_files}{parts}</p> }.into_any()
    })
}

/// Links to what lies with somebody else.
fn elsewhere(ctx: &Ctx, links: &[&ResourceView]) -> Option<AnyView> {
    let external: Vec<_> = links
        .iter()
        .take(6)
        .filter_map(|link| {
            let url = safe_url(link.url.as_deref()?)?;
            Some(view! {
                <li>
                    <a class="ks-link" rel="external nofollow noopener" href=url>{data(ctx.lang, link.title.as_str())}</a>
                    " "
                    <span class="ks-fmt">{link.format.label(ctx.lang)}</span>
                </li>
            })
        })
        .collect();
    (!external.is_empty())
        .then(|| view! { <ul class="mt-4 space-y-1.5">{external}</ul> }.into_any())
}

/// Keeps the main action at the lower edge of a phone, where there is something to take at once.
pub(crate) fn foot(ctx: &Ctx, found: &DatasetPage) -> Option<AnyView> {
    let is_published = found.dataset.state == DatasetState::Published;
    if !is_published || !found.is_free() {
        return None;
    }
    let mut files = found.dataset.resources.iter().filter(|it| it.kind == ResourceKind::File);
    let first = files.clone().next()?;
    let file = files.find(|file| found.can_take(file)).unwrap_or(first);
    Some(
        view! {
            <div class="ks-foot lg:hidden mt-8 [&>*]:w-full">{take_button(ctx, found, file)}</div>
        }
        .into_any(),
    )
}

/// The way to a file: its bytes, or its table where they are kept back.
fn take_button(ctx: &Ctx, found: &DatasetPage, file: &ResourceView) -> AnyView {
    if !found.can_take(file) {
        return view! {
            <a class="btn btn-primary" href=ctx.href(&table_path(found, file))>{ctx.words.see_table}</a>
        }
        .into_any();
    }
    let bytes = file.size_bytes.map(|bytes| {
        view! { <span class="font-normal num">"("{size(bytes)}")"</span> }
    });
    let format = if file.format == Format::Other { "" } else { file.format.label(ctx.lang) };
    view! {
        <a class="btn btn-primary" rel="nofollow" href=ctx.href(&download_path(&found.dataset.code, file))>
            {icon("download")}{ctx.words.download}" "{format}" "{bytes}
        </a>
    }
    .into_any()
}

/// Where the table of a file is seen.
fn table_path(found: &DatasetPage, file: &ResourceView) -> String {
    format!("/datasets/{}/resources/{}", found.dataset.code, file.id)
}

fn available_on_application(ctx: &Ctx, found: &DatasetPage, n_conditional: usize) -> AnyView {
    let words = ctx.words;
    let heading = if n_conditional > 0 {
        format!(
            "{}{}{}",
            words.available_on_application,
            ctx.lang.pick("：", ": "),
            words.n_items(n_conditional)
        )
    } else {
        words.available_on_application.to_owned()
    };
    let target = format!("/datasets/{}/apply", found.dataset.code);
    let held: Vec<_> =
        found.grants.iter().filter(|it| it.holder.is_none()).map(|it| held(ctx, it)).collect();
    view! {
        <div class="py-6 md:pl-8 max-md:border-t border-[var(--line)]">
            <h3 class="text-lg">{heading}</h3>
            {held}
            {terms_first(ctx, found)}
            <p class="mt-1 ks-mute text-[.9375rem]">{words.answer_within(found.reply_working_days)}</p>
            <p class="mt-1 ks-mute text-[.9375rem]">
                {fees_line(ctx, found.fees, found.fees_rule.as_deref())}
            </p>
            <div class="mt-4">
                <a class="btn btn-primary" href=ctx.href(&target)>{icon("apply")}{words.apply}</a>
            </div>
            <p class="mt-3 text-[.9375rem] ks-noprint">
                <a class="ks-link" href="#h-law">{words.see_terms}</a>
            </p>
        </div>
    }
    .into_any()
}

/// Leads to the terms of the platform, where they stand in the way of what was granted (AGR-03).
fn terms_first(ctx: &Ctx, found: &DatasetPage) -> Option<AnyView> {
    if !found.must_accept {
        return None;
    }
    let (text, word) = ctx.lang.pick(
        ("平台协议有新的版本，接受以后才能使用：", "阅读并接受"),
        ("The terms of the platform have a new version; before you use it, ", "accept them"),
    );
    let link = view! { <a class="ks-link" href=ctx.href("/me/agreement")>{word}</a> };
    Some(view! { <p class="mt-2">{text}{link}</p> }.into_any())
}

/// What the reader was granted, and until when.
fn held(ctx: &Ctx, grant: &Grant) -> AnyView {
    let (n, day) = (grant.items.len(), day_text(ctx.lang, grant.last_day));
    let text = ctx.lang.pick(
        format!("您获准使用 {n} 个数据项，到 {day}。"),
        format!("You may use {n} of its data items until {day}."),
    );
    let (text, path) = match grant.holder {
        None => (text, format!("/applications/{}", grant.case)),
        Some(_) => (
            ctx.lang.pick(
                format!("本单位经共享可以使用这项数据，到 {day}。"),
                format!("Shared with your agency until {day}."),
            ),
            format!("/share/requests/{}", grant.case),
        ),
    };
    let path = ctx.href(&path);
    let word = ctx.lang.pick("查看申请", "See the application");
    let verify = (grant.mode == DeliveryMode::QueryVerify).then(|| {
        let path = ctx.href(&format!("/datasets/{}/verify", grant.dataset));
        let word = ctx.lang.pick("去核验", "Verify");
        view! { " "<a class="ks-link" href=path>{word}</a> }
    });
    view! {
        <p class="mt-2"><span class="ks-mark is-ok">{icon("check")}{text}</span>{verify}" "<a class="ks-link" href=path>{word}</a></p>
    }
    .into_any()
}

/// Draws all files and interfaces with their facts (DL-10).
pub(crate) fn resources(ctx: &Ctx, found: &DatasetPage) -> Option<AnyView> {
    let words = ctx.words;
    let dataset = &found.dataset;
    if dataset.resources.is_empty() || dataset.state != DatasetState::Published {
        return None;
    }
    let rows: Vec<_> = dataset.resources.iter().map(|resource| row(ctx, found, resource)).collect();
    Some(
        view! {
            <section aria-labelledby="h-files" class="mt-12">
                <h2 id="h-files" class="text-xl">{words.resources}</h2>
                <ul class="mt-3 border-b border-[var(--line)]">{rows}</ul>
                {whole(ctx, found)}
            </section>
        }
        .into_any(),
    )
}

/// The way to all that is open of several files at once.
fn whole(ctx: &Ctx, found: &DatasetPage) -> Option<AnyView> {
    let dataset = &found.dataset;
    let files = dataset.resources.iter().filter(|it| it.kind == ResourceKind::File);
    let is_some_open = files.clone().any(|file| found.can_take(file));
    if files.count() < 2 || !is_some_open {
        return None;
    }
    let target = format!("/api/v1/datasets/{}/export.zip", dataset.code);
    Some(
        view! {
            <p class="mt-4">
                <a class="btn btn-outline btn-sm" rel="nofollow" href=target>
                    {icon("download")}{ctx.words.whole_dataset}
                </a>
            </p>
        }
        .into_any(),
    )
}

fn row(ctx: &Ctx, found: &DatasetPage, resource: &ResourceView) -> AnyView {
    let words = ctx.words;
    let mut facts: Vec<String> = vec![resource.format.label(ctx.lang).to_owned()];
    facts.extend(resource.size_bytes.map(size));
    facts.extend(extent(words, resource));
    facts.extend(resource.encoding.clone());
    let page = table_path(found, resource);
    let table = found.has_table(resource).then(|| {
        view! { <a class="ks-link" href=ctx.href(&page)>{words.see_table}</a> }
    });
    let links = if found.can_take(resource) {
        let original =
            format!("/api/v1/datasets/{}/resources/{}/original", found.dataset.code, resource.id);
        view! {
            <a class="ks-link" rel="nofollow" href=ctx.href(&download_path(&found.dataset.code, resource))>{words.download}</a>
            <a class="ks-link" rel="nofollow" href=original>{words.original_bytes}</a>
        }
        .into_any()
    } else {
        resource
            .url
            .as_deref()
            .and_then(safe_url)
            .map(|url| view! { <a class="ks-link" rel="external nofollow noopener" href=url>{words.open_link}</a> })
            .into_any()
    };
    let sums = resource.sha256.clone().zip(resource.sm3.clone()).map(|(sha256, sm3)| {
        view! {
            <details class="text-sm mt-1">
                <summary class="ks-mute cursor-pointer">{words.checksum}</summary>
                <p class="font-mono text-[.8125rem] break-all">"SHA-256 "{sha256}<br/>"SM3 "{sm3}</p>
            </details>
        }
    });
    view! {
        <li class="py-3 border-t border-[var(--line)]">
            <div class="flex flex-wrap justify-between gap-x-6 gap-y-1">
                <h3 class="text-base">
                    <a class="ks-link" href=ctx.href(&page)>{data(ctx.lang, resource.title.as_str())}</a>
                </h3>
                <span class="flex flex-wrap gap-x-4">{table}{links}</span>
            </div>
            {resource.description.clone().map(|text| view! { <p class="text-[.9375rem] whitespace-pre-line" lang=foreign(ctx.lang, &text)>{text.clone()}</p> })}
            <p class="text-sm ks-mute num">{facts.join(" · ")}</p>
            {super::in_place::note(ctx, found, resource)}
            {sums}
        </li>
    }
    .into_any()
}
