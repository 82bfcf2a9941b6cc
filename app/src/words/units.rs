//! Units of measure in words: what the catalogue writes as a symbol for readers of Chinese, what it
//! writes in Chinese for readers of English. Units that are not listed are shown as written.

use kaishu_types::Lang;

/// As written, in Chinese, in English.
const UNITS: &[(&str, &str, &str)] = &[
    ("%", "百分比", "per cent"),
    ("‰", "千分比", "per mille"),
    ("m", "米", "metres"),
    ("km", "千米", "kilometres"),
    ("mm", "毫米", "millimetres"),
    ("cm", "厘米", "centimetres"),
    ("g", "克", "grams"),
    ("kg", "千克", "kilograms"),
    ("t", "吨", "tonnes"),
    ("㎡", "平方米", "square metres"),
    ("m²", "平方米", "square metres"),
    ("km²", "平方千米", "square kilometres"),
    ("m³", "立方米", "cubic metres"),
    ("m³/s", "立方米/秒", "cubic metres per second"),
    ("m/s", "米/秒", "metres per second"),
    ("km/h", "千米/小时", "kilometres per hour"),
    ("μg/m³", "微克/立方米", "micrograms per cubic metre"),
    ("mg/m³", "毫克/立方米", "milligrams per cubic metre"),
    ("mg/L", "毫克/升", "milligrams per litre"),
    ("mg/kg", "毫克/千克", "milligrams per kilogram"),
    ("kg/m²", "千克/平方米", "kilograms per square metre"),
    ("mmHg", "毫米汞柱", "millimetres of mercury"),
    ("dB(A)", "A 计权分贝", "A-weighted decibels"),
    ("°", "度", "degrees"),
    ("℃", "摄氏度", "degrees Celsius"),
    ("kV", "千伏", "kilovolts"),
    ("kW", "千瓦", "kilowatts"),
    ("kWh", "千瓦时", "kilowatt-hours"),
    ("万kWh", "万千瓦时", "10,000 kilowatt-hours"),
    ("kWh/㎡", "千瓦时/平方米", "kilowatt-hours per square metre"),
    ("元", "元", "yuan"),
    ("万元", "万元", "10,000 yuan"),
    ("亿元", "亿元", "100 million yuan"),
    ("元/㎡", "元/平方米", "yuan per square metre"),
    ("元/kWh", "元/千瓦时", "yuan per kilowatt-hour"),
    ("人", "人", "people"),
    ("万人", "万人", "10,000 people"),
    ("人次", "人次", "visits"),
    ("户", "户", "households"),
    ("岁", "岁", "years of age"),
    ("周岁", "周岁", "full years of age"),
    ("年", "年", "years"),
    ("个月", "个月", "months"),
    ("天", "天", "days"),
    ("小时", "小时", "hours"),
    ("分钟", "分钟", "minutes"),
    ("秒", "秒", "seconds"),
    ("分", "分", "points"),
    ("级", "级", "grade"),
    ("次", "次", "times"),
    ("个", "个", "count"),
    ("项", "项", "items"),
    ("张", "张", "count"),
    ("套", "套", "units"),
    ("辆小客车", "辆小客车", "passenger car units"),
    ("亩", "亩", "mu (1/15 hectare)"),
    ("公顷", "公顷", "hectares"),
    ("平方千米", "平方千米", "square kilometres"),
    ("亿立方米", "亿立方米", "100 million cubic metres"),
    ("吨", "吨", "tonnes"),
    ("吨标准煤", "吨标准煤", "tonnes of coal equivalent"),
];

/// Returns a unit in words.
pub(crate) fn unit(lang: Lang, written: &str) -> &str {
    let found = UNITS.iter().find(|(known, _, _)| *known == written.trim());
    found.map_or(written, |(_, zh, en)| lang.pick(zh, en))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_said_in_the_language_of_the_reader() {
        assert_eq!(unit(Lang::Zh, "μg/m³"), "微克/立方米");
        assert_eq!(unit(Lang::En, "万元"), "10,000 yuan");
        assert_eq!(unit(Lang::En, "furlong"), "furlong");
    }

    #[test]
    fn no_unit_is_listed_twice() {
        let mut known: Vec<&str> = UNITS.iter().map(|(written, _, _)| *written).collect();
        known.sort_unstable();
        assert!(known.is_sorted_by(|one, other| one < other), "{known:?}");
    }
}
