//! The frame of every page: head, masthead, footer.

use kaishu_domain::permission::Action;
use kaishu_portal::accounts::Waits;
use kaishu_types::Lang;
use leptos::prelude::*;

use crate::ctx::{Ctx, Theme};
use crate::page::{Page, Section, respond};
use crate::ui::crumbs::crumbs;
use crate::ui::data::data;
use crate::ui::heading::heading;
use crate::ui::icon::{SEAL, SPRITE, icon};

/// Writes a whole document.
pub(crate) fn document(ctx: &Ctx, page: Page) -> String {
    let words = ctx.words;
    let site_name = ctx.site.name.pick(ctx.lang);
    let title = if ctx.path == "/" {
        format!("{site_name} · {}", ctx.lang.pick("开数", "Kaishu"))
    } else {
        format!("{} · {site_name}", page.title)
    };
    let theme = ctx.theme.map(|theme| match theme {
        Theme::Light => "kaishu",
        Theme::Dark => "kaishu-dark",
    });
    let json_ld = page.json_ld.as_ref().map(|value| {
        view! { <script type="application/ld+json" inner_html=json_for_script(value)></script> }
    });
    let description =
        page.description.unwrap_or_else(|| ctx.site.description.pick(ctx.lang).to_owned());
    let robots = (!page.listed).then(|| view! { <meta name="robots" content="noindex"/> });
    let refresh = page.refresh.map(|target| view! { <meta http-equiv="refresh" content=target/> });
    let zh_path = alternate(ctx, Lang::Zh);
    let en_path = alternate(ctx, Lang::En);
    let assets = &ctx.site.asset_version;
    let html = view! {
        <html lang=ctx.lang.tag() data-theme=theme>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <title>{title}</title>
                <meta name="description" content=description/>
                {robots}
                {refresh}
                <meta name="color-scheme" content="light dark"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=format!("/pkg/kaishu.css?v={assets}")/>
                <link rel="alternate" hreflang="zh-CN" href=zh_path/>
                <link rel="alternate" hreflang="en" href=en_path/>
                <script type="module" src=format!("/boot.js?v={assets}")></script>
                {json_ld}
            </head>
            <body class=page.is_wide.then_some("is-wide")>
                <a class="ks-skip" href="#main">{words.skip}</a>
                {masthead(ctx, page.section)}
                {page.body}
                {footer(ctx)}
                <div hidden inner_html=SPRITE></div>
            </body>
        </html>
    };
    format!("<!DOCTYPE html>{}", html.to_html())
}

/// Draws a page whose body is written in English by another part of the program, as the reference of
/// the API is: `body` must be markup that is safe as it stands.
pub fn english_page(
    portal: &kaishu_portal::Portal,
    parts: &http::request::Parts,
    title: &'static str,
    body: &'static str,
) -> axum::response::Response {
    let ctx = Ctx::of(portal, parts);
    respond(&ctx, || {
        ctx.without_parameters()?;
        let places = vec![
            (ctx.words.developers.to_owned(), Some("/developers".to_owned())),
            (title.to_owned(), None),
        ];
        let note = (ctx.lang == Lang::Zh).then(|| {
            view! { <p class="mt-3 text-lg">{ctx.words.reference_in_english}</p> }
        });
        let main = view! {
            <main id="main" class="ks-wrap">
                {crumbs(&ctx, places)}
                <header class="pt-3">{heading(title)}{note}</header>
                <div lang="en" inner_html=body></div>
            </main>
        };
        Ok(Page::new(title, main))
    })
}

