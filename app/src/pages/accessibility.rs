//! The statement on accessibility: what is aimed at, what was tested, what is known to be missing.

use axum::extract::State;
use axum::response::Response;
use kaishu_portal::Portal;
use leptos::prelude::*;

use super::prose::{paragraphs, part, points, prose_page};
use crate::ctx::Ctx;
use crate::page::respond;
use crate::ui::data::data;

/// `GET /accessibility`
pub(crate) async fn show(ctx: Ctx, State(portal): State<Portal>) -> Response {
    let directory = portal.directory();
    respond(&ctx, || {
        let lang = ctx.lang;
        let authority = directory
            .region(&ctx.site.region)
            .and_then(|region| region.authority.as_ref())
            .and_then(|named| directory.organization(&named.code));
        let contact = authority.map(|body| {
            let target = ctx.href(&format!("/organizations/{}", body.named.code));
            view! {
                <p>
                    <a href=target>{data(lang, body.named.label(lang))}</a>
                    {lang.pick("，", ", ")}
                    {body.contact.clone().map(|text| data(lang, text))}
                </p>
            }
        });
        let lead = lang.pick(
            "任何人都应当能够查找、读懂和取得公共数据。",
            "Everybody should be able to find, understand and obtain public data.",
        );
        let parts = vec![
            part(
                "aim",
                lang.pick("目标", "Aim"),
                paragraphs(&[lang.pick(
                    "本平台以 WCAG 2.2 AA 级和 GB/T 37668—2019《信息技术 互联网内容无障碍可访问性技术要求与测试方法》二级为目标。这是自我声明，没有经过第三方测评。",
                    "This portal aims at WCAG 2.2 level AA and GB/T 37668-2019 level 2. This is a statement of our own; no third party has assessed it.",
                )]),
            ),
            part(
                "done",
                lang.pick("已经做到的", "What is done"),
                points(&[
                    lang.pick("不运行脚本也能使用全部功能：查找、筛选、翻页、下载和验证都是普通链接和表单。", "Everything works without scripts: search, filters, paging, downloads and verification are plain links and forms."),
                    lang.pick("只用键盘可以到达每一处，焦点清楚可见，页首可以跳到正文。", "Every place is reached by keyboard, focus is visible, and a link skips to the content."),
                    lang.pick("每页有一个一级标题，区域、表头和表单都有名称；图标旁边总有文字，不单靠颜色表达。", "Every page has one main heading; regions, table heads and fields are named; icons never stand without words, and nothing is said by colour alone."),
                    lang.pick("文字与背景的对比度不低于 4.5 比 1，浅色和深色外观都是如此。", "Text has a contrast of at least 4.5 to 1, in light and in dark."),
                    lang.pick("宽 320 像素的屏幕不需要左右滚动；放大到 400% 仍可使用。", "At 320 pixels nothing scrolls sideways; it works at 400 per cent zoom."),
                    lang.pick("每张统计图都有数据表。", "Every chart has a table."),
                ]),
            ),
            part(
                "tested",
                lang.pick("怎样检查", "How it is checked"),
                paragraphs(&[lang.pick(
                    "自动测试在桌面和手机两种宽度、浅色和深色两种外观下用 axe 检查主要页面，并在关闭脚本时走完查找和下载。自动检查只能发现一部分问题，还没有请残障用户和读屏软件用户系统地试用。",
                    "Automatic tests check the main pages with axe at desktop and phone width, in light and dark, and walk through search and download with scripts off. Such tests find only some problems; disabled people and users of screen readers have not yet tried the portal systematically.",
                )]),
            ),
            part(
                "limits",
                lang.pick("已知的不足", "Known limits"),
                points(&[
                    lang.pick("英文页面里，没有译名的机构、数据集和条文显示中文。", "On English pages, bodies, datasets and articles without a translation are shown in Chinese."),
                    lang.pick("提供单位上传的文件（例如扫描的 PDF）不一定无障碍；需要其他形式的，按下面的方式联系。", "Files of providers, such as scanned PDFs, may not be accessible; ask below for another form."),
                    lang.pick("数据项很多的表在窄屏上改为逐条排列，屏幕上看不到表头。", "Wide tables become stacked rows on narrow screens, without visible heads."),
                ]),
            ),
            part(
                "contact",
                lang.pick("反馈", "Feedback"),
                view! {
                    {paragraphs(&[lang.pick(
                        "遇到障碍，写明页面地址、使用的设备和软件，告诉平台的主管部门：",
                        "If something stands in the way, tell the authority of the portal the address of the page, your device and software:",
                    )])}
                    {contact}
                    <p>{ctx.site.address.pick(lang)}<br/>{ctx.site.hours.pick(lang)}</p>
                },
            ),
        ];
        Ok(prose_page(&ctx, ctx.words.accessibility, lead, parts))
    })
}
