// Wakes the islands of a page. Without them the page loads no WebAssembly at all. The query of this
// module's own address is the version of the build; it goes on to everything fetched from here.
const islands = [...document.querySelectorAll("leptos-island")];

if (islands.length > 0) {
  const version = new URL(import.meta.url).search;
  const site = await import(`/pkg/kaishu.js${version}`);
  await site.default({ module_or_path: `/pkg/kaishu.wasm${version}` });
  site.hydrate();
  for (const island of islands) {
    const wake = site[island.dataset.component];
    if (wake) await wake(island);
    else console.error(`the island ${island.dataset.component} is not in this build`);
  }
}
document.documentElement.dataset.islands = "awake";
