//! Reads filters, orders and groups out of addresses.

use thiserror::Error;

use super::query::{Aggregate, Filter, GroupKey, Literal, Operator, Period, Sort};

/// A filter has no more parts than this.
pub const MOST_PARTS: usize = 200;
/// Parentheses are no deeper than this.
const DEEPEST: usize = 20;
/// A filter has no more characters than this.
pub const LONGEST: usize = 8_000;

/// A text that is no filter, order or group.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("at character {at}: {problem}")]
pub struct ParseError {
    /// Where, counted in characters from 1.
    pub at: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// Something else should stand there.
    #[error("expected {0}")]
    Expected(&'static str),
    /// A quote is not closed.
    #[error("a quote is not closed")]
    OpenQuote,
    /// It is more than will be read.
    #[error(
        "too long or too deep: {LONGEST} characters, {MOST_PARTS} parts, {DEEPEST} levels at most"
    )]
    TooLong,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// A name, bare or between double quotes; `true` for a bare one, which may be a keyword.
    Name(String, bool),
    Text(String),
    Number(String),
    Sign(&'static str),
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    n_parts: usize,
    end: usize,
}

type Parsed<T> = Result<T, ParseError>;

/// Reads a filter in CQL2 text, as in `"人口" > 1000 AND (name LIKE '%市' OR level IN (1, 2))`.
///
/// # Errors
///
/// Says where the text is no filter, and what was expected there.
pub fn filter(text: &str) -> Parsed<Filter> {
    let mut parser = Parser::new(text)?;
    let filter = parser.or(0)?;
    parser.end("AND, OR or the end")?;
    Ok(filter)
}

/// Reads an order, as in `name,-"人口"`: a minus puts the greatest first.
///
/// # Errors
///
/// Says where the text is no order.
pub fn sort(text: &str) -> Parsed<Vec<Sort>> {
    let mut parser = Parser::new(text)?;
    parser.list(|parser| {
        let is_descending = parser.take("-");
        Ok(Sort { column: parser.name()?, is_descending })
    })
}

/// Reads a list of columns, as in `name,"人口"`.
///
/// # Errors
///
/// Says where the text is no list of columns.
pub fn columns(text: &str) -> Parsed<Vec<String>> {
    Parser::new(text)?.list(Parser::name)
}

/// Reads what groups are made by, as in `name,year(date),bin("人口",1000)`.
///
/// # Errors
///
/// Says where the text names no group.
pub fn group_by(text: &str) -> Parsed<Vec<GroupKey>> {
    Parser::new(text)?.list(|parser| {
        let at = parser.at();
        let name = parser.name()?;
        if !parser.take("(") {
            return Ok(GroupKey::Column(name));
        }
        let column = parser.name()?;
        let key = match name.to_ascii_lowercase().as_str() {
            "year" => GroupKey::Period(Period::Year, column),
            "month" => GroupKey::Period(Period::Month, column),
            "day" => GroupKey::Period(Period::Day, column),
            "bin" => {
                parser.expect(",")?;
                let width = parser.number()?;
                if width <= 0.0 {
                    return Err(parser.fault("a width above 0"));
                }
                GroupKey::Bin(column, width)
            }
            _ => return Err(expected(at, "year, month, day or bin before a parenthesis")),
        };
        parser.expect(")")?;
        Ok(key)
    })
}

/// Reads what is computed, as in `count(),avg("人口"),quantile("人口",0.9)`.
///
/// # Errors
///
/// Says where the text names nothing that can be computed.
pub fn aggregates(text: &str) -> Parsed<Vec<Aggregate>> {
    Parser::new(text)?.list(|parser| {
        let at = parser.at();
        let name = parser.name()?.to_ascii_lowercase();
        parser.expect("(")?;
        if name == "count" && parser.take(")") {
            return Ok(Aggregate::Count);
        }
        let column = parser.name()?;
        let aggregate = match name.as_str() {
            "count" => Aggregate::CountValues(column),
            "count_distinct" => Aggregate::CountDistinct(column),
            "sum" => Aggregate::Sum(column),
            "avg" => Aggregate::Average(column),
            "min" => Aggregate::Min(column),
            "max" => Aggregate::Max(column),
            "quantile" => {
                parser.expect(",")?;
                let share = parser.number()?;
                if !(0.0..=1.0).contains(&share) {
                    return Err(parser.fault("a share from 0 to 1"));
                }
                Aggregate::Quantile(column, share)
            }
            _ => {
                return Err(expected(at, "count, count_distinct, sum, avg, min, max or quantile"));
            }
        };
        parser.expect(")")?;
        Ok(aggregate)
    })
}

