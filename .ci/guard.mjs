// Checks that dependencies point one way and that dangerous markup stays where it is handled.
// Says every breach with its remedy; exit code 1 if there is one.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";

const cargo = (...words) => {
  try {
    return execFileSync("cargo", words, { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] });
  } catch {
    // Cargo has said why.
    console.error(`error: cargo ${words[0]} failed, so the layout could not be checked`);
    process.exit(1);
  }
};

const breaches = [];
const breach = (what, remedy) => breaches.push(`${what}\n    ${remedy}`);

// What each crate may know of ours, apart from tests.
const mayKnow = {
  "kaishu-types": [],
  "kaishu-domain": ["kaishu-types"],
  "kaishu-store": ["kaishu-types", "kaishu-domain"],
  "kaishu-search": ["kaishu-types", "kaishu-domain"],
  "kaishu-tables": ["kaishu-types", "kaishu-domain"],
  "kaishu-interop": ["kaishu-types", "kaishu-domain"],
  "kaishu-papers": [],
  "kaishu-portal": ["kaishu-types", "kaishu-domain", "kaishu-store", "kaishu-search", "kaishu-tables", "kaishu-interop", "kaishu-papers"],
  app: ["kaishu-types", "kaishu-domain", "kaishu-portal"],
  frontend: ["app"],
  // `server` and `kaishu-testkit` put everything together.
};

// What only some crates may name.
const onlyIn = {
  "sea-orm": ["kaishu-store"],
  "sea-orm-migration": ["kaishu-store"],
  sqlx: ["kaishu-store"],
  object_store: ["kaishu-store"],
  tantivy: ["kaishu-search"],
  "jieba-rs": ["kaishu-search"],
  arrow: ["kaishu-tables"],
  parquet: ["kaishu-tables"],
  datafusion: ["kaishu-tables"],
  csv: ["kaishu-tables"],
  typst: ["kaishu-papers"],
  axum: ["app", "server"],
  leptos: ["app", "frontend", "server"],
  clap: ["server"],
};

const { packages } = JSON.parse(cargo("metadata", "--format-version", "1", "--no-deps", "--locked"));
const ours = new Set(packages.map((one) => one.name));

for (const one of packages) {
  for (const dependency of one.dependencies) {
    if (dependency.kind === "dev") continue;
    const allowed = mayKnow[one.name];
    if (ours.has(dependency.name) && allowed && !allowed.includes(dependency.name)) {
      breach(`${one.name} depends on ${dependency.name}`, `it may know: ${allowed.join(", ") || "none of ours"}`);
    }
    if (dependency.name === "kaishu-testkit") {
      breach(`${one.name} depends on kaishu-testkit outside its tests`, "make it a dev-dependency");
    }
    const owners = onlyIn[dependency.name];
    if (owners && !owners.includes(one.name) && one.name !== "kaishu-testkit") {
      breach(`${one.name} names ${dependency.name}`, `only ${owners.join(", ")} may: ask it instead`);
    }
    if (one.name === "app" && dependency.name === "kaishu-portal" && !dependency.optional) {
      breach("app depends on kaishu-portal always", "make it optional, behind the feature `ssr`");
    }
  }
}

// tree(PACKAGE, …): the names of all crates that are built into it.
const tree = (name, ...more) =>
  new Set(
    cargo("tree", "--locked", "-p", name, "-e", "normal,no-proc-macro", "--prefix", "none", ...more)
      .split("\n")
      .map((line) => line.split(" ")[0]),
  );

const forbid = (name, crates, remedy, ...more) => {
  const found = tree(name, ...more);
  for (const crate of crates) if (found.has(crate)) breach(`${name} holds ${crate}`, remedy);
};

forbid(
  "frontend",
  ["axum", "tokio", "sea-orm", "tantivy", "kaishu-portal", "kaishu-store", "kaishu-search", "kaishu-tables", "kaishu-interop", "kaishu-papers"],
  "server code reaches the browser: put it behind the feature `ssr` of app",
  "--target",
  "wasm32-unknown-unknown",
);
for (const name of Object.keys(mayKnow).filter((one) => one.startsWith("kaishu-"))) {
  forbid(name, ["app", "leptos", "axum"], "crates under server/crates know nothing of the web");
}

// source(FOLDER): the Rust files in it; those of other packages below it are theirs.
const source = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return existsSync(join(path, "Cargo.toml")) ? [] : source(path);
    return path.endsWith(".rs") ? [path] : [];
  });

// Dependencies that no line names, for what they turn on in others.
const unnamed = {
  app: ["leptos_axum"], // server functions as handlers of axum
};
for (const one of packages) {
  const text = source(dirname(one.manifest_path)).map((path) => readFileSync(path, "utf8")).join("\n");
  for (const { name, rename } of one.dependencies) {
    const word = (rename ?? name).replaceAll("-", "_");
    if (!unnamed[one.name]?.includes(name) && !new RegExp(`\\b${word}\\b`).test(text)) {
      breach(`${one.name} depends on ${name} and names it nowhere`, "take it out of its Cargo.toml");
    }
  }
}

// Markup that Leptos 0.8 writes raw may stand only where it is escaped.
const raw = [
  { markup: /<textarea\b/, home: /^app\/src\/ui\// },
  { markup: /<script\b/, home: /^app\/src\/(ui\/|shell\.rs|lib\.rs|page\.rs)/ },
  { markup: /\binner_html\b/, home: /^app\/src\/(ui\/|shell\.rs)/ },
  { markup: /<Title\b/, home: /^$/ },
];
for (const path of source("app/src")) {
  for (const [index, line] of readFileSync(path, "utf8").split("\n").entries()) {
    if (/^\s*\/\//.test(line)) continue;
    for (const { markup, home } of raw) {
      if (markup.test(line) && !home.test(path)) {
        breach(`${path}:${index + 1} writes ${markup.source.replaceAll("\\b", "")}`, "its text comes out unescaped: use the component of app/src/ui");
      }
    }
  }
}

if (breaches.length > 0) {
  console.error(`error: ${breaches.length} breaches of the layout\n  ${breaches.join("\n  ")}`);
  process.exit(1);
}
console.error("    the layout holds");