/// JSON for a script element: `<` never reaches the HTML parser.
fn json_for_script(value: &serde_json::Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

fn alternate(ctx: &Ctx, lang: Lang) -> String {
    let path = if ctx.path == "/" && lang == Lang::En { "" } else { ctx.path.as_str() };
    format!("{}{}{path}", ctx.site.base_url, lang.prefix())
}

fn masthead(ctx: &Ctx, section: Option<Section>) -> AnyView {
    let words = ctx.words;
    let places = [
        (Section::Datasets, "/datasets", words.datasets),
        (Section::Organizations, "/organizations", words.organizations),
        (Section::Regions, "/regions", words.regions),
        (Section::Demands, "/demands", words.demands),
        (Section::Showcases, "/showcases", words.showcases),
        (Section::Stats, "/stats", words.stats),
        (Section::Rules, "/rules", words.rules),
    ];
    let links = || {
        places
            .iter()
            .map(|(place, path, word)| {
                let current = (section == Some(*place)).then_some("page");
                view! { <a href=ctx.href(path) aria-current=current>{*word}</a> }
            })
            .collect::<Vec<_>>()
    };
    let other_lang = ctx.lang.pick("en", "zh-CN");
    let other = ctx.other_language();
    view! {
        <header class="ks-wrap">
            <div class="ks-mast">
                <a class="ks-brand" href=ctx.href("/")>
                    <span class="contents" inner_html=SEAL></span>
                    <span>
                        <b>{ctx.site.name.pick(ctx.lang)}</b>
                        <span>{ctx.site.keeper_line(ctx.lang)}</span>
                    </span>
                </a>
                <nav class="ks-nav" aria-label=words.main_navigation>{links()}</nav>
                <div class="ks-tools">
                    <a class="ks-plain" href=other.clone() lang=other_lang hreflang=other_lang>
                        {words.other_language}
                    </a>
                    {account_menu(ctx)}
                </div>
                <details class="ks-menu">
                    <summary>{icon("menu")}{words.menu}</summary>
                    <nav aria-label=words.small_navigation>
                        {links()}
                        <a href=other lang=other_lang hreflang=other_lang>{words.other_language}</a>
                        {account_links(ctx)}
                    </nav>
                </details>
            </div>
            <div class="ks-rule"></div>
        </header>
    }
    .into_any()
}

/// Where one's own account is looked after.
const OWN: [(&str, &str, &str); 3] = [
    ("/me", "我的账号", "My account"),
    ("/me/security", "登录与安全", "Login and security"),
    ("/me/tokens", "访问令牌", "Tokens"),
];

/// Where whoever reads has something to do, the desk first where there is one.
fn own_places(ctx: &Ctx) -> Vec<(String, &'static str)> {
    let has_desk = ctx.caller.may_ever(Action::SeeDrafts);
    let desk = has_desk.then_some(("/workbench", "工作台", "Workbench"));
    let shares = ctx.caller.may_ever(Action::SeeShares);
    let shares = shares.then_some(("/share", "共享目录", "Share catalogue"));
    let keeps = crate::pages::administers(ctx);
    let administration = keeps.then_some(("/authority", "管理和监督", "Administration"));
    let places = desk.into_iter().chain(shares).chain(administration).chain(OWN);
    places.map(|(path, zh, en)| (ctx.href(path), ctx.lang.pick(zh, en))).collect()
}

/// Draws the way to the login, or the name of who reads with a small menu.
fn account_menu(ctx: &Ctx) -> AnyView {
    let Some(name) = ctx.caller.name() else {
        let (path, word) = login_way(ctx);
        return view! { <a class="btn btn-sm btn-outline" href=ctx.href(path)>{word}</a> }
            .into_any();
    };
    let links: Vec<_> = own_places(ctx)
        .into_iter()
        .map(|(path, word)| view! { <li><a href=path>{word}</a></li> })
        .collect();
    view! {
        <details class="ks-drop ks-account">
            <summary class="btn btn-sm btn-outline">
                <span class="sr-only">{ctx.lang.pick("账号：", "Account: ")}</span>
                <span class="ks-account-name">{data(ctx.lang, name)}</span>
                {icon("down")}
            </summary>
            <ul>
                {links}
                <li>{log_out(ctx)}</li>
            </ul>
        </details>
    }
    .into_any()
}

/// Draws the same for the menu of small screens.
fn account_links(ctx: &Ctx) -> AnyView {
    if !ctx.caller.is_logged_in() {
        let (path, word) = login_way(ctx);
        return view! { <a href=ctx.href(path)>{word}</a> }.into_any();
    }
    let links: Vec<_> =
        own_places(ctx).into_iter().map(|(path, word)| view! { <a href=path>{word}</a> }).collect();
    view! { {links}{log_out(ctx)} }.into_any()
}

/// Whoever gave the password and not yet the code goes on where the code is asked for.
fn login_way(ctx: &Ctx) -> (&'static str, &'static str) {
    let go_on = ctx.lang.pick("完成登录", "Finish logging in");
    match ctx.caller.waits() {
        Some(Waits::Code) => ("/login/code", go_on),
        Some(Waits::Enrolment) => ("/me/security/code", go_on),
        None => ("/login", ctx.words.log_in),
    }
}

fn log_out(ctx: &Ctx) -> AnyView {
    view! {
        <form method="post" action=ctx.href("/logout")>
            <button class="cursor-pointer" type="submit">{ctx.lang.pick("退出", "Log out")}</button>
        </form>
    }
    .into_any()
}

fn footer(ctx: &Ctx) -> AnyView {
    let words = ctx.words;
    let site = &ctx.site;
    let demonstration = site.demonstration.then(|| {
        view! {
            <p class="ks-wrap mb-8 text-sm">
                {words.demonstration}
                {ctx.gap()}
                <a class="underline" href=ctx.href("/help#demonstration")>{words.demonstration_more}</a>
            </p>
        }
    });
    let back = if ctx.query.is_empty() {
        ctx.href(&ctx.path)
    } else {
        format!("{}?{}", ctx.href(&ctx.path), ctx.query)
    };
    view! {
        <footer class="ks-footer">
            {demonstration}
            <div class="ks-wrap grid gap-8 sm:grid-cols-2 lg:grid-cols-[1.7fr_1fr_1fr_1fr]">
                <div>
                    <h2>{site.keeper.pick(ctx.lang)}</h2>
                    {keeper_lines(ctx)}
                    <form class="mt-3 text-sm" method="post" action=ctx.href("/appearance")>
                        <input type="hidden" name="back" value=back/>
                        <span class="mr-2">{words.appearance}</span>
                        {appearance_button(ctx, None, "system", words.theme_system)}
                        {appearance_button(ctx, Some(Theme::Light), "light", words.theme_light)}
                        {appearance_button(ctx, Some(Theme::Dark), "dark", words.theme_dark)}
                    </form>
                </div>
                <nav aria-label=words.footer_use>
                    <h2>{words.footer_use}</h2>
                    <ul>
                        <li><a href=ctx.href("/topics")>{words.by_priority}</a></li>
                        <li><a href=ctx.href("/consultations")>{ctx.lang.pick("公开听取意见", "Consultations")}</a></li>
                        <li><a href=ctx.href("/help#apply")>{words.how_to_apply}</a></li>
                        <li><a href=ctx.href("/verify")>{words.verify_receipt}</a></li>
                        <li><a href=ctx.href("/help")>{words.help}</a></li>
                        <li><a href=ctx.href("/login#providers")>{words.for_providers}</a></li>
                    </ul>
                </nav>
                <nav aria-label=words.footer_rules>
                    <h2>{words.footer_rules}</h2>
                    <ul>
                        <li><a href=ctx.href("/rules")>{words.active_rules}</a></li>
                        <li><a href=ctx.href("/help#licences")>{words.licences}</a></li>
                        <li><a href=ctx.href("/help#privacy")>{words.privacy}</a></li>
                    </ul>
                </nav>
                <nav aria-label=words.footer_developers>
                    <h2>{words.footer_developers}</h2>
                    <ul>
                        <li><a href=ctx.href("/developers")>{words.api}</a></li>
                        <li><a href=ctx.href("/api/reference")>{words.reference}</a></li>
                        <li><a href=ctx.href("/accessibility")>{words.accessibility}</a></li>
                    </ul>
                </nav>
            </div>
        </footer>
    }
    .into_any()
}

/// Draws where and when the keeper is reached, as far as it is known.
fn keeper_lines(ctx: &Ctx) -> Vec<AnyView> {
    [&ctx.site.address, &ctx.site.hours]
        .into_iter()
        .map(|text| text.pick(ctx.lang))
        .filter(|text| !text.is_empty())
        .map(|text| view! { <p>{unbroken(&text)}</p> }.into_any())
        .collect()
}

/// Keeps what stands between two marks on one line: a telephone number or a span of hours that is
/// broken cannot be read.
fn unbroken(text: &str) -> Vec<AnyView> {
    text.split_inclusive(['，', '；', '·', ',', ';'])
        .map(|part| {
            let length = part.chars().count();
            let has_digit = part.contains(|letter: char| letter.is_ascii_digit());
            if has_digit && length <= 20 {
                let space = part.starts_with(' ').then_some(" ");
                let part = part.trim_start().to_owned();
                view! { {space}<span class="whitespace-nowrap">{part}</span> }.into_any()
            } else {
                part.to_owned().into_any()
            }
        })
        .collect()
}

fn appearance_button(
    ctx: &Ctx,
    theme: Option<Theme>,
    value: &'static str,
    word: &'static str,
) -> AnyView {
    let chosen = ctx.theme == theme;
    let class = if chosen { "mr-3 font-semibold" } else { "mr-3 underline cursor-pointer" };
    view! {
        <button class=class name="theme" value=value aria-pressed=if chosen { "true" } else { "false" }>
            {word}
        </button>
    }
    .into_any()
}