fn expected(at: usize, what: &'static str) -> ParseError {
    ParseError { at, problem: Problem::Expected(what) }
}

impl Parser {
    fn new(text: &str) -> Parsed<Self> {
        let signs: Vec<char> = text.chars().take(LONGEST + 1).collect();
        if signs.len() > LONGEST {
            return Err(ParseError { at: LONGEST, problem: Problem::TooLong });
        }
        let tokens = tokens(&signs)?;
        Ok(Self { tokens, next: 0, n_parts: 0, end: signs.len() + 1 })
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn fault(&self, what: &'static str) -> ParseError {
        expected(self.at(), what)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn take(&mut self, sign: &str) -> bool {
        let is_it = matches!(self.peek(), Some(Token::Sign(found)) if *found == sign);
        self.next += usize::from(is_it);
        is_it
    }

    fn expect(&mut self, sign: &'static str) -> Parsed<()> {
        if self.take(sign) { Ok(()) } else { Err(self.fault(sign)) }
    }

    fn is_keyword(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Name(name, true)) if name.eq_ignore_ascii_case(word))
    }

    fn keyword(&mut self, word: &str) -> bool {
        let is_it = self.is_keyword(word);
        self.next += usize::from(is_it);
        is_it
    }

    fn name(&mut self) -> Parsed<String> {
        match self.peek() {
            Some(Token::Name(name, _)) => {
                let name = name.clone();
                self.next += 1;
                Ok(name)
            }
            _ => Err(self.fault("the name of a column")),
        }
    }

    fn number(&mut self) -> Parsed<f64> {
        match self.literal()? {
            Literal::Number(number) => number.parse().map_err(|_| self.fault("a number")),
            _ => Err(self.fault("a number")),
        }
    }

    fn end(&self, what: &'static str) -> Parsed<()> {
        if self.next == self.tokens.len() { Ok(()) } else { Err(self.fault(what)) }
    }

    fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Parsed<T>) -> Parsed<Vec<T>> {
        let mut list = vec![read(self)?];
        while self.take(",") {
            list.push(read(self)?);
        }
        self.end("a comma or the end")?;
        Ok(list)
    }

    fn or(&mut self, depth: usize) -> Parsed<Filter> {
        let mut parts = vec![self.and(depth)?];
        while self.keyword("OR") {
            parts.push(self.and(depth)?);
        }
        Ok(one_or(parts, Filter::Or))
    }

    fn and(&mut self, depth: usize) -> Parsed<Filter> {
        let mut parts = vec![self.not(depth)?];
        while self.keyword("AND") {
            parts.push(self.not(depth)?);
        }
        Ok(one_or(parts, Filter::And))
    }

    fn not(&mut self, depth: usize) -> Parsed<Filter> {
        self.n_parts += 1;
        if depth > DEEPEST || self.n_parts > MOST_PARTS {
            return Err(ParseError { at: self.at(), problem: Problem::TooLong });
        }
        if self.keyword("NOT") {
            return Ok(Filter::Not(Box::new(self.not(depth + 1)?)));
        }
        if self.take("(") {
            let inner = self.or(depth + 1)?;
            self.expect(")")?;
            return Ok(inner);
        }
        self.predicate()
    }

    fn predicate(&mut self) -> Parsed<Filter> {
        let ignores_case = self.is_call("CASEI");
        let column = if ignores_case { self.call(Self::name)? } else { self.name()? };
        if let Some(operator) = Operator::ALL.iter().find(|it| self.take(it.sign())) {
            return Ok(Filter::Compare { column, operator: *operator, value: self.literal()? });
        }
        if self.keyword("IS") {
            let is_not = self.keyword("NOT");
            if !self.keyword("NULL") {
                return Err(self.fault("NULL"));
            }
            return Ok(negated(is_not, Filter::IsNull { column }));
        }
        let is_not = self.keyword("NOT");
        let filter = if self.keyword("LIKE") {
            let pattern =
                if self.is_call("CASEI") { self.call(Self::literal)? } else { self.literal()? };
            let Literal::Text(pattern) = pattern else { return Err(self.fault("a pattern")) };
            Filter::Like { column, pattern, ignores_case }
        } else if self.keyword("BETWEEN") {
            let from = self.literal()?;
            if !self.keyword("AND") {
                return Err(self.fault("AND"));
            }
            Filter::Between { column, from, to: self.literal()? }
        } else if self.keyword("IN") {
            self.expect("(")?;
            let mut values = vec![self.literal()?];
            while self.take(",") {
                values.push(self.literal()?);
            }
            self.expect(")")?;
            Filter::In { column, values }
        } else {
            return Err(self.fault("=, <>, <, <=, >, >=, LIKE, BETWEEN, IN or IS NULL"));
        };
        Ok(negated(is_not, filter))
    }

    fn is_call(&self, word: &str) -> bool {
        let opens = matches!(self.tokens.get(self.next + 1), Some((_, Token::Sign("("))));
        self.is_keyword(word) && opens
    }

    /// Reads what stands between the parentheses of a call.
    fn call<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        self.next += 2;
        let inner = read(self)?;
        self.expect(")")?;
        Ok(inner)
    }

    fn literal(&mut self) -> Parsed<Literal> {
        const WANTED: &str = "a value: a number, 'text', TRUE, FALSE, DATE('…') or TIMESTAMP('…')";
        for (word, is_date) in [("DATE", true), ("TIMESTAMP", false)] {
            if self.is_call(word) {
                return match self.call(Self::literal)? {
                    Literal::Text(text) if is_date => Ok(Literal::Date(text)),
                    Literal::Text(text) => Ok(Literal::Timestamp(text)),
                    _ => Err(self.fault("a text between single quotes")),
                };
            }
        }
        let is_negative = self.take("-");
        let literal = match self.peek() {
            Some(Token::Number(number)) => {
                Literal::Number(if is_negative { format!("-{number}") } else { number.clone() })
            }
            Some(Token::Text(text)) if !is_negative => Literal::Text(text.clone()),
            Some(Token::Name(name, true)) if name.eq_ignore_ascii_case("true") => {
                Literal::Boolean(true)
            }
            Some(Token::Name(name, true)) if name.eq_ignore_ascii_case("false") => {
                Literal::Boolean(false)
            }
            _ => return Err(self.fault(WANTED)),
        };
        self.next += 1;
        Ok(literal)
    }
}

fn one_or(mut parts: Vec<Filter>, several: impl FnOnce(Vec<Filter>) -> Filter) -> Filter {
    if parts.len() > 1 {
        return several(parts);
    }
    parts.pop().unwrap_or_else(|| several(Vec::new()))
}

fn negated(is_not: bool, filter: Filter) -> Filter {
    if is_not { Filter::Not(Box::new(filter)) } else { filter }
}

const SIGNS: &[&str] = &["<>", "<=", ">=", "=", "<", ">", "(", ")", ",", "-"];

fn tokens(signs: &[char]) -> Parsed<Vec<(usize, Token)>> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(&sign) = signs.get(start) {
        let rest = signs.get(start..).unwrap_or_default();
        let (token, n) = match sign {
            sign if sign.is_whitespace() => {
                start += 1;
                continue;
            }
            '\'' | '"' => quoted(rest, start)?,
            '0'..='9' => number(rest),
            sign if is_in_name(sign) => {
                let name: String = rest.iter().take_while(|sign| is_in_name(**sign)).collect();
                let n = name.chars().count();
                (Token::Name(name, true), n)
            }
            _ => {
                let is_here = |it: &&&str| it.chars().eq(rest.iter().take(it.len()).copied());
                let known = SIGNS.iter().find(is_here);
                let known = known.ok_or_else(|| {
                    expected(
                        start + 1,
                        "a name, a value or an operator; put other names into double quotes",
                    )
                })?;
                (Token::Sign(known), known.len())
            }
        };
        found.push((start + 1, token));
        start += n;
    }
    Ok(found)
}

fn is_in_name(sign: char) -> bool {
    sign.is_alphanumeric() || matches!(sign, '_' | ':' | '.')
}

