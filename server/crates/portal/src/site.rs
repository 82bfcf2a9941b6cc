//! Name and keeper of a portal.

use kaishu_types::Lang;
use serde::{Deserialize, Serialize};

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Text {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// Makes a text.
    pub fn new(zh: &str, en: &str) -> Self {
        Self { zh: zh.to_owned(), en: en.to_owned() }
    }

    /// Returns the text of a language.
    pub fn pick(&self, lang: Lang) -> String {
        lang.pick(&self.zh, &self.en).clone()
    }
}

/// Name and keeper of a portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Site {
    /// Its name.
    pub name: Text,
    /// Who keeps it, for the masthead and the footer.
    pub keeper: Text,
    /// Where the keeper is.
    pub address: Text,
    /// When the keeper can be reached.
    pub hours: Text,
    /// What the portal is, in a sentence.
    pub description: Text,
    /// The address the outside knows it by, without a slash at the end.
    pub base_url: String,
    /// Code of the region it belongs to.
    pub region: String,
    /// Words offered under the search field.
    pub popular: Vec<String>,
    /// Whether everything here is a demonstration.
    pub demonstration: bool,
    /// Changes whenever style or scripts do.
    #[serde(skip)]
    pub asset_version: String,
}

impl Default for Site {
    fn default() -> Self {
        Self {
            name: Text::new("公共数据开放平台", "Public Data Portal"),
            keeper: Text::new("数据主管部门", "Data authority"),
            address: Text::default(),
            hours: Text::default(),
            description: Text::new(
                "查找、查看和下载公共数据。",
                "Find, read and download public data.",
            ),
            base_url: "http://127.0.0.1:3000".to_owned(),
            region: "ROOT".to_owned(),
            popular: Vec::new(),
            demonstration: false,
            asset_version: "0".to_owned(),
        }
    }
}

impl Site {
    /// Returns the site of the demonstration catalogue.
    pub fn demonstration() -> Self {
        Self {
            name: Text::new("云溪州公共数据开放平台", "Yunxi Open Data"),
            keeper: Text::new("云溪州数据局主办", "Yunxi Data Bureau"),
            address: Text::new(
                "云溪市鹤清路 16 号 · 0899-0000 000",
                "16 Heqing Road, Yunxi · 0899-0000 000",
            ),
            hours: Text::new(
                "工作日 9:00—12:00，13:30—17:30",
                "Working days 9:00–12:00, 13:30–17:30",
            ),
            description: Text::new(
                "查找、查看和下载云溪州的公共数据；有条件开放的数据写明条件、期限和条文。",
                "Find, read and download the public data of Yunxi; conditional data comes with its conditions, deadlines and articles.",
            ),
            region: "YX".to_owned(),
            popular: ["空气质量", "节假日", "行政区划", "医保药店", "停车场"]
                .map(str::to_owned)
                .to_vec(),
            demonstration: true,
            ..Self::default()
        }
    }

    /// Returns the line under the name.
    pub fn keeper_line(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => format!("开数 · {}", self.keeper.zh),
            Lang::En => format!("Kaishu · {}", self.keeper.en),
        }
    }
}
