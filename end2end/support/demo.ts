import { expect, type APIRequestContext } from "@playwright/test";

/** Words of the demonstration catalogue that the journeys rely on. */
export const demo = {
  /** Stands in the titles of several datasets. */
  words: "机动车",
  /** The initials of the same words. */
  pinyin: "jdc",
  /** Finds nothing, in any reading. */
  nonsense: "鑫龘靐齾麤",
} as const;

export interface Dataset {
  code: string;
  title: string;
  title_en?: string | null;
  open_class: string;
  formats: string[];
  theme: string;
}

/** Asks the public API for a list, which must hold something. */
async function list<Item>(request: APIRequestContext, path: string): Promise<Item[]> {
  const response = await request.get(path);
  expect(response.status(), await response.text()).toBe(200);
  const reply = (await response.json()) as { items: Item[] } | Item[];
  const items = Array.isArray(reply) ? reply : reply.items;
  expect(items.length, `${path} lists something`).toBeGreaterThan(0);
  return items;
}

/** The first dataset whose file anyone may take, as the public API tells it. */
export async function openDataset(request: APIRequestContext): Promise<Dataset> {
  const items = await list<Dataset>(request, "/api/v1/datasets?open=unconditional&format=csv&per_page=1");
  return items[0]!;
}

/** The first dataset that is given on application. */
export async function conditionalDataset(request: APIRequestContext): Promise<Dataset> {
  const items = await list<Dataset>(request, "/api/v1/datasets?open=conditional&per_page=1");
  return items[0]!;
}

/** The page of the first file of the open dataset. */
export async function filePath(request: APIRequestContext): Promise<string> {
  const { code } = await openDataset(request);
  const files = await list<{ id: number }>(request, `/api/v1/datasets/${code}/resources`);
  return `/datasets/${code}/resources/${files[0]!.id}`;
}

/** A receipt, as every download leaves one. */
export async function receiptNumber(request: APIRequestContext): Promise<string> {
  const [, code, id] = /\/datasets\/(.+)\/resources\/(.+)$/.exec(await filePath(request))!;
  const answer = await request.get(`/api/v1/datasets/${code}/resources/${id}/original`);
  const number = answer.headers()["x-receipt"];
  expect(number, "a download comes with a receipt").toBeDefined();
  return number!;
}

interface Place {
  code: string;
  n_datasets?: number;
}

/** The bodies of the portal. */
export async function organizations(request: APIRequestContext): Promise<Place[]> {
  return list<Place>(request, "/api/v1/organizations");
}

/** The regions of the portal, the widest first. */
export async function regions(request: APIRequestContext): Promise<Place[]> {
  return list<Place>(request, "/api/v1/regions");
}
