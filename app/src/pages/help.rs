//! Help: how to find, take and use data, how to apply and object, and how this portal treats readers.

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use kaishu_portal::directory::Directory;
use kaishu_types::Lang;
use kaishu_types::vocabulary::OpenClass;
use leptos::prelude::*;

use super::prose::{Part, paragraphs, part, points, prose_page};
use crate::ctx::Ctx;
use crate::page::respond;
use crate::ui::class_mark::{MarkSize, class_mark};
use crate::ui::data::data;
use crate::ui::law::rule_list;
use crate::ui::links::safe_url;

/// `GET /help`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    respond(&ctx, || {
        let lead = ctx.lang.pick(
            "怎样查找和下载，怎样申请和提出异议，数据可以怎样使用。",
            "How to search and download, how to apply and object, what may be done with the data.",
        );
        let mut parts = vec![
            find(&ctx),
            classes(&ctx, &portal),
            download(&ctx, &portal),
            receipts(&ctx),
            apply(&ctx, &portal),
            object(&ctx, &portal),
            licences(&ctx, &portal.directory()),
            privacy(&ctx, &portal),
        ];
        if ctx.site.demonstration {
            parts.push(demonstration(&ctx));
        }
        Ok(prose_page(&ctx, ctx.words.help, lead, parts))
    })
}

fn find(ctx: &Ctx) -> Part {
    let lang = ctx.lang;
    part(
        "find",
        lang.pick("查找数据", "Finding data"),
        view! {
            {paragraphs(&[lang.pick(
                "查找框同时查数据集的名称、摘要、关键词、数据项和提供单位。命中的是哪一项，结果里写明。",
                "The search looks at titles, summaries, keywords, data items and providers, and says which of them matched.",
            )])}
            {points(&[
                lang.pick("可以用拼音或首字母：tingchechang 和 tcc 都找到停车场。", "In Chinese, pinyin and initials work: tingchechang and tcc both find car parks."),
                lang.pick("同义词自动一起查找，结果上方写明查了哪些词，可以改为只找原词。", "Synonyms are searched as well; the page names them and lets one search only the words as typed."),
                lang.pick("用引号括起来的词按原样连在一起查找。", "Words in quotes are searched as a phrase."),
                lang.pick("左边的筛选条件可以同时选多项：同一组里是“或者”，不同的组之间是“并且”。", "Filters combine: values of one group are alternatives, groups restrict each other."),
                lang.pick("查找的地址可以收藏和转发，打开就是同样的条件。", "The address of a search can be kept and passed on."),
            ])}
            <p>
                <a href=ctx.href("/datasets")>{ctx.words.search_datasets}</a>
                {lang.pick("，或者", ", or ")}
                <a href=ctx.href("/organizations")>{ctx.words.by_organization}</a>
                {ctx.words.separator}
                <a href=ctx.href("/regions")>{ctx.words.by_region}</a>
                {lang.pick("。", ".")}
            </p>
        },
    )
}

fn classes(ctx: &Ctx, portal: &Portal) -> Part {
    let lang = ctx.lang;
    let rows: Vec<_> = OpenClass::ALL
        .iter()
        .map(|class| {
            let text = match class {
                OpenClass::Unconditional if portal.opens_after_login() => {
                    ctx.words.open_after_login
                }
                class => ctx.words.class_text(*class),
            };
            view! {
                <dt class="mt-4">{class_mark(lang, *class, MarkSize::Normal)}</dt>
                <dd>{text}</dd>
            }
        })
        .collect();
    part(
        "classes",
        lang.pick("开放属性", "Access classes"),
        view! {
            {paragraphs(&[lang.pick(
                "每个数据项单独确定开放属性，整个数据集取其中最严的一类。确定的理由和条文写在数据集的页面上。",
                "Every data item has a class of its own, and the dataset takes the strictest. Grounds and articles stand on the page of the dataset.",
            )])}
            <dl>{rows}</dl>
            {paragraphs(&[lang.pick(
                "不予开放的目录和数据项不在公众页面、查找结果和接口里出现，除非规则另有规定。",
                "Entries and items that are not open do not appear on public pages, in the search or in the API, unless a rule says otherwise.",
            )])}
        },
    )
}