/// Reads up to the closing quote; a doubled quote stands for one.
fn quoted(rest: &[char], start: usize) -> Parsed<(Token, usize)> {
    let Some((quote, inner)) = rest.split_first() else {
        return Err(ParseError { at: start + 1, problem: Problem::OpenQuote });
    };
    let (mut text, mut place) = (String::new(), 0);
    while let Some(sign) = inner.get(place) {
        if sign != quote {
            text.push(*sign);
            place += 1;
        } else if inner.get(place + 1) == Some(quote) {
            text.push(*quote);
            place += 2;
        } else {
            let token = if *quote == '"' { Token::Name(text, false) } else { Token::Text(text) };
            return Ok((token, place + 2));
        }
    }
    Err(ParseError { at: start + 1, problem: Problem::OpenQuote })
}

/// A number; digits that go on as a name, as in `2020年人口`, are one.
fn number(rest: &[char]) -> (Token, usize) {
    let mut n = 0;
    let mut is_name = false;
    while let Some(&sign) = rest.get(n) {
        let is_exponent_sign = matches!(sign, '-' | '+')
            && n.checked_sub(1)
                .and_then(|before| rest.get(before))
                .is_some_and(|it| matches!(it, 'e' | 'E'))
            && !is_name;
        if !is_in_name(sign) && !is_exponent_sign {
            break;
        }
        is_name |= !(sign.is_ascii_digit() || matches!(sign, '.' | 'e' | 'E') || is_exponent_sign);
        n += 1;
    }
    let text: String = rest.iter().take(n).collect();
    let token = if is_name || text.parse::<f64>().is_err() {
        Token::Name(text, true)
    } else {
        Token::Number(text)
    };
    (token, n)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a text that does not parse must fail the test")]
    use super::*;

    #[track_caller]
    fn check(text: &str) {
        let parsed = filter(text).unwrap();
        assert_eq!(parsed.to_string(), text);
        assert_eq!(filter(&parsed.to_string()).unwrap(), parsed);
    }

    #[test]
    fn what_is_read_is_written_the_same() {
        check("name = 'O''Brien'");
        check("人口 > 1000 AND (名称 LIKE '%市' OR level IN (1, 2))");
        check("\"a b\" <> -1.5e3");
        check("NOT (a = 1 AND b = 2)");
        check("a BETWEEN DATE('2020-01-01') AND DATE('2020-12-31')");
        check("a NOT BETWEEN 1 AND 2");
        check("a IS NOT NULL AND b IS NULL");
        check("CASEI(a) LIKE CASEI('%x%')");
        check("a >= TIMESTAMP('2020-01-01T00:00:00Z')");
        check("\"and\" = TRUE");
        check("\"2020\" = 1 OR 2020年 = 1");
    }

    #[track_caller]
    fn check_error(text: &str, expected: &str) {
        assert_eq!(filter(text).unwrap_err().to_string(), expected);
    }

    #[test]
    fn faults_say_where() {
        check_error("", "at character 1: expected the name of a column");
        check_error(
            "a",
            "at character 2: expected =, <>, <, <=, >, >=, LIKE, BETWEEN, IN or IS NULL",
        );
        check_error("a = 'x", "at character 5: a quote is not closed");
        check_error("a = 1 b", "at character 7: expected AND, OR or the end");
        check_error(
            "a; drop",
            "at character 2: expected a name, a value or an operator; put other names into double quotes",
        );
        let deep = format!("{}a = 1{}", "(".repeat(1000), ")".repeat(1000));
        assert_eq!(filter(&deep).unwrap_err().problem, Problem::TooLong);
        let deep = format!("{}a = 1", "NOT ".repeat(1000));
        assert_eq!(filter(&deep).unwrap_err().problem, Problem::TooLong);
    }

    #[test]
    fn lists() {
        let found = sort("name,-\"人 口\"").unwrap();
        assert_eq!(found[1], Sort { column: "人 口".to_owned(), is_descending: true });
        assert_eq!(columns("a, b").unwrap(), ["a", "b"]);
        assert_eq!(group_by("a,year(d),bin(n,10)").unwrap().len(), 3);
        assert!(group_by("bin(n,0)").is_err());
        assert_eq!(
            aggregates("count(),quantile(n,0.5)").unwrap(),
            [Aggregate::Count, Aggregate::Quantile("n".to_owned(), 0.5)],
        );
        assert!(aggregates("drop(n)").is_err());
    }
}
