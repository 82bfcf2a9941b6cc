import { expect, type Page } from "@playwright/test";

/** Asserts what every page has, with scripts and without: one heading, one main part, a title, the
 * language of its address, identifiers that are unique, fragments that lead somewhere, and no space
 * after a full-width mark, which holds its own. */
export async function expectWhole(page: Page) {
  const faults = await page.evaluate(() => {
    const found: string[] = [];
    const count = (selector: string) => document.querySelectorAll(selector).length;
    if (count("h1") !== 1) found.push(`${count("h1")} headings of first rank`);
    if (count("main") !== 1) found.push(`${count("main")} main parts`);
    if (!document.title.trim()) found.push("no title");
    const language = /^\/en(\/|$)/.test(location.pathname) ? "en" : "zh-CN";
    if (document.documentElement.lang !== language) found.push(`language ${document.documentElement.lang}`);
    const seen = new Set<string>();
    for (const { id } of document.querySelectorAll("[id]")) {
      if (seen.has(id)) found.push(`the identifier ${id} twice`);
      seen.add(id);
    }
    for (const link of document.querySelectorAll("a[href^='#']")) {
      const fragment = decodeURIComponent(link.getAttribute("href")!.slice(1));
      if (!seen.has(fragment)) found.push(`a link to #${fragment}, which is nowhere`);
    }
    for (const part of document.querySelectorAll("p, li, h1, h2, h3, dd, td, summary")) {
      const gap = /.{0,8}[，。；：？！（）] +\S{0,8}/.exec(part.textContent ?? "");
      if (gap) found.push(`a space after a full-width mark: ${gap[0]}`);
    }
    return [...new Set(found)];
  });
  expect.soft(faults, page.url()).toEqual([]);
}