fn download(ctx: &Ctx, portal: &Portal) -> Part {
    let lang = ctx.lang;
    let first = if portal.opens_after_login() {
        lang.pick(
            "按现行规则，无条件开放的数据登录后直接下载，不需要申请，不收费。",
            "Under the rules in force, open data is downloaded after logging in; no application, no fee.",
        )
    } else {
        lang.pick(
            "无条件开放的数据直接下载，不需要登录和申请，不收费。",
            "Open data is downloaded at once: no login, no application, no fee.",
        )
    };
    part(
        "download",
        lang.pick("下载", "Downloading"),
        view! {
            {paragraphs(&[first])}
            {portal.opens_after_login().then(|| paragraphs(&[ctx.words.login_needed]))}
            {points(&[
                lang.pick("下载的是提供单位上传的原始文件，一个字节也不改动。", "What comes is the file as its provider uploaded it, byte for byte."),
                lang.pick("页面写明大小、行列数、编码、SHA-256 和 SM3 校验值。", "The page gives size, rows, encoding and the digests SHA-256 and SM3."),
                lang.pick("CSV 打开是乱码的，按页面写明的编码导入，不要直接双击。", "If a CSV shows wrong characters, import it with the encoding the page names."),
                lang.pick("以前的版本保留在原来的地址，可以照样下载。", "Earlier versions keep their address and can still be taken."),
                lang.pick("更新频率是提供单位的承诺；逾期没有更新的，页面写明逾期几天。", "The frequency is a promise of the provider; the page says by how many days it is overdue."),
            ])}
        },
    )
}

fn receipts(ctx: &Ctx) -> Part {
    let lang = ctx.lang;
    part(
        "receipts",
        lang.pick("回执和署名", "Receipts and attribution"),
        view! {
            {paragraphs(&[
                lang.pick(
                    "每次下载都有一张回执：哪个数据集、哪一版、由谁提供、何时取得、校验值是多少。回执是匿名的，知道编号的人都可以验证。",
                    "Every download comes with a receipt: which dataset and version, who provides it, when it was taken, with which digests. It is anonymous, and anybody who knows its number can verify it.",
                ),
                lang.pick(
                    "使用数据形成的产品、报告和论文应当注明来源和获取日期。下载页备有写好的署名行，照抄即可。",
                    "Products, reports and papers made of the data name its source and the date of retrieval. The page of the download holds the line to copy.",
                ),
            ])}
            <p><a href=ctx.href("/verify")>{ctx.words.verify_receipt}</a></p>
        },
    )
}

fn apply(ctx: &Ctx, portal: &Portal) -> Part {
    let lang = ctx.lang;
    let words = ctx.words;
    let policy = portal.policy_view();
    part(
        "apply",
        words.how_to_apply,
        view! {
            <p>{words.how_text}</p>
            <ol>
                <li><b class="font-semibold">{words.how_1}</b>{lang.pick("：", ": ")}{words.how_1_text}</li>
                <li><b class="font-semibold">{words.how_2}</b>{lang.pick("：", ": ")}{words.answer_within(portal.reply_working_days())}</li>
                <li><b class="font-semibold">{words.how_3}</b>{lang.pick("：", ": ")}{words.how_3_text}</li>
                <li><b class="font-semibold">{words.how_4}</b>{lang.pick("：", ": ")}{words.how_4_text}</li>
            </ol>
            {rule_list(ctx, &policy, &["open_app.reply_wd", "open_app.clock_start", "open_app.approvers", "open_app.fields", "agreement.docs"])}
        },
    )
}

fn object(ctx: &Ctx, portal: &Portal) -> Part {
    let lang = ctx.lang;
    let words = ctx.words;
    let policy = portal.policy_view();
    part(
        "object",
        lang.pick("校核、异议和举报", "Corrections, objections and reports"),
        view! {
            {points(&[
                lang.pick("数据不准确、不完整、不一致的，请提供单位校核。", "Data that is inaccurate, incomplete or inconsistent: ask the provider to check it."),
                lang.pick("公开的数据侵犯商业秘密、个人隐私等权益的，提出异议，要求撤回。", "Opened data that infringes trade secrets, privacy or other rights: object and ask for withdrawal."),
                lang.pick("发现有人违规使用数据的，向数据主管部门举报。", "Unlawful use of data: report it to the data authority."),
            ])}
            <p>{lang.pick("每个数据集的页面右下方有这三个入口，写明现在怎样办理。", "The page of every dataset links to all three and says how it is done today.")}</p>
            {rule_list(ctx, &policy, &["correction.reply_wd", "correction.who", "objection.grounds", "objection.order", "objection.reply_wd", "report.channel"])}
            <p><a href=ctx.href("/rules")>{words.all_rules}</a></p>
        },
    )
}

