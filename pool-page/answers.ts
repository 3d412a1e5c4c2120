/** What the server answers, by the table that it is made from. */
import type { PageAnswer } from "../src/pool/api/page/routes.js";

export type Pool = PageAnswer<"/pool">;
export type Hours = PageAnswer<"/pool/hours">;
export type Workers = PageAnswer<"/pool/workers">;
export type WorkerRow = Workers["workers"][number];
export type Performance = Workers["pool"];
export type Worker = PageAnswer<"/pool/worker">;
export type Rounds = PageAnswer<"/pool/rounds">;
export type Payouts = PageAnswer<"/pool/payouts">;
export type Tickets = PageAnswer<"/pool/tickets">;
export type Corrections = PageAnswer<"/pool/corrections">;
export type Runs = PageAnswer<"/pool/runs">;
export type Alerts = PageAnswer<"/pool/alerts">;
export type Quarantine = PageAnswer<"/pool/quarantine">;
export type Advice = PageAnswer<"/pool/advice">;
