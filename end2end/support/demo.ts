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
  open_class: string;
  formats: string[];
  theme: string;
}

/** The first dataset whose file anyone may take, as the public API tells it. */
export async function openDataset(request: APIRequestContext): Promise<Dataset> {
  const response = await request.get("/api/v1/datasets?open=unconditional&format=csv&per_page=1");
  expect(response.status(), await response.text()).toBe(200);
  const { items } = (await response.json()) as { items: Dataset[] };
  expect(items.length, "the demonstration holds an open CSV").toBeGreaterThan(0);
  return items[0]!;
}
