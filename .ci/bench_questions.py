"""The questions of `make bench WHAT=tables`: each in the words of the portal, of DuckDB on the Parquet file
that the portal stored, and of Datasette."""

import itertools
from urllib.parse import urlencode

HOW_MANY = 40


class Stored:
    """The columns of the stored Parquet file by name: text as `t0`, …, typed values as `v0`, …."""

    def __init__(self, path, columns):
        self.path = path
        self.columns = {c["name"]: (n, c["type"]) for n, c in enumerate(columns)}
        self.texts = ", ".join(f"t{n}" for n in range(len(columns)))

    def __getitem__(self, name):
        n, kind = self.columns[name]
        return f"t{n}" if kind in ("text", "code", "geometry", "boolean") else f"v{n}"


class Question:
    """A question to each of the three: a page of at most `limit` rows, and how many there are."""

    def __init__(self, ours, page, total, datasette, is_keyed=True, is_sql=False):
        self.ours, self.page, self.total = urlencode(ours), page, total
        self.datasette = urlencode(datasette)
        self.is_keyed, self.is_sql = is_keyed, is_sql


def first_pages(stored):
    for limit in range(50, 50 + HOW_MANY):
        yield Question(
            {"limit": limit},
            f"SELECT {stored.texts} FROM read_parquet('{stored.path}') LIMIT {limit}",
            f"SELECT count(*) FROM read_parquet('{stored.path}')",
            {"_size": limit, "_nofacet": 1, "_nosuggest": 1},
        )


KINDS = ["供水", "供电", "燃气", "供暖", "照明", "排水", "充电", "其他"]
STREETS = ["人民路", "解放路", "建设路", "和平路", "中山路", "朝阳路", "滨河路", "文化路"]


def filtered(stored):
    def of(filter, where, sort, datasette):
        sign, name = ("-", sort[1:]) if sort.startswith("-") else ("", sort)
        by = f"{stored[name]} {'DESC' if sign else 'ASC'} NULLS LAST, row"
        rows = f"FROM read_parquet('{stored.path}') WHERE {where}"
        order = {"_sort_desc" if sign else "_sort": name}
        return Question(
            {"limit": 50, "filter": filter, "sort": sort},
            f"SELECT {stored.texts} {rows} ORDER BY {by} LIMIT 50",
            f"SELECT count(*) {rows}",
            {**datasette, **order, "_size": 50, "_nofacet": 1, "_nosuggest": 1},
        )

    c = stored.__getitem__
    for n in range(HOW_MANY):
        kind, street, year = KINDS[n % 8], STREETS[n % 8], 2020 + n % 6
        code, least = f"{n * 37 % 2000:05d}", 100 + n * 977
        yield of(
            f"kind = '{kind}' AND amount > {least}", f"{c('kind')} = '{kind}' AND {c('amount')} > {least}",
            "-amount", {"kind": kind, "amount__gt": least},
        )
        yield of(
            f"meter_code = '{code}'", f"{c('meter_code')} = '{code}'", "read_on", {"meter_code__exact": code},
        )
        days = (f"{year}-0{n % 9 + 1}-01", f"{year}-0{n % 9 + 1}-28")
        yield of(
            f"read_on BETWEEN DATE('{days[0]}') AND DATE('{days[1]}')",
            f"{c('read_on')} BETWEEN DATE '{days[0]}' AND DATE '{days[1]}'",
            "-quantity", {"read_on__gte": days[0], "read_on__lte": days[1]},
        )
        yield of(
            f"quality = {n % 5 + 1} AND quantity < {least}", f"{c('quality')} = {n % 5 + 1} AND {c('quantity')} < {least}",
            "deviation", {"quality__exact": n % 5 + 1, "quantity__lt": least},
        )
        yield of(
            f"place LIKE '{street}{n % 9 + 1}%'", f"{c('place')} LIKE '{street}{n % 9 + 1}%'",
            "-sent_at", {"place__startswith": f"{street}{n % 9 + 1}"},
        )


def groups(stored):
    amount, quantity, deviation = stored["amount"], stored["quantity"], stored["deviation"]
    keys = [
        ("kind", stored["kind"], "kind"),
        ("area", stored["area"], "area"),
        ("month(read_on)", f"date_trunc('month', {stored['read_on']})", "strftime('%Y-%m', read_on)"),
        ("quality", stored["quality"], "quality"),
        ("meter_code", stored["meter_code"], "meter_code"),
        ("year(read_on)", f"year({stored['read_on']})", "strftime('%Y', read_on)"),
        ("bin(amount,10000)", f"floor({amount} / 10000)", "cast(amount / 10000 as integer)"),
        ("is_estimated", stored["is_estimated"], "is_estimated"),
    ]
    computed = [
        ("count()", "count(*)", "count(*)"),
        ("avg(amount)", f"avg({amount})", "avg(amount)"),
        ("sum(quantity)", f"sum({quantity})", "sum(quantity)"),
        ("max(deviation)", f"max({deviation})", "max(deviation)"),
        ("count(),min(amount)", f"count(*), min({amount})", "count(*), min(amount)"),
    ]
    for (number, duck, sqlite), (key, duck_key, sqlite_key) in itertools.product(computed, keys):
        grouped = f"FROM read_parquet('{stored.path}') GROUP BY ALL"
        yield Question(
            {"group_by": key, "aggregate": number, "limit": 50},
            f"SELECT {duck_key} AS k, {duck} {grouped} ORDER BY k LIMIT 50",
            f"SELECT count(*) FROM (SELECT {duck_key} AS k {grouped})",
            {"sql": f"select {sqlite_key} as k, {sqlite} from readings group by k order by k limit 50"},
            is_keyed=False, is_sql=True,
        )
