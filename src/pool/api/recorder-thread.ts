/** Records in a thread of its own, so that requests are read and answered while a disk is slow. */
import { Worker } from "node:worker_threads";
import { checkObject, checkText } from "../../core/checks.js";
import { InputError, RemoteError } from "../../core/errors.js";
import type { ApiNote, ApiRecorder, ApiWrite, WriteOutcome } from "./books.js";

/** What the thread is told. */
export type ThreadQuestion =
  | { readonly type: "record"; readonly writes: readonly ApiWrite[] }
  | { readonly type: "keep"; readonly note: ApiNote }
  | { readonly type: "close" };

/** What it says, in the order of the questions; before the first one, whether it is ready. */
export type ThreadAnswer =
  | { readonly type: "recorded"; readonly outcomes: readonly WriteOutcome[] }
  | { readonly type: "done" }
  | { readonly type: "failed"; readonly error: PlainError };

/** An error on its way between threads. */
export interface PlainError {
  readonly kind: "input" | "remote" | "other";
  readonly code: string;
  readonly message: string;
}

/** How the thread that writes the books is started. */
export interface RecorderThreadOptions {
  /** The books' file. */
  readonly path: string;
  /** The module that the thread runs, `poolsim/pool/api/thread`. @default the one beside this */
  readonly entry?: URL | undefined;
}

type Settle = (answer: ThreadAnswer) => void;

const CLOSE_LIMIT_MS = 10_000;

/** A thread that has ended is started again by the next write. */
export class RecorderThread implements ApiRecorder {
  readonly #path: string;
  readonly #entry: URL;
  readonly #asked: Settle[] = [];
  #worker: Worker | null = null;
  #isClosed = false;

  constructor({ path, entry }: RecorderThreadOptions) {
    this.#path = path;
    this.#entry = entry ?? ownEntry();
  }

  /** Starts the thread and opens the books in it. @throws see {@link recorderThread} */
  async start(): Promise<void> {
    const worker = new Worker(this.#entry, {
      workerData: this.#path,
      // What it has open must not be closed with it: see io/lock-safe-read.ts.
      trackUnmanagedFds: false,
    });
    this.#worker = worker;
    worker.on("message", (answer: ThreadAnswer) => this.#asked.shift()?.(answer));
    worker.on("error", (error) => this.#lost(worker, error.message));
    worker.on("exit", () => this.#lost(worker, "it ended"));
    await this.#answer();
  }

  async record(writes: readonly ApiWrite[]): Promise<readonly WriteOutcome[]> {
    const answer = await this.#ask({ type: "record", writes });
    return answer.type === "recorded" ? answer.outcomes : [];
  }

  async keep(note: ApiNote): Promise<void> {
    await this.#ask({ type: "keep", note });
  }

  /** Lets what was asked be done, within 10 s, and ends the thread. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const worker = this.#worker;
    if (worker === null) return;
    const limit = setTimeout(() => void worker.terminate(), CLOSE_LIMIT_MS);
    await new Promise<void>((resolve) => {
      worker.once("exit", () => resolve());
      worker.postMessage({ type: "close" } satisfies ThreadQuestion);
    });
    clearTimeout(limit);
  }

  async #ask(question: ThreadQuestion): Promise<ThreadAnswer> {
    if (this.#isClosed) throw lostError("it was closed");
    if (this.#worker === null) await this.start();
    this.#worker?.postMessage(question);
    return await this.#answer();
  }

  async #answer(): Promise<ThreadAnswer> {
    const answer = await new Promise<ThreadAnswer>((resolve) => this.#asked.push(resolve));
    if (answer.type === "failed") throw errorOf(answer.error);
    return answer;
  }

  #lost(worker: Worker, why: string): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    const { message, code } = lostError(why);
    const error: PlainError = { kind: "remote", code, message };
    for (const settle of this.#asked.splice(0)) settle({ type: "failed", error });
  }
}

/**
 * Opens books in a file and records in a thread of its own.
 *
 * @returns what must be closed at the end
 * @throws InputError (`COMMISSION_NONE`) for books that were never set up, (`RECORDER_ENTRY`) in a
 *   bundle of the CommonJS form without `entry`; RemoteError
 *   (`SQLITE_…`) when they cannot be opened
 */
export async function recorderThread(options: RecorderThreadOptions): Promise<RecorderThread> {
  checkObject({ options });
  checkText({ path: options.path });
  const recorder = new RecorderThread(options);
  try {
    await recorder.start();
  } catch (error) {
    await recorder.close();
    throw error;
  }
  return recorder;
}

function ownEntry(): URL {
  // Bundles of the CommonJS form have no place of their own.
  const here: string | undefined = import.meta.url;
  if (here !== undefined) return new URL("./recording-thread.js", here);
  throw new InputError("the thread that writes the books has no module: pass `entry`", {
    code: "RECORDER_ENTRY",
  });
}

function lostError(why: string): RemoteError {
  return new RemoteError(`the thread that writes the books is gone: ${why}`, {
    code: "RECORDER_LOST",
  });
}

function errorOf({ kind, code, message }: PlainError): Error {
  if (kind === "input") return new InputError(message, { code });
  if (kind === "remote") return new RemoteError(message, { code });
  return new Error(message);
}
