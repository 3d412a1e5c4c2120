/** What runs in a thread of an experiment. */
import { simulate } from "../simulate.js";
import { taskHandler } from "./thread-task.js";

/** Runs one task; called by the pool of threads. */
export const run = taskHandler(simulate);
