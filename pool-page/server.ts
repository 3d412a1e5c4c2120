/** Asks the server, again and again while somebody looks; remembers the token for this tab only. */
import { useEffect, useState } from "preact/hooks";

const TOKEN = "token";

/** What is known of an answer. */
export interface Asked<T> {
  readonly data: T | null;
  /** Why it is not as new as it should be; null: it is. */
  readonly trouble: string | null;
  /** A token is needed, or the one that is kept is wrong. */
  readonly needsToken: boolean;
}

class TokenNeeded extends Error {}

export function keepToken(token: string): void {
  if (token === "") sessionStorage.removeItem(TOKEN);
  else sessionStorage.setItem(TOKEN, token);
}

export function hasToken(): boolean {
  return sessionStorage.getItem(TOKEN) !== null;
}

/** A token may come behind a `#`, which browsers send to nobody. */
export function takeToken(): void {
  const [, token] = /^#token=([\x21-\x7e]{1,512})$/.exec(location.hash) ?? [];
  if (token === undefined) return;
  keepToken(token);
  history.replaceState(null, "", location.pathname);
}

async function ask<T>(path: string, signal: AbortSignal): Promise<T> {
  const token = sessionStorage.getItem(TOKEN);
  const headers: Record<string, string> =
    token === null ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(path, { headers, signal, credentials: "omit" });
  if (answer.status === 401) throw new TokenNeeded(await messageIn(answer));
  if (!answer.ok) throw new Error(await messageIn(answer));
  return await answer.json();
}

async function messageIn(answer: Response): Promise<string> {
  const body: unknown = await answer.json().catch(() => null);
  const error = isFields(body) && isFields(body["error"]) ? body["error"]["message"] : null;
  return typeof error === "string" ? error : `the server answered ${answer.status}`;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

const NOTHING = { data: null, trouble: null, needsToken: false };

/** What a path answers, asked anew every so often while the page is in view. */
export function useAnswer<T>(path: string, everyMs: number): Asked<T> {
  const [asked, setAsked] = useState<Asked<T> & { readonly path: string }>({ ...NOTHING, path });
  useEffect(() => {
    const stop = new AbortController();
    let timer = 0;
    let isAsking = false;
    const look = async () => {
      if (isAsking || document.hidden) return;
      isAsking = true;
      window.clearTimeout(timer);
      try {
        const data = await ask<T>(path, stop.signal);
        setAsked({ data, trouble: null, needsToken: false, path });
      } catch (error) {
        if (stop.signal.aborted) return;
        const trouble = error instanceof Error ? error.message : String(error);
        const needsToken = error instanceof TokenNeeded;
        setAsked((last) => ({
          data: last.path === path ? last.data : null,
          trouble,
          needsToken,
          path,
        }));
      } finally {
        isAsking = false;
      }
      if (!stop.signal.aborted) timer = window.setTimeout(look, everyMs);
    };
    void look();
    document.addEventListener("visibilitychange", look);
    return () => {
      stop.abort();
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [path, everyMs]);
  return asked.path === path ? asked : NOTHING;
}
