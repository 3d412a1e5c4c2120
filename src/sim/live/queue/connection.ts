/** The connection to Redis or Valkey, and the packages for it, which not everybody has. */
import type { Redis } from "ioredis";
import { InputError, RemoteError } from "../../../core/errors.js";

/** How long one waits for the first answer. */
const CONNECT_MS = 10_000;
const RETRY_MS_MAX = 5000;

/** What there is once it answers. */
export interface Connection {
  readonly bullmq: typeof import("bullmq");
  readonly redis: Redis;
  /** `host:port`, without a password: for messages. */
  readonly place: string;
  /** Tells that it is lost, and that it is back: `null`. */
  readonly onTrouble: (tell: (trouble: string | null) => void) => void;
}

async function packages() {
  // Each with its own catch: bundlers take that as a word that the package may be absent.
  const [bullmq, { Redis: Client }] = await Promise.all([
    import("bullmq").catch(absent),
    import("ioredis").catch(absent),
  ]);
  return { bullmq, Client };
}

function absent(error: unknown): never {
  if (!codeOf(error).endsWith("MODULE_NOT_FOUND")) throw error;
  const text = "a queue needs two packages that are not installed: npm install bullmq ioredis";
  throw new InputError(text, { code: "QUEUE_PACKAGES", cause: error });
}

function placeOf(url: string): string {
  const expected = "expected redis://host:port or rediss://host:port";
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const isKnown = parsed?.protocol === "redis:" || parsed?.protocol === "rediss:";
  if (parsed !== null && isKnown && parsed.hostname !== "") {
    return `${parsed.hostname}:${parsed.port || "6379"}`;
  }
  throw new InputError(`the queue's URL is none: ${expected}`, { code: "QUEUE_URL" });
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}

/** Errors of several addresses have no message of their own, and some might have the URL in it. */
function plain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const text = message === "" ? codeOf(error) || "no answer" : message;
  return text.replaceAll(/\/\/[^@\s]*@/g, "//");
}

/**
 * Connects.
 *
 * @param url `redis://…` or `rediss://…`
 * @throws InputError (`QUEUE_URL`, `QUEUE_PACKAGES`); RemoteError (`QUEUE_UNREACHABLE`) where nobody
 *   answers, or the password is wrong
 */
export async function connect(url: string): Promise<Connection> {
  const place = placeOf(url);
  const { bullmq, Client } = await packages();
  let last: unknown = new Error("no answer");
  let tell: (trouble: string | null) => void = () => {};
  const redis = new Client(url, {
    // Commands wait while it is away: units are in no hurry.
    maxRetriesPerRequest: null,
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    retryStrategy: (times: number) => Math.min(100 * 2 ** Math.min(times, 10), RETRY_MS_MAX),
  });
  redis.on("error", (error: unknown) => {
    last = error;
    tell(plain(error));
  });
  redis.on("ready", () => tell(null));
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(last), CONNECT_MS);
  });
  try {
    await Promise.race([redis.connect().then(() => redis.ping()), failed]);
  } catch (error) {
    redis.disconnect();
    const why = plain(
      error instanceof Error && error.message !== "Connection is closed." ? error : last,
    );
    throw new RemoteError(`the queue at ${place} cannot be used: ${why}`, {
      code: "QUEUE_UNREACHABLE",
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
  return {
    bullmq,
    redis,
    place,
    onTrouble: (next) => {
      tell = next;
    },
  };
}
