/** What runs in a thread of an experiment. */
import { loadedExtensions } from "../../extensions/load-extensions.js";
import { simulate } from "../../simulate.js";
import { toPlainError } from "./plain-error.js";
import { type ThreadAnswer, type ThreadTask, taskHandler } from "./thread-task.js";

export type { PlainError } from "./plain-error.js";
export type { ThreadAnswer, ThreadTask } from "./thread-task.js";

const handle = taskHandler(simulate);

/** Runs one task; called by the pool of threads. Extensions come with the input that names them. */
export async function run(task: ThreadTask): Promise<ThreadAnswer> {
  try {
    const { extensions } = task.input ?? {};
    if (extensions !== undefined) await loadedExtensions(extensions);
  } catch (error) {
    return { type: "failure", error: toPlainError(error) };
  }
  return handle(task);
}
