// Kills the portal while programs move cases, starts it again, and looks at what it left: every act that was answered
// is there once, none in part, who is told was told once, and the log verifies. Usage: node .ci/killed-cases.mjs KAISHU
//
// On SQLite, or on the empty database of PostgreSQL that KAISHU_DATABASE_URL names; `sqlite3` or `psql` reads who was
// told, which the log does not cover. Everything runs on this machine, on loopback, and ends by itself.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

// Answers after which it is killed, round by round; who sends at once, and how many datasets each of them moves.
const KILLED_AFTER = [5, 17, 29];
const N_SENDERS = 4;
const N_DATASETS = 3;
// Besides the head, who acts: provider and authority are told of each act.
const TOLD = ["--role officer --org KILL", "--role authority --region ROOT"];
const ACTS = "('suspend', 'restore')";

if (process.argv.length !== 3) {
  console.error("error: expected KAISHU, the program");
  process.exit(2);
}
const binary = resolve(process.argv[2]);
const database = process.env.KAISHU_DATABASE_URL;
const work = mkdtempSync(join(tmpdir(), "kaishu-killed-"));
const data = join(work, "data");
let portal;

process.on("exit", () => {
  portal?.kill("SIGKILL");
  rmSync(work, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

function must(holds, what) {
  if (holds) return;
  console.error(`\nerror: ${what}\n${portal?.log ?? ""}`);
  process.exit(1);
}

function output(program, args, input = "") {
  const done = spawnSync(program, args, { input, encoding: "utf8", cwd: work });
  must(done.status === 0, `${program} ${args.slice(0, 2).join(" ")} failed: ${done.error ?? ""} ${done.stderr} ${done.stdout}`);
  return done.stdout.trim();
}
const kaishu = (args, input) => output(binary, [...args, "--data-dir", data], input);

// Rows of the database, each with its columns.
function rows(sql) {
  const text = database ? output("psql", ["-XAt", database, "-c", sql]) : output("sqlite3", [join(data, "kaishu.sqlite"), sql]);
  return text.split("\n").filter(Boolean).map((line) => line.split("|"));
}

// An agency with published datasets and its people; returns the token of its head.
function prepare(codes) {
  const folder = join(work, "folder");
  mkdirSync(folder);
  const tables = {
    "catalogue.csv": `code,title,organization,open_class\n${codes.map((code) => `${code},${code},KILL,unconditional\n`).join("")}`,
    "regions.csv": "code,name,level\nROOT,root,prefecture\n",
    "organizations.csv": "code,name,region\nKILL,kill,ROOT\n",
  };
  for (const [name, text] of Object.entries(tables)) writeFileSync(join(folder, name), text);
  kaishu(["import", "csv-dir", folder, "--json"]);
  for (const [n, roles] of ["--role head --org KILL", ...TOLD].entries()) {
    kaishu(["user", "add", `person-${n}`, ...roles.split(" "), "--password-stdin"], "correct horse battery\n");
  }
  return kaishu(["token", "add", "person-0", "--scope", "decide", "--days", "1"]);
}

const freePort = () => new Promise((found) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => found(port));
  });
});

async function serve() {
  const port = await freePort();
  portal = spawn(binary, ["serve", "--data-dir", data, "--listen", `127.0.0.1:${port}`], { stdio: ["ignore", "ignore", "pipe"], cwd: work });
  portal.log = "";
  portal.stderr.on("data", (text) => { portal.log = (portal.log + text).slice(-4000); });
  const base = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 1200; tries += 1) {
    must(portal.exitCode === null, "the portal stopped");
    const reply = await fetch(`${base}/readyz`).catch(() => undefined);
    if (reply?.status === 200) return base;
    await sleep(50);
  }
  return must(false, "the portal did not become ready within a minute");
}

// What the dead one had begun is ended by PostgreSQL once it sees that nobody is there any more.
async function forgotten() {
  const sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
  for (let tries = 0; database && Number(rows(sessions)[0][0]) > 0; tries += 1) {
    must(tries < 100, "PostgreSQL keeps the sessions of the portal that was killed");
    await sleep(100);
  }
}

