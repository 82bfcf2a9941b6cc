import { Frame } from "../pages/frame";
import { expect, test } from "../support/test";

const cases = [
  { what: "a dataset that does not exist", path: "/datasets/YX-NONE-9217", status: 404, says: "YX-NONE-9217" },
  { what: "a page that does not exist", path: "/no/such/page", status: 404, says: "没有这个页面" },
  { what: "an unknown parameter", path: "/datasets?colour=red", status: 400, says: "colour" },
  { what: "an unknown value", path: "/datasets?open=perhaps", status: 400, says: "perhaps" },
  { what: "a receipt that does not exist", path: "/verify/R-20200101-00000000", status: 404, says: "R-20200101-00000000" },
];

for (const { what, path, status, says } of cases) {
  test(`${what} answers ${status}, says so and offers ways on`, async ({ page, watch }) => {
    watch.expectStatus(status);

    const response = await page.goto(path);

    expect(response?.status()).toBe(status);
    await expect(new Frame(page).heading()).toHaveCount(1);
    await expect(page.locator("body")).toContainText(says);
    expect(await page.getByRole("main").getByRole("link").count()).toBeGreaterThan(0);
  });
}

test("markup in the search words stays text", async ({ page, watch }) => {
  const words = `</title><script>document.title="taken"</script>"'&+%#`;

  await page.goto(`/datasets?q=${encodeURIComponent(words)}`);

  await expect(page.locator("input[name=q][type=search]")).toHaveValue(words);
  expect(await page.title()).toContain("</title>");
  expect(watch.problems).toEqual([]);
});
