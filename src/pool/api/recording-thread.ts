/**
 * The thread that writes: it may wait for the disk and for other processes' locks, as nobody's
 * request is read or answered in it. Started by recorder-thread.ts; anywhere else it does nothing.
 */
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { isPoolsimError, RemoteError } from "../../core/errors.js";
import { EventIngest } from "../books/ingest/ingest.js";
import { SqlitePoolStore } from "../books/store/sqlite-pool-store.js";
import { keepNote, recordWrites } from "./recorder.js";
import type { PlainError, ThreadAnswer, ThreadQuestion } from "./recorder-thread.js";

function plain(error: unknown): PlainError {
  const message = error instanceof Error ? error.message : String(error);
  if (!isPoolsimError(error)) return { kind: "other", code: "", message };
  return { kind: error instanceof RemoteError ? "remote" : "input", code: error.code, message };
}

function answered(work: () => Exclude<ThreadAnswer, { type: "failed" }>): ThreadAnswer {
  try {
    return work();
  } catch (error) {
    return { type: "failed", error: plain(error) };
  }
}

function serve(port: MessagePort): void {
  const say = (answer: ThreadAnswer): void => port.postMessage(answer);
  let store: SqlitePoolStore | undefined;
  say(
    answered(() => {
      store = new SqlitePoolStore({ path: String(workerData) });
      new EventIngest(store);
      return { type: "done" };
    }),
  );
  port.on("message", (question: ThreadQuestion) => {
    const books = store;
    if (books === undefined || question.type === "close") {
      books?.close();
      port.close();
      return;
    }
    say(
      answered(() => {
        if (question.type === "record") {
          return { type: "recorded", outcomes: recordWrites(books, question.writes, Date.now()) };
        }
        keepNote(books, question.note);
        return { type: "done" };
      }),
    );
  });
}

if (parentPort !== null) serve(parentPort);
