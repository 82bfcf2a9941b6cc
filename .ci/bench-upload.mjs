// The measurement of `make bench WHAT=upload`: how much memory the portal takes at most while somebody sends it
// a large table over HTTP. Everything runs on this machine, on loopback, and ends by itself; exit code 1 where
// the bound does not hold. Usage: node .ci/bench-upload.mjs BINARY [MIB]
//
// MIB is the size of the file (64 for a trial of the script); the bound is that of the whole 2 GiB.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";

const WHOLE_MIB = 2048;
// The portal takes at most this share of the file.
const SHARE = 1 / 8;
const BLOCK = 1 << 20;
const ROW = 64;

const [binary, sizeText] = process.argv.slice(2);
const mib = Number(sizeText ?? WHOLE_MIB);
if (!binary || !Number.isInteger(mib) || mib < 1) {
  console.error("error: expected BINARY [MIB], the size as a whole number");
  process.exit(2);
}
const size = mib * BLOCK;
const work = mkdtempSync(join(tmpdir(), "kaishu-bench-"));
const data = join(work, "data");
let portal;

process.on("exit", () => {
  portal?.kill("SIGKILL");
  rmSync(work, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

// Resident memory of the portal in MiB: `VmHWM` at most so far, `VmRSS` now.
function memory(key) {
  const found = readFileSync(`/proc/${portal.pid}/status`, "utf8").match(new RegExp(`^${key}:\\s+(\\d+) kB`, "m"));
  if (!found) throw new Error(`the portal has no ${key}: it stopped`);
  return Number(found[1]) / 1024;
}

function run(args, input = "") {
  const done = spawnSync(binary, [...args, "--data-dir", data], { input, encoding: "utf8", cwd: work });
  if (done.status !== 0) throw new Error(`kaishu ${args.slice(0, 2).join(" ")} failed: ${done.stderr}`);
  return done.stdout.trim();
}

// An agency with an officer; returns the token of the officer.
function prepare() {
  const folder = join(work, "folder");
  mkdirSync(folder);
  const tables = {
    "catalogue.csv": "code,title,organization,open_class\nBENCH-0001,bench,BENCH,unconditional\n",
    "regions.csv": "code,name,level\nROOT,root,prefecture\n",
    "organizations.csv": "code,name,region\nBENCH,bench,ROOT\n",
  };
  for (const [name, text] of Object.entries(tables)) writeFileSync(join(folder, name), text);
  run(["import", "csv-dir", folder, "--json"]);
  run(["user", "add", "officer", "--role", "officer", "--org", "BENCH", "--password-stdin"], "correct horse battery\n");
  return run(["token", "add", "officer", "--scope", "publish", "--days", "1"]);
}

const freePort = () => new Promise((resolve) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});

async function serve() {
  const port = await freePort();
  portal = spawn(binary, ["serve", "--data-dir", data, "--listen", `127.0.0.1:${port}`], { stdio: ["ignore", "ignore", "pipe"], cwd: work });
  portal.log = "";
  portal.stderr.on("data", (text) => { portal.log = (portal.log + text).slice(-4000); });
  const base = `http://127.0.0.1:${port}`;
  for (;;) {
    if (portal.exitCode !== null) throw new Error(`the portal stopped: ${portal.log}`);
    const reply = await fetch(`${base}/readyz`).catch(() => undefined);
    if (reply?.status === 200) return base;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// The table, block by block: ids of 18 digits that count on, codes with leading zeros, Chinese texts. Rows are of
// one width, so that it has as many bytes as was asked for, and the same ones each time.
function* blocks() {
  const filled = (text) => {
    const row = Buffer.alloc(ROW, "0");
    Buffer.from(text, "utf8").copy(row);
    row[ROW - 1] = 0x0a;
    return row;
  };
  const head = Buffer.from("id,code,place,date,value".padEnd(ROW - 1, "_") + "\n");
  const row = filled(`${"0".repeat(18)},007,云溪州澜川县,2026-11-21,3.`);
  const template = Buffer.concat(Array.from({ length: BLOCK / ROW }, () => row));
  let id = 0;
  for (let place = 0; place < size; place += BLOCK) {
    const block = Buffer.from(template);
    for (let at = 0; at < BLOCK; at += ROW) {
      id += 1;
      block.write(String(id).padStart(18, "0"), at, "latin1");
    }
    if (place === 0) head.copy(block);
    yield block;
  }
}

// What the portal must have kept to the last byte: another file is refused.
function digest() {
  const hash = createHash("sha256");
  for (const block of blocks()) hash.update(block);
  return hash.digest("hex");
}

function client(base, token) {
  return async (method, path, headers, body, expected) => {
    const all = { authorization: `Bearer ${token}`, "tus-resumable": "1.0.0", ...headers };
    const request = http.request(new URL(path, base), { method, headers: all });
    const answered = once(request, "response");
    // Whoever is refused in the middle hears why instead of going on.
    answered.catch(() => {});
    for (const block of body) {
      if (request.destroyed || request.res) break;
      if (!request.write(block)) await Promise.race([once(request, "drain"), answered]);
    }
    request.end();
    const [reply] = await answered;
    let text = "";
    for await (const part of reply.setEncoding("utf8")) text += part;
    if (reply.statusCode !== expected) throw new Error(`${method} ${path}: ${reply.statusCode} ${text.slice(0, 500)}`);
    return { headers: reply.headers, text };
  };
}

async function upload(ask, sha256) {
  const json = { "content-type": "application/json" };
  const entry = JSON.stringify({ organization: "BENCH", title: "bench" });
  const draft = JSON.parse((await ask("POST", "/api/v1/drafts", json, [entry], 201)).text).id;
  const encoded = (text) => Buffer.from(String(text)).toString("base64");
  const metadata = Object.entries({ filename: "bench.csv", draft, sha256 }).map(([key, value]) => `${key} ${encoded(value)}`);
  const announced = { "upload-length": String(size), "upload-metadata": metadata.join(",") };
  const path = (await ask("POST", "/api/v1/uploads", announced, [], 201)).headers.location;
  const part = { "content-type": "application/offset+octet-stream", "upload-offset": "0", "content-length": String(size) };
  await ask("PATCH", path, part, blocks(), 204);
  await ask("POST", `${path}/finish`, json, [JSON.stringify({ revision: 1 })], 200);
}

const token = prepare();
const sha256 = digest();
const ask = client(await serve(), token);
const rest = memory("VmRSS");
const begun = performance.now();
await upload(ask, sha256);
const peak = memory("VmHWM");
const seconds = (performance.now() - begun) / 1000;
const bound = WHOLE_MIB * SHARE;
const isWhole = mib === WHOLE_MIB;
const holds = peak <= bound;
const verdict = isWhole ? (holds ? "holds" : "missed") : `not judged: it is for ${WHOLE_MIB} MiB`;
console.log(`a table of ${mib.toLocaleString("en")} MiB, sent and kept`);
console.log(`  time                      ${seconds.toFixed(1)} s, ${Math.round(size / 1e6 / seconds)} MB/s`);
console.log(`  memory of the portal      ${Math.round(rest)} MiB before, ${Math.round(peak)} MiB at most, ${(100 * peak / mib).toFixed(1)} % of the file (bound ${100 * SHARE} %, ${bound} MiB: ${verdict})`);
process.exit(isWhole && !holds ? 1 : 0);
