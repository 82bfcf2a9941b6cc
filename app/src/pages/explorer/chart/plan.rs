//! What of a table a chart is made of; what the address does not say is chosen by what the table has.

use kaishu_portal::tables::{OpenTable, coordinates};
use kaishu_types::Lang;
use kaishu_types::table::{ColumnProfile, GroupKey, Period, TableColumn};
use kaishu_types::vocabulary::ItemType;

use super::choice::{Choice, Kind, Measure};
use super::divisions::is_division_column;
use super::figures::MOST_CODES;

/// A column of numbers that has no more than these may be days or hours.
const MONTH: u64 = 31;

/// So many different values are groups that can be looked at together.
const FEW: std::ops::RangeInclusive<u64> = 2..=30;

/// The columns of a table that charts are made of.
pub(super) struct Parts {
    pub(super) columns: Vec<TableColumn>,
    profiles: Vec<Option<ColumnProfile>>,
}

/// A chart with everything said.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Plan {
    /// Groups with a number each.
    Groups { kind: Kind, key: GroupKey, measure: Measure, column: String },
    /// How the numbers of a column are spread.
    Histogram { column: String },
    /// Rows by two numbers; for maps longitude and latitude.
    Pairs { kind: Kind, x: String, y: String },
}

impl Plan {
    /// The kind of chart.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Groups { kind, .. } | Self::Pairs { kind, .. } => *kind,
            Self::Histogram { .. } => Kind::Histogram,
        }
    }
}

impl Parts {
    pub(super) fn of(table: &OpenTable) -> Self {
        let columns = table.governed.columns();
        let profiles =
            (0..columns.len()).map(|place| table.governed.profile(place).cloned()).collect();
        Self { columns, profiles }
    }

    fn profile(&self, name: &str) -> Option<&ColumnProfile> {
        let place = self.columns.iter().position(|column| column.name == name)?;
        self.profiles.get(place)?.as_ref()
    }

    pub(super) fn find(&self, name: &str) -> Option<&TableColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns of numbers.
    pub(super) fn numbers(&self) -> impl Iterator<Item = &TableColumn> {
        self.columns.iter().filter(|column| is_number(column))
    }

    /// The columns that hold codes of administrative divisions.
    pub(super) fn divisions(&self) -> impl Iterator<Item = &TableColumn> {
        self.columns.iter().zip(&self.profiles).filter_map(|(column, profile)| {
            is_division_column(column, profile.as_ref()).then_some(column)
        })
    }

    /// The columns of longitude and latitude.
    pub(super) fn place(&self) -> Option<(&TableColumn, &TableColumn)> {
        let (longitude, latitude) = coordinates(&self.columns)?;
        self.columns.get(longitude).zip(self.columns.get(latitude))
    }

    /// The kinds of charts that can be made of the table.
    pub(super) fn kinds(&self) -> Vec<Kind> {
        Kind::ALL.into_iter().filter(|kind| self.has(*kind)).collect()
    }

    fn has(&self, kind: Kind) -> bool {
        match kind {
            Kind::Bar | Kind::Pie => !self.columns.is_empty(),
            Kind::Line => self.columns.iter().any(|column| is_number(column) || is_date(column)),
            Kind::Histogram => self.numbers().next().is_some(),
            Kind::Scatter => self.numbers().nth(1).is_some(),
            Kind::Points => self.place().is_some(),
            Kind::Divisions => self.divisions().next().is_some(),
        }
    }

    /// What the groups of a kind of chart can be made by.
    pub(super) fn keys(&self, kind: Kind) -> Vec<GroupKey> {
        let whole = |column: &TableColumn| GroupKey::Column(column.name.clone());
        if kind == Kind::Divisions {
            return self.divisions().map(whole).collect();
        }
        let of_column = |column: &TableColumn| match column.item_type {
            ItemType::Date | ItemType::Datetime => [Period::Year, Period::Month, Period::Day]
                .into_iter()
                .map(|period| GroupKey::Period(period, column.name.clone()))
                .collect(),
            _ if kind == Kind::Line && !is_number(column) => Vec::new(),
            _ => vec![whole(column)],
        };
        self.columns.iter().flat_map(of_column).collect()
    }

