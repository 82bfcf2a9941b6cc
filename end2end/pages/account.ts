import { Frame } from "./frame";

interface Registration {
  name: string;
  login: string;
  email: string;
  password: string;
}

/** The pages around an account. */
export class Account extends Frame {
  loginLink() {
    return this.page.getByRole("banner").getByRole("link", { name: "登录" });
  }

  /** The menu under the name of who is logged in. */
  menu(name: string) {
    return this.page.getByRole("banner").locator(".ks-account > summary", { hasText: name });
  }

  async register({ name, login, email, password }: Registration) {
    await this.page.getByLabel("姓名或者单位全称").fill(name);
    await this.page.getByLabel("登录名").fill(login);
    await this.page.getByLabel("邮箱").fill(email);
    await this.page.getByLabel("密码").fill(password);
    await this.page.getByRole("button", { name: "注册" }).click();
  }

  async logIn(login: string, password: string) {
    await this.page.getByLabel("登录名或者邮箱").fill(login);
    await this.page.getByLabel("密码").fill(password);
    await this.page.getByRole("main").getByRole("button", { name: "登录" }).click();
  }

  async giveCode(code: string, button: string) {
    await this.page.getByLabel("验证码").fill(code);
    await this.page.getByRole("button", { name: button }).click();
  }
}
