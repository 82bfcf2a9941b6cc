import { Frame } from "./frame";

/** `/datasets/{code}/resources/{id}`: the table of a file. */
export class Explorer extends Frame {
  main() {
    return this.page.getByRole("main");
  }

  /** The frame that the table scrolls in. */
  frame() {
    return this.page.locator("#rows");
  }

  /** The rows that are in the page now. */
  rows() {
    return this.frame().locator("tbody tr:not([aria-hidden])");
  }

  /** Says which rows are shown. */
  status() {
    return this.main().getByText(/^符合条件 /);
  }

  column() {
    return this.page.locator("#f-c");
  }

  addCondition() {
    return this.page.getByRole("button", { name: "添加条件" });
  }

  /** The conditions there are, each a link that drops it. */
  conditions() {
    return this.page.getByRole("list", { name: "已有条件" }).getByRole("link");
  }

  /** The link to a kind of chart. */
  chart(kind: string) {
    return this.page.getByRole("navigation", { name: "图的种类" }).getByRole("link", { name: kind, exact: true });
  }

  /** The chart that the server has drawn. */
  drawing() {
    return this.page.locator("figure .ks-still").getByRole("img");
  }

  /** The table beside the chart. */
  data() {
    return this.page.locator("figure table");
  }
}
