import { Frame } from "./frame";

/** The search form; on the home page and above the catalogue. */
export class SearchForm extends Frame {
  /** An input of type search: a search box without scripts, a combobox with suggestions. */
  field() {
    return this.page.locator("input[name=q][type=search]");
  }

  button() {
    return this.page.getByRole("search").getByRole("button", { name: /^(查找|Search)$/ });
  }

  async search(words: string) {
    await this.field().fill(words);
    await this.button().click();
  }

  suggestions() {
    return this.page.getByRole("listbox").getByRole("option");
  }
}
