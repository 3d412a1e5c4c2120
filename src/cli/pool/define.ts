/** The commands of a pool's operator: `poolsim pool …`. */
import type { Command } from "commander";
import type { Outcome } from "../shared/help.js";
import type { Terminal } from "../shared/terminal.js";
import { addImport } from "./import/define.js";
import { addPayouts } from "./payouts/define.js";
import { addRecord } from "./record/define.js";
import { addServe } from "./serve/define.js";
import { addBooks } from "./shared/books-command.js";
import { addVerify } from "./verify/define.js";

export function addPool(program: Command, terminal: Terminal, outcome: Outcome): void {
  const pool = program.command("pool").description("the books of a pool and its payouts");
  addImport(pool, terminal, outcome);
  addBooks(pool, terminal, outcome);
  addVerify(pool, terminal, outcome);
  addPayouts(pool, terminal, outcome);
  addServe(pool, terminal, outcome);
  addRecord(pool, terminal, outcome);
}