    /// Says everything that a chart needs.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong; a column that the asker may not have is one that is not
    /// there.
    pub(super) fn plan(&self, choice: &Choice, lang: Lang) -> Result<Plan, String> {
        let kind = choice.kind;
        let not_there = |name: &str| match lang {
            Lang::Zh => format!("没有名为 `{name}` 的列"),
            Lang::En => format!("there is no column `{name}`"),
        };
        let named = choice.x.as_ref().map(column_of).into_iter().chain(choice.y.as_deref());
        if let Some(name) = named.into_iter().find(|name| self.find(name).is_none()) {
            return Err(not_there(name));
        }
        let need = || match lang {
            Lang::Zh => format!("{}{}", kind.label(lang), kind.need(lang)),
            Lang::En => format!("{} {}", kind.label(lang), kind.need(lang)),
        };
        if !self.has(kind) {
            return Err(need());
        }
        let number = |name: &str| match self.find(name).filter(|column| is_number(column)) {
            Some(column) => Ok(column.name.clone()),
            None => Err(not_a_number(name, lang)),
        };
        Ok(match kind {
            Kind::Histogram => {
                let wanted = choice.x.as_ref().map(|key| column_of(key).to_owned());
                let name = wanted.or_else(|| self.first_number(&[])).ok_or_else(need)?;
                Plan::Histogram { column: number(&name)? }
            }
            Kind::Scatter | Kind::Points => {
                let place = self.place().filter(|_| kind == Kind::Points);
                let place = place.map(|(x, y)| (x.name.clone(), y.name.clone()));
                let wanted = choice.x.as_ref().map(|key| column_of(key).to_owned());
                let first = place.as_ref().map(|(x, _)| x.clone());
                let x = wanted.or(first).or_else(|| self.first_number(&[])).ok_or_else(need)?;
                let second = place.map(|(_, y)| y).or_else(|| self.first_number(&[&x]));
                let y = choice.y.clone().or(second).ok_or_else(need)?;
                Plan::Pairs { kind, x: number(&x)?, y: number(&y)? }
            }
            _ => self.groups(choice, lang)?,
        })
    }

    fn groups(&self, choice: &Choice, lang: Lang) -> Result<Plan, String> {
        let kind = choice.kind;
        let key = choice.x.clone().or_else(|| self.first_key(kind));
        let key = key.ok_or_else(|| kind.need(lang).to_owned())?;
        let own = column_of(&key);
        let is_date = self.find(own).is_some_and(is_date);
        if matches!(key, GroupKey::Period(..)) && !is_date {
            return Err(match lang {
                Lang::Zh => format!("列 `{own}` 不是日期，不能按年、月、日分组"),
                Lang::En => format!("column `{own}` holds no dates to group by year, month or day"),
            });
        }
        if kind == Kind::Line && !is_date && !self.find(own).is_some_and(is_number) {
            return Err(match lang {
                Lang::Zh => format!("折线图的横轴要是日期或者数值，列 `{own}` 不是"),
                Lang::En => {
                    format!("a line runs over dates or numbers, and column `{own}` has neither")
                }
            });
        }
        let is_repeated = self.profile(own).is_none_or(|it| it.n_distinct < it.n_values);
        let by_itself = match choice.y {
            Some(_) => Measure::Sum,
            // Groups of one row each are worth counting only where nothing else can be shown.
            None if (kind == Kind::Line || !is_repeated) && self.first_number(&[own]).is_some() => {
                if kind == Kind::Line {
                    Measure::Average
                } else {
                    Measure::Sum
                }
            }
            None => Measure::Count,
        };
        let measure = choice.measure.unwrap_or(by_itself);
        if !measure.adds_up() && matches!(kind, Kind::Pie | Kind::Divisions) {
            return Err(match lang {
                Lang::Zh => {
                    format!("{}只能画行数或者合计：各部分加起来要等于总数", kind.label(lang))
                }
                Lang::En => format!("{}: rows or sums only, whose parts add up", kind.label(lang)),
            });
        }
        if measure == Measure::Count {
            return Ok(Plan::Groups { kind, key, measure, column: String::new() });
        }
        let column = choice.y.clone().or_else(|| self.first_number(&[own]));
        let column = column.ok_or_else(|| match lang {
            Lang::Zh => format!("算{}要选一列数值", measure.label(lang)),
            Lang::En => format!("choose a column of numbers for the {}", measure.label(lang)),
        })?;
        if measure != Measure::Distinct && !self.find(&column).is_some_and(is_number) {
            return Err(not_a_number(&column, lang));
        }
        Ok(Plan::Groups { kind, key, measure, column })
    }

