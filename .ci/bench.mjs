// The measurements of `make bench scale`: the portal at 200,000 datasets beside a bare handler over
// the same index, and its downloads beside nginx. Everything runs on this machine, on loopback, and
// ends by itself. Usage: node .ci/bench.mjs BINARY BARE SHARED [N]
import { spawn, spawnSync, execFileSync } from "node:child_process";
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "node:events";
import { randomFillSync } from "node:crypto";

const [binary, bare, shared, sizeText] = process.argv.slice(2);
const nLarge = Number(sizeText ?? 200_000);
const nSmall = Math.min(10_000, nLarge);
const work = mkdtempSync(join(tmpdir(), "kaishu-bench-"));
const children = new Set();
const seconds = 5;

process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(work, { recursive: true, force: true });
});

// A fixed sequence, so that every run measures the same catalogue.
let seed = 20261121;
const random = (n) => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * n);
};

const lines = [];
const say = (text) => { lines.push(text); console.log(text); };

function unpack(name) {
  const run = spawnSync("zstd", ["-dc", join(shared, "data/catalogues", name)], { maxBuffer: 1 << 30 });
  if (run.status !== 0) throw new Error(`cannot unpack ${name}: ${run.stderr}`);
  return run.stdout.toString("utf8");
}

// Real records of three catalogues: Japanese, English, and Chinese with English.
function realRecords() {
  const tokyo = unpack("tokyo_ckan_package_show_half0.jsonl.zst").split("\n").filter(Boolean).map(JSON.parse)
    .map((it) => ({ title: it.title, notes: it.notes ?? "", org: it.organization?.title ?? "東京都", tags: it.tags?.map((t) => t.name) ?? [], formats: it.resources.map((r) => r.format) }));
  const portals = unpack("dataportals_registry_full.jsonl.zst").split("\n").filter(Boolean).map(JSON.parse)
    .map((it) => ({ title: it.name, notes: it.description ?? "", org: it.owner?.name ?? "unknown", tags: it.tags ?? [], formats: ["CSV", "JSON"] }));
  const sources = JSON.parse(unpack("firstdata_all-sources.json.zst")).sources
    .flatMap((it) => ["zh", "en"].map((lang) => ({ title: it.name?.[lang], notes: it.description?.[lang] ?? "", org: it.name?.[lang], tags: it.tags ?? [], formats: ["XLSX"] })))
    .filter((it) => it.title);
  return [...tokyo, ...portals, ...sources, ...sources, ...sources];
}

const places = ["云溪州", "澜川县", "青柘县", "江北区", "东港市", "千代田区", "港区", "Springfield", "Lakeside", "Northern District"];
const periods = ["2019", "2020", "2021", "2022", "2023", "2024", "2025", "一季度", "上半年", "monthly"];
const licences = ["CC-BY-4.0", "CC0-1.0", "odc-by", "ogl-uk-3.0"];
const sentences = (text) => text.split(/(?<=[。．.!?！？\n])/).map((it) => it.trim()).filter((it) => it.length > 4);