fn licences(ctx: &Ctx, directory: &Directory) -> Part {
    let lang = ctx.lang;
    let rows: Vec<_> = directory
        .vocabulary("licence")
        .map(|term| {
            let label = data(lang, term.label(lang));
            let link = match term.uri.as_deref().and_then(safe_url) {
                Some(url) => view! { <a rel="license noopener" href=url>{label}</a> }.into_any(),
                None => label,
            };
            let id = format!("licence-{}", term.code);
            let terms = own_terms(lang, &term.code).map(|text| view! { <p>{text}</p> });
            view! { <tr id=id><td>{link}{terms}</td><td class="whitespace-nowrap"><code class="!whitespace-nowrap">{term.code.clone()}</code></td></tr> }
        })
        .collect();
    part(
        "licences",
        ctx.words.licences,
        view! {
            {paragraphs(&[lang.pick(
                "每个数据集写明授权协议。从其他平台导入的数据保留原来的协议；原来没有写明的，如实标为“未注明”，使用前向提供单位问清。",
                "Every dataset names its licence. Data from other catalogues keeps its own; where there was none, it says so, and one should ask the provider before using it.",
            )])}
            <table>
                <caption class="sr-only">{ctx.words.licences}</caption>
                <thead><tr><th scope="col">{ctx.words.licence}</th><th scope="col">{ctx.words.code}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        },
    )
}

/// Says what the two licences permit that a portal has of its own: a proposal, until its authority
/// puts a text in their place (`uri` of the term).
fn own_terms(lang: Lang, code: &str) -> Option<&'static str> {
    match code {
        "open-licence" => Some(lang.pick(
            "建议文本：任何人可以免费取得、复制、加工、传播和商业使用，不需要申请；注明数据来源和获取日期；不歪曲数据，不使人误以为提供单位认可使用结果；数据按现状提供。",
            "Proposed text: anyone may take, copy, process, pass on and use the data commercially, free of charge and without application; source and date of retrieval are named; the data is not distorted, and no endorsement by the provider is suggested; the data is provided as it is.",
        )),
        "conditional-licence" => Some(lang.pick(
            "建议文本：只供批准的申请人在批准的目的、范围和期限内使用；不转让，不与其他数据拼接识别个人；采取批准时约定的安全措施；到期或者撤销以后停止使用并删除；成果注明数据来源。",
            "Proposed text: only for the approved applicant, for the approved purpose, extent and time; not to be passed on or joined with other data to identify persons; under the agreed safeguards; use ends and the data is deleted when the grant expires or is revoked; results name the source.",
        )),
        _ => None,
    }
}

fn privacy(ctx: &Ctx, portal: &Portal) -> Part {
    let lang = ctx.lang;
    let policy = portal.policy_view();
    part(
        "privacy",
        ctx.words.privacy,
        view! {
            {points(&[
                lang.pick("查找、查看、下载和验证不收集个人信息，不设置跟踪标识。", "Searching, reading, downloading and verifying collect no personal data and set no tracking identifier."),
                lang.pick("浏览和下载只按数据集和日期计数，不记录是谁。", "Views and downloads are counted by dataset and day, never by person."),
                lang.pick("唯一的 Cookie 记住外观（浅色或者深色），只在选择以后设置。", "The only cookie remembers light or dark, and only after it was chosen."),
                lang.pick("页面不加载其他网站的脚本、字体和图片。", "Pages load no script, font or picture from other sites."),
                lang.pick("回执里没有取得者的任何信息。", "Receipts hold nothing about who took the data."),
            ])}
            {rule_list(ctx, &policy, &["retention.audit", "incident.notify"])}
        },
    )
}

fn demonstration(ctx: &Ctx) -> Part {
    let lang = ctx.lang;
    let text: &[&'static str] = match lang {
        Lang::Zh => &[
            "这是一个演示站点。云溪州、它的县乡村、机构、负责人和电话都是虚构的，没有任何真实的单位发布这些数据集。",
            "数据表是真实的公开事实：标准、法律、代码表、节假日和地名，没有编造的数字。每个数据集在“数据来源”里写明出自哪部法律、哪项标准或者哪个公告；以原文为准。",
            "有条件开放和不予开放的目录只有数据项和条件，没有数据，因为这样的值只能是编造的。",
        ],
        Lang::En => &[
            "This is a demonstration. Yunxi, its counties and villages, its bodies, their heads and telephone numbers are fictional, and no real body publishes these datasets.",
            "The tables are real public facts: standards, statutes, code lists, public holidays and place names. No figure was made up. Every dataset names its law, standard or notice as its source; the original counts.",
            "Entries that are conditional or not open have data items and conditions but no data, since such values could only be invented.",
        ],
    };
    part("demonstration", lang.pick("关于演示", "About the demonstration"), paragraphs(text))
}
