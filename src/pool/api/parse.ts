/** From bytes and URLs to values: everything that is not as it must be is a 400 that says where. */
import type { z } from "zod";
import { Problem } from "./problem.js";

/** Making one takes longer than all the rest of reading a body. */
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Where the first mistake is, and what was expected. */
export function firstMistake({ issues: [issue] }: z.ZodError): { path: string; message: string } {
  const path = issue?.path.map(String).join(".") ?? "";
  const isMissing = issue?.code === "invalid_type" && issue.message.endsWith("undefined");
  return { path, message: isMissing ? "expected, and missing" : (issue?.message ?? "wrong") };
}

function refuse(error: z.ZodError): Problem {
  const { path, message } = firstMistake(error);
  return new Problem(400, "BAD_REQUEST", message.slice(0, 200), {
    path: path === "" ? null : path.slice(0, 200),
  });
}

/**
 * A JSON body.
 *
 * @throws Problem 415, 400
 */
export function parseBody<S extends z.ZodType>(
  schema: S,
  contentType: string | undefined,
  bytes: Uint8Array,
): z.output<S> {
  if (!/^application\/json\s*(;|$)/i.test(contentType ?? "")) {
    throw new Problem(415, "NOT_JSON", "expected Content-Type application/json");
  }
  let value: unknown;
  try {
    value = JSON.parse(UTF8.decode(bytes));
  } catch {
    throw new Problem(400, "BAD_REQUEST", "the body is not JSON");
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw refuse(parsed.error);
  return parsed.data;
}

/**
 * The query of a URL, each parameter at most once.
 *
 * @throws Problem 400
 */
export function parseQuery<S extends z.ZodType>(schema: S, url: string): z.output<S> {
  const start = url.indexOf("?");
  const values = new Map<string, string>();
  if (start >= 0) {
    for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
      if (values.has(name)) {
        throw new Problem(400, "BAD_REQUEST", "a parameter is there twice", {
          path: name.slice(0, 200),
        });
      }
      values.set(name, value);
    }
  }
  const parsed = schema.safeParse(Object.fromEntries(values));
  if (!parsed.success) throw refuse(parsed.error);
  return parsed.data;
}
