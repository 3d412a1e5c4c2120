/** What serves the page: its files, its figures kept up to date, and who may read. */
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { InputError } from "../../../core/errors.js";
import { assertSecret, readShort } from "../../../io/secret-file.js";
import {
  type ApiTokens,
  type PageFile,
  type PageOptions,
  PoolFigures,
} from "../../../pool/api/index.js";
import { readSettings } from "../../../pool/books/settings.js";
import type { PoolStore } from "../../../pool/books/store/store.js";

const TYPES: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "page.js": "text/javascript; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
  "icon.svg": "image/svg+xml",
};
/** From this module as it was compiled, as a part of the bundled command, and from its source. */
const PLACES = ["../../../page/", "../../page/", "../../../../dist/page/"];

/** Events that are counted at a time: about 2 ms, in which nobody is answered. */
const EVENTS_AT_ONCE = 100;
const PAUSE_MS = 1_000;

/**
 * The page over the books.
 *
 * @throws InputError (`PAGE_MISSING`) where it was not built
 */
export function pageOf(
  books: PoolStore,
  shown: Pick<PageOptions, "operation" | "advice" | "rule">,
): PageOptions {
  const figures = new PoolFigures(books, () => readSettings(books).renditions);
  return { ...shown, books, figures, files: pageFiles() };
}

function pageFiles(): ReadonlyMap<string, PageFile> {
  const folder = PLACES.map((place) => new URL(place, import.meta.url)).find((url) =>
    existsSync(new URL("index.html", url)),
  );
  if (folder === undefined) {
    throw new InputError("the page was not built: serve without it, page: off", {
      code: "PAGE_MISSING",
    });
  }
  return new Map(
    Object.entries(TYPES).map(([name, type]) => {
      return [name, { type, bytes: readFileSync(new URL(name, folder)) }];
    }),
  );
}

/**
 * Counts what is new for as long as the page is served, a little at a time: requests are answered
 * between.
 */
export async function keepCounting(
  figures: PoolFigures,
  { log, signal }: { readonly log: Logger; readonly signal: AbortSignal },
): Promise<void> {
  let trouble = "";
  while (!signal.aborted) {
    const begunMs = performance.now();
    let isMore = false;
    try {
      isMore = figures.advance(Date.now(), EVENTS_AT_ONCE);
      trouble = "";
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== trouble) log.warn({ error: why }, "the page's figures could not be counted");
      trouble = why;
    }
    // Half of the time is for whoever asks.
    const pauseMs = isMore ? Math.max(1, performance.now() - begunMs) : PAUSE_MS;
    await sleep(pauseMs, undefined, { signal }).catch(() => {});
  }
}

interface TokenFiles {
  readonly readerToken?: string | undefined;
  readonly operatorToken?: string | undefined;
}

/** Tokens of files; what cannot be read again leaves them as they are. */
export class Tokens {
  readonly #files: TokenFiles;
  #now: ApiTokens;

  /** @throws InputError (`TOKEN_FILE`) */
  constructor(files: TokenFiles) {
    this.#files = files;
    this.#now = readTokens(files);
  }

  get now(): ApiTokens {
    return this.#now;
  }

  reread(log: Logger): void {
    try {
      this.#now = readTokens(this.#files);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log.error({ error: why }, "the old tokens stay");
    }
  }
}

function readTokens({ readerToken, operatorToken }: TokenFiles): ApiTokens {
  const [reader, operator] = [
    tokenIn("--readerToken", readerToken),
    tokenIn("--operatorToken", operatorToken),
  ];
  if (reader !== null && reader === operator) {
    throw new InputError("--operatorToken: expected another token than the reader's", {
      code: "TOKEN_FILE",
    });
  }
  return { reader, operator };
}

function tokenIn(flag: string, path: string | undefined): string | null {
  if (path === undefined) return null;
  const token = readShort(path, { flag, bytesMax: 1_000, code: "TOKEN_FILE" }).toString().trim();
  assertSecret(path, flag, "TOKEN_FILE");
  if (/^[\x21-\x7e]{16,512}$/.test(token)) return token;
  throw new InputError(
    `${flag} ${path}: expected a token of 16 to 512 visible ASCII characters, and nothing else`,
    { code: "TOKEN_FILE" },
  );
}