    /// The column of numbers that tells most, other than some: no coordinate, year or running number
    /// where there is anything else.
    fn first_number(&self, but: &[&str]) -> Option<String> {
        let place = self.place();
        let tells = |column: &&TableColumn| {
            let name = format!("{} {}", column.name, column.label).to_lowercase();
            let is_place =
                place.is_some_and(|(x, y)| x.name == column.name || y.name == column.name);
            !is_place
                && !["年", "year", "序号", "编号", "id"].iter().any(|word| name.contains(word))
        };
        let others = || self.numbers().filter(|column| !but.contains(&column.name.as_str()));
        let varies = |column: &&TableColumn| {
            tells(column) && self.profile(&column.name).is_some_and(|it| it.n_distinct > MONTH)
        };
        let found = others().find(varies).or_else(|| others().find(tells));
        found.or_else(|| others().next()).map(|column| column.name.clone())
    }

    /// What the groups of a kind are made by where nothing is said.
    fn first_key(&self, kind: Kind) -> Option<GroupKey> {
        match kind {
            Kind::Line => {
                let date = self.columns.iter().find(|column| is_date(column));
                let year = || {
                    let says_year = |column: &&TableColumn| {
                        column.label.contains('年') || column.name.to_lowercase().contains("year")
                    };
                    self.numbers().find(says_year).or_else(|| self.numbers().next())
                };
                date.map(|column| self.period_of(column))
                    .or_else(|| year().map(|column| GroupKey::Column(column.name.clone())))
            }
            Kind::Divisions => {
                let few = |key: &GroupKey| {
                    self.profile(column_of(key)).is_none_or(|it| it.n_distinct <= MOST_CODES as u64)
                };
                let keys = self.keys(kind);
                keys.iter().find(|key| few(key)).or(keys.first()).cloned()
            }
            _ => self.first_groups().map(|column| match is_date(column) {
                true => self.period_of(column),
                false => GroupKey::Column(column.name.clone()),
            }),
        }
    }

    /// The column whose values make groups that can be looked at: the first that has few; else, of those
    /// whose values come twice or more on average, the one that has fewest; else one of words.
    fn first_groups(&self) -> Option<&TableColumn> {
        let n_values = |column: &TableColumn| {
            self.profile(&column.name).map_or((0, 0), |it| (it.n_distinct, it.n_values))
        };
        let words = || self.columns.iter().filter(|it| !is_number(it) && !is_date(it));
        let few = |column: &&TableColumn| FEW.contains(&n_values(column).0);
        let is_repeated = |column: &&TableColumn| {
            let (n_distinct, n_values) = n_values(column);
            n_distinct > 1 && n_distinct <= n_values / 2
        };
        let fewest = || words().filter(is_repeated).min_by_key(|column| n_values(column).0);
        let is_name = |column: &&TableColumn| column.item_type == ItemType::Text;
        let found = words().find(few).or_else(fewest).or_else(|| words().find(is_name));
        found.or_else(|| self.columns.first())
    }

    /// The period that cuts a column of dates into a number of groups that can be looked at.
    fn period_of(&self, column: &TableColumn) -> GroupKey {
        let year = |text: &Option<String>| text.as_ref()?.get(..4)?.parse::<i32>().ok();
        let profile = self.profile(&column.name);
        let span = profile.and_then(|it| year(&it.max)?.checked_sub(year(&it.min)?));
        let period = match (profile.map(|it| it.n_distinct), span) {
            (Some(n), _) if n <= 62 => Period::Day,
            (_, Some(span)) if span <= 6 => Period::Month,
            _ => Period::Year,
        };
        GroupKey::Period(period, column.name.clone())
    }
}

fn not_a_number(name: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("列 `{name}` 不是数值"),
        Lang::En => format!("column `{name}` holds no numbers"),
    }
}

/// The column that groups are made by.
pub(super) fn column_of(key: &GroupKey) -> &str {
    match key {
        GroupKey::Column(column) | GroupKey::Period(_, column) | GroupKey::Bin(column, _) => column,
    }
}

pub(super) fn is_number(column: &TableColumn) -> bool {
    matches!(column.item_type, ItemType::Integer | ItemType::Decimal)
}

pub(super) fn is_date(column: &TableColumn) -> bool {
    matches!(column.item_type, ItemType::Date | ItemType::Datetime)
}