function client(base, token) {
  const authorization = `Bearer ${token}`;
  const path = (code) => `${base}/api/v1/datasets/${code}/standing`;
  return {
    standing: async (code) => (await fetch(path(code), { headers: { authorization } })).json(),
    send: (act, key) => fetch(path(act.code), {
      method: "POST",
      headers: { authorization, "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify({ event: act.event, version: act.version, reason: act.reason }),
    }),
  };
}

// Suspends and restores datasets in turns until the portal is gone, and kills it after so many answers.
async function move(ask, codes, limit) {
  const acts = [];
  const gone = once(portal, "exit");
  let nAnswered = 0;
  const sender = async (own) => {
    const standings = new Map(await Promise.all(own.map(async (code) => [code, await ask.standing(code)])));
    for (let n = 0; ; n += 1) {
      const code = own[n % own.length];
      const { state, version } = standings.get(code);
      const event = state === "published" ? "suspend" : "restore";
      const act = { code, event, version, reason: crypto.randomUUID(), key: crypto.randomUUID(), isAnswered: false };
      acts.push(act);
      const reply = await ask.send(act, act.key).catch(() => undefined);
      const text = await reply?.text().catch(() => undefined);
      if (text === undefined) return;
      must(reply.status === 200, `${event} of ${code}: ${reply.status} ${text}`);
      act.isAnswered = true;
      standings.set(code, JSON.parse(text));
      nAnswered += 1;
      if (nAnswered === limit) portal.kill("SIGKILL");
    }
  };
  await Promise.all(Array.from({ length: N_SENDERS }, (_, at) => sender(codes.slice(at * N_DATASETS, (at + 1) * N_DATASETS))));
  await gone;
  must(portal.signalCode === "SIGKILL", "the portal ended before it was killed");
  return acts;
}

// What the log holds of the cases, the oldest first.
function logged() {
  const lines = kaishu(["audit", "search", "--kind", "life", "--limit", "1000", "--json"]);
  return lines.split("\n").filter(Boolean).map((line) => JSON.parse(line)).reverse();
}
const timesIn = (events, act) =>
  events.filter((it) => it.subject === act.code && it.event === act.event && it.reason === act.reason).length;

// Everything that was answered is there once, nothing twice or in part.
async function whole(ask, codes, acts) {
  kaishu(["audit", "verify"]);
  const events = logged();
  for (const act of acts) {
    const n = timesIn(events, act);
    must(n === 1 || (n === 0 && !act.isAnswered), `${act.event} of ${act.code}: ${n} times in the log, answered: ${act.isAnswered}`);
  }
  for (const code of codes) {
    const own = events.filter((it) => it.subject === code).map((it) => it.event);
    const wanted = own.map((_, at) => (at === 0 ? "begin" : at % 2 ? "suspend" : "restore"));
    must(own.length !== 1 && own.join() === wanted.join(), `${code} has the events ${own}`);
    const { state, version } = await ask.standing(code);
    const expected = own.at(-1) === "suspend" ? "suspended" : "published";
    must(state === expected && version === own.length, `${code} is ${state} in version ${version}; its events are ${own}`);
  }
  const told = rows(`SELECT e.seq, count(n.id), count(DISTINCT n.account_id) FROM case_event e
    LEFT JOIN notification n ON n.seq = e.seq WHERE e.event IN ${ACTS} GROUP BY e.seq`);
  must(told.length === events.filter((it) => it.event !== "begin").length, "the log and its table differ");
  for (const [seq, n, nAccounts] of told) {
    must(Number(n) === TOLD.length && n === nAccounts, `of entry ${seq} ${nAccounts} accounts were told ${n} times, not ${TOLD.length}`);
  }
  const [[nLoose]] = rows("SELECT count(*) FROM notification WHERE seq NOT IN (SELECT seq FROM case_event)");
  must(nLoose === "0", `${nLoose} notices are of no entry of the log`);
}

// Who got an answer and asks again gets it again; who got none looks, and sends it anew where it was not done.
async function repeat(ask, acts) {
  const events = logged();
  for (const act of acts) {
    const isDone = timesIn(events, act) > 0;
    const reply = await ask.send(act, act.isAnswered ? act.key : crypto.randomUUID());
    const text = await reply.text();
    const expected = isDone && !act.isAnswered ? 409 : 200;
    must(reply.status === expected, `${act.event} of ${act.code}, sent again: ${reply.status} ${text}`);
    const isReplayed = reply.headers.get("idempotent-replayed") === "true";
    must(isReplayed === act.isAnswered, `${act.event} of ${act.code}, sent again, is answered anew: ${!isReplayed}`);
  }
  for (const act of acts) act.isAnswered = true;
}

const codes = Array.from({ length: N_SENDERS * N_DATASETS }, (_, at) => `KILL-${String(at + 1).padStart(4, "0")}`);
const token = prepare(codes);
let ask = client(await serve(), token);
const all = [];
let nBroken = 0;
for (const limit of KILLED_AFTER) {
  const acts = await move(ask, codes, limit);
  all.push(...acts);
  nBroken += acts.filter((act) => !act.isAnswered).length;
  await forgotten();
  ask = client(await serve(), token);
  await whole(ask, codes, all);
  await repeat(ask, acts);
  await whole(ask, codes, all);
}
const name = database ? "PostgreSQL" : "SQLite";
console.error(`\x1b[1m==> ${name}, the portal killed ${KILLED_AFTER.length} times while ${N_SENDERS} moved cases: ${all.length} acts, ${nBroken} of them broken off, each is there once\x1b[0m`);
process.exit(0);
