/** Values as people read them: amounts never rounded without a mark, times in UTC or of this place. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";

/** How whoever looks wants values. */
export interface Wish {
  readonly isExact: boolean;
  readonly isLocal: boolean;
}

export const Wishes = createContext<Wish>({ isExact: false, isLocal: false });

const DECIMALS = 18;
const SHOWN = 6;
const SIGNIFICANT = 4;

function grouped(digits: string): string {
  return digits.replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** The whole amount, in ETH, without needless zeros. */
export function ethText(wei: string): string {
  const isBelow = wei.startsWith("-");
  const digits = wei.replace("-", "").padStart(DECIMALS + 1, "0");
  const whole = digits.slice(0, -DECIMALS);
  const rest = digits.slice(-DECIMALS).replace(/0+$/, "");
  return `${isBelow ? "−" : ""}${grouped(whole)}${rest === "" ? "" : `.${rest}`}`;
}

/** As many digits as one reads, cut and not rounded: what is missing is marked. */
export function shortEth(wei: string): string {
  const text = ethText(wei);
  const [whole = "0", rest = ""] = text.split(".");
  const zeros = /^0*/.exec(rest)?.[0].length ?? 0;
  const isSmall = /^−?0$/.test(whole);
  const shown = isSmall ? Math.max(SHOWN, zeros + SIGNIFICANT) : SHOWN - 2;
  if (rest.length <= shown) return text;
  return `${whole}.${rest.slice(0, shown)}…`;
}

/** An amount; all of its digits are in its title, and shown where that is wished. */
export function Wei({ value }: { readonly value: string | null }) {
  const { isExact } = useContext(Wishes);
  if (value === null) return <span class="quiet">–</span>;
  const exact = `${value.startsWith("-") ? "−" : ""}${grouped(value.replace("-", ""))}`;
  const [text, unit] = isExact ? [exact, "wei"] : [shortEth(value), "ETH"];
  return (
    <span class="wei" title={`${ethText(value)} ETH = ${exact} wei`}>
      {text}
      {value !== "0" && <span class="unit"> {unit}</span>}
    </span>
  );
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function timeText(at: Date, isLocal: boolean): string {
  if (!isLocal) return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function sinceText(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  if (minutes < 1) return "less than a minute";
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}

interface TimeProps {
  readonly at: string | null;
  /** `ago`: how long ago it was; `for`: how long it is so. @default the time itself */
  readonly as?: "ago" | "for";
}

/** A time; the other ways of writing it are in its title. */
export function Time({ at, as }: TimeProps) {
  const { isLocal } = useContext(Wishes);
  if (at === null) return <span class="quiet">–</span>;
  const date = new Date(at);
  const agoMs = Date.now() - date.getTime();
  const span = sinceText(agoMs);
  const ago = agoMs >= 0 ? `${span} ago` : `in ${span}`;
  const title = `${timeText(date, false)}, ${timeText(date, true)} here, ${ago}`;
  return (
    <time dateTime={at} title={title}>
      {as === "ago" ? ago : as === "for" ? `for ${span}` : timeText(date, isLocal)}
    </time>
  );
}

/** ms, as short as it is sure. */
export function msText(ms: number | null): string {
  if (ms === null) return "–";
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${ms >= 100 ? NUMBERS.format(Math.round(ms)) : ms.toPrecision(2)} ms`;
}

export function percent(part: number | null): string {
  if (part === null) return "–";
  if (part > 0 && part < 0.0001) return "< 0.01 %";
  return `${Number((100 * part).toPrecision(3))} %`;
}

/** Made once: making one takes longer than writing many numbers. */
const NUMBERS = new Intl.NumberFormat("en");

export function count(value: number | string): string {
  return typeof value === "number" ? NUMBERS.format(value) : grouped(value);
}

export function shortAddress(address: string): string {
  return `${address.slice(0, 8)}…${address.slice(-6)}`;
}

/** A worker, by its name and its address. */
export function WorkerLink({
  address,
  name = null,
}: {
  readonly address: string;
  readonly name?: string | null;
}) {
  return (
    <a href={`/worker/${address}`} title={address} class="worker">
      {name !== null && <span class="name">{name}</span>}
      <code>{shortAddress(address)}</code>
    </a>
  );
}

const EXPLORERS: Readonly<Record<string, string>> = {
  "1": "https://etherscan.io/tx/",
  "42161": "https://arbiscan.io/tx/",
  "421614": "https://sepolia.arbiscan.io/tx/",
};

/** A transaction, with a link to where it can be looked up if that is known. */
export function Transaction({
  hash,
  chainId,
}: {
  readonly hash: string | null;
  readonly chainId: string | null;
}) {
  if (hash === null) return <span class="quiet">–</span>;
  const short = <code title={hash}>{`${hash.slice(0, 10)}…`}</code>;
  const explorer = EXPLORERS[chainId ?? ""];
  if (explorer === undefined || !/^0x[0-9a-f]{64}$/i.test(hash)) return short;
  return (
    <a href={`${explorer}${hash}`} rel="noopener noreferrer external" target="_blank">
      {short}
    </a>
  );
}
