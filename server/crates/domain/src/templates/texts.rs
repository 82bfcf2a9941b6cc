//! The texts that are proposed to whoever writes a template.

/// 使用协议.
pub(super) const AGREEMENT: &str = "公共数据使用协议

编号：{number}
依据：{regulation}
数据：{dataset}
{parties}

第一条　数据项：{items}。
第二条　用途：{purpose}
第三条　使用方式：{mode}。
第四条　使用期限：{period}。
第五条　乙方满足目录公布的开放条件：{conditions}。
第六条　使用要求：{requirements}。
第七条　安全责任：{security}
第八条　{no_transfer}
第九条　{attribution}
第十条　{report_interval}
第十一条　{consequences}
第十二条　{closing}
第十三条　本协议由双方在平台上签署，签署的文本、摘要、签署人和时间由平台保存；双方均可下载和核验。
";

/// 安全承诺书: the applicant's alone (AGR-07, aba 32).
pub(super) const COMMITMENT: &str = "数据安全承诺书

编号：{number}
依据：{regulation}
数据：{dataset}
承诺人：{applicant}
数据提供单位：{provider}

一、承诺人知悉本数据的安全级别为第 {level} 级。
二、提供单位要求的安全保障措施：{measures}。
三、承诺人采取的安全保障措施：{safeguards}。
四、承诺人只在申请的用途内使用数据，不向他人提供，不用于识别特定个人。
五、发现数据泄露、丢失或者被滥用的，承诺人立即停止使用，并在当日告知提供单位和数据主管部门。
六、使用期限届满、权限被收回或者交回时，承诺人删除数据及其副本，并出具说明。
";

/// 开放授权协议: what whoever takes open data agrees to (yulin 30).
pub(super) const LICENCE: &str = "公共数据开放授权协议

数据提供单位：{provider}
依据：{regulation}

第一条　任何单位和个人可以免费复制、传播、加工和商业使用本单位无条件开放的数据。
第二条　{attribution}
第三条　使用数据不得违反法律、法规，不得损害国家利益、社会公共利益和他人合法权益，不得用于识别特定个人。
第四条　加工后的成果不得冒称由提供单位出具，不得暗示提供单位认可。
第五条　下载数据即表示接受本协议；平台出具的回执载明接受的时间。
";

/// 平台协议: the general terms of the platform (AGR-03, yulin 29).
pub(super) const PLATFORM: &str = "公共数据开放平台协议

依据：{regulation}

第一条　使用人如实提供账号信息，妥善保管密码、验证码和访问令牌，不出借账号。
第二条　使用人通过平台获取数据，不以技术手段绕开平台的访问控制，不干扰平台运行。
第三条　有条件开放的数据，使用人另行签署专项协议，按照协议约定的用途、范围、方式和期限使用。
第四条　使用人按照办法的规定报告数据使用情况，配合跟踪管理。
第五条　未授权使用、非法滥用、未经许可扩散或者泄露数据的，平台及时关闭使用权限。
第六条　平台记录获取数据的时间、内容和方式，用于出具回执、追溯和处理争议。
第七条　本协议有新版本的，使用人接受以后继续使用获准的数据；不接受新版本的，仍可以查阅和下载无条件开放的数据。
";
