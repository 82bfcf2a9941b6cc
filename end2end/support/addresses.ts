import type { APIRequestContext } from "@playwright/test";

import { demo, openDataset } from "./demo";

/** A page in one of its states. */
export interface Address {
  state: string;
  path: (request: APIRequestContext) => Promise<string>;
  status?: number;
}

const at = (path: string) => async () => path;

/** Every public page, full, empty and in error. */
export const addresses: Address[] = [
  { state: "home", path: at("/") },
  { state: "home in English", path: at("/en") },
  { state: "catalogue", path: at("/datasets") },
  { state: "catalogue with words and a filter", path: at(`/datasets?q=${encodeURIComponent(demo.words)}&open=unconditional`) },
  { state: "catalogue without result", path: at(`/datasets?q=${encodeURIComponent(demo.nonsense)}`) },
  { state: "catalogue with an unknown parameter", path: at("/datasets?colour=red"), status: 400 },
  { state: "dataset", path: async (request) => `/datasets/${(await openDataset(request)).code}` },
  { state: "dataset in English", path: async (request) => `/en/datasets/${(await openDataset(request)).code}` },
  { state: "dataset that does not exist", path: at("/datasets/YX-NONE-9217"), status: 404 },
  { state: "organizations", path: at("/organizations") },
  { state: "regions", path: at("/regions") },
  { state: "statistics", path: at("/stats") },
  { state: "rules", path: at("/rules") },
  { state: "verification", path: at("/verify") },
  { state: "receipt that does not exist", path: at("/verify/R-20200101-00000000"), status: 404 },
  { state: "developers", path: at("/developers") },
  { state: "help", path: at("/help") },
  { state: "accessibility", path: at("/accessibility") },
];
