/** The page of a pool: which section is shown, and how whoever looks wants values. */
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { AlertsSection } from "./alerts.js";
import type { Pool } from "./answers.js";
import {
  AdviceSection,
  CorrectionsSection,
  PayoutsSection,
  QuarantineSection,
  RoundsSection,
  RunsSection,
  TicketsSection,
} from "./lists.js";
import { PoolSection } from "./pool.js";
import { type Asked, takeToken, useAnswer } from "./server.js";
import { shortAddress, type Wish, Wishes } from "./values.js";
import { WorkerSection } from "./worker.js";
import { WorkersSection } from "./workers.js";

const SECTIONS = [
  ["", "Pool"],
  ["alerts", "Alerts"],
  ["workers", "Workers"],
  ["payouts", "Payouts"],
  ["rounds", "Rounds"],
  ["tickets", "Tickets"],
  ["corrections", "Corrections"],
  ["runs", "Job runs"],
  ["advice", "Advice"],
  ["quarantine", "Quarantine"],
] as const;

const OFTEN_MS = 10_000;

/** Where we are: a worker's address, or a section. */
interface Place {
  readonly address: string | null;
  readonly section: string;
}

function placeOf({ pathname, hash }: Location): Place {
  const [, address] = /^\/worker\/([^/]+)$/.exec(pathname) ?? [];
  const section = SECTIONS.some(([name]) => name === hash.slice(1)) ? hash.slice(1) : "";
  return { address: address === undefined ? null : decoded(address), section };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Follows links within the page without loading it again. */
function usePlace(): Place {
  const [place, setPlace] = useState(() => placeOf(location));
  useEffect(() => {
    const look = () => setPlace(placeOf(location));
    const follow = (event: MouseEvent) => {
      const target = event.target instanceof Element ? event.target.closest("a") : null;
      const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
      if (target === null || !isPlain || target.target !== "" || target.origin !== location.origin)
        return;
      const isOurs = target.pathname === "/" || target.pathname.startsWith("/worker/");
      if (!isOurs) return;
      event.preventDefault();
      // What stands behind the # is the section: it stays.
      if (target.hash === "#main") {
        document.querySelector("h1")?.focus();
        return;
      }
      history.pushState(null, "", target.href);
      look();
    };
    window.addEventListener("popstate", look);
    window.addEventListener("hashchange", look);
    document.addEventListener("click", follow);
    return () => {
      window.removeEventListener("popstate", look);
      window.removeEventListener("hashchange", look);
      document.removeEventListener("click", follow);
    };
  }, []);
  return place;
}

function kept(name: string): boolean {
  try {
    return localStorage.getItem(name) === "1";
  } catch {
    return false;
  }
}

function useWish(): readonly [Wish, (wish: Wish) => void] {
  const [wish, setWish] = useState<Wish>(() => ({
    isExact: kept("exact"),
    isLocal: kept("local"),
  }));
  const keep = (next: Wish) => {
    setWish(next);
    try {
      localStorage.setItem("exact", next.isExact ? "1" : "0");
      localStorage.setItem("local", next.isLocal ? "1" : "0");
    } catch {
      // A browser that keeps nothing: it is wished for again.
    }
  };
  return [wish, keep];
}

function titleOf({ address, section }: Place): string {
  if (address !== null) return `Worker ${shortAddress(address)}`;
  return SECTIONS.find(([key]) => key === section)?.[1] ?? "Pool";
}

function Content({ place, asked }: { readonly place: Place; readonly asked: Asked<Pool> }) {
  const pool = asked.data;
  if (place.address !== null) return <WorkerSection address={place.address} pool={pool} />;
  switch (place.section) {
    case "alerts":
      return <AlertsSection isOperator={pool?.isOperator === true} />;
    case "workers":
      return <WorkersSection />;
    case "payouts":
      return <PayoutsSection />;
    case "rounds":
      return <RoundsSection />;
    case "tickets":
      return <TicketsSection chainId={pool?.chainId ?? null} />;
    case "corrections":
      return <CorrectionsSection isOperator={pool?.isOperator === true} />;
    case "runs":
      return <RunsSection isOperator={pool?.isOperator === true} />;
    case "advice":
      return <AdviceSection />;
    case "quarantine":
      return <QuarantineSection pool={pool} />;
    default:
      return <PoolSection asked={asked} />;
  }
}

function App() {
  const place = usePlace();
  const [wish, setWish] = useWish();
  const head = useRef<HTMLHeadingElement>(null);
  const pool = useAnswer<Pool>("/pool", OFTEN_MS);
  const title = titleOf(place);
  const key = `${place.address ?? ""}#${place.section}`;
  const shown = useRef(key);
  useEffect(() => {
    document.title = title === "Pool" ? "Pool" : `${title} – Pool`;
    if (shown.current === key) return;
    shown.current = key;
    window.scrollTo(0, 0);
    head.current?.focus();
  }, [key, title]);
  return (
    <Wishes.Provider value={wish}>
      <a class="skip" href="#main">
        To the content
      </a>
      <header class="top">
        <nav aria-label="Sections">
          <ul>
            {SECTIONS.map(([name, text]) => (
              <li key={name}>
                <a
                  href={name === "" ? "/" : `/#${name}`}
                  aria-current={
                    place.address === null && place.section === name ? "page" : undefined
                  }
                >
                  {text}
                  {name === "alerts" && <Badge number={pool.data?.alerts ?? 0} />}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="choice" role="group" aria-label="How values are shown">
          <button
            type="button"
            aria-pressed={wish.isExact}
            onClick={() => setWish({ ...wish, isExact: !wish.isExact })}
          >
            Exact wei
          </button>
          <button
            type="button"
            aria-pressed={wish.isLocal}
            onClick={() => setWish({ ...wish, isLocal: !wish.isLocal })}
          >
            Local time
          </button>
        </div>
      </header>
      <main id="main">
        <h1 ref={head} tabIndex={-1}>
          {title}
        </h1>
        {place.address !== null && (
          <p>
            <code class="raw">{place.address}</code>
          </p>
        )}
        <Content key={key} place={place} asked={pool} />
      </main>
      <footer>
        <p class="quiet">
          {pool.data !== null && `poolsim ${pool.data.version}. `}
          The same figures as JSON: <a href="/openapi.json">the API</a>. Amounts that end in … are
          cut, not rounded: point at them, or choose “Exact wei”.
        </p>
      </footer>
    </Wishes.Provider>
  );
}

function Badge({ number }: { readonly number: number }) {
  if (number === 0) return null;
  return <span class="badge">{number}</span>;
}

/** Whatever goes wrong is said on the page. */
function tell(message: string): void {
  const place = document.createElement("p");
  place.className = "warning failure";
  place.setAttribute("role", "alert");
  place.textContent = `This page failed: ${message}. Loading it again may help.`;
  document.querySelector(".failure")?.remove();
  document.body.prepend(place);
}

window.addEventListener("error", ({ message }) => tell(message));
window.addEventListener("unhandledrejection", ({ reason }) => tell(String(reason)));

const root = document.getElementById("page");
if (root !== null) {
  takeToken();
  root.replaceChildren();
  render(<App />, root);
}
