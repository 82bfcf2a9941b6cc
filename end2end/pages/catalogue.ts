import { SearchForm } from "./search";

/** `/datasets`: the list with its facets. */
export class Catalogue extends SearchForm {
  results() {
    return this.page.getByRole("main").locator("ol > li article");
  }

  /** The link of a result, by its title. */
  result(title: string) {
    return this.page.getByRole("main").getByRole("link", { name: title, exact: true }).first();
  }

  /** The number in the heading. */
  async total(): Promise<number> {
    const text = (await this.heading().textContent()) ?? "";
    return Number(/[\d,]+/.exec(text)?.[0].replaceAll(",", "") ?? "0");
  }

  /** The form of the facets. */
  filters() {
    return this.page.getByRole("form", { name: /筛选|Filters/ });
  }

  /** The box of one facet value. */
  option(parameter: string, value: string) {
    return this.filters().locator(`input[name="${parameter}"][value="${value}"]`);
  }

  /** The count written beside a facet value. */
  async count(parameter: string, value: string): Promise<number> {
    const row = this.filters().locator("label", { has: this.page.locator(`input[name="${parameter}"][value="${value}"]`) });
    return Number(((await row.locator("small").textContent()) ?? "").replace(/\D/g, ""));
  }

  applyFilters() {
    return this.filters().getByRole("button", { name: /应用筛选|Apply filters/ });
  }

  /** The button that opens the sheet of facets on a phone. */
  openFilters() {
    return this.page.getByRole("main").getByRole("link", { name: /^(筛选|Filters)/ });
  }

  chosen() {
    return this.page.getByRole("list", { name: /已选条件|Chosen filters/ }).getByRole("link");
  }
}
