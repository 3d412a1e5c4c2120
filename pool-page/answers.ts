/** What the server answers, by the schemas that it is made with. */
import type { z } from "zod";
import type {
  adviceAnswer,
  correctionsAnswer,
  hoursAnswer,
  payoutsAnswer,
  poolAnswer,
  poolWorkerAnswer,
  poolWorkersAnswer,
  quarantineAnswer,
  roundsAnswer,
  runsAnswer,
  ticketsAnswer,
} from "../src/pool/api/page/answers.js";

export type Pool = z.output<typeof poolAnswer>;
export type Hours = z.output<typeof hoursAnswer>;
export type Workers = z.output<typeof poolWorkersAnswer>;
export type WorkerRow = Workers["workers"][number];
export type Performance = Workers["pool"];
export type Worker = z.output<typeof poolWorkerAnswer>;
export type Rounds = z.output<typeof roundsAnswer>;
export type Payouts = z.output<typeof payoutsAnswer>;
export type Tickets = z.output<typeof ticketsAnswer>;
export type Corrections = z.output<typeof correctionsAnswer>;
export type Runs = z.output<typeof runsAnswer>;
export type Quarantine = z.output<typeof quarantineAnswer>;
export type Advice = z.output<typeof adviceAnswer>;
