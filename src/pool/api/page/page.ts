/** The page: its files, and what its endpoints answer. */
import type { z } from "zod";
import type { ApiSettings } from "../books.js";
import { Problem } from "../problem.js";
import { readAlerts } from "./alert-reads.js";
import type { PageContext } from "./context.js";
import {
  readAdvice,
  readCorrections,
  readPayouts,
  readQuarantine,
  readRounds,
  readRuns,
  readTickets,
} from "./list-reads.js";
import { type Moment, momentOf } from "./moment.js";
import type { PageFile, PageOptions } from "./options.js";
import { readHours, readPool, readPoolWorkers } from "./pool-reads.js";
import { isPagePath, type PAGE_READS, type PagePath } from "./routes.js";
import { type ApiTokens, documentKey, isSame, type Role } from "./tokens.js";
import { readPoolWorker } from "./worker-reads.js";

/** What the books say of how they are kept, as of now. */
export interface PageFacts {
  readonly settings: ApiSettings;
  readonly version: string;
  readonly commissionRate: string | null;
}

/** Who asks, when. */
export interface PageAsked {
  readonly nowMs: number;
  readonly role: Role;
  readonly tokens: ApiTokens;
}

type Query<P extends PagePath> = z.output<(typeof PAGE_READS)[P]["query"]>;

/** A document with the policy that browsers hold it to. */
export interface PageDocument extends PageFile {
  readonly policy: string;
}

// The hash is of the style that Observable Plot puts into each drawing; a test sees whether it fits.
const PLOT_STYLE = "'sha256-SgjNc3K/dJOn/wGF4KRGlSlGurHOsncfKxd6/DWDch4='";
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  `style-src 'self' ${PLOT_STYLE}`,
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const WORKER = /^\/worker\/[^/]{1,80}$/;
const FILES = /^\/page\//;

/** Paths of documents and files, as routers have them. */
export const PAGE_DOCUMENTS = ["/", "/worker/:address", "/advice", "/page/:file"] as const;

/** The page of a pool. */
export class Page {
  readonly #options: PageOptions;
  readonly #facts: () => PageFacts;
  readonly #ageMaxMs: number;
  #moment: { readonly value: Moment; readonly atMs: number } | null = null;

  /** @param ageMaxMs how old answers may be */
  constructor(options: PageOptions, facts: () => PageFacts, ageMaxMs: number) {
    this.#options = options;
    this.#facts = facts;
    this.#ageMaxMs = ageMaxMs;
  }

  /**
   * What an endpoint answers.
   *
   * @throws Problem 401 (`TOKEN`) to who may not see that
   */
  read<P extends PagePath>(path: P, query: Query<P>, asked: PageAsked): unknown {
    const context = this.#context(asked);
    // Each has its own query, as the table has it.
    const readers: { readonly [Q in PagePath]: (query: Query<Q>) => unknown } = {
      "/pool": () => readPool(context),
      "/pool/hours": () => readHours(context),
      "/pool/workers": (page) => readPoolWorkers(context, page),
      "/pool/worker": ({ address }) => readPoolWorker(context, address),
      "/pool/rounds": () => readRounds(context),
      "/pool/payouts": (page) => readPayouts(context, page),
      "/pool/tickets": () => readTickets(context),
      "/pool/corrections": () => readCorrections(context),
      "/pool/runs": () => readRuns(context),
      "/pool/alerts": () => readAlerts(context),
      "/pool/quarantine": () => {
        if (asked.role !== "operator") {
          throw new Problem(401, "TOKEN", "quarantine is shown with the operator's token");
        }
        return readQuarantine(context);
      },
      "/pool/advice": () => readAdvice(context, (atMs) => reportPath(atMs, asked.tokens)),
    };
    return readers[path](query);
  }

  /**
   * A document or a file of the page; null: there is none of that path.
   *
   * @param key of the query, for documents that readers need a token for
   */
  document(path: string, key: string | undefined, tokens: ApiTokens): PageDocument | null {
    const { files, advice } = this.#options;
    if (path === "/advice") {
      const found = advice?.() ?? null;
      if (found === null) return null;
      const needed = documentKey(tokens, `advice ${found.atMs}`);
      if (needed !== null && !isSame(key ?? "", needed)) {
        throw new Problem(401, "TOKEN", "the report is opened from the page");
      }
      const html = found.html();
      return { type: HTML, bytes: Buffer.from(html), policy: policyIn(html) };
    }
    const isPage = path === "/" || WORKER.test(path);
    const file = isPage ? files.get("index.html") : filesAt(files, path);
    return file === undefined ? null : { ...file, policy: POLICY };
  }

  /** What a path counts as: there are few; null: it is none of the page's. */
  routeOf(path: string): string | null {
    if (isPagePath(path) || path === "/" || path === "/advice") return path;
    if (WORKER.test(path)) return "/worker";
    return filesAt(this.#options.files, path) === undefined ? null : path;
  }

  #context({ nowMs, role }: PageAsked): PageContext {
    const known = this.#moment;
    if (known === null || Math.abs(nowMs - known.atMs) >= this.#ageMaxMs) {
      this.#moment = { value: momentOf(this.#options.books, nowMs), atMs: nowMs };
    }
    const moment = this.#moment?.value ?? momentOf(this.#options.books, nowMs);
    return { ...this.#options, ...this.#facts(), moment, nowMs, isOperator: role === "operator" };
  }
}

const HTML = "text/html; charset=utf-8";

function filesAt(files: PageOptions["files"], path: string): PageFile | undefined {
  return FILES.test(path) ? files.get(path.replace(FILES, "")) : undefined;
}

function reportPath(atMs: number, tokens: ApiTokens): string {
  const key = documentKey(tokens, `advice ${atMs}`);
  return key === null ? "/advice" : `/advice?key=${key}`;
}

/** The policy that a report has within it, and that nobody frames it. */
function policyIn(html: string): string {
  const [, escaped = "default-src 'none'"] =
    /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
  const text = escaped.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
  return `${text.replaceAll(/[^\x20-\x7e]/g, "")}; frame-ancestors 'none'`;
}
