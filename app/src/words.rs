//! The words of the interface, Chinese and English side by side. A key that lacks a language does
//! not compile.

pub(crate) mod industry;
mod quality;
mod sentences;
mod tables;
pub(crate) mod units;

use kaishu_types::Lang;

macro_rules! words {
    ($($key:ident: $zh:literal, $en:literal;)+) => {
        /// The words of one language.
        pub(crate) struct Words {
            lang: Lang,
            $(pub(crate) $key: &'static str,)+
        }

        static ZH: Words = Words { lang: Lang::Zh, $($key: $zh,)+ };
        static EN: Words = Words { lang: Lang::En, $($key: $en,)+ };

        /// Every word with its key, for the checks of typography.
        #[cfg(test)]
        static PAIRS: &[(&str, &str, &str)] = &[$((stringify!($key), $zh, $en),)+];
    };
}

words! {
    // frame
    skip: "跳到正文", "Skip to content";
    skip_to_results: "跳到结果", "Skip to the results";
    main_navigation: "主导航", "Main";
    small_navigation: "主导航（小屏）", "Main (small screen)";
    menu: "菜单", "Menu";
    other_language: "English", "中文";
    home: "首页", "Home";
    datasets: "数据目录", "Datasets";
    organizations: "机构", "Organizations";
    regions: "地区", "Regions";
    demands: "数据需求", "Requests";
    showcases: "应用成果", "Showcases";
    stats: "开放统计", "Statistics";
    rules: "规则", "Rules";
    log_in: "登录", "Log in";
    here: "当前位置", "You are here";
    demonstration: "演示站点：云溪州和这里的机构都是虚构的，数据表由公开事实整理而成。", "Demonstration: Yunxi and its bodies are fictional; the tables are made of public facts.";
    demonstration_more: "说明", "About";

    // footer
    footer_use: "使用", "Use";
    footer_rules: "规则", "Rules";
    footer_developers: "开发者", "Developers";
    how_to_apply: "怎样申请有条件开放数据", "How to apply for conditional data";
    verify_receipt: "验证回执", "Verify a receipt";
    help: "帮助", "Help";
    for_providers: "提供单位怎样发布和更正数据", "For providers of data";
    active_rules: "现行规则与条文", "Rules in force";
    licences: "开放授权协议", "Licences";
    privacy: "隐私与安全", "Privacy and security";
    api: "接口", "API";
    reference: "接口说明（OpenAPI）", "API reference (OpenAPI)";
    reference_in_english: "这一页由接口的 OpenAPI 文档生成，只有英文。", "This page is made from the OpenAPI document.";
    developers: "开发者", "Developers";
    accessibility: "无障碍声明", "Accessibility";
    appearance: "外观", "Appearance";
    theme_system: "跟随系统", "System";
    theme_light: "浅色", "Light";
    theme_dark: "深色", "Dark";

    // search
    search: "查找", "Search";
    search_label: "查找数据集、数据项或部门，支持拼音与同义词", "Search datasets, data items or organizations";
    search_placeholder: "例如：停车场、降雨量", "e.g. parking, rainfall";
    popular: "常找：", "Often searched:";
    suggestions: "提示", "Suggestions";
    as_typed: "全部含“{}”的数据", "All data with “{}”";
    suggestions_help: "提示 {} 条，用上下方向键选择，按回车前往。", "Suggestions: {}. Choose with the arrow keys, go with Enter.";
    search_datasets: "查找数据", "Search datasets";
    back_home: "返回首页", "Home page";

    // home
    headline_1: "公共数据，", "Public data,";
    headline_2: "人人可查，依规可用。", "open to all, used by the rules.";
    catalogue_now: "目录现有", "The catalogue holds";
    n_datasets_unit: "个数据集", "datasets";
    by_theme: "按主题查找", "Browse by theme";
    by_priority: "重点领域", "Priority topics";
    topics_lead: "规则要求重点和优先开放的数据，由提供单位在目录中逐条标明。", "What the rules want opened first; providers mark it entry by entry.";
    why_first: "为什么先开放这些", "Why these come first";
    latest: "最近更新", "Recently updated";
    most_used: "下载最多", "Most downloaded";
    all_updates: "全部更新", "All updates";
    by_organization: "按部门查找", "Browse by organization";
    by_region: "按地区查找", "Browse by region";
    latest_caption: "最近更新的数据集", "Datasets updated most recently";
    most_used_caption: "下载最多的数据集", "Datasets downloaded most";
    how_title: "有条件开放的数据，怎样拿到", "How to get conditional data";
    how_text: "每一步的期限都有条文依据；条文没有规定的，写明是本平台建议。", "Every deadline rests on an article, or says that it is proposed by this portal.";
    all_rules: "查看完整规则", "See all rules";
    how_1: "提出申请", "Apply";
    how_1_text: "选定需要的数据项，写明用途、使用期限和安全措施。", "Choose the data items, say what for, how long and how you keep them safe.";
    how_2: "等待答复", "Wait for the answer";
    how_3: "签署协议", "Sign";
    how_3_text: "同意后在网上签署。协议有登记号，任何人可以验证。", "Sign online. The agreement has a register number that anybody can verify.";
    how_4: "使用并报告", "Use and report";
    how_4_text: "按协议范围使用，成果注明来源和获取日期。", "Use it as agreed; results name source and date of retrieval.";

    // columns and facts
    date: "日期", "Date";
    dataset: "数据集", "Dataset";
    provider: "提供单位", "Provider";
    open_class: "开放属性", "Access";
    frequency: "更新频率", "Frequency";
    theme: "主题", "Theme";
    region: "地区", "Region";
    level: "层级", "Level";
    format: "文件格式", "Format";
    updated_within: "更新时间", "Updated";
    any_time: "不限", "Any time";
    downloads: "下载", "Downloads";
    views: "浏览", "Views";
    overdue: "逾期", "Overdue";

    // catalogue
    filters: "筛选", "Filters";
    clear_all: "清除全部", "Clear all";
    apply_filters: "应用筛选", "Apply filters";
    close: "关闭", "Close";
    sort_by: "排序方式", "Sort by";
    sort: "排序", "Sort";
    sort_relevance: "相关度", "Relevance";
    sort_updated: "最近更新", "Recently updated";
    sort_downloads: "下载最多", "Most downloaded";
    sort_overdue: "逾期最久", "Longest overdue";
    sort_title: "名称", "Title";
    chosen: "已选条件", "Chosen filters";
    remove: "，移除", ", remove";
    also_searched: "同时查找了：", "Also searched:";
    only_as_typed: "只找原词", "Only the words as typed";
    with_synonyms: "也找同义词", "Include synonyms";
    partial_results: "没有数据集包含全部词语，这些包含其中大部分。", "No dataset has all these words; these have most of them.";
    as_typed_now: "只找了原词。", "Only the words as typed were searched.";
    matched_items: "命中数据项：", "Matching data items:";
    matched_keywords: "命中关键词：", "Matching keywords:";
    separator: "、", ", ";
    results: "结果", "Results";
    pages: "分页", "Pages";
    page_next: "下一页", "Next";
    page_previous: "上一页", "Previous";
    not_found_data: "没有找到想要的数据？", "Not what you were looking for?";
    demand_text: "可以提出目录外的数据需求，由数据主管部门转交有关部门答复。", "Ask for data that is not in the catalogue; the data authority passes it on.";
    demand_link: "提出数据需求", "Request data";
    did_you_mean: "你是不是要找：", "Did you mean:";
    no_result_try: "可以这样试试：", "You could:";
    try_fewer: "用更短、更常见的词，一次只写一件事。", "Use fewer and more common words.";
    try_pinyin: "可以用拼音或首字母，例如 tcc 找停车场。", "In Chinese, pinyin and initials work too.";
    item_filter: "数据项", "Data item";
    priority_filter: "重点领域", "Priority topic";
    more_values: "查找其余", "All";
    filter_all_title: "全部选项", "All values";
    all_values: "列出全部", "List all";
    part_of_name: "名称中的字", "Part of the name";
    no_value: "没有数据集符合这些条件，所以没有选项。", "No dataset fits these filters, so there is nothing to choose.";

    // freshness
    on_time: "按期更新", "On time";
    due_soon: "即将到期", "Due soon";
    no_cycle: "更新于", "Updated";
    due_on: "应于", "due";

    // dataset
    code: "编号", "Code";
    get_data: "取得数据", "Get the data";
    available_now: "现在就能用", "Available now";
    available_now_text: "不需要登录，不收费。注明来源和获取日期即可。", "No login, free of charge. Name the source and the date of retrieval.";
    open_after_login: "任何人登录后可以直接下载和使用，不需要申请。", "Anybody may download and use it after logging in; no application is needed.";
    available_after_login: "登录后可用", "Available after login";
    download: "下载", "Download";
    other_files: "其他文件：", "Other files:";
    open_link: "打开", "Open";
    available_on_application: "申请后可用", "Available on application";
    apply: "申请使用", "Apply to use";
    after_application: "申请后提供：", "On application: ";
    see_terms: "先看申请条件", "See the conditions first";
    open_items: "不需要申请的数据项", "Items that need no application";
    no_file: "还没有挂接可以直接下载的文件。可以联系提供单位索取。", "No file is attached yet. The provider can be asked for these items.";
    items: "数据项", "Data items";
    items_text: "每个数据项单独确定开放属性和共享属性；整个数据集取其中最严的一类。点名称，查找含有这个数据项的全部数据集。", "Every data item has classes of its own; the dataset takes the strictest. A name leads to all datasets with such an item.";
    items_region: "数据项表", "Table of data items";
    name: "名称", "Name";
    type_: "类型", "Type";
    note: "说明", "Note";
    meaning: "含义", "Meaning";
    type_and_unit: "类型与单位", "Type and unit";
    sensitive: "敏感信息", "Sensitive";
    is_sensitive: "含", "Yes";
    is_not_sensitive: "不含", "No";
    how_to_use: "怎样使用", "How it may be used";
    why_conditional: "为什么有条件", "Why there are conditions";
    open_conditions: "使用条件", "Conditions of use";
    usage_requirements: "使用要求", "Usage requirements";
    security_measures: "安全保障措施", "Safeguards";
    open_modes: "开放方式", "Delivery";
    open_materials: "申请须提交的材料", "Materials to apply with";
    grounds: "理由：", "Grounds: ";
    legal_basis: "依据", "Legal basis";
    full_text: "看全文", "Full text";
    resources: "文件与接口", "Files and interfaces";
    size: "大小", "Size";
    rows: "行", "rows";
    columns: "列", "columns";
    encoding: "编码", "Encoding";
    checksum: "校验值", "Checksums";
    original_bytes: "接口地址", "API address";
    versions: "版本", "Versions";
    version_changed: "变更：", "Changed:";
    citation: "引用与署名", "Cite and attribute";
    citation_text: "使用成果应当注明数据来源和获取日期。", "Results name the source of the data and the date of retrieval.";
    citation_receipt: "每次下载都有回执，写明当天可用的署名行。", "Every download comes with a receipt that holds the line for that day.";
    facts: "基本信息", "Facts";
    coverage: "覆盖地区", "Coverage";
    period: "时间范围", "Period";
    next_update: "下次更新", "Next update";
    before: "前", " at the latest";
    amount: "数据量", "Size";
    licence: "授权协议", "Licence";
    security_level: "安全级别", "Security level";
    sensitivity: "数据中含有的敏感内容", "Sensitive content";
    source_system: "来源系统", "Source system";
    source: "数据来源", "Source";
    share_class: "共享属性", "Sharing";
    kind: "目录类别", "Kind of entry";
    base_db: "基础数据库", "Base register";
    record_key: "记录主键", "Record key";
    industry: "行业", "Industry";
    business_matter: "业务事项", "Business matter";
    agreement_text: "使用协议", "Agreement";
    open_list: "开放目录清单（CSV）", "Open catalogue (CSV)";
    provenance: "获取和来源", "How it came about";
    acquisition: "获取方式", "Acquired";
    duty: "法定职责", "Duty";
    necessity: "收集的必要性", "Necessity";
    upper_system: "上级系统", "System of a higher level";
    flows_back: "数据已回流", "data flows back";
    assembled_from: "来源目录", "Assembled from";
    mgmt_responsibility: "管理职责", "Responsibility";
    collector: "采集部门", "Collected by";
    certifier: "核准部门", "Certified by";
    classification: "分类", "Classification";
    data_form: "数据形式", "Form";
    contact: "联系人", "Contact";
    homepage: "提供单位的页面", "Page at the provider";
    keywords: "关键词", "Keywords";
    published: "首次发布", "First published";
    updated: "最近更新", "Last updated";
    data_updated: "数据更新", "Data updated";
    version_published: "版本发布", "Version published";
    version: "版本", "Version";
    usage: "浏览与下载", "Views and downloads";
    imported_from: "导入自", "Imported from";
    source_id: "来源编号", "Identifier there";
    other_fields: "来源目录的其他字段", "Other fields of the source";
    metadata: "元数据", "Metadata";
    problem: "发现问题？", "Something wrong?";
    ask_correction: "请提供单位校核", "Ask the provider to check";
    object: "侵犯我的权益，要求撤回", "Object: it infringes my rights";
    report: "举报违规使用", "Report unlawful use";
    share_conditions: "共享条件", "Conditions of sharing";
    share_modes: "共享方式", "Ways of sharing";
    share_scope: "共享范围", "Scope of sharing";
    suspended_title: "这个数据集已中止开放", "This dataset is suspended";
    withdrawn_title: "这个数据集已撤回", "This dataset was withdrawn";
    retired_title: "这个数据集已下线", "This dataset was retired";
    destroyed_title: "这个数据集的数据已销毁", "The data of this dataset was destroyed";
    no_data_now: "页面保留在原来的地址，现在不提供数据。", "The page keeps its address; no data is offered now.";
    since: "自", "Since";

    // places
    on_this_page: "本页内容", "On this page";
    no_public_dataset_title: "目录里还没有数据集", "The catalogue holds no dataset yet";
    no_region: "目录里还没有地区。", "No region is in the catalogue yet.";
    no_public_dataset: "目前没有公开的数据集。", "There is no public dataset yet.";
    datasets_word: "数据集", "Datasets";
    providers_word: "提供单位", "Providers";
    datasets_by_class: "按开放属性", "By access";
    datasets_by_theme: "按主题", "By theme";
    datasets_by_provider: "按提供单位", "By provider";
    datasets_by_level: "按层级", "By level";
    kind_of_body: "机构类型", "Kind";
    body_above: "上级机构", "Belongs to";
    bodies_below: "下级机构", "Bodies below";
    who_answers: "责任与联系", "Who answers";
    responsible_head: "第一责任人", "Responsible head";
    website: "网站", "Web site";
    levels: "层级", "Levels";
    zones: "地区专区", "Zones";
    zones_text: "专区由本地区数据主管部门管理，在同一个平台上有自己的页面、目录和统计。", "A zone is kept by the data authority of the region: a page, a list and figures of its own on the same platform.";
    data_authority: "主管部门", "Authority";
    region_above: "上级地区", "Region above";
    regions_below: "下级地区", "Regions below";

    // files, versions, receipts
    file: "文件", "File";
    file_name: "文件名", "File name";
    older_version: "这是以前的版本。现在提供的是", "This is an older version. The current one is";
    files_of_version: "这一版的文件", "Files of this version";
    published_on: "发布时间", "Published";
    changed_fields: "变更内容", "Changed";
    what_changed: "与上一版的不同", "What differs from the version before";
    field_word: "项目", "Field";
    dates_proposed: "日期说明（建议）", "On the dates (proposed)";
    said_before: "原来", "Before";
    said_now: "现在", "Now";
    nothing_written: "未填写", "Not given";
    other_versions: "其他版本", "Other versions";
    download_starts: "下载马上自动开始。没有开始的，按下面的按钮。", "The download begins by itself. If it does not, use the button.";
    attribution_line: "署名行", "Attribution line";
    attribution_text: "使用成果时写上这一行。点一下即可全选。", "Put this line on what you make of the data. One click selects it all.";
    receipt: "获取回执", "Receipt";
    receipt_text: "回执证明何时取得哪一版数据。它是匿名的，保存编号即可随时验证。", "The receipt proves which version was taken and when. It is anonymous; keep its number to verify it at any time.";
    receipt_number: "回执编号", "Receipt number";
    retrieved_at: "获取时间", "Retrieved";
    bytes: "字节", "bytes";
    verify: "验证", "Verify";
    verify_lead: "输入回执编号，查看当时取得的是哪个数据集、哪一版、由谁提供；输入签署文件的摘要，查看它是否真实、是否仍然有效。", "Enter the number of a receipt to see which dataset and version was taken, and who provides it; or the hash of a signed document to see whether it is genuine and still counts.";
    verify_private: "回执里没有取得者的任何信息。知道编号的人都可以验证。", "A receipt holds nothing about who took the data. Anybody who knows the number can verify it.";
    receipt_unknown: "本平台没有发出这个编号的回执，也没有登记这个摘要的签署文件。", "This portal issued no receipt of this number, and has no signed document of this hash.";
    receipt_form: "编号由 R、八位日期和十二位数字或字母组成，用短横连接；签署文件的摘要是 64 位的十六进制数字，印在文件末页。", "A number is R, a date of eight digits and twelve digits or letters, joined by hyphens; the hash of a signed document has 64 hexadecimal digits and stands on its last page.";
    receipt_letters: "后十二位只有 0 到 9 和 A 到 F，没有字母 O。", "The last twelve are 0 to 9 and A to F; there is no letter O.";
    receipt_other: "其他平台发出的回执，到发出的平台验证。", "A receipt of another portal is verified there.";
    receipt_example: "例如 R-20261121-7F3A22C0B1D4，写在下载页和引用成果里。", "For example R-20261121-7F3A22C0B1D4, as on the download page.";
    receipt_genuine: "回执真实有效。", "The receipt is genuine.";
    receipt_genuine_text: "下面是本平台在发出时登记的内容。", "Below is what this portal recorded when it was issued.";
    receipt_title: "公共数据获取回执", "Receipt for public data";
    check_file: "核对手里的文件", "Check the file at hand";
    check_file_text: "算出文件的 SHA-256，与上面一致，就是当时取得的文件，没有改动。下面依次是 Linux、macOS 和 Windows 的命令。", "Compute the SHA-256 of the file: if it equals the one above, the file is unchanged. The commands are for Linux, macOS and Windows.";

    // rules
    proposed: "本平台建议", "Proposed by this portal";
    expiry_text: "到期以前要确定是否延续；已经受理的申请仍按受理时的规则办理。", "Before then it must be decided what follows; applications keep the rules under which they were filed.";
    regulation: "依据的办法", "Regulation";
    document_number: "文号", "Document";
    interpreter: "解释机关", "Interpreted by";
    effective: "施行日期", "In force from";
    expires: "有效期至", "In force until";
    no_end_written: "没有写明", "Not stated";
    revision: "规则版本", "Edition";
    profiles: "规则方案", "Profiles";
    profiles_text: "软件带有六套规则方案，一个平台启用一套。每套方案是数据，换一套不需要改程序。", "The software comes with six profiles; a portal uses one. A profile is data: changing it needs no change of the program.";
    in_use_here: "本平台启用", "In use here";
    regulation_texts: "办法全文", "Texts of the regulations";
    data_in_chinese: "数据和条件以中文为准。", "Titles and notes are translated for convenience. The data and the conditions are in Chinese, and the Chinese text decides.";
    chinese_only: "以中文文本为准，没有官方译本。", "The Chinese text is the one that counts; there is no official translation.";
    rules_by_this: "本平台据此", "Rules that rest on it";

    // statistics
    overdue_datasets: "逾期未更新", "Overdue";
    count: "数量", "Number";
    data_table: "数据表", "Data table";
    chart_class: "各开放属性的数据集、浏览与下载", "Datasets, views and downloads by access";
    chart_theme: "各主题的数据集", "Datasets by theme";
    region_in_full: "数据表里还有整个地区的合计：", "The table also has the whole: ";
    chart_region: "各地区的数据集、浏览与下载（含下级地区）", "Datasets, views and downloads by region, with the regions below";
    chart_frequency: "各更新频率的数据集", "Datasets by frequency of update";
    chart_format: "各格式的文件与接口", "Files and interfaces by format";
    chart_provider: "各提供单位的数据集", "Datasets by provider";
    chart_provider_text: "深色是逾期未更新的部分。", "The dark part is overdue.";
    chart_days: "最近 30 天的浏览与下载", "Views and downloads in the last 30 days";
    no_use_yet: "这 30 天没有记录。", "Nothing was recorded in these 30 days.";

    // what comes later
    coming: "这项功能将在后续版本开放，现在不能在网上办理。", "This comes with a later release; it cannot be done online yet.";
    login_needed: "按现行规则，无条件开放的数据登录后直接取得，不需要申请；查找目录不需要登录。", "Under the rules in force, open data is taken after logging in, without an application; searching the catalogue needs no login.";
    log_in_to_download: "登录后下载", "Log in to download";
    available_logged_in: "已经登录，可以直接取得，不收费。注明来源和获取日期即可。", "You are logged in and can take it at once, free of charge. Name the source and the date of retrieval.";
    providers_today: "提供单位要发布、更新或者更正数据的，现在把目录和文件交给数据主管部门，由平台导入。", "Providers who publish, update or correct data hand the entry and the files to the data authority, which has them imported.";
    will_be_possible: "届时可以", "What will be possible";
    rules_and_deadlines: "规则和期限", "Rules and deadlines";
    no_application_needed: "这个数据集无条件开放，不需要申请，现在就可以下载。", "This dataset is open: no application is needed, download it now.";
    class_none_today: "这个数据集依法不予开放，不接受申请。", "This dataset is not open, by law; it cannot be applied for.";
    to_the_dataset: "返回数据集", "Back to the dataset";
    whom_to_ask: "联系谁", "Whom to ask";
    body: "机构", "Body";
    hours: "办公时间", "Office hours";
    contact_of_dataset: "数据集联系人", "Contact of the dataset";

    // errors
    error_reference: "编号", "Reference";
    known_parameters: "可用的写法（供开发者）", "What is known (for developers)";

    // table
    table: "表格", "Table";
    original_file: "下载原文件", "Download the file";
    download_filtered: "下载筛选结果", "Download these rows";
    download_table: "下载表格", "Download the table";
    api_address: "接口地址", "API address";
    api_description: "接口说明（OpenAPI）", "OpenAPI of this table";
    tables_of_file: "文件里的表", "Tables of the file";
    filter_rows: "筛选行", "Filter the rows";
    column: "列", "Column";
    condition: "条件", "Condition";
    value: "值", "Value";
    add_condition: "添加条件", "Add";
    conditions: "已有条件", "Conditions";
    search_in_table: "在表中查找", "Find in the table";
    choose_columns: "选择列", "Choose columns";
    show_chosen: "只显示选中的列", "Show these columns";
    all_columns: "显示全部列", "Show all columns";
    question_not_answered: "没有按这些条件筛选", "These conditions could not be used";
    show_all_rows: "显示全部数据", "Show all rows";
    null_value: "空值", "none";
    no_such_rows: "没有符合条件的行。去掉一个条件再试。", "No row meets these conditions. Drop one and try again.";
    no_rows_in_file: "这个文件现在没有数据行。", "This file has no rows now.";
    no_rows_in_table: "这张表现在没有数据行。", "This table has no rows now.";
    next_rows: "后面的行", "Further rows";
    first_rows: "回到第一行", "Back to the first row";
    table_region: "数据表，可左右滚动", "Data table, scrolls sideways";
    row_number: "行号", "Row";
    question: "筛选条件", "Question";
    retrieved: "取得的内容", "What was taken";
    size_not_known: "没有记录：边查询边传送的数据，传送完成以后才有大小和校验值", "Not recorded: what is sent while it is made has its size and checksum at the end";
    whole_dataset: "整个数据集 ZIP", "Whole dataset, ZIP";
    release_reason: "公开理由：", "Why it is released: ";
    see_table: "查看表格", "See the table";
    masked: "已脱敏", "masked";

    // quality
    data_quality: "数据质量", "Data quality";
    to_the_table: "回到表格", "Back to the table";
    quality_not_measured: "这个表格是在开始检查质量之前处理的。重新导入文件后会显示质量。", "This table was taken in before quality was measured. Import the file again to see it.";
    scores_by_dimension: "各维度得分", "Scores by dimension";
    dimensions_named_by: "维度依据", "Basis of the dimensions";
    how_scores_are_made: "得分是该维度各项检查的符合比例的平均值乘以 100，强制规则按三倍计算。分数只舍不入，100 分表示没有不符。", "A score is the mean of the parts of what was checked that hold, times 100; a blocking rule counts three times. Scores are cut, so 100 means that nothing is wrong.";
    dimension: "维度", "Dimension";
    score: "得分", "Score";
    rules_behind: "检查规则", "Rules";
    outcome: "结果", "Result";
    not_measured: "未检查", "Not measured";
    no_rule_measures_it: "没有机器能检查的规则，要由人核查。", "No rule that a machine can check; people have to.";
    holds: "符合", "Holds";
    what_to_mend: "发现的问题", "What was found";
    nothing_to_mend: "没有发现不符合规则的地方。", "Nothing was found that does not hold.";
    blocks_a_version: "强制规则：新版本会被退回", "Blocking: a new version is rejected";
    rule_word: "规则", "Rule";
    whole_table: "整个表格", "The whole table";
    only_first_rows: "表格很长，只比较了前 4,194,304 行。", "The table is very long; its first 4,194,304 rows were compared.";
    value_word: "值", "Value";
    rows_with_faults: "有问题的行", "Rows with faults";
    what_is_wrong: "问题", "What is wrong";
    quality_issues: "质量问题", "Quality issues";
    issues_of_all_versions: "整个数据集各版本的质量问题", "Quality issues of the dataset in all versions";
    how_issues_are_found: "各项质量规则在每个版本中发现的问题。提供单位应当在下次更新时改正；后来的版本中再次检查已经符合的，标为已改正。", "What the rules of quality found in each version. The provider has to mend it with the next update; what holds when it is checked again in a later version is marked as mended.";
    who_mends: "由谁改正", "Who mends it";
    next_update_due: "下次更新期限", "Next update due";
    no_update_cycle: "没有更新周期", "No update cycle";
    no_issues: "各版本都没有发现不符合规则的地方，或者没有可以检查的表格。", "Nothing was found in any version that does not hold, or there is no table that could be checked.";
    where_it_is: "位置", "Where";
    first_found: "首次发现", "First found";
    state_of_issue: "状态", "State";
    the_dataset: "整个数据集", "The whole dataset";
    mended: "已改正", "Mended";
    not_mended: "待改正", "Open";
    until: "期限", "Due";

    // differences of rows
    row_changes: "数据变化", "Changes of data";
    compares_two_versions: "比较同一文件的两个版本。", "Compares two versions of a file.";
    not_compared: "这样比较不出来", "This could not be compared";
    columns_are_the_same: "两个版本的列相同。", "Both versions have the same columns.";
    breaking_change: "结构有变化，读取这个文件的程序可能出错", "The structure changed: programs that read this file may fail";
    compatible_change: "结构有变化，读取这个文件的程序不受影响", "The structure changed: programs that read this file go on";
    rows_told_by: "按哪一列对应各行", "Rows are matched by";
    whole_rows: "整行内容", "Whole rows";
    kind_of_change: "变化", "Changes";
    all_changes: "全部", "All";
    compare: "比较", "Compare";
    rows_that_differ: "有变化的行", "Rows that differ";
    no_row_differs: "没有这样的行。", "There are none.";
    change_word: "变化", "Change";
    rows_before: "前面的行", "Rows before";
    rows_changed_since: "与上一版相比的数据变化", "Changes since the version before";
    column_profile: "列的概况", "About a column";
    view_column: "查看", "Show";
    of_all_rows: "全表", "all rows";
    no_profile: "这一列只显示部分内容，没有整列的概况。", "Only a part of this column is shown, so there is no profile of all of it.";
    without_value: "空值", "Without a value";
    different_values: "不同的值", "Different values";
    least_and_greatest: "最小 / 最大", "Least / greatest";
    median: "中位数", "Median";
    middle_half: "中间一半", "Middle half";
    mean: "平均", "Mean";
    characters: "字数", "Characters";
    written_as: "写法", "Written as";
    most_frequent: "最常见的值", "Most frequent";
    from_value: "从", "From";
    to_value: "到", "To";
    any_of: "是其中任何一个", "Is any of";
    rows_failed: "后面的行没有取到。", "The further rows did not come.";
    try_again: "再试一次", "Try again";
    copy_link: "复制此视图链接", "Copy link to this view";
    link_copied: "链接已复制", "Link copied";
    link_not_copied: "浏览器不允许复制，从地址栏复制", "The browser does not allow it; copy the address from its bar";
    live_chart: "交互图", "Interactive chart";
    drawn_chart: "静态图", "Drawn chart";
    charts: "图表", "Charts";
    charts_lead: "选一种图，用现在筛选出的行来画。每张图旁边都有数据表。", "Choose a kind: it is drawn of the rows above, with its data beside it.";
    kinds_of_charts: "图的种类", "Kinds of charts";
    what_chart_shows: "图表内容", "What the chart shows";
    group_by: "分组", "Group by";
    across: "横轴", "Across";
    upwards: "纵轴", "Upwards";
    computed: "计算", "Compute";
    of_column: "数值列", "Of the column";
    no_column_needed: "不需要", "none needed";
    longitude: "经度", "Longitude";
    latitude: "纬度", "Latitude";
    draw: "画图", "Draw";
    nothing_to_draw: "这些行里没有可以画的值。去掉一个条件，或者换一列。", "These rows have no values to draw. Drop a condition, or choose another column.";
    data_in_chart: "图中的数据", "The data of the chart";
    data_of_chart: "下载图中数据的全部，CSV", "All data of the chart, CSV";
    rows_of_table: "行数", "Rows";
    share: "占比", "Share";
    first_rows_of_dots: "前 100 行", "The first 100 rows";
    no_table_of_format: "这种格式的文件不做成表格，可以下载后打开。", "No table is made of files of this format; download it to open it.";
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a source that cannot be read is a failed test")]

    use super::*;

    fn is_han(char: char) -> bool {
        ('\u{4E00}'..='\u{9FFF}').contains(&char)
    }

    #[test]
    fn chinese_takes_full_width_punctuation() {
        for (key, zh, _) in PAIRS {
            let chars: Vec<char> = zh.chars().collect();
            for pair in chars.windows(2) {
                let half = is_han(pair[0]) && ",:;?!(".contains(pair[1]);
                assert!(!half, "`{key}`: half-width `{}` after Chinese in {zh}", pair[1]);
            }
        }
    }

    /// Long texts stand in the files of their pages, so the sources are read as well.
    #[test]
    fn chinese_in_pages_takes_full_width_punctuation() {
        let mut folders = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
        let mut n_files = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                if path.extension().is_none_or(|extension| extension != "rs") {
                    continue;
                }
                n_files += 1;
                for (place, line) in std::fs::read_to_string(&path).unwrap().lines().enumerate() {
                    let chars: Vec<char> = line.chars().collect();
                    let is_half =
                        chars.windows(2).any(|pair| is_han(pair[0]) && ",:;?!(".contains(pair[1]));
                    assert!(!is_half, "{}:{}: {line}", path.display(), place + 1);
                }
            }
        }
        assert!(n_files > 30, "{n_files} files are too few: the folder has moved");
    }

    #[test]
    fn every_word_is_there_in_both_languages() {
        for (key, zh, en) in PAIRS {
            assert!(!zh.is_empty() && !en.is_empty(), "`{key}` is empty");
        }
    }
}
