import type { APIRequestContext } from "@playwright/test";

import { conditionalDataset, demo, filePath, openDataset, organizations, receiptNumber, regions } from "./demo";

/** A page in one of its states. */
export interface Address {
  state: string;
  path: (request: APIRequestContext) => Promise<string>;
  status?: number;
}

/** Pages of one kind, on one portal. */
export interface Group {
  name: string;
  /** The portal that has them; the demonstration where nothing is said. */
  portal?: Portal;
  addresses: Address[];
}

/** The other portals that `.ci/end2end` starts: extremes under a rule that asks for a login and under one
 * that asks for none, and nothing at all. */
export type Portal = "edge" | "wide" | "empty";

/** Where a portal answers; undefined where the suite runs against one portal only. */
export function baseOf(portal: Portal | undefined, demonstration: string): string | undefined {
  if (portal === "edge") return process.env.END2END_EDGE_URL;
  if (portal === "wide") return process.env.END2END_WIDE_URL;
  if (portal === "empty") return process.env.END2END_EMPTY_URL;
  return demonstration;
}

const at = (state: string, path: string, status?: number): Address => ({ state, path: async () => path, status });

/** The same page in both languages. */
const both = (state: string, path: Address["path"] | string, status?: number): Address[] => {
  const chinese = typeof path === "string" ? async () => path : path;
  const english = async (request: APIRequestContext) => {
    const target = await chinese(request);
    return target === "/" ? "/en" : `/en${target}`;
  };
  return [
    { state, path: chinese, status },
    { state: `${state}, in English`, path: english, status },
  ];
};

const open = (rest: string) => async (request: APIRequestContext) => `/datasets/${(await openDataset(request)).code}${rest}`;
const conditional = (rest: string) => async (request: APIRequestContext) => `/datasets/${(await conditionalDataset(request)).code}${rest}`;
const words = (text: string) => `/datasets?q=${encodeURIComponent(text)}`;

/** Every public page, full, empty and in error. */
export const groups: Group[] = [
  {
    name: "home and catalogue",
    addresses: [
      ...both("home", "/"),
      ...both("catalogue", "/datasets"),
      ...both("catalogue with words and a filter", `${words(demo.words)}&open=unconditional`),
      ...both("catalogue without result", words(demo.nonsense)),
      at("catalogue whose filters exclude each other", "/datasets?open=conditional&updated=week&format=pdf"),
      ...both("all values of a facet", "/datasets?all=org"),
      ...both("values of a facet by name", `/datasets?all=org&find=${encodeURIComponent("公安")}`),
      at("no value of that name", "/datasets?all=org&find=xyzzy"),
      at("all values of a facet without result", `${words(demo.nonsense)}&all=org`),
      ...both("catalogue with an unknown parameter", "/datasets?colour=red", 400),
      at("catalogue past its last page", "/datasets?page=9999", 404),
    ],
  },
  {
    name: "datasets",
    addresses: [
      ...both("open dataset", open("")),
      ...both("conditional dataset", conditional("")),
      ...both("dataset that does not exist", "/datasets/YX-NONE-9217", 404),
      ...both("version", open("/versions/1")),
      at("version that does not exist", "/datasets/YX-NONE-9217/versions/1", 404),
      { state: "version of a dataset that does not exist", path: open("/versions/999"), status: 404 },
      ...both("quality issues", open("/quality")),
      ...both("quality issues of a dataset without open tables", conditional("/quality")),
      ...both("file", filePath),
      { state: "file that does not exist", path: open("/resources/999999"), status: 404 },
    ],
  },
  {
    name: "downloads and receipts",
    addresses: [
      ...both("download", async (request) => `${await filePath(request)}/download`),
      ...both("verification", "/verify"),
      ...both("receipt", async (request) => `/verify/${await receiptNumber(request)}`),
      ...both("receipt that does not exist", "/verify/R-20200101-000000000000", 404),
      at("number that is no receipt", "/verify/hello", 404),
      ...both("file that needs a grant", conditional("/resources/1/download"), 403),
    ],
  },
  {
    name: "places",
    addresses: [
      ...both("organizations", "/organizations"),
      ...both("organization", async (request) => `/organizations/${(await organizations(request))[0]!.code}`),
      ...both("organization that does not exist", "/organizations/NOBODY", 404),
      ...both("regions", "/regions"),
      ...both("region", async (request) => `/regions/${(await regions(request))[0]!.code}`),
      { state: "small region", path: async (request) => `/regions/${(await regions(request)).at(-1)!.code}` },
      ...both("region that does not exist", "/regions/NOWHERE", 404),
      ...both("statistics", "/stats"),
      ...both("how applications were decided", "/stats/applications"),
      ...both("how many grants there are", "/stats/grants"),
    ],
  },
  {
    name: "priority topics",
    addresses: [
      ...both("topics", "/topics"),
      ...both("topic", "/topics/livelihood"),
      ...both("topic that does not exist", "/topics/nothing", 404),
      at("topics with a parameter", "/topics?page=2", 400),
    ],
  },
  {
    name: "rules, help and developers",
    addresses: [
      ...both("rules", "/rules"),
      ...both("regulation", "/rules/aba"),
      ...both("regulation that does not exist", "/rules/atlantis", 404),
      ...both("help", "/help"),
      ...both("accessibility", "/accessibility"),
      ...both("developers", "/developers"),
      ...both("reference of the API", "/api/reference"),
      ...both("page that does not exist", "/no/such/page", 404),
    ],
  },
  {
    name: "what is coming",
    addresses: [
      ...both("apply", conditional("/apply")),
      at("apply for a dataset that does not exist", "/datasets/YX-NONE-9217/apply", 404),
      { state: "apply where no application is needed", path: open("/apply") },
      ...both("correction", open("/correction")),
      ...both("objection", open("/objection")),
      ...both("report", open("/report")),
      ...both("demands", "/demands"),
      ...both("showcases", "/showcases"),
    ],
  },
  {
    name: "accounts",
    addresses: [
      ...both("login", "/login"),
      ...both("registration", "/register"),
      ...both("mail sent", "/register/sent"),
      ...both("forgotten password", "/forgot"),
      ...both("link sent", "/forgot/sent"),
      ...both("link that confirms nothing", "/confirm/nothing", 404),
      ...both("link that resets nothing", "/reset/nothing", 404),
    ],
  },
  {
    name: "extremes",
    portal: "edge",
    addresses: [
      at("home", "/"),
      at("catalogue", "/datasets"),
      at("300 values of a facet", "/datasets?all=org"),
      at("one of 300 values", "/datasets?all=org&find=317"),
      ...both("dataset of a hundred items", "/datasets/ED-LONG"),
      ...both("dataset behind a login", "/datasets/ED-OPEN"),
      ...both("suspended dataset", "/datasets/ED-HALT"),
      ...both("file of a suspended dataset", "/datasets/ED-HALT/resources/1/download", 410),
      ...both("file behind a login", "/datasets/ED-OPEN/resources/1/download", 401),
      ...both("login that rules ask for", "/login"),
      at("body with a long name", "/organizations/ED-0002"),
      at("320 bodies", "/organizations"),
      at("statistics", "/stats"),
      at("rules", "/rules"),
    ],
  },
  {
    name: "a portal without data",
    portal: "empty",
    addresses: [
      ...both("home", "/"),
      ...both("catalogue", "/datasets"),
      ...both("organizations", "/organizations"),
      ...both("regions", "/regions"),
      ...both("statistics", "/stats"),
      ...both("topics", "/topics"),
      ...both("consultations", "/consultations"),
      at("developers", "/developers"),
      at("demands", "/demands"),
    ],
  },
];