// Each dataset takes title and text of one real record, a place and a period, and a sentence each of
// two others: no two are alike, and the words keep their natural frequencies.
async function writeCatalogue(path, n, records) {
  const out = createWriteStream(path);
  for (let i = 0; i < n; i += 1) {
    const one = records[i % records.length];
    const others = [records[random(records.length)], records[random(records.length)]];
    const borrowed = others.flatMap((it) => sentences(it.notes).slice(0, 1));
    const place = places[random(places.length)];
    const period = periods[random(periods.length)];
    const record = {
      id: `bench-${i}`, name: `bench-${i}`,
      title: i < records.length ? one.title : `${place}${one.title}（${period}）`,
      notes: [one.notes.slice(0, 1500), ...borrowed].join("\n"),
      organization: { name: `org-${random(400)}`, title: one.org.slice(0, 80) },
      license_id: licences[random(licences.length)],
      metadata_created: `20${19 + random(6)}-0${1 + random(9)}-1${random(10)}T00:00:00`,
      metadata_modified: `2026-${String(1 + random(10)).padStart(2, "0")}-1${random(10)}T00:00:00`,
      state: "active", type: "dataset",
      tags: one.tags.slice(0, 6).map((name) => ({ name })),
      groups: [{ name: ["transport", "environment", "health", "education", "economy"][random(5)] }],
      resources: (one.formats.length ? one.formats : ["CSV"]).slice(0, 3).map((format, place) => ({ id: `bench-${i}-${place}`, name: `${one.title.slice(0, 60)} ${place + 1}`, format, url: `https://data.example.org/${i}/${place}` })),
    };
    if (!out.write(`${JSON.stringify(record)}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
}

const status = (pid, key) => {
  const found = readFileSync(`/proc/${pid}/status`, "utf8").match(new RegExp(`^${key}:\\s+(\\d+) kB`, "m"));
  return found ? Math.round(Number(found[1]) / 1024) : 0;
};

const freePort = () => new Promise((resolve) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});

function start(program, args, env = {}) {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, ...env }, cwd: work });
  child.log = "";
  child.stderr.on("data", (data) => { child.log = (child.log + data).slice(-4000); });
  children.add(child);
  child.on("exit", () => children.delete(child));
  return child;
}

async function stop(child) {
  child.kill("SIGTERM");
  await once(child, "exit");
}

async function importAll(data, path) {
  const begun = performance.now();
  const child = start(binary, ["import", "ckan", path, "--source", "bench", "--data-dir", data, "--json"]);
  let peak = 0;
  const watch = setInterval(() => { try { peak = Math.max(peak, status(child.pid, "VmHWM")); } catch { /* it has ended */ } }, 200);
  const [code] = await once(child, "exit");
  clearInterval(watch);
  if (code !== 0) throw new Error(`the import failed: ${child.log}`);
  return { seconds: (performance.now() - begun) / 1000, peak };
}

const get = (url, agent) => new Promise((resolve, reject) => {
  http.get(url, { agent }, (reply) => {
    let text = "";
    reply.setEncoding("utf8").on("data", (part) => { text += part; }).on("end", () => resolve({ status: reply.statusCode, text }));
  }).on("error", reject);
});

// Waits for a reply without keeping it: the generator shares the processors with the portal.
const drain = (url, agent) => new Promise((resolve, reject) => {
  http.get(url, { agent }, (reply) => { reply.resume().on("end", resolve); }).on("error", reject);
});

async function serve(data, cacheBytes) {
  const port = await freePort();
  const begun = performance.now();
  const child = start(binary, ["serve", "--data-dir", data, "--listen", `127.0.0.1:${port}`], { KAISHU_PAGE_CACHE_BYTES: String(cacheBytes) });
  const base = `http://127.0.0.1:${port}`;
  let firstByte = 0;
  for (;;) {
    const reply = await get(`${base}/datasets`).catch(() => undefined);
    if (reply?.status === 200) { firstByte = performance.now() - begun; break; }
    if (child.exitCode !== null) throw new Error(`the portal stopped: ${child.log}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  for (;;) {
    const reply = await get(`${base}/readyz`).catch(() => undefined);
    if (reply?.status === 200) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { child, base, firstByte };
}

// Requests a second over many addresses, by wrk with all connections busy.
function load(base, paths, connections = 16) {
  const script = join(work, "paths.lua");
  writeFileSync(script, `local paths = {${paths.map((it) => JSON.stringify(it)).join(",")}}\nlocal place = 0\nrequest = function() place = place + 1; if place > #paths then place = 1 end; return wrk.format("GET", paths[place]) end\n`);
  const out = execFileSync("wrk", ["-t2", `-c${connections}`, `-d${seconds}s`, "--latency", "-s", script, base], { encoding: "utf8" });
  if (/Non-2xx/.test(out)) throw new Error(`not every reply was good:\n${out}`);
  return Number(out.match(/Requests\/sec:\s+([\d.]+)/)[1]);
}

// The 99th percentile in milliseconds at a rate below saturation, over 50 connections.
async function paced(base, paths, rate) {
  // A second that does not count: this program is slow before it is compiled.
  await pacedFor(1, base, paths, rate);
  return pacedFor(seconds, base, paths, rate);
}

async function pacedFor(seconds, base, paths, rate) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 50 });
  const times = [];
  const total = Math.max(50, Math.round(rate * seconds));
  const begun = performance.now();
  const waiting = [];
  for (let i = 0; i < total; i += 1) {
    const due = begun + (i / rate) * 1000;
    const pause = due - performance.now();
    if (pause > 1) await new Promise((resolve) => setTimeout(resolve, pause));
    const sent = performance.now();
    waiting.push(drain(base + paths[i % paths.length], agent).then(() => times.push(performance.now() - sent)));
  }
  await Promise.all(waiting);
  agent.destroy();
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length * 0.99)];
}

