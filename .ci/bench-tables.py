"""The measurements of `make bench WHAT=tables`: tables taken in, profiled, asked and taken away, beside
DuckDB and Datasette, in turns within one run. Everything runs on this machine, on loopback, and ends by
itself. Prints a Markdown table; exit code 1 where a bound does not hold.

Usage: bench-tables.py KAISHU PROFILE SHARED [SHARE]

SHARE shortens all tables (0.01 for a trial of the script); only the whole ones say anything.
"""

import csv
import http.client
import itertools
import json
import math
import os
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from importlib.metadata import version
from pathlib import Path

import duckdb

from bench_questions import HOW_MANY, Stored, filtered, first_pages, groups

HERE = Path(__file__).resolve().parent
THREADS = 2
ROUNDS = 3
FIRST_PORT = 3330
QUESTIONS_TO_DATASETTE = 8


def main():
    if sys.argv[1:] == ["--duckdb"]:
        return answer_as_duckdb()
    kaishu, profile, shared = (Path(it).resolve() for it in sys.argv[1:4])
    share = float(sys.argv[4]) if len(sys.argv) > 4 else 1.0
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="kaishu-bench-") as work:
        bench = Bench(kaishu, profile, shared, Path(work), share, figures)
        bench.run()
    print(f"\nDuckDB {version('duckdb')}, Datasette {version('datasette')}, SQLite {sqlite3.sqlite_version}; medians of {ROUNDS} rounds or more\n")
    print(figures.markdown())
    return 0 if figures.hold() else 1


class Figures:
    """What was measured: a line each, with its bound where it has one."""

    def __init__(self):
        self.lines = []
        self.is_held = True

    def add(self, what, ours, other="", ratio=None, bounds=()):
        """`bounds` are pairs of words and whether they hold."""
        broken = [words for words, holds in bounds if not holds]
        self.is_held &= not broken
        verdict = "" if not bounds else f"missed: {', '.join(broken)}" if broken else "holds"
        shown = "" if ratio is None else f"{ratio:.2f}"
        self.lines.append((what, ours, other, shown, ", ".join(it for it, _ in bounds), verdict))
        print("  " + "  ".join(it for it in self.lines[-1] if it), file=sys.stderr, flush=True)

    def hold(self):
        return self.is_held

    def markdown(self):
        head = ("", "Kaishu", "beside it", "ratio", "bound", "")
        rows = [head, ("---", "---:", "---:", "---:", "---", "---"), *self.lines]
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)


class Duck:
    """DuckDB in a process of its own, which is warm: it has the file open and two threads."""

    def __init__(self):
        command = [sys.executable, __file__, "--duckdb"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, *statements):
        """Seconds of the statements, and the rows of each."""
        self.process.stdin.write(json.dumps(statements).encode() + b"\n")
        self.process.stdin.flush()
        found = json.loads(self.process.stdout.readline())
        if "error" in found:
            raise RuntimeError(found["error"])
        return found["seconds"], found["rows"]

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def answer_as_duckdb():
    connection = duckdb.connect()
    connection.execute(f"SET threads = {THREADS}")
    for line in sys.stdin:
        begun = time.perf_counter()
        try:
            rows = [connection.execute(it).fetchall() for it in json.loads(line)]
            found = {"seconds": time.perf_counter() - begun, "rows": rows}
        except duckdb.Error as error:
            found = {"error": str(error)}
        print(json.dumps(found, default=str), flush=True)
    return 0


class Served:
    """A program that answers over HTTP, over one connection that is kept."""

    def __init__(self, command, port, ready):
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.port = port
        for _ in range(6000):
            if self.process.poll() is not None:
                raise RuntimeError(f"{command[0]} stopped with {self.process.returncode}")
            try:
                self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
                if self.get(ready)[2] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise RuntimeError(f"{command[0]} does not answer")

    def get(self, path):
        """Seconds until the last byte, the body and the status."""
        try:
            return self.get_at_once(path)
        except (http.client.RemoteDisconnected, ConnectionResetError):
            # A connection that nobody used for a while was closed; the next one is opened by itself.
            self.connection.close()
            return self.get_at_once(path)

    def get_at_once(self, path):
        begun = time.perf_counter()
        self.connection.request("GET", path)
        reply = self.connection.getresponse()
        body = reply.read()
        return time.perf_counter() - begun, body, reply.status

    def json(self, path):
        seconds, body, status = self.get(path)
        if status != 200:
            raise RuntimeError(f"{path}: {status} {body[:500].decode(errors='replace')}")
        return seconds, json.loads(body)

    def memory(self):
        """Resident and greatest resident memory in MiB."""
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        facts = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
        return tuple(int(facts[key].split()[0]) / 1024 for key in ("VmRSS", "VmHWM"))

    def stop(self):
        self.process.terminate()
        self.process.wait()


