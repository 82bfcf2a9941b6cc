import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

import PostalMime, { type Email } from "postal-mime";

import { expect } from "./test";

/** The Maildir of a server for mail that keeps all it is given. */
const folder = process.env.END2END_MAILDIR;

/** All mails that went to an address, in the order of their dates. */
export async function mailsTo(address: string): Promise<Email[]> {
  const inbox = join(folder!, "new");
  const mails = await Promise.all(
    (await readdir(inbox)).map(async (name) => PostalMime.parse(await readFile(join(inbox, name)))),
  );
  const theirs = mails.filter((mail) => mail.to?.some((to) => to.address === address));
  return theirs.sort((a, b) => Date.parse(a.date!) - Date.parse(b.date!));
}

/** The mails to an address, once there are so many; never more. */
export async function awaitMails(address: string, n: number): Promise<Email[]> {
  await expect.poll(async () => (await mailsTo(address)).length, { timeout: 20_000 }).toBeGreaterThanOrEqual(n);
  const mails = await mailsTo(address);
  expect(mails.map((mail) => mail.subject)).toHaveLength(n);
  return mails;
}

/** The path of the only link of a mail. */
export function pathIn(mail: Email): string {
  const links = mail.text!.match(/https?:\/\/\S+/g) ?? [];
  expect(links).toHaveLength(1);
  return new URL(links[0]!).pathname;
}
