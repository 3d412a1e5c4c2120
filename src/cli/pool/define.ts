/** The commands of a pool's operator: `poolsim pool …`. */
import type { Command } from "commander";
import type { Outcome } from "../help.js";
import type { Terminal } from "../terminal.js";
import { addBooks } from "./books.js";
import { addImport } from "./import.js";
import { addPayouts } from "./payouts.js";
import { addRecord } from "./record.js";
import { addServe } from "./serve.js";
import { addVerify } from "./verify.js";

export function addPool(program: Command, terminal: Terminal, outcome: Outcome): void {
  const pool = program.command("pool").description("the books of a pool and its payouts");
  addImport(pool, terminal, outcome);
  addBooks(pool, terminal, outcome);
  addVerify(pool, terminal, outcome);
  addPayouts(pool, terminal, outcome);
  addServe(pool, terminal, outcome);
  addRecord(pool, terminal, outcome);
}