def free_port():
    for port in range(FIRST_PORT, FIRST_PORT + 1000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise RuntimeError("no port is free")


def percentile(values, share):
    """The least value that this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def ms(seconds):
    return f"{seconds * 1000:.1f} ms" if seconds < 0.02 else f"{seconds * 1000:,.0f} ms"


class Bench:
    def __init__(self, kaishu, profile, shared, work, share, figures):
        self.kaishu, self.profile, self.shared, self.work = kaishu, profile, shared, work
        self.share, self.figures = share, figures

    def run(self):
        duck = Duck()
        for statement in (HERE / "bench-tables.sql").read_text().split(";\n"):
            if statement.strip():
                duck.ask(statement)
        self.take_in(duck)
        self.profiles(duck)
        self.questions(duck)
        duck.stop()

    def make(self, duck, name, n_rows):
        """Writes a table as CSV; returns its path and its rows."""
        path, n_rows = self.work / f"{name}.csv", int(n_rows * self.share)
        duck.ask(f"COPY (FROM {name}({n_rows})) TO '{path}' (HEADER)")
        shape = f"{name}: {n_rows:,} rows, {path.stat().st_size / 1e6:,.0f} MB"
        print(shape, file=sys.stderr, flush=True)
        return path, n_rows

    # From upload to explorable.

    def import_file(self, path, data):
        """Seconds and greatest memory in MiB of a whole import, until the table can be asked."""
        folder = self.work / f"folder-{path.stem}"
        if not folder.exists():
            folder.mkdir()
            os.link(path, folder / path.name)
            tables = {
                "catalogue.csv": "code,title,organization,open_class\nBENCH-0001,bench,BENCH,unconditional\n",
                "regions.csv": "code,name,level\nROOT,root,prefecture\n",
                "organizations.csv": "code,name,region\nBENCH,bench,ROOT\n",
                "resources.csv": f"dataset,title,path,format\nBENCH-0001,bench,{path.name},csv\n",
            }
            for name, text in tables.items():
                (folder / name).write_text(text)
        command = [self.kaishu, "import", "csv-dir", folder, "--data-dir", data, "--json"]
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError(f"the import failed: {said[-2000:]}")
        return seconds, usage.ru_maxrss / 1024

    def take_in(self, duck):
        path, n_rows = self.make(duck, "reports", 1_000_000)
        target = self.work / "duckdb.parquet"
        ours, theirs, memory = [], [], 0
        for n in range(ROUNDS):
            data = self.work / f"data-{n}"
            seconds, peak = self.import_file(path, data)
            ours.append(seconds)
            memory = max(memory, peak)
            shutil.rmtree(data)
            theirs.append(duck.ask(f"COPY (FROM read_csv('{path}')) TO '{target}'", f"SUMMARIZE FROM '{target}'")[0])
        mine, other = statistics.median(ours), statistics.median(theirs)
        self.figures.add(
            f"upload to explorable, {n_rows:,} rows",
            f"{mine:.1f} s, {memory:,.0f} MiB",
            f"DuckDB: read, write Parquet, summarize {other:.1f} s",
            mine / other,
            [("≤ 30 s", mine <= 30), ("< 1 GB", memory < 953), ("≤ 4×", mine <= 4 * other)],
        )
        shutil.rmtree(self.work / f"folder-{path.stem}")
        target.unlink()
        path.unlink()

    # Types and profiles.

    def profile_beside(self, duck, path, what, bound=None):
        command = [self.profile, path]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ours, theirs, facts = [], [], ""
        for _ in range(2 * ROUNDS - 1):
            process.stdin.write("\n")
            process.stdin.flush()
            seconds, *facts = process.stdout.readline().split()
            ours.append(float(seconds))
            theirs.append(duck.ask(f"SUMMARIZE FROM read_csv('{path}')")[0])
        process.stdin.close()
        process.wait()
        mine, other = statistics.median(ours), statistics.median(theirs)
        n_rows, n_columns = (int(it) for it in facts)
        self.figures.add(
            f"types and profile, {what}: {n_rows:,} rows, {n_columns} columns",
            f"{mine:.2f} s",
            f"DuckDB `SUMMARIZE` {other:.2f} s",
            mine / other,
            [(f"≤ {bound}×", mine <= bound * other)] if bound else [],
        )

    def profiles(self, duck):
        path, _ = self.make(duck, "places", 2_700_000)
        self.profile_beside(duck, path, "places", 2)
        path.unlink()
        for name, path in self.real_tables():
            self.profile_beside(duck, path, name)
            path.unlink()

    def real_tables(self):
        folder = self.shared / "data" / "tables"
        villages, flights = folder / "zh/china-division_villages.csv.zst", folder / "nyc_flights13.csv.zip"
        if not villages.exists() or not flights.exists():
            print("the real tables are not beside this clone: left out", file=sys.stderr)
            return
        path = self.work / "villages.csv"
        with path.open("wb") as out:
            subprocess.run(["zstd", "-dc", villages], stdout=out, check=True)
        yield "villages of China", path
        with zipfile.ZipFile(flights) as archive:
            name = next(it for it in archive.namelist() if it.endswith(".csv"))
            yield "flights from New York", Path(archive.extract(name, self.work))

    # Questions over HTTP, and the export.

    def questions(self, duck):
        path, n_rows = self.make(duck, "readings", 10_000_000)
        data = self.work / "data"
        seconds, memory = self.import_file(path, data)
        self.figures.add(f"upload to explorable, {n_rows:,} rows", f"{seconds:.1f} s, {memory:,.0f} MiB")
        database = self.work / "readings.db"
        write_sqlite(path, database)
        shutil.rmtree(self.work / f"folder-{path.stem}")
        path.unlink()
        port = free_port()
        portal = Served([self.kaishu, "serve", "--data-dir", data, "--listen", f"127.0.0.1:{port}"], port, "/readyz")
        datasette = Datasette(database)
        try:
            self.ask_all(duck, portal, datasette, parquet_of(data), n_rows)
            self.export(duck, portal, parquet_of(data))
        finally:
            portal.stop()
            datasette.stop()

    def ask_all(self, duck, portal, datasette, parquet, n_rows):
        resource = portal.json("/api/v1/datasets/BENCH-0001")[1]["resources"][0]["id"]
        self.address = f"/api/v1/datasets/BENCH-0001/resources/{resource}"
        columns = portal.json(f"{self.address}/rows?limit=1")[1]["columns"]
        stored = Stored(parquet, columns)
        bounds = {"first page": 0.1, "filtered and sorted page": 0.3, "group-by": 0.5}
        for kind, make in (("first page", first_pages), ("filtered and sorted page", filtered), ("group-by", groups)):
            asked = list(itertools.islice(make(stored), HOW_MANY))
            # One that does not count, so that every program has its files open.
            self.ask_one(duck, portal, asked.pop())
            pairs = [self.ask_one(duck, portal, it) for it in asked]
            again = [portal.json(f"{self.address}/rows?{it.ours}")[0] for it in asked]
            # Steps of nine meet every form of question.
            some = [asked[9 * n % len(asked)] for n in range(QUESTIONS_TO_DATASETTE)]
            slow = [(portal.json(f"{self.address}/rows?{it.ours}")[0], datasette.ask(it)) for it in some]
            self.report(kind, n_rows, pairs, again, slow, bounds[kind])

    def ask_one(self, duck, portal, question):
        """Seconds of the portal and of DuckDB; both must say the same."""
        mine, answer = portal.json(f"{self.address}/rows?{question.ours}")
        other, (page, total) = duck.ask(question.page, question.total)
        keys = [row[0] for row in answer["rows"]]
        expected = [row[0] for row in page][: len(keys)]
        if answer["total"] != total[0][0] or (question.is_keyed and keys != expected):
            raise RuntimeError(f"{question.ours}: {answer['total']} {keys[:3]}, DuckDB says {total} {expected[:3]}")
        return mine, other

    def report(self, kind, n_rows, pairs, again, slow, bound):
        mine, other = ([pair[n] for pair in pairs] for n in (0, 1))
        ratio = percentile(mine, 0.5) / percentile(other, 0.5)
        p95 = percentile(mine, 0.95)
        self.figures.add(
            f"{kind}, {n_rows:,} rows, p50 and p95 of {len(mine)} different questions",
            f"{ms(percentile(mine, 0.5))}, {ms(p95)}",
            f"DuckDB {ms(percentile(other, 0.5))}, {ms(percentile(other, 0.95))}",
            ratio,
            [(f"p95 ≤ {bound * 1000:.0f} ms", p95 <= bound), ("≤ 2×", ratio <= 2)],
        )
        mine, other = ([pair[n] for pair in slow] for n in (0, 1))
        ratio = percentile(mine, 0.5) / percentile(other, 0.5)
        self.figures.add(
            f"{kind}, p50 of {len(slow)} questions",
            ms(percentile(mine, 0.5)),
            f"Datasette {ms(percentile(other, 0.5))}",
            ratio,
            [("≤ 1/5", ratio <= 0.2)],
        )
        self.figures.add(f"{kind}, each asked a second time, p50 and p95", f"{ms(percentile(again, 0.5))}, {ms(percentile(again, 0.95))}")

    def export(self, duck, portal, parquet):
        columns = portal.json(f"{self.address}/rows?limit=1")[1]["columns"]
        texts = ", ".join(f"t{n} AS {c['name']}" for n, c in enumerate(columns))
        before, _ = portal.memory()
        seen, is_ended = [], threading.Event()

        def watch():
            while not is_ended.wait(0.05):
                seen.append(portal.memory()[0])

        watcher = threading.Thread(target=watch)
        watcher.start()
        seconds, n_bytes = read_away(portal.port, f"{self.address}/export.csv")
        is_ended.set()
        watcher.join()
        other, _ = duck.ask(f"COPY (SELECT {texts} FROM read_parquet('{parquet}')) TO '/dev/null' (FORMAT csv, HEADER)")
        half = max(1, len(seen) // 2)
        first, second = max(seen[:half] or [before]), max(seen[half:] or [before])
        speed = n_bytes / seconds / 1e6
        self.figures.add(
            f"CSV export of {n_bytes / 1e6:,.0f} MB",
            f"{speed:,.0f} MB/s, memory {before:,.0f} MiB before, {first:,.0f} at most in the first half, {second:,.0f} in the second",
            f"DuckDB to `/dev/null` {n_bytes / other / 1e6:,.0f} MB/s",
            other and seconds / other,
            [("≥ 100 MB/s", speed >= 100), ("flat memory", second <= first + 32)],
        )


def read_away(port, path):
    """Reads an answer as fast as it comes; seconds and bytes, without the head."""
    begun = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("GET", path)
    reply = connection.getresponse()
    if reply.status != 200:
        raise RuntimeError(f"{path}: {reply.status}")
    buffer, n_bytes = bytearray(1 << 20), 0
    while n := reply.readinto(buffer):
        n_bytes += n
    return time.perf_counter() - begun, n_bytes


def parquet_of(data):
    """The stored table: the greatest Parquet file among the blobs."""
    files = [path for path in data.rglob("*") if path.is_file()]
    tables = [path for path in files if path.open("rb").read(4) == b"PAR1"]
    return max(tables, key=lambda path: path.stat().st_size)


SQLITE_TYPES = {"amount": "REAL", "quantity": "INTEGER", "deviation": "REAL", "quality": "INTEGER"}


def write_sqlite(path, database):
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    with path.open(newline="") as file:
        rows = csv.reader(file)
        names = next(rows)
        typed = ", ".join(f"{name} {SQLITE_TYPES.get(name, 'TEXT')}" for name in names)
        connection.execute(f"CREATE TABLE readings ({typed})")
        places = ", ".join("NULLIF(?, '')" for _ in names)
        connection.executemany(f"INSERT INTO readings VALUES ({places})", rows)
    connection.commit()
    connection.close()


class Datasette(Served):
    def __init__(self, database):
        port = free_port()
        program = Path(sys.executable).parent / "datasette"
        command = [program, "serve", "--immutable", database, "--host", "127.0.0.1", "--port", str(port)]
        command += ["--setting", "sql_time_limit_ms", "600000", "--setting", "num_sql_threads", str(THREADS)]
        super().__init__(command, port, "/-/versions.json")

    def ask(self, question):
        path = "/readings.json" if question.is_sql else "/readings/readings.json"
        seconds, answer = self.json(f"{path}?{question.datasette}")
        if not answer["rows"]:
            raise RuntimeError(f"{question.datasette}: no rows")
        return seconds


if __name__ == "__main__":
    sys.exit(main())
