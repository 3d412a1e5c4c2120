/** Asks questions on a terminal, again where an answer is wrong. */
import { createInterface } from "node:readline/promises";
import { Interrupted } from "../shared/failure.js";
import type { Answers, Question } from "./questions.js";

/**
 * @param streams where answers come from, and where questions go
 * @throws Interrupted when there are no more answers
 */
export async function ask(
  questions: readonly Question[],
  streams: { readonly input: NodeJS.ReadableStream; readonly output: NodeJS.WritableStream },
): Promise<Answers> {
  const lines = createInterface(streams);
  const closed = new Promise<never>((_, reject) => {
    lines.once("close", () => reject(new Interrupted()));
  });
  closed.catch(() => {});
  const found: Record<string, string> = {};
  try {
    for (const { key, text, otherwise, problem } of questions) {
      for (;;) {
        const line = await Promise.race([lines.question(`${text} [${otherwise}] `), closed]);
        const answer = line.trim() === "" ? otherwise : line.trim();
        const wrong = problem(answer);
        if (wrong === null) {
          found[key] = answer;
          break;
        }
        streams.output.write(`  ${wrong}\n`);
      }
    }
  } finally {
    lines.close();
  }
  return found as unknown as Answers;
}