const words = ["空气质量", "交通", "学校", "医疗机构", "人口", "防災", "統計", "施設一覧", "公園", "open data", "statistics", "climate", "geoportal", "population", "budget", "2024", "东港市", "澜川县 统计", "環境 測定", "避難所"];
const filters = ["", "", "&format=csv", "&theme=transport", "&theme=environment&format=json", "&updated=year", "&open=unconditional"];
// In a fixed random order: people do not search for one word seven times in a row.
const searches = words.flatMap((word) => filters.map((filter) => `q=${encodeURIComponent(word)}${filter}`))
  .map((query) => [random(1 << 30), query]).sort(([left], [right]) => left - right).map(([, query]) => query);
const typed = words.flatMap((word) => Array.from(word, (_, end) => `/api/v1/suggestions?q=${encodeURIComponent(word.slice(0, end + 1))}`));

async function measure(n, records) {
  const data = join(work, `data-${n}`);
  const path = join(work, `catalogue-${n}.jsonl`);
  await writeCatalogue(path, n, records);
  const imported = await importAll(data, path);
  rmSync(path);
  const portal = await serve(data, 0);
  const rest = status(portal.child.pid, "VmRSS");
  const pages = searches.map((it) => `/datasets?${it}`);
  const api = searches.map((it) => `/api/v1/datasets?${it}`);
  const listed = JSON.parse((await get(`${portal.base}/api/v1/datasets?per_page=100`)).text);
  const datasets = listed.items.map((it) => `/datasets/${it.code}`);
  const result = { n, ...imported, total: listed.total, firstByte: portal.firstByte, rest };

  const barePort = await freePort();
  const handler = start(bare, [join(data, "index"), `127.0.0.1:${barePort}`]);
  const bareBase = `http://127.0.0.1:${barePort}`;
  for (;;) {
    if (await get(`${bareBase}/datasets?q=a`).then((it) => it.status === 200, () => false)) break;
    if (handler.exitCode !== null) throw new Error(`the bare handler stopped: ${handler.log}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  load(portal.base, pages); // Both have seen the index before anything counts.
  load(bareBase, pages);
  result.bare = load(bareBase, pages);
  result.search = load(portal.base, pages);
  result.api = load(portal.base, api);
  result.bareAgain = load(bareBase, pages);
  await stop(handler);
  result.dataset = load(portal.base, datasets);
  result.p99Search = await paced(portal.base, pages, result.search * 0.5);
  result.p99Dataset = await paced(portal.base, datasets, Math.min(result.dataset * 0.5, 500));
  result.p99Suggestion = await paced(portal.base, typed, 100);
  result.afterLoad = status(portal.child.pid, "VmRSS");
  result.anonymous = status(portal.child.pid, "RssAnon");
  await stop(portal.child);

  const caching = await serve(data, 64 << 20);
  result.cached = load(caching.base, ["/", "/datasets", ...datasets.slice(0, 20)], 50);
  await stop(caching.child);
  rmSync(data, { recursive: true, force: true });
  return result;
}

function print(r, reference) {
  const bareMean = (r.bare + r.bareAgain) / 2;
  const percent = (value) => `${Math.round((100 * value) / bareMean)} % of the bare handler`;
  const fixed = (value) => Math.round(value).toLocaleString("en");
  say(`\n${fixed(r.n)} datasets (${fixed(r.total)} found)`);
  say(`  import and index          ${r.seconds.toFixed(1)} s, peak memory ${r.peak} MiB`);
  say(`  start to first byte       ${fixed(r.firstByte)} ms`);
  say(`  bare handler              ${fixed(bareMean)} requests/s (${fixed(r.bare)} before, ${fixed(r.bareAgain)} after)`);
  say(`  search page, uncached     ${fixed(r.search)} requests/s, ${percent(r.search)}`);
  say(`  search API                ${fixed(r.api)} requests/s, ${percent(r.api)}`);
  say(`  dataset page, uncached    ${fixed(r.dataset)} requests/s`);
  say(`  cached pages              ${fixed(r.cached)} requests/s`);
  say(`  p99 at half load          search ${r.p99Search.toFixed(1)} ms, dataset ${r.p99Dataset.toFixed(1)} ms`);
  say(`  p99 of suggestions        ${r.p99Suggestion.toFixed(1)} ms at 100 a second`);
  say(`  resident memory           ${r.rest} MiB at rest, ${r.afterLoad} MiB after load (${r.anonymous} MiB of it anonymous)`);
  if (reference) {
    const growth = reference.bare / r.bare;
    say(`  from ${fixed(reference.n)} to ${fixed(r.n)}: a search takes ${growth.toFixed(1)} times as long`);
  }
}

async function downloads() {
  const folder = join(work, "files");
  mkdirSync(folder);
  const file = join(folder, "large.bin");
  const out = createWriteStream(file);
  const block = Buffer.alloc(1 << 20);
  for (let i = 0; i < 500; i += 1) {
    randomFillSync(block, 0, 4096);
    if (!out.write(Buffer.from(block))) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
  writeFileSync(join(folder, "catalogue.csv"), "code,title,organization,open_class\nBENCH-0001,large file,BENCH,unconditional\n");
  writeFileSync(join(folder, "regions.csv"), "code,name,level\nROOT,root,prefecture\n");
  writeFileSync(join(folder, "organizations.csv"), "code,name,region\nBENCH,bench,ROOT\n");
  writeFileSync(join(folder, "resources.csv"), "dataset,title,path,format\nBENCH-0001,large,large.bin,other\n");
  const data = join(work, "data-files");
  const imported = start(binary, ["import", "csv-dir", folder, "--data-dir", data, "--json"]);
  const [code] = await once(imported, "exit");
  if (code !== 0) throw new Error(`the import failed: ${imported.log}`);
  const portal = await serve(data, 0);
  const entry = JSON.parse((await get(`${portal.base}/api/v1/datasets/BENCH-0001`)).text);
  const ours = `${portal.base}/api/v1/datasets/BENCH-0001/resources/${entry.resources[0].id}/original`;
  const port = await freePort();
  const conf = join(work, "nginx.conf");
  writeFileSync(conf, `daemon off; worker_processes 2; pid ${work}/nginx.pid; error_log stderr error;\nevents {}\nhttp { access_log off; sendfile on; tcp_nopush on; client_body_temp_path ${work}/b; proxy_temp_path ${work}/p; fastcgi_temp_path ${work}/f; uwsgi_temp_path ${work}/u; scgi_temp_path ${work}/s;\nserver { listen 127.0.0.1:${port}; root ${folder}; } }\n`);
  execFileSync("chmod", ["-R", "a+rX", work]);
  const nginx = start("nginx", ["-c", conf]);
  const theirs = `http://127.0.0.1:${port}/large.bin`;
  for (let i = 0; i < 100 && !(await get(`http://127.0.0.1:${port}/catalogue.csv`).then((it) => it.status === 200, () => false)); i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const speed = (url) => Number(execFileSync("curl", ["-s", "-o", "/dev/null", "-w", "%{speed_download}", url], { encoding: "utf8" })) / 1e6;
  speed(ours); speed(theirs);
  const pairs = Array.from({ length: 5 }, () => [speed(ours), speed(theirs)]);
  const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  const memory = status(portal.child.pid, "VmHWM");
  const [mine, other] = [median(pairs.map((it) => it[0])), median(pairs.map((it) => it[1]))];
  say(`\na file of 524 MB`);
  say(`  portal                    ${Math.round(mine)} MB/s, ${Math.round((100 * mine) / other)} % of nginx (${Math.round(other)} MB/s); peak memory ${memory} MiB`);
  await stop(nginx);
  await stop(portal.child);
}

const records = realRecords();
say(`made of ${records.length.toLocaleString("en")} real records`);
const small = await measure(nSmall, records);
print(small);
if (nLarge > nSmall) print(await measure(nLarge, records), small);
await downloads();
process.exit(0);
